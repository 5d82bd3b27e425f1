//! Makes a database in a folder for measuring how files are received: `fill_evidence FOLDER PEOPLE`.
//!
//! Prints a line for each person: a token, a case that takes files, and its lines. Beside the database lie
//! `photo.jpg`, of about 300 KiB, and `token`, the first person's. `cargo xtask bench evidence` sends it.

use std::{collections::BTreeSet, env, path::Path, process::ExitCode, sync::Arc};

use domain::{
    actor::{Certificate, Role, Roles, Scope},
    agency::{Agency, Level},
    calendar::Calendar,
    credit_code::CreditCode,
    eligibility::{Condition, RuleSet},
    enterprise::Site,
    ids::{AgencyId, ItemId, LineId},
    item::{ChecklistLine, EvidenceKind, EvidenceRequest, ItemContent, LegalBasis, Regime, Remote, RemoteMethod},
    region::RegionCode,
    settings::Settings,
    text::{Name, Note, TextError},
};
use image::{Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use portal::{
    Portal, Setup, SystemClock,
    objects::Objects,
    services::accounts::{NewAccount, NewEnterprise},
    store::{Page, Store},
    token::TokenScope,
};
use proof::note::Signer;
use uuid::Uuid;

type Failure = Box<dyn std::error::Error>;

/// Lines of a case: with ten photos on each they hold what a case may.
const LINES: usize = 10;
/// Of people in a database that is gone after measuring.
const PASSWORD: &str = "Measured-Only-26";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, people] = arguments.as_slice() else {
        eprintln!("usage: fill_evidence FOLDER PEOPLE");
        return ExitCode::FAILURE;
    };
    let Ok(people) = people.parse() else {
        eprintln!("{people} is no number of people");
        return ExitCode::FAILURE;
    };
    match run(Path::new(folder), people).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn name(text: &str) -> Result<Name, TextError> {
    Name::parse(text)
}

async fn run(folder: &Path, people: u32) -> Result<(), Failure> {
    let store = Store::open(&format!("sqlite:{}", folder.join("wugan.sqlite").display())).await?;
    store.migrate().await?;
    let portal = Portal::new(Setup {
        store,
        objects: Objects::memory(),
        clock: Arc::new(SystemClock),
        settings: Settings::default(),
        calendar: Calendar::china()?,
        spool: folder.join("filling"),
        hashers: 1,
        signer: Arc::new(Signer::from_seed("wugan", &[1; 32]).ok_or("a name for a key")?),
        scanner: portal::evidence::scan::Scanner::default(),
        workshop: portal::evidence::workshop::Workshop::default(),
    })?;
    let agency = Agency {
        id: AgencyId(Uuid::new_v4()),
        name: name("长春市市场监督管理局")?,
        document_mark: name("长市监")?,
        level: Level::City,
        region: RegionCode::CHANGCHUN,
        phone: name("0431-12315000")?,
    };
    portal.catalogue().add_agency_locally(&agency).await?;
    let mut officers = Vec::new();
    for (login, role) in [("head", Role::AgencyHead), ("officer", Role::Officer)] {
        let new = NewAccount {
            login: name(login)?,
            name: name("李娜")?,
            roles: Roles::only(role),
            scope: Scope::Agency(agency.id),
            certificate: Some(Certificate { number: name(&format!("吉A-{login}"))?, valid_to: time::Date::MAX }),
            password: PASSWORD.to_owned(),
        };
        let id = portal.accounts().create_locally(new).await?;
        officers.push(portal.accounts().actor(id).await?.ok_or("an account that was just made")?);
    }
    let [head, officer] = officers.as_slice() else { return Err("two officers".into()) };
    let lines: Vec<LineId> = (0..LINES).map(|_| LineId(Uuid::new_v4())).collect();
    let item: ItemId = portal.catalogue().write_draft(officer, None, content(&lines)?).await?;
    portal.catalogue().publish(head, item).await?;
    for number in 0..people {
        let (id, owner) = portal.accounts().register(newcomer(number)?).await?;
        portal.enterprises().confirm(officer, id).await?;
        let enrolment = portal.enrolments().write(&owner, None, agency.id, &[item]).await?;
        portal.enrolments().submit(&owner, enrolment, None).await?;
        portal.enrolments().accept(officer, enrolment).await?;
        let cases = portal.cases().mine(&owner, Page::ALL).await?;
        let case = cases.rows.first().ok_or("an enrolment begins a case")?.case.id;
        let (_, token) = portal.tokens().create(&owner, name("测量")?, TokenScope::ALL.to_vec()).await?;
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        println!("{token} {case} {}", lines.join(" "));
        if number == 0 {
            std::fs::write(folder.join("token"), token)?;
        }
    }
    std::fs::write(folder.join("photo.jpg"), photo()?)?;
    // Everything goes to the one file, which is copied.
    portal.store().wait_for_disk(true).await?;
    Ok(())
}

fn newcomer(number: u32) -> Result<NewEnterprise, Failure> {
    Ok(NewEnterprise {
        credit_code: CreditCode::with_check(&format!("91220102MA17{number:05}")).map_err(|_| "a credit code")?,
        name: name(&format!("长春市南关区第{number}饺子馆"))?,
        region: "220102".parse().map_err(|_| "a region")?,
        industry: "H6210".parse().map_err(|_| "an industry")?,
        site: Site { address: name("长春市南关区人民大街1号")?, coordinates: None },
        contact: name("张华")?,
        phone: name("13000000000")?,
        login: name(&format!("owner{number}"))?,
        password: PASSWORD.to_owned(),
    })
}

fn content(lines: &[LineId]) -> Result<ItemContent, Failure> {
    let basis = || -> Result<LegalBasis, Failure> {
        Ok(LegalBasis { act: name("中华人民共和国食品安全法")?, article: name("第三十三条")? })
    };
    let line = |id: &LineId| -> Result<ChecklistLine, Failure> {
        Ok(ChecklistLine {
            id: *id,
            title: name("食品加工场所")?,
            standard: Note::parse("地面、墙面清洁，无积水。")?,
            clause: basis()?,
            requests: vec![EvidenceRequest { kind: EvidenceKind::Photo, at_least: 1, at_most: 10 }],
            good_example: None,
            bad_example: None,
            allows_not_applicable: false,
            how_to_fix: vec![Note::parse("清洁地面。")?],
            least_grade: None,
            needs_place: false,
        })
    };
    Ok(ItemContent {
        name: name("餐饮服务食品安全检查")?,
        legal_basis: vec![basis()?],
        subject: name("餐饮服务提供者")?,
        content: Note::parse("食品经营条件与过程控制")?,
        standard: Note::parse("符合食品安全法的要求")?,
        regime: Regime::Random,
        yearly_cap: 2,
        remote: Remote::Suitable { methods: BTreeSet::from([RemoteMethod::Pictures]), closable_under_key: false },
        industries: vec![name("H62")?],
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
        lines: lines.iter().map(line).collect::<Result<_, _>>()?,
    })
}

/// A picture with grain, which is what makes photos large.
fn photo() -> Result<Vec<u8>, Failure> {
    let mut grain = 1_u64;
    let picture = RgbImage::from_fn(1280, 960, |x, y| {
        grain = grain.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = grain >> 59;
        let shade = |add: u64| u8::try_from((u64::from(x + y) / 12 + noise + add) % 256).unwrap_or(0);
        Rgb([shade(0), shade(20), shade(40)])
    });
    let mut jpeg = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 80))?;
    Ok(jpeg)
}
