//! Registration of an enterprise, its own corrections, and its people.

use domain::{
    actor::{Role, Roles, Scope},
    credit_code::CreditCode,
    enterprise::{Coordinates, Registration, Site},
    ids::AccountId,
    industry::IndustryCode,
    region::RegionCode,
    text::Name,
};
use leptos::prelude::*;
use portal::{
    Error, RegistrationError,
    services::{
        accounts::{NewAccount, NewEnterprise},
        enterprises::EnterpriseEdit,
    },
};

use super::{Cx, Done, Fields, account, post};
use crate::{error::AppError, routes, wording::Wording};

/// What an enterprise says about itself, as it was typed.
struct Typed<'a> {
    name: &'a str,
    region: &'a str,
    industry: &'a str,
    industry_code: &'a str,
    address: &'a str,
    latitude: &'a str,
    longitude: &'a str,
    contact: &'a str,
    phone: &'a str,
}

impl Typed<'_> {
    /// Everything that is wrong is noted in `fields`; nothing comes back then.
    fn read(&self, cx: &Cx, fields: &mut Fields) -> Option<EnterpriseEdit> {
        let w = cx.w;
        let name = fields.text("name", w.register_name(), self.name);
        // An enterprise lies in a district or zone, never in the city at large.
        let region = self.region.parse::<RegionCode>().ok().filter(|region| *region != RegionCode::CHANGCHUN);
        if region.is_none() {
            fields.wrong("region", w.register_region_missing());
        }
        let industry = self.industry(cx, fields);
        let address = fields.text("address", w.register_address(), self.address);
        let coordinates = self.coordinates(cx, fields);
        let contact = fields.text("contact", w.register_person(), self.contact);
        let phone = phone(cx, fields, self.phone);
        Some(EnterpriseEdit {
            name: name?,
            region: region?,
            industry: industry?,
            site: Site { address: address?, coordinates: coordinates? },
            contact: contact?,
            phone: phone?,
        })
    }

    /// The code typed by hand counts where nothing was chosen from the list.
    fn industry(&self, cx: &Cx, fields: &mut Fields) -> Option<IndustryCode> {
        let (chosen, typed) = (self.industry.trim(), self.industry_code.trim());
        match (chosen.is_empty(), typed.is_empty()) {
            (true, true) => {
                fields.wrong("industry", cx.w.register_industry_missing());
                None
            }
            (false, true) => fields.take("industry", chosen.parse(), Wording::fault_industry),
            (true, false) => fields.take("industry_code", typed.parse(), Wording::fault_industry),
            (false, false) => {
                let code = fields.take("industry_code", typed.parse::<IndustryCode>(), Wording::fault_industry)?;
                if chosen.parse() == Ok(code) {
                    return Some(code);
                }
                fields.wrong("industry_code", cx.w.register_industry_both());
                None
            }
        }
    }

    /// `Some(None)` is "not given".
    fn coordinates(&self, cx: &Cx, fields: &mut Fields) -> Option<Option<Coordinates>> {
        let (latitude, longitude) = (self.latitude.trim(), self.longitude.trim());
        if latitude.is_empty() && longitude.is_empty() {
            return Some(None);
        }
        if latitude.is_empty() || longitude.is_empty() {
            let missing = if latitude.is_empty() { "latitude" } else { "longitude" };
            fields.wrong(missing, cx.w.register_position_half());
            return None;
        }
        // Numbers that are none, and numbers beyond the poles, are told apart from a wrong place: the usual slip, latitude
        // and longitude in each other's field, is both.
        let here = |north: f64, east: f64| (42.5..=45.5).contains(&north) && (123.5..=127.5).contains(&east);
        let swapped = match (latitude.parse(), longitude.parse()) {
            (Ok(east), Ok(north)) => here(north, east),
            _ => false,
        };
        let mut degrees = |field: &str, typed: &str, limit: f64| {
            let number = typed.parse::<f64>().ok().filter(|number| swapped || number.abs() <= limit);
            if number.is_none() {
                fields.wrong(field, cx.w.register_position_wrong());
            }
            number
        };
        let (north, east) = (degrees("latitude", latitude, 90.0), degrees("longitude", longitude, 180.0));
        let (north, east) = (north?, east?);
        // Changchun with its counties lies within these; elsewhere something was mistyped.
        if !here(north, east) {
            fields.wrong("latitude", cx.w.register_position_swapped());
            return None;
        }
        Coordinates::new(north, east).ok().map(Some)
    }
}

/// A number that can be called: seven digits or more, and what people write
/// between them.
fn phone(cx: &Cx, fields: &mut Fields, typed: &str) -> Option<Name> {
    let phone: Name = fields.text("phone", cx.w.register_phone(), typed)?;
    let digits = phone.as_str().chars().filter(char::is_ascii_digit).count();
    let plain = phone.as_str().chars().all(|c| c.is_ascii_digit() || " -+()（）转".contains(c));
    if digits >= 7 && plain {
        return Some(phone);
    }
    fields.wrong("phone", cx.w.register_phone_wrong());
    None
}

/// A name to log in with.
fn login_name(cx: &Cx, fields: &mut Fields, typed: &str) -> Option<Name> {
    let login: Name = fields.text("login", cx.w.register_login(), typed)?;
    if !login.as_str().contains(char::is_whitespace) {
        return Some(login);
    }
    fields.wrong("login", cx.w.register_login_space());
    None
}

