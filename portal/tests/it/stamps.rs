//! Outside timestamps and second digests on both databases, with an authority that is made
//! on the spot with `openssl ts`.

use std::{
    fs,
    io::Cursor,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::case::{LineVerdict, OnSiteReason, Outcome};
use futures::TryStreamExt as _;
use portal::{
    Portal,
    evidence::authority::Authority,
    services::{
        bundles::{Contents, Pages},
        evidences::Slot,
        second_digests::Computed,
        stamps::Asked,
    },
};
use proof::{
    Hash,
    bundle::{self, Report, Trust},
    entry::{Entry, Fact},
    stamp,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::common::*;

const CONFIG: &str = "
[tsa]
default_tsa = own
[own]
serial = serial
signer_cert = tsa.crt
signer_key = tsa.key
certs = ca.crt
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
tsa_name = yes
ess_cert_id_alg = sha256
[extensions]
extendedKeyUsage = critical,timeStamping
";

fn openssl(folder: &Path, arguments: &str) -> bool {
    let output = Command::new("openssl").current_dir(folder).args(arguments.split_whitespace()).output().unwrap();
    output.status.success()
}

/// How the authority behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Good,
    /// Refuses to take connections further.
    Down,
    /// Takes the question and says nothing.
    Silent,
    /// Answers another question.
    Nonce,
    /// Stamps something else.
    Imprint,
    /// Takes no such digests.
    Refusing,
}

struct Tsa {
    folder: tempfile::TempDir,
    url: String,
    mood: Arc<Mutex<Mood>>,
    asked: Arc<Mutex<u32>>,
}

impl Tsa {
    async fn start() -> Self {
        // Whoever runs several tests in one process may have done so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        fs::write(at.join("tsa.cnf"), CONFIG).unwrap();
        fs::write(at.join("strict.cnf"), CONFIG.replace("digests = sha256", "digests = sha512")).unwrap();
        fs::write(at.join("serial"), "01\n").unwrap();
        let new = "-newkey rsa:2048 -nodes -sha256";
        assert!(openssl(at, &format!("req -x509 {new} -keyout ca.key -out ca.crt -days 2 -subj /CN=root")));
        assert!(openssl(at, &format!("req -new {new} -keyout tsa.key -out tsa.csr -subj /CN=tsa")));
        let signed = "-CAcreateserial -days 1 -extfile tsa.cnf -extensions extensions -out tsa.crt";
        assert!(openssl(at, &format!("x509 -req -in tsa.csr -CA ca.crt -CAkey ca.key {signed}")));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let (mood, asked) = (Arc::new(Mutex::new(Mood::Good)), Arc::new(Mutex::new(0)));
        tokio::spawn(serve(listener, at.to_owned(), mood.clone(), asked.clone()));
        Self { folder, url, mood, asked }
    }

    fn authority(&self) -> Authority {
        Authority::with_limits(&self.url, Duration::from_secs(1), Duration::from_secs(2)).unwrap()
    }

    fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
}

async fn serve(listener: TcpListener, folder: std::path::PathBuf, mood: Arc<Mutex<Mood>>, asked: Arc<Mutex<u32>>) {
    let mut silent = Vec::new();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mood = *mood.lock().unwrap();
        *asked.lock().unwrap() += 1;
        if mood == Mood::Down {
            continue;
        }
        let mut read = Vec::new();
        let body = loop {
            stream.read_buf(&mut read).await.unwrap();
            let text = String::from_utf8_lossy(&read).to_ascii_lowercase();
            let Some(head) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let length: usize =
                text.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
            assert!(text.contains("content-type: application/timestamp-query"));
            if read.len() >= head + 4 + length {
                break read[head + 4..].to_vec();
            }
        };
        if mood == Mood::Silent {
            silent.push(stream);
            continue;
        }
        let question = match mood {
            Mood::Nonce => stamp::request(Hash(body[24..56].try_into().unwrap()), 7).unwrap(),
            Mood::Imprint => stamp::request(Hash::of("else"), 7).unwrap(),
            _ => body,
        };
        fs::write(folder.join("q.tsq"), question).unwrap();
        let config = if mood == Mood::Refusing { "strict.cnf" } else { "tsa.cnf" };
        assert!(openssl(&folder, &format!("ts -reply -config {config} -queryfile q.tsq -out a.tsr")));
        let answer = fs::read(folder.join("a.tsr")).unwrap();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            answer.len()
        );
        stream.write_all(&[head.as_bytes(), &answer].concat()).await.unwrap();
    }
}

