//! Uploads to processes that end in the middle, and to several at once.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    actor::{Actor, Role},
    agency::{Agency, Level},
    ids::{AgencyId, CaseId, LineId},
    region::RegionCode,
};
use futures::TryStreamExt as _;
use portal::{Portal, objects::Objects, store::Page, token::TokenScope};
use rand::{Rng, RngCore as _, SeedableRng, rngs::StdRng};
use server::{
    config::{Config, Secret},
    wiring,
};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::{
    client::{Answer, Client},
    process::{PIECE, Process, TUS, bytes, create, head, offset, patch, path, sender_in, sha256, stall, until_spooled},
    s3,
    town::{self, Town, name, newcomer},
};

/// So many ends of the process come while a file is being sent.
const MOMENTS: u32 = 200;
/// So many come at most: before some of them the last piece has just been taken.
const ENDS: u32 = 400;
const PIECE_SIZE: usize = 64 * 1024;
/// Pieces of a file, about.
const PIECES: usize = 24;
/// With so many left, the next end of the process comes around the last one.
const LAST: usize = 8;

/// Somebody with a round of self-checks that takes many photos.
pub(crate) struct Round {
    owner: Actor,
    bearer: String,
    case: CaseId,
    lines: Vec<LineId>,
}

impl Round {
    pub(crate) async fn begin(portal: &Portal) -> Self {
        let agency = Agency {
            id: AgencyId(Uuid::new_v4()),
            name: name("长春市市场监督管理局"),
            document_mark: name("长市监"),
            level: Level::City,
            region: RegionCode::CHANGCHUN,
            phone: name("0431-12315000"),
        };
        portal.catalogue().add_agency_locally(&agency).await.unwrap();
        let head = Town::hire(portal, agency.id, "head", "刘伟", Role::AgencyHead).await;
        let li_na = Town::hire(portal, agency.id, "lina", "李娜", Role::Officer).await;
        let wang_qiang = Town::hire(portal, agency.id, "wangqiang", "王强", Role::Officer).await;
        // A file takes two ends of the process at least, and a line five files.
        let lines: Vec<LineId> = (0..40).map(|_| LineId(Uuid::new_v4())).collect();
        let item = portal.catalogue().write_draft(&li_na, None, town::content(&lines)).await.unwrap();
        portal.catalogue().publish(&head, item).await.unwrap();
        let (enterprise, owner) = portal.accounts().register(newcomer(1)).await.unwrap();
        portal.enterprises().confirm(&li_na, enterprise).await.unwrap();
        let enrolments = portal.enrolments();
        let enrolment = enrolments.write(&owner, None, agency.id, &[item]).await.unwrap();
        enrolments.submit(&owner, enrolment, None).await.unwrap();
        enrolments.accept(&wang_qiang, enrolment).await.unwrap();
        let case = portal.cases().mine(&owner, Page::ALL).await.unwrap().rows[0].case.id;
        let (_, token) = portal.tokens().create(&owner, name("收银机"), TokenScope::ALL.to_vec()).await.unwrap();
        Self { owner, bearer: format!("Bearer {token}"), case, lines }
    }

    /// Announces a photo; its number says for which line. Its bytes come with that, or later.
    fn announced(&self, client: &mut Client, number: usize, length: usize, bytes: &[u8]) -> Answer {
        let line = self.lines[number % self.lines.len()];
        let pairs = [("filename", "照片.jpg".to_owned()), ("case", self.case.to_string()), ("line", line.to_string())];
        let told: Vec<_> = pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
        let (told, length) = (told.join(","), length.to_string());
        let headers = [
            TUS,
            PIECE,
            ("authorization", self.bearer.as_str()),
            ("upload-length", length.as_str()),
            ("upload-metadata", told.as_str()),
        ];
        let answer = client.send("POST", "/api/v1/uploads", &headers, bytes);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer
    }

    /// Announces a photo of which nothing comes yet; the path of its address.
    fn announce(&self, client: &mut Client, number: usize, bytes: &[u8]) -> String {
        path(&self.announced(client, number, bytes.len(), b""))
    }

