//! One item of the list: everything the law wants public about it.

use domain::{
    agency::Agency,
    eligibility::{Condition, RuleSet},
    item::{Item, ItemVersion, Remote, VersionState},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::checklist::checklist;
use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
    wording::Lang,
};

/// The route's view.
#[component]
pub fn ItemPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    let number = use_query_map().read_untracked().get("version");
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let item = cx.portal.catalogue().public(cx.id(&id)?).await.map_err(AppError::from)?;
            let version = shown(&item, number.as_deref()).ok_or(AppError::NotFound)?;
            let agencies = cx.portal.catalogue().agencies().await.map_err(AppError::from)?;
            let agency = agencies.iter().find(|agency| agency.id == item.agency).ok_or(AppError::NotFound)?;
            let content = &version.content;
            let online = matches!(content.remote, Remote::Suitable { .. });
            let parts = [
                earlier(&item, version),
                Some(remote(version)),
                Some(facts(version, agency)),
                online.then(|| who(&content.eligibility)),
                checklist(&content.lines, &cx.portal.settings().evidence),
                Some(versions(&item, version)),
            ];
            let english = (screen().lang == Lang::En).then(|| view! { <p class="field-hint">{w.items_page_language()}</p> });
            Ok(view! {
                <Page title=content.name.as_str() over=agency.name.as_str() back=routes::ITEMS back_label=w.items_page()>
                    {english}
                    {parts.into_iter().collect_view()}
                    <Fold title=w.rights_title()><super::Rights/></Fold>
                </Page>
            }.into_any())
        }/>
    }
}

/// The version asked for; else the current one, or the last there was.
fn shown<'a>(item: &'a Item, number: Option<&str>) -> Option<&'a ItemVersion> {
    match number {
        Some(number) => number.parse().ok().and_then(|number| item.version(number)),
        None => item.current().or(item.versions.last()),
    }
}

fn earlier(item: &Item, version: &ItemVersion) -> Option<AnyView> {
    let w = wording();
    (!version.is_current()).then(|| {
        let (current, old) = (routes::item(item.id), w.item_page_old(version.number));
        let link = item.current().map(|_| view! { <p><a href=current>{w.item_page_current()}</a></p> });
        view! {
            <Notice kind=Kind::Attention title=old>
                <p>{w.item_page_old_about()}</p>
                {link}
            </Notice>
        }
        .into_any()
    })
}

/// The answer people come for: can it be done online.
fn remote(version: &ItemVersion) -> AnyView {
    let w = wording();
    let title = w.remote(&version.content.remote);
    match &version.content.remote {
        Remote::Unsuitable { reason } => {
            let reason = reason.to_string();
            view! { <Notice title=title><p>{reason}</p></Notice> }.into_any()
        }
        Remote::Suitable { .. } if version.content.remotely_closable() => {
            // Officers and administrators have nothing to apply for.
            let may = screen().actor.is_none_or(|actor| actor.enterprise().is_some());
            let apply = (version.is_current() && may)
                .then(|| view! { <p><a class="button" href=routes::NEW_ENROLMENT>{w.item_page_apply()}</a></p> });
            view! { <Notice kind=Kind::Done title=title><p>{w.item_page_closable()}</p>{apply}</Notice> }.into_any()
        }
        Remote::Suitable { .. } => {
            view! { <Notice kind=Kind::Waiting title=title><p>{w.item_page_not_closable()}</p></Notice> }.into_any()
        }
    }
}

