//! Files that were examined, as they are given out, and examiners: what they may take, what a bad file
//! does to them, and that they end with their portal.

use std::{
    fs::{self, Permissions},
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use ::media::derive::{Job, Tools, shop::Shop};
use domain::{
    actor::Actor,
    case,
    dossier::{Dossier, NoPicture},
    evidence::MediaType,
    ids::{ByteCount, CaseId, Digest, DossierId, LineId},
    item::{EvidenceKind, EvidenceRequest},
};
use portal::{Portal, evidence::workshop::Workshop, store::Page};
use rustix::process::{Pid, Signal, kill_process};
use server::{config::Config, wiring};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    clamd::{CLEAN, Clamd, DOWN, FOUND},
    client::{Answer, Client},
    process::{Process, sha256},
    town::{self, Db, PASSWORD, Town, jpeg},
    world::world,
};

/// The original and what was made of a photo.
const ALL: [&str; 3] = ["", "/view", "/thumbnail"];

/// A town of its own, with workers and with somebody who looks for malware.
struct House {
    town: Town,
    portal: Portal,
    clamd: Clamd,
    address: SocketAddr,
}

impl House {
    fn open(mood: u8) -> Self {
        Self::with(mood, Tools::default())
    }

    /// The same with programs that workers may use.
    fn with(mood: u8, tools: Tools) -> Self {
        let world = world();
        let (town, clamd) = world.run(async { (Town::on(Db::Sqlite).await, Clamd::start(mood).await) });
        let shop = Shop { program: env!("CARGO_BIN_EXE_wugan").into(), arguments: vec!["derive".to_owned()] };
        let workers = Workshop::Apart(shop, tools);
        let portal = town.with_parts(town.portal.objects().clone(), clamd.scanner(), workers);
        let address = world.serve(portal.clone(), world.config.clone());
        Self { town, portal, clamd, address }
    }

