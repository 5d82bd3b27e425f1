//! Files as they come: whole, cut, broken, and built to hurt.

use std::io::{Cursor, Write};

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

fn film(stsz: &[u8]) -> Vec<u8> {
    let ftyp = boxed(*b"ftyp", b"isom\0\0\0\0isommp41");
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

fn good_film() -> Vec<u8> {
    film(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0xf4])
}

fn pdf(kids: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{kids}]/Count 1>>"),
        "<</Type/Page/Parent 2 0 R>>".to_owned(),
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

fn document(types: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [("[Content_Types].xml", types.as_bytes())].iter().chain(parts) {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn word() -> Vec<u8> {
    document("wordprocessingml.document.main+xml", &[("word/document.xml", b"<w:document/>")])
}

fn whole() -> Vec<(MediaType, Vec<u8>)> {
    vec![
        (MediaType::Jpeg, picture(ImageFormat::Jpeg)),
        (MediaType::Png, picture(ImageFormat::Png)),
        (MediaType::Webp, picture(ImageFormat::WebP)),
        (MediaType::Mp4, good_film()),
        (MediaType::Pdf, pdf("3 0 R")),
        (MediaType::Docx, word()),
    ]
}

#[test]
fn whole_files_are_what_they_are_and_nothing_is_odd() {
    for (media, bytes) in whole() {
        let seen = look(&bytes).unwrap_or_else(|why| panic!("{media:?}: {why:?}"));
        assert_eq!((seen.media, seen.oddities), (media, Vec::new()));
    }
}

#[test]
fn no_beginning_of_a_file_is_taken() {
    for (media, bytes) in whole() {
        for length in 0..bytes.len() {
            let why = look(&bytes[..length]).unwrap_err();
            if length > 200 && media != MediaType::Docx {
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
        look(&film(&[0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255])),
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
fn what_stands_behind_the_end_is_noted() {
    let jpeg = [picture(ImageFormat::Jpeg), word()].concat();
    let seen = look(&jpeg).unwrap();
    assert!(seen.oddities.contains(&Oddity::AlsoReadsAs { what: Unfit::Archive }), "{:?}", seen.oddities);
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
    fn flipped_bits_never_panic(which in 0..6_usize, at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let (_, mut bytes) = whole().swap_remove(which);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let _judged = look(&bytes);
    }

    #[test]
    fn noise_behind_any_beginning_is_judged(which in 0..6_usize, noise in prop::collection::vec(any::<u8>(), 0..600)) {
        let (_, bytes) = whole().swap_remove(which);
        let _judged = look(&[&bytes[..16.min(bytes.len())], &noise].concat());
    }
}
