//! DOCX, XLSX and OFD: archives of parts (ISO/IEC 29500-2; GB/T 33190).

use std::{
    cell::Cell,
    io::{self, Read, Seek, SeekFrom},
    rc::Rc,
};

use domain::{
    evidence::MediaType,
    examination::{ActiveContent, Oddity, Unfit},
};
use zip::{
    ZipArchive,
    read::{ArchiveOffset, Config},
};

use super::{
    classify::wide,
    source::{LAST_RECORD, Look, Stop},
    xml,
};

/// Parts of a document at most.
const PARTS: u16 = 4000;
/// Bytes of the list of its parts at most.
const DIRECTORY: u32 = 1024 * 1024;
/// Bytes that are read at most to list them: the list, and the end of the file where it is looked for.
const LISTING: u64 = 2 * 1024 * 1024;
/// Bytes at the end of a file in which an archive's last record is looked for, and more.
const TAIL: u64 = 128 * 1024;
/// Bytes of the last record without its comment.
const RECORD: usize = 22;
/// Bytes of all parts, unpacked.
const UNPACKED: u64 = 200 * 1024 * 1024;
/// How much smaller a part may be packed, from this size on.
const RATIO: u64 = 100;
/// Parts below this size may shrink as they like.
const SMALL: u64 = 1024 * 1024;
/// Bytes of the list of types.
const TYPES: u64 = 1024 * 1024;
/// Bytes of a part about links: a sheet may have tens of thousands.
const LINKED: u64 = 16 * 1024 * 1024;
/// Bytes of the main part, unpacked.
const MAIN: u64 = 64 * 1024 * 1024;
/// Bytes of the main part in which its first tag begins.
const ROOT: u64 = 16 * 1024;
/// Parts about links that are read.
const LINKS: usize = 1000;

/// How the list of types calls the main part.
const WORD: &str = "wordprocessingml.document.main+xml";
const SHEET: &str = "spreadsheetml.sheet.main+xml";

/// A file of which only so many bytes are read, whatever it says of itself.
struct Ration<'f, F> {
    file: &'f mut F,
    left: Rc<Cell<u64>>,
}

impl<F: Read> Read for Ration<'_, F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !into.is_empty() {
            return Err(io::Error::other("there is more to read than in any document"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(into.len());
        let count = self.file.read(&mut into[..most])?;
        self.left.set(left - count as u64);
        Ok(count)
    }
}

impl<F: Seek> Seek for Ration<'_, F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

type Archive<'f, F> = ZipArchive<Ration<'f, F>>;

/// An archive that is a document.
pub(super) struct Document<'f, F> {
    pub(super) media: MediaType,
    archive: Archive<'f, F>,
    /// The names of its parts.
    names: Vec<String>,
    /// The types of its parts, where it has a list of them.
    types: String,
}

impl<'f, F: Read + Seek> Document<'f, F> {
    /// Lists the parts of an archive, which says whether it is a document and of which type.
    pub(super) fn open(file: &'f mut F, size: u64, head: &[u8]) -> Look<Self> {
        // As long as they are not listed, it is judged by its beginning, where the first name stands.
        let has = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
        let media = if has(b"OFD.xml") { MediaType::Ofd } else { MediaType::Docx };
        let known = has(b"OFD.xml") || has(b"[Content_Types].xml") || has(b"_rels/");
        let unfit = |why| Err(Stop::Unfit(if known { why } else { Unfit::Archive }));
        if !is_modest(file, size)? {
            return unfit(Unfit::Excessive { media });
        }
        let left = Rc::new(Cell::new(LISTING));
        let ration = Ration { file, left: Rc::clone(&left) };
        // It begins with the file: otherwise its list would be looked for all over it.
        let begin = Config { archive_offset: ArchiveOffset::Known(0) };
        let Ok(mut archive) = ZipArchive::with_config(begin, ration) else {
            return unfit(if left.get() == 0 { Unfit::Excessive { media } } else { Unfit::Incomplete { media } });
        };
        // No byte of a document is read more than twice: parts that lie over each other are not read without end.
        left.set(size.saturating_mul(2).saturating_add(LISTING));
        let names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
        let has = |wanted: fn(&str) -> bool| names.iter().any(|name| wanted(name));
        let unfit = |why| Err(Stop::Unfit(why));
        if has(|name| name.ends_with("vbaProject.bin")) {
            return unfit(Unfit::Macros);
        }
        if has(|name| name == "AndroidManifest.xml" || name == "META-INF/MANIFEST.MF") {
            return unfit(Unfit::Program);
        }
        if has(|name| name.eq_ignore_ascii_case("OFD.xml")) {
            return Ok(Self { media: MediaType::Ofd, archive, names, types: String::new() });
        }
        let is_list = |name: &&String| name.eq_ignore_ascii_case("[Content_Types].xml");
        let types = match names.iter().find(is_list) {
            Some(name) => text(&mut archive, name, TYPES, media)?,
            None => String::new(),
        };
        let says = |word: &str| types.contains(word);
        if says("macroEnabled") || says("vbaProject") {
            return unfit(Unfit::Macros);
        }
        if says(WORD) {
            return Ok(Self { media: MediaType::Docx, archive, names, types });
        }
        if says(SHEET) {
            return Ok(Self { media: MediaType::Xlsx, archive, names, types });
        }
        let document = says("presentationml") || has(|name| name == "mimetype" || name == "content.xml");
        unfit(if document { Unfit::OtherDocument } else { Unfit::Archive })
    }

