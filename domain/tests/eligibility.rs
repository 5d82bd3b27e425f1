//! Who qualifies: each condition, the days at their borders, and what more
//! rules and more knowledge can and cannot change.

mod common;

use common::*;
use domain::{
    eligibility::{Assessment, Condition, Qualification, RuleList, RuleSet, Verdict, assess},
    enterprise::{Coordinates, Enterprise, Registration},
    grade::Grade,
};
use proptest::{prelude::*, sample::select};
use time::{Date, macros::date};

/// What is known of one fact.
const KNOWN: [Option<bool>; 3] = [Some(true), Some(false), None];

fn verdict_of(condition: &Condition, enterprise: &Enterprise, covered: bool) -> Verdict {
    let rules = RuleSet { required: vec![condition.clone()], ..RuleSet::default() };
    assess(&rules, enterprise, covered, TODAY).lines[0].verdict
}

const fn expected(known: Option<bool>) -> Verdict {
    match known {
        Some(true) => Verdict::Met,
        Some(false) => Verdict::NotMet,
        None => Verdict::Unknown,
    }
}

#[test]
fn what_is_on_record_speaks_and_what_is_not_stays_unknown() {
    for known in KNOWN {
        let mut one = enterprise();
        one.conduct.operating = known;
        assert_eq!(verdict_of(&Condition::Operating, &one, true), expected(known));
        let mut one = enterprise();
        one.conduct.low_risk_field = known;
        assert_eq!(verdict_of(&Condition::LowRiskField, &one, true), expected(known));
        let mut one = enterprise();
        one.conduct.major_hazard = known;
        assert_eq!(verdict_of(&Condition::MajorHazard, &one, true), expected(known));
        let mut one = enterprise();
        one.conduct.listed_dishonest = known;
        assert_eq!(verdict_of(&Condition::ListedDishonest, &one, true), expected(known));
    }
}

#[test]
fn what_the_portal_itself_knows_is_never_unknown() {
    let mut one = enterprise();
    assert_eq!(verdict_of(&Condition::Confirmed, &one, true), Verdict::Met);
    assert_eq!(verdict_of(&Condition::SiteLocated, &one, true), Verdict::NotMet);
    one.site.coordinates = Some(Coordinates::new(43.8, 125.3).unwrap());
    assert_eq!(verdict_of(&Condition::SiteLocated, &one, true), Verdict::Met);
    assert_eq!(verdict_of(&Condition::IndustryCovered, &one, true), Verdict::Met);
    assert_eq!(verdict_of(&Condition::IndustryCovered, &one, false), Verdict::NotMet);
    let unconfirmed = [
        Registration::Pending { since: now() },
        Registration::Rejected { by: li_na().account, at: now(), reason: note("证照不符。") },
    ];
    for registration in unconfirmed {
        one.registration = registration;
        assert_eq!(verdict_of(&Condition::Confirmed, &one, true), Verdict::NotMet);
    }
}

#[test]
fn a_grade_is_good_enough_from_the_one_named_upwards() {
    for (place, grade) in Grade::ALL.into_iter().enumerate() {
        for (has_place, has) in Grade::ALL.into_iter().enumerate() {
            let mut one = enterprise();
            one.conduct.grade = Some(has);
            let verdict = verdict_of(&Condition::GradeAtLeast { grade }, &one, true);
            assert_eq!(verdict, expected(Some(has_place <= place)), "{has} where {grade} is asked for");
        }
        assert_eq!(verdict_of(&Condition::GradeAtLeast { grade }, &enterprise(), true), Verdict::Unknown);
    }
}

/// What was last on record, seen 12 months later: through the same day of the
/// next year it counts.
#[expect(clippy::option_option, reason = "as the record has it: unknown, none, or a day")]
const BORDER: [(Option<Option<Date>>, Verdict); 6] = [
    (None, Verdict::Unknown),
    (Some(None), Verdict::Met),
    (Some(Some(TODAY)), Verdict::NotMet),
    (Some(Some(date!(2025 - 11 - 24))), Verdict::NotMet),
    (Some(Some(date!(2025 - 11 - 23))), Verdict::NotMet),
    (Some(Some(date!(2025 - 11 - 22))), Verdict::Met),
];

#[test]
fn penalties_and_complaints_count_to_the_day() {
    for (last, expected) in BORDER {
        let mut one = enterprise();
        one.conduct.last_penalty = last;
        assert_eq!(verdict_of(&Condition::NoPenaltyWithin { months: 12 }, &one, true), expected, "{last:?}");
        assert_eq!(verdict_of(&Condition::NoComplaintWithin { months: 12 }, &one, true), Verdict::Unknown);
        let mut one = enterprise();
        one.conduct.last_complaint = last;
        assert_eq!(verdict_of(&Condition::NoComplaintWithin { months: 12 }, &one, true), expected, "{last:?}");
        assert_eq!(verdict_of(&Condition::NoPenaltyWithin { months: 12 }, &one, true), Verdict::Unknown);
    }
}

