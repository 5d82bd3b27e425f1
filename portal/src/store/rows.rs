//! Which value is stored in which table, and the searches that services ask for.

use sea_orm::{ConnectionTrait, Value};
use serde::Serialize;
use uuid::Uuid;

use super::{Aggregate, Find, StoreResult, Tally};
use crate::account::{Account, AccountStatus};
use crate::first_violation_list::{FirstViolationDraft, FirstViolationEntry};
use crate::site_visit::SiteVisit;
use domain::{
    agency::Agency,
    case::{Case, CaseStage, CaseState},
    document::Document,
    enrolment::{Enrolment, EnrolmentStage, EnrolmentState},
    enterprise::{Enterprise, Registration},
    evidence::{Evidence, Purpose},
    finding::{EscalationLevel, Finding, FindingStage, FindingState},
    first_violation::{FirstViolation, FirstViolationStage},
    ids::{
        AccountId, AgencyId, CaseId, DocumentId, DueVisitId, EnrolmentId, EnterpriseId, EvidenceId, FindingId,
        FirstViolationId, ItemId, LedgerEntryId,
    },
    item::Item,
    time::Timestamp,
    visit_ledger::{DueVisit, EntryStage, EntryState, LedgerEntry},
};

/// The word that stands for a unit variant in a column: the one serde uses.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The word that stands for an internally tagged state in a column.
fn state_word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::Object(fields)) => {
            fields.get("state").and_then(|state| state.as_str()).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

fn text(value: impl Into<String>) -> Value {
    Value::String(Some(value.into()))
}

fn at(value: Option<Timestamp>) -> Value {
    Value::BigInt(value.map(|at| at.0))
}

fn id(value: Option<Uuid>) -> Value {
    Value::Uuid(value)
}

/// A page of a list: how many rows are shown, how many are skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Rows on the page.
    pub limit: u64,
    /// Rows before it.
    pub offset: u64,
}

impl Page {
    /// Rows on a page of a list.
    pub const SIZE: u64 = 25;

    /// The `number`-th page, counted from 1; anything below is the first.
    pub fn number(number: u32) -> Self {
        Self { limit: Self::SIZE, offset: u64::from(number.max(1) - 1) * Self::SIZE }
    }

    /// Everything: for lists that are short by nature.
    pub const ALL: Self = Self { limit: 100_000, offset: 0 };
}

/// One page of rows, and how many there are in all.
#[derive(Clone, Debug)]
pub struct Paged<T> {
    /// The rows of the page.
    pub rows: Vec<T>,
    /// All rows.
    pub total: u64,
}

/// Runs a search twice: once for the page, once for the count.
async fn paged<T: Aggregate>(
    db: &impl ConnectionTrait,
    search: impl Fn() -> Find<T>,
    order: impl Fn(Find<T>) -> Find<T>,
    page: Page,
) -> StoreResult<Paged<T>> {
    let rows = order(search()).page(page.limit, page.offset).all(db).await?;
    // A first page that is not full knows the total already.
    let seen = page.offset + rows.len() as u64;
    let total = if (rows.len() as u64) < page.limit && !rows.is_empty() { seen } else { search().count(db).await? };
    Ok(Paged { rows, total })
}

impl Aggregate for Agency {
    const TABLE: &'static str = "agencies";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("name", text(self.name.as_str()))]
    }
}

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

impl Aggregate for Enrolment {
    const TABLE: &'static str = "enrolments";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let valid_to = match &self.state {
            EnrolmentState::Active { valid_to, .. } | EnrolmentState::Suspended { valid_to, .. } => {
                Some(Timestamp::end_of(*valid_to))
            }
            _ => None,
        };
        vec![
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("stage", text(word(&self.stage()))),
            ("due", at(self.due())),
            ("valid_to", at(valid_to)),
            ("next_round", at(self.next_round)),
            ("created_at", at(Some(self.created_at))),
        ]
    }
}

