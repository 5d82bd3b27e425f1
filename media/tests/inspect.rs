//! Files as they come: whole, cut, broken, and built to hurt.

use std::{
    io::{Cursor, Read, Seek, SeekFrom, Write},
    sync::LazyLock,
    time::{Duration, Instant},
};

use domain::{
    enterprise::Coordinates,
    evidence::MediaType,
    examination::{ActiveContent, ClaimedZone, Claims, Oddity, Unfit},
    ids::ByteCount,
    item::EvidenceKind,
    time::Timestamp,
};
use image::{DynamicImage, ImageFormat};
use media::inspect::{Inspection, deep, inspect, recognise};
use proptest::prelude::*;

/// What a worker sees.
fn look(bytes: &[u8]) -> Result<Inspection, Unfit> {
    inspect(&mut Cursor::new(bytes)).unwrap()
}

/// What is seen where files come in.
fn recognised(bytes: &[u8]) -> Result<MediaType, Unfit> {
    recognise(&mut Cursor::new(bytes), |_| false).unwrap()
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(40, 30).write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).unwrap();
    [&length.to_be_bytes(), &kind[..], body].concat()
}

/// The brands of a film that is MP4, and of one that is `QuickTime`.
const MP4: &[u8] = b"isom\0\0\0\0isommp41";
const MOV: &[u8] = b"qt  \0\0\0\0qt  ";

fn film(brands: &[u8], stsz: &[u8]) -> Vec<u8> {
    let ftyp = boxed(*b"ftyp", brands);
    let mvhd = [&[0; 12][..], &1000_u32.to_be_bytes(), &2500_u32.to_be_bytes(), &[0; 80]].concat();
    let mut tkhd = vec![0; 40];
    for value in [0x1_0000_u32, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000, 640 << 16, 480 << 16] {
        tkhd.extend(value.to_be_bytes());
    }
    let hdlr = boxed(*b"hdlr", b"\0\0\0\0\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let stsd = boxed(*b"stsd", b"\0\0\0\0\0\0\0\x01\0\0\0\x10avc1\0\0\0\0\0\0\0\x01");
    let minf = boxed(*b"minf", &boxed(*b"stbl", &[stsd, boxed(*b"stsz", stsz)].concat()));
    let trak = boxed(*b"trak", &[boxed(*b"tkhd", &tkhd), boxed(*b"mdia", &[hdlr, minf].concat())].concat());
    let moov = boxed(*b"moov", &[boxed(*b"mvhd", &mvhd), trak].concat());
    [ftyp, moov, boxed(*b"mdat", &[7; 500])].concat()
}

fn good_film(brands: &[u8]) -> Vec<u8> {
    film(brands, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0xf4])
}

fn pdf(kids: &str) -> Vec<u8> {
    pdf_with(kids, "")
}

/// A PDF whose page has this besides.
fn pdf_with(kids: &str, in_page: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{kids}]/Count 1>>"),
        format!("<</Type/Page/Parent 2 0 R{in_page}>>"),
    ];
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).bytes());
    }
    let table = out.len();
    out.extend(b"xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{table}\n%%EOF").bytes());
    out
}

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn document(types: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let types = [("[Content_Types].xml", types.as_bytes())];
    packed(&[&types[..], parts].concat())
}

/// How lists of types call the main part.
const WORD: &str = "wordprocessingml.document.main+xml";

fn word() -> Vec<u8> {
    document(WORD, &[("word/document.xml", b"<w:document/>")])
}

/// A document with a part about links.
fn linked(name: &str, links: &[u8]) -> Vec<u8> {
    document(WORD, &[("word/document.xml", b"<w:document/>"), (name, links)])
}

fn sheet() -> Vec<u8> {
    let parts: &[(&str, &[u8])] = &[("_rels/.rels", b"<Relationships/>"), ("xl/workbook.xml", b"<workbook/>")];
    document("spreadsheetml.sheet.main+xml", parts)
}

fn ofd() -> Vec<u8> {
    packed(&[("OFD.xml", b"<ofd:OFD/>"), ("Doc_0/Document.xml", b"<ofd:Document/>")])
}

