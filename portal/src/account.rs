//! Accounts: who can log in, and as what.

use domain::{
    actor::{Actor, Certificate, Roles, Scope, Side},
    ids::{AccountId, AgencyId, EnterpriseId},
    region::RegionCode,
    text::Name,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// Created by a system administrator; cannot log in until a security
    /// administrator has given it its roles (三员分立).
    Pending,
    /// Can log in.
    Active,
    /// Closed; the record stays, because the trail refers to it.
    Closed,
}

impl AccountStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Active, Self::Closed];
}

/// An account. Passwords are only here as argon2id strings (PHC format).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name to log in with, in lower case.
    pub login: Name,
    /// The person's name.
    pub name: Name,
    /// What the person is.
    pub roles: Roles,
    /// What the person may reach.
    pub scope: Scope,
    /// The certificate, for officers.
    pub certificate: Option<Certificate>,
    /// The password, hashed.
    pub password: String,
    /// Whether somebody else knows it, who has set it for this person.
    #[serde(default)]
    pub password_temporary: bool,
    /// Whether everybody knows it, as in the demonstration city: another one would be no safer.
    #[serde(default)]
    pub password_public: bool,
    /// When it was set.
    pub password_set_at: Timestamp,
    /// Those before it, hashed, the latest last; no more than are remembered (A13).
    #[serde(default)]
    pub former_passwords: Vec<String>,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// When it was created.
    pub created_at: Timestamp,
    /// The last successful login.
    pub last_login: Option<Timestamp>,
    /// SHA-256 of the tokens of devices that have logged in, the latest last. Strangers who guess passwords cannot make
    /// these wait.
    #[serde(default)]
    pub devices: Vec<String>,
}

impl Account {
    /// The person as rules see it.
    pub fn actor(&self) -> Actor {
        Actor {
            account: self.id,
            name: self.name.clone(),
            roles: self.roles.clone(),
            scope: self.scope,
            certificate: self.certificate.clone(),
            temporary_password: self.password_temporary,
        }
    }

    /// Sets another password, already hashed. The one before it is remembered, also when somebody
    /// else had given it out; of all of them, with the new one, `remembered`.
    pub fn set_password(&mut self, hash: String, temporary: bool, remembered: u8, now: Timestamp) {
        self.former_passwords.push(std::mem::replace(&mut self.password, hash));
        let surplus = (self.former_passwords.len() + 1).saturating_sub(usize::from(remembered.max(1)));
        self.former_passwords.drain(..surplus);
        self.password_temporary = temporary;
        self.password_public = false;
        self.password_set_at = now;
    }

    /// Whether the password has lasted its time: so many days, and for ever where they are zero.
    /// People of enterprises keep theirs.
    pub fn password_outdated(&self, days: u16, now: Timestamp) -> bool {
        let ages = days > 0 && !self.password_public && self.scope.side() != Side::Enterprise;
        ages && now >= self.password_set_at.plus_days(i64::from(days))
    }

    /// The enterprise the person belongs to.
    pub fn enterprise(&self) -> Option<EnterpriseId> {
        match self.scope {
            Scope::Enterprise(id) => Some(id),
            _ => None,
        }
    }

    /// The jurisdiction of people of the city or a district.
    pub fn region(&self) -> Option<RegionCode> {
        match self.scope {
            Scope::Jurisdiction(region) => Some(region),
            _ => None,
        }
    }

    /// The agency the person belongs to.
    pub fn agency(&self) -> Option<AgencyId> {
        match self.scope {
            Scope::Agency(id) => Some(id),
            _ => None,
        }
    }
}
