//! Fields. Each finds what was typed, and what was wrong, in the [`super::Form`]
//! around it; `value` and `error` are only for fields outside of one.
//!
//! The `id` of a field is its name (after the form's prefix); for groups it is
//! the id of the first choice.

use leptos::prelude::*;

use super::{
    form::FormScope,
    icon::{Icon, IconName},
    words::Maybe,
};
use crate::context::wording;

/// What a field's frame needs.
struct Frame {
    id: String,
    label: String,
    hint: Option<String>,
    error: Option<String>,
    optional: bool,
}

impl Frame {
    fn new(name: &str, label: String, hint: Maybe, error: Maybe, optional: bool) -> Self {
        let scope = scope();
        let error = error.0.or_else(|| scope.state.error(name).map(str::to_owned));
        Self { id: format!("{}{name}", scope.prefix), label, hint: hint.0, error, optional }
    }

    fn described_by(&self) -> Option<String> {
        let ids: Vec<String> = [(self.hint.is_some(), "hint"), (self.error.is_some(), "error")]
            .into_iter()
            .filter(|(has, _)| *has)
            .map(|(_, part)| format!("{}-{part}", self.id))
            .collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn invalid(&self) -> Option<&'static str> {
        self.error.is_some().then_some("true")
    }

    fn label_text(&self) -> AnyView {
        let mark = self.optional.then(|| view! { <span class="field-optional">{wording().optional_mark()}</span> });
        view! { {self.label.clone()}{mark} }.into_any()
    }

    fn notes(&self) -> AnyView {
        let id = &self.id;
        let hint = self.hint.clone().map(|hint| view! { <p class="field-hint" id=format!("{id}-hint")>{hint}</p> });
        let error = self.error.clone().map(|error| {
            view! {
                <p class="field-error" id=format!("{id}-error")>
                    <Icon name=IconName::Problem/>
                    <span><span class="unseen">{wording().error_mark()}</span>{error}</span>
                </p>
            }
        });
        view! { {hint}{error} }.into_any()
    }

    /// Label, notes and one control.
    fn single(self, control: AnyView) -> AnyView {
        view! {
            <div class="field" class:field-wrong=self.error.is_some()>
                <label class="field-label" for=self.id.clone()>{self.label_text()}</label>
                {self.notes()}
                {control}
            </div>
        }
        .into_any()
    }

    /// Legend, notes and several controls.
    fn group(self, controls: AnyView, inline: bool) -> AnyView {
        view! {
            <fieldset class="field" class:field-wrong=self.error.is_some() aria-describedby=self.described_by()>
                <legend class="field-label">{self.label_text()}</legend>
                {self.notes()}
                <div class="choices" class:choices-inline=inline>{controls}</div>
            </fieldset>
        }
        .into_any()
    }
}

fn scope() -> FormScope {
    use_context::<FormScope>().unwrap_or_default()
}

fn typed(name: &str, value: Maybe) -> Option<String> {
    scope().state.value(name).map(str::to_owned).or(value.0)
}

/// Text for the inside of a `<textarea>`, which the renderer writes as it is (tachys 0.2 escapes no children of this
/// element). The first line break after the opening tag is dropped by parsers (HTML § 13.2.6.4.7), so one of our own
/// stands before a text that begins with one.
fn area_text(text: &str) -> String {
    let escaped = html_escape::encode_text(text);
    if escaped.starts_with(['\n', '\r']) { format!("\n{escaped}") } else { escaped.into_owned() }
}