    fn logged_in(&self, login: &str) -> Client {
        let mut client = Client::new(self.address);
        let answer = client.post("/login", "/api/account/login", &[("login", login), ("password", PASSWORD)]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        client
    }

    /// A restaurant with a round to fill in, and its owner at a browser.
    fn with_case(&self) -> (Actor, CaseId, Client) {
        let (owner, case) = world().run(async {
            let owner = self.town.restaurant(1).await;
            let case = self.town.enrol(&owner).await;
            (owner, case)
        });
        (owner, case, self.logged_in("owner1"))
    }

    /// A restaurant with a round of one line that asks for such files, and its owner at a browser.
    fn with_line(&self, kinds: &[EvidenceKind]) -> (Actor, CaseId, LineId, Client) {
        let line = LineId(Uuid::new_v4());
        let request = |kind: &EvidenceKind| EvidenceRequest { kind: *kind, at_least: 1, at_most: 5 };
        let (owner, case) = world().run(async {
            let town = &self.town;
            let mut content = town::content(&[line]);
            content.lines[0].requests = kinds.iter().map(request).collect();
            let item = town.portal.catalogue().write_draft(&town.li_na, None, content).await.unwrap();
            town.portal.catalogue().publish(&town.head, item).await.unwrap();
            let owner = town.restaurant(1).await;
            town.enrolled(&owner, &[item]).await;
            let case = town.portal.cases().mine(&owner, Page::ALL).await.unwrap().rows[0].case.id;
            (owner, case)
        });
        (owner, case, line, self.logged_in("owner1"))
    }

    /// Has the next file examined.
    fn examine(&self) {
        assert!(self.is_there_one_to_examine());
    }

    /// Has the next file examined, if there is one.
    fn is_there_one_to_examine(&self) -> bool {
        world().run(self.portal.examinations().next()).unwrap()
    }

    /// What is known of the file of this type in a case.
    fn dossier(&self, owner: &Actor, case: CaseId, media: MediaType) -> Dossier {
        let files = world().run(self.portal.cases().get(owner, case)).unwrap().evidence;
        let file = files.iter().find(|file| file.media == media).unwrap();
        world().run(self.portal.examinations().of([file])).unwrap().remove(&file.digest).unwrap()
    }
}

/// Sends a file to a line; its address.
fn send(client: &mut Client, case: CaseId, line: LineId, name: &str, bytes: &[u8]) -> String {
    let answer = client.send_file(&format!("/upload/case/{case}/{line}"), name, bytes);
    assert_eq!(answer.status, 200, "{}", answer.text());
    format!("/evidence/{}", answer.json()[0]["id"].as_str().unwrap())
}

/// The same photo, which says where it was taken (EXIF).
fn with_place(jpeg: &[u8]) -> Vec<u8> {
    // One field, which says where those about the place are.
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0".to_vec();
    // Four of them: north, how far, east, how far.
    exif.extend(b"\0\x04\0\x01\0\x02\0\0\0\x02N\0\0\0\0\x02\0\x05\0\0\0\x03\0\0\0\x50");
    exif.extend(b"\0\x03\0\x02\0\0\0\x02E\0\0\0\0\x04\0\x05\0\0\0\x03\0\0\0\x68\0\0\0\0");
    for part in [43_u32, 52, 48, 125, 19, 12] {
        exif.extend([part, 1].map(u32::to_be_bytes).concat());
    }
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
}

fn says(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// Whether a browser takes it for what it is said to be and lets it do nothing.
fn is_sealed(answer: &Answer) -> bool {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let no_sniff = answer.header("x-content-type-options") == Some("nosniff");
    no_sniff && policy.contains("default-src 'none'") && policy.ends_with("; sandbox")
}

#[test]
fn what_is_shown_of_a_photo_does_not_say_where_it_was_taken() {
    let house = House::open(CLEAN);
    let (owner, case, mut client) = house.with_case();
    let photo = with_place(&jpeg());
    let address = send(&mut client, case, house.town.lines[0], "photo.jpg", &photo);
    assert_eq!(client.get(&format!("{address}/view")).status, 404, "nobody has made it yet");
    house.examine();
    let file = world().run(house.portal.cases().get(&owner, case)).unwrap().evidence.remove(0);
    let known = world().run(house.portal.examinations().of([&file])).unwrap();
    assert!(known[&file.digest].claims.place.is_some(), "the original says it");

    for form in ["view", "thumbnail"] {
        let address = format!("{address}/{form}");
        let answer = client.get(&address);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/jpeg")), "{form}");
        assert!(is_sealed(&answer), "{form}");
        assert!(answer.header("content-disposition").unwrap().starts_with("inline; "));
        let tag = format!("\"{}\"", sha256(&answer.body));
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
        assert!(!says(&answer.body, b"Exif") && !says(&answer.body, b"\xff\xe1"), "{form}");
        image::load_from_memory(&answer.body).unwrap();
        assert_eq!(client.send("GET", &address, &[("if-none-match", &tag)], b"").status, 304);
    }
    assert_eq!(client.get(&address).body, photo, "the original is what was sent");
    for none in ["poster", "film", "page-1", "page-x", "original"] {
        assert_eq!(client.get(&format!("{address}/{none}")).status, 404, "{none}");
    }
}

#[test]
fn what_was_made_of_a_file_is_for_those_who_may_see_the_file() {
    let house = House::open(CLEAN);
    let (owner, case, mut client) = house.with_case();
    let address = send(&mut client, case, house.town.lines[0], "photo.jpg", &jpeg());
    house.examine();
    world().run(house.town.restaurant(2));
    let (mut stranger, mut officer) = (house.logged_in("owner2"), house.logged_in("lina"));
    let mut nobody = Client::new(house.address);
    nobody.accept = "*/*";
    for form in ALL {
        let address = format!("{address}{form}");
        let asked = [&mut client, &mut stranger, &mut officer, &mut nobody].map(|one| one.get(&address).status);
        assert_eq!(asked, [200, 404, 404, 401], "{address}");
    }
    world().run(house.town.send(&owner, case));
    for form in ALL {
        let address = format!("{address}{form}");
        let asked = [&mut client, &mut stranger, &mut officer, &mut nobody].map(|one| one.get(&address).status);
        assert_eq!(asked, [200, 404, 200, 401], "{address}");
    }
}

#[test]
fn of_a_file_in_quarantine_nothing_is_given_out_not_even_what_was_made_before() {
    let house = House::open(DOWN);
    let (_, case, mut client) = house.with_case();
    let address = send(&mut client, case, house.town.lines[0], "photo.jpg", &jpeg());
    house.examine();
    let tags = ALL.map(|form| {
        let answer = client.get(&format!("{address}{form}"));
        assert_eq!(answer.status, 200, "{form}");
        answer.header("etag").unwrap().to_owned()
    });
    house.clamd.is(FOUND);
    house.town.clock.pass_minutes(11);
    house.examine();
    for (form, tag) in ALL.into_iter().zip(&tags) {
        let address = format!("{address}{form}");
        let ways: [&[(&str, &str)]; 3] = [&[], &[("range", "bytes=0-9")], &[("if-none-match", tag.as_str())]];
        for headers in ways {
            let answer = client.send("GET", &address, headers, b"");
            assert_eq!(answer.status, 403, "{address} {headers:?}");
            assert!(answer.text().contains("已隔离保存") && answer.header("etag").is_none(), "{}", answer.text());
        }
        assert_eq!(client.send("HEAD", &address, &[], b"").status, 403, "{address}");
    }
}

fn pdf() -> Vec<u8> {
    let objects = [
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n",
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]>>endobj\n",
    ];
    let (mut body, mut places) = ("%PDF-1.4\n".to_owned(), String::new());
    for object in objects {
        places += &format!("{:010} 00000 n \n", body.len());
        body += object;
    }
    let table = body.len();
    body += &format!("xref\n0 4\n0000000000 65535 f \n{places}");
    body += &format!("trailer<</Size 4/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n");
    body.into_bytes()
}

#[test]
fn a_document_is_only_downloaded() {
    let house = House::open(CLEAN);
    let (_, case, line, mut client) = house.with_line(&[EvidenceKind::Document]);
    let bytes = pdf();
    let address = send(&mut client, case, line, "plan.pdf", &bytes);
    house.examine();
    let answer = client.get(&address);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/pdf")));
    assert_eq!(answer.body, bytes);
    assert!(is_sealed(&answer));
    let disposition = answer.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\"plan.pdf\""), "{disposition}");
    assert_eq!(answer.header("etag").unwrap(), format!("\"{}\"", sha256(&bytes)));
    assert_eq!(client.get(&format!("{address}/page-1")).status, 404, "nobody here draws pages");
}

