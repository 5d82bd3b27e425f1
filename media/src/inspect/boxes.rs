//! Boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2).

use std::io::{Read, Seek};

use super::source::{Look, Source};

/// Boxes in one box at most.
const BOXES: u32 = 10_000;

/// A box: what it is called and where its content lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) name: [u8; 4],
    /// Where its content begins.
    pub(super) begin: u64,
    /// Where it ends.
    pub(super) end: u64,
}

impl Part {
    pub(super) const fn length(&self) -> u64 {
        self.end - self.begin
    }
}

/// The boxes between two places. At the top of a file the last one may reach to its end
/// without saying so, and one that reaches beyond means that the rest is missing.
pub(super) fn parts(source: &mut Source<'_, impl Read + Seek>, begin: u64, end: u64) -> Look<Vec<Part>> {
    let top = end == source.size;
    let (mut at, mut found) = (begin, Vec::new());
    for _ in 0..BOXES {
        // Some writers end with four zero bytes.
        if at + 8 > end {
            return Ok(found);
        }
        let (size, name) = (u64::from(source.u32(at)?), source.bytes(at + 4)?);
        let (size, header) = match size {
            0 if top => (end - at, 8),
            1 => (source.u64(at + 8)?, 16),
            size => (size, 8),
        };
        if size < header {
            return Err(source.damaged());
        }
        let next = at.checked_add(size).ok_or_else(|| source.damaged())?;
        if next > end {
            return Err(if top { source.incomplete() } else { source.damaged() });
        }
        found.push(Part { name, begin: at + header, end: next });
        at = next;
        if at == end {
            return Ok(found);
        }
    }
    Err(source.excessive())
}

/// The first box of this name.
pub(super) fn first(parts: &[Part], name: [u8; 4]) -> Option<Part> {
    parts.iter().copied().find(|part| part.name == name)
}
