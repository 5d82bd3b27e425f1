//! The page of the camera: a code, what to do, and two ways to take the picture.
//!
//! Without scripts, or where browsers give pages no camera, the plain form calls the
//! phone's own camera; with them the module `camera` shows the live picture. Pages of
//! this kind alone may ask for camera and place.

use camera::setup::{ID, Setup};
use std::collections::HashMap;

use domain::{
    capture::{Capture, CodeFault},
    dossier::Dossier,
    enterprise::Site,
    evidence::{Evidence, EvidenceState, FileName, Moment, Purpose},
    ids::{CaseId, Digest, FindingId, LineId},
    item::EvidenceKind,
    upload::Place,
};
use http::{HeaderName, HeaderValue};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_axum::ResponseOptions;

use super::{
    files::{list_id, received_with, sent_to},
    param,
};
use crate::{
    api::{
        Cx,
        capture::{CodeForFinding, CodeForLine},
    },
    components::*,
    context::{SessionKey, returned_form, wording},
    error::AppError,
    format,
    islands::Unsent,
    pages::{AsyncPage, origin::grades},
    routes,
};

/// The name of the page's form, with which the ids of its parts begin.
const NAME: &str = "capture";
/// What this page may ask the device for.
const PERMISSIONS: &str = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), browsing-topics=()";

/// What the camera is for.
struct Scene {
    place: Place,
    title: String,
    back: String,
    back_label: &'static str,
    /// Where a code is asked for, and with what.
    issue: (&'static str, Vec<(&'static str, String)>),
    files: Vec<Evidence>,
    site: Site,
    known: HashMap<Digest, Dossier>,
    needs_place: bool,
}

/// For a line of a self-check.
#[component]
pub(super) fn LineCamera() -> impl IntoView {
    let (id, line) = (param::<CaseId>("id"), param::<LineId>("line"));
    view! { <AsyncPage load=move || async move {
        let (cx, w) = (Cx::here()?, wording());
        let (actor, id, line) = (cx.actor()?, id?, line?);
        let view = cx.portal.cases().get(&actor, id).await?;
        let spec = view.checklist(line).ok_or(AppError::NotFound)?;
        let said = view.case.line(line).ok_or(AppError::NotFound)?;
        let photos = spec.requests.iter().any(|request| request.kind == EvidenceKind::Photo);
        // Officers, and lines that take no photo now, have their own pages.
        if actor.enterprise().is_none() || !photos || !view.case.takes_answers() || !said.open {
            leptos_axum::redirect(&routes::case_line(id, line));
            return Ok(().into_any());
        }
        let scene = Scene {
            place: Place::Line { case: id, line },
            title: spec.title.to_string(),
            back: routes::case_line(id, line),
            back_label: w.capture_back(),
            issue: (CodeForLine::url(), vec![("case", id.to_string()), ("line", line.to_string())]),
            files: view.files(line).cloned().collect(),
            site: view.enterprise.site.clone(),
            known: view.known.clone(),
            // A written reason stands for it.
            needs_place: spec.needs_place && said.capture_excuse.is_none(),
        };
        page(&cx, scene).await
    }/> }
}

/// For what was put right.
#[component]
pub(super) fn FindingCamera() -> impl IntoView {
    let id = param::<FindingId>("id");
    view! { <AsyncPage load=move || async move {
        let (cx, w) = (Cx::here()?, wording());
        let (actor, id) = (cx.actor()?, id?);
        let view = cx.portal.findings().get(&actor, id).await?;
        if actor.enterprise().is_none() || !view.finding.waits_for_enterprise() {
            leptos_axum::redirect(&routes::finding(id));
            return Ok(().into_any());
        }
        let line = view.item.content.line(view.finding.line).map(|line| line.title.to_string());
        let after = |file: &&Evidence| matches!(file.purpose, Purpose::Rectification { moment: Moment::After, .. });
        let scene = Scene {
            place: Place::Finding { finding: id, moment: Moment::After },
            title: line.unwrap_or_else(|| view.item.content.name.to_string()),
            back: routes::finding(id),
            back_label: w.capture_back_finding(),
            issue: (CodeForFinding::url(), vec![("finding", id.to_string())]),
            files: view.evidence.iter().filter(after).cloned().collect(),
            site: view.enterprise.site.clone(),
            known: view.known.clone(),
            needs_place: false,
        };
        page(&cx, scene).await
    }/> }
}

