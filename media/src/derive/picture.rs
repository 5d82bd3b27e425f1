//! A photo: decoded once, made smaller, turned upright, written without what it says of
//! its place.

use std::{
    fs::File,
    io::{BufReader, Cursor},
    path::Path,
};

use domain::{
    dossier::NoPicture,
    evidence::MediaType,
    examination::{Derivative, DerivedForm},
    ids::ByteCount,
};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::ImageRef};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, metadata::Orientation};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use sha2::{Digest as _, Sha256};

use super::{Answer, Piece, THUMBNAIL, VIEW, heic, print};

/// Bytes that a decoded picture may take. A worker has about 1 GiB in all.
const DECODED: u64 = 640 * 1024 * 1024;
/// Pixels of a side.
const SIDE: u32 = 20_000;
/// How well a JPEG is written, of 100.
const QUALITY: u8 = 82;
/// A colour profile that is larger is none of a camera.
const PROFILE: usize = 64 * 1024;

/// A decoded photo.
struct Photo {
    pixels: RgbImage,
    /// How it is to be turned.
    orientation: Orientation,
    /// Its colour profile (ICC), where it has one.
    profile: Option<Vec<u8>>,
}

/// Makes a view and a thumbnail.
pub(super) fn derive(file: &Path, media: MediaType, into: &Path) -> Result<Answer, NoPicture> {
    let photo = decode(file, media)?;
    from_pixels(photo, into)
}

/// The same of a still that another program has made.
pub(super) fn still(file: &Path) -> Result<RgbImage, NoPicture> {
    Ok(decode(file, MediaType::Jpeg)?.pixels)
}

fn from_pixels(photo: Photo, into: &Path) -> Result<Answer, NoPicture> {
    let Photo { pixels, orientation, profile } = photo;
    let mut view = DynamicImage::ImageRgb8(smaller(pixels, VIEW)?);
    view.apply_orientation(orientation);
    let view = view.into_rgb8();
    let ways = print::ways(&view);
    let mut pieces = vec![write(&view, profile.as_deref(), DerivedForm::View, into)?];
    let thumbnail = smaller(view, THUMBNAIL)?;
    pieces.push(write(&thumbnail, profile.as_deref(), DerivedForm::Thumbnail, into)?);
    Ok(Answer { pieces, ways, ..Answer::default() })
}

fn decode(file: &Path, media: MediaType) -> Result<Photo, NoPicture> {
    match media {
        MediaType::Heic => of_heic(file),
        MediaType::Jpeg => common(file, ImageFormat::Jpeg),
        MediaType::Png => common(file, ImageFormat::Png),
        MediaType::Webp => common(file, ImageFormat::WebP),
        _ => Err(NoPicture::NotPictured),
    }
}

/// Formats of the `image` crate. Its own shortcut from decoder to picture forgets the
/// limits (image-rs/image#3081), so they are asked for here, one by one.
fn common(file: &Path, format: ImageFormat) -> Result<Photo, NoPicture> {
    let file = BufReader::new(File::open(file).map_err(|_| NoPicture::Damaged)?);
    let mut reader = ImageReader::with_format(file, format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(DECODED);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(why)?;
    if decoder.total_bytes() > DECODED {
        return Err(NoPicture::TooLarge);
    }
    limits.reserve(decoder.total_bytes()).map_err(why)?;
    decoder.set_limits(limits).map_err(why)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| profile.len() <= PROFILE);
    let picture = DynamicImage::from_decoder(decoder).map_err(why)?;
    Ok(Photo { pixels: on_white(picture), orientation, profile })
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn why(error: image::ImageError) -> NoPicture {
    match error {
        image::ImageError::Limits(_) => NoPicture::TooLarge,
        _ => NoPicture::Damaged,
    }
}

/// Without transparency: what shines through is white.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let with_alpha = picture.into_rgba8();
    let (width, height) = with_alpha.dimensions();
    let mut flat = RgbImage::new(width, height);
    for (from, to) in with_alpha.pixels().zip(flat.pixels_mut()) {
        let [red, green, blue, alpha] = from.0.map(u16::from);
        let mixed = [red, green, blue].map(|part| (part * alpha + 255 * (255 - alpha)) / 255);
        to.0 = mixed.map(|part| u8::try_from(part).unwrap_or(u8::MAX));
    }
    flat
}

/// The decoder turns the picture upright itself.
fn of_heic(file: &Path) -> Result<Photo, NoPicture> {
    let bytes = std::fs::read(file).map_err(|_| NoPicture::Damaged)?;
    let (picture, profile) = heic::decode(&bytes, DECODED / 3).map_err(|error| match error {
        heic_rs::Error::PixelLimit { .. } => NoPicture::TooLarge,
        _ => NoPicture::Damaged,
    })?;
    let pixels = RgbImage::from_raw(picture.width, picture.height, picture.data).ok_or(NoPicture::Damaged)?;
    let profile = profile.filter(|profile| profile.len() <= PROFILE);
    Ok(Photo { pixels, orientation: Orientation::NoTransforms, profile })
}

