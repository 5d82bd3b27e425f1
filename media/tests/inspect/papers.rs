//! PDF: what stands before it, and what is active in it.

use domain::{
    evidence::MediaType,
    examination::{ActiveContent, Oddity, Unfit},
};
use media::inspect::deep;

use super::files::{look, pdf, pdf_with, word};

#[test]
fn what_stands_before_a_pdf_is_judged() {
    let behind = |before: &[u8]| look(&[before, &pdf("3 0 R")].concat());
    for blank in [&b""[..], b"\n", b"\xef\xbb\xbf", b"\r\n \0"] {
        assert_eq!(behind(blank).unwrap().oddities, [], "{blank:?}");
    }
    let noted: [(&[u8], Unfit); 2] = [(b"\x1b%-12345X@PJL\n", Unfit::Unknown), (b"Date: today\n", Unfit::PlainText)];
    for (before, what) in noted {
        let seen = behind(before).unwrap();
        assert_eq!((seen.media, seen.oddities), (MediaType::Pdf, vec![Oddity::AlsoReadsAs { what }]));
    }
    let refused: [(&[u8], Unfit); 6] = [
        (b"<html><script>alert(1)</script>\n", Unfit::Html),
        (b"<svg xmlns='x' onload='alert(1)'/>\n", Unfit::Svg),
        (b"#!/bin/sh\nexit\n", Unfit::Script),
        (b"\x7fELF\x02\x01", Unfit::Program),
        (b"7z\xbc\xaf\x27\x1c\0", Unfit::Archive),
        (b"GIF89a", Unfit::OtherPicture),
    ];
    for (before, why) in refused {
        assert_eq!(behind(before), Err(why), "{}", String::from_utf8_lossy(before));
    }
    let zip = word();
    assert!(zip.len() < 1000);
    assert_ne!(behind(&zip).map(|seen| seen.media), Ok(MediaType::Pdf));
}

#[test]
fn what_a_document_does_by_itself_is_noted() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let page = "<</Type/Page/Parent 2 0 R/AA<</O<</S/JavaScript/JS(app.alert\\(1\\))>>>>>>";
    let acting = String::from_utf8(pdf("3 0 R")).unwrap().replace("<</Type/Page/Parent 2 0 R>>", page);
    // Objects are found by reading on where the table is wrong.
    std::fs::write(&file, acting.replace("/Root", "/OpenAction<</S/Launch>>/Root")).unwrap();
    let (odd, _) = deep::pdf(file.path());
    for what in [ActiveContent::JavaScript, ActiveContent::OnOpening, ActiveContent::Launch] {
        assert!(odd.contains(&Oddity::Active { what }), "{what:?}: {odd:?}");
    }
}

#[test]
fn a_page_tree_that_runs_in_a_circle_ends() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, pdf("2 0 R 3 0 R 3 0 R")).unwrap();
    assert_eq!(deep::pdf(file.path()), (Vec::new(), Some(1)));
}

#[test]
fn values_that_lie_deep_are_seen_and_those_without_bottom_are_left_alone() {
    let looked = |levels: usize| {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        let bytes = pdf_with("3 0 R", &format!("/Deep {open}<</S/JavaScript>>{close}"));
        assert_eq!(look(&bytes).unwrap().media, MediaType::Pdf);
        std::fs::write(&file, bytes).unwrap();
        deep::pdf(file.path())
    };
    // The reader is not optimised here, and then a level takes much of a stack.
    let stack = std::thread::Builder::new().stack_size(64 << 20);
    let found = stack.spawn(move || (looked(60), looked(50_000)));
    let (seen, left) = found.unwrap().join().unwrap();
    assert_eq!(seen, (vec![Oddity::Active { what: ActiveContent::JavaScript }], Some(1)));
    assert_eq!(left.0, Vec::new());
}
