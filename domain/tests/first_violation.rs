//! First violations: what keeps one from being spared, and that "first" is
//! counted once.

mod common;

use std::collections::BTreeMap;

use common::*;
use domain::{
    first_violation::{
        Answers, Category, CommonCondition, ConditionAnswer, FirstScope, FirstViolation, FirstViolationError,
        FirstViolationState, ListEntry, Obstacle, Slot, keys_of_found, obstacles,
    },
    ids::{AgencyId, DocumentId, EvidenceId, FirstViolationId, ItemId},
    item::LegalBasis,
    time::Timestamp,
};
use proptest::prelude::*;
use time::macros::{date, datetime};
use uuid::Uuid;

fn basis() -> LegalBasis {
    LegalBasis { act: name("消防法"), article: name("第六十条") }
}

fn entry() -> ListEntry {
    ListEntry {
        code: name("XF-03"),
        version: name("2026-1"),
        agency: AGENCY,
        item: ITEM,
        field: name("消防"),
        act: note("灭火器压力不足。"),
        violated: basis(),
        penalty: basis(),
        category: Category::FirstMayBeSpared,
        conditions: vec![note("数量不超过两具。"), note("未在人员密集场所。")],
        exclusions: vec![note("发生过火灾。")],
        correct_within_days: 5,
        follow_up: note("回访。"),
        window_months: Some(12),
        scope: FirstScope::SameItem,
        valid_from: date!(2026 - 01 - 01),
        valid_to: Some(date!(2026 - 12 - 31)),
    }
}

fn says(holds: bool) -> ConditionAnswer {
    ConditionAnswer { holds, evidence: vec![EvidenceId(Uuid::from_u128(1))], reference: None }
}

/// Answers with which nothing stands in the way.
fn good() -> Answers {
    Answers {
        common: [says(true), says(true), says(true)],
        conditions: vec![says(true), says(true)],
        exclusions: vec![says(false)],
        reason: Some(note("初次违法，后果轻微，已更换。")),
    }
}

#[test]
fn nothing_stands_in_the_way_of_a_first_minor_violation() {
    assert_eq!(obstacles(&entry(), &good(), None, now()), []);
}

/// Each of the six lines fails, lacks its reference or is fine: 3⁶ forms.
#[test]
fn every_line_holds_and_shows_it() {
    for form in 0..3_u32.pow(6) {
        let state = |place: usize| form / 3_u32.pow(u32::try_from(place).unwrap()) % 3;
        let answer = |place, wanted: bool| match state(place) {
            0 => says(wanted),
            1 => says(!wanted),
            _ => ConditionAnswer { holds: wanted, evidence: Vec::new(), reference: None },
        };
        let answers = Answers {
            common: [answer(0, true), answer(1, true), answer(2, true)],
            conditions: vec![answer(3, true), answer(4, true)],
            exclusions: vec![answer(5, false)],
            reason: good().reason,
        };
        let fails = |place| match place {
            0..3 => Obstacle::CommonFails { condition: CommonCondition::ALL[place] },
            3 | 4 => Obstacle::ConditionFails { position: place - 2 },
            _ => Obstacle::Excluded { position: 1 },
        };
        let mut expected: Vec<_> = (0..6).filter(|place| state(*place) == 1).map(fails).collect();
        let bare = (0..6).filter(|place| state(*place) == 2);
        expected.extend(bare.map(|place| Obstacle::Unreferenced { position: place + 1 }));
        assert_eq!(obstacles(&entry(), &answers, None, now()), expected);
    }
}

#[test]
fn a_line_is_shown_by_a_file_or_by_a_record_and_a_missing_answer_by_neither() {
    let mut answers = good();
    answers.conditions[1] =
        ConditionAnswer { holds: true, evidence: Vec::new(), reference: Some(note("现场笔录。")) };
    assert_eq!(obstacles(&entry(), &answers, None, now()), []);
    answers.conditions.pop();
    answers.exclusions.clear();
    assert_eq!(
        obstacles(&entry(), &answers, None, now()),
        [Obstacle::Unreferenced { position: 5 }, Obstacle::Unreferenced { position: 6 },]
    );
}

#[test]
fn discretion_needs_a_reason() {
    let answers = Answers { reason: None, ..good() };
    assert_eq!(obstacles(&entry(), &answers, None, now()), [Obstacle::ReasonMissing]);
}

