//! Login, the own password, the own sessions, the own programs' tokens.

use domain::{actor::Actor, text::Name, time::Timestamp};
use leptos::prelude::*;
use portal::{
    Error, LoginError,
    services::passwords::{Client, LoggedIn},
    token::TokenScope,
};

use super::{Cx, Done, Flash, internal, path_of, post};
use crate::{
    components::FormState,
    context::{ClientKey, PublicUrl, SessionKey, cookie},
    error::{AppError, FieldError},
    format, routes,
};

/// Under which name the session knows whose it is.
pub const ACCOUNT: &str = "account";

/// Under which name the session keeps a login that failed. It is no [`Flash`]:
/// that may hold a form whose login had ended, and must outlive wrong passwords.
const FAILED: &str = "login";

/// Logs in and goes on to `next`.
#[server(endpoint = "account/login")]
pub async fn login(
    #[server(default)] login: String,
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let to = match routes::safe_next(&next) {
            routes::HOME => routes::TODO,
            next => next,
        };
        match check(cx, &login, &password).await {
            Ok(LoggedIn { actor, last_login, outdated, .. }) => {
                // What somebody else gave out is changed before anything else. A password that has lasted its time
                // is, too, unless something typed waits to be sent.
                let change = actor.temporary_password || (outdated && !keeps_form(to).await?);
                let to = if change { routes::ACCOUNT_PASSWORD } else { to };
                greet(cx, to, last_login).await?;
                Ok(Done::at(to))
            }
            Err(error) if cx.wants_page() => {
                let errors = match error {
                    AppError::Invalid(errors) => errors,
                    other => vec![FieldError::new("", cx.w.app_error(&other))],
                };
                let values = [("login".to_owned(), vec![login])].into();
                let failed = FormState { values, errors };
                cx.session()?.insert(FAILED, failed).await.map_err(|error| internal(&error))?;
                Ok(Done::at(if next.is_empty() { routes::LOGIN.to_owned() } else { routes::login_then(&next) }))
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// Checks the password and makes the session this person's.
async fn check(cx: &Cx, login: &str, password: &str) -> Result<LoggedIn, AppError> {
    let mut fields = cx.fields();
    if login.trim().is_empty() {
        fields.wrong("login", cx.w.login_missing());
    }
    if password.is_empty() {
        fields.wrong("password", cx.w.password_missing());
    }
    fields.done()?;
    let address = cx.extension::<ClientKey>().map_or_else(String::new, |key| key.0);
    let name = device_cookie();
    let device = cookie(cx.headers(), name).map(str::to_owned);
    let found = cx.portal.accounts().login(login, password, Client { address, device }).await?;
    enter(cx, &found.actor).await?;
    if let Some(token) = &found.device {
        remember_device(name, token);
    }
    Ok(found)
}

/// The cookie by which a device is known that has logged in before. As the session's, its name binds it to the host
/// where the connection is secret.
fn device_cookie() -> &'static str {
    let secret = use_context::<PublicUrl>().is_some_and(|url| url.0.starts_with("https:"));
    if secret { "__Host-wugan-device" } else { "wugan-device" }
}

fn remember_device(name: &str, token: &str) {
    const YEAR: u32 = 365 * 24 * 60 * 60;
    let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
    let cookie = format!("{name}={token}; Path=/; Max-Age={YEAR}; SameSite=Lax; HttpOnly{secure}");
    if let (Some(response), Ok(cookie)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::HeaderValue::from_str(&cookie))
    {
        response.append_header(http::header::SET_COOKIE, cookie);
    }
}

/// Makes the session this person's, under a new secret: whoever knew the old one
/// is not logged in with it.
pub(super) async fn enter(cx: &Cx, actor: &Actor) -> Result<(), AppError> {
    let session = cx.session()?;
    session.cycle_id().await.map_err(|error| internal(&error))?;
    session.insert(ACCOUNT, actor.account).await.map_err(|error| internal(&error))
}

/// Tells the last login on the page that follows, beside what was typed there
/// before the login had ended.
async fn greet(cx: &Cx, to: &str, last: Option<Timestamp>) -> Result<(), AppError> {
    let session = cx.session()?;
    let path = path_of(to);
    let kept = session.get::<Flash>(Flash::KEY).await.map_err(|error| internal(&error))?;
    let mut form = kept.filter(|kept| kept.path == path).and_then(|kept| kept.form);
    if let Some(form) = &mut form {
        form.errors = vec![FieldError::new("", cx.w.typed_is_back())];
    }
    let notice = match last {
        Some(at) => cx.w.logged_in_last(&format::moment(cx.w.0, at)),
        None => cx.w.logged_in_first().to_owned(),
    };
    let flash = Flash { path, form, notice: Some(notice), person: None };
    session.insert(Flash::KEY, flash).await.map_err(|error| internal(&error))
}

/// What a failed login left for the page to show, once.
///
/// # Errors
/// [`AppError::Internal`] when the session cannot be read.
pub async fn failed_login() -> Result<FormState, AppError> {
    let session = Cx::here()?.session()?;
    let failed = session.get::<FormState>(FAILED).await.map_err(|error| internal(&error))?;
    if failed.is_some() {
        session.remove_value(FAILED).await.map_err(|error| internal(&error))?;
    }
    Ok(failed.unwrap_or_default())
}

/// Whether a form of the page `next` waits to be sent again.
///
/// # Errors
/// [`AppError::Internal`] when the session cannot be read.
pub async fn keeps_form(next: &str) -> Result<bool, AppError> {
    let kept = Cx::here()?.session()?.get::<Flash>(Flash::KEY).await.map_err(|error| internal(&error))?;
    Ok(kept.is_some_and(|kept| kept.form.is_some() && kept.path == path_of(next)))
}

/// Changes the own password.
#[server(endpoint = "account/password")]
pub async fn change_password(
    #[server(default)] old_password: String,
    #[server(default)] password: String,
    #[server(default)] password_again: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let actor = cx.actor()?;
        let account = cx.portal.accounts().own(&actor).await?;
        let mut fields = cx.fields();
        if old_password.is_empty() {
            fields.wrong("old_password", cx.w.password_old_missing());
        }
        new_password(cx, &mut fields, &password, &password_again, account.login.as_str());
        if !password.is_empty() && password == old_password {
            fields.wrong("password", cx.w.password_same());
        }
        fields.done()?;
        let this = cx.extension::<SessionKey>().map(|key| key.0);
        match cx.portal.accounts().change_password(&actor, &old_password, &password, this.as_deref()).await {
            Err(Error::Login(LoginError::Wrong)) => Err(AppError::field("old_password", cx.w.password_old_wrong())),
            other => {
                other?;
                Ok(Done::at(routes::ACCOUNT).saying(cx.w.password_changed()))
            }
        }
    })
    .await
}

