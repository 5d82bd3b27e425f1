//! What the headers of a tus request say.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    capture::TakenAt,
    evidence::Moment,
    ids::{AccountId, ByteCount, CaptureId, Digest, UploadId},
    upload::Place,
};
use http::HeaderMap;
use portal::services::uploads::{Algorithm, Checksum};

use super::reply::Refusal;

/// Metadata is remembered up to this size.
const METADATA: usize = 8 * 1024;

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    match headers.get(name) {
        None => Ok(None),
        Some(value) => value.to_str().map(|value| Some(value.trim())).map_err(|_| Refusal::Header(name)),
    }
}

/// A number of bytes: digits and nothing else.
fn number(headers: &HeaderMap, name: &'static str) -> Result<Option<ByteCount>, Refusal> {
    let Some(value) = text(headers, name)? else { return Ok(None) };
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse() {
        Ok(count) if digits => Ok(Some(ByteCount(count))),
        _ => Err(Refusal::Header(name)),
    }
}

/// `Wugan-Account`: whether the page that sends is this person's. Programs do not say.
pub(super) fn is_of(headers: &HeaderMap, account: AccountId) -> bool {
    headers.get("wugan-account").is_none_or(|whose| whose.as_bytes() == account.to_string().as_bytes())
}

/// `Upload-Length`.
pub(super) fn length(headers: &HeaderMap) -> Result<Option<ByteCount>, Refusal> {
    number(headers, "upload-length")
}

/// `Upload-Offset`.
pub(super) fn offset(headers: &HeaderMap) -> Result<Option<ByteCount>, Refusal> {
    number(headers, "upload-offset")
}

/// How long a new upload will be: `Upload-Length`, or `Upload-Defer-Length: 1`.
pub(super) fn length_or_defer(headers: &HeaderMap) -> Result<Option<ByteCount>, Refusal> {
    match (length(headers)?, text(headers, "upload-defer-length")?) {
        (Some(length), None) => Ok(Some(length)),
        (None, Some("1")) => Ok(None),
        (None, None) => Err(Refusal::Header("upload-length")),
        _ => Err(Refusal::Header("upload-defer-length")),
    }
}

/// The size of the body, where it is announced.
pub(super) fn body_size(headers: &HeaderMap) -> Option<ByteCount> {
    headers.get(http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok().map(ByteCount)
}

/// Whether there is a body at all.
pub(super) fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(http::header::TRANSFER_ENCODING) || body_size(headers).is_some_and(|size| size.0 > 0)
}

/// Whether the body is a piece of an upload by its type.
pub(super) fn is_piece(headers: &HeaderMap) -> bool {
    let kind = headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/offset+octet-stream"))
}

/// `Upload-Checksum: sha1 BASE64`.
pub(super) fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Refusal> {
    let Some(value) = text(headers, "upload-checksum")? else { return Ok(None) };
    let bad = Refusal::Header("upload-checksum");
    let Some((name, digest)) = value.split_once(' ') else { return Err(bad) };
    let (algorithm, size) = match name {
        "sha1" => (Algorithm::Sha1, 20),
        "sha256" => (Algorithm::Sha256, 32),
        _ => return Err(bad),
    };
    match STANDARD.decode(digest.trim()) {
        Ok(digest) if digest.len() == size => Ok(Some(Checksum { algorithm, digest })),
        _ => Err(bad),
    }
}

/// Whether the checksum comes after the body.
pub(super) fn checked_after(headers: &HeaderMap) -> bool {
    let mut trailers = headers.get_all(http::header::TRAILER).iter().filter_map(|value| value.to_str().ok());
    trailers.any(|names| names.split(',').any(|name| name.trim().eq_ignore_ascii_case("upload-checksum")))
}

/// What is told about a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// As it was sent.
    pub(super) raw: Option<String>,
    /// `filename`.
    pub(super) name: String,
    /// `sha256`, in hexadecimal digits.
    pub(super) declared: Option<Digest>,
    /// `case` and `line`, or `finding` and `moment`.
    pub(super) place: Option<Place>,
    /// `capture`: the code that the file was taken with.
    pub(super) capture: Option<CaptureId>,
    /// `place`, beside a `capture`: where the device says it was.
    pub(super) taken_at: Option<TakenAt>,
}

