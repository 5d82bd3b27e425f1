//! People, an item and a case that the tests of several rules need.
#![allow(dead_code, reason = "each test uses its own part")]

use std::collections::BTreeSet;

use domain::{
    actor::{Actor, Certificate, Role, Roles, Scope},
    case::{Answer, Captured, Case, KindCounts, LineFiles, LineVerdict, NewCase, ProblemDraft},
    credit_code::CreditCode,
    eligibility::RuleSet,
    enterprise::{Conduct, Enterprise, Registration, Site},
    ids::{AccountId, AgencyId, CaseId, DueVisitId, EnrolmentId, EnterpriseId, EvidenceId, ItemId, LineId},
    item::{
        ChecklistLine, EvidenceKind, EvidenceRequest, ItemContent, ItemVersion, LegalBasis, Regime, Remote,
        RemoteMethod, VersionState,
    },
    region::RegionCode,
    text::{Name, Note},
    time::Timestamp,
};
use time::{Date, macros::date};
use uuid::Uuid;

/// The day on which the tests take place, a Monday.
pub(crate) const TODAY: Date = date!(2026 - 11 - 23);

/// Ten in the morning of [`TODAY`].
pub(crate) fn now() -> Timestamp {
    Timestamp::start_of(TODAY).plus_minutes(600)
}

pub(crate) const ENTERPRISE: EnterpriseId = EnterpriseId(Uuid::from_u128(0xE1));
pub(crate) const OTHER_ENTERPRISE: EnterpriseId = EnterpriseId(Uuid::from_u128(0xE2));
pub(crate) const AGENCY: AgencyId = AgencyId(Uuid::from_u128(0xA1));
pub(crate) const OTHER_AGENCY: AgencyId = AgencyId(Uuid::from_u128(0xA2));
pub(crate) const ITEM: ItemId = ItemId(Uuid::from_u128(0x11));
pub(crate) const CASE: CaseId = CaseId(Uuid::from_u128(0xC1));

