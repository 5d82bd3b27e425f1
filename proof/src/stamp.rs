//! Timestamps of an authority that is not ours (RFC 3161): the request, and what an
//! answer says.
//!
//! Whether the authority's own signature is good needs its certificates, and is checked
//! with `openssl ts -verify` or the like; here is checked that the answer is about *our*
//! bytes and answers *our* question.

use der::{
    Decode, Encode, Reader, Sequence, SliceReader, Tag, Tagged,
    asn1::{AnyRef, Int, ObjectIdentifier, OctetStringRef},
};

use crate::Hash;

/// SHA-256 (RFC 5754).
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// Signed data (RFC 5652).
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// What a timestamp's signed data holds (RFC 3161, 2.4.2).
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// An answer has no more bytes than this: certificates and one signature.
const LARGEST: usize = 256 * 1024;

/// Why an answer is no timestamp of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampFault {
    /// The authority refused; its status (RFC 3161, 2.4.2).
    #[error("the authority refused with status {0}")]
    Rejected(u8),
    /// It is about other bytes.
    #[error("the timestamp is about something else")]
    Imprint,
    /// It answers another question.
    #[error("the timestamp answers another request")]
    Nonce,
    /// Not an answer at all.
    #[error("not a timestamp response")]
    Form,
}

impl From<der::Error> for StampFault {
    fn from(_: der::Error) -> Self {
        Self::Form
    }
}

/// What a timestamp says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When the authority saw the bytes, by its clock; seconds since 1970, UTC.
    pub at: i64,
    /// Under which of its policies.
    pub policy: String,
    /// Its own number, in hexadecimal digits.
    pub serial: String,
}

#[derive(Clone, Copy, Debug, Sequence)]
struct Algorithm<'a> {
    oid: ObjectIdentifier,
    #[asn1(optional = "true")]
    parameters: Option<AnyRef<'a>>,
}

#[derive(Clone, Copy, Debug, Sequence)]
struct Imprint<'a> {
    algorithm: Algorithm<'a>,
    digest: &'a OctetStringRef,
}

#[derive(Debug, Sequence)]
struct Request<'a> {
    version: u8,
    imprint: Imprint<'a>,
    nonce: Int,
    certificates: bool,
}

/// A request for a timestamp of something with this digest, with the authority's
/// certificate in the answer. The nonce ties the answer to it; 64 random bits.
///
/// # Errors
/// [`StampFault::Form`] where it cannot be written, which cannot be.
pub fn request(digest: Hash, nonce: u64) -> Result<Vec<u8>, StampFault> {
    let algorithm = Algorithm { oid: SHA256, parameters: Some(AnyRef::NULL) };
    let imprint = Imprint { algorithm, digest: OctetStringRef::new(&digest.0)? };
    Ok(Request { version: 1, imprint, nonce: integer(nonce)?, certificates: true }.to_der()?)
}

/// A positive integer of ASN.1.
fn integer(number: u64) -> Result<Int, StampFault> {
    // A leading zero keeps it positive; the type drops it where it is not needed.
    let bytes = u128::from(number).to_be_bytes();
    let digits = &bytes[bytes.iter().take(15).take_while(|byte| **byte == 0).count()..];
    let positive = if digits[0] & 0x80 == 0 { digits.to_vec() } else { [&[0], digits].concat() };
    Ok(Int::new(&positive)?)
}

/// Reads an answer and checks that it is about this digest. The nonce is checked where it
/// is still known; it is not kept with the answer.
///
/// # Errors
/// [`StampFault`].
pub fn read(answer: &[u8], digest: Hash, nonce: Option<u64>) -> Result<Stamp, StampFault> {
    if answer.len() > LARGEST {
        return Err(StampFault::Form);
    }
    let mut reader = SliceReader::new(answer)?;
    let answer = reader.sequence(|inner| {
        let status = inner.sequence(|inner| {
            let status = u8::decode(inner)?;
            skip_rest(inner)?;
            Ok::<_, der::Error>(status)
        })?;
        if status > 1 {
            skip_rest(inner)?;
            return Ok((status, None));
        }
        Ok::<_, der::Error>((status, Some(AnyRef::decode(inner)?)))
    })?;
    reader.finish()?;
    let (status, Some(token)) = answer else { return Err(StampFault::Rejected(answer.0)) };
    let _ = status;
    let info = info_of(token)?;
    info_says(&info, digest, nonce)
}

fn skip_rest<'a, R: Reader<'a>>(reader: &mut R) -> der::Result<()> {
    while !reader.is_finished() {
        AnyRef::decode(reader)?;
    }
    Ok(())
}