/// A file of every kind that is taken.
fn whole() -> &'static [(MediaType, Vec<u8>)] {
    static WHOLE: LazyLock<Vec<(MediaType, Vec<u8>)>> = LazyLock::new(|| {
        vec![
            (MediaType::Jpeg, picture(ImageFormat::Jpeg)),
            (MediaType::Png, picture(ImageFormat::Png)),
            (MediaType::Webp, picture(ImageFormat::WebP)),
            (MediaType::Heic, include_bytes!("fixtures/chart.heic").to_vec()),
            (MediaType::Mp4, good_film(MP4)),
            (MediaType::Mov, good_film(MOV)),
            (MediaType::Pdf, pdf("3 0 R")),
            (MediaType::Docx, word()),
            (MediaType::Xlsx, sheet()),
            (MediaType::Ofd, ofd()),
        ]
    });
    &WHOLE
}

const fn is_of_parts(media: MediaType) -> bool {
    matches!(media, MediaType::Docx | MediaType::Xlsx | MediaType::Ofd)
}

#[test]
fn whole_files_are_what_they_are_and_nothing_is_odd() {
    assert!(MediaType::ALL.iter().all(|media| whole().iter().any(|(known, _)| known == media)));
    for (media, bytes) in whole() {
        let seen = look(bytes).unwrap_or_else(|why| panic!("{media:?}: {why:?}"));
        assert_eq!((seen.media, seen.oddities), (*media, Vec::new()));
        assert_eq!(recognised(bytes), Ok(*media));
    }
}

#[test]
fn no_beginning_of_a_file_is_taken() {
    for (media, bytes) in whole() {
        for length in 0..bytes.len() {
            let why = look(&bytes[..length]).unwrap_err();
            if length > 200 && !is_of_parts(*media) {
                assert!(matches!(why, Unfit::Incomplete { .. } | Unfit::Damaged { .. }), "{media:?} {length}: {why:?}");
            }
        }
    }
}

#[test]
fn what_is_not_taken_is_called_by_its_name() {
    let utf16: Vec<u8> = "\u{feff}<html><body>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: &[(&[u8], Unfit)] = &[
        (b"\xef\xbb\xbf \n<!DOCTYPE html><p>", Unfit::Html),
        (&utf16, Unfit::Html),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", Unfit::Svg),
        (b"<?xml version='1.0'?><a/>", Unfit::Xml),
        (b"#!/bin/sh\nrm", Unfit::Script),
        (b"\x7fELF\x02", Unfit::Program),
        (b"MZ\x90\0\x03", Unfit::Program),
        (b"7z\xbc\xaf\x27\x1c\0", Unfit::Archive),
        (b"GIF89a", Unfit::OtherPicture),
        (b"BMW is a car", Unfit::PlainText),
        (b"\x1a\x45\xdf\xa3", Unfit::OtherVideo),
        (b"ID3\x04", Unfit::Sound),
        (b"\xc4\xe3\xba\xc3", Unfit::PlainText),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Unfit::OtherDocument),
        (b"\0\x01\x02\x03", Unfit::Unknown),
    ];
    for (bytes, why) in cases {
        assert_eq!(look(bytes), Err(*why), "{}", String::from_utf8_lossy(bytes));
    }
    let macros = document(WORD, &[("word/document.xml", b""), ("word/vbaProject.bin", b"")]);
    assert_eq!(look(&macros), Err(Unfit::Macros));
    assert_eq!(look(&document("presentationml", &[])), Err(Unfit::OtherDocument));
}

