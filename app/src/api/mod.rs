//! Server functions: every one a form first.
//!
//! A form is posted to `/api/…` and answered with a redirect; scripts that ask
//! for JSON get the result itself. What was typed and what was wrong waits in the
//! session until the page that follows shows it ([`Flash`]), so nothing typed is
//! lost, not even when the login has ended meanwhile. A server function parses,
//! calls one service, and names the page that comes next:
//!
//! ```ignore
//! #[server(endpoint = "review/take")]
//! pub async fn take_case(case: String) -> Result<(), AppError> {
//!     post(async |cx| {
//!         let case = cx.id(&case)?;
//!         cx.portal.reviews().take(&cx.actor()?, case).await?;
//!         Ok(Done::at(routes::review_case(case)))
//!     })
//!     .await
//! }
//! ```

#![allow(missing_docs, reason = "`#[server]` makes a struct of the arguments, without documentation")]
#![allow(clippy::too_many_arguments, reason = "the arguments of a server function are the fields of its form")]

pub mod account;
pub mod admin;
pub mod agency;
pub mod agency_items;
pub mod bundle;
pub mod capture;
pub mod cases;
pub mod enrolment;
pub mod enterprise;
pub mod findings;
pub mod item_form;
pub mod ledger;
pub mod review;
pub mod review_enrolment;
pub mod review_fields;
pub mod review_finding;
pub mod review_outcome;
pub mod review_registration;

use std::{collections::BTreeMap, str::FromStr};

use domain::{
    actor::Actor,
    ids::AccountId,
    text::{Text, TextError},
};
use http::{HeaderMap, StatusCode, header, request::Parts};
use leptos::prelude::*;
use portal::Portal;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::{
    components::{ERRORS, FormState},
    context::{screen, wording},
    error::{AppError, FieldError},
    routes,
    wording::Wording,
};

/// What the session holds between a post and the page that follows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Flash {
    /// The path that it is for.
    pub path: String,
    /// What came back with errors.
    pub form: Option<FormState>,
    /// What was done.
    pub notice: Option<String>,
    /// Whose it is, where somebody was logged in: nobody else gets to see it on
    /// a computer that several people use.
    #[serde(default)]
    pub person: Option<AccountId>,
}

impl Flash {
    /// Its name in the session.
    pub const KEY: &'static str = "flash";
}

/// That something was done; the page that follows says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlashNotice(pub String);

/// What the request's form had, as it was typed, without passwords. The server
/// puts it into the extensions of every post under `/api`.
#[derive(Clone, Debug, Default)]
pub struct Typed(pub BTreeMap<String, Vec<String>>);

/// A request on its way to a service.
#[derive(Clone)]
pub struct Cx {
    /// The portal.
    pub portal: Portal,
    /// The wording in the reader's language.
    pub w: Wording,
    parts: Parts,
}

impl Cx {
    /// The request at hand.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside of a request.
    pub fn here() -> Result<Self, AppError> {
        let outside = || AppError::Internal { incident: "no request".to_owned() };
        let portal = use_context::<Portal>().ok_or_else(outside)?;
        let parts = use_context::<Parts>().ok_or_else(outside)?;
        Ok(Self { portal, w: wording(), parts })
    }

    /// Who is logged in.
    ///
    /// # Errors
    /// [`AppError::LoginRequired`].
    pub fn actor(&self) -> Result<Actor, AppError> {
        self.parts.extensions.get::<Actor>().cloned().ok_or(AppError::LoginRequired)
    }

    /// The session.
    ///
    /// # Errors
    /// [`AppError::Internal`] when the server did not provide one.
    pub fn session(&self) -> Result<Session, AppError> {
        let missing = || AppError::Internal { incident: "no session".to_owned() };
        self.parts.extensions.get::<Session>().cloned().ok_or_else(missing)
    }

