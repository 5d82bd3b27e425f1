//! Pages for what goes wrong before or outside of the app, where nothing can be
//! relied on: no session, no portal, no scripts.

use crate::{
    error::AppError,
    routes,
    wording::{Lang, Wording},
};

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plain {
    /// A post that does not come from our own pages.
    Elsewhere,
    /// A form that is too large.
    FormTooLarge,
    /// A form that lacks what its page always sends.
    FormUnreadable,
    /// More posts of a stranger than one person makes.
    TooFast,
    /// An answer that took too long.
    TooSlow,
    /// As many bundles are being taken along as can be at a time.
    Crowded,
    /// An address asked in a way it does not know.
    WrongMethod,
    /// Our fault, with the number under which it was logged.
    Incident(String),
    /// What the app says about a file.
    Fault(AppError),
}

impl Plain {
    /// The HTTP status that goes with it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Fault(error) => error.status(),
            Self::Elsewhere => 403,
            Self::FormTooLarge => 413,
            Self::FormUnreadable => 400,
            Self::TooFast => 429,
            Self::TooSlow | Self::Crowded => 503,
            Self::WrongMethod => 405,
            Self::Incident(_) => 500,
        }
    }

    fn words(&self, w: Wording) -> (&'static str, String) {
        let (title, about) = match self {
            Self::Fault(AppError::NotFound) => (w.error_not_found(), w.error_not_found_about()),
            Self::Fault(AppError::Forbidden { reason }) => return (w.error_forbidden(), reason.clone()),
            Self::Elsewhere => (w.plain_elsewhere(), w.plain_elsewhere_about()),
            Self::FormTooLarge => (w.plain_form_too_large(), w.plain_form_too_large_about()),
            Self::FormUnreadable => (w.plain_form_unreadable(), w.plain_form_unreadable_about()),
            Self::TooFast => (w.plain_too_fast(), w.plain_too_fast_about()),
            Self::TooSlow => (w.plain_too_slow(), w.plain_too_slow_about()),
            Self::Crowded => (w.plain_crowded(), w.plain_crowded_about()),
            Self::WrongMethod => (w.plain_wrong_method(), w.plain_wrong_method_about()),
            Self::Incident(_) | Self::Fault(AppError::Internal { .. }) => {
                (w.error_internal(), w.error_internal_about())
            }
            Self::Fault(other) => return (w.error_refused(), w.app_error(other)),
        };
        (title, about.to_owned())
    }
}

/// The whole document.
pub fn plain_page(lang: Lang, care: bool, what: &Plain) -> String {
    let w = Wording(lang);
    let (title, about) = what.words(w);
    let about = escaped(&about);
    let number = match what {
        Plain::Incident(number) | Plain::Fault(AppError::Internal { incident: number }) => {
            format!(r#"<p class="incident">{} <code>{}</code></p>"#, w.incident_number(), escaped(number))
        }
        _ => String::new(),
    };
    let care = if care { " data-care" } else { "" };
    format!(
        r#"<!DOCTYPE html><html lang="{tag}"{care}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} – {portal}</title><link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="/pkg/wugan.css"></head><body><main class="page" id="content"><h1>{title}</h1><p class="lead">{about}</p>{number}<p><a class="button" href="{home}">{go_home}</a></p></main></body></html>"#,
        tag = lang.tag(),
        portal = w.portal(),
        home = routes::HOME,
        go_home = w.go_home(),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incident_tells_its_number() {
        let page = plain_page(Lang::Zh, false, &Plain::Incident("AB12CD34".to_owned()));
        assert!(page.contains("AB12CD34"));
        assert!(page.contains("lang=\"zh-Hans-CN\""));
    }
}
