//! Accounts and the audit trail: what the three separated administrators do.

use domain::{
    actor::{Certificate, Role, Roles, RolesError, Scope},
    ids::AccountId,
    text::Name,
};
use leptos::prelude::*;
use portal::{Error, RegistrationError, services::accounts::NewAccount};

use super::{Cx, Done, Fields, post};
use crate::{error::AppError, format, routes, wording::Wording};

/// The code of a role in forms.
pub const fn role_code(role: Role) -> &'static str {
    match role {
        Role::EnterpriseOwner => "enterprise_owner",
        Role::EnterpriseOperator => "enterprise_operator",
        Role::Officer => "officer",
        Role::AgencyHead => "agency_head",
        Role::Supervisor => "supervisor",
        Role::Statistician => "statistician",
        Role::SystemAdmin => "system_admin",
        Role::SecurityAdmin => "security_admin",
        Role::AuditAdmin => "audit_admin",
    }
}

fn role_of(code: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role_code(*role) == code)
}

/// A unit of people who are not of an enterprise, as forms have it:
/// `agency:ID` or `region:CODE`.
pub fn unit_code(scope: Scope) -> Option<String> {
    match scope {
        Scope::Agency(id) => Some(format!("agency:{id}")),
        Scope::Jurisdiction(region) => Some(format!("region:{region}")),
        Scope::Enterprise(_) => None,
    }
}

fn unit_of(code: &str) -> Option<Scope> {
    match code.split_once(':')? {
        ("agency", id) => id.parse().ok().map(Scope::Agency),
        ("region", code) => code.parse().ok().map(Scope::Jurisdiction),
        _ => None,
    }
}

fn roles_fault(w: Wording, error: RolesError) -> &'static str {
    match error {
        RolesError::None => w.admin_grant_roles_missing(),
        RolesError::NotSeparated => w.admin_grant_not_separated(),
        RolesError::TwoSides => w.admin_grant_two_sides(),
    }
}

/// Creates an account that waits for its roles.
#[server(endpoint = "admin/account/create")]
pub async fn create_account(
    #[server(default)] login: String,
    #[server(default)] name: String,
    #[server(default)] unit: String,
    #[server(default)] role: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let actor = cx.actor()?;
        let w = cx.w;
        let mut fields = cx.fields();
        let person: Option<Name> = fields.text("name", w.admin_name(), &name);
        let scope = unit_of(&unit);
        if scope.is_none() {
            fields.wrong("unit", w.admin_new_unit_missing());
        }
        let role = role_of(&role);
        match (role, scope) {
            (None, _) => fields.wrong("role", w.admin_new_role_missing()),
            (Some(role), Some(scope)) if role.side() != scope.side() => {
                fields.wrong("role", w.admin_new_role_mismatch());
            }
            _ => {}
        }
        let login: Option<Name> = fields.text("login", w.admin_login(), &login);
        if login.as_ref().is_some_and(|login| login.as_str().contains(char::is_whitespace)) {
            fields.wrong("login", w.register_login_space());
        }
        let rules = cx.portal.settings().login.password;
        if password.is_empty() {
            fields.wrong("password", w.password_missing());
        } else if let Err(faults) = rules.check(&password, login.as_ref().map_or("", |login| login.as_str())) {
            let faults: Vec<String> = faults.iter().map(|fault| w.fault_password(fault)).collect();
            fields.wrong("password", faults.join(w.pick("", " ")));
        }
        fields.done()?;
        let (Some(person), Some(login), Some(scope), Some(role)) = (person, login, scope, role) else {
            return Err(AppError::NotFound);
        };
        let told = w.admin_new_done(person.as_str());
        let new = NewAccount { login, name: person, roles: Roles::only(role), scope, certificate: None, password };
        let id = cx.portal.accounts().create(&actor, new).await.map_err(|error| match error {
            Error::Registration(RegistrationError::LoginTaken) => {
                AppError::field("login", w.fault_registration(RegistrationError::LoginTaken))
            }
            other => other.into(),
        })?;
        Ok(Done::at(routes::admin_account(id)).saying(told))
    })
    .await
}

/// Closes an account.
#[server(endpoint = "admin/account/close")]
pub async fn close_account(account: String) -> Result<(), AppError> {
    post(async |cx| {
        let id: AccountId = cx.id(&account)?;
        cx.portal.accounts().close(&cx.actor()?, id).await?;
        Ok(Done::at(routes::admin_account(id)).saying(cx.w.admin_closed_done()))
    })
    .await
}