#[test]
fn bombs_are_refused_from_their_headers() {
    let mut jpeg = picture(ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    assert_eq!(look(&jpeg), Err(Unfit::Excessive { media: MediaType::Jpeg }));
    assert_eq!(
        look(&film(MP4, &[0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255])),
        Err(Unfit::Damaged { media: MediaType::Mp4 })
    );
    let zeros = vec![0; 8 * 1024 * 1024];
    let bomb = document(WORD, &[("word/document.xml", &zeros)]);
    assert_eq!(look(&bomb), Err(Unfit::Excessive { media: MediaType::Docx }));
}

#[test]
fn what_is_too_large_for_its_kind_is_named_and_looked_at_no_further() {
    let named = |bytes: &[u8]| recognise(&mut Cursor::new(bytes), |kind| kind == EvidenceKind::Document).unwrap();
    let (paper, empty) = (pdf("3 0 R"), document(WORD, &[]));
    for (bytes, media) in [(&paper[..100], MediaType::Pdf), (&empty[..], MediaType::Docx)] {
        assert_eq!(named(bytes), Ok(media));
        assert!(recognised(bytes).is_err());
    }
    assert_eq!(named(&packed(&[("a.jpg", b"")])), Err(Unfit::Archive));
    assert_eq!(named(&picture(ImageFormat::Jpeg)[..100]), Err(Unfit::Incomplete { media: MediaType::Jpeg }));
}

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

/// A segment of a JPEG.
fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], body].concat()
}

/// A piece of a PNG.
fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(&name);
    sum.update(data);
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &name, data, &sum.sum().to_be_bytes()].concat()
}

const ARCHIVE: Oddity = Oddity::AlsoReadsAs { what: Unfit::Archive };
const PDF: Oddity = Oddity::AlsoHolds { media: MediaType::Pdf };

#[test]
fn what_stands_behind_the_end_is_noted() {
    let jpeg = picture(ImageFormat::Jpeg);
    let seen = look(&[&jpeg[..], &word()].concat()).unwrap();
    assert!(seen.oddities.contains(&ARCHIVE), "{:?}", seen.oddities);
    // Telephones write a second picture behind the first and say so; an archive behind both is not of them.
    let (begin, rest) = jpeg.split_at(2);
    let several = [begin, &segment(0xe2, b"MPF\0MM\0*\0\0\0\x08\0\0"), rest, &jpeg].concat();
    assert_eq!(look(&several).unwrap().oddities, []);
    assert_eq!(look(&[several, word()].concat()).unwrap().oddities, [ARCHIVE]);
}

#[test]
fn bytes_behind_the_end_are_nothing_more_only_where_nothing_known_begins_so() {
    let jpeg = picture(ImageFormat::Jpeg);
    let behind = |bytes: &[u8]| look(&[&jpeg[..], bytes].concat()).unwrap().oddities;
    for other in [&b"\0\0\x01\x02"[..], b"some text"] {
        assert_eq!(behind(other), [Oddity::TrailingBytes { count: ByteCount(other.len() as u64) }]);
    }
    assert_eq!(behind(&pdf("3 0 R")), [PDF]);
    assert_eq!(behind(&good_film(MP4)), [Oddity::AlsoHolds { media: MediaType::Mp4 }]);
    assert_eq!(behind(&picture(ImageFormat::Png)), [Oddity::AlsoHolds { media: MediaType::Png }]);
    assert_eq!(behind(b"<html><script>alert(1)</script>"), [Oddity::AlsoReadsAs { what: Unfit::Html }]);
    assert_eq!(behind(&[&b"\0\0"[..], &word()].concat()), [ARCHIVE]);
}

#[test]
fn what_begins_a_pdf_within_the_first_bytes_is_noted() {
    let odd = |bytes: &[u8]| look(bytes).unwrap().oddities;
    let (jpeg, png) = (picture(ImageFormat::Jpeg), picture(ImageFormat::Png));
    let with_comment = |comment: &[u8]| [&jpeg[..2], &segment(0xfe, comment), &jpeg[2..]].concat();
    assert_eq!(odd(&with_comment(b"%PDF-1.4")), [PDF]);
    assert_eq!(odd(&with_comment(&[&[b' '; 1024][..], b"%PDF-1.4"].concat())), []);
    assert_eq!(odd(&[&png[..33], &chunk(*b"tEXt", b"a\0%PDF-1.4"), &png[33..]].concat()), [PDF]);
    assert_eq!(odd(&[boxed(*b"ftyp", MP4), boxed(*b"free", b"%PDF-1.4"), good_film(MP4)].concat()), [PDF]);
    assert_eq!(odd(&linked("%PDF-1.4", b"")), [PDF]);
    // It is both at once, and said once.
    assert_eq!(odd(&[with_comment(b"%PDF-1.4"), pdf("3 0 R")].concat()), [PDF]);
}

