//! What each document says, in the form that offices use.

use domain::{
    document::{
        AskedCondition, AskedLine, Document, DocumentBody, DocumentKind, EnrolmentAnswer, ToldCondition, ToldFinding,
    },
    first_violation::{Category, ListEntry},
    ids::Digest,
};
use leptos::prelude::*;
use time::Date;

use super::pictures::Pictures;
use crate::{
    components::SheetSection,
    format,
    wording::{Lang, Wording, sheet},
};

const ZH: Wording = Wording(Lang::Zh);

fn day(date: Date) -> String {
    format::day(Lang::Zh, date)
}

fn p(text: impl Into<String>) -> AnyView {
    view! { <p>{text.into()}</p> }.into_any()
}

/// A text that people wrote: each of its lines is a paragraph, and ends as a
/// sentence does.
fn written(label: &str, text: &str) -> Vec<AnyView> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate();
    lines.map(|(index, line)| p(format!("{}{}", if index == 0 { label } else { "" }, ended(line)))).collect()
}

fn ended(line: &str) -> String {
    let open =
        line.ends_with(|last: char| last.is_alphanumeric() || matches!(last, '”' | '’' | '）' | '》' | ')' | '%'));
    if open { format!("{line}。") } else { line.to_owned() }
}

/// A numbered list: （一）（二）.
fn points(lines: impl IntoIterator<Item = String>) -> AnyView {
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    view! { <ol>{lines}</ol> }.into_any()
}

/// Sections under headings that are numbered 一、二、.
fn sections(parts: Vec<(&str, AnyView)>) -> AnyView {
    let parts = parts.into_iter().enumerate().map(|(index, (title, content))| {
        view! { <SheetSection title=sheet::heading(index + 1, title)>{content}</SheetSection> }
    });
    parts.collect_view().into_any()
}

fn rights(document: &Document) -> (&'static str, AnyView) {
    let review = document.kind == DocumentKind::OrderToCorrect;
    let lines = sheet::RIGHTS.into_iter().chain(review.then_some(sheet::RIGHT_TO_REVIEW));
    (sheet::RIGHTS_TITLE, points(lines.map(str::to_owned)))
}

/// The body of a document, with the pictures that its reader may see.
pub(super) fn body(document: &Document, pictures: &Pictures) -> AnyView {
    let case = document.case_number.as_ref().map(ToString::to_string).unwrap_or_default();
    let facts = |findings: &[ToldFinding]| findings_of(document.kind, findings, pictures);
    match &document.body {
        DocumentBody::Result { items } => result(document, &case, items),
        DocumentBody::Findings { findings } => told(document, &case, facts(findings)),
        DocumentBody::FirstViolation { findings, entry, correct_by, reason, conditions } => {
            spared(document, &case, facts(findings), entry, conditions, *correct_by, reason.as_str())
        }
        DocumentBody::Supplement { lines, due, round } => supplement(document, &case, lines, *due, *round),
        DocumentBody::OnSite { reason, note, approver } => {
            on_site(document, &case, ZH.on_site_reason(*reason), note.as_str(), approver.as_str())
        }
        DocumentBody::Enrolment { items, answer } => enrolment(document, items, answer),
    }
}

fn result(document: &Document, case: &str, items: &[domain::text::Name]) -> AnyView {
    let items = points(items.iter().map(ToString::to_string));
    view! {
        {p(sheet::result_intro(case))}
        {sections(vec![
            (sheet::CHECKED_ITEMS, items),
            (sheet::CHECKED_HOW, p(sheet::CHECKED_HOW_TEXT)),
            (sheet::RESULT, p(sheet::RESULT_TEXT)),
            rights(document),
        ])}
    }
    .into_any()
}

/// Guidance, order, and transfer differ in force and in what follows.
fn told(document: &Document, case: &str, facts: AnyView) -> AnyView {
    let (intro, title, follows, nature) = match document.kind {
        DocumentKind::OrderToCorrect => {
            (sheet::order_intro(case), sheet::ORDER_FINDINGS, sheet::ORDER_FOLLOWS, sheet::ORDER_NATURE)
        }
        DocumentKind::Transfer => {
            (sheet::transfer_intro(case), sheet::FINDINGS, sheet::TRANSFER_FOLLOWS, sheet::TRANSFER_NATURE)
        }
        _ => (sheet::guidance_intro(case), sheet::GUIDANCE_FINDINGS, sheet::GUIDANCE_FOLLOWS, sheet::GUIDANCE_NATURE),
    };
    view! {
        {p(intro)}
        {sections(vec![(title, facts), (sheet::FOLLOWS, p(follows)), (sheet::NATURE, p(nature)), rights(document)])}
    }
    .into_any()
}

