//! Files, large: what an officer judges by.

use domain::{
    evidence::{Evidence, MediaType},
    item::EvidenceKind,
};
use leptos::prelude::*;

use crate::{
    components::*,
    context::wording,
    format,
    islands::{Viewer, ViewerWords},
    routes,
    wording::Wording,
};

fn viewer_words(w: Wording) -> ViewerWords {
    ViewerWords {
        name: w.viewer().to_owned(),
        larger: w.viewer_larger().to_owned(),
        smaller: w.viewer_smaller().to_owned(),
        turn: w.viewer_turn().to_owned(),
        reset: w.viewer_reset().to_owned(),
        full: w.viewer_full().to_owned(),
        close: w.viewer_close().to_owned(),
    }
}

/// One file, as large as there is room, with everything that is known of it.
#[component]
pub(super) fn LargeFile(
    /// The file.
    file: Evidence,
    /// Who sent it.
    #[prop(into, optional)]
    uploader: Maybe,
    /// What it belongs to: "第 1 次补充", "整改后".
    #[prop(into, optional)]
    mark: Maybe,
) -> impl IntoView {
    let w = wording();
    let name = file.name.to_string();
    let address = routes::evidence(file.id);
    let body = match (file.media.kind(), file.media) {
        (EvidenceKind::Photo, MediaType::Heic) => not_shown(w.heic_not_shown()),
        (EvidenceKind::Photo, _) => {
            view! { <Viewer src=address.clone() alt=w.photo_alt(&name) words=viewer_words(w)/> }.into_any()
        }
        (EvidenceKind::Video, media) if media.shows_in_browser() => view! {
            <video src=address.clone() controls=true playsinline=true preload="metadata" aria-label=name.clone()></video>
        }
        .into_any(),
        (EvidenceKind::Video, _) => not_shown(w.mov_not_shown()),
        (EvidenceKind::Document, MediaType::Pdf) => not_shown(w.pdf_opens_apart()),
        (EvidenceKind::Document, _) => not_shown(w.document_downloads()),
    };
    let shown = file.media.shows_in_browser() || file.media == MediaType::Pdf;
    let digest = file.digest.to_string();
    view! {
        <figure class="evidence" id=format!("file-{}", file.id)>
            {body}
            <figcaption class="evidence-facts">
                {mark.0.map(|mark| view! { <span class="evidence-mark">{mark}</span> })}
                <strong class="evidence-name">{name}</strong>
                <span>{w.media_type(file.media)}" · "{format::size(file.size)}" · "<Moment at=file.received_at/></span>
                {uploader.0.map(|uploader| view! { <span>{w.uploaded_by(&uploader)}</span> })}
                <span class="evidence-digest">"SHA-256 "<code>{digest}</code></span>
                <span class="evidence-links">
                    {shown.then(|| view! { <a href=address.clone() target="_blank" rel="noopener">{w.open_original()}</a> })}
                    <a href=address.clone() download="">{w.download_original()}</a>
                    <a href=routes::receipt(file.id)>{w.receipt_link()}</a>
                </span>
            </figcaption>
        </figure>
    }
}

fn not_shown(why: &'static str) -> AnyView {
    view! { <div class="evidence-other"><Icon name=IconName::Document/><p>{why}</p></div> }.into_any()
}

/// A file as a line of a list: for where it is only referred to.
#[component]
pub(super) fn FileLink(
    /// The file.
    file: Evidence,
) -> impl IntoView {
    let w = wording();
    let kind = w.evidence_kind(file.media.kind());
    view! {
        <a href=routes::evidence(file.id) target="_blank" rel="noopener">{file.name.to_string()}</a>
        <span class="beside">" "{kind}" · "{format::size(file.size)}</span>
    }
}
