//! After the decision: documents, findings, and what the ledger says.

use domain::{
    case::{CaseState, Decision},
    visit_ledger::{DueVisit, DueVisitState, EntryState, LedgerEntry},
};
use leptos::prelude::*;

use super::Bench;
use crate::{components::*, format, routes};

pub(super) fn decided(bench: &Bench) -> AnyView {
    let head = match &bench.view.case.state {
        CaseState::Decided { decision } | CaseState::Closed { decision, .. } => decision_of(bench, decision),
        CaseState::ConvertedOnSite { .. } => {
            let w = bench.here.w;
            view! { <Notice title=w.case_stage(bench.view.case.stage())><p>{w.converted_about()}</p></Notice> }
                .into_any()
        }
        _ => ().into_any(),
    };
    view! { {head}{documents(bench)}{findings(bench)}{ledger(bench)} }.into_any()
}

fn decision_of(bench: &Bench, decision: &Decision) -> AnyView {
    let w = bench.here.w;
    let first = bench.view.first_violation.as_ref();
    let outcome = w.outcome_under(decision.outcome, first.map(|first| first.entry.category));
    let first = first.map(|first| Row::new(outcome, w.first_violation_state(&first.state)));
    let closed = match &bench.view.case.state {
        CaseState::Closed { at, .. } => Some(Row::new(w.closed_at(), view! { <Moment at=*at/> })),
        _ => None,
    };
    let mut rows = vec![
        Row::new(w.decided_outcome(), view! { <StateBadge kind=decision.outcome word=outcome/> }),
        Row::new(w.proposed_by(), bench.person(decision.proposer)),
        Row::new(w.confirmed_by(), bench.person(decision.confirmer)),
        Row::new(w.decided_at(), view! { <Moment at=decision.at/> }),
    ];
    rows.extend(closed);
    rows.extend(first);
    view! { <Group title=w.decided_title()><DefinitionList rows=rows/></Group> }.into_any()
}

pub(super) fn documents(bench: &Bench) -> AnyView {
    let w = bench.here.w;
    let rows: Vec<Vec<AnyView>> = bench
        .view
        .documents
        .iter()
        .map(|document| {
            vec![
                cell(view! { <a href=routes::document(document.id)>{format!("《{}》", w.document_kind(document.kind))}</a> }),
                cell(document.number.to_string()),
                cell(view! { <Moment at=document.issued_at/> }),
            ]
        })
        .collect();
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <Group title=w.outcome_documents()>
            <DataTable caption=w.outcome_documents() caption_unseen=true dense=true rows=rows columns=vec![
                Column::text(w.document_column()), Column::text(w.document_number_column()), Column::text(w.issued_at_column()),
            ]/>
        </Group>
    }
    .into_any()
}

fn findings(bench: &Bench) -> AnyView {
    let w = bench.here.w;
    if bench.view.findings.is_empty() {
        return ().into_any();
    }
    let tasks = bench.view.findings.iter().map(|finding| {
        let title = bench.view.checklist(finding.line).map(|line| line.title.to_string()).unwrap_or_default();
        let due = finding.due().map(|due| bench.here.due(due));
        view! {
            <Task title=title href=routes::review_finding(finding.id) kind=finding.stage() word=w.finding_stage(finding.stage())
                hint=finding.problem.fact.to_string() due=due/>
        }
    });
    let tasks = tasks.collect_view();
    view! { <TaskList title=w.outcome_findings()>{tasks}</TaskList> }.into_any()
}

/// What the case does to the ledger of visits avoided.
fn ledger(bench: &Bench) -> AnyView {
    let w = bench.here.w;
    let content = if bench.visits.is_empty() {
        view! { <p>{w.ledger_nothing_due()}</p> }.into_any()
    } else {
        let rows = bench.visits.iter().map(|(due, entry)| visit(bench, due, entry.as_ref())).collect::<Vec<_>>();
        view! {
            <DataTable caption=w.outcome_ledger() caption_unseen=true dense=true rows=rows columns=vec![
                Column::text(w.visit_column()), Column::text(w.visit_until()), Column::text(w.ledger_effect()),
            ]/>
        }
        .into_any()
    };
    view! { <Group title=w.outcome_ledger()>{content}</Group> }.into_any()
}

fn visit(bench: &Bench, due: &DueVisit, entry: Option<&LedgerEntry>) -> Vec<AnyView> {
    let w = bench.here.w;
    let effect = match entry {
        Some(entry) => {
            let until = match entry.state {
                EntryState::Claimed { confirm_after } => Some(w.quiet_runs_until(&format::day(w.0, confirm_after.date()))),
                _ => None,
            };
            view! {
                <a href=routes::ledger_entry(entry.id)><StateBadge kind=entry.stage() word=w.entry_stage(entry.stage())/></a>
                {until.map(|until| view! { <p class="beside">{until}</p> })}
            }
            .into_any()
        }
        // Without an entry the visit says where it stands.
        None => view! {
            <StateBadge kind=Kind::Neutral word=w.due_visit_state(&due.state)/>
            {matches!(due.state, DueVisitState::Covered { .. }).then(|| view! { <p class="beside">{w.ledger_not_claimed()}</p> })}
        }
        .into_any(),
    };
    vec![
        cell(view! { {w.due_reason(due.reason)}<p class="beside">{due.reference.to_string()}</p> }),
        cell(view! { <Day date=due.until/> }),
        cell(effect),
    ]
}
