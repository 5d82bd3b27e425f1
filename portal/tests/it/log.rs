//! The log of evidence on both databases: every fact is a leaf, receipts and bundles hold,
//! and what is changed behind the portal's back shows.

use std::{io::Cursor, sync::Arc};

use domain::{
    actor::Actor,
    case::{LineVerdict, Outcome},
    evidence::Evidence,
    examination::DerivedForm,
    ids::CaseId,
    time::Timestamp,
};
use futures::TryStreamExt as _;
use portal::{
    Error, Portal,
    objects::Objects,
    services::{
        bundles::{Contents, Pages, document_path},
        evidences::Slot,
        logs::{Form, read_checkpoint},
        scrubs::{Damage, ScrubFault},
    },
    store::Signed,
};
use proof::{
    bundle::{self, Report},
    entry::{Entry, Fact},
    note::{Checkpoint, KeyRing, Note, Signer},
};
use sea_orm::ConnectionTrait;

use crate::common::*;

async fn written(portal: &Portal, contents: &Contents) -> Vec<u8> {
    let (portal, contents) = (portal.clone(), contents.clone());
    let write = move || {
        let mut out = Vec::new();
        let pages = Pages { index: "<p>".to_owned(), documents: vec!["<p>".to_owned(); contents.documents.len()] };
        portal.bundles().write(&contents, &pages, &mut out).unwrap();
        out
    };
    tokio::task::spawn_blocking(write).await.unwrap()
}

fn check(bytes: &[u8], keys: &KeyRing) -> Report {
    bundle::verify(Cursor::new(bytes), Some(keys), &mut |_, _| {})
}

fn facts(contents: &Contents) -> Vec<Fact> {
    contents.leaves.iter().map(|line| Entry::parse(line.leaf.as_bytes()).unwrap().fact).collect()
}

impl Town {
    /// A case that went through everything.
    async fn settled(&self, owner: &Actor) -> CaseId {
        let case = self.enrol(owner).await;
        self.send(owner, case).await;
        self.review(case, LineVerdict::Accepted).await;
        self.decide(case, Outcome::NoIssue).await;
        case
    }

    async fn first_file(&self, actor: &Actor, case: CaseId) -> Evidence {
        self.portal.cases().get(actor, case).await.unwrap().evidence.remove(0)
    }
}

#[tokio::test]
async fn a_case_can_be_taken_along_and_checked_by_itself() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let contents = town.portal.bundles().contents(&owner, case).await.unwrap();
        let bytes = written(&town.portal, &contents).await;
        let keys = town.portal.logs().keys().await.unwrap();
        let report = check(&bytes, &keys);
        assert_eq!(report.problems, []);
        assert!(report.ok && report.received.len() == contents.files.len() && !contents.files.is_empty());
        assert_eq!(report.received[0].received_at, Some(contents.files[0].received_at.0));
        assert_eq!(contents.documents.len(), 1);
        for extension in ["json", "html"] {
            let path = document_path(&contents.documents[0], extension);
            assert!(bytes.windows(path.len()).any(|window| window == path.as_bytes()), "{path}");
        }

        let facts = facts(&contents);
        let count = |wanted: fn(&Fact) -> bool| facts.iter().filter(|fact| wanted(fact)).count();
        let files = contents.files.len();
        assert_eq!(count(|fact| matches!(fact, Fact::Received { .. })), files);
        assert_eq!(count(|fact| matches!(fact, Fact::Submitted { round: Some(1), .. })), 1);
        assert_eq!(count(|fact| matches!(fact, Fact::Decided { accounts, .. } if accounts.len() == 2)), 1);
        assert_eq!(count(|fact| matches!(fact, Fact::Accessed { what, .. } if what == "bundle")), files);
        assert_eq!(count(|fact| matches!(fact, Fact::Issued { .. })), 1);
        assert_eq!((report.case, report.absent), (Some(case.to_string()), vec![]));

        // A stranger's keys prove nothing, and another bundle later says the same of the same files.
        let stranger = Signer::from_seed("wugan", &[9; 32]).unwrap().public();
        let theirs = KeyRing { keys: vec![proof::note::RingKey { key: stranger, since: 0, until: None }] };
        assert!(!check(&bytes, &theirs).ok);
        let later = town.portal.bundles().contents(&owner, case).await.unwrap();
        assert_eq!(later.receipts, contents.receipts);
        assert!(later.leaves.len() > contents.leaves.len());
    })
    .await;
}

