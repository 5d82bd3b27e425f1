//! Documents of parts (DOCX, XLSX, OFD): what they must hold, what they load, and how much of it is read.

use std::io::{Cursor, Read, Seek, SeekFrom};

use domain::{
    evidence::MediaType,
    examination::{ActiveContent, Oddity, Unfit},
};
use media::inspect::recognise;
use proptest::prelude::*;

use super::files::{WORD, document, linked, look, ofd, packed, recognised, sheet, word};

#[test]
fn a_list_that_is_longer_than_that_of_any_document_is_not_read() {
    let excessive = Err(Unfit::Excessive { media: MediaType::Docx });
    let names: Vec<String> = (0..4000).map(|number| format!("word/{number}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(recognised(&document(WORD, &parts)), excessive);
    // The last record says how many parts there are, here and in all, and how long their list is and where it begins.
    let record = word().len() - 22;
    for (at, bytes) in [(8, 2), (10, 2), (12, 4), (16, 4)] {
        let mut one = word();
        one[record + at..][..bytes].fill(0xff);
        assert_eq!(recognised(&one), excessive, "{at}");
        // It is for its readers to choose among several.
        let several = [&one[..], &word()[record..]].concat();
        assert_eq!(recognised(&several), excessive, "{at}");
    }
}

#[test]
fn a_document_has_a_main_part_of_its_type() {
    let damaged = |media| Err(Unfit::Damaged { media });
    let of_word = |types: &str, name: &str, main: &[u8]| recognised(&document(types, &[(name, main)]));
    let usual = |main: &[u8]| of_word(WORD, "word/document.xml", main);
    assert_eq!(usual(b"\xef\xbb\xbf<?xml version='1.0'?><!-- <a> --><document xmlns='x'>"), Ok(MediaType::Docx));
    let wide: Vec<u8> = "\u{feff}<w:document/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(usual(&wide), Ok(MediaType::Docx));
    for other in [&b""[..], b"text", b"<w:settings/>", b"<!-- <w:document/> -->", b"<w:document"] {
        assert_eq!(usual(other), damaged(MediaType::Docx), "{}", String::from_utf8_lossy(other));
    }
    assert_eq!(recognised(&document(WORD, &[])), damaged(MediaType::Docx));
    let named = format!("<Types><Override ContentType=\"a/{WORD}\" PartName='/word/main.xml'/></Types>");
    assert_eq!(of_word(&named, "word/main.xml", b"<w:document/>"), Ok(MediaType::Docx));
    assert_eq!(of_word(&named, "word/document.xml", b"<w:document/>"), damaged(MediaType::Docx));
    let table = document("spreadsheetml.sheet.main+xml", &[("xl/workbook.xml", b"<w:document/>")]);
    assert_eq!(recognised(&table), damaged(MediaType::Xlsx));
    assert_eq!(recognised(&packed(&[("OFD.xml", b"<ofd:Document/>")])), damaged(MediaType::Ofd));
    // Its checksum stands in the list, of which it is the last.
    let mut other_bytes = word();
    let entry = other_bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    other_bytes[entry + 16] ^= 1;
    assert_eq!(recognised(&other_bytes), damaged(MediaType::Docx));
}

#[test]
fn what_other_programs_make_of_a_document_is_taken() {
    // Some write names with the other slash.
    let parts: &[(&str, &[u8])] = &[("_rels\\.rels", b"<Relationships/>"), ("xl\\workbook.xml", b"<workbook/>")];
    assert_eq!(recognised(&document("spreadsheetml.sheet.main+xml", parts)), Ok(MediaType::Xlsx));
    // A register may have a link in each row.
    let link = |row: u32| {
        format!(
            r#"<Relationship Id="r{row}" Type="a/hyperlink" Target="http://a/{:x}" TargetMode="External"/>"#,
            row * 7919
        )
    };
    let links = format!("<Relationships>{}</Relationships>", (0..20_000).map(link).collect::<String>());
    let seen = look(&linked("word/_rels/document.xml.rels", links.as_bytes())).unwrap();
    assert!(links.len() > 1_500_000 && seen.oddities.is_empty(), "{:?}", seen.oddities);
}

/// A disk that does not give what is behind a place.
struct Ill(Cursor<Vec<u8>>, u64);

impl Read for Ill {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.0.position() >= self.1 { Err(std::io::Error::other("ill")) } else { self.0.read(into) }
    }
}

impl Seek for Ill {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn what_a_disk_does_not_give_is_not_called_damaged() {
    for bytes in [word(), sheet(), ofd()] {
        for good in [0, 10, 40, bytes.len() as u64 / 2] {
            let told = recognise(&mut Ill(Cursor::new(bytes.clone()), good), |_| false);
            assert!(told.is_err(), "{good}: {told:?}");
        }
    }
}

#[test]
fn what_a_document_loads_is_noted_however_it_is_written() {
    let external = [Oddity::Active { what: ActiveContent::External }];
    let odd = |links: &[u8]| {
        let [one, other] =
            ["_rels/.rels", "word/_rels/document.xml.rels"].map(|name| look(&linked(name, links)).unwrap());
        assert_eq!(one, other);
        one.oddities
    };
    let loading = [
        r#"<Relationships><Relationship Type="a/image" Target="http://a" TargetMode="External"/></Relationships>"#,
        "<Relationship Type='a/image' TargetMode='External'/>",
        "<Relationship\n\tTargetMode\n=\n\"External\"\n/>",
        r#"<p:Relationship Target="a>b" TargetMode="External"></p:Relationship>"#,
        r#"<Relationship TargetMode="&#69;xternal"/>"#,
        r#"<!-- a=" --><Relationship TargetMode="External"/><!-- " -->"#,
        "<!DOCTYPE Relationships [<!ENTITY a 'External'>]>",
        "<Relationship TargetMode=External/>",
    ];
    for links in loading {
        assert_eq!(odd(links.as_bytes()), external, "{links}");
        let wide: Vec<u8> = format!("\u{feff}{links}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(odd(&wide), external, "{links}");
    }
    let harmless = [
        "",
        "<?xml version='1.0'?><Relationships/>",
        r#"<Relationship Type="a/image" Target="a.png"/><Relationship TargetMode="Internal"/>"#,
        r#"<Relationship Type="http://a/hyperlink" TargetMode="External" Target="http://a"/>"#,
        r#"<!-- <Relationship TargetMode="External"/> -->"#,
    ];
    for links in harmless {
        assert_eq!(odd(links.as_bytes()), [], "{links}");
    }
}

#[test]
fn what_is_too_much_to_be_read_is_not_taken_for_harmless() {
    let excessive = Err(Unfit::Excessive { media: MediaType::Docx });
    let types = format!("{WORD}{}", " ".repeat(1024 * 1024));
    assert_eq!(recognised(&document(&types, &[("word/document.xml", b"<w:document/>")])), excessive);
    let names: Vec<String> = (0..1001).map(|number| format!("word/_rels/{number}.xml.rels")).collect();
    let links = names.iter().map(|name| (name.as_str(), &b"<Relationships/>"[..]));
    let main = [("word/document.xml", &b"<w:document/>"[..])];
    let parts: Vec<(&str, &[u8])> = main.into_iter().chain(links).collect();
    assert_eq!(recognised(&document(WORD, &parts)), excessive);
    assert_eq!(recognised(&document(WORD, &parts[..1001])), Ok(MediaType::Docx));
}

/// What texts about links are made of here.
const PIECES: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<?",
    "?>",
    "<![CDATA[",
    "]]>",
    "=",
    "\"",
    "'",
    " ",
    "\n",
    "é",
    ":",
    "Relationship",
    "TargetMode",
    "External",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_stands_in_links_is_judged(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..30)) {
        prop_assert!(look(&linked("_rels/.rels", pieces.concat().as_bytes())).is_ok());
    }
}
