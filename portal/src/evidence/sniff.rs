//! What a file is, by its content. Its name and the sender's word for it do not
//! count.

use std::path::Path;

use domain::evidence::MediaType;

use crate::error::Result;

/// Bytes at the beginning that decide most types.
const HEAD: usize = 4096;

/// Recognises a received file; `None` when it is nothing we accept.
///
/// # Errors
/// [`crate::Error::Disk`] when it cannot be read.
pub async fn recognise(path: &Path) -> Result<Option<MediaType>> {
    let path = path.to_owned();
    let found = tokio::task::spawn_blocking(move || {
        use std::io::Read;
        let mut file = std::fs::File::open(&path)?;
        let mut head = Vec::with_capacity(HEAD);
        file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        if head.starts_with(b"PK\x03\x04") {
            return office(&path);
        }
        Ok(by_head(&head))
    });
    found.await.map_err(|error| std::io::Error::other(error.to_string()))?.map_err(Into::into)
}

/// Types that their first bytes decide.
fn by_head(head: &[u8]) -> Option<MediaType> {
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(MediaType::Png);
    }
    if head.starts_with(b"\xff\xd8\xff") {
        return Some(MediaType::Jpeg);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(MediaType::Webp);
    }
    if head.starts_with(b"%PDF-") {
        return Some(MediaType::Pdf);
    }
    if head.get(4..8) == Some(b"ftyp") {
        return brand(head);
    }
    None
}

/// ISO base media files say what they are in their brands (ISO/IEC 14496-12, 4.3).
fn brand(head: &[u8]) -> Option<MediaType> {
    let length = u32::from_be_bytes(head.get(..4)?.try_into().ok()?);
    let end = usize::try_from(length).ok()?.min(head.len());
    let major = head.get(8..12)?;
    let compatible = head.get(16..end).unwrap_or_default();
    let mut brands = std::iter::once(major).chain(compatible.chunks_exact(4));
    if major == b"qt  " {
        return Some(MediaType::Mov);
    }
    if brands.clone().any(|b| matches!(b, b"heic" | b"heix" | b"hevc" | b"hevx")) {
        return Some(MediaType::Heic);
    }
    let movie =
        |b: &[u8]| b.starts_with(b"iso") || matches!(b, b"mp41" | b"mp42" | b"avc1" | b"M4V " | b"3gp4" | b"3gp5");
    brands.any(movie).then_some(MediaType::Mp4)
}

/// Office files are ZIP archives; the names of their parts tell which.
fn office(path: &Path) -> std::io::Result<Option<MediaType>> {
    use std::io::{Read, Seek, SeekFrom};
    // The central directory stands at the end and lists every part; 1 MiB holds
    // the directory of any document a person writes.
    const TAIL: u64 = 1024 * 1024;
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let has = |name: &[u8]| tail.windows(name.len()).any(|window| window == name);
    // Macros make a document a program (.docm, .xlsm).
    if has(b"vbaProject.bin") {
        return Ok(None);
    }
    Ok(if has(b"OFD.xml") {
        Some(MediaType::Ofd)
    } else if has(b"word/document.xml") {
        Some(MediaType::Docx)
    } else if has(b"xl/workbook.xml") {
        Some(MediaType::Xlsx)
    } else {
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_decide_and_not_the_name() {
        assert_eq!(by_head(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some(MediaType::Jpeg));
        assert_eq!(by_head(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Some(MediaType::Heic));
        assert_eq!(by_head(b"\0\0\0\x14ftypqt  \0\0\0\0qt  "), Some(MediaType::Mov));
        assert_eq!(by_head(b"\0\0\0\x18ftypisom\0\0\0\0isommp41"), Some(MediaType::Mp4));
        assert_eq!(by_head(b"<html><script>"), None);
        assert_eq!(by_head(b"MZ\x90\0"), None);
        assert_eq!(by_head(b""), None);
        assert_eq!(by_head(b"\0\0\0\0ftyp"), None);
    }
}
