//! 存证日志: what anybody may keep and compare.

use domain::time::Timestamp;
use leptos::prelude::*;
use portal::services::logs::read_checkpoint;

use crate::{api::Cx, components::*, context::wording, error::AppError, format, pages::AsyncPage, routes};

/// Checkpoints and timestamps that are shown.
const SHOWN: u64 = 10;

/// The route's view.
#[component]
pub fn LogPage() -> impl IntoView {
    view! { <AsyncPage load=move || async move {
        let (cx, w) = (Cx::here()?, wording());
        let logs = cx.portal.logs();
        let checkpoints = logs.checkpoints(SHOWN).await.map_err(AppError::from)?;
        let keys = logs.keys().await.map_err(AppError::from)?;
        let stamps = cx.portal.stamps().latest(SHOWN).await.map_err(AppError::from)?;
        let mut rows = Vec::new();
        for signed in checkpoints {
            let at = read_checkpoint(&signed.note).map_err(AppError::from)?.at;
            let title = w.log_page_size(signed.size);
            rows.push(Row::new(
                format::exact(Timestamp(at)),
                view! { <Fold title=title><pre class="command">{signed.note}</pre></Fold> },
            ));
        }
        let signed = if rows.is_empty() {
            view! { <p>{w.log_page_none()}</p> }.into_any()
        } else {
            view! { <DefinitionList rows=rows/> }.into_any()
        };
        let keys = keys.keys.iter().rev().map(|key| {
            let until = key.until.map(|at| w.log_page_key_until(&format::exact(Timestamp(at))));
            let state = until.unwrap_or_else(|| w.log_page_key_now().to_owned());
            view! { <li><code>{key.key.to_string()}</code><br/>{state}</li> }
        });
        let keys = keys.collect_view();
        let stamped = stamps.iter().map(|held| {
            let at = format::exact(Timestamp(held.stamp.at.saturating_mul(1000)));
            view! { <li>{w.receipt_stamp_says(&at, &held.authority, held.size)}</li> }
        });
        let stamped = stamped.collect_view();
        let stamps = if stamps.is_empty() {
            view! { <p>{w.log_page_stamps_none()}</p> }.into_any()
        } else {
            view! { <ul>{stamped}</ul> }.into_any()
        };
        Ok::<_, AppError>(view! {
            <Page title=w.log_page() lead=w.log_page_lead() back=routes::VERIFY back_label=w.verify_page()>
                <Group title=w.log_page_checkpoints()>{signed}</Group>
                <Group title=w.log_page_stamps() lead=w.log_page_stamps_about()>{stamps}</Group>
                <Group title=w.log_page_keys()><ul class="key-list">{keys}</ul></Group>
                <Group title=w.log_page_compare() lead=w.log_page_compare_about()>
                    <form class="form card" method="get" action=routes::LOG_CONSISTENCY>
                        <TextField name="old" label=w.log_page_old() inputmode="numeric" width="code"/>
                        <TextField name="new" label=w.log_page_new() inputmode="numeric" width="code"/>
                        <button type="submit" class="button">{w.log_page_compare_button()}</button>
                    </form>
                </Group>
                <Group title=w.check_bundle_means()>
                    <ul>
                        <li>{w.check_bundle_means_2()}</li>
                        <li>{w.check_bundle_means_3()}</li>
                    </ul>
                </Group>
            </Page>
        }.into_any())
    }/> }
}
