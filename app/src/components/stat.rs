//! Numbers that matter.

use leptos::prelude::*;

use super::{
    icon::{Icon, IconName},
    words::Maybe,
};
use crate::context::wording;

/// A row of [`StatNumber`]s.
#[component]
pub fn Stats(
    /// The numbers.
    children: Children,
) -> impl IntoView {
    view! { <div class="stats">{children()}</div> }
}

/// One number: what it is, how it is counted, and the records behind it.
#[component]
pub fn StatNumber(
    /// What is counted.
    #[prop(into)]
    label: String,
    /// The number; left out when nothing was measured.
    #[prop(into, optional)]
    value: Maybe,
    /// "家", "小时", "%".
    #[prop(into, optional)]
    unit: Maybe,
    /// How it is counted: base and period.
    #[prop(into)]
    definition: String,
    /// The records behind it.
    #[prop(into, optional)]
    href: Maybe,
    /// Beside the number: "另有 12 次待确认".
    #[prop(into, optional)]
    beside: Maybe,
) -> impl IntoView {
    let w = wording();
    let number = match value.0 {
        Some(value) => view! {
            <p class="stat-value">
                <span class="stat-number">{value}</span>
                {unit.0.map(|unit| view! { <span class="stat-unit">{unit}</span> })}
            </p>
        }
        .into_any(),
        None => view! { <p class="stat-value stat-none">{w.not_measured()}</p> }.into_any(),
    };
    let spoken = label.clone();
    let link = href.0.map(|href| {
        view! {
            <a class="stat-link" href=href>
                {w.see_records()}<span class="unseen">" "{spoken}</span><Icon name=IconName::Next/>
            </a>
        }
    });
    view! {
        <div class="stat">
            <p class="stat-label">{label}</p>
            {number}
            {beside.0.map(|beside| view! { <p class="stat-beside">{beside}</p> })}
            <p class="stat-definition">{definition}</p>
            {link}
        </div>
    }
}
