//! Due visits and site visits: what puts entries into the ledger, and what takes
//! them back.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    actor::Actor,
    case::{Case, CaseStage, CaseState},
    enrolment::Enrolment,
    enterprise::Enterprise,
    ids::{AgencyId, CaseId, DueVisitId, EnterpriseId, ItemId, LedgerEntryId},
    item::{Item, ItemVersion},
    policy::{Action, Denied},
    text::{Name, Note},
    time::Timestamp,
    visit_ledger::{DueReason, DueVisit, DueVisitState, ExtraGround, LedgerEntry, Reversal, within_cap},
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use time::Date;

use super::{
    ledgers::{EntryRow, Ledgers},
    load,
    rounds::{begin_case, join_round, one_at_a_time},
};
use crate::{
    error::{Error, Result},
    site_visit::SiteVisit,
    store::{self, CaseFilter, Page, Paged},
};

/// A visit to be put on the plan.
#[derive(Clone, Debug)]
pub struct NewDueVisit {
    /// To whom.
    pub enterprise: EnterpriseId,
    /// For what.
    pub items: Vec<ItemId>,
    /// Why.
    pub reason: DueReason,
    /// The number of the plan, draw or task.
    pub reference: Note,
    /// The last day of the period in which it is to take place.
    pub until: Date,
    /// What allows it beyond the yearly cap, where it is.
    pub ground: Option<ExtraGround>,
}

/// A site visit that took place.
#[derive(Clone, Debug)]
pub struct NewSiteVisit {
    /// To whom.
    pub enterprise: EnterpriseId,
    /// For what.
    pub items: Vec<ItemId>,
    /// When.
    pub at: Timestamp,
    /// The due visit it settles.
    pub due_visit: Option<DueVisitId>,
    /// The converted case it comes from.
    pub case: Option<CaseId>,
    /// What is recorded about it.
    pub note: Note,
    /// What allows it beyond the yearly cap, where it is; a due visit that was
    /// planned beyond it brings its own.
    pub ground: Option<ExtraGround>,
}

/// What a due visit came to when it was put on the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// Enrolments cover it: a case was begun instead of a visit.
    Covered(CaseId),
    /// Enrolments cover it, and the enterprise is at a round that looks at all of it
    /// already: that case stands in for the visit, too.
    Joined(CaseId),
    /// Nothing covers it, or what could stand in for it could not be closed from the desk: it
    /// stays due on site.
    OnSite,
}

/// A due visit in a list.
#[derive(Clone, Debug)]
pub struct DueVisitRow {
    /// The visit.
    pub visit: DueVisit,
    /// To whom.
    pub enterprise: Name,
    /// The names of the items.
    pub items: Vec<Name>,
    /// The entry of the ledger that it led to.
    pub entry: Option<LedgerEntryId>,
}

/// What one's own agency should know of an enterprise before it plans or records
/// a visit.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// Whom.
    pub enterprise: Enterprise,
    /// The items of its enrolments in force with the agency that a case can stand in for as they
    /// are published now.
    pub enrolled: Vec<ItemId>,
    /// Visits that are due already.
    pub open: Vec<DueVisit>,
    /// How often each item was visited this year, or looked at remotely as it was planned.
    pub this_year: BTreeMap<ItemId, u32>,
}