impl Aggregate for Case {
    const TABLE: &'static str = "cases";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let ended = match &self.state {
            CaseState::Closed { at, .. } | CaseState::ConvertedOnSite { at, .. } | CaseState::Withdrawn { at, .. } => {
                Some(*at)
            }
            _ => None,
        };
        vec![
            ("number", text(self.number.as_str())),
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("enrolment", id(Some(self.enrolment.0))),
            ("stage", text(word(&self.stage()))),
            ("due", at(self.due())),
            // Never empty, so that one index gives the queue in its order.
            ("due_order", at(Some(self.due().unwrap_or(Timestamp(i64::MAX))))),
            ("officer", id(self.officer().map(|id| id.0))),
            ("created_at", at(Some(self.created_at))),
            ("submitted_at", at(self.submitted_at)),
            ("outcome", Value::String(self.decision().map(|decision| word(&decision.outcome)))),
            ("decided_at", at(self.decision().map(|decision| decision.at))),
            ("ended_at", at(ended)),
        ]
    }

    fn counts_for(&self) -> Vec<(Tally, i64)> {
        if self.submitted_at.is_none() {
            return Vec::new();
        }
        let tally = |figure| (Tally::of(figure, self.created_at, self.agency, self.enterprise), 0);
        let mut counts = vec![tally("sent")];
        if let Some(decision) = self.decision() {
            counts.push(tally("decided"));
            if decision.outcome.needs_problem() {
                counts.push(tally("with_findings"));
            }
        }
        if matches!(self.state, CaseState::ConvertedOnSite { .. }) {
            counts.push(tally("converted"));
        }
        counts
    }
}

impl Aggregate for Evidence {
    const TABLE: &'static str = "evidence";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let (line, finding) = match self.purpose {
            Purpose::SelfCheck { line, .. } => (Some(line.0), None),
            Purpose::Rectification { finding, .. } => (None, Some(finding.0)),
        };
        vec![
            ("case_id", id(Some(self.case.0))),
            ("enterprise", id(Some(self.enterprise.0))),
            ("line", id(line)),
            ("finding", id(finding)),
            ("state", text(state_word(&self.state))),
            ("digest", text(self.digest.to_string())),
            ("received_at", at(Some(self.received_at))),
        ]
    }
}

impl Aggregate for Finding {
    const TABLE: &'static str = "findings";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let in_time = match self.state {
            FindingState::Verified { in_time, .. } => Some(i64::from(in_time)),
            FindingState::Transferred { .. } => Some(0),
            _ => None,
        };
        vec![
            ("case_id", id(Some(self.case.0))),
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("item", id(Some(self.item.0))),
            ("stage", text(word(&self.stage()))),
            ("due", at(self.due())),
            ("escalated", Value::String(self.escalation.map(|escalation| word(&escalation.level)))),
            ("found_at", at(Some(self.found_at))),
            ("in_time", Value::BigInt(in_time)),
        ]
    }

    fn counts_for(&self) -> Vec<(Tally, i64)> {
        let tally = |figure| (Tally::of(figure, self.found_at, self.agency, self.enterprise), 0);
        match self.state {
            FindingState::Verified { in_time: true, .. } => {
                vec![tally("rectification_settled"), tally("rectification_in_time")]
            }
            FindingState::Verified { .. } | FindingState::Transferred { .. } => vec![tally("rectification_settled")],
            _ => Vec::new(),
        }
    }
}

impl Aggregate for FirstViolation {
    const TABLE: &'static str = "first_violations";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("case_id", id(Some(self.case.0))),
            ("stage", text(state_word(&self.state))),
            ("slot", text(self.entry.slot_key())),
            ("noticed_at", at(Some(self.noticed_at))),
        ]
    }
}

impl Aggregate for FirstViolationEntry {
    const TABLE: &'static str = "first_violation_list";

    fn key(&self) -> Uuid {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("item", id(Some(self.entry.item.0))), ("code", text(self.entry.code.as_str()))]
    }
}

impl Aggregate for FirstViolationDraft {
    const TABLE: &'static str = "first_violation_drafts";