    /// The request's headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// The request's extension, if the server put one there.
    pub fn extension<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        self.parts.extensions.get::<T>().cloned()
    }

    /// Everything the form had, as it was typed.
    pub fn typed(&self) -> Typed {
        self.extension().unwrap_or_default()
    }

    /// An id out of a form. One that is none belongs to no record.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn id<T: FromStr>(&self, text: &str) -> Result<T, AppError> {
        text.parse().map_err(|_| AppError::NotFound)
    }

    /// Fields to be read together.
    pub fn fields(&self) -> Fields {
        Fields { w: self.w, errors: Vec::new() }
    }

    /// Where the form stood: the page that sent it.
    fn back(&self) -> String {
        let referer = self.parts.headers.get(header::REFERER).and_then(|value| value.to_str().ok());
        let address = referer.and_then(|referer| referer.parse::<http::Uri>().ok());
        let path = address.and_then(|address| address.path_and_query().map(ToString::to_string));
        path.map_or_else(|| routes::TODO.to_owned(), |path| routes::safe_next(&path).to_owned())
    }

    fn wants_page(&self) -> bool {
        let accept = self.parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    }
}

/// Reads fields one after another and keeps everything that is wrong, so that
/// all of it can be told at once (一次性告知).
pub struct Fields {
    w: Wording,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Notes that a field is wrong.
    pub fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError::new(field, message));
    }

    /// A value, or what is wrong with it.
    pub fn take<T, E>(
        &mut self,
        field: &str,
        parsed: Result<T, E>,
        say: impl FnOnce(Wording, &E) -> String,
    ) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                let message = say(self.w, &error);
                self.wrong(field, message);
                None
            }
        }
    }

    /// Puts what is wrong into the order in which the page has the fields.
    pub fn in_order_of(&mut self, fields: &[String]) {
        self.errors.sort_by_key(|error| fields.iter().position(|field| *field == error.field));
    }

    /// A text that must be there. `label` is what the page calls the field.
    pub fn text<const MAX: usize>(&mut self, field: &str, label: &str, typed: &str) -> Option<Text<MAX>> {
        self.take(field, Text::parse(typed), |w, error| w.fault_text(label, error))
    }

    /// A text that may be left out.
    pub fn optional_text<const MAX: usize>(&mut self, field: &str, label: &str, typed: &str) -> Option<Text<MAX>> {
        match Text::parse(typed) {
            Ok(text) => Some(text),
            Err(TextError::Empty) => None,
            Err(error) => {
                let message = self.w.fault_text(label, &error);
                self.wrong(field, message);
                None
            }
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with everything that was wrong.
    pub fn done(self) -> Result<(), AppError> {
        if self.errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(self.errors)) }
    }
}

/// Where a person goes on after something was done.
#[derive(Clone, Debug)]
pub struct Done {
    to: String,
    notice: Option<String>,
}

impl Done {
    /// The page that comes next.
    pub fn at(to: impl Into<String>) -> Self {
        Self { to: to.into(), notice: None }
    }

    /// The page the form stood on.
    pub fn here(cx: &Cx) -> Self {
        Self::at(cx.back())
    }

    /// And what that page says was done.
    #[must_use]
    pub fn saying(mut self, notice: impl Into<String>) -> Self {
        self.notice = Some(notice.into());
        self
    }
}

/// Answers a post: a redirect for forms, the result itself for scripts.
///
/// # Errors
/// Only for scripts; a form is always answered with a page.
pub async fn post(act: impl AsyncFnOnce(&Cx) -> Result<Done, AppError>) -> Result<(), AppError> {
    let cx = Cx::here()?;
    let result = act(&cx).await;
    if !cx.wants_page() {
        return match result {
            Ok(_) => Ok(()),
            Err(error) => {
                // A script is led nowhere; it is told.
                let status = match error {
                    AppError::LoginRequired => 401,
                    AppError::PasswordChangeRequired => 403,
                    ref other => other.status(),
                };
                if let (Some(response), Ok(status)) =
                    (use_context::<leptos_axum::ResponseOptions>(), StatusCode::from_u16(status))
                {
                    response.set_status(status);
                }
                Err(error)
            }
        };
    }
    match result {
        Ok(done) => {
            if done.notice.is_some() {
                flash(&cx, Flash { path: path_of(&done.to), notice: done.notice, form: None, person: None }).await?;
            }
            leptos_axum::redirect(&done.to);
        }
        Err(error) => {
            if let (AppError::Forbidden { .. }, Ok(actor)) = (&error, cx.actor()) {
                cx.portal.audits().refused(&actor, cx.parts.uri.path()).await?;
            }
            let back = cx.back();
            let errors = match &error {
                AppError::Invalid(errors) => errors.clone(),
                // Logging in again brings the person back to what was typed.
                AppError::LoginRequired => vec![FieldError::new("", cx.w.typed_is_kept())],
                other => vec![FieldError::new("", cx.w.app_error(other))],
            };
            let form = FormState { values: cx.typed().0, errors };
            flash(&cx, Flash { path: path_of(&back), form: Some(form), notice: None, person: None }).await?;
            match error {
                AppError::LoginRequired => leptos_axum::redirect(&routes::login_then(&back)),
                AppError::PasswordChangeRequired => leptos_axum::redirect(routes::ACCOUNT_PASSWORD),
                _ => leptos_axum::redirect(&format!("{back}#{ERRORS}")),
            }
        }
    }
    Ok(())
}

