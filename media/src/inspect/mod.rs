//! What a file is, whether it is whole, and what it says of itself.
//!
//! Its structure is read and its pictures are not decoded: every length is checked against
//! the bytes that are there, everything that is counted has a bound, and what is only data
//! is passed over where the format allows it. So this is quick, takes little memory, and is
//! done for every file that comes ([`recognise`]). What a camera says in a file is read by
//! [`inspect`] as well, in a process of its own: tables of others' making are a hostile
//! file's field.

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
mod xml;

use std::io::{self, Read, Seek, SeekFrom};

use domain::{
    evidence::MediaType,
    examination::{Claims, Oddity, Unfit},
    item::EvidenceKind,
};

use self::{
    classify::{Kind, before_pdf, kind},
    office::Document,
    source::{Look, Piece, Source, Stop, Told},
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

/// What a file is by its content, or why it is not taken: what is asked where files come in. What is too large for
/// its kind is looked at no further, and only said to be of it. Blocks.
///
/// # Errors
/// [`io::Error`] where it cannot be read.
pub fn recognise(
    file: &mut (impl Read + Seek),
    too_large: impl Fn(EvidenceKind) -> bool,
) -> io::Result<Result<MediaType, Unfit>> {
    told(look(file, too_large).map(|(seen, _)| seen.media))
}

/// Looks at a file: what it is by its content and what it says of itself, or why it is not taken. Blocks, and belongs
/// into a process of its own.
///
/// # Errors
/// [`io::Error`] where it cannot be read.
pub fn inspect(file: &mut (impl Read + Seek)) -> io::Result<Result<Inspection, Unfit>> {
    told(whole(file))
}

/// Whether all the sound of a film is coded in this way, as it is where there is none; not where that cannot be read.
/// Blocks.
pub(crate) fn is_heard_as(file: &mut (impl Read + Seek), media: MediaType, codec: [u8; 4]) -> bool {
    let Ok(size) = file.seek(SeekFrom::End(0)) else { return false };
    movie::is_heard_as(&mut Source::new(file, size, media), codec).unwrap_or(false)
}

fn told<T>(look: Look<T>) -> io::Result<Result<T, Unfit>> {
    match look {
        Ok(seen) => Ok(Ok(seen)),
        Err(Stop::Unfit(why)) => Ok(Err(why)),
        Err(Stop::Io(error)) => Err(error),
    }
}

fn whole(file: &mut (impl Read + Seek)) -> Look<Inspection> {
    let (mut seen, exif) = look(file, |_| false)?;
    if seen.media.kind() == EvidenceKind::Photo {
        let size = file.seek(SeekFrom::End(0))?;
        let mut source = Source::new(file, size, seen.media);
        claims::of_photo(&mut source, &exif, &mut seen.claims, &mut seen.oddities)?;
    }
    Ok(seen)
}

/// A file of office programs, unless its kind may not be as large: then what it is.
fn office(
    file: &mut (impl Read + Seek),
    size: u64,
    head: &[u8],
    too_large: impl Fn(EvidenceKind) -> bool,
) -> Look<(Inspection, Vec<Piece>)> {
    let mut document = Document::open(file, size, head)?;
    let media = document.media;
    let oddities = if too_large(media.kind()) { Vec::new() } else { document.look()? };
    Ok((Inspection { media, claims: Claims::default(), oddities }, Vec::new()))
}

/// The structure of a file, and where in it a camera says what it has to say.
fn look(file: &mut (impl Read + Seek), too_large: impl Fn(EvidenceKind) -> bool) -> Look<(Inspection, Vec<Piece>)> {
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    let nothing = |media| (Inspection { media, claims: Claims::default(), oddities: Vec::new() }, Vec::new());
    let (mut seen, exif) = match kind(&head) {
        Kind::Unfit(why) => return Err(Stop::Unfit(why)),
        Kind::Taken(media) if too_large(media.kind()) => return Ok(nothing(media)),
        Kind::Taken(media) => in_format(Source::new(file, size, media))?,
        // Only its parts say whether it is a document. To list them takes little, however large it is.
        Kind::Zip => {
            let mut file = Told::of(file);
            let looked = office(&mut file, size, &head, too_large);
            // Whoever unpacks calls damaged also what a disk did not give: it is whole when the disk is.
            match file.fault {
                Some(error) => return Err(Stop::Io(error)),
                None => looked?,
            }
        }
    };
    // Readers of PDF look for its beginning there.
    let pdf = Oddity::AlsoHolds { media: MediaType::Pdf };
    if seen.media != MediaType::Pdf && before_pdf(&head).is_some() && !seen.oddities.contains(&pdf) {
        seen.oddities.push(pdf);
    }
    Ok((seen, exif))
}

/// The structure of a file that is no archive.
fn in_format(mut source: Source<'_, impl Read + Seek>) -> Look<(Inspection, Vec<Piece>)> {
    let media = source.media;
    let (claims, mut oddities) = match media {
        MediaType::Jpeg => jpeg::look(&mut source)?,
        MediaType::Png => png::look(&mut source)?,
        MediaType::Webp => webp::look(&mut source)?,
        MediaType::Heic => heic::look(&mut source)?,
        MediaType::Mp4 | MediaType::Mov => movie::look(&mut source)?,
        MediaType::Pdf => pdf::look(&mut source)?,
        // These are archives.
        MediaType::Docx | MediaType::Xlsx | MediaType::Ofd => return Err(source.damaged()),
    };
    let archive = Oddity::AlsoReadsAs { what: Unfit::Archive };
    // Every format has room for one in it or behind it.
    if source.is_archive()? {
        // Then bytes behind its end are not said to be what some telephones add.
        oddities.retain(|odd| *odd != archive && !matches!(odd, Oddity::TrailingBytes { .. }));
        oddities.push(archive);
    }
    Ok((Inspection { media, claims, oddities }, source.exif))
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
