//! People and their logins.

use domain::{
    actor::{Actor, Certificate, Role, Roles, Scope},
    credit_code::CreditCode,
    enterprise::{Conduct, Enterprise, Registration, Site},
    ids::{AccountId, EnterpriseId},
    industry::IndustryCode,
    policy::{self, Action, Target},
    region::RegionCode,
    text::Name,
    time::Timestamp,
};
use serde_json::json;

use super::{load, passwords::SharedPassword};
use crate::{
    Portal,
    account::{Account, AccountStatus},
    error::{Error, RegistrationError, Result},
    store::{self, StoreError, Stored, Tx},
};

/// The service.
pub struct Accounts<'a>(pub(crate) &'a Portal);

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

/// Who makes an account.
#[derive(Clone, Copy)]
enum By<'a> {
    /// Somebody who then knows its password.
    Person(&'a Actor),
    /// Whoever runs the machine.
    Machine,
    /// The demonstration city, with the password of all its people.
    Demonstration,
}

impl Accounts<'_> {
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
        // Whoever registers is logged in with it.
        let now = self.0.now();
        self.insert_enterprise(new, password, Some(now)).await
    }

    /// Registers an enterprise whose owner logs in with a shared password; the
    /// password of `new` is not looked at.
    ///
    /// # Errors
    /// As [`Accounts::register`].
    pub async fn register_sharing(&self, new: NewEnterprise, shared: &SharedPassword) -> Result<(EnterpriseId, Actor)> {
        self.strong(shared.plain(), lower(&new.login).as_str())?;
        self.insert_enterprise(new, shared.hash(), None).await
    }

    async fn insert_enterprise(
        &self,
        new: NewEnterprise,
        password: String,
        last_login: Option<Timestamp>,
    ) -> Result<(EnterpriseId, Actor)> {
        let portal = self.0;
        let login = lower(&new.login);
        let now = portal.now();
        let mut tx = portal.store().begin().await?;
        let refused = self.refused_before(&mut tx, &new).await?;
        let enterprise = Enterprise {
            id: refused.as_ref().map_or_else(|| EnterpriseId(portal.new_id()), |refused| refused.id),
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
            password_temporary: false,
            password_public: false,
            password_set_at: now,
            former_passwords: Vec::new(),
            status: AccountStatus::Active,
            created_at: now,
            last_login,
            devices: Vec::new(),
        };
        if let Some(mut refused) = refused {
            if refused.region != enterprise.region {
                tx.relocate(refused.id, refused.region, enterprise.region);
            }
            refused.value = enterprise.clone();
            tx.save(&refused).await?;
        } else {
            tx.insert(&enterprise).await.map_err(|e| taken(e, RegistrationError::CreditCodeTaken))?;
        }
        tx.insert(&owner).await.map_err(|e| taken(e, RegistrationError::LoginTaken))?;
        let actor = owner.actor();
        tx.audit(portal.event(&actor, "enterprise.register", "enterprise", enterprise.id));
        tx.commit().await?;
        Ok((enterprise.id, actor))
    }

    /// A registration under the same code that was refused and never led to
    /// anything: it gives way, and its people lose their access. Otherwise whoever
    /// registers somebody else's code would keep its owner out for ever. It does so
    /// only once the time for its correction has passed, or nobody is left to correct
    /// it: or else a stranger would oust whoever just has an address to put right.
    async fn refused_before(&self, tx: &mut Tx, new: &NewEnterprise) -> Result<Option<Stored<Enterprise>>> {
        let Some(known) = store::enterprise::by_code(tx.db(), &new.credit_code).await? else { return Ok(None) };
        let refused = load::<Enterprise>(tx, known.id.0).await?;
        let Some(at) = refused_for_nothing(tx, &refused).await? else {
            return Err(RegistrationError::CreditCodeTaken.into());
        };
        let portal = self.0;
        let correct_until = portal.calendar().deadline(at, portal.settings().clocks.registration_correction);
        let mut people = store::account::of_enterprise(tx.db(), known.id).await?;
        people.retain(|account| account.status != AccountStatus::Closed);
        if portal.now() <= correct_until && !people.is_empty() {
            return Err(RegistrationError::CreditCodeTaken.into());
        }
        for account in people {
            let mut account = load::<Account>(tx, account.id.0).await?;
            account.status = AccountStatus::Closed;
            tx.save(&account).await?;
            tx.end_sessions(account.id, None).await?;
            tx.audit(portal.own_event("account.close", "account", account.id));
        }
        Ok(Some(refused))
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
        self.insert(new, password, status, By::Person(actor)).await
    }

    /// Creates an account from the command line of the machine, where whoever
    /// runs it holds the database anyway.
    ///
    /// # Errors
    /// [`RegistrationError`], [`Error::Password`].
    pub async fn create_locally(&self, new: NewAccount) -> Result<AccountId> {
        let password = self.hashed(&new).await?;
        self.insert(new, password, AccountStatus::Active, By::Machine).await
    }

    /// As [`Accounts::create_locally`], with a shared password; the password of
    /// `new` is not looked at.
    ///
    /// # Errors
    /// [`RegistrationError`], [`Error::Password`].
    pub async fn create_locally_sharing(&self, new: NewAccount, shared: &SharedPassword) -> Result<AccountId> {
        self.strong(shared.plain(), lower(&new.login).as_str())?;
        self.insert(new, shared.hash(), AccountStatus::Active, By::Demonstration).await
    }

    async fn hashed(&self, new: &NewAccount) -> Result<String> {
        self.strong(&new.password, lower(&new.login).as_str())?;
        self.hash(new.password.clone()).await
    }

    async fn insert(&self, new: NewAccount, password: String, status: AccountStatus, by: By<'_>) -> Result<AccountId> {
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
            // At the machine itself people make their own accounts.
            password_temporary: matches!(by, By::Person(_)),
            password_public: matches!(by, By::Demonstration),
            password_set_at: now,
            former_passwords: Vec::new(),
            status,
            created_at: now,
            last_login: None,
            devices: Vec::new(),
        };
        let mut tx = portal.store().begin().await?;
        tx.insert(&account).await.map_err(|e| taken(e, RegistrationError::LoginTaken))?;
        let event = match by {
            By::Person(by) => portal.event(by, "account.create", "account", account.id),
            By::Machine | By::Demonstration => portal.own_event("account.create", "account", account.id),
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
        tx.end_sessions(id, None).await?;
        tx.commit().await?;
        Ok(name)
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
        let target = Target { enterprise: Some(enterprise), ..Target::default() };
        policy::decide(actor, Action::SeeEnterprise, &target)?;
        Ok(store::account::of_enterprise(self.0.store().read(), enterprise).await?)
    }
}

/// When a registration was refused that never led to anything; `None` is any other.
pub(super) async fn refused_for_nothing(tx: &Tx, enterprise: &Enterprise) -> Result<Option<Timestamp>> {
    let Registration::Rejected { at, .. } = enterprise.registration else { return Ok(None) };
    let unused = store::enrolment::of_enterprise(tx.db(), enterprise.id).await?.is_empty();
    Ok(unused.then_some(at))
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
