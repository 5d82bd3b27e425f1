//! What a photo says of itself (EXIF, CIPA DC-008).

use std::io::{BufReader, Read, Seek};

use domain::{
    enterprise::Coordinates,
    examination::{ClaimSource, ClaimedDevice, ClaimedPlace, ClaimedTime, ClaimedZone, Claims, Oddity},
    time::Timestamp,
};
use exif::{Exif, In, Tag, Value};
use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

use super::{
    movie,
    source::{Look, Source},
};

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

/// Adds what the photo says. What cannot be read is not there; it is never a fault.
pub(super) fn of_photo(
    source: &mut Source<'_, impl Read + Seek>,
    claims: &mut Claims,
    odd: &mut Vec<Oddity>,
) -> Look<()> {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let read = reader.read_from_container(&mut BufReader::new(source.whole()?));
    let Ok(exif) = read.or_else(|error| error.distill_partial_result(|_| {})) else { return Ok(()) };
    let orientation = number(&exif, Tag::Orientation).and_then(|number| u8::try_from(number).ok());
    claims.orientation = orientation.filter(|orientation| (1..=8).contains(orientation));
    // A HEIC is turned by its own properties; its EXIF only repeats it.
    let turns = source.media != domain::evidence::MediaType::Heic && claims.orientation.is_some_and(|way| way >= 5);
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
