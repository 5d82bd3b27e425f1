//! Applications: every state × every event.

mod common;

use common::*;
use domain::{
    eligibility::{Assessment, Qualification},
    enrolment::{
        AppliedItem, Commitment, Ending, Enrolment, EnrolmentError, EnrolmentEvent, EnrolmentStage, EnrolmentState,
    },
    ids::{EnrolmentId, ItemId},
    time::Timestamp,
};
use proptest::prelude::*;
use time::{Date, macros::date};
use uuid::Uuid;

fn applied(qualification: Qualification) -> AppliedItem {
    AppliedItem {
        item: ITEM,
        version: 1,
        assessment: Assessment { qualification, lines: Vec::new() },
        next_round: None,
    }
}

fn commitment() -> Commitment {
    Commitment { by: zhang_hua().account, at: now(), wording: 1 }
}

fn enrolment(state: EnrolmentState) -> Enrolment {
    Enrolment {
        id: EnrolmentId(Uuid::from_u128(1)),
        enterprise: ENTERPRISE,
        agency: AGENCY,
        items: vec![applied(Qualification::Qualifies)],
        created_at: now(),
        next_round: None,
        state,
    }
}

const VALID_TO: Date = date!(2027 - 11 - 23);

fn states() -> [EnrolmentState; 7] {
    let (at, by) = (now(), li_na().account);
    [
        EnrolmentState::Draft,
        EnrolmentState::Submitted { at, due: at.plus_days(14), commitment: commitment(), answer: None },
        EnrolmentState::Returned { at, by, missing: vec![note("营业执照")] },
        EnrolmentState::Refused { at, by, reason: note("行业不适用。") },
        EnrolmentState::Active { at, by, valid_to: VALID_TO },
        EnrolmentState::Suspended { at, by, reason: note("被投诉。"), valid_to: VALID_TO },
        EnrolmentState::Ended { at, why: Ending::Withdrawn },
    ]
}

fn submit(answer: Option<&str>) -> EnrolmentEvent {
    EnrolmentEvent::Submit { due: now().plus_days(14), commitment: commitment(), answer: answer.map(note) }
}

fn end(why: Ending) -> EnrolmentEvent {
    EnrolmentEvent::End { why }
}

fn revoked() -> Ending {
    Ending::Revoked { reason: note("提交虚假材料。") }
}

/// Each event with what it leads to from draft, submitted, returned, refused,
/// active, suspended, ended; `None` is "not now". The day is the first after the
/// validity of the active and the suspended one.
#[test]
fn every_event_in_every_state() {
    use EnrolmentStage::{Active, Ended, Refused, Returned, Submitted, Suspended};
    let by = li_na().account;
    let (s, e) = (Some(Submitted), Some(Ended));
    let table: [(EnrolmentEvent, [Option<EnrolmentStage>; 7]); 9] = [
        (submit(Some("已补充。")), [s, None, s, s, None, None, None]),
        (EnrolmentEvent::Accept { by, valid_months: 12 }, [None, Some(Active), None, None, None, None, None]),
        (
            EnrolmentEvent::Return { by, missing: vec![note("平面图")] },
            [None, Some(Returned), None, None, None, None, None],
        ),
        (EnrolmentEvent::Refuse { by, reason: note("不符合。") }, [None, Some(Refused), None, None, None, None, None]),
        (
            EnrolmentEvent::Suspend { by, reason: note("被投诉。") },
            [None, None, None, None, Some(Suspended), None, None],
        ),
        // What has run out cannot run again; see the test below for what has not.
        (EnrolmentEvent::Resume { by }, [None; 7]),
        (end(Ending::Expired), [None, None, None, None, e, e, None]),
        (end(Ending::Withdrawn), [e, e, e, e, e, e, None]),
        (end(revoked()), [None, None, None, None, e, e, None]),
    ];
    let later = Timestamp::end_of(VALID_TO);
    let later = Timestamp(later.0 + 1);
    for (event, row) in table {
        for (state, expected) in states().into_iter().zip(row) {
            let mut one = enrolment(state);
            let before = one.clone();
            let stage = one.stage();
            match (one.apply(event.clone(), later), expected) {
                (Ok(()), Some(expected)) => assert_eq!(one.stage(), expected, "{event:?} while {stage:?}"),
                (Err(error), None) => {
                    assert_eq!(error, EnrolmentError::NotNow { stage }, "{event:?}");
                    assert_eq!(one, before);
                }
                (result, expected) => panic!("{event:?} while {stage:?}: {result:?}, not {expected:?}"),
            }
        }
    }
}

