//! A film: a still of it, and a copy that every browser plays.

use std::{fs::File, io::BufReader, path::Path, process::Command, time::Duration};

use domain::{
    dossier::NoPicture,
    evidence::MediaType,
    examination::{Claims, DerivedForm},
};

use super::{Answer, Tools, picture, run};
use crate::inspect;

/// How long finding a still may take.
const STILL: Duration = Duration::from_mins(1);
/// How long writing a copy may take.
const COPY: Duration = Duration::from_mins(15);
/// A copy is at most so long, in seconds.
const LONGEST: &str = "1800";
/// Pixels across at most.
const WIDTH: u32 = 1280;

/// Makes a still, and a copy unless the film plays everywhere as it is.
pub(super) fn derive(
    file: &Path,
    media: MediaType,
    claims: &Claims,
    tools: &Tools,
    into: &Path,
) -> Result<Answer, NoPicture> {
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
    if plays_everywhere(file, media, claims) {
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

/// H.264 in MP4, with AAC or without sound, and not wider than a view: no copy would be better.
fn plays_everywhere(file: &Path, media: MediaType, claims: &Claims) -> bool {
    let small = claims.pixels.is_some_and(|(width, height)| width.max(height) <= 1920);
    let seen = media == MediaType::Mp4 && claims.codec.as_deref() == Some("avc1");
    // What cannot be read as it stands is better copied.
    small && seen && File::open(file).is_ok_and(|file| inspect::is_heard_as(&mut BufReader::new(file), media, *b"mp4a"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: [u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).unwrap();
        [&length.to_be_bytes(), &name[..], content].concat()
    }

    fn track(kind: [u8; 4], codec: [u8; 4]) -> Vec<u8> {
        let handler = boxed(*b"hdlr", &[&[0_u8; 8][..], &kind, &[0; 13]].concat());
        let described = boxed(*b"stsd", &[&[0_u8, 0, 0, 0, 0, 0, 0, 1][..], &boxed(codec, &[0; 8])].concat());
        let info = boxed(*b"minf", &boxed(*b"stbl", &described));
        boxed(*b"trak", &[boxed(*b"tkhd", &[0; 84]), boxed(*b"mdia", &[handler, info].concat())].concat())
    }

    /// A film with these tracks, the table behind the data.
    fn film(tracks: &[Vec<u8>]) -> Vec<u8> {
        let table = boxed(*b"moov", &[boxed(*b"mvhd", &[0; 100]), tracks.concat()].concat());
        [boxed(*b"ftyp", b"isom\0\0\0\0"), boxed(*b"mdat", &[7; 500]), table].concat()
    }

    #[test]
    fn only_h264_in_mp4_with_aac_or_without_sound_plays_everywhere() {
        let folder = tempfile::tempdir().unwrap();
        let claims =
            |codec: &str, pixels| Claims { codec: Some(codec.to_owned()), pixels: Some(pixels), ..Claims::default() };
        let plays = |bytes: &[u8], media, claims: &Claims| {
            let file = folder.path().join("film");
            std::fs::write(&file, bytes).unwrap();
            plays_everywhere(&file, media, claims)
        };
        let h264 = claims("avc1", (1920, 1080));
        let picture = track(*b"vide", *b"avc1");
        let with = |sound| film(&[picture.clone(), track(*b"soun", sound)]);
        let (silent, aac) = (film(std::slice::from_ref(&picture)), with(*b"mp4a"));
        assert!(plays(&silent, MediaType::Mp4, &h264));
        assert!(plays(&aac, MediaType::Mp4, &h264));
        assert!(!plays(&aac, MediaType::Mov, &h264), "browsers do not agree on QuickTime");
        assert!(!plays(&aac, MediaType::Mp4, &claims("hvc1", (1920, 1080))));
        assert!(!plays(&aac, MediaType::Mp4, &claims("avc1", (3840, 2160))));
        for sound in [*b"samr", *b"ac-3", *b"sowt"] {
            assert!(!plays(&with(sound), MediaType::Mp4, &h264), "{}", String::from_utf8_lossy(&sound));
        }
        let both = film(&[picture.clone(), track(*b"soun", *b"mp4a"), track(*b"soun", *b"ac-3")]);
        assert!(!plays(&both, MediaType::Mp4, &h264));
        // Whatever is cut off cannot be read to its end.
        for length in 0..aac.len() {
            assert!(!plays(&aac[..length], MediaType::Mp4, &h264), "{length} bytes");
        }
    }
}
