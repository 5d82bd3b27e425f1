//! The promise that goes with a first violation (告知承诺).

use domain::first_violation::{FirstViolation, FirstViolationState};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::findings::SignPromise,
    components::*,
    context::{screen, wording},
    format,
};

/// The notice, the promise in full, and the button; or what became of it.
pub(super) fn promise(first: &FirstViolation, state: FormState) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let act = first.entry.act.as_str().trim_end_matches('。');
    let (title, about) = if first.entry.category.asks_for_first() {
        (w.promise_title(), w.promise_about(act))
    } else {
        (w.promise_title_minor(), w.promise_about_minor(act))
    };
    let word = w.first_violation_state(&first.state);
    let kind = match first.state {
        FirstViolationState::Noticed { .. } => Kind::Attention,
        FirstViolationState::Promised { .. } => Kind::Waiting,
        FirstViolationState::Spared { .. } => Kind::Done,
        FirstViolationState::Lapsed { .. } => Kind::Problem,
    };
    let rest = match &first.state {
        FirstViolationState::Noticed { correct_by } => {
            let by = format::day(lang, correct_by.date());
            let id = first.id.to_string();
            let lines = [w.promise_text_1().to_owned(), w.promise_text_2(&by), w.promise_text_3().to_owned()];
            view! {
                <Form action=SignPromise::url() state=state>
                    <input type="hidden" name="form" value="promise"/>
                    <input type="hidden" name="first_violation" value=id/>
                    <ol class="numbered">{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ol>
                    <p class="quiet">{w.promise_effect()}</p>
                    <CheckField name="promise" label=w.promise_agree()/>
                    <p><button type="submit" class="button button-second">{w.promise_sign()}</button></p>
                </Form>
            }
            .into_any()
        }
        FirstViolationState::Promised { at, correct_by, .. } => view! {
            <p>{w.promise_signed(&format::moment(lang, *at))}</p>
            <p>{w.promise_text_2(&format::day(lang, correct_by.date()))}</p>
        }
        .into_any(),
        FirstViolationState::Spared { .. } => view! { <p>{w.promise_spared()}</p> }.into_any(),
        FirstViolationState::Lapsed { .. } => view! { <p>{w.promise_lapsed()}</p> }.into_any(),
    };
    view! {
        <Card title=title>
            <p><StateBadge kind=kind word=word/></p>
            <p>{about}</p>
            {rest}
        </Card>
    }
    .into_any()
}
