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
    let size = w.receipt_size(&format::size(evidence.size), &format::count(body.size));
    let stamped = stamp.map_or_else(
        || w.receipt_stamp_none().to_owned(),
        |held| {
            let at = format::exact(Timestamp(held.stamp.at.saturating_mul(1000)));
            w.receipt_stamp_says(&at, &held.authority, held.size)
        },
    );
    let mut rows = vec![
        Row::new(w.receipt_file(), body.name.clone()),
        Row::new(w.receipt_kind(), format!("{} · {size}", w.media_type(evidence.media))),
        Row::new(w.receipt_sha256(), code(&body.sha256.to_string())),
        Row::new(w.receipt_received(), format::exact(evidence.received_at)),
        Row::new(w.receipt_number(), code(&body.evidence)),
        Row::new(
            w.receipt_log(),
            view! { {code(&checkpoint.origin)}<br/>{w.receipt_index(body.index, body.index + 1, checkpoint.size)} },
        ),
        Row::new(
            w.receipt_checkpoint(),
            view! { <pre>{body.checkpoint.clone()}</pre><p>{w.receipt_checkpoint_lines()}</p> },
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
                <QrCode text=compact(receipt, checkpoint)/>
                <div><p>{w.receipt_how()}</p><p>{w.receipt_unsealed()}</p></div>
            </footer>
        </article>
    }
    .into_any()
}

/// What fits into a QR code, with blanks between: the form, evidence, SHA-256, bytes, time in milliseconds since 1970,
/// place in the log from 0, leaves and root of the checkpoint, name of the key, and the signature of the receipt.
fn compact(receipt: &Receipt, checkpoint: &Checkpoint) -> String {
    let body = &receipt.body;
    // The third line of a checkpoint is its root, in base64.
    let root = body.checkpoint.lines().nth(2).unwrap_or_default();
    let parts = [
        "WUGAN-RECEIPT-2".to_owned(),
        body.evidence.clone(),
        body.sha256.to_string(),
        body.size.to_string(),
        body.received_at.to_string(),
        body.index.to_string(),
        checkpoint.size.to_string(),
        root.to_owned(),
        body.key.name().to_owned(),
        receipt.signature.clone(),
    ];
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt() -> Receipt {
        serde_json::from_str(include_str!("../../../../fuzz/seeds/receipt/receipt.json")).unwrap()
    }

    #[test]
    fn the_code_on_paper_says_which_bytes_were_received_and_where_the_signed_log_has_them() {
        let receipt = receipt();
        let checkpoint = read_checkpoint(&receipt.body.checkpoint).unwrap();
        let parts = [
            "WUGAN-RECEIPT-2",
            "evidence-1",
            "3171d89ad00530ffa19a244f040e9401a657903cbbbca724996b90a56df2c189",
            "7",
            "1001",
            "1",
            "3",
            "/syrxSvpNRFiVQGL25j62YY5vqjdZnM0Y+s/wXrgKDw=",
            "example.org/wugan",
            "FA9xevxkOugrcLO6M6OOIXQi+f392ezoQG2pC5IMEz3DVyurRrGejtpCYZvW9JRL39gtnUHtDp6sWaiassk7AA==",
        ];
        assert_eq!(compact(&receipt, &checkpoint), parts.join(" "));
    }

    #[test]
    fn the_code_on_paper_stays_small_enough_to_scan() {
        let mut receipt = receipt();
        receipt.body.evidence = "ffffffff-ffff-7fff-bfff-ffffffffffff".to_owned();
        receipt.body.size = 999_999_999;
        receipt.body.received_at = 1_999_999_999_999;
        receipt.body.index = 99_999_998;
        let mut checkpoint = read_checkpoint(&receipt.body.checkpoint).unwrap();
        checkpoint.size = 99_999_999;
        let text = compact(&receipt, &checkpoint);
        let code = qrcode::QrCode::with_error_correction_level(text.as_bytes(), qrcode::EcLevel::M).unwrap();
        // With its margin, on 32 mm: four tenths of a millimetre each.
        assert!(code.width() <= 73, "{} modules for {text}", code.width());
    }
}
