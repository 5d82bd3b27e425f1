//! A button that prints the page. Without scripts the browser's own menu does.

use leptos::prelude::*;

/// Prints the page.
#[island]
pub fn PrintButton(
    /// What it does.
    label: String,
) -> impl IntoView {
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let print = move |_| {
        // A browser that cannot print has nothing to tell.
        let _ = window().print();
    };
    view! { <button type="button" class="button button-second" hidden=move || !ready.get() on:click=print>{label}</button> }
}
