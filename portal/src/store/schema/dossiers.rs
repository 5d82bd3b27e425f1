//! What is known of bytes, and which pictures look alike.

use std::collections::BTreeMap;

use domain::{dossier::Dossier, evidence::Evidence, ids::DossierId};
use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, integer, string_uniq, uuid},
};

use super::{aggregate, index};
use crate::store::Aggregate as _;

/// A dossier for all bytes that are kept, also for those that came before there were any.
pub(super) struct Dossiers;

impl MigrationName for Dossiers {
    fn name(&self) -> &'static str {
        "m0005_dossiers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Dossiers {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            aggregate("dossiers", vec![string_uniq("digest"), big_integer_null("due"), big_integer("since")]),
            // Not aggregates: a key and what belongs to it.
            Table::create()
                .table("fingerprints")
                .col(integer("band"))
                .col(integer("bits"))
                .col(uuid("dossier"))
                .col(big_integer("print"))
                .primary_key(Index::create().col("band").col("bits").col("dossier"))
                .to_owned(),
            Table::create()
                .table("likenesses")
                .col(uuid("one"))
                .col(uuid("other"))
                .col(integer("distance"))
                .primary_key(Index::create().col("one").col("other"))
                .to_owned(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        let mut due = index("dossiers", &["since", "due"]);
        due.name("ix_dossiers_due").and_where(Expr::col("due").is_not_null());
        manager.create_index(due).await?;
        examine_what_is_there(manager).await
    }
}

async fn examine_what_is_there(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let mut select = Query::select();
    select.column("body").from("evidence");
    let mut known = BTreeMap::new();
    for row in db.query_all(&select).await? {
        let body: String = row.try_get("", "body")?;
        let file: Evidence = serde_json::from_str(&body).map_err(|error| DbErr::Migration(error.to_string()))?;
        let earliest = known.entry(file.digest).or_insert_with(|| file.clone());
        if file.received_at < earliest.received_at {
            *earliest = file;
        }
    }
    for file in known.into_values() {
        let id = DossierId(uuid::Uuid::new_v4());
        let dossier = Dossier::begin(id, file.digest, file.size, file.media, file.received_at);
        let body = serde_json::to_string(&dossier).map_err(|error| DbErr::Migration(error.to_string()))?;
        let columns = dossier.columns();
        let mut insert = Query::insert();
        insert.into_table("dossiers");
        insert.columns(["id", "version", "body"].into_iter().chain(columns.iter().map(|(name, _)| *name)));
        insert.values_panic(
            [Expr::val(id.0), Expr::val(1_i64), Expr::val(body)]
                .into_iter()
                .chain(columns.into_iter().map(|(_, value)| Expr::val(value))),
        );
        db.execute(&insert).await?;
    }
    Ok(())
}
