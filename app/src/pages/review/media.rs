//! Files, large: what an officer judges by.

use domain::{
    capture::{CaptureGrade, Origin, Way},
    enterprise::Site,
    evidence::{Evidence, MediaType},
    item::EvidenceKind,
};
use leptos::prelude::*;

use crate::{
    components::*,
    context::wording,
    format,
    islands::{Viewer, ViewerWords},
    pages::origin::place_words,
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
    /// Where its enterprise works.
    site: Site,
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
                {came_about(&file, &site)}
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

/// The grade, and what there is to compare with the picture.
fn came_about(file: &Evidence, site: &Site) -> AnyView {
    let w = wording();
    let Origin { taken, unused, place } = &file.origin;
    if file.media.kind() == EvidenceKind::Document && file.origin == Origin::default() {
        return ().into_any();
    }
    let grade = file.grade();
    let kind = if grade >= CaptureGrade::B { Kind::Done } else { Kind::Neutral };
    let code = taken.as_ref().map(|taken| {
        let label = if taken.way == Way::InPage { w.capture_code_in_file() } else { w.capture_code_beside() };
        let look = (taken.way == Way::InPage).then(|| view! { <span class="origin-look">{w.capture_look()}</span> });
        view! {
            <span>{label}" "<strong class="origin-code">{taken.code.to_string()}</strong></span>
            <span>{w.capture_asked_task()}{w.pick("：", ": ")}{w.capture_task_of(taken.task)}</span>
            <span>{w.capture_issued()}" "<Moment at=taken.issued_at/>" · "{w.capture_claimed()}" "<Moment at=taken.claimed_at/></span>
            {look}
        }
    });
    let unused = unused.map(|fault| view! { <span>{w.code_fault(fault)}</span> });
    // "Not recorded" is said only where it could have been.
    let place = match place {
        Some(place) => Some(place_words(*place, site)),
        None => taken.is_some().then(|| w.capture_place_none().to_owned()),
    };
    let place = place.map(|place| view! { <span>{w.capture_place()}{w.pick("：", ": ")}{place}</span> });
    view! {
        <span class="origin">
            <StateBadge kind=kind word=w.capture_grade(grade)/>
            {code}
            {unused}
            {place}
        </span>
    }
    .into_any()
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
