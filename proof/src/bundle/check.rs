//! Checking a bundle: everything, and on after every problem.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Seek, SeekFrom},
};

use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256, Sha512};
use sm3::Sm3;
use zip::{CompressionMethod, ZipArchive};

use super::{
    BAGIT, CHECKPOINT, EVIDENCE, EvidenceFile, KEYS, LEAVES, LeafLine, STAMPS, decoded, document_path, is_safe,
    receipt_path,
    report::{Absent, AbsentKind, Fault, Problem, Received, Report, Stamped, Trust},
    seal::{SEAL, Seal, listing},
    zipped::{is_plain, listed},
};
use crate::{
    Hash,
    entry::{Entry, Fact},
    merkle::{Proof, leaf_hash},
    note::{Checkpoint, KeyRing, Note},
    receipt::Receipt,
    stamp,
};

const PIECE: usize = 256 * 1024;
/// More files are not taken for a bundle.
const MOST_FILES: usize = 50_000;
/// The largest file about others, which is held in memory.
const LARGEST_TAG: u64 = 64 * 1024 * 1024;
/// What all those may have together.
const ALL_TAGS: u64 = 4 * LARGEST_TAG;
/// Nobody reads on after so many problems, and each line of a large file can be one.
const MOST_PROBLEMS: usize = 10_000;

/// Checks a bundle: that it is complete and unchanged, that every file is the one of its
/// receipt, and that receipts and log are signed; by keys in `trusted`, or, without them,
/// by those that the bundle brings. `progress` hears how many bytes of how many were read.
pub fn verify(mut bundle: impl Read + Seek, trusted: Option<&KeyRing>, progress: &mut dyn FnMut(u64, u64)) -> Report {
    let mut check = Check::default();
    let trust = if trusted.is_some() { Trust::Given } else { Trust::Carried };
    let mut report = Report {
        ok: false,
        trust,
        base: None,
        case: None,
        origin: None,
        size: None,
        root: None,
        at: None,
        keys: Vec::new(),
        received: Vec::new(),
        leaves: 0,
        absent: Vec::new(),
        stamps: Vec::new(),
        problems: Vec::new(),
    };
    let whole = bundle.seek(SeekFrom::End(0)).unwrap_or(u64::MAX);
    let listed = listed(&mut bundle);
    // Opening it holds the whole directory in memory, so that it is counted before, or the file is small.
    let opened = match listed {
        Some(count) if count > MOST_FILES => Err(Fault::TooMany),
        None if whole > LARGEST_TAG => Err(Fault::NotABundle),
        _ => ZipArchive::new(bundle).map_err(|_| Fault::NotABundle),
    };
    match opened {
        Ok(zip) => {
            if listed != Some(zip.len()) {
                check.problem("", Fault::Hidden);
            }
            if zip.len() > MOST_FILES {
                check.problem("", Fault::TooMany);
            } else {
                let base = base(&zip);
                report.base = base.strip_suffix('/').map(str::to_owned);
                check.read(zip, &base, progress);
                check.bag();
                check.proofs(trusted, &mut report);
            }
        }
        Err(fault) => check.problem("", fault),
    }
    report.problems = once(check.problems);
    report.ok = report.problems.is_empty();
    report
}

/// Each problem once: two manifests miss the same file, and one that cannot be read is not missing besides.
fn once(mut problems: Vec<Problem>) -> Vec<Problem> {
    let mut told: BTreeMap<String, Vec<Fault>> = BTreeMap::new();
    problems.retain(|problem| {
        let faults = told.entry(problem.file.clone()).or_default();
        let known =
            faults.contains(&problem.fault) || (problem.fault == Fault::Missing && faults.contains(&Fault::Unreadable));
        if !known {
            faults.push(problem.fault);
        }
        !known
    });
    problems
}

struct Digests {
    sha256: Hash,
    sha512: String,
    /// Only of files of which one is on record: it takes longer than the others together.
    sm3: Option<String>,
    size: u64,
}

#[derive(Default)]
struct Check {
    problems: Vec<Problem>,
    digests: BTreeMap<String, Digests>,
    /// The bytes of what is about others.
    tags: BTreeMap<String, Vec<u8>>,
}

impl Check {
    /// Notes a problem, as long as somebody may still read it. The first is always noted, so that what has any is bad.
    fn problem(&mut self, file: &str, fault: Fault) {
        let again = self.problems.last().is_some_and(|last| last.fault == fault && last.file == file);
        if self.problems.len() < MOST_PROBLEMS && !again {
            self.problems.push(Problem { file: file.to_owned(), fault });
        }
    }

