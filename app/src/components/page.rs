//! The frame of a page and small pieces of text.

use domain::time::Timestamp;
use leptos::prelude::*;
use leptos_meta::Title;
use time::Date;

use super::{
    icon::{Icon, IconName},
    words::Maybe,
};
use crate::{
    context::{screen, wording},
    format,
};

/// The title of the window. `leptos_meta` 0.8 writes titles into the page as they are, and names that people chose are
/// part of them: no other place may use its `Title`.
#[component]
pub fn WindowTitle(
    /// In words, not as markup.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <Title text=html_escape::encode_text(&text).into_owned()/> }
}

/// Every page: the way back, one heading, a lead, the content.
#[component]
pub fn Page(
    /// The heading, which is also the title of the window.
    #[prop(into)]
    title: String,
    /// Where "back" leads; the list that this page is an entry of.
    #[prop(into, optional)]
    back: Maybe,
    /// What "back" is called; "返回" when left out.
    #[prop(into, optional)]
    back_label: Maybe,
    /// What the page is part of, above the heading (a number, a name).
    #[prop(into, optional)]
    over: Maybe,
    /// One or two sentences under the heading.
    #[prop(into, optional)]
    lead: Maybe,
    /// Uses the whole width: tables, three panes.
    #[prop(optional)]
    wide: bool,
    /// The content.
    children: Children,
) -> impl IntoView {
    let w = wording();
    let back_label = back_label.0.unwrap_or_else(|| w.back().to_owned());
    view! {
        <WindowTitle text=title.clone()/>
        <div class="page" class:page-wide=wide>
            {back.0.map(|href| view! {
                <a class="back" href=href><Icon name=IconName::Back/>{back_label}</a>
            })}
            <header class="page-head">
                {over.0.map(|over| view! { <p class="page-over">{over}</p> })}
                <h1>{title}</h1>
                {lead.0.map(|lead| view! { <p class="lead">{lead}</p> })}
            </header>
            {children()}
        </div>
    }
}

/// The way down from home, for pages that lie deep.
#[component]
pub fn Crumb(
    /// Name and address, from the top; the page itself is not among them.
    trail: Vec<(String, String)>,
) -> impl IntoView {
    view! {
        <nav class="crumb" aria-label=wording().you_are_here()>
            <ol>
                {trail.into_iter().map(|(name, href)| view! { <li><a href=href>{name}</a></li> }).collect_view()}
            </ol>
        </nav>
    }
}

/// A part of a page with a heading of its own.
#[component]
pub fn Group(
    /// The heading (h2).
    #[prop(into)]
    title: String,
    /// For links to it.
    #[prop(into, optional)]
    id: Maybe,
    /// A sentence under it.
    #[prop(into, optional)]
    lead: Maybe,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="group" id=id.0>
            <h2>{title}</h2>
            {lead.0.map(|lead| view! { <p class="group-lead">{lead}</p> })}
            {children()}
        </section>
    }
}

/// A white card.
#[component]
pub fn Card(
    /// The heading (h2), if any.
    #[prop(into, optional)]
    title: Maybe,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card">
            {title.0.map(|title| view! { <h2 class="card-title">{title}</h2> })}
            {children()}
        </section>
    }
}

/// A shortcut, visible beside the action it stands for.
#[component]
pub fn KeyHint(
    /// The key as printed on it, such as `A` or `Ctrl Enter`.
    #[prop(into)]
    keys: String,
) -> impl IntoView {
    view! { <kbd class="key">{keys}</kbd> }
}

/// An instant, readable and machine-readable.
#[component]
pub fn Moment(
    /// When.
    at: Timestamp,
    /// Without the year.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let lang = screen().lang;
    let text = if short { format::moment_short(lang, at) } else { format::moment(lang, at) };
    view! { <time datetime=format::iso_moment(at)>{text}</time> }
}

/// A date, readable and machine-readable.
#[component]
pub fn Day(
    /// Which.
    date: Date,
) -> impl IntoView {
    view! { <time datetime=format::iso_day(date)>{format::day(screen().lang, date)}</time> }
}
