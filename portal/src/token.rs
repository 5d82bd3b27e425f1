//! Tokens: how a program acts for somebody without their password.

use domain::{
    ids::{AccountId, Digest, TokenId},
    text::Name,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenScope {
    /// Sending files.
    Uploads,
}

impl TokenScope {
    /// Every scope.
    pub const ALL: [Self; 1] = [Self::Uploads];

    /// Its name, as commands and headers have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Uploads => "uploads",
        }
    }
}

/// A token. The text that programs send is not here, only its SHA-256: it has 256
/// random bits, so nothing slower is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub account: AccountId,
    /// What its owner calls it.
    pub name: Name,
    /// What it may be used for.
    pub scopes: Vec<TokenScope>,
    /// SHA-256 of the text that programs send.
    pub secret: Digest,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub ended_at: Option<Timestamp>,
}

impl Token {
    /// Whether it can be used now.
    pub fn is_good(&self, scope: TokenScope, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires_at && self.scopes.contains(&scope)
    }
}
