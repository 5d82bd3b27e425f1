//! Where files are opened: a process of its own for each, with limits of its own.

use std::path::PathBuf;

use domain::{
    dossier::{Findings, NoPicture},
    evidence::MediaType,
    examination::Fingerprint,
};
use media::derive::{Answer, Job, Tools, shop::Shop, worker};

use crate::{error::Result, services::uploads::blocking};

/// Who opens files.
#[derive(Clone, Debug, Default)]
pub enum Workshop {
    /// Nobody: files are kept, and there are no pictures of them.
    #[default]
    Closed,
    /// A process of its own for each.
    Apart(Shop, Tools),
    /// This process: for pictures that the program has drawn itself.
    Here,
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
    /// [`crate::Error::Disk`] when no process could be started; the file is not at fault.
    pub async fn work(
        &self,
        file: PathBuf,
        media: MediaType,
        into: PathBuf,
    ) -> Result<std::result::Result<Made, NoPicture>> {
        let job = |tools: Tools| Job { file, media, into, tools };
        let answered = match self.clone() {
            Self::Closed => Ok(Answer { no_picture: Some(NoPicture::NoTool), ..Answer::default() }),
            Self::Here => {
                let job = job(Tools::default());
                Ok(blocking(move || Ok(worker::work(&job))).await?)
            }
            Self::Apart(shop, tools) => {
                let job = job(tools);
                blocking(move || shop.run(&job)).await?
            }
        };
        Ok(answered.map(made))
    }
}

fn made(answer: Answer) -> Made {
    let Answer { pieces, ways, claims, oddities, no_picture } = answer;
    let (derived, files) = pieces.into_iter().map(|piece| (piece.derivative, piece.file)).unzip();
    let fingerprint = ways.first().copied();
    Made { findings: Findings { claims, oddities, derived, no_picture, fingerprint }, files, ways }
}