#[test]
fn whoever_reads_a_page_is_told_that_nothing_here_makes_such_a_picture_and_gets_the_original() {
    let house = House::open(CLEAN);
    let (owner, case, line, mut client) = house.with_line(&[EvidenceKind::Document]);
    let bytes = pdf();
    let address = send(&mut client, case, line, "plan.pdf", &bytes);
    house.examine();
    assert_eq!(house.dossier(&owner, case, MediaType::Pdf).no_picture, Some(NoPicture::NoTool));
    world().run(async {
        let cases = house.portal.cases();
        cases.answer(&owner, case, line, Some(case::Answer::Conforms), None).await.unwrap();
        cases.submit(&owner, case, false).await.unwrap();
    });
    let mut officer = house.logged_in("lina");
    let page = officer.get(&format!("/review/{case}?line={line}")).text();
    assert!(page.contains("没有安装制作这类预览的程序"), "{page}");
    assert!(page.contains(&format!("href=\"{address}\"")), "{page}");
    assert_eq!(officer.get(&address).body, bytes);
}

fn boxed(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).unwrap();
    [&length.to_be_bytes(), &name[..], content].concat()
}

/// A film with everything that is looked at, and no pictures.
fn film() -> Vec<u8> {
    let header = [&[0; 12][..], &1000_u32.to_be_bytes(), &2500_u32.to_be_bytes(), &[0; 80]].concat();
    let mut track = vec![0; 40];
    for value in [0x1_0000_u32, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000, 640 << 16, 480 << 16] {
        track.extend(value.to_be_bytes());
    }
    let handler = boxed(*b"hdlr", b"\0\0\0\0\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let described = boxed(*b"stsd", b"\0\0\0\0\0\0\0\x01\0\0\0\x10avc1\0\0\0\0\0\0\0\x01");
    let sizes = boxed(*b"stsz", &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0xf4]);
    let info = boxed(*b"minf", &boxed(*b"stbl", &[described, sizes].concat()));
    let track = boxed(*b"trak", &[boxed(*b"tkhd", &track), boxed(*b"mdia", &[handler, info].concat())].concat());
    let table = boxed(*b"moov", &[boxed(*b"mvhd", &header), track].concat());
    [boxed(*b"ftyp", b"isom\0\0\0\0isommp41"), table, boxed(*b"mdat", &[7; 500])].concat()
}

