//! Numbers for the dashboard, each of rows that the reader can open with the same
//! filter. Periods made of whole months are added up from the tallies
//! ([`tallies`]), which every commit keeps equal to what counting gives; other
//! periods, and what depends on the clock, are counted from the rows.

use std::collections::BTreeMap;

use domain::{
    ids::{AgencyId, ItemId},
    region::RegionCode,
    time::Timestamp,
};
use sea_orm::{
    ConnectionTrait, ExprTrait, Order,
    sea_query::{Expr, Func, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    StoreResult,
    tallies::{self, Split},
};

/// The records a figure is taken over: within these agencies, in this period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// Which agencies; `None` is all.
    pub agencies: Option<Vec<AgencyId>>,
    /// From this instant.
    pub from: Option<Timestamp>,
    /// Up to, and without, this instant.
    pub until: Option<Timestamp>,
    /// Of this district.
    pub region: Option<RegionCode>,
    /// For this item.
    pub item: Option<ItemId>,
}

impl Base {
    /// `item` is the column of rows that are for one item; others have theirs
    /// beside them.
    fn narrow(&self, select: &mut SelectStatement, time: &'static str, item: Option<&'static str>) {
        if let Some(agencies) = &self.agencies {
            select.and_where(Expr::col("agency").is_in(agencies.iter().map(|id| id.0)));
        }
        if let Some(from) = self.from {
            select.and_where(Expr::col(time).gte(from.0));
        }
        if let Some(until) = self.until {
            select.and_where(Expr::col(time).lt(until.0));
        }
        if let Some(region) = self.region {
            let mut inner = Query::select();
            inner.column("id").from("enterprises").and_where(Expr::col("region").eq(region.as_str()));
            select.and_where(Expr::col("enterprise").in_subquery(inner));
        }
        match (self.item, item) {
            (Some(wanted), Some(column)) => {
                select.and_where(Expr::col(column).eq(wanted.0));
            }
            (Some(wanted), None) => {
                let mut inner = Query::select();
                inner.column("row_id").from("row_items").and_where(Expr::col("item").eq(wanted.0));
                select.and_where(Expr::col("id").in_subquery(inner));
            }
            (None, _) => {}
        }
    }
}

/// The ledger in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerFigures {
    /// Claims whose quiet period runs.
    pub claimed: u64,
    /// Confirmed visits avoided.
    pub confirmed: u64,
    /// Entries taken back.
    pub reversed: u64,
    /// Minutes saved by the confirmed ones.
    pub saved_minutes: i64,
}

/// Remote supervision in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoteFigures {
    /// Cases sent in the period.
    pub remote: u64,
    /// Of them, converted to a site visit.
    pub converted: u64,
    /// Of them, with at least one finding.
    pub with_findings: u64,
    /// Of them, decided.
    pub decided: u64,
    /// Site visits recorded in the period.
    pub site: u64,
    /// Findings of the period that are settled or overdue.
    pub rectification_due: u64,
    /// Of them, verified in time.
    pub rectification_in_time: u64,
}

/// How a chart is grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// By month of the claim.
    Month,
    /// By agency.
    Agency,
    /// By district of the enterprise.
    District,
    /// By item.
    Item,
}

/// One bar of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// A month, or the id or code of what it is for.
    pub key: String,
    /// Claimed.
    pub claimed: u64,
    /// Confirmed.
    pub confirmed: u64,
    /// Reversed.
    pub reversed: u64,
}

fn number(row: &sea_orm::QueryResult, name: &str) -> StoreResult<i64> {
    Ok(row.try_get::<Option<i64>>("", name)?.unwrap_or(0))
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// The ledger's totals.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn ledger(db: &impl ConnectionTrait, base: &Base) -> StoreResult<LedgerFigures> {
    if tallies::answers(base) { ledger_tallied(db, base).await } else { ledger_counted(db, base).await }
}

const LEDGER: [&str; 3] = ["claimed", "confirmed", "reversed"];

async fn ledger_tallied(db: &impl ConnectionTrait, base: &Base) -> StoreResult<LedgerFigures> {
    let mut figures = LedgerFigures::default();
    for sum in tallies::sums(db, &LEDGER, base, Split::Whole).await? {
        match sum.figure.as_str() {
            "claimed" => figures.claimed = count(sum.rows),
            "confirmed" => {
                figures.confirmed = count(sum.rows);
                figures.saved_minutes = sum.minutes;
            }
            _ => figures.reversed = count(sum.rows),
        }
    }
    Ok(figures)
}

