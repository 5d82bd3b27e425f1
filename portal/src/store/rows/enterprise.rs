//! Enterprises.

use domain::{
    credit_code::CreditCode,
    enterprise::{Enterprise, Registration},
    ids::EnterpriseId,
};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{Page, Paged, at, id, paged, state_word, text};
use crate::store::{Aggregate, Find, StoreResult};

impl Aggregate for Enterprise {
    const TABLE: &'static str = "enterprises";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let (since, agency) = match &self.registration {
            Registration::Pending { since } => (Some(*since), None),
            Registration::Confirmed { at, agency, .. } => (Some(*at), Some(agency.0)),
            Registration::Rejected { at, .. } => (Some(*at), None),
        };
        vec![
            ("credit_code", text(self.credit_code.as_str())),
            ("name", text(self.name.as_str())),
            ("region", text(self.region.as_str())),
            ("registration", text(state_word(&self.registration))),
            ("since", at(since)),
            ("agency", id(agency)),
        ]
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: EnterpriseId) -> StoreResult<Option<Enterprise>> {
    crate::store::aggregate::get(db, id.0).await
}

/// Those with these ids, in no order.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn several(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = EnterpriseId>,
) -> StoreResult<Vec<Enterprise>> {
    Find::new().one_of("id", ids.into_iter().map(|id| id.0)).all(db).await
}

/// Registrations in a state, the oldest first, of these regions.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn registered(
    db: &impl ConnectionTrait,
    state: &str,
    regions: &[&str],
    page: Page,
) -> StoreResult<Paged<Enterprise>> {
    let search = || Find::new().eq("registration", state).one_of("region", regions.iter().copied());
    paged(db, search, |find| find.order("since"), page).await
}

/// The one with this credit code.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn by_code(db: &impl ConnectionTrait, code: &CreditCode) -> StoreResult<Option<Enterprise>> {
    Find::new().eq("credit_code", code.as_str()).first(db).await
}

/// Those whose name or code contains a text.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn search(
    db: &impl ConnectionTrait,
    query: Option<&str>,
    regions: &[&str],
    page: Page,
) -> StoreResult<Paged<Enterprise>> {
    let search = || Find::new().one_of("region", regions.iter().copied()).containing(&["name", "credit_code"], query);
    paged(db, search, |find| find.order("name"), page).await
}
