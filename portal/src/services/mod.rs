//! One service per feature. Each method is a use case: permit, load, apply the
//! rule, save, audit, commit, and only then answer.

pub mod account_admin;
pub mod accounts;
pub mod audits;
pub mod bundles;
pub mod captures;
pub mod cases;
pub mod catalogue;
pub mod documents;
pub mod enrolments;
pub mod enterprises;
pub mod evidences;
pub mod examinations;
pub mod exports;
pub mod findings;
pub mod first_violations;
pub mod ledgers;
pub mod logs;
pub mod passwords;
pub mod records;
pub mod reviews;
mod rounds;
pub mod scrubs;
pub mod second_digests;
pub mod sessions;
mod sparing;
pub mod stamps;
pub mod sweeps;
pub mod todos;
pub mod tokens;
pub mod uploads;
pub mod visits;

use std::{
    collections::{BTreeSet, HashMap},
    pin::Pin,
};

use domain::{
    actor::{Actor, Role, Scope},
    agency::Agency,
    case::Case,
    enrolment::Enrolment,
    enterprise::Enterprise,
    finding::Finding,
    ids::{AccountId, AgencyId, EnterpriseId},
    policy::{self, Action, Denied, Target},
    text::Name,
};

use crate::{
    Portal,
    error::{Error, Result},
    store::{self, Aggregate, AuditEvent, Stored, Subject, Tx},
};

/// A look-up under way. It is boxed because an `async fn` would hold on to the
/// iterator it was asked with, and a future that holds a closure over references
/// is not known to be `Send` (rust-lang/rust#102211), which pages need.
pub(crate) type Lookup<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Things that belong to an enterprise and an agency.
pub(crate) trait Owned {
    /// Whose, and whose to act on.
    fn owners(&self) -> (EnterpriseId, AgencyId);
}

macro_rules! owned {
    ($($kind:ty),+) => {$(
        impl Owned for $kind {
            fn owners(&self) -> (EnterpriseId, AgencyId) {
                (self.enterprise, self.agency)
            }
        }
    )+};
}

owned!(
    Case,
    Enrolment,
    Finding,
    domain::document::Document,
    domain::first_violation::FirstViolation,
    domain::visit_ledger::DueVisit,
    domain::visit_ledger::LedgerEntry
);

impl Portal {
    /// Whether the actor may do this to something of an enterprise and an agency.
    pub(crate) async fn permit(&self, actor: &Actor, action: Action, owned: &impl Owned) -> Result<()> {
        let (enterprise, agency) = owned.owners();
        let region = match actor.scope {
            // Only jurisdictions ask where something lies.
            Scope::Jurisdiction(_) => Some(self.agency(agency).await?.region),
            _ => None,
        };
        let target = Target { enterprise: Some(enterprise), agency: Some(agency), region, account: None };
        Ok(policy::decide(actor, action, &target)?)
    }

    /// Whether the actor may do this to something of an agency alone.
    pub(crate) async fn permit_agency(&self, actor: &Actor, action: Action, agency: AgencyId) -> Result<()> {
        let region = match actor.scope {
            Scope::Jurisdiction(_) => Some(self.agency(agency).await?.region),
            _ => None,
        };
        let target = Target { enterprise: None, agency: Some(agency), region, account: None };
        Ok(policy::decide(actor, action, &target)?)
    }

    /// Whether the actor may do this to an enterprise. An agency reaches the
    /// enterprises of its region.
    pub(crate) async fn permit_enterprise(&self, actor: &Actor, action: Action, enterprise: &Enterprise) -> Result<()> {
        let agency = match actor.agency() {
            Some(own) if self.agency(own).await?.region.contains(enterprise.region) => Some(own),
            _ => None,
        };
        let target = Target { enterprise: Some(enterprise.id), agency, region: Some(enterprise.region), account: None };
        Ok(policy::decide(actor, action, &target)?)
    }

    /// Whether the actor may do this at all, where it is not about one record.
    #[expect(clippy::unused_self, reason = "reads as the portal's permission")]
    pub(crate) fn permit_any(&self, actor: &Actor, action: Action) -> Result<()> {
        Ok(policy::decide_any(actor, action)?)
    }

    /// Whether the actor acts for an agency today: its head, or whoever holds a certificate that
    /// is valid (十二条措施, art. 3). Asked after the permission, so that nothing is told to
    /// those who have none.
    pub(crate) fn entitled(&self, actor: &Actor) -> Result<()> {
        let acts = actor.roles.has(Role::AgencyHead) || actor.certified_on(self.now().date());
        if acts { Ok(()) } else { Err(Denied::NoCertificate.into()) }
    }

    /// The agencies that the actor reaches with an action; `None` is all of them.
    pub(crate) async fn agencies_within_reach(&self, actor: &Actor, action: Action) -> Result<Option<Vec<AgencyId>>> {
        self.permit_any(actor, action)?;
        match actor.scope {
            Scope::Agency(own) => Ok(Some(vec![own])),
            Scope::Jurisdiction(region) if region == domain::region::RegionCode::CHANGCHUN => Ok(None),
            Scope::Jurisdiction(region) => {
                let all = store::agency::all(self.store().read()).await?;
                Ok(Some(all.into_iter().filter(|agency| region.contains(agency.region)).map(|a| a.id).collect()))
            }
            Scope::Enterprise(_) => Ok(Some(Vec::new())),
        }
    }

    /// An agency that other records name.
    pub(crate) async fn agency(&self, id: AgencyId) -> Result<Agency> {
        store::agency::get(self.store().read(), id).await?.ok_or(Error::NotFound)
    }

    /// The names of people, for showing.
    pub(crate) fn names_of(&self, ids: impl IntoIterator<Item = AccountId>) -> Lookup<'_, HashMap<AccountId, Name>> {
        let ids: BTreeSet<AccountId> = ids.into_iter().collect();
        Box::pin(async move {
            if ids.is_empty() {
                return Ok(HashMap::new());
            }
            let accounts = store::account::several(self.store().read(), ids).await?;
            Ok(accounts.into_iter().map(|account| (account.id, account.name)).collect())
        })
    }

    /// The names of enterprises, for showing.
    pub(crate) fn enterprise_names(
        &self,
        ids: impl IntoIterator<Item = EnterpriseId>,
    ) -> Lookup<'_, HashMap<EnterpriseId, Name>> {
        let ids: BTreeSet<EnterpriseId> = ids.into_iter().collect();
        Box::pin(async move {
            if ids.is_empty() {
                return Ok(HashMap::new());
            }
            let enterprises = store::enterprise::several(self.store().read(), ids).await?;
            Ok(enterprises.into_iter().map(|enterprise| (enterprise.id, enterprise.name)).collect())
        })
    }

    /// An event of the actor at the portal's time.
    pub(crate) fn event(&self, actor: &Actor, action: &str, kind: &str, id: impl ToString) -> AuditEvent {
        AuditEvent::by(actor, action, Subject::new(kind, id), self.now())
    }

    /// An event of the portal itself.
    pub(crate) fn own_event(&self, action: &str, kind: &str, id: impl ToString) -> AuditEvent {
        AuditEvent::by_system(action, Subject::new(kind, id), self.now())
    }
}

/// Loads a row for changing, or says that there is none.
pub(crate) async fn load<T: Aggregate>(tx: &Tx, id: impl Into<uuid::Uuid>) -> Result<Stored<T>> {
    tx.load(id).await?.ok_or(Error::NotFound)
}