impl Ledgers<'_> {
    /// Puts a visit on the plan. Where an enrolment in force covers its items, a case stands
    /// in for it: remote first (十二条措施, art. 7). That is the round that the enterprise has
    /// not sent yet, or else a case begun at once.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`], [`Error::Ledger`] when it goes
    /// beyond the yearly cap without a ground, on site or not.
    pub async fn plan(&self, actor: &Actor, new: NewDueVisit) -> Result<(DueVisitId, Planned)> {
        let portal = self.0;
        let agency = actor.agency().ok_or(Denied::NotYourRole)?;
        portal.permit_agency(actor, Action::PlanVisit, agency).await?;
        let mut tx = portal.store().begin().await?;
        let items = of_agency(tx.db(), agency, &new.items).await?;
        // Visits of an enterprise are counted by one at a time, for the sake of the cap.
        let enterprise = one_at_a_time(&tx, new.enterprise).await?;
        portal.permit_enterprise(actor, Action::SeeEnterprise, &enterprise).await?;
        let due = DueVisit {
            id: DueVisitId(portal.new_id()),
            enterprise: new.enterprise,
            agency,
            items: new.items,
            reason: new.reason,
            reference: new.reference,
            until: new.until,
            recorded_at: portal.now(),
            ground: new.ground,
            state: DueVisitState::Open,
        };
        tx.insert(&due).await?;
        let detail = json!({ "reason": due.reason, "ground": due.ground });
        tx.audit(portal.event(actor, "visit.plan", "due_visit", due.id).with(detail));
        let versions: Vec<&ItemVersion> = items.iter().filter_map(Item::current).collect();
        // What cannot be closed from the desk would be visited after all (A5).
        let remote =
            versions.len() == due.items.len() && versions.iter().all(|version| version.content.remotely_closable());
        let covering = portal.enrolments().covering(&tx, due.enterprise, agency, &due.items).await?;
        let covering = covering.filter(|_| remote);
        // A visit that may not be made cannot be avoided: what a case is to stand in for is held
        // to the cap with everything that was planned, whether remote checks count to it or not.
        let remote_counts = covering.is_some() || portal.settings().ledger.remote_counts_to_cap;
        let year = due.until.year();
        let planned = store::visit::of_pair(tx.db(), due.enterprise, agency).await?;
        let planned = planned.iter().filter(|other| other.id != due.id && other.counts_to_cap(year, remote_counts));
        let planned: Vec<&[ItemId]> = planned.map(|other| other.items.as_slice()).collect();
        capped(tx.db(), due.enterprise, agency, &items, year, &planned, due.ground).await?;
        let planned = if let Some(id) = covering {
            if let Some(case) = join_round(portal, &mut tx, &due).await? {
                Planned::Joined(case)
            } else {
                let enrolment = load::<Enrolment>(&tx, id.0).await?;
                Planned::Covered(begin_case(portal, &mut tx, &enrolment.value, &versions, Some(due.id)).await?)
            }
        } else {
            Planned::OnSite
        };
        tx.commit().await?;
        Ok((due.id, planned))
    }

    /// One's own agency's due visits, the latest first; or only those that still
    /// have to take place, what is due first coming first.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn due_visits(&self, actor: &Actor, open: bool, page: Page) -> Result<Paged<DueVisitRow>> {
        let portal = self.0;
        let agency = actor.agency().ok_or(Denied::NotYourRole)?;
        portal.permit_agency(actor, Action::SeeLedger, agency).await?;
        let db = portal.store().read();
        let found = store::visit::of_agency(db, agency, open, page).await?;
        let enterprises = portal.enterprise_names(found.rows.iter().map(|row| row.enterprise)).await?;
        let names = portal.item_names(found.rows.iter().flat_map(|row| row.items.iter().copied())).await?;
        let entries = store::ledger::of_due_visits(db, found.rows.iter().map(|visit| visit.id)).await?;
        let rows = found.rows.into_iter().filter_map(|visit| {
            let entry = entries.iter().find(|entry| entry.due_visit == visit.id).map(|entry| entry.id);
            let enterprise = enterprises.get(&visit.enterprise)?.clone();
            let items = visit.items.iter().filter_map(|item| names.get(item).cloned()).collect();
            Some(DueVisitRow { visit, enterprise, items, entry })
        });
        Ok(Paged { rows: rows.collect(), total: found.total })
    }

    /// One due visit of one's own agency.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn due_visit(&self, actor: &Actor, id: DueVisitId) -> Result<DueVisit> {
        let due = store::visit::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
        self.0.permit_agency(actor, Action::SeeLedger, due.agency).await?;
        Ok(due)
    }

    /// What to know of an enterprise before a visit is planned or recorded.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn outlook(&self, actor: &Actor, id: EnterpriseId) -> Result<Outlook> {
        let portal = self.0;
        let agency = actor.agency().ok_or(Denied::NotYourRole)?;
        portal.permit_agency(actor, Action::SeeLedger, agency).await?;
        let enterprise = portal.enterprises().get(actor, id).await?;
        let db = portal.store().read();
        let today = portal.now().date();
        let mut enrolled: Vec<ItemId> = store::enrolment::of_enterprise(db, id)
            .await?
            .into_iter()
            .filter(|enrolment| enrolment.agency == agency && enrolment.in_force_on(today))
            .flat_map(|enrolment| enrolment.items.into_iter().map(|item| item.item))
            .collect();
        let published = store::item::several(db, enrolled.iter().copied()).await?;
        let current = published.iter().filter_map(Item::current);
        let closable: BTreeSet<ItemId> =
            current.filter(|version| version.content.remotely_closable()).map(|version| version.item).collect();
        enrolled.retain(|item| closable.contains(item));
        let open = store::visit::open(db, id, agency).await?;
        let mut this_year = BTreeMap::new();
        for visit in store::visit::site_visits(db, id, agency).await? {
            if visit.at.date().year() == today.year() {
                for item in visit.items {
                    *this_year.entry(item).or_insert(0) += 1;
                }
            }
        }
        for due in store::visit::of_pair(db, id, agency).await? {
            if due.state != DueVisitState::Open && due.counts_to_cap(today.year(), true) {
                for item in due.items {
                    *this_year.entry(item).or_insert(0) += 1;
                }
            }
        }
        Ok(Outlook { enterprise, enrolled, open, this_year })
    }

    /// The entries that a site visit would take back.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn contradicted(
        &self,
        actor: &Actor,
        enterprise: EnterpriseId,
        items: &[ItemId],
        at: Timestamp,
    ) -> Result<Vec<EntryRow>> {
        let portal = self.0;
        let agency = actor.agency().ok_or(Denied::NotYourRole)?;
        portal.permit_agency(actor, Action::RecordVisit, agency).await?;
        let entries = contradicted(portal.store().read(), enterprise, agency, items, at).await?;
        self.entry_rows(entries).await
    }

    /// Records a site visit. Entries that it contradicts are taken back, and the
    /// visits that they stood for count as visited.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`], [`Error::Changed`] when it is
    /// recorded already, [`Error::Ledger`] when it goes beyond the yearly cap
    /// without a ground.
    pub async fn record_site_visit(&self, actor: &Actor, new: NewSiteVisit) -> Result<u32> {
        let portal = self.0;
        let now = portal.now();
        let agency = actor.agency().ok_or(Denied::NotYourRole)?;
        portal.permit_agency(actor, Action::RecordVisit, agency).await?;
        portal.entitled(actor)?;
        let mut tx = portal.store().begin().await?;
        let items = of_agency(tx.db(), agency, &new.items).await?;
        // Visits of an enterprise are counted by one at a time, for the sake of the cap.
        let enterprise = one_at_a_time(&tx, new.enterprise).await?;
        portal.permit_enterprise(actor, Action::SeeEnterprise, &enterprise).await?;
        let mut visit = SiteVisit {
            id: portal.new_id(),
            enterprise: new.enterprise,
            agency,
            items: new.items,
            at: new.at.min(now),
            due_visit: new.due_visit,
            case: new.case,
            ground: new.ground,
            note: new.note,
            recorded_by: actor.account,
            recorded_at: now,
        };
        let known = store::visit::site_visits(tx.db(), visit.enterprise, agency).await?;
        if known.iter().any(|other| other.at == visit.at && other.items == visit.items) {
            return Err(Error::Changed);
        }
        if let Some(id) = visit.case {
            let case = store::case::get(tx.db(), id).await?.ok_or(Error::NotFound)?;
            if case.enterprise != visit.enterprise || case.agency != agency {
                return Err(Error::NotFound);
            }
        }
        let mut settled: BTreeSet<DueVisitId> = visit.due_visit.into_iter().collect();
        // What a converted case stood in for is made with the visit that it led to.
        for (case, since) in gone_over(tx.db(), &visit).await? {
            for item in case.items.iter().filter(|item| visit.items.contains(&item.item)) {
                let Some(due) = item.due_visit else { continue };
                let due = store::visit::get(tx.db(), due).await?.ok_or(Error::NotFound)?;
                if due.state == DueVisitState::Open {
                    settled.insert(due.id);
                }
            }
            let looked = |other: &&SiteVisit| case.items.iter().any(|item| other.items.contains(&item.item));
            if !known.iter().filter(looked).any(|other| since <= other.at) {
                visit.case = visit.case.or(Some(case.id));
            }
        }
        let planned = match visit.due_visit {
            Some(id) => store::visit::get(tx.db(), id).await?.and_then(|due| due.ground),
            None => None,
        };
        let ground = visit.ground.or(planned);
        let year = visit.at.date().year();
        let entries = contradicted(tx.db(), visit.enterprise, agency, &visit.items, visit.at).await?;
        settled.extend(converted(tx.db(), visit.enterprise, agency, &visit.items, visit.at).await?);
        let mut remote = store::visit::of_pair(tx.db(), visit.enterprise, agency).await?;
        // What is still to be made has not been made; what this visit settles is this visit.
        remote.retain(|due| due.state != DueVisitState::Open && !settled.contains(&due.id));
        remote.retain(|due| !entries.iter().any(|entry| entry.due_visit == due.id));
        remote.retain(|due| due.counts_to_cap(year, portal.settings().ledger.remote_counts_to_cap));
        let remote: Vec<&[ItemId]> = remote.iter().map(|due| due.items.as_slice()).collect();
        capped(tx.db(), visit.enterprise, agency, &items, year, &remote, ground).await?;
        tx.insert(&visit).await?;
        for entry in &entries {
            let mut entry = load::<LedgerEntry>(&tx, entry.id.0).await?;
            entry.reverse(Reversal::Visited { at: visit.at, note: visit.note.clone() }, now)?;
            tx.save(&entry).await?;
            tx.audit(portal.event(actor, "ledger.reverse", "ledger_entry", entry.id));
            settled.insert(entry.due_visit);
        }
        for id in settled {
            let mut due = load::<DueVisit>(&tx, id.0).await?;
            let same = due.enterprise == visit.enterprise && due.agency == agency;
            if !same || !due.items.iter().any(|item| visit.items.contains(item)) {
                return Err(Error::NotFound);
            }
            if visit.due_visit == Some(id) && matches!(due.state, DueVisitState::Visited { .. }) {
                return Err(Error::Changed);
            }
            // The visit that was to be avoided has taken place, however long after.
            for entry in store::ledger::of_due_visits(tx.db(), [id]).await? {
                let mut entry = load::<LedgerEntry>(&tx, entry.id.0).await?;
                if entry.reverse(Reversal::Visited { at: visit.at, note: visit.note.clone() }, now).is_ok() {
                    tx.save(&entry).await?;
                    tx.audit(portal.event(actor, "ledger.reverse", "ledger_entry", entry.id));
                }
            }
            due.visited(&visit.items, visit.at);
            tx.save(&due).await?;
        }
        tx.audit(
            portal
                .event(actor, "visit.record", "enterprise", visit.enterprise)
                .with(json!({ "visit": visit.id, "ground": ground })),
        );
        tx.commit().await?;
        Ok(u32::try_from(entries.len()).unwrap_or(u32::MAX))
    }
}

