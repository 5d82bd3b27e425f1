//! What a file is by its bytes, and what is refused from its beginning.

use std::io::{Cursor, Write as _};

use domain::{evidence::MediaType, examination::Unfit, item::EvidenceKind};
use image::ImageFormat;
use media::inspect::recognise;

use super::files::{MP4, WORD, chunk, document, film, look, packed, pdf, picture, recognised, whole};

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
