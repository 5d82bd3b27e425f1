//! The audit trail, for auditors and for the history of a record.

use domain::{
    actor::Actor,
    ids::AccountId,
    policy::{self, Action, Target},
};
use serde_json::json;

use crate::{
    Portal,
    error::Result,
    store::{self, AuditEntry, AuditFilter, ChainFault, Page, Paged},
};

/// The service.
pub struct Audits<'a>(pub(crate) &'a Portal);

/// What came of walking the whole chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainCheck {
    /// How many events hold, from the first.
    pub sound: u64,
    /// The first that does not fit.
    pub fault: Option<ChainFault>,
}

impl Audits<'_> {
    /// Events of a filter, the latest first.
    ///
    /// # Errors
    /// [`crate::Error::Denied`] for anybody but an auditor of the whole city: the
    /// trail is one and belongs to no district.
    pub async fn list(&self, actor: &Actor, filter: &AuditFilter, page: Page) -> Result<Paged<AuditEntry>> {
        policy::decide(actor, Action::SeeAudit, &Target::default())?;
        let db = self.0.store().read();
        let rows = store::audit_list(db, filter, page).await?;
        Ok(Paged { rows, total: store::audit_count(db, filter).await? })
    }

    /// The account behind a login name, for narrowing the trail down.
    ///
    /// # Errors
    /// [`crate::Error::Denied`].
    pub async fn account_of(&self, actor: &Actor, login: &str) -> Result<Option<AccountId>> {
        policy::decide(actor, Action::SeeAudit, &Target::default())?;
        let account = store::account::by_login(self.0.store().read(), &login.trim().to_lowercase()).await?;
        Ok(account.map(|account| account.id))
    }

    /// Walks the whole chain, and notes in the trail that it was walked.
    ///
    /// # Errors
    /// [`crate::Error::Denied`] for anybody but an auditor.
    pub async fn verify(&self, actor: &Actor) -> Result<ChainCheck> {
        let portal = self.0;
        policy::decide(actor, Action::SeeAudit, &Target::default())?;
        let (sound, fault) = store::audit_verify(portal.store().read()).await?;
        let mut tx = portal.store().begin().await?;
        let event = portal.event(actor, "audit.verify", "audit", "chain");
        let event = event.with(json!({ "sound": sound, "fault": fault.map(|fault| fault.seq) }));
        tx.audit(if fault.is_some() { event.failed() } else { event });
        tx.commit().await?;
        Ok(ChainCheck { sound, fault })
    }

    /// Notes that somebody tried what is not theirs to do. What a person may not
    /// even know of is no attempt: any mistyped address would be one.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub async fn refused(&self, actor: &Actor, address: &str) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        tx.audit(portal.event(actor, "access", "address", address).failed());
        tx.commit().await?;
        Ok(())
    }

    /// What happened to one record, the latest first, for whoever may see the
    /// record. A record that somebody changes a thousand times shows the last of it;
    /// the trail has all.
    pub(crate) async fn of_subject(&self, subject: &str) -> Result<Vec<AuditEntry>> {
        const SHOWN: Page = Page { limit: 500, offset: 0 };
        let filter = AuditFilter { subject: Some(subject.to_owned()), ..AuditFilter::default() };
        Ok(store::audit_list(self.0.store().read(), &filter, SHOWN).await?)
    }
}
