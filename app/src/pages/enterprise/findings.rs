//! The own findings.

use domain::finding::{Finding, FindingState};
use leptos::prelude::*;
use portal::store::{FindingFilter, Page as Rows};

use super::{due, page_number, pages_of};
use crate::{api::Cx, components::*, context::wording, error::AppError, format, pages::AsyncPage, routes};

/// 问题整改: what is due first stands first.
#[component]
pub(super) fn Findings() -> impl IntoView {
    let number = page_number();
    view! { <AsyncPage load=move || async move {
        let (cx, w) = (Cx::here()?, wording());
        let actor = cx.actor()?;
        if actor.enterprise().is_none() {
            leptos_axum::redirect(routes::REVIEW_FINDINGS);
            return Ok(().into_any());
        }
        let found = cx.portal.findings().list(&actor, &FindingFilter::default(), Rows::number(number)).await?;
        let tasks: Vec<_> = found.rows.iter().map(|row| {
            let finding = &row.finding;
            let stage = finding.stage();
            let term = finding.due().filter(|_| finding.waits_for_enterprise());
            view! {
                <Task title=title(finding) href=routes::finding(finding.id) kind=stage word=w.finding_stage(stage)
                    hint=w.finding_of_case(row.case_number.as_str()) due=term.map(|at| due(&cx.portal, at))/>
            }
        }).collect();
        let pages = pages_of(found.total);
        let list = if tasks.is_empty() {
            view! {
                <EmptyState title=w.findings_none() about=w.findings_none_about() href=routes::CASES
                    action=w.nav_cases()/>
            }.into_any()
        } else {
            let pager = (pages > 1).then(|| view! {
                <Pager page=number pages=pages total=w.total(&format::count(found.total))
                    href=|page| routes::with_query(routes::FINDINGS, &[("page", &page.to_string())])/>
            });
            view! { <TaskList>{tasks}</TaskList>{pager} }.into_any()
        };
        Ok::<_, AppError>(view! { <Page title=w.nav_findings() lead=w.findings_lead()>{list}</Page> }.into_any())
    }/> }
}

/// The fact, short enough for a list.
fn title(finding: &Finding) -> String {
    const LONGEST: usize = 40;
    let fact = match &finding.state {
        FindingState::Returned { reason, .. } => reason.as_str(),
        _ => finding.problem.fact.as_str(),
    };
    let line = fact.lines().next().unwrap_or(fact);
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}