/// `Upload-Metadata: filename BASE64,sha256 BASE64,…`.
pub(super) fn metadata(headers: &HeaderMap) -> Result<Metadata, Refusal> {
    const NAME: &str = "upload-metadata";
    let bad = || Refusal::Header(NAME);
    let Some(raw) = text(headers, NAME)? else { return Ok(Metadata::default()) };
    if raw.len() > METADATA {
        return Err(bad());
    }
    let mut pairs = BTreeMap::new();
    for pair in raw.split(',').map(str::trim).filter(|_| !raw.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value.trim()).map_err(|_| bad())?;
        if key.is_empty() || pairs.insert(key, String::from_utf8_lossy(&value).into_owned()).is_some() {
            return Err(bad());
        }
    }
    let get = |key: &str| pairs.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let place = match (get("case"), get("line"), get("finding"), get("moment")) {
        (Some(case), Some(line), None, None) => {
            let (case, line) = (case.parse().map_err(|_| bad())?, line.parse().map_err(|_| bad())?);
            Some(Place::Line { case, line })
        }
        (None, None, Some(finding), Some(moment)) => {
            let moment = match moment {
                "before" => Moment::Before,
                "after" => Moment::After,
                _ => return Err(bad()),
            };
            Some(Place::Finding { finding: finding.parse().map_err(|_| bad())?, moment })
        }
        (None, None, None, None) => None,
        _ => return Err(bad()),
    };
    let declared = get("sha256").map(|digest| digest.to_ascii_lowercase().parse().map_err(|_| bad())).transpose()?;
    let capture = get("capture").map(|id| id.parse().map_err(|_| bad())).transpose()?;
    // The place of a file that was chosen would be that of its sender.
    let taken_at = get("place").filter(|_| capture.is_some()).map(|at| at.parse().map_err(|_| bad())).transpose()?;
    let name = get("filename").unwrap_or_default().to_owned();
    Ok(Metadata { raw: Some(raw.to_owned()), name, declared, place, capture, taken_at })
}

/// What an upload is to others.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Concat {
    /// Nothing.
    Alone,
    /// A part.
    Partial,
    /// Put together from these.
    Final(Vec<UploadId>),
}

/// `Upload-Concat: partial`, or `final;ADDRESS ADDRESS`.
pub(super) fn concat(headers: &HeaderMap) -> Result<Concat, Refusal> {
    let bad = || Refusal::Header("upload-concat");
    let Some(value) = text(headers, "upload-concat")? else { return Ok(Concat::Alone) };
    if value == "partial" {
        return Ok(Concat::Partial);
    }
    let addresses = value.strip_prefix("final;").ok_or_else(bad)?;
    let ids = addresses.split_whitespace().map(|address| {
        let last = address.rsplit('/').next().unwrap_or_default();
        Ok(key(last).ok_or_else(bad)?.0)
    });
    ids.collect::<Result<Vec<_>, Refusal>>().map(Concat::Final)
}

