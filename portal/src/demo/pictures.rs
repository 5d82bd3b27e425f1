//! Pictures drawn by the program: simple scenes that one can tell apart, with the
//! light and grain of a telephone's camera. No two files are alike: a comment in
//! the JPEG makes each digest its own.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::Cursor,
};

use bytes::Bytes;
use image::{RgbImage, codecs::jpeg::JpegEncoder};
use serde::Deserialize;

use super::{dice::Dice, scenes::draw};
use crate::error::{Error, Result};

pub(super) const WIDTH: u32 = 640;
pub(super) const HEIGHT: u32 = 480;
/// How many pictures of a scene and state are drawn.
const SHOTS: u64 = 2;

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Scene {
    /// Licences on a wall.
    Licence,
    /// A worktop with boards of two colours.
    Kitchen,
    /// A page of a ledger.
    Ledger,
    /// Goods on a shelf.
    Shelf,
    /// Goods with price labels.
    Price,
    /// A scale with its mark.
    Scale,
    /// A plate on a machine.
    Plate,
    /// A warning sign.
    Sign,
    /// A way out.
    Exit,
    /// A cabinet with equipment.
    Cabinet,
    /// Drums of waste.
    Waste,
    /// A hood above stoves.
    Hood,
    /// A duct with a gauge.
    Duct,
}

impl Scene {
    /// The stem of the names of its example pictures.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::Kitchen => "kitchen",
            Self::Ledger => "ledger",
            Self::Shelf => "shelf",
            Self::Price => "price",
            Self::Scale => "scale",
            Self::Plate => "plate",
            Self::Sign => "sign",
            Self::Exit => "exit",
            Self::Cabinet => "cabinet",
            Self::Waste => "waste",
            Self::Hood => "hood",
            Self::Duct => "duct",
        }
    }
}

/// Draws each picture once and hands out copies that differ in their comment.
#[derive(Default)]
pub(super) struct Gallery {
    drawn: HashMap<(Scene, bool, u64), Vec<u8>>,
    handed_out: u64,
}

impl Gallery {
    /// A picture of a scene in good or bad order. `label` goes into the comment.
    pub(super) fn shot(&mut self, scene: Scene, good: bool, label: &str, dice: &mut Dice) -> Result<Bytes> {
        let shot = dice.below(SHOTS);
        let jpeg = match self.drawn.entry((scene, good, shot)) {
            Entry::Occupied(drawn) => drawn.into_mut(),
            Entry::Vacant(place) => {
                let mut own = Dice::new(shot * 97 + u64::from(good) * 31 + scene as u64 * 7 + 1);
                place.insert(encode(&draw(scene, good, &mut own))?)
            }
        };
        self.handed_out += 1;
        Ok(with_comment(jpeg, &format!("{label} {} {:016x}", self.handed_out, dice.next())))
    }
}

fn encode(picture: &RgbImage) -> Result<Vec<u8>> {
    let mut jpeg = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, 80);
    picture.write_with_encoder(encoder).map_err(|error| Error::Impossible(format!("drawing: {error}")))?;
    Ok(jpeg.into_inner())
}

/// Puts a comment segment behind the first segment (ITU-T T.81, B.2.4.5).
fn with_comment(jpeg: &[u8], comment: &str) -> Bytes {
    let first = jpeg.get(4..6).map_or(0, |length| usize::from(u16::from_be_bytes([length[0], length[1]])));
    let (head, tail) = jpeg.split_at((4 + first).min(jpeg.len()));
    let length = u16::try_from(comment.len() + 2).unwrap_or(2);
    let mut file = Vec::with_capacity(jpeg.len() + comment.len() + 4);
    file.extend_from_slice(head);
    file.extend_from_slice(&[0xFF, 0xFE]);
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(&comment.as_bytes()[..usize::from(length) - 2]);
    file.extend_from_slice(tail);
    file.into()
}

/// Light from one side, darker corners, and grain.
pub(super) fn light(picture: &mut RgbImage, dice: &mut Dice) {
    let from_left = dice.chance(50);
    let brightness = i32::try_from(dice.between(0, 30)).unwrap_or(15) - 15;
    let (width, height) = (WIDTH.cast_signed(), HEIGHT.cast_signed());
    let mut noise = dice.next();
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = (x.cast_signed(), y.cast_signed());
        let side = if from_left { width - x } else { x };
        let (a, b) = (x - width / 2, y - height / 2);
        let corner = (a * a + b * b) / 4200;
        // A cheap generator: grain needs no quality.
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let grain = i32::try_from(noise >> 61).unwrap_or(4) - 4;
        let change = brightness + side * 24 / width - corner + grain;
        for channel in &mut pixel.0 {
            *channel = u8::try_from((i32::from(*channel) + change).clamp(0, 255)).unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_copy_is_a_picture_of_its_own() {
        let (mut gallery, mut dice) = (Gallery::default(), Dice::new(1));
        let shots: Vec<_> = (0..6).map(|_| gallery.shot(Scene::Scale, true, "test", &mut dice).unwrap()).collect();
        for (index, shot) in shots.iter().enumerate() {
            assert!(shots[index + 1..].iter().all(|other| other != shot));
            let decoded = image::load_from_memory(shot).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (WIDTH, HEIGHT));
        }
    }
}
