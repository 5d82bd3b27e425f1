//! On the left: the lines of the case.

use domain::case::{CaseLine, CaseStage};
use leptos::prelude::*;

use super::Desk;
use crate::{components::*, routes};

pub(super) fn lines(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let case = desk.case();
    let reviewed = case.lines.iter().filter(|line| line.review.is_some()).count();
    let several = desk.view.items.len() > 1;
    let mut groups = Vec::new();
    for item in &desk.view.items {
        let own = case.lines.iter().enumerate().filter(|(_, line)| line.item == item.item);
        let links = own.map(|(index, line)| entry(desk, index, line)).collect_view();
        let title = several.then(|| view! { <h3 class="lines-item">{item.content.name.to_string()}</h3> });
        groups.push(view! { {title}<ul class="lines">{links}</ul> });
    }
    view! {
        <h2 class="lines-head">
            {w.pane_lines()}
            <span class="lines-progress">{w.lines_reviewed(reviewed, case.lines.len())}</span>
        </h2>
        <p class="lines-jump"><a href="#line">{w.lines_jump()}</a></p>
        {groups}
    }
    .into_any()
}

fn entry(desk: &Desk, index: usize, line: &CaseLine) -> AnyView {
    let w = desk.here.w;
    let title = desk.view.checklist(line.line).map(|spec| spec.title.to_string()).unwrap_or_default();
    let (kind, word) = match &line.review {
        Some(review) => (review.verdict.into(), w.line_verdict(review.verdict)),
        None => (Kind::Neutral, w.line_unreviewed()),
    };
    let reopened = line.open && desk.case().stage() == CaseStage::MoreEvidence;
    let current = index == desk.place;
    let shortcut = match index {
        next if next == desk.place + 1 => Some("j"),
        before if before + 1 == desk.place => Some("k"),
        _ => None,
    };
    view! {
        <li>
            <a href=routes::review_line(desk.case().id, line.line) aria-current=current.then_some("true") data-shortcut=shortcut>
                <span class="lines-number">{index + 1}</span>
                <span>{title}</span>
                <span class="lines-badges">
                    <StateBadge kind=kind word=word/>
                    {line.self_disclosed_at.is_some().then(|| view! { <StateBadge kind=Kind::Waiting word=w.self_reported()/> })}
                    {reopened.then(|| view! { <StateBadge kind=Kind::Attention word=w.line_reopened()/> })}
                </span>
                {shortcut.map(|key| view! { <KeyHint keys=key.to_uppercase()/> })}
            </a>
        </li>
    }
    .into_any()
}
