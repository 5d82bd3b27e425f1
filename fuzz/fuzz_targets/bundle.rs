//! Bundles: whatever a stranger sends is judged, and never good with keys that are nobody's.
#![no_main]

use std::io::Cursor;

use proof::{bundle, note::KeyRing};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let report = bundle::verify(Cursor::new(bytes), Some(&KeyRing { keys: Vec::new() }), &mut |_, _| {});
    assert!(!report.ok || report.received.is_empty());
});