async fn page(cx: &Cx, scene: Scene) -> Result<AnyView, AppError> {
    let (w, returned) = (wording(), returned_form());
    if let Some(response) = use_context::<ResponseOptions>() {
        let name = HeaderName::from_static("permissions-policy");
        response.insert_header(name, HeaderValue::from_static(PERMISSIONS));
    }
    let actor = cx.actor()?;
    let SessionKey(session) = cx.extension().ok_or(AppError::LoginRequired)?;
    let live = cx.portal.captures().live(&actor, scene.place, &session).await?;
    let coming = cx.portal.captures().uncounted(&actor, scene.place).await?;
    let minutes = cx.portal.settings().capture.minutes;
    let body = match &live {
        Some(capture) => {
            let setup = setup(cx, &scene, capture, actor.account.to_string())?;
            with_code(&scene, capture, setup, minutes, &returned)
        }
        None => without_code(&scene, minutes, &returned),
    };
    // With a code the camera shows what is on its way.
    let unsent = live.is_none().then(|| {
        let (account, (_, place)) = (actor.account.to_string(), sent_to(scene.place));
        view! {
            <Unsent account=account place=place list=list_id(NAME) offered=false words=w.unsent("")>
                {().into_any()}
            </Unsent>
        }
    });
    let files: Vec<&Evidence> = scene.files.iter().collect();
    let uncounted = uncounted(&scene.files, coming);
    let there = received_with(NAME, &files, &scene.site, &scene.known, true, w.capture_received_none(), uncounted);
    let title = match scene.place {
        Place::Line { .. } => w.capture_received(),
        Place::Finding { .. } => w.capture_received_finding(),
    };
    let lead = live.is_none().then(|| w.capture_lead().to_owned());
    Ok(view! {
        <Page title=w.capture_page() over=scene.title back=scene.back back_label=scene.back_label lead=lead>
            {body}
            <Group title=title>{there}{unsent}</Group>
            {grades()}
        </Page>
    }
    .into_any())
}

/// Files whose code does not count, on their way or not sent on yet: there is time to take another picture. The
/// module finds the one it knows by its name.
fn uncounted(files: &[Evidence], coming: Vec<(FileName, CodeFault)>) -> AnyView {
    let w = wording();
    let here = files.iter().filter(|file| file.state == EvidenceState::Received);
    let here = here.filter_map(|file| Some((file.name.clone(), file.origin.unused?)));
    let notes = coming.into_iter().chain(here).map(|(name, fault)| {
        let text = w.capture_uncounted(name.as_str(), fault);
        view! {
            <p class="field-error" data-file=name.to_string()><Icon name=IconName::Problem/><span>{text}</span></p>
        }
    });
    notes.collect_view().into_any()
}

/// Why, and the button that begins.
fn without_code(scene: &Scene, minutes: u16, returned: &FormState) -> AnyView {
    let w = wording();
    let (action, fields) = scene.issue.clone();
    let fields = fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let (fields, state) = (fields.collect_view(), returned.clone());
    view! {
        <Form action=action state=state>
            {fields}
            <SubmitBar label=w.capture_begin() effect=w.capture_begin_about(minutes)/>
        </Form>
    }
    .into_any()
}

fn with_code(scene: &Scene, capture: &Capture, setup: String, minutes: u16, returned: &FormState) -> AnyView {
    let w = wording();
    let (action, fields) = scene.issue.clone();
    // That no other code was given out is said where one looks first; the plain form says what is wrong with a file.
    let of_code = fields.iter().any(|(name, _)| returned.values.contains_key(*name));
    let (errors, returned) =
        if of_code { (returned.errors.clone(), FormState::default()) } else { (Vec::new(), returned.clone()) };
    // One text: an empty one between two is a space on the page.
    let again_about = [w.capture_again_about(), &w.capture_begin_about(minutes)].join(w.pick("", " "));
    view! {
        <ErrorSummary errors=errors/>
        <section class="code-card" id=part("code") aria-labelledby="code-label">
            <p class="code-label" id="code-label">{w.capture_code()}</p>
            <p class="code">{capture.code.to_string()}</p>
            <p class="code-until">
                <span>{w.capture_until(&format::clock(capture.expires_at))}</span>
                <span id=part("left")></span>
            </p>
            <p class="code-task"><strong>{w.capture_task()}</strong>{w.pick("：", ": ")}{w.capture_task_of(capture.task)}</p>
        </section>
        <noscript><p class="field-hint">{w.capture_plain_no_script()}</p></noscript>
        {live(scene, capture, setup)}
        {plain(scene, capture, &returned)}
        <div class="code-again" id=part("another")>
            <PostButton action=action label=w.capture_again() fields=fields class="button-second"/>
            <p class="field-hint">{again_about}</p>
        </div>
    }
    .into_any()
}

