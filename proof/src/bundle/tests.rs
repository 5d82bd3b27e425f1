use std::{
    collections::{BTreeMap, HashMap},
    io::Cursor,
    sync::LazyLock,
};

use proptest::prelude::*;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::{
    entry::{Entry, Fact},
    merkle::{Frontier, Path, Proof, leaf_hash},
    note::{Checkpoint, KeyRing, Note, Signer},
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
    let mut sealed = String::new();
    for (path, bytes) in tags {
        let bytes = change(&path, bytes);
        writer.tag(&path, &bytes).unwrap();
        if path == CHECKPOINT {
            sealed = String::from_utf8(bytes).unwrap();
        }
    }
    let checkpoint = Checkpoint::parse(&Note::parse(&sealed).unwrap().text).unwrap();
    writer.finish(info(), |files| Seal { case: "case".to_owned(), checkpoint, files }.sign(signer)).unwrap()
}

fn info() -> Info {
    Info::default().with("Source-Organization", "市场监管局")
}

/// The files of a bundle by their paths, without its directory.
type Files = BTreeMap<String, Vec<u8>>;

/// What a holder of the bundle can make of it: other files, listed anew, and the seal that came with it.
fn relisted(bundle: &[u8], change: impl FnOnce(&mut Files)) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bundle)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..from.len() {
        let mut file = from.by_index(at).unwrap();
        let (name, mut bytes) = (file.name().unwrap().trim_start_matches("bundle-1/").to_owned(), Vec::new());
        std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        files.insert(name, bytes);
    }
    files.retain(|name, _| !name.contains("manifest-") && !name.starts_with("bag") && !name.ends_with("SUMS"));
    change(&mut files);
    let seal = String::from_utf8(files.remove(SEAL).unwrap()).unwrap();
    let mut writer = BundleWriter::new(Vec::new(), "bundle-1").unwrap();
    for (name, bytes) in files {
        match name.strip_prefix("data/") {
            Some(name) => writer.payload(name, Hash::of(&bytes), bytes.len() as u64, &mut &*bytes).unwrap(),
            None => writer.tag(&name, &bytes).unwrap(),
        }
    }
    writer.finish(info(), |_| seal).unwrap()
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
    zipped_again(bundle, false, name)
}

/// The same files, in the large form of zip or in the small one.
fn zipped_again(bundle: &[u8], large: bool, name: impl Fn(&str) -> String) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bundle)).unwrap();
    let mut into = ZipWriter::new_stream(Vec::new());
    if large {
        // Nothing, which is enough for the last record to have the large form.
        into.set_raw_zip64_extensible_data_sector(Box::new([]));
    }
    for at in 0..from.len() {
        let mut file = from.by_index(at).unwrap();
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(large);
        let old = String::from_utf8(file.name_raw().to_vec()).unwrap();
        into.start_file(name(&old), options).unwrap();
        std::io::copy(&mut file, &mut into).unwrap();
    }
    into.finish().unwrap().into_inner()
}

