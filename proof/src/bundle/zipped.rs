//! That a zip file has nothing which one tool shows and another does not.

use std::io::{Read, Seek, SeekFrom};

use zip::ZipArchive;

/// A zip file's local header without name and extras (APPNOTE, 4.3.7).
const LOCAL: u64 = 30;
/// How long what stands behind a file may be (APPNOTE, 4.3.9).
const BEHIND: [u64; 5] = [0, 12, 16, 20, 24];
/// The last record (APPNOTE, 4.3.16).
const END: u64 = 22;
/// The large form of the last record with what leads to it (APPNOTE, 4.3.14 and 4.3.15).
const LARGE_END: u64 = 56 + 20;
/// Extras with large numbers (APPNOTE, 4.5.3).
const LARGE: u16 = 1;
/// Extras with another name for the same file (APPNOTE, 4.6.9).
const OTHER_NAME: u16 = 0x7075;

fn at<const N: usize>(bundle: &mut (impl Read + Seek), place: u64) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    bundle.seek(SeekFrom::Start(place)).ok()?;
    bundle.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn several(bundle: &mut (impl Read + Seek), place: u64, count: u16) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::from(count)];
    bundle.seek(SeekFrom::Start(place)).ok()?;
    bundle.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn two(bytes: &[u8], place: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(place..place + 2)?.try_into().ok()?))
}

fn four(bytes: &[u8], place: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(place..place + 4)?.try_into().ok()?))
}

fn eight(bytes: &[u8], place: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(place..place + 8)?.try_into().ok()?))
}

/// How many files the directory of a zip file lists, where it is all that stands between the files and the last record,
/// that record is the last thing in the file, and every file is an ordinary one that is called the same in both places.
/// More than the small form can count are no bundle.
pub(super) fn listed(bundle: &mut (impl Read + Seek)) -> Option<usize> {
    let end = bundle.seek(SeekFrom::End(0)).ok()?.checked_sub(END)?;
    let last: [u8; 22] = at(bundle, end)?;
    let (count, size, offset) = (two(&last, 10)?, four(&last, 12)?, four(&last, 16)?);
    if !last.starts_with(b"PK\x05\x06\0\0\0\0") || two(&last, 8)? != count || two(&last, 20)? != 0 {
        return None;
    }
    let (mut place, until) = if size == u32::MAX || offset == u32::MAX {
        let begin = end.checked_sub(LARGE_END)?;
        let large: [u8; 76] = at(bundle, begin)?;
        let known = large.starts_with(b"PK\x06\x06") && eight(&large, 4)? == 44 && large[56..60] == *b"PK\x06\x07";
        if !known || eight(&large, 32)? != u64::from(count) || eight(&large, 64)? != begin {
            return None;
        }
        (eight(&large, 48)?, begin)
    } else {
        (u64::from(offset), end)
    };
    for _ in 0..count {
        place = one(bundle, place)?;
    }
    (place == until).then_some(usize::from(count))
}

/// Looks at a file in the directory; where the next one begins.
fn one(bundle: &mut (impl Read + Seek), place: u64) -> Option<u64> {
    let header: [u8; 46] = at(bundle, place)?;
    let (name, extra, comment) = (two(&header, 28)?, two(&header, 30)?, two(&header, 32)?);
    // Neither a link nor anything else that only some tools make (APPNOTE, 4.4.15).
    let ordinary = matches!(four(&header, 38)? >> 28, 0 | 8);
    if !header.starts_with(b"PK\x01\x02") || comment != 0 || !ordinary {
        return None;
    }
    let called = several(bundle, place + 46, name)?;
    let extras = several(bundle, place + 46 + u64::from(name), extra)?;
    let mut local = u64::from(four(&header, 42)?);
    let mut rest = extras.as_slice();
    while !rest.is_empty() {
        let (id, length) = (two(rest, 0)?, usize::from(two(rest, 2)?));
        let body = rest.get(4..4 + length)?;
        if id == OTHER_NAME {
            return None;
        }
        if id == LARGE && local == u64::from(u32::MAX) {
            // Only what does not fit in the header is here, in this order.
            let before = [24, 20].into_iter().filter(|size| four(&header, *size) == Some(u32::MAX)).count();
            local = eight(body, 8 * before)?;
        }
        rest = &rest[4 + length..];
    }
    let head: [u8; 30] = at(bundle, local)?;
    let same = head.starts_with(b"PK\x03\x04") && two(&head, 26)? == name;
    (same && several(bundle, local + LOCAL, name)? == called).then(|| place + 46 + u64::from(name) + u64::from(extra))
}

/// Whether the files lie one behind the other from the first byte to the directory, each
/// listed once, so that there is nothing that one tool shows and another does not.
pub(super) fn is_plain<R: Read + Seek>(zip: &ZipArchive<R>, mut spans: Vec<(u64, u64, u64, u64)>) -> bool {
    spans.sort_unstable();
    let mut end = 0;
    for (begin, data, size, name) in spans {
        let gap = begin.checked_sub(end);
        let header = data.checked_sub(begin).and_then(|header| header.checked_sub(LOCAL + name));
        // Extras of a local header: the large form has twenty bytes of them.
        if !gap.is_some_and(|gap| BEHIND.contains(&gap)) || header.is_none_or(|extra| extra > 20) {
            return false;
        }
        let Some(next) = data.checked_add(size) else { return false };
        end = next;
    }
    let gap = zip.central_directory_start().checked_sub(end);
    gap.is_some_and(|gap| BEHIND.contains(&gap)) && zip.offset() == 0 && zip.comment().is_empty()
}
