//! The ledger of visits avoided.

use domain::{
    ids::{AgencyId, CaseId, DueVisitId, EnterpriseId, ItemId, LedgerEntryId},
    time::Timestamp,
    visit_ledger::{EntryStage, EntryState, LedgerEntry},
};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{Page, Paged, at, id, month, paged, text, word};
use crate::store::{Aggregate, Find, StoreResult, Tally};

impl Aggregate for LedgerEntry {
    const TABLE: &'static str = "ledger_entries";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let confirm_after = match self.state {
            EntryState::Claimed { confirm_after } => Some(confirm_after),
            _ => None,
        };
        let saved = i64::from(self.standard_minutes) - i64::from(self.spent_minutes);
        vec![
            ("due_visit", id(Some(self.due_visit.0))),
            ("case_id", id(Some(self.case.0))),
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("stage", text(word(&self.stage()))),
            ("claimed_at", at(Some(self.claimed_at))),
            ("month", text(month(self.claimed_at))),
            ("confirm_after", at(confirm_after)),
            ("saved_minutes", Value::BigInt(Some(saved))),
        ]
    }

    fn counts_for(&self) -> Vec<(Tally, i64)> {
        let figure = match self.stage() {
            EntryStage::Claimed => "claimed",
            EntryStage::Confirmed => "confirmed",
            EntryStage::Reversed => "reversed",
        };
        let saved = i64::from(self.standard_minutes) - i64::from(self.spent_minutes);
        let whole = Tally::of(figure, self.claimed_at, self.agency, self.enterprise);
        let items = self.items.iter().map(|item| (whole.for_item(*item), saved));
        let items: Vec<_> = items.collect();
        std::iter::once((whole, saved)).chain(items).collect()
    }

    fn items(&self) -> Vec<ItemId> {
        self.items.clone()
    }
}

/// What the ledger is narrowed down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerFilter {
    /// Which agencies; `None` is every one within reach.
    pub agencies: Option<Vec<AgencyId>>,
    /// In which state.
    pub stage: Option<EntryStage>,
    /// Claimed at this instant or later.
    pub from: Option<Timestamp>,
    /// Claimed before this instant.
    pub until: Option<Timestamp>,
    /// Of this district.
    pub region: Option<domain::region::RegionCode>,
    /// For this item.
    pub item: Option<ItemId>,
}

impl LedgerFilter {
    fn search(&self) -> Find<LedgerEntry> {
        let mut find = Find::new().eq_if("stage", self.stage.map(|stage| word(&stage)));
        if let Some(agencies) = &self.agencies {
            find = find.one_of("agency", agencies.iter().map(|id| id.0));
        }
        if let Some(from) = self.from {
            find = find.from("claimed_at", from.0);
        }
        if let Some(until) = self.until {
            find = find.before("claimed_at", until.0);
        }
        if let Some(region) = self.region {
            find = find.within("enterprise", "enterprises", "id", "region", region.as_str());
        }
        if let Some(item) = self.item {
            find = find.within("id", "row_items", "row_id", "item", item.0);
        }
        find
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: LedgerEntryId) -> StoreResult<Option<LedgerEntry>> {
    crate::store::aggregate::get(db, id.0).await
}

/// Those of a filter, the latest first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn list(db: &impl ConnectionTrait, filter: &LedgerFilter, page: Page) -> StoreResult<Paged<LedgerEntry>> {
    paged(db, || filter.search(), |find| find.latest("claimed_at"), page).await
}

/// The `limit` that come after an entry in [`list`], or the first ones: however
/// long the list is, each step costs the same.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn following(
    db: &impl ConnectionTrait,
    filter: &LedgerFilter,
    after: Option<&LedgerEntry>,
    limit: u64,
) -> StoreResult<Vec<LedgerEntry>> {
    let mut find = filter.search();
    if let Some(last) = after {
        find = find.after_latest("claimed_at", last.claimed_at.0, last.id.0);
    }
    find.latest("claimed_at").page(limit, 0).all(db).await
}

/// Those for several due visits, in no order.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_due_visits(
    db: &impl ConnectionTrait,
    due: impl IntoIterator<Item = DueVisitId>,
) -> StoreResult<Vec<LedgerEntry>> {
    Find::new().one_of("due_visit", due.into_iter().map(|id| id.0)).all(db).await
}

/// The one that a case led to.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Vec<LedgerEntry>> {
    Find::new().eq("case_id", case.0).all(db).await
}

/// Those of an enterprise and an agency.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_pair(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    agency: AgencyId,
) -> StoreResult<Vec<LedgerEntry>> {
    Find::new().eq("enterprise", enterprise.0).eq("agency", agency.0).order("id").all(db).await
}

/// Claims whose quiet period is over.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn quiet(
    db: &impl ConnectionTrait,
    now: Timestamp,
    after: Option<Uuid>,
    limit: u64,
) -> StoreResult<Vec<Uuid>> {
    Find::<LedgerEntry>::new().before("confirm_after", now.0).after(after, limit).keys(db).await
}
