//! Who looks at this page, and how they want to see it.

use std::sync::Arc;

use domain::{actor::Actor, policy::Action};
use http::{HeaderMap, header, request::Parts};
use leptos::prelude::{provide_context, use_context};

use crate::{
    api::FlashNotice,
    components::FormState,
    error::AppError,
    wording::{Lang, Wording},
};

/// How many things wait for the person; the server puts it into the request's
/// extensions for people who are logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TodoCount(pub u32);

/// What tells clients apart when wrong passwords are counted, such as an address;
/// the server puts it into the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientKey(pub String);

/// The key under which the request's own session is stored
/// ([`portal::store::SessionRow::key`]); the server puts it into the request's
/// extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionKey(pub String);

/// The address under which people reach the portal, without a slash at the end:
/// what stands in printed codes. The server provides it as Leptos context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(pub Arc<str>);

/// Who runs the site and under which numbers it is on file, as the settings say;
/// empty where nobody has said. The server provides it as Leptos context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteOwner {
    /// The office that runs it.
    pub sponsor: String,
    /// Its ICP filing, as it is to be shown.
    pub filing: String,
    /// Its filing with the police, as it is to be shown.
    pub police_filing: String,
    /// Its identifier as a government site.
    pub identifier: String,
}

/// What every page knows of its reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// The language, from the cookie `lang`, else from `Accept-Language`.
    pub lang: Lang,
    /// 关怀版: larger, simpler (cookie `care=1`).
    pub care: bool,
    /// Who is logged in.
    pub actor: Option<Actor>,
    /// The path of the request, without its query.
    pub path: String,
    /// Path and query, for coming back.
    pub address: String,
    /// How many things wait for the person.
    pub todo_count: Option<u32>,
}

impl Screen {
    /// Reads a request: its cookies, its language and the extensions [`Actor`]
    /// and [`TodoCount`].
    pub fn of(parts: &Parts) -> Self {
        let lang = match cookie(&parts.headers, "lang") {
            Some("en") => Lang::En,
            Some(_) => Lang::Zh,
            None => Lang::accepted(parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())),
        };
        Self {
            lang,
            care: cookie(&parts.headers, "care") == Some("1"),
            actor: parts.extensions.get::<Actor>().cloned(),
            path: parts.uri.path().to_owned(),
            address: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            todo_count: parts.extensions.get::<TodoCount>().map(|count| count.0),
        }
    }

    /// Whether the reader may do `action` to anything at all: what menus show.
    pub fn may_ever(&self, action: Action) -> bool {
        self.actor.as_ref().is_some_and(|actor| domain::policy::ever(actor, action))
    }
}

/// The reader of this page. While routes are listed there is no request, and the
/// answer is a default one.
pub fn screen() -> Screen {
    use_context::<Screen>().unwrap_or_else(|| {
        let screen = use_context::<Parts>().map(|parts| Screen::of(&parts)).unwrap_or_default();
        provide_context(screen.clone());
        screen
    })
}

/// The wording in the reader's language.
pub fn wording() -> Wording {
    Wording(screen().lang)
}

/// Who is logged in.
///
/// # Errors
/// [`AppError::LoginRequired`], which [`AsyncPage`](crate::pages::AsyncPage)
/// answers with a redirect to the login and back.
pub fn actor() -> Result<Actor, AppError> {
    screen().actor.ok_or(AppError::LoginRequired)
}

/// Who runs the site.
pub fn site_owner() -> Arc<SiteOwner> {
    use_context::<Arc<SiteOwner>>().unwrap_or_default()
}

/// What the person had typed when a form came back with errors: the server puts
/// a [`FormState`] into the request's extensions. Empty otherwise.
pub fn returned_form() -> FormState {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<FormState>().cloned()).unwrap_or_default()
}

/// What has just been done, for the page that follows.
pub fn flash_notice() -> Option<String> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<FlashNotice>().map(|notice| notice.0.clone()))
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
