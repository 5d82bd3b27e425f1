//! What each document says, in the form that offices use.

use domain::document::{AskedLine, Document, DocumentBody, DocumentKind, EnrolmentAnswer, ToldFinding};
use domain::first_violation::{Category, ListEntry};
use leptos::prelude::*;
use time::Date;

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

/// The body of a document.
pub(super) fn body(document: &Document) -> AnyView {
    let case = document.case_number.as_ref().map(ToString::to_string).unwrap_or_default();
    match &document.body {
        DocumentBody::Result { items } => result(document, &case, items),
        DocumentBody::Findings { findings } => told(document, &case, findings),
        DocumentBody::FirstViolation { findings, entry, correct_by, reason } => {
            first_violation(document, &case, findings, entry, *correct_by, reason.as_str())
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
fn told(document: &Document, case: &str, findings: &[ToldFinding]) -> AnyView {
    let (intro, title, follows, nature) = match document.kind {
        DocumentKind::OrderToCorrect => {
            (sheet::order_intro(case), sheet::ORDER_FINDINGS, sheet::ORDER_FOLLOWS, sheet::ORDER_NATURE)
        }
        DocumentKind::Transfer => {
            (sheet::transfer_intro(case), sheet::FINDINGS, sheet::TRANSFER_FOLLOWS, sheet::TRANSFER_NATURE)
        }
        _ => (sheet::guidance_intro(case), sheet::GUIDANCE_FINDINGS, sheet::GUIDANCE_FOLLOWS, sheet::GUIDANCE_NATURE),
    };
    let facts = findings_of(document.kind, findings);
    view! {
        {p(intro)}
        {sections(vec![(title, facts), (sheet::FOLLOWS, p(follows)), (sheet::NATURE, p(nature)), rights(document)])}
    }
    .into_any()
}

/// Each finding: fact, clause, why, how, until when.
fn findings_of(kind: DocumentKind, findings: &[ToldFinding]) -> AnyView {
    let transfer = kind == DocumentKind::Transfer;
    let due_label = if kind == DocumentKind::Guidance { sheet::SUGGESTED_DUE } else { sheet::DUE };
    let told = findings.iter().enumerate().map(|(index, finding)| {
        let title = sheet::point(index + 1, &format!("{}：{}", finding.item, finding.line));
        let files = (!finding.shown_by.is_empty()).then(|| {
            let digests = finding.shown_by.iter().map(|digest| digest.to_string()[..16].to_owned());
            p(sheet::shown_by(&digests.collect::<Vec<_>>().join("、")))
        });
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

fn first_violation(
    document: &Document,
    case: &str,
    findings: &[ToldFinding],
    entry: &ListEntry,
    correct_by: Date,
    reason: &str,
) -> AnyView {
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
    view! {
        {p(sheet::first_violation_intro(case))}
        {sections(vec![
            (sheet::FINDINGS, findings_of(document.kind, findings)),
            (sheet::FIRST_BASIS, basis.into_any()),
            (sheet::FIRST_DEMANDS, demands.into_any()),
            (sheet::PROMISE, p(sheet::PROMISE_TEXT)),
            (sheet::NATURE, p(sheet::FIRST_NATURE)),
            rights(document),
        ])}
    }
    .into_any()
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