#[test]
fn a_suspended_enrolment_runs_again_until_its_last_day() {
    let [.., suspended, _] = states();
    let mut one = enrolment(suspended);
    one.apply(EnrolmentEvent::Resume { by: li_na().account }, Timestamp::end_of(VALID_TO)).unwrap();
    assert_eq!(one.stage(), EnrolmentStage::Active);
}

#[test]
fn what_is_sent_names_an_item_and_none_that_does_not_qualify() {
    use Qualification::{DoesNotQualify, NeedsReview, Qualifies};
    let with = |items: &[Qualification]| {
        let mut one = enrolment(EnrolmentState::Draft);
        one.items = items.iter().copied().map(applied).collect();
        let before = one.clone();
        let result = one.apply(submit(None), now());
        assert!(result.is_ok() || one == before);
        result
    };
    assert_eq!(with(&[]), Err(EnrolmentError::NoItem));
    assert_eq!(with(&[Qualifies, DoesNotQualify]), Err(EnrolmentError::DoesNotQualify { position: 2 }));
    assert_eq!(with(&[NeedsReview, Qualifies]), Ok(()), "what nobody has on record the agency finds out");
}

#[test]
fn a_refusal_is_answered_before_it_is_sent_again() {
    let [draft, _, returned, refused, ..] = states();
    assert_eq!(enrolment(refused).apply(submit(None), now()), Err(EnrolmentError::NoAnswer));
    for state in [draft, returned] {
        assert_eq!(enrolment(state).apply(submit(None), now()), Ok(()));
    }
}

#[test]
fn a_return_names_what_is_missing() {
    let [_, submitted, ..] = states();
    let by = li_na().account;
    let result = enrolment(submitted).apply(EnrolmentEvent::Return { by, missing: Vec::new() }, now());
    assert_eq!(result, Err(EnrolmentError::NothingMissing));
}

#[test]
fn an_enrolment_is_in_force_to_the_end_of_its_last_day() {
    let [_, submitted, ..] = states();
    let mut one = enrolment(submitted);
    one.apply(EnrolmentEvent::Accept { by: li_na().account, valid_months: 12 }, now()).unwrap();
    assert!(one.in_force_on(TODAY) && one.in_force_on(VALID_TO) && !one.in_force_on(VALID_TO.next_day().unwrap()));
    let last = Timestamp::end_of(VALID_TO);
    assert_eq!(one.apply(end(Ending::Expired), last), Err(EnrolmentError::NotExpired));
    assert_eq!(one.apply(end(Ending::Expired), Timestamp(last.0 + 1)), Ok(()));
}

#[test]
fn only_an_active_enrolment_is_in_force_and_only_an_unsent_one_can_be_changed() {
    use EnrolmentStage as S;
    for one in states().map(enrolment) {
        assert_eq!(one.in_force_on(TODAY), one.stage() == S::Active);
        assert_eq!(one.is_editable(), matches!(one.stage(), S::Draft | S::Returned | S::Refused));
        assert_eq!(one.due().is_some(), one.stage() == S::Submitted);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Enrolment>(&json).unwrap(), one);
    }
}

