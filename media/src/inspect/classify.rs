//! What the first bytes say. A name and a sender's word do not count.

use domain::{evidence::MediaType, examination::Unfit};

/// What a file is to be read as.
pub(super) enum Kind {
    /// A type that is taken, if it goes on as it begins.
    Taken(MediaType),
    /// An archive, which may be a document.
    Zip,
    /// Something else.
    Unfit(Unfit),
}

/// Bytes in which a PDF begins.
pub(super) const PDF_WITHIN: usize = 1024;

/// By the first bytes.
pub(super) fn kind(head: &[u8]) -> Kind {
    let at = |place: usize, bytes: &[u8]| head.get(place..place + bytes.len()) == Some(bytes);
    let begins = |bytes: &[u8]| head.starts_with(bytes);
    if begins(b"\x89PNG\r\n\x1a\n") {
        return Kind::Taken(MediaType::Png);
    }
    if begins(b"\xff\xd8\xff") {
        return Kind::Taken(MediaType::Jpeg);
    }
    if begins(b"RIFF") {
        return match head.get(8..12) {
            Some(b"WEBP") => Kind::Taken(MediaType::Webp),
            Some(b"AVI ") => Kind::Unfit(Unfit::OtherVideo),
            Some(b"WAVE") => Kind::Unfit(Unfit::Sound),
            _ => Kind::Unfit(Unfit::Unknown),
        };
    }
    let before = before_pdf(head);
    match before.map(kind) {
        // Nothing stands before it, or nothing that is read as something else.
        Some(Kind::Unfit(Unfit::Unknown | Unfit::PlainText)) => return Kind::Taken(MediaType::Pdf),
        Some(Kind::Unfit(why)) => return Kind::Unfit(why),
        // What begins like these is one of them first, and is looked at with all of its beginning.
        Some(Kind::Taken(_) | Kind::Zip) | None => {}
    }
    if at(4, b"ftyp") {
        return brand(head);
    }
    // Films of before there were brands.
    if [b"moov", b"mdat", b"wide"].iter().any(|name| at(4, *name)) {
        return Kind::Taken(MediaType::Mov);
    }
    if begins(b"PK\x03\x04") {
        return Kind::Zip;
    }
    Kind::Unfit(other(head))
}

/// What stands before the beginning of a PDF, which its readers look for in the first 1024 bytes (ISO 32000-2,
/// annex I); `None` where there is no such beginning.
pub(super) fn before_pdf(head: &[u8]) -> Option<&[u8]> {
    let begin = head[..head.len().min(PDF_WITHIN)].windows(5).position(|five| five == b"%PDF-")?;
    Some(&head[..begin])
}

