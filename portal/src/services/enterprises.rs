//! Registration of enterprises, and what is on record about them.

use domain::{
    actor::Actor,
    enterprise::{Conduct, Enterprise, Registration, Site},
    ids::EnterpriseId,
    industry::IndustryCode,
    policy::Action,
    region::RegionCode,
    text::{Name, Note},
};
use serde_json::json;

use super::load;
use crate::{
    Portal,
    error::{Error, RegistrationError, Result},
    store::{self, Page, Paged},
};

/// The service.
pub struct Enterprises<'a>(pub(crate) &'a Portal);

/// What an enterprise may correct about itself.
#[derive(Clone, Debug)]
pub struct EnterpriseEdit {
    /// Its registered name.
    pub name: Name,
    /// Where it lies.
    pub region: RegionCode,
    /// What it does.
    pub industry: IndustryCode,
    /// Where it works.
    pub site: Site,
    /// Whom to call.
    pub contact: Name,
    /// The number to call.
    pub phone: Name,
}

impl Enterprises<'_> {
    /// One enterprise.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn get(&self, actor: &Actor, id: EnterpriseId) -> Result<Enterprise> {
        let enterprise = store::enterprise::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
        self.0.permit_enterprise(actor, Action::SeeEnterprise, &enterprise).await?;
        Ok(enterprise)
    }

    /// One's own enterprise.
    ///
    /// # Errors
    /// [`Error::NotFound`] for people without one.
    pub async fn own(&self, actor: &Actor) -> Result<Enterprise> {
        self.get(actor, actor.enterprise().ok_or(Error::NotFound)?).await
    }

    /// Corrects one's own registration. What was confirmed stays confirmed only
    /// in contact and coordinates; anything else asks for confirmation again.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn correct(&self, actor: &Actor, edit: EnterpriseEdit) -> Result<()> {
        let portal = self.0;
        let id = actor.enterprise().ok_or(Error::NotFound)?;
        let mut tx = portal.store().begin().await?;
        let mut enterprise = load::<Enterprise>(&tx, id.0).await?;
        portal.permit_enterprise(actor, Action::EditEnterprise, &enterprise).await?;
        let before = json!({ "name": enterprise.name, "region": enterprise.region, "industry": enterprise.industry,
            "site": enterprise.site, "contact": enterprise.contact, "phone": enterprise.phone });
        let weighty = enterprise.name != edit.name
            || enterprise.region != edit.region
            || enterprise.industry != edit.industry
            || enterprise.site.address != edit.site.address;
        if weighty || matches!(enterprise.registration, Registration::Rejected { .. }) {
            enterprise.registration = Registration::Pending { since: portal.now() };
        }
        if enterprise.region != edit.region {
            tx.relocate(id, enterprise.region, edit.region);
        }
        enterprise.name = edit.name;
        enterprise.region = edit.region;
        enterprise.industry = edit.industry;
        enterprise.site = edit.site;
        enterprise.contact = edit.contact;
        enterprise.phone = edit.phone;
        tx.save(&enterprise).await?;
        tx.audit(portal.event(actor, "enterprise.correct", "enterprise", id).with(json!({ "before": before })));
        tx.commit().await?;
        Ok(())
    }

    /// Registrations that wait for an agency in the actor's region.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn pending(&self, actor: &Actor, page: Page) -> Result<Paged<Enterprise>> {
        self.0.permit_any(actor, Action::ConfirmEnterprise)?;
        let regions = self.regions(actor).await?;
        Ok(store::enterprise::registered(self.0.store().read(), "pending", &regions, page).await?)
    }

    /// Enterprises of the actor's region whose name or code contains a text.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn search(&self, actor: &Actor, query: Option<&str>, page: Page) -> Result<Paged<Enterprise>> {
        self.0.permit_any(actor, Action::SeeEnterprise)?;
        if actor.enterprise().is_some() {
            return Err(domain::policy::Denied::NotYourRole.into());
        }
        let regions = self.regions(actor).await?;
        Ok(store::enterprise::search(self.0.store().read(), query, &regions, page).await?)
    }

    async fn regions(&self, actor: &Actor) -> Result<Vec<&'static str>> {
        let own = match actor.scope {
            domain::actor::Scope::Agency(agency) => self.0.agency(agency).await?.region,
            domain::actor::Scope::Jurisdiction(region) => region,
            domain::actor::Scope::Enterprise(_) => return Ok(Vec::new()),
        };
        Ok(RegionCode::all().filter(|region| own.contains(*region)).map(RegionCode::as_str).collect())
    }

    /// Confirms a registration.
    ///
    /// # Errors
    /// [`RegistrationError::NotPending`], [`Error::Denied`], also without a valid certificate.
    pub async fn confirm(&self, actor: &Actor, id: EnterpriseId) -> Result<()> {
        let agency = actor.agency().ok_or(domain::policy::Denied::NotYourRole)?;
        let at = self.0.now();
        let confirmed = Registration::Confirmed { agency, by: actor.account, at };
        self.settle(actor, id, confirmed, "enterprise.confirm").await
    }

    /// Does not confirm a registration, with a reason to correct it by.
    ///
    /// # Errors
    /// [`RegistrationError::NotPending`], [`Error::Denied`], also without a valid certificate.
    pub async fn reject(&self, actor: &Actor, id: EnterpriseId, reason: Note) -> Result<()> {
        let rejected = Registration::Rejected { by: actor.account, at: self.0.now(), reason };
        self.settle(actor, id, rejected, "enterprise.reject").await
    }

    async fn settle(&self, actor: &Actor, id: EnterpriseId, to: Registration, action: &str) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut enterprise = load::<Enterprise>(&tx, id.0).await?;
        portal.permit_enterprise(actor, Action::ConfirmEnterprise, &enterprise).await?;
        portal.entitled(actor)?;
        if !matches!(enterprise.registration, Registration::Pending { .. }) {
            return Err(RegistrationError::NotPending.into());
        }
        tx.audit(portal.event(actor, action, "enterprise", id).with(json!({ "to": to })));
        enterprise.registration = to;
        tx.save(&enterprise).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records what is known of an enterprise's conduct.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn record_conduct(&self, actor: &Actor, id: EnterpriseId, conduct: Conduct) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut enterprise = load::<Enterprise>(&tx, id.0).await?;
        portal.permit_enterprise(actor, Action::RecordConduct, &enterprise).await?;
        portal.entitled(actor)?;
        let change = json!({ "before": enterprise.conduct, "after": conduct });
        enterprise.conduct = conduct;
        tx.save(&enterprise).await?;
        tx.audit(portal.event(actor, "enterprise.conduct", "enterprise", id).with(change));
        tx.commit().await?;
        Ok(())
    }
}
