//! The audit trail, for auditors and for the history of a record.

use domain::{actor::Actor, policy::Action};

use crate::{
    Portal,
    error::Result,
    store::{self, AuditEntry, AuditFilter, ChainFault, Page},
};

/// The service.
pub struct Audits<'a>(pub(crate) &'a Portal);

impl Audits<'_> {
    /// Events of a filter, the latest first.
    ///
    /// # Errors
    /// [`crate::Error::Denied`] for anybody but an auditor.
    pub async fn list(&self, actor: &Actor, filter: &AuditFilter, page: Page) -> Result<Vec<AuditEntry>> {
        self.0.permit_any(actor, Action::SeeAudit)?;
        Ok(store::audit_list(self.0.store().read(), filter, page).await?)
    }

    /// Walks the whole chain; `None` when every link holds.
    ///
    /// # Errors
    /// [`crate::Error::Denied`] for anybody but an auditor.
    pub async fn verify(&self, actor: &Actor) -> Result<Option<ChainFault>> {
        self.0.permit_any(actor, Action::SeeAudit)?;
        Ok(store::audit_verify(self.0.store().read()).await?)
    }

    /// What happened to one record, for whoever may see the record.
    pub(crate) async fn of_subject(&self, subject: &str) -> Result<Vec<AuditEntry>> {
        let filter = AuditFilter { subject: Some(subject.to_owned()), ..AuditFilter::default() };
        Ok(store::audit_list(self.0.store().read(), &filter, Page::ALL).await?)
    }
}