async fn written(portal: &Portal, contents: &Contents) -> Vec<u8> {
    let (portal, contents) = (portal.clone(), contents.clone());
    let write = move || {
        let mut out = Vec::new();
        portal.bundles().write(&contents, &Pages::default(), &mut out).unwrap();
        out
    };
    tokio::task::spawn_blocking(write).await.unwrap()
}

fn check(bytes: &[u8]) -> Report {
    bundle::verify(Cursor::new(bytes), None, &mut |_, _| {})
}

fn failure(asked: &Asked) -> &str {
    let Asked::Failed { why, .. } = asked else { panic!("{asked:?}") };
    why
}

#[tokio::test]
async fn a_decision_is_stamped_at_once_and_the_stamp_goes_with_the_case() {
    on_each(async |db| {
        let (town, tsa) = (Town::on(db).await, Tsa::start().await);
        let (stamps, authority) = (town.portal.stamps(), tsa.authority());
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        assert!(stamps.queue(60).await.unwrap(), "the first time there is nothing to wait for");
        assert!(matches!(stamps.ask(&authority).await.unwrap(), Asked::Held { .. }));
        assert_eq!(stamps.ask(&authority).await.unwrap(), Asked::Nothing);
        town.send(&owner, case).await;
        assert!(!stamps.queue(60).await.unwrap(), "an hour is not over and nothing was decided");
        town.review(case, LineVerdict::Accepted).await;
        town.decide(case, Outcome::NoIssue).await;
        assert!(stamps.queue(60).await.unwrap());
        assert!(!stamps.queue(60).await.unwrap(), "once for a decision");
        let Asked::Held { size, stamp } = stamps.ask(&authority).await.unwrap() else { panic!() };
        assert_eq!((stamp.policy.as_str(), *tsa.asked.lock().unwrap()), ("1.2.3.4.1", 2));

        let contents = town.portal.bundles().contents(&owner, case).await.unwrap();
        let bytes = written(&town.portal, &contents).await;
        let report = check(&bytes);
        assert_eq!(report.problems, []);
        assert_eq!(report.trust, Trust::Carried);
        assert_eq!(report.stamps.iter().map(|stamped| stamped.size).collect::<Vec<_>>(), [size]);
        assert_eq!(report.stamps[0].at, stamp.at);
        let held = &contents.stamps[0].0;
        assert_eq!((held.authority.as_str(), held.size), ("127.0.0.1", size));

        // The authority's signature, also when its certificates have long run out.
        let at = tsa.folder.path();
        fs::write(at.join("c.txt"), &held.note).unwrap();
        fs::write(at.join("c.tsr"), &held.answer).unwrap();
        let verify =
            |when: i64| openssl(at, &format!("ts -verify -data c.txt -in c.tsr -CAfile ca.crt -attime {when}"));
        assert!(verify(stamp.at) && !verify(stamp.at + 10 * 365 * 86_400));
        fs::write(at.join("c.txt"), held.note.replace("time ", "time 1")).unwrap();
        assert!(!verify(stamp.at));
    })
    .await;
}

#[tokio::test]
async fn an_authority_that_is_down_is_asked_again_and_holds_nobody_up() {
    on_each(async |db| {
        let (town, tsa) = (Town::on(db).await, Tsa::start().await);
        let (stamps, authority) = (town.portal.stamps(), tsa.authority());
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let upload = async || town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await;
        upload().await.unwrap();
        assert!(stamps.queue(60).await.unwrap());
        tsa.is(Mood::Silent);
        let (asked, received) = tokio::join!(stamps.ask(&authority), async {
            let began = std::time::Instant::now();
            upload().await.unwrap();
            began.elapsed()
        });
        assert!(failure(&asked.unwrap()).contains("cannot be reached"));
        assert!(received < Duration::from_secs(2), "{received:?}");
        assert_eq!(stamps.ask(&authority).await.unwrap(), Asked::Nothing, "not again at once");
        for (minutes, mood, why) in [
            (1, Mood::Down, "cannot be reached"),
            (2, Mood::Refusing, "refused with status 2"),
            (4, Mood::Imprint, "about something else"),
            (8, Mood::Nonce, "answers another request"),
        ] {
            tsa.is(mood);
            town.clock.pass_minutes(minutes);
            town.upload(&owner, Slot::Line(case, town.lines[1]), jpeg()).await.unwrap();
            let asked = stamps.ask(&authority).await.unwrap();
            assert!(failure(&asked).contains(why), "{mood:?}: {asked:?}");
            assert_eq!(stamps.latest(9).await.unwrap(), []);
        }
        // What was added meanwhile takes the place of what waits, and waits no less long.
        town.clock.pass_minutes(15);
        stamps.queue(10).await.unwrap();
        tsa.is(Mood::Good);
        assert_eq!(stamps.ask(&authority).await.unwrap(), Asked::Nothing);
        town.clock.pass_minutes(1);
        let Asked::Held { size, .. } = stamps.ask(&authority).await.unwrap() else { panic!() };
        let latest = stamps.latest(9).await.unwrap();
        assert_eq!((latest.len(), latest[0].size), (1, size));
        assert_eq!(size, town.portal.logs().checkpoint().await.unwrap().size, "the queue is empty");
    })
    .await;
}