#[test]
fn an_entry_spares_only_what_its_category_spares() {
    for category in Category::ALL {
        let found = obstacles(&ListEntry { category, ..entry() }, &good(), None, now());
        let expected: &[_] = if category == Category::Mitigated { &[Obstacle::OnlyMitigated] } else { &[] };
        assert_eq!(found, expected);
    }
}

/// 轻微不罚 (art. 33 ¶1, first sentence) must be spared however often it happens.
#[test]
fn what_is_minor_need_not_be_the_first() {
    for category in Category::ALL {
        let found = obstacles(&ListEntry { category, ..entry() }, &good(), Some(now()), now());
        let first = found.contains(&Obstacle::NotFirst { earlier: now() });
        assert_eq!(first, category.asks_for_first(), "{category:?}");
        assert_eq!(category.asks_for_first(), category != Category::MinorIsSpared);
    }
}

/// A violation that was found and not spared takes the keys by which every later
/// entry for it is judged, those of its item that are not on the list yet included.
#[test]
fn what_was_found_takes_the_keys_of_every_entry_for_its_item() {
    let all = entries();
    for later in &all {
        let keys = keys_of_found(AGENCY, ITEM, &all);
        let same = later.agency == AGENCY
            && match later.scope {
                FirstScope::SameItem => later.item == ITEM,
                // The item belongs to each of the fields.
                FirstScope::SameField | FirstScope::AnyOfAgency => true,
            };
        assert_eq!(keys.contains(&later.slot_key()), same, "{later:?}");
    }
    let unlisted = keys_of_found(AGENCY, ITEM, []);
    let judged = |scope| unlisted.contains(&ListEntry { scope, ..entry() }.slot_key());
    assert_eq!(FirstScope::ALL.map(judged), [true, false, true]);
    // Of the lines of other items and agencies nothing is taken.
    let foreign: Vec<_> = all.into_iter().filter(|one| one.agency != AGENCY || one.item != ITEM).collect();
    assert_eq!(keys_of_found(AGENCY, ITEM, &foreign), unlisted);
}

#[test]
fn an_entry_is_in_force_from_its_first_to_its_last_day() {
    let at = |moment| obstacles(&entry(), &good(), None, moment);
    let (first, last) = (Timestamp::start_of(date!(2026 - 01 - 01)), Timestamp::end_of(date!(2026 - 12 - 31)));
    assert_eq!((at(first), at(last)), (Vec::new(), Vec::new()));
    assert_eq!(at(Timestamp(first.0 - 1)), [Obstacle::NotInForce]);
    assert_eq!(at(Timestamp(last.0 + 1)), [Obstacle::NotInForce]);
    let open_ended = ListEntry { valid_to: None, ..entry() };
    assert!(open_ended.in_force_on(date!(2099 - 01 - 01)));
}

fn instant(moment: time::OffsetDateTime) -> Timestamp {
    Timestamp(i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap())
}

#[test]
fn exactly_twelve_months_ago_still_counts() {
    let year_ago = instant(datetime!(2025-11-23 10:00 +8));
    let with = |earlier| obstacles(&entry(), &good(), Some(earlier), now());
    assert_eq!(with(year_ago), [Obstacle::NotFirst { earlier: year_ago }]);
    assert_eq!(with(Timestamp(year_ago.0 - 1)), []);
    // From a leap day the year ends with the 28th of February.
    let leap = instant(datetime!(2024-02-29 10:00 +8));
    let start = |moment| entry().window_start(instant(moment));
    assert!(start(datetime!(2025-02-28 10:00 +8)) <= leap);
    assert!(start(datetime!(2025-03-01 10:00 +8)) > leap);
    // Without a window one looks back without end.
    let endless = ListEntry { window_months: None, ..entry() };
    let long_ago = Timestamp(0);
    assert_eq!(obstacles(&endless, &good(), Some(long_ago), now()), [Obstacle::NotFirst { earlier: long_ago }]);
    assert_eq!(obstacles(&endless, &good(), None, now()), []);
}

fn two(scope: FirstScope, agency: AgencyId, item: ItemId, field: &str) -> ListEntry {
    ListEntry { scope, agency, item, field: name(field), ..entry() }
}

/// Whether a notice under `earlier` is one of those that `later` must not repeat.
fn same_violation(earlier: &ListEntry, later: &ListEntry) -> bool {
    earlier.agency == later.agency
        && match later.scope {
            FirstScope::SameItem => earlier.item == later.item,
            FirstScope::SameField => earlier.field == later.field,
            FirstScope::AnyOfAgency => true,
        }
}