#[test]
fn an_archive_is_noted_wherever_a_format_has_room_for_one() {
    let odd = |bytes: &[u8]| look(bytes).unwrap().oddities;
    for (media, bytes) in whole() {
        if matches!(media, MediaType::Heic | MediaType::Mp4 | MediaType::Mov) {
            assert_eq!(odd(&[&bytes[..], &boxed(*b"free", &word())].concat()), [ARCHIVE], "{media:?}");
        }
    }
    let jpeg = picture(ImageFormat::Jpeg);
    let (scan, end) = jpeg.split_at(jpeg.len() - 2);
    assert_eq!(odd(&[scan, &segment(0xfe, &word()), end].concat()), [ARCHIVE]);
    // It neither begins where the picture ends nor stands near the end of the file: its comment is as long as can be.
    let zip = word();
    let far = [&jpeg[..], b"\0\0", &zip[..zip.len() - 2], b"\xff\xff", &vec![b' '; 0xffff]].concat();
    assert!(odd(&far).contains(&ARCHIVE));
}

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
fn a_huge_png_and_texts_that_unpack_without_end_cost_nothing() {
    let header =
        |side: u32| chunk(*b"IHDR", &[&side.to_be_bytes()[..], &side.to_be_bytes(), &[8, 2, 0, 0, 0]].concat());
    let begin = b"\x89PNG\r\n\x1a\n".to_vec();
    let huge = [begin.clone(), header(16_384), chunk(*b"IDAT", &[0]), chunk(*b"IEND", &[])].concat();
    assert_eq!(look(&huge), Err(Unfit::Excessive { media: MediaType::Png }));
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b'a'; 64 * 1024 * 1024]).unwrap();
    let text = [b"Comment\0\0".to_vec(), packed.finish().unwrap()].concat();
    let bomb = [begin, header(8), chunk(*b"zTXt", &text), chunk(*b"IDAT", &[0]), chunk(*b"IEND", &[])].concat();
    assert_eq!(look(&bomb).unwrap().media, MediaType::Png);
}

/// A JPEG with an EXIF block of these entries: tag, type, count, value or place.
fn with_exif(main: &[(u16, &str)], gps: Option<[u32; 6]>) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    let entries = main.len() + usize::from(gps.is_some());
    let mut heap_at = 8 + 2 + entries * 12 + 4;
    let (mut table, mut heap) = (u16::try_from(entries).unwrap().to_be_bytes().to_vec(), Vec::new());
    let entry = |table: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        table.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
        table.extend(count.to_be_bytes());
        table.extend(value);
    };
    for (tag, text) in main {
        if *tag == 0x0112 {
            let way: u16 = text.parse().unwrap();
            entry(&mut table, *tag, 3, 1, [way.to_be_bytes(), [0; 2]].concat().try_into().unwrap());
            continue;
        }
        let text = [text.as_bytes(), b"\0\0\0\0"].concat();
        entry(&mut table, *tag, 2, u32::try_from(text.len()).unwrap(), u32::try_from(heap_at).unwrap().to_be_bytes());
        heap_at += text.len();
        heap.extend(text);
    }
    if let Some(degrees) = gps {
        entry(&mut table, 0x8825, 4, 1, u32::try_from(heap_at).unwrap().to_be_bytes());
        let rationals = heap_at + 2 + 4 * 12 + 4;
        let mut block = 4_u16.to_be_bytes().to_vec();
        entry(&mut block, 1, 2, 2, *b"N\0\0\0");
        entry(&mut block, 2, 5, 3, u32::try_from(rationals).unwrap().to_be_bytes());
        entry(&mut block, 3, 2, 2, *b"E\0\0\0");
        entry(&mut block, 4, 5, 3, u32::try_from(rationals + 24).unwrap().to_be_bytes());
        block.extend([0; 4]);
        for part in degrees {
            block.extend([part.to_be_bytes(), 1_u32.to_be_bytes()].concat());
        }
        heap.extend(block);
    }
    table.extend([0; 4]);
    tiff.extend(table);
    tiff.extend(heap);
    jpeg_saying(&tiff)
}

