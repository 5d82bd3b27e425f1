//! Applications for supervision without a visit.

use std::collections::HashSet;

use domain::{
    actor::Actor,
    agency::Agency,
    document::{DocumentBody, DocumentKind, EnrolmentAnswer},
    eligibility::{Assessment, assess},
    enrolment::{
        AppliedItem, Commitment, Ending, Enrolment, EnrolmentError, EnrolmentEvent, EnrolmentStage, EnrolmentState,
    },
    enterprise::Enterprise,
    ids::{AgencyId, EnrolmentId, EnterpriseId, ItemId},
    item::{Item, ItemVersion},
    policy::Action,
    text::{Name, Note},
};
use serde_json::json;

use super::{
    Lookup,
    documents::Draft,
    load,
    rounds::{begin_round, one_at_a_time},
};
use crate::{
    Portal,
    error::{Error, Result},
    store::{self, Page, Paged, Tx},
};

/// The version of the commitment's words that the pages show now.
pub const COMMITMENT_WORDING: u16 = 1;

/// The service.
pub struct Enrolments<'a>(pub(crate) &'a Portal);

/// An item that an enterprise could apply for, and how it stands.
#[derive(Clone, Debug)]
pub struct Option_ {
    /// The published version.
    pub version: ItemVersion,
    /// Line by line.
    pub assessment: Assessment,
    /// Whether an enrolment for it is running already.
    pub enrolled: bool,
}

/// An enrolment with what belongs to it.
#[derive(Clone, Debug)]
pub struct EnrolmentView {
    /// The enrolment.
    pub enrolment: Enrolment,
    /// Whose.
    pub enterprise: Enterprise,
    /// To whom.
    pub agency: Agency,
    /// The items in the versions applied for.
    pub items: Vec<ItemVersion>,
    /// How the items stand today, in the same order.
    pub today: Vec<Assessment>,
    /// The items that can be checked without a visit as they are published now; for the others
    /// no self-check begins.
    pub remote: HashSet<ItemId>,
}

/// An enrolment in an agency's list.
#[derive(Clone, Debug)]
pub struct EnrolmentRow {
    /// The enrolment.
    pub enrolment: Enrolment,
    /// Whose.
    pub enterprise: Name,
    /// The names of its items.
    pub items: Vec<Name>,
}

