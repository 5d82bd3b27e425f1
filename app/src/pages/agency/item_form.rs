//! The draft of an item, new or known: where the form comes from.

use domain::{
    item::Item,
    policy::{Action, Denied},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use portal::services::catalogue::mark;

use super::{edit::item_form, items::name};
use crate::{
    api::{Cx, item_form::ItemForm},
    components::*,
    context::{returned_form, screen, wording},
    error::AppError,
    pages::AsyncPage,
    routes,
};

/// A new item.
#[component]
pub fn NewItem() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let cx = Cx::here()?;
            may_edit(&cx)?;
            let blank = ItemForm::blank(cx.portal.settings().clocks.rectification);
            let most = cx.portal.settings().evidence.files_per_line;
            Ok(view! {
                <Page title=w.item_form_new() lead=w.item_form_lead() back=routes::AGENCY_ITEMS back_label=w.own_items_title()>
                    {shown(None, blank, most)}
                </Page>
            }.into_any())
        }/>
    }
}

/// The draft of the next version of an item.
#[component]
pub fn EditItem() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let item = cx.portal.catalogue().get(&cx.actor()?, cx.id(&id)?).await?;
            may_edit(&cx)?;
            let latest = item.versions.last().ok_or(AppError::NotFound)?;
            let most = cx.portal.settings().evidence.files_per_line;
            let form = shown(Some(&item), ItemForm::of(&latest.content), most);
            let back = routes::agency_item(item.id);
            let title = w.item_form_edit(name(&item));
            Ok(view! {
                <Page title=title lead=w.item_form_lead() back=back back_label=name(&item)>{form}</Page>
            }.into_any())
        }/>
    }
}

fn may_edit(cx: &Cx) -> Result<(), AppError> {
    cx.actor()?;
    if screen().may_ever(Action::EditCatalogue) {
        Ok(())
    } else {
        Err(AppError::Forbidden { reason: cx.w.fault_denied(Denied::NotYourRole) })
    }
}

/// What was typed, where something came back; else what is on record.
fn shown(item: Option<&Item>, on_record: ItemForm, most_files: u16) -> AnyView {
    let w = wording();
    let returned = returned_form();
    let came_back = !returned.values.is_empty();
    let unsaved = (came_back && returned.errors.is_empty()).then(|| {
        view! {
            <Notice kind=Kind::Attention title=w.item_form_unsaved()><p>{w.item_form_unsaved_about()}</p></Notice>
        }
    });
    let form = if came_back { ItemForm { values: returned.values } } else { on_record };
    let hidden = item.map(|item| {
        view! {
            <input type="hidden" name="item" value=item.id.to_string()/>
            <input type="hidden" name="seen" value=mark(item)/>
        }
        .into_any()
    });
    let cancel = item.map_or_else(|| routes::AGENCY_ITEMS.to_owned(), |item| routes::agency_item(item.id));
    view! { {unsaved}{item_form(form, returned.errors, hidden, cancel, most_files)} }.into_any()
}
