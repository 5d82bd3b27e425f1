//! What a file is: no bytes may be too strange, and it is the same where files come in and where they are opened. The
//! first byte chooses a beginning, so that every format is reached.
#![no_main]

use std::io::Cursor;

const BEGINNINGS: [&[u8]; 8] = [
    b"",
    b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"RIFF\x20\0\0\0WEBPVP8 ",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    b"\0\0\0\x14ftypisom\0\0\0\0isom",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let whole = [BEGINNINGS[usize::from(*first) % BEGINNINGS.len()], rest].concat();
    let seen = media::inspect::inspect(&mut Cursor::new(&whole)).unwrap().map(|seen| seen.media);
    assert_eq!(media::inspect::recognise(&mut Cursor::new(&whole), |_| false).unwrap(), seen);
});
