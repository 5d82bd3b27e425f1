//! Uploaded files: hostile names, and what may be kept.

mod common;

use std::collections::BTreeSet;

use domain::{
    evidence::{EvidenceFault, FileName, MediaType, admit, budget, kind_room, largest, room, size_limit},
    examination::Unfit,
    ids::ByteCount,
    item::{EvidenceKind, EvidenceRequest},
    settings::EvidenceLimits,
};
use proptest::prelude::*;

fn shown(sent: &str) -> String {
    FileName::from_sender(sent).to_string()
}

#[test]
fn a_hostile_name_becomes_a_harmless_one() {
    for (sent, expected) in [
        ("灭火器.jpg", "灭火器.jpg"),
        ("📷 现场 (1).jpg", "📷 现场 (1).jpg"),
        ("a&b's \"photo\" #1%20.png", "a&b's \"photo\" #1%20.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/var/www/x.pdf", "x.pdf"),
        ("C:\\fakepath\\照片.jpg", "照片.jpg"),
        ("a/b\\c.png", "c.png"),
        ("photo\u{202e}gpj.exe", "photogpj.exe"),
        ("a\u{61c}b\u{200e}c\u{200f}d\u{2066}e\u{2069}f.jpg", "abcdef.jpg"),
        ("a\u{2028}b\u{2029}c.jpg", "abc.jpg"),
        ("a\r\nContent-Type: text/html\r\n.jpg", "html.jpg"),
        ("nul\0byte.jpg", "nulbyte.jpg"),
        ("\u{1b}[31mred.jpg", "[31mred.jpg"),
        (".htaccess", "htaccess"),
        ("  name.jpg .. ", "name.jpg"),
        ("\u{3000}全角空格.jpg\u{3000}", "全角空格.jpg"),
        ("", "file"),
        ("   ", "file"),
        (".", "file"),
        ("..", "file"),
        (". .", "file"),
        ("dir/", "file"),
        ("dir\\", "file"),
        ("\u{0}\u{1}\u{7f}\u{202e}", "file"),
    ] {
        assert_eq!(shown(sent), expected, "{sent:?}");
    }
}

#[test]
fn a_long_name_keeps_its_beginning_and_its_ending() {
    let exact = "长".repeat(251) + ".jpg";
    assert_eq!(shown(&exact), exact);
    for emoji in ["长", "📷", "a"] {
        let long = shown(&(emoji.repeat(300) + ".jpg"));
        assert_eq!(long.chars().count(), 255);
        assert!(
            long.starts_with(&emoji.repeat(240)) && long.chars().rev().take(4).eq("gpj.".chars()) && long.contains('…')
        );
    }
}

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        proptest::sample::select(vec![
            "/",
            "\\",
            "..",
            ".",
            " ",
            "\u{202e}",
            "\u{2067}",
            "\0",
            "\n",
            "\u{85}",
            "📷",
            "灭火器",
            ".jpg"
        ])
        .prop_map(String::from),
    ];
    prop_oneof![proptest::collection::vec(piece, 0..400).prop_map(|pieces| pieces.concat()), any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_is_sent_the_name_can_be_shown(sent in nasty()) {
        let name = FileName::from_sender(&sent);
        let text = name.as_str();
        let length = text.chars().count();
        prop_assert!((1..=255).contains(&length));
        prop_assert!(!text.contains(['/', '\\']));
        prop_assert!(!text.chars().any(char::is_control));
        let turns = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
            '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'];
        prop_assert!(!text.contains(turns));
        prop_assert_eq!(text.trim(), text);
        prop_assert!(!text.starts_with('.') && !text.ends_with('.'));
        prop_assert_eq!(&FileName::from_sender(text), &name, "a clean name stays as it is");
        let json = serde_json::to_string(&name).unwrap();
        prop_assert_eq!(&serde_json::from_str::<FileName>(&json).unwrap(), &name);
        // Nor can an unclean one be read back.
        let raw = serde_json::to_string(&sent).unwrap();
        prop_assert_eq!(&serde_json::from_str::<FileName>(&raw).unwrap(), &name);
    }
}

