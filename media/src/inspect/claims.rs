//! What a photo says of itself (EXIF, CIPA DC-008).

use std::{
    collections::{BTreeSet, VecDeque},
    io::{Read, Seek},
    ops::Range,
};

use domain::{
    enterprise::Coordinates,
    evidence::MediaType,
    examination::{ClaimSource, ClaimedDevice, ClaimedPlace, ClaimedTime, ClaimedZone, Claims, Oddity},
    time::Timestamp,
};
use exif::{Exif, In, Tag, Value};
use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

use super::{
    movie,
    source::{Look, Piece, Source},
};

/// Bytes that are read of it at most. A JPEG has room for half of that, and cameras write a tenth.
const LARGEST: u64 = 128 * 1024;
/// Entries of its tables at most. Cameras write some hundred.
const ENTRIES: usize = 1000;
/// Tables in a row at most, as its reader has it.
const ROW: u8 = 8;
/// How often its tables are gone through at most, until nothing in them leads too far.
const ROUNDS: u8 = 8;

/// Programs that change pictures.
const EDITORS: &[&str] = &[
    "photoshop",
    "lightroom",
    "gimp",
    "snapseed",
    "meitu",
    "美图",
    "picsart",
    "vsco",
    "facetune",
    "醒图",
    "affinity",
    "pixelmator",
    "paint.net",
    "picsay",
    "photoscape",
    "capcut",
    "剪映",
];
/// Minutes east of UTC where no zone is told: China has one time.
const CHINA: i16 = 8 * 60;

/// Adds what the photo says in these pieces of it. What cannot be read is not there; it is never a fault.
pub(super) fn of_photo(
    source: &mut Source<'_, impl Read + Seek>,
    pieces: &[Piece],
    claims: &mut Claims,
    odd: &mut Vec<Oddity>,
) -> Look<()> {
    let Some(block) = block(source, pieces)? else { return Ok(()) };
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let read = reader.read_raw(block);
    let Ok(exif) = read.or_else(|error| error.distill_partial_result(|_| {})) else { return Ok(()) };
    let orientation = number(&exif, Tag::Orientation).and_then(|number| u8::try_from(number).ok());
    claims.orientation = orientation.filter(|orientation| (1..=8).contains(orientation));
    // A HEIC is turned by its own properties; its EXIF only repeats it.
    let turns = source.media != MediaType::Heic && claims.orientation.is_some_and(|way| way >= 5);
    if turns {
        claims.pixels = claims.pixels.map(|(width, height)| (height, width));
    }
    claims.taken = taken(&exif);
    claims.place = gps(&exif);
    let device = ClaimedDevice {
        make: text(&exif, Tag::Make),
        model: text(&exif, Tag::Model),
        software: text(&exif, Tag::Software),
    };
    let program = device.software.as_deref().unwrap_or_default().to_lowercase();
    odd.extend(EDITORS.iter().any(|name| program.contains(name)).then_some(Oddity::Edited));
    let comment = text(&exif, Tag::UserComment).unwrap_or_default();
    odd.extend((comment == "Screenshot" || program.contains("screenshot")).then_some(Oddity::Screenshot));
    claims.device = Some(device).filter(|device| *device != ClaimedDevice::default());
    Ok(())
}

/// The block that a reader can be given, without what containers put before it and without what leads too far in it;
/// none where it is larger than cameras write.
fn block(source: &mut Source<'_, impl Read + Seek>, pieces: &[Piece]) -> Look<Option<Vec<u8>>> {
    if pieces.iter().fold(0_u64, |sum, (_, length)| sum.saturating_add(*length)) > LARGEST {
        return Ok(None);
    }
    let mut block = Vec::new();
    for (at, length) in pieces {
        block.extend(source.some(*at, *length)?);
    }
    if source.media == MediaType::Heic {
        // It says first how many bytes stand before it (ISO/IEC 23008-12, A.2.1).
        let before = block.first_chunk::<4>().and_then(|count| usize::try_from(u32::from_be_bytes(*count)).ok());
        let Some(begin) = before.and_then(|count| count.checked_add(4)).filter(|begin| *begin <= block.len()) else {
            return Ok(None);
        };
        block.drain(..begin);
    }
    if block.starts_with(b"Exif\0\0") {
        block.drain(..6);
    }
    Ok(harmless(block))
}

