//! What else a file can be read as.

use domain::{
    evidence::MediaType,
    examination::{Oddity, Unfit},
    ids::ByteCount,
};
use image::ImageFormat;

use super::files::{ARCHIVE, MP4, PDF, boxed, chunk, good_film, linked, look, pdf, picture, segment, whole, word};

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
