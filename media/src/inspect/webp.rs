//! WebP (RFC 9649): a RIFF file of chunks.

use std::io::{Read, Seek};

use domain::examination::{Claims, Oddity};

use super::{
    measured,
    source::{Look, Source},
};

/// Chunks of a file at most.
const CHUNKS: u32 = 10_000;

pub(super) fn look(source: &mut Source<'_, impl Read + Seek>) -> Look<(Claims, Vec<Oddity>)> {
    let mut claims = Claims::default();
    let end = 8 + u64::from(u32::from_le_bytes(source.bytes(4)?));
    if end > source.size {
        return Err(source.incomplete());
    }
    let (mut at, mut picture) = (12, false);
    for _ in 0..CHUNKS {
        if at == end {
            if !picture || claims.pixels.is_none() {
                return Err(source.damaged());
            }
            return Ok((claims, source.behind(end + end % 2)?));
        }
        let name: [u8; 4] = source.bytes(at)?;
        let length = u64::from(u32::from_le_bytes(source.bytes(at + 4)?));
        // Chunks begin at even places.
        let next = at + 8 + length + length % 2;
        if next > end + 1 {
            return Err(source.damaged());
        }
        let size = match &name {
            b"VP8X" if length >= 10 => {
                let b: [u8; 6] = source.bytes(at + 12)?;
                let side = |a: u8, b: u8, c: u8| u32::from_le_bytes([a, b, c, 0]) + 1;
                Some((side(b[0], b[1], b[2]), side(b[3], b[4], b[5])))
            }
            b"VP8L" if length >= 5 => {
                picture = true;
                let bits = u32::from_le_bytes(source.bytes(at + 9)?);
                Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
            }
            b"VP8 " if length >= 10 => {
                picture = true;
                let [w1, w2, h1, h2] = source.bytes(at + 14)?;
                let side = |a: u8, b: u8| u32::from(u16::from_le_bytes([a, b]) & 0x3fff);
                Some((side(w1, w2), side(h1, h2)))
            }
            b"ANMF" => {
                picture = true;
                None
            }
            b"EXIF" if source.exif.is_empty() => {
                source.exif.push((at + 8, length));
                None
            }
            _ => None,
        };
        if let Some((width, height)) = size {
            let size = measured(source.media, width, height)?;
            // The canvas comes first and counts.
            claims.pixels.get_or_insert(size);
        }
        at = next.min(end);
    }
    Err(source.excessive())
}
