//! Self-checks: the enterprise's side of a case.

use std::collections::HashMap;

use domain::{
    actor::Actor,
    agency::Agency,
    case::{Answer, Case, CaseError, CaseLine, CaseState, LineFault, LineFiles, Sheet},
    document::Document,
    dossier::Dossier,
    enterprise::Enterprise,
    evidence::{Evidence, EvidenceState, FileName, Purpose},
    finding::Finding,
    first_violation::FirstViolation,
    ids::{AccountId, CaseId, Digest, ItemId, LineId, PageId, UploadId},
    item::{ChecklistLine, EvidenceKind, ItemVersion},
    policy::Action,
    text::{Name, Note},
    time::Timestamp,
    upload::{Place, Upload},
};
use proof::entry::Fact;
use serde_json::json;

use super::{evidences::shows, load, rounds::reopen_due_visits};
use crate::{
    Portal,
    error::{Error, Result},
    store::{self, AuditEntry, CaseFilter, LogEntry, Page, Paged},
};

/// The service.
pub struct Cases<'a>(pub(crate) &'a Portal);

/// A case with everything that belongs to it.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// Whose.
    pub enterprise: Enterprise,
    /// For whom.
    pub agency: Agency,
    /// The items, in the versions the case began with.
    pub items: Vec<ItemVersion>,
    /// Its files, without removed ones.
    pub evidence: Vec<Evidence>,
    /// What is known of their bytes.
    pub known: HashMap<Digest, Dossier>,
    /// What was found in it.
    pub findings: Vec<Finding>,
    /// The first violation noticed in it.
    pub first_violation: Option<FirstViolation>,
    /// What was issued about it.
    pub documents: Vec<Document>,
    /// Names of the people that it mentions.
    pub names: HashMap<AccountId, Name>,
}

impl CaseView {
    /// The checklist line with this id, in the version of the case.
    pub fn checklist(&self, line: LineId) -> Option<&ChecklistLine> {
        checklist(&self.items, line)
    }

    /// The item with this id, in the version of the case.
    pub fn item(&self, item: ItemId) -> Option<&ItemVersion> {
        self.items.iter().find(|version| version.item == item)
    }

    /// The files of a line.
    pub fn files(&self, line: LineId) -> impl Iterator<Item = &Evidence> {
        self.evidence
            .iter()
            .filter(move |evidence| matches!(evidence.purpose, Purpose::SelfCheck { line: of, .. } if of == line))
    }

    /// Everything that keeps the round from being sent, all at once; nothing once it
    /// was sent.
    pub fn faults(&self) -> Vec<(LineId, LineFault)> {
        let files = |line| count_files(&self.evidence, self.case.rounds, line);
        self.case.faults(|line| self.checklist(line), files)
    }

    /// The name of a person that the case mentions.
    pub fn name(&self, account: AccountId) -> Option<&Name> {
        self.names.get(&account)
    }
}

/// A case in a list.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// The case.
    pub case: Case,
    /// Whose.
    pub enterprise: Name,
    /// The names of its items.
    pub items: Vec<Name>,
    /// Who has it on the desk.
    pub officer: Option<Name>,
}

fn checklist(items: &[ItemVersion], line: LineId) -> Option<&ChecklistLine> {
    items.iter().find_map(|version| version.content.line(line))
}

/// The line of a case that an upload is on its way to.
fn line_of(upload: &Upload, case: CaseId, now: Timestamp) -> Option<LineId> {
    let Some(Place::Line { case: of, line }) = upload.on_its_way_to(now) else { return None };
    (of == case).then_some(line)
}

/// Of uploads, those that are on their way to open lines of a case.
fn awaited(mut uploads: Vec<Upload>, case: &Case, now: Timestamp) -> Vec<Upload> {
    uploads.retain(|upload| line_of(upload, case.id, now).is_some_and(|line| case.open_line(line).is_ok()));
    uploads
}

