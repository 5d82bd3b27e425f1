//! Issued documents: numbers and verification codes.

mod common;

use std::collections::BTreeSet;

use common::*;
use domain::{
    case::Outcome,
    document::{DocumentKind, DocumentNumber, NotACode, VerifyCode},
};
use proptest::prelude::*;

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
    assert_eq!(numbers.len(), 8 * 2 * 4 * 2);
}

#[test]
fn each_outcome_is_told_by_a_document_of_its_own() {
    let kinds: BTreeSet<_> = Outcome::ALL.into_iter().map(DocumentKind::of_outcome).collect();
    assert_eq!(kinds.len(), Outcome::ALL.len());
    assert_eq!(DocumentKind::of_outcome(Outcome::FirstViolation), DocumentKind::FirstViolationNotice);
    assert_eq!(DocumentKind::of_outcome(Outcome::OrderToCorrect), DocumentKind::OrderToCorrect);
}
