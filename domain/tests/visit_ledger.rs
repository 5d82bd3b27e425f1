//! Visits avoided: what counts, from when, and how it is taken back.

mod common;

use common::*;
use domain::{
    case::{Case, LineVerdict, Outcome},
    ids::{CaseId, DueVisitId, ItemId, LedgerEntryId},
    time::Timestamp,
    visit_ledger::{
        DueReason, DueVisit, DueVisitState, EntryStage, EntryState, ExtraGround, LedgerEntry, LedgerError, NotCounted,
        Reversal, claim, within_cap,
    },
};
use proptest::prelude::*;
use uuid::Uuid;

const ID: LedgerEntryId = LedgerEntryId(Uuid::from_u128(1));
const OTHER_ITEM: ItemId = ItemId(Uuid::from_u128(0x12));

fn due_visit() -> DueVisit {
    DueVisit {
        id: DUE_VISIT,
        enterprise: ENTERPRISE,
        agency: AGENCY,
        items: vec![ITEM],
        reason: DueReason::Plan,
        reference: note("2026 年度计划第 12 项"),
        until: TODAY,
        recorded_at: now(),
        ground: None,
        state: DueVisitState::Covered { case: CASE },
    }
}

/// A case that came to this.
fn decided(outcome: Outcome) -> Case {
    let first = if outcome.needs_problem() { LineVerdict::ProblemFound } else { LineVerdict::Accepted };
    let mut case = reviewed_case([first, LineVerdict::Accepted, LineVerdict::Accepted]);
    case.propose(&li_na(), outcome, None, true, now()).unwrap();
    case.confirm(&wang_qiang(), now()).unwrap();
    case
}

fn quiet() -> Timestamp {
    now().plus_days(90)
}

fn try_claim(case: &Case, due: &DueVisit, resolved: bool) -> Result<LedgerEntry, NotCounted> {
    claim(ID, case, due, resolved, 90, &[], quiet(), now())
}

fn entry() -> LedgerEntry {
    try_claim(&decided(Outcome::NoIssue), &due_visit(), true).unwrap()
}

#[test]
fn every_outcome_resolved_or_not() {
    for (outcome, while_open, once_resolved) in [
        (Outcome::NoIssue, None, None),
        (Outcome::Guidance, None, None),
        (Outcome::FirstViolation, Some(NotCounted::Unresolved), None),
        (Outcome::OrderToCorrect, Some(NotCounted::Outcome), Some(NotCounted::Outcome)),
        (Outcome::FiledCase, Some(NotCounted::Outcome), Some(NotCounted::Outcome)),
    ] {
        for (resolved, expected) in [(false, while_open), (true, once_resolved)] {
            assert_eq!(try_claim(&decided(outcome), &due_visit(), resolved).err(), expected, "{outcome:?} {resolved}");
        }
    }
}

#[test]
fn what_is_not_decided_avoids_nothing() {
    let mut proposed = reviewed_case([LineVerdict::Accepted; 3]);
    proposed.propose(&li_na(), Outcome::NoIssue, None, true, now()).unwrap();
    let mut withdrawn = sent_case();
    withdrawn.withdraw(note("改期。"), now()).unwrap();
    for case in [open_case(), sent_case(), case_on_desk(), proposed, withdrawn] {
        assert_eq!(try_claim(&case, &due_visit(), true).err(), Some(NotCounted::NotDecided));
    }
}

#[test]
fn only_the_visit_that_the_case_stands_in_for_counts() {
    let case = decided(Outcome::NoIssue);
    let mut voluntary = case.clone();
    voluntary.items[0].due_visit = None;
    assert_eq!(try_claim(&voluntary, &due_visit(), true).err(), Some(NotCounted::NothingDue));
    for mismatch in
        [DueVisit { enterprise: OTHER_ENTERPRISE, ..due_visit() }, DueVisit { agency: OTHER_AGENCY, ..due_visit() }]
    {
        assert_eq!(try_claim(&case, &mismatch, true).err(), Some(NotCounted::Mismatch));
    }
    for state in [
        DueVisitState::Open,
        DueVisitState::Covered { case: CaseId(Uuid::from_u128(9)) },
        DueVisitState::Avoided { case: CASE },
        DueVisitState::Visited { at: now() },
    ] {
        let due = DueVisit { state, ..due_visit() };
        assert_eq!(try_claim(&case, &due, true).err(), Some(NotCounted::DueVisitSettled));
    }
}

