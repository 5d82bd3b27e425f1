//! What limits ask about the files of a case, in columns of its own; and the way to what an enterprise sent before.

use domain::evidence::Evidence;
use sea_orm_migration::{
    prelude::*,
    schema::{big_integer_null, string_null},
};

use super::index;
use crate::store::Aggregate as _;

/// Rows that are read at a time.
const STEP: u64 = 1000;

/// Kind, moment and size of a file beside its body.
pub(super) struct Outlines;

impl MigrationName for Outlines {
    fn name(&self) -> &'static str {
        "m0008_outlines"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Outlines {
    /// All or nothing, also on `SQLite`: a second attempt would find the columns there already.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in [string_null("kind"), string_null("moment"), big_integer_null("size")] {
            manager.alter_table(Table::alter().table("evidence").add_column(&mut column).to_owned()).await?;
        }
        fill(manager).await?;
        manager.create_index(index("evidence", &["enterprise", "line", "received_at"])).await
    }
}

/// Writes the new columns of every file that is there.
async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let mut last: Option<uuid::Uuid> = None;
    loop {
        let mut select = Query::select();
        select.columns(["id", "body"]).from("evidence").order_by("id", Order::Asc).limit(STEP);
        if let Some(last) = last {
            select.and_where(Expr::col("id").gt(Expr::val(last)));
        }
        let rows = db.query_all(&select).await?;
        for row in &rows {
            let (id, body): (uuid::Uuid, String) = (row.try_get("", "id")?, row.try_get("", "body")?);
            let file: Evidence = serde_json::from_str(&body).map_err(|error| DbErr::Migration(error.to_string()))?;
            let mut update = Query::update();
            update.table("evidence").and_where(Expr::col("id").eq(Expr::val(id)));
            for (name, value) in file.columns() {
                if ["kind", "moment", "size"].contains(&name) {
                    update.value(name, Expr::val(value));
                }
            }
            db.execute(&update).await?;
            last = Some(id);
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}
