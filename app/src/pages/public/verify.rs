//! 文书查验: authentic or not, on one screen, for anyone with a printed code.

use domain::document::{DocumentKind, VerifyCode};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use portal::services::documents::PublicDocument;

use crate::{api::Cx, components::*, context::wording, error::AppError, pages::AsyncPage, routes};

/// Where a code is entered. A whole code goes on to its own address, which can be
/// kept and passed on.
#[component]
pub fn Verify() -> impl IntoView {
    let typed = use_query_map().read_untracked().get("code");
    view! {
        <AsyncPage load=move || async move {
            // A code that was sent empty is told as well; nobody has sent one who just comes here.
            let Some(typed) = typed else { return Ok(entry("", None)) };
            let mut error = None;
            match typed.parse::<VerifyCode>() {
                Ok(code) => leptos_axum::redirect(&routes::verify(&code.compact())),
                Err(_) => error = Some(wording().verify_page_malformed()),
            }
            Ok(entry(&typed, error))
        }/>
    }
}

fn entry(typed: &str, error: Option<&'static str>) -> AnyView {
    let w = wording();
    let form = code_form(typed, error);
    view! {
        <Page title=w.verify_page() lead=w.verify_page_lead()>
            {form}
            <p>{w.check_bundle_link_about()}<a href=routes::VERIFY_BUNDLE>{w.check_bundle_link()}</a>" · "<a href=routes::LOG>{w.log_page()}</a></p>
            <Fold title=w.verify_page_where()><p>{w.verify_page_where_about()}</p></Fold>
            <Fold title=w.rights_title()><super::Rights/></Fold>
        </Page>
    }
    .into_any()
}

fn code_form(typed: &str, error: Option<&'static str>) -> AnyView {
    let w = wording();
    let typed: String = typed.chars().take(60).collect();
    view! {
        <form class="form card" method="get" action=routes::VERIFY novalidate=true>
            <TextField name="code" label=w.home_verify_label() hint=w.verify_page_hint() value=typed error=error
                autocomplete="off" maxlength=60 width="code"/>
            <button type="submit" class="button">{w.home_verify_button()}</button>
        </form>
    }
    .into_any()
}

/// What a code stands for: the page that QR codes lead to.
#[component]
pub fn Verified() -> impl IntoView {
    let typed = use_params_map().read_untracked().get("code").unwrap_or_default();
    view! {
        <AsyncPage load=move || async move {
            let Ok(code) = typed.parse::<VerifyCode>() else {
                return Ok(entry(&typed, Some(wording().verify_page_malformed())));
            };
            let cx = Cx::here()?;
            match cx.portal.documents().verify(&code).await.map_err(AppError::from)? {
                Some(document) => Ok(authentic(&document, &code)),
                None => unknown(&cx, &code).await,
            }
        }/>
    }
}

fn authentic(document: &PublicDocument, code: &VerifyCode) -> AnyView {
    let w = wording();
    let phone = document.phone.to_string();
    let mut rows = vec![
        Row::new(w.verify_kind(), view! { <strong>{w.document_kind(document.kind)}</strong> }),
        Row::new(w.verify_number(), document.number.to_string()),
        Row::new(w.verify_agency(), document.agency.to_string()),
        Row::new(w.verify_issued(), view! { <Moment at=document.issued_at/> }),
        Row::new(
            w.verify_receiver(),
            view! { <p>{document.receiver.clone()}</p><p class="field-hint">{w.verify_receiver_note()}</p> },
        ),
    ];
    if !document.certificates.is_empty() {
        rows.push(Row::new(w.verify_officers(), w.list(&document.certificates)));
    }
    if let Some(number) = &document.corrects {
        rows.push(Row::new(w.verify_corrects(), number.to_string()));
    }
    rows.push(Row::new(w.verify_code(), view! { <code>{code.to_string()}</code> }));
    rows.push(Row::new(w.verify_phone(), view! { <a href=format!("tel:{phone}")>{phone.clone()}</a> }));
    let visit = match document.kind {
        DocumentKind::OnSiteApproval => w.verify_refuse_visit_on_site(),
        _ => w.verify_refuse_visit(),
    };
    let meaning = w.document_meaning(document.kind);
    let refuse = [visit, w.verify_refuse_money(), w.verify_refuse_service(), w.verify_refuse_owner()];
    view! {
        <Page title=w.verify_true() lead=w.verify_true_about() over=w.verify_page()>
            <section class="verdict is-done">
                <Icon name=IconName::Shield/>
                <DefinitionList rows=rows/>
            </section>
            <Group title=w.verify_meaning()><p>{meaning}</p></Group>
            <Group title=w.verify_refuse()>
                <ul class="refuse">{refuse.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </Group>
            <Fold title=w.rights_title()><super::Rights/></Fold>
            <p><a href=routes::VERIFY>{w.verify_again()}</a></p>
        </Page>
    }
    .into_any()
}

async fn unknown(cx: &Cx, code: &VerifyCode) -> Result<AnyView, AppError> {
    let w = wording();
    let agencies = cx.portal.catalogue().agencies().await.map_err(AppError::from)?;
    let steps = [w.verify_false_1(), w.verify_false_2(), w.verify_false_3()];
    let phones = if agencies.is_empty() {
        view! { <p>{w.verify_phones_none()}</p> }.into_any()
    } else {
        let rows = agencies.iter().map(|agency| {
            let phone = agency.phone.to_string();
            Row::new(agency.name.to_string(), view! { <a href=format!("tel:{phone}")>{phone.clone()}</a> })
        });
        view! { <DefinitionList rows=rows.collect()/> }.into_any()
    };
    let (lead, form) = (w.verify_false_about(&code.to_string()), code_form(&code.to_string(), None));
    Ok(view! {
        <Page title=w.verify_false() lead=lead over=w.verify_page()>
            <section class="verdict is-attention">
                <Icon name=IconName::Attention/>
                <ol class="steps">{steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ol>
            </section>
            {form}
            <Group title=w.verify_phones()>{phones}</Group>
            <Fold title=w.rights_title()><super::Rights/></Fold>
        </Page>
    }
    .into_any())
}
