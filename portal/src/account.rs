//! Accounts: who can log in, and as what.

use domain::{
    actor::{Actor, Certificate, Roles, Scope},
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

/// An account. The password is only here as an argon2id string (PHC format).
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
    /// When it was set.
    pub password_set_at: Timestamp,
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
