//! HEIC (ISO/IEC 23008-12): items, where their bytes lie, and what they are.

use std::io::{Read, Seek};

use domain::examination::{Claims, Oddity};

use super::{
    boxes::{Part, first, parts},
    measured,
    source::{Look, Source, Stop},
};

/// Items of a file at most: the tiles of a picture of 200 million pixels are fewer.
const ITEMS: u64 = 4096;
/// Pieces of one item at most.
const EXTENTS: u64 = 256;
/// Pieces that are kept of what the camera says.
const PIECES: usize = 256;

pub(super) fn look(source: &mut Source<'_, impl Read + Seek>) -> Look<(Claims, Vec<Oddity>)> {
    let top = parts(source, 0, source.size)?;
    let Some(meta) = first(&top, *b"meta") else { return Err(source.incomplete()) };
    let inner = parts(source, meta.begin + 4, meta.end)?;
    let (Some(places), Some(properties)) = (first(&inner, *b"iloc"), first(&inner, *b"iprp")) else {
        return Err(source.damaged());
    };
    let exif = match first(&inner, *b"iinf").map(|entries| exif_item(source, entries)) {
        Some(Err(Stop::Io(error))) => return Err(Stop::Io(error)),
        // That nothing can be found out of what it says of itself is no fault.
        Some(Err(Stop::Unfit(_))) | None => None,
        Some(Ok(item)) => item,
    };
    check_places(source, places, exif, first(&inner, *b"idat"))?;
    let properties = parts(source, properties.begin, properties.end)?;
    let container = first(&properties, *b"ipco").ok_or_else(|| source.damaged())?;
    let (mut largest, mut turned) = (None, false);
    for property in parts(source, container.begin, container.end)? {
        match &property.name {
            b"ispe" => {
                let size = (source.u32(property.begin + 4)?, source.u32(property.begin + 8)?);
                let size = measured(source.media, size.0, size.1)?;
                let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
                if largest.is_none_or(|known| area(size) > area(known)) {
                    largest = Some(size);
                }
            }
            b"irot" => turned |= source.bytes::<1>(property.begin)?[0] & 1 == 1,
            _ => {}
        }
    }
    let (width, height) = largest.ok_or_else(|| source.damaged())?;
    let pixels = Some(if turned { (height, width) } else { (width, height) });
    Ok((Claims { pixels, ..Claims::default() }, Vec::new()))
}

/// The item that holds what the camera says (`iinf`, 8.11.6).
fn exif_item(source: &mut Source<'_, impl Read + Seek>, entries: Part) -> Look<Option<u32>> {
    let [version] = source.bytes(entries.begin)?;
    // The entries stand behind their count.
    let begin = entries.begin + if version == 0 { 6 } else { 8 };
    for entry in parts(source, begin, entries.end)?.into_iter().filter(|part| part.name == *b"infe") {
        let [version] = source.bytes(entry.begin)?;
        let (item, kind) = match version {
            2 => (u32::from(source.u16(entry.begin + 4)?), entry.begin + 8),
            3 => (source.u32(entry.begin + 4)?, entry.begin + 10),
            _ => continue,
        };
        if source.bytes::<4>(kind)? == *b"Exif" {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// Every piece of every item lies within the file (`iloc`, 8.11.3). Those of one item are kept: they lie in the file
/// or, by the second method, in a box.
fn check_places(
    source: &mut Source<'_, impl Read + Seek>,
    places: Part,
    exif: Option<u32>,
    data: Option<Part>,
) -> Look<()> {
    let [version] = source.bytes(places.begin)?;
    let [sizes, more] = source.bytes(places.begin + 4)?;
    let (offset, length) = (u64::from(sizes >> 4), u64::from(sizes & 15));
    let (base, index) = (u64::from(more >> 4), if version > 0 { u64::from(more & 15) } else { 0 });
    if version > 2 || [offset, length, base, index].iter().any(|size| !matches!(size, 0 | 4 | 8)) {
        return Err(source.damaged());
    }
    let mut at = places.begin + 6;
    let count = if version < 2 { u64::from(source.u16(at)?) } else { u64::from(source.u32(at)?) };
    at += if version < 2 { 2 } else { 4 };
    if count > ITEMS {
        return Err(source.excessive());
    }
    for _ in 0..count {
        let item = if version < 2 { u32::from(source.u16(at)?) } else { source.u32(at)? };
        at += if version < 2 { 2 } else { 4 };
        let method = if version > 0 { source.u16(at)? & 15 } else { 0 };
        at += if version > 0 { 4 } else { 2 };
        let begin = number(source, at, base)?;
        at += base;
        let extents = u64::from(source.u16(at)?);
        at += 2;
        if extents > EXTENTS {
            return Err(source.excessive());
        }
        for _ in 0..extents {
            at += index;
            let from = number(source, at, offset)?;
            let long = number(source, at + offset, length)?;
            at += offset + length;
            if at > places.end {
                return Err(source.damaged());
            }
            // Only then does it lie in the file itself.
            let end = begin.checked_add(from).and_then(|from| from.checked_add(long));
            if method == 0 && end.is_none_or(|end| end > source.size) {
                return Err(source.incomplete());
            }
            if exif == Some(item) && source.exif.len() < PIECES {
                let origin = if method == 0 { Some(0) } else { data.filter(|_| method == 1).map(|data| data.begin) };
                let place = origin.and_then(|origin| origin.checked_add(begin)?.checked_add(from));
                source.exif.extend(place.map(|place| (place, long)));
            }
        }
    }
    Ok(())
}

fn number(source: &mut Source<'_, impl Read + Seek>, at: u64, size: u64) -> Look<u64> {
    match size {
        0 => Ok(0),
        4 => Ok(u64::from(source.u32(at)?)),
        _ => source.u64(at),
    }
}
