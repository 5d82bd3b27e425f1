//! The part of a file that somebody asks for (RFC 9110, 14).

use std::ops::Range;

use http::{HeaderMap, header};

/// The part a client wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Everything.
    Whole,
    /// These bytes.
    Of(Range<u64>),
    /// Bytes that there are not.
    Beyond,
}

/// Reads a `Range` header (RFC 9110, 14.1.2). What cannot be read, and several
/// ranges at once, are answered with the whole, as the standard allows.
pub(super) fn part(range: &str, size: u64) -> Part {
    let Some(spec) = range.trim().strip_prefix("bytes=").filter(|spec| !spec.contains(',')) else { return Part::Whole };
    let Some((first, last)) = spec.trim().split_once('-') else { return Part::Whole };
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().unwrap_or(u64::MAX));
    match (first, last) {
        ("", "") => Part::Whole,
        ("", suffix) => match number(suffix) {
            None => Part::Whole,
            Some(0) => Part::Beyond,
            Some(_) if size == 0 => Part::Beyond,
            Some(count) => Part::Of(size.saturating_sub(count)..size),
        },
        (first, last) => {
            let Some(start) = number(first) else { return Part::Whole };
            let end = match last {
                "" => Some(u64::MAX),
                last => number(last),
            };
            match end {
                None => Part::Whole,
                Some(end) if end < start => Part::Whole,
                Some(_) if start >= size => Part::Beyond,
                Some(end) => Part::Of(start..end.saturating_add(1).min(size)),
            }
        }
    }
}

/// Whether a header names this tag, or any.
pub(super) fn has(headers: &HeaderMap, name: header::HeaderName, tag: &str) -> bool {
    let mut known =
        headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    known.any(|known| matches!(known.trim(), "*") || known.trim() == tag)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(part("bytes=0-0", 10), Part::Of(0..1));
        assert_eq!(part("bytes=2-", 10), Part::Of(2..10));
        assert_eq!(part("bytes=2-99", 10), Part::Of(2..10));
        assert_eq!(part("bytes=-3", 10), Part::Of(7..10));
        assert_eq!(part("bytes=-99", 10), Part::Of(0..10));
        assert_eq!(part("bytes=10-", 10), Part::Beyond);
        assert_eq!(part("bytes=-0", 10), Part::Beyond);
        assert_eq!(part("bytes=99999999999999999999-", 10), Part::Beyond);
        for whole in ["bytes=5-2", "bytes=a-b", "items=0-1", "bytes=0-1,3-4", "bytes=-", "bytes=+1-2", ""] {
            assert_eq!(part(whole, 10), Part::Whole, "{whole}");
        }
    }

    /// What looks like a range: the parts of one, put together anyhow.
    fn ranges() -> impl Strategy<Value = String> {
        let pieces = ["bytes=", "-", ",", " ", "0", "1", "9", "18446744073709551615", "99999999999999999999", "+", "x"];
        let piece = proptest::sample::select(pieces.to_vec());
        let built = proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat());
        prop_oneof![built.clone(), built.prop_map(|rest| format!("bytes={rest}")), ".*"]
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_lies_within_the_file(range in ranges(), size in prop_oneof![0..20_u64, Just(u64::MAX)]) {
            if let Part::Of(part) = part(&range, size) {
                prop_assert!(part.start < part.end && part.end <= size, "{range} of {size}: {part:?}");
            }
        }

        #[test]
        fn a_range_within_the_file_is_given_exactly(first in 0..1000_u64, more in 0..1000_u64, rest in 1..1000_u64) {
            let (last, size) = (first + more, first + more + rest);
            prop_assert_eq!(part(&format!("bytes={first}-{last}"), size), Part::Of(first..last + 1));
            prop_assert_eq!(part(&format!("bytes={first}-"), size), Part::Of(first..size));
            prop_assert_eq!(part(&format!("bytes=-{rest}"), size), Part::Of(size - rest..size));
        }
    }
}
