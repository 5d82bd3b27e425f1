//! Makes view and thumbnail of a photo many times, each in a worker process of its own as the portal does, and prints
//! what it took of the processor: `derive_bench PHOTO COUNT`. Where PHOTO is not there, one of 12 megapixels is drawn.
//!
//! `cargo xtask bench evidence` runs it beside sharp.

use std::{error::Error, fs, path::Path, time::Duration};

use domain::evidence::MediaType;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use media::derive::{Job, Tools, shop::Shop, worker};

type Failure = Box<dyn Error>;

/// The sides of a photo of a usual telephone.
const SIDES: (u16, u16) = (4032, 3024);
/// As telephones write it.
const QUALITY: u8 = 90;
/// What makes this program a worker.
const WORKER: &str = "--worker";

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [word] if word == WORKER => Ok(worker::main()?),
        [photo, count] => measure(Path::new(photo), count.parse()?),
        _ => Err("usage: derive_bench PHOTO COUNT".into()),
    }
}

fn measure(photo: &Path, count: u32) -> Result<(), Failure> {
    if !photo.is_file() {
        fs::write(photo, draw()?)?;
    }
    let into = tempfile::tempdir()?;
    let shop = Shop { program: std::env::current_exe()?, arguments: vec![WORKER.to_owned()] };
    let job = Job {
        file: photo.canonicalize()?,
        media: MediaType::Jpeg,
        into: into.path().to_owned(),
        tools: Tools::default(),
    };
    let before = of_children()?;
    for _ in 0..count {
        let answer = shop.run(&job)?.map_err(|why| format!("no picture: {why:?}"))?;
        if answer.pieces.len() != 2 {
            return Err(format!("{} pieces instead of a view and a thumbnail", answer.pieces.len()).into());
        }
    }
    let used = of_children()?.saturating_sub(before);
    println!("{:.2}", used.as_secs_f64() * 1000.0 / f64::from(count.max(1)));
    Ok(())
}

/// Processor time of all processes that this one has started and that have ended.
fn of_children() -> Result<Duration, Failure> {
    // The fields `cutime` and `cstime` of proc(5), the 16th and 17th; the name in brackets may hold anything.
    let text = fs::read_to_string("/proc/self/stat")?;
    let after = text.rsplit_once(')').ok_or("a process without a name")?.1;
    let ticks = after.split_whitespace().skip(13).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()))
}

/// Something like a photo: broad light and shade, edges, and the grain of a small sensor.
fn draw() -> Result<Vec<u8>, Failure> {
    let (width, height) = (u32::from(SIDES.0), u32::from(SIDES.1));
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut pixels = Vec::with_capacity(usize::from(SIDES.0) * usize::from(SIDES.1) * 3);
    for y in 0..height {
        for x in 0..width {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let grain = u32::try_from(state >> 60)?;
            let shade = x * 120 / width + y * 60 / height;
            let tiles = if (x / 180 + y / 140) % 3 == 0 { 50 } else { 0 };
            for part in [10, 20, 0] {
                pixels.push(u8::try_from((shade + tiles + part + grain).min(255))?);
            }
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&pixels, SIDES.0, SIDES.1, ColorType::Rgb)?;
    Ok(bytes)
}
