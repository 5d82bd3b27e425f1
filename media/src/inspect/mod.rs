//! What a file is, whether it is whole, and what it says of itself.
//!
//! Its structure is read and its pictures are not decoded: every length is checked against
//! the bytes that are there, everything that is counted has a bound, and what is only data
//! is passed over where the format allows it. So this is quick, takes little memory, and is
//! done for every file that comes.

mod boxes;
mod claims;
mod classify;
pub mod deep;
mod heic;
mod jpeg;
mod movie;
mod office;
mod pdf;
mod png;
mod source;
mod webp;

use std::io::{self, Read, Seek, SeekFrom};

use domain::{
    evidence::MediaType,
    examination::{Claims, Oddity, Unfit},
};

use self::{
    classify::{Kind, kind},
    source::{Look, Source, Stop},
};

/// Pixels of a side at most.
pub const SIDE: u32 = 20_000;
/// Pixels at most: telephones make pictures of 200 million.
pub const PIXELS: u64 = 210_000_000;
/// Bytes at the beginning that decide what a file is read as.
const HEAD: u64 = 4096;

/// What is seen of a file without decoding it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// What it is.
    pub media: MediaType,
    /// What it says of itself.
    pub claims: Claims,
    /// What is odd about it.
    pub oddities: Vec<Oddity>,
}

/// Looks at a file: what it is by its content, or why it is not taken. Blocks.
///
/// # Errors
/// [`io::Error`] where it cannot be read.
pub fn inspect(file: &mut (impl Read + Seek)) -> io::Result<Result<Inspection, Unfit>> {
    match look(file) {
        Ok(seen) => Ok(Ok(seen)),
        Err(Stop::Unfit(why)) => Ok(Err(why)),
        Err(Stop::Io(error)) => Err(error),
    }
}

fn look(file: &mut (impl Read + Seek)) -> Look<Inspection> {
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    let media = match kind(&head) {
        Kind::Taken(media) => media,
        Kind::Zip => office::kind(file, size)?,
        Kind::Unfit(why) => return Err(Stop::Unfit(why)),
    };
    let mut source = Source::new(file, size, media);
    let (mut claims, mut oddities) = match media {
        MediaType::Jpeg => jpeg::look(&mut source)?,
        MediaType::Png => png::look(&mut source)?,
        MediaType::Webp => webp::look(&mut source)?,
        MediaType::Heic => heic::look(&mut source)?,
        MediaType::Mp4 | MediaType::Mov => movie::look(&mut source)?,
        MediaType::Pdf => pdf::look(&mut source)?,
        MediaType::Docx | MediaType::Xlsx | MediaType::Ofd => office::look(&mut source)?,
    };
    let archive = Oddity::AlsoReadsAs { what: Unfit::Archive };
    // A document of parts is one, as it should be. Every other format has room for one in it or behind it.
    let of_parts = matches!(media, MediaType::Docx | MediaType::Xlsx | MediaType::Ofd);
    if !of_parts && !oddities.contains(&archive) && source.is_archive()? {
        oddities.push(archive);
    }
    if media.kind() == domain::item::EvidenceKind::Photo {
        claims::of_photo(&mut source, &mut claims, &mut oddities)?;
    }
    Ok(Inspection { media, claims, oddities })
}

/// Whether a picture may be so large.
fn measured(source_media: MediaType, width: u32, height: u32) -> Look<(u32, u32)> {
    if width == 0 || height == 0 {
        return Err(Stop::Unfit(Unfit::Damaged { media: source_media }));
    }
    if width > SIDE || height > SIDE || u64::from(width) * u64::from(height) > PIXELS {
        return Err(Stop::Unfit(Unfit::Excessive { media: source_media }));
    }
    Ok((width, height))
}
