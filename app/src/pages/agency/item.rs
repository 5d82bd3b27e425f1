//! One item of the agency: what its draft changes, its publication, its versions.

use domain::{
    item::{Item, ItemVersion, VersionState},
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{compare::changes, items::name};
use crate::{
    api::{Cx, agency_items::PublishItem},
    components::*,
    context::{returned_form, screen, wording},
    error::AppError,
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn OwnItem() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let item = cx.portal.catalogue().get(&cx.actor()?, cx.id(&id)?).await?;
            let draft = item.open_draft().map(|draft| {
                view! {
                    {changes(item.current().map(|version| &version.content), &draft.content)}
                    {publication(draft)}
                }
            });
            let (actions, versions) = (actions(&item), versions(&item));
            Ok::<_, AppError>(view! {
                <Page title=name(&item) back=routes::AGENCY_ITEMS back_label=w.own_items_title() wide=true>
                    {actions}
                    {draft}
                    {versions}
                </Page>
            }.into_any())
        }/>
    }
}

fn actions(item: &Item) -> AnyView {
    let w = wording();
    let edit = screen().may_ever(Action::EditCatalogue).then(|| {
        let label = if item.open_draft().is_some() { w.own_item_edit() } else { w.own_item_new_version() };
        view! { <a class="button button-second" href=routes::agency_item_edit(item.id)>{label}</a> }
    });
    let public = item.current().map(|_| view! { <a href=routes::item(item.id)>{w.own_item_public()}</a> });
    view! { <p class="actions-line">{edit}{public}</p> }.into_any()
}

/// Everything that keeps the draft from being published, or the way to do it.
fn publication(draft: &ItemVersion) -> AnyView {
    let w = wording();
    let faults = draft.content.faults();
    if !faults.is_empty() {
        let faults = faults.iter().map(|fault| view! { <li>{w.fault_content(fault)}</li> }).collect_view();
        return view! {
            <Notice kind=Kind::Attention title=w.own_item_faults()><ul>{faults}</ul></Notice>
        }
        .into_any();
    }
    if !screen().may_ever(Action::PublishItem) {
        return view! { <Notice title=w.own_item_publish_head()/> }.into_any();
    }
    let item = draft.item.to_string();
    view! {
        <Group title=w.own_item_publish_title()>
            <Form action=PublishItem::url() state=returned_form()>
                <input type="hidden" name="item" value=item/>
                <SubmitBar label=w.own_item_publish() effect=w.own_item_publish_effect() grave=true/>
            </Form>
        </Group>
    }
    .into_any()
}

fn versions(item: &Item) -> AnyView {
    let w = wording();
    let columns = vec![
        Column::text(w.own_item_version()),
        Column::text(w.ledger_stage()),
        Column::text(w.own_item_from()),
        Column::text(w.own_item_replaced()),
    ];
    let rows = item.versions.iter().rev().map(|version| {
        let number = w.version_number(version.number);
        let (kind, from, until) = match &version.state {
            VersionState::Draft => (Kind::Attention, None, None),
            VersionState::Published { at, .. } => (Kind::Done, Some(*at), None),
            VersionState::Superseded { published_at, at } => (Kind::Neutral, Some(*published_at), Some(*at)),
        };
        let head = if version.state == VersionState::Draft {
            cell(number)
        } else {
            let href = routes::with_query(&routes::item(item.id), &[("version", &version.number.to_string())]);
            cell(view! { <a href=href>{number}</a> })
        };
        vec![
            head,
            cell(view! { <StateBadge kind=kind word=w.version_state(&version.state)/> }),
            cell(from.map(|at| view! { <Day date=at.date()/> })),
            cell(until.map(|at| view! { <Day date=at.date()/> })),
        ]
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <Group title=w.own_item_versions()>
            <DataTable caption=w.own_item_versions() caption_unseen=true columns=columns rows=rows/>
        </Group>
    }
    .into_any()
}