    fn key(&self) -> Uuid {
        self.case.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("entry", id(Some(self.entry.id)))]
    }
}

impl Aggregate for DueVisit {
    const TABLE: &'static str = "due_visits";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("stage", text(state_word(&self.state))),
            ("until", at(Some(Timestamp::end_of(self.until)))),
            ("recorded_at", at(Some(self.recorded_at))),
        ]
    }
}

impl Aggregate for SiteVisit {
    const TABLE: &'static str = "site_visits";

    fn key(&self) -> Uuid {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("visited_at", at(Some(self.at))),
        ]
    }

    fn counts_for(&self) -> Vec<(Tally, i64)> {
        vec![(Tally::of("site_visits", self.at, self.agency, self.enterprise), 0)]
    }
}

impl Aggregate for LedgerEntry {
    const TABLE: &'static str = "ledger_entries";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let confirm_after = match self.state {
            EntryState::Claimed { confirm_after } => Some(confirm_after),
            _ => None,
        };
        let saved = i64::from(self.standard_minutes) - i64::from(self.spent_minutes);
        vec![
            ("due_visit", id(Some(self.due_visit.0))),
            ("case_id", id(Some(self.case.0))),
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("stage", text(word(&self.stage()))),
            ("claimed_at", at(Some(self.claimed_at))),
            ("month", text(month(self.claimed_at))),
            ("confirm_after", at(confirm_after)),
            ("saved_minutes", Value::BigInt(Some(saved))),
        ]
    }

    fn counts_for(&self) -> Vec<(Tally, i64)> {
        let figure = match self.stage() {
            EntryStage::Claimed => "claimed",
            EntryStage::Confirmed => "confirmed",
            EntryStage::Reversed => "reversed",
        };
        let saved = i64::from(self.standard_minutes) - i64::from(self.spent_minutes);
        let whole = Tally::of(figure, self.claimed_at, self.agency, self.enterprise);
        let items = self.items.iter().map(|item| (whole.for_item(*item), saved));
        let items: Vec<_> = items.collect();
        std::iter::once((whole, saved)).chain(items).collect()
    }
}

impl Aggregate for Document {
    const TABLE: &'static str = "documents";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("kind", text(word(&self.kind))),
            ("number", text(self.number.as_str())),
            ("code", text(self.code.compact())),
            ("agency", id(Some(self.agency.0))),
            ("enterprise", id(Some(self.enterprise.0))),
            ("case_id", id(self.case.map(|case| case.0))),
            ("issued_at", at(Some(self.issued_at))),
        ]
    }
}

/// The month of an instant in Beijing, as `2026-03`.
pub fn month(at: Timestamp) -> String {
    let date = at.date();
    format!("{:04}-{:02}", date.year(), u8::from(date.month()))
}

/// Agencies.
pub mod agency {
    use super::*;

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
}

/// Enterprises.
pub mod enterprise {
    use super::*;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn get(db: &impl ConnectionTrait, id: EnterpriseId) -> StoreResult<Option<Enterprise>> {
        crate::store::aggregate::get(db, id.0).await
    }

    /// The one with this credit code.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn by_code(
        db: &impl ConnectionTrait,
        code: &domain::credit_code::CreditCode,
    ) -> StoreResult<Option<Enterprise>> {
        Find::new().eq("credit_code", code.as_str()).first(db).await
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
        let search =
            || Find::new().one_of("region", regions.iter().copied()).containing(&["name", "credit_code"], query);
        paged(db, search, |find| find.order("name"), page).await
    }
}

/// Accounts.
pub mod account {
    use super::*;

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
    pub async fn several(
        db: &impl ConnectionTrait,
        ids: impl IntoIterator<Item = AccountId>,
    ) -> StoreResult<Vec<Account>> {
        Find::new().one_of("id", ids.into_iter().map(|id| id.0)).all(db).await
    }