/// Puts a film that waits for its examiner into the data folder of a portal.
fn with_film(data: &Path, folder: &Path) {
    let (bytes, file) = (film(), folder.join("film.mp4"));
    fs::write(&file, &bytes).unwrap();
    let (digest, size) = (Digest(Sha256::digest(&bytes).into()), ByteCount(bytes.len() as u64));
    let config = Config { data_dir: data.to_owned(), ..Config::default() };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let portal = wiring::open(&config).await.unwrap();
        portal.objects().keep(&file, digest, size).await.unwrap();
        let dossier = Dossier::begin(DossierId(Uuid::new_v4()), digest, size, MediaType::Mp4, portal.now());
        let tx = portal.store().begin().await.unwrap();
        tx.insert(&dossier).await.unwrap();
        tx.commit().await.unwrap();
    });
}

/// A program that is taken for `ffmpeg` and does this.
fn ffmpeg(folder: &Path, script: &str) -> PathBuf {
    let program = folder.join("ffmpeg");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    program
}

/// Asks until there is an answer.
fn awaited<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_portal_that_stops_waits_for_no_film_and_leaves_nobody_at_work() {
    for signal in [Signal::TERM, Signal::KILL] {
        let folder = tempfile::tempdir().unwrap();
        let (data, tools) = (folder.path().join("data"), folder.path().join("tools"));
        with_film(&data, folder.path());
        let begun = folder.path().join("begun");
        fs::create_dir(&tools).unwrap();
        // It is at a film for minutes.
        ffmpeg(&tools, &format!("echo $$ > {}\nexec /bin/sleep 300", begun.display()));

        let mut portal = Process::start_with(&data, &[], &[("PATH", tools.to_str().unwrap())]);
        let told = || fs::read_to_string(&begun).ok()?.strip_suffix('\n')?.parse::<u32>().ok();
        let worker = awaited("nobody begins", told);
        // One that nobody has buried yet has no command any more.
        let works = || fs::read(format!("/proc/{worker}/cmdline")).is_ok_and(|command| !command.is_empty());
        assert!(works());
        let asked = Instant::now();
        kill_process(Pid::from_child(&portal.child), signal).unwrap();
        let status = awaited("the portal goes on", || portal.child.try_wait().unwrap());
        assert_eq!(status.success(), signal == Signal::TERM, "{status}");
        assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
        awaited("somebody is still at work", || (!works()).then_some(()));
    }
}

#[test]
fn a_file_that_brings_its_worker_down_harms_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    // The worker is whoever has started it.
    let ffmpeg = Some(ffmpeg(folder.path(), "kill -ABRT $PPID"));
    let house = House::with(CLEAN, Tools { ffmpeg, ..Tools::default() });
    let (owner, case, line, mut client) = house.with_line(&[EvidenceKind::Photo, EvidenceKind::Video]);
    let film = film();
    let bad = send(&mut client, case, line, "film.mp4", &film);
    let good = send(&mut client, case, line, "photo.jpg", &jpeg());
    for _ in 0..2 {
        house.examine();
    }
    assert_eq!(client.get(&format!("{good}/view")).status, 200, "the one beside it has its picture");
    assert!(!house.is_there_one_to_examine(), "it is not tried again at once");
    house.town.clock.pass_minutes(2);
    house.examine();
    assert_eq!(house.dossier(&owner, case, MediaType::Mp4).no_picture, Some(NoPicture::Crashed));
    assert_eq!(client.get(&bad).body, film, "it is evidence all the same");
    assert_eq!(client.get(&format!("{bad}/poster")).status, 404);
    house.town.clock.pass_minutes(60);
    assert!(!house.is_there_one_to_examine(), "nor is it tried for ever");
}

