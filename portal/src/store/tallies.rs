//! Running totals, so that a dashboard costs the same with a thousand cases and
//! with a hundred thousand.
//!
//! A tally is a number of rows of one kind, in one month, of one agency, in one
//! district or in all of them, for one item or for all of them: whoever asks for
//! neither adds up a few rows per month and agency. Rows say themselves what they count for
//! ([`super::Aggregate::counts_for`]); every transaction that writes a row moves
//! the tallies by the difference in the same commit, so a tally is always exactly
//! what counting the rows would give ([`Store::recount`] counts both). Periods that
//! do not begin and end with a month are counted from the rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    case::Case,
    finding::Finding,
    ids::{AgencyId, EnterpriseId, ItemId},
    region::RegionCode,
    time::Timestamp,
    visit_ledger::LedgerEntry,
};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, ExprTrait, IsolationLevel, TransactionOptions,
    TransactionTrait,
    sea_query::{Expr, Func, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Aggregate, Base, Find, Store, StoreResult, Tx, month};
use crate::site_visit::SiteVisit;

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

    /// The row for all items together and under each of them, without minutes.
    pub(super) fn with_items(self, items: impl IntoIterator<Item = ItemId>) -> Vec<(Self, i64)> {
        let items: Vec<_> = items.into_iter().map(|item| (self.for_item(item), 0)).collect();
        std::iter::once((self, 0)).chain(items).collect()
    }
}

/// By how much tallies move: rows and minutes; and which enterprises move to
/// another district with everything that is counted for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    counts: BTreeMap<Tally, (i64, i64)>,
    relocated: BTreeMap<Uuid, (RegionCode, RegionCode)>,
}

impl Moves {
    /// Adds what a row counts for, `times` times (−1 takes it away).
    pub(super) fn add(&mut self, counts: &[(Tally, i64)], times: i64) {
        for (tally, minutes) in counts {
            let (rows, sum) = self.counts.entry(tally.clone()).or_default();
            *rows += times;
            *sum += times * minutes;
        }
    }

    /// Notes that an enterprise moves.
    pub(super) fn relocate(&mut self, enterprise: EnterpriseId, from: RegionCode, to: RegionCode) {
        self.relocated.entry(enterprise.0).and_modify(|(_, last)| *last = to).or_insert((from, to));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.relocated.is_empty() && self.counts.values().all(|moved| *moved == (0, 0))
    }

    /// Writes the moves. The caller holds the lock under which transactions
    /// commit one after another: so that two of them cannot wait for each other,
    /// and so that rows of an enterprise that moves are counted when every other
    /// transaction has either written its tallies or will look for its district
    /// after this commit.
    pub(super) async fn apply(&self, db: &DatabaseTransaction) -> StoreResult<()> {
        let moved: Vec<_> = self.counts.iter().filter(|(_, moved)| **moved != (0, 0)).collect();
        let mut regions = regions_of(db, moved.iter().map(|(tally, _)| tally.enterprise).collect()).await?;
        // What this transaction wrote moves with the rest.
        regions.extend(self.relocated.iter().map(|(enterprise, (from, _))| (*enterprise, from.as_str().to_owned())));
        for (tally, (rows, minutes)) in moved {
            let Some(region) = regions.get(&tally.enterprise) else { continue };
            for key in Key::both(tally, region) {
                shift(db, &key, *rows, *minutes).await?;
            }
        }
        for (enterprise, (from, to)) in self.relocated.iter().filter(|(_, (from, to))| from != to) {
            let mut counts = BTreeMap::new();
            add_counts::<Case>(db, *enterprise, &mut counts).await?;
            add_counts::<Finding>(db, *enterprise, &mut counts).await?;
            add_counts::<LedgerEntry>(db, *enterprise, &mut counts).await?;
            add_counts::<SiteVisit>(db, *enterprise, &mut counts).await?;
            // What is counted for all districts stays as it is.
            for (tally, (rows, minutes)) in &counts {
                shift(db, &Key::of(tally, from.as_str()), -rows, -minutes).await?;
                shift(db, &Key::of(tally, to.as_str()), *rows, *minutes).await?;
            }
        }
        Ok(())
    }
}

/// Stands for all districts together, as the nil id stands for all items.
const ALL_DISTRICTS: &str = "";

/// A row of the table of tallies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    figure: String,
    month: String,
    agency: Uuid,
    region: String,
    item: Uuid,
}

impl Key {
    fn of(tally: &Tally, region: &str) -> Self {
        Self {
            figure: tally.figure.to_owned(),
            month: tally.month.clone(),
            agency: tally.agency,
            region: region.to_owned(),
            item: tally.item,
        }
    }

    /// Where a row of a district is counted: there, and among all.
    fn both(tally: &Tally, region: &str) -> [Self; 2] {
        [Self::of(tally, region), Self::of(tally, ALL_DISTRICTS)]
    }
}

/// The districts of enterprises.
async fn regions_of(db: &impl ConnectionTrait, enterprises: BTreeSet<Uuid>) -> StoreResult<HashMap<Uuid, String>> {
    let mut select = Query::select();
    select.columns(["id", "region"]).from("enterprises").and_where(Expr::col("id").is_in(enterprises));
    let rows = db.query_all(&select).await?;
    rows.iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "region")?))).collect()
}

/// Adds what the rows of an enterprise count for.
async fn add_counts<T: Aggregate>(
    db: &impl ConnectionTrait,
    enterprise: Uuid,
    counts: &mut BTreeMap<Tally, (i64, i64)>,
) -> StoreResult<()> {
    for row in Find::<T>::new().eq("enterprise", enterprise).all(db).await? {
        for (tally, minutes) in row.counts_for() {
            let (rows, sum) = counts.entry(tally).or_default();
            *rows += 1;
            *sum += minutes;
        }
    }
    Ok(())
}

