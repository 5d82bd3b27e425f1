//! On the right: what the officer says about the open line, and what becomes of
//! the whole case.

use domain::case::{CaseState, LineReview, LineVerdict};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Desk, Hands,
    problem::{self, Prefilled},
    whole,
};
use crate::{
    api::{
        review::{GoOnWithout, ReviewLine, TakeOverCase},
        review_fields::word,
    },
    components::*,
    pages::review::parts::{FormName, Hidden, state_of},
    routes,
};

pub(super) fn decision(desk: &Desk) -> AnyView {
    let line = if desk.hands == Hands::Own { form(desk) } else { reviewed(desk) };
    // Once every line is settled, the whole case is what is next.
    let settled = desk.case().lines.iter().all(|line| line.review.is_some());
    let whole = whole::whole(desk);
    let parts = if settled { [whole, line] } else { [line, whole] };
    let sent_back = desk.sent_back.as_ref().map(|sent_back| sent_back.shown(desk.here.w));
    view! { {standing(desk)}{sent_back}{parts} }.into_any()
}

/// Why the reader cannot act here, and what can be done about it.
fn standing(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let case = desk.case();
    match (desk.hands, &case.state) {
        (Hands::Own, _) => ().into_any(),
        (Hands::Free, _) => view! { <Notice title=w.desk_free()><p>{w.desk_free_about()}</p></Notice> }.into_any(),
        (Hands::NoCertificate, _) => {
            let about = w.fault_case(&domain::case::CaseError::NoCertificate);
            view! { <Notice kind=Kind::Attention title=w.desk_no_certificate()><p>{about}</p></Notice> }.into_any()
        }
        (Hands::Others, CaseState::InReview { officer, since, .. }) => {
            let (person, since) = (desk.person(*officer), *since);
            view! {
                <Notice kind=Kind::Attention title=w.desk_others(&person)>
                    <p>{w.since_in_review_on()}" "<Moment at=since/>" "{w.desk_others_about()}</p>
                </Notice>
                {take_over(desk)}
            }
            .into_any()
        }
        // The head has something to do here.
        (Hands::Reader, _) if whole::decides_on_site(desk) => ().into_any(),
        (Hands::Reader, _) => {
            view! { <Notice title=w.desk_reader()><p>{w.desk_reader_about()}</p></Notice> }.into_any()
        }
        (_, CaseState::MoreEvidence { due, .. }) if *due < desk.here.now && desk.here.certified() => {
            let fields = vec![("case", case.id.to_string())];
            view! {
                <Notice kind=Kind::Attention title=w.desk_more_late()>
                    <p>{w.desk_more_late_about()}</p>
                    <PostButton action=GoOnWithout::url() label=w.go_on_without() fields=fields class="button"/>
                </Notice>
                {next(desk)}
            }
            .into_any()
        }
        (_, CaseState::MoreEvidence { .. }) => {
            view! { <Notice title=w.desk_more_asked()><p>{w.desk_more_asked_about()}</p></Notice>{next(desk)} }
                .into_any()
        }
        (_, CaseState::Proposed { .. } | CaseState::Decided { .. } | CaseState::Closed { .. }) => {
            let (title, address) = (w.case_stage(case.stage()), routes::review_outcome(case.id));
            view! {
                <Notice title=title><p><a href=address>{w.to_outcome()}</a></p></Notice>
                {next(desk)}
            }
            .into_any()
        }
        _ => next(desk),
    }
}

/// Nothing to do here any more: the way to what is next.
fn next(desk: &Desk) -> AnyView {
    desk.next.as_ref().map(|next| next.link(desk.here.w)).into_any()
}

fn take_over(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let state = state_of("take_over");
    let open = !state.errors.is_empty();
    let case = desk.case().id.to_string();
    view! {
        <Fold title=w.take_over() open=open>
            <Form action=TakeOverCase::url() state=state>
                <FormName name="take_over"/>
                <Hidden name="case" value=case/>
                <TextArea name="take_over_reason" label=w.take_over_reason() hint=w.take_over_hint() rows=3/>
                <SubmitBar label=w.take_over() effect=w.take_over_effect()/>
            </Form>
        </Fold>
    }
    .into_any()
}

