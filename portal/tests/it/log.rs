//! The log of evidence on both databases: every fact is a leaf, receipts and bundles hold,
//! and what is changed behind the portal's back shows.

use std::{io::Cursor, sync::Arc};

use domain::{
    actor::Actor,
    case::{LineVerdict, OnSiteReason, Outcome},
    dossier::Dossier,
    evidence::Evidence,
    examination::DerivedForm,
    ids::{CaseId, EvidenceId},
    time::Timestamp,
    upload::Place,
};
use portal::{
    Error, Portal,
    evidence::workshop::Workshop,
    objects::Objects,
    services::{
        bundles::{Contents, Pages, document_path},
        evidences::Slot,
        examinations::form_name,
        logs::{Form, read_checkpoint},
        uploads::NewUpload,
    },
    store::Signed,
};
use proof::{
    Hash,
    bundle::{self, Report},
    entry::{Entry, Fact},
    note::{Checkpoint, KeyRing, Note, Signer},
};
use sea_orm::ConnectionTrait;

use crate::{
    clamd::{CLEAN, Clamd},
    common::*,
};

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
    pub(crate) async fn settled(&self, owner: &Actor) -> CaseId {
        let case = self.enrol(owner).await;
        self.send(owner, case).await;
        self.review(case, LineVerdict::Accepted).await;
        self.decide(case, Outcome::NoIssue).await;
        case
    }

    pub(crate) async fn first_file(&self, actor: &Actor, case: CaseId) -> Evidence {
        self.portal.cases().get(actor, case).await.unwrap().evidence.remove(0)
    }

    /// What the log says of a case.
    pub(crate) async fn facts(&self, actor: &Actor, case: CaseId) -> Vec<Fact> {
        facts(&self.portal.bundles().contents(actor, case).await.unwrap())
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.portal.store().read().execute_unprepared(sql).await.unwrap();
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

/// The facts of these that tell of a file what was made of it and found in it.
fn known(facts: Vec<Fact>, file: EvidenceId) -> Vec<Fact> {
    let of_it = |fact: &Fact| match fact {
        Fact::Derived { evidence, .. } | Fact::Scanned { evidence, .. } => *evidence == file.to_string(),
        _ => false,
    };
    facts.into_iter().filter(of_it).collect()
}

/// What these facts are for a clean file.
fn expected(dossier: &Dossier, file: EvidenceId) -> Vec<Fact> {
    let evidence = file.to_string();
    let made = dossier.derived.iter().map(|made| Fact::Derived {
        evidence: evidence.clone(),
        kind: form_name(made.form),
        sha256: Hash(made.digest.0),
        size: made.size.0,
    });
    let (engine, verdict) = ("ClamAV 1.0/1".to_owned(), "clean".to_owned());
    made.chain([Fact::Scanned { evidence: evidence.clone(), engine, verdict }]).collect()
}

#[tokio::test]
async fn what_is_known_of_bytes_is_told_once_of_every_file_that_has_them() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (one, two) = (town.restaurant(1).await, town.restaurant(2).await);
        let (first, second) = (town.enrol(&one).await, town.enrol(&two).await);
        let clamd = Clamd::start(CLEAN).await;
        let portal = town.with_parts(town.portal.objects().clone(), clamd.scanner(), Workshop::Here);
        let shared = jpeg();
        let slot = |case| Slot::Line(case, town.lines[0]);
        let early = town.upload(&one, slot(first), shared.clone()).await.unwrap().evidence;
        assert!(portal.examinations().next().await.unwrap());
        let dossier = portal.examinations().of([&early]).await.unwrap().remove(&early.digest).unwrap();
        assert!(!dossier.derived.is_empty());

        // Three come later: another enterprise's, one of which only the digest is sent, and one that is taken out.
        town.clock.pass_minutes(1);
        let late = town.upload(&two, slot(second), shared.clone()).await.unwrap().evidence;
        let place = Some(Place::Line { case: first, line: town.lines[1] });
        let new = NewUpload { place, declared: Some(early.digest), ..town.announced(None, shared.len()) };
        town.portal.uploads().create(&one, new).await.unwrap();
        let files = town.portal.cases().get(&one, first).await.unwrap().evidence;
        let again = files.iter().find(|file| file.id != early.id).unwrap();
        assert_eq!(again.digest, early.digest);
        let other = town.upload(&two, slot(second), jpeg()).await.unwrap().evidence;
        town.portal.evidences().remove(&two, other.id).await.unwrap();
        assert!(portal.examinations().next().await.unwrap());
        for _ in 0..2 {
            assert_eq!(portal.sweeps().run().await.failures, []);
        }
        for (actor, case, file) in [(&one, first, &early), (&one, first, again), (&two, second, &late)] {
            let facts = town.facts(actor, case).await;
            let received = facts.iter().filter(|fact| match fact {
                Fact::Received { evidence, .. } => *evidence == file.id.to_string(),
                _ => false,
            });
            assert_eq!(received.count(), 1);
            assert_eq!(known(facts, file.id), expected(&dossier, file.id));
        }
        assert_eq!(known(town.facts(&two, second).await, early.id), [], "a case is told nothing of another's files");
        let apart = portal.examinations().of([&other]).await.unwrap().remove(&other.digest).unwrap();
        assert_eq!(known(town.facts(&two, second).await, other.id), expected(&apart, other.id));
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_out_is_on_record_once() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (one, two) = (town.restaurant(1).await, town.restaurant(2).await);
        let (first, second) = (town.enrol(&one).await, town.enrol(&two).await);
        let [out, stays] = [jpeg(), jpeg()].map(|bytes| town.upload(&one, Slot::Line(first, town.lines[0]), bytes));
        let (out, _) = (out.await.unwrap().evidence, stays.await.unwrap());
        town.portal.evidences().remove(&one, out.id).await.unwrap();
        assert!(town.portal.evidences().remove(&one, out.id).await.is_err());
        let removed = |facts: Vec<Fact>| -> Vec<Fact> {
            facts.into_iter().filter(|fact| matches!(fact, Fact::Removed { .. })).collect()
        };
        let fact = Fact::Removed { evidence: out.id.to_string(), account: one.account.to_string() };
        let facts = town.facts(&one, first).await;
        let digest = facts.iter().find_map(|fact| match fact {
            Fact::Received { evidence, sha256, .. } if *evidence == out.id.to_string() => Some(*sha256),
            _ => None,
        });
        assert_eq!(digest, Some(Hash(out.digest.0)), "the file that it names is on record with its digest");
        assert_eq!(removed(facts), [fact]);
        assert_eq!(removed(town.facts(&two, second).await), []);
    })
    .await;
}