/// Counts the files of each line for the round being sent.
pub(crate) fn count_files(evidence: &[Evidence], round: u8, line: LineId) -> LineFiles {
    let mut files = LineFiles::default();
    for file in evidence {
        let Purpose::SelfCheck { line: of, round: sent } = file.purpose else { continue };
        if of != line || matches!(file.state, EvidenceState::Removed { .. }) {
            continue;
        }
        files.all.add(file.media.kind());
        if file.media.kind() == EvidenceKind::Photo {
            files.captured.add(file.grade(), file.origin.place.is_some());
        }
        if sent == round {
            files.new.add(file.media.kind());
        }
    }
    files
}

impl Cases<'_> {
    /// A case with everything that belongs to it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn get(&self, actor: &Actor, id: CaseId) -> Result<CaseView> {
        let portal = self.0;
        let db = portal.store().read();
        let case = store::case::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit(actor, Action::SeeCase, &case).await?;
        let case = if actor.enterprise().is_some() { case } else { as_sent(case) };
        let enterprise = store::enterprise::get(db, case.enterprise).await?.ok_or(Error::NotFound)?;
        let agency = portal.agency(case.agency).await?;
        let items = portal.versions(case.items.iter().map(|item| (item.item, item.version))).await?;
        let mut evidence = store::evidence::of_case(db, id).await?;
        evidence.retain(|file| shows(actor, file));
        let findings = store::finding::of_case(db, id).await?;
        let first_violation = store::first_violation::of_case(db, id).await?;
        let documents = store::document::of_case(db, id).await?;
        let mut people = people_of(&case);
        people.extend(evidence.iter().map(|file| file.uploader));
        let names = portal.names_of(people).await?;
        let known = portal.examinations().of(&evidence).await?;
        Ok(CaseView { case, enterprise, agency, items, evidence, known, findings, first_violation, documents, names })
    }

    /// One's own enterprise's cases, the latest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] for people without an enterprise.
    pub async fn mine(&self, actor: &Actor, page: Page) -> Result<Paged<CaseRow>> {
        let enterprise = Some(actor.enterprise().ok_or(Error::NotFound)?);
        self.0.permit_any(actor, Action::SeeCase)?;
        let filter = CaseFilter { enterprise, ..CaseFilter::default() };
        let found = store::case::latest(self.0.store().read(), &filter, page).await?;
        Ok(Paged { rows: self.0.rows(found.rows).await?, total: found.total })
    }

    /// Saves a line as it stands; drafts may be incomplete.
    ///
    /// # Errors
    /// [`Error::Case`] when the line is not open, [`Error::Denied`].
    pub async fn answer(
        &self,
        actor: &Actor,
        id: CaseId,
        line: LineId,
        answer: Option<Answer>,
        note: Option<Note>,
    ) -> Result<()> {
        self.answer_from(actor, id, line, (answer, note), None, None).await
    }

    /// As [`Cases::answer`], from a page, and says why the line's photos could not be taken as it
    /// asks, where that is asked; an excuse of `None` takes that back.
    ///
    /// # Errors
    /// As [`Cases::answer`], and [`CaseError::WrittenElsewhere`].
    pub async fn answer_from(
        &self,
        actor: &Actor,
        id: CaseId,
        line: LineId,
        (answer, note): (Option<Answer>, Option<Note>),
        excuse: Option<Option<Note>>,
        sheet: Option<Sheet>,
    ) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut case = load::<Case>(&tx, id.0).await?;
        portal.permit(actor, Action::AnswerCase, &case.value).await?;
        let before = case.line(line).map(|line| line.answer);
        case.write_from(line, sheet)?;
        case.answer(line, answer, note, portal.now())?;
        if let Some(excuse) = excuse {
            case.excuse(line, excuse)?;
        }
        tx.save(&case).await?;
        // Each key stroke's draft is not an event; a changed answer is.
        if before != Some(answer) {
            tx.audit(portal.event(actor, "case.answer", "case", id).with(json!({ "line": line, "answer": answer })));
        }
        tx.commit().await?;
        Ok(())
    }

    /// The page that is opened for a line as it stands.
    pub fn sheet(&self, line: &CaseLine) -> Sheet {
        Sheet { page: PageId(self.0.new_id()), seen: line.writes }
    }

    /// Everything that keeps the round from being sent, all at once.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn check(&self, actor: &Actor, id: CaseId) -> Result<Vec<(LineId, LineFault)>> {
        Ok(self.get(actor, id).await?.faults())
    }

    /// The files that are still on their way to lines of the round, in the order of the lines.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn unfinished(&self, actor: &Actor, id: CaseId) -> Result<Vec<(LineId, FileName)>> {
        let portal = self.0;
        let now = portal.now();
        let db = portal.store().read();
        let case = store::case::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit(actor, Action::AnswerCase, &case).await?;
        let uploads = awaited(store::upload::under_way(db, case.enterprise).await?, &case, now);
        let mut files: Vec<(LineId, FileName)> = uploads
            .into_iter()
            .filter_map(|upload| line_of(&upload, id, now).map(|line| (line, upload.name)))
            .collect();
        files.sort_by_key(|(line, _)| case.lines.iter().position(|of| of.line == *line));
        Ok(files)
    }

    /// What is on its way to the round, once what is here already has come to its place.
    async fn still_coming(&self, actor: &Actor, id: CaseId) -> Result<Vec<Upload>> {
        let portal = self.0;
        let db = portal.store().read();
        let case = store::case::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit(actor, Action::SubmitCase, &case).await?;
        let coming = awaited(store::upload::under_way(db, case.enterprise).await?, &case, portal.now());
        portal.uploads().bring_what_is_here(&coming).await;
        Ok(coming)
    }

    /// Sends the round. From here its files are fixed. Files that are still on their way to its lines
    /// would come too late: they keep it from being sent, unless they are left, which ends them.
    ///
    /// # Errors
    /// [`CaseError::Incomplete`] with every fault, [`CaseError::StillSending`], [`Error::Denied`];
    /// [`Error::Busy`] where the disk keeps a file that is left.
    pub async fn submit(&self, actor: &Actor, id: CaseId, leave_unfinished: bool) -> Result<()> {
        let portal = self.0;
        // On the heap: settling a file holds much across its waits, and few rounds need it.
        let coming = Box::pin(self.still_coming(actor, id)).await?;
        // Turns come before rows, as for everybody who writes an upload.
        let mut turns = if leave_unfinished { portal.uploads().turns(&coming).await? } else { Vec::new() };
        let mut tx = portal.store().begin().await?;
        let mut case = load::<Case>(&tx, id.0).await?;
        portal.permit(actor, Action::SubmitCase, &case.value).await?;
        // Only now: what was brought to its place just before came before the round was sent.
        let now = portal.now();
        let items = portal.versions(case.items.iter().map(|item| (item.item, item.version))).await?;
        let evidence = store::evidence::of_case(tx.db(), id).await?;
        let round = case.rounds;
        let faults = case.faults(|line| checklist(&items, line), |line| count_files(&evidence, round, line));
        let due = portal.deadline(portal.settings().clocks.review);
        case.burden.meter(now);
        // What was left unsent on a line that is closed by now is no part of the round.
        let open: Vec<LineId> = case.lines.iter().filter(|line| line.open).map(|line| line.line).collect();
        let coming = awaited(store::upload::under_way(tx.db(), case.enterprise).await?, &case, now);
        case.submit(faults, due, now)?;
        if !leave_unfinished && !coming.is_empty() {
            let files = u32::try_from(coming.len()).unwrap_or(u32::MAX);
            return Err(CaseError::StillSending { files }.into());
        }
        let left: Vec<UploadId> = coming.iter().map(|upload| upload.id).collect();
        portal.uploads().leave(&mut tx, id.0, &left, &mut turns).await?;
        let mut sealed = Vec::new();
        for file in evidence.iter().filter(|file| {
            matches!(file.state, EvidenceState::Received)
                && matches!(file.purpose, Purpose::SelfCheck { line, .. } if open.contains(&line))
        }) {
            let mut file = load::<Evidence>(&tx, file.id.0).await?;
            if file.state != EvidenceState::Received {
                return Err(Error::Changed);
            }
            file.state = EvidenceState::Sealed { at: now };
            tx.save(&file).await?;
            sealed.push(file.id.to_string());
        }
        tx.save(&case).await?;
        let account = actor.account.to_string();
        let fact =
            Fact::Submitted { case: id.to_string(), round: Some(u32::from(round) + 1), evidence: sealed, account };
        tx.log(LogEntry::of_case(now, id, fact));
        let mut about = json!({ "round": round });
        if !left.is_empty() {
            about["left_unfinished"] = json!(left.len());
        }
        tx.audit(portal.event(actor, "case.submit", "case", id).with(about));
        tx.commit().await?;
        portal.uploads().let_go(&left).await;
        Ok(())
    }

    /// Takes a case back. A visit that was due is due again.
    ///
    /// # Errors
    /// [`Error::Case`] once an officer has it, [`Error::Denied`].
    pub async fn withdraw(&self, actor: &Actor, id: CaseId, reason: Note) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut case = load::<Case>(&tx, id.0).await?;
        portal.permit(actor, Action::SubmitCase, &case.value).await?;
        case.withdraw(reason.clone(), portal.now())?;
        reopen_due_visits(&tx, &case).await?;
        tx.save(&case).await?;
        tx.audit(portal.event(actor, "case.withdraw", "case", id).with(json!({ "reason": reason })));
        tx.commit().await?;
        Ok(())
    }

    /// What happened to a case, the latest first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn history(&self, actor: &Actor, id: CaseId) -> Result<Vec<AuditEntry>> {
        let case = store::case::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
        self.0.permit(actor, Action::SeeCase, &case).await?;
        let mut events = self.0.audits().of_subject(&id.to_string()).await?;
        if actor.enterprise().is_none() {
            // Filling in is the enterprise's own until it sends what came of it.
            let sent = |entry: &AuditEntry| case.submitted_at.is_some_and(|sent| entry.event.at <= sent);
            let drafts = ["case.answer", "evidence.code", "evidence.receive", "evidence.remove"];
            events.retain(|entry| !drafts.contains(&entry.event.action.as_str()) || sent(entry));
        }
        Ok(events)
    }
}

