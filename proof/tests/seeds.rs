//! What fuzzing begins with is what it is taken for: a parser that refuses all of it would never be looked into.

use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
};

use proof::{
    Hash,
    bundle::{self, Fault, Problem, Trust},
    entry::Entry,
    note::{KeyRing, Note, RingKey},
    receipt::Receipt,
    stamp::{self, StampFault},
};

/// The seeds of a target, by name.
fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// The ring with this key alone.
fn ring(receipt: &Receipt) -> KeyRing {
    KeyRing { keys: vec![RingKey { key: receipt.body.key.clone(), since: 0, until: None }] }
}

#[test]
fn leaves_are_read_and_the_checkpoint_is_signed_by_the_key_of_the_receipts() {
    let receipts: Vec<Receipt> =
        seeds("receipt").iter().map(|(_, bytes)| serde_json::from_slice(bytes).unwrap()).collect();
    assert!(!receipts.is_empty());
    for receipt in &receipts {
        receipt.verify(&ring(receipt)).unwrap();
    }
    for (path, bytes) in seeds("log") {
        if path.extension().is_some_and(|extension| extension == "txt") {
            let note = Note::parse(str::from_utf8(&bytes).unwrap()).unwrap();
            assert!(ring(&receipts[0]).checkpoint(&note).is_some());
        } else {
            Entry::parse(&bytes).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        }
    }
}

#[test]
fn a_bundle_of_today_is_good_and_one_of_before_lacks_the_seal_alone() {
    for (path, bytes) in seeds("bundle") {
        let report = bundle::verify(Cursor::new(bytes), None, &mut |_, _| {});
        assert_eq!((report.trust, report.received.len(), report.stamps.len()), (Trust::Carried, 3, 1));
        let before = path.ends_with("of_before.zip");
        assert_eq!(report.base.is_none(), before, "{}", path.display());
        let unsealed = Problem { file: "proof/seal.txt".to_owned(), fault: Fault::Unsealed };
        assert_eq!(report.problems, if before { vec![unsealed] } else { vec![] }, "{}", path.display());
        assert!(report.received.iter().all(|file| file.received_at.is_some()));
    }
}

#[test]
fn an_authority_granted_one_stamp_and_refused_another() {
    let found: Vec<_> = seeds("stamp").iter().map(|(_, bytes)| stamp::read(bytes, Hash::of(""), Some(1))).collect();
    assert!(matches!(found.as_slice(), [Ok(_), Err(StampFault::Rejected(2))]), "{found:?}");
}
