//! The slots of the first-violation register: one notice per enterprise and
//! scope can count as first, whatever the timing of two officers.

use domain::{
    first_violation::Slot,
    ids::{CaseId, EnterpriseId, FirstViolationId},
    time::Timestamp,
};
use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Expr, OnConflict, Query},
};

use super::{StoreResult, Tx};

/// What the register holds under a key.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn first_violation_slot(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    key: &str,
) -> StoreResult<Option<Slot>> {
    let mut select = Query::select();
    select
        .columns(["notice", "at"])
        .from("first_violation_slots")
        .and_where(Expr::col("enterprise").eq(enterprise.0))
        .and_where(Expr::col("slot").eq(key));
    match db.query_one(&select).await? {
        Some(row) => Ok(Some(Slot {
            notice: FirstViolationId(row.try_get("", "notice")?),
            at: Timestamp(row.try_get("", "at")?),
        })),
        None => Ok(None),
    }
}

impl Tx {
    /// Notes a notice under a key that was not the one to judge by, so that
    /// later notices of a wider or narrower scope see it.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn note_slot(
        &self,
        enterprise: EnterpriseId,
        key: &str,
        notice: FirstViolationId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let mut insert = Query::insert();
        insert
            .into_table("first_violation_slots")
            .columns(["enterprise", "slot", "notice", "at"])
            .values_panic([Expr::val(enterprise.0), Expr::val(key), Expr::val(notice.0), Expr::val(now.0)])
            .on_conflict(OnConflict::columns(["enterprise", "slot"]).update_columns(["notice", "at"]).to_owned());
        self.db().execute(&insert).await?;
        Ok(())
    }

    /// Drops the first-violation draft of a case, if there is one.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn delete_first_violation_draft(&self, case: CaseId) -> StoreResult<()> {
        let mut delete = Query::delete();
        delete.from_table("first_violation_drafts").and_where(Expr::col("id").eq(case.0));
        self.db().execute(&delete).await?;
        Ok(())
    }

    /// Takes the slot for a notice, if it is free: no row, or one from before
    /// the window. One statement, so that the database decides between two
    /// officers. `false` means that somebody else's notice is the first.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn take_slot(
        &self,
        enterprise: EnterpriseId,
        key: &str,
        notice: FirstViolationId,
        window_start: Timestamp,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let mut insert = Query::insert();
        insert
            .into_table("first_violation_slots")
            .columns(["enterprise", "slot", "notice", "at"])
            .values_panic([Expr::val(enterprise.0), Expr::val(key), Expr::val(notice.0), Expr::val(now.0)])
            .on_conflict(
                OnConflict::columns(["enterprise", "slot"])
                    .update_columns(["notice", "at"])
                    .action_and_where(Expr::col(("first_violation_slots", "at")).lt(window_start.0))
                    .to_owned(),
            );
        Ok(self.db().execute(&insert).await?.rows_affected() == 1)
    }
}
