//! Findings: every state × every event.

mod common;

use common::*;
use domain::{
    actor::Actor,
    finding::{Escalation, EscalationLevel, Finding, FindingError, FindingStage, FindingState},
    ids::{DocumentId, FindingId},
    time::Timestamp,
};
use uuid::Uuid;

fn finding(state: FindingState) -> Finding {
    Finding {
        id: FindingId(Uuid::from_u128(1)),
        case: CASE,
        enterprise: ENTERPRISE,
        agency: AGENCY,
        item: ITEM,
        line: line(1),
        problem: problem(),
        self_disclosed_at: None,
        document: DocumentId(Uuid::from_u128(2)),
        found_at: now(),
        state,
        escalation: None,
    }
}

fn due() -> Timestamp {
    now().plus_days(15)
}

fn states() -> [FindingState; 5] {
    let (at, by) = (now(), li_na().account);
    [
        FindingState::Guided { at, due: due() },
        FindingState::Resubmitted { at, note: note("已更换。"), in_time: true, due: due() },
        FindingState::Returned { at, by, reason: note("照片模糊。"), due: due(), late: false },
        FindingState::Verified { at, by, in_time: true, proved_at: Some(at) },
        FindingState::Transferred { at, by, reason: note("拒不改正。") },
    ]
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Resubmit,
    Verify,
    SendBack,
    Transfer,
}

fn apply(finding: &mut Finding, event: Event, by: &Actor) -> Result<(), FindingError> {
    match event {
        Event::Resubmit => finding.resubmit(note("已更换。"), 1, due(), now()),
        Event::Verify => finding.verify(by, now()),
        Event::SendBack => finding.send_back(by, note("照片模糊。"), due(), now()),
        Event::Transfer => finding.transfer(by, note("拒不改正。"), now()),
    }
}

/// Each event with what it leads to from guided, resubmitted, returned,
/// verified, transferred; `None` is "not now".
const TABLE: [(Event, [Option<FindingStage>; 5]); 4] = {
    use FindingStage::{Resubmitted, Returned, Transferred, Verified};
    [
        (Event::Resubmit, [Some(Resubmitted), None, Some(Resubmitted), None, None]),
        (Event::Verify, [None, Some(Verified), None, None, None]),
        (Event::SendBack, [None, Some(Returned), None, None, None]),
        (Event::Transfer, [Some(Transferred), Some(Transferred), Some(Transferred), None, None]),
    ]
};

#[test]
fn every_event_in_every_state() {
    for (event, row) in TABLE {
        for (state, expected) in states().into_iter().zip(row) {
            let mut one = finding(state);
            let before = one.clone();
            let stage = one.stage();
            let result = apply(&mut one, event, &li_na());
            if let Some(expected) = expected {
                assert_eq!((result, one.stage()), (Ok(()), expected), "{event:?} while {stage:?}");
            } else {
                assert_eq!(result, Err(FindingError::NotNow { stage }), "{event:?}");
                assert_eq!(one, before);
            }
        }
    }
}

#[test]
fn without_a_valid_certificate_nobody_judges_a_rectification() {
    for by in [zhao_min(), chen_jing(), liu_wei(), zhang_hua()] {
        for event in [Event::Verify, Event::SendBack, Event::Transfer] {
            let [_, resubmitted, ..] = states();
            let mut one = finding(resubmitted);
            let before = one.clone();
            assert_eq!(apply(&mut one, event, &by), Err(FindingError::NoCertificate));
            assert_eq!(one, before);
        }
    }
}

#[test]
fn proof_shows_the_state_afterwards() {
    for (state, waits) in states().into_iter().zip([true, false, true, false, false]) {
        let mut one = finding(state);
        assert_eq!(one.waits_for_enterprise(), waits);
        if waits {
            assert_eq!(one.resubmit(note("已更换。"), 0, due(), now()), Err(FindingError::NoProof));
        }
    }
}

