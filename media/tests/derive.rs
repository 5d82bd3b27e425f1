//! Pictures of files, made by real processes.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "small pictures are drawn by numbers"
)]

use std::{
    io::Cursor,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use domain::{
    dossier::NoPicture,
    evidence::MediaType,
    examination::{DerivedForm, Fingerprint, Likeness},
};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, imageops};
use media::{
    derive::{Answer, Job, Tools, shop::Shop, worker},
    inspect::inspect,
};
use rustix::fs::{CWD, Mode, mkfifoat};

/// What can be done to a picture.
type Change = fn(&RgbImage) -> RgbImage;

fn shop() -> Shop {
    Shop { program: PathBuf::from(env!("CARGO_BIN_EXE_media-worker")), arguments: Vec::new() }
}

fn of_shell(script: &str) -> Shop {
    Shop { program: PathBuf::from("/bin/sh"), arguments: vec!["-c".to_owned(), script.to_owned()] }
}

fn job(folder: &Path, media: MediaType, bytes: &[u8]) -> Job {
    let file = folder.join("original");
    std::fs::write(&file, bytes).unwrap();
    let into = folder.join("made");
    std::fs::create_dir_all(&into).unwrap();
    Job { file, media, into, tools: Tools::on_path() }
}

fn derived(media: MediaType, bytes: &[u8]) -> (tempfile::TempDir, Answer) {
    let folder = tempfile::tempdir().unwrap();
    let answer = shop().run(&job(folder.path(), media, bytes)).unwrap().unwrap();
    (folder, answer)
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Four quarters of colours that tell which way is up, on a ground that is not flat.
fn scene(seed: u32, width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (right, low) = (x * 2 > width, y * 2 > height);
        let ground = match (right, low) {
            (false, false) => [200, 30, 30],
            (true, false) => [30, 200, 30],
            (false, true) => [30, 30, 200],
            (true, true) => [230, 230, 230],
        };
        let wave = f64::from(x * (seed % 7 + 1)) / f64::from(width) * 9.0
            + f64::from(y * (seed % 5 + 2)) / f64::from(height) * 7.0;
        let blob =
            f64::from((x as i32 - (seed * 37 % width) as i32).pow(2) + (y as i32 - (seed * 91 % height) as i32).pow(2));
        let shade = wave.sin() * 30.0 + if blob < f64::from(width * height) / 12.0 { -60.0 } else { 0.0 };
        Rgb(ground.map(|part: u8| (f64::from(part) + shade).clamp(0.0, 255.0) as u8))
    })
}

/// The same JPEG with an EXIF orientation and a text that must not come out again.
fn turned(jpeg: &[u8], way: u8) -> Vec<u8> {
    let mut body = b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    body.push(way);
    body.extend(b"\0\0\x01\x0f\0\x02\0\0\0\x08\0\0\0\x26\0\0\0\0SECRET!\0");
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &body, &jpeg[2..]].concat()
}

/// A film of two seconds, with what these arguments say besides.
fn filmed(name: &str, arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join(name);
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=2"])
        .args(arguments)
        .arg(&film)
        .status();
    assert!(made.unwrap().success(), "ffmpeg is needed for this test");
    std::fs::read(&film).unwrap()
}

/// A document of two pages.
fn paper() -> Vec<u8> {
    let page = |number: u32| format!("{number} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]>>endobj\n");
    let objects =
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>endobj\n";
    let body = format!("%PDF-1.4\n{objects}{}{}", page(3), page(4));
    let place = |number: u32| format!("{:010} 00000 n \n", body.find(&format!("{number} 0 obj")).unwrap());
    let places = (1..=4).map(place).collect::<Vec<_>>().concat();
    let table = body.len();
    let end =
        format!("xref\n0 5\n0000000000 65535 f \n{places}trailer<</Size 5/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n");
    format!("{body}{end}").into_bytes()
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn view(answer: &Answer, form: DerivedForm) -> RgbImage {
    let piece = answer.pieces.iter().find(|piece| piece.derivative.form == form).unwrap();
    let picture = image::open(&piece.file).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), piece.derivative.pixels);
    assert_eq!(std::fs::metadata(&piece.file).unwrap().len(), piece.derivative.size.0);
    picture
}