/// A field is missing and nothing was said about it: cannot be.
fn no_fault() -> AppError {
    super::internal(&Error::Impossible("a field is missing without a fault".to_owned()))
}

/// What is taken is told beside its field.
fn taken(cx: &Cx, error: Error) -> AppError {
    match error {
        Error::Registration(error @ RegistrationError::CreditCodeTaken) => {
            AppError::field("credit_code", cx.w.fault_registration(error))
        }
        Error::Registration(error @ RegistrationError::LoginTaken) => {
            AppError::field("login", cx.w.fault_registration(error))
        }
        other => other.into(),
    }
}

/// Registers an enterprise with the account of its owner, who is logged in then.
#[server(endpoint = "enterprise/register")]
pub async fn register(
    #[server(default)] credit_code: String,
    #[server(default)] name: String,
    #[server(default)] region: String,
    #[server(default)] industry: String,
    #[server(default)] industry_code: String,
    #[server(default)] address: String,
    #[server(default)] latitude: String,
    #[server(default)] longitude: String,
    #[server(default)] contact: String,
    #[server(default)] phone: String,
    #[server(default)] login: String,
    #[server(default)] password: String,
    #[server(default)] password_again: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let mut fields = cx.fields();
        let code = fields.take("credit_code", CreditCode::parse(&credit_code), Wording::fault_credit_code);
        let typed = Typed {
            name: &name,
            region: &region,
            industry: &industry,
            industry_code: &industry_code,
            address: &address,
            latitude: &latitude,
            longitude: &longitude,
            contact: &contact,
            phone: &phone,
        };
        let facts = typed.read(cx, &mut fields);
        let login = login_name(cx, &mut fields, &login);
        account::new_password(cx, &mut fields, &password, &password_again, login.as_ref().map_or("", Name::as_str));
        fields.done()?;
        let (Some(credit_code), Some(facts), Some(login)) = (code, facts, login) else {
            return Err(no_fault());
        };
        let new = NewEnterprise {
            credit_code,
            name: facts.name,
            region: facts.region,
            industry: facts.industry,
            site: facts.site,
            contact: facts.contact,
            phone: facts.phone,
            login,
            password,
        };
        let (_, owner) = cx.portal.accounts().register(new).await.map_err(|error| taken(cx, error))?;
        account::enter(cx, &owner).await?;
        let days = cx.portal.settings().clocks.registration;
        Ok(Done::at(routes::TODO).saying(cx.w.registered(days)))
    })
    .await
}

/// Corrects the own registration.
#[server(endpoint = "enterprise/correct")]
pub async fn correct(
    #[server(default)] name: String,
    #[server(default)] region: String,
    #[server(default)] industry: String,
    #[server(default)] industry_code: String,
    #[server(default)] address: String,
    #[server(default)] latitude: String,
    #[server(default)] longitude: String,
    #[server(default)] contact: String,
    #[server(default)] phone: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let actor = cx.actor()?;
        let mut fields = cx.fields();
        let typed = Typed {
            name: &name,
            region: &region,
            industry: &industry,
            industry_code: &industry_code,
            address: &address,
            latitude: &latitude,
            longitude: &longitude,
            contact: &contact,
            phone: &phone,
        };
        let facts = typed.read(cx, &mut fields);
        fields.done()?;
        let Some(facts) = facts else { return Err(no_fault()) };
        cx.portal.enterprises().correct(&actor, facts).await?;
        let own = cx.portal.enterprises().own(&actor).await?;
        let done = Done::at(routes::ENTERPRISE);
        Ok(match own.registration {
            Registration::Pending { .. } => done.saying(cx.w.edited_pending(cx.portal.settings().clocks.registration)),
            _ => done.saying(cx.w.edited()),
        })
    })
    .await
}

/// Adds somebody who fills in and uploads for the own enterprise.
#[server(endpoint = "enterprise/operator")]
pub async fn add_operator(
    #[server(default)] name: String,
    #[server(default)] login: String,
    #[server(default)] password: String,
    #[server(default)] password_again: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let actor = cx.actor()?;
        let enterprise = actor.enterprise().ok_or(AppError::NotFound)?;
        let mut fields = cx.fields();
        let name = fields.text("name", cx.w.operator_name(), &name);
        let login = login_name(cx, &mut fields, &login);
        account::new_password(cx, &mut fields, &password, &password_again, login.as_ref().map_or("", Name::as_str));
        fields.done()?;
        let (Some(name), Some(login)) = (name, login) else {
            return Err(no_fault());
        };
        let said = cx.w.operator_added(name.as_str());
        let new = NewAccount {
            login,
            name,
            roles: Roles::only(Role::EnterpriseOperator),
            scope: Scope::Enterprise(enterprise),
            certificate: None,
            password,
        };
        cx.portal.accounts().create(&actor, new).await.map_err(|error| taken(cx, error))?;
        Ok(Done::at(routes::ENTERPRISE).saying(said))
    })
    .await
}

/// Closes the account of an operator who has left.
#[server(endpoint = "enterprise/operator/close")]
pub async fn close_operator(account: String) -> Result<(), AppError> {
    post(async |cx| {
        let id: AccountId = cx.id(&account)?;
        let name = cx.portal.accounts().close_operator(&cx.actor()?, id).await?;
        Ok(Done::at(routes::ENTERPRISE).saying(cx.w.own_closed_notice(name.as_str())))
    })
    .await
}
