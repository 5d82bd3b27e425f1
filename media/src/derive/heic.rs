//! HEIC, decoded by `heic-rs`, which is pure Rust and permissive.
//!
//! What the coded samples mean as colours can stand in two places: in the container (`colr`, ISO/IEC 14496-12,
//! 12.1.5) or in the coded pictures themselves (H.265, annex E). The library reads the first and guesses where it is
//! silent, as it is in photos of iPhones: these have a colour profile there, and say in the pictures that they use the
//! whole range of values. Read by the guess they come out too hard, without the darkest and the brightest tones. So
//! where the container is silent, the pictures are asked here, as other decoders do.

use heic_rs::{
    DecodeOptions, Error, Image, MatrixCoefficients, Nclx, PixelLayout, Range, color,
    context::Context,
    grid::{self, Grid},
    hevc::{self, Frame},
    image::check_pixels,
    props::hvcc::{HevcConfig, NAL_SPS},
    transform,
};

/// A picture, upright, and the colour profile (ICC) that its container has.
///
/// # Errors
/// [`Error`], [`Error::PixelLimit`] for more pixels than `most`.
pub(super) fn decode(bytes: &[u8], most: u64) -> heic_rs::Result<(Image, Option<Vec<u8>>)> {
    let context = Context::open(bytes)?;
    let item = context.meta.primary;
    let properties = context.props(item)?;
    let profile = context.icc(&properties).map(<[u8]>::to_vec);
    let tiles = context.grid(item)?;
    let first = tiles.as_ref().and_then(|(_, tiles)| tiles.first().copied()).unwrap_or(item);
    let told = if properties.nclx.is_some() {
        None
    } else {
        let own = context.props(first)?;
        own.nclx.or_else(|| in_pictures(own.hvcc.as_ref()?))
    };
    let Some(told) = told else {
        let options = DecodeOptions { max_pixels: Some(most), ..DecodeOptions::default() };
        return Ok((heic_rs::decode(bytes, &options)?, profile));
    };
    let (width, height) = context.coded_size(item, &properties)?;
    check_pixels(width, height, most)?;
    let samples = samples(&context, item, tiles, most)?;
    let picture = color::convert(&samples, None, told, PixelLayout::Rgb8, most, None)?;
    drop(samples);
    Ok((transform::apply_all(picture, &properties.transforms)?, profile))
}

/// The samples of a picture, put together where it is cut into tiles.
fn samples(context: &Context<'_>, item: u32, tiles: Option<(Grid, Vec<u32>)>, most: u64) -> heic_rs::Result<Frame> {
    let Some((grid, tiles)) = tiles else { return coded(context, item) };
    let tiles = tiles.into_iter().map(|tile| coded(context, tile)).collect::<heic_rs::Result<Vec<_>>>()?;
    grid::compose(&grid, &tiles, most)
}

/// The samples of a coded picture.
fn coded(context: &Context<'_>, item: u32) -> heic_rs::Result<Frame> {
    let properties = context.props(item)?;
    let config = properties.hvcc.as_ref().ok_or(Error::MissingBox("hvcC"))?;
    let data = context.item_data(item)?;
    hevc::decode_still(&config.parameter_sets(), &config.split_nals(&data)?)
}

/// What coded pictures say of their colours.
fn in_pictures(config: &HevcConfig<'_>) -> Option<Nclx> {
    let mut sets = config.arrays.iter().filter(|array| array.nal_type == NAL_SPS).flat_map(|array| &array.nals);
    in_set(sets.next()?)
}

