use std::{io::Cursor, sync::LazyLock};

use proptest::prelude::*;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::{
    merkle::leaf_hash,
    note::{KeyRing, Signer},
    receipt::{
        Receipt,
        tests::{receipts, ring, signer},
    },
};

const FILES: [(&str, &[u8]); 3] = [("门头.jpg", b"front"), ("后厨.jpg", b"kitchen"), ("证照.pdf", b"licence")];

/// A small bundle, with a change to the files about others.
fn bundle(signer: &Signer, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let receipts = receipts(&FILES, signer);
    let mut writer = BundleWriter::new(Vec::new(), "bundle-1").unwrap();
    let mut listed = Vec::new();
    for ((name, bytes), receipt) in FILES.iter().zip(&receipts) {
        let body = &receipt.body;
        let path = format!("{}.bin", body.evidence);
        writer.payload(&path, body.sha256, body.size, &mut &**bytes).unwrap();
        listed.push(EvidenceFile {
            evidence: body.evidence.clone(),
            path: format!("data/{path}"),
            name: (*name).to_owned(),
            sha256: body.sha256,
            sm3: body.sm3.clone(),
            size: body.size,
        });
    }
    let mut tags = vec![
        (KEYS.to_owned(), serde_json::to_vec(&ring(signer)).unwrap()),
        (CHECKPOINT.to_owned(), receipts[0].body.checkpoint.clone().into_bytes()),
        (EVIDENCE.to_owned(), serde_json::to_vec(&listed).unwrap()),
        (LEAVES.to_owned(), lines(&receipts)),
    ];
    for receipt in &receipts {
        let path = format!("proof/receipts/{}.json", receipt.body.evidence);
        tags.push((path, serde_json::to_vec(receipt).unwrap()));
    }
    for (path, bytes) in tags {
        writer.tag(&path, &change(&path, bytes)).unwrap();
    }
    writer.finish(Info::default().with("Source-Organization", "市场监管局")).unwrap()
}

/// The entries of these receipts, as a bundle lists them.
fn lines(receipts: &[Receipt]) -> Vec<u8> {
    let line = |Receipt { body, .. }: &Receipt| {
        let line = LeafLine { index: body.index, leaf: body.leaf.clone(), proof: body.proof.clone() };
        serde_json::to_string(&line).unwrap() + "\n"
    };
    receipts.iter().map(line).collect::<String>().into_bytes()
}

/// The same files under other names.
fn renamed(bundle: &[u8], name: impl Fn(&str) -> String) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bundle)).unwrap();
    let mut into = ZipWriter::new_stream(Vec::new());
    for at in 0..from.len() {
        let mut file = from.by_index(at).unwrap();
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let old = String::from_utf8(file.name_raw().to_vec()).unwrap();
        into.start_file(name(&old), options).unwrap();
        std::io::copy(&mut file, &mut into).unwrap();
    }
    into.finish().unwrap().into_inner()
}

fn plain() -> &'static [u8] {
    static PLAIN: LazyLock<Vec<u8>> = LazyLock::new(|| bundle(&signer(1), |_, bytes| bytes));
    &PLAIN
}

fn check(bytes: &[u8], trusted: Option<&KeyRing>) -> Report {
    verify(Cursor::new(bytes), trusted, &mut |done, total| assert!(done <= total))
}

#[test]
fn a_good_bundle_is_good() {
    let report = check(plain(), None);
    assert_eq!(report.problems, []);
    assert!(report.ok);
    assert_eq!((report.trust, report.received.len(), report.leaves, report.size), (Trust::Carried, 3, 3, Some(3)));
    assert!(report.received.iter().all(|file| file.received_at.is_some()));
    let report = check(plain(), Some(&ring(&signer(1))));
    assert!(report.ok && report.trust == Trust::Given);
    assert_eq!(report.base.as_deref(), Some("bundle-1"));
}

#[test]
fn it_lies_in_one_directory_or_as_it_used_to_in_none() {
    let ring = ring(&signer(1));
    let mut written = ZipArchive::new(Cursor::new(plain())).unwrap();
    assert!((0..written.len()).all(|at| written.by_index(at).unwrap().name_raw().starts_with(b"bundle-1/")));
    // Those in people's hands have no directory; otherwise nothing is different.
    let old = check(&renamed(plain(), |name| name.trim_start_matches("bundle-1/").to_owned()), Some(&ring));
    assert_eq!(old, Report { base: None, ..BEFORE.clone() });
    assert!(check(&renamed(plain(), |name| name.replace("bundle-1/", "案卷/")), Some(&ring)).ok);
    for moved in ["bundle-1/proof/", "bundle-1/data/", "bundle-1/bagit.txt"] {
        for place in ["bundle-2/", "", "bundle-1/bundle-1/"] {
            let other = moved.replacen("bundle-1/", place, 1);
            let report = check(&renamed(plain(), |name| name.replacen(moved, &other, 1)), Some(&ring));
            assert!(!report.ok, "{moved} became {other}");
        }
    }
    assert!(!check(&renamed(plain(), |name| format!("../{name}")), Some(&ring)).ok);
}

