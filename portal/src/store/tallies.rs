//! Running totals, so that a dashboard costs the same with a thousand cases and
//! with a hundred thousand.
//!
//! A tally is a number of rows of one kind, in one month, of one agency, in one
//! district, for one item. Rows say themselves what they count for
//! ([`super::Aggregate::counts_for`]); every transaction that writes a row moves
//! the tallies by the difference in the same commit, so a tally is always exactly
//! what counting the rows would give (a test counts both). Periods that do not
//! begin and end with a month are counted from the rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    ids::{AgencyId, EnterpriseId, ItemId},
    region::RegionCode,
    time::Timestamp,
};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait,
    sea_query::{Expr, Func, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Base, StoreResult, month};

/// What a row counts for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tally {
    figure: &'static str,
    month: String,
    agency: Uuid,
    enterprise: Uuid,
    item: Uuid,
}

impl Tally {
    /// One row of a figure, for all items together.
    pub(super) fn of(figure: &'static str, at: Timestamp, agency: AgencyId, enterprise: EnterpriseId) -> Self {
        Self { figure, month: month(at), agency: agency.0, enterprise: enterprise.0, item: Uuid::nil() }
    }

    /// The same row, counted under one of its items.
    pub(super) fn for_item(&self, item: ItemId) -> Self {
        Self { item: item.0, ..self.clone() }
    }
}

/// By how much tallies move: rows and minutes.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves(BTreeMap<Tally, (i64, i64)>);

impl Moves {
    /// Adds what a row counts for, `times` times (−1 takes it away).
    pub(super) fn add(&mut self, counts: &[(Tally, i64)], times: i64) {
        for (tally, minutes) in counts {
            let (rows, sum) = self.0.entry(tally.clone()).or_default();
            *rows += times;
            *sum += times * minutes;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.values().all(|moved| *moved == (0, 0))
    }

    /// Writes the moves. The caller holds the lock under which transactions
    /// commit one after another, so that two of them cannot wait for each other.
    pub(super) async fn apply(&self, db: &DatabaseTransaction) -> StoreResult<()> {
        let moved: Vec<_> = self.0.iter().filter(|(_, moved)| **moved != (0, 0)).collect();
        let enterprises: BTreeSet<Uuid> = moved.iter().map(|(tally, _)| tally.enterprise).collect();
        let mut select = Query::select();
        select.columns(["id", "region"]).from("enterprises").and_where(Expr::col("id").is_in(enterprises));
        let mut regions: HashMap<Uuid, String> = HashMap::new();
        for row in db.query_all(&select).await? {
            regions.insert(row.try_get("", "id")?, row.try_get("", "region")?);
        }
        for (tally, (rows, minutes)) in moved {
            let Some(region) = regions.get(&tally.enterprise) else { continue };
            shift(db, tally, region, *rows, *minutes).await?;
        }
        Ok(())
    }
}

async fn shift(db: &impl ConnectionTrait, tally: &Tally, region: &str, rows: i64, minutes: i64) -> StoreResult<()> {
    let mut insert = Query::insert();
    insert
        .into_table("tallies")
        .columns(["figure", "month", "agency", "region", "item", "n", "minutes"])
        .values_panic([
            Expr::val(tally.figure),
            Expr::val(tally.month.as_str()),
            Expr::val(tally.agency),
            Expr::val(region),
            Expr::val(tally.item),
            Expr::val(rows),
            Expr::val(minutes),
        ])
        .on_conflict(
            OnConflict::columns(["figure", "month", "agency", "region", "item"])
                .value("n", Expr::col(("tallies", "n")).add(rows))
                .value("minutes", Expr::col(("tallies", "minutes")).add(minutes))
                .to_owned(),
        );
    db.execute(&insert).await?;
    Ok(())
}

/// An enterprise moved to another district, and what is counted for it moves too.
pub(super) async fn relocate(
    db: &impl ConnectionTrait,
    counts: &[(Tally, i64)],
    from: RegionCode,
    to: RegionCode,
) -> StoreResult<()> {
    for (tally, minutes) in counts {
        shift(db, tally, from.as_str(), -1, -minutes).await?;
        shift(db, tally, to.as_str(), 1, *minutes).await?;
    }
    Ok(())
}

/// How a sum is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// Not at all.
    Whole,
    /// By this column.
    By(&'static str),
}

/// One sum.
pub(super) struct Sum {
    pub(super) figure: String,
    pub(super) key: String,
    pub(super) rows: i64,
    pub(super) minutes: i64,
}

/// Whether the tallies can answer for a base: its period is made of whole months.
pub(super) fn answers(base: &Base) -> bool {
    let begins_month =
        |at: Option<Timestamp>| at.is_none_or(|at| at.date().day() == 1 && at == Timestamp::start_of(at.date()));
    begins_month(base.from) && begins_month(base.until)
}

/// Sums of figures over a base, in the order of their keys.
pub(super) async fn sums(
    db: &impl ConnectionTrait,
    figures: &[&'static str],
    base: &Base,
    split: Split,
) -> StoreResult<Vec<Sum>> {
    let mut select: SelectStatement = Query::select();
    let key = match split {
        Split::Whole => Expr::val(""),
        Split::By(column) => Expr::col(column),
    };
    let sum = |column: &'static str| Expr::expr(Func::sum(Expr::col(column))).cast_as("BIGINT");
    select
        .column("figure")
        .expr_as(key.clone(), "k")
        .expr_as(sum("n"), "n")
        .expr_as(sum("minutes"), "minutes")
        .from("tallies")
        .and_where(Expr::col("figure").is_in(figures.iter().copied()))
        .group_by_col("figure");
    if let Split::By(column) = split {
        select.group_by_col(column).order_by(column, sea_orm::Order::Asc);
    }
    match (base.item, split) {
        (Some(item), _) => select.and_where(Expr::col("item").eq(item.0)),
        (None, Split::By("item")) => select.and_where(Expr::col("item").ne(Uuid::nil())),
        (None, _) => select.and_where(Expr::col("item").eq(Uuid::nil())),
    };
    if let Some(agencies) = &base.agencies {
        select.and_where(Expr::col("agency").is_in(agencies.iter().map(|id| id.0)));
    }
    if let Some(from) = base.from {
        select.and_where(Expr::col("month").gte(month(from)));
    }
    if let Some(until) = base.until {
        select.and_where(Expr::col("month").lt(month(until)));
    }
    if let Some(region) = base.region {
        select.and_where(Expr::col("region").eq(region.as_str()));
    }
    let by_id = matches!(split, Split::By("agency" | "item"));
    db.query_all(&select)
        .await?
        .iter()
        .map(|row| {
            Ok(Sum {
                figure: row.try_get("", "figure")?,
                key: if by_id { row.try_get::<Uuid>("", "k")?.to_string() } else { row.try_get("", "k")? },
                rows: row.try_get::<Option<i64>>("", "n")?.unwrap_or(0),
                minutes: row.try_get::<Option<i64>>("", "minutes")?.unwrap_or(0),
            })
        })
        .collect()
}
