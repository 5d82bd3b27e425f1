//! What administrators do with other people's accounts: see, close, give roles,
//! unlock, end sessions. Each reaches only the accounts of the own jurisdiction,
//! and nobody the own account.

use std::collections::{BTreeSet, HashMap};

use domain::{
    actor::{Actor, Certificate, Role, Roles, Scope, Side},
    enterprise::Enterprise,
    ids::{AccountId, AgencyId, EnterpriseId},
    password::{RetryAt, throttle},
    policy::{self, Action, Target},
    region::RegionCode,
    text::Name,
    time::Timestamp,
};
use serde_json::json;

pub use crate::store::account::AccountFilter;

use super::{
    accounts::{Accounts, refused_for_nothing},
    load,
};
use crate::{
    Portal,
    account::{Account, AccountStatus},
    error::{Error, RegistrationError, Result},
    store::{self, Page, Paged, Stored, Tx},
};

/// Where a person belongs, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// An enterprise.
    Enterprise(Name),
    /// An agency.
    Agency(Name),
    /// The city or a district.
    Jurisdiction(RegionCode),
}

/// An account in a list.
#[derive(Clone, Debug)]
pub struct AccountRow {
    /// The account.
    pub account: Account,
    /// Where the person belongs.
    pub unit: Unit,
}

/// A login session as an administrator sees it: without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// The client in words.
    pub client: String,
    /// When it began.
    pub since: Timestamp,
    /// The last request.
    pub seen_at: Timestamp,
}

/// An account with what administrators need to know of it.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Where the person belongs.
    pub unit: Unit,
    /// Where the person is logged in.
    pub sessions: Vec<OpenSession>,
    /// Wrong passwords since the last right one.
    pub failures: u32,
    /// Until when somebody who tried wrong passwords has to wait.
    pub locked_until: Option<Timestamp>,
}

impl Accounts<'_> {
    /// The accounts within the actor's reach.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn list(&self, actor: &Actor, filter: &AccountFilter, page: Page) -> Result<Paged<AccountRow>> {
        let portal = self.0;
        portal.permit_any(actor, Action::SeeAccounts)?;
        let Scope::Jurisdiction(region) = actor.scope else {
            return Err(policy::Denied::NotYourRole.into());
        };
        let agencies: Vec<AgencyId> = store::agency::all(portal.store().read())
            .await?
            .into_iter()
            .filter(|agency| agency.region == region)
            .map(|agency| agency.id)
            .collect();
        let district = (region != RegionCode::CHANGCHUN).then_some((region, agencies.as_slice()));
        let found = store::account::search(portal.store().read(), filter, district, page).await?;
        let units = portal.units(&found.rows).await?;
        let rows = found.rows.into_iter().zip(units).map(|(account, unit)| AccountRow { account, unit }).collect();
        Ok(Paged { rows, total: found.total })
    }

    /// One account.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn get(&self, actor: &Actor, id: AccountId) -> Result<AccountView> {
        let portal = self.0;
        let db = portal.store().read();
        let account = store::account::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit_account(actor, Action::SeeAccounts, &account).await?;
        let now = portal.now();
        let sessions = portal.store().sessions_of(id, now).await?.into_iter().map(|session| OpenSession {
            client: session.client,
            since: session.created_at,
            seen_at: session.seen_at,
        });
        let (whole, clients) = store::login_failures_of(db, account.login.as_str()).await?;
        let rules = portal.settings().login.lockout;
        let wait = |client| throttle(client, whole, now, &rules).err().map(|RetryAt(until)| until);
        let locked_until = clients.iter().copied().chain([domain::password::Failures::NONE]).filter_map(wait).max();
        let unit = portal.units(std::slice::from_ref(&account)).await?.pop().ok_or(Error::NotFound)?;
        Ok(AccountView { unit, sessions: sessions.collect(), failures: whole.count, locked_until, account })
    }

    /// Closes an account and ends its sessions; the record stays. An enterprise keeps
    /// its last owner until it is handed over, unless its registration was refused and
    /// never led to anything: the next one under its code takes its place.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`], [`RegistrationError`].
    pub async fn close(&self, actor: &Actor, id: AccountId) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let enterprise = enterprise_of(&tx, id).await?;
        let mut account = self.other(&tx, actor, Action::ManageAccounts, id).await?;
        if let Some(enterprise) = enterprise
            && owners(&tx, enterprise.id).await? == [id]
            && refused_for_nothing(&tx, &enterprise).await?.is_none()
        {
            return Err(RegistrationError::LastOwner.into());
        }
        account.status = AccountStatus::Closed;
        tx.save(&account).await?;
        tx.audit(portal.event(actor, "account.close", "account", id));
        tx.end_sessions(id, None).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes what a person is, and the certificate. An account that waits for
    /// this can be used from here on.
    ///
    /// # Errors
    /// [`Error::Denied`], [`RegistrationError`].
    pub async fn set_roles(
        &self,
        actor: &Actor,
        id: AccountId,
        roles: Roles,
        certificate: Option<Certificate>,
    ) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut account = self.other(&tx, actor, Action::ManageRoles, id).await?;
        if roles.side() != account.scope.side() || roles.side() == Side::Enterprise {
            return Err(RegistrationError::ScopeMismatch.into());
        }
        if roles.has(Role::Officer) && certificate.is_none() {
            return Err(RegistrationError::NoCertificate.into());
        }
        let before = json!({ "roles": account.roles, "certificate": account.certificate, "status": account.status });
        account.roles = roles;
        account.certificate = certificate;
        account.status = AccountStatus::Active;
        let after = json!({ "roles": account.roles, "certificate": account.certificate, "status": account.status });
        tx.save(&account).await?;
        tx.audit(portal.event(actor, "account.roles", "account", id).with(json!({ "before": before, "after": after })));
        // What somebody no longer is must not live on in a session.
        tx.end_sessions(id, None).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes an operator the owner of the enterprise, and whoever owned it an operator:
    /// the owner has left, or somebody else runs it now.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`], [`RegistrationError::NotAnOperator`] for
    /// any other account.
    pub async fn hand_over(&self, actor: &Actor, id: AccountId) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let enterprise = enterprise_of(&tx, id).await?;
        let mut operator = self.other(&tx, actor, Action::ManageRoles, id).await?;
        let Some(enterprise) = enterprise else { return Err(RegistrationError::NotAnOperator.into()) };
        if operator.status != AccountStatus::Active || operator.roles.has(Role::EnterpriseOwner) {
            return Err(RegistrationError::NotAnOperator.into());
        }
        let former = owners(&tx, enterprise.id).await?;
        for owner in &former {
            let mut owner = load::<Account>(&tx, owner.0).await?;
            let before = json!({ "roles": owner.roles });
            owner.roles = Roles::only(Role::EnterpriseOperator);
            let change = json!({ "before": before, "after": { "roles": owner.roles } });
            tx.save(&owner).await?;
            tx.audit(portal.event(actor, "account.roles", "account", owner.id).with(change));
            // What somebody no longer is must not live on in a session.
            tx.end_sessions(owner.id, None).await?;
        }
        operator.roles = Roles::only(Role::EnterpriseOwner);
        tx.save(&operator).await?;
        let detail = json!({ "enterprise": enterprise.id, "former": former });
        tx.audit(portal.event(actor, "account.hand_over", "account", id).with(detail));
        tx.end_sessions(id, None).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets a person try again at once.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn unlock(&self, actor: &Actor, id: AccountId) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let account = self.other(&tx, actor, Action::UnlockAccount, id).await?;
        tx.forget_all_login_failures(account.login.as_str()).await?;
        tx.audit(portal.event(actor, "account.unlock", "account", id));
        tx.commit().await?;
        Ok(())
    }

    /// Ends every session of a person; how many there were.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn end_sessions(&self, actor: &Actor, id: AccountId) -> Result<u64> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        self.other(&tx, actor, Action::UnlockAccount, id).await?;
        tx.audit(portal.event(actor, "account.end_sessions", "account", id));
        let ended = tx.end_sessions(id, None).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Somebody else's account that is not closed, for changing.
    pub(super) async fn other(
        &self,
        tx: &Tx,
        actor: &Actor,
        action: Action,
        id: AccountId,
    ) -> Result<store::Stored<Account>> {
        let account = load::<Account>(tx, id.0).await?;
        self.0.permit_account(actor, action, &account).await?;
        if account.id == actor.account {
            return Err(RegistrationError::OwnAccount.into());
        }
        if account.status == AccountStatus::Closed {
            return Err(RegistrationError::Closed.into());
        }
        Ok(account)
    }
}