#[tokio::test]
async fn two_servers_ask_once() {
    on_each(async |db| {
        let (town, tsa) = (Town::on(db).await, Tsa::start().await);
        let (stamps, authority) = (town.portal.stamps(), tsa.authority());
        stamps.queue(60).await.unwrap();
        let asked = futures::future::join_all((0..6).map(|_| stamps.ask(&authority))).await;
        let held = asked.into_iter().filter(|asked| matches!(asked, Ok(Asked::Held { .. }))).count();
        assert_eq!((held, *tsa.asked.lock().unwrap()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn every_file_gets_its_second_digest_and_openssl_says_the_same() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        let file = town.portal.cases().get(&owner, case).await.unwrap().evidence.remove(0);
        let before = town.portal.logs().receipt(&owner, file.id).await.unwrap().1;
        assert_eq!(before.body.sm3, None);
        let digests = town.portal.second_digests();
        while digests.next(None).await.unwrap() != Computed::Nothing {}

        let original = town.portal.evidences().open(file.digest, None).await.unwrap();
        let original = original.try_collect::<Vec<_>>().await.unwrap().concat();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("f"), &original).unwrap();
        let output = Command::new("openssl").current_dir(folder.path()).args(["dgst", "-sm3", "-r", "f"]).output();
        let told = String::from_utf8(output.unwrap().stdout).unwrap();
        let receipt = town.portal.logs().receipt(&owner, file.id).await.unwrap().1;
        assert_eq!(receipt.body.sm3.as_deref(), told.split(' ').next());
        receipt.verify(&town.portal.logs().keys().await.unwrap()).unwrap();

        let contents = town.portal.bundles().contents(&owner, case).await.unwrap();
        let facts = contents.leaves.iter().map(|line| Entry::parse(line.leaf.as_bytes()).unwrap().fact);
        let noted = facts.filter(|fact| matches!(fact, Fact::Sm3 { .. })).count();
        assert_eq!(noted, contents.files.len());
        let report = check(&written(&town.portal, &contents).await);
        assert_eq!(report.problems, []);
        assert!(report.received.iter().all(|file| file.sm3.is_some()));
        // Another digest in its place shows.
        let mut forged = contents.clone();
        forged.listed[0].sm3 = Some("0".repeat(64));
        assert!(!check(&written(&town.portal, &forged).await).ok);
    })
    .await;
}

#[tokio::test]
async fn what_ends_a_case_on_the_spot_or_a_rectification_is_on_record() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let outcomes = async |case| {
            let contents = town.portal.bundles().contents(&owner, case).await.unwrap();
            let facts = contents.leaves.iter().map(|line| Entry::parse(line.leaf.as_bytes()).unwrap().fact);
            let outcome = |fact| match fact {
                Fact::Decided { outcome, accounts, .. } => Some((outcome, accounts.len())),
                _ => None,
            };
            facts.filter_map(outcome).collect::<Vec<_>>()
        };
        town.enrol(&owner).await;
        let case = town.decided(&owner, Outcome::OrderToCorrect).await;
        for finding in town.portal.cases().get(&owner, case).await.unwrap().findings {
            town.put_right(&owner, finding.id).await;
            town.portal.findings().verify(&town.li_na, finding.id).await.unwrap();
        }
        let told = outcomes(case).await;
        assert_eq!(told[0], ("order_to_correct".to_owned(), 2));
        assert!(told.len() > 1 && told[1..].iter().all(|one| *one == ("rectified".to_owned(), 1)), "{told:?}");

        let other = town.restaurant(2).await;
        town.enrol(&other).await;
        let case = town.covered(&other).await;
        town.send(&other, case).await;
        town.portal.reviews().take(&town.li_na, case).await.unwrap();
        let why = OnSiteReason::EnterpriseAsked;
        town.portal.reviews().propose_on_site(&town.li_na, case, why, note("现场核实")).await.unwrap();
        town.portal.reviews().approve_on_site(&town.head, case).await.unwrap();
        let contents = town.portal.bundles().contents(&other, case).await.unwrap();
        let on_site = contents.leaves.iter().filter(|line| line.leaf.contains(r#""outcome":"on_site""#)).count();
        assert_eq!(on_site, 1);
    })
    .await;
}
