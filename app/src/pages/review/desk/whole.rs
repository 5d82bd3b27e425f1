//! What becomes of the whole case: asking for more, the outcome, a site visit.

use domain::{
    case::{CaseLine, CaseState, OnSiteReason},
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{Desk, Hands};
use crate::{
    api::{
        review::{ApproveOnSite, AskMore, DeclineOnSite, ProposeOnSite},
        review_fields::word,
    },
    components::*,
    pages::review::parts::{FormName, Hidden, state_of},
    routes,
};

pub(super) fn whole(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let parts = match &desk.case().state {
        CaseState::OnSiteProposed { .. } => on_site_proposed(desk),
        CaseState::ConvertedOnSite { .. } => converted(desk),
        CaseState::InReview { .. } if desk.hands == Hands::Own => view! { {next_step(desk)}{on_site(desk)} }.into_any(),
        _ if offers_on_site(desk) => on_site(desk),
        _ => return ().into_any(),
    };
    view! { <section class="whole"><h2>{w.whole_case()}</h2>{parts}</section> }.into_any()
}

/// Whether the form that asks for more is on the desk.
pub(super) fn asks_for_more(desk: &Desk) -> bool {
    let case = desk.case();
    case.lines.iter().all(|line| line.review.is_some())
        && case.lines.iter().any(CaseLine::wants_more)
        && case.rounds < desk.here.portal.settings().review.supplement_rounds
}

/// Whether the reader can propose a site visit.
pub(super) fn offers_on_site(desk: &Desk) -> bool {
    let open = match &desk.case().state {
        CaseState::InReview { .. } => desk.hands == Hands::Own,
        state => {
            matches!(state, CaseState::Open { .. } | CaseState::Submitted { .. } | CaseState::MoreEvidence { .. })
        }
    };
    open && desk.here.may(Action::ReviewCase) && desk.here.certified()
}

/// Whether a proposed site visit waits for the reader.
pub(super) fn decides_on_site(desk: &Desk) -> bool {
    let CaseState::OnSiteProposed { by, .. } = &desk.case().state else { return false };
    desk.here.may(Action::ApproveOnSite) && *by != desk.here.actor.account
}

/// The next step once every line is reviewed: more evidence, or an outcome.
fn next_step(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let case = desk.case();
    let left = case.lines.iter().filter(|line| line.review.is_none()).count();
    if left > 0 {
        return view! { <p>{w.lines_left(left)}</p> }.into_any();
    }
    let wanting: Vec<&CaseLine> = case.lines.iter().filter(|line| line.wants_more()).collect();
    let rounds = desk.here.portal.settings().review.supplement_rounds;
    if wanting.is_empty() {
        return view! {
            <p>{w.ready_for_outcome()}</p>
            <p><a class="button" href=format!("{}#propose", routes::review_outcome(case.id)) data-shortcut="o">{w.to_propose()}<KeyHint keys="O"/></a></p>
        }
        .into_any();
    }
    if case.rounds >= rounds {
        return view! {
            <Notice kind=Kind::Attention title=w.no_round_left(rounds)><p>{w.no_round_left_about()}</p></Notice>
        }
        .into_any();
    }
    let titles: Vec<String> =
        wanting.iter().filter_map(|line| Some(desk.view.checklist(line.line)?.title.to_string())).collect();
    let until = desk.here.day_in(desk.here.portal.settings().clocks.supplement);
    let (id, round) = (case.id.to_string(), case.rounds + 1);
    view! {
        <Form action=AskMore::url() state=state_of("more")>
            <FormName name="more"/>
            <Hidden name="case" value=id/>
            <p>{w.more_lines(titles.len())}</p>
            <ul class="plain-list">{titles.into_iter().map(|title| view! { <li>{title}</li> }).collect_view()}</ul>
            <SubmitBar label=w.ask_more(round, rounds) effect=w.ask_more_effect(&until)/>
        </Form>
    }
    .into_any()
}

/// Proposing a site visit; only reasons that the facts bear are offered.
fn on_site(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let case = desk.case();
    if !offers_on_site(desk) {
        return ().into_any();
    }
    let rounds = desk.here.portal.settings().review.supplement_rounds;
    let bears = |reason: &OnSiteReason| case.bears(*reason, rounds, desk.here.now);
    let reasons: Vec<Choice> = OnSiteReason::ALL
        .into_iter()
        .filter(bears)
        .map(|reason| Choice::new(word(&reason), w.on_site_reason(reason)))
        .collect();
    let exhausted = case.bears(OnSiteReason::InsufficientAfterRounds, rounds, desk.here.now);
    let state = state_of("on_site");
    let open = exhausted || !state.errors.is_empty();
    let value = exhausted.then(|| word(&OnSiteReason::InsufficientAfterRounds));
    let id = case.id.to_string();
    view! {
        <Fold title=w.propose_on_site() open=open>
            <Form action=ProposeOnSite::url() state=state>
                <FormName name="on_site"/>
                <Hidden name="case" value=id/>
                <RadioGroup name="on_site_reason" label=w.on_site_reason_label() hint=w.on_site_reason_hint() value=value options=reasons/>
                <TextArea name="on_site_note" label=w.on_site_note() hint=w.on_site_note_hint() rows=3/>
                <SubmitBar label=w.propose_on_site() effect=w.propose_on_site_effect()/>
            </Form>
        </Fold>
    }
    .into_any()
}

/// A proposed site visit, for the approver to decide and for everybody to see.
fn on_site_proposed(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let CaseState::OnSiteProposed { reason, note, by, at, .. } = &desk.case().state else { return ().into_any() };
    let own = *by == desk.here.actor.account;
    let decide = match (desk.here.may(Action::ApproveOnSite), own) {
        (true, false) => {
            let case = desk.case().id.to_string();
            let approved = vec![("case", case.clone())];
            let state = state_of("decline");
            let open = !state.errors.is_empty();
            view! {
                <p class="submit-effect">{w.approve_on_site_effect()}</p>
                <PostButton action=ApproveOnSite::url() label=w.approve_on_site() fields=approved class="button-grave"/>
                <Fold title=w.decline_on_site() open=open>
                    <Form action=DeclineOnSite::url() state=state>
                        <FormName name="decline"/>
                        <Hidden name="case" value=case/>
                        <TextArea name="decline_reason" label=w.decline_reason() hint=w.disagree_hint() rows=3/>
                        <p class="submit-effect">{w.decline_on_site_effect()}</p>
                        <p><button type="submit" class="button button-second">{w.decline_on_site()}</button></p>
                    </Form>
                </Fold>
            }
            .into_any()
        }
        (true, true) => view! { <p>{w.on_site_own_proposal()}</p> }.into_any(),
        (false, _) => view! { <p>{w.on_site_waits()}</p> }.into_any(),
    };
    let person = desk.person(*by);
    view! {
        <DefinitionList rows=vec![
            Row::new(w.on_site_reason_label(), w.on_site_reason(*reason)),
            Row::new(w.on_site_note(), note.to_string()),
            Row::new(w.proposed_by(), view! { {person}" · "<Moment at=*at/> }),
        ]/>
        {decide}
    }
    .into_any()
}

fn converted(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let CaseState::ConvertedOnSite { reason, note, proposer, approver, at } = &desk.case().state else {
        return ().into_any();
    };
    let (proposer, approver) = (desk.person(*proposer), desk.person(*approver));
    view! {
        <DefinitionList rows=vec![
            Row::new(w.on_site_reason_label(), w.on_site_reason(*reason)),
            Row::new(w.on_site_note(), note.to_string()),
            Row::new(w.proposed_by(), proposer),
            Row::new(w.approved_by(), view! { {approver}" · "<Moment at=*at/> }),
        ]/>
        <p>{w.converted_about()}</p>
        <p><a href=routes::review_outcome(desk.case().id)>{w.to_documents()}</a></p>
    }
    .into_any()
}
