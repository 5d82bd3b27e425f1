//! The agency's items: drafts and their publication.

use domain::ids::ItemId;
use leptos::prelude::*;

use super::{Cx, Done, Flash, flash, item_form::ItemForm, path_of, post};
use crate::{components::FormState, error::AppError, routes};

/// Saves a draft, or rearranges the form without saving it: the buttons that add,
/// remove and move rows bring everything that was typed back.
#[server(endpoint = "item/write")]
pub async fn write_item(
    #[server(default)] item: String,
    #[server(default)] seen: String,
    #[server(default)] action: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let actor = cx.actor()?;
        let mut form = ItemForm { values: cx.typed().0 };
        if let Some(place) = form.rearrange(&action) {
            return rearranged(cx, form, &place).await;
        }
        let mut fields = cx.fields();
        let content = form.read(&mut fields, cx.portal.settings().evidence.files_per_line);
        fields.done()?;
        let content = content.ok_or(AppError::NotFound)?;
        let catalogue = cx.portal.catalogue();
        let id = if item.is_empty() {
            catalogue.write_draft(&actor, None, content).await?
        } else {
            let id: ItemId = cx.id(&item)?;
            catalogue.rewrite_draft(&actor, id, content, &seen).await?;
            id
        };
        Ok(Done::at(routes::agency_item(id)).saying(cx.w.own_item_saved()))
    })
    .await
}

/// Back to the form, at the row that was touched.
async fn rearranged(cx: &Cx, form: ItemForm, place: &str) -> Result<Done, AppError> {
    let back = cx.back();
    let path = path_of(&back);
    let form = FormState { values: form.values, errors: Vec::new() };
    flash(cx, Flash { path: path.clone(), form: Some(form), notice: None, person: None }).await?;
    Ok(Done::at(format!("{path}#{place}")))
}

/// Publishes the draft of an item.
#[server(endpoint = "item/publish")]
pub async fn publish_item(item: String) -> Result<(), AppError> {
    post(async |cx| {
        let id: ItemId = cx.id(&item)?;
        cx.portal.catalogue().publish(&cx.actor()?, id).await?;
        Ok(Done::at(routes::agency_item(id)).saying(cx.w.own_item_published()))
    })
    .await
}