    /// Those whose name or login contains a text, within a district: of its
    /// agencies, of its enterprises, or with the district as their jurisdiction.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn search(
        db: &impl ConnectionTrait,
        query: Option<&str>,
        status: Option<AccountStatus>,
        district: Option<(domain::region::RegionCode, &[AgencyId])>,
        page: Page,
    ) -> StoreResult<Paged<Account>> {
        let search = || {
            let find = Find::new().containing(&["name", "login"], query).eq_if("status", status.map(|s| word(&s)));
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

    /// The people of an agency.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_agency(db: &impl ConnectionTrait, agency: AgencyId) -> StoreResult<Vec<Account>> {
        Find::new().eq("agency", agency.0).order("login").all(db).await
    }
}

/// The catalogue.
pub mod item {
    use super::*;

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
        Find::new().one_of("id", ids.into_iter().map(|id| id.0)).all(db).await
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
}

/// Enrolments.
pub mod enrolment {
    use super::*;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn get(db: &impl ConnectionTrait, id: EnrolmentId) -> StoreResult<Option<Enrolment>> {
        crate::store::aggregate::get(db, id.0).await
    }

    /// An enterprise's, the latest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_enterprise(db: &impl ConnectionTrait, enterprise: EnterpriseId) -> StoreResult<Vec<Enrolment>> {
        Find::new().eq("enterprise", enterprise.0).latest("created_at").all(db).await
    }

    /// An agency's in some stages, what is due first coming first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_agency(
        db: &impl ConnectionTrait,
        agency: Option<AgencyId>,
        stages: &[EnrolmentStage],
        page: Page,
    ) -> StoreResult<Paged<Enrolment>> {
        let search = || Find::new().eq_if("agency", agency.map(|id| id.0)).one_of("stage", stages.iter().map(word));
        paged(db, search, |find| find.order("due").latest("created_at"), page).await
    }

    /// Active ones whose next round is due to begin.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn rounds_due(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> StoreResult<Vec<Uuid>> {
        Find::<Enrolment>::new()
            .eq("stage", word(&EnrolmentStage::Active))
            .before("next_round", now.0 + 1)
            .order("next_round")
            .order("id")
            .page(limit, 0)
            .keys(db)
            .await
    }

    /// Active or suspended ones whose time has run out.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn expired(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> StoreResult<Vec<Uuid>> {
        Find::<Enrolment>::new()
            .one_of("stage", [word(&EnrolmentStage::Active), word(&EnrolmentStage::Suspended)])
            .before("valid_to", now.0)
            .page(limit, 0)
            .keys(db)
            .await
    }
}

/// What a queue is narrowed down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Whose queue; `None` is every agency within reach.
    pub agencies: Option<Vec<AgencyId>>,
    /// Which enterprise.
    pub enterprise: Option<EnterpriseId>,
    /// Which stages; empty is all.
    pub stages: Vec<CaseStage>,
    /// Who has it.
    pub officer: Option<AccountId>,
    /// Only what is due before this instant.
    pub due_before: Option<Timestamp>,
    /// A part of the case number.
    pub number: Option<String>,
    /// A part of the enterprise's name or code.
    pub enterprise_text: Option<String>,
}

impl CaseFilter {
    fn search(&self) -> Find<Case> {
        let mut find = Find::new()
            .eq_if("enterprise", self.enterprise.map(|id| id.0))
            .eq_if("officer", self.officer.map(|id| id.0))
            .containing(&["number"], self.number.as_deref())
            .of_containing("enterprise", "enterprises", &["name", "credit_code"], self.enterprise_text.as_deref());
        if let Some(agencies) = &self.agencies {
            find = find.one_of("agency", agencies.iter().map(|id| id.0));
        }
        if !self.stages.is_empty() {
            find = find.one_of("stage", self.stages.iter().map(word));
        }
        if let Some(due) = self.due_before {
            find = find.before("due", due.0);
        }
        find
    }
}

/// Cases.
pub mod case {
    use super::*;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn get(db: &impl ConnectionTrait, id: CaseId) -> StoreResult<Option<Case>> {
        crate::store::aggregate::get(db, id.0).await
    }

