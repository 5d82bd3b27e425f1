//! PDF (ISO 32000): a beginning, an end, and a table that the end points to. What is in it
//! is looked at by [`super::deep`], where a hostile file may do harm.

use std::io::{Read, Seek};

use domain::examination::{Claims, Oddity};

use super::{
    classify::{Kind, PDF_WITHIN, before_pdf, kind},
    source::{Look, Source},
};

/// Bytes at the end in which its end must stand.
const TAIL: u64 = 4096;

pub(super) fn look(source: &mut Source<'_, impl Read + Seek>) -> Look<(Claims, Vec<Oddity>)> {
    let begin = source.size.saturating_sub(TAIL);
    let tail = source.some(begin, TAIL)?;
    let last = |word: &[u8]| tail.windows(word.len()).rposition(|window| window == word);
    let (Some(end), Some(table)) = (last(b"%%EOF"), last(b"startxref")) else { return Err(source.incomplete()) };
    let digits: String = tail[table + 9..]
        .iter()
        .skip_while(|byte| byte.is_ascii_whitespace())
        .take_while(|byte| byte.is_ascii_digit())
        .take(19)
        .map(|byte| char::from(*byte))
        .collect();
    let place: u64 = digits.parse().map_err(|_| source.damaged())?;
    if table > end || place >= source.size {
        return Err(source.damaged());
    }
    // A table, or an object that is one. Some writers count from a byte or two beside it.
    let around = source.some(place.saturating_sub(16), 64)?;
    let points = around.windows(4).any(|four| four == b"xref" || four == b" obj");
    if !points && place != 0 {
        return Err(source.damaged());
    }
    let rest = tail[end + 5..].iter().skip_while(|byte| byte.is_ascii_whitespace()).count() as u64;
    let mut odd = if rest == 0 { Vec::new() } else { source.behind(source.size - rest)? };
    let head = source.some(0, PDF_WITHIN as u64)?;
    let before = before_pdf(&head).unwrap_or_default();
    if !is_blank(before)
        && let Kind::Unfit(what) = kind(before)
    {
        odd.push(Oddity::AlsoReadsAs { what });
    }
    Ok((Claims::default(), odd))
}

/// Whether there is nothing in it but blanks as a PDF has them (ISO 32000-2, table 1) and the mark of an encoding.
fn is_blank(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}
