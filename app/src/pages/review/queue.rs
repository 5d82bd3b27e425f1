//! 在线审核: the queue.

use domain::{
    case::{CaseStage, CaseState},
    ids::CaseId,
    policy::Action,
};
use leptos::prelude::*;
use portal::{
    services::cases::CaseRow,
    store::{CaseFilter, Page as RowsPage},
};

use super::parts::{Here, given, page_number, pages, query};
use crate::{
    api::review_fields::{from_word, word},
    components::*,
    error::AppError,
    format,
    islands::Shortcuts,
    pages::AsyncPage,
    routes,
    wording::Wording,
};

/// Where somebody works on a case, or waits: the stages that a queue is about.
/// The others grow without end and are not counted.
const WORKING: [CaseStage; 6] = [
    CaseStage::Submitted,
    CaseStage::InReview,
    CaseStage::Proposed,
    CaseStage::OnSiteProposed,
    CaseStage::MoreEvidence,
    CaseStage::Open,
];

/// What stands in the queue unless something else is asked for: all of these but
/// the cases that the enterprise has not sent yet.
const WAITING: [CaseStage; 5] = [
    CaseStage::Submitted,
    CaseStage::InReview,
    CaseStage::Proposed,
    CaseStage::OnSiteProposed,
    CaseStage::MoreEvidence,
];

/// What the address asks for.
#[derive(Clone, Default, PartialEq, Eq)]
struct Asked {
    /// `all`, the word of a stage, or nothing.
    stage: String,
    mine: bool,
    overdue: bool,
    number: String,
    enterprise: String,
}

impl Asked {
    fn read() -> Self {
        Self {
            stage: query("stage"),
            mine: query("who") == "mine",
            overdue: query("term") == "overdue",
            number: query("number"),
            enterprise: query("enterprise"),
        }
    }

    fn stages(&self) -> Vec<CaseStage> {
        match self.stage.as_str() {
            "all" => Vec::new(),
            stage => from_word::<CaseStage>(stage).map_or_else(|| WAITING.to_vec(), |stage| vec![stage]),
        }
    }

    fn filter(&self, here: &Here) -> CaseFilter {
        CaseFilter {
            stages: self.stages(),
            officer: self.mine.then_some(here.actor.account),
            due_before: self.overdue.then_some(here.now),
            number: given(&self.number),
            enterprise_text: given(&self.enterprise),
            ..CaseFilter::default()
        }
    }

    fn address(&self, page: u32) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        routes::with_query(
            routes::REVIEW,
            &[
                ("stage", &self.stage),
                ("who", if self.mine { "mine" } else { "" }),
                ("term", if self.overdue { "overdue" } else { "" }),
                ("number", &self.number),
                ("enterprise", &self.enterprise),
                ("page", &page),
            ],
        )
    }

    fn with_stage(&self, stage: &str) -> String {
        Self { stage: stage.to_owned(), ..self.clone() }.address(1)
    }
}

/// The queue of an agency, or of all agencies that a supervisor sees.
#[component]
pub(super) fn QueuePage() -> impl IntoView {
    let (asked, page) = (Asked::read(), page_number());
    view! { <AsyncPage load=move || load(asked, page)/> }
}

async fn load(asked: Asked, page: u32) -> Result<AnyView, AppError> {
    let here = Here::get()?;
    let w = here.w;
    let filter = asked.filter(&here);
    let found = here.portal.reviews().queue(&here.actor, &filter, RowsPage::number(page)).await?;
    let counts = here.portal.reviews().counts(&here.actor, &filter, &WORKING).await?;
    let agencies = here.agency_names().await?;
    let next = next_case(&here, &found.rows, None);
    let mut columns = vec![
        Column::text(w.case_number_column()),
        Column::text(w.enterprise_column()),
        Column::text(w.items_column()),
        Column::text(w.state_column()),
        Column::text(w.term_column()),
        Column::text(w.officer_column()),
    ];
    if agencies.is_some() {
        columns.push(Column::text(w.agency_column()));
    }
    let rows: Vec<Vec<AnyView>> = found
        .rows
        .iter()
        .map(|row| {
            let mut cells = cells(&here, row);
            if let Some(agencies) = &agencies {
                cells.push(cell(agencies.get(&row.case.agency).map(ToString::to_string)));
            }
            cells
        })
        .collect();
    let list = if rows.is_empty() {
        empty(w, asked == Asked::default())
    } else {
        let address = asked.clone();
        view! {
            <DataTable caption=w.queue_caption() caption_unseen=true dense=true columns=columns rows=rows/>
            <Pager page=page pages=pages(found.total) total=w.total(&format::count(found.total))
                href=move |page| address.address(page)/>
        }
        .into_any()
    };
    Ok(view! {
        <Page title=w.nav_review() lead=if here.may(Action::ReviewCase) { w.queue_lead() } else { w.queue_lead_reader() } wide=true>
            {next.map(|next| next.link(w))}
            {stages(w, &asked, &counts)}
            {filters(w, &asked)}
            {list}
            <Shortcuts/>
        </Page>
    }
    .into_any())
}

/// A case that waits for the reader.
pub(super) struct Waiting {
    href: String,
    number: String,
}

impl Waiting {
    /// The way to it.
    pub(super) fn link(&self, w: Wording) -> AnyView {
        let (href, number) = (self.href.clone(), self.number.clone());
        view! {
            <p class="queue-next">
                <a class="button" href=href data-shortcut="n">{w.queue_next()}<KeyHint keys="N"/></a>
                <span>{number}</span>
            </p>
        }
        .into_any()
    }
}