/// What a sequence parameter set says of colours (H.265, 7.3.2.2 and E.2.1). That of a film has more in it than a still
/// can have, and is not read.
fn in_set(unit: &[u8]) -> Option<Nclx> {
    // The header of a unit takes two bytes.
    let mut bits = Bits::of(unit.get(2..)?);
    bits.skip(4)?;
    // Layers beyond the first.
    if bits.read(3)? > 0 {
        return None;
    }
    // Their nesting, the profile and the level.
    bits.skip(1 + 88 + 8)?;
    // Its id; separate planes of full colour; width and height; the window that is seen; depths and counts.
    bits.numbers(1)?;
    if bits.number()? == 3 {
        bits.skip(1)?;
    }
    bits.numbers(2)?;
    if bits.flag()? {
        bits.numbers(4)?;
    }
    bits.numbers(3)?;
    // What is held back, once for the only layer; sizes of blocks.
    bits.skip(1)?;
    bits.numbers(3 + 6)?;
    if bits.flag()? && bits.flag()? {
        scaling_lists(&mut bits)?;
    }
    bits.skip(2)?;
    // Samples that are not coded.
    if bits.flag()? {
        bits.skip(8)?;
        bits.numbers(2)?;
        bits.skip(1)?;
    }
    // Pictures that others refer to, for a short and for a long time.
    if bits.number()? > 0 || bits.flag()? {
        return None;
    }
    bits.skip(2)?;
    if !bits.flag()? {
        return None;
    }
    // The shape of a pixel, and the edges.
    if bits.flag()? && bits.read(8)? == 255 {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    if !bits.flag()? {
        return None;
    }
    bits.skip(3)?;
    let range = if bits.flag()? { Range::Full } else { Range::Limited };
    let [primaries, transfer, matrix] =
        if bits.flag()? { [bits.read(8)?, bits.read(8)?, bits.read(8)?] } else { [UNSPECIFIED; 3] };
    // Left open it is that of JPEG, as other decoders have it.
    let matrix = if matrix == UNSPECIFIED { BT_601 } else { matrix };
    let [primaries, transfer, matrix_code] = [primaries, transfer, matrix].map(|code| u16::try_from(code).ok());
    let matrix_code = matrix_code?;
    let matrix = MatrixCoefficients::from_code(matrix_code);
    Some(Nclx { primaries: primaries?, transfer: transfer?, matrix, matrix_code, range })
}

/// Codes of ISO/IEC 23091-2.
const UNSPECIFIED: u32 = 2;
const BT_601: u32 = 6;

/// Passes over lists of scaling factors (H.265, 7.3.4).
fn scaling_lists(bits: &mut Bits) -> Option<()> {
    for size in 0..4_u32 {
        for _ in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            if bits.flag()? {
                bits.numbers(u32::from(size > 1) + (1_u32 << (4 + 2 * size)).min(64))?;
            } else {
                bits.numbers(1)?;
            }
        }
    }
    Some(())
}

/// The bits of a coded unit.
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    /// Without the bytes that keep a unit from holding what looks like the beginning of another (H.265, 7.3.1.1).
    fn of(unit: &[u8]) -> Self {
        let (mut bytes, mut zeros) = (Vec::with_capacity(unit.len()), 0_u32);
        for byte in unit {
            if zeros >= 2 && *byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if *byte == 0 { zeros + 1 } else { 0 };
            bytes.push(*byte);
        }
        Self { bytes, at: 0 }
    }

    fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at += count;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// A number of so many bits.
    fn read(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |number, _| Some(number << 1 | u32::from(self.flag()?)))
    }

    /// A number that says itself how long it is (H.265, 9.2); one with a sign takes as many bits.
    fn number(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
        }
        let low = if zeros < 32 { self.read(zeros)? } else { return None };
        Some((1 << zeros) - 1 + low)
    }

    /// Passes over so many of them.
    fn numbers(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.number().map(drop))
    }
}

#[cfg(test)]
mod tests {
    use ::image::{ImageFormat, RgbImage, imageops, load_from_memory_with_format};
    use proptest::prelude::*;

    use super::*;

    /// Patches of colour on the left; brightness alone on the right: the darkest, the brightest, a ramp, a pattern.
    const CHART: &[u8] = include_bytes!("../../tests/fixtures/chart.heic");
    /// As libheif decodes it.
    const CHART_SEEN: &[u8] = include_bytes!("../../tests/fixtures/chart.png");
    /// The same chart, to be turned by a quarter.
    const TURNED: &[u8] = include_bytes!("../../tests/fixtures/turned.heic");
    /// Four tiles of which each has its own colours, and which say in the pictures alone what these mean, as photos of
    /// iPhones do.
    const TILES: &[u8] = include_bytes!("../../tests/fixtures/tiles.heic");
    /// As libheif decodes it.
    const TILES_SEEN: &[u8] = include_bytes!("../../tests/fixtures/tiles.png");
    /// The parameter set of a photo from an iPhone.
    const SET: &str = "420101037000000300b0000003000003005aa0040200805887b91655370c01060080";
    /// And that of the map of depths beside it, which leaves colours open.
    const SET_OF_DEPTHS: &str = "420101040800000300bfc8000003000096c00fc2005f1f138817b91655370202020080";

    fn seen(bytes: &[u8]) -> (RgbImage, Option<Vec<u8>>) {
        let (picture, profile) = decode(bytes, 1 << 28).unwrap();
        (RgbImage::from_raw(picture.width, picture.height, picture.data).unwrap(), profile)
    }

    fn of_libheif(png: &[u8]) -> RgbImage {
        load_from_memory_with_format(png, ImageFormat::Png).unwrap().into_rgb8()
    }

