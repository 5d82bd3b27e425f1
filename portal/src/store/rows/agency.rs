//! Agencies.

use domain::{agency::Agency, ids::AgencyId};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::text;
use crate::store::{Aggregate, Find, StoreResult};

impl Aggregate for Agency {
    const TABLE: &'static str = "agencies";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("name", text(self.name.as_str()))]
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: AgencyId) -> StoreResult<Option<Agency>> {
    crate::store::aggregate::get(db, id.0).await
}

/// All agencies, by name.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn all(db: &impl ConnectionTrait) -> StoreResult<Vec<Agency>> {
    Find::new().order("name").all(db).await
}