/// These items, which are the agency's, and at least one.
async fn of_agency(db: &impl ConnectionTrait, agency: AgencyId, wanted: &[ItemId]) -> Result<Vec<Item>> {
    let items = store::item::several(db, wanted.iter().copied()).await?;
    let known = |id: &ItemId| items.iter().any(|item| item.id == *id && item.agency == agency);
    if wanted.is_empty() || !wanted.iter().all(known) { Err(Error::NotFound) } else { Ok(items) }
}

/// That a visit for these items stays within the yearly cap of each, or has a
/// ground. `planned` are the items of what counts beside the visits that took place.
async fn capped(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    agency: AgencyId,
    items: &[Item],
    year: i32,
    planned: &[&[ItemId]],
    ground: Option<ExtraGround>,
) -> Result<()> {
    let mut visits = store::visit::site_visits(db, enterprise, agency).await?;
    visits.retain(|visit| visit.at.date().year() == year);
    for item in items {
        let Some(current) = item.current() else { continue };
        let done = visits.iter().map(|visit| visit.items.as_slice()).chain(planned.iter().copied());
        let done = done.filter(|items| items.contains(&item.id)).count();
        within_cap(u32::try_from(done).unwrap_or(u32::MAX), current.content.yearly_cap, ground)?;
    }
    Ok(())
}