/// The bundle in the form that those of more than 4 GB have.
fn large() -> Vec<u8> {
    zipped_again(plain(), true, str::to_owned)
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
    assert_eq!((report.case.as_deref(), report.absent), (Some("case"), vec![]));
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
fn what_is_put_in_or_taken_out_and_listed_anew_shows() {
    let ring = ring(&signer(1));
    let told = |change: &dyn Fn(&mut Files)| check(&relisted(plain(), change), Some(&ring));
    assert!(told(&|_| {}).ok);
    let sealed = || Problem { file: SEAL.to_owned(), fault: Fault::Seal };
    let more = told(&|files| drop(files.insert("data/forged.jpg".to_owned(), b"forged".to_vec())));
    let stranger = Problem { file: "data/forged.jpg".to_owned(), fault: Fault::Unlisted };
    assert_eq!(more.problems, [sealed(), stranger]);
    let page = told(&|files| drop(files.insert("documents/forged.html".to_owned(), b"forged".to_vec())));
    assert_eq!((page.problems, page.case), (vec![sealed()], None));
    let fewer = told(&|files| {
        files.remove("data/evidence-1.bin");
        files.remove("proof/receipts/evidence-1.json");
        let mut listed: Vec<EvidenceFile> = serde_json::from_slice(&files[EVIDENCE]).unwrap();
        listed.remove(1);
        files.insert(EVIDENCE.to_owned(), serde_json::to_vec(&listed).unwrap());
    });
    let absent: Vec<_> = fewer.absent.iter().map(|absent| (absent.id.as_str(), absent.what)).collect();
    assert_eq!((fewer.problems, absent), (vec![sealed()], vec![("evidence-1", AbsentKind::File)]));
    let unsealed = told(&|files| drop(files.insert(SEAL.to_owned(), b"wugan bundle v1\n".to_vec())));
    assert_eq!(unsealed.problems, [sealed()]);
}

#[test]
fn a_changed_file_has_no_time_and_no_receipt_of_another_case_counts() {
    let ring = ring(&signer(1));
    let changed = relisted(plain(), |files| drop(files.insert("data/evidence-0.bin".to_owned(), b"Front".to_vec())));
    let report = check(&changed, Some(&ring));
    assert!(report.problems.contains(&Problem { file: "data/evidence-0.bin".to_owned(), fault: Fault::Other }));
    assert_eq!(report.received.iter().map(|file| file.received_at.is_some()).collect::<Vec<_>>(), [false, true, true]);
    let checkpoint = Checkpoint::parse(&Note::parse(&receipts(&FILES, &signer(1))[0].body.checkpoint).unwrap().text);
    let of_another =
        |files| Seal { case: "another".to_owned(), checkpoint: checkpoint.unwrap(), files }.sign(&signer(1));
    let all = ZipArchive::new(Cursor::new(plain())).unwrap();
    let names: Vec<String> =
        all.file_names().map(|name| name.unwrap().trim_start_matches("bundle-1/").to_owned()).collect();
    let mut opened = ZipArchive::new(Cursor::new(plain())).unwrap();
    let digests = names.iter().map(|name| {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut opened.by_name(&format!("bundle-1/{name}")).unwrap(), &mut bytes).unwrap();
        (name.as_str(), Hash::of(bytes).to_string())
    });
    let seal = of_another(seal::listing(digests.collect::<Vec<_>>()));
    let report = check(&relisted(plain(), |files| drop(files.insert(SEAL.to_owned(), seal.into_bytes()))), Some(&ring));
    assert_eq!(report.case.as_deref(), Some("another"));
    assert_eq!(report.problems.len(), 3);
    assert!(report.received.iter().all(|file| file.received_at.is_none()));
}

#[test]
fn a_document_is_the_one_whose_issue_is_on_record() {
    let ours = signer(1);
    let fact = Fact::Issued { document: "d".to_owned(), sha256: Hash::of("as issued") };
    let leaf = String::from_utf8(Entry::new(1000, fact).bytes().unwrap()).unwrap();
    let mut frontier = Frontier::default();
    frontier.push(leaf_hash(leaf.as_bytes()));
    let origin = "example.org/wugan".to_owned();
    let checkpoint = Checkpoint { origin, size: 1, root: frontier.root(), at: 2000 };
    let told = |document: Option<&str>| {
        let mut writer = BundleWriter::new(Vec::new(), "bundle-1").unwrap();
        let line = LeafLine { index: 0, leaf: leaf.clone(), proof: Proof(Vec::new()) };
        writer.tag(KEYS, &serde_json::to_vec(&ring(&ours)).unwrap()).unwrap();
        writer.tag(CHECKPOINT, ours.note(&checkpoint.text()).as_bytes()).unwrap();
        writer.tag(EVIDENCE, b"[]").unwrap();
        writer.tag(LEAVES, (serde_json::to_string(&line).unwrap() + "\n").as_bytes()).unwrap();
        if let Some(document) = document {
            writer.tag(&document_path("d", "json"), document.as_bytes()).unwrap();
        }
        let seal = |files| Seal { case: "case".to_owned(), checkpoint: checkpoint.clone(), files }.sign(&ours);
        let report = check(&writer.finish(info(), seal).unwrap(), Some(&ring(&ours)));
        (report.problems, report.absent.into_iter().map(|absent| absent.id).collect::<Vec<_>>())
    };
    assert_eq!(told(Some("as issued")), (vec![], vec![]));
    let other = Problem { file: document_path("d", "json"), fault: Fault::Changed };
    assert_eq!(told(Some("as mended later")), (vec![other], vec![]));
    assert_eq!(told(None), (vec![], vec!["d".to_owned()]));
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
    // Some tools read the directory up to its end, and some as many files as the last record says.
    let (directory, last) = good.split_at(good.len() - 22);
    let begin = u32::from_le_bytes(last[16..20].try_into().unwrap()) as usize;
    let first = &directory[begin..begin + 46 + usize::from(directory[begin + 28])];
    let size = u32::try_from(directory.len() - begin + first.len()).unwrap().to_le_bytes();
    let hidden = [directory, first, &last[..12], &size, &last[16..]].concat();
    let report = check(&hidden, None);
    assert!(report.problems.contains(&Problem { file: String::new(), fault: Fault::Hidden }), "{:?}", report.problems);
    let link = {
        let mut link = good.to_vec();
        link[begin + 41] = 0xa1;
        link
    };
    assert!(!check(&link, None).ok);
    let hidden = [Problem { file: String::new(), fault: Fault::Hidden }];
    // A directory for tools that go by the attributes of DOS.
    let mut folder = good.to_vec();
    folder[begin + 38] |= 0x10;
    assert_eq!(check(&folder, None).problems, hidden);
    // An empty file for tools that read from the front: nothing says that its size stands behind.
    let mut empty = good.to_vec();
    assert_eq!((empty[6], empty[begin + 8], &empty[14..26]), (8, 8, &[0; 12][..]));
    empty[6] = 0;
    empty[begin + 8] = 0;
    assert_eq!(check(&empty, None).problems, hidden);
    assert_eq!(check(b"", None).problems, [Problem { file: String::new(), fault: Fault::NotABundle }]);
}