fn facts(version: &ItemVersion, agency: &Agency) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let content = &version.content;
    let laws = content.legal_basis.iter().map(|basis| view! { <li>{w.legal_basis(basis)}</li> }).collect_view();
    let industries: Vec<String> = content.industries.iter().map(|prefix| w.industry_prefix(prefix.as_str())).collect();
    let industries = if industries.is_empty() { w.item_page_industries_all().to_owned() } else { w.list(&industries) };
    let phone = agency.phone.to_string();
    let mut rows = vec![
        Row::new(w.item_page_content(), content.content.to_string()),
        Row::new(w.item_page_standard(), content.standard.to_string()),
        Row::new(w.item_page_law(), view! { <ul>{laws}</ul> }),
        Row::new(w.item_page_subject(), content.subject.to_string()),
        Row::new(w.item_page_industries(), industries),
        Row::new(
            w.items_page_regime(),
            view! { <p>{w.regime(content.regime)}</p><p class="field-hint">{w.regime_about(content.regime)}</p> },
        ),
        Row::new(w.items_page_cap(), w.item_page_cap_about(content.yearly_cap)),
        Row::new(
            w.item_page_agency(),
            view! {
                <p>{agency.name.to_string()}</p>
                <p><a href=format!("tel:{phone}")>{w.item_page_phone(&phone)}</a></p>
            },
        ),
        Row::new(w.item_page_minutes(), format::hours(lang, u64::from(content.standard_minutes))),
        Row::new(w.item_page_fix_days(), w.item_page_fix_days_about(content.rectification_days)),
    ];
    if matches!(content.remote, Remote::Suitable { .. }) {
        rows.push(Row::new(w.item_page_interval(), w.item_page_interval_about(content.self_check_months)));
    }
    view! { <DefinitionList rows=rows/> }.into_any()
}

fn who(rules: &RuleSet) -> AnyView {
    let w = wording();
    let list = |title: &'static str, conditions: &[Condition]| {
        let lines = conditions.iter().map(|condition| view! { <li>{w.condition(Some(condition))}</li> }).collect_view();
        (!conditions.is_empty()).then(|| view! { <h3>{title}</h3><ul>{lines}</ul> })
    };
    let lists = [
        list(w.item_page_required(), &rules.required),
        list(w.item_page_any_of(), &rules.any_of),
        list(w.item_page_exclude(), &rules.exclude),
    ];
    let bar = (rules.bar_years > 0).then(|| view! { <p>{w.item_page_bar(rules.bar_years)}</p> });
    let valid = w.item_page_valid(rules.valid_months);
    let free = rules.required.is_empty() && rules.any_of.is_empty() && rules.exclude.is_empty();
    view! {
        <Group title=w.item_page_who() lead=w.item_page_who_lead()>
            <div class="prose">
                {free.then(|| view! { <p>{w.item_page_no_conditions()}</p> })}
                {lists.into_iter().collect_view()}
                {bar}
                <p>{valid}</p>
            </div>
        </Group>
    }
    .into_any()
}

fn versions(item: &Item, shown: &ItemVersion) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let row = |version: &ItemVersion| {
        let number = w.item_page_version(version.number);
        let number = if version.number == shown.number {
            view! { <span aria-current="true">{number}</span> }.into_any()
        } else {
            let number_text = version.number.to_string();
            let href = routes::with_query(&routes::item(item.id), &[("version", &number_text)]);
            view! { <a href=href>{number}</a> }.into_any()
        };
        let (published, replaced) = match &version.state {
            VersionState::Published { at, .. } => (Some(*at), None),
            VersionState::Superseded { published_at, at } => (Some(*published_at), Some(*at)),
            // The catalogue keeps drafts from the public.
            VersionState::Draft => (None, None),
        };
        let kind = if version.is_current() { Kind::Done } else { Kind::Neutral };
        let happened: Vec<String> = [
            published.map(|at| w.item_page_published(&format::day(lang, at.date()))),
            replaced.map(|at| w.item_page_replaced(&format::day(lang, at.date()))),
        ]
        .into_iter()
        .flatten()
        .collect();
        view! {
            <li class="version">
                {number}
                <StateBadge kind=kind word=w.version_state(&version.state)/>
                <span class="field-hint">{happened.join(w.pick("，", "; "))}</span>
            </li>
        }
    };
    let rows = item.versions.iter().rev().map(row).collect_view();
    view! {
        <Group title=w.item_page_versions() lead=w.item_page_versions_lead()>
            <ul class="versions">{rows}</ul>
        </Group>
    }
    .into_any()
}