fn part(name: &str) -> String {
    format!("{ID}-{name}")
}

/// What the module wakes up. Until then, and without scripts, nothing of it is seen.
fn live(scene: &Scene, capture: &Capture, setup: String) -> AnyView {
    let w = wording();
    let why = if scene.needs_place { w.capture_place_needed() } else { w.capture_place_why() };
    let (action, fields) = scene.issue.clone();
    let button = |name: &str, class: &'static str, label: &'static str| {
        view! { <button type="button" class=format!("button {class}") id=part(name) hidden=true>{label}</button> }
            .into_any()
    };
    view! {
        <section class="camera" id=ID hidden=true aria-label=w.capture_live() data-setup=setup>
            <div class="camera-stage" id=part("stage") hidden=true>
                <video id=part("video") playsinline=true muted=true autoplay=true aria-label=w.capture_preview()></video>
                <img id=part("shot") alt=w.capture_picture() hidden=true/>
                <p class="camera-band" id=part("band") aria-hidden="true">
                    <strong>{capture.code.to_string()}</strong>
                    <span id=part("clock")></span>
                </p>
            </div>
            <p class="camera-status" id=part("status") role="status"></p>
            <div class="camera-actions">
                {button("shutter", "", w.capture_shutter())}
                {button("use", "", w.capture_use())}
                {button("retake", "button-second", w.capture_retake())}
                {button("retry", "button-second", w.capture_retry())}
                {button("reopen", "button-second", w.capture_reopen())}
                {button("switch", "button-second", w.capture_switch())}
            </div>
            <div class="camera-place" id=part("place") hidden=true>
                <h2>{w.capture_place()}</h2>
                <p class="field-hint">{why}</p>
                {button("locate", "button-second", w.capture_locate())}
                <p class="camera-place-word" id=part("place-word") role="status"></p>
            </div>
            <p class="queue-total" id=part("keep") hidden=true></p>
            <ul class="queue" id=part("queue") hidden=true></ul>
            <div class="camera-next" id=part("next") hidden=true>
                <a class="button" href=scene.back.clone()>{w.capture_done_back()}</a>
                <PostButton action=action label=w.capture_next() fields=fields class="button-second"/>
            </div>
        </section>
        <script src="/pkg/camera.js" defer=true></script>
    }
    .into_any()
}

/// The form that works everywhere.
fn plain(scene: &Scene, capture: &Capture, returned: &FormState) -> AnyView {
    let w = wording();
    let (action, _) = sent_to(scene.place);
    let prefix = format!("{NAME}-");
    let (field, about) = (format!("{prefix}camera"), format!("{prefix}about"));
    let (state, capture) = (returned.clone(), capture.id.to_string());
    let no_place = scene.needs_place.then(|| view! { <p class="field-hint">{w.capture_plain_no_place()}</p> });
    let way_out = match scene.place {
        Place::Line { .. } => w.capture_way_out(),
        Place::Finding { .. } => w.capture_way_out_finding(),
    };
    view! {
        <Group title=w.capture_plain() id=part("plain")>
            <Form action=action files=true prefix=prefix state=state>
                <input type="hidden" name="capture" value=capture/>
                <p class="field-hint" id=about.clone()>{w.capture_plain_about()}</p>
                <div class="upload-field">
                    <label for=field.clone()><Icon name=IconName::Camera/>{w.capture_plain_field()}</label>
                    <input class="input input-file" id=field type="file" name="camera" accept="image/*" capture="environment"
                        aria-describedby=about/>
                </div>
                {no_place}
                <button type="submit" class="button button-second">{w.capture_plain_send()}</button>
                <p class="field-hint">{way_out}</p>
            </Form>
        </Group>
    }
    .into_any()
}

/// What the module is told, as JSON.
fn setup(cx: &Cx, scene: &Scene, capture: &Capture, account: String) -> Result<String, AppError> {
    let now = cx.portal.now();
    #[expect(clippy::cast_precision_loss, reason = "JavaScript has no other numbers; exact for 280 000 years")]
    let (lives, now) = ((capture.expires_at.0 - now.0) as f64, now.0 as f64);
    let setup = Setup {
        account,
        place: sent_to(scene.place).1,
        capture: capture.id.to_string(),
        code: capture.code.to_string(),
        lives,
        now,
        list: list_id(NAME),
        needs_place: scene.needs_place,
        words: cx.w.camera(scene.needs_place),
    };
    serde_json::to_string(&setup).map_err(|error| crate::api::internal(&error))
}