#[test]
fn a_bundle_in_the_large_form_is_read_like_any_other() {
    let good = large();
    let (leads, end) = (good.len() - 42, good.len() - 22);
    assert!(good[leads - 56..].starts_with(b"PK\x06\x06") && good[leads..].starts_with(b"PK\x06\x07"));
    assert_eq!(check(&good, Some(&ring(&signer(1)))), *BEFORE);
    // Length, disks, counts, size and place of the record, what leads to it, and what the small form says besides.
    let record = [4, 16, 20, 24, 32, 40, 48].map(|place| leads - 56 + place);
    for place in record.into_iter().chain([leads + 4, leads + 8, leads + 16, end + 8, end + 12, end + 16]) {
        let mut changed = good.clone();
        changed[place] ^= 1;
        assert!(!check(&changed, Some(&ring(&signer(1)))).ok, "byte {place} of {}", good.len());
    }
}

#[test]
fn no_file_has_another_name_for_other_tools() {
    let good = large();
    let hidden = Problem { file: String::new(), fault: Fault::Hidden };
    // The extras of the first file, in its own header.
    let extras = 30 + usize::from(u16::from_le_bytes([good[26], good[27]]));
    assert_eq!(good[extras..extras + 4], [1, 0, 16, 0]);
    let mut renamed = good.clone();
    renamed[extras..extras + 2].copy_from_slice(&0x7075_u16.to_le_bytes());
    let report = check(&renamed, None);
    assert!(report.problems.contains(&hidden), "{:?}", report.problems);
    // In the directory, in extras of which our own reader knows nothing (Xceed, 0x554e).
    let mut renamed = plain().to_vec();
    let end = renamed.len() - 22;
    let begin = u32::from_le_bytes(renamed[end + 16..end + 20].try_into().unwrap()) as usize;
    assert_eq!(renamed[begin + 30..begin + 32], [0, 0]);
    renamed[begin + 30] = 8;
    let size = u32::try_from(end - begin + 8).unwrap().to_le_bytes();
    renamed[end + 12..end + 16].copy_from_slice(&size);
    let (before, behind) = renamed.split_at(begin + 46 + usize::from(renamed[begin + 28]));
    let renamed = [before, b"\x4e\x55\x04\0evil", behind].concat();
    assert_eq!(check(&renamed, None).problems, std::slice::from_ref(&hidden));
    // Its own header says besides how the bytes lie there.
    let mut packed = good;
    packed[8] = 8;
    assert!(check(&packed, None).problems.contains(&hidden));
}

