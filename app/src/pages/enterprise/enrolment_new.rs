//! A new application, or other items for one that may be changed: agency, then
//! items, with every line of every rule in sight.

use domain::{
    agency::Agency,
    eligibility::{Assessment, Qualification},
    ids::{AgencyId, EnrolmentId, ItemId},
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::services::enrolments::Option_;

use super::query;
use crate::{
    api::{Cx, enrolment::WriteEnrolment},
    components::*,
    context::{returned_form, screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// 申请无感监管.
#[component]
pub(super) fn NewEnrolment() -> impl IntoView {
    let agency = query("agency").and_then(|id| id.parse::<AgencyId>().ok());
    let known = query("enrolment").and_then(|id| id.parse::<EnrolmentId>().ok());
    view! { <AsyncPage load=move || async move {
        let (cx, state) = (Cx::here()?, returned_form());
        let actor = cx.actor()?;
        let enterprise = cx.portal.enterprises().own(&actor).await?;
        let options = cx.portal.enrolments().options(&actor).await?;
        let agencies = cx.portal.catalogue().agencies().await?;
        let offering = |id| options.iter().any(|option| option.version.agency == id);
        let agencies: Vec<Agency> = agencies.into_iter().filter(|agency| offering(agency.id)).collect();
        let chosen = match (agency, agencies.as_slice()) {
            (None, [only]) => Some(only),
            (chosen, all) => all.iter().find(|agency| Some(agency.id) == chosen),
        };
        let Some(agency) = chosen else { return Ok(choose_agency(&agencies, &options)) };
        let before = match known {
            Some(id) => cx.portal.enrolments().get(&actor, id).await?.enrolment.items.iter().map(|i| i.item).collect(),
            None => Vec::new(),
        };
        let mut options: Vec<_> = options.into_iter().filter(|option| option.version.agency == agency.id).collect();
        // What can be chosen stands first.
        options.sort_by_key(|option| !may_choose(option));
        let confirmed = enterprise.registration.is_confirmed();
        let confirmed_within = (!confirmed).then_some(cx.portal.settings().clocks.registration);
        Ok::<_, AppError>(choose_items(agency, known, &before, &options, confirmed_within, state))
    }/> }
}

fn choose_agency(agencies: &[Agency], options: &[Option_]) -> AnyView {
    let w = wording();
    if agencies.is_empty() {
        return view! {
            <Page title=w.enrolment_begin() back=routes::ENROLMENTS back_label=w.nav_enrolments()>
                <EmptyState title=w.enrolment_no_items() about=w.enrolment_no_items_about() href=routes::ITEMS
                    action=w.nav_items()/>
            </Page>
        }
        .into_any();
    }
    let tasks = agencies.iter().map(|agency| {
        let items = || options.iter().filter(|option| option.version.agency == agency.id);
        let fit = items().filter(|option| may_choose(option)).count();
        let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let kind = if fit == 0 { Kind::Neutral } else { Kind::Done };
        view! {
            <Task title=agency.name.to_string() kind=kind
                word=if fit == 0 { w.qualification(Qualification::DoesNotQualify) } else { w.qualification(Qualification::Qualifies) }
                href=routes::with_query(routes::NEW_ENROLMENT, &[("agency", &agency.id.to_string())])
                hint=w.enrolment_agency_items(count(items().count()), count(fit))/>
        }
    });
    let tasks = tasks.collect_view();
    view! {
        <Page title=w.enrolment_choose_agency() back=routes::ENROLMENTS back_label=w.nav_enrolments()
            over=w.enrolment_begin() lead=w.enrolment_choose_agency_lead()>
            <TaskList>{tasks}</TaskList>
        </Page>
    }
    .into_any()
}

fn may_choose(option: &Option_) -> bool {
    option.assessment.qualification != Qualification::DoesNotQualify && !option.enrolled
}

fn choose_items(
    agency: &Agency,
    known: Option<EnrolmentId>,
    before: &[ItemId],
    options: &[Option_],
    confirmed_within: Option<u16>,
    state: FormState,
) -> AnyView {
    let w = wording();
    let typed = state.values.get("items[]").cloned();
    let wrong = state.error("items").map(str::to_owned);
    let cards = options.iter().enumerate().map(|(index, option)| {
        let id = option.version.item;
        let ticked = typed.as_ref().map_or_else(|| before.contains(&id), |typed| typed.contains(&id.to_string()));
        // The error summary leads to the first box.
        let field = if index == 0 { "items".to_owned() } else { format!("items-{}", index + 1) };
        item_card(option, &field, ticked && may_choose(option))
    });
    let cards = cards.collect_view();
    let error = wrong.map(|wrong| {
        view! { <p class="field-error" id="items-error"><Icon name=IconName::Problem/><span>{wrong}</span></p> }
    });
    let confirmed = confirmed_within.is_none();
    let unconfirmed = confirmed_within.map(|days| {
        view! {
            <Notice kind=Kind::Attention title=w.enrolment_unconfirmed()>
                <p>{w.enrolment_unconfirmed_about(days)}</p>
                <p><a href=routes::ENTERPRISE>{w.enrolment_see_registration()}</a></p>
            </Notice>
        }
    });
    let (back, back_label) = match known {
        Some(id) => (routes::enrolment(id), w.back()),
        None => (routes::NEW_ENROLMENT.to_owned(), w.enrolment_choose_agency()),
    };
    let agency_id = agency.id.to_string();
    view! {
        <Page title=w.enrolment_choose_items() back=back back_label=back_label over=agency.name.to_string()
            lead=w.enrolment_choose_items_lead()>
            {unconfirmed}
            <Form action=WriteEnrolment::url() state=state>
                <input type="hidden" name="agency" value=agency_id/>
                {known.map(|id| view! { <input type="hidden" name="enrolment" value=id.to_string()/> })}
                <fieldset class="field option-list">
                    <legend class="unseen">{w.enrolment_items_label()}</legend>
                    {error}
                    <ul class="options">{cards}</ul>
                </fieldset>
                {confirmed.then(|| view! { <SubmitBar label=w.enrolment_save_items()/> })}
            </Form>
        </Page>
    }
    .into_any()
}

fn item_card(option: &Option_, field: &str, ticked: bool) -> AnyView {
    let w = wording();
    let content = &option.version.content;
    let open = may_choose(option);
    let qualification = option.assessment.qualification;
    let facts = [
        w.remote(&content.remote),
        w.enrolment_interval(content.self_check_months),
        w.enrolment_cap(content.yearly_cap),
    ];
    view! {
        <li class="option" class:option-off=!open>
            <div class="option-head">
                <input type="checkbox" id=field.to_owned() name="items[]" value=option.version.item.to_string() checked=ticked
                    disabled=!open aria-describedby=format!("{field}-about")/>
                <div class="option-name">
                    <label for=field.to_owned()>{content.name.to_string()}</label>
                    <p class="option-facts">{facts.join(" · ")}</p>
                </div>
            </div>
            <div class="option-about" id=format!("{field}-about")>
                {if option.enrolled {
                    view! { <StateBadge kind=Kind::Neutral word=w.enrolment_already()/> }.into_any()
                } else {
                    view! { <StateBadge kind=qualification word=w.qualification(qualification)/> }.into_any()
                }}
                {rule_lines(&option.assessment)}
            </div>
        </li>
    }
    .into_any()
}

/// Every line of the rules with how it came out, and what to do about it.
pub(super) fn rule_lines(assessment: &Assessment) -> AnyView {
    let w = wording();
    let lines = assessment.lines.iter().map(|line| {
        let kind = Kind::from(line.verdict);
        let until = line.barred_until.map(|day| w.enrolment_barred_until(&format::day(screen().lang, day)));
        let advice = w.advice(line);
        view! {
            <li class=format!("rule {}", kind.class())>
                <Icon name=kind.icon()/>
                <div>
                    <p class="rule-name">
                        {w.condition(line.condition.as_ref())}
                        <span class="rule-verdict">{w.verdict_on(line.list, line.verdict)}</span>
                    </p>
                    {until.map(|until| view! { <p class="rule-advice">{until}</p> })}
                    {advice.map(|advice| view! { <p class="rule-advice">{advice}</p> })}
                </div>
            </li>
        }
    });
    view! { <ul class="rules" aria-label=w.enrolment_why()>{lines.collect_view()}</ul> }.into_any()
}