/// Each finding: fact, clause, why, what shows it, how, until when.
fn findings_of(kind: DocumentKind, findings: &[ToldFinding], pictures: &Pictures) -> AnyView {
    let transfer = kind == DocumentKind::Transfer;
    let due_label = if kind == DocumentKind::Guidance { sheet::SUGGESTED_DUE } else { sheet::DUE };
    let told = findings.iter().enumerate().map(|(index, finding)| {
        let title = sheet::point(index + 1, &format!("{}：{}", finding.item, finding.line));
        let files = shown(finding, pictures);
        let steps = (!transfer).then(|| {
            let steps = finding
                .how_to_fix
                .iter()
                .enumerate()
                .map(|(n, step)| p(format!("{}. {}", n + 1, ended(step.as_str()))));
            view! { {p(sheet::HOW_TO_FIX)} {steps.collect_view()} {p(format!("{due_label}{}。", day(finding.due)))} }
        });
        view! {
            <div class="told">
                <p class="told-title">{title}</p>
                {written(sheet::FACT, finding.fact.as_str())}
                {p(format!("{}{}。", sheet::CLAUSE, finding.clause))}
                {written(sheet::WHY, finding.why.as_str())}
                {files}
                {finding.self_disclosed.then(|| p(sheet::SELF_DISCLOSED))}
                {steps}
            </div>
        }
    });
    told.collect_view().into_any()
}

/// The files that show a finding: as pictures where there are any, else by their digests.
fn shown(finding: &ToldFinding, pictures: &Pictures) -> AnyView {
    let (mut pictured, mut others) = (Vec::new(), Vec::new());
    for digest in &finding.shown_by {
        match pictures.of(digest) {
            Some(picture) => pictured.push((digest, picture)),
            None => others.push(digest),
        }
    }
    let count = pictured.len();
    let figures = pictured.into_iter().enumerate().map(|(index, (digest, picture))| {
        let alt = sheet::picture_alt(finding.line.as_str(), index + 1, count);
        let (width, height) = picture.pixels;
        // Loaded with the page: one that waits until it is scrolled to may be missing on paper.
        view! {
            <figure>
                <a href=picture.address.clone()>
                    <img src=picture.address.clone() alt=alt width=width height=height decoding="async"/>
                </a>
                <figcaption>{sheet::picture_of(&short(digest), picture.is_still)}</figcaption>
            </figure>
        }
    });
    let figures = figures.collect_view();
    let figures = (count > 0).then(|| view! { {p(sheet::PICTURES)} <div class="told-pictures">{figures}</div> });
    view! { {figures} {by_digests(others).map(p)} }.into_any()
}

/// How a file is named on paper.
fn short(digest: &Digest) -> String {
    digest.to_string()[..16].to_owned()
}

/// The files with these digests in a sentence, if there are any.
fn by_digests<'a>(digests: impl IntoIterator<Item = &'a Digest>) -> Option<String> {
    let named: Vec<String> = digests.into_iter().map(short).collect();
    (!named.is_empty()).then(|| sheet::shown_by(&named.join("、")))
}

/// 首违不罚告知书 and 轻微违法行为提醒书.
fn spared(
    document: &Document,
    case: &str,
    facts: AnyView,
    entry: &ListEntry,
    conditions: &[ToldCondition],
    correct_by: Date,
    reason: &str,
) -> AnyView {
    let (intro, nature) = match document.kind {
        DocumentKind::MinorReminder => (sheet::minor_intro(case), sheet::MINOR_NATURE),
        _ => (sheet::first_violation_intro(case), sheet::FIRST_NATURE),
    };
    let law = match entry.category {
        Category::MinorIsSpared => sheet::LAW_MINOR,
        Category::FirstMayBeSpared | Category::Mitigated => sheet::LAW_FIRST,
    };
    let basis = view! {
        {p(law)}
        {p(sheet::list_entry(entry.version.as_str(), entry.code.as_str(), entry.field.as_str()))}
        {written(sheet::ENTRY_ACT, entry.act.as_str())}
        {p(sheet::violated(entry.violated.act.as_str(), entry.violated.article.as_str()))}
        {p(sheet::penalty(entry.penalty.act.as_str(), entry.penalty.article.as_str()))}
        {written(sheet::SPARING_REASON, reason)}
    };
    let demands = view! {
        {p(sheet::correct_by(&day(correct_by)))}
        {written(sheet::FOLLOW_UP, entry.follow_up.as_str())}
    };
    let mut parts = vec![(sheet::FINDINGS, facts), (sheet::FIRST_BASIS, basis.into_any())];
    // Documents from before the conditions were told say nothing about them.
    if !conditions.is_empty() {
        parts.push((sheet::CONDITIONS, conditions_of(entry, conditions)));
    }
    parts.extend([
        (sheet::FIRST_DEMANDS, demands.into_any()),
        (sheet::PROMISE, p(sheet::PROMISE_TEXT)),
        (sheet::NATURE, p(nature)),
        rights(document),
    ]);
    view! { {p(intro)} {sections(parts)} }.into_any()
}

