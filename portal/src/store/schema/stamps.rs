//! Timestamps of an authority, and the digests of files by the Chinese standard.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, binary_null, integer, string, string_null, text_null, uuid},
};

use super::index;

/// What is asked of others about the log, and what is computed of files beside their way.
pub(super) struct Stamps;

impl MigrationName for Stamps {
    fn name(&self) -> &'static str {
        "m0007_stamps"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Stamps {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = |name: &'static str, columns: Vec<ColumnDef>| {
            let mut table = Table::create();
            table.table(name);
            for mut column in columns {
                table.col(&mut column);
            }
            table
        };
        let tables = [
            table(
                "log_stamps",
                vec![
                    // The checkpoint.
                    big_integer("size").primary_key().take(),
                    big_integer("asked_at"),
                    // When it is asked for next; none once it is held.
                    big_integer_null("due"),
                    integer("attempts"),
                    text_null("why"),
                    string_null("authority"),
                    binary_null("answer"),
                    // What it says.
                    big_integer_null("stamped"),
                    string_null("policy"),
                    string_null("serial"),
                ],
            ),
            table(
                "sm3s",
                vec![
                    uuid("evidence").primary_key().take(),
                    string("digest"),
                    string_null("sm3"),
                    // When it is computed; none once it is.
                    big_integer_null("due"),
                    integer("attempts"),
                ],
            ),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        let mut due = index("sm3s", &["due"]);
        due.and_where(Expr::col("due").is_not_null());
        for index in [due, index("sm3s", &["digest"])] {
            manager.create_index(index).await?;
        }
        let all = "INSERT INTO sm3s (evidence, digest, due, attempts) SELECT id, digest, 0, 0 FROM evidence";
        manager.get_connection().execute_unprepared(all).await?;
        Ok(())
    }
}
