//! What checking a bundle found.

use serde::{Deserialize, Serialize};

use crate::{Hash, note::Checkpoint, receipt::ReceiptFault};

/// On whose word the signatures were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// With keys that were given from outside.
    Given,
    /// With the keys that the bundle itself brings: it agrees with itself, and whether
    /// the keys are the portal's is still to be asked.
    Carried,
}

/// A file and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file, from the bundle's directory on; empty for the bundle as a whole.
    pub file: String,
    /// What.
    pub fault: Fault,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Not a zip file, or a damaged one.
    NotABundle,
    /// The zip file has parts that common tools do not show.
    Hidden,
    /// More files than a bundle can have.
    TooMany,
    /// A file about the others that is too large to be one.
    TooLarge,
    /// A name that leads elsewhere.
    Name,
    /// Compressed or encrypted, which bundles never are.
    Packed,
    /// Cannot be read.
    Unreadable,
    /// Is listed, or belongs to every bundle, and is not there.
    Missing,
    /// Is there and not listed.
    Unlisted,
    /// Not the bytes that the manifest lists.
    Changed,
    /// Cannot be understood.
    Form,
    /// Not the file that its receipt is about.
    Other,
    /// The receipt does not hold.
    Receipt(ReceiptFault),
    /// An entry that is not in the checkpoint.
    Inclusion,
    /// The checkpoint is not signed by a key of the portal in that key's time.
    Checkpoint,
    /// The authority's timestamp is not one of this checkpoint.
    Stamp,
    /// A stamped checkpoint or the entry of a receipt is not of the log that the checkpoint is of.
    Consistency,
    /// The list of the bundle's files is not signed by the portal, or they are not those that it signed.
    Seal,
    /// Nobody signed the list of the bundle's files, as in bundles from before that was done: each may be what its
    /// receipt says, and others may have been taken out or put in.
    Unsealed,
}

/// A file that was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// The evidence.
    pub evidence: String,
    /// Where it is in the bundle.
    pub path: String,
    /// The name it came with.
    pub name: String,
    /// Its digest.
    pub sha256: Hash,
    /// Its digest by SM3, where one was computed and holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sm3: Option<String>,
    /// Bytes.
    pub size: u64,
    /// When, by the portal's clock; milliseconds since 1970, UTC. Only where the receipt
    /// holds.
    pub received_at: Option<i64>,
}

/// What the log names and the bundle leaves out. The log has digests of names alone, so that none can be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absent {
    /// Its id.
    pub id: String,
    /// What it is.
    pub what: AbsentKind,
    /// When it was received or issued, by the portal's clock; milliseconds since 1970, UTC.
    pub at: i64,
    /// Its digest, by which whoever has it recognises it.
    pub sha256: Hash,
    /// The bytes of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// What can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentKind {
    /// A file of evidence.
    File,
    /// A file of evidence in which malware was found.
    Quarantined,
    /// A document.
    Document,
}

/// An authority's timestamp. That it is about a checkpoint of the log was checked; the authority's own signature was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamped {
    /// The answer in the bundle.
    pub file: String,
    /// Leaves of the log at that time.
    pub size: u64,
    /// When, by the authority's clock; seconds since 1970, UTC.
    pub at: i64,
    /// Under which policy of the authority.
    pub policy: String,
}

/// What checking a bundle found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Nothing is wrong. The authorities' own signatures are not part of this.
    pub ok: bool,
    /// On whose word.
    pub trust: Trust,
    /// The directory in the zip file that everything lies in; absent for bundles from before there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The case that the signed list of files names, where that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The log.
    pub origin: Option<String>,
    /// Leaves of the log in the bundle's checkpoint.
    pub size: Option<u64>,
    /// The root of that log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Hash>,
    /// When that checkpoint was signed; milliseconds since 1970, UTC.
    pub at: Option<i64>,
    /// The keys that checked it, as text.
    pub keys: Vec<String>,
    /// Files of evidence.
    pub received: Vec<Received>,
    /// Entries of the log that were checked.
    pub leaves: usize,
    /// Evidence and documents that the entries name and that are not here: what was taken out before it was sent is
    /// not among them, what is withheld from whoever took the bundle is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<Absent>,
    /// Timestamps of authorities.
    pub stamps: Vec<Stamped>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Whether nothing is wrong but that nobody signed the list of files.
    pub fn is_unsealed_only(&self) -> bool {
        !self.problems.is_empty() && self.problems.iter().all(|problem| problem.fault == Fault::Unsealed)
    }

    /// The bundle's checkpoint, where it is signed.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let origin = self.origin.clone()?;
        Some(Checkpoint { origin, size: self.size?, root: self.root?, at: self.at? })
    }

    /// Where an authority's answer and what it stamped lie once the bundle is unpacked, without their endings.
    pub fn unpacked(&self, stamp: &Stamped) -> String {
        let stem = stamp.file.trim_end_matches(".tsr");
        self.base.as_ref().map_or_else(|| stem.to_owned(), |base| format!("{base}/{stem}"))
    }

    /// The command that checks the authority's signature beside the unpacked bundle, with the authority's root
    /// certificate as `CA.pem`; `None` where a shell might take the path for something else.
    pub fn signature_command(&self, stamp: &Stamped) -> Option<String> {
        let path = self.unpacked(stamp);
        // Certificates may have run out since: they count at the time of the timestamp.
        is_plain(&path)
            .then(|| format!("openssl ts -verify -data {path}.txt -in {path}.tsr -CAfile CA.pem -attime {}", stamp.at))
    }
}

/// Whether every shell takes a path for a path and for nothing else.
fn is_plain(path: &str) -> bool {
    !path.starts_with('-') && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_offered_only_where_a_shell_takes_the_path_for_a_path() {
        let stamp = |file: &str| Stamped { file: file.to_owned(), size: 3, at: 9, policy: "1.2.3".to_owned() };
        let report = |base: Option<&str>| Report {
            ok: true,
            trust: Trust::Given,
            base: base.map(str::to_owned),
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
        let command = |base, file| report(base).signature_command(&stamp(file));
        let beside =
            |path: &str| format!("openssl ts -verify -data {path}.txt -in {path}.tsr -CAfile CA.pem -attime 9");
        let file = "proof/stamps/3.tsr";
        assert_eq!(command(Some("bundle-1_a.b"), file), Some(beside("bundle-1_a.b/proof/stamps/3")));
        assert_eq!(command(None, file), Some(beside("proof/stamps/3")));
        for base in ["$(reboot)", "a;b", "a b", "`a`", "a'b", "a|b", "a&b", "-a", "证据"] {
            assert_eq!(command(Some(base), file), None, "{base}");
        }
        assert_eq!(command(None, "proof/stamps/3;b.tsr"), None);
    }
}
