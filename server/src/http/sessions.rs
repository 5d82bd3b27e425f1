//! Sessions in the portal's database.
//!
//! A row is found under the SHA-256 of the session's id, so whoever reads the
//! database cannot take a session over. A session ends after a time without
//! requests and in any case some hours after it began; a login begins a new one
//! ([`tower_sessions::Session::cycle_id`]). To spare the database, the last
//! request is noted at most once a minute.

use async_trait::async_trait;
use domain::{ids::AccountId, time::Timestamp};
use portal::{Portal, store::SessionRow};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::{
    SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::Web;

pub use app::api::account::ACCOUNT;
/// Under this name it holds the client in words.
pub const CLIENT: &str = "client";

/// How often the last request is noted.
const TOUCH: i64 = 60_000;

/// The key of a session's row.
pub fn key(id: &Id) -> String {
    hex::encode(Sha256::digest(id.to_string()))
}

/// Gives every request a session. Under https the cookie's name binds it to the
/// host (RFC 6265bis, 4.1.3).
pub fn layer(web: &Web) -> SessionManagerLayer<Sessions> {
    let https = web.config.is_https();
    SessionManagerLayer::new(Sessions { portal: web.portal.clone() })
        .with_name(cookie_name(https))
        .with_secure(https)
        .with_same_site(SameSite::Lax)
        .with_http_only(true)
        .with_path("/")
}

/// The session cookie's name.
pub const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-wugan" } else { "wugan" }
}

/// Keeps sessions in the portal.
#[derive(Clone)]
pub struct Sessions {
    portal: Portal,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

impl Sessions {
    async fn write(&self, record: &Record, created_at: Timestamp, new: bool) -> Result<()> {
        let sessions = self.portal.sessions();
        let account =
            record.data.get(ACCOUNT).and_then(|value| serde_json::from_value::<AccountId>(value.clone()).ok());
        let client = record.data.get(CLIENT).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let row = SessionRow {
            key: key(&record.id),
            account,
            data: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
            client,
            created_at,
            seen_at: self.portal.now(),
            expires_at: sessions.expiry(created_at),
        };
        let written = if new { sessions.create(&row).await } else { sessions.save(&row).await };
        written.map_err(backend)
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // Ids are 128 random bits; should one ever be taken, it is not shared.
        while self.portal.sessions().load(&key(&record.id)).await.map_err(backend)?.is_some() {
            record.id = Id::default();
        }
        self.write(record, self.portal.now(), true).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        match self.portal.sessions().load(&key(&record.id)).await.map_err(backend)? {
            Some(row) => self.write(record, row.created_at, false).await,
            // Ended while this request was answered; it must not come back to life.
            None => Ok(()),
        }
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let sessions = self.portal.sessions();
        let Some(row) = sessions.load(&key(id)).await.map_err(backend)? else { return Ok(None) };
        let data = serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        let now = self.portal.now();
        let mut expires_at = row.expires_at;
        if now.0 - row.seen_at.0 >= TOUCH {
            expires_at = sessions.expiry(row.created_at);
            sessions.touch(&row.key, expires_at).await.map_err(backend)?;
        }
        Ok(Some(Record { id: *id, data, expiry_date: date(expires_at) }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.portal.sessions().forget(&key(id)).await.map_err(backend)
    }
}

fn date(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