/// The enterprise of an account, where it has one. It is locked before the account is, as
/// by a new registration: who owns it is changed by one at a time.
async fn enterprise_of(tx: &Tx, id: AccountId) -> Result<Option<Stored<Enterprise>>> {
    let account = store::account::get(tx.db(), id).await?.ok_or(Error::NotFound)?;
    match account.enterprise() {
        Some(enterprise) => Ok(Some(load::<Enterprise>(tx, enterprise.0).await?)),
        None => Ok(None),
    }
}

/// The owners of an enterprise whose accounts are in use.
async fn owners(tx: &Tx, enterprise: EnterpriseId) -> Result<Vec<AccountId>> {
    let people = store::account::of_enterprise(tx.db(), enterprise).await?;
    let owns = |account: &Account| account.status == AccountStatus::Active && account.roles.has(Role::EnterpriseOwner);
    Ok(people.into_iter().filter(owns).map(|account| account.id).collect())
}

impl Portal {
    /// Whether the actor may do this to an account: it lies where its agency,
    /// its enterprise or its jurisdiction lies.
    async fn permit_account(&self, actor: &Actor, action: Action, account: &Account) -> Result<()> {
        let region = match account.scope {
            Scope::Jurisdiction(region) => region,
            Scope::Agency(agency) => self.agency(agency).await?.region,
            Scope::Enterprise(id) => {
                store::enterprise::get(self.store().read(), id).await?.ok_or(Error::NotFound)?.region
            }
        };
        let target = Target {
            enterprise: account.enterprise(),
            agency: account.agency(),
            region: Some(region),
            account: Some(account.id),
        };
        Ok(policy::decide(actor, action, &target)?)
    }

    /// Where people belong, in the order of the accounts.
    async fn units(&self, accounts: &[Account]) -> Result<Vec<Unit>> {
        let enterprises: BTreeSet<EnterpriseId> = accounts.iter().filter_map(Account::enterprise).collect();
        let enterprises = self.enterprise_names(enterprises).await?;
        let agencies: HashMap<AgencyId, Name> =
            store::agency::all(self.store().read()).await?.into_iter().map(|a| (a.id, a.name)).collect();
        let missing = |account: &Account| Error::Impossible(format!("account {} belongs nowhere", account.id));
        accounts
            .iter()
            .map(|account| {
                let unit = match account.scope {
                    Scope::Enterprise(id) => enterprises.get(&id).cloned().map(Unit::Enterprise),
                    Scope::Agency(id) => agencies.get(&id).cloned().map(Unit::Agency),
                    Scope::Jurisdiction(region) => Some(Unit::Jurisdiction(region)),
                };
                unit.ok_or_else(|| missing(account))
            })
            .collect()
    }
}
