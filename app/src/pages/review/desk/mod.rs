//! The desk: lines, evidence and decision of one case on one screen.

mod decision;
mod evidence;
mod head;
mod lines;
mod problem;
mod whole;

use std::collections::HashMap;

use domain::{
    case::{Case, CaseLine, CaseStage, CaseState},
    evidence::{Evidence, EvidenceState},
    ids::{CaseId, EvidenceId, LineId},
    policy::Action,
};
pub(super) use problem::shown as problem_shown;

use leptos::prelude::*;
use portal::services::{cases::CaseView, examinations::Known};

use super::{
    history::{self, History},
    parts::{Here, left_over, param, query, state_of},
    queue,
};
use crate::{components::*, error::AppError, islands::Shortcuts, pages::AsyncPage};

/// A case as it lies before the reader.
pub(super) struct Desk {
    here: Here,
    view: CaseView,
    /// The line that is open.
    line: CaseLine,
    /// Where it stands among the lines, from 0.
    place: usize,
    hands: Hands,
    /// That it was sent back to this desk, by whom and why.
    sent_back: Option<history::SentBack>,
    /// What is known of the files of the line.
    known: HashMap<EvidenceId, Known>,
    /// What waits for the reader once there is nothing to do here.
    next: Option<queue::Waiting>,
}

/// What the reader can do with the case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hands {
    /// It is on the reader's own desk.
    Own,
    /// Nobody has it; the reader can take it.
    Free,
    /// A colleague has it.
    Others,
    /// It waits for somebody else, or is over.
    Elsewhere,
    /// The reader's certificate is missing or has run out.
    NoCertificate,
    /// The reader's roles do not review.
    Reader,
}

impl Desk {
    fn case(&self) -> &Case {
        &self.view.case
    }

    /// The files of a line that have been sent: drafts are the enterprise's own.
    fn files(&self, line: LineId) -> Vec<Evidence> {
        let sealed = |file: &&Evidence| matches!(file.state, EvidenceState::Sealed { .. });
        self.view.files(line).filter(sealed).cloned().collect()
    }

    /// Who is meant, as the reader should read it.
    fn person(&self, account: domain::ids::AccountId) -> String {
        if account == self.here.actor.account {
            return self.here.w.myself().to_owned();
        }
        self.view.name(account).map(ToString::to_string).unwrap_or_default()
    }
}

fn hands(here: &Here, case: &Case) -> Hands {
    let me = here.actor.account;
    match &case.state {
        _ if !here.may(Action::ReviewCase) => Hands::Reader,
        CaseState::Submitted { .. } | CaseState::InReview { .. } if !here.certified() => Hands::NoCertificate,
        CaseState::Submitted { .. } => Hands::Free,
        CaseState::InReview { officer, .. } if *officer == me => Hands::Own,
        CaseState::InReview { .. } => Hands::Others,
        _ => Hands::Elsewhere,
    }
}

/// One case on the desk; `?line=` opens a line, else the first that nobody has
/// reviewed is open.
#[component]
pub(crate) fn DeskPage() -> impl IntoView {
    let (id, line) = (param::<CaseId>(), query("line"));
    view! { <AsyncPage load=move || load(id, line)/> }
}

async fn load(id: Result<CaseId, AppError>, line: String) -> Result<AnyView, AppError> {
    let here = Here::get()?;
    let id = id?;
    let view = here.portal.cases().get(&here.actor, id).await?;
    let entries = here.portal.cases().history(&here.actor, id).await?;
    let w = here.w;
    let events = history::of_case(w, &view, &entries);
    // Before anything was sent there is nothing to look at: drafts are the
    // enterprise's own.
    if view.case.stage() == CaseStage::Open && view.case.submitted_at.is_none() {
        return Ok(head::unsent(&here, &view, events));
    }
    let asked = line.parse::<LineId>().ok().filter(|line| view.case.line(*line).is_some());
    let open = asked.or(view.case.next_unreviewed(None)).or(view.case.lines.first().map(|line| line.line));
    let place = view.case.lines.iter().position(|line| Some(line.line) == open).unwrap_or_default();
    let line = view.case.lines.get(place).cloned().ok_or(AppError::NotFound)?;
    let hands = hands(&here, &view.case);
    let sent_back = if hands == Hands::Own { history::sent_back(&entries) } else { None };
    let next = if hands == Hands::Elsewhere { queue::next(&here, Some(id)).await? } else { None };
    let mut desk = Desk { here, view, line, place, hands, sent_back, next, known: HashMap::new() };
    for file in desk.files(desk.line.line) {
        let known = desk.here.portal.examinations().known(&desk.here.actor, &file).await?;
        desk.known.insert(file.id, known);
    }
    let line = desk.view.checklist(desk.line.line).map(|spec| spec.title.to_string()).unwrap_or_default();
    let title = format!("{line} · {} {}", desk.view.case.number, desk.view.enterprise.name);
    let strays = strays(&desk);
    Ok(view! {
        <WindowTitle text=title/>
        {strays}
        <ThreePane head=head::head(&desk) lines=lines::lines(&desk) evidence=evidence::evidence(&desk)
            decision=decision::decision(&desk)/>
        <div class="page page-wide desk-below">
            <History events=events title=w.desk_history()/>
            {keys_help(&desk)}
        </div>
        <Shortcuts/>
    }
    .into_any())
}

/// What came back for a form that the reader does not see any more: a colleague has
/// taken the case over, or another line is open.
fn strays(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let line = desk.line.line.to_string();
    let own = desk.hands == Hands::Own;
    let shown = [
        ("line", own && state_of("line").value("line") == Some(line.as_str())),
        ("more", own && whole::asks_for_more(desk)),
        ("on_site", whole::offers_on_site(desk)),
        ("take_over", desk.hands == Hands::Others),
        ("decline", whole::decides_on_site(desk)),
    ];
    let texts = [
        ("reason", w.verdict_reason()),
        ("fact", w.draft_fact()),
        ("clause", w.draft_clause()),
        ("why", w.draft_why()),
        ("steps", w.draft_steps()),
        ("on_site_note", w.on_site_note()),
        ("take_over_reason", w.take_over_reason()),
        ("decline_reason", w.decline_reason()),
    ];
    left_over(w, &shown, &texts)
}

/// The list of keys: a popover, so that it opens without scripts, too.
fn keys_help(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let mut keys = vec![("J", w.key_next()), ("K", w.key_before())];
    if desk.hands == Hands::Own {
        keys.extend([
            ("A", w.key_accept()),
            ("U", w.key_unclear()),
            ("I", w.key_insufficient()),
            ("P", w.key_problem()),
            ("Enter", w.key_save()),
        ]);
    }
    keys.extend([
        ("Z", w.key_zoom()),
        ("+", w.viewer_larger()),
        ("-", w.viewer_smaller()),
        ("R", w.viewer_turn()),
        ("0", w.viewer_reset()),
        ("?", w.keys_title()),
    ]);
    view! {
        <div class="keys" id="keys" popover="auto" role="dialog" aria-labelledby="keys-title">
            <h2 id="keys-title">{w.keys_title()}</h2>
            <dl>
                {keys.into_iter().map(|(key, about)| view! { <div><dt><KeyHint keys=key/></dt><dd>{about}</dd></div> }).collect_view()}
            </dl>
            <p class="beside">{w.keys_about()}</p>
            <button type="button" class="button button-second" popovertarget="keys" popovertargetaction="hide">{w.viewer_close()}</button>
        </div>
    }
    .into_any()
}
