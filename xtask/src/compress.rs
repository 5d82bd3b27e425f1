//! Compressed twins beside the files of an optimised site, so that the server never compresses the same bytes twice.

use std::io::Write;
use std::path::Path;

use crate::error::{Explain, Result};

/// One way to compress.
pub(crate) struct Twin {
    /// What is put behind the file's name.
    pub(crate) suffix: &'static str,
    /// From plain bytes to packed ones.
    pub(crate) pack: fn(&[u8]) -> Result<Vec<u8>>,
}

/// Every twin a compressible file gets.
pub(crate) const TWINS: [Twin; 2] = [Twin { suffix: "br", pack: brotli }, Twin { suffix: "gz", pack: gzip }];

/// Whether a file of this name shrinks at all; pictures and fonts are packed already.
pub(crate) fn is_worthwhile(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    matches!(
        extension,
        Some("css" | "html" | "ico" | "js" | "json" | "mjs" | "svg" | "txt" | "wasm" | "webmanifest" | "xml")
    )
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    // Blocks of a MiB: what is larger than one of 256 KiB, as it is without this, comes out a few hundred bytes smaller.
    let options = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, lgblock: 20, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &options).explain(|| "brotli failed".to_owned())?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).explain(|| "gzip failed".to_owned())?;
    encoder.finish().explain(|| "gzip failed".to_owned())
}
