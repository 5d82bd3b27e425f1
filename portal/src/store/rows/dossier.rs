//! What is known of bytes.

use std::collections::HashMap;

use domain::{dossier::Dossier, ids::Digest, time::Timestamp};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{at, text};
use crate::store::{Aggregate, Find, StoreResult};

impl Aggregate for Dossier {
    const TABLE: &'static str = "dossiers";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("digest", text(self.digest.to_string())), ("due", at(self.due())), ("since", at(Some(self.since)))]
    }
}

/// The one of these bytes.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of(db: &impl ConnectionTrait, digest: Digest) -> StoreResult<Option<Dossier>> {
    Find::new().eq("digest", digest.to_string()).first(db).await
}

/// Those of several files.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_several(
    db: &impl ConnectionTrait,
    digests: impl IntoIterator<Item = Digest>,
) -> StoreResult<HashMap<Digest, Dossier>> {
    let digests: Vec<String> = digests.into_iter().map(|digest| digest.to_string()).collect();
    if digests.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<Dossier> = Find::new().one_of("digest", digests).all(db).await?;
    Ok(found.into_iter().map(|dossier| (dossier.digest, dossier)).collect())
}

/// Those with which something is to be done now, the newest first: somebody waits for
/// these.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn due(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> StoreResult<Vec<Uuid>> {
    Find::<Dossier>::new().before("due", now.0 + 1).latest("since").page(limit, 0).keys(db).await
}

/// How many wait.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn waiting(db: &impl ConnectionTrait, now: Timestamp) -> StoreResult<u64> {
    Find::<Dossier>::new().before("due", now.0 + 1).count(db).await
}
