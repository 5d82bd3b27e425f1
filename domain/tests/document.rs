//! Issued documents: numbers and verification codes.

mod common;

use std::collections::BTreeSet;

use common::*;
use domain::{
    case::Outcome,
    document::{AskedCondition, DocumentBody, DocumentKind, DocumentNumber, NotACode, ToldCondition, VerifyCode},
    first_violation::{Answers, Category, CommonCondition, ConditionAnswer, FirstScope, ListEntry},
    ids::{Digest, EvidenceId},
    item::LegalBasis,
};
use proptest::prelude::*;
use time::macros::date;
use uuid::Uuid;

proptest! {
    #[test]
    fn a_code_is_found_however_it_is_typed(random in any::<[u8; 20]>(), way in 0..7_u8) {
        let code = VerifyCode::from_random(random);
        let compact = code.compact();
        prop_assert_eq!(compact.len(), 20);
        prop_assert!(compact.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()));
        prop_assert!(!compact.contains(['I', 'L', 'O', 'U']));
        let wide = |c: char| char::from_u32(u32::from(c) + 0xFEE0).unwrap();
        let typed = match way {
            0 => code.to_string(),
            1 => compact.clone(),
            2 => code.to_string().to_lowercase(),
            3 => format!("  {} ", code.to_string().replace('-', " ")),
            4 => compact.replace('0', "O").replace('1', "I"),
            5 => compact.replace('0', "o").replace('1', "l"),
            _ => code.to_string().chars().map(wide).collect(),
        };
        prop_assert_eq!(typed.parse::<VerifyCode>(), Ok(code));
        let json = serde_json::to_string(&code).unwrap();
        prop_assert_eq!(&json, &format!("\"{compact}\""));
        prop_assert_eq!(serde_json::from_str::<VerifyCode>(&json).unwrap(), code);
    }

    #[test]
    fn another_text_is_no_code(random in any::<[u8; 20]>(), place in 0..20_usize, wrong in "[^0-9A-Za-tv-z \\-]|[uU]") {
        let compact = VerifyCode::from_random(random).compact();
        prop_assert_eq!(compact[1..].parse::<VerifyCode>(), Err(NotACode));
        prop_assert_eq!(format!("{compact}0").parse::<VerifyCode>(), Err(NotACode));
        // White space and full-width forms are a keyboard's, not a mistake.
        let c = wrong.chars().next().unwrap();
        prop_assume!(!c.is_whitespace() && !('\u{ff01}'..='\u{ff5e}').contains(&c));
        let mistyped = format!("{}{wrong}{}", &compact[..place], &compact[place + 1..]);
        prop_assert_eq!(mistyped.parse::<VerifyCode>(), Err(NotACode));
    }

    #[test]
    fn any_text_at_all_is_answered(typed in any::<String>()) {
        if let Ok(code) = typed.parse::<VerifyCode>() {
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }
    }
}

#[test]
fn a_code_stands_in_groups_of_five() {
    let code = VerifyCode::from_random(std::array::from_fn(|place| u8::try_from(place).unwrap()));
    assert_eq!(code.to_string(), "01234-56789-ABCDE-FGHJK");
    assert_eq!(VerifyCode::from_random([31; 20]).to_string(), "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ");
    assert_eq!("".parse::<VerifyCode>(), Err(NotACode));
}

/// Every character of the alphabet must be as likely as any other, or a code has
/// less than its 100 bits.
#[test]
fn a_random_byte_gives_each_character_alike() {
    let mut counts = std::collections::BTreeMap::new();
    for byte in 0..=u8::MAX {
        let code = VerifyCode::from_random([byte; 20]).compact();
        *counts.entry(code).or_insert(0_u32) += 1;
    }
    assert_eq!(counts.len(), 32);
    assert!(counts.values().all(|count| *count == 8));
}

#[test]
fn each_of_the_twenty_bytes_counts() {
    let zero = VerifyCode::from_random([0; 20]);
    let mut codes = BTreeSet::from([zero.compact()]);
    for place in 0..20 {
        let mut random = [0; 20];
        random[place] = 1;
        codes.insert(VerifyCode::from_random(random).compact());
    }
    assert_eq!(codes.len(), 21);
}

#[test]
fn a_number_reads_as_on_paper() {
    let number = DocumentNumber::new(&name("长市监"), DocumentKind::Guidance, 2026, 12);
    assert_eq!(number.to_string(), "长市监整指〔2026〕12号");
    assert_eq!(
        DocumentNumber::new(&name("长消"), DocumentKind::EnrolmentDecision, 2027, 1).as_str(),
        "长消无感申〔2027〕1号"
    );
}

