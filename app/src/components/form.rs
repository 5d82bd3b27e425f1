//! Forms that work without scripts.

use std::collections::BTreeMap;

use leptos::{context::Provider, prelude::*};
use serde::{Deserialize, Serialize};

use super::{
    icon::{Icon, IconName},
    notice::ErrorSummary,
    words::Maybe,
};
use crate::{context::wording, error::FieldError};

/// What a person had typed and what was wrong with it. The server keeps it in
/// the session between the answer to a post and the page that follows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormState {
    /// What was typed, by field; several values where several were chosen.
    pub values: BTreeMap<String, Vec<String>>,
    /// Everything that was wrong.
    pub errors: Vec<FieldError>,
}

impl FormState {
    /// What was typed into a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(|values| values.first()).map(String::as_str)
    }

    /// Whether a choice was made. `None` when nothing came back at all.
    pub fn chosen(&self, name: &str, value: &str) -> Option<bool> {
        if self.values.is_empty() {
            return None;
        }
        Some(self.values.get(name).is_some_and(|values| values.iter().any(|chosen| chosen == value)))
    }

    /// What was wrong with a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == name).map(|error| error.message.as_str())
    }
}

/// What fields know of the form around them.
#[derive(Clone, Debug, Default)]
pub(super) struct FormScope {
    pub(super) state: FormState,
    pub(super) prefix: String,
}

/// A form that is posted. What was typed and what was wrong, if it came back,
/// reaches the fields inside by their names; the error summary stands on top.
#[component]
pub fn Form(
    /// Where it is posted.
    #[prop(into)]
    action: String,
    /// What came back: `returned_form()`, or nothing.
    #[prop(optional)]
    state: FormState,
    /// Stands before the ids of the fields, where a page has several forms.
    #[prop(into, optional)]
    prefix: Maybe,
    /// Has files in it.
    #[prop(optional)]
    files: bool,
    /// Fields and a [`SubmitBar`].
    children: Children,
) -> impl IntoView {
    let prefix = prefix.0.unwrap_or_default();
    let errors = state.errors.clone();
    let enctype = files.then_some("multipart/form-data");
    view! {
        <form class="form" method="post" action=action enctype=enctype novalidate=true>
            <ErrorSummary errors=errors prefix=prefix.clone()/>
            <Provider value=FormScope { state, prefix }>{children()}</Provider>
        </form>
    }
}

/// The one next action. At the lower edge of the screen on phones.
#[component]
pub fn SubmitBar(
    /// What the button does, as a verb: "提交自查".
    #[prop(into)]
    label: String,
    /// The `name` and `value` the button sends, where a form has several.
    #[prop(optional)]
    sends: Option<(&'static str, String)>,
    /// The effect, said before it happens.
    #[prop(into, optional)]
    effect: Maybe,
    /// It binds or cannot be undone.
    #[prop(optional)]
    grave: bool,
    /// Further buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (name, value) = sends.unzip();
    view! {
        <div class="submit-bar">
            {effect.0.map(|effect| view! { <p class="submit-effect">{effect}</p> })}
            <div class="submit-buttons">
                <button type="submit" class="button" class:button-grave=grave name=name value=value>{label}</button>
                {children.map(|children| children())}
            </div>
        </div>
    }
}

/// A button that posts by itself.
#[component]
pub fn PostButton(
    /// Where it posts.
    #[prop(into)]
    action: String,
    /// What it does.
    #[prop(into)]
    label: String,
    /// Hidden fields.
    #[prop(optional)]
    fields: Vec<(&'static str, String)>,
    /// The class of the button: `button-second` (default), `button`, `button-grave`, `button-plain`.
    #[prop(into, optional)]
    class: Maybe,
    /// What is said to those who do not see where it stands ("移除 照片1.jpg").
    #[prop(into, optional)]
    spoken: Maybe,
) -> impl IntoView {
    let class = class.0.unwrap_or_else(|| "button-second".to_owned());
    view! {
        <form class="post-button" method="post" action=action>
            {fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
            <button type="submit" class=format!("button {class}") aria-label=spoken.0>{label}</button>
        </form>
    }
}

/// What narrows a list down: a form that is sent with GET, so that its answer
/// has an address.
#[component]
pub fn Filters(
    /// The list's address.
    #[prop(into)]
    action: String,
    /// Shows the way back to the whole list.
    #[prop(optional)]
    active: bool,
    /// Fields.
    children: Children,
) -> impl IntoView {
    let w = wording();
    let clear = active.then(|| view! { <a class="button button-plain" href=action.clone()>{w.filters_clear()}</a> });
    view! {
        <form class="filters" method="get" action=action.clone() role="search">
            <Provider value=FormScope::default()>{children()}</Provider>
            <div class="filters-buttons">
                <button type="submit" class="button button-second"><Icon name=IconName::Search/>{w.filter()}</button>
                {clear}
            </div>
        </form>
    }
}
