//! What happened to a record, in words.

use domain::time::Timestamp;
use domain::{
    case::{LineVerdict, OnSiteReason, Outcome},
    finding::Finding,
    first_violation::Category,
};
use leptos::prelude::*;
use portal::{services::cases::CaseView, store::AuditEntry};

use crate::{api::review_fields::from_word, components::*, wording::Wording};

/// Filling in and sending files are many small steps; the auditors' trail has
/// them all, the timeline leaves them out.
const SMALL: [&str; 4] = ["case.answer", "evidence.code", "evidence.receive", "evidence.remove"];

/// The history of a case, the latest first.
pub(super) fn of_case(w: Wording, view: &CaseView, entries: &[AuditEntry]) -> Vec<Happening> {
    entries
        .iter()
        .filter(|entry| !SMALL.contains(&entry.event.action.as_str()))
        .map(|entry| happening(w, entry, |line| title_of(view, line)))
        .collect()
}

/// What of a case's history is about one finding.
pub(super) fn of_finding(w: Wording, finding: &Finding, entries: &[AuditEntry]) -> Vec<Happening> {
    let id = finding.id.to_string();
    entries
        .iter()
        .filter(|entry| entry.event.detail.get("finding").and_then(|of| of.as_str()) == Some(id.as_str()))
        .map(|entry| happening(w, entry, |_| None))
        .collect()
}

fn happening(w: Wording, entry: &AuditEntry, line: impl Fn(&str) -> Option<String>) -> Happening {
    let event = &entry.event;
    let text = |name: &str| event.detail.get(name).and_then(|value| value.as_str());
    let mut notes: Vec<String> = Vec::new();
    notes.extend(text("line").and_then(line));
    notes.extend(text("verdict").and_then(from_word::<LineVerdict>).map(|verdict| w.line_verdict(verdict).to_owned()));
    let spared = text("spared").and_then(from_word::<Category>);
    let outcome = text("outcome").and_then(from_word::<Outcome>);
    notes.extend(outcome.map(|outcome| w.outcome_under(outcome, spared).to_owned()));
    notes.extend(
        event
            .detail
            .get("round")
            .and_then(serde_json::Value::as_u64)
            .and_then(|round| w.round_of(&event.action, round)),
    );
    // A reason is a sentence of a person, or a word of ours.
    notes.extend(text("reason").map(|reason| match from_word::<OnSiteReason>(reason) {
        Some(reason) => w.on_site_reason(reason).to_owned(),
        None => reason.to_owned(),
    }));
    notes.extend(text("note").map(str::to_owned));
    notes.extend(text("document").map(str::to_owned));
    let by = event.name.clone().unwrap_or_else(|| w.by_the_portal().to_owned());
    let happening = Happening::new(entry.event.at, w.action_done(&event.action)).by(by);
    if notes.is_empty() { happening } else { happening.note(notes.join(w.pick("；", "; "))) }
}

/// What happens on a desk without proposing anything anew.
const ON_THE_DESK: [&str; 4] = ["case.take", "case.take_over", "case.release", "case.review_line"];

/// That a proposal was not agreed to.
pub(super) struct SentBack {
    by: String,
    at: Timestamp,
    reason: String,
    on_site: bool,
}

/// Whether the last proposal came back, so that the officer sees why. The entries
/// come the latest first.
pub(super) fn sent_back(entries: &[AuditEntry]) -> Option<SentBack> {
    let last = entries.iter().map(|entry| &entry.event).find(|event| !ON_THE_DESK.contains(&event.action.as_str()))?;
    let on_site = match last.action.as_str() {
        "case.disagree" => false,
        "case.decline_on_site" => true,
        _ => return None,
    };
    let reason = last.detail.get("reason").and_then(|reason| reason.as_str()).unwrap_or_default().to_owned();
    Some(SentBack { by: last.name.clone().unwrap_or_default(), at: last.at, reason, on_site })
}

impl SentBack {
    /// As the officer reads it.
    pub(super) fn shown(&self, w: Wording) -> AnyView {
        let title = if self.on_site { w.on_site_was_declined(&self.by) } else { w.proposal_sent_back(&self.by) };
        let (at, reason) = (self.at, self.reason.clone());
        view! {
            <Notice kind=Kind::Attention title=title>
                <p>{reason}</p>
                <p class="beside"><Moment at=at/></p>
            </Notice>
        }
        .into_any()
    }
}

fn title_of(view: &CaseView, line: &str) -> Option<String> {
    let id = line.parse().ok()?;
    view.checklist(id).map(|line| line.title.to_string())
}

/// The timeline, folded away until somebody asks.
#[component]
pub(super) fn History(
    /// The latest first.
    events: Vec<Happening>,
    /// The heading.
    #[prop(into)]
    title: String,
) -> impl IntoView {
    view! { <Fold title=title><Timeline events=events/></Fold> }
}
