//! One file of the queue on the screen.

use leptos::prelude::*;

use super::queue::{Item, Queue, State, megabytes};

/// What one sees, how far it is, and what one can do about it.
pub(super) fn row(item: Item, queue: Queue) -> impl IntoView {
    let Item { id, name, size, picture, state } = item;
    let word = move || match state.get() {
        State::Waiting if queue.paused.get() => queue.say(|setup| &setup.words.paused, &[]),
        State::Waiting => queue.say(|setup| &setup.words.waiting, &[]),
        State::Sending(sent, _) if sent >= size => queue.say(|setup| &setup.words.checking, &[]),
        State::Sending(sent, speed) => {
            let speed = format!("{}/s", megabytes(speed));
            let values = [("{sent}", &*megabytes(sent)), ("{size}", &*megabytes(size)), ("{speed}", &*speed)];
            queue.say(|setup| &setup.words.sending, &values)
        }
        State::Done => queue.say(|setup| &setup.words.done, &[]),
        State::Failed(why, _) => why,
    };
    let class = move || match state.get() {
        State::Waiting => "queue-row is-neutral",
        State::Sending(..) => "queue-row is-waiting",
        State::Done => "queue-row is-done",
        State::Failed(..) => "queue-row is-problem",
    };
    let sent = move || match state.get() {
        State::Sending(sent, _) => sent,
        State::Done => size,
        _ => 0.0,
    };
    let progress = queue.say(|setup| &setup.words.progress, &[("{name}", &name)]);
    let retry = queue.say(|setup| &setup.words.retry, &[]);
    let remove = queue.say(|setup| &setup.words.remove, &[]);
    let retry_label = format!("{retry} {name}");
    let remove_label = format!("{remove} {name}");
    let failed = move || matches!(state.get(), State::Failed(_, true));
    let settled = move || state.get() == State::Done;
    view! {
        <li class=class>
            <div class="queue-picture">{picture.map(|address| view! { <img src=address alt=""/> })}</div>
            <div class="queue-text">
                <p class="queue-name">{name}</p>
                <p class="queue-word">{word}</p>
                <progress max=size.max(1.0).to_string() prop:value=sent aria-label=progress
                    hidden=move || !matches!(state.get(), State::Sending(..))></progress>
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