    /// Sends a photo with its announcement; the answer to both.
    pub(crate) fn send(&self, client: &mut Client, number: usize, bytes: &[u8]) -> Answer {
        self.announced(client, number, bytes.len(), bytes)
    }

    /// Whether each of these files is evidence, once, with its own bytes, and nothing else is.
    /// When nothing is left to be done, the spool has let go of them.
    async fn has_exactly(&self, portal: &Portal, spool: &Path, mut sent: Vec<String>) {
        portal.uploads().reconcile().await.unwrap();
        assert_eq!(portal.sweeps().run().await.failures, []);
        let files = portal.cases().get(&self.owner, self.case).await.unwrap().evidence;
        let mut there: Vec<String> = files.iter().map(|file| file.digest.to_string()).collect();
        sent.sort_unstable();
        there.sort_unstable();
        assert_eq!(there, sent);
        for file in files {
            let read = portal.evidences().open(file.digest, None).await.unwrap();
            let read = read.try_collect::<Vec<_>>().await.unwrap().concat();
            assert_eq!(sha256(&read), file.digest.to_string());
        }
        let left: Vec<_> = std::fs::read_dir(spool.join("uploads")).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Bytes that are nowhere the same, for many photos.
fn noise(random: &mut StdRng) -> Vec<u8> {
    let mut noise = vec![0; (PIECES + 4) * PIECE_SIZE];
    random.fill_bytes(&mut noise);
    noise
}

/// A photo of about so many pieces, with noise behind its picture; no two have the same at one place.
fn photo(noise: &[u8], number: usize) -> Vec<u8> {
    let mut bytes = town::jpeg();
    let end = bytes.split_off(bytes.len() - 2);
    let mut parts = noise[number * 101 % PIECE_SIZE..].chunks_exact(60_000);
    while bytes.len() < PIECES * PIECE_SIZE {
        // A comment of 60,000 bytes.
        bytes.extend([0xff, 0xfe, 0xea, 0x62]);
        bytes.extend_from_slice(parts.next().unwrap());
    }
    bytes.extend(end);
    bytes
}

/// An upload, how much of it was acknowledged, and its bytes.
struct Sent {
    upload: String,
    acknowledged: usize,
    bytes: Vec<u8>,
}

impl Sent {
    fn begin(client: &mut Client, round: &Round, number: usize, noise: &[u8]) -> Self {
        let bytes = photo(noise, number);
        Self { upload: round.announce(client, number, &bytes), acknowledged: 0, bytes }
    }

    /// How much is there, which is no less than was acknowledged. What is there to its last byte
    /// is evidence.
    fn standing(&self, client: &mut Client, bearer: &str) -> usize {
        let (told, acknowledged) = (head(client, bearer, &self.upload), self.acknowledged);
        let standing = offset(&told);
        assert!(standing >= acknowledged, "{acknowledged} bytes were acknowledged, {standing} are there");
        let whole = standing == self.bytes.len();
        assert_eq!(told.header("wugan-evidence").is_some(), whole, "{standing} of {}", self.bytes.len());
        standing
    }

    /// The rest makes the file whole; its digest.
    fn finish(self, client: &mut Client, bearer: &str) -> String {
        let standing = self.standing(client, bearer);
        if standing < self.bytes.len() {
            let answer = patch(client, bearer, &self.upload, standing, &self.bytes[standing..]);
            assert_eq!(answer.status, 204, "{}", answer.text());
            assert!(answer.header("wugan-evidence").is_some());
        }
        let digest = sha256(&self.bytes);
        assert_eq!(head(client, bearer, &self.upload).header("wugan-sha256"), Some(digest.as_str()));
        digest
    }
}

#[test]
fn what_was_acknowledged_outlives_any_end_of_the_process_and_becomes_evidence_once() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let runtime = Runtime::new().unwrap();
    let round = runtime.block_on(async { Round::begin(&wiring::open(&config).await.unwrap()).await });
    let bearer = round.bearer.clone();
    // Nobody looks into the files: that would take the time of what is tested.
    let variables = [("WUGAN_EXAMINERS", "0"), ("WUGAN_RULES__EVIDENCE__FILES_PER_CASE", "200")];
    let start = || Process::start_with(folder.path(), &[], &variables);
    // The same in every run; the machine makes the moments random enough.
    let mut random = StdRng::seed_from_u64(20_261_123);
    let noise = noise(&mut random);
    let mut process = start();
    let mut sent = Sent::begin(&mut process.client(), &round, 0, &noise);
    let (mut whole, mut ends, mut amid, mut interrupted, mut last) = (Vec::new(), 0, 0, 0, 0);
    let mut was_last = false;
    while amid < MOMENTS {
        assert!(ends < ENDS, "only {amid} of {ends} ends came while a file was being sent");
        ends += 1;
        let mut standing = sent.standing(&mut process.client(), &bearer);
        if was_last || standing == sent.bytes.len() {
            // So that there is always something to interrupt.
            whole.push(sent.finish(&mut process.client(), &bearer));
            sent = Sent::begin(&mut process.client(), &round, whole.len(), &noise);
            standing = 0;
        }
        let left = (sent.bytes.len() - standing).div_ceil(PIECE_SIZE);
        was_last = left <= LAST;
        // The object store gets the file a moment after its last piece.
        let (most, longest) = if was_last { (left, 80) } else { (4, 12) };
        let (pieces, later) = (random.random_range(0..=most), random.random_range(0..longest));
        let (acknowledged, hit) =
            end_amid(&mut process, &bearer, &sent, standing, pieces, Duration::from_millis(later));
        sent.acknowledged = acknowledged;
        amid += u32::from(hit);
        interrupted += u32::from(acknowledged > standing);
        last += u32::from(was_last);
        drop(process);
        process = start();
    }
    whole.push(sent.finish(&mut process.client(), &bearer));
    drop(process);
    // Otherwise nothing was tested.
    let files = whole.len();
    assert!(interrupted > MOMENTS / 4, "only {interrupted} ends came while something was acknowledged; {files} files");
    assert!(last > MOMENTS / 20, "only {last} ends came around a last piece; {files} files");
    runtime.block_on(async {
        let portal = wiring::open(&config).await.unwrap();
        round.has_exactly(&portal, &config.spool(), whole).await;
    });
}

/// Sends piece after piece from where a file stands until the process is killed: when so many were acknowledged, and
/// so much later. How much was acknowledged by then, and whether the process ended while the file was being sent.
fn end_amid(
    process: &mut Process,
    bearer: &str,
    sent: &Sent,
    standing: usize,
    pieces: usize,
    later: Duration,
) -> (usize, bool) {
    let (address, wanted) = (process.address, standing + pieces * PIECE_SIZE);
    let reached = AtomicUsize::new(standing);
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let mut at = standing;
            while let Some(acknowledged) = try_patch(address, bearer, &sent.upload, at, &sent.bytes, PIECE_SIZE) {
                at = acknowledged;
                reached.store(at, Ordering::SeqCst);
            }
            at
        });
        while reached.load(Ordering::SeqCst) < wanted && !sending.is_finished() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(later);
        let is_sending = !sending.is_finished();
        process.child.kill().unwrap();
        let acknowledged = sending.join().unwrap();
        (acknowledged, is_sending && acknowledged < sent.bytes.len())
    })
}

