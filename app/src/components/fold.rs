//! Things one may open, and places where there is nothing yet.

use leptos::prelude::*;

use super::{
    icon::{Icon, IconName},
    words::Maybe,
};

/// Help and details that not everybody needs.
#[component]
pub fn Fold(
    /// What is in it.
    #[prop(into)]
    title: String,
    /// Open at first.
    #[prop(optional)]
    open: bool,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="fold" open=open>
            <summary><Icon name=IconName::Next/>{title}</summary>
            <div class="fold-body">{children()}</div>
        </details>
    }
}

/// Nothing here yet: what will appear, and what brings it.
#[component]
pub fn EmptyState(
    /// What there is none of.
    #[prop(into)]
    title: String,
    /// What will appear here and what brings it.
    #[prop(into)]
    about: String,
    /// The way there.
    #[prop(into, optional)]
    href: Maybe,
    /// What the way is called.
    #[prop(into, optional)]
    action: Maybe,
) -> impl IntoView {
    let link = href.0.zip(action.0).map(|(href, action)| view! { <a class="button" href=href>{action}</a> });
    view! {
        <section class="empty">
            <Icon name=IconName::List/>
            <p class="empty-title">{title}</p>
            <p>{about}</p>
            {link}
        </section>
    }
}
