//! 无障碍声明.

use leptos::prelude::*;

use crate::{components::*, context::wording};

/// The route's view.
#[component]
pub fn Accessibility() -> impl IntoView {
    let w = wording();
    let list = |lines: &[&'static str]| {
        let lines = lines.iter().map(|line| view! { <li>{*line}</li> }).collect_view();
        view! { <div class="prose"><ul>{lines}</ul></div> }
    };
    view! {
        <Page title=w.accessibility_statement() lead=w.a11y_lead()>
            <Group title=w.a11y_aim()><p>{w.a11y_aim_about()}</p></Group>
            <Group title=w.a11y_does()>
                {list(&[w.a11y_does_1(), w.a11y_does_2(), w.a11y_does_3(), w.a11y_does_4(), w.a11y_does_5(), w.a11y_does_6()])}
            </Group>
            <Group title=w.a11y_limits()>
                {list(&[w.a11y_limits_1(), w.a11y_limits_2(), w.a11y_limits_3(), w.a11y_limits_4()])}
            </Group>
            <Group title=w.a11y_checked()><p>{w.a11y_checked_about()}</p></Group>
            <Group title=w.a11y_contact()><p>{w.a11y_contact_about()}</p></Group>
        </Page>
    }
}
