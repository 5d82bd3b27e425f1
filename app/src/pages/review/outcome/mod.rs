//! The outcome of a case: proposed, confirmed, told.

mod decided;
mod first;
mod propose;
mod second;

use domain::{
    case::{CaseStage, CaseState, Outcome},
    ids::CaseId,
    policy::Action,
    visit_ledger::{DueVisit, LedgerEntry},
};
use leptos::prelude::*;
use portal::services::cases::CaseView;

use super::{
    desk,
    history::{self, History},
    parts::{Here, left_over, param, query},
    queue,
};
use crate::{components::*, error::AppError, islands::Shortcuts, pages::AsyncPage, routes};

/// A case with what its outcome is judged by.
pub(super) struct Bench {
    here: Here,
    view: CaseView,
    /// The visits it stands in for, each with its entry in the ledger.
    visits: Vec<(DueVisit, Option<LedgerEntry>)>,
    /// The outcome that is being proposed: a word in the address.
    outcome: String,
    /// The list entry that is being proposed: an id in the address.
    entry: String,
}

impl Bench {
    fn person(&self, account: domain::ids::AccountId) -> String {
        if account == self.here.actor.account {
            return self.here.w.myself().to_owned();
        }
        self.view.name(account).map(ToString::to_string).unwrap_or_default()
    }
}

/// The outcome of one case.
#[component]
pub(super) fn OutcomePage() -> impl IntoView {
    let (id, outcome, entry) = (param::<CaseId>(), query("outcome"), query("entry"));
    view! { <AsyncPage load=move || load(id, outcome, entry)/> }
}

async fn load(id: Result<CaseId, AppError>, outcome: String, entry: String) -> Result<AnyView, AppError> {
    let here = Here::get()?;
    let id = id?;
    let view = here.portal.cases().get(&here.actor, id).await?;
    let visits = here.portal.ledgers().of_case(&here.actor, id).await?;
    let entries = here.portal.cases().history(&here.actor, id).await?;
    let w = here.w;
    let events = history::of_case(w, &view, &entries);
    let bench = Bench { here, view, visits, outcome, entry };
    let me = bench.here.actor.account;
    let mut action = None;
    let body = match &bench.view.case.state {
        CaseState::InReview { officer, .. } if *officer == me && bench.here.may(Action::ReviewCase) => {
            propose::propose(&bench).await?
        }
        CaseState::Proposed { .. } => {
            // Signed below, after everything that is to be checked.
            let (proposal, sign) = second::second(&bench).await?;
            action = Some(sign);
            proposal
        }
        CaseState::Decided { .. } | CaseState::Closed { .. } | CaseState::ConvertedOnSite { .. } => {
            decided::decided(&bench)
        }
        _ => not_yet(&bench),
    };
    let case = &bench.view.case;
    let proposes = matches!(&case.state, CaseState::InReview { officer, .. } if *officer == me);
    let confirms = matches!(&case.state, CaseState::Proposed { by, .. } if *by != me)
        && bench.here.may(Action::ConfirmOutcome)
        && bench.here.certified();
    let asked = propose::chosen(&bench);
    let shown = [
        ("propose", proposes && asked.is_some_and(|outcome| outcome != Outcome::FirstViolation)),
        ("first", proposes && asked == Some(Outcome::FirstViolation)),
        ("disagree", confirms),
    ];
    let texts = [("note", w.outcome_note()), ("reason", w.first_reason()), ("disagree_reason", w.disagree_reason())];
    let strays = left_over(w, &shown, &texts);
    let sent_back = if proposes { history::sent_back(&entries) } else { None };
    // Whoever has nothing to do here goes on with what is next.
    let next = if proposes || confirms { None } else { queue::next(&bench.here, Some(id)).await? };
    let (stage, due) = (case.stage(), case.due().map(|due| bench.here.due(due)));
    let summary =
        matches!(case.stage(), CaseStage::InReview | CaseStage::Proposed | CaseStage::Decided | CaseStage::Closed)
            .then(|| summary(&bench));
    Ok(view! {
        <Page title=w.outcome_title(bench.view.enterprise.name.as_str()) over=case.number.to_string()
            back=routes::review_case(case.id) back_label=w.to_desk() wide=true>
            {strays}
            <p class="actions-line">
                <StateBadge kind=stage word=w.case_stage(stage)/>
                {due.map(|due| view! { <DueBadge due=due/> })}
            </p>
            {next.map(|next| next.link(w))}
            {sent_back.map(|sent_back| sent_back.shown(w))}
            {body}
            {summary}
            {action}
            <History events=events title=w.desk_history()/>
            <Shortcuts/>
        </Page>
    }
    .into_any())
}

/// Nothing to decide now, and why.
fn not_yet(bench: &Bench) -> AnyView {
    let w = bench.here.w;
    let case = &bench.view.case;
    let title = match &case.state {
        CaseState::InReview { officer, .. } => w.outcome_with(&bench.person(*officer)),
        _ => w.outcome_not_yet().to_owned(),
    };
    let documents = (!bench.view.documents.is_empty()).then(|| decided::documents(bench));
    let desk = routes::review_case(case.id);
    view! {
        <Notice title=title><p>{w.outcome_not_yet_about()}" "<a href=desk>{w.to_desk()}</a></p></Notice>
        {documents}
    }
    .into_any()
}

/// What the review found: every line with its verdict, and the problems in full.
fn summary(bench: &Bench) -> AnyView {
    let w = bench.here.w;
    let case = &bench.view.case;
    let rows: Vec<Vec<AnyView>> = case
        .lines
        .iter()
        .map(|line| {
            let title = bench.view.checklist(line.line).map(|spec| spec.title.to_string()).unwrap_or_default();
            let answer = line.answer.map_or(w.not_answered(), |answer| w.answer_of_enterprise(answer));
            let verdict = match &line.review {
                Some(review) => {
                    view! { <StateBadge kind=review.verdict word=w.line_verdict(review.verdict)/> }.into_any()
                }
                None => view! { <StateBadge kind=Kind::Neutral word=w.line_unreviewed()/> }.into_any(),
            };
            let reported =
                line.self_disclosed_at.map(|_| view! { " "<StateBadge kind=Kind::Waiting word=w.self_reported()/> });
            let reason = line.review.as_ref().and_then(|review| review.reason.as_ref()).map(ToString::to_string);
            vec![
                cell(view! { <a href=routes::review_line(case.id, line.line)>{title}</a> }),
                cell(view! { {answer}{reported} }),
                cell(verdict),
                cell(reason),
            ]
        })
        .collect();
    let problems = case.problems().map(|(line, problem)| {
        let title = bench.view.checklist(line.line).map(|spec| spec.title.to_string()).unwrap_or_default();
        let shown = desk::problem_shown(w, problem, &bench.view.evidence);
        view! { <Card title=title>{shown}</Card> }
    });
    let problems = problems.collect_view();
    view! {
        <Group title=w.review_summary()>
            <DataTable caption=w.review_summary() caption_unseen=true dense=true rows=rows columns=vec![
                Column::text(w.line_column()), Column::text(w.enterprise_says()), Column::text(w.line_decision()), Column::text(w.verdict_reason()),
            ]/>
            {problems}
        </Group>
    }
    .into_any()
}