/// Each condition with its answer and the files that show it.
fn conditions_of(entry: &ListEntry, conditions: &[ToldCondition]) -> AnyView {
    let first = entry.category.asks_for_first().then(|| {
        let months = entry.window_months;
        let window = months.map_or_else(|| ZH.window_without_end().to_owned(), |months| ZH.window_of(months));
        sheet::first_found(ZH.first_scope(entry.scope), &window)
    });
    let told = conditions.iter().map(|condition| {
        let answer = match &condition.asked {
            AskedCondition::Common { common } => sheet::condition(ZH.common_condition(*common), condition.holds),
            AskedCondition::Listed { text } => sheet::condition(text.as_str(), condition.holds),
            AskedCondition::Exclusion { text } => sheet::exclusion(text.as_str(), condition.holds),
        };
        format!("{answer}{}", by_digests(&condition.shown_by).unwrap_or_default())
    });
    points(first.into_iter().chain(told))
}

fn supplement(document: &Document, case: &str, lines: &[AskedLine], due: Date, round: u8) -> AnyView {
    let asked = points(lines.iter().map(|line| format!("{}“{}”：{}", line.item, line.line, line.reason)));
    view! {
        {p(sheet::supplement_intro(case, round))}
        {sections(vec![
            (sheet::SUPPLEMENT_LINES, asked),
            (sheet::SUPPLEMENT_DUE, p(sheet::supplement_due(&day(due)))),
            (sheet::SUPPLEMENT_LATE, p(sheet::SUPPLEMENT_LATE_TEXT)),
            rights(document),
        ])}
    }
    .into_any()
}

/// A form, because it is an approval; and what the enterprise may refuse.
fn on_site(document: &Document, case: &str, reason: &str, note: &str, approver: &str) -> AnyView {
    let rows = [
        (sheet::FORM_ENTERPRISE, document.enterprise_name.to_string()),
        (sheet::FORM_CODE, document.credit_code.to_string()),
        (sheet::FORM_CASE, case.to_owned()),
        (sheet::FORM_REASON, reason.to_owned()),
        (sheet::FORM_NOTE, note.to_owned()),
        (sheet::FORM_OFFICERS, {
            let officers = document.officers.iter();
            officers.map(|o| sheet::officer(o.name.as_str(), o.certificate.as_str())).collect::<Vec<_>>().join("、")
        }),
        (sheet::FORM_APPROVER, sheet::approved(approver, &day(document.issued_at.date()))),
    ];
    let rows =
        rows.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view();
    let grounds = [ZH.home_right_1(), ZH.home_right_2(), ZH.home_right_3(), ZH.home_right_4()];
    let grounds = view! {
        {p(sheet::MAY_REFUSE_TEXT)}
        {points(grounds.map(str::to_owned))}
        {p(ZH.home_rights_source())}
    };
    view! {
        {p(sheet::on_site_intro(case))}
        <dl class="sheet-form">{rows}</dl>
        {sections(vec![
            (sheet::ON_SITE_NEXT, p(sheet::ON_SITE_NEXT_TEXT)),
            (sheet::MAY_REFUSE, grounds.into_any()),
            rights(document),
        ])}
    }
    .into_any()
}

