//! MP4 and `QuickTime`: a table of what there is, wherever it stands, and the data.

use std::io::{Read, Seek};

use domain::{
    enterprise::Coordinates,
    examination::{ClaimSource, ClaimedDevice, ClaimedPlace, ClaimedTime, ClaimedZone, Claims, Oddity},
    time::Timestamp,
};
use time::{OffsetDateTime, format_description::well_known::Iso8601};

use super::{
    boxes::{Part, first, parts},
    measured,
    source::{Look, Source},
};

/// Seconds from 1904, where these files begin to count, to 1970.
const FROM_1904: i64 = 2_082_844_800;
/// Tracks of a film at most.
const TRACKS: usize = 64;
/// Bytes of a text at most.
const TEXT: u64 = 256;
/// Bytes of the table of a film that browsers are left to read.
const LARGEST_TABLE: u64 = 64 * 1024 * 1024;

pub(super) fn look(source: &mut Source<'_, impl Read + Seek>) -> Look<(Claims, Vec<Oddity>)> {
    let top = parts(source, 0, source.size)?;
    let Some(table) = first(&top, *b"moov") else { return Err(source.incomplete()) };
    if first(&top, *b"mdat").is_none() && first(&top, *b"moof").is_none() {
        return Err(source.incomplete());
    }
    let inner = parts(source, table.begin, table.end)?;
    let mut claims = Claims::default();
    let header = first(&inner, *b"mvhd").ok_or_else(|| source.damaged())?;
    read_header(source, header, &mut claims)?;
    let tracks: Vec<Part> = inner.iter().copied().filter(|part| part.name == *b"trak").collect();
    if tracks.is_empty() {
        return Err(source.damaged());
    }
    if tracks.len() > TRACKS {
        return Err(source.excessive());
    }
    for track in tracks {
        read_track(source, track, &mut claims)?;
    }
    if let Some(user) = first(&inner, *b"udta") {
        read_user_data(source, user, &mut claims)?;
    }
    if let Some(meta) = first(&inner, *b"meta") {
        read_keys(source, meta, &mut claims)?;
    }
    Ok((claims, Vec::new()))
}

