//! Due visits, site visits, and the ledger of visits avoided.

use std::collections::{BTreeSet, HashMap};

use domain::{
    actor::Actor,
    agency::Agency,
    case::{Case, Outcome},
    enrolment::Enrolment,
    enterprise::Enterprise,
    ids::{AgencyId, CaseId, DueVisitId, EnterpriseId, ItemId, LedgerEntryId},
    item::ItemVersion,
    policy::Action,
    text::{Name, Note},
    time::Timestamp,
    visit_ledger::{self, DueReason, DueVisit, DueVisitState, LedgerEntry, Reversal},
};
use serde_json::json;
use time::Date;

use super::{cases::begin_case, load};
use crate::{
    Portal,
    error::{Error, Result},
    site_visit::SiteVisit,
    store::{self, Base, Count, Grouping, LedgerFigures, LedgerFilter, Page, Paged, RemoteFigures, Tx},
};

/// The service.
pub struct Ledgers<'a>(pub(crate) &'a Portal);

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
}

/// What a due visit came to when it was put on the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// An enrolment covers it: a case was begun instead of a visit.
    Covered(CaseId),
    /// Nothing covers it: it stays due on site.
    OnSite,
}

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
}

impl Ledgers<'_> {
    /// Puts a visit on the plan. Where an enrolment in force covers its items, a
    /// case is begun at once: remote first (十二条措施, art. 7).
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn plan(&self, actor: &Actor, new: NewDueVisit) -> Result<(DueVisitId, Planned)> {
        let portal = self.0;
        let agency = actor.agency().ok_or(domain::policy::Denied::NotYourRole)?;
        portal.permit_agency(actor, Action::PlanVisit, agency).await?;
        let mut tx = portal.store().begin().await?;
        let items = store::item::several(tx.db(), new.items.iter().copied()).await?;
        let known = |id: &ItemId| items.iter().any(|item| item.id == *id && item.agency == agency);
        if new.items.is_empty() || !new.items.iter().all(known) {
            return Err(Error::NotFound);
        }
        store::enterprise::get(tx.db(), new.enterprise).await?.ok_or(Error::NotFound)?;
        let due = DueVisit {
            id: DueVisitId(portal.new_id()),
            enterprise: new.enterprise,
            agency,
            items: new.items,
            reason: new.reason,
            reference: new.reference,
            until: new.until,
            recorded_at: portal.now(),
            state: DueVisitState::Open,
        };
        tx.insert(&due).await?;
        tx.audit(portal.event(actor, "visit.plan", "due_visit", due.id).with(json!({ "reason": due.reason })));
        let planned = match portal.enrolments().in_force(&tx, due.enterprise, agency).await? {
            Some(id) => {
                let mut enrolment = load::<Enrolment>(&tx, id.0).await?;
                let covers = due.items.iter().all(|item| enrolment.items.iter().any(|own| own.item == *item));
                if covers {
                    let case = begin_case(portal, &mut tx, &mut enrolment.value, Some(&due.items)).await?;
                    Planned::Covered(case)
                } else {
                    Planned::OnSite
                }
            }
            None => Planned::OnSite,
        };
        tx.commit().await?;
        Ok((due.id, planned))
    }

    /// One's own agency's due visits, with the names of whom they are due to.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn due_visits(&self, actor: &Actor, page: Page) -> Result<Paged<(DueVisit, Name)>> {
        let portal = self.0;
        let agency = actor.agency().ok_or(domain::policy::Denied::NotYourRole)?;
        portal.permit_agency(actor, Action::SeeLedger, agency).await?;
        let found = store::visit::of_agency(portal.store().read(), agency, page).await?;
        let names = portal.enterprise_names(found.rows.iter().map(|row| row.enterprise)).await?;
        let rows = found.rows.into_iter().filter_map(|row| {
            let name = names.get(&row.enterprise)?.clone();
            Some((row, name))
        });
        Ok(Paged { rows: rows.collect(), total: found.total })
    }

    /// Records a site visit. Entries that it contradicts are taken back.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn record_site_visit(&self, actor: &Actor, new: NewSiteVisit) -> Result<u32> {
        let portal = self.0;
        let now = portal.now();
        let agency = actor.agency().ok_or(domain::policy::Denied::NotYourRole)?;
        portal.permit_agency(actor, Action::RecordVisit, agency).await?;
        let mut tx = portal.store().begin().await?;
        store::enterprise::get(tx.db(), new.enterprise).await?.ok_or(Error::NotFound)?;
        let visit = SiteVisit {
            id: portal.new_id(),
            enterprise: new.enterprise,
            agency,
            items: new.items,
            at: new.at.min(now),
            due_visit: new.due_visit,
            case: new.case,
            note: new.note,
            recorded_by: actor.account,
            recorded_at: now,
        };
        tx.insert(&visit).await?;
        if let Some(id) = visit.due_visit {
            let mut due = load::<DueVisit>(&tx, id.0).await?;
            if due.enterprise != visit.enterprise || due.agency != agency {
                return Err(Error::NotFound);
            }
            due.state = DueVisitState::Visited { at: visit.at };
            tx.save(&due).await?;
        }
        let mut reversed = 0;
        for entry in store::ledger::of_pair(tx.db(), visit.enterprise, agency).await? {
            if !entry.contradicted_by(visit.enterprise, agency, &visit.items, visit.at) {
                continue;
            }
            let mut entry = load::<LedgerEntry>(&tx, entry.id.0).await?;
            entry.reverse(Reversal::Visited { at: visit.at, note: visit.note.clone() }, now)?;
            tx.save(&entry).await?;
            tx.audit(portal.event(actor, "ledger.reverse", "ledger_entry", entry.id));
            reversed += 1;
        }
        tx.audit(portal.event(actor, "visit.record", "enterprise", visit.enterprise).with(json!({ "visit": visit.id })));
        tx.commit().await?;
        Ok(reversed)
    }

    /// Claims the visits that a decided case made unnecessary. What is no visit
    /// avoided is simply not claimed: it stays a remote service.
    pub(crate) async fn claim(&self, tx: &mut Tx, case: &Case, items: &[ItemVersion], resolved: bool) -> Result<()> {
        let portal = self.0;
        let now = portal.now();
        let confirm_after = now.plus_days(i64::from(portal.settings().ledger.quiet_days));
        let ids: BTreeSet<DueVisitId> = case.items.iter().filter_map(|item| item.due_visit).collect();
        for id in ids {
            let mut due = load::<DueVisit>(tx, id.0).await?;
            let of_visit = |version: &&ItemVersion| due.items.contains(&version.item);
            let minutes = items.iter().filter(of_visit).map(|v| u32::from(v.content.standard_minutes)).sum();
            let entry_id = LedgerEntryId(portal.new_id());
            let Ok(entry) =
                visit_ledger::claim(entry_id, case, &due.value, resolved, minutes, confirm_after, now)
            else {
                continue;
            };
            tx.insert(&entry).await?;
            tx.insert_ledger_items(entry.id, &entry.items).await?;
            due.state = DueVisitState::Avoided { case: case.id };
            tx.save(&due).await?;
            tx.audit(portal.own_event("ledger.claim", "ledger_entry", entry.id).with(json!({ "case": case.id })));
        }
        Ok(())
    }

    /// Takes back what was claimed for the visits that a converted case covers.
    pub(crate) async fn reverse_for_conversion(&self, tx: &mut Tx, case: &Case) -> Result<()> {
        let now = self.0.now();
        for entry in store::ledger::of_case(tx.db(), case.id).await? {
            let mut entry = load::<LedgerEntry>(tx, entry.id.0).await?;
            if entry.reverse(Reversal::Converted { case: case.id }, now).is_ok() {
                tx.save(&entry).await?;
                tx.audit(self.0.own_event("ledger.reverse", "ledger_entry", entry.id));
            }
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

    async fn base(&self, actor: &Actor, base: &Base) -> Result<Base> {
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
        let enterprises: HashMap<EnterpriseId, Enterprise> = {
            let ids: BTreeSet<EnterpriseId> = found.rows.iter().map(|row| row.enterprise).collect();
            store::enterprise::several(db, ids).await?.into_iter().map(|e| (e.id, e)).collect()
        };
        let agencies: HashMap<AgencyId, Name> =
            store::agency::all(db).await?.into_iter().map(|agency| (agency.id, agency.name)).collect();
        let names = portal.item_names(found.rows.iter().flat_map(|row| row.items.iter().copied())).await?;
        let rows = found.rows.into_iter().filter_map(|entry| {
            let enterprise = enterprises.get(&entry.enterprise)?;
            Some(EntryRow {
                enterprise: enterprise.name.clone(),
                region: enterprise.region,
                agency: agencies.get(&entry.agency)?.clone(),
                items: entry.items.iter().filter_map(|item| names.get(item).cloned()).collect(),
                entry,
            })
        });
        Ok(Paged { rows: rows.collect(), total: found.total })
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
        Ok(EntryView { entry, due, case_number: case.number, enterprise, agency, items })
    }

    /// Whether an outcome can be a visit avoided at all, for the page that says so.
    pub const fn may_avoid(outcome: Outcome) -> bool {
        matches!(outcome, Outcome::NoIssue | Outcome::Guidance | Outcome::FirstViolation)
    }
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
    pub(crate) async fn item_names(&self, ids: impl IntoIterator<Item = ItemId>) -> Result<HashMap<ItemId, Name>> {
        let ids: BTreeSet<ItemId> = ids.into_iter().collect();
        let items = store::item::several(self.store().read(), ids).await?;
        let name = |item: &domain::item::Item| {
            let version = item.current().or(item.versions.last())?;
            Some((item.id, version.content.name.clone()))
        };
        Ok(items.iter().filter_map(name).collect())
    }
}