/// The case that waits for the reader next, apart from the one that was just done.
pub(super) async fn next(here: &Here, done: Option<CaseId>) -> Result<Option<Waiting>, AppError> {
    if !here.may(Action::ReviewCase) && !here.may(Action::ApproveOnSite) {
        return Ok(None);
    }
    let filter = CaseFilter { stages: WAITING.to_vec(), ..CaseFilter::default() };
    let found = here.portal.reviews().queue(&here.actor, &filter, RowsPage::number(1)).await?;
    Ok(next_case(here, &found.rows, done))
}

/// The first case of the page that waits for the reader.
fn next_case(here: &Here, rows: &[CaseRow], done: Option<CaseId>) -> Option<Waiting> {
    let me = here.actor.account;
    let signs = here.certified();
    let waits = |row: &&CaseRow| match &row.case.state {
        _ if done == Some(row.case.id) => false,
        CaseState::Submitted { .. } => signs && here.may(Action::ReviewCase),
        CaseState::InReview { officer, .. } => *officer == me,
        CaseState::Proposed { by, .. } => signs && *by != me && here.may(Action::ConfirmOutcome),
        CaseState::OnSiteProposed { by, .. } => *by != me && here.may(Action::ApproveOnSite),
        _ => false,
    };
    let row = rows.iter().find(waits)?;
    Some(Waiting { href: case_href(row), number: row.case.number.to_string() })
}

/// A proposal is read where it is confirmed.
fn case_href(row: &CaseRow) -> String {
    match row.case.stage() {
        CaseStage::Proposed | CaseStage::Decided | CaseStage::Closed => routes::review_outcome(row.case.id),
        _ => routes::review_case(row.case.id),
    }
}

fn cells(here: &Here, row: &CaseRow) -> Vec<AnyView> {
    let w = here.w;
    let case = &row.case;
    let reported = case.lines.iter().filter(|line| line.self_disclosed_at.is_some()).count();
    let rounds = (case.rounds > 0).then(|| w.rounds_so_far(case.rounds));
    let reported = (reported > 0).then(|| w.self_reported_count(reported));
    let beside: Vec<String> = rounds.into_iter().chain(reported).collect();
    let officer = match (&row.officer, case.officer() == Some(here.actor.account)) {
        (Some(_), true) => w.myself().to_owned(),
        (Some(name), false) => name.to_string(),
        (None, _) => "—".to_owned(),
    };
    vec![
        cell(view! { <a class="one-line" href=case_href(row)>{case.number.to_string()}</a> }),
        cell(row.enterprise.to_string()),
        cell(view! {
            {w.list(&row.items.iter().map(ToString::to_string).collect::<Vec<_>>())}
            {(!beside.is_empty()).then(|| view! { <p class="beside">{beside.join(" · ")}</p> })}
        }),
        cell(view! { <StateBadge kind=case.stage() word=w.case_stage(case.stage())/> }),
        cell(case.due().map_or_else(|| "—".into_any(), |due| view! { <DueBadge due=here.due(due)/> }.into_any())),
        cell(view! { <span class="one-line">{officer}</span> }),
    ]
}

/// The stages with their counts: each a link.
fn stages(w: Wording, asked: &Asked, counts: &[(CaseStage, u64)]) -> AnyView {
    let waiting: u64 = counts.iter().filter(|(stage, _)| WAITING.contains(stage)).map(|(_, count)| count).sum();
    let tab = |stage: String, label: &'static str, count: u64| {
        let here = asked.stage == stage;
        view! {
            <li>
                <a href=asked.with_stage(&stage) aria-current=here.then_some("true")>
                    {label}<span class="tab-count">{format::count(count)}</span>
                </a>
            </li>
        }
    };
    let all = tab(String::new(), w.queue_waiting(), waiting);
    let each = counts.iter().map(|(stage, count)| tab(word(stage), w.case_stage(*stage), *count)).collect_view();
    view! {
        <nav class="tabs" aria-label=w.queue_stages()><ul>{all}{each}</ul></nav>
    }
    .into_any()
}

fn filters(w: Wording, asked: &Asked) -> AnyView {
    let narrowed = *asked != Asked::default();
    let mut stages = vec![Choice::new("all", w.queue_all_stages())];
    stages.extend(CaseStage::ALL.into_iter().map(|stage| Choice::new(word(&stage), w.case_stage(stage))));
    let Asked { stage, mine, overdue, number, enterprise } = asked.clone();
    let (who, term) = (mine.then_some("mine"), overdue.then_some("overdue"));
    view! {
        <Filters action=routes::REVIEW active=narrowed>
            <SelectField name="stage" label=w.state_column() value=stage empty=w.queue_waiting() optional=true
                options=stages/>
            <SelectField name="who" label=w.officer_column() value=who empty=w.any_officer() optional=true
                options=vec![Choice::new("mine", w.myself())]/>
            <SelectField name="term" label=w.term_column() value=term empty=w.any_term() optional=true
                options=vec![Choice::new("overdue", w.is_overdue())]/>
            <TextField name="number" label=w.case_number_column() value=number optional=true kind="search" maxlength=100/>
            <TextField name="enterprise" label=w.enterprise_query() value=enterprise optional=true
                kind="search" maxlength=100/>
        </Filters>
    }
    .into_any()
}

fn empty(w: Wording, whole: bool) -> AnyView {
    if whole {
        view! { <EmptyState title=w.queue_empty() about=w.queue_empty_about()/> }.into_any()
    } else {
        view! {
            <EmptyState title=w.review_nothing_found() about=w.review_nothing_found_about() href=routes::REVIEW action=w.filters_clear()/>
        }
        .into_any()
    }
}