#[test]
fn a_program_gets_no_more_memory_than_it_may_have() {
    // It uses nothing of it, so that asking costs nothing.
    let wants = "dd if=/dev/null of=/dev/null bs=3500M count=1";
    let given = Command::new("/bin/sh").args(["-c", wants]).output();
    if !given.is_ok_and(|output| output.status.success()) {
        println!("limits of memory are not tested here: nobody is given so much");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let [asked, got] = ["asked", "got"].map(|name| folder.path().join(name));
    let script = format!("echo > {}\n{wants} && echo > {}\nexit 1", asked.display(), got.display());
    let ffmpeg = Some(ffmpeg(folder.path(), &script));
    let house = House::with(CLEAN, Tools { ffmpeg, ..Tools::default() });
    let (owner, case, line, mut client) = house.with_line(&[EvidenceKind::Photo, EvidenceKind::Video]);
    send(&mut client, case, line, "film.mp4", &film());
    house.examine();
    assert!(asked.exists() && !got.exists(), "it was given what it wanted");
    assert!(house.dossier(&owner, case, MediaType::Mp4).no_picture.is_some());
    let good = send(&mut client, case, line, "photo.jpg", &jpeg());
    house.examine();
    assert_eq!(client.get(&format!("{good}/view")).status, 200);
}

/// How much a process may use of something at most, by the name that the kernel has for it; `None` where that is as
/// much as it likes.
fn limit(process: u32, name: &str) -> Option<u64> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    // Up to the second one it may raise the first itself.
    line.split_whitespace().nth(1).unwrap().parse().ok()
}

#[test]
fn a_worker_has_taken_on_its_limits_before_it_opens_a_file() {
    const GIB: u64 = 1024 * 1024 * 1024;
    let folder = tempfile::tempdir().unwrap();
    // Nobody writes to it, so whoever opens it waits.
    let file = folder.path().join("original");
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    for (media, memory, seconds) in
        [(MediaType::Jpeg, GIB, 30), (MediaType::Pdf, 3 * GIB, 2 * 60), (MediaType::Mp4, 3 * GIB, 30 * 60)]
    {
        let job = Job { file: file.clone(), media, into: folder.path().to_owned(), tools: Tools::default() };
        let mut command = Command::new(env!("CARGO_BIN_EXE_wugan"));
        let mut worker = command.arg("derive").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        serde_json::to_writer(worker.stdin.take().unwrap(), &job).unwrap();
        let id = worker.id();
        // It takes on this one last.
        awaited("it takes on no limits", || limit(id, "Max open files").filter(|files| *files < 100));
        for (name, most) in [
            ("Max address space", memory),
            ("Max cpu time", seconds),
            ("Max file size", GIB),
            ("Max core file size", 0),
        ] {
            let found = limit(id, name);
            assert!(found.is_some_and(|found| found <= most), "{media:?}: {name} is {found:?}");
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
}

#[test]
fn a_worker_whose_seconds_are_over_is_ended_and_has_met_a_slow_file() {
    let folder = tempfile::tempdir().unwrap();
    // It works for ever, with the least that a shell can allow itself.
    let script = "ulimit -t 1; while :; do :; done";
    let shop = Shop { program: "/bin/sh".into(), arguments: ["-c", script].map(str::to_owned).into() };
    let (file, into) = (folder.path().join("original"), folder.path().to_owned());
    let job = Job { file, media: MediaType::Jpeg, into, tools: Tools::default() };
    // Nobody here would wait for so long.
    assert_eq!(shop.run_within(&job, Duration::from_hours(1)).unwrap(), Err(NoPicture::TooSlow));
}
