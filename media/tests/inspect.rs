//! Files as they come: whole, cut, broken, and built to hurt.

use std::{
    io::{Cursor, Write},
    sync::LazyLock,
};

use domain::{
    enterprise::Coordinates,
    evidence::MediaType,
    examination::{ActiveContent, ClaimedZone, Oddity, Unfit},
    time::Timestamp,
};
use image::{DynamicImage, ImageFormat};
use media::inspect::{Inspection, deep, inspect};
use proptest::prelude::*;

fn look(bytes: &[u8]) -> Result<Inspection, Unfit> {
    inspect(&mut Cursor::new(bytes)).unwrap()
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

fn word() -> Vec<u8> {
    document("wordprocessingml.document.main+xml", &[("word/document.xml", b"<w:document/>")])
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
    let macros =
        document("wordprocessingml.document.main+xml", &[("word/document.xml", b""), ("word/vbaProject.bin", b"")]);
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
    let bomb = document("wordprocessingml.document.main+xml", &[("word/document.xml", &zeros)]);
    assert_eq!(look(&bomb), Err(Unfit::Excessive { media: MediaType::Docx }));
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

const ARCHIVE: Oddity = Oddity::AlsoReadsAs { what: Unfit::Archive };

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
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(name);
        sum.update(data);
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], name, data, &sum.sum().to_be_bytes()].concat()
    };
    let header = |side: u32| chunk(b"IHDR", &[&side.to_be_bytes()[..], &side.to_be_bytes(), &[8, 2, 0, 0, 0]].concat());
    let begin = b"\x89PNG\r\n\x1a\n".to_vec();
    let huge = [begin.clone(), header(16_384), chunk(b"IDAT", &[0]), chunk(b"IEND", &[])].concat();
    assert_eq!(look(&huge), Err(Unfit::Excessive { media: MediaType::Png }));
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b'a'; 64 * 1024 * 1024]).unwrap();
    let text = [b"Comment\0\0".to_vec(), packed.finish().unwrap()].concat();
    let bomb = [begin, header(8), chunk(b"zTXt", &text), chunk(b"IDAT", &[0]), chunk(b"IEND", &[])].concat();
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
    let body = [b"Exif\0\0".to_vec(), tiff].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    let plain = picture(ImageFormat::Jpeg);
    [&plain[..2], b"\xff\xe1", &length, &body, &plain[2..]].concat()
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
    // Zero is what a device writes that does not know where it is.
    assert_eq!(look(&with_exif(&main, Some([0; 6]))).unwrap().claims.place, None);
}

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
        let _judged = look(&bytes);
        // What is only cut is never taken for whole.
        bytes.truncate(length.index(bytes.len()));
        let judged = look(&bytes);
        prop_assert!(!flips.is_empty() || judged.is_err());
    }

    #[test]
    fn noise_behind_any_beginning_is_judged(
        which in 0..MediaType::ALL.len(), noise in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let (_, bytes) = &whole()[which];
        let _judged = look(&[&bytes[..16.min(bytes.len())], &noise].concat());
    }
}