/// One line of text.
#[component]
pub fn TextField(
    /// Its name, and its id.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// How to answer; stands above the field.
    #[prop(into, optional)]
    hint: Maybe,
    /// What stands in it at first.
    #[prop(into, optional)]
    value: Maybe,
    /// What is wrong with it, outside of a form.
    #[prop(into, optional)]
    error: Maybe,
    /// May be left empty.
    #[prop(optional)]
    optional: bool,
    /// `text` (default), `tel`, `email`, `search`, `number`, `url`.
    #[prop(into, optional)]
    kind: Maybe,
    /// Which keyboard a phone shows: `numeric`, `decimal`, `tel`.
    #[prop(into, optional)]
    inputmode: Maybe,
    /// What a browser may fill in: `username`, `name`, `tel`, `organization` …
    #[prop(into, optional)]
    autocomplete: Maybe,
    /// The most characters.
    #[prop(optional)]
    maxlength: Option<u16>,
    /// How wide: `short` (about 10 characters), `code` (a long code), else full.
    #[prop(into, optional)]
    width: Maybe,
) -> impl IntoView {
    let frame = Frame::new(&name, label, hint, error, optional);
    let class = width.0.map_or_else(|| "input".to_owned(), |width| format!("input input-{width}"));
    let control = view! {
        <input class=class id=frame.id.clone() name=name.clone() type=kind.0.unwrap_or_else(|| "text".to_owned())
            value=typed(&name, value) inputmode=inputmode.0 autocomplete=autocomplete.0 maxlength=maxlength
            required=!optional aria-invalid=frame.invalid() aria-describedby=frame.described_by()/>
    };
    frame.single(control.into_any())
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// Its name, and its id.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// How to answer.
    #[prop(into, optional)]
    hint: Maybe,
    /// What stands in it at first.
    #[prop(into, optional)]
    value: Maybe,
    /// What is wrong with it, outside of a form.
    #[prop(into, optional)]
    error: Maybe,
    /// May be left empty.
    #[prop(optional)]
    optional: bool,
    /// How many lines it shows.
    #[prop(default = 4)]
    rows: u16,
    /// The most characters.
    #[prop(default = 2000)]
    maxlength: u16,
) -> impl IntoView {
    let frame = Frame::new(&name, label, hint, error, optional);
    let control = view! {
        <textarea class="input" id=frame.id.clone() name=name.clone() rows=rows maxlength=maxlength
            required=!optional aria-invalid=frame.invalid() aria-describedby=frame.described_by()>
            {area_text(&typed(&name, value).unwrap_or_default())}
        </textarea>
    };
    frame.single(control.into_any())
}

/// A password.
#[component]
pub fn PasswordField(
    /// Its name, and its id.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// How to answer.
    #[prop(into, optional)]
    hint: Maybe,
    /// What is wrong with it, outside of a form.
    #[prop(into, optional)]
    error: Maybe,
    /// A new one, which browsers may propose.
    #[prop(optional)]
    new: bool,
) -> impl IntoView {
    let frame = Frame::new(&name, label, hint, error, false);
    let autocomplete = if new { "new-password" } else { "current-password" };
    let control = view! {
        <input class="input" id=frame.id.clone() name=name type="password" autocomplete=autocomplete required=true
            aria-invalid=frame.invalid() aria-describedby=frame.described_by()/>
    };
    frame.single(control.into_any())
}

/// A date.
#[component]
pub fn DateField(
    /// Its name, and its id.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// How to answer.
    #[prop(into, optional)]
    hint: Maybe,
    /// `2026-11-23`.
    #[prop(into, optional)]
    value: Maybe,
    /// What is wrong with it, outside of a form.
    #[prop(into, optional)]
    error: Maybe,
    /// May be left empty.
    #[prop(optional)]
    optional: bool,
    /// The first day that may be chosen.
    #[prop(into, optional)]
    min: Maybe,
    /// The last day that may be chosen.
    #[prop(into, optional)]
    max: Maybe,
) -> impl IntoView {
    let frame = Frame::new(&name, label, hint, error, optional);
    let control = view! {
        <input class="input input-short" id=frame.id.clone() name=name.clone() type="date" value=typed(&name, value)
            min=min.0 max=max.0 required=!optional aria-invalid=frame.invalid() aria-describedby=frame.described_by()/>
    };
    frame.single(control.into_any())
}

/// Files.
#[component]
pub fn FileField(
    /// Its name, and its id.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// Which kinds and how large.
    #[prop(into, optional)]
    hint: Maybe,
    /// What is wrong with it, outside of a form.
    #[prop(into, optional)]
    error: Maybe,
    /// May be left empty.
    #[prop(optional)]
    optional: bool,
    /// Media types: `image/jpeg,image/png`.
    #[prop(into, optional)]
    accept: Maybe,
    /// More than one.
    #[prop(optional)]
    multiple: bool,
) -> impl IntoView {
    let frame = Frame::new(&name, label, hint, error, optional);
    let control = view! {
        <input class="input input-file" id=frame.id.clone() name=name type="file" accept=accept.0 multiple=multiple
            required=!optional aria-invalid=frame.invalid() aria-describedby=frame.described_by()/>
    };
    frame.single(control.into_any())
}

/// One of several answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    value: String,
    label: String,
    hint: Option<String>,
    off: bool,
}

impl Choice {
    /// An answer: what is sent, and what is read.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None, off: false }
    }

    /// With a line under it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Cannot be chosen; its hint says why.
    #[must_use]
    pub fn off(mut self, off: bool) -> Self {
        self.off = off;
        self
    }
}

