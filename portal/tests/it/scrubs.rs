//! Reading again what is kept, on both databases: what is damaged is named, and what was made of a file is made anew.

use std::path::{Path, PathBuf};

use domain::{evidence::Evidence, ids::Digest};
use portal::{
    Portal,
    evidence::{scan::Scanner, workshop::Workshop},
    objects::Objects,
    services::{
        evidences::Slot,
        logs::{Form, read_checkpoint},
        scrubs::{Damage, LogFault, Pass, ScrubFault},
    },
};
use proof::{entry::Fact, note::Signer};
use tokio::sync::Notify;

use crate::{common::*, originals::read};

/// A portal with its originals in a folder, which draws pictures of them.
struct Shelf {
    portal: Portal,
    folder: tempfile::TempDir,
}

impl Shelf {
    /// With these files, which the town has.
    async fn of(town: &Town, files: &[Evidence]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::folder(&folder.path().join("kept")).unwrap();
        for file in files {
            let here = folder.path().join("here");
            std::fs::write(&here, read(&town.portal, file.digest).await).unwrap();
            objects.keep(&here, file.digest, file.size).await.unwrap();
        }
        Self { portal: town.with_parts(objects, Scanner::default(), Workshop::Here), folder }
    }

    fn at(&self, kind: &str, digest: Digest) -> PathBuf {
        let hex = digest.to_string();
        self.folder.path().join("kept").join(kind).join(&hex[..2]).join(&hex)
    }

    /// Where an original lies.
    fn original(&self, digest: Digest) -> PathBuf {
        self.at("ev", digest)
    }

    /// Where something lies that was made of one.
    fn derived(&self, digest: Digest) -> PathBuf {
        self.at("dv", digest)
    }

    async fn scrub(&self) -> Pass {
        self.portal.scrubs().run(None, &mut |_| {}).await.unwrap()
    }
}

/// One bit of a file is another.
fn turn_a_bit(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes[7] ^= 4;
    std::fs::write(file, bytes).unwrap();
}

fn of_original(digest: Digest, what: Damage) -> ScrubFault {
    ScrubFault { digest, made_of: None, what }
}

#[tokio::test]
async fn originals_are_read_again_and_what_is_damaged_is_named() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let files = town.portal.cases().get(&owner, case).await.unwrap().evidence;
        let digests: std::collections::BTreeSet<_> = files.iter().map(|file| file.digest).collect();
        let scrub = async || town.portal.scrubs().run(None, &mut |_| {}).await.unwrap();
        let pass = scrub().await;
        assert_eq!((pass.files, pass.wrong()), (digests.len() as u64, 0));
        assert_eq!(town.portal.scrubs().last().await.unwrap(), Some(pass));
        // One that is nowhere, and one that is another.
        let missing = Digest([0xee; 32]);
        town.execute(&format!("UPDATE evidence SET digest = '{missing}' WHERE digest = '{}'", files[0].digest)).await;
        let pass = scrub().await;
        assert_eq!(pass.faults, [of_original(missing, Damage::Missing)]);
    })
    .await;
}

#[tokio::test]
async fn an_original_of_which_a_byte_turned_is_named() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let files = town.portal.cases().get(&owner, case).await.unwrap().evidence;
        let shelf = Shelf::of(&town, &files).await;
        let digest = files[0].digest;
        assert_eq!(shelf.scrub().await.faults, []);
        turn_a_bit(&shelf.original(digest));
        assert_eq!(shelf.scrub().await.faults, [of_original(digest, Damage::Changed)]);
        std::fs::remove_file(shelf.original(digest)).unwrap();
        assert_eq!(shelf.scrub().await.faults, [of_original(digest, Damage::Missing)]);
    })
    .await;
}