/// Sends a piece to a server that may end at any moment: what it acknowledged, if it did.
fn try_patch(address: SocketAddr, bearer: &str, upload: &str, at: usize, bytes: &[u8], size: usize) -> Option<usize> {
    let piece = bytes.get(at..(at + size).min(bytes.len())).filter(|piece| !piece.is_empty())?;
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_mins(1))).ok()?;
    let head = format!(
        "PATCH {upload} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ntus-resumable: 1.0.0\r\nauthorization: {bearer}\r\n\
         content-type: application/offset+octet-stream\r\nupload-offset: {at}\r\ncontent-length: {}\r\n\r\n",
        piece.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(piece).ok()?;
    let mut answer = String::new();
    let heard = stream.read_to_string(&mut answer);
    if answer.starts_with("HTTP/1.1 204") {
        return Some(at + piece.len());
    }
    // It may end without a word, and in no other way is a piece left unanswered or refused.
    let silent = heard.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(!silent && (heard.is_err() || answer.is_empty()), "a piece at {at} was not taken: {answer}");
    None
}

#[test]
fn another_server_goes_on_where_one_was_and_the_first_counts_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let bearer = format!("Bearer {}", sender_in(folder.path()));
    let (one, two) = (Process::start(folder.path()), Process::start(folder.path()));
    let bytes = bytes(300_000);
    let upload = create(&mut one.client(), &bearer, bytes.len());
    hand_over(one, &two, &folder.path().join("spool"), &bearer, &upload, &bytes);
}

