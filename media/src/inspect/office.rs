//! DOCX, XLSX and OFD: archives of parts (ISO/IEC 29500-2; GB/T 33190).

use std::io::{Read, Seek, SeekFrom};

use domain::{
    evidence::MediaType,
    examination::{ActiveContent, Claims, Oddity, Unfit},
};
use zip::ZipArchive;

use super::source::{Look, Source, Stop};

/// Parts of a document at most.
const PARTS: usize = 4000;
/// Bytes of all parts, unpacked.
const UNPACKED: u64 = 200 * 1024 * 1024;
/// How much smaller a part may be packed, from this size on.
const RATIO: u64 = 100;
/// Parts below this size may shrink as they like.
const SMALL: u64 = 1024 * 1024;
/// Bytes of a part that is read.
const READ: u64 = 1024 * 1024;
/// Parts about links that are read.
const LINKS: usize = 200;

/// What an archive is.
pub(super) fn kind(file: &mut (impl Read + Seek), size: u64) -> Look<MediaType> {
    let Some(mut archive) = open(file) else {
        // Without its end an archive is read from its beginning, where the first name stands.
        let mut head = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.take(4096.min(size)).read_to_end(&mut head)?;
        let has = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
        let media = if has(b"OFD.xml") { MediaType::Ofd } else { MediaType::Docx };
        let known = has(b"OFD.xml") || has(b"[Content_Types].xml") || has(b"_rels/");
        let why = if known { Unfit::Incomplete { media } } else { Unfit::Archive };
        return Err(Stop::Unfit(why));
    };
    let names = names(&archive);
    let has = |wanted: fn(&str) -> bool| names.iter().any(|name| wanted(name));
    let unfit = |why| Err(Stop::Unfit(why));
    if has(|name| name.ends_with("vbaProject.bin")) {
        return unfit(Unfit::Macros);
    }
    if has(|name| name == "AndroidManifest.xml" || name == "META-INF/MANIFEST.MF") {
        return unfit(Unfit::Program);
    }
    if has(|name| name.eq_ignore_ascii_case("OFD.xml")) {
        return Ok(MediaType::Ofd);
    }
    let types = part(&mut archive, "[Content_Types].xml").unwrap_or_default();
    let says = |word: &str| types.contains(word);
    if says("macroEnabled") || says("vbaProject") {
        return unfit(Unfit::Macros);
    }
    if says("wordprocessingml.document.main+xml") {
        return Ok(MediaType::Docx);
    }
    if says("spreadsheetml.sheet.main+xml") {
        return Ok(MediaType::Xlsx);
    }
    let document = says("presentationml") || has(|name| name == "mimetype" || name == "content.xml");
    unfit(if document { Unfit::OtherDocument } else { Unfit::Archive })
}

/// Whether it unpacks into what a document is, and what is odd in it.
pub(super) fn look(source: &mut Source<'_, impl Read + Seek>) -> Look<(Claims, Vec<Oddity>)> {
    let (damaged, excessive) = (source.damaged(), source.excessive());
    let incomplete = source.incomplete();
    let Some(mut archive) = open(source.whole()?) else { return Err(incomplete) };
    if archive.len() > PARTS {
        return Err(excessive);
    }
    let mut total = 0_u64;
    for number in 0..archive.len() {
        let Ok(part) = archive.by_index_raw(number) else { return Err(damaged) };
        if part.encrypted() {
            return Err(Stop::Unfit(Unfit::Encrypted));
        }
        total = total.saturating_add(part.size());
        let swells = part.size() > SMALL && part.size() / part.compressed_size().max(1) > RATIO;
        if swells || total > UNPACKED {
            return Err(excessive);
        }
    }
    let names = names(&archive);
    let mut odd = Vec::new();
    if names.iter().any(|name| name.contains("/embeddings/") || name.contains("/Attachs/")) {
        odd.push(Oddity::EmbeddedFiles);
    }
    let is_links = |name: &&String| std::path::Path::new(name.as_str()).extension().is_some_and(|end| end == "rels");
    if names.iter().filter(is_links).take(LINKS).any(|name| part(&mut archive, name).is_some_and(|text| loads(&text))) {
        odd.push(Oddity::Active { what: ActiveContent::External });
    }
    Ok((Claims::default(), odd))
}

fn open<F: Read + Seek>(file: &mut F) -> Option<ZipArchive<&mut F>> {
    file.seek(SeekFrom::Start(0)).ok()?;
    ZipArchive::new(file).ok()
}

/// The names of the parts, those that can be read.
fn names(archive: &ZipArchive<&mut (impl Read + Seek)>) -> Vec<String> {
    archive.file_names().take(PARTS).filter_map(|name| Some(name.ok()?.into_owned())).collect()
}

fn part(archive: &mut ZipArchive<&mut (impl Read + Seek)>, name: &str) -> Option<String> {
    let mut text = Vec::new();
    archive.by_name(name).ok()?.take(READ).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Whether a part loads something from elsewhere. A link that somebody must follow loads
/// nothing.
fn loads(links: &str) -> bool {
    links.split("<Relationship ").any(|link| {
        let link = link.split('>').next().unwrap_or_default();
        link.contains("TargetMode=\"External\"") && !link.contains("/hyperlink\"")
    })
}