#[tokio::test]
async fn a_pass_that_was_stopped_goes_on_behind_what_it_has_read() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        for number in 0..6 {
            town.upload(&owner, Slot::Line(case, town.lines[number % 2]), jpeg()).await.unwrap();
        }
        let mut files = town.portal.cases().get(&owner, case).await.unwrap().evidence;
        files.sort_by_key(|file| file.digest.to_string());
        let digests: Vec<Digest> = files.iter().map(|file| file.digest).collect();
        let shelf = Shelf::of(&town, &files).await;
        let changed = |digest| of_original(digest, Damage::Changed);
        // What is found is noted at once.
        turn_a_bit(&shelf.original(digests[2]));
        let (stop, scrubs) = (Notify::new(), shelf.portal.scrubs());
        let mut tell = |pass: &Pass| {
            if pass.files == 3 {
                stop.notify_one();
            }
        };
        let run = scrubs.run(None, &mut tell);
        tokio::select! {
            biased;
            () = stop.notified() => {}
            pass = run => panic!("nobody stopped it: {pass:?}"),
        }
        let so_far = scrubs.last().await.unwrap().unwrap();
        assert_eq!((so_far.files, so_far.after, so_far.ended_at), (3, Some(digests[2]), None));

        // Whoever read the first ones once more would find the one.
        turn_a_bit(&shelf.original(digests[0]));
        turn_a_bit(&shelf.original(digests[4]));
        let mut told = Vec::new();
        let pass = scrubs.run(None, &mut |pass: &Pass| told.push(pass.files)).await.unwrap();
        assert_eq!(told[..3], [4, 5, 6]);
        assert_eq!((pass.files, pass.began_at), (6, so_far.began_at));
        assert_eq!(pass.faults, [changed(digests[2]), changed(digests[4])]);
        let next = shelf.scrub().await;
        assert_eq!(next.faults, [changed(digests[0]), changed(digests[2]), changed(digests[4])]);
    })
    .await;
}