#[test]
fn an_upload_that_was_ended_at_one_server_takes_nothing_at_another() {
    let folder = tempfile::tempdir().unwrap();
    let bearer = format!("Bearer {}", sender_in(folder.path()));
    let (one, two) = (Process::start(folder.path()), Process::start(folder.path()));
    let (mut first, mut second) = (one.client(), two.client());
    let upload = create(&mut first, &bearer, 1000);
    assert_eq!(patch(&mut first, &bearer, &upload, 0, &[7; 500]).status, 204);
    let who = [TUS, ("authorization", bearer.as_str())];
    assert_eq!(second.send("DELETE", &upload, &who, b"").status, 204);
    // The first has it in its hands, and finds out at the disk.
    let late = patch(&mut first, &bearer, &upload, 500, &[7; 500]);
    assert!([410, 423].contains(&late.status), "{}: {}", late.status, late.text());
    for client in [&mut first, &mut second] {
        assert_eq!(patch(client, &bearer, &upload, 500, &[7; 500]).status, 410);
        for method in ["HEAD", "DELETE"] {
            assert_eq!(client.send(method, &upload, &who, b"").status, 410, "{method}");
        }
    }
}

/// An empty database on PostgreSQL; `None`, which is said, where the environment names none.
fn postgres(runtime: &Runtime) -> Option<String> {
    if std::env::var("WUGAN_TEST_POSTGRES").is_err() {
        println!("PostgreSQL is not tested here: WUGAN_TEST_POSTGRES is not set");
        return None;
    }
    Some(runtime.block_on(town::fresh_postgres()))
}

#[test]
fn two_servers_on_postgresql_share_a_spool_and_its_uploads() {
    let runtime = Runtime::new().unwrap();
    let Some(database) = postgres(&runtime) else { return };
    outlive_their_servers(&runtime, &Cluster::on(Some(database), None));
}

#[test]
fn servers_that_share_a_spool_bring_to_s3_what_others_have_received() {
    let Some(endpoint) = s3::endpoint() else { return };
    let runtime = Runtime::new().unwrap();
    let database = postgres(&runtime);
    outlive_their_servers(&runtime, &Cluster::on(database, Some(&endpoint)));
}

#[test]
fn what_everybody_asks_for_and_sends_at_two_servers_is_whole_in_the_end_and_evidence_once() {
    let runtime = Runtime::new().unwrap();
    let databases = [None].into_iter().chain(postgres(&runtime).map(Some));
    for database in databases {
        let cluster = Cluster::on(database, None);
        let round = runtime.block_on(async { Round::begin(&cluster.portal().await).await });
        let [one, two] = ["one", "two"].map(|name| cluster.start(name));
        let bytes = photo(&noise(&mut StdRng::seed_from_u64(7)), 0);
        let upload = round.announce(&mut one.client(), 0, &bytes);
        storm([&one, &two], &round.bearer, &upload, &bytes);
        drop((one, two));
        let (spool, sent) = (&cluster.config.spool_dir, vec![sha256(&bytes)]);
        runtime.block_on(async { round.has_exactly(&cluster.portal().await, spool, sent).await });
    }
}

