//! Accounts.

use domain::{
    actor::Side,
    ids::{AccountId, AgencyId, EnterpriseId},
};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{Page, Paged, id, paged, text, word};
use crate::{
    account::{Account, AccountStatus},
    store::{Aggregate, Find, StoreResult},
};

impl Aggregate for Account {
    const TABLE: &'static str = "accounts";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("login", text(self.login.as_str())),
            ("name", text(self.name.as_str())),
            ("enterprise", id(self.enterprise().map(|id| id.0))),
            ("agency", id(self.agency().map(|id| id.0))),
            ("region", Value::String(self.region().map(|region| region.as_str().to_owned()))),
            ("status", text(word(&self.status))),
        ]
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: AccountId) -> StoreResult<Option<Account>> {
    crate::store::aggregate::get(db, id.0).await
}

/// The one with this login name, which is compared in lower case.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn by_login(db: &impl ConnectionTrait, login: &str) -> StoreResult<Option<Account>> {
    Find::new().eq("login", login).first(db).await
}

/// Those with these ids, in no order.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn several(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = AccountId>) -> StoreResult<Vec<Account>> {
    Find::new().one_of("id", ids.into_iter().map(|id| id.0)).all(db).await
}

/// What a list of accounts is narrowed down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Whose name or login contains this.
    pub text: Option<String>,
    /// In which state.
    pub status: Option<AccountStatus>,
    /// Of which side of the counter.
    pub side: Option<Side>,
}

impl AccountFilter {
    fn search(&self) -> Find<Account> {
        let status = self.status.map(|status| word(&status));
        let find = Find::new().containing(&["name", "login"], self.text.as_deref()).eq_if("status", status);
        match self.side {
            Some(Side::Enterprise) => find.with("enterprise"),
            Some(Side::Agency) => find.with("agency"),
            Some(Side::City) => find.with("region"),
            None => find,
        }
    }
}

/// Those of a filter, within a district: of its agencies, of its enterprises, or
/// with the district as their jurisdiction.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn search(
    db: &impl ConnectionTrait,
    filter: &AccountFilter,
    district: Option<(domain::region::RegionCode, &[AgencyId])>,
    page: Page,
) -> StoreResult<Paged<Account>> {
    let search = || {
        let find = filter.search();
        match district {
            Some((region, agencies)) => find.of_district(region.as_str(), agencies.iter().map(|id| id.0)),
            None => find,
        }
    };
    paged(db, search, |find| find.order("login"), page).await
}

/// The people of an enterprise.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_enterprise(db: &impl ConnectionTrait, enterprise: EnterpriseId) -> StoreResult<Vec<Account>> {
    Find::new().eq("enterprise", enterprise.0).order("login").all(db).await
}
