//! Proposing an outcome: what fits, what does not and why, and what each brings.

use domain::{
    case::{CaseError, Outcome},
    document::DocumentKind,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::first_violation_list::FirstViolationEntry;

use super::{Bench, first};
use crate::{
    api::{
        review_fields::{from_word, word},
        review_outcome::ProposeOutcome,
    },
    components::*,
    error::AppError,
    pages::review::parts::{FormName, Hidden, state_of},
    routes,
};

pub(super) async fn propose(bench: &Bench) -> Result<AnyView, AppError> {
    let w = bench.here.w;
    if !bench.here.certified() {
        let about = w.fault_case(&CaseError::NoCertificate);
        return Ok(
            view! { <Notice kind=Kind::Attention title=w.desk_no_certificate()><p>{about}</p></Notice> }.into_any()
        );
    }
    let chosen = chosen(bench);
    let form = match chosen {
        Some(Outcome::FirstViolation) => first::form(bench).await?,
        Some(outcome) => form(bench, outcome).await?,
        None => ().into_any(),
    };
    let outcomes = Outcome::ALL.into_iter().map(|outcome| card(bench, outcome, chosen == Some(outcome))).collect_view();
    Ok(view! {
        <Group title=w.choose_outcome() lead=w.choose_outcome_about()>
            <ul class="outcomes">{outcomes}</ul>
        </Group>
        {form}
    }
    .into_any())
}

/// The outcome of the address, else the only one that fits.
pub(super) fn chosen(bench: &Bench) -> Option<Outcome> {
    let fitting = || Outcome::ALL.into_iter().filter(|outcome| fits(bench, *outcome).is_ok());
    let asked = from_word::<Outcome>(&bench.outcome);
    fitting().find(|outcome| Some(*outcome) == asked).or_else(|| match fitting().collect::<Vec<_>>()[..] {
        [only] => Some(only),
        _ => None,
    })
}

/// Whether the review bears the outcome.
fn fits(bench: &Bench, outcome: Outcome) -> Result<(), CaseError> {
    let closable = bench.view.items.iter().all(|item| item.content.remotely_closable());
    bench.view.case.outcome_fits(outcome, closable)
}

fn card(bench: &Bench, outcome: Outcome, chosen: bool) -> AnyView {
    let w = bench.here.w;
    let document = w.document_kind(DocumentKind::of_outcome(outcome));
    let facts = view! {
        <dl class="outcome-facts">
            <div><dt>{w.outcome_document()}</dt><dd>{format!("《{document}》")}</dd></div>
            <div><dt>{w.outcome_duty()}</dt><dd>{w.outcome_duty_of(outcome)}</dd></div>
            <div><dt>{w.outcome_counts()}</dt><dd>{w.outcome_counts_of(outcome, bench.visits.len())}</dd></div>
        </dl>
    };
    let name = w.outcome(outcome);
    let way = match (fits(bench, outcome), chosen) {
        (Err(why), _) => view! {
            <p class="outcome-unfit"><Icon name=IconName::Info/><span>{w.fault_case(&why)}</span></p>
        }
        .into_any(),
        (Ok(()), true) => view! { <p><StateBadge kind=Kind::Done word=w.outcome_chosen()/></p> }.into_any(),
        (Ok(()), false) => {
            let address =
                routes::with_query(&routes::review_outcome(bench.view.case.id), &[("outcome", &word(&outcome))]);
            view! { <p><a class="button button-second" href=format!("{address}#propose")>{w.outcome_choose()}<span class="unseen">" "{name}</span></a></p> }
                .into_any()
        }
    };
    view! {
        <li class="outcome" class:outcome-chosen=chosen>
            <h3>{name}</h3>
            <p>{w.outcome_meaning(outcome)}</p>
            {facts}
            {way}
        </li>
    }
    .into_any()
}

async fn form(bench: &Bench, outcome: Outcome) -> Result<AnyView, AppError> {
    let w = bench.here.w;
    let (portal, actor, id) = (&bench.here.portal, &bench.here.actor, bench.view.case.id);
    let aside = portal.reviews().left_aside(actor, id, outcome).await?;
    let mut comparable = Vec::new();
    for entry in &aside {
        comparable.extend(portal.first_violations().comparable(actor, &entry.entry.slot_key()).await?);
    }
    let deviates = !aside.is_empty();
    let label = if deviates { w.left_aside_reason() } else { w.outcome_note() };
    let acts: Vec<[String; 2]> = aside
        .iter()
        .map(|FirstViolationEntry { entry, .. }| {
            [entry.act.to_string(), w.entry_code(entry.code.as_str(), entry.version.as_str())]
        })
        .collect();
    let listed = deviates.then(move || {
        let acts = acts.into_iter().map(|[act, code]| view! { <li>{act}<span class="beside">" "{code}</span></li> });
        view! {
            <Notice kind=Kind::Attention title=w.left_aside()>
                <p>{w.left_aside_about()}</p>
                <ul class="plain-list">{acts.collect_view()}</ul>
            </Notice>
        }
    });
    let beside = deviates.then(move || {
        view! { <aside class="comparable" aria-label=w.comparable_title()>{first::comparables(w, comparable)}</aside> }
    });
    Ok(view! {
        <Group title=w.propose_this(w.outcome(outcome)) id="propose">
            {listed}
            <div class:first=deviates>
                <Form action=ProposeOutcome::url() state=state_of("propose")>
                    <FormName name="propose"/>
                    <Hidden name="case" value=id.to_string()/>
                    <Hidden name="outcome" value=word(&outcome)/>
                    <TextArea name="note" label=label hint=w.outcome_note_hint() optional=!deviates rows=3/>
                    <SubmitBar label=w.propose_outcome() effect=w.propose_effect()/>
                </Form>
                {beside}
            </div>
        </Group>
    }
    .into_any())
}