/// Checks a new password, typed twice.
pub(super) fn new_password(cx: &Cx, fields: &mut super::Fields, password: &str, again: &str, login: &str) {
    if password.is_empty() {
        fields.wrong("password", cx.w.password_missing());
        return;
    }
    if let Err(faults) = cx.portal.settings().login.password.check(password, login) {
        let faults: Vec<String> = faults.iter().map(|fault| cx.w.fault_password(fault)).collect();
        fields.wrong("password", faults.join(cx.w.pick("", " ")));
    }
    if password != again {
        fields.wrong("password_again", cx.w.register_password_differs());
    }
}

/// Makes a token for a program that sends files; it is shown once.
#[server(endpoint = "account/token/create")]
pub async fn create_token(#[server(default)] token_name: String) -> Result<(), AppError> {
    post(async |cx| {
        let actor = cx.actor()?;
        let mut fields = cx.fields();
        let name: Option<Name> = fields.text("token_name", cx.w.token_name(), &token_name);
        fields.done()?;
        let name = name.ok_or(AppError::NotFound)?;
        let (_, text) = cx.portal.tokens().create(&actor, name, TokenScope::ALL.to_vec()).await?;
        Ok(Done::at(routes::ACCOUNT).saying(cx.w.token_created(&text)))
    })
    .await
}

/// Takes one of the own tokens back.
#[server(endpoint = "account/token/end")]
pub async fn end_token(token: String) -> Result<(), AppError> {
    post(async |cx| {
        cx.portal.tokens().end(&cx.actor()?, cx.id(&token)?).await?;
        Ok(Done::at(routes::ACCOUNT).saying(cx.w.token_ended()))
    })
    .await
}

/// Ends one of the own sessions.
#[server(endpoint = "account/session/end")]
pub async fn end_session(session: String) -> Result<(), AppError> {
    post(async |cx| {
        cx.portal.sessions().end(&cx.actor()?, &session).await?;
        Ok(Done::at(routes::ACCOUNT).saying(cx.w.account_session_ended()))
    })
    .await
}

/// Ends all of the own sessions but this one.
#[server(endpoint = "account/session/end-others")]
pub async fn end_other_sessions() -> Result<(), AppError> {
    post(async |cx| {
        let actor = cx.actor()?;
        let missing = || internal(&Error::Impossible("a request without a session key".to_owned()));
        let this = cx.extension::<SessionKey>().ok_or_else(missing)?;
        let ended = cx.portal.sessions().end_others(&actor, &this.0).await?;
        Ok(Done::at(routes::ACCOUNT).saying(cx.w.account_sessions_ended(ended)))
    })
    .await
}