    /// Reads every file once. From here on a file is called without the directory that everything lies in.
    fn read<R: Read + Seek>(&mut self, mut zip: ZipArchive<R>, base: &str, progress: &mut dyn FnMut(u64, u64)) {
        let (mut total, mut spans, mut all_tags) = (0_u64, Vec::new(), 0_u64);
        let mut wanted = Vec::new();
        for at in 0..zip.len() {
            let Ok(file) = zip.by_index_raw(at) else {
                self.problem("", Fault::NotABundle);
                continue;
            };
            let place = String::from_utf8_lossy(file.name_raw()).into_owned();
            let (begin, size) = (file.header_start(), file.compressed_size());
            spans.push((begin, file.data_start().unwrap_or(begin), size, file.name_raw().len() as u64));
            let name = place.strip_prefix(base).unwrap_or(&place).to_owned();
            if !is_safe(&place) || file.name_raw() != place.as_bytes() {
                self.problem(&place, Fault::Name);
            } else if file.compression() != CompressionMethod::Stored || file.encrypted() || file.size() != size {
                self.problem(&name, Fault::Packed);
            } else {
                let tag = !name.starts_with("data/");
                all_tags = all_tags.saturating_add(if tag { size } else { 0 });
                if tag && (size > LARGEST_TAG || all_tags > ALL_TAGS) {
                    self.problem(&name, Fault::TooLarge);
                    continue;
                }
                total = total.saturating_add(size);
                wanted.push((at, name));
            }
        }
        if !is_plain(&zip, spans) {
            self.problem("", Fault::Hidden);
        }
        // Files that lie over each other can be more than all there is, and would take as long to read.
        if total > zip.central_directory_start() {
            return self.problem("", Fault::Hidden);
        }
        let mut done = 0;
        // What is about others first: it says which of them have a digest by SM3.
        wanted.sort_by_key(|(_, name)| name.starts_with("data/"));
        let mut second = None;
        for (at, name) in wanted {
            let keep = !name.starts_with("data/");
            let wants = !keep && second.get_or_insert_with(|| self.with_sm3()).contains(&name);
            let read = zip.by_index(at).ok().and_then(|mut file| {
                read_one(&mut file, keep, wants, &mut |more| {
                    done += more;
                    progress(done, total);
                })
            });
            match read {
                Some((digests, bytes)) => {
                    if let Some(bytes) = bytes {
                        self.tags.insert(name.clone(), bytes);
                    }
                    self.digests.insert(name, digests);
                }
                None => self.problem(&name, Fault::Unreadable),
            }
        }
    }

    /// The files that are said to have a digest by SM3.
    fn with_sm3(&self) -> BTreeSet<String> {
        let listed = self.tags.get(EVIDENCE).map(Vec::as_slice).unwrap_or_default();
        // What cannot be read is told later.
        let files: Vec<EvidenceFile> = serde_json::from_slice(listed).unwrap_or_default();
        files.into_iter().filter(|file| file.sm3.is_some()).map(|file| file.path).collect()
    }

    /// Completeness and validity (RFC 8493, 3).
    fn bag(&mut self) {
        if self.tags.get("bagit.txt").map(Vec::as_slice) != Some(BAGIT.as_bytes()) {
            self.problem("bagit.txt", Fault::Form);
        }
        if !self.tags.contains_key("bag-info.txt") {
            self.problem("bag-info.txt", Fault::Missing);
        }
        let payload = |path: &str| path.starts_with("data/");
        let tag = |path: &str| !path.starts_with("data/") && !path.starts_with("tagmanifest-");
        for (manifest, covers) in [("manifest", &payload as &dyn Fn(&str) -> bool), ("tagmanifest", &tag)] {
            self.manifest(&format!("{manifest}-sha256.txt"), covers, |digests| digests.sha256.to_string());
            self.manifest(&format!("{manifest}-sha512.txt"), covers, |digests| digests.sha512.clone());
        }
        let known = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"];
        let other = |path: &&String| path.starts_with("tagmanifest-") && !known.contains(&path.as_str());
        for path in self.digests.keys().filter(other).cloned().collect::<Vec<_>>() {
            self.problem(&path, Fault::Unlisted);
        }
    }

