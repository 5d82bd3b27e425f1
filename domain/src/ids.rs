//! Identifiers, digests and byte counts, each with a type of its own, so that a
//! finding's id can never be passed where a case's id belongs.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

uuid_ids! {
    /// A person's account.
    AccountId,
    /// An administrative agency (行政执法部门).
    AgencyId,
    /// A supervised enterprise or individual trader.
    EnterpriseId,
    /// An inspection item of the published list (检查事项).
    ItemId,
    /// One line of an item's checklist; stable across the versions of the item.
    LineId,
    /// An application for supervision without a visit.
    EnrolmentId,
    /// One round of self-checks of one enterprise for one agency.
    CaseId,
    /// One opening of a page on which something is filled in.
    PageId,
    /// One uploaded file.
    EvidenceId,
    /// What is known of some bytes.
    DossierId,
    /// One file on its way in.
    UploadId,
    /// One code for a live capture.
    CaptureId,
    /// The token of a program that acts for somebody.
    TokenId,
    /// One problem found in a case.
    FindingId,
    /// One entry of the first-violation register (首违登记台账).
    FirstViolationId,
    /// A concrete visit that was due.
    DueVisitId,
    /// One entry of the visits ledger.
    LedgerEntryId,
    /// An issued document.
    DocumentId,
    /// One event of the audit trail.
    AuditId,
    /// One queued piece of work.
    JobId,
}

/// A SHA-256 digest (FIPS 180-4) of a whole file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// Why a text is not a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 64 hexadecimal digits")]
pub struct NotADigest;

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NotADigest);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let value = |digit: u8| char::from(digit).to_digit(16).ok_or(NotADigest);
            let both = value(pair[0])? * 16 + value(pair[1])?;
            *byte = u8::try_from(both).map_err(|_| NotADigest)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ByteCount(pub u64);

impl ByteCount {
    /// `n` megabytes of 1 000 000 bytes, the unit that phones show.
    pub const fn megabytes(n: u64) -> Self {
        Self(n * 1_000_000)
    }

    /// The size in megabytes with one decimal, rounded up so that a file just
    /// over a limit never reads as being at it.
    pub fn in_megabytes(self) -> String {
        let tenths = self.0.div_ceil(100_000);
        if tenths.is_multiple_of(10) { format!("{}", tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_being_written_and_read() {
        let digest = Digest(std::array::from_fn(|i| u8::try_from(i * 7 % 256).unwrap()));
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!("zz".repeat(32).parse::<Digest>(), Err(NotADigest));
        assert_eq!("é".repeat(32).parse::<Digest>(), Err(NotADigest));
        assert_eq!("00".parse::<Digest>(), Err(NotADigest));
    }

    #[test]
    fn a_size_just_over_a_limit_does_not_read_as_the_limit() {
        assert_eq!(ByteCount::megabytes(20).in_megabytes(), "20");
        assert_eq!(ByteCount(20_000_001).in_megabytes(), "20.1");
    }
}