#[tokio::test]
async fn a_receipt_is_for_those_who_may_see_the_file() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (owner, other) = (town.restaurant(1).await, town.restaurant(2).await);
        let case = town.enrol(&owner).await;
        town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap();
        let file = town.first_file(&owner, case).await;
        let (_, receipt) = town.portal.logs().receipt(&owner, file.id).await.unwrap();
        let keys = town.portal.logs().keys().await.unwrap();
        let verified = receipt.verify(&keys).unwrap();
        assert_eq!(verified.checkpoint.at, town.portal.now().0);
        for stranger in [&other, &town.li_na] {
            let found = town.portal.logs().receipt(stranger, file.id).await;
            assert!(matches!(found, Err(Error::NotFound | Error::Denied(_))), "{found:?}");
        }
        // What the enterprise did before it sent the round is its own.
        town.portal.logs().opened(&owner, &file, Form::Original).await.unwrap();
        let theirs = town.portal.bundles().contents(&town.li_na, case).await.unwrap();
        assert_eq!((theirs.files.len(), facts(&theirs)), (0, Vec::new()));
        let bytes = written(&town.portal, &theirs).await;
        assert!(check(&bytes, &keys).ok, "an empty bundle is one too");
    })
    .await;
}

#[tokio::test]
async fn the_log_only_grows_and_everybody_can_see_it() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let logs = town.portal.logs();
        assert_eq!(logs.latest().await.unwrap(), None);
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let mut signed = Vec::new();
        for round in 0..4_u8 {
            let mut bytes = jpeg();
            bytes.push(round);
            let _ = town.upload(&owner, Slot::Line(case, town.lines[0]), bytes).await;
            signed.push(logs.checkpoint().await.unwrap());
            assert_eq!(logs.checkpoint().await.unwrap(), *signed.last().unwrap(), "nothing new, nothing signed");
        }
        signed.dedup();
        assert!(signed.len() > 1);
        let read = |at: usize| read_checkpoint(&signed[at].note).unwrap();
        for (old, new) in [(0, 1), (0, signed.len() - 1)] {
            let (old, new) = (read(old), read(new));
            let proof = logs.consistency(old.size, new.size).await.unwrap();
            assert!(proof.extends(old.size, old.root, new.size, new.root));
            assert_eq!(old.origin, new.origin);
        }
        assert!(matches!(logs.consistency(1, 1_000_000).await, Err(Error::NotFound)));
        assert!(matches!(logs.consistency(0, 1).await, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn many_who_open_a_file_at_once_are_all_on_record() {
    const TOGETHER: usize = 60;
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let file = Arc::new(town.first_file(&owner, case).await);
        let before = town.portal.bundles().contents(&owner, case).await.unwrap().leaves.len();
        let open = |_| {
            let (portal, owner, file) = (town.portal.clone(), owner.clone(), file.clone());
            tokio::spawn(async move { portal.logs().opened(&owner, &file, Form::Original).await.unwrap() })
        };
        futures::future::join_all((0..TOGETHER).map(open)).await.into_iter().for_each(|done| done.unwrap());
        let after = town.portal.bundles().contents(&owner, case).await.unwrap();
        // This bundle is an opening of each file too.
        assert_eq!(after.leaves.len(), before + TOGETHER + after.files.len());
        let bytes = written(&town.portal, &after).await;
        assert!(check(&bytes, &town.portal.logs().keys().await.unwrap()).ok);
    })
    .await;
}

#[tokio::test]
async fn a_later_part_of_a_file_is_an_opening_unless_it_was_opened_a_short_while_ago() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let file = town.first_file(&owner, case).await;
        let noted = async || {
            let contents = town.portal.bundles().contents(&owner, case).await.unwrap();
            facts(&contents)
                .iter()
                .filter(|fact| matches!(fact, Fact::Accessed { what, .. } if what != "bundle"))
                .count()
        };
        let logs = town.portal.logs();
        let went_on = async |actor: &Actor, form| logs.went_on(actor, &file, form).await.unwrap();
        // That the bundle was taken is no opening of the original.
        assert_eq!(noted().await, 0);
        went_on(&owner, Form::Original).await;
        assert_eq!(noted().await, 1, "nobody had opened it");
        went_on(&owner, Form::Original).await;
        town.clock.pass_minutes(3 * 60);
        went_on(&owner, Form::Original).await;
        assert_eq!(noted().await, 1);
        // Another form, and somebody else.
        went_on(&owner, Form::Derived(DerivedForm::View)).await;
        assert_eq!(noted().await, 2);
        went_on(&town.li_na, Form::Original).await;
        assert_eq!(noted().await, 3);
        // A server that does not know of it.
        town.with_objects(Objects::memory()).logs().went_on(&owner, &file, Form::Original).await.unwrap();
        assert_eq!(noted().await, 4);
        // The next day.
        town.clock.pass_minutes(2 * 60);
        went_on(&owner, Form::Original).await;
        assert_eq!(noted().await, 5);
        // What was noted as an opening counts for what follows.
        logs.opened(&town.wang_qiang, &file, Form::Original).await.unwrap();
        went_on(&town.wang_qiang, Form::Original).await;
        assert_eq!(noted().await, 6);
    })
    .await;
}

