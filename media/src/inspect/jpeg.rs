//! JPEG (ISO/IEC 10918-1, annex B): markers from the first to the last.

use std::io::{Read, Seek};

use domain::examination::{Claims, Oddity};

use super::{
    measured,
    source::{Look, Source},
};

/// Bytes of coded pictures that are looked through at a time.
const STEP: u64 = 64 * 1024;
/// Segments of a file at most.
const SEGMENTS: u32 = 4096;

pub(super) fn look(source: &mut Source<'_, impl Read + Seek>) -> Look<(Claims, Vec<Oddity>)> {
    let mut claims = Claims::default();
    let (mut at, mut scans, mut several) = (2, 0_u32, false);
    for _ in 0..SEGMENTS {
        let [first, mut marker] = source.bytes(at)?;
        if first != 0xff {
            return Err(source.damaged());
        }
        // Any number of fill bytes may stand before a marker.
        while marker == 0xff {
            at += 1;
            [marker] = source.bytes(at + 1)?;
        }
        match marker {
            0xd9 => {
                if scans == 0 || claims.pixels.is_none() {
                    return Err(source.damaged());
                }
                let mut odd = source.behind(at + 2)?;
                // More pictures behind the first are what many telephones write (CIPA DC-007); what else the bytes
                // there can be read as is not.
                if several && source.some(at + 2, 3)? == b"\xff\xd8\xff" {
                    odd.retain(|odd| matches!(odd, Oddity::AlsoReadsAs { .. }));
                }
                return Ok((claims, odd));
            }
            0x01 | 0xd0..=0xd7 => at += 2,
            0x00 | 0x02..=0xbf | 0xd8 => return Err(source.damaged()),
            _ => {
                let length = u64::from(source.u16(at + 2)?);
                let end = at + 2 + length;
                if length < 2 {
                    return Err(source.damaged());
                }
                if end > source.size {
                    return Err(source.incomplete());
                }
                match marker {
                    // Frames; the three that are left out are tables.
                    0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                        let [bits, h1, h2, w1, w2, parts] = source.bytes(at + 4)?;
                        let (height, width) = (u16::from_be_bytes([h1, h2]), u16::from_be_bytes([w1, w2]));
                        if length < 8 + 3 * u64::from(parts) || !(1..=4).contains(&parts) || !matches!(bits, 8 | 12) {
                            return Err(source.damaged());
                        }
                        claims.pixels = Some(measured(source.media, width.into(), height.into())?);
                    }
                    // The first one counts (CIPA DC-008, 4.7.2).
                    0xe1 if source.exif.is_empty() && source.some(at + 4, 6)? == b"Exif\0\0" => {
                        source.exif.push((at + 4, length - 2));
                    }
                    0xe2 => several |= source.some(at + 4, 4)? == b"MPF\0",
                    _ => {}
                }
                at = end;
                if marker == 0xda {
                    if claims.pixels.is_none() {
                        return Err(source.damaged());
                    }
                    scans += 1;
                    at = end_of_scan(source, end)?;
                }
            }
        }
    }
    Err(source.excessive())
}

/// Where the next marker stands behind coded data.
fn end_of_scan(source: &mut Source<'_, impl Read + Seek>, mut at: u64) -> Look<u64> {
    loop {
        let bytes = source.some(at, STEP)?;
        let found = bytes.windows(2).position(|two| two[0] == 0xff && !matches!(two[1], 0x00 | 0xd0..=0xd7 | 0xff));
        if let Some(place) = found {
            return Ok(at + place as u64);
        }
        if bytes.len() < 2 || at + bytes.len() as u64 >= source.size {
            return Err(source.incomplete());
        }
        // The last byte may begin a marker.
        at += bytes.len() as u64 - 1;
    }
}
