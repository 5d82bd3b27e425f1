//! What a photo says of itself (EXIF, CIPA DC-008).

use std::io::{Read, Seek};

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
/// Entries that point to further tables.
const POINTERS: [u16; 3] = [0x8769, 0x8825, 0xa005];

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

/// The block that a reader can be given, without what containers put before it; none where it is larger than
/// cameras write, or counts more.
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
    Ok(has_few_entries(&block).then_some(block))
}

/// Whether its tables have no more entries together than may be. Tables may lie over each other, so that a block of
/// 64 KiB can count millions, and its reader would make a value of each.
fn has_few_entries(block: &[u8]) -> bool {
    let is_little = match block.get(..2) {
        Some(b"II") => true,
        Some(b"MM") => false,
        _ => return false,
    };
    let short = |at: usize| {
        let two = *block.get(at..)?.first_chunk::<2>()?;
        Some(if is_little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    let long = |at: usize| {
        let four = *block.get(at..)?.first_chunk::<4>()?;
        Some(if is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let place = |at: usize| long(at).and_then(|place| usize::try_from(place).ok());
    let (mut entries, mut row) = (0, 1);
    // Where tables begin, and whether another one may follow in the same row.
    let mut open: Vec<(usize, bool)> = place(4).map(|first| (first, true)).into_iter().collect();
    while let Some((table, in_row)) = open.pop() {
        let Some(count) = short(table).map(usize::from) else { continue };
        let begin = table + 2;
        // What does not fit in is not read.
        let fit = count.min((block.len() - begin) / 12);
        entries += fit;
        if entries > ENTRIES {
            return false;
        }
        for at in (begin..begin + 12 * fit).step_by(12) {
            if short(at).is_some_and(|tag| POINTERS.contains(&tag)) {
                // A pointer is one number of four bytes; whatever else stands there would be read in its own way.
                if short(at + 2) != Some(4) || long(at + 4) != Some(1) {
                    return false;
                }
                open.extend(place(at + 8).map(|table| (table, false)));
            }
        }
        if in_row && fit == count && row < ROW {
            row += 1;
            open.extend(place(begin + 12 * count).filter(|next| *next > 0).map(|next| (next, true)));
        }
    }
    true
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
