//! Documents of parts: any text as the list of types, as the main part and as links. The first byte chooses which.
#![no_main]

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const PARTS: [(&str, &[u8]); 3] = [
    ("[Content_Types].xml", b"<Override PartName='/word/a.xml' ContentType='wordprocessingml.document.main+xml'/>"),
    ("word/a.xml", b"<w:document/>"),
    ("_rels/.rels", b"<Relationships/>"),
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, text)) = bytes.split_first() else { return };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (number, (name, usual)) in PARTS.into_iter().enumerate() {
        zip.start_file(name, options).unwrap();
        zip.write_all(if usize::from(*first) % PARTS.len() == number { text } else { usual }).unwrap();
    }
    let whole = zip.finish().unwrap().into_inner();
    let _ = media::inspect::inspect(&mut Cursor::new(whole)).unwrap();
});
