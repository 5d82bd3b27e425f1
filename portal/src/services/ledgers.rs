//! The ledger of visits avoided, and the numbers over it. Due visits and site
//! visits, which move it, are in [`super::visits`].

use std::collections::{BTreeSet, HashMap};

use domain::{
    actor::Actor,
    agency::Agency,
    case::{Case, Outcome},
    enterprise::Enterprise,
    first_violation::Category,
    ids::{AgencyId, CaseId, DueVisitId, EnterpriseId, ItemId, LedgerEntryId},
    item::ItemVersion,
    policy::Action,
    text::Name,
    time::Timestamp,
    visit_ledger::{self, DueVisit, DueVisitState, EntryState, LedgerEntry, NotCounted, Reversal},
};
use serde_json::json;
use time::Date;

pub use super::visits::{DueVisitRow, NewDueVisit, NewSiteVisit, Outlook, Planned};

use super::{Lookup, load};
use crate::{
    Portal,
    error::{Error, Result},
    site_visit::SiteVisit,
    store::{self, Base, Count, Drift, Grouping, LedgerFigures, LedgerFilter, Page, Paged, RemoteFigures, Tx},
};

/// The service.
pub struct Ledgers<'a>(pub(crate) &'a Portal);

/// The figures of a period, with everything their definitions need.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The ledger.
    pub ledger: LedgerFigures,
    /// Remote supervision.
    pub remote: RemoteFigures,
    /// When they were taken.
    pub at: Timestamp,
}

/// What everybody may know.
#[derive(Clone, Debug)]
pub struct PublicFigures {
    /// Of the running year.
    pub figures: Figures,
    /// Enterprises with an enrolment in force now.
    pub enterprises: u64,
}

/// An entry with what belongs to it.
#[derive(Clone, Debug)]
pub struct EntryView {
    /// The entry.
    pub entry: LedgerEntry,
    /// The visit that was due.
    pub due: DueVisit,
    /// The case's number.
    pub case_number: Name,
    /// Whose visit it would have been.
    pub enterprise: Enterprise,
    /// By whom.
    pub agency: Agency,
    /// The names of the items.
    pub items: Vec<Name>,
    /// Under which category a violation was spared, where one was.
    pub spared: Option<Category>,
    /// The number of the other case whose conversion took the entry back, where one did.
    pub converted: Option<Name>,
}

/// An entry in a list.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// The entry.
    pub entry: LedgerEntry,
    /// Whose visit it would have been.
    pub enterprise: Name,
    /// The district.
    pub region: domain::region::RegionCode,
    /// By whom.
    pub agency: Name,
    /// The names of the items.
    pub items: Vec<Name>,
    /// Under which category a violation was spared, where one was.
    pub spared: Option<Category>,
}