#[test]
fn every_way_of_holding_a_telephone_comes_out_upright() {
    let upright = scene(3, 240, 160);
    let held: [(u8, Change); 8] = [
        (1, RgbImage::clone),
        (2, imageops::flip_horizontal),
        (3, imageops::rotate180),
        (4, imageops::flip_vertical),
        (5, |p| imageops::flip_horizontal(&imageops::rotate90(p))),
        (6, imageops::rotate270),
        (7, |p| imageops::flip_horizontal(&imageops::rotate270(p))),
        (8, imageops::rotate90),
    ];
    for (way, hold) in held {
        let (_folder, answer) = derived(MediaType::Jpeg, &turned(&encoded(&hold(&upright), ImageFormat::Jpeg), way));
        let seen = view(&answer, DerivedForm::View);
        assert_eq!(seen.dimensions(), upright.dimensions(), "{way}");
        for (x, y) in [(20, 20), (220, 20), (20, 140), (220, 140)] {
            let (a, b) = (seen.get_pixel(x, y).0, upright.get_pixel(x, y).0);
            let apart = a.iter().zip(b).map(|(a, b)| i32::from(*a).abs_diff(i32::from(b))).max().unwrap();
            assert!(apart < 50, "orientation {way} at {x},{y}: {a:?} and {b:?}");
        }
    }
}

#[test]
fn what_the_original_says_of_itself_is_not_in_what_is_made() {
    let original = turned(&encoded(&scene(1, 400, 300), ImageFormat::Jpeg), 1);
    assert!(holds(&original, b"SECRET"));
    let (_folder, answer) = derived(MediaType::Jpeg, &original);
    assert_eq!(answer.pieces.len(), 2);
    for piece in &answer.pieces {
        let bytes = std::fs::read(&piece.file).unwrap();
        assert!(!holds(&bytes, b"SECRET") && !holds(&bytes, b"Exif"));
    }
}

#[test]
fn what_a_film_says_of_itself_is_not_in_what_is_made() {
    let original = filmed(
        "film.mov",
        &[
            ["-c:v", "mpeg4"],
            ["-metadata", "title=SECRET"],
            ["-metadata", "comment=SECRET"],
            ["-metadata", "creation_time=2026-03-02T01:00:00Z"],
            ["-metadata", "location=+43.88+125.32/"],
            ["-metadata:s:v", "title=SECRET"],
            ["-metadata:s:v", "handler_name=SECRET"],
        ]
        .concat(),
    );
    let words: [&[u8]; 2] = [b"SECRET", b"+43.88"];
    assert!(words.iter().all(|word| holds(&original, word)));
    let (_folder, answer) = derived(MediaType::Mov, &original);
    assert!(answer.claims.taken.is_some() && answer.claims.place.is_some(), "{:?}", answer.claims);
    assert_eq!(answer.pieces.len(), 2, "a still and a copy");
    for piece in &answer.pieces {
        let bytes = std::fs::read(&piece.file).unwrap();
        assert!(!words.iter().any(|word| holds(&bytes, word)), "{:?}", piece.derivative.form);
        let said = inspect(&mut Cursor::new(bytes)).unwrap().unwrap().claims;
        assert_eq!((said.taken, said.place, said.device), (None, None, None), "{:?}", piece.derivative.form);
    }
}

#[test]
fn forms_are_small_and_never_larger_than_the_original() {
    for (width, height, view_size, small) in [
        (4000, 3000, (1600, 1200), (320, 240)),
        (900, 2000, (720, 1600), (144, 320)),
        (200, 100, (200, 100), (200, 100)),
    ] {
        for (media, format) in [
            (MediaType::Jpeg, ImageFormat::Jpeg),
            (MediaType::Png, ImageFormat::Png),
            (MediaType::Webp, ImageFormat::WebP),
        ] {
            let (_folder, answer) = derived(media, &encoded(&scene(2, width, height), format));
            assert_eq!(view(&answer, DerivedForm::View).dimensions(), view_size);
            assert_eq!(view(&answer, DerivedForm::Thumbnail).dimensions(), small);
        }
    }
}

#[test]
fn what_shines_through_is_white() {
    let clear = DynamicImage::new_rgba8(64, 64);
    let mut bytes = Cursor::new(Vec::new());
    clear.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let (_folder, answer) = derived(MediaType::Png, &bytes.into_inner());
    assert!(view(&answer, DerivedForm::View).get_pixel(30, 30).0.iter().all(|part| *part > 250));
    assert_eq!(answer.ways, [], "what is empty looks like everything that is empty");
}

