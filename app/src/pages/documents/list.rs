//! The documents within reach.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portal::store::Page as Rows;

use crate::{api::Cx, components::*, context::wording, error::AppError, format, pages::AsyncPage, routes};

/// 我的文书, the latest first; officers see those of their agency.
#[component]
pub(super) fn Documents() -> impl IntoView {
    let page = use_query_map().read_untracked().get("page").and_then(|page| page.parse().ok());
    let number = page.filter(|page| *page > 0).unwrap_or(1);
    view! { <AsyncPage load=move || async move {
        let (cx, w) = (Cx::here()?, wording());
        let actor = cx.actor()?;
        let found = cx.portal.documents().list(&actor, Rows::number(number)).await?;
        let own = actor.enterprise().is_some();
        let (title, lead) = if own {
            (w.nav_documents(), w.documents_lead())
        } else {
            (w.documents_of_agency(), w.documents_of_agency_lead())
        };
        let mut columns = vec![Column::text(w.document_number()), Column::text(w.document_kind_label())];
        columns.push(Column::text(if own { w.document_from() } else { w.document_to() }));
        columns.extend([Column::text(w.document_case()), Column::text(w.document_issued())]);
        let rows: Vec<_> = found.rows.iter().map(|document| {
            let other = if own { &document.agency_name } else { &document.enterprise_name };
            let case = document.case.zip(document.case_number.as_ref()).map_or_else(
                || cell("—"),
                |(id, number)| cell(view! { <a href=routes::case(id)>{number.to_string()}</a> }),
            );
            vec![
                cell(view! { <a href=routes::document(document.id)>{document.number.to_string()}</a> }),
                cell(w.document_kind(document.kind)),
                cell(other.to_string()),
                case,
                cell(view! { <Day date=document.issued_at.date()/> }),
            ]
        }).collect();
        let pages = u32::try_from(found.total.div_ceil(Rows::SIZE)).unwrap_or(u32::MAX);
        let list = if rows.is_empty() {
            view! { <EmptyState title=w.documents_none() about=w.documents_none_about()/> }.into_any()
        } else {
            let pager = (pages > 1).then(|| view! {
                <Pager page=number pages=pages total=w.total(&format::count(found.total))
                    href=|page| routes::with_query(routes::DOCUMENTS, &[("page", &page.to_string())])/>
            });
            view! { <DataTable caption=title caption_unseen=true columns=columns rows=rows/>{pager} }.into_any()
        };
        Ok::<_, AppError>(view! {
            <Page title=title lead=lead wide=true>{list}</Page>
        }.into_any())
    }/> }
}
