//! What a picture looks like, in 64 bits: a perceptual hash over the low frequencies of its
//! brightness (discrete cosine transform).

use domain::examination::Fingerprint;
use image::{GrayImage, RgbImage, imageops};
use image_hasher::{HashAlg, HasherConfig};

/// A side of the small picture that is hashed.
const SIDE: u32 = 64;
/// Below this spread of brightness (standard deviation, of 255) there is nothing to tell
/// pictures apart by.
const FLAT: f64 = 6.0;

/// The fingerprints of a picture in all eight ways it can be turned and mirrored, upright
/// first; none for what is nearly empty, which would look like everything nearly empty.
pub(super) fn ways(picture: &RgbImage) -> Vec<Fingerprint> {
    let small = imageops::thumbnail(&imageops::grayscale(picture), SIDE, SIDE);
    if spread(&small) < FLAT {
        return Vec::new();
    }
    let hasher =
        HasherConfig::with_bytes_type::<[u8; 8]>().hash_size(8, 8).hash_alg(HashAlg::Median).preproc_dct().to_hasher();
    let mirrored = imageops::flip_horizontal(&small);
    let turned = [small, mirrored].into_iter().flat_map(|picture| {
        let (quarter, half) = (imageops::rotate90(&picture), imageops::rotate180(&picture));
        let three = imageops::rotate270(&picture);
        [picture, quarter, half, three]
    });
    turned
        .map(|picture| {
            let hash = hasher.hash_image(&image::DynamicImage::ImageLuma8(picture));
            Fingerprint(hash.as_bytes().iter().fold(0, |print, byte| print << 8 | u64::from(*byte)))
        })
        .collect()
}

fn spread(picture: &GrayImage) -> f64 {
    let pixels = f64::from(picture.width() * picture.height());
    let mean = picture.pixels().map(|pixel| f64::from(pixel.0[0])).sum::<f64>() / pixels;
    let variance = picture.pixels().map(|pixel| (f64::from(pixel.0[0]) - mean).powi(2)).sum::<f64>() / pixels;
    variance.sqrt()
}
