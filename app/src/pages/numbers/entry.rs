//! One entry of the ledger and its story.

use domain::{
    policy::Action,
    visit_ledger::{EntryState, Reversal},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use portal::services::ledgers::EntryView;

use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    format,
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn Entry() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let entry = cx.portal.ledgers().entry(&cx.actor()?, cx.id(&id)?).await?;
            let quiet_days = cx.portal.settings().ledger.quiet_days;
            let stage = entry.entry.stage();
            let (quiet, due, instead) = (quiet(&entry), due(&entry), instead(&entry));
            let story = story(&entry, quiet_days);
            Ok(view! {
                <Page title=w.entry_title() over=entry.enterprise.name.as_str() back=routes::LEDGER back_label=w.ledger_title()>
                    <p class="actions-line"><StateBadge kind=stage word=w.entry_stage(stage)/>{quiet}</p>
                    <Group title=w.entry_due()>{due}</Group>
                    <Group title=w.entry_instead()>{instead}</Group>
                    <Group title=w.entry_story()><Timeline events=story/></Group>
                </Page>
            }.into_any())
        }/>
    }
}

fn quiet(view: &EntryView) -> Option<String> {
    let w = wording();
    match view.entry.state {
        EntryState::Claimed { confirm_after } => {
            Some(w.entry_quiet_until(&format::day(screen().lang, confirm_after.date())))
        }
        _ => None,
    }
}

fn due(view: &EntryView) -> AnyView {
    let w = wording();
    let items: Vec<String> = view.items.iter().map(ToString::to_string).collect();
    let rows = vec![
        Row::new(w.ledger_enterprise(), view.enterprise.name.to_string()),
        Row::new(w.ledger_agency(), view.agency.name.to_string()),
        Row::new(w.ledger_items(), w.list(&items)),
        Row::new(w.entry_due_reason(), w.due_reason(view.due.reason)),
        Row::new(w.entry_due_reference(), view.due.reference.to_string()),
        Row::new(w.entry_due_until(), view! { <Day date=view.due.until/> }),
    ];
    view! { <DefinitionList rows=rows/> }.into_any()
}

fn instead(view: &EntryView) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let entry = &view.entry;
    let number = view.case_number.to_string();
    let case = if screen().may_ever(Action::SeeCase) {
        view! { <a href=routes::review_case(entry.case)>{number}</a> }.into_any()
    } else {
        view! { <p>{number}</p><p class="field-hint">{w.entry_only_number()}</p> }.into_any()
    };
    let (standard, spent) = (u64::from(entry.standard_minutes), u64::from(entry.spent_minutes));
    let saved = match standard.checked_sub(spent) {
        Some(saved) => format::hours(lang, saved),
        None => w.entry_minutes_more(&format::hours(lang, spent - standard)),
    };
    let sum = w.entry_minutes_sum(&format::hours(lang, standard), &format::hours(lang, spent));
    let rows = vec![
        Row::new(w.entry_case(), case),
        Row::new(
            w.ledger_outcome(),
            view! { <StateBadge kind=entry.outcome word=w.outcome_under(entry.outcome, view.spared)/> },
        ),
        Row::new(w.entry_minutes(), view! { <p>{saved}</p><p class="field-hint">{sum}</p> }),
    ];
    view! { <DefinitionList rows=rows/> }.into_any()
}

fn story(view: &EntryView, quiet_days: u16) -> Vec<Happening> {
    let w = wording();
    let lang = screen().lang;
    let entry = &view.entry;
    let mut story = vec![
        Happening::new(view.due.recorded_at, w.entry_story_due())
            .note(w.list(&[w.due_reason(view.due.reason), view.due.reference.as_str()])),
        Happening::new(entry.claimed_at, w.entry_story_claimed()).note(w.list(&[
            w.entry_story_claimed_by(view.case_number.as_str()).as_str(),
            w.outcome_under(entry.outcome, view.spared),
        ])),
    ];
    match &entry.state {
        EntryState::Claimed { confirm_after } => story.push(
            Happening::ahead(w.entry_story_quiet(), format::day(lang, confirm_after.date()))
                .note(w.entry_story_quiet_days(quiet_days)),
        ),
        EntryState::Confirmed { at, confirm_after } => {
            story.push(Happening::new(*confirm_after, w.entry_story_quiet()));
            story.push(Happening::new(*at, w.entry_story_confirmed()));
        }
        EntryState::Reversed { at, why: Reversal::Converted { .. } } => {
            let mut happening = Happening::new(*at, w.entry_story_converted()).kind(Kind::Neutral);
            if let Some(number) = &view.converted {
                happening = happening.note(w.entry_story_converted_case(number.as_str()));
            }
            story.push(happening);
        }
        EntryState::Reversed { at, why: Reversal::Transferred { .. } } => {
            story.push(Happening::new(*at, w.entry_story_transferred()).kind(Kind::Neutral));
        }
        EntryState::Reversed { at, why: Reversal::Visited { at: visited, note } } => {
            let when = w.entry_story_visited_at(&format::moment(lang, *visited));
            story
                .push(Happening::new(*at, w.entry_story_visited()).kind(Kind::Neutral).note(format!("{when}\n{note}")));
        }
    }
    story
}
