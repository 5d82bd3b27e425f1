//! Bars, drawn on the server, with a table that says the same.

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
}

impl Bar {
    /// A bar of one part.
    pub fn new(label: impl Into<String>, value: u64) -> Self {
        Self { label: label.into(), first: value, second: 0 }
    }

    /// A bar of two parts.
    pub fn of_two(label: impl Into<String>, first: u64, second: u64) -> Self {
        Self { label: label.into(), first, second }
    }

    const fn sum(&self) -> u64 {
        self.first + self.second
    }
}

const LABELS: u64 = 148;
const ROOM: u64 = 480;
const STEP: u64 = 34;

/// Lying bars with their numbers; solid and hatched, so that a black-and-white
/// print shows both parts.
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
    let height = STEP * bars.len() as u64;
    let most = bars.iter().map(Bar::sum).max().unwrap_or(0).max(1);
    let drawn = bars.iter().enumerate().map(|(index, bar)| draw(index as u64, bar, most)).collect_view();
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
            <svg class="chart-bars" viewBox=format!("0 0 {} {height}", LABELS + ROOM + 72) role="img" aria-label=caption.clone()>
                <g inner_html=HATCH></g>
                {drawn}
            </svg>
            <Fold title=wording().as_table()>{twin(caption, axis, first, second.0, &bars)}</Fold>
        </figure>
    }
}

const HATCH: &str = concat!(
    r#"<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">"#,
    r#"<rect class="hatch-ground" width="7" height="7"/><rect class="hatch-line" width="2.600" height="7"/></pattern></defs>"#
);

fn draw(index: u64, bar: &Bar, most: u64) -> AnyView {
    let y = index * STEP + 6;
    let first = bar.first * ROOM / most;
    let second = bar.second * ROOM / most;
    let end = LABELS + first + second + 8;
    view! {
        <text class="chart-label" x=LABELS - 12 y=y + 15 text-anchor="end">{bar.label.clone()}</text>
        <line class="chart-axis" x1=LABELS x2=LABELS y1=y - 6 y2=y + STEP - 6></line>
        <rect class="chart-first" x=LABELS y=y width=first height="20"></rect>
        <rect class="chart-second" x=LABELS + first y=y width=second height="20"></rect>
        <text class="chart-value" x=end y=y + 15>{format::count(bar.sum())}</text>
    }
    .into_any()
}

fn twin(caption: String, axis: String, first: String, second: Option<String>, bars: &[Bar]) -> AnyView {
    let two = second.is_some();
    let mut columns = vec![Column::text(axis), Column::number(first)];
    columns.extend(second.map(Column::number));
    let rows = bars.iter().map(|bar| {
        let mut cells = vec![cell(bar.label.clone()), cell(format::count(bar.first))];
        if two {
            cells.push(cell(format::count(bar.second)));
        }
        cells
    });
    view! { <DataTable caption=caption caption_unseen=true columns=columns rows={rows.collect::<Vec<_>>()}/> }
        .into_any()
}