fn path_of(address: &str) -> String {
    address.split(['?', '#']).next().unwrap_or(address).to_owned()
}

async fn flash(cx: &Cx, mut flash: Flash) -> Result<(), AppError> {
    flash.person = cx.actor().ok().map(|actor| actor.account);
    let kept = cx.session()?.insert(Flash::KEY, flash).await;
    kept.map_err(|error| internal(&error))
}

/// Logs a fault of ours once, under a number that the person can tell us.
pub fn internal(error: &dyn std::error::Error) -> AppError {
    let incident = uuid::Uuid::new_v4().simple().to_string()[..8].to_uppercase();
    tracing::error!(%incident, error = %error, cause = ?error.source(), "internal fault");
    AppError::Internal { incident }
}

impl From<portal::Error> for AppError {
    /// A portal's error in the reader's language.
    fn from(error: portal::Error) -> Self {
        use portal::Error as E;
        let w = Wording(screen().lang);
        match error {
            E::Denied(domain::policy::Denied::Hidden) | E::NotFound => Self::NotFound,
            E::Denied(domain::policy::Denied::TemporaryPassword) => Self::PasswordChangeRequired,
            E::Denied(denied) => Self::Forbidden { reason: w.fault_denied(denied) },
            E::Changed => Self::Conflict { message: w.fault_changed().to_owned() },
            E::Case(error) => Self::refused(w.fault_case(&error)),
            E::Enrolment(error) => Self::refused(w.fault_enrolment(&error)),
            E::Finding(error) => Self::refused(w.fault_finding(&error)),
            E::FirstViolation(error) => Self::refused(w.fault_first_violation(error)),
            E::Obstacles(obstacles) => {
                Self::Invalid(obstacles.iter().map(|o| FieldError::new("", w.fault_obstacle(o))).collect())
            }
            E::Version(error) => match &error {
                domain::item::VersionError::Faults(faults) => {
                    Self::Invalid(faults.iter().map(|fault| FieldError::new("", w.fault_content(fault))).collect())
                }
                domain::item::VersionError::Fixed => Self::refused(w.fault_version(&error)),
            },
            E::Ledger(error) => Self::refused(w.fault_ledger(&error)),
            E::Evidence(fault) => Self::refused(w.fault_evidence(&fault)),
            E::Upload(fault) => Self::refused(w.fault_upload(&fault)),
            E::Checksum => Self::refused(w.fault_checksum()),
            E::Quarantined => Self::Forbidden { reason: w.fault_quarantined().to_owned() },
            E::Busy => Self::refused(w.fault_busy()),
            E::TooManyAtOnce { limit } => Self::refused(w.fault_too_many_at_once(limit)),
            E::TooManyCodes { limit } => Self::refused(w.fault_too_many_codes(limit)),
            E::Crowded => Self::refused(w.fault_crowded()),
            E::Full => Self::refused(w.fault_disk_full()),
            E::TooMany { found, limit } => Self::refused(w.fault_too_many(found, limit)),
            E::Password(faults) => {
                Self::Invalid(faults.iter().map(|fault| FieldError::new("password", w.fault_password(fault))).collect())
            }
            E::PasswordReused { last } => Self::field("password", w.password_reused(last)),
            E::Login(error) => Self::refused(w.fault_login(&error)),
            E::Registration(error) => Self::refused(w.fault_registration(error)),
            other @ (E::Store(_) | E::Objects(_) | E::Disk(_) | E::Calendar(_) | E::Impossible(_)) => internal(&other),
        }
    }
}