/// The form for the open line. What came back with errors belongs to the line it
/// was typed for.
fn form(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let id = desk.line.line.to_string();
    let mut state = state_of("line");
    if state.value("line") != Some(id.as_str()) {
        state = FormState::default();
    }
    let review = desk.line.review.as_ref();
    let chosen = state
        .value("verdict")
        .map(str::to_owned)
        .or_else(|| review.map(|review| word(&review.verdict)))
        .unwrap_or_default();
    let reason = review.and_then(|review| review.reason.as_ref()).map(ToString::to_string);
    let case = desk.case().id.to_string();
    let error = state.error("verdict").map(str::to_owned);
    let verdicts = verdicts(desk, &chosen, error);
    let problem = Prefilled::of(desk);
    view! {
        <section class="line-decision">
            <h2>{w.line_decision()}</h2>
            <Form action=ReviewLine::url() state=state>
                <FormName name="line"/>
                <Hidden name="case" value=case/>
                <Hidden name="line" value=id/>
                {verdicts}
                <div class="when-reason">
                    <TextArea name="reason" label=w.verdict_reason() hint=w.verdict_reason_hint() value=reason optional=true rows=3/>
                </div>
                <div class="when-problem">{problem.map(|problem| problem.fields(w))}</div>
                <div class="submit-bar">
                    <div class="submit-buttons">
                        <button type="submit" class="button" id="save-line">{w.save_and_next()}<KeyHint keys="Enter"/></button>
                    </div>
                </div>
            </Form>
        </section>
    }
    .into_any()
}

/// The four verdicts, each with its key. After a key the focus goes where the
/// officer goes on: to the button, or to what is to be written.
fn verdicts(desk: &Desk, chosen: &str, error: Option<String>) -> AnyView {
    let w = desk.here.w;
    let choices = LineVerdict::ALL.into_iter().enumerate().map(|(index, verdict)| {
        let (key, then) = match verdict {
            LineVerdict::Accepted => ("a", "#save-line"),
            LineVerdict::Unclear => ("u", "#reason"),
            LineVerdict::Insufficient => ("i", "#reason"),
            LineVerdict::ProblemFound => ("p", "#fact"),
        };
        let value = word(&verdict);
        let id = if index == 0 { "verdict".to_owned() } else { format!("verdict-{value}") };
        let checked = value == chosen;
        view! {
            <div class="choice verdict-choice">
                <input type="radio" id=id.clone() name="verdict" value=value checked=checked data-shortcut=key data-then=then/>
                <label for=id>{w.line_verdict(verdict)}</label>
                <KeyHint keys=key.to_uppercase()/>
            </div>
        }
    });
    let wrong = error.is_some();
    let note = error.map(|error| {
        view! {
            <p class="field-error" id="verdict-error">
                <Icon name=IconName::Problem/><span><span class="unseen">{w.error_mark()}</span>{error}</span>
            </p>
        }
    });
    view! {
        <fieldset class="field verdicts" class:field-wrong=wrong aria-describedby=wrong.then_some("verdict-error")>
            <legend class="field-label">{w.verdict_label()}</legend>
            {note}
            <div class="choices">{choices.collect_view()}</div>
        </fieldset>
    }
    .into_any()
}

/// What was said about the line, for people who cannot change it now.
fn reviewed(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let content = match &desk.line.review {
        Some(review) => said(desk, review),
        None => view! { <p class="beside">{w.line_unreviewed_about()}</p> }.into_any(),
    };
    view! { <section class="line-decision"><h2>{w.line_decision()}</h2>{content}</section> }.into_any()
}

fn said(desk: &Desk, review: &LineReview) -> AnyView {
    let w = desk.here.w;
    let person = desk.person(review.by);
    view! {
        <p><StateBadge kind=review.verdict word=w.line_verdict(review.verdict)/></p>
        {review.reason.as_ref().map(|reason| view! { <p class="prose">{reason.to_string()}</p> })}
        {review.problem.as_ref().map(|draft| problem::shown(w, draft, &desk.view.evidence))}
        <p class="beside">{person}" · "<Moment at=review.at/></p>
    }
    .into_any()
}
