//! Tokens of programs.

use domain::ids::{AccountId, Digest};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{at, id, text};
use crate::{
    store::{Aggregate, Find, StoreResult},
    token::Token,
};

impl Aggregate for Token {
    const TABLE: &'static str = "tokens";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("account", id(Some(self.account.0))),
            ("secret", text(self.secret.to_string())),
            ("created_at", at(Some(self.created_at))),
            ("ended_at", at(self.ended_at)),
        ]
    }
}

/// The one with this secret.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_secret(db: &impl ConnectionTrait, secret: Digest) -> StoreResult<Option<Token>> {
    Find::new().eq("secret", secret.to_string()).first(db).await
}

/// An account's that were not taken back, the latest first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_account(db: &impl ConnectionTrait, account: AccountId) -> StoreResult<Vec<Token>> {
    Find::new().eq("account", account.0).without("ended_at").latest("created_at").all(db).await
}
