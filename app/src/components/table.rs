//! Tables that become cards on phones, and the way through their pages.

use leptos::prelude::*;

use super::{
    icon::{Icon, IconName},
    words::Maybe,
};
use crate::context::wording;

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    title: String,
    number: bool,
    quiet: bool,
}

impl Column {
    /// Words, badges, links.
    pub fn text(title: impl Into<String>) -> Self {
        Self { title: title.into(), number: false, quiet: false }
    }

    /// Numbers, set to the right under each other.
    pub fn number(title: impl Into<String>) -> Self {
        Self { title: title.into(), number: true, quiet: false }
    }

    /// Buttons and links; its head is spoken, not shown.
    pub fn actions(title: impl Into<String>) -> Self {
        Self { title: title.into(), number: false, quiet: true }
    }
}

/// What stands in a cell: a text or a view.
pub fn cell(content: impl IntoView + 'static) -> AnyView {
    content.into_any()
}

/// A table. The first cell of each row is its head; on phones each row is a card
/// and each cell says which column it belongs to.
#[component]
pub fn DataTable(
    /// What the table shows.
    #[prop(into)]
    caption: String,
    /// The caption is spoken only, because a heading says it already.
    #[prop(optional)]
    caption_unseen: bool,
    /// The columns.
    columns: Vec<Column>,
    /// The rows; each as many cells as there are columns.
    rows: Vec<Vec<AnyView>>,
    /// Smaller and denser, for the desk.
    #[prop(optional)]
    dense: bool,
) -> impl IntoView {
    let heads = columns
        .iter()
        .map(|column| {
            let title = column.title.clone();
            let title =
                if column.quiet { view! { <span class="unseen">{title}</span> }.into_any() } else { title.into_any() };
            view! { <th scope="col" class:number=column.number>{title}</th> }
        })
        .collect_view();
    let rows = rows.into_iter().map(|cells| row(&columns, cells)).collect_view();
    view! {
        <div class="table-frame">
            <table class="table" class:table-dense=dense>
                <caption class:unseen=caption_unseen>{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(columns: &[Column], cells: Vec<AnyView>) -> AnyView {
    let cells = columns
        .iter()
        .zip(cells)
        .enumerate()
        .map(|(index, (column, content))| {
            let label = (!column.quiet).then(|| column.title.clone());
            if index == 0 {
                view! { <th scope="row" class:number=column.number>{content}</th> }.into_any()
            } else {
                view! {
                    <td data-label=label class:number=column.number class:actions=column.quiet>
                        <div class="cell">{content}</div>
                    </td>
                }
                .into_any()
            }
        })
        .collect_view();
    view! { <tr>{cells}</tr> }.into_any()
}

/// The way through the pages of a list.
#[component]
pub fn Pager<F>(
    /// The page shown, from 1.
    page: u32,
    /// How many there are.
    pages: u32,
    /// How many entries there are in all.
    #[prop(into, optional)]
    total: Maybe,
    /// The address of a page.
    href: F,
) -> impl IntoView
where
    F: Fn(u32) -> String,
{
    let w = wording();
    let before = (page > 1).then(|| {
        view! { <a class="button button-second" rel="prev" href=href(page - 1)><Icon name=IconName::Back/>{w.page_before()}</a> }
    });
    let after = (page < pages).then(|| {
        view! { <a class="button button-second" rel="next" href=href(page + 1)>{w.page_after()}<Icon name=IconName::Next/></a> }
    });
    let place = if pages > 1 { w.page_of(page, pages) } else { String::new() };
    let place = [place, total.0.unwrap_or_default()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    view! {
        <nav class="pager" aria-label=w.pager()>
            {before}
            <p class="pager-place">{place.join(" · ")}</p>
            {after}
        </nav>
    }
}
