//! Who acts: roles, scopes and officer certificates.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::Date;

use crate::{
    ids::{AccountId, AgencyId, EnterpriseId},
    region::RegionCode,
    text::Name,
};

/// What a person is in the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owner or head of an enterprise: signs commitments.
    EnterpriseOwner,
    /// Works for an enterprise: fills in and uploads.
    EnterpriseOperator,
    /// Certified enforcement officer (行政执法人员).
    Officer,
    /// Head of an agency, or the leader in charge: approves (十二条措施, art. 2).
    AgencyHead,
    /// Supervision of administrative enforcement (行政执法监督).
    Supervisor,
    /// Statistics administrator: reads numbers and the entries behind them.
    Statistician,
    /// System administrator: accounts and configuration, no roles, no case content.
    SystemAdmin,
    /// Security administrator: roles, policies, unlocking; cannot create accounts.
    SecurityAdmin,
    /// Audit administrator: reads the trail, also that of the other two.
    AuditAdmin,
}

impl Role {
    /// Every role, in the order in which people are listed.
    pub const ALL: [Self; 9] = [
        Self::EnterpriseOwner,
        Self::EnterpriseOperator,
        Self::Officer,
        Self::AgencyHead,
        Self::Supervisor,
        Self::Statistician,
        Self::SystemAdmin,
        Self::SecurityAdmin,
        Self::AuditAdmin,
    ];

    /// One of the three separated administrators (三员分立, GB/T 22239-2019 level 3).
    pub const fn is_separated_admin(self) -> bool {
        matches!(self, Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin)
    }

    /// The side of the counter the role stands on.
    pub const fn side(self) -> Side {
        match self {
            Self::EnterpriseOwner | Self::EnterpriseOperator => Side::Enterprise,
            Self::Officer | Self::AgencyHead => Side::Agency,
            Self::Supervisor | Self::Statistician | Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin => {
                Side::City
            }
        }
    }
}

/// Where a role belongs; it decides which scope an account needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// Needs an enterprise.
    Enterprise,
    /// Needs an agency.
    Agency,
    /// Needs a jurisdiction.
    City,
}

/// The roles of one account: at least one, all of one side, and a separated
/// administrator has no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeSet<Role>", into = "BTreeSet<Role>")]
pub struct Roles(BTreeSet<Role>);

/// Why a set of roles cannot belong to one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RolesError {
    /// No role at all.
    #[error("no role")]
    None,
    /// A separated administrator holds another role.
    #[error("a separated administrator holds no other role")]
    NotSeparated,
    /// Roles of two sides, such as officer and enterprise owner.
    #[error("roles of two sides")]
    TwoSides,
}

impl Roles {
    /// Checks that one person may hold these roles together.
    ///
    /// # Errors
    /// [`RolesError`] names the rule that is broken.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Result<Self, RolesError> {
        let roles: BTreeSet<Role> = roles.into_iter().collect();
        let Some(first) = roles.first() else { return Err(RolesError::None) };
        if roles.len() > 1 && roles.iter().any(|role| role.is_separated_admin()) {
            return Err(RolesError::NotSeparated);
        }
        if roles.iter().any(|role| role.side() != first.side()) {
            return Err(RolesError::TwoSides);
        }
        Ok(Self(roles))
    }

    /// One role alone is always possible.
    pub fn only(role: Role) -> Self {
        Self(BTreeSet::from([role]))
    }

    /// Whether `role` is among them.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// The roles in listing order.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }

    /// The side all of them stand on.
    pub fn side(&self) -> Side {
        self.0.first().map_or(Side::City, |role| role.side())
    }
}

impl TryFrom<BTreeSet<Role>> for Roles {
    type Error = RolesError;

    fn try_from(roles: BTreeSet<Role>) -> Result<Self, RolesError> {
        Self::new(roles)
    }
}

impl From<Roles> for BTreeSet<Role> {
    fn from(roles: Roles) -> Self {
        roles.0
    }
}

/// Which records an account may reach at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The records of one enterprise.
    Enterprise(EnterpriseId),
    /// The records of one agency.
    Agency(AgencyId),
    /// The records of a division; the city's code reaches all of its districts.
    Jurisdiction(RegionCode),
}

impl Scope {
    /// The side whose accounts have this kind of scope.
    pub const fn side(self) -> Side {
        match self {
            Self::Enterprise(_) => Side::Enterprise,
            Self::Agency(_) => Side::Agency,
            Self::Jurisdiction(_) => Side::City,
        }
    }
}

/// An officer's enforcement certificate (行政执法证).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The number printed on it.
    pub number: Name,
    /// The last day on which it is valid.
    pub valid_to: Date,
}

impl Certificate {
    /// Whether it is valid on `day`.
    pub fn valid_on(&self, day: Date) -> bool {
        day <= self.valid_to
    }
}

/// The person behind a request, as far as rules need to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Whose account.
    pub account: AccountId,
    /// The name shown to others.
    pub name: Name,
    /// What the person is.
    pub roles: Roles,
    /// What the person may reach.
    pub scope: Scope,
    /// The certificate, for officers.
    pub certificate: Option<Certificate>,
    /// Somebody else knows the password: nothing can be done before it is changed (GB/T 22239-2019, 8.1.4.1).
    pub temporary_password: bool,
}

impl Actor {
    /// The enterprise the person belongs to, if any.
    pub fn enterprise(&self) -> Option<EnterpriseId> {
        match self.scope {
            Scope::Enterprise(id) => Some(id),
            _ => None,
        }
    }

    /// The agency the person belongs to, if any.
    pub fn agency(&self) -> Option<AgencyId> {
        match self.scope {
            Scope::Agency(id) => Some(id),
            _ => None,
        }
    }

    /// Whether the person holds a certificate valid on `day` (art. 3 of the
    /// Twelve Measures; 行政处罚法 art. 42).
    pub fn certified_on(&self, day: Date) -> bool {
        self.certificate.as_ref().is_some_and(|certificate| certificate.valid_on(day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separated_administrator_holds_one_role_only() {
        for admin in Role::ALL.into_iter().filter(|role| role.is_separated_admin()) {
            for other in Role::ALL.into_iter().filter(|role| *role != admin) {
                assert_eq!(Roles::new([admin, other]), Err(RolesError::NotSeparated));
            }
        }
    }

    #[test]
    fn nobody_stands_on_both_sides_of_the_counter() {
        assert_eq!(Roles::new([Role::Officer, Role::EnterpriseOwner]), Err(RolesError::TwoSides));
        assert_eq!(Roles::new([]), Err(RolesError::None));
        assert!(Roles::new([Role::Officer, Role::AgencyHead]).is_ok());
    }

    #[test]
    fn impossible_roles_cannot_be_read_back() {
        assert!(serde_json::from_str::<Roles>(r#"["officer","audit_admin"]"#).is_err());
        assert!(serde_json::from_str::<Roles>(r#"["officer","agency_head"]"#).is_ok());
    }
}
