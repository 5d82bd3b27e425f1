//! Files, large: what an officer judges by.
//!
//! What is shown is a form that was made of the original; the original itself is only
//! downloaded, because it is what somebody sent. While no form has been made yet, and it
//! is a picture that browsers show, it stands in for its own view.

use domain::{
    dossier::{Dossier, NoPicture},
    enterprise::Site,
    evidence::{Evidence, MediaType},
    examination::{Derivative, DerivedForm},
    item::EvidenceKind,
};
use leptos::prelude::*;
use portal::services::examinations::{Known, form_name};

use super::{
    came_about::came_about,
    known::{earlier, facts, lookalikes},
};
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
    /// What is known of it.
    known: Known,
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
    let digest = file.digest.to_string();
    let quarantined = known.dossier.as_ref().is_some_and(Dossier::is_quarantined);
    let download = (!quarantined).then(|| {
        view! { <a href=routes::evidence(file.id) download="">{w.download_original()}</a> }
    });
    let body = body(w, &file, known.dossier.as_ref());
    let facts = facts(w, &file, &known, &site);
    let hints = (lookalikes(w, &file, &known), earlier(w, &known));
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
                    {download}
                    <a href=routes::receipt(file.id)>{w.receipt_link()}</a>
                </span>
            </figcaption>
            <div class="evidence-known">{facts}{hints}</div>
        </figure>
    }
}

/// What one sees of a file.
fn body(w: Wording, file: &Evidence, dossier: Option<&Dossier>) -> AnyView {
    let over = dossier.is_some_and(Dossier::is_over);
    let reason = dossier.and_then(|dossier| dossier.no_picture);
    let made = |form| dossier.and_then(|dossier| dossier.derivative(form)).is_some();
    if dossier.is_some_and(Dossier::is_quarantined) {
        return not_shown(w.no_picture(NoPicture::Quarantined));
    }
    let waits = || {
        not_shown(match reason {
            _ if !over => w.preview_waits(),
            Some(why) => w.no_picture(why),
            // Nothing went wrong and nothing is being made: it is none of those that are shown here.
            None => w.no_picture(NoPicture::NotPictured),
        })
    };
    let address = |form| routes::derived(file.id, &form_name(form));
    match file.media.kind() {
        EvidenceKind::Photo if made(DerivedForm::View) => picture(w, file, address(DerivedForm::View)),
        EvidenceKind::Photo if !over && file.media.shows_in_browser() => picture(w, file, routes::evidence(file.id)),
        EvidenceKind::Video if made(DerivedForm::Film) => {
            film(file, address(DerivedForm::Film), made(DerivedForm::Poster).then(|| address(DerivedForm::Poster)))
        }
        // H.264 in MP4 plays as it is.
        EvidenceKind::Video if file.media == MediaType::Mp4 && plays(dossier) => {
            film(file, routes::evidence(file.id), made(DerivedForm::Poster).then(|| address(DerivedForm::Poster)))
        }
        EvidenceKind::Video if made(DerivedForm::Poster) => {
            let text = waits();
            view! { {picture(w, file, address(DerivedForm::Poster))}{text} }.into_any()
        }
        EvidenceKind::Document => match dossier.map(|dossier| dossier.pages().collect::<Vec<_>>()) {
            Some(pages) if !pages.is_empty() => paper(w, file, &pages, dossier.and_then(|known| known.claims.pages)),
            _ => waits(),
        },
        EvidenceKind::Photo | EvidenceKind::Video => waits(),
    }
}

/// Whether every browser plays a film as it is, as far as that is known.
fn plays(dossier: Option<&Dossier>) -> bool {
    let codec = dossier.and_then(|dossier| dossier.claims.codec.as_deref());
    codec.is_none_or(|codec| codec.starts_with("avc"))
}

fn picture(w: Wording, file: &Evidence, address: String) -> AnyView {
    view! { <Viewer src=address alt=w.photo_alt(file.name.as_str()) words=viewer_words(w)/> }.into_any()
}

fn film(file: &Evidence, address: String, poster: Option<String>) -> AnyView {
    let name = file.name.to_string();
    view! {
        <video src=address poster=poster controls=true playsinline=true preload="metadata" aria-label=name></video>
    }
    .into_any()
}

/// The pages of a document, one below the other.
fn paper(w: Wording, file: &Evidence, pages: &[&Derivative], of: Option<u32>) -> AnyView {
    let shown = pages.len();
    let of = of.unwrap_or_else(|| u32::try_from(shown).unwrap_or(u32::MAX));
    let images = pages.iter().filter_map(|page| {
        let DerivedForm::Page { number } = page.form else { return None };
        let (width, height) = page.pixels;
        let address = routes::derived(file.id, &form_name(page.form));
        let alt = w.preview_page_of(file.name.as_str(), number);
        Some(view! {
            <figure class="paper-page">
                <img src=address alt=alt width=width height=height loading="lazy" decoding="async"/>
                <figcaption>{w.preview_page(number, of)}</figcaption>
            </figure>
        })
    });
    let images = images.collect_view();
    let more = (usize::try_from(of).unwrap_or(usize::MAX) > shown)
        .then(|| view! { <p class="beside">{w.preview_more_pages(shown)}</p> });
    let name = file.name.to_string();
    view! { <div class="paper" tabindex="0" role="group" aria-label=name>{images}{more}</div> }.into_any()
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
        <a href=routes::evidence(file.id) download="">{file.name.to_string()}</a>
        <span class="beside">" "{kind}" · "{format::size(file.size)}</span>
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        capture::Origin,
        dossier::Findings,
        evidence::{EvidenceState, FileName, Purpose},
        ids::{AccountId, ByteCount, CaseId, Digest, DossierId, EnterpriseId, EvidenceId, LineId},
        time::Timestamp,
    };
    use uuid::Uuid;

    use super::*;
    use crate::wording::Lang;

    const AT: Timestamp = Timestamp(0);
    const W: Wording = Wording(Lang::Zh);

    /// What one sees of a film, before it was examined and when this was found.
    fn shown(found: Option<Findings>) -> String {
        let file = Evidence {
            id: EvidenceId(Uuid::nil()),
            case: CaseId(Uuid::nil()),
            enterprise: EnterpriseId(Uuid::nil()),
            purpose: Purpose::SelfCheck { line: LineId(Uuid::nil()), round: 0 },
            name: FileName::from_sender("后厨.mov"),
            media: MediaType::Mov,
            size: ByteCount(1),
            digest: Digest([1; 32]),
            received_at: AT,
            uploader: AccountId(Uuid::nil()),
            origin: Origin::default(),
            state: EvidenceState::Sealed { at: AT },
        };
        let mut dossier = Dossier::begin(DossierId(Uuid::nil()), file.digest, file.size, file.media, AT);
        if let Some(found) = found {
            dossier.finish(found, AT);
        }
        Owner::new().with(|| body(W, &file, Some(&dossier)).to_html())
    }

    #[test]
    fn a_preview_is_being_made_only_until_the_examination_is_over() {
        assert!(shown(None).contains(W.preview_waits()));
        for no_picture in [None, Some(NoPicture::TooSlow)] {
            let page = shown(Some(Findings { no_picture, ..Findings::default() }));
            assert!(!page.contains(W.preview_waits()) && page.contains("下载原件"), "{page}");
        }
    }
}
