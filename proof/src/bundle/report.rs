//! What checking a bundle found.

use serde::{Deserialize, Serialize};

use crate::{Hash, receipt::ReceiptFault};

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

/// An authority's timestamp.
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
    pub absent: Vec<String>,
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
}