    /// Both are the same at these places, as far as two decoders can be.
    fn assert_alike(picture: &RgbImage, expected: &RgbImage, at: fn(u32, u32) -> bool) {
        assert_eq!(picture.dimensions(), expected.dimensions());
        for (x, y, pixel) in picture.enumerate_pixels().filter(|(x, y, _)| at(*x, *y)) {
            let other = expected.get_pixel(x, y);
            let apart = pixel.0.iter().zip(other.0).map(|(a, b)| a.abs_diff(b)).max().unwrap();
            assert!(apart <= 2, "{x}, {y}: {pixel:?} and {other:?}");
        }
    }

    /// Whether a place lies inside a patch of one colour. Between two colours decoders differ: how colours of half the
    /// size are stretched is their own affair.
    fn is_inside(x: u32, y: u32) -> bool {
        (4..12).contains(&(x % 16)) && (4..12).contains(&(y % 16))
    }

    /// The same without what the container says of colours.
    fn silent(bytes: &[u8]) -> Vec<u8> {
        let at = bytes.windows(8).position(|eight| eight == b"colrnclx").unwrap();
        [&bytes[..at], b"free", &bytes[at + 4..]].concat()
    }

    #[test]
    fn a_chart_is_decoded_as_libheif_decodes_it_wherever_it_says_what_its_colours_are() {
        let expected = of_libheif(CHART_SEEN);
        for bytes in [CHART.to_vec(), silent(CHART)] {
            let (picture, _) = seen(&bytes);
            assert_eq!(picture.dimensions(), (64, 48));
            assert_alike(&picture, &expected, |x, y| is_inside(x, y) || x >= 36);
        }
    }

    #[test]
    fn tiles_are_put_together_as_libheif_puts_them_together() {
        let (picture, profile) = seen(TILES);
        // Less than the tiles have.
        assert_eq!((picture.dimensions(), profile), ((120, 112), None));
        assert_alike(&picture, &of_libheif(TILES_SEEN), is_inside);
    }

    #[test]
    fn it_comes_out_upright() {
        let (upright, turned) = (seen(CHART).0, seen(TURNED).0);
        assert_eq!(turned, imageops::rotate90(&upright));
        assert_eq!(seen(&silent(TURNED)).0, turned);
    }

    #[test]
    fn a_set_says_its_range_and_its_colours() {
        let unit = hex::decode(SET).unwrap();
        let matrix = MatrixCoefficients::Bt601;
        let said = Nclx { primaries: 12, transfer: 1, matrix, matrix_code: 6, range: Range::Full };
        assert_eq!(in_set(&unit), Some(said));
        for length in 0..unit.len() {
            assert!(in_set(&unit[..length]).is_none_or(|cut| cut == said), "{length}");
        }
        let open = in_set(&hex::decode(SET_OF_DEPTHS).unwrap());
        assert_eq!(open, Some(Nclx { primaries: 2, transfer: 2, ..said }));
    }

    #[test]
    fn what_is_larger_than_may_be_is_not_decoded() {
        for bytes in [CHART.to_vec(), silent(CHART)] {
            let found = decode(&bytes, 64 * 64 - 1);
            assert!(matches!(found, Err(Error::PixelLimit { .. })), "{found:?}");
        }
    }

    /// Photos of real telephones are not ours to hand on. In the folder that the environment names, each `NAME.heic` is
    /// compared with `NAME.png`, which libheif made of it (`heif-convert`, `pillow-heif`).
    #[test]
    #[ignore = "needs photos that are not ours to hand on, in the folder that WUGAN_TEST_HEIC names"]
    fn real_photos_are_decoded_as_libheif_decodes_them() {
        let folder = std::env::var("WUGAN_TEST_HEIC").expect("WUGAN_TEST_HEIC names a folder of photos");
        let mut compared = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "heic") {
                let expected = of_libheif(&std::fs::read(path.with_extension("png")).unwrap());
                let (picture, _) = seen(&std::fs::read(&path).unwrap());
                assert_eq!(picture.dimensions(), expected.dimensions(), "{}", path.display());
                let pairs = picture.as_raw().iter().zip(expected.as_raw());
                let apart: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
                let values = picture.as_raw().len() as u64;
                println!("{}: {apart} over {values} values", path.display());
                // Less than one of 255 in the mean. Colours guessed wrong are eight off.
                assert!(apart < values, "{}: {apart} over {values} values", path.display());
                compared += 1;
            }
        }
        assert!(compared > 0);
    }

    proptest! {
        #[test]
        fn no_set_is_too_strange(
            bytes in prop::collection::vec(any::<u8>(), 0..200), place: prop::sample::Index, bit in 0..8_u8,
        ) {
            let _said = in_set(&bytes);
            let mut unit = hex::decode(SET).unwrap();
            let place = place.index(unit.len());
            unit[place] ^= 1 << bit;
            let _said = in_set(&unit);
        }
    }
}