#[tokio::test]
async fn what_was_made_of_a_file_is_read_too_and_made_anew_where_it_is_damaged() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let file = town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap().evidence;
        let shelf = Shelf::of(&town, std::slice::from_ref(&file)).await;
        let examinations = shelf.portal.examinations();
        assert!(examinations.next().await.unwrap());
        let made = examinations.of([&file]).await.unwrap().remove(&file.digest).unwrap().derived;
        let pass = shelf.scrub().await;
        assert_eq!((pass.derived, pass.wrong()), (made.len() as u64, 0));
        assert!(!made.is_empty());

        // Two forms of a small picture may be the same bytes.
        let one = made[0].digest;
        let forms = made.iter().filter(|made| made.digest == one).count();
        for what in [Damage::Changed, Damage::Missing] {
            let at = shelf.derived(one);
            if what == Damage::Changed {
                turn_a_bit(&at);
            } else {
                std::fs::remove_file(at).unwrap();
            }
            let pass = shelf.scrub().await;
            assert_eq!(pass.faults.len(), forms);
            for fault in pass.faults {
                let of = fault.made_of.unwrap();
                assert_eq!((fault.digest, fault.what, of.original), (one, what.clone(), file.digest));
                assert!(of.again, "{what:?}");
            }
            assert!(examinations.next().await.unwrap());
            assert!(!examinations.next().await.unwrap());
            assert_eq!(shelf.scrub().await.faults, [], "{what:?}: it was made anew");
        }
        let derived = |fact: &&Fact| matches!(fact, Fact::Derived { .. });
        assert_eq!(town.facts(&owner, case).await.iter().filter(derived).count(), made.len(), "each is told once");

        // Nor is anything made of what is not what it was: it would go on record as made of the file.
        turn_a_bit(&shelf.original(file.digest));
        turn_a_bit(&shelf.derived(one));
        let pass = shelf.scrub().await;
        assert!(pass.faults.contains(&of_original(file.digest, Damage::Changed)));
        assert!(pass.faults.iter().all(|fault| fault.made_of.as_ref().is_none_or(|of| !of.again)), "{:?}", pass.faults);
        assert!(!examinations.next().await.unwrap());

        // Of what is not there nothing can be made.
        std::fs::remove_file(shelf.original(file.digest)).unwrap();
        std::fs::remove_file(shelf.derived(one)).unwrap();
        let pass = shelf.scrub().await;
        assert_eq!(pass.faults.len(), 1 + forms);
        assert!(pass.faults.iter().all(|fault| fault.made_of.as_ref().is_none_or(|of| !of.again)), "{pass:?}");
        assert!(!examinations.next().await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_leaf_that_is_changed_or_gone_is_found_by_the_checkpoints_around_it() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let file = town.first_file(&owner, case).await;
        let logs = town.portal.logs();
        let mut signed = Vec::new();
        for _ in 0..3 {
            signed.push(logs.checkpoint().await.unwrap());
            logs.opened(&owner, &file, Form::Original).await.unwrap();
        }
        // The last opening is not signed yet.
        let [first, second, third] = [0, 1, 2].map(|at: usize| &signed[at]);
        let all = logs.checkpoints(1000).await.unwrap().len() as u64;
        let scrub = async || town.portal.scrubs().run(None, &mut |_| {}).await.unwrap().log;
        let good = scrub().await;
        assert_eq!((good.leaves, good.checkpoints, good.agreed), (third.size, all, third.size));
        assert_eq!((good.disagreeing, good.faults.len()), (0, 0));

        // The opening between the first two.
        let rewrite = async |from: &str, to: &str| {
            let at = first.size;
            town.execute(&format!("UPDATE log_leaves SET bytes = REPLACE(bytes, '{from}', '{to}') WHERE seq = {at}"))
                .await;
        };
        rewrite("original", "thumbnail").await;
        let bad = scrub().await;
        assert_eq!((bad.agreed, bad.disagreeing), (first.size, 2));
        assert_eq!(bad.faults, [LogFault::Changed { from: first.size, below: second.size }]);
        rewrite("thumbnail", "original").await;
        assert_eq!(scrub().await, good);

        // A checkpoint that says something else of the same leaves.
        let write = async |note: &str| {
            town.execute(&format!("UPDATE log_checkpoints SET note = '{note}' WHERE size = {}", second.size)).await;
        };
        let stranger = Signer::from_seed("wugan", &[9; 32]).unwrap();
        for forged in [
            second.note.replace("time ", "time 1"),
            stranger.note(&read_checkpoint(&second.note).unwrap().text()),
            first.note.clone(),
        ] {
            write(&forged).await;
            let bad = scrub().await;
            assert_eq!((bad.disagreeing, bad.agreed), (1, third.size), "{forged}");
            assert_eq!(bad.faults, [LogFault::Checkpoint { size: second.size }], "{forged}");
        }
        write(&second.note).await;

        // What proofs are made of says something else of leaves that are as they were signed.
        let node = async |hash: &str| {
            town.execute(&format!("UPDATE log_nodes SET hash = {hash} WHERE level = 1 AND idx = 1")).await;
        };
        for (other, back) in [
            ("'x' || hash", "SUBSTR(hash, 2)"),
            ("SUBSTR(hash, 2) || SUBSTR(hash, 1, 1)", "SUBSTR(hash, 64) || SUBSTR(hash, 1, 63)"),
        ] {
            node(other).await;
            let bad = scrub().await;
            assert_eq!((bad.disagreeing, bad.faults), (0, vec![LogFault::Subtrees { from: 2, below: 4 }]));
            node(back).await;
            assert_eq!(scrub().await, good);
        }

        town.execute(&format!("DELETE FROM log_leaves WHERE seq = {}", first.size)).await;
        let bad = scrub().await;
        let gone = LogFault::Missing { from: first.size, below: first.size + 1 };
        assert_eq!(bad.faults, [gone, LogFault::Changed { from: first.size, below: second.size }]);
    })
    .await;
}