    /// Those with these ids, in no order.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn several(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = CaseId>) -> StoreResult<Vec<Case>> {
        Find::new().one_of("id", ids.into_iter().map(|id| id.0)).all(db).await
    }

    /// Those of a filter, what is due first coming first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn queue(db: &impl ConnectionTrait, filter: &CaseFilter, page: Page) -> StoreResult<Paged<Case>> {
        paged(db, || filter.search(), |find| find.rising("due_order"), page).await
    }

    /// Those of a filter, the latest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn latest(db: &impl ConnectionTrait, filter: &CaseFilter, page: Page) -> StoreResult<Paged<Case>> {
        paged(db, || filter.search(), |find| find.latest("created_at"), page).await
    }

    /// How many a filter finds.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn count(db: &impl ConnectionTrait, filter: &CaseFilter) -> StoreResult<u64> {
        filter.search().count(db).await
    }
}

/// Files.
pub mod evidence {
    use super::*;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn get(db: &impl ConnectionTrait, id: EvidenceId) -> StoreResult<Option<Evidence>> {
        crate::store::aggregate::get(db, id.0).await
    }

    /// A case's, in the order in which they arrived.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Vec<Evidence>> {
        Find::new().eq("case_id", case.0).order("received_at").all(db).await
    }

    /// A finding's, in the order in which they arrived.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_finding(db: &impl ConnectionTrait, finding: FindingId) -> StoreResult<Vec<Evidence>> {
        Find::new().eq("finding", finding.0).order("received_at").all(db).await
    }
}

/// What a list of findings is narrowed down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Which agencies; `None` is every one within reach.
    pub agencies: Option<Vec<AgencyId>>,
    /// Which enterprise.
    pub enterprise: Option<EnterpriseId>,
    /// Which stages; empty is all.
    pub stages: Vec<FindingStage>,
    /// Only what is due before this instant.
    pub due_before: Option<Timestamp>,
    /// Only what was passed up to this level.
    pub escalated: Option<EscalationLevel>,
    /// A part of the enterprise's name or code.
    pub enterprise_text: Option<String>,
}

impl FindingFilter {
    fn search(&self) -> Find<Finding> {
        let mut find = Find::new()
            .eq_if("enterprise", self.enterprise.map(|id| id.0))
            .eq_if("escalated", self.escalated.map(|level| word(&level)))
            .of_containing("enterprise", "enterprises", &["name", "credit_code"], self.enterprise_text.as_deref());
        if let Some(agencies) = &self.agencies {
            find = find.one_of("agency", agencies.iter().map(|id| id.0));
        }
        if !self.stages.is_empty() {
            find = find.one_of("stage", self.stages.iter().map(word));
        }
        if let Some(due) = self.due_before {
            find = find.before("due", due.0);
        }
        find
    }
}

/// Findings.
pub mod finding {
    use super::*;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn get(db: &impl ConnectionTrait, id: FindingId) -> StoreResult<Option<Finding>> {
        crate::store::aggregate::get(db, id.0).await
    }

    /// A case's.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Vec<Finding>> {
        Find::new().eq("case_id", case.0).order("found_at").all(db).await
    }

    /// Those of a filter, what is due first coming first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn queue(db: &impl ConnectionTrait, filter: &FindingFilter, page: Page) -> StoreResult<Paged<Finding>> {
        paged(db, || filter.search(), |find| find.order("due").latest("found_at"), page).await
    }

    /// How many a filter finds.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn count(db: &impl ConnectionTrait, filter: &FindingFilter) -> StoreResult<u64> {
        filter.search().count(db).await
    }

    /// Unsettled ones whose term has passed.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn overdue(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> StoreResult<Vec<Uuid>> {
        Find::<Finding>::new().before("due", now.0).page(limit, 0).keys(db).await
    }
}

