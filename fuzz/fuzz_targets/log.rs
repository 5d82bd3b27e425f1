//! Leaves and checkpoints: what is read is written again as the very same bytes.
#![no_main]

use proof::{
    entry::Entry,
    note::{Checkpoint, Note},
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(entry) = Entry::parse(bytes) {
        assert_eq!(entry.bytes().ok().as_deref(), Some(bytes));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Checkpoint::parse(text);
        let _ = Note::parse_kept(text);
        if let Ok(note) = Note::parse(text) {
            let _ = Checkpoint::parse(&note.text);
        }
    }
});