    /// Whether it unpacks into what a document is, and what is odd in it.
    pub(super) fn look(&mut self) -> Look<Vec<Oddity>> {
        let media = self.media;
        let (damaged, excessive) = (Unfit::Damaged { media }, Unfit::Excessive { media });
        let mut total = 0_u64;
        for number in 0..self.archive.len() {
            let Ok(part) = self.archive.by_index_raw(number) else { return Err(Stop::Unfit(damaged)) };
            if part.encrypted() {
                return Err(Stop::Unfit(Unfit::Encrypted));
            }
            total = total.saturating_add(part.size());
            let swells = part.size() > SMALL && part.size() / part.compressed_size().max(1) > RATIO;
            if swells || total > UNPACKED {
                return Err(Stop::Unfit(excessive));
            }
        }
        self.check_main()?;
        let mut odd = Vec::new();
        let holds = |name: &String| ["/embeddings/", "/Attachs/"].iter().any(|folder| plain(name).contains(folder));
        if self.names.iter().any(holds) {
            odd.push(Oddity::EmbeddedFiles);
        }
        let is_links = |name: &&String| {
            // The first one has no name but this ending.
            name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("rels"))
        };
        if self.names.iter().filter(is_links).count() > LINKS {
            return Err(Stop::Unfit(excessive));
        }
        let mut external = false;
        for name in self.names.iter().filter(is_links) {
            external |= loads(&text(&mut self.archive, name, LINKED, media)?);
        }
        odd.extend(external.then_some(Oddity::Active { what: ActiveContent::External }));
        Ok(odd)
    }

    /// The main part is there and whole, and begins as its type does: without it there is nothing to open.
    fn check_main(&mut self) -> Look<()> {
        let media = self.media;
        let (damaged, excessive) = (Unfit::Damaged { media }, Unfit::Excessive { media });
        let (kind, usual, root) = match media {
            MediaType::Ofd => ("", "OFD.xml", "OFD"),
            MediaType::Xlsx => (SHEET, "xl/workbook.xml", "workbook"),
            _ => (WORD, "word/document.xml", "document"),
        };
        // Some programs call it otherwise and say so.
        let said = xml::tags(&self.types).flatten().find_map(|tag| {
            let is_main = tag.name == "Override" && tag.says("ContentType").is_some_and(|said| said.contains(kind));
            tag.says("PartName").filter(|_| is_main)
        });
        let name = said.map_or(usual, |name| name.trim_start_matches('/'));
        let main = self.names.iter().find(|known| plain(known).eq_ignore_ascii_case(name));
        let Some(main) = main else { return Err(Stop::Unfit(damaged)) };
        let Ok(mut part) = self.archive.by_name(main) else { return Err(Stop::Unfit(damaged)) };
        if part.size() > MAIN {
            return Err(Stop::Unfit(excessive));
        }
        let mut head = Vec::new();
        let begun = part.by_ref().take(ROOT).read_to_end(&mut head);
        // Its checksum is compared at its end.
        let read = begun.and_then(|_| io::copy(&mut part, &mut io::sink()));
        if read.is_err() || xml::root(&decoded(&head)) != Some(root) {
            return Err(Stop::Unfit(damaged));
        }
        Ok(())
    }
}

/// Whether every record that may be an archive's last one counts no more than a document has. Several may look like
/// one, and a reader allocates by what they say. Numbers that stand for larger ones elsewhere are beyond it as well.
fn is_modest(file: &mut (impl Read + Seek), size: u64) -> io::Result<bool> {
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.by_ref().take(TAIL).read_to_end(&mut tail)?;
    Ok(tail.windows(RECORD).filter(|record| record.starts_with(LAST_RECORD)).all(|record| {
        let short = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
        let long = |at: usize| u32::from(short(at + 2)) << 16 | u32::from(short(at));
        let (on_this_disk, parts, length, begin) = (short(8), short(10), long(12), long(16));
        on_this_disk.max(parts) <= PARTS && length <= DIRECTORY && begin < u32::MAX
    }))
}

/// The name of a part as it is meant: some programs write it with the other slash.
fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_owned()
}

/// The text of a part of at most so many bytes.
fn text(archive: &mut Archive<'_, impl Read + Seek>, name: &str, most: u64, media: MediaType) -> Look<String> {
    let damaged = Unfit::Damaged { media };
    let Ok(mut part) = archive.by_name(name) else { return Err(Stop::Unfit(damaged)) };
    if part.size() > most {
        return Err(Stop::Unfit(Unfit::Excessive { media }));
    }
    let mut bytes = Vec::new();
    match part.read_to_end(&mut bytes) {
        Ok(_) => Ok(decoded(&bytes)),
        Err(_) => Err(Stop::Unfit(damaged)),
    }
}

/// Parts are written in UTF-8, or in UTF-16 with a mark.
fn decoded(bytes: &[u8]) -> String {
    wide(bytes).unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}

/// Whether a part about links loads something from elsewhere. A link that somebody must follow loads nothing; what
/// cannot be read may load anything.
fn loads(links: &str) -> bool {
    xml::tags(links).any(|tag| {
        let Ok(tag) = tag else { return true };
        let elsewhere = tag.says("TargetMode").is_some_and(|mode| mode != "Internal");
        let is_followed = tag.says("Type").is_some_and(|kind| kind.ends_with("/hyperlink"));
        tag.name == "Relationship" && elsewhere && !is_followed
    })
}
