//! 申请审核: applications and what became of them.

use domain::enrolment::EnrolmentStage;
use leptos::prelude::*;
use portal::{services::enrolments::EnrolmentRow, store::Page as RowsPage};

use super::parts::{Here, page_number, pages, query};
use crate::{
    api::review_fields::{from_word, word},
    components::*,
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
    wording::Wording,
};

/// Drafts are the enterprise's own.
const SEEN: [EnrolmentStage; 6] = [
    EnrolmentStage::Submitted,
    EnrolmentStage::Returned,
    EnrolmentStage::Refused,
    EnrolmentStage::Active,
    EnrolmentStage::Suspended,
    EnrolmentStage::Ended,
];

/// The applications of an agency, those that wait for a decision first.
#[component]
pub(super) fn EnrolmentsPage() -> impl IntoView {
    let (stage, page) = (query("stage"), page_number());
    view! { <AsyncPage load=move || load(stage, page)/> }
}

async fn load(stage: String, page: u32) -> Result<AnyView, AppError> {
    let here = Here::get()?;
    let w = here.w;
    let asked = from_word::<EnrolmentStage>(&stage).filter(|stage| SEEN.contains(stage));
    let stages = match (asked, stage.as_str()) {
        (Some(stage), _) => vec![stage],
        (None, "all") => SEEN.to_vec(),
        (None, _) => vec![EnrolmentStage::Submitted],
    };
    let found = here.portal.enrolments().queue(&here.actor, &stages, RowsPage::number(page)).await?;
    let agencies = here.agency_names().await?;
    let mut columns = vec![
        Column::text(w.enterprise_column()),
        Column::text(w.applied_items()),
        Column::text(w.state_column()),
        Column::text(w.term_column()),
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
                cells.push(cell(agencies.get(&row.enrolment.agency).map(ToString::to_string)));
            }
            cells
        })
        .collect();
    let narrowed = !stage.is_empty();
    let list = if rows.is_empty() {
        empty(w, narrowed)
    } else {
        let address = move |page: u32| {
            routes::with_query(routes::REVIEW_ENROLMENTS, &[("stage", &stage), ("page", &page.to_string())])
        };
        view! {
            <DataTable caption=w.nav_review_enrolments() caption_unseen=true dense=true columns=columns rows=rows/>
            <Pager page=page pages=pages(found.total) total=w.total(&format::count(found.total)) href=address/>
        }
        .into_any()
    };
    let mut options = vec![Choice::new("all", w.every_stage())];
    options.extend(SEEN.into_iter().map(|stage| Choice::new(word(&stage), w.enrolment_stage(stage))));
    let chosen = asked.map_or_else(|| query_all(narrowed), |stage| word(&stage));
    Ok(view! {
        <Page title=w.nav_review_enrolments() lead=w.review_enrolments_lead() wide=true>
            <Filters action=routes::REVIEW_ENROLMENTS active=narrowed>
                <SelectField name="stage" label=w.state_column() value=chosen empty=w.waiting_for_decision() optional=true options=options/>
            </Filters>
            {list}
        </Page>
    }
    .into_any())
}

fn query_all(narrowed: bool) -> String {
    if narrowed { "all".to_owned() } else { String::new() }
}

fn cells(here: &Here, row: &EnrolmentRow) -> Vec<AnyView> {
    let w = here.w;
    let enrolment = &row.enrolment;
    vec![
        cell(view! { <a href=routes::review_enrolment(enrolment.id)>{row.enterprise.to_string()}</a> }),
        cell(w.list(&row.items.iter().map(ToString::to_string).collect::<Vec<_>>())),
        cell(view! { <StateBadge kind=enrolment.stage() word=w.enrolment_stage(enrolment.stage())/> }),
        cell(enrolment.due().map_or_else(|| "—".into_any(), |due| view! { <DueBadge due=here.due(due)/> }.into_any())),
    ]
}

fn empty(w: Wording, narrowed: bool) -> AnyView {
    if narrowed {
        view! {
            <EmptyState title=w.review_nothing_found() about=w.review_nothing_found_about() href=routes::REVIEW_ENROLMENTS action=w.filters_clear()/>
        }
        .into_any()
    } else {
        view! { <EmptyState title=w.review_enrolments_empty() about=w.review_enrolments_empty_about()/> }.into_any()
    }
}
