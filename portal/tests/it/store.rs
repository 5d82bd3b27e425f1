//! The database itself: schema, impossible rows, the chain of the audit trail.

use domain::case::LineVerdict;
use portal::{Error, store::StoreError};
use sea_orm::ConnectionTrait;

use crate::common::*;

#[tokio::test]
async fn migrating_twice_changes_nothing_and_a_newer_schema_is_refused() {
    on_each(async |db| {
        let folder = tempfile::tempdir().unwrap();
        let store = store(db, folder.path()).await;
        store.migrate().await.unwrap();
        assert!(store.is_migrated().await.unwrap());
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
        store.read().execute_unprepared(newer).await.unwrap();
        assert!(matches!(store.migrate().await, Err(StoreError::Newer(name)) if name == "m9999_later"));
    })
    .await;
}

#[tokio::test]
async fn a_row_that_disagrees_with_itself_is_named_and_not_used() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.portal.store().read().execute_unprepared("UPDATE cases SET stage = 'closed'").await.unwrap();
        let Err(Error::Store(StoreError::Row { table, id, why })) = town.portal.cases().get(&owner, case).await else {
            panic!("the row was used")
        };
        assert_eq!((table, id), ("cases", case.to_string()));
        assert!(why.contains("stage"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn a_changed_or_missing_event_breaks_the_chain_at_its_place() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::Accepted).await;
        let auditor = auditor();
        assert_eq!(town.portal.audits().verify(&auditor).await.unwrap().fault, None);
        let db = town.portal.store().read();
        db.execute_unprepared("UPDATE audit SET body = replace(body, 'case.submit', 'case.withdraw')").await.unwrap();
        let fault = town.portal.audits().verify(&auditor).await.unwrap().fault.unwrap();
        db.execute_unprepared("UPDATE audit SET body = replace(body, 'case.withdraw', 'case.submit')").await.unwrap();
        assert_eq!(town.portal.audits().verify(&auditor).await.unwrap().fault, None);
        db.execute_unprepared(&format!("DELETE FROM audit WHERE seq = {}", fault.seq)).await.unwrap();
        assert_eq!(town.portal.audits().verify(&auditor).await.unwrap().fault, Some(fault));
        assert!(town.portal.audits().verify(&town.head).await.is_err(), "the trail is the auditor's");
    })
    .await;
}

fn auditor() -> domain::actor::Actor {
    use domain::actor::{Actor, Role, Roles, Scope};
    Actor {
        account: domain::ids::AccountId(uuid::Uuid::new_v4()),
        name: name("审计员"),
        roles: Roles::only(Role::AuditAdmin),
        scope: Scope::Jurisdiction(domain::region::RegionCode::CHANGCHUN),
        certificate: None,
        temporary_password: false,
    }
}