/// Servers that share a database, a spool and a place for originals; each has a folder of its own beside that.
struct Cluster {
    folder: tempfile::TempDir,
    /// How one comes from here to what they share.
    config: Config,
    objects: Objects,
    /// How they do.
    variables: Vec<(&'static str, String)>,
}

impl Cluster {
    /// With this database, or an SQLite; with originals on this S3 server, or in a folder.
    fn on(database: Option<String>, endpoint: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| -> PathBuf { folder.path().join(name) };
        let database = database.unwrap_or_else(|| format!("sqlite:{}", at("shared.sqlite").display()));
        let (spool, key) = (at("spool"), "07".repeat(32));
        let (objects, originals) = match endpoint {
            Some(endpoint) => (Objects::s3_by(s3::bucket(endpoint)).unwrap(), "s3://wugan".to_owned()),
            None => (Objects::folder(&at("objects")).unwrap(), format!("file://{}", at("objects").display())),
        };
        let config = Config {
            data_dir: at("here"),
            spool_dir: spool.clone(),
            database_url: Secret::new(&database),
            signing_key: Secret::new(&key),
            ..Config::default()
        };
        let mut variables = vec![
            ("WUGAN_DATABASE_URL", database),
            ("WUGAN_SPOOL_DIR", spool.display().to_string()),
            ("WUGAN_OBJECTS_URL", originals),
            ("WUGAN_SIGNING_KEY", key),
            ("WUGAN_EXAMINERS", "0".to_owned()),
        ];
        if let Some(endpoint) = endpoint {
            variables.extend([
                ("AWS_ENDPOINT", endpoint.to_owned()),
                ("AWS_ALLOW_HTTP", "true".to_owned()),
                ("AWS_REGION", "us-east-1".to_owned()),
                ("AWS_ACCESS_KEY_ID", "test".to_owned()),
                ("AWS_SECRET_ACCESS_KEY", "testtest".to_owned()),
            ]);
        }
        Self { folder, config, objects, variables }
    }

    async fn portal(&self) -> Portal {
        let store = wiring::store(&self.config).await.unwrap();
        store.migrate().await.unwrap();
        wiring::portal(&self.config, store, self.objects.clone()).unwrap()
    }

