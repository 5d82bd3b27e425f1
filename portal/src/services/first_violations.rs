//! The register of first violations (首违登记台账).

use domain::{
    actor::Actor,
    first_violation::FirstViolation,
    ids::FirstViolationId,
    policy::Action,
    text::Name,
};

use super::load;
use crate::{
    Portal,
    error::Result,
    store::{self, Page, Paged},
};

/// The service.
pub struct FirstViolations<'a>(pub(crate) &'a Portal);

/// How many comparable cases an officer is shown (A7).
const COMPARABLE: u64 = 10;

impl FirstViolations<'_> {
    /// The register within the actor's reach, the latest first.
    ///
    /// # Errors
    /// [`crate::Error::Denied`].
    pub async fn register(&self, actor: &Actor, page: Page) -> Result<Paged<(FirstViolation, Name)>> {
        let portal = self.0;
        let agencies = portal.agencies_within_reach(actor, Action::SeeFirstViolations).await?;
        let found = store::first_violation::of_agency(portal.store().read(), agencies, page).await?;
        let names = portal.enterprise_names(found.rows.iter().map(|row| row.enterprise)).await?;
        let rows = found.rows.into_iter().filter_map(|row| {
            let name = names.get(&row.enterprise)?.clone();
            Some((row, name))
        });
        Ok(Paged { rows: rows.collect(), total: found.total })
    }

    /// The latest notices under the same rule, so that like cases end alike.
    ///
    /// # Errors
    /// [`crate::Error::Denied`].
    pub async fn comparable(&self, actor: &Actor, slot: &str) -> Result<Vec<FirstViolation>> {
        let agencies = self.0.agencies_within_reach(actor, Action::SeeFirstViolations).await?;
        let mut found = store::first_violation::comparable(self.0.store().read(), slot, COMPARABLE).await?;
        found.retain(|first| agencies.as_ref().is_none_or(|agencies| agencies.contains(&first.agency)));
        Ok(found)
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
