//! A whole case to take along: a bag (`BagIt` 1.0, RFC 8493) in a zip file.
//!
//! Everything is stored and not compressed, so that a bundle is as large as it says, and
//! every common tool opens it. It lies in one directory (RFC 8493, 4), which is called as the
//! zip file is and which all paths here leave out; bundles from before that have it at the
//! top, and are checked like the others (their receipts hold; nobody signed the list of their
//! files). `data/` has the files, `proof/` what checks them:
//!
//! | file | what |
//! |---|---|
//! | `proof/keys.json` | the portal's public keys ([`crate::note::KeyRing`]) |
//! | `proof/checkpoint.txt` | a signed checkpoint of the log |
//! | `proof/evidence.json` | which file is which evidence ([`EvidenceFile`]) |
//! | `proof/receipts/<evidence>.json` | a [`crate::receipt::Receipt`] each |
//! | `proof/leaves.jsonl` | every entry about the case ([`LeafLine`]), a line each |
//! | `proof/stamps/<size>.txt`, `.tsr`, `.json` | a checkpoint that an authority stamped, its answer, and the consistency proof from there to `checkpoint.txt` |
//! | `proof/SHA256SUMS` | for `sha256sum -c`, from the folder above |
//! | `proof/seal.txt` | the signed list of all files ([`Seal`]) |
//!
//! `documents/` has what was issued in the case; the entry of each in the log has the digest of its `.json`.

mod check;
mod report;
mod seal;
mod write;
mod zipped;

use serde::{Deserialize, Serialize};

pub use self::{
    check::verify,
    report::{Absent, AbsentKind, Fault, Problem, Received, Report, Stamped, Trust},
    seal::{SEAL, Seal},
    write::{BundleWriter, Info, WriteFault},
};
use crate::{Hash, merkle::Proof};

const BAGIT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const STAMPS: &str = "proof/stamps/";

/// The page for people.
pub const INDEX: &str = "index.html";
/// The portal's public keys ([`crate::note::KeyRing`]).
pub const KEYS: &str = "proof/keys.json";
/// The signed checkpoint that all proofs lead to.
pub const CHECKPOINT: &str = "proof/checkpoint.txt";
/// Which file is which evidence ([`EvidenceFile`]).
pub const EVIDENCE: &str = "proof/evidence.json";
/// Every entry about the case ([`LeafLine`]), a line each.
pub const LEAVES: &str = "proof/leaves.jsonl";

/// Where an issued document is: `json` has the bytes whose digest the log has, `html` is for people.
pub fn document_path(document: &str, extension: &str) -> String {
    format!("documents/{document}.{extension}")
}

/// Where the receipt of an evidence is.
pub fn receipt_path(evidence: &str) -> String {
    format!("proof/receipts/{evidence}.json")
}

/// Where what belongs to a stamped checkpoint of this size is: `txt` is the checkpoint,
/// `tsr` the authority's answer, `json` the proof that the log only grew from there.
pub fn stamp_path(size: u64, what: &str) -> String {
    format!("{STAMPS}{size}.{what}")
}

/// Which file is which evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFile {
    /// The evidence.
    pub evidence: String,
    /// Where it is in the bundle.
    pub path: String,
    /// The name it came with.
    pub name: String,
    /// Its digest.
    pub sha256: Hash,
    /// Its digest by SM3, where it was computed; 64 lower-case hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sm3: Option<String>,
    /// Bytes.
    pub size: u64,
}

/// An entry of the log and the proof that `checkpoint.txt` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafLine {
    /// Its place in the log, from 0.
    pub index: u64,
    /// Its exact bytes, which are text.
    pub leaf: String,
    /// The proof.
    pub proof: Proof,
}

/// Whether a path stays inside the bundle and means the same everywhere.
fn is_safe(path: &str) -> bool {
    let part = |part: &str| !matches!(part, "" | "." | "..") && !part.ends_with(['.', ' ']);
    !path.contains(|c: char| c.is_control() || "\\:*?\"<>|".contains(c))
        && path.split('/').all(part)
        && path.len() <= 240
}

/// A path as manifests have it (RFC 8493, 2.1.3).
fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn decoded(path: &str) -> String {
    path.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}

#[cfg(test)]
mod tests;
