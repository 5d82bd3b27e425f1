//! The moving world: an agenda of tasks in the order of their time, each of which
//! does one step through the services and puts the next on the agenda.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::Arc,
};

use domain::{
    actor::Actor,
    calendar::Calendar,
    case::{CaseStage, OnSiteReason},
    ids::{CaseId, EnrolmentId, EnterpriseId, FindingId, ItemId, LineId},
    settings::Settings,
    time::Timestamp,
    visit_ledger::DueReason,
};
use proof::note::Signer;
use time::Duration;

use super::{
    Size, catalogue,
    catalogue::Shelf,
    dice::Dice,
    enrolling::Fate,
    firms,
    people::{self, AGENCIES, Crew},
    pictures::Gallery,
    staging::Stop,
};
use crate::{
    Clock, MovableClock, Portal, Setup,
    error::{Error, Result},
    evidence::{scan::Scanner, workshop::Workshop},
    objects::Objects,
    services::{passwords::SharedPassword, sweeps::Swept},
    store::{self, CaseFilter, Page, Store},
};

/// A step that somebody will take.
#[derive(Clone, Debug)]
pub(super) enum Task {
    Register(usize),
    Settle(usize),
    Correct(usize),
    Apply { firm: usize, agency: usize },
    Decide { firm: usize, agency: usize, id: EnrolmentId, again: bool },
    Answer { firm: usize, agency: usize, id: EnrolmentId },
    Second { agency: usize, item: usize },
    Plan { agency: usize, month: u64 },
    Visit { visit: Box<PlannedVisit> },
    Fill(CaseId),
    Supplement(CaseId),
    Withdraw(CaseId),
    GiveUp(CaseId),
    Take(CaseId),
    Review(CaseId),
    Confirm(CaseId),
    DecideSite(CaseId),
    Promise(CaseId),
    Rectify(FindingId, CaseId),
    Verify(FindingId, CaseId),
    Transfer(FindingId, CaseId),
    Stage { agency: usize, firm: Option<usize>, stop: Stop, desk: usize },
    Sweep,
}

/// A site visit that will take place.
#[derive(Clone, Debug)]
pub(super) struct PlannedVisit {
    pub(super) firm: usize,
    pub(super) agency: usize,
    pub(super) items: Vec<ItemId>,
    pub(super) due: Option<domain::ids::DueVisitId>,
    pub(super) case: Option<CaseId>,
    pub(super) note: &'static str,
}

/// An enterprise in the world.
pub(super) struct Firm {
    pub(super) draft: firms::Draft,
    pub(super) fate: Fate,
    /// Since it registered.
    pub(super) known: Option<(EnterpriseId, Actor)>,
    /// Who fills in, where it is not the owner.
    pub(super) operator: Option<Actor>,
    pub(super) confirmed: bool,
    /// What it is enrolled for, by place of the agency.
    pub(super) enrolled: BTreeMap<usize, Vec<ItemId>>,
    /// Cases that are not at an end, by place of the agency.
    pub(super) busy: BTreeMap<usize, u32>,
}

/// How a case will end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    NoIssue,
    Guidance,
    First,
    Order,
    Filed,
    OnSite(OnSiteReason),
}

/// What will happen in a case.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one turn that the story may take")]
pub(super) struct Course {
    pub(super) firm: usize,
    pub(super) agency: usize,
    pub(super) end: End,
    /// The line with the problem.
    pub(super) problem: Option<LineId>,
    /// The enterprise reports it itself.
    pub(super) disclosed: bool,
    /// Rounds of more evidence.
    pub(super) rounds: u8,
    /// The colleague disagrees once.
    pub(super) disagrees: bool,
    /// The rectification: late, sent back once, never.
    pub(super) late: bool,
    pub(super) sent_back: bool,
    pub(super) never: bool,
    /// Who reviews, as a place among the officers.
    pub(super) desk: usize,
    /// Where it is left for people to go on.
    pub(super) stop: Option<Stop>,
}

pub(super) struct World {
    pub(super) portal: Portal,
    clock: Arc<MovableClock>,
    pub(super) dice: Dice,
    pub(super) shared: SharedPassword,
    pub(super) crews: Vec<Crew>,
    pub(super) shelves: Vec<Shelf>,
    pub(super) firms: Vec<Firm>,
    pub(super) by_id: HashMap<EnterpriseId, usize>,
    pub(super) courses: HashMap<CaseId, Course>,
    pub(super) gallery: Gallery,
    pub(super) size: Size,
    agenda: BTreeMap<(Timestamp, u64), Task>,
    serial: u64,
    end: Timestamp,
}

/// The last task begins this many minutes before the end: filling in a round
/// takes its time.
const MARGIN: i64 = 90;

