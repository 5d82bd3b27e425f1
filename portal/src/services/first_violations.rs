//! The register of first violations (首违登记台账).

use std::collections::HashMap;

use domain::{
    actor::Actor,
    first_violation::FirstViolation,
    ids::{CaseId, EnterpriseId, FirstViolationId},
    policy::Action,
    text::Name,
};

use super::load;
use crate::{
    Portal,
    error::Result,
    first_violation_list::FirstViolationDraft,
    store::{self, FirstViolationFilter, Page, Paged},
};

/// The service.
pub struct FirstViolations<'a>(pub(crate) &'a Portal);

/// An entry of the register in a list.
#[derive(Clone, Debug)]
pub struct FirstViolationRow {
    /// The entry.
    pub first: FirstViolation,
    /// Whose.
    pub enterprise: Name,
}

/// How many comparable cases an officer is shown (A7).
const COMPARABLE: u64 = 10;

impl FirstViolations<'_> {
    /// The register of a filter within the actor's reach, the latest first.
    ///
    /// # Errors
    /// [`crate::Error::Denied`].
    pub async fn register(
        &self,
        actor: &Actor,
        filter: &FirstViolationFilter,
        page: Page,
    ) -> Result<Paged<FirstViolationRow>> {
        let portal = self.0;
        let agencies = portal.agencies_within_reach(actor, Action::SeeFirstViolations).await?;
        let filter = FirstViolationFilter { agencies, ..filter.clone() };
        let found = store::first_violation::register(portal.store().read(), &filter, page).await?;
        Ok(Paged { rows: self.named(found.rows).await?, total: found.total })
    }

    async fn named(&self, found: Vec<FirstViolation>) -> Result<Vec<FirstViolationRow>> {
        let names: HashMap<EnterpriseId, Name> =
            self.0.enterprise_names(found.iter().map(|first| first.enterprise)).await?;
        let row = |first: FirstViolation| {
            let enterprise = names.get(&first.enterprise)?.clone();
            Some(FirstViolationRow { first, enterprise })
        };
        Ok(found.into_iter().filter_map(row).collect())
    }

    /// What was proposed for a case under the list: by its proposer for a
    /// colleague to confirm, or as it stood when the proposal was taken back.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Denied`].
    pub async fn draft(&self, actor: &Actor, case: CaseId) -> Result<Option<FirstViolationDraft>> {
        let db = self.0.store().read();
        let case = store::case::get(db, case).await?.ok_or(crate::Error::NotFound)?;
        self.0.permit(actor, Action::SeeFirstViolations, &case).await?;
        Ok(store::first_violation::draft(db, case.id).await?)
    }

    /// The latest notices under the same rule, so that like cases end alike.
    ///
    /// # Errors
    /// [`crate::Error::Denied`].
    pub async fn comparable(&self, actor: &Actor, slot: &str) -> Result<Vec<FirstViolationRow>> {
        let agencies = self.0.agencies_within_reach(actor, Action::SeeFirstViolations).await?;
        let found = store::first_violation::comparable(self.0.store().read(), slot, agencies, COMPARABLE).await?;
        self.named(found).await
    }

    /// The enterprise promises to put it right (告知承诺).
    ///
    /// # Errors
    /// [`crate::Error::FirstViolation`], [`crate::Error::Denied`].
    pub async fn promise(&self, actor: &Actor, id: FirstViolationId) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut first = load::<FirstViolation>(&tx, id.0).await?;
        portal.permit(actor, Action::AnswerFinding, &first.value).await?;
        first.promise(actor.account, portal.now())?;
        tx.save(&first).await?;
        tx.audit(portal.event(actor, "first_violation.promise", "case", first.case));
        tx.commit().await?;
        Ok(())
    }
}
