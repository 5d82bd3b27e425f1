//! What uploads under way have set aside: as much as they may become, also where nobody has said how long one will be
//! and where one is put together from parts.

use domain::upload::Upload;
use sea_orm_migration::prelude::*;

use crate::store::Aggregate as _;

/// Rows that are read at a time.
const STEP: u64 = 1000;

/// What is set aside, as the bodies say.
pub(super) struct Reserved;

impl MigrationName for Reserved {
    fn name(&self) -> &'static str {
        "m0009_reserved"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Reserved {
    /// All or nothing, also on `SQLite`.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let mut last: Option<uuid::Uuid> = None;
        loop {
            let mut select = Query::select();
            select.columns(["id", "body"]).from("uploads").order_by("id", Order::Asc).limit(STEP);
            select.and_where(Expr::col("stage").is_in(["receiving", "whole"]));
            if let Some(last) = last {
                select.and_where(Expr::col("id").gt(Expr::val(last)));
            }
            let rows = db.query_all(&select).await?;
            for row in &rows {
                let (id, body): (uuid::Uuid, String) = (row.try_get("", "id")?, row.try_get("", "body")?);
                let upload: Upload =
                    serde_json::from_str(&body).map_err(|error| DbErr::Migration(error.to_string()))?;
                let mut update = Query::update();
                update.table("uploads").and_where(Expr::col("id").eq(Expr::val(id)));
                for (name, value) in upload.columns().into_iter().filter(|(name, _)| *name == "reserved") {
                    update.value(name, Expr::val(value));
                }
                db.execute(&update).await?;
                last = Some(id);
            }
            if rows.is_empty() {
                return Ok(());
            }
        }
    }
}