/// Makes the city.
pub(super) async fn make(
    store: Store,
    objects: Objects,
    settings: Settings,
    spool: PathBuf,
    seed: u64,
    now: Timestamp,
    size: Size,
) -> Result<()> {
    let start = now.date() - Duration::days(365);
    let clock = Arc::new(MovableClock::at(Timestamp::start_of(start)));
    let calendar = Calendar::china()?;
    // Signs nothing: the log is signed for the first time by whoever serves the city.
    let signer = Signer::from_seed("wugan", &[0; 32]);
    let signer = Arc::new(signer.ok_or_else(|| Error::Impossible("a name for a key".to_owned()))?);
    let clock_of_city = Arc::<MovableClock>::clone(&clock);
    let setup = Setup {
        store,
        objects,
        clock: clock_of_city,
        settings,
        calendar,
        spool,
        hashers: 1,
        signer,
        scanner: Scanner::default(),
        workshop: Workshop::default(),
    };
    let portal = Portal::new(setup)?;
    let mut dice = Dice::new(seed);
    let first_day = portal.calendar().add_workdays(start, 0);
    clock.set(Timestamp::start_of(first_day).plus_minutes(9 * 60));
    let tick = || clock.set(Timestamp(clock.now().0 + 2_000));
    let shared = portal.accounts().share(people::PASSWORD).await?;
    let expired = now.date() - Duration::days(40);
    let crews = people::create(&portal, &shared, start, expired, tick).await?;
    let mut shelves = Vec::new();
    for (crew, (.., data)) in crews.iter().zip(AGENCIES) {
        shelves.push(catalogue::publish(&portal, &crew.head, crew.agency, data, start, tick).await?);
    }
    let drafts = firms::draw(&mut dice.fork(), size.firms(), start)?;
    let mut world = World {
        portal,
        clock: Arc::clone(&clock),
        dice,
        shared,
        crews,
        shelves,
        firms: Vec::new(),
        by_id: HashMap::new(),
        courses: HashMap::new(),
        gallery: Gallery::default(),
        size,
        agenda: BTreeMap::new(),
        serial: 0,
        end: now,
    };
    world.invite(drafts);
    world.set_agenda();
    world.run().await
}

impl World {
    fn set_agenda(&mut self) {
        self.at(Timestamp(self.clock.now().0).plus_days(1), Task::Sweep);
        for agency in 0..self.crews.len() {
            for item in 0..self.shelves[agency].items.len() {
                if self.shelves[agency].items[item].second {
                    let when = self.morning(150 + 20 * agency as u64);
                    self.at(when, Task::Second { agency, item });
                }
            }
            for month in 1..12 {
                let when = self.morning(month * 30 + agency as u64);
                self.at(when, Task::Plan { agency, month });
            }
        }
        self.stage();
    }

    async fn run(&mut self) -> Result<()> {
        let last = self.end.plus_minutes(-MARGIN);
        while let Some(((at, _), task)) = self.agenda.pop_first() {
            if at > last {
                break;
            }
            if at > self.clock.now() {
                self.clock.set(at);
            }
            self.tick();
            self.act(task).await?;
        }
        self.clock.set(self.end.max(self.clock.now()));
        self.swept().await?;
        Ok(())
    }

    /// A made-up city has no rows that cannot be swept.
    async fn swept(&self) -> Result<Swept> {
        let swept = self.portal.sweeps().run().await;
        if swept.failures.is_empty() { Ok(swept) } else { Err(Error::Impossible(format!("{:?}", swept.failures))) }
    }

    async fn act(&mut self, task: Task) -> Result<()> {
        match task {
            Task::Register(firm) => self.register(firm).await,
            Task::Settle(firm) => self.settle(firm).await,
            Task::Correct(firm) => self.correct(firm).await,
            Task::Apply { firm, agency } => self.apply(firm, agency).await,
            Task::Decide { firm, agency, id, again } => self.decide(firm, agency, id, again).await,
            Task::Answer { firm, agency, id } => self.answer(firm, agency, id).await,
            Task::Second { agency, item } => self.second(agency, item).await,
            Task::Plan { agency, month } => self.plan(agency, month).await,
            Task::Visit { visit } => self.visit(*visit).await,
            Task::Fill(case) => self.fill_in(case).await,
            Task::Supplement(case) => self.supplement(case).await,
            Task::Withdraw(case) => self.withdraw(case).await,
            Task::GiveUp(case) => self.give_up(case).await,
            Task::Take(case) => self.take(case).await,
            Task::Review(case) => self.review(case).await,
            Task::Confirm(case) => self.confirm(case).await,
            Task::DecideSite(case) => self.decide_site(case).await,
            Task::Promise(case) => self.promise(case).await,
            Task::Rectify(finding, case) => self.rectify(finding, case).await,
            Task::Verify(finding, case) => self.verify(finding, case).await,
            Task::Transfer(finding, case) => self.transfer(finding, case).await,
            Task::Stage { agency, firm, stop, desk } => self.begin_staged(agency, firm, stop, desk).await,
            Task::Sweep => self.sweep().await,
        }
    }