#[test]
fn a_visit_for_two_items_is_not_avoided_by_looking_at_one() {
    let due = DueVisit { items: vec![ITEM, OTHER_ITEM], ..due_visit() };
    let mut case = decided(Outcome::NoIssue);
    assert_eq!(try_claim(&case, &due, true).err(), Some(NotCounted::PartlyCovered));
    let mut other = case.items[0].clone();
    other.item = OTHER_ITEM;
    other.due_visit = None;
    case.items.push(other);
    assert_eq!(
        try_claim(&case, &due, true).err(),
        Some(NotCounted::PartlyCovered),
        "looked at, but not for this visit"
    );
    case.items[1].due_visit = Some(DUE_VISIT);
    assert_eq!(try_claim(&case, &due, true).unwrap().items, [ITEM, OTHER_ITEM], "together they are one visit");
}

#[test]
fn who_was_visited_since_it_was_due_was_not_spared_a_visit() {
    let case = decided(Outcome::NoIssue);
    let due = due_visit();
    let with = |visits: &[Timestamp]| claim(ID, &case, &due, true, 90, visits, quiet(), now()).err();
    assert_eq!(with(&[Timestamp(due.recorded_at.0 - 1)]), None, "that was another one");
    assert_eq!(with(&[due.recorded_at]), Some(NotCounted::Visited));
    assert_eq!(with(&[Timestamp(0), now().plus_days(3)]), Some(NotCounted::Visited));
}

#[test]
fn beyond_the_yearly_cap_a_visit_needs_a_ground() {
    for (done, over) in [(0, false), (1, false), (2, true), (3, true)] {
        let expected = if over { Err(LedgerError::OverCap { done, cap: 2 }) } else { Ok(()) };
        assert_eq!(within_cap(done, 2, None), expected);
        for ground in ExtraGround::ALL {
            assert_eq!(within_cap(done, 2, Some(ground)), Ok(()));
        }
    }
    // Rows from before grounds were kept.
    let mut json = serde_json::to_value(due_visit()).unwrap();
    json.as_object_mut().unwrap().remove("ground").unwrap();
    assert_eq!(serde_json::from_value::<DueVisit>(json).unwrap(), due_visit());
}

#[test]
fn a_visit_for_a_part_leaves_the_rest_due() {
    let at = now();
    let open = DueVisitState::Open;
    let covered = DueVisitState::Covered { case: CASE };
    let avoided = DueVisitState::Avoided { case: CASE };
    let visited = DueVisitState::Visited { at };
    for (before, after_a_part) in
        [(open.clone(), open.clone()), (covered.clone(), covered), (avoided, open), (visited.clone(), visited.clone())]
    {
        for (items, expected) in [
            (vec![ITEM], &after_a_part),
            (vec![OTHER_ITEM, ITEM], &visited),
            (vec![ItemId(Uuid::from_u128(7)), ITEM, OTHER_ITEM], &visited),
        ] {
            let mut due = DueVisit { items: vec![ITEM, OTHER_ITEM], state: before.clone(), ..due_visit() };
            due.visited(&items, at);
            assert_eq!(&due.state, expected, "{before:?} {items:?}");
        }
    }
}

#[test]
fn an_entry_says_what_it_rests_on() {
    let case = decided(Outcome::Guidance);
    let one = try_claim(&case, &due_visit(), false).unwrap();
    assert_eq!((one.id, one.due_visit, one.case), (ID, DUE_VISIT, CASE));
    assert_eq!((one.enterprise, one.agency, one.outcome), (ENTERPRISE, AGENCY, Outcome::Guidance));
    assert_eq!((one.standard_minutes, one.spent_minutes), (90, case.burden.minutes()));
    assert_eq!(one.state, EntryState::Claimed { confirm_after: quiet() });
}

