//! The facts that are leaves of the log.

use serde::{Deserialize, Serialize};

use crate::{
    Hash,
    canonical::{self, CanonicalFault},
};

/// The form of entries that is written today.
pub const VERSION: u32 = 1;

/// A fact and when it was recorded. Persons, cases and files appear by their ids alone:
/// the log is shown to others, and ids say nothing to those who do not know them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// See [`VERSION`].
    pub v: u32,
    /// By the portal's clock; milliseconds since 1970, UTC.
    pub at: i64,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What happened to a file. Ids are UUIDs as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A code for a live capture was given out.
    CodeIssued {
        /// The capture.
        capture: String,
        /// For which case.
        case: String,
        /// For which line of a self-check.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<String>,
        /// For which finding.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finding: Option<String>,
        /// To whom.
        account: String,
        /// The digest of the capture's id, a space, and the code.
        code_sha256: Hash,
    },
    /// A file was taken with that code.
    CodeUsed {
        /// The capture.
        capture: String,
        /// The evidence that the file became.
        evidence: String,
        /// As when it was given out.
        code_sha256: Hash,
    },
    /// A digest was announced, before any byte of the file.
    Committed {
        /// The upload.
        upload: String,
        /// The digest.
        sha256: Hash,
        /// Bytes, where they were announced too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<u64>,
        /// By whom.
        account: String,
    },
    /// Every byte of an upload is here, and there is no place for it yet; the one that it gets is told by
    /// [`Fact::Received`].
    Arrived {
        /// The upload.
        upload: String,
        /// The digest of the bytes.
        sha256: Hash,
        /// Bytes.
        size: u64,
        /// From whom.
        account: String,
    },
    /// A file was received whole, and became evidence of a case.
    Received {
        /// The evidence it became.
        evidence: String,
        /// In which case.
        case: String,
        /// Whose case.
        enterprise: String,
        /// From whom.
        account: String,
        /// Its digest.
        sha256: Hash,
        /// Bytes.
        size: u64,
        /// The digest of its name.
        name_sha256: Hash,
        /// The upload that brought it, where it came in pieces.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upload: Option<String>,
        /// The evidence of the same bytes that was there before, where none were sent again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<String>,
    },
    /// Its digest by the Chinese standard too (SM3, GB/T 32905).
    Sm3 {
        /// The evidence.
        evidence: String,
        /// 64 lower-case hexadecimal digits.
        sm3: String,
    },
    /// A file was taken out of a draft by the enterprise.
    Removed {
        /// The evidence.
        evidence: String,
        /// By whom.
        account: String,
    },
    /// Files were handed over; from here on nobody can take them out.
    Submitted {
        /// The case.
        case: String,
        /// With which round, from 1, where it was a round of self-checks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        round: Option<u32>,
        /// The files.
        evidence: Vec<String>,
        /// By whom.
        account: String,
    },
    /// A file was opened.
    Accessed {
        /// The evidence.
        evidence: String,
        /// By whom.
        account: String,
        /// In which form: `original`, `view`, `thumbnail`, `bundle`.
        what: String,
    },
    /// A case was decided on.
    Decided {
        /// The case.
        case: String,
        /// The outcome; `on_site` where it went over to a site visit, `on_site_declined` where that was
        /// proposed and not approved, `rectified` or `transferred` where it was decided on something
        /// that was to be put right.
        outcome: String,
        /// By whom: who proposed and who confirmed, where two did.
        accounts: Vec<String>,
        /// The document, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<String>,
    },
    /// A document was issued.
    Issued {
        /// The document.
        document: String,
        /// The digest of its canonical bytes (RFC 8785).
        sha256: Hash,
    },
    /// Another form was made of a file.
    Derived {
        /// The evidence.
        evidence: String,
        /// Which: `view`, `thumbnail`, `poster`.
        kind: String,
        /// The digest of what was made.
        sha256: Hash,
        /// Its bytes.
        size: u64,
    },
    /// A file was looked through for malware.
    Scanned {
        /// The evidence.
        evidence: String,
        /// By what.
        engine: String,
        /// `clean`, `found` or `not_scanned`.
        verdict: String,
    },
    /// A key signs from here on.
    Key {
        /// The key, as [`crate::note::PublicKey`] writes it.
        key: String,
    },
}

impl Fact {
    /// The evidence that was taken out, where this says so.
    pub fn removed(&self) -> Option<&str> {
        match self {
            Self::Removed { evidence, .. } => Some(evidence),
            _ => None,
        }
    }
}

impl Entry {
    /// A fact, in today's form.
    pub const fn new(at: i64, fact: Fact) -> Self {
        Self { v: VERSION, at, fact }
    }

    /// The exact bytes of the leaf.
    ///
    /// # Errors
    /// None for what this type can hold; kept apart from a panic all the same.
    pub fn bytes(&self) -> Result<Vec<u8>, CanonicalFault> {
        canonical::write(self)
    }

    /// Reads a leaf; other bytes than those that [`Entry::bytes`] writes are refused.
    ///
    /// # Errors
    /// [`CanonicalFault`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CanonicalFault> {
        canonical::read(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_is_one_sequence_of_bytes() {
        let fact = Fact::Sm3 { evidence: "e".to_owned(), sm3: "0".repeat(64) };
        let entry = Entry::new(1_795_000_000_000, fact);
        let bytes = entry.bytes().unwrap();
        let text = format!(r#"{{"at":1795000000000,"evidence":"e","fact":"sm3","sm3":"{}","v":1}}"#, "0".repeat(64));
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), text);
        assert_eq!(Entry::parse(&bytes), Ok(entry));
        for other in [text.replace("\"e\"", "\"\\u0065\""), text.replace(",\"v\":1", ",\"v\":1,\"w\":2"), text + " "] {
            assert!(Entry::parse(other.as_bytes()).is_err(), "{other}");
        }
    }
}