impl Enrolments<'_> {
    /// What one's own enterprise can apply for, with every line of every rule.
    ///
    /// # Errors
    /// [`Error::NotFound`] for people without an enterprise.
    pub async fn options(&self, actor: &Actor) -> Result<Vec<Option_>> {
        let portal = self.0;
        let enterprise = portal.enterprises().own(actor).await?;
        let db = portal.store().read();
        let running = running(store::enrolment::of_enterprise(db, enterprise.id).await?, None);
        let today = portal.now().date();
        let items = store::item::published(db, None, None, None).await?;
        let agencies = store::agency::all(db).await?;
        let reaching: HashSet<AgencyId> = agencies
            .into_iter()
            .filter(|agency| agency.region.contains(enterprise.region))
            .map(|agency| agency.id)
            .collect();
        Ok(items
            .iter()
            .filter_map(Item::current)
            .filter(|version| version.content.is_remote() && reaching.contains(&version.agency))
            .map(|version| Option_ {
                assessment: self.assess(version, &enterprise, today),
                enrolled: running.contains(&version.item),
                version: version.clone(),
            })
            .collect())
    }

    #[expect(clippy::unused_self, reason = "reads as a rule of the service")]
    fn assess(&self, version: &ItemVersion, enterprise: &Enterprise, today: time::Date) -> Assessment {
        let covered = version.content.applies_to(&enterprise.industry);
        assess(&version.content.eligibility, enterprise, covered, today)
    }

    /// Begins an application, or changes the items of one that may be changed.
    /// All items belong to one agency.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an item that is not published by that agency,
    /// [`EnrolmentError::NotRemote`] for one that needs the site,
    /// [`EnrolmentError::Unconfirmed`] before the registration is confirmed,
    /// [`EnrolmentError::OtherRegion`] outside the agency's region.
    pub async fn write(
        &self,
        actor: &Actor,
        known: Option<EnrolmentId>,
        agency: AgencyId,
        chosen: &[ItemId],
    ) -> Result<EnrolmentId> {
        let portal = self.0;
        let enterprise = portal.enterprises().own(actor).await?;
        self.within_reach(&enterprise, agency).await?;
        let now = portal.now();
        let items = store::item::several(portal.store().read(), chosen.iter().copied()).await?;
        let mut applied: Vec<AppliedItem> = Vec::new();
        for (index, id) in chosen.iter().enumerate() {
            if applied.iter().any(|item| item.item == *id) {
                return Err(EnrolmentError::Twice { position: index + 1 }.into());
            }
            let version = items
                .iter()
                .find(|item| item.id == *id && item.agency == agency)
                .and_then(Item::current)
                .ok_or(Error::NotFound)?;
            if !version.content.is_remote() {
                return Err(EnrolmentError::NotRemote { position: index + 1 }.into());
            }
            applied.push(AppliedItem {
                item: *id,
                version: version.number,
                assessment: self.assess(version, &enterprise, now.date()),
                next_round: None,
            });
        }
        let mut tx = portal.store().begin().await?;
        let id = if let Some(id) = known {
            let mut enrolment = load::<Enrolment>(&tx, id.0).await?;
            portal.permit(actor, Action::EditEnrolment, &enrolment.value).await?;
            if !enrolment.is_editable() {
                return Err(EnrolmentError::NotNow { stage: enrolment.stage() }.into());
            }
            enrolment.items = applied;
            tx.save(&enrolment).await?;
            id
        } else {
            let enrolment = Enrolment {
                id: EnrolmentId(portal.new_id()),
                enterprise: enterprise.id,
                agency,
                items: applied,
                created_at: now,
                next_round: None,
                state: EnrolmentState::Draft,
            };
            portal.permit(actor, Action::EditEnrolment, &enrolment).await?;
            tx.insert(&enrolment).await?;
            enrolment.id
        };
        tx.audit(portal.event(actor, "enrolment.write", "enrolment", id).with(json!({ "items": chosen })));
        tx.commit().await?;
        Ok(id)
    }

    /// Signs the commitment and sends the application.
    ///
    /// # Errors
    /// [`Error::Enrolment`] with the rule that is broken, [`Error::Denied`].
    pub async fn submit(&self, actor: &Actor, id: EnrolmentId, answer: Option<Note>) -> Result<()> {
        let portal = self.0;
        let now = portal.now();
        let enterprise = portal.enterprises().own(actor).await?;
        let mut tx = portal.store().begin().await?;
        let enterprise = one_at_a_time(&tx, enterprise.id).await?;
        let mut enrolment = load::<Enrolment>(&tx, id.0).await?;
        portal.permit(actor, Action::SubmitEnrolment, &enrolment.value).await?;
        self.within_reach(&enterprise, enrolment.agency).await?;
        // What counts is how it stands on the day of signing.
        let items = store::item::several(tx.db(), enrolment.items.iter().map(|item| item.item)).await?;
        for applied in &mut enrolment.items {
            if let Some(version) =
                items.iter().find(|item| item.id == applied.item).and_then(|item| item.version(applied.version))
            {
                applied.assessment = self.assess(version, &enterprise, now.date());
            }
        }
        remote_today(&enrolment, &items)?;
        self.once_only(&tx, &enrolment).await?;
        let due = portal.deadline(portal.settings().clocks.eligibility_decision);
        let commitment = Commitment { by: actor.account, at: now, wording: COMMITMENT_WORDING };
        enrolment.apply(EnrolmentEvent::Submit { due, commitment, answer }, now)?;
        tx.save(&enrolment).await?;
        tx.audit(portal.event(actor, "enrolment.submit", "enrolment", id));
        tx.commit().await?;
        Ok(())
    }

    /// Takes an application or enrolment back.
    ///
    /// # Errors
    /// [`Error::Enrolment`], [`Error::Denied`].
    pub async fn withdraw(&self, actor: &Actor, id: EnrolmentId) -> Result<()> {
        let event = EnrolmentEvent::End { why: Ending::Withdrawn };
        self.happen(actor, id, Action::SubmitEnrolment, event, "enrolment.withdraw").await
    }

    /// One enrolment with what belongs to it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn get(&self, actor: &Actor, id: EnrolmentId) -> Result<EnrolmentView> {
        let portal = self.0;
        let db = portal.store().read();
        let enrolment = store::enrolment::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit(actor, Action::SeeEnrolment, &enrolment).await?;
        let enterprise = store::enterprise::get(db, enrolment.enterprise).await?.ok_or(Error::NotFound)?;
        let agency = portal.agency(enrolment.agency).await?;
        let items = portal.versions(enrolment.items.iter().map(|i| (i.item, i.version))).await?;
        let today = portal.now().date();
        let today = items.iter().map(|version| self.assess(version, &enterprise, today)).collect();
        let published = store::item::several(db, items.iter().map(|version| version.item)).await?;
        let current = published.iter().filter_map(Item::current);
        let remote = current.filter(|version| version.content.is_remote()).map(|version| version.item).collect();
        Ok(EnrolmentView { enrolment, enterprise, agency, items, today, remote })
    }

    /// One's own enterprise's enrolments.
    ///
    /// # Errors
    /// [`Error::NotFound`] for people without an enterprise.
    pub async fn mine(&self, actor: &Actor) -> Result<Vec<Enrolment>> {
        let enterprise = actor.enterprise().ok_or(Error::NotFound)?;
        self.0.permit_any(actor, Action::SeeEnrolment)?;
        Ok(store::enrolment::of_enterprise(self.0.store().read(), enterprise).await?)
    }

    /// An agency's applications in some stages, what is due first coming first.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn queue(&self, actor: &Actor, stages: &[EnrolmentStage], page: Page) -> Result<Paged<EnrolmentRow>> {
        let portal = self.0;
        portal.permit_any(actor, Action::SeeEnrolment)?;
        if actor.enterprise().is_some() {
            return Err(domain::policy::Denied::NotYourRole.into());
        }
        let agencies = portal.agencies_within_reach(actor, Action::SeeEnrolment).await?;
        let found = store::enrolment::of_agencies(portal.store().read(), agencies, stages, page).await?;
        let names = portal.enterprise_names(found.rows.iter().map(|row| row.enterprise)).await?;
        let items = found.rows.iter().flat_map(|row| row.items.iter().map(|item| item.item));
        let items = portal.item_names(items).await?;
        let rows = found.rows.into_iter().filter_map(|enrolment| {
            let enterprise = names.get(&enrolment.enterprise)?.clone();
            let items = enrolment.items.iter().filter_map(|item| items.get(&item.item).cloned()).collect();
            Some(EnrolmentRow { enrolment, enterprise, items })
        });
        Ok(Paged { rows: rows.collect(), total: found.total })
    }

    /// Accepts an application; the first round of self-checks begins at once.
    ///
    /// # Errors
    /// [`Error::Enrolment`], [`Error::Denied`].
    pub async fn accept(&self, actor: &Actor, id: EnrolmentId) -> Result<()> {
        let portal = self.0;
        let now = portal.now();
        let mut tx = portal.store().begin().await?;
        let known = store::enrolment::get(tx.db(), id).await?.ok_or(Error::NotFound)?;
        let enterprise = one_at_a_time(&tx, known.enterprise).await?;
        let mut enrolment = load::<Enrolment>(&tx, id.0).await?;
        portal.permit(actor, Action::DecideEnrolment, &enrolment.value).await?;
        portal.entitled(actor)?;
        self.within_reach(&enterprise, enrolment.agency).await?;
        self.once_only(&tx, &enrolment).await?;
        let today = store::item::several(tx.db(), enrolment.items.iter().map(|item| item.item)).await?;
        remote_today(&enrolment, &today)?;
        let items = portal.versions(enrolment.items.iter().map(|i| (i.item, i.version))).await?;
        // Weeks may have passed since it was signed.
        for (applied, version) in enrolment.items.iter_mut().zip(&items) {
            applied.assessment = self.assess(version, &enterprise, now.date());
        }
        let valid_months =
            items.iter().map(|version| version.content.eligibility.valid_months).filter(|m| *m > 0).min().unwrap_or(12);
        enrolment.apply(EnrolmentEvent::Accept { by: actor.account, valid_months }, now)?;
        let EnrolmentState::Active { valid_to, .. } = enrolment.state else {
            return Err(Error::Impossible("accepted, but not active".into()));
        };
        self.tell(&mut tx, actor, &enrolment, &items, EnrolmentAnswer::Accepted { valid_to }).await?;
        begin_round(portal, &mut tx, &mut enrolment.value).await?;
        tx.save(&enrolment).await?;
        tx.audit(portal.event(actor, "enrolment.accept", "enrolment", id));
        tx.commit().await?;
        Ok(())
    }

    /// Sends an application back with everything that is missing.
    ///
    /// # Errors
    /// [`Error::Enrolment`], [`Error::Denied`].
    pub async fn return_(&self, actor: &Actor, id: EnrolmentId, missing: Vec<Note>) -> Result<()> {
        let event = EnrolmentEvent::Return { by: actor.account, missing: missing.clone() };
        self.answer(actor, id, event, EnrolmentAnswer::Returned { missing }, "enrolment.return").await
    }

    /// Refuses an application with a reason that can be answered.
    ///
    /// # Errors
    /// [`Error::Enrolment`], [`Error::Denied`].
    pub async fn refuse(&self, actor: &Actor, id: EnrolmentId, reason: Note) -> Result<()> {
        let event = EnrolmentEvent::Refuse { by: actor.account, reason: reason.clone() };
        self.answer(actor, id, event, EnrolmentAnswer::Refused { reason }, "enrolment.refuse").await
    }

    async fn answer(
        &self,
        actor: &Actor,
        id: EnrolmentId,
        event: EnrolmentEvent,
        answer: EnrolmentAnswer,
        action: &str,
    ) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut enrolment = load::<Enrolment>(&tx, id.0).await?;
        portal.permit(actor, Action::DecideEnrolment, &enrolment.value).await?;
        portal.entitled(actor)?;
        enrolment.apply(event, portal.now())?;
        let items = portal.versions(enrolment.items.iter().map(|i| (i.item, i.version))).await?;
        let detail = json!({ "answer": answer });
        self.tell(&mut tx, actor, &enrolment, &items, answer).await?;
        tx.save(&enrolment).await?;
        tx.audit(portal.event(actor, action, "enrolment", id).with(detail));
        tx.commit().await?;
        Ok(())
    }

    /// That the registration is confirmed and the site lies where the agency works: both may have
    /// changed since an application was begun.
    async fn within_reach(&self, enterprise: &Enterprise, agency: AgencyId) -> Result<()> {
        if !enterprise.registration.is_confirmed() {
            return Err(EnrolmentError::Unconfirmed.into());
        }
        let agency = store::agency::get(self.0.store().read(), agency).await?.ok_or(Error::NotFound)?;
        if agency.region.contains(enterprise.region) { Ok(()) } else { Err(EnrolmentError::OtherRegion.into()) }
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        enrolment: &Enrolment,
        items: &[ItemVersion],
        answer: EnrolmentAnswer,
    ) -> Result<()> {
        let names = items.iter().map(|version| version.content.name.clone()).collect();
        self.0
            .documents()
            .issue(
                tx,
                Draft {
                    kind: DocumentKind::EnrolmentDecision,
                    agency: enrolment.agency,
                    enterprise: enrolment.enterprise,
                    case: None,
                    officers: vec![actor.account],
                    body: DocumentBody::Enrolment { items: names, answer },
                },
            )
            .await?;
        Ok(())
    }

    /// Suspends an active enrolment.
    ///
    /// # Errors
    /// [`Error::Enrolment`], [`Error::Denied`].
    pub async fn suspend(&self, actor: &Actor, id: EnrolmentId, reason: Note) -> Result<()> {
        let event = EnrolmentEvent::Suspend { by: actor.account, reason };
        self.happen(actor, id, Action::ManageEnrolment, event, "enrolment.suspend").await
    }

    /// Lets a suspended enrolment run again.
    ///
    /// # Errors
    /// [`Error::Enrolment`], [`Error::Denied`].
    pub async fn resume(&self, actor: &Actor, id: EnrolmentId) -> Result<()> {
        let event = EnrolmentEvent::Resume { by: actor.account };
        self.happen(actor, id, Action::ManageEnrolment, event, "enrolment.resume").await
    }

    /// Ends an enrolment against the enterprise's wish.
    ///
    /// # Errors
    /// [`Error::Enrolment`], [`Error::Denied`].
    pub async fn revoke(&self, actor: &Actor, id: EnrolmentId, reason: Note) -> Result<()> {
        let event = EnrolmentEvent::End { why: Ending::Revoked { reason } };
        self.happen(actor, id, Action::ManageEnrolment, event, "enrolment.revoke").await
    }

    async fn happen(
        &self,
        actor: &Actor,
        id: EnrolmentId,
        action: Action,
        event: EnrolmentEvent,
        name: &str,
    ) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut enrolment = load::<Enrolment>(&tx, id.0).await?;
        portal.permit(actor, action, &enrolment.value).await?;
        let detail = json!({ "event": event });
        enrolment.apply(event, portal.now())?;
        tx.save(&enrolment).await?;
        tx.audit(portal.event(actor, name, "enrolment", id).with(detail));
        tx.commit().await?;
        Ok(())
    }

    /// One of an enterprise's enrolments in force with an agency, where together they have all of
    /// these items.
    pub(crate) async fn covering(
        &self,
        tx: &Tx,
        enterprise: EnterpriseId,
        agency: AgencyId,
        items: &[ItemId],
    ) -> Result<Option<EnrolmentId>> {
        let today = self.0.now().date();
        let mut all = store::enrolment::of_enterprise(tx.db(), enterprise).await?;
        all.retain(|enrolment| enrolment.agency == agency && enrolment.in_force_on(today));
        let has = |enrolment: &Enrolment, item: &ItemId| enrolment.items.iter().any(|own| own.item == *item);
        if !items.iter().all(|item| all.iter().any(|enrolment| has(enrolment, item))) {
            return Ok(None);
        }
        let most = all.iter().max_by_key(|enrolment| items.iter().filter(|item| has(enrolment, item)).count());
        Ok(most.map(|enrolment| enrolment.id))
    }

    /// That no item of an application is under supervision already: two
    /// enrolments would ask for every self-check twice. Asked under [`one_at_a_time`].
    async fn once_only(&self, tx: &Tx, enrolment: &Enrolment) -> Result<()> {
        let running =
            running(store::enrolment::of_enterprise(tx.db(), enrolment.enterprise).await?, Some(enrolment.id));
        match enrolment.items.iter().position(|item| running.contains(&item.item)) {
            Some(index) => Err(EnrolmentError::Twice { position: index + 1 }.into()),
            None => Ok(()),
        }
    }
}

