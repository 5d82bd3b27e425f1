//! Answers of a timestamp authority.
#![no_main]

use proof::Hash;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = proof::stamp::read(bytes, Hash::of(""), Some(1));
});
