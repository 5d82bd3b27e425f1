//! The own self-checks.

use leptos::prelude::*;
use portal::store::Page as Rows;

use super::{due, page_number, pages_of};
use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// 企业自查: every round, what has a term first.
#[component]
pub(super) fn Cases() -> impl IntoView {
    let number = page_number();
    view! { <AsyncPage load=move || async move {
        let (cx, w, lang) = (Cx::here()?, wording(), screen().lang);
        let actor = cx.actor()?;
        let found = cx.portal.cases().mine(&actor, Rows::number(number)).await?;
        let (mut mine, rest): (Vec<_>, Vec<_>) = found.rows.into_iter().partition(|row| row.case.takes_answers());
        mine.sort_by_key(|row| row.case.due());
        let tasks: Vec<_> = mine.iter().chain(&rest).map(|row| {
            let stage = row.case.stage();
            let term = row.case.due().filter(|_| row.case.takes_answers());
            let begun = format::day(lang, row.case.created_at.date());
            view! {
                <Task title=w.list(&row.items.iter().map(ToString::to_string).collect::<Vec<_>>())
                    href=routes::case(row.case.id) kind=stage word=w.case_stage(stage)
                    hint=format!("{} · {begun}", row.case.number) due=term.map(|at| due(&cx.portal, at))/>
            }
        }).collect();
        let pages = pages_of(found.total);
        let list = if tasks.is_empty() {
            view! {
                <EmptyState title=w.cases_none() about=w.cases_none_about() href=routes::ENROLMENTS
                    action=w.nav_enrolments()/>
            }.into_any()
        } else {
            let pager = (pages > 1).then(|| view! {
                <Pager page=number pages=pages total=w.total(&format::count(found.total))
                    href=|page| routes::with_query(routes::CASES, &[("page", &page.to_string())])/>
            });
            view! { <TaskList>{tasks}</TaskList>{pager} }.into_any()
        };
        Ok::<_, AppError>(view! { <Page title=w.nav_cases() lead=w.cases_lead()>{list}</Page> }.into_any())
    }/> }
}
