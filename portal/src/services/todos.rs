//! 我的待办: what waits for me, since when, until when.

use domain::{
    actor::{Actor, Role, Scope},
    case::{CaseStage, CaseState},
    enrolment::{EnrolmentStage, EnrolmentState},
    enterprise::Registration,
    finding::{EscalationLevel, FindingStage, FindingState},
    ids::{AccountId, AgencyId, CaseId, EnrolmentId, EnterpriseId, FindingId, ItemId},
    region::RegionCode,
    text::Name,
    time::Timestamp,
};
use time::{Date, Month};

use super::account_admin::{AccountFilter, AccountRow};
use crate::{
    Portal,
    account::AccountStatus,
    error::Result,
    store::{self, CaseFilter, FindingFilter, Page},
};

/// The service.
pub struct Todos<'a>(pub(crate) &'a Portal);

/// What kind of thing waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// The own registration was not confirmed: correct it.
    CorrectRegistration,
    /// The own registration waits for the agency (nothing to do).
    AwaitRegistration,
    /// Nothing applied for yet.
    Apply,
    /// Finish an application that was begun, returned or refused.
    FinishEnrolment(EnrolmentId, EnrolmentStage),
    /// Fill in and send a round.
    FillCase(CaseId, Name),
    /// Send what was asked for again.
    SupplementCase(CaseId, Name),
    /// Put a finding right and send proof.
    Rectify(FindingId, FindingStage),
    /// Confirm a registration.
    ConfirmEnterprise(EnterpriseId, Name),
    /// Decide an application.
    DecideEnrolment(EnrolmentId, Name),
    /// Take a case from the queue.
    TakeCase(CaseId, Name),
    /// Go on with a case on the own desk.
    ReviewCase(CaseId, Name),
    /// What was asked for did not come in its term: go on without it, or otherwise.
    GoOnWithout(CaseId, Name),
    /// Confirm a colleague's proposal.
    ConfirmOutcome(CaseId, Name),
    /// Decide on a proposed site visit.
    ApproveOnSite(CaseId, Name),
    /// Check a rectification.
    VerifyFinding(FindingId),
    /// A term passed and was passed up.
    Escalated(FindingId),
    /// A case whose term has passed, whoever it waits for.
    OverdueCase(CaseId, Name),
    /// An application that an agency has not answered in its term.
    OverdueEnrolment(EnrolmentId, Name),
    /// Give an account the roles without which nobody can use it.
    GrantRoles(AccountId, Name),
    /// Load the days off of a year in which terms run soon.
    LoadCalendar(i32),
}

impl Task {
    /// The case it is about.
    const fn case(&self) -> Option<CaseId> {
        match self {
            Self::FillCase(id, _)
            | Self::SupplementCase(id, _)
            | Self::TakeCase(id, _)
            | Self::ReviewCase(id, _)
            | Self::GoOnWithout(id, _)
            | Self::ConfirmOutcome(id, _)
            | Self::ApproveOnSite(id, _)
            | Self::OverdueCase(id, _) => Some(*id),
            _ => None,
        }
    }
}

/// One thing that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    /// What.
    pub task: Task,
    /// Whose record it is, for people of an agency or the city.
    pub enterprise: Option<Name>,
    /// Whose to decide it is, for people of an enterprise; whose person an account is.
    pub agency: Option<Name>,
    /// The items it is about.
    pub items: Vec<Name>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Until when.
    pub due: Option<Timestamp>,
}

/// A thing that waits, before the names are looked up.
struct Found {
    todo: Todo,
    agency: Option<AgencyId>,
    items: Vec<ItemId>,
}

impl Found {
    fn new(task: Task, since: Option<Timestamp>, due: Option<Timestamp>) -> Self {
        let todo = Todo { task, enterprise: None, agency: None, items: Vec::new(), since, due };
        Self { todo, agency: None, items: Vec::new() }
    }

    fn of(mut self, enterprise: Name) -> Self {
        self.todo.enterprise = Some(enterprise);
        self
    }

    fn at(mut self, agency: AgencyId) -> Self {
        self.agency = Some(agency);
        self
    }

