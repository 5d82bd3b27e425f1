//! Receipts of strangers never hold.
#![no_main]

use proof::{note::KeyRing, receipt::Receipt};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(receipt) = serde_json::from_slice::<Receipt>(bytes) {
        assert!(receipt.verify(&KeyRing { keys: Vec::new() }).is_err());
    }
});