#[tokio::test]
async fn what_is_changed_in_the_database_shows() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let good = town.portal.bundles().contents(&owner, case).await.unwrap();
        let keys = good.keys.clone();
        let raw = town.portal.store().read();
        let change = r#"UPDATE log_leaves SET bytes = REPLACE(bytes, '"size":', '"size":1') WHERE kind = 'received'"#;
        raw.execute_unprepared(change).await.unwrap();
        let bad = town.portal.bundles().contents(&owner, case).await.unwrap();
        let report = check(&written(&town.portal, &bad).await, &keys);
        assert!(!report.ok);
        assert!(report.received.iter().any(|file| file.received_at.is_none()), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn a_new_key_goes_on_where_the_old_one_ended_and_the_old_one_may_not_again() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let old = town.portal.bundles().contents(&owner, case).await.unwrap();
        let store = town.portal.store();
        let new = Signer::from_seed("wugan", &[8; 32]).unwrap();
        let signed = store.checkpoint(&new, town.portal.now()).await.unwrap();
        let keys = town.portal.logs().keys().await.unwrap();
        assert_eq!(keys.keys.iter().filter(|key| key.until.is_none()).count(), 1);
        let checkpoint = read_checkpoint(&signed.note).unwrap();
        assert_eq!(checkpoint.origin, read_checkpoint(&old.checkpoint).unwrap().origin);
        assert!(check(&written(&town.portal, &old).await, &keys).ok, "what the old key signed stays good");
        assert!(store.checkpoint(&signer(), town.portal.now()).await.is_err());
        // Whoever still has it signs nothing that is believed.
        let later = Checkpoint { at: checkpoint.at + 1, ..checkpoint.clone() };
        let forged = Note::parse(&signer().note(&later.text())).unwrap();
        assert_eq!(keys.checkpoint(&forged), None);
        assert_eq!(keys.checkpoint(&Note::parse(&new.note(&later.text())).unwrap()), Some(later));
    })
    .await;
}

#[tokio::test]
async fn what_a_server_signs_whose_clock_is_behind_holds_too() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let file = town.first_file(&owner, case).await;
        let first = town.portal.logs().checkpoint().await.unwrap();
        let (store, behind) = (town.portal.store(), Timestamp(town.portal.now().0 - 60_000));
        let [second, third] = [8, 9].map(|seed| Signer::from_seed("wugan", &[seed; 32]).unwrap());
        let mut signed = vec![first];
        for signer in [&second, &second, &third] {
            town.portal.logs().opened(&owner, &file, Form::Original).await.unwrap();
            signed.push(store.checkpoint(signer, behind).await.unwrap());
        }
        let keys = town.portal.logs().keys().await.unwrap();
        assert_eq!(keys.keys.len(), 3);
        let read = |signed: &Signed| keys.checkpoint(&Note::parse(&signed.note).unwrap());
        let times: Vec<i64> = signed.iter().map(|signed| read(signed).unwrap().at).collect();
        assert!(times.is_sorted(), "{times:?}");
    })
    .await;
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
        assert_eq!((pass.files, pass.faults.len()), (digests.len() as u64, 0));
        assert_eq!(town.portal.scrubs().last().await.unwrap(), Some(pass));
        // One that is nowhere, and one that is another.
        let missing = domain::ids::Digest([0xee; 32]);
        let change = format!("UPDATE evidence SET digest = '{missing}' WHERE digest = '{}'", files[0].digest);
        town.portal.store().read().execute_unprepared(&change).await.unwrap();
        let pass = scrub().await;
        assert_eq!(pass.faults, [ScrubFault { digest: missing, what: Damage::Missing }]);
    })
    .await;
}

#[tokio::test]
async fn an_original_of_which_a_byte_turned_is_named() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let file = town.first_file(&owner, case).await;
        let bytes = town.portal.evidences().open(file.digest, None).await.unwrap();
        let bytes = bytes.try_collect::<Vec<_>>().await.unwrap().concat();
        let folder = tempfile::tempdir().unwrap();
        let (kept, here) = (folder.path().join("kept"), folder.path().join("here"));
        std::fs::write(&here, &bytes).unwrap();
        let objects = Objects::folder(&kept).unwrap();
        objects.keep(&here, file.digest, file.size).await.unwrap();
        let portal = town.with_objects(objects);
        let found = async || {
            let pass = portal.scrubs().run(None, &mut |_| {}).await.unwrap();
            pass.faults.into_iter().find(|fault| fault.digest == file.digest).map(|fault| fault.what)
        };
        assert_eq!(found().await, None);
        let mut at = kept.clone();
        while at.is_dir() {
            at = std::fs::read_dir(&at).unwrap().next().unwrap().unwrap().path();
        }
        let mut turned = bytes.clone();
        turned[7] ^= 4;
        std::fs::write(&at, turned).unwrap();
        assert_eq!(found().await, Some(Damage::Changed));
        std::fs::remove_file(&at).unwrap();
        assert_eq!(found().await, Some(Damage::Missing));
    })
    .await;
}
