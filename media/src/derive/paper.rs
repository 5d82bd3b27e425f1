//! A document: its first pages as pictures.

use std::{path::Path, time::Duration};

use domain::{dossier::NoPicture, examination::DerivedForm};

use super::{Answer, PAGES, Tools, picture, run};

/// How long it may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Makes a picture of each of the first pages.
pub(super) fn derive(file: &Path, tools: &Tools, into: &Path) -> Result<Answer, NoPicture> {
    let pdftoppm = tools.pdftoppm.as_ref().ok_or(NoPicture::NoTool)?;
    let drawn = into.join("drawn");
    std::fs::create_dir(&drawn).map_err(|_| NoPicture::TooLarge)?;
    let mut command = run::program(pdftoppm);
    command.args(["-jpeg", "-r", "100", "-scale-to", "1400", "-l", &PAGES.to_string()]);
    let ran = run::run(command.arg(file).arg(drawn.join("p")), PATIENCE);
    let mut found: Vec<_> = std::fs::read_dir(&drawn).map_err(|_| NoPicture::Damaged)?.flatten().collect();
    // The numbers have leading zeros.
    found.sort_by_key(std::fs::DirEntry::file_name);
    let mut answer = Answer { no_picture: ran.err(), ..Answer::default() };
    for (number, page) in (1..=PAGES).zip(found) {
        let pixels = picture::still(&page.path())?;
        answer.pieces.push(picture::write(&pixels, None, DerivedForm::Page { number }, into)?);
    }
    std::fs::remove_dir_all(&drawn).map_err(|_| NoPicture::Damaged)?;
    if answer.pieces.is_empty() { Err(answer.no_picture.unwrap_or(NoPicture::Damaged)) } else { Ok(answer) }
}