fn jpeg_saying(block: &[u8]) -> Vec<u8> {
    let plain = picture(ImageFormat::Jpeg);
    [&plain[..2], &segment(0xe1, &[&b"Exif\0\0"[..], block].concat()), &plain[2..]].concat()
}

fn png_saying(block: &[u8]) -> Vec<u8> {
    let plain = picture(ImageFormat::Png);
    // Behind the header.
    [&plain[..33], &chunk(*b"eXIf", block), &plain[33..]].concat()
}

fn webp_saying(block: &[u8]) -> Vec<u8> {
    let plain = picture(ImageFormat::WebP);
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let padding = vec![0_u8; block.len() % 2];
    let chunks = [&plain[8..], b"EXIF", &length(block), block, &padding].concat();
    [&b"RIFF"[..], &length(&chunks), &chunks].concat()
}

/// Beside the block stand ten bytes that say where it begins.
fn heic_saying(block: &[u8]) -> Vec<u8> {
    let held = [&b"\0\0\0\x06Exif\0\0"[..], block].concat();
    let ftyp = boxed(*b"ftyp", b"heic\0\0\0\0mif1heic");
    let iinf = [&b"\0\0\0\0\0\x01"[..], &boxed(*b"infe", b"\x02\0\0\0\0\x02\0\0Exif\0")].concat();
    let ispe = boxed(*b"ispe", &[0_u32, 40, 30].map(u32::to_be_bytes).concat());
    let iprp = boxed(*b"iprp", &boxed(*b"ipco", &ispe));
    let meta = |at: usize| {
        let place = [at, held.len()].map(|number| u32::try_from(number).unwrap().to_be_bytes()).concat();
        let iloc = [&b"\0\0\0\0\x44\0\0\x01\0\x02\0\0\0\x01"[..], &place].concat();
        boxed(*b"meta", &[&[0; 4][..], &boxed(*b"iinf", &iinf), &boxed(*b"iloc", &iloc), &iprp].concat())
    };
    let at = ftyp.len() + meta(0).len() + 8;
    [ftyp, meta(at), boxed(*b"mdat", &held)].concat()
}

/// A block that names a maker, and points to so many tables that lie over each other among the bytes behind, where any
/// place reads as the beginning of a table without end.
fn pointing(tables: u16, behind: usize) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08".to_vec();
    block.extend((tables + 1).to_be_bytes());
    block.extend(b"\x01\x0f\0\x02\0\0\0\x04abc\0");
    let begin = 8 + 2 + 12 * (u32::from(tables) + 1) + 4;
    for table in 0..u32::from(tables) {
        block.extend(b"\x87\x69\0\x04\0\0\0\x01");
        block.extend((begin + table).to_be_bytes());
    }
    block.extend([0; 4]);
    block.resize(block.len() + behind, 0xff);
    block
}

fn maker(bytes: &[u8]) -> Option<String> {
    look(bytes).unwrap().claims.device?.make
}

#[test]
fn tables_that_lie_over_each_other_cost_nothing_and_say_nothing() {
    // Together they count seven million entries.
    let bomb = pointing(2600, 33_000);
    for (media, bytes) in [(MediaType::Jpeg, jpeg_saying(&bomb)), (MediaType::Png, png_saying(&bomb))] {
        let began = Instant::now();
        // Where files come in, nothing that they say of themselves is read.
        assert_eq!(recognised(&bytes), Ok(media));
        let claims = Claims { pixels: Some((40, 30)), ..Claims::default() };
        assert_eq!(look(&bytes).unwrap(), Inspection { media, claims, oddities: Vec::new() });
        assert!(began.elapsed() < Duration::from_secs(2), "{media:?}: {:?}", began.elapsed());
    }
    // As many as may be are read, and tables that are not there harm nothing.
    assert_eq!(maker(&jpeg_saying(&pointing(999, 0))).as_deref(), Some("abc"));
    assert_eq!(maker(&jpeg_saying(&pointing(1000, 0))), None);
    // Tables in a row that comes back to its beginning end.
    let mut circle = pointing(0, 0);
    circle[22..26].copy_from_slice(&[0, 0, 0, 8]);
    assert_eq!(maker(&jpeg_saying(&circle)).as_deref(), Some("abc"));
}

