//! Codes for live capture.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, string, uuid},
};

use super::{aggregate, index};

pub(super) struct Captures;

impl MigrationName for Captures {
    fn name(&self) -> &'static str {
        "m0006_captures"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Captures {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = vec![uuid("account"), uuid("case_id"), string("state"), big_integer("issued_at")];
        manager.create_table(aggregate("captures", columns)).await?;
        manager.create_index(index("captures", &["account", "issued_at"])).await
    }
}