    fn manifest(&mut self, name: &str, covers: &dyn Fn(&str) -> bool, of: fn(&Digests) -> String) {
        let Some(bytes) = self.tags.get(name) else { return self.problem(name, Fault::Missing) };
        let mut found = Vec::new();
        let mut note = |file: &str, fault| {
            if found.len() < MOST_PROBLEMS {
                found.push((file.to_owned(), fault));
            }
        };
        let mut listed = BTreeSet::new();
        for line in String::from_utf8_lossy(bytes).split_terminator('\n') {
            let Some((digest, path)) = line.split_once("  ") else {
                note(name, Fault::Form);
                continue;
            };
            let path = decoded(path);
            let here = self.digests.get(&path);
            match here {
                None => note(&path, Fault::Missing),
                Some(digests) if of(digests) != digest => note(&path, Fault::Changed),
                Some(_) => {}
            }
            // What is missing is told already, and a list can be of nothing else.
            if !covers(&path) || (here.is_some() && !listed.insert(path)) {
                note(name, Fault::Form);
            }
        }
        for path in self.digests.keys().filter(|path| covers(path) && !listed.contains(*path)) {
            note(path, Fault::Unlisted);
        }
        for (file, fault) in found {
            self.problem(&file, fault);
        }
    }

    fn json<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let Some(bytes) = self.tags.get(name) else {
            self.problem(name, Fault::Missing);
            return None;
        };
        let read = serde_json::from_slice(bytes).ok();
        if read.is_none() {
            self.problem(name, Fault::Form);
        }
        read
    }

    fn proofs(&mut self, trusted: Option<&KeyRing>, report: &mut Report) {
        let carried: KeyRing = self.json(KEYS).unwrap_or_default();
        let keys = trusted.unwrap_or(&carried);
        report.keys = keys.keys.iter().map(|key| key.key.to_string()).collect();
        let checkpoint = self.checkpoint(CHECKPOINT, keys);
        if let Some(checkpoint) = &checkpoint {
            report.origin = Some(checkpoint.origin.clone());
            (report.size, report.root, report.at) = (Some(checkpoint.size), Some(checkpoint.root), Some(checkpoint.at));
        }
        let leaves = self.leaves(checkpoint.as_ref());
        report.leaves = leaves.len();
        report.case = self.seal(keys, checkpoint.as_ref());
        let files: Vec<EvidenceFile> = self.json(EVIDENCE).unwrap_or_default();
        let mut known = BTreeSet::new();
        for file in files {
            if !known.insert(file.path.clone()) {
                self.problem(&file.path, Fault::Other);
            }
            report.received.push(self.evidence(file, keys, checkpoint.as_ref(), &leaves, report.case.as_deref()));
        }
        let strangers = self.digests.keys().filter(|path| path.starts_with("data/") && !known.contains(*path));
        for path in strangers.cloned().collect::<Vec<_>>() {
            self.problem(&path, Fault::Unlisted);
        }
        report.absent = self.absent(&leaves, &report.received);
        let stamps: Vec<String> = self.tags.keys().filter(|name| is_stamp(name)).cloned().collect();
        for name in stamps {
            if let Some(stamp) = self.stamp(&name, keys, checkpoint.as_ref()) {
                report.stamps.push(stamp);
            }
        }
    }

    fn checkpoint(&mut self, name: &str, keys: &KeyRing) -> Option<Checkpoint> {
        let Some(bytes) = self.tags.get(name) else {
            self.problem(name, Fault::Missing);
            return None;
        };
        let note = str::from_utf8(bytes).ok().and_then(|text| Note::parse(text).ok());
        let checkpoint = note.and_then(|note| keys.checkpoint(&note));
        if checkpoint.is_none() {
            self.problem(name, Fault::Checkpoint);
        }
        checkpoint
    }

    fn evidence(
        &mut self,
        file: EvidenceFile,
        keys: &KeyRing,
        checkpoint: Option<&Checkpoint>,
        leaves: &BTreeSet<(u64, String)>,
        case: Option<&str>,
    ) -> Received {
        let EvidenceFile { evidence, path, name, sha256, sm3, size } = file;
        let mut is_it = false;
        match self.digests.get(&path) {
            Some(digests)
                if digests.sha256 == sha256
                    && digests.sm3 == sm3
                    && digests.size == size
                    && path.starts_with("data/") =>
            {
                is_it = true;
            }
            Some(_) => self.problem(&path, Fault::Other),
            None => self.problem(&path, Fault::Missing),
        }
        let at = receipt_path(&evidence);
        let receipt: Option<Receipt> = self.json(&at);
        let received_at = receipt.and_then(|receipt| {
            let body = &receipt.body;
            let same = (&body.evidence, &body.name, body.sha256, &body.sm3, body.size)
                == (&evidence, &name, sha256, &sm3, size);
            if !same || case.is_some_and(|case| case != body.case) {
                self.problem(&at, Fault::Other);
                return None;
            }
            match receipt.verify(keys) {
                Ok(verified) => {
                    let same = checkpoint.is_none_or(|ours| {
                        // A receipt names an earlier checkpoint than the bundle has, and by itself nothing shows that
                        // the log grew from there to here. That its entry is here, at the same place, does.
                        let here = leaves.contains(&(body.index, body.leaf.clone()));
                        ours.origin == verified.checkpoint.origin && (here || *ours == verified.checkpoint)
                    });
                    if !same {
                        self.problem(&at, Fault::Consistency);
                    }
                    (same && is_it).then_some(body.received_at)
                }
                Err(fault) => {
                    self.problem(&at, Fault::Receipt(fault));
                    None
                }
            }
        });
        Received { evidence, path, name, sha256, sm3, size, received_at }
    }

    /// The case of the bundle, where the portal signed the list of these very files.
    fn seal(&mut self, keys: &KeyRing, checkpoint: Option<&Checkpoint>) -> Option<String> {
        let note =
            self.tags.get(SEAL).and_then(|bytes| str::from_utf8(bytes).ok()).and_then(|text| Note::parse(text).ok());
        let all = self.digests.iter().map(|(path, digests)| (path.as_str(), digests.sha256.to_string()));
        let files = listing(all);
        // Signed by a key in its own time, as checkpoints are.
        let sealed = note.and_then(|note| {
            let seal = Seal::of(&note)?;
            let ours = checkpoint == Some(&seal.checkpoint) && keys.signed(&note, seal.checkpoint.at);
            (ours && seal.files == files).then_some(seal.case)
        });
        if sealed.is_none() {
            // From before there were any, or taken out: the files are those of their receipts, and that is all.
            let none = !self.tags.contains_key(SEAL);
            self.problem(SEAL, if none { Fault::Unsealed } else { Fault::Seal });
        }
        sealed
    }

    /// What the entries name and what is not here; documents that are here must be those that the entries name.
    fn absent(&mut self, leaves: &BTreeSet<(u64, String)>, here: &[Received]) -> Vec<Absent> {
        let entries: Vec<_> = leaves.iter().filter_map(|(_, leaf)| Entry::parse(leaf.as_bytes()).ok()).collect();
        let removed: BTreeSet<_> = entries.iter().filter_map(|entry| entry.fact.removed()).collect();
        let here: BTreeSet<_> = here.iter().map(|file| file.evidence.as_str()).collect();
        let found = found(&entries);
        let mut absent = Vec::new();
        for entry in &entries {
            match &entry.fact {
                Fact::Received { evidence, sha256, size, .. }
                    if !here.contains(evidence.as_str()) && !removed.contains(evidence.as_str()) =>
                {
                    let infected = found.contains(evidence.as_str());
                    let what = if infected { AbsentKind::Quarantined } else { AbsentKind::File };
                    let (id, size) = (evidence.clone(), Some(*size));
                    absent.push(Absent { id, what, at: entry.at, sha256: *sha256, size });
                }
                Fact::Issued { document, sha256 } => {
                    let path = document_path(document, "json");
                    match self.digests.get(&path) {
                        Some(digests) if digests.sha256 != *sha256 => self.problem(&path, Fault::Changed),
                        Some(_) => {}
                        None => {
                            let (id, what) = (document.clone(), AbsentKind::Document);
                            absent.push(Absent { id, what, at: entry.at, sha256: *sha256, size: None });
                        }
                    }
                }
                _ => {}
            }
        }
        absent
    }

    /// The entries that are in the checkpoint, with their places.
    fn leaves(&mut self, checkpoint: Option<&Checkpoint>) -> BTreeSet<(u64, String)> {
        let mut checked = BTreeSet::new();
        let Some(bytes) = self.tags.get(LEAVES) else {
            self.problem(LEAVES, Fault::Missing);
            return checked;
        };
        let text = String::from_utf8_lossy(bytes).into_owned();
        for line in text.lines() {
            let Ok(LeafLine { index, leaf, proof }) = serde_json::from_str(line) else {
                self.problem(LEAVES, Fault::Form);
                continue;
            };
            let included =
                checkpoint.is_some_and(|ours| proof.includes(leaf_hash(leaf.as_bytes()), index, ours.size, ours.root));
            if Entry::parse(leaf.as_bytes()).is_err() {
                self.problem(LEAVES, Fault::Form);
            } else if !included {
                self.problem(LEAVES, Fault::Inclusion);
            } else if !checked.insert((index, leaf)) {
                self.problem(LEAVES, Fault::Form);
            }
        }
        checked
    }

    fn stamp(&mut self, name: &str, keys: &KeyRing, ours: Option<&Checkpoint>) -> Option<Stamped> {
        let stem = name.strip_suffix(".tsr")?;
        let text = format!("{stem}.txt");
        let stamped = self.checkpoint(&text, keys)?;
        let proof: Proof = self.json(&format!("{stem}.json"))?;
        let same = ours.is_some_and(|ours| {
            ours.origin == stamped.origin && proof.extends(stamped.size, stamped.root, ours.size, ours.root)
        });
        if !same {
            self.problem(&text, Fault::Consistency);
        }
        let digest = Hash::of(self.tags.get(&text)?);
        let answer = self.tags.get(name)?;
        let Ok(stamp) = stamp::read(answer, digest, None) else {
            self.problem(name, Fault::Stamp);
            return None;
        };
        Some(Stamped { file: name.to_owned(), size: stamped.size, at: stamp.at, policy: stamp.policy })
    }
}