/// The block without what would lead its reader too far: to more entries than may be, to the same table again, on and
/// on in a row. Tables may lie over each other, so that a block of 64 KiB can count millions, and its reader would make
/// a value of each. One pointer that some program has left stale says nothing against the rest. `None` where no end of
/// it is found.
fn harmless(block: Vec<u8>) -> Option<Vec<u8>> {
    let mut tables = Tables::of(block)?;
    (0..ROUNDS).any(|_| !tables.blank()).then_some(tables.block)
}

/// What is pointed to.
#[derive(Clone, Copy)]
enum Table {
    /// One of the row with which a block begins, by its number there.
    InRow(u8),
    /// What the camera says of how it took the photo.
    Exif,
    /// One that points to no other.
    Last,
}

impl Table {
    /// What an entry of it points to, as its reader has it.
    const fn pointed(self, tag: u16) -> Option<Self> {
        match (self, tag) {
            (Self::InRow(_), 0x8769) => Some(Self::Exif),
            // The place, and what the photo may be used with.
            (Self::InRow(_), 0x8825) | (Self::Exif, 0xa005) => Some(Self::Last),
            _ => None,
        }
    }
}

/// Something that points to a table.
struct Pointer {
    table: Table,
    /// Where the table begins.
    to: usize,
    /// The bytes that are zero where nothing is pointed to.
    by: Range<usize>,
}

/// The tables of a block (TIFF 6.0, section 2), of which nothing is believed.
struct Tables {
    block: Vec<u8>,
    is_little: bool,
}