async fn shift(db: &impl ConnectionTrait, key: &Key, rows: i64, minutes: i64) -> StoreResult<()> {
    let mut insert = Query::insert();
    insert
        .into_table("tallies")
        .columns(["figure", "month", "agency", "region", "item", "n", "minutes"])
        .values_panic([
            Expr::val(key.figure.as_str()),
            Expr::val(key.month.as_str()),
            Expr::val(key.agency),
            Expr::val(key.region.as_str()),
            Expr::val(key.item),
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

/// A tally that is not what counting the rows gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Which tally, in words for whoever looks after the database.
    pub tally: String,
    /// The rows and minutes that it says.
    pub said: (i64, i64),
    /// The rows and minutes that there are.
    pub counted: (i64, i64),
}

/// The tallies as the table has them, or as counting gives them, without those
/// that are nothing.
type Sums = BTreeMap<Key, (i64, i64)>;

impl Store {
    /// Counts every row and compares that with the tallies. Nothing is changed and
    /// nobody waits: rows and tallies are read as they stood at one instant.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn recount(&self) -> StoreResult<Vec<Drift>> {
        let postgres = self.backend == DbBackend::Postgres;
        let options = TransactionOptions {
            isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
            access_mode: postgres.then_some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        };
        let snapshot = self.reader.begin_with_options(options).await?;
        drifts(&snapshot).await
    }
}

impl Tx {
    /// Sets the tallies to what counting the rows gives; what they were. Others
    /// wait until the commit.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn mend_tallies(&self) -> StoreResult<Vec<Drift>> {
        self.queue().await?;
        let drifts = drifts(self.db()).await?;
        if !drifts.is_empty() {
            let counted = counted(self.db()).await?;
            self.db().execute(Query::delete().from_table("tallies")).await?;
            for (key, (rows, minutes)) in &counted {
                shift(self.db(), key, *rows, *minutes).await?;
            }
        }
        Ok(drifts)
    }
}

async fn drifts(db: &impl ConnectionTrait) -> StoreResult<Vec<Drift>> {
    let (said, counted) = (said(db).await?, counted(db).await?);
    let keys: BTreeSet<&Key> = said.keys().chain(counted.keys()).collect();
    let of = |sums: &Sums, key: &Key| sums.get(key).copied().unwrap_or_default();
    let drift = |key: &Key| Drift {
        tally: format!(
            "{} {} agency {} district {}{}",
            key.figure,
            key.month,
            key.agency,
            if key.region == ALL_DISTRICTS { "all" } else { &key.region },
            if key.item.is_nil() { String::new() } else { format!(" item {}", key.item) }
        ),
        said: of(&said, key),
        counted: of(&counted, key),
    };
    Ok(keys.into_iter().filter(|key| of(&said, key) != of(&counted, key)).map(drift).collect())
}

async fn said(db: &impl ConnectionTrait) -> StoreResult<Sums> {
    let mut select = Query::select();
    select.columns(["figure", "month", "agency", "region", "item", "n", "minutes"]).from("tallies");
    let rows = db.query_all(&select).await?;
    let sum = |row: &sea_orm::QueryResult| {
        let key = Key {
            figure: row.try_get("", "figure")?,
            month: row.try_get("", "month")?,
            agency: row.try_get("", "agency")?,
            region: row.try_get("", "region")?,
            item: row.try_get("", "item")?,
        };
        Ok((key, (row.try_get("", "n")?, row.try_get("", "minutes")?)))
    };
    let sums: Sums = rows.iter().map(sum).collect::<StoreResult<_>>()?;
    Ok(sums.into_iter().filter(|(_, sum)| *sum != (0, 0)).collect())
}

async fn counted(db: &impl ConnectionTrait) -> StoreResult<Sums> {
    let mut sums = Sums::new();
    count_all::<Case>(db, &mut sums).await?;
    count_all::<Finding>(db, &mut sums).await?;
    count_all::<LedgerEntry>(db, &mut sums).await?;
    count_all::<SiteVisit>(db, &mut sums).await?;
    sums.retain(|_, sum| *sum != (0, 0));
    Ok(sums)
}

async fn count_all<T: Aggregate>(db: &impl ConnectionTrait, sums: &mut Sums) -> StoreResult<()> {
    /// Rows that are read at a time.
    const STEP: u64 = 500;
    let mut last = None;
    loop {
        let rows = Find::<T>::new().after(last, STEP).all(db).await?;
        let counts: Vec<(Tally, i64)> = rows.iter().flat_map(Aggregate::counts_for).collect();
        let regions = regions_of(db, counts.iter().map(|(tally, _)| tally.enterprise).collect()).await?;
        for (tally, minutes) in &counts {
            let Some(region) = regions.get(&tally.enterprise) else { continue };
            for key in Key::both(tally, region) {
                let (rows, sum) = sums.entry(key).or_default();
                *rows += 1;
                *sum += minutes;
            }
        }
        match rows.last() {
            Some(row) => last = Some(row.key()),
            None => return Ok(()),
        }
    }
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
    match (base.region, split) {
        (Some(region), _) => select.and_where(Expr::col("region").eq(region.as_str())),
        (None, Split::By("region")) => select.and_where(Expr::col("region").ne(ALL_DISTRICTS)),
        (None, _) => select.and_where(Expr::col("region").eq(ALL_DISTRICTS)),
    };
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