/// The signed content of a token: `ContentInfo` of `SignedData` (RFC 5652, 3 and 5.1).
fn info_of(token: AnyRef<'_>) -> Result<Vec<u8>, StampFault> {
    let mut outer = SliceReader::new(token.value())?;
    if token.tag() != Tag::Sequence || ObjectIdentifier::decode(&mut outer)? != SIGNED_DATA {
        return Err(StampFault::Form);
    }
    let content = AnyRef::decode(&mut outer)?;
    let signed = AnyRef::from_der(content.value())?;
    let mut signed = SliceReader::new(signed.value())?;
    // Version and digest algorithms.
    AnyRef::decode(&mut signed)?;
    AnyRef::decode(&mut signed)?;
    let inside = AnyRef::decode(&mut signed)?;
    let mut inside = SliceReader::new(inside.value())?;
    if ObjectIdentifier::decode(&mut inside)? != TST_INFO {
        return Err(StampFault::Form);
    }
    let explicit = AnyRef::decode(&mut inside)?;
    let info = <&OctetStringRef>::from_der(explicit.value())?;
    Ok(info.as_bytes().to_vec())
}

/// `TSTInfo` (RFC 3161, 2.4.2).
fn info_says(info: &[u8], digest: Hash, nonce: Option<u64>) -> Result<Stamp, StampFault> {
    let info = AnyRef::from_der(info)?;
    let mut info = SliceReader::new(info.value())?;
    if u8::decode(&mut info)? != 1 {
        return Err(StampFault::Form);
    }
    let policy: ObjectIdentifier = ObjectIdentifier::decode(&mut info)?;
    let imprint = Imprint::decode(&mut info)?;
    if imprint.algorithm.oid != SHA256 || imprint.digest.as_bytes() != digest.0 {
        return Err(StampFault::Imprint);
    }
    let serial = hex::encode(Int::decode(&mut info)?.as_bytes());
    let time = AnyRef::decode(&mut info)?;
    let at = generalized_time(time).ok_or(StampFault::Form)?;
    let mut answered = None;
    while !info.is_finished() {
        let more = AnyRef::decode(&mut info)?;
        if more.tag() == Tag::Integer {
            answered = Some(more.value().to_vec());
        }
    }
    if let Some(nonce) = nonce
        && answered.as_deref() != Some(integer(nonce)?.as_bytes())
    {
        return Err(StampFault::Nonce);
    }
    Ok(Stamp { at, policy: policy.to_string(), serial })
}

/// `YYYYMMDDhhmmss[.f…]Z` in seconds since 1970; fractions are dropped.
fn generalized_time(time: AnyRef<'_>) -> Option<i64> {
    let text = str::from_utf8(time.value()).ok().filter(|_| time.tag() == Tag::GeneralizedTime)?;
    let (whole, rest) = text.split_at_checked(14)?;
    let fraction = rest.strip_suffix('Z')?;
    let is_fraction =
        fraction.is_empty() || fraction.strip_prefix('.').is_some_and(|f| f.bytes().all(|b| b.is_ascii_digit()));
    if !is_fraction {
        return None;
    }
    // The type of the library takes no fractions, which authorities do send.
    let whole = format!("{whole}Z");
    let time = der::DateTime::new(
        whole.get(..4)?.parse().ok()?,
        whole.get(4..6)?.parse().ok()?,
        whole.get(6..8)?.parse().ok()?,
        whole.get(8..10)?.parse().ok()?,
        whole.get(10..12)?.parse().ok()?,
        whole.get(12..14)?.parse().ok()?,
    );
    i64::try_from(time.ok()?.unix_duration().as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_request_is_what_openssl_writes() {
        // `openssl ts -query -digest 11…11 -sha256 -cert -no_nonce`, and the nonce in its place.
        let digest = Hash([0x11; 32]);
        let expected = concat!(
            "3044020101303130 0d0609608648016503040201 0500 0420",
            "1111111111111111111111111111111111111111111111111111111111111111",
            "0209008000000000000001 0101ff"
        );
        assert_eq!(hex::encode(request(digest, 0x8000_0000_0000_0001).unwrap()), expected.replace(' ', ""));
    }

    #[test]
    fn a_refusal_says_its_status() {
        // PKIStatusInfo { status rejection (2) } alone.
        assert_eq!(read(&[0x30, 5, 0x30, 3, 2, 1, 2], Hash::of(""), None), Err(StampFault::Rejected(2)));
    }

    proptest! {
        #[test]
        fn no_answer_is_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read(&bytes, Hash::of(""), Some(1)).is_err());
        }

        #[test]
        fn every_nonce_is_written_as_the_shortest_positive_integer(nonce: u64) {
            let int = integer(nonce).unwrap();
            let bytes = int.as_bytes();
            prop_assert!(bytes[0] & 0x80 == 0 && (bytes.len() == 1 || bytes[0] != 0 || bytes[1] & 0x80 != 0));
            prop_assert_eq!(bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte)), u128::from(nonce));
        }
    }
}