impl Tables {
    fn of(block: Vec<u8>) -> Option<Self> {
        let is_little = match block.get(..2) {
            Some(b"II") => true,
            Some(b"MM") => false,
            _ => return None,
        };
        Some(Self { block, is_little })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let two = *self.block.get(at..)?.first_chunk::<2>()?;
        Some(if self.is_little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let four = *self.block.get(at..)?.first_chunk::<4>()?;
        Some(if self.is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn place(&self, at: usize) -> Option<usize> {
        self.long(at).and_then(|place| usize::try_from(place).ok())
    }

    /// Goes through the tables, the nearest first, and blanks each pointer that leads too far. The table that it leads to
    /// stays as it is: it may be no table at all, but part of something good. Says whether there was such a pointer:
    /// where tables lie over each other, to blank it changes others.
    fn blank(&mut self) -> bool {
        let (mut entries, mut seen, mut found) = (0, BTreeSet::new(), false);
        // In a row, zero says that there is none.
        let first = self.place(4).filter(|to| *to > 0).map(|to| Pointer { table: Table::InRow(1), to, by: 4..8 });
        let mut open: VecDeque<Pointer> = first.into_iter().collect();
        while let Some(Pointer { table, to, by }) = open.pop_front() {
            // What is not there is not read.
            let Some(count) = self.short(to).map(usize::from) else { continue };
            let begin = to + 2;
            // What does not fit in is not read either.
            let fit = count.min((self.block.len() - begin) / 12);
            let is_beyond = matches!(table, Table::InRow(number) if number > ROW);
            if is_beyond || entries + fit > ENTRIES || !seen.insert(to) {
                self.block[by].fill(0);
                found = true;
                continue;
            }
            entries += fit;
            let end = begin + 12 * fit;
            for at in (begin..end).step_by(12) {
                let Some(table) = self.short(at).and_then(|tag| table.pointed(tag)) else { continue };
                let by = at + 2..at + 4;
                match (self.short(at + 2), self.long(at + 4)) {
                    // Without a type it is no pointer.
                    (Some(0), _) => {}
                    (Some(4), Some(1)) => open.extend(self.place(at + 8).map(|to| Pointer { table, to, by })),
                    // A pointer is one number of four bytes; whatever else stands there would be read in its own way.
                    _ => {
                        self.block[by].fill(0);
                        found = true;
                    }
                }
            }
            if let Table::InRow(number) = table
                && fit == count
            {
                let next = self.place(end).filter(|next| *next > 0);
                open.extend(next.map(|to| Pointer { table: Table::InRow(number + 1), to, by: end..end + 4 }));
            }
        }
        found
    }
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let field = exif.get_field(tag, In::PRIMARY)?;
    let bytes: &[u8] = match &field.value {
        Value::Ascii(parts) => parts.first()?,
        // A comment says first how it is coded.
        Value::Undefined(bytes, _) => bytes.get(8..)?,
        _ => return None,
    };
    let text = String::from_utf8_lossy(bytes);
    let text: String = text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).chars().take(128).collect();
    (!text.is_empty() && !text.contains(char::is_control)).then_some(text)
}

fn number(exif: &Exif, tag: Tag) -> Option<u32> {
    exif.get_field(tag, In::PRIMARY)?.value.get_uint(0)
}

fn taken(exif: &Exif) -> Option<ClaimedTime> {
    let pairs = [
        (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
        (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
        (Tag::DateTime, Tag::OffsetTime),
    ];
    let (raw, offset) = pairs.iter().find_map(|(time, offset)| {
        let raw = text(exif, *time)?;
        // Cameras whose clock was never set.
        (!raw.starts_with("0000")).then(|| (raw, text(exif, *offset)))
    })?;
    let told = offset.as_deref().and_then(minutes);
    let zone = told.map_or(ClaimedZone::Unknown, |minutes| ClaimedZone::Told { minutes });
    let at = written(&raw).and_then(|at| {
        let seconds = i32::from(told.unwrap_or(CHINA)) * 60;
        let at = at.assume_offset(UtcOffset::from_whole_seconds(seconds).ok()?);
        Some(Timestamp(at.unix_timestamp().checked_mul(1000)?))
    });
    Some(ClaimedTime { raw: raw.chars().take(64).collect(), at, zone, source: ClaimSource::Exif })
}

/// `2026:03:02 09:00:00`.
fn written(raw: &str) -> Option<PrimitiveDateTime> {
    let parts: Vec<u16> =
        raw.split([':', ' ', '-', 'T']).take(6).map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let &[year, month, day, hour, minute, second] = parts.as_slice() else { return None };
    let small = |number: u16| u8::try_from(number).ok();
    let date = Date::from_calendar_date(year.into(), Month::try_from(small(month)?).ok()?, small(day)?).ok()?;
    Some(PrimitiveDateTime::new(date, Time::from_hms(small(hour)?, small(minute)?, small(second)?).ok()?))
}

/// `+08:00`, in minutes.
fn minutes(text: &str) -> Option<i16> {
    let text = text.trim();
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 60 + minutes))
}

fn gps(exif: &Exif) -> Option<ClaimedPlace> {
    let degrees = |tag: Tag, reference: Tag, negative: &str| {
        // The standard says unsigned fractions; some telephones write signed ones.
        let parts: Vec<f64> = match &exif.get_field(tag, In::PRIMARY)?.value {
            Value::Rational(parts) => parts.iter().map(exif::Rational::to_f64).collect(),
            Value::SRational(parts) => parts.iter().map(exif::SRational::to_f64).collect(),
            _ => return None,
        };
        let part = |number: usize| parts.get(number).copied().unwrap_or(0.0);
        let degrees = part(0) + part(1) / 60.0 + part(2) / 3600.0;
        let side = text(exif, reference)?;
        degrees.is_finite().then(|| if side.eq_ignore_ascii_case(negative) { -degrees } else { degrees })
    };
    let latitude = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    let longitude = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?;
    let within = exif.get_field(Tag::GPSHPositioningError, In::PRIMARY).and_then(|field| match &field.value {
        Value::Rational(parts) => parts.first().map(exif::Rational::to_f64),
        _ => None,
    });
    place(latitude, longitude, within, ClaimSource::Exif)
}

/// A place, unless it is nowhere.
pub(super) fn place(
    latitude: f64,
    longitude: f64,
    accuracy_m: Option<f64>,
    source: ClaimSource,
) -> Option<ClaimedPlace> {
    let at: Coordinates = movie::coordinates(latitude, longitude)?;
    let accuracy_m = accuracy_m.filter(|metres| (0.0..1e7).contains(metres)).map(|metres| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 and 10 000 000")]
        let metres = metres.ceil() as u32;
        metres
    });
    Some(ClaimedPlace { at, accuracy_m, source })
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::Index};

    use super::*;

    /// Entries that its reader makes of a block.
    fn read(block: Vec<u8>) -> usize {
        let mut reader = exif::Reader::new();
        reader.continue_on_error(true);
        let read = reader.read_raw(block).or_else(|error| error.distill_partial_result(|_| {}));
        read.map_or(0, |exif| exif.fields().len())
    }