/// Whether all its sound is coded in this way: every track of sound says how it is coded, and says nothing else. It is
/// so, too, where there is no sound.
pub(super) fn is_heard_as(source: &mut Source<'_, impl Read + Seek>, codec: [u8; 4]) -> Look<bool> {
    let top = parts(source, 0, source.size)?;
    let Some(table) = first(&top, *b"moov") else { return Err(source.incomplete()) };
    if table.length() > LARGEST_TABLE {
        return Err(source.excessive());
    }
    let inner = parts(source, table.begin, table.end)?;
    for track in inner.into_iter().filter(|part| part.name == *b"trak") {
        let inner = parts(source, track.begin, track.end)?;
        let (kind, samples) = samples_of(source, &inner)?;
        if kind != *b"soun" {
            continue;
        }
        let described = samples.and_then(|samples| first(&samples, *b"stsd")).ok_or_else(|| source.damaged())?;
        // Version, flags and how many there are come before the descriptions.
        let described = parts(source, described.begin + 8, described.end)?;
        if described.is_empty() || described.iter().any(|part| part.name != codec) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// When it was made and how long it is.
fn read_header(source: &mut Source<'_, impl Read + Seek>, header: Part, claims: &mut Claims) -> Look<()> {
    let [version] = source.bytes(header.begin)?;
    let at = header.begin + 4;
    let (created, scale, length) = if version == 1 {
        (source.u64(at)?, source.u32(at + 16)?, source.u64(at + 20)?)
    } else {
        (u64::from(source.u32(at)?), source.u32(at + 8)?, u64::from(source.u32(at + 12)?))
    };
    if scale > 0 && length < u64::MAX / 1000 {
        claims.duration_ms = Some(length * 1000 / u64::from(scale)).filter(|ms| *ms > 0);
    }
    // Zero is what editors and messengers leave.
    let since = i64::try_from(created).ok().filter(|created| *created > FROM_1904).map(|created| created - FROM_1904);
    claims.taken = since.and_then(|seconds| {
        let at = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
        let at_ms = Timestamp(seconds.checked_mul(1000)?);
        let raw = at.format(&time::format_description::well_known::Rfc3339).ok()?;
        let zone = ClaimedZone::ByFormat;
        Some(ClaimedTime { raw, at: Some(at_ms), zone, source: ClaimSource::Container })
    });
    Ok(())
}

fn read_track(source: &mut Source<'_, impl Read + Seek>, track: Part, claims: &mut Claims) -> Look<()> {
    let inner = parts(source, track.begin, track.end)?;
    let (kind, samples) = samples_of(source, &inner)?;
    let Some(samples) = samples else { return Ok(()) };
    check_tables(source, &samples)?;
    if kind != *b"vide" {
        return Ok(());
    }
    if let Some(description) = first(&samples, *b"stsd").filter(|part| part.length() >= 16) {
        let name: [u8; 4] = source.bytes(description.begin + 12)?;
        let name = String::from_utf8_lossy(&name).trim().to_owned();
        claims.codec.get_or_insert(name);
    }
    if let Some(header) = first(&inner, *b"tkhd") {
        let [version] = source.bytes(header.begin)?;
        let matrix = header.begin + if version == 1 { 52 } else { 40 };
        let (width, height) = (source.u32(matrix + 36)? >> 16, source.u32(matrix + 40)? >> 16);
        // A quarter turn takes across for up (the matrix begins a b u c d v).
        let (a, b) = (source.u32(matrix)?, source.u32(matrix + 4)?);
        if width > 0 && height > 0 {
            let upright = if a == 0 && b != 0 { (height, width) } else { (width, height) };
            claims.pixels.get_or_insert(measured(source.media, upright.0, upright.1)?);
        }
    }
    Ok(())
}

/// What a track of these boxes is, and the boxes about its samples, where it has some.
fn samples_of(source: &mut Source<'_, impl Read + Seek>, track: &[Part]) -> Look<([u8; 4], Option<Vec<Part>>)> {
    let media = first(track, *b"mdia").ok_or_else(|| source.damaged())?;
    let media = parts(source, media.begin, media.end)?;
    let handler = first(&media, *b"hdlr").ok_or_else(|| source.damaged())?;
    // Version and flags, something that no file uses, and then what the track is.
    let kind = source.bytes(handler.begin + 8)?;
    let Some(info) = first(&media, *b"minf") else { return Ok((kind, None)) };
    let info = parts(source, info.begin, info.end)?;
    let Some(samples) = first(&info, *b"stbl") else { return Ok((kind, None)) };
    Ok((kind, Some(parts(source, samples.begin, samples.end)?)))
}

/// Tables that count more rows than they have room for make readers ask for memory that
/// no film needs.
fn check_tables(source: &mut Source<'_, impl Read + Seek>, samples: &[Part]) -> Look<()> {
    for (name, width) in [(b"stco", 4), (b"co64", 8), (b"stsc", 12), (b"stts", 8), (b"ctts", 8), (b"stss", 4)] {
        for table in samples.iter().filter(|part| part.name == *name) {
            let count = u64::from(source.u32(table.begin + 4)?);
            if 8 + count * width > table.length() {
                return Err(source.damaged());
            }
        }
    }
    for table in samples.iter().filter(|part| part.name == *b"stsz") {
        let (each, count) = (source.u32(table.begin + 4)?, u64::from(source.u32(table.begin + 8)?));
        // Samples of one size take no rows; there are no more of them than bytes.
        let fits = if each == 0 { 12 + count * 4 <= table.length() } else { count <= source.size };
        if !fits {
            return Err(source.damaged());
        }
    }
    Ok(())
}

/// What Android writes: the place.
fn read_user_data(source: &mut Source<'_, impl Read + Seek>, user: Part, claims: &mut Claims) -> Look<()> {
    let inner = parts(source, user.begin, user.end)?;
    if let Some(place) = first(&inner, *b"\xa9xyz").filter(|part| part.length() > 4) {
        let length = u64::from(source.u16(place.begin)?).min(place.length() - 4).min(TEXT);
        let text = source.some(place.begin + 4, length)?;
        claims.place = claims.place.or_else(|| iso_6709(&String::from_utf8_lossy(&text)));
    }
    if let Some(meta) = first(&inner, *b"meta") {
        read_keys(source, meta, claims)?;
    }
    Ok(())
}

/// What Apple writes: names in `keys`, values in `ilst` in the same order.
fn read_keys(source: &mut Source<'_, impl Read + Seek>, meta: Part, claims: &mut Claims) -> Look<()> {
    // A box of its own in QuickTime; one with four bytes of version before it elsewhere.
    let plain = source.some(meta.begin + 4, 4)? == b"hdlr";
    let Ok(inner) = parts(source, meta.begin + if plain { 0 } else { 4 }, meta.end) else { return Ok(()) };
    let (Some(keys), Some(values)) = (first(&inner, *b"keys"), first(&inner, *b"ilst")) else { return Ok(()) };
    let mut names = Vec::new();
    let mut at = keys.begin + 8;
    while at + 8 <= keys.end && names.len() < 64 {
        let size = u64::from(source.u32(at)?);
        if size < 8 || at + size > keys.end {
            break;
        }
        names.push(String::from_utf8_lossy(&source.some(at + 8, (size - 8).min(TEXT))?).into_owned());
        at += size;
    }
    let mut device = claims.device.take().unwrap_or_default();
    for value in parts(source, values.begin, values.end)?.into_iter().take(64) {
        let number = u32::from_be_bytes(value.name);
        let Some(name) = number.checked_sub(1).and_then(|number| names.get(usize::try_from(number).ok()?)) else {
            continue;
        };
        let Some(data) = first(&parts(source, value.begin, value.end)?, *b"data").filter(|data| data.length() > 8)
        else {
            continue;
        };
        let text = source.some(data.begin + 8, (data.length() - 8).min(TEXT))?;
        let text = String::from_utf8_lossy(&text).trim().chars().take(128).collect::<String>();
        match name.as_str() {
            "com.apple.quicktime.location.ISO6709" => claims.place = iso_6709(&text).or(claims.place),
            "com.apple.quicktime.make" => device.make = Some(text),
            "com.apple.quicktime.model" => device.model = Some(text),
            "com.apple.quicktime.software" => device.software = Some(text),
            "com.apple.quicktime.creationdate" => claims.taken = with_zone(&text).or_else(|| claims.taken.take()),
            _ => {}
        }
    }
    claims.device = Some(device).filter(|device| *device != ClaimedDevice::default());
    Ok(())
}

/// `2026-03-02T09:00:00+0800`.
fn with_zone(text: &str) -> Option<ClaimedTime> {
    let at = OffsetDateTime::parse(text, &Iso8601::DEFAULT).ok()?;
    let ms = i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()?;
    let zone = ClaimedZone::Told { minutes: at.offset().whole_minutes() };
    Some(ClaimedTime {
        raw: text.chars().take(64).collect(),
        at: Some(Timestamp(ms)),
        zone,
        source: ClaimSource::Container,
    })
}

/// `+43.8800+125.3200+210.5/` (ISO 6709, annex H), degrees with a decimal point.
fn iso_6709(text: &str) -> Option<ClaimedPlace> {
    let number = |text: &str| -> Option<(f64, usize)> {
        let end = text[1..].find(['+', '-', '/', 'C']).map_or(text.len(), |end| end + 1);
        Some((text[..end].parse().ok()?, end))
    };
    let text = text.trim_end_matches('\0').trim();
    if !text.is_ascii() || !text.starts_with(['+', '-']) || text.len() < 2 {
        return None;
    }
    let (latitude, end) = number(text)?;
    let rest = text.get(end..).filter(|rest| rest.len() > 1)?;
    let (longitude, _) = number(rest)?;
    super::claims::place(latitude, longitude, None, ClaimSource::Container)
}

/// For the same reading of coordinates everywhere.
pub(super) fn coordinates(latitude: f64, longitude: f64) -> Option<Coordinates> {
    // Nobody is at sea off Ghana: zero is what a device writes that does not know.
    let nowhere = latitude.abs() < 1e-6 && longitude.abs() < 1e-6;
    if nowhere { None } else { Coordinates::new(latitude, longitude).ok() }
}