#[test]
fn the_same_picture_is_known_again_and_others_are_not() {
    let pictures: Vec<RgbImage> = (1..25).map(|seed| scene(seed * 13, 800, 600)).collect();
    let ways = |picture: &RgbImage| {
        let folder = tempfile::tempdir().unwrap();
        worker::work(&job(folder.path(), MediaType::Jpeg, &encoded(picture, ImageFormat::Jpeg))).ways
    };
    let known: Vec<_> = pictures.iter().map(ways).collect();
    let changes: [(&str, Change); 5] = [
        ("half", |p| imageops::thumbnail(p, 400, 300)),
        ("turned", imageops::rotate90),
        ("mirrored", imageops::flip_horizontal),
        ("cropped", |p| imageops::crop_imm(p, 10, 8, 776, 582).to_image()),
        ("darker", |p| imageops::brighten(p, -20)),
    ];
    for (picture, ways_of_it) in pictures.iter().zip(&known) {
        for (change, apply) in changes {
            let other = ways(&apply(picture));
            let nearest = ways_of_it.iter().map(|way| way.distance(other[0])).min().unwrap();
            assert!(nearest <= Fingerprint::SIMILAR, "{change}: {nearest} bits");
        }
    }
    // As the portal asks: one of the ways of a picture and another as it is. These scenes share their four quarters, so
    // that they are harder to tell apart than photos of different places.
    let taken_for_the_same = |known: &[Vec<Fingerprint>]| {
        let same = |one: &[Fingerprint], other: &[Fingerprint]| {
            one.iter().any(|way| way.likeness(other[0]) == Some(Likeness::Same))
        };
        let pairs = known.iter().enumerate().flat_map(|(at, one)| known[..at].iter().map(move |other| (one, other)));
        pairs.filter(|(one, other)| same(one, other)).count()
    };
    assert_eq!(taken_for_the_same(&known), 0);
    let many: Vec<_> = (1..=200).map(|seed| ways(&scene(seed * 13, 400, 300))).collect();
    let (wrong, pairs) = (taken_for_the_same(&many), many.len() * (many.len() - 1) / 2);
    assert!(wrong * 1000 <= pairs, "{wrong} of {pairs} pairs");
}

#[test]
fn a_film_has_a_still_and_a_copy_that_plays_everywhere() {
    let (_made, answer) = derived(MediaType::Mov, &filmed("film.mov", &["-c:v", "mpeg4"]));
    let forms: Vec<_> = answer.pieces.iter().map(|piece| piece.derivative.form).collect();
    assert_eq!((forms, answer.no_picture), (vec![DerivedForm::Poster, DerivedForm::Film], None));
    let copy = std::fs::read(&answer.pieces[1].file).unwrap();
    let seen = inspect(&mut Cursor::new(copy)).unwrap().unwrap();
    assert_eq!((seen.media, seen.claims.codec.as_deref()), (MediaType::Mp4, Some("avc1")));
}

#[test]
fn a_film_that_some_browsers_do_not_play_or_leave_silent_has_a_copy() {
    let heard = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"];
    let forms = |name: &str, media, sound: &str| {
        let coded = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", sound];
        let (_made, answer) = derived(media, &filmed(name, &[&heard[..], &coded].concat()));
        answer.pieces.iter().map(|piece| piece.derivative.form).collect::<Vec<_>>()
    };
    let both = [DerivedForm::Poster, DerivedForm::Film];
    assert_eq!(forms("aac.mp4", MediaType::Mp4, "aac"), [DerivedForm::Poster]);
    assert_eq!(forms("ac3.mp4", MediaType::Mp4, "ac3"), both);
    assert_eq!(forms("aac.mov", MediaType::Mov, "aac"), both);
}

#[test]
fn a_document_has_pages() {
    let (_folder, answer) = derived(MediaType::Pdf, &paper());
    let forms: Vec<_> = answer.pieces.iter().map(|piece| piece.derivative.form).collect();
    assert_eq!(forms, [DerivedForm::Page { number: 1 }, DerivedForm::Page { number: 2 }], "{answer:?}");
    assert_eq!(answer.claims.pages, Some(2));
    let (width, height) = view(&answer, forms[0]).dimensions();
    assert!(height <= 1400 && width < height);
}

#[test]
fn where_a_program_is_missing_that_is_said_and_the_file_is_examined_all_the_same() {
    let files = [(MediaType::Mov, filmed("film.mov", &["-c:v", "mpeg4"])), (MediaType::Pdf, paper())];
    let gone = Some(PathBuf::from("/nonexistent"));
    for tools in [Tools::default(), Tools { ffmpeg: gone.clone(), pdftoppm: gone }] {
        for (media, bytes) in &files {
            let folder = tempfile::tempdir().unwrap();
            let job = Job { tools: tools.clone(), ..job(folder.path(), *media, bytes) };
            let answer = shop().run(&job).unwrap().unwrap();
            assert_eq!((answer.pieces.len(), answer.no_picture), (0, Some(NoPicture::NoTool)), "{media:?}, {tools:?}");
            assert!(answer.claims.pages == Some(2) || answer.claims.pixels == Some((320, 240)), "{:?}", answer.claims);
        }
    }
    // A photo needs none.
    let folder = tempfile::tempdir().unwrap();
    let photo = encoded(&scene(1, 50, 50), ImageFormat::Jpeg);
    let job = Job { tools: Tools::default(), ..job(folder.path(), MediaType::Jpeg, &photo) };
    assert_eq!(shop().run(&job).unwrap().unwrap().no_picture, None);
}

