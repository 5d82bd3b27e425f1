//! Forms of a file for looking at it, made in a process of its own.
//!
//! A decoder is where a hostile file bites. So each file is opened by a process that has
//! limits of memory and time and does nothing else ([`worker`]); the portal starts it,
//! waits, and ends it where need be ([`shop`]). They talk in JSON: one [`Job`] in, one
//! [`Answer`] out.
//!
//! What is made has none of the original's metadata but its colour profile: no place, no
//! time, no device.

mod film;
mod heic;
mod paper;
mod picture;
mod print;
mod run;
pub mod shop;
pub mod worker;

use std::path::PathBuf;

use domain::{
    dossier::NoPicture,
    evidence::MediaType,
    examination::{Claims, Derivative, Fingerprint, Oddity},
};
use serde::{Deserialize, Serialize};

/// A side of a view at most, in pixels.
pub const VIEW: u32 = 1600;
/// A side of a thumbnail at most, in pixels.
pub const THUMBNAIL: u32 = 320;
/// Pages of a document that are pictured at most.
pub const PAGES: u16 = 20;

/// The programs that may be used, where this machine has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tools {
    /// `ffmpeg`, for stills and copies of films.
    pub ffmpeg: Option<PathBuf>,
    /// `pdftoppm` of poppler, for pages of documents.
    pub pdftoppm: Option<PathBuf>,
}

impl Tools {
    /// Those on this machine's path.
    pub fn on_path() -> Self {
        let find = |name: &str| {
            let path = std::env::var_os("PATH")?;
            std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
        };
        Self { ffmpeg: find("ffmpeg"), pdftoppm: find("pdftoppm") }
    }
}

/// What a worker is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The original.
    pub file: PathBuf,
    /// What it is.
    pub media: MediaType,
    /// An empty folder for what is made.
    pub into: PathBuf,
    /// What may be used.
    pub tools: Tools,
}

/// A form that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// What it is.
    pub derivative: Derivative,
    /// Where it lies.
    pub file: PathBuf,
}

/// What came of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was made.
    pub pieces: Vec<Piece>,
    /// What the picture looks like, upright, and then in every other way it can be turned
    /// and mirrored. Empty for what is nearly empty, and for what is no picture.
    pub ways: Vec<Fingerprint>,
    /// What the file says of itself.
    pub claims: Claims,
    /// What is odd about it.
    pub oddities: Vec<Oddity>,
    /// Why nothing was made, or not everything.
    pub no_picture: Option<NoPicture>,
}