    fn start(&self, name: &str) -> Process {
        let own = self.folder.path().join(name);
        std::fs::create_dir(&own).unwrap();
        let variables: Vec<_> = self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Process::start_with(&own, &[], &variables)
    }
}

/// Uploads whose servers end, one after another: what is there is told truthfully by the others, and finished there.
fn outlive_their_servers(runtime: &Runtime, cluster: &Cluster) {
    let round = runtime.block_on(async { Round::begin(&cluster.portal().await).await });
    let noise = noise(&mut StdRng::seed_from_u64(7));
    let mut sent = Vec::new();
    let mut begin = |server: &Process| {
        let bytes = photo(&noise, sent.len());
        let upload = round.announce(&mut server.client(), sent.len(), &bytes);
        sent.push(sha256(&bytes));
        (upload, bytes)
    };
    let [one, two, three] = ["one", "two", "three"].map(|name| cluster.start(name));
    let (upload, bytes) = begin(&one);
    hand_over(one, &two, &cluster.config.spool_dir, &round.bearer, &upload, &bytes);
    // The one that goes on ends as well, in the middle of a piece; a third finishes.
    let (upload, bytes) = begin(&two);
    assert_eq!(patch(&mut two.client(), &round.bearer, &upload, 0, &bytes[..150_000]).status, 204);
    let left = bytes.len() - 150_000;
    let silent = stall(&two.client(), &round.bearer, &upload, 150_000, left, &bytes[150_000..200_000]);
    std::thread::sleep(Duration::from_millis(300));
    drop((two, silent));
    let mut third = three.client();
    let standing = offset(&head(&mut third, &round.bearer, &upload));
    assert!((150_000..=200_000).contains(&standing), "{standing}");
    assert_eq!(patch(&mut third, &round.bearer, &upload, standing, &bytes[standing..]).status, 204);
    assert_eq!(head(&mut third, &round.bearer, &upload).header("wugan-sha256"), Some(sha256(&bytes).as_str()));
    // It ends before the object store can have that one. Whoever starts next sees to it.
    drop(three);
    let [four, five] = ["four", "five"].map(|name| cluster.start(name));
    assert!(head(&mut four.client(), &round.bearer, &upload).header("wugan-evidence").is_some());
    let (upload, bytes) = begin(&four);
    storm([&four, &five], &round.bearer, &upload, &bytes);
    let spool = &cluster.config.spool_dir;
    let end = Instant::now() + Duration::from_secs(30);
    while std::fs::read_dir(spool.join("uploads")).unwrap().next().is_some() {
        assert!(Instant::now() < end, "the object store never gets everything");
        std::thread::sleep(Duration::from_millis(50));
    }
    drop((four, five));
    runtime.block_on(async { round.has_exactly(&cluster.portal().await, spool, sent).await });
}

/// An upload begun at one server is finished at another, while the first is still in the
/// middle of a piece.
fn hand_over(one: Process, two: &Process, spool: &Path, bearer: &str, upload: &str, bytes: &[u8]) {
    let (mut first, mut second) = (one.client(), two.client());
    assert_eq!(patch(&mut first, bearer, upload, 0, &bytes[..100_000]).status, 204);
    // The first is in the middle of a piece when the phone reaches the second.
    let left = bytes.len() - 100_000;
    let mut silent = stall(&first, bearer, upload, 100_000, left, &bytes[100_000..150_000]);
    until_spooled(spool, upload, 150_000);
    assert_eq!(offset(&head(&mut second, bearer, upload)), 150_000);
    // From the question on nothing that still comes to the first counts, however long it has to say so.
    silent.write_all(&vec![0; 50_000]).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(offset(&head(&mut second, bearer, upload)), 150_000);
    assert_eq!(patch(&mut second, bearer, upload, 150_000, &bytes[150_000..200_000]).status, 204);
    // Whoever sent it there hears so, though every byte has come that was announced.
    let _ = silent.write_all(&vec![0; left - 100_000]);
    let overtaken = first.read(silent);
    assert_eq!(overtaken.status, 423, "{}", overtaken.text());
    assert_eq!(offset(&head(&mut second, bearer, upload)), 200_000);
    // Nor does it say that it took something, when the phone comes back to it.
    assert_eq!(patch(&mut first, bearer, upload, 150_000, &bytes[150_000..]).status, 409);
    drop(one);
    assert_eq!(offset(&head(&mut second, bearer, upload)), 200_000);
    assert_eq!(patch(&mut second, bearer, upload, 200_000, &bytes[200_000..]).status, 204);
    assert_eq!(head(&mut second, bearer, upload).header("wugan-sha256"), Some(sha256(bytes).as_str()));
}

/// Several people ask where an upload stands and send the next piece, at two servers at once. What was acknowledged
/// by either counts from then on at both.
fn storm(servers: [&Process; 2], bearer: &str, upload: &str, bytes: &[u8]) {
    let acknowledged = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (mut client, acknowledged) = (servers[number % 2].client(), &acknowledged);
            scope.spawn(move || {
                for _ in 0..40 {
                    let known = acknowledged.load(Ordering::SeqCst);
                    let told = client.send("HEAD", upload, &[TUS, ("authorization", bearer)], b"");
                    if told.status == 423 {
                        // Somebody was faster, or is at the disk.
                        continue;
                    }
                    assert_eq!(told.status, 200);
                    let at = offset(&told);
                    assert!(at >= known, "{known} bytes were acknowledged, {at} are there");
                    if at == bytes.len() {
                        break;
                    }
                    let end = (at + PIECE_SIZE).min(bytes.len());
                    let answer = patch(&mut client, bearer, upload, at, &bytes[at..end]);
                    if answer.status == 204 {
                        assert_eq!(offset(&answer), end);
                        acknowledged.fetch_max(end, Ordering::SeqCst);
                    } else {
                        let overtaken = [403, 409, 423, 429].contains(&answer.status);
                        assert!(overtaken, "{}: {}", answer.status, answer.text());
                    }
                }
            });
        }
    });
    let mut client = servers[0].client();
    let standing = offset(&head(&mut client, bearer, upload));
    assert!(standing > 0 && standing >= acknowledged.into_inner(), "{standing}");
    if standing < bytes.len() {
        assert_eq!(patch(&mut client, bearer, upload, standing, &bytes[standing..]).status, 204);
    }
    for server in servers {
        let told = head(&mut server.client(), bearer, upload);
        assert_eq!(told.header("wugan-sha256"), Some(sha256(bytes).as_str()));
    }
}
