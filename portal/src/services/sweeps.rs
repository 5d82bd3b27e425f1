//! Work that time brings: rounds that begin, claims that mature, terms that
//! pass. Any server may do it at any time; every step is a use case of its own
//! that checks under the row's lock whether it is still to be done, so doing it
//! twice changes nothing.

use domain::{
    enrolment::{Ending, Enrolment, EnrolmentEvent},
    finding::{Escalation, Finding},
    visit_ledger::LedgerEntry,
};
use serde_json::json;

use super::{cases::begin_case, load};
use crate::{Portal, error::Result, store};

/// The service.
pub struct Sweeps<'a>(pub(crate) &'a Portal);

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Rounds begun.
    pub rounds: u32,
    /// Enrolments that ran out.
    pub expired: u32,
    /// Claims confirmed.
    pub confirmed: u32,
    /// Passed terms passed upwards.
    pub escalated: u32,
    /// Sessions removed.
    pub sessions: u64,
}

/// Rows of each kind that one sweep takes on.
const BATCH: u64 = 200;

impl Sweeps<'_> {
    /// Does whatever is due now.
    ///
    /// # Errors
    /// [`crate::Error`] of the first step that failed; the steps before it stay done.
    pub async fn run(&self) -> Result<Swept> {
        Ok(Swept {
            expired: self.expire().await?,
            rounds: self.rounds().await?,
            confirmed: self.confirm().await?,
            escalated: self.escalate().await?,
            sessions: self.0.store().sessions_sweep(self.0.now()).await?,
        })
    }

    async fn rounds(&self) -> Result<u32> {
        let portal = self.0;
        let mut done = 0;
        for id in store::enrolment::rounds_due(portal.store().read(), portal.now(), BATCH).await? {
            let mut tx = portal.store().begin().await?;
            let mut enrolment = load::<Enrolment>(&tx, id).await?;
            if !enrolment.round_is_due(portal.now()) {
                continue;
            }
            begin_case(portal, &mut tx, &mut enrolment.value, None).await?;
            tx.save(&enrolment).await?;
            tx.commit().await?;
            done += 1;
        }
        Ok(done)
    }

    async fn expire(&self) -> Result<u32> {
        let portal = self.0;
        let mut done = 0;
        for id in store::enrolment::expired(portal.store().read(), portal.now(), BATCH).await? {
            let mut tx = portal.store().begin().await?;
            let mut enrolment = load::<Enrolment>(&tx, id).await?;
            if enrolment.apply(EnrolmentEvent::End { why: Ending::Expired }, portal.now()).is_err() {
                continue;
            }
            tx.save(&enrolment).await?;
            tx.audit(portal.own_event("enrolment.expire", "enrolment", id));
            tx.commit().await?;
            done += 1;
        }
        Ok(done)
    }

    async fn confirm(&self) -> Result<u32> {
        let portal = self.0;
        let mut done = 0;
        for id in store::ledger::quiet(portal.store().read(), portal.now(), BATCH).await? {
            let mut tx = portal.store().begin().await?;
            let mut entry = load::<LedgerEntry>(&tx, id).await?;
            if entry.confirm(portal.now()).is_err() {
                continue;
            }
            tx.save(&entry).await?;
            tx.audit(portal.own_event("ledger.confirm", "ledger_entry", id));
            tx.commit().await?;
            done += 1;
        }
        Ok(done)
    }

    async fn escalate(&self) -> Result<u32> {
        let portal = self.0;
        let now = portal.now();
        // A head has as long to see to it as an officer has for a re-check.
        let patience = |at| portal.calendar().deadline(at, portal.settings().clocks.recheck);
        let mut done = 0;
        for id in store::finding::overdue(portal.store().read(), now, BATCH).await? {
            let mut tx = portal.store().begin().await?;
            let mut finding = load::<Finding>(&tx, id).await?;
            let Some(level) = finding.escalation_due(patience, now) else { continue };
            finding.escalation = Some(Escalation { level, at: now });
            tx.save(&finding).await?;
            tx.audit(
                portal.own_event("finding.escalate", "case", finding.case).with(json!({ "finding": id, "to": level })),
            );
            tx.commit().await?;
            done += 1;
        }
        Ok(done)
    }
}
