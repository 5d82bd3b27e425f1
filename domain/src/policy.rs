//! Who may do what: one table, read by [`decide`], walked by a test for every
//! role and every action (invariant 4 of the architecture).
//!
//! A cell says how far a role reaches: its own enterprise, its own agency, its
//! own jurisdiction, its own account, or nothing. Where somebody may not even
//! know of a record the answer is [`Denied::Hidden`], otherwise it says why:
//! [`Denied::NotYourRole`] or [`Denied::NotYours`].

use serde::{Deserialize, Serialize};

use crate::{
    actor::{Actor, Role, Scope},
    ids::{AccountId, AgencyId, EnterpriseId},
    region::RegionCode,
};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// Everything that a logged-in person can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Action {$($(#[$doc])* $name),+}

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

actions! {
    /// Read an enterprise's registration.
    SeeEnterprise,
    /// Correct an enterprise's own data.
    EditEnterprise,
    /// Confirm or reject a registration.
    ConfirmEnterprise,
    /// Record what is known of an enterprise's conduct.
    RecordConduct,
    /// Read drafts of the catalogue.
    SeeCatalogueDrafts,
    /// Write drafts of the catalogue.
    EditCatalogue,
    /// Publish a version of an item.
    PublishItem,
    /// Read an application.
    SeeEnrolment,
    /// Write an application.
    EditEnrolment,
    /// Sign and send an application, or take it back.
    SubmitEnrolment,
    /// Accept, return or refuse an application.
    DecideEnrolment,
    /// Suspend, resume or revoke an enrolment.
    ManageEnrolment,
    /// Read a case and its evidence.
    SeeCase,
    /// Answer the lines of a round and add files.
    AnswerCase,
    /// Send a round, or withdraw the case.
    SubmitCase,
    /// Take a case, review its lines, ask for more, propose an outcome.
    ReviewCase,
    /// Confirm or return an outcome that another officer proposed.
    ConfirmOutcome,
    /// Approve or decline the conversion to a site visit.
    ApproveOnSite,
    /// Read a finding.
    SeeFinding,
    /// Answer a finding with proof of the rectification; sign a promise.
    AnswerFinding,
    /// Verify or return a rectification.
    VerifyFinding,
    /// Read an issued document.
    SeeDocument,
    /// Read the first-violation register.
    SeeFirstViolations,
    /// Put a due visit on the plan.
    PlanVisit,
    /// Record that a site visit took place.
    RecordVisit,
    /// Read the numbers and the ledger behind them.
    SeeLedger,
    /// Read an agency's queue and its workload by due date.
    SeeQueue,
    /// List accounts.
    SeeAccounts,
    /// Create and close accounts.
    ManageAccounts,
    /// Add operators to the own enterprise, close their accounts.
    ManageOperators,
    /// Change roles and certificates.
    ManageRoles,
    /// Unlock an account, end its sessions.
    UnlockAccount,
    /// Read the audit trail.
    SeeAudit,
    /// See and end the own sessions, change the own password.
    ManageOwnAccount,
}

/// How far a role reaches with an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Nothing,
    /// The own account.
    OwnAccount,
    /// Records of the own enterprise.
    OwnEnterprise,
    /// Records of the own agency.
    OwnAgency,
    /// Records of the own jurisdiction.
    OwnJurisdiction,
}

/// What an action is about. A missing part is a part the record does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The enterprise it belongs to.
    pub enterprise: Option<EnterpriseId>,
    /// The agency in charge of it.
    pub agency: Option<AgencyId>,
    /// Where it lies.
    pub region: Option<RegionCode>,
    /// The account it is.
    pub account: Option<AccountId>,
}

/// Why an action is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Denied {
    /// The person may not know that the record exists: answer "not found".
    #[error("hidden")]
    Hidden,
    /// None of the person's roles may do this.
    #[error("no role of this person may do this")]
    NotYourRole,
    /// The record is visible, but somebody else's to act on.
    #[error("the record belongs to somebody else")]
    NotYours,
    /// The person still has the password that somebody else has given out.
    #[error("the password has to be changed first")]
    TemporaryPassword,
    /// It is an act of enforcement, and the person has no certificate that is valid today
    /// (十二条措施, art. 3). [`decide`] knows no day: whoever carries the act out looks.
    #[error("no valid certificate")]
    NoCertificate,
}

impl Action {
    /// The action of merely seeing what this action is about.
    #[must_use]
    pub const fn seeing(self) -> Self {
        use Action as A;
        match self {
            A::SeeEnterprise | A::EditEnterprise | A::ConfirmEnterprise | A::RecordConduct | A::ManageOperators => {
                A::SeeEnterprise
            }
            A::SeeCatalogueDrafts | A::EditCatalogue | A::PublishItem => A::SeeCatalogueDrafts,
            A::SeeEnrolment | A::EditEnrolment | A::SubmitEnrolment | A::DecideEnrolment | A::ManageEnrolment => {
                A::SeeEnrolment
            }
            A::SeeCase | A::AnswerCase | A::SubmitCase | A::ReviewCase | A::ConfirmOutcome | A::ApproveOnSite => {
                A::SeeCase
            }
            A::SeeFinding | A::AnswerFinding | A::VerifyFinding => A::SeeFinding,
            A::SeeDocument => A::SeeDocument,
            A::SeeFirstViolations => A::SeeFirstViolations,
            A::PlanVisit | A::RecordVisit | A::SeeLedger => A::SeeLedger,
            A::SeeQueue => A::SeeQueue,
            A::SeeAccounts | A::ManageAccounts | A::ManageRoles | A::UnlockAccount => A::SeeAccounts,
            A::SeeAudit => A::SeeAudit,
            A::ManageOwnAccount => A::ManageOwnAccount,
        }
    }