impl Ledgers<'_> {
    /// Claims the visits that a decided case made unnecessary. What is no visit
    /// avoided is simply not claimed: it stays a remote service.
    pub(crate) async fn claim(&self, tx: &mut Tx, case: &Case, items: &[ItemVersion], resolved: bool) -> Result<()> {
        let portal = self.0;
        let now = portal.now();
        let confirm_after = now.plus_days(i64::from(portal.settings().ledger.quiet_days));
        let ids: BTreeSet<DueVisitId> = case.items.iter().filter_map(|item| item.due_visit).collect();
        for id in ids {
            let mut due = load::<DueVisit>(tx, id.0).await?;
            // A visit is avoided once; what was taken back does not count again.
            if !store::ledger::of_due_visits(tx.db(), [id]).await?.is_empty() {
                continue;
            }
            let of_visit = |version: &&ItemVersion| due.items.contains(&version.item);
            let minutes = items.iter().filter(of_visit).map(|v| u32::from(v.content.standard_minutes)).sum();
            let entry_id = LedgerEntryId(portal.new_id());
            let visits: Vec<SiteVisit> = store::visit::site_visits(tx.db(), case.enterprise, case.agency)
                .await?
                .into_iter()
                .filter(|visit| visit.at >= due.recorded_at)
                .filter(|visit| visit.items.iter().any(|item| due.items.contains(item)))
                .collect();
            let times: Vec<Timestamp> = visits.iter().map(|visit| visit.at).collect();
            let claimed =
                visit_ledger::claim(entry_id, case, &due.value, resolved, minutes, &times, confirm_after, now);
            let entry = match claimed {
                Ok(entry) => entry,
                Err(NotCounted::Visited) => {
                    // Not avoided: done by that visit, or still to be done.
                    due.state = match visits.iter().find(|visit| due.is_done_by(&visit.items)) {
                        Some(visit) => DueVisitState::Visited { at: visit.at },
                        None => DueVisitState::Open,
                    };
                    tx.save(&due).await?;
                    continue;
                }
                Err(NotCounted::Outcome) => {
                    // What the case came to does not spare the visit.
                    if due.state == (DueVisitState::Covered { case: case.id }) {
                        due.state = DueVisitState::Open;
                        tx.save(&due).await?;
                    }
                    continue;
                }
                Err(_) => continue,
            };
            tx.insert(&entry).await?;
            due.state = DueVisitState::Avoided { case: case.id };
            tx.save(&due).await?;
            tx.audit(portal.own_event("ledger.claim", "ledger_entry", entry.id).with(json!({ "case": case.id })));
        }
        Ok(())
    }

    /// Takes back what was claimed for visits whose quiet period runs, where a later case for
    /// one of their items goes over to a site visit: the site is visited after all.
    pub(crate) async fn reverse_for_conversion(&self, tx: &mut Tx, case: &Case) -> Result<()> {
        let now = self.0.now();
        // What moves the entries of an enterprise waits for its turn there.
        load::<Enterprise>(tx, case.enterprise.0).await?;
        let undone = |entry: &LedgerEntry| {
            let items = case.items.iter().map(|item| item.item);
            entry.undone_by_conversion(case.enterprise, case.agency, items, now)
        };
        for entry in store::ledger::of_pair(tx.db(), case.enterprise, case.agency).await?.into_iter().filter(undone) {
            let mut entry = load::<LedgerEntry>(tx, entry.id.0).await?;
            // It may have been confirmed or taken back meanwhile.
            if !undone(&entry.value) {
                continue;
            }
            entry.reverse(Reversal::Converted { case: case.id }, now)?;
            tx.save(&entry).await?;
            tx.audit(self.0.own_event("ledger.reverse", "ledger_entry", entry.id).with(json!({ "case": case.id })));
            due_again(tx, &entry.value).await?;
        }
        Ok(())
    }

    /// Takes back what was claimed for a case when what it found goes on as a case
    /// of its own: an entry rests on an outcome that needed no more than the desk
    /// (A6), and the visits that were due are due again.
    pub(crate) async fn reverse_for_transfer(&self, tx: &mut Tx, case: CaseId) -> Result<()> {
        let now = self.0.now();
        for entry in store::ledger::of_case(tx.db(), case).await? {
            let mut entry = load::<LedgerEntry>(tx, entry.id.0).await?;
            if entry.reverse(Reversal::Transferred { case }, now).is_err() {
                continue;
            }
            tx.save(&entry).await?;
            tx.audit(self.0.own_event("ledger.reverse", "ledger_entry", entry.id));
            due_again(tx, &entry.value).await?;
        }
        Ok(())
    }

    /// The visits that a case stands in for, each with its entry once there is
    /// one.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn of_case(&self, actor: &Actor, id: CaseId) -> Result<Vec<(DueVisit, Option<LedgerEntry>)>> {
        let db = self.0.store().read();
        let case = store::case::get(db, id).await?.ok_or(Error::NotFound)?;
        self.0.permit(actor, Action::SeeLedger, &case).await?;
        let entries = store::ledger::of_case(db, id).await?;
        let ids: BTreeSet<DueVisitId> = case.items.iter().filter_map(|item| item.due_visit).collect();
        let mut visits = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(due) = store::visit::get(db, id).await? {
                visits.push((due, entries.iter().find(|entry| entry.due_visit == id).cloned()));
            }
        }
        Ok(visits)
    }

    pub(super) async fn base(&self, actor: &Actor, base: &Base) -> Result<Base> {
        let reach = self.0.agencies_within_reach(actor, Action::SeeLedger).await?;
        Ok(Base { agencies: narrowed(reach, base.agencies.as_ref()), ..base.clone() })
    }

    /// The figures of a period within the actor's reach.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn figures(&self, actor: &Actor, base: &Base) -> Result<Figures> {
        let base = self.base(actor, base).await?;
        let db = self.0.store().read();
        let now = self.0.now();
        Ok(Figures {
            ledger: store::ledger_figures(db, &base).await?,
            remote: store::remote_figures(db, &base, now).await?,
            at: now,
        })
    }

    /// The city's figures of the running year for the public: totals only, no
    /// agency (A2 ④).
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn public_figures(&self) -> Result<PublicFigures> {
        let db = self.0.store().read();
        let now = self.0.now();
        let year = now.date().year();
        let first = Date::from_ordinal_date(year, 1).map_err(|error| Error::Impossible(error.to_string()))?;
        let base = Base { from: Some(Timestamp::start_of(first)), ..Base::default() };
        let figures = Figures {
            ledger: store::ledger_figures(db, &base).await?,
            remote: store::remote_figures(db, &base, now).await?,
            at: now,
        };
        Ok(PublicFigures { figures, enterprises: store::enterprises_in_force(db).await? })
    }

    /// The ledger in groups within the actor's reach.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn groups(&self, actor: &Actor, base: &Base, by: Grouping) -> Result<Vec<Count>> {
        let base = self.base(actor, base).await?;
        Ok(store::grouped(self.0.store().read(), &base, by).await?)
    }

    /// The entries of a filter within the actor's reach, the latest first.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn entries(&self, actor: &Actor, filter: &LedgerFilter, page: Page) -> Result<Paged<EntryRow>> {
        let portal = self.0;
        let reach = portal.agencies_within_reach(actor, Action::SeeLedger).await?;
        let filter = LedgerFilter { agencies: narrowed(reach, filter.agencies.as_ref()), ..filter.clone() };
        let db = portal.store().read();
        let found = store::ledger::list(db, &filter, page).await?;
        Ok(Paged { rows: self.entry_rows(found.rows).await?, total: found.total })
    }

    /// Entries with the names that lists show.
    pub(super) async fn entry_rows(&self, entries: Vec<LedgerEntry>) -> Result<Vec<EntryRow>> {
        let portal = self.0;
        let db = portal.store().read();
        let enterprises: HashMap<EnterpriseId, Enterprise> = {
            let ids: BTreeSet<EnterpriseId> = entries.iter().map(|row| row.enterprise).collect();
            store::enterprise::several(db, ids).await?.into_iter().map(|e| (e.id, e)).collect()
        };
        let agencies: HashMap<AgencyId, Name> =
            store::agency::all(db).await?.into_iter().map(|agency| (agency.id, agency.name)).collect();
        let names = portal.item_names(entries.iter().flat_map(|row| row.items.iter().copied())).await?;
        let sparing = entries.iter().filter(|entry| entry.outcome == Outcome::FirstViolation).map(|entry| entry.case);
        let spared: HashMap<CaseId, Category> = store::first_violation::of_cases(db, sparing)
            .await?
            .into_iter()
            .map(|first| (first.case, first.entry.category))
            .collect();
        let rows = entries.into_iter().filter_map(|entry| {
            let enterprise = enterprises.get(&entry.enterprise)?;
            Some(EntryRow {
                enterprise: enterprise.name.clone(),
                region: enterprise.region,
                agency: agencies.get(&entry.agency)?.clone(),
                items: entry.items.iter().filter_map(|item| names.get(item).cloned()).collect(),
                spared: spared.get(&entry.case).copied(),
                entry,
            })
        });
        Ok(rows.collect())
    }

    /// One entry with what belongs to it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn entry(&self, actor: &Actor, id: LedgerEntryId) -> Result<EntryView> {
        let portal = self.0;
        let db = portal.store().read();
        let entry = store::ledger::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit(actor, Action::SeeLedger, &entry).await?;
        let due = store::visit::get(db, entry.due_visit).await?.ok_or(Error::NotFound)?;
        let case = store::case::get(db, entry.case).await?.ok_or(Error::NotFound)?;
        let enterprise = store::enterprise::get(db, entry.enterprise).await?.ok_or(Error::NotFound)?;
        let agency = portal.agency(entry.agency).await?;
        let names = portal.item_names(entry.items.iter().copied()).await?;
        let items = entry.items.iter().filter_map(|item| names.get(item).cloned()).collect();
        let first = store::first_violation::of_case(db, entry.case).await?;
        let spared = first.map(|first| first.entry.category);
        let converted = match &entry.state {
            EntryState::Reversed { why: Reversal::Converted { case }, .. } => {
                store::case::get(db, *case).await?.map(|case| case.number)
            }
            _ => None,
        };
        Ok(EntryView { entry, due, case_number: case.number, enterprise, agency, items, spared, converted })
    }

    /// Compares the running totals with the rows, from the machine itself.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn recount_locally(&self) -> Result<Vec<Drift>> {
        Ok(self.0.store().recount().await?)
    }

    /// Sets the running totals to what counting gives, from the machine itself;
    /// what was wrong goes into the trail.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn mend_totals_locally(&self) -> Result<Vec<Drift>> {
        let mut tx = self.0.store().begin().await?;
        let drifts = tx.mend_tallies().await?;
        if !drifts.is_empty() {
            let wrong: Vec<_> = drifts
                .iter()
                .map(|drift| json!({ "tally": drift.tally, "said": drift.said, "counted": drift.counted }))
                .collect();
            tx.audit(self.0.own_event("ledger.recount", "totals", "all").with(json!(wrong)));
        }
        tx.commit().await?;
        Ok(drifts)
    }

    /// Entries of a filter within the actor's reach, the latest first: the `limit`
    /// that come after `last`, or the first ones.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn entries_after(
        &self,
        actor: &Actor,
        filter: &LedgerFilter,
        last: Option<&LedgerEntry>,
        limit: u64,
    ) -> Result<Vec<EntryRow>> {
        let portal = self.0;
        let reach = portal.agencies_within_reach(actor, Action::SeeLedger).await?;
        let filter = LedgerFilter { agencies: narrowed(reach, filter.agencies.as_ref()), ..filter.clone() };
        let found = store::ledger::following(portal.store().read(), &filter, last, limit).await?;
        self.entry_rows(found).await
    }
}