#[test]
fn receipts_of_another_log_of_the_same_signer_show() {
    let ours = signer(1);
    // It tells those who ask of one file less than it told the one who sent it.
    let fork = receipts(&[FILES[0], ("别的.jpg", b"else"), FILES[2]], &ours);
    let forked = bundle(&ours, |path, bytes| match path {
        CHECKPOINT => fork[0].body.checkpoint.clone().into_bytes(),
        LEAVES => lines(&fork),
        _ => bytes,
    });
    let report = check(&forked, Some(&ring(&ours)));
    let receipt = receipt_path("evidence-1");
    assert_eq!(report.problems, [Problem { file: receipt, fault: Fault::Consistency }]);
    assert_eq!(report.received.iter().map(|file| file.received_at.is_some()).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn whoever_makes_a_bundle_with_keys_of_his_own_is_not_believed() {
    let forged = bundle(&signer(9), |_, bytes| bytes);
    // It agrees with itself, and says that this is all.
    let report = check(&forged, None);
    assert!(report.ok && report.trust == Trust::Carried);
    let report = check(&forged, Some(&ring(&signer(1))));
    assert!(!report.ok);
    assert!(report.problems.iter().any(|problem| problem.fault == Fault::Checkpoint));
    assert!(report.received.iter().all(|file| file.received_at.is_none()));
}

#[test]
fn what_is_exchanged_and_listed_anew_shows() {
    let ours = signer(1);
    let faults = |path: &'static str, from: &'static str, to: &'static str| {
        let changed = bundle(&ours, |at, bytes| {
            if at != path {
                return bytes;
            }
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(from), "{path} has no {from}");
            text.replacen(from, to, 1).into_bytes()
        });
        let report = check(&changed, Some(&ring(&ours)));
        assert!(!report.ok, "{path}: {from} became {to}");
        report.problems
    };
    let receipt = "proof/receipts/evidence-1.json";
    assert_eq!(faults(receipt, "1001", "1002")[0].fault, Fault::Receipt(crate::receipt::ReceiptFault::Signature));
    assert_eq!(faults(EVIDENCE, "evidence-1.bin", "evidence-2.bin")[0].fault, Fault::Other);
    assert_eq!(faults(EVIDENCE, "后厨", "前厅")[0].fault, Fault::Other);
    assert_eq!(faults(CHECKPOINT, "\n3\n", "\n4\n")[0].fault, Fault::Checkpoint);
    assert_eq!(faults(LEAVES, "\"index\":1", "\"index\":0")[0].fault, Fault::Inclusion);
    assert_eq!(faults(LEAVES, "account", "accounT")[0].fault, Fault::Form);
}

#[test]
fn a_bundle_never_takes_a_file_that_is_not_on_record() {
    let mut writer = BundleWriter::new(Vec::new(), "bundle-1").unwrap();
    let changed = writer.payload("a.bin", Hash::of("a"), 1, &mut &b"b"[..]);
    assert!(matches!(changed, Err(WriteFault::Changed(_))));
    for name in ["../a", "/a", "a\\b", "a//b", "a\nb", "C:a", "a.", ""] {
        let mut writer = BundleWriter::new(Vec::new(), "bundle-1").unwrap();
        let taken = writer.payload(name, Hash::of("a"), 1, &mut &b"a"[..]);
        assert!(matches!(taken, Err(WriteFault::Name(_))), "{name:?}");
    }
    for base in ["", "..", "a/b", "a\\b", "a."] {
        assert!(matches!(BundleWriter::new(Vec::new(), base), Err(WriteFault::Name(_))), "{base:?}");
    }
}

#[test]
fn what_stands_before_behind_or_between_shows() {
    let good = plain();
    for changed in [[b"x", good].concat(), [good, b"x"].concat(), good[..good.len() - 1].to_vec()] {
        assert!(!check(&changed, None).ok);
    }
    assert_eq!(check(b"", None).problems, [Problem { file: String::new(), fault: Fault::NotABundle }]);
}

#[test]
fn inclusion_is_of_the_leaf_and_not_of_its_parent() {
    // The two kinds of hashes are kept apart (RFC 6962, 2.1).
    let (left, right) = (leaf_hash(b"a"), leaf_hash(b"b"));
    let parent = [left.0, right.0].concat();
    assert_ne!(leaf_hash(&parent), Hash::of([&[1], parent.as_slice()].concat()));
}

/// What is said of the bundle as it is.
static BEFORE: LazyLock<Report> = LazyLock::new(|| check(plain(), Some(&ring(&signer(1)))));

/// Where a byte may change without anything being said: fields of the zip file that tools
/// take from the directory at its end instead, or that say nothing about content (versions,
/// times, attributes). All of them are outside the files' bytes.
fn is_said_or_idle(good: &[u8], place: usize) -> bool {
    let mut changed = good.to_vec();
    changed[place] ^= 0x21;
    let report = check(&changed, Some(&ring(&signer(1))));
    !report.ok || report == *BEFORE
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_changed_byte_changes_what_is_reported_as_good(place: prop::sample::Index) {
        let good = plain();
        let place = place.index(good.len());
        prop_assert!(is_said_or_idle(good, place), "byte {place}");
    }

    #[test]
    fn no_file_is_too_strange(mut bytes in prop::collection::vec(any::<u8>(), 0..400), cut: prop::sample::Index) {
        prop_assert!(!check(&bytes, None).ok);
        let good = plain();
        let cut = cut.index(good.len());
        bytes.truncate(64);
        prop_assert!(!check(&good[..cut], None).ok);
        let torn = [&good[..cut], &bytes, &good[cut..]].concat();
        prop_assert!(bytes.is_empty() || !check(&torn, None).ok);
    }
}

#[test]
fn every_byte_of_every_file_counts() {
    let good = plain();
    for (_, bytes) in FILES {
        let at = good.windows(bytes.len()).position(|window| window == bytes).unwrap();
        for place in at..at + bytes.len() {
            let mut changed = good.to_vec();
            changed[place] ^= 1;
            assert!(!check(&changed, None).ok);
        }
    }
}
