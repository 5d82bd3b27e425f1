//! Recording a visit that took place: the enterprise, then items and time, then
//! what it does to the ledger.

use domain::{
    ids::{DueVisitId, ItemId},
    item::Item,
    policy::{Action, Denied},
    time::Timestamp,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use portal::services::{ledgers::EntryRow, visits::Outlook};

use super::enterprise::{Ground, choose, chosen, is_full, items};
use crate::{
    api::{
        Cx,
        agency::{RecordVisit, visit_moment},
    },
    components::*,
    context::{returned_form, screen, wording},
    error::{AppError, FieldError},
    format,
    pages::AsyncPage,
    routes,
};

/// What the address has of the visit so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    enterprise: String,
    items: Vec<String>,
    due: String,
    day: String,
    clock: String,
    /// Whether the second step was sent.
    sent: bool,
    /// Whether the reader went back to change it.
    change: bool,
}

impl Asked {
    fn read(query: &ParamsMap) -> Self {
        let word = |name: &str| query.get(name).unwrap_or_default();
        Self {
            enterprise: word("enterprise"),
            items: query.get_all("items").unwrap_or_default(),
            due: word("due"),
            day: word("day"),
            clock: word("clock"),
            sent: query.get("day").is_some(),
            change: query.get("change").is_some(),
        }
    }

    fn address(&self, change: bool) -> String {
        let mut pairs = vec![
            ("enterprise", self.enterprise.as_str()),
            ("due", &self.due),
            ("day", &self.day),
            ("clock", &self.clock),
        ];
        pairs.extend(self.items.iter().map(|item| ("items", item.as_str())));
        if change {
            pairs.push(("change", "1"));
        }
        routes::with_query(routes::AGENCY_VISIT_RECORD, &pairs)
    }
}

/// The route's view.
#[component]
pub fn Record() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let actor = cx.actor()?;
            if !screen().may_ever(Action::RecordVisit) {
                return Err(AppError::Forbidden { reason: w.fault_denied(Denied::NotYourRole) });
            }
            let asked = Asked::read(&query);
            let content = if asked.enterprise.is_empty() {
                let page = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
                choose(&cx, routes::AGENCY_VISIT_RECORD, &query.get("q").unwrap_or_default(), page).await?
            } else {
                let outlook = cx.portal.ledgers().outlook(&actor, cx.id(&asked.enterprise)?).await?;
                let own = cx.portal.catalogue().of_own_agency(&actor).await?;
                step(&cx, asked, &outlook, &own).await?
            };
            Ok(view! {
                <Page title=w.record_title() lead=w.record_lead() back=routes::AGENCY_VISITS back_label=w.visits_title()>
                    {content}
                </Page>
            }.into_any())
        }/>
    }
}

/// Items and time while something is missing, else the effect.
async fn step(cx: &Cx, asked: Asked, outlook: &Outlook, own: &[Item]) -> Result<AnyView, AppError> {
    let w = wording();
    let moment = visit_moment(&asked.day, &asked.clock);
    let mut errors = Vec::new();
    if asked.items.is_empty() {
        errors.push(FieldError::new("items", w.visit_items_missing()));
    }
    if format::read_day(&asked.day).is_none_or(|day| day > cx.portal.now().date()) {
        errors.push(FieldError::new("day", w.record_day_missing()));
    } else {
        match moment {
            None => errors.push(FieldError::new("clock", w.record_time_missing())),
            Some(at) if at > cx.portal.now() => errors.push(FieldError::new("clock", w.record_future())),
            Some(_) => {}
        }
    }
    match moment {
        Some(at) if errors.is_empty() && !asked.change => effect(cx, &asked, outlook, own, at).await,
        _ => {
            let errors = if asked.sent && !asked.change { errors } else { Vec::new() };
            which(cx, &asked, outlook, own, errors).await
        }
    }
}