#[test]
fn every_type_at_every_size_against_every_wish() {
    let limits = EvidenceLimits::default();
    let wishes: [&[EvidenceKind]; 5] = [
        &[],
        &[EvidenceKind::Photo],
        &[EvidenceKind::Video],
        &[EvidenceKind::Document],
        &[EvidenceKind::Photo, EvidenceKind::Document],
    ];
    for media in MediaType::ALL.iter().copied() {
        let kind = media.kind();
        let limit = match kind {
            EvidenceKind::Photo => 20_000_000,
            EvidenceKind::Video => 500_000_000,
            EvidenceKind::Document => 50_000_000,
        };
        assert_eq!(size_limit(kind, &limits), ByteCount(limit));
        for wanted in wishes {
            let at = |bytes| admit(ByteCount(bytes), Ok(media), wanted, &limits);
            assert_eq!(at(0), Err(EvidenceFault::Empty));
            if wanted.is_empty() || wanted.contains(&kind) {
                assert_eq!((at(1), at(limit)), (Ok(media), Ok(media)));
                let (size, limit) = (ByteCount(limit + 1), ByteCount(limit));
                assert_eq!(at(size.0), Err(EvidenceFault::TooLarge { size, limit, kind: Some(kind) }));
            } else {
                assert_eq!(at(1), Err(EvidenceFault::NotAskedFor { kind }));
            }
        }
    }
    assert_eq!(admit(ByteCount(1), Err(Unfit::Html), &[], &limits), Err(EvidenceFault::Unfit { why: Unfit::Html }));
    assert_eq!(largest(&limits), ByteCount(500_000_000));
}

#[test]
fn a_line_and_a_case_hold_so_many_files() {
    let limits = EvidenceLimits::default();
    assert_eq!(room(9, 99, &limits), Ok(()));
    assert_eq!(room(10, 0, &limits), Err(EvidenceFault::LineFull { limit: 10 }));
    assert_eq!(room(0, 100, &limits), Err(EvidenceFault::CaseFull { limit: 100 }));
    assert_eq!(room(u64::MAX, u64::MAX, &limits), Err(EvidenceFault::LineFull { limit: 10 }));
}

#[test]
fn a_case_holds_so_many_bytes() {
    let limits = EvidenceLimits { bytes_per_case: ByteCount(100), ..EvidenceLimits::default() };
    let full = Err(EvidenceFault::CaseTooLarge { limit: ByteCount(100) });
    assert_eq!(budget(ByteCount(60), ByteCount(40), &limits), Ok(()));
    assert_eq!(budget(ByteCount(61), ByteCount(40), &limits), full);
    assert_eq!(budget(ByteCount(100), ByteCount(1), &limits), full);
    assert_eq!(budget(ByteCount(1), ByteCount(u64::MAX), &limits), full);
}

#[test]
fn types_are_told_apart_by_name_and_ending() {
    let all = MediaType::ALL;
    let mimes: BTreeSet<_> = all.iter().map(|media| media.mime()).collect();
    let endings: BTreeSet<_> = all.iter().map(|media| media.extension()).collect();
    assert_eq!((mimes.len(), endings.len()), (all.len(), all.len()));
    for kind in EvidenceKind::ALL {
        assert!(all.iter().any(|media| media.kind() == kind));
    }
    // What a page shows in place can never be a document that carries a script.
    assert!(all.iter().all(|media| !media.shows_in_browser() || media.kind() != EvidenceKind::Document));
}

#[test]
fn a_line_has_room_for_as_many_of_a_kind_as_it_asks_for_at_most() {
    let ask = |kind, at_most| EvidenceRequest { kind, at_least: 0, at_most };
    let requests = [ask(EvidenceKind::Photo, 2), ask(EvidenceKind::Document, 1), ask(EvidenceKind::Photo, 1)];
    for (kind, limit) in [(EvidenceKind::Photo, 3), (EvidenceKind::Document, 1), (EvidenceKind::Video, 0)] {
        for there in 0..5 {
            let full = Err(EvidenceFault::KindFull { kind, limit });
            let expected = if there < u64::from(limit) { Ok(()) } else { full };
            assert_eq!(kind_room(&requests, kind, there), expected);
            assert_eq!(kind_room(&[], kind, there), Ok(()), "a line that asks for nothing takes anything");
        }
    }
}
