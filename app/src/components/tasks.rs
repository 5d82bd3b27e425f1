//! Task lists: what there is to do, and how far it is.

use leptos::prelude::*;

use super::{
    badge::{DueBadge, Kind, StateBadge},
    icon::{Icon, IconName},
    words::Maybe,
};
use crate::format::Due;

/// A list of [`Task`]s.
#[component]
pub fn TaskList(
    /// The heading above it.
    #[prop(into, optional)]
    title: Maybe,
    /// Tasks.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="tasks">
            {title.0.map(|title| view! { <h2 class="tasks-title">{title}</h2> })}
            <ul>{children()}</ul>
        </section>
    }
}

/// One thing to do. The whole row can be tapped.
#[component]
pub fn Task(
    /// What.
    #[prop(into)]
    title: String,
    /// Where; left out while it cannot be begun.
    #[prop(into, optional)]
    href: Maybe,
    /// How far it is.
    #[prop(into)]
    kind: Kind,
    /// How far it is, as a word.
    #[prop(into)]
    word: String,
    /// At most two lines more.
    #[prop(into, optional)]
    hint: Maybe,
    /// By when.
    #[prop(optional_no_strip)]
    due: Option<Due>,
) -> impl IntoView {
    let linked = href.is_some();
    let name = match href.0 {
        Some(href) => view! { <a class="task-link" href=href>{title}</a> }.into_any(),
        None => view! { <span class="task-name">{title}</span> }.into_any(),
    };
    view! {
        <li class="task" class:task-linked=linked>
            <div class="task-text">
                {name}
                {hint.0.map(|hint| view! { <p class="task-hint">{hint}</p> })}
                {due.map(|due| view! { <DueBadge due=due/> })}
            </div>
            <StateBadge kind=kind word=word/>
            {linked.then(|| view! { <Icon name=IconName::Next/> })}
        </li>
    }
}
