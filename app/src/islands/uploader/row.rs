//! One file of the queue on the screen.

use courier::message::{Stage, Why};
use leptos::prelude::*;

use super::queue::{Queue, Row, State, megabytes};

/// What one sees, how far it is, and what one can do about it.
pub(super) fn row(row: Row, queue: Queue) -> impl IntoView {
    let Row { id, name, size, picture, state } = row;
    let word = move || state.with(|state| word(state, size, queue));
    let class = move || match state.get() {
        State::Carried(Stage::Reading | Stage::Waiting, _) => "queue-row is-neutral",
        State::Carried(Stage::Sending { .. }, _) => "queue-row is-waiting",
        State::Carried(Stage::Done, _) => "queue-row is-done",
        State::Carried(Stage::Failed { .. }, _) | State::Refused(_) => "queue-row is-problem",
    };
    let sent = move || match state.get() {
        State::Carried(Stage::Sending { sent, .. }, _) => Some(sent),
        _ => None,
    };
    let progress = queue.say(|setup| &setup.words.progress, &[("{name}", &name)]);
    let retry = queue.say(|setup| &setup.words.retry, &[]);
    let remove = queue.say(|setup| &setup.words.remove, &[]);
    let retry_label = format!("{retry} {name}");
    let remove_label = format!("{remove} {name}");
    let failed = move || matches!(state.get(), State::Carried(Stage::Failed { again: true, .. }, _));
    let settled = move || matches!(state.get(), State::Carried(Stage::Done, _));
    view! {
        <li class=class>
            <div class="queue-picture">{picture.map(|address| view! { <img src=address alt=""/> })}</div>
            <div class="queue-text">
                <p class="queue-name">{name}</p>
                <p class="queue-word">{word}</p>
                <progress max=size.max(1.0).to_string() prop:value=move || sent().unwrap_or(0.0) aria-label=progress
                    hidden=move || sent().is_none()></progress>
            </div>
            <div class="queue-actions">
                <button type="button" class="button button-second" hidden=move || !failed() aria-label=retry_label
                    on:click=move |_| queue.resume()>{retry}</button>
                <button type="button" class="button button-plain" hidden=settled aria-label=remove_label
                    on:click=move |_| queue.remove(id)>{remove}</button>
            </div>
        </li>
    }
}

fn word(state: &State, size: f64, queue: Queue) -> String {
    match state {
        State::Refused(why) => why.clone(),
        State::Carried(stage, kept) => match stage {
            Stage::Reading => queue.say(|setup| &setup.words.reading, &[]),
            Stage::Waiting => queue.say(|setup| &setup.words.waiting, &[]),
            Stage::Sending { sent, .. } if *sent >= size => queue.say(|setup| &setup.words.checking, &[]),
            Stage::Sending { sent, speed } => {
                let speed = format!("{}/s", megabytes(*speed));
                let values = [("{sent}", &*megabytes(*sent)), ("{size}", &*megabytes(size)), ("{speed}", &*speed)];
                queue.say(|setup| &setup.words.sending, &values)
            }
            Stage::Done => queue.say(|setup| &setup.words.done, &[]),
            Stage::Failed { why: reason, .. } => why(reason, *kept, queue),
        },
    }
}

/// Why a file did not get there, in words; of one that is `kept`, that it can wait.
pub(super) fn why(why: &Why, kept: bool, queue: Queue) -> String {
    match why {
        Why::CutOff | Why::LoginEnded | Why::Failed if !kept => queue.say(|setup| &setup.words.not_kept, &[]),
        Why::CutOff => queue.say(|setup| &setup.words.cut_off, &[]),
        Why::LoginEnded => queue.say(|setup| &setup.words.login_ended, &[]),
        Why::Refused { message } => message.clone(),
        Why::Failed => queue.say(|setup| &setup.words.failed, &[]),
        Why::Unreadable => queue.say(|setup| &setup.words.unreadable, &[]),
    }
}