/// The same from the rows: for periods that are not made of whole months.
async fn ledger_counted(db: &impl ConnectionTrait, base: &Base) -> StoreResult<LedgerFigures> {
    let mut select = Query::select();
    select
        .column("stage")
        .expr_as(Func::count(Expr::col("id")), "n")
        .expr_as(Expr::expr(Func::sum(Expr::col("saved_minutes"))).cast_as("BIGINT"), "minutes")
        .from("ledger_entries")
        .group_by_col("stage");
    base.narrow(&mut select, "claimed_at", None);
    let mut figures = LedgerFigures::default();
    for row in db.query_all(&select).await? {
        let stage: String = row.try_get("", "stage")?;
        let n = count(number(&row, "n")?);
        match stage.as_str() {
            "claimed" => figures.claimed = n,
            "confirmed" => {
                figures.confirmed = n;
                figures.saved_minutes = number(&row, "minutes")?;
            }
            _ => figures.reversed = n,
        }
    }
    Ok(figures)
}

/// The ledger in groups.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn grouped(db: &impl ConnectionTrait, base: &Base, by: Grouping) -> StoreResult<Vec<Count>> {
    if tallies::answers(base) { grouped_tallied(db, base, by).await } else { grouped_counted(db, base, by).await }
}

async fn grouped_tallied(db: &impl ConnectionTrait, base: &Base, by: Grouping) -> StoreResult<Vec<Count>> {
    let column = match by {
        Grouping::Month => "month",
        Grouping::Agency => "agency",
        Grouping::District => "region",
        Grouping::Item => "item",
    };
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for sum in tallies::sums(db, &LEDGER, base, Split::By(column)).await? {
        let one =
            counts.entry(sum.key.clone()).or_insert(Count { key: sum.key, claimed: 0, confirmed: 0, reversed: 0 });
        match sum.figure.as_str() {
            "claimed" => one.claimed = count(sum.rows),
            "confirmed" => one.confirmed = count(sum.rows),
            _ => one.reversed = count(sum.rows),
        }
    }
    // A tally that went back to nothing is no bar.
    Ok(counts.into_values().filter(|c| c.claimed + c.confirmed + c.reversed > 0).collect())
}

/// The same from the rows: for periods that are not made of whole months.
async fn grouped_counted(db: &impl ConnectionTrait, base: &Base, by: Grouping) -> StoreResult<Vec<Count>> {
    let mut select = Query::select();
    select.from("ledger_entries");
    let key = match by {
        Grouping::Month => Expr::col(("ledger_entries", "month")),
        Grouping::Agency => Expr::col(("ledger_entries", "agency")),
        Grouping::District => {
            select.inner_join("enterprises", Expr::col(("enterprises", "id")).equals(("ledger_entries", "enterprise")));
            Expr::col(("enterprises", "region"))
        }
        Grouping::Item => {
            select.inner_join("row_items", Expr::col(("row_items", "row_id")).equals(("ledger_entries", "id")));
            Expr::col(("row_items", "item"))
        }
    };
    // The joined tables have columns of the same names: narrow before joining.
    let mut ids = Query::select();
    ids.column("id").from("ledger_entries");
    base.narrow(&mut ids, "claimed_at", None);
    select
        .expr_as(key.clone(), "k")
        .expr_as(Expr::col(("ledger_entries", "stage")), "s")
        .expr_as(Func::count(Expr::col(("ledger_entries", "id"))), "n")
        .and_where(Expr::col(("ledger_entries", "id")).in_subquery(ids))
        .add_group_by([key.clone(), Expr::col(("ledger_entries", "stage"))])
        .order_by_expr(key, Order::Asc);
    let mut counts: Vec<Count> = Vec::new();
    for row in db.query_all(&select).await? {
        let key = match by {
            Grouping::Month | Grouping::District => row.try_get::<String>("", "k")?,
            Grouping::Agency | Grouping::Item => row.try_get::<Uuid>("", "k")?.to_string(),
        };
        let stage: String = row.try_get("", "s")?;
        let n = count(number(&row, "n")?);
        if counts.last().is_none_or(|last| last.key != key) {
            counts.push(Count { key, claimed: 0, confirmed: 0, reversed: 0 });
        }
        if let Some(last) = counts.last_mut() {
            match stage.as_str() {
                "claimed" => last.claimed = n,
                "confirmed" => last.confirmed = n,
                _ => last.reversed = n,
            }
        }
    }
    Ok(counts)
}

