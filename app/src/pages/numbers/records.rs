//! The records behind a number of remote supervision, part by part.

use domain::policy::Action;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portal::{
    services::records::{Record, RecordState},
    store::{Measure, Page as Rows, Paged},
};

use super::asked::{Asked, within_reach};
use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
    wording::Wording,
};

/// A number, with the parts it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// 非现场检查率.
    Remote,
    /// 现场转化率.
    Conversion,
    /// 问题发现率.
    Problems,
    /// 整改完成率.
    Rectification,
}

impl Number {
    const ALL: [Self; 4] = [Self::Remote, Self::Conversion, Self::Problems, Self::Rectification];

    const fn code(self) -> &'static str {
        match self {
            Self::Remote => "remote",
            Self::Conversion => "conversion",
            Self::Problems => "problems",
            Self::Rectification => "rectification",
        }
    }

    const fn parts(self) -> [Measure; 2] {
        match self {
            Self::Remote => [Measure::Decided, Measure::SiteVisits],
            Self::Conversion => [Measure::Converted, Measure::Sent],
            Self::Problems => [Measure::WithFindings, Measure::Decided],
            Self::Rectification => [Measure::RectificationInTime, Measure::RectificationDue],
        }
    }

    const fn name(self, w: Wording) -> &'static str {
        match self {
            Self::Remote => w.numbers_remote(),
            Self::Conversion => w.numbers_converted(),
            Self::Problems => w.numbers_problems(),
            Self::Rectification => w.numbers_rectified(),
        }
    }

    const fn about(self, w: Wording) -> &'static str {
        match self {
            Self::Remote => w.numbers_remote_about(),
            Self::Conversion => w.numbers_converted_about(),
            Self::Problems => w.numbers_problems_about(),
            Self::Rectification => w.numbers_rectified_about(),
        }
    }
}

const fn part_code(part: Measure) -> &'static str {
    match part {
        Measure::Sent => "sent",
        Measure::Decided => "decided",
        Measure::Converted => "converted",
        Measure::WithFindings => "with_findings",
        Measure::SiteVisits => "site_visits",
        Measure::RectificationDue => "rectification_due",
        Measure::RectificationInTime => "rectification_in_time",
    }
}

const fn part_name(part: Measure, w: Wording) -> &'static str {
    match part {
        Measure::Sent => w.records_sent(),
        Measure::Decided => w.records_decided(),
        Measure::Converted => w.records_conversions(),
        Measure::WithFindings => w.records_with_findings(),
        Measure::SiteVisits => w.records_site_visits(),
        Measure::RectificationDue => w.records_rectification_due(),
        Measure::RectificationInTime => w.records_rectification_in_time(),
    }
}

/// Where the records of a part of a number are.
pub(super) fn address(asked: &Asked, number: Number, part: Measure, page: u32) -> String {
    let page = if page > 1 { page.to_string() } else { String::new() };
    let mut pairs = vec![("number", number.code()), ("of", part_code(part))];
    pairs.extend(asked.pairs());
    pairs.push(("page", &page));
    routes::with_query(routes::DASHBOARD_RECORDS, &pairs)
}

/// The route's view.
#[component]
pub fn Records() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let asked = Asked::read(|name| query.get(name));
    let number = Number::ALL.into_iter().find(|number| query.get("number").as_deref() == Some(number.code()));
    let part = query.get("of");
    let page: u32 = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let actor = cx.actor()?;
            let number = number.ok_or(AppError::NotFound)?;
            let parts = number.parts();
            let part = parts.into_iter().find(|one| part.as_deref() == Some(part_code(*one))).unwrap_or(parts[0]);
            let period = asked.period(cx.portal.now().date(), w)?;
            let ledgers = cx.portal.ledgers();
            let found = ledgers.records(&actor, part, &period.base, Rows::number(page)).await?;
            let mut counts = Vec::new();
            for one in parts {
                let total = if one == part {
                    found.total
                } else {
                    ledgers.records(&actor, one, &period.base, Rows { limit: 0, offset: 0 }).await?.total
                };
                counts.push((one, total));
            }
            let agencies = within_reach(&actor, cx.portal.catalogue().agencies().await?);
            let back = routes::with_query(routes::DASHBOARD, &asked.pairs());
            let scope = w.numbers_scope(&period.in_words(w), &period.scope(w, &actor, &agencies));
            Ok(view! {
                <Page title=w.records_title(number.name(w)) back=back back_label=w.numbers_title() lead=scope wide=true>
                    <p class="group-lead">{number.about(w)}</p>
                    {tabs(&asked, number, part, &counts)}
                    {list(part, &found)}
                    {pager(&asked, number, part, page, found.total)}
                    <p class="field-hint">{w.records_privacy()}</p>
                </Page>
            }.into_any())
        }/>
    }
}

