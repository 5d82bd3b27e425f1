//! Codes for live capture.

use domain::{capture::Capture, ids::AccountId, time::Timestamp};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{at, id, state_word, text};
use crate::store::{Aggregate, Find, StoreResult};

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
