//! 首违登记台账.

use domain::first_violation::FirstViolationStage;
use leptos::prelude::*;
use portal::{
    services::first_violations::FirstViolationRow,
    store::{FirstViolationFilter, Page as RowsPage},
};

use super::parts::{Here, given, page_number, pages, query};
use crate::{
    api::review_fields::{from_word, word},
    components::*,
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// The register of first violations.
#[component]
pub(super) fn FirstViolationsPage() -> impl IntoView {
    let (stage, enterprise, page) = (query("stage"), query("enterprise"), page_number());
    view! { <AsyncPage load=move || load(stage, enterprise, page)/> }
}

async fn load(stage: String, enterprise: String, page: u32) -> Result<AnyView, AppError> {
    let here = Here::get()?;
    let w = here.w;
    let filter = FirstViolationFilter {
        stages: from_word::<FirstViolationStage>(&stage).into_iter().collect(),
        enterprise_text: given(&enterprise),
        ..FirstViolationFilter::default()
    };
    let found = here.portal.first_violations().register(&here.actor, &filter, RowsPage::number(page)).await?;
    let rows: Vec<Vec<AnyView>> = found.rows.iter().map(|row| cells(&here, row)).collect();
    let narrowed = !stage.is_empty() || !enterprise.is_empty();
    let stages: Vec<Choice> = FirstViolationStage::ALL
        .into_iter()
        .map(|stage| Choice::new(word(&stage), w.first_violation_stage(stage)))
        .collect();
    let (stage_value, enterprise_value) = (stage.clone(), enterprise.clone());
    let filters = view! {
        <Filters action=routes::FIRST_VIOLATIONS active=narrowed>
            <SelectField name="stage" label=w.state_column() value=stage_value empty=w.every_stage() optional=true options=stages/>
            <TextField name="enterprise" label=w.enterprise_query() value=enterprise_value optional=true kind="search" maxlength=100/>
        </Filters>
    };
    let list = match (rows.is_empty(), narrowed) {
        (true, true) => view! {
            <EmptyState title=w.review_nothing_found() about=w.review_nothing_found_about() href=routes::FIRST_VIOLATIONS action=w.filters_clear()/>
        }
        .into_any(),
        (true, false) => view! { <EmptyState title=w.first_register_empty() about=w.first_register_empty_about()/> }.into_any(),
        (false, _) => {
            let address = move |page: u32| {
                let pairs = [("stage", stage.as_str()), ("enterprise", &enterprise), ("page", &page.to_string())];
                routes::with_query(routes::FIRST_VIOLATIONS, &pairs)
            };
            view! {
                <DataTable caption=w.nav_first_violations() caption_unseen=true dense=true rows=rows columns=vec![
                    Column::text(w.enterprise_column()), Column::text(w.act_column()), Column::text(w.noticed_at_column()),
                    Column::text(w.state_column()), Column::text(w.correct_by_column()), Column::text(w.document_column()),
                ]/>
                <Pager page=page pages=pages(found.total) total=w.total(&format::count(found.total)) href=address/>
            }
            .into_any()
        }
    };
    Ok(view! {
        <Page title=w.nav_first_violations() lead=w.first_register_lead() wide=true>
            {filters}
            {list}
        </Page>
    }
    .into_any())
}

fn cells(here: &Here, row: &FirstViolationRow) -> Vec<AnyView> {
    let w = here.w;
    let first = &row.first;
    let stage = first.stage();
    let kind = match stage {
        FirstViolationStage::Noticed | FirstViolationStage::Promised => Kind::Waiting,
        FirstViolationStage::Spared => Kind::Done,
        FirstViolationStage::Lapsed => Kind::Problem,
    };
    vec![
        cell(view! { <a href=routes::review_outcome(first.case)>{row.enterprise.to_string()}</a> }),
        cell(view! {
            {first.entry.act.to_string()}
            <p class="beside">{w.entry_code(first.entry.code.as_str(), first.entry.version.as_str())}</p>
        }),
        cell(view! { <Day date=first.noticed_at.date()/> }),
        cell(view! { <StateBadge kind=kind word=w.first_violation_stage(stage)/> }),
        cell(
            first.correct_by().map_or_else(|| "—".into_any(), |due| view! { <DueBadge due=here.due(due)/> }.into_any()),
        ),
        cell(
            view! { <a href=routes::document(first.document)>{w.open_notice()}<span class="unseen">" "{row.enterprise.to_string()}</span></a> },
        ),
    ]
}