/// What the register of first violations is narrowed down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstViolationFilter {
    /// Which agencies; `None` is every one within reach.
    pub agencies: Option<Vec<AgencyId>>,
    /// Which stages; empty is all.
    pub stages: Vec<FirstViolationStage>,
    /// A part of the enterprise's name or code.
    pub enterprise_text: Option<String>,
}

impl FirstViolationFilter {
    fn search(&self) -> Find<FirstViolation> {
        let mut find = Find::new().of_containing(
            "enterprise",
            "enterprises",
            &["name", "credit_code"],
            self.enterprise_text.as_deref(),
        );
        if let Some(agencies) = &self.agencies {
            find = find.one_of("agency", agencies.iter().map(|id| id.0));
        }
        if !self.stages.is_empty() {
            find = find.one_of("stage", self.stages.iter().map(word));
        }
        find
    }
}

/// The register of first violations, and the published list it rests on.
pub mod first_violation {
    use super::*;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn get(db: &impl ConnectionTrait, id: FirstViolationId) -> StoreResult<Option<FirstViolation>> {
        crate::store::aggregate::get(db, id.0).await
    }

    /// The one that a case led to.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Option<FirstViolation>> {
        Find::new().eq("case_id", case.0).first(db).await
    }

    /// Those of a filter, the latest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn register(
        db: &impl ConnectionTrait,
        filter: &FirstViolationFilter,
        page: Page,
    ) -> StoreResult<Paged<FirstViolation>> {
        paged(db, || filter.search(), |find| find.latest("noticed_at"), page).await
    }

    /// What was proposed for a case under the list, and is not confirmed yet.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn draft(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Option<FirstViolationDraft>> {
        crate::store::aggregate::get(db, case.0).await
    }

    /// The latest under a slot's key, for comparison.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn comparable(db: &impl ConnectionTrait, slot: &str, limit: u64) -> StoreResult<Vec<FirstViolation>> {
        Find::new().eq("slot", slot).latest("noticed_at").page(limit, 0).all(db).await
    }

    /// The list entries for an item.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn list_of_item(db: &impl ConnectionTrait, item: ItemId) -> StoreResult<Vec<FirstViolationEntry>> {
        Find::new().eq("item", item.0).order("code").all(db).await
    }

    /// One list entry.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn list_entry(db: &impl ConnectionTrait, id: Uuid) -> StoreResult<Option<FirstViolationEntry>> {
        crate::store::aggregate::get(db, id).await
    }
}

/// Visits that were due, and those that took place.
pub mod visit {
    use super::*;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn get(db: &impl ConnectionTrait, id: DueVisitId) -> StoreResult<Option<DueVisit>> {
        crate::store::aggregate::get(db, id.0).await
    }

    /// An agency's due visits, the latest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_agency(db: &impl ConnectionTrait, agency: AgencyId, page: Page) -> StoreResult<Paged<DueVisit>> {
        let search = || Find::new().eq("agency", agency.0);
        paged(db, search, |find| find.latest("recorded_at"), page).await
    }

    /// Those still open for an enterprise and an agency.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn open(
        db: &impl ConnectionTrait,
        enterprise: EnterpriseId,
        agency: AgencyId,
    ) -> StoreResult<Vec<DueVisit>> {
        Find::new()
            .eq("enterprise", enterprise.0)
            .eq("agency", agency.0)
            .eq("stage", "open")
            .order("until")
            .all(db)
            .await
    }

    /// Site visits of an agency to an enterprise, the latest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn site_visits(
        db: &impl ConnectionTrait,
        enterprise: EnterpriseId,
        agency: AgencyId,
    ) -> StoreResult<Vec<SiteVisit>> {
        Find::new().eq("enterprise", enterprise.0).eq("agency", agency.0).latest("visited_at").all(db).await
    }
}

/// What the ledger is narrowed down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerFilter {
    /// Which agencies; `None` is every one within reach.
    pub agencies: Option<Vec<AgencyId>>,
    /// In which state.
    pub stage: Option<EntryStage>,
    /// Claimed at this instant or later.
    pub from: Option<Timestamp>,
    /// Claimed before this instant.
    pub until: Option<Timestamp>,
    /// Of this district.
    pub region: Option<domain::region::RegionCode>,
    /// For this item.
    pub item: Option<ItemId>,
}