#[test]
fn in_time_is_judged_by_the_term_of_the_proof_that_convinced() {
    let verified_in_time = |first: Timestamp, second: Option<Timestamp>| {
        let [guided, ..] = states();
        let mut one = finding(guided);
        one.resubmit(note("已更换。"), 1, first.plus_days(5), first).unwrap();
        if let Some(second) = second {
            one.send_back(&li_na(), note("照片模糊。"), first.plus_days(3), first).unwrap();
            one.resubmit(note("补拍。"), 1, second.plus_days(5), second).unwrap();
        }
        // However long the officer takes.
        one.verify(&li_na(), now().plus_days(300)).unwrap();
        let FindingState::Verified { in_time, .. } = one.state else { panic!("{one:?}") };
        in_time
    };
    let late = Timestamp(due().0 + 1);
    assert!(verified_in_time(due(), None), "the last instant is in time");
    assert!(!verified_in_time(late, None));
    assert!(verified_in_time(due(), Some(due().plus_days(3))));
    assert!(!verified_in_time(due(), Some(Timestamp(due().plus_days(3).0 + 1))));
    assert!(!verified_in_time(late, Some(late.plus_days(1))), "what was late is not made timely by being sent back");
}

/// A first violation is spared for what was proved by its own term, and a
/// send-back gives it no other.
#[test]
fn what_is_proved_is_proved_by_the_instant_it_was_sent() {
    let second = due().plus_days(2);
    let [guided, ..] = states();
    let mut one = finding(guided);
    one.resubmit(note("已更换。"), 1, due().plus_days(5), due()).unwrap();
    assert!(!one.proved_by(due()), "nobody has seen it yet");
    let mut at_once = one.clone();
    at_once.verify(&li_na(), now().plus_days(300)).unwrap();
    assert!(at_once.proved_by(due()) && !at_once.proved_by(Timestamp(due().0 - 1)));
    one.send_back(&li_na(), note("照片模糊。"), due().plus_days(3), due()).unwrap();
    one.resubmit(note("补拍。"), 1, due().plus_days(9), second).unwrap();
    one.verify(&li_na(), second).unwrap();
    assert!(matches!(one.state, FindingState::Verified { in_time: true, .. }), "within the time that was given");
    assert!(!one.proved_by(due()));
    for state in states() {
        let proved = matches!(state, FindingState::Verified { .. });
        assert_eq!(finding(state).proved_by(due()), proved);
    }
}

/// Rows from before lateness and the instant of the proof were kept.
#[test]
fn older_rows_can_be_read() {
    let older = |state: FindingState, field: &str| {
        let mut json = serde_json::to_value(finding(state)).unwrap();
        json["state"].as_object_mut().unwrap().remove(field).unwrap();
        serde_json::from_value::<Finding>(json).unwrap().state
    };
    let [_, _, returned, verified, _] = states();
    assert!(matches!(older(returned, "late"), FindingState::Returned { late: false, .. }));
    assert!(matches!(older(verified, "proved_at"), FindingState::Verified { proved_at: None, .. }));
}

#[test]
fn lateness_is_read_off_the_term_and_a_settled_finding_is_never_late() {
    for (state, settled) in states().into_iter().zip([false, false, false, true, true]) {
        let one = finding(state);
        assert_eq!(one.is_settled(), settled);
        assert_eq!(one.due(), (!settled).then(due));
        assert!(!one.is_overdue(due()));
        assert_eq!(one.is_overdue(Timestamp(due().0 + 1)), !settled);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Finding>(&json).unwrap(), one);
    }
}

#[test]
fn a_late_rectification_is_still_welcome() {
    let [guided, ..] = states();
    assert_eq!(finding(guided).resubmit(note("已更换。"), 1, due(), due().plus_days(100)), Ok(()));
}

#[test]
fn the_head_is_told_at_once_and_the_supervisor_when_patience_is_over() {
    let patience = |at: Timestamp| at.plus_days(5);
    let [guided, ..] = states();
    let mut one = finding(guided);
    let late = Timestamp(due().0 + 1);
    let tell = |one: &Finding, at| one.escalation_due(patience, at);
    assert_eq!(tell(&one, due()), None);
    assert_eq!(tell(&one, late), Some(EscalationLevel::Head));
    one.escalation = Some(Escalation { level: EscalationLevel::Head, at: late });
    assert_eq!(tell(&one, late), None, "nobody is told twice");
    assert_eq!(tell(&one, late.plus_days(5)), None);
    assert_eq!(tell(&one, Timestamp(late.plus_days(5).0 + 1)), Some(EscalationLevel::Supervisor));
    one.escalation = Some(Escalation { level: EscalationLevel::Supervisor, at: late.plus_days(6) });
    assert_eq!(tell(&one, late.plus_days(600)), None);
    one.escalation = None;
    one.resubmit(note("已更换。"), 1, late.plus_days(5), late).unwrap();
    assert_eq!(tell(&one, late.plus_days(5)), None, "who has acted is not reported");
}
