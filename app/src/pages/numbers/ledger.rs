//! 减免台账: every entry, narrowed down.

use domain::{actor::Actor, agency::Agency, item::Item, visit_ledger::EntryStage};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portal::{
    services::ledgers::EntryRow,
    store::{Page as Rows, Paged},
};

use super::{
    asked::within_reach,
    dashboard::{agency_field, region_field},
};
use crate::{
    api::{
        Cx,
        ledger::{LedgerQuery, stage_code},
    },
    components::*,
    context::wording,
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn Ledger() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let asked = LedgerQuery::read(|name| query.get(name));
    let page: u32 = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let actor = cx.actor()?;
            let agencies = within_reach(&actor, cx.portal.catalogue().agencies().await?);
            let mut items = cx.portal.catalogue().published(None, None, None).await?;
            items.retain(|item| agencies.iter().any(|agency| agency.id == item.agency));
            let filters = filters(&asked, &actor, agencies, items);
            let content = match asked.filter(w) {
                Err(AppError::Invalid(errors)) => view! { <ErrorSummary errors=errors/> }.into_any(),
                Err(other) => return Err(other),
                Ok(filter) => {
                    let found = cx.portal.ledgers().entries(&actor, &filter, Rows::number(page)).await?;
                    list(&asked, &found, page)
                }
            };
            Ok(view! {
                <Page title=w.ledger_title() lead=w.ledger_lead() wide=true>
                    {filters}
                    {content}
                </Page>
            }.into_any())
        }/>
    }
}

fn filters(asked: &LedgerQuery, actor: &Actor, agencies: Vec<Agency>, items: Vec<Item>) -> AnyView {
    let w = wording();
    // Fields must be made inside of the form that they belong to.
    let (asked, actor) = (asked.clone(), actor.clone());
    let active = asked.narrows();
    view! {
        <Filters action=routes::LEDGER active=active>
            {
                let (from, until) = (asked.from.clone(), asked.until.clone());
                view! {
                    {stage_field(&asked)}
                    <DateField name="from" label=w.ledger_from() value=from optional=true/>
                    <DateField name="until" label=w.ledger_until() value=until optional=true/>
                    {agency_field(w, &asked.agency, &agencies)}
                    {region_field(w, &asked.region, &actor, &agencies)}
                    {item_field(&asked, &items)}
                }
            }
        </Filters>
    }
    .into_any()
}

fn stage_field(asked: &LedgerQuery) -> AnyView {
    let w = wording();
    let options =
        EntryStage::ALL.into_iter().map(|stage| Choice::new(stage_code(stage), w.entry_stage(stage))).collect();
    view! {
        <SelectField name="stage" label=w.ledger_stage() value=asked.stage.clone() empty=w.ledger_all_stages() options=options optional=true/>
    }
    .into_any()
}

fn item_field(asked: &LedgerQuery, items: &[Item]) -> AnyView {
    let w = wording();
    let options = items
        .iter()
        .filter_map(|item| Some(Choice::new(item.id.to_string(), item.current()?.content.name.to_string())))
        .collect();
    view! {
        <SelectField name="item" label=w.ledger_items() value=asked.item.clone() empty=w.ledger_all_items() options=options optional=true/>
    }
    .into_any()
}

fn list(asked: &LedgerQuery, found: &Paged<EntryRow>, page: u32) -> AnyView {
    let w = wording();
    if found.total == 0 {
        let (title, about) = if asked.narrows() {
            (w.ledger_none_found(), w.ledger_none_found_about())
        } else {
            (w.ledger_none(), w.ledger_none_about())
        };
        return view! { <EmptyState title=title about=about/> }.into_any();
    }
    let columns = vec![
        Column::text(w.ledger_enterprise()),
        Column::text(w.ledger_agency()),
        Column::text(w.ledger_region()),
        Column::text(w.ledger_items()),
        Column::text(w.ledger_claimed_on()),
        Column::text(w.ledger_outcome()),
        Column::text(w.ledger_stage()),
        Column::number(w.ledger_saved_minutes()),
    ];
    let rows = found.rows.iter().map(|row| {
        let entry = &row.entry;
        let stage = entry.stage();
        let saved = i64::from(entry.standard_minutes) - i64::from(entry.spent_minutes);
        vec![
            cell(view! { <a href=routes::ledger_entry(entry.id)>{row.enterprise.to_string()}</a> }),
            cell(row.agency.to_string()),
            cell(w.region(row.region)),
            cell(w.list(&row.items.iter().map(ToString::to_string).collect::<Vec<_>>())),
            cell(view! { <Day date=entry.claimed_at.date()/> }),
            cell(w.outcome_under(entry.outcome, row.spared)),
            cell(view! { <StateBadge kind=stage word=w.entry_stage(stage)/> }),
            cell(saved.to_string()),
        ]
    });
    let pages = u32::try_from(found.total.div_ceil(Rows::SIZE)).unwrap_or(u32::MAX);
    let total = format::count(found.total);
    let href = |page: u32| {
        let page = page.to_string();
        let mut pairs = asked.pairs().to_vec();
        pairs.push(("page", &page));
        routes::with_query(routes::LEDGER, &pairs)
    };
    let download = |path| routes::with_query(path, &asked.pairs());
    view! {
        <DataTable caption=w.ledger_caption() caption_unseen=true dense=true columns=columns rows={rows.collect::<Vec<_>>()}/>
        <Pager page=page pages=pages total=w.total(&total) href=href/>
        <div class="actions-line screen-only">
            <a class="button button-second" href=download(routes::LEDGER_CSV) download="">{w.ledger_csv()}</a>
            <a class="button button-second" href=download(routes::LEDGER_XLSX) download="">{w.ledger_xlsx()}</a>
            <p class="field-hint">{w.ledger_download_about(&total)}</p>
        </div>
    }
    .into_any()
}
