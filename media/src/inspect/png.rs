//! PNG (W3C, third edition): chunks from the first to the last, each with its checksum.

use std::io::{Read, Seek};

use domain::examination::{Claims, Oddity};
use flate2::Crc;

use super::{
    measured,
    source::{Look, Source},
};

/// Chunks of a file at most.
const CHUNKS: u32 = 100_000;
/// Bytes that are summed at a time.
const STEP: u64 = 64 * 1024;

pub(super) fn look(source: &mut Source<'_, impl Read + Seek>) -> Look<(Claims, Vec<Oddity>)> {
    let mut claims = Claims::default();
    let (mut at, mut data) = (8, false);
    for number in 0..CHUNKS {
        let length = u64::from(source.u32(at)?);
        let name: [u8; 4] = source.bytes(at + 4)?;
        if !name.iter().all(u8::is_ascii_alphabetic) || length > u64::from(u32::MAX / 2) {
            return Err(source.damaged());
        }
        if at + 12 + length > source.size {
            return Err(source.incomplete());
        }
        // Nothing is unpacked here: texts that are packed can be bombs.
        if checksum(source, at + 4, length + 4)? != source.u32(at + 8 + length)? {
            return Err(source.damaged());
        }
        match &name {
            b"IHDR" if number == 0 && length == 13 => {
                let (width, height) = (source.u32(at + 8)?, source.u32(at + 12)?);
                claims.pixels = Some(measured(source.media, width, height)?);
            }
            _ if number == 0 => return Err(source.damaged()),
            b"IDAT" => data = true,
            b"eXIf" if source.exif.is_empty() => source.exif.push((at + 8, length)),
            b"IEND" if data => return Ok((claims, source.behind(at + 12 + length)?)),
            b"IHDR" | b"IEND" => return Err(source.damaged()),
            _ => {}
        }
        at += 12 + length;
    }
    Err(source.excessive())
}

fn checksum(source: &mut Source<'_, impl Read + Seek>, mut at: u64, mut left: u64) -> Look<u32> {
    let mut sum = Crc::new();
    while left > 0 {
        let bytes = source.some(at, STEP.min(left))?;
        sum.update(&bytes);
        at += bytes.len() as u64;
        left -= bytes.len() as u64;
    }
    Ok(sum.sum())
}