fn enrolment(document: &Document, items: &[domain::text::Name], answer: &EnrolmentAnswer) -> AnyView {
    let items = points(items.iter().map(ToString::to_string));
    let rest = match answer {
        EnrolmentAnswer::Accepted { valid_to } => vec![
            (sheet::DECISION, p(sheet::accepted(&day(*valid_to)))),
            (sheet::FOLLOWS, p(sheet::ACCEPTED_FOLLOWS)),
            (sheet::NATURE, p(sheet::ENROLMENT_NATURE)),
        ],
        EnrolmentAnswer::Returned { missing } => vec![
            (sheet::DECISION, p(sheet::RETURNED)),
            (sheet::MISSING, points(missing.iter().map(ToString::to_string))),
            (sheet::FOLLOWS, p(sheet::RETURNED_FOLLOWS)),
        ],
        EnrolmentAnswer::Refused { reason } => vec![
            (sheet::DECISION, p(sheet::REFUSED)),
            (sheet::REASON, view! { {written("", reason.as_str())} }.into_any()),
            (sheet::FOLLOWS, p(sheet::REFUSED_FOLLOWS)),
        ],
    };
    let mut parts = vec![(sheet::APPLIED_ITEMS, items)];
    parts.extend(rest);
    parts.push(rights(document));
    view! { {p(sheet::ENROLMENT_INTRO)} {sections(parts)} }.into_any()
}

#[cfg(test)]
mod tests {
    use domain::{
        credit_code::CreditCode,
        document::{DocumentNumber, VerifyCode},
        dossier::{Dossier, Findings},
        evidence::{Evidence, EvidenceState, FileName, MediaType, Purpose},
        examination::{Derivative, DerivedForm, Scan},
        first_violation::{CommonCondition, FirstScope},
        ids::{
            AccountId, AgencyId, ByteCount, CaseId, DocumentId, DossierId, EnterpriseId, EvidenceId, ItemId, LineId,
        },
        item::LegalBasis,
        text::{Name, Note},
        time::Timestamp,
    };
    use portal::services::documents::DocumentView;
    use time::macros::date;
    use uuid::Uuid;

    use super::*;
    use crate::pages::documents::document_alone;

    const PICTURED: Digest = Digest([0x11; 32]);
    const OTHER: Digest = Digest([0x22; 32]);
    const AT: Timestamp = Timestamp(0);
    const CASE: CaseId = CaseId(Uuid::nil());
    const ENTERPRISE: EnterpriseId = EnterpriseId(Uuid::nil());

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn note(text: &str) -> Note {
        Note::parse(text).unwrap()
    }

    fn finding() -> ToldFinding {
        ToldFinding {
            item: name("消防安全"),
            line: name("灭火器"),
            fact: note("一具灭火器压力不足"),
            clause: name("消防法第十六条"),
            why: note("起火时不能使用"),
            how_to_fix: vec![note("更换灭火器")],
            due: date!(2026 - 12 - 01),
            shown_by: vec![PICTURED, OTHER],
            self_disclosed: false,
        }
    }

    fn document(kind: DocumentKind, body: DocumentBody) -> Document {
        Document {
            id: DocumentId(Uuid::nil()),
            kind,
            number: DocumentNumber::new(&name("长消"), kind, 2026, 3),
            code: VerifyCode::from_random([7; 20]),
            agency: AgencyId(Uuid::nil()),
            agency_name: name("长春市消防救援支队"),
            agency_phone: name("0431-12315000"),
            enterprise: ENTERPRISE,
            enterprise_name: name("长春市南关区老味道饺子馆"),
            credit_code: CreditCode::with_check("91220102MA1700001").unwrap(),
            case: Some(CASE),
            case_number: Some(name("无感〔2026〕0312号")),
            officers: Vec::new(),
            issued_at: AT,
            corrects: None,
            body,
        }
    }

    fn spared_under(category: Category) -> Document {
        let basis = || LegalBasis { act: name("消防法"), article: name("第六十条") };
        let entry = ListEntry {
            code: name("XF-03"),
            version: name("2026年版"),
            agency: AgencyId(Uuid::nil()),
            item: ItemId(Uuid::nil()),
            field: name("消防"),
            act: note("灭火器压力不足"),
            violated: basis(),
            penalty: basis(),
            category,
            conditions: vec![note("数量不超过两具。")],
            exclusions: vec![note("发生过火灾。")],
            correct_within_days: 5,
            follow_up: note("回访"),
            window_months: Some(12),
            scope: FirstScope::SameItem,
            valid_from: date!(2026 - 01 - 01),
            valid_to: None,
        };
        let told = |asked, holds| ToldCondition { asked, holds, shown_by: Vec::new() };
        let conditions = vec![
            told(AskedCondition::Common { common: CommonCondition::HarmMinor }, true),
            told(AskedCondition::Listed { text: entry.conditions[0].clone() }, true),
            told(AskedCondition::Exclusion { text: entry.exclusions[0].clone() }, false),
        ];
        let body = DocumentBody::FirstViolation {
            findings: vec![finding()],
            entry: Box::new(entry),
            correct_by: date!(2026 - 12 - 01),
            reason: note("当场更换"),
            conditions,
        };
        document(DocumentKind::of_category(category), body)
    }