fn tabs(asked: &Asked, number: Number, shown: Measure, counts: &[(Measure, u64)]) -> AnyView {
    let w = wording();
    let tabs = counts.iter().map(|(part, total)| {
        let here = (*part == shown).then_some("page");
        view! {
            <li><a href=address(asked, number, *part, 1) aria-current=here>
                {w.records_part_count(part_name(*part, w), &format::count(*total))}
            </a></li>
        }
    });
    view! { <nav class="tabs" aria-label=w.records_parts()><ul>{tabs.collect_view()}</ul></nav> }.into_any()
}

fn list(part: Measure, found: &Paged<Record>) -> AnyView {
    let w = wording();
    if found.rows.is_empty() {
        return view! { <EmptyState title=w.records_none() about=w.records_none_about()/> }.into_any();
    }
    let when = match part {
        Measure::SiteVisits => w.records_visited(),
        Measure::RectificationDue | Measure::RectificationInTime => w.records_found(),
        _ => w.records_began(),
    };
    let visits = part == Measure::SiteVisits;
    let mut columns = vec![
        Column::text(w.ledger_enterprise()),
        Column::text(w.records_number()),
        Column::text(w.ledger_agency()),
        Column::text(w.records_state()),
        Column::text(when),
    ];
    if !visits {
        columns.push(Column::text(w.records_settled()));
    }
    let rows = found.rows.iter().map(|record| {
        let mut cells = vec![
            cell(record.enterprise.to_string()),
            number_cell(record),
            cell(record.agency.to_string()),
            state(record),
            cell(view! { <Day date=record.at.date()/> }),
        ];
        if !visits {
            cells.push(cell(record.settled.map(|at| view! { <Day date=at.date()/> })));
        }
        cells
    });
    view! { <DataTable caption=part_name(part, w) caption_unseen=true dense=true columns=columns rows={rows.collect::<Vec<_>>()}/> }
        .into_any()
}

/// The number of a case, linked for those who may open it.
fn number_cell(record: &Record) -> AnyView {
    let w = wording();
    let Some(number) = record.number.as_ref().map(ToString::to_string) else { return cell(w.records_no_case()) };
    let href = match record.state {
        RecordState::Case(id, _) if screen().may_ever(Action::SeeCase) => Some(routes::review_case(id)),
        RecordState::Finding(id, _) if screen().may_ever(Action::SeeFinding) => Some(routes::review_finding(id)),
        _ => None,
    };
    match href {
        Some(href) => cell(view! { <a href=href>{number}</a> }),
        None => cell(number),
    }
}

fn state(record: &Record) -> AnyView {
    let w = wording();
    match record.state {
        RecordState::Case(_, stage) => view! { <StateBadge kind=stage word=w.case_stage(stage)/> }.into_any(),
        RecordState::Finding(_, stage) => view! { <StateBadge kind=stage word=w.finding_stage(stage)/> }.into_any(),
        RecordState::SiteVisit => view! { <StateBadge kind=Kind::Neutral word=w.records_took_place()/> }.into_any(),
    }
}

fn pager(asked: &Asked, number: Number, part: Measure, page: u32, total: u64) -> AnyView {
    let w = wording();
    let pages = u32::try_from(total.div_ceil(Rows::SIZE)).unwrap_or(u32::MAX);
    view! {
        <Pager page=page pages=pages total=w.total(&format::count(total)) href=|page| address(asked, number, part, page)/>
    }
    .into_any()
}
