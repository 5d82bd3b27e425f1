//! What has happened, and what comes.

use domain::time::Timestamp;
use leptos::prelude::*;

use super::{
    badge::Kind,
    icon::{Icon, IconName},
    page::Moment,
};

/// One thing that happened, or will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    title: String,
    at: Option<Timestamp>,
    when: Option<String>,
    by: Option<String>,
    note: Option<String>,
    kind: Kind,
}

impl Happening {
    /// It happened.
    pub fn new(at: Timestamp, title: impl Into<String>) -> Self {
        Self { title: title.into(), at: Some(at), when: None, by: None, note: None, kind: Kind::Done }
    }

    /// It will happen; `when` says by when.
    pub fn ahead(title: impl Into<String>, when: impl Into<String>) -> Self {
        Self { title: title.into(), at: None, when: Some(when.into()), by: None, note: None, kind: Kind::Neutral }
    }

    /// Who did it, or who will.
    #[must_use]
    pub fn by(mut self, by: impl Into<String>) -> Self {
        self.by = Some(by.into());
        self
    }

    /// What was said.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// What it means.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<Kind>) -> Self {
        self.kind = kind.into();
        self
    }
}

/// A vertical line with dates.
#[component]
pub fn Timeline(
    /// In the order in which they are read.
    events: Vec<Happening>,
) -> impl IntoView {
    let events = events.into_iter().map(|event| {
        let ahead = event.at.is_none();
        let icon = if ahead { IconName::Neutral } else { event.kind.icon() };
        view! {
            <li class=format!("happening {}", event.kind.class()) class:happening-ahead=ahead>
                <Icon name=icon/>
                <div>
                    <p class="happening-title">{event.title}</p>
                    <p class="happening-when">
                        {event.at.map(|at| view! { <Moment at=at/> })}
                        {event.when}
                        {event.by.map(|by| view! { <span class="happening-by">{by}</span> })}
                    </p>
                    {event.note.map(|note| view! { <p class="happening-note">{note}</p> })}
                </div>
            </li>
        }
    });
    view! { <ol class="timeline">{events.collect_view()}</ol> }
}