#[test]
fn a_claim_is_confirmed_after_the_quiet_period_and_not_at_its_last_instant() {
    for at in [now(), quiet()] {
        assert_eq!(entry().confirm(at), Err(LedgerError::StillQuiet { until: quiet() }));
    }
    let mut one = entry();
    assert_eq!(one.confirm(Timestamp(quiet().0 + 1)), Ok(()));
    assert_eq!(one.stage(), EntryStage::Confirmed);
    assert_eq!(one.confirm(Timestamp(quiet().0 + 1)), Err(LedgerError::NotNow));
}

#[test]
fn an_entry_is_taken_back_from_both_states_and_only_once() {
    for confirmed in [false, true] {
        for why in [
            Reversal::Converted { case: CASE },
            Reversal::Visited { at: now(), note: note("联合检查。") },
            Reversal::Transferred { case: CASE },
        ] {
            let mut one = entry();
            if confirmed {
                one.confirm(quiet().plus_days(1)).unwrap();
            }
            assert_eq!(one.reverse(why.clone(), quiet().plus_days(2)), Ok(()));
            assert_eq!(one.stage(), EntryStage::Reversed);
            let reversed = one.clone();
            assert_eq!(one.reverse(why, quiet().plus_days(3)), Err(LedgerError::NotNow));
            assert_eq!(one.confirm(quiet().plus_days(3)), Err(LedgerError::NotNow));
            assert_eq!(one, reversed);
        }
    }
}

#[test]
fn a_visit_contradicts_from_when_it_was_due_to_the_end_of_the_quiet_period() {
    let claimed = entry();
    let mut confirmed = entry();
    // However late the confirmation comes, the quiet period ended when it ended.
    confirmed.confirm(quiet().plus_days(20)).unwrap();
    for one in [&claimed, &confirmed] {
        // It was due since the day before the claim.
        let since = now().plus_days(-1);
        let by = |enterprise, agency, items: &[ItemId], at| one.contradicted_by(since, enterprise, agency, items, at);
        for (at, expected) in [
            (Timestamp(since.0 - 1), false),
            (since, true),
            (now(), true),
            (quiet(), true),
            (Timestamp(quiet().0 + 1), false),
            (quiet().plus_days(20), false),
        ] {
            assert_eq!(by(ENTERPRISE, AGENCY, &[ITEM], at), expected, "{at:?} {:?}", one.stage());
        }
        assert!(by(ENTERPRISE, AGENCY, &[OTHER_ITEM, ITEM], now()));
        assert!(!by(ENTERPRISE, AGENCY, &[OTHER_ITEM], now()));
        assert!(!by(ENTERPRISE, AGENCY, &[], now()));
        assert!(!by(OTHER_ENTERPRISE, AGENCY, &[ITEM], now()));
        assert!(!by(ENTERPRISE, OTHER_AGENCY, &[ITEM], now()));
    }
    let mut reversed = entry();
    reversed.reverse(Reversal::Converted { case: CASE }, now()).unwrap();
    assert!(!reversed.contradicted_by(now(), ENTERPRISE, AGENCY, &[ITEM], now()));
}