    /// The table: how far `role` reaches with this action.
    pub const fn reach(self, role: Role) -> Reach {
        use Action as A;
        use Reach::{Nothing, OwnAccount, OwnAgency, OwnEnterprise, OwnJurisdiction};
        use Role as R;
        match (self, role) {
            (A::ManageOwnAccount, _) => OwnAccount,

            // What an enterprise reads of itself and what it fills in, both of its
            // roles alike. A round is sent by whoever filled it in: nobody may
            // require the legal representative in person (十二条措施, art. 9).
            (
                A::SeeEnterprise
                | A::EditEnterprise
                | A::SeeEnrolment
                | A::EditEnrolment
                | A::SeeCase
                | A::AnswerCase
                | A::SubmitCase
                | A::SeeFinding
                | A::AnswerFinding
                | A::SeeDocument,
                R::EnterpriseOwner | R::EnterpriseOperator,
            )
            // What binds the enterprise is its owner's.
            | (A::SubmitEnrolment | A::ManageOperators, R::EnterpriseOwner) => OwnEnterprise,

            // Desk work of an agency. An enterprise belongs to none: its target
            // names the agency that meets it, being of its region.
            (
                A::SeeEnterprise
                | A::ConfirmEnterprise
                | A::RecordConduct
                | A::SeeCatalogueDrafts
                | A::EditCatalogue
                | A::SeeEnrolment
                | A::DecideEnrolment
                | A::SeeCase
                | A::ConfirmOutcome
                | A::SeeFinding
                | A::VerifyFinding
                | A::SeeDocument
                | A::SeeFirstViolations
                | A::RecordVisit
                | A::SeeLedger
                | A::SeeQueue,
                R::Officer | R::AgencyHead,
            )
            | (A::ReviewCase, R::Officer)
            | (A::PublishItem | A::ApproveOnSite | A::ManageEnrolment | A::PlanVisit, R::AgencyHead) => OwnAgency,

            // Supervision reads everything of its jurisdiction and changes nothing.
            (
                A::SeeEnterprise
                | A::SeeEnrolment
                | A::SeeCase
                | A::SeeFinding
                | A::SeeDocument
                | A::SeeFirstViolations
                | A::SeeCatalogueDrafts
                | A::SeeQueue
                | A::SeeLedger,
                R::Supervisor,
            )
            | (A::SeeLedger, R::Statistician)
            // 三员分立: accounts / roles / trail, and none of them case content.
            | (A::SeeAccounts, R::SystemAdmin | R::SecurityAdmin)
            | (A::ManageAccounts, R::SystemAdmin)
            | (A::ManageRoles | A::UnlockAccount, R::SecurityAdmin)
            | (A::SeeAudit, R::AuditAdmin) => OwnJurisdiction,

            _ => Nothing,
        }
    }
}

/// Whether `actor` may do `action` to `target`.
///
/// # Errors
/// [`Denied`], with [`Denied::Hidden`] when the actor may not see it either.
pub fn decide(actor: &Actor, action: Action, target: &Target) -> Result<(), Denied> {
    if actor.temporary_password && action != Action::ManageOwnAccount {
        return Err(Denied::TemporaryPassword);
    }
    if reaches(actor, action, target) {
        return Ok(());
    }
    if !reaches(actor, action.seeing(), target) {
        return Err(Denied::Hidden);
    }
    let some_role = actor.roles.iter().any(|role| action.reach(role) != Reach::Nothing);
    Err(if some_role { Denied::NotYours } else { Denied::NotYourRole })
}

/// Decides on something that is not about one record, such as a list.
///
/// # Errors
/// [`Denied`].
pub fn decide_any(actor: &Actor, action: Action) -> Result<(), Denied> {
    if actor.temporary_password && action != Action::ManageOwnAccount {
        return Err(Denied::TemporaryPassword);
    }
    if ever(actor, action) { Ok(()) } else { Err(Denied::NotYourRole) }
}

/// Whether any of the actor's roles may do `action` at all, to anything: what a
/// menu shows.
pub fn ever(actor: &Actor, action: Action) -> bool {
    actor.roles.iter().any(|role| action.reach(role) != Reach::Nothing)
}

fn reaches(actor: &Actor, action: Action, target: &Target) -> bool {
    actor.roles.iter().any(|role| match (action.reach(role), actor.scope) {
        (Reach::OwnAccount, _) => target.account == Some(actor.account),
        (Reach::OwnEnterprise, Scope::Enterprise(own)) => target.enterprise == Some(own),
        (Reach::OwnAgency, Scope::Agency(own)) => target.agency == Some(own),
        (Reach::OwnJurisdiction, Scope::Jurisdiction(own)) => {
            // What lies nowhere in particular is the city's.
            own.contains(target.region.unwrap_or(RegionCode::CHANGCHUN))
        }
        // Nothing, or a scope that does not go with the role.
        _ => false,
    })
}
