//! Pictures of the files that a document refers to. They stand on the sheet of whoever
//! may see the files, and nowhere else: a bundle has the files themselves, and who only
//! verifies a document is shown none of it.

use std::collections::HashMap;

use domain::{examination::DerivedForm, ids::Digest};
use portal::services::{documents::DocumentView, examinations::form_name};

use crate::routes;

/// The pictures, by the digests of their files.
#[derive(Default)]
pub(super) struct Pictures(HashMap<Digest, Picture>);

/// A picture that was made of a file.
pub(super) struct Picture {
    /// Where it is.
    pub(super) address: String,
    /// Width and height.
    pub(super) pixels: (u32, u32),
    /// Whether it is one of many: a still of a film.
    pub(super) is_still: bool,
}

impl Pictures {
    /// What there is to be seen of the files of a document.
    pub(super) fn of_view(view: &DocumentView) -> Self {
        let pictures = view.evidence.iter().filter_map(|file| {
            let dossier = view.known.get(&file.digest).filter(|dossier| !dossier.is_quarantined())?;
            // Large enough for paper; a thumbnail is not.
            let forms = [DerivedForm::View, DerivedForm::Poster];
            let made = forms.into_iter().find_map(|form| dossier.derivative(form))?;
            let picture = Picture {
                address: routes::derived(file.id, &form_name(made.form)),
                pixels: made.pixels,
                is_still: made.form == DerivedForm::Poster,
            };
            Some((file.digest, picture))
        });
        Self(pictures.collect())
    }

    /// The picture of the file with this digest.
    pub(super) fn of(&self, digest: &Digest) -> Option<&Picture> {
        self.0.get(digest)
    }
}