#[test]
fn forged_evidence_bars_to_the_day_and_says_until_when() {
    let rules = RuleSet { bar_years: 1, ..RuleSet::default() };
    for (last, expected) in BORDER {
        let mut one = enterprise();
        one.conduct.last_tampering = last;
        let result = assess(&rules, &one, true, TODAY);
        assert_eq!(result.lines[0].list, RuleList::Bar);
        assert_eq!(result.lines[0].verdict, expected, "{last:?}");
        // A bar that is over is not shown to anybody any more.
        assert_eq!(result.lines[0].barred_until.is_some(), expected == Verdict::NotMet);
        let none = assess(&RuleSet::default(), &one, true, TODAY);
        assert_eq!((none.qualification, none.lines.len()), (Qualification::Qualifies, 0));
    }
    let mut one = enterprise();
    one.conduct.last_tampering = Some(Some(date!(2024 - 02 - 29)));
    let rules = RuleSet { bar_years: 3, ..RuleSet::default() };
    let barred = assess(&rules, &one, true, TODAY);
    assert_eq!(barred.lines[0].barred_until, Some(date!(2027 - 02 - 28)));
    assert_eq!(barred.qualification, Qualification::DoesNotQualify);
}

#[test]
fn an_exclusion_speaks_against_whoever_it_holds_of() {
    let rules = RuleSet { exclude: vec![Condition::MajorHazard], ..RuleSet::default() };
    let answers = KNOWN.map(|known| {
        let mut one = enterprise();
        one.conduct.major_hazard = known;
        let result = assess(&rules, &one, true, TODAY);
        (result.qualification, result.lines[0].verdict)
    });
    assert_eq!(
        answers,
        [
            (Qualification::DoesNotQualify, Verdict::NotMet),
            (Qualification::Qualifies, Verdict::Met),
            (Qualification::NeedsReview, Verdict::Unknown),
        ]
    );
}

#[test]
fn one_of_several_is_enough() {
    use Qualification::{DoesNotQualify, NeedsReview, Qualifies};
    let rules = RuleSet { any_of: vec![Condition::Operating, Condition::LowRiskField], ..RuleSet::default() };
    for a in KNOWN {
        for b in KNOWN {
            let mut one = enterprise();
            (one.conduct.operating, one.conduct.low_risk_field) = (a, b);
            let expected = match (a, b) {
                (Some(true), _) | (_, Some(true)) => Qualifies,
                (None, _) | (_, None) => NeedsReview,
                _ => DoesNotQualify,
            };
            assert_eq!(assess(&rules, &one, true, TODAY).qualification, expected, "{a:?} {b:?}");
        }
    }
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        select(vec![
            Condition::Confirmed,
            Condition::Operating,
            Condition::LowRiskField,
            Condition::MajorHazard,
            Condition::ListedDishonest,
            Condition::IndustryCovered,
            Condition::SiteLocated,
        ]),
        select(Grade::ALL.as_slice()).prop_map(|grade| Condition::GradeAtLeast { grade }),
        (0..40_u16).prop_map(|months| Condition::NoPenaltyWithin { months }),
        (0..40_u16).prop_map(|months| Condition::NoComplaintWithin { months }),
    ]
}

fn rules() -> impl Strategy<Value = RuleSet> {
    let some = |most| proptest::collection::vec(condition(), 0..most);
    (some(4), some(4), some(3), 0..4_u8).prop_map(|(required, any_of, exclude, bar_years)| RuleSet {
        required,
        any_of,
        exclude,
        bar_years,
        valid_months: 12,
    })
}

fn day() -> impl Strategy<Value = Option<Option<Date>>> {
    proptest::option::of(proptest::option::of((0..1500_i64).prop_map(|back| TODAY - time::Duration::days(back))))
}

fn known() -> impl Strategy<Value = Option<bool>> {
    select(KNOWN.as_slice())
}

prop_compose! {
    fn anyone()(
        operating in known(), low_risk_field in known(), major_hazard in known(), listed_dishonest in known(),
        grade in proptest::option::of(select(Grade::ALL.as_slice())),
        last_penalty in day(), last_complaint in day(), last_tampering in day(), located in any::<bool>(),
    ) -> Enterprise {
        let mut one = enterprise();
        one.conduct = domain::enterprise::Conduct {
            grade, operating, low_risk_field, major_hazard, last_penalty, last_complaint, listed_dishonest, last_tampering,
        };
        one.site.coordinates = located.then(|| Coordinates::new(43.8, 125.3).unwrap());
        one
    }
}

