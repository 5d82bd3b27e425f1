//! The receipt of a file, as it stands on paper.

use domain::{evidence::Evidence, ids::EvidenceId, time::Timestamp};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use portal::{
    services::logs::{Checkpoint, Receipt, read_checkpoint},
    store::HeldStamp,
};

use crate::{
    api::Cx, components::*, context::wording, error::AppError, format, islands::PrintButton, pages::AsyncPage, routes,
};

/// The receipt of a file, for whoever may see the file.
#[component]
pub(super) fn ReceiptPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").and_then(|id| id.parse::<EvidenceId>().ok());
    view! { <AsyncPage load=move || async move {
        let (cx, w) = (Cx::here()?, wording());
        let actor = cx.actor()?;
        let id = id.ok_or(AppError::NotFound)?;
        let (evidence, receipt) = cx.portal.logs().receipt(&actor, id).await?;
        let checkpoint = read_checkpoint(&receipt.body.checkpoint)?;
        let stamp = cx.portal.stamps().covering(receipt.body.index).await?;
        let back = if actor.enterprise().is_some() {
            routes::case(evidence.case)
        } else {
            routes::review_case(evidence.case)
        };
        Ok::<_, AppError>(view! {
            <Page title=w.receipt_page() back=back back_label=w.receipt_back() over=evidence.name.to_string() wide=true>
                <div class="screen-only document-tools">
                    <p class="quiet">{w.receipt_about()}</p>
                    <p class="actions-line">
                        <a class="button" href=routes::receipt_file(&id.to_string()) download="">{w.receipt_download()}</a>
                        <a class="button button-second" href=routes::evidence(id)>{w.receipt_to_file()}</a>
                        <a href=routes::VERIFY_BUNDLE>{w.check_bundle_link()}</a>
                        <PrintButton label=w.document_print().to_owned()/>
                    </p>
                </div>
                {paper(&evidence, &receipt, &checkpoint, stamp.as_ref())}
            </Page>
        }.into_any())
    }/> }
}

fn paper(evidence: &Evidence, receipt: &Receipt, checkpoint: &Checkpoint, stamp: Option<&HeldStamp>) -> AnyView {
    let w = wording();
    let body = &receipt.body;
    let code = |text: &str| view! { <code>{text.to_owned()}</code> };
    let stamped = stamp.map_or_else(
        || w.receipt_stamp_none().to_owned(),
        |held| {
            let at = format::exact(Timestamp(held.stamp.at.saturating_mul(1000)));
            w.receipt_stamp_says(&at, &held.authority, held.size)
        },
    );
    let mut rows = vec![
        Row::new(w.receipt_file(), body.name.clone()),
        Row::new(w.receipt_kind(), format!("{} · {}", w.media_type(evidence.media), format::size(evidence.size))),
        Row::new(w.receipt_sha256(), code(&body.sha256.to_string())),
        Row::new(w.receipt_received(), format::exact(evidence.received_at)),
        Row::new(w.receipt_number(), code(&body.evidence)),
        Row::new(
            w.receipt_log(),
            view! { {code(&checkpoint.origin)}<br/>{w.receipt_index(body.index + 1, checkpoint.size)} },
        ),
        Row::new(w.receipt_stamp(), stamped),
        Row::new(w.receipt_key(), code(&body.key.to_string())),
        Row::new(w.receipt_signature(), code(&receipt.signature)),
    ];
    if let Some(sm3) = &body.sm3 {
        rows.insert(3, Row::new(w.receipt_sm3(), code(sm3)));
    }
    view! {
        <article class="sheet receipt">
            <header class="sheet-head"><h2 class="sheet-title">{w.receipt_page()}</h2></header>
            <p class="sheet-receiver">{w.receipt_about()}</p>
            <DefinitionList rows=rows/>
            <footer class="sheet-foot">
                <QrCode text=compact(receipt)/>
                <div><p>{w.receipt_how()}</p><p>{w.receipt_unsealed()}</p></div>
            </footer>
        </article>
    }
    .into_any()
}

/// What fits into a QR code: enough to find the leaf, and the signature.
fn compact(receipt: &Receipt) -> String {
    let body = &receipt.body;
    let parts = [
        "WUGAN-RECEIPT-1".to_owned(),
        body.evidence.clone(),
        body.sha256.to_string(),
        body.received_at.to_string(),
        body.index.to_string(),
        body.key.name().to_owned(),
        receipt.signature.clone(),
    ];
    parts.join(" ")
}
