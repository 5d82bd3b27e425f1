//! 应查任务: visits of the agency that are due, and what became of them.

use domain::{policy::Action, time::Timestamp, visit_ledger::DueVisitState};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portal::{
    services::visits::DueVisitRow,
    store::{Page as Rows, Paged},
};

use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn Visits() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let page: u32 = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let open = query.get("stage").as_deref() == Some(OPEN);
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let page = page.max(1);
            let found = cx.portal.ledgers().due_visits(&cx.actor()?, open, Rows::number(page)).await?;
            let plan = screen().may_ever(Action::PlanVisit).then(|| {
                view! { <a class="button" href=routes::AGENCY_VISIT_PLAN>{w.visits_plan()}</a> }
            });
            let record = screen().may_ever(Action::RecordVisit).then(|| {
                view! { <a class="button button-second" href=routes::AGENCY_VISIT_RECORD>{w.visits_record()}</a> }
            });
            let list = list(&cx, &found, open, page);
            Ok::<_, AppError>(view! {
                <Page title=w.visits_title() lead=w.visits_lead() wide=true>
                    <p class="actions-line">{plan}{record}</p>
                    {tabs(open)}
                    {list}
                </Page>
            }.into_any())
        }/>
    }
}

/// The word in the address for those that still have to take place.
const OPEN: &str = "open";

fn address(open: bool, page: u32) -> String {
    let page = if page > 1 { page.to_string() } else { String::new() };
    routes::with_query(routes::AGENCY_VISITS, &[("stage", if open { OPEN } else { "" }), ("page", &page)])
}

/// All of them, or only what somebody still has to do.
fn tabs(open: bool) -> AnyView {
    let w = wording();
    view! {
        <nav class="tabs" aria-label=w.visits_state()>
            <ul>
                <li><a href=address(false, 1) aria-current=(!open).then_some("true")>{w.visits_all()}</a></li>
                <li><a href=address(true, 1) aria-current=open.then_some("true")>{w.due_visit_state(&DueVisitState::Open)}</a></li>
            </ul>
        </nav>
    }
    .into_any()
}

fn list(cx: &Cx, found: &Paged<DueVisitRow>, open: bool, page: u32) -> AnyView {
    let w = wording();
    if found.total == 0 && open {
        return view! { <EmptyState title=w.visits_none_open() about=w.visits_none_about()/> }.into_any();
    }
    if found.total == 0 {
        return view! { <EmptyState title=w.visits_none() about=w.visits_none_about()/> }.into_any();
    }
    let columns = vec![
        Column::text(w.ledger_enterprise()),
        Column::text(w.visit_items()),
        Column::text(w.visits_reason()),
        Column::text(w.visits_until()),
        Column::text(w.visits_state()),
        Column::actions(w.visits_more()),
    ];
    let rows = found.rows.iter().map(|row| {
        let items: Vec<String> = row.items.iter().map(ToString::to_string).collect();
        let visit = &row.visit;
        vec![
            cell(row.enterprise.to_string()),
            cell(w.list(&items)),
            cell(w.record_due_name(w.due_reason(visit.reason), visit.reference.as_str())),
            until(cx, row),
            cell(view! { <StateBadge kind=kind(&visit.state) word=w.due_visit_state(&visit.state)/> }),
            actions(row),
        ]
    });
    let pages = u32::try_from(found.total.div_ceil(Rows::SIZE)).unwrap_or(u32::MAX);
    let href = |page: u32| address(open, page);
    view! {
        <DataTable caption=w.visits_caption() caption_unseen=true dense=true columns=columns rows={rows.collect::<Vec<_>>()}/>
        <Pager page=page pages=pages total=w.total(&format::count(found.total)) href=href/>
    }
    .into_any()
}

const fn kind(state: &DueVisitState) -> Kind {
    match state {
        DueVisitState::Open => Kind::Attention,
        DueVisitState::Covered { .. } => Kind::Waiting,
        DueVisitState::Avoided { .. } => Kind::Done,
        DueVisitState::Visited { .. } => Kind::Neutral,
    }
}

/// A term runs only for what is still open.
fn until(cx: &Cx, row: &DueVisitRow) -> AnyView {
    match row.visit.state {
        DueVisitState::Open => {
            let due = Timestamp::end_of(row.visit.until);
            let due = format::due(screen().lang, cx.portal.calendar(), due, cx.portal.now());
            view! { <DueBadge due=due/> }.into_any()
        }
        _ => view! { <Day date=row.visit.until/> }.into_any(),
    }
}

fn actions(row: &DueVisitRow) -> AnyView {
    let w = wording();
    let visit = &row.visit;
    let case = match visit.state {
        DueVisitState::Covered { case } if screen().may_ever(Action::SeeCase) => Some(case),
        _ => None,
    };
    let case = case.map(|case| view! { <a href=routes::review_case(case)>{w.visits_see_case()}</a> });
    let entry = row.entry.map(|entry| view! { <a href=routes::ledger_entry(entry)>{w.visits_see_entry()}</a> });
    let record = (visit.state == DueVisitState::Open && screen().may_ever(Action::RecordVisit)).then(|| {
        let pairs = [("enterprise", visit.enterprise.to_string()), ("due", visit.id.to_string())];
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let href = routes::with_query(routes::AGENCY_VISIT_RECORD, &pairs);
        view! { <a href=href aria-label=w.visits_spoken(row.enterprise.as_str())>{w.visits_record()}</a> }
    });
    view! { <span class="actions-line actions-end">{case}{entry}{record}</span> }.into_any()
}
