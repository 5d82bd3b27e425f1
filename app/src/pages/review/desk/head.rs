//! Above the three panes: which case, where it stands, who has it.

use domain::case::CaseState;
use leptos::{prelude::*, server_fn::ServerFn};
use portal::services::cases::CaseView;

use super::{Desk, Hands};
use crate::{
    api::review::{ReleaseCase, TakeCase},
    components::*,
    pages::review::{history::History, parts::Here},
    routes,
};

pub(super) fn head(desk: &Desk) -> AnyView {
    let w = desk.here.w;
    let case = desk.case();
    let id = case.id.to_string();
    let name = desk.view.enterprise.name.to_string();
    let items: Vec<String> = desk.view.items.iter().map(|item| item.content.name.to_string()).collect();
    let action = match desk.hands {
        Hands::Free => Some(view! {
            <PostButton action=TakeCase::url() label=w.take_case() fields=vec![("case", id)] class="button"/>
        }.into_any()),
        Hands::Own => Some(view! {
            <PostButton action=ReleaseCase::url() label=w.release_case() fields=vec![("case", id)] class="button-plain"/>
        }.into_any()),
        _ => None,
    };
    view! {
        <div class="desk-title">
            <a class="back" href=routes::REVIEW><Icon name=IconName::Back/>{w.nav_review()}</a>
            <h1>{name}</h1>
            <p>{case.number.to_string()}" · "{w.list(&items)}</p>
        </div>
        <div class="desk-state">
            <StateBadge kind=case.stage() word=w.case_stage(case.stage())/>
            {case.due().map(|due| view! { <DueBadge due=desk.here.due(due)/> })}
            {who(desk)}
        </div>
        <div class="desk-actions">
            {action}
            <a class="button-plain" href=routes::case_bundle(&case.id.to_string()) title=w.bundle_about() download="">{w.bundle_short()}</a>
            <a class="button button-second" href=routes::review_outcome(case.id) data-shortcut="o">{w.to_outcome()}<KeyHint keys="O"/></a>
            <button type="button" class="desk-help" popovertarget="keys" data-shortcut="?">{w.keys_title()}<KeyHint keys="?"/></button>
        </div>
    }
    .into_any()
}

/// Who has it, and since when.
fn who(desk: &Desk) -> Option<AnyView> {
    let w = desk.here.w;
    let (account, at, label) = match &desk.case().state {
        CaseState::InReview { officer, since, .. } => (*officer, *since, w.since_in_review()),
        CaseState::MoreEvidence { officer, at, .. } => (*officer, *at, w.since_asked()),
        CaseState::Proposed { by, at, .. } | CaseState::OnSiteProposed { by, at, .. } => (*by, *at, w.since_proposed()),
        _ => return None,
    };
    let person = desk.person(account);
    Some(view! { <p class="desk-who"><Icon name=IconName::Person/><span>{person}" "{label}" "<Moment at=at short=true/></span></p> }.into_any())
}

/// A case that the enterprise has not sent yet.
pub(super) fn unsent(here: &Here, view: &CaseView, events: Vec<Happening>) -> AnyView {
    let w = here.w;
    let case = &view.case;
    let items: Vec<String> = view.items.iter().map(|item| item.content.name.to_string()).collect();
    let (stage, due) = (case.stage(), case.due().map(|due| here.due(due)));
    view! {
        <Page title=view.enterprise.name.to_string() over=case.number.to_string() lead=w.list(&items)
            back=routes::REVIEW back_label=w.nav_review()>
            <p class="actions-line">
                <StateBadge kind=stage word=w.case_stage(stage)/>
                {due.map(|due| view! { <DueBadge due=due/> })}
            </p>
            <EmptyState title=w.unsent_title() about=w.unsent_about()/>
            <History events=events title=w.desk_history()/>
        </Page>
    }
    .into_any()
}