fn entries() -> Vec<ListEntry> {
    let other_item = ItemId(Uuid::from_u128(0x12));
    let mut all = Vec::new();
    for scope in FirstScope::ALL {
        for agency in [AGENCY, OTHER_AGENCY] {
            for item in [ITEM, other_item] {
                // A field may be called anything, even like another key.
                for field in ["消防", "any"] {
                    all.push(two(scope, agency, item, field));
                }
            }
        }
    }
    all
}

#[test]
fn keys_are_equal_where_the_scope_says_that_the_violation_is_the_same() {
    for earlier in entries() {
        assert!(earlier.slot_keys().contains(&earlier.slot_key()));
        for later in entries() {
            let found = earlier.slot_keys().contains(&later.slot_key());
            assert_eq!(found, same_violation(&earlier, &later), "{earlier:?} then {later:?}");
            if earlier.scope == later.scope {
                assert_eq!(earlier.slot_key() == later.slot_key(), same_violation(&earlier, &later));
            } else {
                assert_ne!(earlier.slot_key(), later.slot_key(), "scopes share no key");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// A register as the store keeps it: every notice that nothing stood in the
    /// way of takes its slots. No two of them are the same violation within the
    /// window of the later one.
    #[test]
    fn no_two_notices_are_first_within_one_window(
        tries in proptest::collection::vec((0..24_usize, 0..200_i64, proptest::option::weighted(0.8, 1..25_u16)), 1..60),
    ) {
        let all = entries();
        let mut register: BTreeMap<String, Slot> = BTreeMap::new();
        let mut noticed: Vec<(ListEntry, Timestamp)> = Vec::new();
        let mut at = now();
        for (which, days, window_months) in tries {
            at = at.plus_days(days).plus_minutes(days);
            let entry = ListEntry { window_months, valid_to: None, ..all[which].clone() };
            let slot = register.get(&entry.slot_key()).copied();
            let stopped = obstacles(&entry, &good(), slot.map(|slot| slot.at), at);
            let free = slot.is_none_or(|slot| slot.at < entry.window_start(at));
            prop_assert_eq!(stopped.is_empty(), free, "the form and the register disagree");
            let repeats = noticed.iter().any(|(earlier, when)| {
                same_violation(earlier, &entry) && entry.window_months.is_none_or(|months| *when >= at.minus_months(months))
            });
            prop_assert_eq!(free, !repeats);
            if free {
                let notice = FirstViolationId(Uuid::from_u128(noticed.len() as u128));
                register.extend(entry.slot_keys().map(|key| (key, Slot { notice, at })));
                noticed.push((entry, at));
            }
        }
    }
}

fn noticed() -> FirstViolation {
    FirstViolation {
        id: FirstViolationId(Uuid::from_u128(1)),
        enterprise: ENTERPRISE,
        agency: AGENCY,
        case: CASE,
        findings: Vec::new(),
        entry: entry(),
        answers: good(),
        document: DocumentId(Uuid::from_u128(1)),
        noticed_at: now(),
        state: FirstViolationState::Noticed { correct_by: now().plus_days(7) },
    }
}

#[test]
fn a_promise_is_given_once_and_a_conclusion_is_the_end() {
    let by = zhang_hua().account;
    for promises in [false, true] {
        for in_time in [false, true] {
            let mut one = noticed();
            if promises {
                one.promise(by, now()).unwrap();
                assert_eq!(one.promise(by, now()), Err(FirstViolationError::AlreadyPromised));
                assert_eq!(one.correct_by(), Some(now().plus_days(7)), "a promise gives no new term");
            }
            one.conclude(in_time, now()).unwrap();
            assert_eq!(matches!(one.state, FirstViolationState::Spared { .. }), in_time);
            assert_eq!(matches!(one.state, FirstViolationState::Lapsed { .. }), !in_time);
            let end = one.clone();
            assert_eq!(one.promise(by, now()), Err(FirstViolationError::Concluded));
            assert_eq!(one.conclude(!in_time, now()), Err(FirstViolationError::Concluded));
            assert_eq!(one, end);
            assert_eq!(one.correct_by(), None);
            let json = serde_json::to_string(&one).unwrap();
            assert_eq!(serde_json::from_str::<FirstViolation>(&json).unwrap(), one);
        }
    }
}