/// The line of [`item`] with this position, from 1.
pub(crate) const fn line(position: u128) -> LineId {
    LineId(Uuid::from_u128(0x1100 + position))
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn note(text: &str) -> Note {
    Note::parse(text).unwrap()
}

pub(crate) fn region(code: &str) -> RegionCode {
    code.parse().unwrap()
}

fn person(number: u128, called: &str, role: Role, scope: Scope, certificate: Option<Date>) -> Actor {
    Actor {
        account: AccountId(Uuid::from_u128(number)),
        name: name(called),
        roles: Roles::only(role),
        scope,
        certificate: certificate.map(|valid_to| Certificate { number: name("220100-0417"), valid_to }),
        temporary_password: false,
    }
}

/// Li Na, an officer with a certificate.
pub(crate) fn li_na() -> Actor {
    person(1, "李娜", Role::Officer, Scope::Agency(AGENCY), Some(date!(2030 - 12 - 31)))
}

/// Wang Qiang, her colleague, with a certificate.
pub(crate) fn wang_qiang() -> Actor {
    person(2, "王强", Role::Officer, Scope::Agency(AGENCY), Some(date!(2030 - 12 - 31)))
}

/// Zhao Min, whose certificate ran out yesterday.
pub(crate) fn zhao_min() -> Actor {
    person(3, "赵敏", Role::Officer, Scope::Agency(AGENCY), Some(date!(2026 - 11 - 22)))
}

/// Sun Bo, an officer whose certificate is valid today for the last time.
pub(crate) fn sun_bo() -> Actor {
    person(4, "孙波", Role::Officer, Scope::Agency(AGENCY), Some(TODAY))
}

/// Chen Jing, who helps out and has no certificate at all (辅助人员).
pub(crate) fn chen_jing() -> Actor {
    person(5, "陈静", Role::Officer, Scope::Agency(AGENCY), None)
}

/// Liu Wei, the head of the agency, without a certificate.
pub(crate) fn liu_wei() -> Actor {
    person(6, "刘伟", Role::AgencyHead, Scope::Agency(AGENCY), None)
}

/// Zhang Hua, who owns the enterprise.
pub(crate) fn zhang_hua() -> Actor {
    person(7, "张华", Role::EnterpriseOwner, Scope::Enterprise(ENTERPRISE), None)
}

/// Somebody with this role and the scope that goes with it, in the city.
pub(crate) fn somebody(role: Role) -> Actor {
    use domain::actor::Side;
    let scope = match role.side() {
        Side::Enterprise => Scope::Enterprise(ENTERPRISE),
        Side::Agency => Scope::Agency(AGENCY),
        Side::City => Scope::Jurisdiction(RegionCode::CHANGCHUN),
    };
    person(100, "某人", role, scope, None)
}

/// Everybody who tries their hand at a case.
pub(crate) fn everybody() -> [Actor; 7] {
    [li_na(), wang_qiang(), zhao_min(), sun_bo(), chen_jing(), liu_wei(), zhang_hua()]
}

fn basis() -> LegalBasis {
    LegalBasis { act: name("中华人民共和国消防法"), article: name("第十六条") }
}

fn checklist_line(position: u128, requests: Vec<EvidenceRequest>, allows_not_applicable: bool) -> ChecklistLine {
    ChecklistLine {
        id: line(position),
        title: name("灭火器"),
        standard: note("压力指针在绿区。"),
        clause: basis(),
        requests,
        good_example: None,
        bad_example: None,
        allows_not_applicable,
        how_to_fix: vec![note("更换灭火器。")],
        least_grade: None,
        needs_place: false,
    }
}

/// A published item of three lines: a photo, two photos and a document, nothing.
/// Only the third allows "not applicable".
pub(crate) fn item() -> ItemVersion {
    let request = |kind, at_least| EvidenceRequest { kind, at_least, at_most: 10 };
    ItemVersion {
        item: ITEM,
        agency: AGENCY,
        number: 1,
        content: ItemContent {
            name: name("消防设施检查"),
            legal_basis: vec![basis()],
            subject: name("餐饮服务单位"),
            content: note("消防设施是否完好有效。"),
            standard: note("符合消防法规定。"),
            regime: Regime::Random,
            yearly_cap: 2,
            remote: Remote::Suitable { methods: BTreeSet::from([RemoteMethod::Pictures]), closable_under_key: false },
            industries: Vec::new(),
            standard_minutes: 90,
            rectification_days: 15,
            self_check_months: 6,
            eligibility: RuleSet::default(),
            lines: vec![
                checklist_line(1, vec![request(EvidenceKind::Photo, 1)], false),
                checklist_line(2, vec![request(EvidenceKind::Photo, 2), request(EvidenceKind::Document, 1)], false),
                checklist_line(3, Vec::new(), true),
            ],
        },
        state: VersionState::Published { at: now().plus_days(-30), by: liu_wei().account },
    }
}

/// What is settled about the case of the tests.
pub(crate) fn new_case() -> NewCase {
    NewCase {
        id: CASE,
        number: name("CC-2026-0001"),
        enterprise: ENTERPRISE,
        enrolment: EnrolmentId(Uuid::from_u128(0xB1)),
        agency: AGENCY,
        due: now().plus_days(7),
    }
}

/// The visit that the case of the tests stands in for.
pub(crate) const DUE_VISIT: DueVisitId = DueVisitId(Uuid::from_u128(0xD1));

/// A case that has just begun.
pub(crate) fn open_case() -> Case {
    Case::begin(new_case(), &[(&item(), Some(DUE_VISIT))], now())
}

/// Files enough for every line.
pub(crate) const ENOUGH: LineFiles = LineFiles { all: TWO_AND_ONE, new: TWO_AND_ONE, captured: Captured::NONE };

const TWO_AND_ONE: KindCounts = KindCounts { photos: 2, videos: 0, documents: 1 };

/// Sends the round as it stands.
pub(crate) fn send(case: &mut Case, files: LineFiles, at: Timestamp) -> Result<(), domain::case::CaseError> {
    let item = item();
    let faults = case.faults(|id| item.content.line(id), |_| files);
    case.submit(faults, at.plus_days(7), at)
}

/// A case whose enterprise says that everything conforms, sent.
pub(crate) fn sent_case() -> Case {
    let mut case = open_case();
    for position in 1..=3 {
        case.answer(line(position), Some(Answer::Conforms), None, now()).unwrap();
    }
    send(&mut case, ENOUGH, now()).unwrap();
    case
}

/// A sent case on Li Na's desk.
pub(crate) fn case_on_desk() -> Case {
    let mut case = sent_case();
    case.take(&li_na(), now()).unwrap();
    case
}

/// A problem with everything that it needs.
pub(crate) fn problem() -> ProblemDraft {
    ProblemDraft {
        fact: note("灭火器压力不足。"),
        clause: name("消防法第十六条"),
        why: note("起火时无法使用。"),
        how_to_fix: vec![note("更换灭火器。")],
        shown_by: vec![EvidenceId(Uuid::from_u128(0xF1))],
        days: 15,
    }
}

/// Reviews a line as one must for this verdict.
pub(crate) fn review(case: &mut Case, officer: &Actor, position: u128, verdict: LineVerdict) {
    let reason = verdict.wants_more().then(|| note("看不清指针。"));
    let found = (verdict == LineVerdict::ProblemFound).then(problem);
    case.review_line(officer, line(position), verdict, reason, found, now()).unwrap();
}

/// A case on Li Na's desk with a verdict on each line.
pub(crate) fn reviewed_case(verdicts: [LineVerdict; 3]) -> Case {
    let mut case = case_on_desk();
    for (position, verdict) in (1..).zip(verdicts) {
        review(&mut case, &li_na(), position, verdict);
    }
    case
}

/// A confirmed enterprise of which nothing else is on record.
pub(crate) fn enterprise() -> Enterprise {
    Enterprise {
        id: ENTERPRISE,
        credit_code: CreditCode::parse("91220101MA17ABC14N").unwrap(),
        name: name("长春春光餐饮有限公司"),
        region: region("220102"),
        industry: "H6210".parse().unwrap(),
        site: Site { address: name("南关区人民大街 1 号"), coordinates: None },
        contact: name("张华"),
        phone: name("0431-88880000"),
        registration: Registration::Confirmed { agency: AGENCY, by: li_na().account, at: now() },
        conduct: Conduct::default(),
    }
}
