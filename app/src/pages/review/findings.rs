//! 整改复核: findings, what waits for an officer first.

use domain::finding::{EscalationLevel, FindingStage};
use leptos::prelude::*;
use portal::{
    services::findings::FindingRow,
    store::{FindingFilter, Page as RowsPage},
};

use super::parts::{Here, given, page_number, pages, query};
use crate::{
    api::review_fields::{from_word, word},
    components::*,
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
    wording::Wording,
};

const STAGES: [FindingStage; 5] = [
    FindingStage::Resubmitted,
    FindingStage::Guided,
    FindingStage::Returned,
    FindingStage::Verified,
    FindingStage::Transferred,
];

/// What the address asks for.
#[derive(Clone, Default, PartialEq, Eq)]
struct Asked {
    /// `all`, the word of a stage, or nothing.
    stage: String,
    /// `overdue`, `head`, `supervisor`, or nothing.
    term: String,
    enterprise: String,
}

impl Asked {
    fn filter(&self, here: &Here) -> FindingFilter {
        let stages = match self.stage.as_str() {
            "all" => Vec::new(),
            // What is overdue or was passed up is asked for whatever its stage.
            "" if !self.term.is_empty() => Vec::new(),
            stage => vec![from_word(stage).unwrap_or(FindingStage::Resubmitted)],
        };
        FindingFilter {
            stages,
            due_before: (self.term == "overdue").then_some(here.now),
            escalated: from_word::<EscalationLevel>(&self.term),
            enterprise_text: given(&self.enterprise),
            ..FindingFilter::default()
        }
    }

    fn address(&self, page: u32) -> String {
        let page = page.to_string();
        let pairs =
            [("stage", self.stage.as_str()), ("term", &self.term), ("enterprise", &self.enterprise), ("page", &page)];
        routes::with_query(routes::REVIEW_FINDINGS, &pairs)
    }
}

/// The findings of an agency.
#[component]
pub(super) fn FindingsPage() -> impl IntoView {
    let asked = Asked { stage: query("stage"), term: query("term"), enterprise: query("enterprise") };
    let page = page_number();
    view! { <AsyncPage load=move || load(asked, page)/> }
}

async fn load(asked: Asked, page: u32) -> Result<AnyView, AppError> {
    let here = Here::get()?;
    let w = here.w;
    if here.actor.enterprise().is_some() {
        return Err(AppError::NotFound);
    }
    let found = here.portal.findings().list(&here.actor, &asked.filter(&here), RowsPage::number(page)).await?;
    let rows: Vec<Vec<AnyView>> = found.rows.iter().map(|row| cells(&here, row)).collect();
    let narrowed = asked != Asked::default();
    let list = if rows.is_empty() {
        empty(w, narrowed)
    } else {
        let address = asked.clone();
        view! {
            <DataTable caption=w.nav_review_findings() caption_unseen=true dense=true rows=rows columns=vec![
                Column::text(w.finding_column()), Column::text(w.enterprise_column()), Column::text(w.case_number_column()),
                Column::text(w.state_column()), Column::text(w.term_column()),
            ]/>
            <Pager page=page pages=pages(found.total) total=w.total(&format::count(found.total)) href=move |page| address.address(page)/>
        }
        .into_any()
    };
    let mut stages = vec![Choice::new("all", w.every_stage())];
    stages.extend(STAGES.into_iter().map(|stage| Choice::new(word(&stage), w.finding_stage(stage))));
    let terms = vec![
        Choice::new("overdue", w.is_overdue()),
        Choice::new("head", w.escalation_level(EscalationLevel::Head)),
        Choice::new("supervisor", w.escalation_level(EscalationLevel::Supervisor)),
    ];
    let waiting = w.waiting_for_check();
    Ok(view! {
        <Page title=w.nav_review_findings() lead=w.review_findings_lead() wide=true>
            <Filters action=routes::REVIEW_FINDINGS active=narrowed>
                <SelectField name="stage" label=w.state_column() value=asked.stage.clone() empty=waiting optional=true options=stages/>
                <SelectField name="term" label=w.term_column() value=asked.term.clone() empty=w.any_term() optional=true options=terms/>
                <TextField name="enterprise" label=w.enterprise_query() value=asked.enterprise.clone() optional=true kind="search" maxlength=100/>
            </Filters>
            {list}
        </Page>
    }
    .into_any())
}

fn cells(here: &Here, row: &FindingRow) -> Vec<AnyView> {
    let w = here.w;
    let finding = &row.finding;
    let fact: String = first_line(finding.problem.fact.as_str());
    let escalated = finding.escalation.map(|escalation| {
        view! { <StateBadge kind=Kind::Attention word=w.escalation_level(escalation.level)/> }
    });
    vec![
        cell(view! {
            <a href=routes::review_finding(finding.id)>{fact}</a>
            <p class="beside">{row.item.to_string()}</p>
        }),
        cell(row.enterprise.to_string()),
        cell(view! { <a href=routes::review_case(finding.case)>{row.case_number.to_string()}</a> }),
        cell(view! { <StateBadge kind=finding.stage() word=w.finding_stage(finding.stage())/>" "{escalated} }),
        cell(finding.due().map_or_else(|| "—".into_any(), |due| view! { <DueBadge due=here.due(due)/> }.into_any())),
    ]
}

/// As much of a fact as a list has room for.
fn first_line(fact: &str) -> String {
    let line = fact.lines().next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    if short.len() < fact.len() { format!("{short}…") } else { short }
}

fn empty(w: Wording, narrowed: bool) -> AnyView {
    if narrowed {
        view! {
            <EmptyState title=w.review_nothing_found() about=w.review_nothing_found_about() href=routes::REVIEW_FINDINGS action=w.filters_clear()/>
        }
        .into_any()
    } else {
        let all = routes::with_query(routes::REVIEW_FINDINGS, &[("stage", "all")]);
        view! { <EmptyState title=w.review_findings_empty() about=w.review_findings_empty_about() href=all action=w.every_stage()/> }.into_any()
    }
}