/// What the kernel says of a worker's limits, once it has taken on the last of them.
fn limits_of(worker: u32) -> String {
    let began = Instant::now();
    loop {
        let limits = std::fs::read_to_string(format!("/proc/{worker}/limits")).unwrap();
        let mut files = limits.lines().filter(|line| line.starts_with("Max open files"));
        if files.any(|line| line.contains(" 64 ")) || began.elapsed() > Duration::from_secs(20) {
            return limits;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_worker_takes_on_limits_by_what_it_is_to_open() {
    let mib = 1024 * 1024;
    for (media, memory, seconds) in [
        (MediaType::Jpeg, 1024 * mib, 20),
        (MediaType::Mp4, 3 * 1024 * mib, 30 * 60),
        (MediaType::Pdf, 3 * 1024 * mib, 80),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let job = job(folder.path(), media, b"");
        // Whoever opens a pipe waits until somebody writes into it: it holds still while it is looked at.
        std::fs::remove_file(&job.file).unwrap();
        mkfifoat(CWD, &job.file, Mode::RUSR | Mode::WUSR).unwrap();
        let mut child = Command::new(shop().program).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        serde_json::to_writer(child.stdin.take().unwrap(), &job).unwrap();
        let limits = limits_of(child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        let most: [(&str, u64); 5] = [
            ("Max address space", memory),
            ("Max cpu time", seconds),
            ("Max file size", 600 * mib),
            ("Max core file size", 0),
            ("Max open files", 64),
        ];
        for (name, most) in most {
            let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            // What it has, and what it could raise that to.
            let said: Vec<&str> = line.split_whitespace().take(2).collect();
            assert_eq!(said, [most.to_string().as_str(); 2], "{media:?}: {name}");
        }
    }
}

#[test]
fn a_worker_that_has_used_up_its_seconds_was_too_slow() {
    let folder = tempfile::tempdir().unwrap();
    let job = job(folder.path(), MediaType::Jpeg, &encoded(&scene(1, 50, 50), ImageFormat::Jpeg));
    let began = Instant::now();
    assert_eq!(of_shell("ulimit -t 1; while :; do :; done").run(&job).unwrap(), Err(NoPicture::TooSlow));
    assert!(began.elapsed() < Duration::from_secs(50), "by the kernel, before anybody lost patience");
    // Where two limits differ, it warns at the first.
    assert_eq!(of_shell("kill -XCPU $$").run(&job).unwrap(), Err(NoPicture::TooSlow));
}

#[test]
fn a_worker_that_does_not_end_is_ended_and_one_that_dies_harms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let job = job(folder.path(), MediaType::Jpeg, &encoded(&scene(1, 50, 50), ImageFormat::Jpeg));
    let began = Instant::now();
    // What it started ends with it.
    let spins = of_shell("sleep 60 & wait").run_within(&job, Duration::from_millis(200)).unwrap();
    assert_eq!(spins, Err(NoPicture::TooSlow));
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(of_shell("kill -SEGV $$").run(&job).unwrap(), Err(NoPicture::Crashed));
    assert_eq!(of_shell("echo nonsense").run(&job).unwrap(), Err(NoPicture::Crashed));
    // Whoever talks without end is not listened to.
    assert_eq!(of_shell("yes").run(&job).unwrap(), Err(NoPicture::Crashed));
    assert_eq!(shop().run(&job).unwrap().unwrap().no_picture, None, "the next one works");
    let nobody = Shop { program: "/nonexistent".into(), arguments: Vec::new() };
    assert!(nobody.run(&job).is_err(), "that is no fault of the file");
}

#[test]
fn damaged_files_by_the_thousand_take_nobody_with_them() {
    let good = encoded(&scene(5, 160, 120), ImageFormat::Jpeg);
    let folder = tempfile::tempdir().unwrap();
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    let mut pictured = 0;
    for round in 0..1000 {
        let mut bytes = good.clone();
        for _ in 0..=round % 4 {
            let at = next() % bytes.len();
            bytes[at] ^= 1 << (next() % 8);
        }
        let answer = worker::work(&job(folder.path(), MediaType::Jpeg, &bytes));
        assert_ne!(answer.pieces.is_empty(), answer.no_picture.is_none());
        pictured += usize::from(answer.no_picture.is_none());
    }
    // A bit in the colours spoils nothing.
    assert!(pictured > 0);
    for length in [0, 10, 200, good.len() / 2, good.len() - 1] {
        let (_folder, answer) = derived(MediaType::Jpeg, &good[..length]);
        assert_eq!(answer.no_picture, Some(NoPicture::Damaged));
    }
}
