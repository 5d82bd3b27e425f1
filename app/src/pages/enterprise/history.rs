//! What has happened to a case, from the audit trail, in words.

use domain::case::CaseState;
use portal::{Portal, services::cases::CaseView, store::AuditEntry};

use super::due;
use crate::{
    components::{Happening, Kind},
    context::wording,
};

/// The events that mean something to the enterprise, and the one ahead; the
/// latest last, as a course of things is read.
pub(super) fn happenings(portal: &Portal, view: &CaseView, entries: &[AuditEntry]) -> Vec<Happening> {
    let w = wording();
    let mut events: Vec<Happening> = entries.iter().rev().filter_map(happening).collect();
    let ahead = match &view.case.state {
        CaseState::Open { due } => Some((w.event_ahead_submit(), *due)),
        CaseState::MoreEvidence { due, .. } => Some((w.event_ahead_more(), *due)),
        CaseState::Submitted { due, .. } | CaseState::InReview { due, .. } | CaseState::Proposed { due, .. } => {
            Some((w.event_ahead_review(), *due))
        }
        _ => None,
    };
    events.extend(ahead.map(|(title, at)| Happening::ahead(title, due(portal, at).text)));
    events
}

fn happening(entry: &AuditEntry) -> Option<Happening> {
    let w = wording();
    let (title, kind) = match entry.event.action.as_str() {
        "case.begin" => (w.event_begin(), Kind::Done),
        "case.join" => (w.event_join(), Kind::Neutral),
        "case.submit" => (w.event_submit(), Kind::Done),
        "case.take" => (w.event_take(), Kind::Waiting),
        "case.take_over" => (w.event_take_over(), Kind::Waiting),
        "case.release" => (w.event_release(), Kind::Neutral),
        "case.ask_more" => (w.event_ask_more(), Kind::Attention),
        "case.go_on" => (w.event_go_on(), Kind::Waiting),
        "case.propose" => (w.event_propose(), Kind::Waiting),
        "case.disagree" | "case.unpropose" => (w.event_back_to_review(), Kind::Waiting),
        "case.confirm" => (w.event_confirm(), Kind::Done),
        "case.close" => (w.event_close(), Kind::Done),
        "case.withdraw" => (w.event_withdraw(), Kind::Neutral),
        "case.propose_on_site" => (w.event_on_site_proposed(), Kind::Attention),
        "case.approve_on_site" => (w.event_on_site_approved(), Kind::Attention),
        "case.decline_on_site" => (w.event_on_site_declined(), Kind::Neutral),
        "first_violation.promise" => (w.event_promise(), Kind::Done),
        "finding.resubmit" => (w.event_resubmit(), Kind::Done),
        "finding.send_back" => (w.event_sent_back(), Kind::Attention),
        "finding.verify" => (w.event_verify(), Kind::Done),
        "finding.transfer" => (w.event_transfer(), Kind::Problem),
        "finding.escalate" => (w.event_escalate(), Kind::Attention),
        // Single answers, files and lines are seen where they stand.
        _ => return None,
    };
    let by = entry.event.name.clone().unwrap_or_else(|| w.event_by_system().to_owned());
    Some(Happening::new(entry.event.at, title).by(by).kind(kind))
}
