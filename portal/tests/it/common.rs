//! A small town for the tests of the services: one agency, one item, a few people.
#![allow(dead_code, reason = "each test uses its own part")]

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use domain::{
    actor::{Actor, Certificate, Role, Roles, Scope},
    agency::{Agency, Level},
    case::{Answer, Case, LineVerdict, Outcome, ProblemDraft},
    credit_code::CreditCode,
    eligibility::{Condition, RuleSet},
    enterprise::{Coordinates, Site},
    evidence::Moment,
    first_violation::{Answers, Category, ConditionAnswer, FirstScope, ListEntry},
    ids::{AgencyId, CaseId, FindingId, ItemId, LineId},
    item::{ChecklistLine, EvidenceKind, EvidenceRequest, ItemContent, LegalBasis, Regime, Remote, RemoteMethod},
    region::RegionCode,
    settings::Settings,
    text::{Name, Note},
    time::Timestamp,
    visit_ledger::{DueReason, EntryStage, ExtraGround},
};
use portal::{
    MovableClock, Portal, Setup,
    evidence::{scan::Scanner, workshop::Workshop},
    first_violation_list::FirstViolationEntry,
    objects::Objects,
    services::{
        accounts::{NewAccount, NewEnterprise},
        evidences::{Receipt, Slot},
        ledgers::{NewDueVisit, Planned},
        reviews::FirstViolationProposal,
    },
    store::{LedgerFilter, Page, Pools, Store},
};
use proof::note::Signer;
use sea_orm::ConnectionTrait;
use time::macros::{date, datetime};
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "Chun-Tian-2026";
/// A Monday morning.
pub(crate) const BEGIN: time::OffsetDateTime = datetime!(2026-03-02 9:00 +8);

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn note(text: &str) -> Note {
    Note::parse(text).unwrap()
}

pub(crate) fn timestamp(at: time::OffsetDateTime) -> Timestamp {
    Timestamp(i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap())
}

/// The databases to test on: SQLite always, PostgreSQL where the environment
/// names one. The runner of all tests names one; leaving it out shortens the
/// inner loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Db {
    Sqlite,
    Postgres,
}

/// Runs a test on every database there is.
pub(crate) async fn on_each<F: Future<Output = ()>>(test: impl Fn(Db) -> F) {
    test(Db::Sqlite).await;
    if std::env::var("WUGAN_TEST_POSTGRES").is_ok() {
        test(Db::Postgres).await;
    } else {
        println!("PostgreSQL is not tested here: WUGAN_TEST_POSTGRES is not set");
    }
}

/// A restaurant that registers; `number` tells them apart.
pub(crate) fn newcomer(number: u32) -> NewEnterprise {
    NewEnterprise {
        credit_code: CreditCode::with_check(&format!("91220102MA17{number:05}")).unwrap(),
        name: name(&format!("长春市南关区第{number}饺子馆")),
        region: "220102".parse().unwrap(),
        industry: "H6210".parse().unwrap(),
        site: Site {
            address: name("长春市南关区人民大街1号"),
            coordinates: Some(Coordinates::new(43.88, 125.32).unwrap()),
        },
        contact: name("张华"),
        phone: name("13000000000"),
        login: name(&format!("owner{number}")),
        password: PASSWORD.into(),
    }
}

pub(crate) struct Town {
    pub(crate) portal: Portal,
    pub(crate) clock: Arc<MovableClock>,
    pub(crate) agency: AgencyId,
    pub(crate) item: ItemId,
    pub(crate) lines: Vec<LineId>,
    pub(crate) head: Actor,
    pub(crate) li_na: Actor,
    pub(crate) wang_qiang: Actor,
    pub(crate) entry: Uuid,
    folder: tempfile::TempDir,
}

