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
    let (begin, length, until) = if size == u32::MAX || offset == u32::MAX {
        let until = end.checked_sub(LARGE_END)?;
        let large = large_end(bundle, until)?;
        // What the small form says besides is no other directory.
        let agrees = |small: u32, large: u64| small == u32::MAX || u64::from(small) == large;
        if large.count != u64::from(count) || !agrees(size, large.size) || !agrees(offset, large.offset) {
            return None;
        }
        (large.offset, large.size, until)
    } else {
        (u64::from(offset), u64::from(size), end)
    };
    // Some tools look for it where it is said to be, and some go back by its length from its end.
    if begin.checked_add(length) != Some(until) {
        return None;
    }
    let mut place = begin;
    for _ in 0..count {
        place = one(bundle, place)?;
    }
    (place == until).then_some(usize::from(count))
}

/// What the large form of the last record says of the directory.
struct Large {
    count: u64,
    size: u64,
    offset: u64,
}

/// Reads the large form of the last record, where it is one of a single disk with nothing behind its numbers, and what
/// follows leads to it.
fn large_end(bundle: &mut (impl Read + Seek), place: u64) -> Option<Large> {
    let record: [u8; 76] = at(bundle, place)?;
    let (head, leads) = record.split_at(56);
    let plain = head.starts_with(b"PK\x06\x06") && eight(head, 4)? == 44 && eight(head, 16)? == 0;
    let leads = leads.starts_with(b"PK\x06\x07\0\0\0\0") && eight(leads, 8)? == place && four(leads, 16)? == 1;
    let (count, size, offset) = (eight(head, 32)?, eight(head, 40)?, eight(head, 48)?);
    (plain && leads && eight(head, 24)? == count).then_some(Large { count, size, offset })
}

/// Looks at a file in the directory; where the next one begins.
fn one(bundle: &mut (impl Read + Seek), place: u64) -> Option<u64> {
    let header: [u8; 46] = at(bundle, place)?;
    let (name, extra, comment) = (two(&header, 28)?, two(&header, 30)?, two(&header, 32)?);
    // Neither a link nor anything else that only some tools make (APPNOTE, 4.4.15), nor a directory for those that go
    // by the attributes of DOS.
    let attributes = four(&header, 38)?;
    let ordinary = matches!(attributes >> 28, 0 | 8) && attributes & 0x10 == 0;
    if !header.starts_with(b"PK\x01\x02") || comment != 0 || two(&header, 34)? != 0 || !ordinary {
        return None;
    }
    let called = several(bundle, place + 46, name)?;
    let extras = several(bundle, place + 46 + u64::from(name), extra)?;
    let numbers = large_numbers(&header, &extras)?;
    let local = match four(&header, 42)? {
        // The last of them.
        u32::MAX => eight(numbers, numbers.len().checked_sub(8)?)?,
        small => u64::from(small),
    };
    let head: [u8; 30] = at(bundle, local)?;
    let same = head.starts_with(b"PK\x03\x04") && two(&head, 26)? == name && is_said_twice(&head, &header);
    let behind = local + LOCAL;
    if !same || several(bundle, behind, name)? != called {
        return None;
    }
    let own = several(bundle, behind + u64::from(name), two(&head, 28)?)?;
    is_size_or_nothing(&own, numbers, are_behind(&header)).then(|| place + 46 + u64::from(name) + u64::from(extra))
}

/// The numbers that a file's header in the directory has no room for and points to (APPNOTE, 4.5.3): size, stored size
/// and place, as far as it does. `None` where the extras are anything else: another name for the file, which some tools
/// show (APPNOTE, 4.6.9), or numbers that some tools take and some do not.
fn large_numbers<'a>(header: &[u8], extras: &'a [u8]) -> Option<&'a [u8]> {
    let wanted = [24, 20, 42].into_iter().filter(|field| four(header, *field) == Some(u32::MAX)).count();
    if wanted == 0 {
        return extras.is_empty().then_some(extras);
    }
    let alone =
        two(extras, 0)? == LARGE && usize::from(two(extras, 2)?) == 8 * wanted && extras.len() == 4 + 8 * wanted;
    if alone { extras.get(4..) } else { None }
}

