//! Where files are opened: a process of its own for each, with limits of its own.

use std::path::PathBuf;

use domain::{
    dossier::{Findings, NoPicture},
    evidence::MediaType,
    examination::Fingerprint,
};

use crate::error::Result;

/// Who opens files.
#[derive(Clone, Debug, Default)]
pub enum Workshop {
    /// Nobody: files are kept, and there are no pictures of them.
    #[default]
    Closed,
}

/// What was made of a file.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// What is known of it now.
    pub findings: Findings,
    /// Where each form lies that was made, in the order of [`Findings::derived`].
    pub files: Vec<PathBuf>,
    /// What the picture looks like in every way it can be turned and mirrored.
    pub ways: Vec<Fingerprint>,
}

impl Workshop {
    /// Opens a file and makes what can be made of it, into an empty folder.
    ///
    /// # Errors
    /// [`crate::Error::Disk`] when no process could be started.
    pub async fn work(
        &self,
        _file: PathBuf,
        _media: MediaType,
        _into: PathBuf,
    ) -> Result<std::result::Result<Made, NoPicture>> {
        Ok(Ok(Made {
            findings: Findings { no_picture: Some(NoPicture::NoTool), ..Findings::default() },
            ..Made::default()
        }))
    }
}
