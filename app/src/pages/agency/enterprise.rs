//! Choosing the enterprise of a visit, and what to know of it.

use domain::{item::Item, visit_ledger::ExtraGround};
use leptos::prelude::*;
use portal::{services::visits::Outlook, store::Page as Rows};

use crate::{
    api::{Cx, agency::ground_code},
    components::*,
    context::{returned_form, wording},
    error::AppError,
    format, routes,
};

/// The search, and its results; each leads to `path` with its enterprise.
pub(super) async fn choose(cx: &Cx, path: &'static str, text: &str, page: u32) -> Result<AnyView, AppError> {
    let w = wording();
    let text = text.trim();
    let query = (!text.is_empty()).then_some(text);
    let found = cx.portal.enterprises().search(&cx.actor()?, query, Rows::number(page)).await?;
    let list = if found.total == 0 {
        view! { <EmptyState title=w.visit_none_found() about=w.visit_none_found_about()/> }.into_any()
    } else {
        let columns = vec![
            Column::text(w.ledger_enterprise()),
            Column::text(w.visit_code()),
            Column::text(w.ledger_region()),
            Column::text(w.visit_registration()),
        ];
        let rows = found.rows.iter().map(|enterprise| {
            let href = routes::with_query(path, &[("enterprise", &enterprise.id.to_string())]);
            vec![
                cell(view! { <a href=href>{enterprise.name.to_string()}</a> }),
                cell(view! { <code>{enterprise.credit_code.to_string()}</code> }),
                cell(w.region(enterprise.region)),
                cell(w.registration(&enterprise.registration)),
            ]
        });
        let pages = u32::try_from(found.total.div_ceil(Rows::SIZE)).unwrap_or(u32::MAX);
        let address = |page: u32| routes::with_query(path, &[("q", text), ("page", &page.to_string())]);
        view! {
            <DataTable caption=w.visit_choose() caption_unseen=true dense=true columns=columns rows={rows.collect::<Vec<_>>()}/>
            <Pager page=page pages=pages total=w.total(&format::count(found.total)) href=address/>
        }
        .into_any()
    };
    let (active, text) = (!text.is_empty(), text.to_owned());
    Ok(view! {
        <Group title=w.visit_choose()>
            <Filters action=path active=active>
                <TextField name="q" label=w.visit_query() value=text kind="search" maxlength=100 optional=true/>
            </Filters>
            {list}
        </Group>
    }
    .into_any())
}

/// Who was chosen, and the way to another.
pub(super) fn chosen(outlook: &Outlook, path: &'static str) -> AnyView {
    let w = wording();
    let enterprise = &outlook.enterprise;
    let rows = vec![
        Row::new(w.ledger_enterprise(), enterprise.name.to_string()).change(path, w.visit_other_enterprise()),
        Row::new(w.visit_code(), view! { <code>{enterprise.credit_code.to_string()}</code> }),
        Row::new(w.ledger_region(), w.region(enterprise.region)),
    ];
    view! { <DefinitionList rows=rows/> }.into_any()
}

/// The published items of the agency, each with what is known about this enterprise.
pub(super) fn items(outlook: &Outlook, items: &[Item]) -> Vec<Choice> {
    let w = wording();
    items
        .iter()
        .filter_map(|item| {
            let content = &item.current()?.content;
            let done = outlook.this_year.get(&item.id).copied().unwrap_or(0);
            let count = if done >= u32::from(content.yearly_cap) {
                w.visit_item_full(done, content.yearly_cap)
            } else {
                w.visit_item_count(done, content.yearly_cap)
            };
            let enrolled = outlook.enrolled.contains(&item.id);
            let covered = if enrolled { w.visit_item_enrolled() } else { w.visit_item_not_enrolled() };
            let hint = [covered, &count].join(" · ");
            Some(Choice::new(item.id.to_string(), content.name.to_string()).hint(hint))
        })
        .collect()
}

/// What allows a visit beyond the yearly cap, asked for where an item is at its
/// cap with what took place this year and what is on the plan.
#[component]
pub(super) fn Ground(
    /// Whether an item is at its cap.
    full: bool,
) -> impl IntoView {
    let w = wording();
    // Whatever the page knows, what was refused for want of a ground can be given one.
    let full = full || returned_form().error("ground").is_some();
    full.then(|| {
        let grounds = ExtraGround::ALL.into_iter();
        let grounds = grounds.map(|ground| Choice::new(ground_code(ground), w.extra_ground(ground))).collect();
        view! {
            <RadioGroup name="ground" label=w.visit_ground() hint=w.visit_ground_hint() options=grounds optional=true/>
        }
    })
}

/// Whether one of the items is at its yearly cap.
pub(super) fn is_full(outlook: &Outlook, items: &[Item]) -> bool {
    items.iter().any(|item| {
        let planned = outlook.open.iter().filter(|due| due.items.contains(&item.id)).count();
        let done = outlook.this_year.get(&item.id).copied().unwrap_or(0);
        let cap = item.current().map(|current| current.content.yearly_cap);
        cap.is_some_and(|cap| planned + done as usize >= usize::from(cap))
    })
}

/// Visits that are due already.
pub(super) fn open_visits(outlook: &Outlook) -> Option<AnyView> {
    let w = wording();
    (!outlook.open.is_empty()).then(|| {
        let visits = outlook.open.iter().map(|due| {
            view! {
                <li>{w.record_due_name(w.due_reason(due.reason), due.reference.as_str())}" · "<Day date=due.until/></li>
            }
        });
        let visits = visits.collect_view();
        view! { <Notice kind=Kind::Attention title=w.visit_open()><ul>{visits}</ul></Notice> }.into_any()
    })
}
