//! Work that time brings: rounds that begin, claims that mature, terms that
//! pass. Any server may do it at any time; every step is a use case of its own
//! that checks under the row's lock whether it is still to be done, so doing it
//! twice changes nothing.

use std::time::Duration;

use domain::{
    enrolment::{Ending, Enrolment, EnrolmentEvent},
    finding::{Escalation, Finding},
    ids::{EnrolmentId, UploadId},
    upload::UploadStage,
    visit_ledger::LedgerEntry,
};
use serde_json::json;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    load,
    rounds::{begin_round, one_at_a_time},
};
use crate::{
    Portal,
    error::{Error, Result},
    evidence::scan::Engine,
    store::{self, StoreError, StoreResult},
};

/// The service.
pub struct Sweeps<'a>(pub(crate) &'a Portal);

/// Days for which an upload that ended, or whose file is with the originals, can still be asked about, and a code that was
/// given out for a picture that never came. That they were is on record beside them, for good.
const ENDED_DAYS: i64 = 30;

/// What a sweep did, and what it could not do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Rounds begun.
    pub rounds: u32,
    /// Enrolments that ran out.
    pub expired: u32,
    /// Claims confirmed.
    pub confirmed: u32,
    /// Passed terms passed upwards.
    pub escalated: u32,
    /// Uploads given up, finished, made evidence, or handed to the object store at last.
    pub uploads: u32,
    /// Sessions removed.
    pub sessions: u64,
    /// Counts of failed logins that nobody asks for any more.
    pub logins: u64,
    /// Uploads that ended long ago and were forgotten.
    pub ended: u64,
    /// Codes for live capture of which no picture came, and that were forgotten.
    pub captures: u64,
    /// Files that the malware engine has not looked through and that were put up for it.
    pub put_up: u32,
    /// Files of which the log was told what had been known of their bytes before they came.
    pub told: u32,
    /// What failed. The next sweep tries it again, except what the log was to tell of a file whose dossier says nothing.
    pub failures: Vec<Failure>,
}

/// Something that a sweep could not do. Everything else went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was to be done.
    pub part: Part,
    /// The row it was to be done to; none when the rows could not be found.
    pub id: Option<Uuid>,
    /// Why not.
    pub why: String,
}

/// What a sweep looks after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Enrolments whose time has run out.
    Expire,
    /// Rounds that begin.
    Rounds,
    /// Claims whose quiet period is over.
    Confirm,
    /// Passed terms.
    Escalate,
    /// Uploads to which nothing was added for too long.
    GiveUp,
    /// Uploads of which every byte is there, and that nobody has finished.
    Finish,
    /// Whole uploads that have not become evidence yet.
    Settle,
    /// Evidence that the object store does not have yet.
    Keep,
    /// Uploads that ended long ago.
    Ended,
    /// Old codes for live capture.
    Captures,
    /// Sessions that ended.
    Sessions,
    /// Old counts of failed logins.
    Logins,
    /// Files that were not looked through for malware.
    Scan,
    /// Files that came with bytes that were examined before.
    Tell,
}

/// Rows that are looked for at a time.
const BATCH: u64 = 200;
/// How long a sweep waits for the object store.
const PATIENCE: Duration = Duration::from_secs(5);
/// Files that are put up for the malware engine by one sweep at most, and not while as many wait to be examined.
pub const PUT_UP: u64 = 50;
/// Rows that a sweep looks at on its way through everything that is kept.
const LOOKED_AT: u64 = 500;