/// What the figures of remote supervision count. A case belongs to the period in
/// which it began, a site visit to that of its day, a finding to that in which it
/// was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Cases that were sent.
    Sent,
    /// Of them, decided without a visit.
    Decided,
    /// Of them, converted to a site visit.
    Converted,
    /// Cases decided with at least one finding.
    WithFindings,
    /// Site visits.
    SiteVisits,
    /// Findings that are settled or overdue.
    RectificationDue,
    /// Of them, verified in time.
    RectificationInTime,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 7] = [
        Self::Sent,
        Self::Decided,
        Self::Converted,
        Self::WithFindings,
        Self::SiteVisits,
        Self::RectificationDue,
        Self::RectificationInTime,
    ];

    /// The column of the instant that decides the period.
    pub(super) const fn time(self) -> &'static str {
        match self {
            Self::Sent | Self::Decided | Self::Converted | Self::WithFindings => "created_at",
            Self::SiteVisits => "visited_at",
            Self::RectificationDue | Self::RectificationInTime => "found_at",
        }
    }

    /// The column of the item, where a row is for one.
    const fn item(self) -> Option<&'static str> {
        match self {
            Self::RectificationDue | Self::RectificationInTime => Some("item"),
            _ => None,
        }
    }

    /// The rows it counts, without columns: figures count them, lists show them.
    pub(super) fn rows(self, base: &Base, now: Timestamp) -> SelectStatement {
        let mut select = Query::select();
        match self {
            Self::Sent | Self::Decided | Self::Converted | Self::WithFindings => {
                select.from("cases").and_where(Expr::col("submitted_at").is_not_null());
            }
            Self::SiteVisits => {
                select.from("site_visits");
            }
            Self::RectificationDue | Self::RectificationInTime => {
                select.from("findings");
            }
        }
        match self {
            Self::Sent | Self::SiteVisits => {}
            Self::Decided => {
                select.and_where(Expr::col("decided_at").is_not_null());
            }
            Self::Converted => {
                select.and_where(Expr::col("stage").eq("converted_on_site"));
            }
            Self::WithFindings => {
                let outcomes = ["guidance", "first_violation", "order_to_correct", "filed_case"];
                select.and_where(Expr::col("outcome").is_in(outcomes));
            }
            Self::RectificationDue => {
                select.and_where(Expr::col("in_time").is_not_null().or(past_its_term(now)));
            }
            Self::RectificationInTime => {
                select.and_where(Expr::col("in_time").eq(1_i64));
            }
        }
        base.narrow(&mut select, self.time(), self.item());
        select
    }
}

/// Whether the enterprise's term has passed. What it has sent waits for an officer, whose term
/// is none of its own: it counts once it is checked.
fn past_its_term(now: Timestamp) -> Expr {
    Expr::col("stage").is_in(["guided", "returned"]).and(Expr::col("due").lt(now.0))
}

/// Remote supervision's totals.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn remote(db: &impl ConnectionTrait, base: &Base, now: Timestamp) -> StoreResult<RemoteFigures> {
    if tallies::answers(base) { remote_tallied(db, base, now).await } else { remote_counted(db, base, now).await }
}

const REMOTE: [&str; 7] =
    ["sent", "decided", "converted", "with_findings", "site_visits", "rectification_settled", "rectification_in_time"];

async fn remote_tallied(db: &impl ConnectionTrait, base: &Base, now: Timestamp) -> StoreResult<RemoteFigures> {
    let mut figures = RemoteFigures::default();
    for sum in tallies::sums(db, &REMOTE, base, Split::Whole).await? {
        let n = count(sum.rows);
        match sum.figure.as_str() {
            "sent" => figures.remote = n,
            "decided" => figures.decided = n,
            "converted" => figures.converted = n,
            "with_findings" => figures.with_findings = n,
            "site_visits" => figures.site = n,
            "rectification_in_time" => figures.rectification_in_time = n,
            _ => figures.rectification_due = n,
        }
    }
    // What is overdue depends on the clock; unsettled findings are few.
    let mut overdue = Query::select();
    overdue
        .expr_as(Func::count(Expr::col("id")), "n")
        .from("findings")
        .and_where(Expr::col("in_time").is_null())
        .and_where(past_its_term(now));
    let measure = Measure::RectificationDue;
    base.narrow(&mut overdue, measure.time(), measure.item());
    figures.rectification_due += one(db, &overdue).await?;
    Ok(figures)
}

/// The same from the rows: for periods that are not made of whole months.
async fn remote_counted(db: &impl ConnectionTrait, base: &Base, now: Timestamp) -> StoreResult<RemoteFigures> {
    let mut figures = RemoteFigures::default();
    for measure in Measure::ALL {
        let mut select = measure.rows(base, now);
        select.expr_as(Func::count(Expr::col("id")), "n");
        let n = one(db, &select).await?;
        match measure {
            Measure::Sent => figures.remote = n,
            Measure::Decided => figures.decided = n,
            Measure::Converted => figures.converted = n,
            Measure::WithFindings => figures.with_findings = n,
            Measure::SiteVisits => figures.site = n,
            Measure::RectificationDue => figures.rectification_due = n,
            Measure::RectificationInTime => figures.rectification_in_time = n,
        }
    }
    Ok(figures)
}

/// How many enterprises have an enrolment in force.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn enterprises_in_force(db: &impl ConnectionTrait) -> StoreResult<u64> {
    let mut select = Query::select();
    select
        .expr_as(Func::count_distinct(Expr::col("enterprise")), "n")
        .from("enrolments")
        .and_where(Expr::col("stage").eq("active"));
    one(db, &select).await
}

async fn one(db: &impl ConnectionTrait, select: &SelectStatement) -> StoreResult<u64> {
    match db.query_one(select).await? {
        Some(row) => Ok(count(number(&row, "n")?)),
        None => Ok(0),
    }
}
