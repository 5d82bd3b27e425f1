//! Files on a page: what was received, and the form that sends more.

use std::collections::HashMap;

use domain::{
    dossier::Dossier,
    enterprise::Site,
    evidence::{Evidence, EvidenceState, MediaType, Moment, size_limit},
    examination::DerivedForm,
    ids::{ByteCount, Digest},
    item::EvidenceKind,
    settings::EvidenceLimits,
    upload::Place,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::services::examinations::form_name;

use crate::{
    api::cases::RemoveEvidence,
    components::*,
    context::{actor, wording},
    format,
    islands::{UploadKind, Uploader},
    pages::origin::origin_notes,
    routes,
};

/// Pictures larger than this are not loaded just to be seen small.
const SMALL_ENOUGH: ByteCount = ByteCount::megabytes(3);

/// Where files are sent from.
pub(super) struct Slot<'a> {
    /// Where they go.
    pub(super) place: Place,
    /// The name of the form on its page; begins the ids of its fields.
    pub(super) name: &'static str,
    /// What may be sent.
    pub(super) kinds: &'a [EvidenceKind],
    /// How many files are there already.
    pub(super) there: usize,
    /// What is asked for, in words.
    pub(super) about: String,
    /// That files are missing, when another form of the page could not be sent for it.
    pub(super) missing: Option<String>,
    /// What was typed into another form of the page: sending files brings the page anew, and would lose it.
    pub(super) keeps: Vec<(&'static str, String)>,
}

/// The id of the list of files of a form.
pub(super) fn list_id(name: &str) -> String {
    format!("{name}-files")
}

/// The form for files; several at once, from camera or gallery.
pub(super) fn upload(slot: Slot<'_>, limits: &EvidenceLimits, state: FormState) -> AnyView {
    let w = wording();
    let Slot { place, name, kinds, there, about, missing, keeps } = slot;
    let accepted: Vec<MediaType> =
        MediaType::ALL.iter().copied().filter(|media| kinds.is_empty() || kinds.contains(&media.kind())).collect();
    let accept = accepted.iter().flat_map(|media| [media.mime().to_owned(), format!(".{}", media.extension())]);
    let accept = accept.collect::<Vec<_>>().join(",");
    let camera: Vec<&str> = [(EvidenceKind::Photo, "image/*"), (EvidenceKind::Video, "video/*")]
        .into_iter()
        .filter(|(kind, _)| kinds.is_empty() || kinds.contains(kind))
        .map(|(_, accept)| accept)
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "JavaScript has no other numbers; exact up to 9 PB")]
    let upload_kinds = accepted.iter().map(|media| UploadKind {
        mime: media.mime().to_owned(),
        ending: media.extension().to_owned(),
        limit: size_limit(media.kind(), limits).0 as f64,
    });
    let upload_kinds = upload_kinds.collect();
    let names = w.list(&accepted.iter().map(|media| w.media_type(*media)).collect::<Vec<_>>());
    let room = u32::try_from(usize::from(limits.files_per_line).saturating_sub(there)).unwrap_or(0);
    let prefix = format!("{name}-");
    let (action, about_place) = sent_to(place);
    // Whoever is not logged in gets no form for files at all.
    let account = actor().map(|actor| actor.account.to_string()).unwrap_or_default();
    let texts: Vec<String> = state.errors.iter().map(|error| error.message.clone()).chain(missing).collect();
    let error = (!texts.is_empty()).then(|| format!("{prefix}error"));
    let (camera_id, file_id, about_id) = (format!("{prefix}camera"), format!("{prefix}file"), format!("{prefix}about"));
    let described = [Some(about_id.clone()), error.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let error = error.map(|id| {
        view! {
            <p class="field-error" id=id><Icon name=IconName::Problem/><span>{texts.join(" ")}</span></p>
        }
    });
    view! {
        <Uploader account=account place=about_place kinds=upload_kinds room=room list=list_id(name) words=w.uploader(names)>
            <Form action=action files=true prefix=prefix.clone() state=state>
                <input type="hidden" name="form" value=name/>
                {keeps.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
                <p class="field-hint" id=about_id>{about}</p>
                {error}
                <div class="upload-fields">
                    {(!camera.is_empty()).then(|| view! {
                        <div class="upload-field upload-camera">
                            <label for=camera_id.clone()><Icon name=IconName::Camera/>{w.upload_camera()}</label>
                            <input class="input input-file" id=camera_id type="file" name="camera" accept=camera.join(",")
                                capture="environment" aria-describedby=described.clone()/>
                        </div>
                    })}
                    <div class="upload-field">
                        <label for=file_id.clone()><Icon name=IconName::Upload/>{w.upload_pick()}</label>
                        <input class="input input-file" id=file_id type="file" name="file" multiple=true accept=accept
                            aria-describedby=described/>
                    </div>
                </div>
                <button type="submit" class="button button-second upload-send">{w.upload_send()}</button>
            </Form>
        </Uploader>
    }
    .into_any()
}

/// Where the form goes, and what a script tells of the place.
pub(super) fn sent_to(place: Place) -> (String, Vec<(String, String)>) {
    let pair = |name: &str, value: &dyn std::fmt::Display| (name.to_owned(), value.to_string());
    match place {
        Place::Line { case, line } => (routes::upload_case(case, line), vec![pair("case", &case), pair("line", &line)]),
        Place::Finding { finding, moment } => {
            let (action, word) = match moment {
                Moment::Before => (routes::upload_before(finding), "before"),
                Moment::After => (routes::upload_after(finding), "after"),
            };
            (action, vec![pair("finding", &finding), pair("moment", &word)])
        }
    }
}

/// What may be sent at most, of each kind: "，单个文件不超过 20 MB".
pub(super) fn limit_words(kind: EvidenceKind, limits: &EvidenceLimits) -> String {
    wording().line_each(&format::size(size_limit(kind, limits)))
}

/// The received files, in a part of the page that can be renewed by itself.
pub(super) fn received(
    name: &str,
    files: &[&Evidence],
    site: &Site,
    known: &HashMap<Digest, Dossier>,
    removable: bool,
    none: &str,
) -> AnyView {
    received_with(name, files, site, known, removable, none, ().into_any())
}

/// The same, and in that part what is to be said of the list.
pub(super) fn received_with(
    name: &str,
    files: &[&Evidence],
    site: &Site,
    known: &HashMap<Digest, Dossier>,
    removable: bool,
    none: &str,
    said: AnyView,
) -> AnyView {
    let w = wording();
    let tiles = files.iter().map(|file| {
        let remove = removable && file.state == EvidenceState::Received;
        let spoken = w.file_remove(file.name.as_str());
        let fields = vec![("evidence", file.id.to_string())];
        let button = remove.then(|| {
            view! {
                <PostButton action=RemoveEvidence::url() label=w.remove() fields=fields class="button-plain" spoken=spoken/>
            }
        });
        view! {
            <FileTile name=file.name.to_string() kind=file.media.kind() size=file.size href=routes::evidence(file.id)
                thumb=thumb(file, known.get(&file.digest)) word=w.evidence_state(&file.state) digest=Some(file.digest) receipt=routes::receipt(file.id)
                notes=origin_notes(file, site)>
                {button}
            </FileTile>
        }
    });
    let tiles = tiles.collect_view();
    view! {
        <div class="received" id=list_id(name)>
            {if files.is_empty() {
                view! { <p class="quiet">{none.to_owned()}</p> }.into_any()
            } else {
                view! { <FileGrid>{tiles}</FileGrid> }.into_any()
            }}
            {said}
        </div>
    }
    .into_any()
}

/// A small picture of the file; until one has been made the picture itself, where a
/// browser shows it and it is small enough.
fn thumb(file: &Evidence, dossier: Option<&Dossier>) -> Option<String> {
    let small = [DerivedForm::Thumbnail, DerivedForm::Poster, DerivedForm::Page { number: 1 }];
    let made = |form: &DerivedForm| dossier.is_some_and(|dossier| dossier.derivative(*form).is_some());
    if let Some(form) = small.into_iter().find(made) {
        return Some(routes::derived(file.id, &form_name(form)));
    }
    let shown = file.media.kind() == EvidenceKind::Photo && file.media.shows_in_browser() && file.size <= SMALL_ENOUGH;
    (shown && !dossier.is_some_and(Dossier::is_over)).then(|| routes::evidence(file.id))
}