    fn about(mut self, items: impl IntoIterator<Item = ItemId>) -> Self {
        self.items = items.into_iter().collect();
        self
    }
}

/// As many of each kind as are shown; the lists behind them have the rest.
const SHOWN: Page = Page { limit: 20, offset: 0 };

impl Todos<'_> {
    /// Everything that waits for the actor, what is due first coming first.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub async fn of(&self, actor: &Actor) -> Result<Vec<Todo>> {
        let found = match actor.scope {
            Scope::Enterprise(id) => self.of_enterprise(actor, id).await?,
            Scope::Agency(_) => self.of_agency(actor).await?,
            Scope::Jurisdiction(region) => self.of_jurisdiction(actor, region).await?,
        };
        let mut todos = self.named(found).await?;
        todos.sort_by_key(|todo| todo.due.map_or(i64::MAX, |due| due.0));
        Ok(todos)
    }

    async fn named(&self, found: Vec<Found>) -> Result<Vec<Todo>> {
        let ids: Vec<ItemId> = found.iter().flat_map(|found| found.items.iter().copied()).collect();
        let names = self.0.item_names(ids).await?;
        let agencies = if found.iter().any(|found| found.agency.is_some()) {
            store::agency::all(self.0.store().read()).await?
        } else {
            Vec::new()
        };
        let todo = |found: Found| {
            let agency = agencies.iter().find(|agency| Some(agency.id) == found.agency);
            Todo {
                agency: agency.map(|agency| agency.name.clone()),
                items: found.items.iter().filter_map(|id| names.get(id).cloned()).collect(),
                ..found.todo
            }
        };
        Ok(found.into_iter().map(todo).collect())
    }

    async fn of_enterprise(&self, actor: &Actor, id: EnterpriseId) -> Result<Vec<Found>> {
        let portal = self.0;
        let db = portal.store().read();
        let mut todos = Vec::new();
        let enterprise = portal.enterprises().get(actor, id).await?;
        match enterprise.registration {
            Registration::Pending { since } => {
                let due = portal.calendar().deadline(since, portal.settings().clocks.registration);
                todos.push(Found::new(Task::AwaitRegistration, Some(since), Some(due)));
            }
            Registration::Rejected { at, .. } => todos.push(Found::new(Task::CorrectRegistration, Some(at), None)),
            Registration::Confirmed { at, .. } => {
                let enrolments = store::enrolment::of_enterprise(db, id).await?;
                if enrolments.iter().all(|e| e.stage() == EnrolmentStage::Ended) {
                    todos.push(Found::new(Task::Apply, Some(at), None));
                }
                for enrolment in enrolments.iter().filter(|enrolment| enrolment.is_editable()) {
                    let since = match &enrolment.state {
                        EnrolmentState::Returned { at, .. } | EnrolmentState::Refused { at, .. } => *at,
                        _ => enrolment.created_at,
                    };
                    let items = enrolment.items.iter().map(|applied| applied.item);
                    let task = Task::FinishEnrolment(enrolment.id, enrolment.stage());
                    todos.push(Found::new(task, Some(since), None).at(enrolment.agency).about(items));
                }
            }
        }
        let filter = CaseFilter {
            enterprise: Some(id),
            stages: vec![CaseStage::Open, CaseStage::MoreEvidence],
            ..CaseFilter::default()
        };
        for case in store::case::queue(db, &filter, SHOWN).await?.rows {
            let (task, since) = match &case.state {
                CaseState::MoreEvidence { at, .. } => (Task::SupplementCase(case.id, case.number.clone()), *at),
                _ => (Task::FillCase(case.id, case.number.clone()), case.created_at),
            };
            let items = case.items.iter().map(|item| item.item);
            todos.push(Found::new(task, Some(since), case.due()).at(case.agency).about(items));
        }
        let filter = FindingFilter {
            enterprise: Some(id),
            stages: vec![FindingStage::Guided, FindingStage::Returned],
            ..FindingFilter::default()
        };
        for finding in store::finding::queue(db, &filter, SHOWN).await?.rows {
            let since = match &finding.state {
                FindingState::Returned { at, .. } => *at,
                _ => finding.found_at,
            };
            let found = Found::new(Task::Rectify(finding.id, finding.stage()), Some(since), finding.due());
            todos.push(found.at(finding.agency).about([finding.item]));
        }
        Ok(todos)
    }

    async fn of_agency(&self, actor: &Actor) -> Result<Vec<Found>> {
        let portal = self.0;
        let mut todos = Vec::new();
        for enterprise in portal.enterprises().pending(actor, SHOWN).await?.rows {
            if let Registration::Pending { since } = enterprise.registration {
                let due = portal.calendar().deadline(since, portal.settings().clocks.registration);
                let task = Task::ConfirmEnterprise(enterprise.id, enterprise.name.clone());
                todos.push(Found::new(task, Some(since), Some(due)).of(enterprise.name));
            }
        }
        for row in portal.enrolments().queue(actor, &[EnrolmentStage::Submitted], SHOWN).await?.rows {
            let (enrolment, name) = (row.enrolment, row.enterprise);
            let since = match enrolment.state {
                EnrolmentState::Submitted { at, .. } => Some(at),
                _ => None,
            };
            let items = enrolment.items.iter().map(|applied| applied.item);
            let task = Task::DecideEnrolment(enrolment.id, name.clone());
            todos.push(Found::new(task, since, enrolment.due()).of(name).about(items));
        }
        self.desk(actor, &mut todos).await?;
        let filter = FindingFilter { stages: vec![FindingStage::Resubmitted], ..FindingFilter::default() };
        // Without a valid certificate nothing can be signed, so nothing waits for it.
        let signs = actor.certified_on(portal.now().date());
        let resubmitted = if signs { portal.findings().list(actor, &filter, SHOWN).await?.rows } else { Vec::new() };
        for row in resubmitted {
            let since = match row.finding.state {
                FindingState::Resubmitted { at, .. } => Some(at),
                _ => None,
            };
            let found = Found::new(Task::VerifyFinding(row.finding.id), since, row.finding.due());
            todos.push(found.of(row.enterprise).about([row.finding.item]));
        }
        if actor.roles.has(Role::AgencyHead) {
            todos.extend(self.escalated(actor, EscalationLevel::Head).await?);
            let listed: Vec<CaseId> = todos.iter().filter_map(|found| found.todo.task.case()).collect();
            let overdue = self.overdue_cases(actor).await?;
            todos.extend(overdue.into_iter().filter(|f| f.todo.task.case().is_none_or(|id| !listed.contains(&id))));
        }
        Ok(todos)
    }

    async fn of_jurisdiction(&self, actor: &Actor, region: RegionCode) -> Result<Vec<Found>> {
        let portal = self.0;
        let mut todos = Vec::new();
        if actor.roles.has(Role::Supervisor) {
            todos.extend(self.escalated(actor, EscalationLevel::Supervisor).await?);
            todos.extend(self.long_overdue(actor).await?);
        }
        if actor.roles.has(Role::SecurityAdmin) {
            let filter = AccountFilter { status: Some(AccountStatus::Pending), ..AccountFilter::default() };
            for AccountRow { account, .. } in portal.accounts().list(actor, &filter, SHOWN).await?.rows {
                let task = Task::GrantRoles(account.id, account.name.clone());
                let found = Found::new(task, Some(account.created_at), None);
                todos.push(match account.agency() {
                    Some(agency) => found.at(agency),
                    None => found,
                });
            }
        }
        // A district has no machine of its own on which days off could be loaded.
        if actor.roles.has(Role::SystemAdmin) && region == RegionCode::CHANGCHUN {
            for year in portal.calendar().unloaded_soon(portal.now().date()) {
                let before = Date::from_calendar_date(year - 1, Month::December, 31).ok();
                todos.push(Found::new(Task::LoadCalendar(year), None, before.map(Timestamp::end_of)));
            }
        }
        Ok(todos)
    }

    /// Cases whose term has passed: with the enterprise, in the queue, or on
    /// somebody's desk. The head is told at once (A5).
    async fn overdue_cases(&self, actor: &Actor) -> Result<Vec<Found>> {
        let portal = self.0;
        let filter = CaseFilter {
            stages: vec![
                CaseStage::Open,
                CaseStage::Submitted,
                CaseStage::InReview,
                CaseStage::MoreEvidence,
                CaseStage::Proposed,
            ],
            due_before: Some(portal.now()),
            ..CaseFilter::default()
        };
        let rows = portal.reviews().first(actor, vec![filter], SHOWN.limit).await?;
        let found = rows.into_iter().map(|row| {
            let items = row.case.items.iter().map(|item| item.item);
            let task = Task::OverdueCase(row.case.id, row.case.number.clone());
            Found::new(task, None, row.case.due()).of(row.enterprise).about(items)
        });
        Ok(found.collect())
    }

    /// Cases and applications that stayed overdue although the head has had as
    /// long to see to them as an officer has for a re-check: the supervisor's next.
    async fn long_overdue(&self, actor: &Actor) -> Result<Vec<Found>> {
        let portal = self.0;
        let patience = |due| portal.calendar().deadline(due, portal.settings().clocks.recheck);
        let mut found = self.overdue_cases(actor).await?;
        for row in portal.enrolments().queue(actor, &[EnrolmentStage::Submitted], SHOWN).await?.rows {
            let (enrolment, name) = (row.enrolment, row.enterprise);
            let items = enrolment.items.iter().map(|applied| applied.item);
            let task = Task::OverdueEnrolment(enrolment.id, name.clone());
            found.push(Found::new(task, None, enrolment.due()).of(name).about(items));
        }
        found.retain(|found| found.todo.due.is_some_and(|due| patience(due) < portal.now()));
        Ok(found)
    }

    async fn desk(&self, actor: &Actor, todos: &mut Vec<Found>) -> Result<()> {
        let portal = self.0;
        let officer = actor.roles.has(Role::Officer);
        let head = actor.roles.has(Role::AgencyHead);
        let signs = actor.certified_on(portal.now().date());
        let in_stage = |stage| CaseFilter { stages: vec![stage], ..CaseFilter::default() };
        let mut filters = vec![CaseFilter { officer: Some(actor.account), ..in_stage(CaseStage::InReview) }];
        filters.push(CaseFilter {
            officer: Some(actor.account),
            due_before: Some(portal.now()),
            ..in_stage(CaseStage::MoreEvidence)
        });
        if officer && signs {
            filters.push(in_stage(CaseStage::Submitted));
        }
        if signs {
            filters.push(in_stage(CaseStage::Proposed));
        }
        if head {
            filters.push(in_stage(CaseStage::OnSiteProposed));
        }
        for row in portal.reviews().first(actor, filters, SHOWN.limit).await? {
            let (id, number) = (row.case.id, row.case.number.clone());
            let (task, since) = match &row.case.state {
                CaseState::Submitted { at, .. } => (Task::TakeCase(id, number), *at),
                CaseState::InReview { since, .. } => (Task::ReviewCase(id, number), *since),
                CaseState::MoreEvidence { due, .. } => (Task::GoOnWithout(id, number), *due),
                CaseState::Proposed { by, at, .. } if *by != actor.account => (Task::ConfirmOutcome(id, number), *at),
                CaseState::OnSiteProposed { by, at, .. } if *by != actor.account => {
                    (Task::ApproveOnSite(id, number), *at)
                }
                _ => continue,
            };
            let items = row.case.items.iter().map(|item| item.item);
            todos.push(Found::new(task, Some(since), row.case.due()).of(row.enterprise).about(items));
        }
        Ok(())
    }

    async fn escalated(&self, actor: &Actor, level: EscalationLevel) -> Result<Vec<Found>> {
        let filter = FindingFilter {
            escalated: Some(level),
            stages: vec![FindingStage::Guided, FindingStage::Returned, FindingStage::Resubmitted],
            ..FindingFilter::default()
        };
        let rows = self.0.findings().list(actor, &filter, SHOWN).await?.rows;
        Ok(rows
            .into_iter()
            .map(|row| {
                let since = row.finding.escalation.map(|escalation| escalation.at);
                let found = Found::new(Task::Escalated(row.finding.id), since, row.finding.due());
                found.of(row.enterprise).about([row.finding.item])
            })
            .collect())
    }
}
