//! View and thumbnail of a photo, beside sharp.

use std::path::Path;
use std::process::Command;

use super::ROUNDS;
use super::figures::{pairwise, spread};
use crate::command;
use crate::error::{Explain, Result};
use crate::workspace::Workspace;

/// Photos of a round.
const PHOTOS: &str = "20";

/// What a photo of 12 megapixels takes of the processor: ours with the worker process that it needs, sharp's within one
/// process, in both of its ways.
pub(super) fn derivatives(workspace: &Workspace, folder: &Path) -> Result {
    let photo = folder.join("photo-12-megapixels.jpg");
    let (mut ours, mut clones, mut chains) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut cargo = workspace.cargo();
        cargo.args([
            "run",
            "--locked",
            "--release",
            "--quiet",
            "--package",
            "media",
            "--example",
            "derive_bench",
            "--",
        ]);
        ours.push(number(&command::output(cargo.arg(&photo).arg(PHOTOS))?)?);
        let mut node = Command::new("node");
        let told = command::output(node.current_dir(workspace.peers()).arg("sharp.mjs").arg(&photo).arg(PHOTOS))?;
        let (each, chain) = told.split_once('\n').explain(|| "sharp.mjs told too little".to_owned())?;
        clones.push(number(each)?);
        chains.push(number(chain)?);
    }
    println!("\n12-megapixel JPEG to 1600 px and 320 px, CPU ms an image; median (range) of {ROUNDS} rounds in turns");
    println!("  {:<46} {:>22}", "ours, each in a process of its own", spread(ours.clone()));
    println!("  {:<46} {:>22}", "sharp, a clone of the pipeline for each size", spread(clones.clone()));
    println!("  {:<46} {:>22}", "sharp, the thumbnail from the view", spread(chains.clone()));
    println!("  ours ÷ sharp with clones (target: at most 1): {}", pairwise(&ours, &clones, |time| *time));
    println!("  ours ÷ sharp, thumbnail from view:            {}", pairwise(&ours, &chains, |time| *time));
    Ok(())
}

fn number(text: &str) -> Result<f64> {
    text.trim().parse().explain(|| format!("{text:?} is no number of milliseconds"))
}
