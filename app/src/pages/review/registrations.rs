//! 登记确认: enterprises that wait to be confirmed, and all others of the region.

use domain::{
    enterprise::{Enterprise, Registration},
    policy::Action,
};
use leptos::prelude::*;
use portal::store::Page as RowsPage;

use super::parts::{Here, given, page_number, pages, query};
use crate::{components::*, error::AppError, format, pages::AsyncPage, routes, wording::Wording};

/// Registrations of the reader's region.
#[component]
pub(super) fn RegistrationsPage() -> impl IntoView {
    let (which, text, page) = (query("which"), query("q"), page_number());
    view! { <AsyncPage load=move || load(which, text, page)/> }
}

async fn load(which: String, text: String, page: u32) -> Result<AnyView, AppError> {
    let here = Here::get()?;
    let w = here.w;
    // Who cannot confirm reads them all.
    let may = here.may(Action::ConfirmEnterprise);
    let all = which == "all" || !text.is_empty() || !may;
    let rows_page = RowsPage::number(page);
    let found = if all {
        here.portal.enterprises().search(&here.actor, given(&text).as_deref(), rows_page).await?
    } else {
        here.portal.enterprises().pending(&here.actor, rows_page).await?
    };
    let rows: Vec<Vec<AnyView>> = found.rows.iter().map(|enterprise| cells(&here, enterprise)).collect();
    let narrowed = which == "all" || !text.is_empty();
    let list = if rows.is_empty() {
        empty(w, narrowed)
    } else {
        let (which, text) = (which.clone(), text.clone());
        let address = move |page: u32| {
            routes::with_query(
                routes::REVIEW_REGISTRATIONS,
                &[("which", &which), ("q", &text), ("page", &page.to_string())],
            )
        };
        view! {
            <DataTable caption=w.nav_review_registrations() caption_unseen=true dense=true rows=rows columns=vec![
                Column::text(w.enterprise_column()), Column::text(w.credit_code_row()), Column::text(w.region_row()),
                Column::text(w.registration_row()), Column::text(w.term_column()),
            ]/>
            <Pager page=page pages=pages(found.total) total=w.total(&format::count(found.total)) href=address/>
        }
        .into_any()
    };
    let chosen = (which == "all").then_some("all");
    Ok(view! {
        <Page title=w.nav_review_registrations() lead=w.review_registrations_lead() wide=true>
            <Filters action=routes::REVIEW_REGISTRATIONS active=narrowed>
                {may.then(|| view! {
                    <SelectField name="which" label=w.registration_row() value=chosen empty=w.waiting_for_confirmation() optional=true
                        options=vec![Choice::new("all", w.all_enterprises())]/>
                })}
                <TextField name="q" label=w.enterprise_query() value=text.clone() optional=true kind="search" maxlength=100/>
            </Filters>
            {list}
        </Page>
    }
    .into_any())
}

fn cells(here: &Here, enterprise: &Enterprise) -> Vec<AnyView> {
    let w = here.w;
    let (kind, due) = match &enterprise.registration {
        Registration::Pending { since } => {
            let days = here.portal.settings().clocks.registration;
            (Kind::Waiting, Some(here.portal.calendar().deadline(*since, days)))
        }
        Registration::Confirmed { .. } => (Kind::Done, None),
        Registration::Rejected { .. } => (Kind::Attention, None),
    };
    vec![
        cell(view! { <a href=routes::review_registration(enterprise.id)>{enterprise.name.to_string()}</a> }),
        cell(view! { <code>{enterprise.credit_code.as_str().to_owned()}</code> }),
        cell(w.region(enterprise.region)),
        cell(view! { <StateBadge kind=kind word=w.registration(&enterprise.registration)/> }),
        cell(due.map_or_else(|| "—".into_any(), |due| view! { <DueBadge due=here.due(due)/> }.into_any())),
    ]
}

fn empty(w: Wording, narrowed: bool) -> AnyView {
    if narrowed {
        view! {
            <EmptyState title=w.review_nothing_found() about=w.review_nothing_found_about() href=routes::REVIEW_REGISTRATIONS action=w.filters_clear()/>
        }
        .into_any()
    } else {
        let all = routes::with_query(routes::REVIEW_REGISTRATIONS, &[("which", "all")]);
        view! { <EmptyState title=w.review_registrations_empty() about=w.review_registrations_empty_about() href=all action=w.all_enterprises()/> }.into_any()
    }
}