#[test]
fn two_documents_never_share_a_number() {
    let mut numbers = BTreeSet::new();
    for kind in DocumentKind::ALL {
        // 警告 is itself a penalty (行政处罚法 art. 9): no document is called so.
        assert!(!kind.mark().contains('警') && kind.mark() != "司");
        for year in [2026, 2027] {
            for serial in [1, 2, 11, 12] {
                for mark in ["长市监", "长消"] {
                    numbers.insert(DocumentNumber::new(&name(mark), kind, year, serial).to_string());
                }
            }
        }
    }
    assert_eq!(numbers.len(), DocumentKind::ALL.len() * 2 * 4 * 2);
}

#[test]
fn each_outcome_is_told_by_a_document_of_its_own() {
    let kinds: BTreeSet<_> = Outcome::ALL.into_iter().map(DocumentKind::of_outcome).collect();
    assert_eq!(kinds.len(), Outcome::ALL.len());
    assert_eq!(DocumentKind::of_outcome(Outcome::FirstViolation), DocumentKind::FirstViolationNotice);
    assert_eq!(DocumentKind::of_outcome(Outcome::OrderToCorrect), DocumentKind::OrderToCorrect);
}

#[test]
fn only_what_has_to_be_the_first_is_told_as_the_first() {
    for category in Category::ALL {
        let kind = DocumentKind::of_category(category);
        assert_eq!(kind == DocumentKind::FirstViolationNotice, category.asks_for_first());
        assert_eq!(kind.mark().contains("首违"), category.asks_for_first());
    }
}

/// A notice with one file, which shows that the harm is minor.
fn notice() -> DocumentBody {
    let basis = || LegalBasis { act: name("消防法"), article: name("第六十条") };
    let entry = ListEntry {
        code: name("XF-03"),
        version: name("2026-1"),
        agency: AGENCY,
        item: ITEM,
        field: name("消防"),
        act: note("灭火器压力不足。"),
        violated: basis(),
        penalty: basis(),
        category: Category::MinorIsSpared,
        conditions: vec![note("数量不超过两具。")],
        exclusions: vec![note("发生过火灾。")],
        correct_within_days: 5,
        follow_up: note("回访。"),
        window_months: None,
        scope: FirstScope::SameItem,
        valid_from: date!(2026 - 01 - 01),
        valid_to: None,
    };
    let file = EvidenceId(Uuid::from_u128(1));
    let by_file = ConditionAnswer { holds: true, evidence: vec![file], reference: None };
    let by_record =
        |holds| ConditionAnswer { holds, evidence: Vec::new(), reference: Some(note("查询人：李娜。")) };
    let answers = Answers {
        common: [by_file, by_record(true), by_record(true)],
        conditions: vec![by_record(true)],
        exclusions: vec![by_record(false)],
        reason: Some(note("轻微。")),
    };
    let digests = |ids: &[EvidenceId]| ids.iter().map(|id| Digest([u8::from(*id == file); 32])).collect();
    let conditions = ToldCondition::all(&entry, &answers, digests);
    DocumentBody::FirstViolation {
        findings: Vec::new(),
        entry: Box::new(entry),
        correct_by: date!(2026 - 11 - 30),
        reason: note("轻微。"),
        conditions,
    }
}

#[test]
fn a_notice_tells_every_condition_and_no_record_that_was_looked_up() {
    let body = notice();
    let DocumentBody::FirstViolation { conditions, .. } = &body else { panic!("{body:?}") };
    let told: Vec<_> = conditions.iter().map(|told| (told.asked.clone(), told.holds, told.shown_by.len())).collect();
    let common = |common| AskedCondition::Common { common };
    assert_eq!(
        told,
        [
            (common(CommonCondition::HarmMinor), true, 1),
            (common(CommonCondition::Corrected), true, 0),
            (common(CommonCondition::Cooperative), true, 0),
            (AskedCondition::Listed { text: note("数量不超过两具。") }, true, 0),
            (AskedCondition::Exclusion { text: note("发生过火灾。") }, false, 0),
        ]
    );
    assert_eq!(conditions[0].shown_by, [Digest([1; 32])]);
    assert!(!serde_json::to_string(&body).unwrap().contains("李娜"));
}

#[test]
fn a_notice_from_before_its_conditions_were_told_is_still_read() {
    let body = notice();
    let mut json = serde_json::to_value(&body).unwrap();
    assert_eq!(serde_json::from_value::<DocumentBody>(json.clone()).unwrap(), body);
    json.as_object_mut().unwrap().remove("conditions").unwrap();
    let old: DocumentBody = serde_json::from_value(json).unwrap();
    assert!(matches!(&old, DocumentBody::FirstViolation { conditions, .. } if conditions.is_empty()), "{old:?}");
}
