//! A film: a still of it, and a copy that every browser plays.

use std::{path::Path, process::Command, time::Duration};

use domain::{
    dossier::NoPicture,
    examination::{Claims, DerivedForm},
};

use super::{Answer, Tools, picture, run};

/// How long finding a still may take.
const STILL: Duration = Duration::from_mins(1);
/// How long writing a copy may take.
const COPY: Duration = Duration::from_mins(15);
/// A copy is at most so long, in seconds.
const LONGEST: &str = "1800";
/// Pixels across at most.
const WIDTH: u32 = 1280;

/// Makes a still, and a copy unless the film plays everywhere as it is.
pub(super) fn derive(file: &Path, claims: &Claims, tools: &Tools, into: &Path) -> Result<Answer, NoPicture> {
    let ffmpeg = tools.ffmpeg.as_ref().ok_or(NoPicture::NoTool)?;
    let still = into.join("still.jpg");
    // A second in, where there is one: films begin black.
    if run::run(take_still(ffmpeg, file, "1").arg(&still), STILL).is_err() || !still.is_file() {
        run::run(take_still(ffmpeg, file, "0").arg(&still), STILL)?;
    }
    let poster = picture::still(&still)?;
    let mut answer =
        Answer { pieces: vec![picture::write(&poster, None, DerivedForm::Poster, into)?], ..Answer::default() };
    // What is left there is no form of the file.
    std::fs::remove_file(&still).map_err(|_| NoPicture::Damaged)?;
    if plays_everywhere(claims) {
        return Ok(answer);
    }
    let copy = into.join("copy.mp4");
    match run::run(&mut write_copy(ffmpeg, file, &copy), COPY) {
        Ok(()) => {
            let bytes = std::fs::read(&copy).map_err(|_| NoPicture::Damaged)?;
            answer.pieces.push(picture::keep(&bytes, DerivedForm::Film, poster.dimensions(), into)?);
            std::fs::remove_file(&copy).map_err(|_| NoPicture::Damaged)?;
        }
        Err(why) => answer.no_picture = Some(why),
    }
    Ok(answer)
}

/// H.264 in MP4, and not wider than a view: no copy would be better.
fn plays_everywhere(claims: &Claims) -> bool {
    let small = claims.pixels.is_some_and(|(width, height)| width.max(height) <= 1920);
    small && claims.codec.as_deref() == Some("avc1")
}

fn take_still(ffmpeg: &Path, file: &Path, second: &str) -> Command {
    let mut command = run::program(ffmpeg);
    command.args([
        "-v",
        "error",
        "-nostdin",
        "-y",
        "-protocol_whitelist",
        "file",
        "-threads",
        "1",
        "-ss",
        second,
        "-i",
    ]);
    command.arg(file).args([
        "-frames:v",
        "1",
        "-vf",
        &format!("scale='min({WIDTH},iw)':-2"),
        "-map_metadata",
        "-1",
        "-q:v",
        "3",
    ]);
    command
}

fn write_copy(ffmpeg: &Path, file: &Path, copy: &Path) -> Command {
    let mut command = run::program(ffmpeg);
    command.args([
        "-v",
        "error",
        "-nostdin",
        "-y",
        "-protocol_whitelist",
        "file",
        "-threads",
        "2",
        "-t",
        LONGEST,
        "-i",
    ]);
    command.arg(file).args(["-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-vf"]);
    command.arg(format!("scale='min({WIDTH},iw)':-2"));
    command.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-pix_fmt", "yuv420p", "-threads", "2"]);
    command.args(["-c:a", "aac", "-movflags", "+faststart"]).arg(copy);
    command
}