#[tokio::test]
async fn each_key_is_introduced_once_and_belongs_to_no_case() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.settled(&owner).await;
        let (logs, store) = (town.portal.logs(), town.portal.store());
        let file = town.first_file(&owner, case).await;
        let new = Signer::from_seed("wugan", &[8; 32]).unwrap();
        logs.checkpoint().await.unwrap();
        logs.opened(&owner, &file, Form::Original).await.unwrap();
        logs.checkpoint().await.unwrap();
        for _ in 0..3 {
            logs.opened(&owner, &file, Form::Original).await.unwrap();
            store.checkpoint(&new, town.portal.now()).await.unwrap();
        }
        let leaves = "SELECT bytes FROM log_leaves WHERE kind = 'key' AND case_id IS NULL ORDER BY seq";
        let backend = store.read().get_database_backend();
        let rows = store.read().query_all_raw(sea_orm::Statement::from_string(backend, leaves)).await.unwrap();
        let introduced = rows.iter().map(|row| {
            let bytes: String = row.try_get("", "bytes").unwrap();
            Entry::parse(bytes.as_bytes()).unwrap().fact
        });
        let keys = [signer().public(), new.public()].map(|key| Fact::Key { key: key.to_string() });
        assert_eq!(introduced.collect::<Vec<_>>(), keys);
    })
    .await;
}

#[tokio::test]
async fn a_site_visit_that_is_declined_is_a_decision_on_record() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        let reviews = town.portal.reviews();
        reviews.take(&town.li_na, case).await.unwrap();
        let why = OnSiteReason::Complaint;
        reviews.propose_on_site(&town.li_na, case, why, note("接到群众投诉")).await.unwrap();
        reviews.decline_on_site(&town.head, case, note("材料已足够")).await.unwrap();
        let decided = town.facts(&owner, case).await.into_iter().filter(|fact| matches!(fact, Fact::Decided { .. }));
        let accounts = [&town.li_na, &town.head].map(|actor| actor.account.to_string()).to_vec();
        let (case, outcome) = (case.to_string(), "on_site_declined".to_owned());
        assert_eq!(decided.collect::<Vec<_>>(), [Fact::Decided { case, outcome, accounts, document: None }]);
    })
    .await;
}
