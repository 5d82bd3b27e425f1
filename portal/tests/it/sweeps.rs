//! What time brings, whatever stands in its way.

use portal::services::sweeps::Part;
use sea_orm::ConnectionTrait;

use crate::common::*;

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
