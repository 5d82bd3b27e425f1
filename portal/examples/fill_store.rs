//! Fills an empty database for measuring: `fill_store CASES DATABASE_URL PASSWORD`.
//!
//! Rows that could be real are written straight to the store (how long filling
//! takes is not what is measured), with two people who can log in with the
//! password: `officer` of the first agency and `statistician` of the city.
//! `cargo xtask bench store` then asks a portal on that database for its pages.

use std::{env, process::ExitCode, sync::Arc};

use domain::{
    actor::{Certificate, Role, Roles, Scope},
    agency::{Agency, Level},
    calendar::Calendar,
    case::{Burden, Case, CaseItem, CaseLine, CaseState, Decision, Outcome},
    credit_code::CreditCode,
    eligibility::RuleSet,
    enterprise::{Conduct, Enterprise, Registration, Site},
    ids::{
        AccountId, AgencyId, CaseId, DocumentId, DueVisitId, EnrolmentId, EnterpriseId, FindingId, ItemId,
        LedgerEntryId, LineId,
    },
    item::{Item, ItemContent, Regime, Remote},
    region::RegionCode,
    settings::Settings,
    text::{Name, Note, TextError},
    time::Timestamp,
    visit_ledger::{EntryState, LedgerEntry},
};
use portal::{Clock, Portal, Setup, SystemClock, objects::Objects, services::accounts::NewAccount, store::Store};
use proof::note::Signer;
use uuid::Uuid;

type Failure = Box<dyn std::error::Error>;

/// Rows written in one transaction.
const BATCH: usize = 2000;
const ENTERPRISES: u128 = 2000;
const AGENCIES: u128 = 3;
const ITEMS: u128 = 12;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [cases, url, password] = arguments.as_slice() else {
        eprintln!("usage: fill_store CASES DATABASE_URL PASSWORD");
        return ExitCode::FAILURE;
    };
    let Ok(cases) = cases.parse() else {
        eprintln!("{cases} is no number of cases");
        return ExitCode::FAILURE;
    };
    match run(cases, url, password).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cases: u128, url: &str, password: &str) -> Result<(), Failure> {
    let now = SystemClock.now();
    let store = Store::open(url).await?;
    store.migrate().await?;
    fill(&store, cases, now).await?;
    store.analyze().await?;
    let portal = Portal::new(Setup {
        store,
        objects: Objects::memory(),
        clock: Arc::new(SystemClock),
        settings: Settings::default(),
        calendar: Calendar::china()?,
        spool: env::temp_dir(),
        hashers: 1,
        signer: Arc::new(Signer::from_seed("wugan", &[1; 32]).ok_or("a name for a key")?),
        scanner: portal::evidence::scan::Scanner::default(),
        workshop: portal::evidence::workshop::Workshop::default(),
    })?;
    let city = Scope::Jurisdiction(RegionCode::CHANGCHUN);
    for (login, role, scope) in
        [("officer", Role::Officer, Scope::Agency(agency(0))), ("statistician", Role::Statistician, city)]
    {
        let certificate =
            (role == Role::Officer).then_some(Certificate { number: name("吉A-000001")?, valid_to: time::Date::MAX });
        let new = NewAccount {
            login: name(login)?,
            name: name("李娜")?,
            roles: Roles::only(role),
            scope,
            certificate,
            password: password.to_owned(),
        };
        portal.accounts().create_locally(new).await?;
    }
    Ok(())
}

fn name(text: &str) -> Result<Name, TextError> {
    Name::parse(text)
}

const fn agency(number: u128) -> AgencyId {
    AgencyId(Uuid::from_u128(0xA000 + number % AGENCIES))
}

const fn enterprise(number: u128) -> EnterpriseId {
    EnterpriseId(Uuid::from_u128(0xE_0000 + number % ENTERPRISES))
}

const fn item(number: u128) -> ItemId {
    ItemId(Uuid::from_u128(0x1000 + number % ITEMS))
}

async fn fill(store: &Store, cases: u128, now: Timestamp) -> Result<(), Failure> {
    let tx = store.begin().await?;
    for number in 0..AGENCIES {
        tx.insert(&Agency {
            id: agency(number),
            name: name(&format!("第{number}局"))?,
            document_mark: name(&format!("长{number}"))?,
            level: Level::City,
            region: RegionCode::CHANGCHUN,
            phone: name("0431-12345")?,
        })
        .await?;
    }
    for number in 0..ITEMS {
        let mut one = Item::draft(item(number), agency(number), content(number)?);
        one.publish_draft(AccountId(Uuid::from_u128(1)), now.plus_days(-400))?;
        tx.insert(&one).await?;
    }
    let regions: Vec<RegionCode> = RegionCode::all().filter(|region| region.legal_division()).collect();
    for number in 0..ENTERPRISES {
        let region = regions[usize::try_from(number)? % regions.len()];
        tx.insert(&Enterprise {
            id: enterprise(number),
            credit_code: CreditCode::with_check(&format!("91220102MA17{number:05}"))?,
            name: name(&format!("长春市第{number}饭店"))?,
            region,
            industry: "H6210".parse()?,
            site: Site { address: name("人民大街1号")?, coordinates: None },
            contact: name("张华")?,
            phone: name("13000000000")?,
            registration: Registration::Confirmed {
                agency: agency(number),
                by: AccountId(Uuid::from_u128(1)),
                at: now.plus_days(-300),
            },
            conduct: Conduct::default(),
        })
        .await?;
    }
    tx.commit().await?;

    let mut number = 0;
    while number < cases {
        let tx = store.begin().await?;
        for _ in 0..BATCH.min(usize::try_from(cases - number)?) {
            let case = case(number, now)?;
            if case.decision().is_some() && number.is_multiple_of(2) {
                tx.insert(&entry(number, &case, now)).await?;
            }
            if number.is_multiple_of(5) {
                tx.insert(&finding(number, &case)?).await?;
            }
            tx.insert(&case).await?;
            number += 1;
        }
        tx.commit().await?;
    }
    Ok(())
}