/// ISO base media files say what they are in their brands (ISO/IEC 14496-12, 4.3).
fn brand(head: &[u8]) -> Kind {
    let length = head.first_chunk::<4>().map_or(0, |length| u32::from_be_bytes(*length));
    let end = usize::try_from(length).unwrap_or(usize::MAX).min(head.len());
    let Some(major) = head.get(8..12) else { return Kind::Taken(MediaType::Mp4) };
    let compatible = head.get(16..end).unwrap_or_default();
    let brands: Vec<&[u8]> = std::iter::once(major).chain(compatible.chunks_exact(4)).collect();
    let any = |of: &[&[u8]]| brands.iter().any(|brand| of.contains(brand));
    if major == b"qt  " {
        return Kind::Taken(MediaType::Mov);
    }
    if any(&[b"avif", b"avis"]) {
        return Kind::Unfit(Unfit::OtherPicture);
    }
    if any(&[b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis"]) {
        return Kind::Taken(MediaType::Heic);
    }
    if any(&[b"crx "]) {
        return Kind::Unfit(Unfit::OtherPicture);
    }
    if [b"M4A ", b"M4B "].iter().any(|sound| major == *sound) {
        return Kind::Unfit(Unfit::Sound);
    }
    let movie = brands.iter().any(|brand| brand.starts_with(b"iso") || brand.starts_with(b"3g"))
        || any(&[b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VP", b"MSNV", b"dash", b"mmp4"]);
    if movie { Kind::Taken(MediaType::Mp4) } else { Kind::Unfit(Unfit::Unknown) }
}

/// Beginnings of files that are not taken.
const OTHER: &[(&[u8], Unfit)] = &[
    (b"\x7fELF", Unfit::Program),
    (b"MZ", Unfit::Program),
    (b"\xfe\xed\xfa\xce", Unfit::Program),
    (b"\xfe\xed\xfa\xcf", Unfit::Program),
    (b"\xce\xfa\xed\xfe", Unfit::Program),
    (b"\xcf\xfa\xed\xfe", Unfit::Program),
    (b"\xca\xfe\xba\xbe", Unfit::Program),
    (b"\0asm", Unfit::Program),
    (b"#!", Unfit::Script),
    (b"PK\x05\x06", Unfit::Archive),
    (b"PK\x07\x08", Unfit::Archive),
    (b"Rar!\x1a\x07", Unfit::Archive),
    (b"7z\xbc\xaf\x27\x1c", Unfit::Archive),
    (b"\x1f\x8b", Unfit::Archive),
    (b"\xfd7zXZ\0", Unfit::Archive),
    (b"BZh", Unfit::Archive),
    (b"\x28\xb5\x2f\xfd", Unfit::Archive),
    (b"GIF8", Unfit::OtherPicture),
    (b"II*\0", Unfit::OtherPicture),
    (b"MM\0*", Unfit::OtherPicture),
    (b"\xff\x0a", Unfit::OtherPicture),
    (b"\0\0\0\x0cJXL ", Unfit::OtherPicture),
    (b"\0\0\0\x0cjP  ", Unfit::OtherPicture),
    (b"\x1a\x45\xdf\xa3", Unfit::OtherVideo),
    (b"FLV", Unfit::OtherVideo),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Unfit::OtherVideo),
    (b"\0\0\x01\xba", Unfit::OtherVideo),
    (b"\0\0\x01\xb3", Unfit::OtherVideo),
    (b"ID3", Unfit::Sound),
    (b"OggS", Unfit::Sound),
    (b"fLaC", Unfit::Sound),
    (b"#!AMR", Unfit::Sound),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Unfit::OtherDocument),
    (b"{\\rtf", Unfit::OtherDocument),
];

fn other(head: &[u8]) -> Unfit {
    // Two letters alone say little: AMR begins like a script.
    let longest = OTHER.iter().filter(|(begin, _)| head.starts_with(begin)).max_by_key(|(begin, _)| begin.len());
    if let Some((_, what)) = longest {
        return *what;
    }
    // Two letters, and four bytes that are always zero.
    if head.starts_with(b"BM") && head.get(6..10) == Some(&[0; 4]) {
        return Unfit::OtherPicture;
    }
    if head.get(257..262) == Some(b"ustar") {
        return Unfit::Archive;
    }
    if head.len() > 2 && head[0] == 0xff && head[1] & 0xe6 == 0xe2 {
        return Unfit::Sound;
    }
    match text(head) {
        Some(text) => of_text(&text),
        None => Unfit::Unknown,
    }
}

/// A text in UTF-16, where its mark says so.
pub(super) fn wide(bytes: &[u8]) -> Option<String> {
    let of: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|two| of([two[0], two[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}

/// The beginning as text, where it is text.
fn text(head: &[u8]) -> Option<String> {
    let text = if let Some(text) = wide(head) {
        text
    } else {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        match std::str::from_utf8(head) {
            Ok(text) => text.to_owned(),
            // A character may be cut at the end of what was read.
            Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
                String::from_utf8_lossy(&head[..error.valid_up_to()]).into_owned()
            }
            // Other encodings of Chinese have no control characters either.
            Err(_) if head.iter().all(|byte| *byte >= 0x20 || b"\t\r\n".contains(byte)) => {
                String::from_utf8_lossy(head).into_owned()
            }
            Err(_) => return None,
        }
    };
    let strange = text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\u{c}'));
    (!strange && !text.is_empty()).then_some(text)
}

fn of_text(text: &str) -> Unfit {
    let begin = text.trim_start().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| begin.contains(word));
    if has(&["<svg"]) && begin.starts_with('<') {
        return Unfit::Svg;
    }
    if begin.starts_with('<') && has(&["<!doctype html", "<html", "<head", "<body", "<script", "<iframe", "<div"]) {
        return Unfit::Html;
    }
    if begin.starts_with("<?php") || begin.starts_with("<%") {
        return Unfit::Script;
    }
    if begin.starts_with("<?xml") || (begin.starts_with('<') && begin.contains('>')) {
        return Unfit::Xml;
    }
    let code =
        ["function ", "import ", "const ", "var ", "def ", "class ", "@echo", "#include", "package ", "use strict"];
    if code.iter().any(|word| begin.starts_with(word)) || has(&["createobject(", "powershell", "document.write("]) {
        return Unfit::Script;
    }
    Unfit::PlainText
}