/// A picture that is at most so large, never larger than it is.
fn smaller(mut picture: RgbImage, side: u32) -> Result<RgbImage, NoPicture> {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return Ok(picture);
    }
    let scaled = |length: u32| {
        let scaled = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(side).max(1)
    };
    let (to_width, to_height) = (scaled(width), scaled(height));
    // Whole halves first: what is left to the filter is a quarter of the pixels each time.
    while picture.width() >= 2 * to_width && picture.height() >= 2 * to_height {
        picture = halved(&picture);
    }
    let (width, height) = picture.dimensions();
    let source = ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3).map_err(|_| NoPicture::Damaged)?;
    let mut target = fast_image_resize::images::Image::new(to_width, to_height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut target, Some(&options)).map_err(|_| NoPicture::Damaged)?;
    RgbImage::from_raw(to_width, to_height, target.into_vec()).ok_or(NoPicture::Damaged)
}

/// A picture of half the sides, which are two at least: each pixel is the mean of four. An odd row or column at the edge is
/// left out.
fn halved(picture: &RgbImage) -> RgbImage {
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let mut half = RgbImage::new(width, height);
    let (from, to) = (picture.width() as usize * 3, width as usize * 3);
    let mut sums = vec![0_u16; 2 * to];
    for (rows, row) in picture.as_raw().chunks_exact(2 * from).zip(half.chunks_exact_mut(to)) {
        let (upper, lower) = rows.split_at(from);
        for ((sum, above), below) in sums.iter_mut().zip(upper).zip(lower) {
            *sum = u16::from(*above) + u16::from(*below);
        }
        for (pixel, two) in row.chunks_exact_mut(3).zip(sums.chunks_exact(6)) {
            let (left, right) = two.split_at(3);
            for ((part, one), other) in pixel.iter_mut().zip(left).zip(right) {
                // At most 255.
                [*part, _] = ((one + other + 2) / 4).to_le_bytes();
            }
        }
    }
    half
}

/// Writes a picture as JPEG. Of all metadata only the colour profile goes with it: without
/// it the colours of many telephones are pale.
pub(super) fn write(
    picture: &RgbImage,
    profile: Option<&[u8]>,
    form: DerivedForm,
    into: &Path,
) -> Result<Piece, NoPicture> {
    let (width, height) = picture.dimensions();
    let side = |length: u32| u16::try_from(length).map_err(|_| NoPicture::TooLarge);
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    if let Some(profile) = profile {
        encoder.add_icc_profile(profile).map_err(|_| NoPicture::Damaged)?;
    }
    encoder.encode(picture.as_raw(), side(width)?, side(height)?, ColorType::Rgb).map_err(|_| NoPicture::Damaged)?;
    keep(&bytes.into_inner(), form, (width, height), into)
}

/// Writes what was made into the folder.
pub(super) fn keep(bytes: &[u8], form: DerivedForm, pixels: (u32, u32), into: &Path) -> Result<Piece, NoPicture> {
    let name = match form {
        DerivedForm::View => "view.jpg".to_owned(),
        DerivedForm::Thumbnail => "thumbnail.jpg".to_owned(),
        DerivedForm::Poster => "poster.jpg".to_owned(),
        DerivedForm::Film => "film.mp4".to_owned(),
        DerivedForm::Page { number } => format!("page-{number}.jpg"),
    };
    let file = into.join(name);
    // A disk that is full, or the limit of what a worker may write.
    std::fs::write(&file, bytes).map_err(|_| NoPicture::TooLarge)?;
    let digest = domain::ids::Digest(Sha256::digest(bytes).into());
    Ok(Piece { derivative: Derivative { form, digest, size: ByteCount(bytes.len() as u64), pixels }, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_the_mean_of_four_and_leaves_an_odd_edge_out() {
        let picture = RgbImage::from_fn(5, 3, |x, y| {
            image::Rgb([10 * x + y, 255, x * y].map(|part| u8::try_from(part).unwrap()))
        });
        let half = halved(&picture);
        assert_eq!(half.dimensions(), (2, 1));
        // (0 + 10 + 1 + 11) / 4 = 5.5, and (20 + 30 + 21 + 31) / 4 = 25.5: halves go up.
        assert_eq!(half.as_raw(), &[6, 255, 0, 26, 255, 1]);
    }

    #[test]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "waves of small numbers"
    )]
    fn halves_first_look_like_one_step() {
        let picture = RgbImage::from_fn(1016, 768, |x, y| {
            let wave = |period: f32| (127.0 + 120.0 * ((x as f32 + 0.5 * y as f32) / period).sin()) as u8;
            image::Rgb([wave(7.0), wave(16.0), wave(32.0)])
        });
        for side in [400, 254, 120] {
            let small = smaller(picture.clone(), side).unwrap();
            assert_eq!(small.width(), side);
            let whole =
                image::imageops::resize(&picture, side, small.height(), image::imageops::FilterType::CatmullRom);
            let off: u64 =
                small.iter().zip(whole.iter()).map(|(one, other)| u64::from(one.abs_diff(*other)).pow(2)).sum();
            let mean = off as f64 / small.len() as f64;
            // More than 30 dB of signal to noise.
            assert!(mean < 65.0, "{side}: {mean}");
        }
    }
}
