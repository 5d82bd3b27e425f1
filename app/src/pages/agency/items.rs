//! 事项维护: the items of the agency with their drafts.

use domain::{
    item::{Item, VersionState},
    policy::Action,
};
use leptos::prelude::*;

use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn OwnItems() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let cx = Cx::here()?;
            let mut items = cx.portal.catalogue().of_own_agency(&cx.actor()?).await?;
            items.sort_by(|one, other| name(one).cmp(name(other)));
            let new = screen().may_ever(Action::EditCatalogue).then(|| {
                view! { <p class="actions-line"><a class="button" href=routes::AGENCY_ITEM_NEW>{w.own_items_new()}</a></p> }
            });
            let content = if items.is_empty() {
                view! { <EmptyState title=w.own_items_none() about=w.own_items_none_about()/> }.into_any()
            } else {
                list(&items)
            };
            Ok::<_, AppError>(view! {
                <Page title=w.own_items_title() lead=w.own_items_lead() wide=true>
                    {new}
                    {content}
                </Page>
            }.into_any())
        }/>
    }
}

/// The name an item goes by: the published one, or that of its first draft.
pub(super) fn name(item: &Item) -> &str {
    item.current().or(item.versions.last()).map_or("", |version| version.content.name.as_str())
}

fn list(items: &[Item]) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let columns = vec![
        Column::text(w.own_items_name()),
        Column::text(w.items_page_regime()),
        Column::text(w.items_page_remote()),
        Column::text(w.own_items_current()),
        Column::text(w.own_items_draft()),
    ];
    let rows = items.iter().map(|item| {
        let shown = item.current().or(item.versions.last());
        let current = match item.current().map(|version| (version.number, &version.state)) {
            Some((number, VersionState::Published { at, .. })) => {
                let word = w.version_since(number, &format::day(lang, at.date()));
                view! { <StateBadge kind=Kind::Done word=word/> }.into_any()
            }
            _ => view! { <StateBadge kind=Kind::Neutral word=w.own_items_no_current()/> }.into_any(),
        };
        let draft = match item.open_draft() {
            Some(draft) => {
                view! { <StateBadge kind=Kind::Attention word=w.own_items_has_draft(draft.number)/> }.into_any()
            }
            None => w.own_items_no_draft().into_any(),
        };
        vec![
            cell(view! { <a href=routes::agency_item(item.id)>{name(item).to_owned()}</a> }),
            cell(shown.map(|version| w.regime(version.content.regime))),
            cell(shown.map(|version| w.remote(&version.content.remote))),
            cell(current),
            cell(draft),
        ]
    });
    view! {
        <DataTable caption=w.own_items_title() caption_unseen=true dense=true columns=columns rows={rows.collect::<Vec<_>>()}/>
    }
    .into_any()
}