#[test]
fn a_block_that_is_larger_than_cameras_write_says_nothing() {
    type Hold = fn(&[u8]) -> Vec<u8>;
    let holders: [(Hold, usize); 3] = [(png_saying, 0), (webp_saying, 0), (heic_saying, 10)];
    for (number, (hold, beside)) in holders.into_iter().enumerate() {
        let made = |bytes: usize| {
            let mut block = pointing(0, 0);
            block.resize(bytes - beside, 0);
            maker(&hold(&block))
        };
        assert_eq!(made(128 * 1024).as_deref(), Some("abc"), "{number}");
        assert_eq!(made(128 * 1024 + 1), None, "{number}");
    }
}

#[test]
fn claims_are_read_and_what_is_missing_is_missing() {
    let silent = look(&picture(ImageFormat::Jpeg)).unwrap().claims;
    assert_eq!((silent.taken, silent.place, silent.device, silent.pixels), (None, None, None, Some((40, 30))));
    let main = [(0x010f, "Maker"), (0x0110, "Phone 1"), (0x0112, "6"), (0x0132, "2026:03:02 09:00:00")];
    let claims = look(&with_exif(&main, Some([43, 52, 48, 125, 19, 12]))).unwrap().claims;
    let taken = claims.taken.unwrap();
    // No zone is told: it is read as Beijing time.
    assert_eq!((taken.at, taken.zone), (Some(Timestamp(1_772_413_200_000)), ClaimedZone::Unknown));
    assert_eq!(claims.place.unwrap().at, Coordinates::new(43.88, 125.32).unwrap());
    assert_eq!(claims.device.unwrap().model.as_deref(), Some("Phone 1"));
    assert_eq!((claims.orientation, claims.pixels), (Some(6), Some((30, 40))));
    assert_eq!(look(include_bytes!("fixtures/turned.heic")).unwrap().claims.orientation, Some(6));
    // Zero is what a device writes that does not know where it is.
    assert_eq!(look(&with_exif(&main, Some([0; 6]))).unwrap().claims.place, None);
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
    fn flipped_bits_never_panic(
        which in 0..MediaType::ALL.len(), flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 0..4),
        length in any::<prop::sample::Index>(),
    ) {
        let (_, mut bytes) = whole()[which].clone();
        for (at, bit) in &flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        prop_assert_eq!(recognised(&bytes), look(&bytes).map(|seen| seen.media));
        // What is only cut is never taken for whole.
        bytes.truncate(length.index(bytes.len()));
        let judged = look(&bytes);
        prop_assert!(!flips.is_empty() || judged.is_err());
    }

    #[test]
    fn whatever_stands_in_links_is_judged(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..30)) {
        prop_assert!(look(&linked("_rels/.rels", pieces.concat().as_bytes())).is_ok());
    }

    #[test]
    fn noise_in_what_a_camera_says_is_judged(noise in prop::collection::vec(any::<u8>(), 0..300)) {
        for order in [b"MM\0*\0\0\0\x08", b"II*\0\x08\0\0\0"] {
            prop_assert!(look(&jpeg_saying(&[&order[..], &noise].concat())).is_ok());
        }
    }

    #[test]
    fn noise_behind_any_beginning_is_judged(
        which in 0..MediaType::ALL.len(), noise in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let (_, bytes) = &whole()[which];
        let _judged = look(&[&bytes[..16.min(bytes.len())], &noise].concat());
    }
}
