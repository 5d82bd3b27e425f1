//! What time brings, whatever stands in its way.

use portal::{
    evidence::workshop::Workshop,
    services::{evidences::Slot, sweeps::Part},
};
use sea_orm::ConnectionTrait;

use crate::{
    clamd::{CLEAN, Clamd},
    common::*,
};

#[tokio::test]
async fn a_row_that_cannot_be_read_keeps_no_other_from_being_swept() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let mut owners = Vec::new();
        for number in 1..=3 {
            let owner = town.restaurant(number).await;
            town.enrol(&owner).await;
            owners.push(owner);
        }
        // The first in the order in which they are swept.
        let broken = town.portal.enrolments().mine(&owners[0]).await.unwrap()[0].id;
        let sql =
            format!("UPDATE enrolments SET body = '{{}}' WHERE enterprise = {}", literal(db, owners[0].enterprise()));
        town.portal.store().read().execute_unprepared(&sql).await.unwrap();
        town.clock.set(town.portal.now().plus_days(200));
        let swept = town.portal.sweeps().run().await;
        assert_eq!(swept.rounds, 2, "{swept:?}");
        let failure = &swept.failures[0];
        assert_eq!((swept.failures.len(), failure.part, failure.id), (1, Part::Rounds, Some(broken.0)));
        assert!(failure.why.contains("enrolments"), "{}", failure.why);
    })
    .await;
}

#[tokio::test]
async fn a_part_that_fails_as_a_whole_keeps_no_other_from_being_done() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        town.portal.store().read().execute_unprepared("ALTER TABLE findings RENAME TO lost").await.unwrap();
        town.portal.store().read().execute_unprepared("ALTER TABLE sessions RENAME TO gone").await.unwrap();
        town.clock.set(town.portal.now().plus_days(200));
        let swept = town.portal.sweeps().run().await;
        assert_eq!(swept.rounds, 1);
        let failed: Vec<Part> = swept.failures.iter().map(|failure| failure.part).collect();
        assert_eq!(failed, [Part::Escalate, Part::Sessions]);
    })
    .await;
}

#[tokio::test]
async fn a_dossier_that_cannot_be_read_keeps_no_other_file_from_the_engine() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let mut files = Vec::new();
        for _ in 0..2 {
            let slot = Slot::Line(case, town.lines[0]);
            files.push(town.upload(&owner, slot, jpeg()).await.unwrap().evidence);
            assert!(town.portal.examinations().next().await.unwrap());
        }
        let broken = files[0].digest;
        let sql =
            format!("UPDATE dossiers SET body = REPLACE(body, '\"media\"', '\"lost\"') WHERE digest = '{broken}'");
        town.portal.store().read().execute_unprepared(&sql).await.unwrap();
        let clamd = Clamd::start(CLEAN).await;
        let portal = town.with_parts(town.portal.objects().clone(), clamd.scanner(), Workshop::default());
        // What the log is to tell of a file is asked once, and whether the engine has seen it, time and again.
        for (put_up, parts) in [(1, vec![Part::Tell, Part::Scan]), (0, vec![Part::Scan])] {
            let swept = portal.sweeps().run().await;
            assert_eq!(swept.failures.iter().map(|failure| failure.part).collect::<Vec<_>>(), parts, "{swept:?}");
            assert_eq!(swept.put_up, put_up);
        }
    })
    .await;
}

#[tokio::test]
async fn failed_logins_are_forgotten_after_a_day() {
    on_each(async |db| {
        let town = Town::on(db).await;
        assert!(town.portal.accounts().login("nobody", "wrong", "a").await.is_err());
        assert_eq!(town.portal.sweeps().run().await.logins, 0);
        town.clock.set(town.portal.now().plus_days(2));
        assert!(town.portal.sweeps().run().await.logins > 0);
        assert_eq!(town.portal.sweeps().run().await.logins, 0);
    })
    .await;
}

/// An id as SQL has it.
fn literal(db: Db, id: Option<domain::ids::EnterpriseId>) -> String {
    let id = id.unwrap().0;
    match db {
        Db::Sqlite => format!("x'{}'", id.simple()),
        Db::Postgres => format!("'{id}'"),
    }
}
