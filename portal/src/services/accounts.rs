//! People and their logins.

use std::sync::OnceLock;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use domain::{
    actor::{Actor, Certificate, Role, Roles, Scope},
    credit_code::CreditCode,
    enterprise::{Conduct, Enterprise, Registration, Site},
    ids::{AccountId, EnterpriseId},
    industry::IndustryCode,
    password::throttle,
    policy::{self, Action, Target},
    region::RegionCode,
    text::Name,
    time::Timestamp,
};
use serde_json::json;

use super::load;
use crate::{
    Portal,
    account::{Account, AccountStatus},
    error::{Error, LoginError, RegistrationError, Result},
    store::{self, StoreError},
};

/// The service.
pub struct Accounts<'a>(pub(crate) &'a Portal);

/// Somebody who has just logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// Who.
    pub actor: Actor,
    /// The login before this one, for the person to recognise.
    pub last_login: Option<Timestamp>,
}

/// A new account, as an administrator or owner asks for it.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name to log in with.
    pub login: Name,
    /// The person's name.
    pub name: Name,
    /// What the person is.
    pub roles: Roles,
    /// What the person may reach.
    pub scope: Scope,
    /// The certificate, for officers.
    pub certificate: Option<Certificate>,
    /// The first password.
    pub password: String,
}

/// A registration of an enterprise, with the account of its owner.
#[derive(Clone, Debug)]
pub struct NewEnterprise {
    /// Its credit code.
    pub credit_code: CreditCode,
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
    /// The owner's login name.
    pub login: Name,
    /// The owner's password.
    pub password: String,
}

/// A password hashed once for many accounts, for the demonstration city: it is
/// public there, so that one salt for all gives nothing away.
#[derive(Clone)]
pub struct SharedPassword {
    plain: String,
    hash: String,
}