/// The better, the greater.
const fn rank(answer: Qualification) -> u8 {
    match answer {
        Qualification::DoesNotQualify => 0,
        Qualification::NeedsReview => 1,
        Qualification::Qualifies => 2,
    }
}

/// The answer that the lines amount to, worked out anew.
fn recount(result: &Assessment) -> Qualification {
    let of = |list| result.lines.iter().filter(move |l| l.list == list).map(|l| l.verdict);
    let any: Vec<_> = of(RuleList::AnyOf).collect();
    let mut all: Vec<_> = [RuleList::Required, RuleList::Exclude, RuleList::Bar].into_iter().flat_map(of).collect();
    // The best of the alternatives stands for all of them.
    all.extend([Verdict::Met, Verdict::Unknown, Verdict::NotMet].into_iter().find(|verdict| any.contains(verdict)));
    if all.contains(&Verdict::NotMet) {
        Qualification::DoesNotQualify
    } else if all.contains(&Verdict::Unknown) {
        Qualification::NeedsReview
    } else {
        Qualification::Qualifies
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_rule_is_answered_and_the_lines_bear_the_answer(rules in rules(), one in anyone(), covered in any::<bool>()) {
        let result = assess(&rules, &one, covered, TODAY);
        let conditions: Vec<_> = result.lines.iter().filter_map(|l| l.condition.as_ref()).collect();
        let asked: Vec<_> = rules.required.iter().chain(&rules.any_of).chain(&rules.exclude).collect();
        prop_assert_eq!(conditions, asked);
        prop_assert_eq!(recount(&result), result.qualification);
        let json = serde_json::to_string(&result).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Assessment>(&json).unwrap(), &result);
    }

    #[test]
    fn one_more_condition_that_is_met_takes_nothing_away(
        rules in rules(), one in anyone(), more in condition(), list in 0..3_usize,
    ) {
        let before = assess(&rules, &one, true, TODAY).qualification;
        let mut longer = rules.clone();
        let onto = [&mut longer.required, &mut longer.any_of, &mut longer.exclude].into_iter().nth(list).unwrap();
        onto.push(more.clone());
        let after = assess(&longer, &one, true, TODAY);
        let place = [rules.required.len(), rules.required.len() + rules.any_of.len(), longer.required.len() + longer.any_of.len() + rules.exclude.len()][list];
        prop_assert_eq!(after.lines[place].condition.as_ref(), Some(&more));
        if after.lines[place].verdict == Verdict::Met {
            prop_assert!(rank(after.qualification) >= rank(before));
        } else if list != 1 {
            prop_assert!(rank(after.qualification) <= rank(before), "an unmet condition cannot help");
        }
    }

    #[test]
    fn the_order_of_the_rules_means_nothing(rules in rules(), one in anyone(), turn in 0..4_usize) {
        let mut turned = rules.clone();
        for list in [&mut turned.required, &mut turned.any_of, &mut turned.exclude] {
            let by = if list.is_empty() { 0 } else { turn % list.len() };
            list.rotate_left(by);
            list.reverse();
        }
        let (one_way, other) = (assess(&rules, &one, true, TODAY), assess(&turned, &one, true, TODAY));
        prop_assert_eq!(one_way.qualification, other.qualification);
    }

    /// Taking a fact off the record can cost a yes or save from a no, but turns
    /// neither into its opposite, and never meets a line.
    #[test]
    fn not_knowing_never_reads_as_met(rules in rules(), one in anyone(), forget in 0..8_u8) {
        let mut hazy = one.clone();
        match forget {
            0 => hazy.conduct.operating = None,
            1 => hazy.conduct.low_risk_field = None,
            2 => hazy.conduct.major_hazard = None,
            3 => hazy.conduct.listed_dishonest = None,
            4 => hazy.conduct.grade = None,
            5 => hazy.conduct.last_penalty = None,
            6 => hazy.conduct.last_complaint = None,
            _ => hazy.conduct.last_tampering = None,
        }
        let (known, unknown) = (assess(&rules, &one, true, TODAY), assess(&rules, &hazy, true, TODAY));
        for (before, after) in known.lines.iter().zip(&unknown.lines) {
            prop_assert!(after.verdict == before.verdict || after.verdict == Verdict::Unknown);
        }
        if known.qualification != Qualification::Qualifies {
            prop_assert_ne!(unknown.qualification, Qualification::Qualifies);
        }
        if known.qualification == Qualification::Qualifies {
            prop_assert_ne!(unknown.qualification, Qualification::DoesNotQualify);
        }
    }
}
