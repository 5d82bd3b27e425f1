//! What a page has to say before its content.

use leptos::prelude::*;

use super::{
    badge::Kind,
    icon::{Icon, IconName},
    words::Maybe,
};
use crate::{context::wording, error::FieldError};

/// A message in the page. [`Kind::Neutral`] informs, [`Kind::Done`] confirms.
#[component]
pub fn Notice(
    /// What it means.
    #[prop(into, default = Kind::Neutral)]
    kind: Kind,
    /// The message in a few words.
    #[prop(into, optional)]
    title: Maybe,
    /// Details: what is safe, what to do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let icon = if kind == Kind::Neutral { IconName::Info } else { kind.icon() };
    let role = if kind == Kind::Problem { "alert" } else { "status" };
    view! {
        <div class=format!("notice {}", kind.class()) role=role>
            <Icon name=icon/>
            <div class="notice-body">
                {title.0.map(|title| view! { <p class="notice-title">{title}</p> })}
                {children.map(|children| children())}
            </div>
        </div>
    }
}

/// The id of the error summary: where a refused form leads back to, for it may stand deep in its page.
pub const ERRORS: &str = "errors";

/// Everything wrong with a form, each linked to its field. [`super::Form`] shows
/// it by itself.
#[component]
pub fn ErrorSummary(
    /// All faults, in the order of the fields.
    errors: Vec<FieldError>,
    /// What stands before the ids of the fields.
    #[prop(into, optional)]
    prefix: Maybe,
) -> impl IntoView {
    let w = wording();
    let prefix = prefix.0.unwrap_or_default();
    (!errors.is_empty()).then(|| {
        // What no field can put right was refused as a whole.
        let refused = errors.iter().all(|error| error.field.is_empty());
        let title = if refused { w.errors_refused().to_owned() } else { w.errors_title(errors.len()) };
        view! {
            <div class="error-summary" id=ERRORS role="alert" aria-labelledby="error-summary-title" tabindex="-1">
                <h2 id="error-summary-title"><Icon name=IconName::Problem/>{title}</h2>
                <ul>
                    {errors.into_iter().map(|error| {
                        let FieldError { field, message } = error;
                        if field.is_empty() {
                            view! { <li>{message}</li> }.into_any()
                        } else {
                            view! { <li><a href=format!("#{prefix}{field}")>{message}</a></li> }.into_any()
                        }
                    }).collect_view()}
                </ul>
            </div>
        }
    })
}