#[test]
fn the_first_round_begins_with_the_acceptance_and_the_next_when_its_months_are_over() {
    let [_, submitted, ..] = states();
    let mut one = enrolment(submitted);
    assert!(!one.round_is_due(now()), "nobody checks before being accepted");
    one.apply(EnrolmentEvent::Accept { by: li_na().account, valid_months: 12 }, now()).unwrap();
    assert!(one.round_is_due(now()));
    one.round_began(&[(ITEM, 6)], now());
    let next = Timestamp::start_of(date!(2027 - 05 - 23));
    assert!(!one.round_is_due(Timestamp(next.0 - 1)) && one.round_is_due(next));
    assert!(one.round_is_due(Timestamp::end_of(VALID_TO)), "to the last day it is valid");
    assert!(!one.round_is_due(Timestamp(Timestamp::end_of(VALID_TO).0 + 1)));
    one.apply(EnrolmentEvent::Suspend { by: li_na().account, reason: note("核查。") }, next).unwrap();
    assert!(!one.round_is_due(next), "what is suspended asks for nothing");
}

proptest! {
    #[test]
    fn a_pause_neither_lengthens_nor_shortens_the_validity(days in 0_i64..300, pauses in 0_usize..6) {
        let [_, _, _, _, active, ..] = states();
        let mut one = enrolment(active);
        let by = li_na().account;
        for _ in 0..pauses {
            one.apply(EnrolmentEvent::Suspend { by, reason: note("核查。") }, now().plus_days(days)).unwrap();
            prop_assert!(!one.in_force_on(TODAY));
            one.apply(EnrolmentEvent::Resume { by }, now().plus_days(days + 1)).unwrap();
        }
        let kept = matches!(one.state, EnrolmentState::Active { valid_to, .. } if valid_to == VALID_TO);
        prop_assert!(kept);
    }
}

/// What counts is how it stands on the day of acceptance, too.
#[test]
fn what_qualifies_no_longer_is_not_accepted() {
    let [_, submitted, ..] = states();
    for qualification in [Qualification::Qualifies, Qualification::NeedsReview, Qualification::DoesNotQualify] {
        let mut one = enrolment(submitted.clone());
        one.items.push(applied(qualification));
        let before = one.clone();
        let result = one.apply(EnrolmentEvent::Accept { by: li_na().account, valid_months: 12 }, now());
        if qualification == Qualification::DoesNotQualify {
            assert_eq!(result, Err(EnrolmentError::NoLongerQualifies { position: 2 }));
            assert_eq!(one, before);
        } else {
            assert_eq!(result, Ok(()), "what is not on record is for the agency to find out");
        }
    }
}

#[test]
fn each_item_has_its_own_interval_and_what_is_due_at_nearly_the_same_time_begins_together() {
    let [_, _, _, _, active, ..] = states();
    let (half, year, odd) = (ITEM, ItemId(Uuid::from_u128(0x21)), ItemId(Uuid::from_u128(0x22)));
    let mut one = enrolment(active);
    one.items = [half, year, odd].map(|item| AppliedItem { item, ..applied(Qualification::Qualifies) }).to_vec();
    one.next_round = Some(now());
    assert_eq!(one.items_due(14, now()), [half, year, odd], "at first everything");
    one.round_began(&[(half, 6), (year, 12), (odd, 7)], now());
    let at = |date| Timestamp::start_of(date);
    assert_eq!(one.next_round, Some(at(date!(2027 - 05 - 23))));
    assert_eq!(one.items_due(14, Timestamp(at(date!(2027 - 05 - 23)).0 - 1)), []);
    assert_eq!(one.items_due(14, at(date!(2027 - 05 - 23))), [half]);
    assert_eq!(one.items_due(31, at(date!(2027 - 05 - 23))), [half, odd], "a month is nearly the same time here");
    one.round_began(&[(half, 6)], at(date!(2027 - 05 - 23)));
    assert_eq!(one.next_round, Some(at(date!(2027 - 06 - 23))));
    assert_eq!(one.items_due(14, at(date!(2027 - 06 - 23))), [odd]);
    // A row from before items had dates of their own asks for everything once more.
    let mut json = serde_json::to_value(&one).unwrap();
    for item in json["items"].as_array_mut().unwrap() {
        item.as_object_mut().unwrap().remove("next_round");
    }
    let old: Enrolment = serde_json::from_value(json).unwrap();
    assert_eq!(old.items_due(14, at(date!(2027 - 06 - 23))), [half, year, odd]);
}