    #[test]
    fn what_is_minor_is_nowhere_called_the_first() {
        let sheet = document_alone("https://portal.example", &spared_under(Category::MinorIsSpared));
        assert!(!sheet.contains("首违") && !sheet.contains("初次"), "{sheet}");
        assert!(!sheet.replace("不是警告", "").contains("警告"), "{sheet}");
        for text in ["轻微违法行为提醒书", "长消轻提〔2026〕3号", "没有造成危害后果", "本提醒书不是行政处罚"]
        {
            assert!(sheet.contains(text), "{text}: {sheet}");
        }
    }

    #[test]
    fn the_conditions_stand_on_the_notice_with_their_answers() {
        let both = ["危害后果轻微：符合。", "数量不超过两具：符合。", "排除情形“发生过火灾”：没有此情形。"];
        let first = "初次违法（同一检查事项，近 12 个月）：符合，首违登记台账中没有在先记录。";
        for category in [Category::MinorIsSpared, Category::FirstMayBeSpared] {
            let sheet = document_alone("https://portal.example", &spared_under(category));
            assert!(both.iter().all(|text| sheet.contains(text)), "{sheet}");
            assert_eq!(sheet.contains(first), category.asks_for_first());
            assert_eq!(sheet.contains("首违不罚告知书"), category.asks_for_first());
        }
    }

    /// Guidance with a finding that two files show; a view was made of one of them.
    fn view_of(scan: Option<Scan>) -> DocumentView {
        let file = |number, digest| Evidence {
            id: EvidenceId(Uuid::from_u128(number)),
            case: CASE,
            enterprise: ENTERPRISE,
            purpose: Purpose::SelfCheck { line: LineId(Uuid::nil()), round: 0 },
            name: FileName::from_sender("照片.jpg"),
            media: MediaType::Jpeg,
            size: ByteCount(1),
            digest,
            received_at: AT,
            uploader: AccountId(Uuid::nil()),
            origin: domain::capture::Origin::default(),
            state: EvidenceState::Sealed { at: AT },
        };
        let mut dossier = Dossier::begin(DossierId(Uuid::nil()), PICTURED, ByteCount(1), MediaType::Jpeg, AT);
        let made =
            Derivative { form: DerivedForm::View, digest: Digest([9; 32]), size: ByteCount(1), pixels: (1600, 1200) };
        dossier.finish(Findings { derived: vec![made], ..Findings::default() }, AT);
        dossier.scan = scan;
        let body = DocumentBody::Findings { findings: vec![finding()] };
        DocumentView {
            document: document(DocumentKind::Guidance, body),
            evidence: vec![file(1, PICTURED), file(2, OTHER)],
            known: [(PICTURED, dossier)].into(),
        }
    }

    fn shown_to_a_reader(view: &DocumentView) -> String {
        Owner::new().with(|| body(&view.document, &Pictures::of_view(view)).to_html())
    }

    #[test]
    fn a_finding_shows_its_pictures_and_names_the_other_files() {
        let sheet = shown_to_a_reader(&view_of(None));
        let picture = format!("/evidence/{}/view", Uuid::from_u128(1));
        for text in [picture.as_str(), "“灭火器”的材料图片，第 1 张，共 1 张", "1111111111111111"] {
            assert!(sheet.contains(text), "{text}: {sheet}");
        }
        assert!(sheet.contains("材料（SHA-256 前 16 位）：2222222222222222。"), "{sheet}");
        assert!(!sheet.contains(&Uuid::from_u128(2).to_string()), "{sheet}");
    }

    #[test]
    fn nothing_is_shown_of_a_file_in_quarantine_or_outside_the_portal() {
        let both = "材料（SHA-256 前 16 位）：1111111111111111、2222222222222222。";
        let found = Scan::Found { at: AT, engine: "clamd".to_owned(), name: "Eicar".to_owned() };
        let quarantined = shown_to_a_reader(&view_of(Some(found)));
        let alone = document_alone("https://portal.example", &view_of(None).document);
        for sheet in [quarantined, alone] {
            assert!(sheet.contains(both) && !sheet.contains("/evidence/"), "{sheet}");
        }
    }
}