/// The visit that an entry stood for is due again: nothing avoided it after all.
async fn due_again(tx: &mut Tx, entry: &LedgerEntry) -> Result<()> {
    let mut due = load::<DueVisit>(tx, entry.due_visit.0).await?;
    if due.state == (DueVisitState::Avoided { case: entry.case }) {
        due.state = DueVisitState::Open;
        tx.save(&due).await?;
    }
    Ok(())
}

/// What somebody asked for, within what they reach.
fn narrowed(reach: Option<Vec<AgencyId>>, asked: Option<&Vec<AgencyId>>) -> Option<Vec<AgencyId>> {
    match (reach, asked) {
        (reach, None) => reach,
        (None, Some(asked)) => Some(asked.clone()),
        (Some(reach), Some(asked)) => Some(reach.into_iter().filter(|id| asked.contains(id)).collect()),
    }
}

impl Portal {
    /// The current names of items, for showing.
    pub(crate) fn item_names(&self, ids: impl IntoIterator<Item = ItemId>) -> Lookup<'_, HashMap<ItemId, Name>> {
        let ids: BTreeSet<ItemId> = ids.into_iter().collect();
        Box::pin(async move {
            let items = store::item::several(self.store().read(), ids).await?;
            let name = |item: &domain::item::Item| {
                let version = item.current().or(item.versions.last())?;
                Some((item.id, version.content.name.clone()))
            };
            Ok(items.iter().filter_map(name).collect())
        })
    }
}
