//! Bars, drawn on the server, with a table that says the same.

use std::hash::{DefaultHasher, Hash, Hasher};

use leptos::prelude::*;

use super::{
    fold::Fold,
    table::{Column, DataTable, cell},
    words::Maybe,
};
use crate::{context::wording, format};

/// One bar: its name and up to two parts of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What it stands for: a month, a district.
    pub label: String,
    /// The first part, drawn solid.
    pub first: u64,
    /// The second part, drawn hatched after it.
    pub second: u64,
    /// The records behind each part, linked in the table.
    pub hrefs: Option<[String; 2]>,
}

impl Bar {
    /// A bar of one part.
    pub fn new(label: impl Into<String>, value: u64) -> Self {
        Self::of_two(label, value, 0)
    }

    /// A bar of two parts.
    pub fn of_two(label: impl Into<String>, first: u64, second: u64) -> Self {
        Self { label: label.into(), first, second, hrefs: None }
    }

    /// With the records behind its first and its second part.
    #[must_use]
    pub fn to(mut self, hrefs: [String; 2]) -> Self {
        self.hrefs = Some(hrefs);
        self
    }

    const fn sum(&self) -> u64 {
        self.first + self.second
    }
}

/// Lying bars with their numbers; solid and hatched, so that a black-and-white
/// print shows both parts. Labels and numbers are text beside the drawn bars, so
/// that they keep their size on every screen.
#[component]
pub fn BarChart(
    /// What it shows, with unit and period.
    #[prop(into)]
    caption: String,
    /// The bars, from the top.
    bars: Vec<Bar>,
    /// What the bars stand for: "月份".
    #[prop(into)]
    axis: String,
    /// What the first part is.
    #[prop(into)]
    first: String,
    /// What the second part is, if there is one.
    #[prop(into, optional)]
    second: Maybe,
) -> impl IntoView {
    let most = bars.iter().map(Bar::sum).max().unwrap_or(0).max(1);
    let hatch = pattern_id(&caption, &axis);
    let drawn = bars.iter().map(|bar| draw(bar, most, &hatch)).collect_view();
    let key = second.0.clone().map(|second| {
        let first = first.clone();
        view! {
            <p class="chart-key">
                <span class="chart-key-first">{first}</span>
                <span class="chart-key-second">{second}</span>
            </p>
        }
    });
    view! {
        <figure class="chart">
            <figcaption>{caption.clone()}</figcaption>
            {key}
            <div class="chart-bars" role="img" aria-label=caption.clone()>
                <svg class="chart-pattern" width="0" height="0" inner_html=pattern(&hatch)></svg>
                {drawn}
            </div>
            <Fold title=wording().as_table()>{twin(caption, axis, first, second.0, &bars)}</Fold>
        </figure>
    }
}

/// A name of its own for the pattern: a page may have several charts.
fn pattern_id(caption: &str, axis: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (caption, axis).hash(&mut hasher);
    format!("hatch-{:x}", hasher.finish())
}

fn pattern(id: &str) -> String {
    format!(
        "<defs><pattern id=\"{id}\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect class=\"hatch-ground\" width=\"7\" height=\"7\"/>\
         <rect class=\"hatch-line\" width=\"2.6\" height=\"7\"/></pattern></defs>"
    )
}

/// Tenths of a percent as SVG writes them.
fn percent(part: u64, most: u64) -> String {
    let tenths = part * 1000 / most;
    format!("{}.{}%", tenths / 10, tenths % 10)
}

fn draw(bar: &Bar, most: u64, hatch: &str) -> AnyView {
    let first = percent(bar.first, most);
    let second = (bar.second > 0).then(|| {
        view! {
            <rect class="chart-second" x=first.clone() y="1" width=percent(bar.second, most) height="18" fill=format!("url(#{hatch})")></rect>
        }
    });
    view! {
        <div class="chart-row">
            <span class="chart-label">{bar.label.clone()}</span>
            <svg class="chart-bar" height="20">
                <rect class="chart-first" y="0" width=first height="20"></rect>
                {second}
            </svg>
            <span class="chart-value">{format::count(bar.sum())}</span>
        </div>
    }
    .into_any()
}

fn twin(caption: String, axis: String, first: String, second: Option<String>, bars: &[Bar]) -> AnyView {
    let two = second.is_some();
    let mut columns = vec![Column::text(axis), Column::number(first)];
    columns.extend(second.map(Column::number));
    let rows = bars.iter().map(|bar| {
        let [first_href, second_href] = bar.hrefs.clone().map_or([None, None], |hrefs| hrefs.map(Some));
        let mut cells = vec![cell(bar.label.clone()), number(bar.first, first_href)];
        if two {
            cells.push(number(bar.second, second_href));
        }
        cells
    });
    view! { <DataTable caption=caption caption_unseen=true columns=columns rows={rows.collect::<Vec<_>>()}/> }
        .into_any()
}

/// A number with the records behind it, if there are any.
fn number(count: u64, href: Option<String>) -> AnyView {
    let text = format::count(count);
    match href.filter(|_| count > 0) {
        Some(href) => cell(view! { <a href=href>{text}</a> }),
        None => cell(text),
    }
}