#[test]
fn files_that_say_they_are_larger_than_all_there_is_are_not_read() {
    let mut larger = large();
    let mut place = larger.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    while larger[place..].starts_with(b"PK\x01\x02") {
        let extras = place + 46 + usize::from(u16::from_le_bytes([larger[place + 28], larger[place + 29]]));
        assert_eq!(larger[extras..extras + 4], [1, 0, 16, 0]);
        for number in [extras + 4, extras + 12] {
            // Two of them are more than can be counted.
            larger[number..number + 8].copy_from_slice(&(1_u64 << 63).to_le_bytes());
        }
        place = extras + 20;
    }
    let problems = check(&larger, None).problems;
    assert!(problems.contains(&Problem { file: String::new(), fault: Fault::Hidden }), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.fault == Fault::TooLarge), "{problems:?}");
    assert!(problems.iter().all(|problem| problem.fault != Fault::Unreadable), "{problems:?}");
}

#[test]
fn what_is_left_out_is_told_with_what_the_log_knows_of_it() {
    let ours = signer(1);
    let received = |evidence: &str, at| {
        let fact = Fact::Received {
            evidence: evidence.to_owned(),
            case: "case".to_owned(),
            enterprise: "enterprise".to_owned(),
            account: "account".to_owned(),
            sha256: Hash::of(evidence),
            size: 7,
            name_sha256: Hash::of("name"),
            upload: None,
            again: None,
        };
        Entry::new(at, fact)
    };
    let scanned = |evidence: &str, verdict: &str| {
        let (evidence, engine, verdict) = (evidence.to_owned(), "engine".to_owned(), verdict.to_owned());
        Entry::new(5, Fact::Scanned { evidence, engine, verdict })
    };
    let issued = Fact::Issued { document: "d".to_owned(), sha256: Hash::of("d") };
    let removed = Fact::Removed { evidence: "c".to_owned(), account: "account".to_owned() };
    let entries = [
        received("a", 1),
        received("b", 2),
        received("c", 3),
        scanned("a", "clean"),
        scanned("b", "found"),
        Entry::new(6, issued),
        Entry::new(7, removed),
    ];
    let told = of_entries(&ours, &entries).absent;
    let absent = |id: &str, what, at, size| Absent { id: id.to_owned(), what, at, sha256: Hash::of(id), size };
    let expected = [
        absent("a", AbsentKind::File, 1, Some(7)),
        absent("b", AbsentKind::Quarantined, 2, Some(7)),
        absent("d", AbsentKind::Document, 6, None),
    ];
    assert_eq!(told, expected);
}

/// What is said of a bundle with these entries and no file.
fn of_entries(ours: &Signer, entries: &[Entry]) -> Report {
    let leaves: Vec<String> = entries.iter().map(|entry| String::from_utf8(entry.bytes().unwrap()).unwrap()).collect();
    let (mut frontier, mut stored) = (Frontier::default(), HashMap::new());
    for leaf in &leaves {
        stored.extend(frontier.push(leaf_hash(leaf.as_bytes())));
    }
    let (origin, size) = ("example.org/wugan".to_owned(), frontier.size());
    let checkpoint = Checkpoint { origin, size, root: frontier.root(), at: 2000 };
    let lines = leaves.iter().zip(0..).map(|(leaf, index)| {
        let proof = Path::inclusion(index, size).unwrap().fold(|node| stored.get(&node).copied()).unwrap();
        serde_json::to_string(&LeafLine { index, leaf: leaf.clone(), proof }).unwrap() + "\n"
    });
    let lines: String = lines.collect();
    let mut writer = BundleWriter::new(Vec::new(), "bundle-1").unwrap();
    writer.tag(KEYS, &serde_json::to_vec(&ring(ours)).unwrap()).unwrap();
    writer.tag(CHECKPOINT, ours.note(&checkpoint.text()).as_bytes()).unwrap();
    writer.tag(EVIDENCE, b"[]").unwrap();
    writer.tag(LEAVES, lines.as_bytes()).unwrap();
    let seal = |files| Seal { case: "case".to_owned(), checkpoint: checkpoint.clone(), files }.sign(ours);
    let report = check(&writer.finish(info(), seal).unwrap(), Some(&ring(ours)));
    assert_eq!(report.problems, []);
    report
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
