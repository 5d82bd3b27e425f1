//! What a camera says in a photo (EXIF), and how much of it is read.

use std::time::{Duration, Instant};

use domain::{
    enterprise::Coordinates,
    evidence::MediaType,
    examination::{ClaimedZone, Claims},
    time::Timestamp,
};
use image::ImageFormat;
use media::inspect::Inspection;
use proptest::prelude::*;

use super::files::{boxed, chunk, look, picture, recognised, segment};

/// An entry as it stands: tag, type, count, value or place.
type Entry = (u16, u16, u32, u32);

/// A block whose table has these entries first, then texts and a place, and says where the next table lies.
fn block_with(first: &[Entry], main: &[(u16, &str)], gps: Option<[u32; 6]>, next: u32) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    let entries = first.len() + main.len() + usize::from(gps.is_some());
    let mut heap_at = 8 + 2 + entries * 12 + 4;
    let (mut table, mut heap) = (u16::try_from(entries).unwrap().to_be_bytes().to_vec(), Vec::new());
    let entry = |table: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        table.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
        table.extend(count.to_be_bytes());
        table.extend(value);
    };
    for (tag, kind, count, value) in first {
        entry(&mut table, *tag, *kind, *count, value.to_be_bytes());
    }
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
    table.extend(next.to_be_bytes());
    tiff.extend(table);
    tiff.extend(heap);
    tiff
}

fn with_exif(main: &[(u16, &str)], gps: Option<[u32; 6]>) -> Vec<u8> {
    jpeg_saying(&block_with(&[], main, gps, 0))
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
    // What a table says that only points to others is read, and as many of these as may be.
    for (tables, behind) in [(900, 33_000), (500, 6000), (999, 30_000)] {
        let began = Instant::now();
        assert_eq!(maker(&jpeg_saying(&pointing(tables, behind))).as_deref(), Some("abc"), "{tables}");
        assert!(began.elapsed() < Duration::from_secs(2), "{tables}: {:?}", began.elapsed());
    }
    // Tables that are not there harm nothing. One of more entries than may be is not read at all.
    assert_eq!(maker(&jpeg_saying(&pointing(999, 0))).as_deref(), Some("abc"));
    assert_eq!(maker(&jpeg_saying(&pointing(1000, 0))), None);
    // Tables in a row that comes back to its beginning end.
    let mut circle = pointing(0, 0);
    circle[22..26].copy_from_slice(&[0, 0, 0, 8]);
    assert_eq!(maker(&jpeg_saying(&circle)).as_deref(), Some("abc"));
}

/// What a photo says that has this place and this time in its block besides, and from byte 20 000 on nothing but places
/// that read as the beginning of a table without end; some bytes stand at 39 000.
fn beside_what_is_stale(first: &[Entry], next: u32, at_39_000: &[u8]) -> Claims {
    let main = [(0x010f, "Maker"), (0x0132, "2026:03:02 09:00:00")];
    let mut block = block_with(first, &main, Some([43, 52, 48, 125, 19, 12]), next);
    block.resize(40_000, 0xff);
    block[39_000..][..at_39_000.len()].copy_from_slice(at_39_000);
    look(&jpeg_saying(&block)).unwrap().claims
}

#[test]
fn what_one_program_has_left_stale_does_not_silence_the_rest() {
    let cases: [(&str, &[Entry], u32); 10] = [
        ("nothing", &[], 0),
        ("into other bytes", &[(0x8769, 4, 1, 20_000)], 0),
        (
            "into other bytes, several times",
            &[(0x8825, 4, 1, 20_000), (0x8769, 4, 1, 20_001), (0x8769, 4, 1, 20_002)],
            0,
        ),
        ("to a few of them", &[(0x8769, 4, 1, 39_900)], 0),
        ("behind the end", &[(0x8769, 4, 1, 4_000_000_000)], 0),
        ("to its own table", &[(0x8769, 4, 1, 8)], 0),
        (
            "by a number of two bytes, by several, by none",
            &[(0x8769, 3, 1, 20_000 << 16), (0x8825, 4, 2, 20_000), (0x8769, 4, 0, 0)],
            0,
        ),
        ("to what the maker notes", &[(0x927c, 7, 900_000, 20_000)], 0),
        ("to a next table in other bytes", &[], 20_000),
        ("to a next table behind the end", &[], 4_000_000_000),
    ];
    for (what, first, next) in cases {
        let claims = beside_what_is_stale(first, next, &[]);
        assert_eq!(claims.taken.and_then(|taken| taken.at), Some(Timestamp(1_772_413_200_000)), "{what}");
        assert_eq!(claims.place.map(|place| place.at), Coordinates::new(43.88, 125.32).ok(), "{what}");
        assert_eq!(claims.device.and_then(|device| device.make).as_deref(), Some("Maker"), "{what}");
    }
}

#[test]
fn a_table_with_a_stale_pointer_is_read_itself() {
    // When it was taken, and what the photo may be used with.
    let mut table = b"\0\x02\x90\x03\0\x02\0\0\0\x14".to_vec();
    table.extend(39_030_u32.to_be_bytes());
    table.extend(b"\xa0\x05\0\x04\0\0\0\x01");
    table.extend(20_000_u32.to_be_bytes());
    table.extend(b"\0\0\0\x002026:03:01 08:00:00\0");
    let claims = beside_what_is_stale(&[(0x8769, 4, 1, 39_000)], 8, &table);
    assert_eq!(claims.taken.unwrap().raw, "2026:03:01 08:00:00");
    assert_eq!(claims.place.unwrap().at, Coordinates::new(43.88, 125.32).unwrap());
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
    assert_eq!(look(include_bytes!("../fixtures/turned.heic")).unwrap().claims.orientation, Some(6));
    // Zero is what a device writes that does not know where it is.
    assert_eq!(look(&with_exif(&main, Some([0; 6]))).unwrap().claims.place, None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn noise_in_what_a_camera_says_is_judged(noise in prop::collection::vec(any::<u8>(), 0..300)) {
        for order in [b"MM\0*\0\0\0\x08", b"II*\0\x08\0\0\0"] {
            prop_assert!(look(&jpeg_saying(&[&order[..], &noise].concat())).is_ok());
        }
    }
}