/// A case as everybody but its enterprise sees it: what the enterprise is filling
/// in is a draft, and what it had sent before stands until it sends again.
fn as_sent(mut case: Case) -> Case {
    let sent = case.submitted_at;
    for line in case.lines.iter_mut().filter(|line| line.open) {
        line.stands_as_sent(sent);
    }
    case
}

/// The people whose names a case shows.
fn people_of(case: &Case) -> Vec<AccountId> {
    let mut people: Vec<AccountId> = case.officer().into_iter().collect();
    if let Some(decision) = case.decision() {
        people.extend([decision.proposer, decision.confirmer]);
    }
    if let CaseState::ConvertedOnSite { proposer, approver, .. } = &case.state {
        people.extend([*proposer, *approver]);
    }
    people.extend(case.lines.iter().filter_map(|line| Some(line.review.as_ref()?.by)));
    people
}

impl Portal {
    /// Cases with the names that lists show.
    pub(crate) async fn rows(&self, cases: Vec<Case>) -> Result<Vec<CaseRow>> {
        let enterprises = self.enterprise_names(cases.iter().map(|case| case.enterprise)).await?;
        let officers = self.names_of(cases.iter().filter_map(Case::officer)).await?;
        let ids: std::collections::BTreeSet<ItemId> =
            cases.iter().flat_map(|case| case.items.iter().map(|item| item.item)).collect();
        let items = store::item::several(self.store().read(), ids).await?;
        let name_of = |id: ItemId, number: u32| {
            let version = items.iter().find(|item| item.id == id)?.version(number)?;
            Some(version.content.name.clone())
        };
        let rows = cases.into_iter().filter_map(|case| {
            Some(CaseRow {
                enterprise: enterprises.get(&case.enterprise)?.clone(),
                items: case.items.iter().filter_map(|item| name_of(item.item, item.version)).collect(),
                officer: case.officer().and_then(|officer| officers.get(&officer).cloned()),
                case,
            })
        });
        Ok(rows.collect())
    }
}
