//! Codes for live capture.

use domain::{capture::Capture, ids::AccountId, time::Timestamp};
use sea_orm::{
    ConnectionTrait, ExprTrait, Value,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{at, id, state_word, text};
use crate::store::{Aggregate, Find, Store, StoreResult};

impl Aggregate for Capture {
    const TABLE: &'static str = "captures";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("account", id(Some(self.binding.account.0))),
            ("case_id", id(Some(self.case.0))),
            ("state", text(state_word(&self.state))),
            ("issued_at", at(Some(self.issued_at))),
        ]
    }
}

/// Those that somebody was given from an instant on, the latest first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn since(db: &impl ConnectionTrait, account: AccountId, from: Timestamp) -> StoreResult<Vec<Capture>> {
    Find::new().eq("account", account.0).from("issued_at", from.0).latest("issued_at").all(db).await
}

/// Removes those that were given out before this instant and under which no file was ever
/// announced; how many there were.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn forget(store: &Store, before: Timestamp) -> StoreResult<u64> {
    let mut delete = Query::delete();
    delete
        .from_table(Capture::TABLE)
        .and_where(Expr::col("state").is_in(["issued", "replaced"]))
        .and_where(Expr::col("issued_at").lt(before.0));
    store.write_alone(&delete).await
}
