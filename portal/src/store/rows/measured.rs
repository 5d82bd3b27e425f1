//! The records behind the figures of remote supervision.

use domain::time::Timestamp;
use sea_orm::ConnectionTrait;

use super::{Page, Paged, paged};
use crate::store::{
    Aggregate, Find, StoreResult,
    statistics::{Base, Measure},
};

/// The rows that a measure counts, the latest first. The caller names the
/// type of row that the measure is about.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn list<T: Aggregate>(
    db: &impl ConnectionTrait,
    measure: Measure,
    base: &Base,
    now: Timestamp,
    page: Page,
) -> StoreResult<Paged<T>> {
    let search = || Find::new().selected(measure.rows(base, now));
    paged(db, search, |find| find.latest(measure.time()), page).await
}