/// Gives an account its roles and its certificate.
#[server(endpoint = "admin/account/roles")]
pub async fn grant_roles(
    account: String,
    #[server(default)] certificate: String,
    #[server(default)] valid_to: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let id: AccountId = cx.id(&account)?;
        let actor = cx.actor()?;
        let mut fields = cx.fields();
        let chosen = cx.typed().0.remove("roles").unwrap_or_default();
        let roles = Roles::new(chosen.iter().filter_map(|code| role_of(code)));
        let roles = fields.take("roles", roles, |w, error| roles_fault(w, *error).to_owned());
        let officer = roles.as_ref().is_some_and(|roles| roles.has(Role::Officer));
        let certificate = certificate_of(cx, &mut fields, &certificate, &valid_to, officer);
        fields.done()?;
        let roles = roles.ok_or(AppError::NotFound)?;
        cx.portal.accounts().set_roles(&actor, id, roles, certificate).await?;
        Ok(Done::at(routes::admin_account(id)).saying(cx.w.admin_granted()))
    })
    .await
}

/// A certificate with its last day; an officer needs one.
fn certificate_of(cx: &Cx, fields: &mut Fields, number: &str, valid_to: &str, officer: bool) -> Option<Certificate> {
    let w = cx.w;
    if number.trim().is_empty() && valid_to.trim().is_empty() && !officer {
        return None;
    }
    let number: Option<Name> = fields.text("certificate", w.admin_certificate_number(), number);
    let valid_to = format::read_day(valid_to);
    if valid_to.is_none() {
        fields.wrong("valid_to", w.admin_certificate_day_missing());
    }
    Some(Certificate { number: number?, valid_to: valid_to? })
}

/// Makes an operator the owner of the enterprise.
#[server(endpoint = "admin/account/hand-over")]
pub async fn hand_over(account: String) -> Result<(), AppError> {
    post(async |cx| {
        let id: AccountId = cx.id(&account)?;
        let actor = cx.actor()?;
        cx.portal.accounts().hand_over(&actor, id).await?;
        let name = cx.portal.accounts().get(&actor, id).await?.account.name;
        Ok(Done::at(routes::admin_account(id)).saying(cx.w.admin_handed_over(name.as_str())))
    })
    .await
}

/// Lets a person try again at once.
#[server(endpoint = "admin/account/unlock")]
pub async fn unlock_account(account: String) -> Result<(), AppError> {
    post(async |cx| {
        let id: AccountId = cx.id(&account)?;
        cx.portal.accounts().unlock(&cx.actor()?, id).await?;
        Ok(Done::at(routes::admin_account(id)).saying(cx.w.admin_unlocked()))
    })
    .await
}

/// Gives a person a temporary password, shown once to the administrator.
#[server(endpoint = "admin/account/password/reset")]
pub async fn reset_password(account: String) -> Result<(), AppError> {
    post(async |cx| {
        let id: AccountId = cx.id(&account)?;
        let password = cx.portal.accounts().reset_password(&cx.actor()?, id).await?;
        Ok(Done::at(routes::admin_account(id)).saying(cx.w.admin_reset_done(&password)))
    })
    .await
}

/// Ends every session of a person.
#[server(endpoint = "admin/account/sessions/end")]
pub async fn end_account_sessions(account: String) -> Result<(), AppError> {
    post(async |cx| {
        let id: AccountId = cx.id(&account)?;
        let ended = cx.portal.accounts().end_sessions(&cx.actor()?, id).await?;
        Ok(Done::at(routes::admin_account(id)).saying(cx.w.admin_sessions_ended(ended)))
    })
    .await
}

/// Walks the chain of the audit trail.
#[server(endpoint = "audit/verify")]
pub async fn verify_audit() -> Result<(), AppError> {
    post(async |cx| {
        let check = cx.portal.audits().verify(&cx.actor()?).await?;
        let sound = format::count(check.sound);
        match check.fault {
            None => Ok(Done::at(routes::AUDIT).saying(cx.w.audit_sound(&sound))),
            Some(fault) => Err(AppError::refused(cx.w.audit_broken(fault.seq, &sound))),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ids::AgencyId, region::RegionCode};

    #[test]
    fn units_and_roles_are_written_and_read() {
        let agency = Scope::Agency(AgencyId(uuid::Uuid::new_v4()));
        for scope in [agency, Scope::Jurisdiction(RegionCode::CHANGCHUN)] {
            assert_eq!(unit_code(scope).and_then(|code| unit_of(&code)), Some(scope));
        }
        for bad in ["", "agency", "agency:x", "region:110000", "enterprise:1"] {
            assert_eq!(unit_of(bad), None, "{bad}");
        }
        for role in Role::ALL {
            assert_eq!(role_of(role_code(role)), Some(role));
        }
    }
}
