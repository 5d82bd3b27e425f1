//! In the middle: the standard, what the enterprise says, and its files, large.

use domain::{
    case::{Answer, CaseLine},
    evidence::{Evidence, Purpose},
    item::ChecklistLine,
    text::Note,
};
use leptos::prelude::*;

use super::Desk;
use crate::{
    components::*,
    pages::{
        origin::{asked_of_photos, grades},
        review::media::LargeFile,
    },
    wording::Wording,
};

pub(super) fn evidence(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let Some(spec) = desk.view.checklist(desk.line.line) else { return ().into_any() };
    let site = desk.view.enterprise.site.clone();
    let mut files = desk.files(desk.line.line);
    // The latest round first: it answers what was asked for.
    files.sort_by_key(|file| (std::cmp::Reverse(round_of(file)), file.received_at));
    let shown = if files.is_empty() {
        view! { <p class="evidence-none"><Icon name=IconName::Info/>{w.no_files()}</p> }.into_any()
    } else {
        files
            .into_iter()
            .map(|file| {
                let uploader = desk.view.name(file.uploader).map(ToString::to_string);
                let round = round_of(&file);
                let mark = (round > 0).then(|| w.round_mark(round));
                let known = desk.known.get(&file.id).cloned().unwrap_or_default();
                view! { <LargeFile file=file known=known site=site.clone() uploader=uploader mark=mark/> }
            })
            .collect_view()
            .into_any()
    };
    view! {
        <header class="evidence-head" id="line">
            <p class="beside">{w.line_of(desk.place + 1, desk.case().lines.len())}</p>
            <h2>{spec.title.to_string()}</h2>
            <p class="desk-standard"><strong>{w.standard_label()}</strong>{spec.standard.to_string()}</p>
            <p class="beside">{asked(w, spec)}</p>
        </header>
        {said(desk)}
        {shown}
        {grades()}
    }
    .into_any()
}

fn round_of(file: &Evidence) -> u8 {
    match file.purpose {
        Purpose::SelfCheck { round, .. } => round,
        Purpose::Rectification { .. } => 0,
    }
}

/// The clause and the files that the line asks for.
fn asked(w: Wording, spec: &ChecklistLine) -> String {
    let requests: Vec<String> = spec.requests.iter().map(|request| w.evidence_request(request)).collect();
    let requests: Vec<String> = requests.into_iter().chain(asked_of_photos(spec)).collect();
    let clause = format!("《{}》{}", spec.clause.act, spec.clause.article);
    if requests.is_empty() { clause } else { format!("{clause} · {}", w.list(&requests)) }
}

/// What the enterprise says. While a line is open again, what it said before: the
/// new answer is a draft until it is sent.
fn said(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let line = &desk.line;
    let (answer, note) = sent(line);
    let kind = match answer {
        Some(Answer::Conforms) => Kind::Done,
        Some(Answer::DoesNot) => Kind::Problem,
        Some(Answer::NotApplicable) | None => Kind::Neutral,
    };
    let word = answer.map_or(w.not_answered(), |answer| w.answer_of_enterprise(answer));
    let disclosed = line.self_disclosed_at.map(|at| {
        view! {
            <p class="answered-disclosed">
                <StateBadge kind=Kind::Waiting word=w.self_reported()/>
                <span>{w.self_reported_at()}" "<Moment at=at/></span>
                <span class="beside">{w.self_reported_about()}</span>
            </p>
        }
    });
    let excuse = excuse(line).map(|excuse| {
        view! {
            <div class="answered-excuse">
                <StateBadge kind=Kind::Attention word=w.capture_excuse_of_enterprise()/>
                <blockquote>{excuse.to_string()}</blockquote>
            </div>
        }
    });
    view! {
        <section class="answered" aria-label=w.enterprise_says()>
            <p class="answered-line"><span class="beside">{w.enterprise_says()}</span><StateBadge kind=kind word=word/></p>
            {note.map(|note| view! { <blockquote>{note.to_string()}</blockquote> })}
            {excuse}
            {disclosed}
        </section>
    }
    .into_any()
}

fn sent(line: &CaseLine) -> (Option<Answer>, Option<&Note>) {
    match &line.before {
        Some(before) if line.open => (before.answer, before.note.as_ref()),
        _ => (line.answer, line.note.as_ref()),
    }
}

/// Why photos could not be taken as the line asks, as it was sent.
fn excuse(line: &CaseLine) -> Option<&Note> {
    match &line.before {
        Some(before) if line.open => before.capture_excuse.as_ref(),
        _ => line.capture_excuse.as_ref(),
    }
}
