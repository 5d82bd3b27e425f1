//! The schema, as migrations that only go forward. A migration that has been
//! released never changes; the next step is a new one.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, integer, string, string_null, string_uniq, text, uuid, uuid_null, uuid_uniq,
    },
    sea_orm::DbBackend,
};

mod captures;
mod dossiers;
mod outlines;
mod reserved;
mod stamps;

pub(super) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(MainLine),
            Box::new(LongRun),
            Box::new(Uploads),
            Box::new(Log),
            Box::new(dossiers::Dossiers),
            Box::new(captures::Captures),
            Box::new(stamps::Stamps),
            Box::new(outlines::Outlines),
            Box::new(reserved::Reserved),
        ]
    }
}

/// The tables of the main line.
struct MainLine;

impl MigrationName for MainLine {
    fn name(&self) -> &'static str {
        "m0001_main_line"
    }
}

/// A table of aggregates: key, row version, body, and the columns to find it by.
fn aggregate(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name).col(uuid("id").primary_key()).col(big_integer("version")).col(text("body"));
    for mut column in columns {
        table.col(&mut column);
    }
    table
}

fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("ix_{table}_{}", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

#[async_trait::async_trait]
impl MigrationTrait for MainLine {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            aggregate("agencies", vec![string("name")]),
            aggregate(
                "enterprises",
                vec![
                    string_uniq("credit_code"),
                    string("name"),
                    string("region"),
                    string("registration"),
                    big_integer_null("since"),
                    uuid_null("agency"),
                ],
            ),
            aggregate(
                "accounts",
                vec![
                    string_uniq("login"),
                    string("name"),
                    uuid_null("enterprise"),
                    uuid_null("agency"),
                    string_null("region"),
                    string("status"),
                ],
            ),
            aggregate(
                "items",
                vec![uuid("agency"), string_null("name"), string_null("content"), string_null("regime")],
            ),
            aggregate(
                "enrolments",
                vec![
                    uuid("enterprise"),
                    uuid("agency"),
                    string("stage"),
                    big_integer_null("due"),
                    big_integer_null("valid_to"),
                    big_integer_null("next_round"),
                    big_integer("created_at"),
                ],
            ),
            aggregate(
                "cases",
                vec![
                    string_uniq("number"),
                    uuid("enterprise"),
                    uuid("agency"),
                    uuid("enrolment"),
                    string("stage"),
                    big_integer_null("due"),
                    big_integer("due_order"),
                    uuid_null("officer"),
                    big_integer("created_at"),
                    big_integer_null("submitted_at"),
                    string_null("outcome"),
                    big_integer_null("decided_at"),
                    big_integer_null("ended_at"),
                ],
            ),
            aggregate(
                "evidence",
                vec![
                    uuid("case_id"),
                    uuid("enterprise"),
                    uuid_null("line"),
                    uuid_null("finding"),
                    string("state"),
                    string("digest"),
                    big_integer("received_at"),
                ],
            ),
            aggregate(
                "findings",
                vec![
                    uuid("case_id"),
                    uuid("enterprise"),
                    uuid("agency"),
                    uuid("item"),
                    string("stage"),
                    big_integer_null("due"),
                    string_null("escalated"),
                    big_integer("found_at"),
                    big_integer_null("in_time"),
                ],
            ),
            aggregate(
                "first_violations",
                vec![
                    uuid("enterprise"),
                    uuid("agency"),
                    uuid_uniq("case_id"),
                    string("stage"),
                    string("slot"),
                    big_integer("noticed_at"),
                ],
            ),
            aggregate("first_violation_drafts", vec![uuid("entry")]),
            aggregate("first_violation_list", vec![uuid("item"), string("code")]),
            aggregate(
                "due_visits",
                vec![
                    uuid("enterprise"),
                    uuid("agency"),
                    string("stage"),
                    big_integer("until"),
                    big_integer("recorded_at"),
                ],
            ),
            aggregate("site_visits", vec![uuid("enterprise"), uuid("agency"), big_integer("visited_at")]),
            aggregate(
                "ledger_entries",
                vec![
                    uuid_uniq("due_visit"),
                    uuid("case_id"),
                    uuid("enterprise"),
                    uuid("agency"),
                    string("stage"),
                    big_integer("claimed_at"),
                    string("month"),
                    big_integer_null("confirm_after"),
                    big_integer("saved_minutes"),
                ],
            ),
            aggregate(
                "documents",
                vec![
                    string("kind"),
                    string_uniq("number"),
                    string_uniq("code"),
                    uuid("agency"),
                    uuid("enterprise"),
                    uuid_null("case_id"),
                    big_integer("issued_at"),
                ],
            ),
            // Not aggregates: a key and what belongs to it.
            Table::create()
                .table("row_items")
                .col(uuid("row_id"))
                .col(uuid("item"))
                .primary_key(Index::create().col("row_id").col("item"))
                .to_owned(),
            Table::create()
                .table("first_violation_slots")
                .col(uuid("enterprise"))
                .col(string("slot"))
                .col(uuid("notice"))
                .col(big_integer("at"))
                .primary_key(Index::create().col("enterprise").col("slot"))
                .to_owned(),
            Table::create()
                .table("tallies")
                .col(string("figure"))
                .col(string("month"))
                .col(uuid("agency"))
                .col(string("region"))
                .col(uuid("item"))
                .col(big_integer("n"))
                .col(big_integer("minutes"))
                .primary_key(Index::create().col("figure").col("month").col("agency").col("region").col("item"))
                .to_owned(),
            Table::create().table("counters").col(string("name").primary_key()).col(big_integer("value")).to_owned(),
            Table::create()
                .table("login_failures")
                .col(string("login"))
                .col(string("client"))
                .col(big_integer("count"))
                .col(big_integer("last"))
                .primary_key(Index::create().col("login").col("client"))
                .to_owned(),
            Table::create()
                .table("sessions")
                .col(string("key").primary_key())
                .col(uuid_null("account"))
                .col(text("data"))
                .col(string("client"))
                .col(big_integer("created_at"))
                .col(big_integer("seen_at"))
                .col(big_integer("expires_at"))
                .to_owned(),
            Table::create()
                .table("audit")
                .col(big_integer("seq").primary_key())
                .col(big_integer("at"))
                .col(uuid_null("account"))
                .col(string("action"))
                .col(string("subject_kind"))
                .col(string("subject"))
                .col(big_integer("success"))
                .col(text("body"))
                .col(string("prev"))
                .col(string("hash"))
                .to_owned(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        let indexes = [
            index("enterprises", &["registration", "since"]),
            index("enterprises", &["region"]),
            index("accounts", &["enterprise"]),
            index("accounts", &["agency"]),
            index("items", &["agency"]),
            index("enrolments", &["enterprise", "created_at", "id"]),
            index("enrolments", &["agency", "stage", "due"]),
            index("enrolments", &["stage", "next_round"]),
            index("cases", &["agency", "stage"]),
            index("cases", &["agency", "due_order", "id"]),
            index("cases", &["due_order", "id"]),
            index("cases", &["enterprise", "created_at", "id"]),
            index("cases", &["officer", "stage"]),
            index("cases", &["agency", "created_at", "id"]),
            index("evidence", &["case_id", "received_at", "id"]),
            index("evidence", &["finding"]),
            index("evidence", &["digest"]),
            index("findings", &["case_id"]),
            index("findings", &["agency", "stage", "due"]),
            index("findings", &["enterprise", "stage", "due"]),
            index("findings", &["due"]),
            index("first_violations", &["agency", "noticed_at", "id"]),
            index("first_violations", &["slot", "noticed_at", "id"]),
            index("first_violation_list", &["item"]),
            index("due_visits", &["enterprise", "agency", "stage"]),
            index("due_visits", &["agency", "recorded_at", "id"]),
            index("site_visits", &["enterprise", "agency", "visited_at"]),
            index("site_visits", &["agency", "visited_at", "id"]),
            index("ledger_entries", &["agency", "claimed_at", "id"]),
            index("ledger_entries", &["claimed_at", "id"]),
            index("ledger_entries", &["confirm_after"]),
            index("ledger_entries", &["enterprise", "agency"]),
            index("ledger_entries", &["case_id"]),
            index("row_items", &["item", "row_id"]),
            index("documents", &["enterprise", "issued_at", "id"]),
            index("documents", &["agency", "issued_at", "id"]),
            index("documents", &["case_id"]),
            index("sessions", &["account"]),
            index("sessions", &["expires_at"]),
            index("audit", &["account", "seq"]),
            index("audit", &["subject", "seq"]),
            index("audit", &["at", "seq"]),
        ];
        for index in indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// What keeps pages as quick after years as on the first day: indexes over what is
/// still open, because nearly every case is over by then and a list of what waits
/// must not walk past them; and totals over all districts.
struct LongRun;

impl MigrationName for LongRun {
    fn name(&self) -> &'static str {
        "m0002_long_run"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for LongRun {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name) in [("cases", "ix_cases_agency_stage"), ("findings", "ix_findings_due")] {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        let open = |columns: &[&'static str]| {
            let mut index = index("cases", columns);
            // The last two only tell rows apart without reading them.
            index.col("stage").col("officer").and_where(Expr::col("ended_at").is_null());
            index.name(format!("ix_cases_open_{}", columns.join("_")));
            index
        };
        let mut with_a_term = index("findings", &["due"]);
        with_a_term.name("ix_findings_with_due").and_where(Expr::col("due").is_not_null());
        let indexes = [
            index("cases", &["agency", "stage", "due_order", "id"]),
            open(&["agency", "due_order", "id"]),
            open(&["due_order", "id", "agency"]),
            with_a_term,
        ];
        for index in indexes {
            manager.create_index(index).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            // What is in an open stage has not ended: without knowing that, the planner
            // takes the open cases for a handful and sorts them all for a page.
            let statistics = "CREATE STATISTICS st_cases_open (mcv) ON stage, ended_at FROM cases";
            manager.get_connection().execute_unprepared(statistics).await?;
        }
        // Totals over all districts, beside those of each.
        let add = "INSERT INTO tallies (figure, month, agency, region, item, n, minutes) \
            SELECT figure, month, agency, '', item, CAST(SUM(n) AS BIGINT), CAST(SUM(minutes) AS BIGINT) \
            FROM tallies GROUP BY figure, month, agency, item";
        manager.get_connection().execute_unprepared(add).await?;
        Ok(())
    }
}

/// Uploads that can be resumed, and the tokens of programs that send them.
struct Uploads;

impl MigrationName for Uploads {
    fn name(&self) -> &'static str {
        "m0003_uploads"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Uploads {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            aggregate(
                "uploads",
                vec![
                    uuid("owner"),
                    string("stage"),
                    big_integer("expires_at"),
                    big_integer("reserved"),
                    string_null("digest"),
                ],
            ),
            aggregate(
                "tokens",
                vec![uuid("account"), string_uniq("secret"), big_integer("created_at"), big_integer_null("ended_at")],
            ),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        let indexes = [
            index("uploads", &["owner", "stage"]),
            index("uploads", &["stage", "expires_at"]),
            index("uploads", &["digest"]),
            index("tokens", &["account"]),
        ];
        for index in indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// The log of evidence: leaves, the complete subtrees over them, what was signed and by
/// which keys. And how far the originals have been read again.
struct Log;

impl MigrationName for Log {
    fn name(&self) -> &'static str {
        "m0004_log"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Log {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = |name: &'static str, columns: Vec<ColumnDef>| {
            let mut table = Table::create();
            table.table(name);
            for mut column in columns {
                table.col(&mut column);
            }
            table
        };
        let mut nodes = table("log_nodes", vec![integer("level"), big_integer("idx"), string("hash")]);
        nodes.primary_key(Index::create().col("level").col("idx"));
        let tables = [
            table(
                "log_leaves",
                vec![
                    big_integer("seq").primary_key().take(),
                    string("kind"),
                    uuid_null("case_id"),
                    uuid_null("evidence"),
                    text("bytes"),
                ],
            ),
            nodes,
            table("log_head", vec![big_integer("size"), text("peaks"), string_null("origin")]),
            table("log_checkpoints", vec![big_integer("size").primary_key().take(), big_integer("at"), text("note")]),
            table("scrub", vec![big_integer("id").primary_key().take(), text("body")]),
            table("log_keys", vec![string_uniq("key"), big_integer("since"), big_integer_null("until")]),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        for index in [index("log_leaves", &["case_id", "seq"]), index("log_leaves", &["evidence", "kind"])] {
            manager.create_index(index).await?;
        }
        let begin = "INSERT INTO log_head (size, peaks) VALUES (0, '[]')";
        manager.get_connection().execute_unprepared(begin).await?;
        Ok(())
    }
}