/// Whether a local header says of how the bytes lie there what the directory says, for tools that read from the front.
/// Check sum and sizes may stand behind the bytes instead, where it is said that they do.
fn is_said_twice(head: &[u8], header: &[u8]) -> bool {
    let numbers = &head[14..26];
    head[6..10] == header[8..12] && (*numbers == header[16..28] || (are_behind(header) && is_nothing(numbers)))
}

/// Whether the extras of a local header are none, or the sizes in the large form and nothing else; those may stand behind
/// the bytes instead, too, if `behind`.
fn is_size_or_nothing(extras: &[u8], numbers: &[u8], behind: bool) -> bool {
    let sizes = extras.strip_prefix(b"\x01\0\x10\0").filter(|sizes| sizes.len() == 16);
    extras.is_empty() || sizes.is_some_and(|sizes| numbers.starts_with(sizes) || (behind && is_nothing(sizes)))
}

/// Whether a file's header in the directory says that check sum and sizes stand behind the bytes (APPNOTE, 4.4.4).
fn are_behind(header: &[u8]) -> bool {
    header[8] & 8 != 0
}

fn is_nothing(numbers: &[u8]) -> bool {
    numbers.iter().all(|byte| *byte == 0)
}

/// Whether the files lie one behind the other from the first byte to the directory, each
/// listed once, so that there is nothing that one tool shows and another does not.
pub(super) fn is_plain<R: Read + Seek>(zip: &ZipArchive<R>, mut spans: Vec<(u64, u64, u64, u64)>) -> bool {
    spans.sort_unstable();
    let mut end = 0;
    for (begin, data, size, name) in spans {
        let gap = begin.checked_sub(end);
        let header = data.checked_sub(begin).and_then(|header| header.checked_sub(LOCAL + name));
        // Extras of a local header: the large form has twenty bytes of them, and `one` says what they may be.
        if !gap.is_some_and(|gap| BEHIND.contains(&gap)) || header.is_none_or(|extra| extra > 20) {
            return false;
        }
        let Some(next) = data.checked_add(size) else { return false };
        end = next;
    }
    let gap = zip.central_directory_start().checked_sub(end);
    gap.is_some_and(|gap| BEHIND.contains(&gap)) && zip.offset() == 0 && zip.comment().is_empty()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// More than the small form can count.
    const HUGE: u64 = 5 << 30;

    /// A file with bytes at some places, and zeros everywhere else.
    #[derive(Clone)]
    struct Sparse {
        parts: Vec<(u64, Vec<u8>)>,
        size: u64,
        at: u64,
    }

    impl Read for Sparse {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = into.len().min(usize::try_from(self.size.saturating_sub(self.at)).unwrap());
            let into = &mut into[..count];
            into.fill(0);
            for (place, bytes) in &self.parts {
                for (place, byte) in (*place..).zip(bytes) {
                    let index = place.checked_sub(self.at).map(|index| usize::try_from(index).unwrap());
                    if let Some(here) = index.and_then(|index| into.get_mut(index)) {
                        *here = *byte;
                    }
                }
            }
            self.at += count as u64;
            Ok(count)
        }
    }

    impl Seek for Sparse {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            let at = match to {
                SeekFrom::Start(at) => Some(at),
                SeekFrom::End(by) => self.size.checked_add_signed(by),
                SeekFrom::Current(by) => self.at.checked_add_signed(by),
            };
            self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
            Ok(self.at)
        }
    }

    fn joined(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    fn short(length: usize) -> [u8; 2] {
        u16::try_from(length).unwrap().to_le_bytes()
    }

    /// A local header of a file whose check sum and sizes stand behind it.
    fn local(name: &str, extras: &[u8]) -> Vec<u8> {
        let (lengths, begin) = ([short(name.len()), short(extras.len())].concat(), b"PK\x03\x04\x2d\0\x08\0");
        joined(&[begin, &[0; 6], &[0; 12], &lengths, name.as_bytes(), extras])
    }

    /// A file in the directory.
    fn in_directory(name: &str, size: u32, offset: u32, numbers: &[u64]) -> Vec<u8> {
        let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        let extras = if numbers.is_empty() { numbers } else { joined(&[&[1, 0], &short(numbers.len()), &numbers]) };
        let lengths = [short(name.len()), short(extras.len()), short(0)].concat();
        let (size, offset) = ([size.to_le_bytes(); 2].concat(), offset.to_le_bytes());
        let begin = b"PK\x01\x02\x2d\0\x2d\0\x08\0";
        joined(&[begin, &[0; 6], &[0; 4], &size, &lengths, &[0; 8], &offset, name.as_bytes(), &extras])
    }

    /// A zip file of a huge file and a small one behind it, and where that one lies. `numbers` are those of the small one.
    fn huge(numbers: impl Fn(u64) -> Vec<u64>) -> (Sparse, u64) {
        let first = local("bundle-1/huge", &joined(&[&[1, 0, 16, 0], &[0; 16]]));
        // The sizes of a large file stand behind it in 24 bytes, and those of others in 16.
        let second = first.len() as u64 + HUGE + 24;
        let small = joined(&[&local("bundle-1/small", &[]), b"x", &[0; 16]]);
        let directory = joined(&[
            &in_directory("bundle-1/huge", u32::MAX, 0, &[HUGE, HUGE]),
            &in_directory("bundle-1/small", 1, u32::MAX, &numbers(second)),
        ]);
        let begin = second + small.len() as u64;
        let end = begin + directory.len() as u64;
        let end = joined(&[
            b"PK\x06\x06",
            &44_u64.to_le_bytes(),
            b"\x2d\0\x2d\0",
            &[0; 8],
            &2_u64.to_le_bytes(),
            &2_u64.to_le_bytes(),
            &(directory.len() as u64).to_le_bytes(),
            &begin.to_le_bytes(),
            b"PK\x06\x07\0\0\0\0",
            &end.to_le_bytes(),
            b"\x01\0\0\0",
            b"PK\x05\x06\0\0\0\0\x02\0\x02\0",
            &[0xff; 8],
            &[0; 2],
        ]);
        let last = joined(&[&small, &directory, &end]);
        let size = second + last.len() as u64;
        (Sparse { parts: vec![(0, first), (second, last)], size, at: 0 }, second)
    }

    #[test]
    fn files_behind_more_than_four_gigabytes_are_found_where_the_large_form_says() {
        let (mut sparse, second) = huge(|second| vec![second]);
        assert_eq!(listed(&mut sparse), Some(2));
        let mut zip = ZipArchive::new(sparse).unwrap();
        let spans: Vec<_> = (0..zip.len())
            .map(|at| {
                let file = zip.by_index_raw(at).unwrap();
                let (begin, name) = (file.header_start(), file.name_raw().len() as u64);
                (begin, file.data_start().unwrap(), file.compressed_size(), name)
            })
            .collect();
        assert_eq!((spans[0].2, spans[1].0), (HUGE, second));
        assert!(is_plain(&zip, spans));
    }

    #[test]
    fn numbers_that_some_tools_would_read_otherwise_are_refused() {
        let other: [fn(u64) -> Vec<u64>; 5] = [
            |_| vec![],
            |second| vec![second + 1],
            // A size that the header has itself, and a number that nothing points to.
            |second| vec![1, second],
            |second| vec![second, second],
            |_| vec![0],
        ];
        for numbers in other {
            assert_eq!(listed(&mut huge(numbers).0), None);
        }
    }
}
