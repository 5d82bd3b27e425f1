//! One line of a self-check: the standard, examples, files, answer.

use domain::{
    case::{Answer, CaseLine},
    evidence::Evidence,
    ids::{CaseId, LineId},
    item::{ChecklistLine, EvidenceKind, EvidenceRequest, Example},
    upload::Place,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::{Portal, services::cases::CaseView};

use super::{
    due,
    files::{Slot, limit_words, received, upload},
    line_state::{lines_at_hand, reviews_are_told},
    param,
};
use crate::{
    api::{
        Cx,
        cases::{AnswerLine, SEEN, answer_value},
    },
    components::*,
    context::{returned_form, wording},
    error::AppError,
    islands::Autosave,
    pages::{
        AsyncPage,
        origin::{asked_of_photos, grades},
    },
    routes,
};

/// One line.
#[component]
pub(super) fn LinePage() -> impl IntoView {
    let (id, line) = (param::<CaseId>("id"), param::<LineId>("line"));
    view! { <AsyncPage load=move || async move {
        let (cx, w, returned) = (Cx::here()?, wording(), returned_form());
        let (actor, id, line) = (cx.actor()?, id?, line?);
        if actor.enterprise().is_none() {
            leptos_axum::redirect(&routes::review_line(id, line));
            return Ok(().into_any());
        }
        let view = cx.portal.cases().get(&actor, id).await?;
        let spec = view.checklist(line).ok_or(AppError::NotFound)?;
        let said = view.case.line(line).ok_or(AppError::NotFound)?;
        let item = view.item(said.item).map(|version| version.content.name.to_string()).unwrap_or_default();
        let at_hand = lines_at_hand(&view);
        let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let place = at_hand.iter().position(|of| *of == line).map(|index| w.line_place(count(index + 1), count(at_hand.len())));
        let last = at_hand.last() == Some(&line);
        let over = place.map_or_else(|| item.clone(), |place| format!("{item} · {place}"));
        let body = if view.case.takes_answers() && said.open {
            open(&cx.portal, &view, spec, said, last, &returned)
        } else {
            closed(&view, said, &returned)
        };
        let (asked, standard) = (asked(&cx.portal, &view, said), standard(spec));
        let title = spec.title.to_string();
        Ok::<_, AppError>(view! {
            <Page title=title back=routes::case(id) back_label=w.line_to_list() over=over>
                {asked}
                {standard}
                {body}
            </Page>
        }.into_any())
    }/> }
}

/// What the officer wants to see, when the line was sent back.
fn asked(portal: &Portal, view: &CaseView, said: &CaseLine) -> AnyView {
    let w = wording();
    let reason = said.review.as_ref().filter(|_| said.open).and_then(|review| review.reason.as_ref());
    let Some(reason) = reason else { return ().into_any() };
    let term = view.case.due().map(|at| view! { <p><DueBadge due=due(portal, at)/></p> });
    let reason = reason.to_string();
    view! {
        <Notice kind=Kind::Attention title=w.line_asked_title()>
            <p class="said">{reason}</p>
            <p>{w.line_asked_about()}</p>
            {term}
        </Notice>
    }
    .into_any()
}

fn standard(spec: &ChecklistLine) -> AnyView {
    let w = wording();
    let examples = [(&spec.good_example, Kind::Done, w.line_good()), (&spec.bad_example, Kind::Problem, w.line_bad())];
    let examples: Vec<_> =
        examples.into_iter().filter_map(|(example, kind, word)| Some(figure(example.as_ref()?, kind, word))).collect();
    let clause = w.line_clause_text(spec.clause.act.as_str(), spec.clause.article.as_str());
    view! {
        <section class="standard" aria-labelledby="standard">
            <h2 id="standard">{w.line_standard()}</h2>
            <p class="standard-text">{spec.standard.to_string()}</p>
            {(!examples.is_empty()).then(|| view! { <div class="examples">{examples}</div> })}
            <Fold title=w.line_clause()><p>{clause}</p></Fold>
        </section>
    }
    .into_any()
}

fn figure(example: &Example, kind: Kind, word: &'static str) -> AnyView {
    let caption = example.caption.to_string();
    view! {
        <figure class=format!("example {}", kind.class())>
            <img src=routes::example(example.picture.as_str()) alt="" width="320" height="240"/>
            <figcaption><StateBadge kind=kind word=word/><span>{caption}</span></figcaption>
        </figure>
    }
    .into_any()
}

/// What a request asks for, in words.
fn wants(portal: &Portal, request: EvidenceRequest) -> String {
    let w = wording();
    format!("{}{}", w.evidence_request(&request), limit_words(request.kind, &portal.settings().evidence))
}

fn open(
    portal: &Portal,
    view: &CaseView,
    spec: &ChecklistLine,
    said: &CaseLine,
    last: bool,
    returned: &FormState,
) -> AnyView {
    let w = wording();
    let files: Vec<&Evidence> = view.files(said.line).collect();
    let for_answer = returned.value("form") == Some("answer");
    let (to_files, mut to_answer) =
        if for_answer { (FormState::default(), returned.clone()) } else { (returned.clone(), FormState::default()) };
    // Whoever comes back for another reason has seen what the page had shown before, and no more.
    let sheet = portal.cases().sheet(said);
    let (mut page, mut seen) = (sheet.page.to_string(), sheet.seen.to_string());
    if !to_answer.errors.iter().any(|error| error.field == SEEN) {
        page = to_answer.value("page").map_or(page, str::to_owned);
        seen = to_answer.value(SEEN).map_or(seen, str::to_owned);
    }
    // It is said where the answer is given.
    for error in to_answer.errors.iter_mut().filter(|error| error.field == SEEN) {
        "answer".clone_into(&mut error.field);
    }
    let uploads = (!spec.requests.is_empty()).then(|| {
        let kinds: Vec<_> = spec.requests.iter().map(|request| request.kind).collect();
        let about = spec.requests.iter().map(|request| wants(portal, *request)).collect::<Vec<_>>();
        let slot = Slot {
            place: Place::Line { case: view.case.id, line: said.line },
            name: "upload",
            kinds: &kinds,
            there: files.len(),
            about: about.join(w.pick("；", "; ")),
            missing: None,
            keeps: Vec::new(),
        };
        let there = received("upload", &files, &view.enterprise.site, &view.known, true, w.line_received_none());
        let form = upload(slot, &portal.settings().evidence, to_files);
        let camera = spec.requests.iter().any(|request| request.kind == EvidenceKind::Photo);
        let camera = camera.then(|| to_camera(view, spec, said));
        view! {
            <Group title=w.line_upload()>
                {there}
                {camera}
                {form}
                <noscript><p class="field-hint">{w.upload_first()}</p></noscript>
            </Group>
        }
    });
    let excuse = said.capture_excuse.as_ref().map(ToString::to_string);
    let excuse = spec.wants_capture().then(|| view! {
        <TextArea name="excuse" label=w.capture_excuse() hint=w.capture_excuse_hint() value=excuse rows=2 optional=true/>
    });
    let mut options = vec![
        Choice::new(answer_value(Answer::Conforms), w.answer(Answer::Conforms)).hint(w.line_answer_conforms_about()),
        Choice::new(answer_value(Answer::DoesNot), w.answer(Answer::DoesNot)).hint(w.line_answer_does_not_about()),
    ];
    if spec.allows_not_applicable {
        let choice = Choice::new(answer_value(Answer::NotApplicable), w.answer(Answer::NotApplicable));
        options.push(choice.hint(w.line_answer_not_applicable_about()));
    }
    let answer = said.answer.map(|answer| answer_value(answer).to_owned());
    let note = said.note.as_ref().map(ToString::to_string);
    let (case, line) = (view.case.id.to_string(), said.line.to_string());
    view! {
        {uploads}
        <Form action=AnswerLine::url() state=to_answer>
            <input type="hidden" name="form" value="answer"/>
            <input type="hidden" name="case" value=case/>
            <input type="hidden" name="line" value=line/>
            <input type="hidden" name="page" value=page/>
            <input type="hidden" name=SEEN value=seen/>
            <RadioGroup name="answer" label=w.line_answer() value=answer options=options/>
            <TextArea name="note" label=w.line_note() hint=w.line_note_hint() value=note rows=3 optional=true/>
            {excuse}
            <Autosave login=routes::LOGIN.to_owned() words=w.autosave()/>
            <SubmitBar label=if last { w.line_save_last() } else { w.line_save() }/>
        </Form>
    }
    .into_any()
}

/// The way to the camera, and what the line asks of its photos.
fn to_camera(view: &CaseView, spec: &ChecklistLine, said: &CaseLine) -> AnyView {
    let w = wording();
    let asks = asked_of_photos(spec);
    let asks = (!asks.is_empty()).then(|| {
        let asks = w.list(&asks);
        view! { <p><strong>{w.capture_line_asks()}</strong>{w.pick("：", ": ")}{asks}</p> }
    });
    view! {
        <div class="to-camera">
            {asks}
            <p><a class="button button-second" href=routes::case_camera(view.case.id, said.line)>
                <Icon name=IconName::Camera/>{w.capture_link()}
            </a></p>
            <p class="field-hint">{w.capture_link_about()}</p>
            {grades()}
        </div>
    }
    .into_any()
}

fn closed(view: &CaseView, said: &CaseLine, returned: &FormState) -> AnyView {
    let w = wording();
    let files: Vec<&Evidence> = view.files(said.line).collect();
    let answer = said.answer.map_or_else(|| w.line_no_answer(), |answer| w.answer(answer));
    let mut rows = vec![Row::new(w.line_your_answer(), answer)];
    rows.extend(
        said.note.as_ref().map(|note| Row::new(w.line_note(), view! { <p class="said">{note.to_string()}</p> })),
    );
    let review = said.review.as_ref().filter(|_| reviews_are_told(view.case.stage()));
    if let Some(review) = review {
        rows.push(Row::new(
            w.line_verdict_label(),
            view! { <StateBadge kind=review.verdict word=w.line_verdict(review.verdict)/> },
        ));
        let reason = review.reason.as_ref().or(review.problem.as_ref().map(|problem| &problem.fact));
        rows.extend(
            reason.map(|reason| Row::new(w.enrolment_reason(), view! { <p class="said">{reason.to_string()}</p> })),
        );
    }
    rows.extend(
        said.capture_excuse
            .as_ref()
            .map(|excuse| Row::new(w.capture_excuse(), view! { <p class="said">{excuse.to_string()}</p> })),
    );
    let errors = returned.errors.clone();
    let files = received("upload", &files, &view.enterprise.site, &view.known, false, w.line_received_none());
    view! {
        <ErrorSummary errors=errors/>
        <Notice title=w.line_is_closed()/>
        <DefinitionList rows=rows/>
        <Group title=w.line_received()>{files}</Group>
    }
    .into_any()
}
