//! The second officer: sees what was proposed, and confirms or disagrees.

use domain::{
    case::{CaseError, CaseState, Outcome},
    document::DocumentKind,
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{Bench, first};
use crate::{
    api::review_outcome::{ConfirmOutcome, DisagreeOutcome, UnproposeOutcome},
    components::*,
    error::AppError,
    pages::review::parts::{FormName, Hidden, state_of},
};

/// The proposal, and what the reader can do about it.
pub(super) async fn second(bench: &Bench) -> Result<(AnyView, AnyView), AppError> {
    let w = bench.here.w;
    let CaseState::Proposed { outcome, by, at, note, .. } = &bench.view.case.state else {
        return Ok((().into_any(), ().into_any()));
    };
    let (outcome, own) = (*outcome, *by == bench.here.actor.account);
    let draft = match outcome {
        Outcome::FirstViolation => {
            bench.here.portal.first_violations().draft(&bench.here.actor, bench.view.case.id).await?
        }
        _ => None,
    };
    let conditions = draft.as_ref().map(|draft| {
        let answered = first::answered(bench, draft);
        view! { <Group title=w.first_title()>{answered}</Group> }
    });
    let (at, visits) = (*at, bench.visits.len());
    let note = note.as_ref().map_or_else(|| w.none_given().to_owned(), ToString::to_string);
    let person = bench.person(*by);
    let spared = draft.as_ref().map(|draft| draft.entry.entry.category);
    let kind = spared.map_or_else(|| DocumentKind::of_outcome(outcome), DocumentKind::of_category);
    let (document, named) = (w.document_kind(kind), w.outcome_under(outcome, spared));
    let notice = own.then(|| proposer(bench));
    let action = match (own, bench.here.may(Action::ConfirmOutcome), bench.here.certified()) {
        (true, ..) => ().into_any(),
        (false, true, true) => confirm(bench, outcome),
        (false, true, false) => {
            let about = w.fault_case(&CaseError::NoCertificate);
            view! { <Notice kind=Kind::Attention title=w.desk_no_certificate()><p>{about}</p></Notice> }.into_any()
        }
        (false, false, _) => view! { <Notice title=w.outcome_waits_for_second()/> }.into_any(),
    };
    let proposal = view! {
        {notice}
        <Group title=w.proposed_title()>
            <DefinitionList rows=vec![
                Row::new(w.proposed_outcome(), view! { <StateBadge kind=outcome word=named/> }),
                Row::new(w.proposed_by(), view! { {person}" · "<Moment at=at/> }),
                Row::new(w.outcome_note(), note),
                Row::new(w.outcome_document(), format!("《{document}》")),
                Row::new(w.outcome_duty(), w.outcome_duty_of(outcome)),
                Row::new(w.outcome_counts(), w.outcome_counts_of(outcome, visits)),
            ]/>
        </Group>
        {conditions}
    };
    Ok((proposal.into_any(), action))
}

/// The proposer cannot confirm, and is told why.
fn proposer(bench: &Bench) -> AnyView {
    let w = bench.here.w;
    let id = bench.view.case.id.to_string();
    view! {
        <Notice title=w.own_proposal()>
            <p>{w.own_proposal_about()}</p>
            <p><PostButton action=UnproposeOutcome::url() label=w.unpropose() fields=vec![("case", id)]/></p>
        </Notice>
    }
    .into_any()
}

fn confirm(bench: &Bench, outcome: Outcome) -> AnyView {
    let w = bench.here.w;
    let state = state_of("disagree");
    let open = !state.errors.is_empty();
    let id = bench.view.case.id.to_string();
    let id_confirm = id.clone();
    view! {
        <Group title=w.second_title() lead=w.second_about()>
            <Form action=ConfirmOutcome::url()>
                <Hidden name="case" value=id_confirm/>
                <SubmitBar label=w.confirm_outcome() effect=w.confirm_effect(outcome) grave=outcome == Outcome::FiledCase/>
            </Form>
            <Fold title=w.disagree() open=open>
                <Form action=DisagreeOutcome::url() state=state>
                    <FormName name="disagree"/>
                    <Hidden name="case" value=id/>
                    <TextArea name="disagree_reason" label=w.disagree_reason() hint=w.disagree_hint() rows=3/>
                    <div class="submit-bar"><div class="submit-buttons">
                        <button type="submit" class="button button-second">{w.disagree()}</button>
                    </div></div>
                </Form>
            </Fold>
        </Group>
    }
    .into_any()
}
