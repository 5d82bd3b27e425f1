//! One document as it stands on paper.

use domain::{
    document::{Document, NamedOfficer, VerifyCode},
    ids::DocumentId,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{bodies::body, pictures::Pictures};
use crate::{
    api::Cx,
    components::*,
    context::{PublicUrl, wording},
    error::AppError,
    format,
    islands::PrintButton,
    pages::AsyncPage,
    routes,
    wording::{Lang, Wording, sheet},
};

/// A document, whoever may see it.
#[component]
pub(super) fn DocumentPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").and_then(|id| id.parse::<DocumentId>().ok());
    view! { <AsyncPage load=move || async move {
        let (cx, w) = (Cx::here()?, wording());
        let actor = cx.actor()?;
        let view = cx.portal.documents().get(&actor, id.ok_or(AppError::NotFound)?).await?;
        let (pictures, document) = (Pictures::of_view(&view), view.document);
        let own = actor.enterprise().is_some();
        let links = next(&document, own);
        let back_label = if own { w.nav_documents() } else { w.documents_of_agency() };
        // What a document means is told to whom it is for.
        let about = if own { w.document_about(document.kind) } else { "" };
        let about = [about, w.document_unsealed()].join(w.pick("", " "));
        Ok::<_, AppError>(view! {
            <Page title=w.document_kind(document.kind) back=routes::DOCUMENTS back_label=back_label
                over=document.number.to_string() wide=true>
                <div class="screen-only document-tools">
                    <p class="quiet">{about}</p>
                    <p class="actions-line">{links}<PrintButton label=w.document_print().to_owned()/></p>
                </div>
                {paper(&document, &pictures, &verify_address(&public_url(), &document.code))}
            </Page>
        }.into_any())
    }/> }
}

/// What the receiver does next.
fn next(document: &Document, own: bool) -> AnyView {
    let w = wording();
    let verify = routes::verify(&document.code.compact());
    let case = document.case.map(|case| {
        let (href, word) = if own {
            (routes::case(case), w.document_to_case())
        } else {
            (routes::review_case(case), w.document_to_review())
        };
        view! { <a class="button" href=href>{word}</a> }
    });
    view! { {case}<a class="button button-second" href=verify>{w.document_verify()}</a> }.into_any()
}

/// The sheet by itself, as HTML, for where there is no page around it; `portal` is the address of the portal. It has no
/// pictures, which would have to be fetched from there.
pub(crate) fn alone(portal: &str, document: &Document) -> String {
    let address = verify_address(portal, &document.code);
    Owner::new().with(|| paper(document, &Pictures::default(), &address).to_html())
}

fn paper(document: &Document, pictures: &Pictures, verify_address: &str) -> AnyView {
    // A document is Chinese, whatever the page around it is.
    let zh = Wording(Lang::Zh);
    let officers: Vec<String> = document.officers.iter().map(named).collect();
    let body = body(document, pictures);
    view! {
        <DocumentSheet agency=document.agency_name.to_string() title=zh.document_kind(document.kind)
            number=document.number.to_string()
            receiver=sheet::receiver(document.enterprise_name.as_str(), &document.credit_code.to_string())
            officers=officers issued=format::day(Lang::Zh, document.issued_at.date()) code=document.code.to_string()
            verify_address=verify_address phone=document.agency_phone.to_string()
            corrects=document.corrects.as_ref().map(ToString::to_string)>
            {body}
            <p class="sheet-unsealed">{sheet::UNSEALED}</p>
        </DocumentSheet>
    }
    .into_any()
}

fn named(officer: &NamedOfficer) -> String {
    sheet::officer(officer.name.as_str(), officer.certificate.as_str())
}

/// The whole address at which anybody verifies a code; `portal` is the address of the portal.
fn verify_address(portal: &str, code: &VerifyCode) -> String {
    format!("{portal}{}", routes::verify(&code.compact()))
}

/// The address of the portal as this page knows it.
fn public_url() -> String {
    use_context::<PublicUrl>().map_or_else(String::new, |base| base.0.to_string())
}
