//! The officer's desk.

use leptos::prelude::*;

use super::words::Maybe;
use crate::context::wording;

/// Lines, evidence and decision side by side; each scrolls by itself on wide
/// screens, one under the other on narrow ones.
#[component]
pub fn ThreePane(
    /// Above all three: number, name, term. A few words and badges.
    head: AnyView,
    /// The lines of the case: a `<ul class="lines">` of links, the open one with
    /// `aria-current="true"`.
    lines: AnyView,
    /// The evidence of the open line.
    evidence: AnyView,
    /// The decision on the open line.
    decision: AnyView,
    /// Names of the panes where the default ones do not fit.
    #[prop(into, optional)]
    evidence_label: Maybe,
) -> impl IntoView {
    let w = wording();
    let evidence_label = evidence_label.0.unwrap_or_else(|| w.pane_evidence().to_owned());
    view! {
        <div class="desk">
            <header class="desk-head">{head}</header>
            <section class="desk-lines" aria-label=w.pane_lines() tabindex="0">{lines}</section>
            <section class="desk-evidence" aria-label=evidence_label tabindex="0">{evidence}</section>
            <section class="desk-decision" aria-label=w.pane_decision() tabindex="0">{decision}</section>
        </div>
    }
}
