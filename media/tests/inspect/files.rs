//! Files of every kind, made here, and what is seen of them.

use std::{
    io::{Cursor, Write},
    sync::LazyLock,
};

use domain::{
    evidence::MediaType,
    examination::{Oddity, Unfit},
};
use image::{DynamicImage, ImageFormat};
use media::inspect::{Inspection, inspect, recognise};

pub(crate) const ARCHIVE: Oddity = Oddity::AlsoReadsAs { what: Unfit::Archive };
pub(crate) const PDF: Oddity = Oddity::AlsoHolds { media: MediaType::Pdf };

/// What a worker sees.
pub(crate) fn look(bytes: &[u8]) -> Result<Inspection, Unfit> {
    inspect(&mut Cursor::new(bytes)).unwrap()
}

/// What is seen where files come in.
pub(crate) fn recognised(bytes: &[u8]) -> Result<MediaType, Unfit> {
    recognise(&mut Cursor::new(bytes), |_| false).unwrap()
}

pub(crate) fn picture(format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(40, 30).write_to(&mut out, format).unwrap();
    out.into_inner()
}

pub(crate) fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).unwrap();
    [&length.to_be_bytes(), &kind[..], body].concat()
}

/// The brands of a film that is MP4, and of one that is `QuickTime`.
pub(crate) const MP4: &[u8] = b"isom\0\0\0\0isommp41";
const MOV: &[u8] = b"qt  \0\0\0\0qt  ";

pub(crate) fn film(brands: &[u8], stsz: &[u8]) -> Vec<u8> {
    let ftyp = boxed(*b"ftyp", brands);
    let mvhd = [&[0; 12][..], &1000_u32.to_be_bytes(), &2500_u32.to_be_bytes(), &[0; 80]].concat();
    let mut tkhd = vec![0; 40];
    for value in [0x1_0000_u32, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000, 640 << 16, 480 << 16] {
        tkhd.extend(value.to_be_bytes());
    }
    let hdlr = boxed(*b"hdlr", b"\0\0\0\0\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let stsd = boxed(*b"stsd", b"\0\0\0\0\0\0\0\x01\0\0\0\x10avc1\0\0\0\0\0\0\0\x01");
    let minf = boxed(*b"minf", &boxed(*b"stbl", &[stsd, boxed(*b"stsz", stsz)].concat()));
    let trak = boxed(*b"trak", &[boxed(*b"tkhd", &tkhd), boxed(*b"mdia", &[hdlr, minf].concat())].concat());
    let moov = boxed(*b"moov", &[boxed(*b"mvhd", &mvhd), trak].concat());
    [ftyp, moov, boxed(*b"mdat", &[7; 500])].concat()
}

pub(crate) fn good_film(brands: &[u8]) -> Vec<u8> {
    film(brands, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0xf4])
}

pub(crate) fn pdf(kids: &str) -> Vec<u8> {
    pdf_with(kids, "")
}

/// A PDF whose page has this besides.
pub(crate) fn pdf_with(kids: &str, in_page: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{kids}]/Count 1>>"),
        format!("<</Type/Page/Parent 2 0 R{in_page}>>"),
    ];
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).bytes());
    }
    let table = out.len();
    out.extend(b"xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{table}\n%%EOF").bytes());
    out
}

pub(crate) fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn document(types: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let types = [("[Content_Types].xml", types.as_bytes())];
    packed(&[&types[..], parts].concat())
}

/// How lists of types call the main part.
pub(crate) const WORD: &str = "wordprocessingml.document.main+xml";

pub(crate) fn word() -> Vec<u8> {
    document(WORD, &[("word/document.xml", b"<w:document/>")])
}

/// A document with a part about links.
pub(crate) fn linked(name: &str, links: &[u8]) -> Vec<u8> {
    document(WORD, &[("word/document.xml", b"<w:document/>"), (name, links)])
}

pub(crate) fn sheet() -> Vec<u8> {
    let parts: &[(&str, &[u8])] = &[("_rels/.rels", b"<Relationships/>"), ("xl/workbook.xml", b"<workbook/>")];
    document("spreadsheetml.sheet.main+xml", parts)
}

pub(crate) fn ofd() -> Vec<u8> {
    packed(&[("OFD.xml", b"<ofd:OFD/>"), ("Doc_0/Document.xml", b"<ofd:Document/>")])
}

/// A file of every kind that is taken.
pub(crate) fn whole() -> &'static [(MediaType, Vec<u8>)] {
    static WHOLE: LazyLock<Vec<(MediaType, Vec<u8>)>> = LazyLock::new(|| {
        vec![
            (MediaType::Jpeg, picture(ImageFormat::Jpeg)),
            (MediaType::Png, picture(ImageFormat::Png)),
            (MediaType::Webp, picture(ImageFormat::WebP)),
            (MediaType::Heic, include_bytes!("../fixtures/chart.heic").to_vec()),
            (MediaType::Mp4, good_film(MP4)),
            (MediaType::Mov, good_film(MOV)),
            (MediaType::Pdf, pdf("3 0 R")),
            (MediaType::Docx, word()),
            (MediaType::Xlsx, sheet()),
            (MediaType::Ofd, ofd()),
        ]
    });
    &WHOLE
}

/// A segment of a JPEG.
pub(crate) fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], body].concat()
}

/// A piece of a PNG.
pub(crate) fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(&name);
    sum.update(data);
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &name, data, &sum.sum().to_be_bytes()].concat()
}
