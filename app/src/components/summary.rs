//! Facts as pairs of term and value.

use leptos::prelude::*;

/// One fact.
pub struct Row {
    term: String,
    value: AnyView,
    change: Option<(String, String, String)>,
}

impl Row {
    /// A term and its value: a text or a view.
    pub fn new(term: impl Into<String>, value: impl IntoView + 'static) -> Self {
        Self { term: term.into(), value: value.into_any(), change: None }
    }

    /// With a link for changing it; `word` is "更改", the term is spoken after it.
    #[must_use]
    pub fn change(mut self, href: impl Into<String>, word: impl Into<String>) -> Self {
        self.change = Some((href.into(), word.into(), self.term.clone()));
        self
    }
}

/// Facts, one under the other.
#[component]
pub fn DefinitionList(
    /// The facts.
    rows: Vec<Row>,
) -> impl IntoView {
    let rows = rows.into_iter().map(|row| {
        let change = row.change.map(|(href, word, term)| {
            view! { <dd class="facts-change"><a href=href>{word}<span class="unseen">" "{term}</span></a></dd> }
        });
        view! {
            <div class="facts-row">
                <dt>{row.term}</dt>
                <dd>{row.value}</dd>
                {change}
            </div>
        }
    });
    view! { <dl class="facts">{rows.collect_view()}</dl> }
}