    /// A night's work of the portal; rounds that began are people's work next.
    async fn sweep(&mut self) -> Result<()> {
        let swept = self.swept().await?;
        let today = self.portal.now().date();
        let tomorrow = Timestamp::start_of(today + Duration::days(1)).plus_minutes(6 * 60 + 10);
        self.at(tomorrow, Task::Sweep);
        if swept.rounds == 0 {
            return Ok(());
        }
        for agency in 0..self.crews.len() {
            let filter = CaseFilter { stages: vec![CaseStage::Open], ..CaseFilter::default() };
            let page = Page { limit: 500, offset: 0 };
            let open = self.portal.reviews().queue(&self.crews[agency].head, &filter, page).await?;
            let mut fresh: Vec<_> =
                open.rows.into_iter().map(|row| row.case).filter(|case| !self.courses.contains_key(&case.id)).collect();
            fresh.sort_by(|a, b| a.number.cmp(&b.number));
            for case in fresh {
                if let Some(&firm) = self.by_id.get(&case.enterprise) {
                    self.begin(case.id, firm, agency, None).await?;
                }
            }
        }
        Ok(())
    }

    async fn second(&mut self, agency: usize, item: usize) -> Result<()> {
        let item = &self.shelves[agency].items[item];
        let (id, content) = (item.id, item.content.clone());
        let head = self.crews[agency].head.clone();
        self.portal.catalogue().write_draft(&head, Some(id), content).await?;
        self.tick();
        self.portal.catalogue().publish(&head, id).await
    }

    /// Puts a task on the agenda.
    pub(super) fn at(&mut self, when: Timestamp, task: Task) {
        self.serial += 1;
        self.agenda.insert((when, self.serial), task);
    }

    /// Puts a task on the agenda at an office hour so many working days from now.
    pub(super) fn in_days(&mut self, days: u16, task: Task) {
        let now = self.portal.now();
        let calendar = self.portal.calendar();
        let office = |days: u16, minute: i64| {
            Timestamp::start_of(calendar.add_workdays(now.date(), days)).plus_minutes(8 * 60 + 40 + minute)
        };
        let minute = i64::try_from(self.dice.below(440)).unwrap_or(0);
        let mut when = office(days, minute);
        if when <= now {
            when = now.plus_minutes(15 + minute / 8);
            if when > office(0, 450) {
                when = office(1, minute);
            }
        }
        self.at(when, task);
    }

    /// The first morning of work so many days after the beginning.
    pub(super) fn morning(&mut self, days: u64) -> Timestamp {
        let days = i64::try_from(days).unwrap_or(0);
        let date = self.end.date() - Duration::days(365 - days);
        let date = self.portal.calendar().add_workdays(date, 0);
        let minute = i64::try_from(self.dice.below(120)).unwrap_or(0);
        Timestamp::start_of(date).plus_minutes(8 * 60 + 40 + minute)
    }

    /// A morning so many working days before the end.
    pub(super) fn back(&mut self, days: u16) -> Timestamp {
        let mut date = self.end.date();
        let mut left = days;
        while left > 0 {
            date -= Duration::days(1);
            if self.portal.calendar().is_workday(date) {
                left -= 1;
            }
        }
        let minute = i64::try_from(self.dice.below(60)).unwrap_or(0);
        Timestamp::start_of(date).plus_minutes(8 * 60 + 30 + minute)
    }

    /// Lets some seconds pass, so that no two records are of the same instant.
    pub(super) fn tick(&mut self) {
        let gap = i64::try_from(self.dice.between(1_500, 9_000)).unwrap_or(2_000);
        self.clock.set(Timestamp(self.clock.now().0 + gap));
    }

    /// Lets some minutes pass: somebody is working.
    pub(super) fn minutes(&mut self, low: u64, high: u64) {
        let minutes = i64::try_from(self.dice.between(low, high)).unwrap_or(1);
        self.clock.pass_minutes(minutes);
        self.tick();
    }

    /// The owner and the id of an enterprise that has registered.
    pub(super) fn owner(&self, firm: usize) -> Result<(EnterpriseId, Actor)> {
        self.firms[firm].known.clone().ok_or_else(|| Error::Impossible(format!("enterprise {firm} is not registered")))
    }

    /// The officer at a desk today: whose certificate has run out is passed over.
    pub(super) fn officer(&self, agency: usize, desk: usize) -> &Actor {
        let today = self.portal.now().date();
        let able: Vec<&Actor> =
            self.crews[agency].officers.iter().filter(|officer| officer.certified_on(today)).collect();
        able.get(desk % able.len().max(1)).copied().unwrap_or(&self.crews[agency].officers[0])
    }

    /// A case as it stands.
    pub(super) async fn case(&self, id: CaseId) -> Result<domain::case::Case> {
        store::case::get(self.portal.store().read(), id).await?.ok_or(Error::NotFound)
    }

    /// What will happen in a case.
    pub(super) fn course(&self, id: CaseId) -> Result<Course> {
        self.courses.get(&id).cloned().ok_or_else(|| Error::Impossible(format!("case {id} has no course")))
    }

    /// A reason for a due visit, by season.
    pub(super) fn reason(&mut self, month: u64) -> DueReason {
        match month % 4 {
            0 => DueReason::Plan,
            3 if self.dice.chance(50) => DueReason::Campaign,
            _ => {
                *self.dice.weighted(&[(80, DueReason::RandomDraw), (12, DueReason::Recheck), (8, DueReason::Complaint)])
            }
        }
    }
}