/// The id of an upload and the secret part of its address: `ID.SECRET`.
pub(super) fn key(segment: &str) -> Option<(UploadId, Option<&str>)> {
    let (id, secret) = segment.split_once('.').map_or((segment, None), |(id, secret)| (id, Some(secret)));
    Some((id.parse().ok()?, secret))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_length_is_told_or_left_open_and_never_both() {
        let of = |pairs| length_or_defer(&headers(pairs)).ok();
        assert_eq!(of(&[("upload-length", "12")]), Some(Some(ByteCount(12))));
        assert_eq!(of(&[("upload-defer-length", "1")]), Some(None));
        for bad in ["", "-1", "+1", "1.5", "0x10", "99999999999999999999999", "1 2"] {
            let mut map = headers(&[]);
            map.insert("upload-length", HeaderValue::from_static(bad));
            assert!(length_or_defer(&map).is_err(), "{bad}");
        }
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("upload-defer-length", "2")]), None);
        assert_eq!(of(&[("upload-length", "1"), ("upload-defer-length", "1")]), None);
    }

    #[test]
    fn metadata_is_pairs_of_a_key_and_base64() {
        let of = |value| metadata(&headers(&[("upload-metadata", value)]));
        let good = of("filename 54Wn54mHLmpwZw==,is_confidential,filetype aW1hZ2UvanBlZw==").unwrap();
        assert_eq!((good.name.as_str(), good.place, good.declared), ("照片.jpg", None, None));
        assert_eq!(metadata(&headers(&[])).unwrap(), Metadata::default());
        for bad in
            ["filename !!!", "a YQ==,a Yg==", " ,", "case YQ==,line YQ==", "case YQ==", "sha256 YQ==", "capture YQ=="]
        {
            assert!(of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_place_counts_only_beside_a_code() {
        let of = |pairs: &[(&str, &str)]| {
            let pairs: Vec<String> =
                pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
            let mut map = HeaderMap::new();
            map.insert("upload-metadata", HeaderValue::from_str(&pairs.join(",")).unwrap());
            metadata(&map)
        };
        let id = "019368a0-0000-7000-8000-000000000001";
        let both = of(&[("capture", id), ("place", "43.88,125.32,12,1795000000000")]).unwrap();
        assert_eq!((both.capture, both.taken_at.unwrap().accuracy_m), (Some(id.parse().unwrap()), 12));
        assert_eq!(of(&[("place", "43.88,125.32,12,1795000000000")]).unwrap().taken_at, None);
        assert!(of(&[("capture", id), ("place", "here")]).is_err());
    }

    #[test]
    fn checksums_are_sha1_or_sha256_of_their_length() {
        let of = |value| checksum(&headers(&[("upload-checksum", value)]));
        assert!(matches!(
            of("sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
            Ok(Some(Checksum { algorithm: Algorithm::Sha1, .. }))
        ));
        for bad in ["sha1", "sha1 ", "sha1 YQ==", "md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256 2jmj7l5rSw0yVb/vlWAYkK/YBwk="]
        {
            assert!(of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_final_upload_names_its_parts() {
        let id = "019368a0-0000-7000-8000-000000000001";
        let of = |value: &str| {
            let mut map = HeaderMap::new();
            map.insert("upload-concat", HeaderValue::from_str(value).unwrap());
            concat(&map)
        };
        let wanted = Concat::Final(vec![id.parse().unwrap(); 2]);
        assert_eq!(
            of(&format!("final;/api/v1/uploads/{id}.abc https://a.example/api/v1/uploads/{id}.d")).ok(),
            Some(wanted)
        );
        assert_eq!(of("partial").ok(), Some(Concat::Partial));
        assert!(of("final;/nowhere").is_err() && of("whole").is_err());
    }

    /// Values as headers may carry them: any bytes but control characters.
    fn values() -> impl Strategy<Value = HeaderValue> {
        let pieces = [
            "partial",
            "final;",
            "sha1 ",
            "sha256 ",
            "filename ",
            "case ",
            "line ",
            "capture ",
            "place ",
            "moment ",
            ",",
            " ",
            "/",
            ".",
            "1",
            "-",
            "YQ==",
            "MDE5MzY4YTAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAx",
            "18446744073709551616",
        ];
        let piece = proptest::sample::select(pieces.to_vec());
        let built = proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes());
        let bytes = proptest::collection::vec(prop_oneof![0x20..0x7f_u8, 0x80..=0xff_u8], 0..200);
        prop_oneof![built, bytes].prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap())
    }

    proptest! {
        #[test]
        fn nothing_that_a_header_can_say_is_taken_for_what_it_is_not(value in values()) {
            const NAMES: [&str; 6] = [
                "upload-length", "upload-offset", "upload-defer-length", "upload-checksum", "upload-metadata", "upload-concat",
            ];
            let map: HeaderMap = NAMES.iter().map(|name| (HeaderName::from_static(name), value.clone())).collect();
            let said = value.to_str().map(str::trim).unwrap_or_default();
            if let Ok(Some(count)) = offset(&map) {
                let count = count.0.to_string();
                prop_assert_eq!(said.trim_start_matches('0'), count.trim_start_matches('0'));
            }
            prop_assert!(length_or_defer(&map).is_err(), "a length and no length");
            if let Ok(Some(sum)) = checksum(&map) {
                prop_assert_eq!(sum.digest.len(), if said.starts_with("sha1 ") { 20 } else { 32 });
            }
            if let Ok(told) = metadata(&map) {
                prop_assert!(told.raw.is_none_or(|raw| raw == said && raw.len() <= METADATA));
                prop_assert!(told.taken_at.is_none() || told.capture.is_some());
            }
            if let Ok(Concat::Final(parts)) = concat(&map) {
                prop_assert_eq!(parts.len(), said["final;".len()..].split_whitespace().count());
            }
            let _ = key(said);
        }

        #[test]
        fn a_name_comes_back_as_it_was_sent(name in "[^\\x00]{1,300}") {
            let mut map = HeaderMap::new();
            let pair = format!("filename {}", STANDARD.encode(&name));
            map.insert("upload-metadata", HeaderValue::from_str(&pair).unwrap());
            prop_assert_eq!(metadata(&map).unwrap().name, name);
        }
    }
}
