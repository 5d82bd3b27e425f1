//! What a photo says of itself: any block where a camera puts its own, in a photo that is whole otherwise.
#![no_main]

use std::io::Cursor;

/// One frame of eight pixels square and one scan of it.
const REST: &[u8] = b"\xff\xc0\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\0\xff\xd9";

libfuzzer_sys::fuzz_target!(|block: &[u8]| {
    let Ok(length) = u16::try_from(block.len() + 8) else { return };
    let photo = [&b"\xff\xd8\xff\xe1"[..], &length.to_be_bytes(), b"Exif\0\0", block, REST].concat();
    assert!(media::inspect::inspect(&mut Cursor::new(photo)).unwrap().is_ok());
});