/// An empty database on the PostgreSQL that the environment names.
pub(crate) async fn fresh_postgres() -> String {
    let server = std::env::var("WUGAN_TEST_POSTGRES").unwrap();
    let name = format!("t{}", Uuid::new_v4().simple());
    let admin = sea_orm::Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// A store of its own on this kind of database.
pub(crate) async fn store(db: Db, folder: &std::path::Path) -> Store {
    store_with(db, folder, Pools::default()).await
}

/// The same with pools of one's own size.
pub(crate) async fn store_with(db: Db, folder: &std::path::Path, pools: Pools) -> Store {
    let url = match db {
        Db::Sqlite => format!("sqlite:{}", folder.join("test.db").display()),
        Db::Postgres => fresh_postgres().await,
    };
    let store = Store::open_with(&url, pools).await.unwrap();
    store.migrate().await.unwrap();
    store
}

pub(crate) fn legal_basis() -> LegalBasis {
    LegalBasis { act: name("中华人民共和国食品安全法"), article: name("第三十三条") }
}

pub(crate) fn content(lines: &[LineId]) -> ItemContent {
    ItemContent {
        name: name("餐饮服务食品安全检查"),
        legal_basis: vec![legal_basis()],
        subject: name("餐饮服务提供者"),
        content: note("食品经营条件与过程控制"),
        standard: note("符合食品安全法的要求"),
        regime: Regime::Random,
        yearly_cap: 2,
        remote: Remote::Suitable { methods: BTreeSet::from([RemoteMethod::Pictures]), closable_under_key: false },
        industries: vec![name("H62")],
        standard_minutes: 120,
        rectification_days: 15,
        self_check_months: 6,
        eligibility: RuleSet {
            required: vec![Condition::Confirmed, Condition::IndustryCovered],
            any_of: vec![],
            exclude: vec![],
            bar_years: 0,
            valid_months: 36,
        },
        lines: lines
            .iter()
            .map(|id| ChecklistLine {
                id: *id,
                title: name("食品加工场所"),
                standard: note("地面、墙面清洁，无积水。"),
                clause: legal_basis(),
                requests: vec![EvidenceRequest { kind: EvidenceKind::Photo, at_least: 1, at_most: 5 }],
                good_example: None,
                bad_example: None,
                allows_not_applicable: false,
                how_to_fix: vec![note("清洁地面。")],
                least_grade: None,
                needs_place: false,
            })
            .collect(),
    }
}

/// Signs what tests receive.
pub(crate) fn signer() -> Arc<Signer> {
    Arc::new(Signer::from_seed("wugan", &[7; 32]).unwrap())
}

impl Town {
    pub(crate) async fn on(db: Db) -> Self {
        Self::with(db, Pools::default(), Settings::default()).await
    }

    /// The same with pools and rules of one's own.
    pub(crate) async fn with(db: Db, pools: Pools, settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = store_with(db, folder.path(), pools).await;
        let clock = Arc::new(MovableClock::at(timestamp(BEGIN)));
        let portal = Portal::new(Setup {
            store,
            objects: Objects::memory(),
            clock: clock.clone(),
            settings,
            calendar: domain::calendar::Calendar::china().unwrap(),
            spool: folder.path().join("spool"),
            hashers: 2,
            signer: signer(),
            scanner: Scanner::default(),
            workshop: Workshop::default(),
        })
        .unwrap();
        let agency = Agency {
            id: AgencyId(Uuid::new_v4()),
            name: name("长春市市场监督管理局"),
            document_mark: name("长市监"),
            level: Level::City,
            region: RegionCode::CHANGCHUN,
            phone: name("0431-12315000"),
        };
        portal.catalogue().add_agency_locally(&agency).await.unwrap();
        let head = Self::hire(&portal, agency.id, "head", "刘伟", Role::AgencyHead).await;
        let li_na = Self::hire(&portal, agency.id, "lina", "李娜", Role::Officer).await;
        let wang_qiang = Self::hire(&portal, agency.id, "wangqiang", "王强", Role::Officer).await;
        let lines = vec![LineId(Uuid::new_v4()), LineId(Uuid::new_v4())];
        let item = portal.catalogue().write_draft(&li_na, None, content(&lines)).await.unwrap();
        portal.catalogue().publish(&head, item).await.unwrap();
        let entry = FirstViolationEntry {
            id: Uuid::new_v4(),
            entry: ListEntry {
                code: name("长市监首违-01"),
                version: name("2026年版"),
                agency: agency.id,
                item,
                field: name("食品安全"),
                act: note("未按规定公示食品经营许可证"),
                violated: legal_basis(),
                penalty: legal_basis(),
                category: Category::FirstMayBeSpared,
                conditions: vec![note("未造成危害后果")],
                exclusions: vec![note("曾因同类行为被告知")],
                correct_within_days: 10,
                follow_up: note("回访"),
                window_months: Some(12),
                scope: FirstScope::SameItem,
                valid_from: date!(2025 - 01 - 01),
                valid_to: None,
            },
        };
        portal.catalogue().add_first_violation_entry_locally(&entry).await.unwrap();
        Self { portal, clock, agency: agency.id, item, lines, head, li_na, wang_qiang, entry: entry.id, folder }
    }

    /// Where files being received lie.
    /// The same town over other originals.
    pub(crate) fn with_objects(&self, objects: Objects) -> Portal {
        self.with_parts(objects, Scanner::default(), Workshop::default())
    }

    /// The same town with other originals, and with people who examine files.
    pub(crate) fn with_parts(&self, objects: Objects, scanner: Scanner, workshop: Workshop) -> Portal {
        Portal::new(Setup {
            store: self.portal.store().clone(),
            objects,
            clock: self.clock.clone(),
            settings: Settings::default(),
            calendar: domain::calendar::Calendar::china().unwrap(),
            spool: self.folder.path().join("other"),
            hashers: 1,
            signer: signer(),
            scanner,
            workshop,
        })
        .unwrap()
    }

    /// The same of [`Town::with_objects`].
    pub(crate) fn other_spool(&self) -> std::path::PathBuf {
        self.folder.path().join("other")
    }

    pub(crate) fn spool(&self) -> std::path::PathBuf {
        self.folder.path().join("spool")
    }

    pub(crate) async fn hire(portal: &Portal, agency: AgencyId, login: &str, called: &str, role: Role) -> Actor {
        let certificate = Certificate { number: name(&format!("吉A-{login}")), valid_to: date!(2030 - 12 - 31) };
        let id = portal
            .accounts()
            .create_locally(NewAccount {
                login: name(login),
                name: name(called),
                roles: Roles::only(role),
                scope: Scope::Agency(agency),
                certificate: Some(certificate),
                password: PASSWORD.into(),
            })
            .await
            .unwrap();
        portal.accounts().actor(id).await.unwrap().unwrap()
    }

    /// A registered and confirmed restaurant; `number` tells them apart.
    pub(crate) async fn restaurant(&self, number: u32) -> Actor {
        let (id, owner) = self.portal.accounts().register(newcomer(number)).await.unwrap();
        self.portal.enterprises().confirm(&self.li_na, id).await.unwrap();
        owner
    }

    /// An accepted enrolment of these items.
    pub(crate) async fn enrolled(&self, owner: &Actor, items: &[ItemId]) {
        let enrolments = self.portal.enrolments();
        let id = enrolments.write(owner, None, self.agency, items).await.unwrap();
        enrolments.submit(owner, id, None).await.unwrap();
        enrolments.accept(&self.wang_qiang, id).await.unwrap();
    }

    /// An accepted enrolment; the case it began.
    pub(crate) async fn enrol(&self, owner: &Actor) -> CaseId {
        self.enrolled(owner, &[self.item]).await;
        self.portal.cases().mine(owner, Page::ALL).await.unwrap().rows[0].case.id
    }

    /// Puts a visit to the enterprise on the plan, however many there were in the year.
    pub(crate) async fn plan(&self, owner: &Actor) -> Planned {
        let due = NewDueVisit { ground: Some(ExtraGround::Clue), ..due(owner, vec![self.item]) };
        self.portal.ledgers().plan(&self.head, due).await.unwrap().1
    }

    /// Puts a visit on the plan that an enrolment in force covers; the case that stands in for it.
    pub(crate) async fn covered(&self, owner: &Actor) -> CaseId {
        match self.plan(owner).await {
            Planned::Covered(case) | Planned::Joined(case) => case,
            Planned::OnSite => panic!("nothing covers the visit"),
        }
    }

    /// A second item of the agency, published, with its lines.
    pub(crate) async fn second_item(&self) -> (ItemId, Vec<LineId>) {
        let lines = vec![LineId(Uuid::new_v4())];
        let item = self.portal.catalogue().write_draft(&self.li_na, None, content(&lines)).await.unwrap();
        self.portal.catalogue().publish(&self.head, item).await.unwrap();
        (item, lines)
    }

    /// What goes with the proposal of a first-violation notice.
    pub(crate) fn first(&self) -> FirstViolationProposal {
        FirstViolationProposal { entry: self.entry, answers: good_answers() }
    }

    /// Li Na proposes this outcome of a reviewed case and Wang Qiang confirms it.
    pub(crate) async fn decide(&self, case: CaseId, outcome: Outcome) {
        let first = (outcome == Outcome::FirstViolation).then(|| self.first());
        let why = outcome.is_heavier_than_sparing().then(|| note("造成危害后果"));
        self.portal.reviews().propose(&self.li_na, case, outcome, why, first).await.unwrap();
        self.portal.reviews().confirm(&self.wang_qiang, case).await.unwrap();
    }

    /// A visit that was due, and whose case comes to this.
    pub(crate) async fn decided(&self, owner: &Actor, outcome: Outcome) -> CaseId {
        let case = self.covered(owner).await;
        self.send(owner, case).await;
        let found = if outcome.needs_problem() { LineVerdict::ProblemFound } else { LineVerdict::Accepted };
        self.review(case, found).await;
        self.decide(case, outcome).await;
        case
    }

    /// Sends proof that a finding was put right.
    pub(crate) async fn put_right(&self, owner: &Actor, finding: FindingId) {
        self.upload(owner, Slot::Finding(finding, Moment::After), jpeg()).await.unwrap();
        self.portal.findings().resubmit(owner, finding, note("已清洁"), false).await.unwrap();
    }

    /// The stages of all entries of the ledger.
    pub(crate) async fn stages(&self) -> Vec<EntryStage> {
        let found = self.portal.ledgers().entries(&self.head, &LedgerFilter::default(), Page::ALL).await.unwrap();
        found.rows.into_iter().map(|row| row.entry.stage()).collect()
    }

    pub(crate) async fn upload(&self, actor: &Actor, slot: Slot, bytes: Vec<u8>) -> portal::Result<Receipt> {
        let evidences = self.portal.evidences();
        let admission = evidences.admit(actor, slot, None).await?;
        let chunks: Vec<Result<Bytes, std::io::Error>> =
            bytes.chunks(7).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
        evidences.receive(actor, &admission, "照片 1.jpg", futures::stream::iter(chunks)).await
    }

    /// Fills in every line and sends the round.
    pub(crate) async fn send(&self, owner: &Actor, case: CaseId) {
        for line in &self.lines {
            let answer = Some(Answer::Conforms);
            self.portal.cases().answer(owner, case, *line, answer, None).await.unwrap();
            self.upload(owner, Slot::Line(case, *line), jpeg()).await.unwrap();
        }
        self.portal.cases().submit(owner, case, false).await.unwrap();
    }

    /// Li Na takes the case and gives every line this verdict.
    pub(crate) async fn review(&self, case: CaseId, verdict: LineVerdict) {
        let reviews = self.portal.reviews();
        reviews.take(&self.li_na, case).await.unwrap();
        for line in &self.lines {
            let problem = (verdict == LineVerdict::ProblemFound).then(problem);
            let reason = verdict.wants_more().then(|| note("看不清地面"));
            reviews.review_line(&self.li_na, case, *line, verdict, reason, problem).await.unwrap();
        }
    }

    pub(crate) async fn case(&self, case: CaseId) -> Case {
        self.portal.cases().get(&self.li_na, case).await.unwrap().case
    }
}

/// A visit for these items, drawn at random.
pub(crate) fn due(owner: &Actor, items: Vec<ItemId>) -> NewDueVisit {
    NewDueVisit {
        enterprise: owner.enterprise().unwrap(),
        items,
        reason: DueReason::RandomDraw,
        reference: note("2026年第一批抽查"),
        until: date!(2026 - 12 - 31),
        ground: None,
    }
}

/// What an officer writes about a problem.
pub(crate) fn problem() -> ProblemDraft {
    ProblemDraft {
        fact: note("地面有积水"),
        clause: name("食品安全法第三十三条"),
        why: note("容易滋生细菌"),
        how_to_fix: vec![note("清洁并保持干燥")],
        shown_by: vec![],
        days: 15,
    }
}

/// A JPEG of its own: no two have the same bytes.
pub(crate) fn jpeg() -> Vec<u8> {
    static DRAWN: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let picture =
            image::RgbImage::from_fn(16, 16, |x, y| image::Rgb([x, y, 6].map(|part| u8::try_from(part * 15).unwrap())));
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    });
    with_comment(&DRAWN, Uuid::new_v4().as_bytes())
}

/// The same JPEG with a comment right behind its beginning: other bytes, the same picture.
pub(crate) fn with_comment(jpeg: &[u8], comment: &[u8]) -> Vec<u8> {
    let length = u16::try_from(comment.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xfe", &length, comment, &jpeg[2..]].concat()
}

/// Answers under which a first-violation notice may be proposed.
pub(crate) fn good_answers() -> Answers {
    let yes = || ConditionAnswer { holds: true, evidence: vec![], reference: Some(note("见现场照片")) };
    let no = || ConditionAnswer { holds: false, evidence: vec![], reference: Some(note("查询登记台账")) };
    Answers {
        common: [yes(), yes(), yes()],
        conditions: vec![yes()],
        exclusions: vec![no()],
        reason: Some(note("首次发现，未造成后果，当场改正。")),
    }
}