impl LedgerFilter {
    fn search(&self) -> Find<LedgerEntry> {
        let mut find = Find::new().eq_if("stage", self.stage.map(|stage| word(&stage)));
        if let Some(agencies) = &self.agencies {
            find = find.one_of("agency", agencies.iter().map(|id| id.0));
        }
        if let Some(from) = self.from {
            find = find.from("claimed_at", from.0);
        }
        if let Some(until) = self.until {
            find = find.before("claimed_at", until.0);
        }
        if let Some(region) = self.region {
            find = find.within("enterprise", "enterprises", "id", "region", region.as_str());
        }
        if let Some(item) = self.item {
            find = find.within("id", "ledger_items", "entry", "item", item.0);
        }
        find
    }
}

/// The records behind the figures of remote supervision.
pub mod measured {
    use super::*;
    use crate::store::statistics::{Base, Measure};

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
}

/// The ledger of visits avoided.
pub mod ledger {
    use super::*;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn get(db: &impl ConnectionTrait, id: LedgerEntryId) -> StoreResult<Option<LedgerEntry>> {
        crate::store::aggregate::get(db, id.0).await
    }

    /// Those of a filter, the latest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn list(db: &impl ConnectionTrait, filter: &LedgerFilter, page: Page) -> StoreResult<Paged<LedgerEntry>> {
        paged(db, || filter.search(), |find| find.latest("claimed_at"), page).await
    }

    /// The one for a due visit.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_due_visit(db: &impl ConnectionTrait, due: DueVisitId) -> StoreResult<Option<LedgerEntry>> {
        Find::new().eq("due_visit", due.0).first(db).await
    }

    /// The one that a case led to.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Vec<LedgerEntry>> {
        Find::new().eq("case_id", case.0).all(db).await
    }

    /// Those of an enterprise and an agency.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_pair(
        db: &impl ConnectionTrait,
        enterprise: EnterpriseId,
        agency: AgencyId,
    ) -> StoreResult<Vec<LedgerEntry>> {
        Find::new().eq("enterprise", enterprise.0).eq("agency", agency.0).all(db).await
    }

    /// Claims whose quiet period is over.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn quiet(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> StoreResult<Vec<Uuid>> {
        Find::<LedgerEntry>::new().before("confirm_after", now.0).page(limit, 0).keys(db).await
    }
}

/// Issued documents.
pub mod document {
    use super::*;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn get(db: &impl ConnectionTrait, id: DocumentId) -> StoreResult<Option<Document>> {
        crate::store::aggregate::get(db, id.0).await
    }

    /// The one with this verification code.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn by_code(
        db: &impl ConnectionTrait,
        code: &domain::document::VerifyCode,
    ) -> StoreResult<Option<Document>> {
        Find::new().eq("code", code.compact()).first(db).await
    }

    /// A case's, in the order of issue.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Vec<Document>> {
        Find::new().eq("case_id", case.0).order("issued_at").all(db).await
    }

    /// An enterprise's, the latest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_enterprise(
        db: &impl ConnectionTrait,
        enterprise: EnterpriseId,
        page: Page,
    ) -> StoreResult<Paged<Document>> {
        let search = || Find::new().eq("enterprise", enterprise.0);
        paged(db, search, |find| find.latest("issued_at"), page).await
    }

    /// An agency's, the latest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn of_agency(
        db: &impl ConnectionTrait,
        agencies: Option<Vec<AgencyId>>,
        page: Page,
    ) -> StoreResult<Paged<Document>> {
        let search = || match &agencies {
            Some(agencies) => Find::new().one_of("agency", agencies.iter().map(|id| id.0)),
            None => Find::new(),
        };
        paged(db, search, |find| find.latest("issued_at"), page).await
    }
}
