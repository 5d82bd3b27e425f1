//! The catalogue.

use domain::{
    ids::{AgencyId, ItemId},
    item::Item,
};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{id, word};
use crate::store::{Aggregate, Find, StoreResult};

impl Aggregate for Item {
    const TABLE: &'static str = "items";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let current = self.current();
        vec![
            ("agency", id(Some(self.agency.0))),
            ("name", Value::String(current.map(|version| version.content.name.as_str().to_owned()))),
            ("content", Value::String(current.map(|version| version.content.content.as_str().to_owned()))),
            ("regime", Value::String(current.map(|version| word(&version.content.regime)))),
        ]
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: ItemId) -> StoreResult<Option<Item>> {
    crate::store::aggregate::get(db, id.0).await
}

/// Those with these ids, in no order.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn several(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = ItemId>) -> StoreResult<Vec<Item>> {
    Find::new().one_of("id", ids.into_iter().map(|id| id.0)).order("id").all(db).await
}

/// Published items, by name.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn published(
    db: &impl ConnectionTrait,
    query: Option<&str>,
    agency: Option<AgencyId>,
    regime: Option<domain::item::Regime>,
) -> StoreResult<Vec<Item>> {
    Find::new()
        .with("name")
        .eq_if("agency", agency.map(|id| id.0))
        .eq_if("regime", regime.map(|regime| word(&regime)))
        .containing(&["name", "content"], query)
        .order("name")
        .all(db)
        .await
}

/// All items of an agency, drafts included.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_agency(db: &impl ConnectionTrait, agency: AgencyId) -> StoreResult<Vec<Item>> {
    Find::new().eq("agency", agency.0).order("name").all(db).await
}
