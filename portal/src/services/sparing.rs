//! The part of a review that spares a first violation (A7): what fits, what speaks against it, the notice, and what the
//! register keeps of what was not spared.

use std::collections::BTreeSet;

use domain::{
    actor::Actor,
    case::{Case, Decision, Outcome},
    document::{Document, DocumentBody, DocumentKind, ToldCondition},
    enterprise::Enterprise,
    finding::FindingState,
    first_violation::{Answers, FirstViolation, FirstViolationState, Obstacle, Slot, keys_of_found, obstacles},
    ids::{AgencyId, CaseId, EnterpriseId, EvidenceId, FindingId, FirstViolationId, ItemId},
    item::ItemVersion,
    policy::Action,
    time::Timestamp,
};
use uuid::Uuid;

use super::{
    load,
    reviews::{FirstViolationProposal, Reviews},
};
use crate::{
    error::{Error, Result},
    first_violation_list::{FirstViolationDraft, FirstViolationEntry},
    store::{self, Tx},
};

impl Reviews<'_> {
    /// The list entries that fit the problems of a case, with what the register
    /// says of "first" for each.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn first_violation_options(
        &self,
        actor: &Actor,
        id: CaseId,
    ) -> Result<Vec<(FirstViolationEntry, Option<Slot>)>> {
        let portal = self.0;
        let db = portal.store().read();
        let case = store::case::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit(actor, Action::SeeFirstViolations, &case).await?;
        let today = portal.now().date();
        let mut options = Vec::new();
        let items: BTreeSet<_> = case.problems().map(|(line, _)| line.item).collect();
        for item in items {
            for entry in store::first_violation::list_of_item(db, item).await? {
                if entry.entry.agency != case.agency || !entry.entry.in_force_on(today) {
                    continue;
                }
                let slot = store::first_violation_slot(db, case.enterprise, &entry.entry.slot_key()).await?;
                let judged = entry.entry.category.asks_for_first();
                let slot = slot.filter(|slot| judged && slot.at >= entry.entry.window_start(portal.now()));
                options.push((entry, slot));
            }
        }
        Ok(options)
    }

    /// The list entries by which what was found could be spared, where an outcome leaves them
    /// aside: whoever proposes it says why (A7).
    ///
    /// # Errors
    /// As [`Reviews::first_violation_options`].
    pub async fn left_aside(&self, actor: &Actor, id: CaseId, outcome: Outcome) -> Result<Vec<FirstViolationEntry>> {
        if !outcome.is_heavier_than_sparing() {
            return Ok(Vec::new());
        }
        let case = store::case::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
        // One notice spares the problems of one item.
        if case.problems().map(|(line, _)| line.item).collect::<BTreeSet<_>>().len() != 1 {
            return Ok(Vec::new());
        }
        let options = self.first_violation_options(actor, id).await?;
        let open = options.into_iter().filter(|(entry, slot)| entry.entry.category.spares() && slot.is_none());
        Ok(open.map(|(entry, _)| entry).collect())
    }

    /// Everything that speaks against a first-violation notice as an officer
    /// has filled it in, before it is proposed.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an entry that does not fit, [`Error::Denied`].
    pub async fn obstacles(&self, actor: &Actor, id: CaseId, first: &FirstViolationProposal) -> Result<Vec<Obstacle>> {
        let db = self.0.store().read();
        let case = store::case::get(db, id).await?.ok_or(Error::NotFound)?;
        self.0.permit(actor, Action::ReviewCase, &case).await?;
        let entry = store::first_violation::list_entry(db, first.entry).await?.ok_or(Error::NotFound)?;
        self.first_violation_obstacles(db, &case, &entry, &first.answers).await
    }

    pub(super) async fn first_violation_obstacles(
        &self,
        db: &impl sea_orm::ConnectionTrait,
        case: &Case,
        entry: &FirstViolationEntry,
        answers: &Answers,
    ) -> Result<Vec<Obstacle>> {
        // The entry must belong to an item in which a problem was found.
        if !case.problems().any(|(line, _)| line.item == entry.entry.item) || entry.entry.agency != case.agency {
            return Err(Error::NotFound);
        }
        let slot = store::first_violation_slot(db, case.enterprise, &entry.entry.slot_key()).await?;
        let mut found = obstacles(&entry.entry, answers, slot.map(|slot| slot.at), self.0.now());
        if case.problems().any(|(line, _)| line.item != entry.entry.item) {
            found.push(Obstacle::OtherProblems);
        }
        self.own_files(db, case.id, answers.files()).await?;
        Ok(found)
    }

    pub(super) async fn confirm_first_violation(
        &self,
        tx: &mut Tx,
        case: &Case,
        items: &[ItemVersion],
        decision: &Decision,
    ) -> Result<Document> {
        let portal = self.0;
        let now = portal.now();
        let draft = tx
            .load::<FirstViolationDraft>(case.id.0)
            .await?
            .ok_or_else(|| Error::Impossible(format!("case {} has no first-violation draft", case.id)))?
            .value;
        let entry = draft.entry.entry.clone();
        if case.problems().any(|(line, _)| line.item != entry.item) {
            return Err(Error::Obstacles(vec![Obstacle::OtherProblems]));
        }
        let notice = FirstViolationId(portal.new_id());
        // One notice at a time per enterprise: the three keys of a notice are taken
        // one after another, and two notices may judge by different ones.
        load::<Enterprise>(tx, case.enterprise.0).await?;
        let window = if entry.category.asks_for_first() { entry.window_start(now) } else { Timestamp(i64::MAX) };
        if !tx.take_slot(case.enterprise, &entry.slot_key(), notice, window, now).await? {
            let slot = store::first_violation_slot(tx.db(), case.enterprise, &entry.slot_key()).await?;
            let earlier = slot.map_or(now, |slot| slot.at);
            return Err(Error::Obstacles(vec![Obstacle::NotFirst { earlier }]));
        }
        let judged = entry.slot_key();
        let mut others: Vec<String> = entry.slot_keys().into_iter().filter(|key| *key != judged).collect();
        // One order for everybody, so that two officers cannot wait for each other.
        others.sort();
        for key in others {
            tx.note_slot(case.enterprise, &key, notice, now).await?;
        }
        let (mut findings, mut told) = self.findings(tx, case, items).await?;
        let correct_by = portal.deadline(entry.correct_within_days);
        for (finding, told) in findings.iter_mut().zip(&mut told) {
            finding.state = FindingState::Guided { at: now, due: correct_by };
            told.due = correct_by.date();
        }
        let reason = draft.answers.reason.clone().ok_or(Error::Obstacles(vec![Obstacle::ReasonMissing]))?;
        let files = store::evidence::of_case(tx.db(), case.id).await?;
        let digests =
            |ids: &[EvidenceId]| files.iter().filter(|file| ids.contains(&file.id)).map(|file| file.digest).collect();
        let body = DocumentBody::FirstViolation {
            findings: told,
            entry: Box::new(entry.clone()),
            correct_by: correct_by.date(),
            reason,
            conditions: ToldCondition::all(&entry, &draft.answers, digests),
        };
        let officers = vec![decision.proposer, decision.confirmer];
        let document = self.issue(tx, case, DocumentKind::of_category(entry.category), officers, body).await?;
        let ids: Vec<FindingId> = findings.iter().map(|finding| finding.id).collect();
        self.begin_findings(tx, findings, &document).await?;
        tx.insert(&FirstViolation {
            id: notice,
            enterprise: case.enterprise,
            agency: case.agency,
            case: case.id,
            findings: ids,
            entry,
            answers: draft.answers,
            document: document.id,
            noticed_at: now,
            state: FirstViolationState::Noticed { correct_by },
        })
        .await?;
        tx.delete_first_violation_draft(case.id).await?;
        Ok(document)
    }
}

/// Notes a violation that was found and not spared: a later one is no first any
/// more (A7: first *found*). `record` is what it rests on.
pub(super) async fn note_violation(
    tx: &Tx,
    enterprise: EnterpriseId,
    agency: AgencyId,
    item: ItemId,
    record: Uuid,
    found_at: Timestamp,
) -> Result<()> {
    // The register of an enterprise is written by one at a time, as for notices.
    load::<Enterprise>(tx, enterprise.0).await?;
    let entries = store::first_violation::list_of_item(tx.db(), item).await?;
    for key in keys_of_found(agency, item, entries.iter().map(|entry| &entry.entry)) {
        let known = store::first_violation_slot(tx.db(), enterprise, &key).await?;
        // A finding may be handed on after a later one was noticed.
        if known.is_none_or(|slot| slot.at < found_at) {
            tx.note_slot(enterprise, &key, FirstViolationId(record), found_at).await?;
        }
    }
    Ok(())
}
