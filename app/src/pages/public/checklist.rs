//! A checklist as everybody may read it: standard, evidence asked for, pictures.

use domain::{
    item::{ChecklistLine, Example},
    settings::EvidenceLimits,
};
use leptos::prelude::*;

use crate::{components::*, context::wording, format, pages::origin::asked_of_photos, routes};

/// The lines, in their order.
pub fn checklist(lines: &[ChecklistLine], limits: &EvidenceLimits) -> Option<AnyView> {
    let w = wording();
    if lines.is_empty() {
        return None;
    }
    let sizes = [limits.photo, limits.video, limits.document].map(format::size);
    let sizes = w.item_page_limits(&sizes[0], &sizes[1], &sizes[2]);
    let count = lines.len();
    let lines = lines.iter().map(line).collect_view();
    let view = view! {
        <Group title=w.item_page_lines() lead=w.item_page_lines_lead(count)>
            <p class="field-hint">{sizes}</p>
            <ol class="checklist">{lines}</ol>
        </Group>
    };
    Some(view.into_any())
}

fn line(line: &ChecklistLine) -> AnyView {
    let w = wording();
    let mut asks: Vec<String> = line.requests.iter().map(|request| w.evidence_request(request)).collect();
    asks.extend(asked_of_photos(line));
    let asks = if asks.is_empty() { w.item_page_asks_none().to_owned() } else { w.list(&asks) };
    let steps = line.how_to_fix.iter().map(|step| view! { <li>{step.to_string()}</li> }).collect_view();
    let examples = line.good_example.is_some() || line.bad_example.is_some();
    view! {
        <li class="checklist-line">
            <h3>{line.title.to_string()}</h3>
            <p>{line.standard.to_string()}</p>
            <p class="field-hint">{w.item_page_clause(&w.legal_basis(&line.clause))}</p>
            <p><strong>{w.item_page_asks()}</strong>{w.pick("：", ": ")}{asks}</p>
            {line.allows_not_applicable.then(|| view! { <p class="field-hint">{w.item_page_may_not_apply()}</p> })}
            {examples.then(|| view! {
                <div class="examples">
                    {line.good_example.as_ref().map(|example| picture(Kind::Done, w.item_page_good(), example))}
                    {line.bad_example.as_ref().map(|example| picture(Kind::Problem, w.item_page_bad(), example))}
                </div>
            })}
            {(!line.how_to_fix.is_empty()).then(|| view! {
                <Fold title=w.item_page_fix()><ol class="steps">{steps}</ol></Fold>
            })}
        </li>
    }
    .into_any()
}

/// The caption says what one sees; the picture needs no second description.
fn picture(kind: Kind, word: &'static str, example: &Example) -> AnyView {
    view! {
        <figure class=format!("example {}", kind.class())>
            <img src=routes::example(example.picture.as_str()) alt="" width="320" height="240" loading="lazy" decoding="async"/>
            <figcaption><StateBadge kind=kind word=word/>{example.caption.to_string()}</figcaption>
        </figure>
    }
    .into_any()
}