/// One of many answers, in a list that opens.
#[component]
pub fn SelectField(
    /// Its name, and its id.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// How to answer.
    #[prop(into, optional)]
    hint: Maybe,
    /// The value that is chosen at first.
    #[prop(into, optional)]
    value: Maybe,
    /// What is wrong with it, outside of a form.
    #[prop(into, optional)]
    error: Maybe,
    /// May be left empty.
    #[prop(optional)]
    optional: bool,
    /// What stands there while nothing is chosen.
    #[prop(into, optional)]
    empty: Maybe,
    /// The answers.
    options: Vec<Choice>,
) -> impl IntoView {
    let frame = Frame::new(&name, label, hint, error, optional);
    let chosen = typed(&name, value);
    let empty = empty.0.map(|empty| view! { <option value="">{empty}</option> });
    let options = options.into_iter().map(|choice| {
        let selected = chosen.as_deref() == Some(choice.value.as_str());
        view! { <option value=choice.value selected=selected disabled=choice.off>{choice.label}</option> }
    });
    let control = view! {
        <select class="input" id=frame.id.clone() name=name required=!optional aria-invalid=frame.invalid()
            aria-describedby=frame.described_by()>
            {empty}
            {options.collect_view()}
        </select>
    };
    frame.single(control.into_any())
}

fn choices(name: &str, id: &str, kind: &'static str, options: Vec<Choice>, chosen: impl Fn(&str) -> bool) -> AnyView {
    options
        .into_iter()
        .enumerate()
        .map(|(index, choice)| {
            let id = if index == 0 { id.to_owned() } else { format!("{id}-{}", index + 1) };
            let hint_id = choice.hint.is_some().then(|| format!("{id}-about"));
            let hint = choice.hint.map(|hint| view! { <span class="choice-hint" id=hint_id.clone()>{hint}</span> });
            let checked = chosen(&choice.value);
            view! {
                <div class="choice">
                    <input type=kind id=id.clone() name=name.to_owned() value=choice.value checked=checked
                        disabled=choice.off aria-describedby=hint_id/>
                    <label for=id>{choice.label}</label>
                    {hint}
                </div>
            }
        })
        .collect_view()
        .into_any()
}

/// One of a few answers, all in sight.
#[component]
pub fn RadioGroup(
    /// The name of all of them.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// How to answer.
    #[prop(into, optional)]
    hint: Maybe,
    /// The value that is chosen at first.
    #[prop(into, optional)]
    value: Maybe,
    /// What is wrong with it, outside of a form.
    #[prop(into, optional)]
    error: Maybe,
    /// May be left open.
    #[prop(optional)]
    optional: bool,
    /// Side by side where there is room.
    #[prop(optional)]
    inline: bool,
    /// The answers.
    options: Vec<Choice>,
) -> impl IntoView {
    let frame = Frame::new(&name, label, hint, error, optional);
    let chosen = typed(&name, value);
    let controls = choices(&name, &frame.id, "radio", options, |value| chosen.as_deref() == Some(value));
    frame.group(controls, inline)
}

/// Any number of answers.
#[component]
pub fn CheckGroup(
    /// The name of all of them.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// How to answer.
    #[prop(into, optional)]
    hint: Maybe,
    /// The values that are chosen at first.
    #[prop(optional)]
    values: Vec<String>,
    /// What is wrong with it, outside of a form.
    #[prop(into, optional)]
    error: Maybe,
    /// May be left open.
    #[prop(optional)]
    optional: bool,
    /// Side by side where there is room.
    #[prop(optional)]
    inline: bool,
    /// The answers.
    options: Vec<Choice>,
) -> impl IntoView {
    let frame = Frame::new(&name, label, hint, error, optional);
    let state = scope().state;
    let controls = choices(&name, &frame.id, "checkbox", options, |value| {
        state.chosen(&name, value).unwrap_or_else(|| values.iter().any(|chosen| chosen == value))
    });
    frame.group(controls, inline)
}

/// One box to tick: a promise, a consent. Sends `yes`.
#[component]
pub fn CheckField(
    /// Its name, and its id.
    #[prop(into)]
    name: String,
    /// What is promised.
    #[prop(into)]
    label: String,
    /// What it means.
    #[prop(into, optional)]
    hint: Maybe,
    /// What is wrong with it, outside of a form.
    #[prop(into, optional)]
    error: Maybe,
    /// Ticked at first. Never for promises.
    #[prop(optional)]
    checked: bool,
) -> impl IntoView {
    let frame = Frame::new(&name, label, hint, error, true);
    let checked = scope().state.chosen(&name, "yes").unwrap_or(checked);
    view! {
        <div class="field field-check" class:field-wrong=frame.error.is_some()>
            {frame.error.is_some().then(|| frame.notes())}
            <div class="choice">
                <input type="checkbox" id=frame.id.clone() name=name value="yes" checked=checked
                    aria-invalid=frame.invalid() aria-describedby=frame.described_by()/>
                <label for=frame.id.clone()>{frame.label.clone()}</label>
            </div>
            {frame.error.is_none().then(|| frame.notes())}
        </div>
    }
}