/// That every item of an application can be checked without a visit as it is published now.
fn remote_today(enrolment: &Enrolment, items: &[Item]) -> Result<()> {
    let remote = |applied: &AppliedItem| {
        let item = items.iter().find(|item| item.id == applied.item);
        item.and_then(Item::current).is_some_and(|version| version.content.is_remote())
    };
    match enrolment.items.iter().position(|item| !remote(item)) {
        Some(index) => Err(EnrolmentError::NotRemote { position: index + 1 }.into()),
        None => Ok(()),
    }
}

/// The items of applications and enrolments that run, but for one of them.
fn running(all: Vec<Enrolment>, but: Option<EnrolmentId>) -> HashSet<ItemId> {
    all.into_iter()
        .filter(|e| Some(e.id) != but)
        .filter(|e| matches!(e.stage(), EnrolmentStage::Active | EnrolmentStage::Suspended | EnrolmentStage::Submitted))
        .flat_map(|e| e.items.into_iter().map(|item| item.item))
        .collect()
}

impl Portal {
    /// Versions of items, in the order asked for.
    pub(crate) fn versions(&self, wanted: impl IntoIterator<Item = (ItemId, u32)>) -> Lookup<'_, Vec<ItemVersion>> {
        let wanted: Vec<(ItemId, u32)> = wanted.into_iter().collect();
        Box::pin(async move {
            let ids: Vec<ItemId> = wanted.iter().map(|(item, _)| *item).collect();
            let items = store::item::several(self.store().read(), ids).await?;
            wanted
                .iter()
                .map(|(id, number)| {
                    let version = items.iter().find(|item| item.id == *id).and_then(|item| item.version(*number));
                    version.cloned().ok_or_else(|| Error::Impossible(format!("item {id} has no version {number}")))
                })
                .collect()
        })
    }
}