impl Accounts<'_> {
    /// Checks a name and a password. `client` tells clients apart for counting
    /// failures: a stranger's failures slow the stranger down, not the owner.
    ///
    /// # Errors
    /// [`LoginError`], the same for an unknown name and a wrong password.
    pub async fn login(&self, login: &str, password: &str, client: &str) -> Result<LoggedIn> {
        let portal = self.0;
        let login = login.trim().to_lowercase();
        let now = portal.now();
        let (account_key, client_key) = (format!("a/{login}"), format!("c/{login}/{client}"));
        let tx = portal.store().begin().await?;
        let of_client = tx.login_failures(&client_key).await?;
        let of_account = tx.login_failures(&account_key).await?;
        drop(tx);
        throttle(of_client, of_account, now, &portal.settings().login.lockout).map_err(LoginError::Throttled)?;

        let account = store::account::by_login(portal.store().read(), &login).await?;
        let account = account.filter(|account| account.status == AccountStatus::Active);
        // An unknown name costs as much time as a wrong password.
        let hash = account.as_ref().map_or_else(decoy, |account| account.password.clone());
        let fits = self.verify(password.to_owned(), hash).await?;

        let mut tx = portal.store().begin().await?;
        let Some(account) = account.filter(|_| fits) else {
            tx.count_login_failure(&client_key, now).await?;
            tx.count_login_failure(&account_key, now).await?;
            tx.audit(portal.own_event("login", "login", &login).failed());
            tx.commit().await?;
            return Err(LoginError::Wrong.into());
        };
        tx.forget_login_failures(&client_key).await?;
        tx.forget_login_failures(&account_key).await?;
        let mut stored = load::<Account>(&tx, account.id.0).await?;
        let last_login = stored.last_login.replace(now);
        tx.save(&stored).await?;
        let actor = stored.actor();
        tx.audit(portal.event(&actor, "login", "account", actor.account));
        tx.commit().await?;
        Ok(LoggedIn { actor, last_login })
    }

    /// The person of an account that can still be used.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn actor(&self, id: AccountId) -> Result<Option<Actor>> {
        let account = store::account::get(self.0.store().read(), id).await?;
        Ok(account.filter(|account| account.status == AccountStatus::Active).map(|account| account.actor()))
    }

    /// Registers an enterprise and its owner; an agency confirms it later.
    ///
    /// # Errors
    /// [`RegistrationError`] when the code or the login name is taken,
    /// [`Error::Password`] when the password is weak.
    pub async fn register(&self, new: NewEnterprise) -> Result<(EnterpriseId, Actor)> {
        self.strong(&new.password, lower(&new.login).as_str())?;
        let password = self.hash(new.password.clone()).await?;
        self.insert_enterprise(new, password).await
    }

    /// Registers an enterprise whose owner logs in with a shared password; the
    /// password of `new` is not looked at.
    ///
    /// # Errors
    /// As [`Accounts::register`].
    pub async fn register_sharing(&self, new: NewEnterprise, shared: &SharedPassword) -> Result<(EnterpriseId, Actor)> {
        self.strong(&shared.plain, lower(&new.login).as_str())?;
        self.insert_enterprise(new, shared.hash.clone()).await
    }

    /// Hashes a password that several accounts will share.
    ///
    /// # Errors
    /// [`Error::Impossible`] when it cannot be hashed.
    pub async fn share(&self, password: &str) -> Result<SharedPassword> {
        Ok(SharedPassword { plain: password.to_owned(), hash: self.hash(password.to_owned()).await? })
    }

    async fn insert_enterprise(&self, new: NewEnterprise, password: String) -> Result<(EnterpriseId, Actor)> {
        let portal = self.0;
        let login = lower(&new.login);
        let now = portal.now();
        let enterprise = Enterprise {
            id: EnterpriseId(portal.new_id()),
            credit_code: new.credit_code,
            name: new.name,
            region: new.region,
            industry: new.industry,
            site: new.site,
            contact: new.contact.clone(),
            phone: new.phone,
            registration: Registration::Pending { since: now },
            conduct: Conduct::default(),
        };
        let owner = Account {
            id: AccountId(portal.new_id()),
            login,
            name: new.contact,
            roles: Roles::only(Role::EnterpriseOwner),
            scope: Scope::Enterprise(enterprise.id),
            certificate: None,
            password,
            password_set_at: now,
            status: AccountStatus::Active,
            created_at: now,
            last_login: None,
        };
        let mut tx = portal.store().begin().await?;
        tx.insert(&enterprise).await.map_err(|e| taken(e, RegistrationError::CreditCodeTaken))?;
        tx.insert(&owner).await.map_err(|e| taken(e, RegistrationError::LoginTaken))?;
        let actor = owner.actor();
        tx.audit(portal.event(&actor, "enterprise.register", "enterprise", enterprise.id));
        tx.commit().await?;
        Ok((enterprise.id, actor))
    }

    /// Creates an account for somebody of an agency or the city (system
    /// administrator), or an operator of one's own enterprise (owner). What a
    /// system administrator creates can do nothing until a security administrator
    /// has given it its roles: nobody alone makes a person who may act.
    ///
    /// # Errors
    /// [`Error::Denied`], [`RegistrationError`], [`Error::Password`].
    pub async fn create(&self, actor: &Actor, new: NewAccount) -> Result<AccountId> {
        let status = match new.scope {
            Scope::Enterprise(enterprise) => {
                let target = Target { enterprise: Some(enterprise), ..Target::default() };
                policy::decide(actor, Action::ManageOperators, &target)?;
                if new.roles.has(Role::EnterpriseOwner) {
                    return Err(domain::policy::Denied::NotYourRole.into());
                }
                AccountStatus::Active
            }
            Scope::Agency(agency) => {
                self.0.permit_agency(actor, Action::ManageAccounts, agency).await?;
                AccountStatus::Pending
            }
            Scope::Jurisdiction(region) => {
                let target = Target { region: Some(region), ..Target::default() };
                policy::decide(actor, Action::ManageAccounts, &target)?;
                AccountStatus::Pending
            }
        };
        let password = self.hashed(&new).await?;
        self.insert(new, password, status, Some(actor)).await
    }

    /// Creates an account from the command line of the machine, where whoever
    /// runs it holds the database anyway.
    ///
    /// # Errors
    /// [`RegistrationError`], [`Error::Password`].
    pub async fn create_locally(&self, new: NewAccount) -> Result<AccountId> {
        let password = self.hashed(&new).await?;
        self.insert(new, password, AccountStatus::Active, None).await
    }

    /// As [`Accounts::create_locally`], with a shared password; the password of
    /// `new` is not looked at.
    ///
    /// # Errors
    /// [`RegistrationError`], [`Error::Password`].
    pub async fn create_locally_sharing(&self, new: NewAccount, shared: &SharedPassword) -> Result<AccountId> {
        self.strong(&shared.plain, lower(&new.login).as_str())?;
        self.insert(new, shared.hash.clone(), AccountStatus::Active, None).await
    }

    async fn hashed(&self, new: &NewAccount) -> Result<String> {
        self.strong(&new.password, lower(&new.login).as_str())?;
        self.hash(new.password.clone()).await
    }

    async fn insert(
        &self,
        new: NewAccount,
        password: String,
        status: AccountStatus,
        by: Option<&Actor>,
    ) -> Result<AccountId> {
        let portal = self.0;
        if new.roles.side() != new.scope.side() {
            return Err(RegistrationError::ScopeMismatch.into());
        }
        // The certificate of a pending officer comes with the roles.
        if new.roles.has(Role::Officer) && new.certificate.is_none() && status == AccountStatus::Active {
            return Err(RegistrationError::NoCertificate.into());
        }
        let login = lower(&new.login);
        let now = portal.now();
        let account = Account {
            id: AccountId(portal.new_id()),
            login,
            name: new.name,
            roles: new.roles,
            scope: new.scope,
            certificate: new.certificate,
            password,
            password_set_at: now,
            status,
            created_at: now,
            last_login: None,
        };
        let mut tx = portal.store().begin().await?;
        tx.insert(&account).await.map_err(|e| taken(e, RegistrationError::LoginTaken))?;
        let event = match by {
            Some(by) => portal.event(by, "account.create", "account", account.id),
            None => portal.own_event("account.create", "account", account.id),
        };
        tx.audit(event.with(json!({ "login": account.login, "roles": account.roles, "scope": account.scope })));
        tx.commit().await?;
        Ok(account.id)
    }

    /// Closes an operator's account of one's own enterprise: people leave.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`] for anybody who is no operator of it.
    pub async fn close_operator(&self, actor: &Actor, id: AccountId) -> Result<Name> {
        let portal = self.0;
        let target = Target { enterprise: actor.enterprise(), ..Target::default() };
        policy::decide(actor, Action::ManageOperators, &target)?;
        let mut tx = portal.store().begin().await?;
        let mut account = load::<Account>(&tx, id.0).await?;
        if account.enterprise() != actor.enterprise() || account.roles.has(Role::EnterpriseOwner) {
            return Err(Error::NotFound);
        }
        account.status = AccountStatus::Closed;
        let name = account.name.clone();
        tx.save(&account).await?;
        tx.audit(portal.event(actor, "account.close", "account", id));
        tx.commit().await?;
        portal.store().sessions_end(id, None).await?;
        Ok(name)
    }

    /// Changes one's own password and ends every other session.
    ///
    /// # Errors
    /// [`LoginError::Wrong`] when the old one does not fit, [`Error::Password`]
    /// when the new one is weak.
    pub async fn change_password(&self, actor: &Actor, old: &str, new: &str, this_session: Option<&str>) -> Result<()> {
        let portal = self.0;
        let account = self.own(actor).await?;
        if !self.verify(old.to_owned(), account.password.clone()).await? {
            return Err(LoginError::Wrong.into());
        }
        self.strong(new, account.login.as_str())?;
        let hash = self.hash(new.to_owned()).await?;
        let mut tx = portal.store().begin().await?;
        let mut stored = load::<Account>(&tx, actor.account.0).await?;
        stored.password = hash;
        stored.password_set_at = portal.now();
        tx.save(&stored).await?;
        tx.audit(portal.event(actor, "account.password", "account", actor.account));
        tx.commit().await?;
        portal.store().sessions_end(actor.account, this_session).await?;
        Ok(())
    }

    /// One's own account.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone.
    pub async fn own(&self, actor: &Actor) -> Result<Account> {
        let target = Target { account: Some(actor.account), ..Target::default() };
        policy::decide(actor, Action::ManageOwnAccount, &target)?;
        store::account::get(self.0.store().read(), actor.account).await?.ok_or(Error::NotFound)
    }

    /// The people of one's own enterprise.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn colleagues(&self, actor: &Actor) -> Result<Vec<Account>> {
        let enterprise = actor.enterprise().ok_or(domain::policy::Denied::NotYourRole)?;
        Ok(store::account::of_enterprise(self.0.store().read(), enterprise).await?)
    }

    fn strong(&self, password: &str, login: &str) -> Result<()> {
        self.0.settings().login.password.check(password, login).map_err(Error::Password)
    }

    /// Hashes a password away from the async threads, a few at a time.
    async fn hash(&self, password: String) -> Result<String> {
        let _permit = self.0.parts.hashing.acquire().await.map_err(|e| Error::Impossible(e.to_string()))?;
        tokio::task::spawn_blocking(move || hash_now(&password))
            .await
            .map_err(|error| Error::Impossible(error.to_string()))?
    }

    async fn verify(&self, password: String, hash: String) -> Result<bool> {
        let _permit = self.0.parts.hashing.acquire().await.map_err(|e| Error::Impossible(e.to_string()))?;
        tokio::task::spawn_blocking(move || {
            Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok()
        })
        .await
        .map_err(|error| Error::Impossible(error.to_string()))
    }
}

fn hash_now(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Impossible(format!("argon2: {error}")))
}

/// A hash that no password fits, made once.
fn decoy() -> String {
    static DECOY: OnceLock<String> = OnceLock::new();
    DECOY.get_or_init(|| hash_now(&uuid::Uuid::new_v4().to_string()).unwrap_or_default()).clone()
}

fn lower(login: &Name) -> Name {
    // Lower case can only keep or change characters, never empty the name.
    Name::parse(&login.as_str().to_lowercase()).unwrap_or_else(|_| login.clone())
}

fn taken(error: StoreError, what: RegistrationError) -> Error {
    match error {
        StoreError::Duplicate(_) => what.into(),
        other => other.into(),
    }
}
