//! It is done: the number to keep, and what happens next.

use leptos::prelude::*;

use super::{
    icon::{Icon, IconName},
    words::Maybe,
};
use crate::context::wording;

/// The panel after something was sent.
#[component]
pub fn ConfirmPanel(
    /// What is done: "自查已提交".
    #[prop(into)]
    title: String,
    /// What the number is called.
    #[prop(into, optional)]
    reference_label: Maybe,
    /// The number to keep.
    #[prop(into, optional)]
    reference: Maybe,
    /// What happens next, step by step.
    next: Vec<String>,
) -> impl IntoView {
    let w = wording();
    let label = reference_label.0.unwrap_or_else(|| w.reference_number().to_owned());
    view! {
        <section class="confirm" role="status">
            <Icon name=IconName::Done/>
            <p class="confirm-title">{title}</p>
            {reference.0.map(|number| view! {
                <p class="confirm-reference">{label}<strong>{number}</strong></p>
            })}
        </section>
        <section class="group">
            <h2>{w.what_happens_next()}</h2>
            <ol class="steps">{next.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ol>
        </section>
    }
}