fn content(number: u128) -> Result<ItemContent, Failure> {
    let basis = domain::item::LegalBasis {
        act: name("中华人民共和国食品安全法")?, article: name("第三十三条")?
    };
    Ok(ItemContent {
        name: name(&format!("第{number}项检查"))?,
        legal_basis: vec![basis],
        subject: name("企业")?,
        content: Note::parse("检查内容")?,
        standard: Note::parse("检查标准")?,
        regime: Regime::Random,
        yearly_cap: 2,
        remote: Remote::Unsuitable { reason: Note::parse("只为测量")? },
        industries: vec![],
        standard_minutes: 120,
        rectification_days: 15,
        self_check_months: 6,
        eligibility: RuleSet::default(),
        lines: vec![],
    })
}

/// Those who have cases on their desks, twenty for each agency.
const fn reviewer(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(0xB000 + number / 50 % (20 * AGENCIES)))
}

fn case(number: u128, now: Timestamp) -> Result<Case, Failure> {
    let days = i64::try_from(number % 365)?;
    let at = now.plus_days(-days);
    let officer = AccountId(Uuid::from_u128(1));
    // As in a portal that has run for a year: nearly everything is over.
    let state = match number % 50 {
        0 => CaseState::Submitted { at, due: now.plus_days(days % 7) },
        1 => CaseState::InReview { officer: reviewer(number), since: at, due: now.plus_days(days % 7) },
        2 => CaseState::Open { due: now.plus_days(days % 7) },
        n => {
            let outcome = if n % 5 == 0 { Outcome::Guidance } else { Outcome::NoIssue };
            let confirmer = AccountId(Uuid::from_u128(2));
            let decision = Decision { outcome, proposer: officer, confirmer, at };
            CaseState::Closed { decision, at }
        }
    };
    let line = |position: u128| CaseLine {
        item: item(number),
        line: LineId(Uuid::from_u128(position)),
        answer: Some(domain::case::Answer::Conforms),
        note: None,
        capture_excuse: None,
        self_disclosed_at: None,
        open: false,
        review: None,
        before: None,
        writes: 0,
        written_in: None,
    };
    Ok(Case {
        id: CaseId(Uuid::from_u128(0xC << 96 | number)),
        number: name(&format!("ZC2026-{number:06}"))?,
        enterprise: enterprise(number),
        agency: agency(number),
        enrolment: EnrolmentId(Uuid::from_u128(number)),
        items: vec![CaseItem { item: item(number), version: 1, due_visit: None }],
        lines: (0..4).map(line).collect(),
        rounds: 0,
        created_at: at,
        burden: Burden::default(),
        submitted_at: Some(at),
        state,
    })
}

fn entry(number: u128, case: &Case, now: Timestamp) -> LedgerEntry {
    let confirm_after = case.created_at.plus_days(90);
    let state = if confirm_after < now {
        EntryState::Confirmed { at: confirm_after.plus_minutes(1), confirm_after }
    } else {
        EntryState::Claimed { confirm_after }
    };
    LedgerEntry {
        id: LedgerEntryId(Uuid::from_u128(0xD << 96 | number)),
        due_visit: DueVisitId(Uuid::from_u128(number)),
        case: case.id,
        enterprise: case.enterprise,
        agency: case.agency,
        items: case.items.iter().map(|item| item.item).collect(),
        outcome: Outcome::NoIssue,
        claimed_at: case.created_at,
        standard_minutes: 120,
        spent_minutes: 25,
        state,
    }
}

fn finding(number: u128, case: &Case) -> Result<domain::finding::Finding, Failure> {
    let by = AccountId(Uuid::from_u128(2));
    Ok(domain::finding::Finding {
        id: FindingId(Uuid::from_u128(0xF << 96 | number)),
        case: case.id,
        enterprise: case.enterprise,
        agency: case.agency,
        item: item(number),
        line: LineId(Uuid::from_u128(1)),
        problem: domain::case::ProblemDraft {
            fact: Note::parse("地面有积水")?,
            clause: name("第三十三条")?,
            why: Note::parse("容易滋生细菌")?,
            how_to_fix: vec![],
            shown_by: vec![],
            days: 15,
        },
        self_disclosed_at: None,
        document: DocumentId(Uuid::from_u128(number)),
        found_at: case.created_at,
        state: domain::finding::FindingState::Verified {
            at: case.created_at,
            by,
            in_time: !number.is_multiple_of(10),
            proved_at: Some(case.created_at),
        },
        escalation: None,
    })
}