/// The directory that everything lies in, with its slash; empty for bundles from before there was one, and where
/// files lie in several, which is no bundle at all.
fn base<R: Read + Seek>(zip: &ZipArchive<R>) -> String {
    let mut names = zip.file_names_raw();
    let first = names.next().unwrap_or_default();
    let Some(end) = first.iter().position(|byte| *byte == b'/') else { return String::new() };
    let top = &first[..=end];
    if names.all(|name| name.starts_with(top)) { String::from_utf8_lossy(top).into_owned() } else { String::new() }
}

/// The files in which malware was found, by what was said of them last.
fn found(entries: &[Entry]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for entry in entries {
        if let Fact::Scanned { evidence, verdict, .. } = &entry.fact {
            match verdict.as_str() {
                "found" => {
                    found.insert(evidence.as_str());
                }
                "clean" => {
                    found.remove(evidence.as_str());
                }
                _ => {}
            }
        }
    }
    found
}

fn is_stamp(name: &str) -> bool {
    name.strip_prefix(STAMPS).and_then(|name| name.strip_suffix(".tsr")).is_some()
}

fn read_one(
    file: &mut impl Read,
    keep: bool,
    second: bool,
    progress: &mut dyn FnMut(u64),
) -> Option<(Digests, Option<Vec<u8>>)> {
    let (mut sha256, mut sha512, mut size) = (Sha256::new(), Sha512::new(), 0);
    let mut sm3 = second.then(Sm3::new);
    let (mut piece, mut kept) = (vec![0; PIECE], Vec::new());
    loop {
        let read = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            // A wrong check sum of the zip file's own ends here too.
            Err(_) => return None,
        };
        sha256.update(&piece[..read]);
        sha512.update(&piece[..read]);
        if let Some(sm3) = &mut sm3 {
            sm3.update(&piece[..read]);
        }
        if keep {
            kept.extend_from_slice(&piece[..read]);
        }
        size += read as u64;
        progress(read as u64);
    }
    let digests = Digests {
        sha256: Hash(sha256.finalize().into()),
        sha512: hex::encode(sha512.finalize()),
        sm3: sm3.map(|sm3| hex::encode(sm3.finalize())),
        size,
    };
    Some((digests, keep.then_some(kept)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_once_and_none_is_lost() {
        let problem = |file: &str, fault| Problem { file: file.to_owned(), fault };
        let found = vec![
            problem("a", Fault::Unreadable),
            problem("a", Fault::Missing),
            problem("a", Fault::Changed),
            problem("b", Fault::Missing),
            problem("b", Fault::Missing),
        ];
        let told = [problem("a", Fault::Unreadable), problem("a", Fault::Changed), problem("b", Fault::Missing)];
        assert_eq!(once(found), told);
    }

    #[test]
    fn a_file_of_nothing_but_problems_fills_no_memory() {
        let mut check = Check::default();
        check.problem("a", Fault::Form);
        check.problem("a", Fault::Form);
        assert_eq!(check.problems.len(), 1);
        let name = "manifest-sha512.txt";
        check.tags.insert(name.to_owned(), "0  b\n0  c\n".repeat(MOST_PROBLEMS).into_bytes());
        check.manifest(name, &|_: &str| true, |digests| digests.sha512.clone());
        assert_eq!(check.problems.len(), MOST_PROBLEMS);
    }
}