/// The cases that went over to a site visit for some of its items before this one took place,
/// each with when it did, the latest first.
async fn gone_over(db: &impl ConnectionTrait, visit: &SiteVisit) -> Result<Vec<(Case, Timestamp)>> {
    let filter = CaseFilter {
        agencies: Some(vec![visit.agency]),
        enterprise: Some(visit.enterprise),
        stages: vec![CaseStage::ConvertedOnSite],
        ..CaseFilter::default()
    };
    let cases = store::case::latest(db, &filter, Page::ALL).await?.rows.into_iter().filter_map(|case| {
        let CaseState::ConvertedOnSite { at, .. } = case.state else { return None };
        let led = at <= visit.at && case.items.iter().any(|item| visit.items.contains(&item.item));
        led.then_some((case, at))
    });
    Ok(cases.collect())
}

/// The visits that counted as avoided until a case for one of these items was converted, and that
/// have not taken place since: they are made with the visit that follows.
async fn converted(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    agency: AgencyId,
    items: &[ItemId],
    at: Timestamp,
) -> Result<Vec<DueVisitId>> {
    let mut found = Vec::new();
    for entry in store::ledger::of_pair(db, enterprise, agency).await? {
        let follows = entry.converted_at().is_some_and(|since| since <= at);
        if !follows || !entry.items.iter().any(|item| items.contains(item)) {
            continue;
        }
        let due = store::visit::get(db, entry.due_visit).await?.ok_or(Error::NotFound)?;
        if !matches!(due.state, DueVisitState::Visited { .. }) {
            found.push(due.id);
        }
    }
    Ok(found)
}

async fn contradicted(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    agency: AgencyId,
    items: &[ItemId],
    at: Timestamp,
) -> Result<Vec<LedgerEntry>> {
    let mut found = Vec::new();
    for entry in store::ledger::of_pair(db, enterprise, agency).await? {
        let due = store::visit::get(db, entry.due_visit).await?.ok_or(Error::NotFound)?;
        if entry.contradicted_by(due.recorded_at, enterprise, agency, items, at) {
            found.push(entry);
        }
    }
    Ok(found)
}