/// The second step is a GET, so that what was chosen is the address of the third.
async fn which(
    cx: &Cx,
    asked: &Asked,
    outlook: &Outlook,
    own: &[Item],
    errors: Vec<FieldError>,
) -> Result<AnyView, AppError> {
    let w = wording();
    let choices = items(outlook, own);
    if choices.is_empty() {
        return Ok(view! { <EmptyState title=w.visit_no_items() about=w.visit_no_items_about()/> }.into_any());
    }
    let mut values = asked.items.clone();
    if values.is_empty() && !asked.due.is_empty() {
        let due: DueVisitId = cx.id(&asked.due)?;
        values =
            cx.portal.ledgers().due_visit(&cx.actor()?, due).await?.items.iter().map(ToString::to_string).collect();
    }
    let mut visits: Vec<Choice> = outlook
        .open
        .iter()
        .map(|due| {
            let name = w.record_due_name(w.due_reason(due.reason), due.reference.as_str());
            Choice::new(due.id.to_string(), name)
        })
        .collect();
    visits.push(Choice::new("", w.record_due_none()));
    let several = visits.len() > 1;
    let today = format::iso_day(cx.portal.now().date());
    let day = if asked.day.is_empty() { today.clone() } else { asked.day.clone() };
    let error = |field: &str| errors.iter().find(|error| error.field == field).map(|error| error.message.clone());
    Ok(view! {
        {chosen(outlook, routes::AGENCY_VISIT_RECORD)}
        <form class="form" method="get" action=routes::AGENCY_VISIT_RECORD novalidate=true>
            <ErrorSummary errors=errors.clone()/>
            <input type="hidden" name="enterprise" value=asked.enterprise.clone()/>
            <CheckGroup name="items" label=w.visit_items() hint=w.visit_items_hint() values=values options=choices error=error("items")/>
            {several.then(|| view! {
                <RadioGroup name="due" label=w.record_due() value=asked.due.clone() options=visits optional=true/>
            })}
            <DateField name="day" label=w.record_day() value=day max=today error=error("day")/>
            <TextField name="clock" label=w.record_time() kind="time" value=asked.clock.clone() width="short" error=error("clock")/>
            <SubmitBar label=w.record_continue()>
                <a class="button button-second" href=routes::AGENCY_VISITS>{w.cancel()}</a>
            </SubmitBar>
        </form>
    }
    .into_any())
}

async fn effect(cx: &Cx, asked: &Asked, outlook: &Outlook, own: &[Item], at: Timestamp) -> Result<AnyView, AppError> {
    let w = wording();
    let ids = asked.items.iter().map(|id| cx.id(id)).collect::<Result<Vec<ItemId>, _>>()?;
    let entries = cx.portal.ledgers().contradicted(&cx.actor()?, outlook.enterprise.id, &ids, at).await?;
    let names: Vec<String> = own
        .iter()
        .filter(|item| ids.contains(&item.id))
        .filter_map(|item| Some(item.current()?.content.name.to_string()))
        .collect();
    let chosen: Vec<Item> = own.iter().filter(|item| ids.contains(&item.id)).cloned().collect();
    // How often it was in another year is not at hand here.
    let full = is_full(outlook, &chosen) || at.date().year() != cx.portal.now().date().year();
    let change = asked.address(true);
    let mut rows = vec![
        Row::new(w.ledger_enterprise(), outlook.enterprise.name.to_string()),
        Row::new(w.visit_items(), w.list(&names)).change(change.clone(), w.record_change()),
        Row::new(w.record_day(), view! { <Moment at=at/> }).change(change, w.record_change()),
    ];
    if let Some(due) = outlook.open.iter().find(|due| due.id.to_string() == asked.due) {
        rows.push(Row::new(w.record_due(), w.record_due_name(w.due_reason(due.reason), due.reference.as_str())));
    }
    let hidden = [("enterprise", &asked.enterprise), ("due", &asked.due), ("day", &asked.day), ("clock", &asked.clock)]
        .into_iter()
        .chain(asked.items.iter().map(|id| ("items", id)))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value.clone()/> })
        .collect_view();
    Ok(view! {
        <Group title=w.record_check()><DefinitionList rows=rows/></Group>
        {reversed(&entries)}
        <Form action=RecordVisit::url() state=returned_form()>
            {hidden}
            <TextArea name="note" label=w.record_note() hint=w.record_note_hint() rows=3/>
            <Ground full=full/>
            <SubmitBar label=w.record_submit() effect=w.record_effect() grave=true>
                <a class="button button-second" href=routes::AGENCY_VISITS>{w.cancel()}</a>
            </SubmitBar>
        </Form>
    }
    .into_any())
}

/// What the visit takes back.
fn reversed(entries: &[EntryRow]) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    if entries.is_empty() {
        return view! {
            <Notice title=w.record_effect_none()><p>{w.record_effect_none_about()}</p></Notice>
        }
        .into_any();
    }
    let list = entries.iter().map(|row| {
        let names: Vec<String> = row.items.iter().map(ToString::to_string).collect();
        let text = w.list(&[format::day(lang, row.entry.claimed_at.date()), names.join("、")]);
        view! { <li><a href=routes::ledger_entry(row.entry.id)>{text}</a></li> }
    });
    let list = list.collect_view();
    view! {
        <Notice kind=Kind::Attention title=w.record_effect_some(entries.len())>
            <p>{w.record_effect_some_about()}</p>
            <ul>{list}</ul>
        </Notice>
    }
    .into_any()
}