    /// Where two blocks of one length differ.
    fn differences(one: &[u8], other: &[u8]) -> Vec<usize> {
        assert_eq!(one.len(), other.len());
        (0..one.len()).filter(|at| one[*at] != other[*at]).collect()
    }

    #[test]
    fn what_leads_too_far_is_blanked_and_everything_else_stays() {
        let mut block = b"MM\0*\0\0\0\x08\0\x03".to_vec();
        // They point into bytes of which every place reads as the beginning of a table without end.
        for place in [50_u32, 51, 52] {
            block.extend(b"\x87\x69\0\x04\0\0\0\x01");
            block.extend(place.to_be_bytes());
        }
        block.resize(8000, 0xff);
        assert!(read(block.clone()) > ENTRIES);
        let tame = harmless(block.clone()).unwrap();
        // The types of the second and the third: the first is read as far as it goes.
        assert_eq!(differences(&block, &tame), [25, 37]);
        assert_eq!(read(tame), (8000 - 52) / 12);
    }

    #[test]
    fn a_row_ends_where_its_reader_ends_it() {
        let mut block = b"MM\0*\0\0\0\x08".to_vec();
        for table in 1..=10_u32 {
            block.extend([0, 0]);
            block.extend((8 + 6 * table).to_be_bytes());
        }
        // The eighth says where the next one lies.
        assert_eq!(differences(&block, &harmless(block.clone()).unwrap()), [55]);
    }

    #[test]
    fn what_leads_back_is_blanked_and_what_leads_nowhere_is_left() {
        let circle = b"MM\0*\0\0\0\x08\0\0\0\0\0\x08";
        assert_eq!(differences(circle, &harmless(circle.to_vec()).unwrap()), [13]);
        // A row without a beginning, one that goes on behind the end, and a pointer that leads there.
        let nowhere: [&[u8]; 3] = [
            b"MM\0*\0\0\0\0\0\x01",
            b"MM\0*\0\0\0\x08\0\0\0\0\xff\0",
            b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\xff\0\0\0\0\0",
        ];
        for block in nowhere {
            assert_eq!(harmless(block.to_vec()).as_deref(), Some(block));
        }
        assert_eq!(harmless(b"no block".to_vec()), None);
    }

    /// A block of entries most of which point about in it, so that its reader may come to very many, with some bytes
    /// changed by chance.
    fn wild() -> impl Strategy<Value = Vec<u8>> {
        let tag = prop::sample::select(vec![0x8769_u16, 0x8825, 0xa005, 0x010f]);
        let kind = prop::sample::select(vec![4_u16, 4, 4, 3, 0]);
        // Many lie so that the entries of one table are those of another.
        let place = prop_oneof![0..5000_u32, (0..400_u32).prop_map(|entry| 8 + 12 * entry)];
        let entries = prop::collection::vec((tag, kind, 1..3_u32, place), 0..400);
        let changes = prop::collection::vec((any::<Index>(), any::<u8>()), 0..20);
        (any::<bool>(), 0..500_u16, entries, changes).prop_map(|(is_little, count, entries, changes)| {
            let short = |number: u16| if is_little { number.to_le_bytes() } else { number.to_be_bytes() };
            let long = |number: u32| if is_little { number.to_le_bytes() } else { number.to_be_bytes() };
            let mut block = if is_little { b"II".to_vec() } else { b"MM".to_vec() };
            block.extend(short(42));
            block.extend(long(8));
            block.extend(short(count));
            for (tag, kind, count, place) in entries {
                block.extend([short(tag), short(kind)].concat());
                block.extend([long(count), long(place)].concat());
            }
            block.extend(long(0));
            for (at, byte) in changes {
                let at = at.index(block.len());
                block[at] = byte;
            }
            block
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn no_block_has_more_entries_for_its_reader_than_may_be(block in wild()) {
            let tame = harmless(block.clone()).unwrap_or_default();
            prop_assert!(read(tame.clone()) <= ENTRIES);
            // What was harmless before is left as it was, and what is harmless stays so.
            prop_assert!(tame.is_empty() || harmless(tame.clone()) == Some(tame));
        }
    }
}