proptest! {
    /// Net is what was ever confirmed less what of it was taken back (A6). The
    /// entries as they stand must tell the same number as the history.
    #[test]
    fn the_entries_tell_the_same_number_as_their_history(
        history in proptest::collection::vec((0..12_usize, any::<bool>(), 0..20_i64), 0..120),
    ) {
        let mut entries: Vec<_> = (0..12).map(|_| entry()).collect();
        let (mut at, mut confirmations, mut reversals, mut dropped) = (now(), 0_usize, 0_usize, 0_usize);
        for (which, reverse, days) in history {
            at = at.plus_days(days);
            let one = &mut entries[which];
            let stage = one.stage();
            if reverse {
                let done = one.reverse(Reversal::Converted { case: CASE }, at).is_ok();
                prop_assert_eq!(done, stage != EntryStage::Reversed);
                reversals += usize::from(done && stage == EntryStage::Confirmed);
                dropped += usize::from(done && stage == EntryStage::Claimed);
            } else {
                let done = one.confirm(at).is_ok();
                prop_assert_eq!(done, stage == EntryStage::Claimed && at > quiet());
                confirmations += usize::from(done);
            }
            let json = serde_json::to_string(&*one).unwrap();
            prop_assert_eq!(&serde_json::from_str::<LedgerEntry>(&json).unwrap(), &*one);
        }
        let count = |stage| entries.iter().filter(|one| one.stage() == stage).count();
        prop_assert_eq!(count(EntryStage::Confirmed), confirmations - reversals);
        prop_assert_eq!(count(EntryStage::Reversed), reversals + dropped);
        prop_assert_eq!(EntryStage::ALL.map(count).iter().sum::<usize>(), entries.len());
    }
}

#[test]
fn what_a_case_took_is_shared_by_the_visits_it_avoided() {
    let other = DueVisit { id: DueVisitId(Uuid::from_u128(0x77)), items: vec![OTHER_ITEM], ..due_visit() };
    let mut case = decided(Outcome::NoIssue);
    case.burden.spent_ms = 7 * 60_000;
    let whole = try_claim(&case, &due_visit(), true).unwrap();
    assert_eq!(whole.spent_minutes, case.burden.minutes());
    let mut second = case.items[0].clone();
    second.item = OTHER_ITEM;
    second.due_visit = Some(other.id);
    case.items.push(second);
    let shares = [due_visit(), other].map(|due| try_claim(&case, &due, true).unwrap().spent_minutes);
    assert_eq!(shares, [whole.spent_minutes.div_ceil(2); 2], "never less than it took, and not twice as much");
}

#[test]
fn what_is_planned_counts_to_the_cap_of_its_year() {
    let year = TODAY.year();
    for (state, counts) in [
        (DueVisitState::Open, [true, true]),
        (DueVisitState::Covered { case: CASE }, [true, false]),
        (DueVisitState::Avoided { case: CASE }, [true, false]),
        // It is counted as the visit that it became.
        (DueVisitState::Visited { at: now() }, [false, false]),
    ] {
        let due = DueVisit { state, ..due_visit() };
        assert_eq!([true, false].map(|remote| due.counts_to_cap(year, remote)), counts, "{due:?}");
        assert!(!due.counts_to_cap(year + 1, true) && !due.counts_to_cap(year - 1, true));
    }
}

#[test]
fn a_conversion_takes_back_what_is_claimed_for_the_same_items_and_no_more() {
    let one = entry();
    let undone = |entry: &LedgerEntry, items: &[ItemId], at| {
        entry.undone_by_conversion(ENTERPRISE, AGENCY, items.iter().copied(), at)
    };
    assert!(undone(&one, &[OTHER_ITEM, ITEM], now()) && undone(&one, &[ITEM], quiet()));
    assert!(!undone(&one, &[OTHER_ITEM], now()), "another item");
    assert!(!undone(&one, &[ITEM], quiet().plus_minutes(1)), "its quiet period is over");
    assert!(!one.undone_by_conversion(OTHER_ENTERPRISE, AGENCY, [ITEM], now()));
    assert!(!one.undone_by_conversion(ENTERPRISE, OTHER_AGENCY, [ITEM], now()));
    let mut reversed = one.clone();
    reversed.reverse(Reversal::Converted { case: CaseId(Uuid::from_u128(9)) }, now()).unwrap();
    assert_eq!((reversed.converted_at(), one.converted_at()), (Some(now()), None));
    assert!(!undone(&reversed, &[ITEM], now()), "once");
    let mut confirmed = one;
    confirmed.confirm(quiet().plus_minutes(1)).unwrap();
    assert!(!undone(&confirmed, &[ITEM], quiet()), "what was confirmed stands until somebody visits");
}