impl Sweeps<'_> {
    /// Does whatever is due now. A row that cannot be done keeps no other from
    /// being done. Where the object store takes its time, handing files over to it goes on
    /// after the sweep, and what comes of that is in the log.
    pub async fn run(&self) -> Swept {
        let mut swept = Swept::default();
        swept.expired = self.each(Part::Expire, &mut swept.failures).await;
        swept.rounds = self.each(Part::Rounds, &mut swept.failures).await;
        swept.confirmed = self.each(Part::Confirm, &mut swept.failures).await;
        swept.escalated = self.each(Part::Escalate, &mut swept.failures).await;
        for part in [Part::GiveUp, Part::Finish, Part::Settle] {
            swept.uploads += self.each(part, &mut swept.failures).await;
        }
        self.0.parts.desks.forget_idle();
        let mut failed = |part, error: StoreError| {
            swept.failures.push(Failure { part, id: None, why: error.to_string() });
            0
        };
        swept.sessions =
            self.0.store().sessions_sweep(self.0.now()).await.unwrap_or_else(|error| failed(Part::Sessions, error));
        swept.logins = self.logins().await.unwrap_or_else(|error| failed(Part::Logins, error));
        let long_ago = self.0.now().plus_days(-ENDED_DAYS);
        swept.ended =
            store::upload::forget(self.0.store(), long_ago).await.unwrap_or_else(|error| failed(Part::Ended, error));
        swept.captures = store::capture::forget(self.0.store(), long_ago)
            .await
            .unwrap_or_else(|error| failed(Part::Captures, error));
        swept.told = self.on_the_way(Part::Tell, &mut swept.failures).await;
        swept.put_up = self.on_the_way(Part::Scan, &mut swept.failures).await;
        self.keep(&mut swept).await;
        swept
    }

    /// Hands over what the object store does not have yet, by a task of its own: a store that hangs holds nothing
    /// else up.
    async fn keep(&self, swept: &mut Swept) {
        let portal = self.0.clone();
        let (tell, told) = oneshot::channel();
        tokio::spawn(async move {
            // One is enough: that of an earlier sweep may have to wait for long.
            let Ok(mut given_up_at) = portal.parts.given_up_at.try_lock() else { return };
            let (kept, failures) = Sweeps(&portal).hand_over(&mut given_up_at).await;
            // Whoever is told may begin the next.
            drop(given_up_at);
            let Err((kept, failures)) = tell.send((kept, failures)) else { return };
            tracing::info!(kept, "files were handed to the object store after their sweep");
            for Failure { part, id, why } in failures {
                tracing::warn!(?part, id = id.map(tracing::field::display), why, "could not be swept");
            }
        });
        match tokio::time::timeout(PATIENCE, told).await {
            Ok(Ok((kept, failures))) => {
                swept.uploads += kept;
                swept.failures.extend(failures);
            }
            // That of an earlier sweep was still at it.
            Ok(Err(_)) => {}
            Err(_) => tracing::warn!("the object store takes its time; files are handed to it beside the sweeps"),
        }
    }

    /// Hands over one file after another until the object store does not take one: it may be down, and the next
    /// would wait as long. So that a file which it never takes holds up no other, the next sweep begins behind it.
    /// How many were handed over, and what failed.
    async fn hand_over(&self, given_up_at: &mut Option<Uuid>) -> (u32, Vec<Failure>) {
        let part = Part::Keep;
        let (mut kept, mut failures) = (0, Vec::new());
        let begin = given_up_at.take();
        let before = begin.map(|begin| (None, Some(begin)));
        for (mut last, end) in std::iter::once((begin, None)).chain(before) {
            loop {
                let mut rows = match self.due(part, last).await {
                    Ok(rows) => rows,
                    Err(error) => {
                        failures.push(Failure { part, id: None, why: error.to_string() });
                        return (kept, failures);
                    }
                };
                rows.retain(|id| end.is_none_or(|end| *id <= end));
                for id in &rows {
                    match self.0.uploads().keep(vec![UploadId(*id)]).await {
                        Ok(true) => kept += 1,
                        // Another server has done it.
                        Ok(false) => {}
                        Err(error) => {
                            failures.push(Failure { part, id: Some(*id), why: error.to_string() });
                            if let Error::Objects(_) = error {
                                *given_up_at = Some(*id);
                                return (kept, failures);
                            }
                        }
                    }
                }
                match rows.last() {
                    Some(id) => last = Some(*id),
                    None => break,
                }
            }
        }
        (kept, failures)
    }

    /// Anybody can try to log in under any name; what was counted for it does not
    /// stay for ever.
    async fn logins(&self) -> StoreResult<u64> {
        const DAY: i64 = 24 * 60;
        let kept = i64::from(self.0.settings().login.lockout.lock_minutes).max(DAY);
        let tx = self.0.store().begin().await?;
        let removed = tx.forget_old_login_failures(self.0.now().plus_minutes(-kept)).await?;
        tx.commit().await?;
        Ok(removed)
    }

    /// Goes a step further on one of the ways through everything that is kept; how many files it did something to.
    async fn on_the_way(&self, part: Part, failures: &mut Vec<Failure>) -> u32 {
        let done = if part == Part::Scan { self.put_up(failures).await } else { self.tell(failures).await };
        done.unwrap_or_else(|error| {
            failures.push(Failure { part, id: None, why: error.to_string() });
            0
        })
    }

    /// Puts files up for the malware engine that it has not looked through: there was none when they came, or they were
    /// too large for it. A few at a time, and from where the last sweep has come to; after the last file it begins again.
    async fn put_up(&self, failures: &mut Vec<Failure>) -> Result<u32> {
        let portal = self.0;
        let (rows, scanner) = (portal.store(), &portal.parts.scanner);
        if scanner.engine == Engine::None || portal.examinations().waiting().await? >= PUT_UP {
            return Ok(0);
        }
        let before = rows.put_up_until().await?;
        let (ids, mut until) = rows.not_scanned(before, LOOKED_AT).await?;
        // For an engine that is down they would only wait in another place.
        if !ids.is_empty() && scanner.version().await.is_none() {
            return Ok(0);
        }
        let mut done = 0;
        for id in ids {
            match self.step(Part::Scan, id).await {
                Ok(put_up) => done += u32::from(put_up),
                Err(error) => failures.push(Failure { part: Part::Scan, id: Some(id), why: error.to_string() }),
            }
            if u64::from(done) == PUT_UP {
                until = Some(id);
                break;
            }
        }
        if until != before {
            let tx = rows.begin().await?;
            tx.note_put_up(until).await?;
            tx.commit().await?;
        }
        Ok(done)
    }

    /// Has the log tell of files that came since the last sweep what had been known of their bytes before.
    async fn tell(&self, failures: &mut Vec<Failure>) -> Result<u32> {
        let rows = self.0.store();
        let from = rows.told_until().await?;
        let (leaves, mut until) = rows.received_since(from, LOOKED_AT).await?;
        let mut done = 0;
        for leaf in &leaves {
            match self.0.examinations().tell_of_received(leaf).await {
                Ok(told) => done += u32::from(told),
                Err(error) => {
                    failures.push(Failure { part: Part::Tell, id: None, why: error.to_string() });
                    // What cannot be read keeps no other from it; after anything else the next sweep tries again.
                    if !matches!(error, Error::Store(StoreError::Row { .. })) {
                        until = leaf.index;
                        break;
                    }
                }
            }
        }
        if until != from {
            let tx = rows.begin().await?;
            tx.note_told(until).await?;
            tx.commit().await?;
        }
        Ok(done)
    }

    /// Does one part, row after row in the order of their keys; how many it did.
    async fn each(&self, part: Part, failures: &mut Vec<Failure>) -> u32 {
        let mut done = 0;
        let mut last = None;
        loop {
            let rows = match self.due(part, last).await {
                Ok(rows) => rows,
                Err(error) => {
                    failures.push(Failure { part, id: None, why: error.to_string() });
                    return done;
                }
            };
            for id in &rows {
                match self.step(part, *id).await {
                    Ok(true) => done += 1,
                    // Another server has done it.
                    Ok(false) => {}
                    Err(error) => failures.push(Failure { part, id: Some(*id), why: error.to_string() }),
                }
            }
            match rows.last() {
                Some(id) => last = Some(*id),
                None => return done,
            }
        }
    }

    /// The next rows of a part.
    async fn due(&self, part: Part, after: Option<Uuid>) -> StoreResult<Vec<Uuid>> {
        let (db, now) = (self.0.store().read(), self.0.now());
        match part {
            Part::Expire => store::enrolment::expired(db, now, after, BATCH).await,
            Part::Rounds => store::enrolment::rounds_due(db, now, after, BATCH).await,
            Part::Confirm => store::ledger::quiet(db, now, after, BATCH).await,
            Part::Escalate => store::finding::overdue(db, now, after, BATCH).await,
            Part::GiveUp => store::upload::expired(db, now, after, BATCH).await,
            Part::Finish => store::upload::in_stage(db, UploadStage::Receiving, after, BATCH).await,
            Part::Settle => store::upload::in_stage(db, UploadStage::Whole, after, BATCH).await,
            Part::Keep => store::upload::in_stage(db, UploadStage::Attached, after, BATCH).await,
            Part::Ended | Part::Captures | Part::Sessions | Part::Logins | Part::Scan | Part::Tell => Ok(Vec::new()),
        }
    }

    /// Does one row, unless there is nothing to do to it any more.
    async fn step(&self, part: Part, id: Uuid) -> Result<bool> {
        match part {
            Part::Expire => self.expire(id).await,
            Part::Rounds => self.begin_round(id).await,
            Part::Confirm => self.confirm(id).await,
            Part::Escalate => self.escalate(id).await,
            Part::GiveUp => self.0.uploads().give_up(UploadId(id)).await,
            Part::Finish => self.0.uploads().finish_left(UploadId(id)).await,
            Part::Settle => self.settle(UploadId(id)).await,
            Part::Scan => self.0.examinations().put_up(id).await,
            Part::Keep | Part::Ended | Part::Captures | Part::Sessions | Part::Logins | Part::Tell => Ok(false),
        }
    }

    async fn settle(&self, id: UploadId) -> Result<bool> {
        let settled = self.0.uploads().settle(id).await?;
        Ok(settled.stage() != UploadStage::Whole)
    }

    async fn begin_round(&self, id: Uuid) -> Result<bool> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let known = store::enrolment::get(tx.db(), EnrolmentId(id)).await?.ok_or(Error::NotFound)?;
        one_at_a_time(&tx, known.enterprise).await?;
        let mut enrolment = load::<Enrolment>(&tx, id).await?;
        if !enrolment.round_is_due(portal.now()) {
            return Ok(false);
        }
        let begun = begin_round(portal, &mut tx, &mut enrolment.value).await?;
        tx.save(&enrolment).await?;
        tx.commit().await?;
        Ok(begun > 0)
    }

    async fn expire(&self, id: Uuid) -> Result<bool> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut enrolment = load::<Enrolment>(&tx, id).await?;
        if enrolment.apply(EnrolmentEvent::End { why: Ending::Expired }, portal.now()).is_err() {
            return Ok(false);
        }
        tx.save(&enrolment).await?;
        tx.audit(portal.own_event("enrolment.expire", "enrolment", id));
        tx.commit().await?;
        Ok(true)
    }

    async fn confirm(&self, id: Uuid) -> Result<bool> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut entry = load::<LedgerEntry>(&tx, id).await?;
        if entry.confirm(portal.now()).is_err() {
            return Ok(false);
        }
        tx.save(&entry).await?;
        tx.audit(portal.own_event("ledger.confirm", "ledger_entry", id));
        tx.commit().await?;
        Ok(true)
    }

    async fn escalate(&self, id: Uuid) -> Result<bool> {
        let portal = self.0;
        let now = portal.now();
        // A head has as long to see to it as an officer has for a re-check.
        let patience = |at| portal.calendar().deadline(at, portal.settings().clocks.recheck);
        let mut tx = portal.store().begin().await?;
        let mut finding = load::<Finding>(&tx, id).await?;
        let Some(level) = finding.escalation_due(patience, now) else { return Ok(false) };
        finding.escalation = Some(Escalation { level, at: now });
        tx.save(&finding).await?;
        portal.findings().lapse(&mut tx, &finding).await?;
        tx.audit(
            portal.own_event("finding.escalate", "case", finding.case).with(json!({ "finding": id, "to": level })),
        );
        tx.commit().await?;
        Ok(true)
    }
}
