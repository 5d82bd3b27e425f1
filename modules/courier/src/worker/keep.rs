//! What the browser's store is used for: a file stays there until it has arrived, or until the
//! portal has heard that nobody wants it, and all pages find there how far it is.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::{
    Courier,
    carry::give_up,
    held::Held,
    shelf::{About, Shelf},
    tell_page,
    wait::{no_longer_than, sleep, within},
};
use crate::{
    message::{News, Stage},
    retry,
    turn::in_turn,
};

/// A store that takes longer, in milliseconds, is gone on without.
const STORE_MS: f64 = 20_000.0;

impl Courier {
    /// Copies files into the store, one after the other, also those that are chosen meanwhile: the first is on its way
    /// while the next is copied. A store that has not answered for one is not waited for with the others.
    pub(super) async fn keep_all(self: Rc<Self>, files: Vec<Rc<Held>>) {
        self.uncopied.borrow_mut().extend(files);
        if self.copying.replace(true) {
            return;
        }
        let next = || {
            let held = self.uncopied.borrow_mut().pop_front()?;
            Some(self.clone().keep(held))
        };
        in_turn(next, |work| {
            spawn_local(async move {
                let _ = work.await;
            });
        })
        .await;
        self.copying.set(false);
    }

    /// Copies a file into the store, where that is open; whether it answered in time. What has just been chosen goes
    /// out after that.
    async fn keep(self: Rc<Self>, held: Rc<Held>) -> bool {
        let shelf = self.shelf.borrow().clone();
        let mut in_time = true;
        if let Some(shelf) = shelf {
            held.copying.set(true);
            in_time = no_longer_than(STORE_MS, self.clone().copy(held.clone(), shelf)).await;
        }
        held.copying.set(false);
        self.go_on();
        in_time
    }

    async fn copy(self: Rc<Self>, held: Rc<Held>, shelf: Shelf) {
        let (about, bytes) = (held.about.borrow().clone(), held.bytes.borrow().clone());
        // A full disk, or a private window: it is sent from where it lies.
        let Ok(copy) = shelf.put(&about, &bytes).await else { return };
        // It has arrived or was taken out meanwhile.
        if self.find(about.id).is_none() {
            return self.forget(about.id).await;
        }
        held.bytes.replace(copy);
        held.kept.set(true);
        let changed = *held.about.borrow() != about;
        if changed {
            self.note(&held).await;
        }
        self.tell(&held);
    }

    /// Notes what is known of a file.
    pub(super) async fn note(&self, held: &Held) {
        let shelf = self.shelf.borrow().clone().filter(|_| held.kept.get() && !held.gone.get());
        if let Some(shelf) = shelf {
            let about = held.about.borrow().clone();
            // Where that fails it is hashed or announced once more after the page was left.
            let noted = within(STORE_MS, shelf.note(&about)).await;
            held.noted.set(matches!(noted, Some(Ok(()))));
        }
    }

    /// Looks what the store knows of a file: another page may have brought it further. Whether
    /// there is still the same to do for it.
    pub(super) async fn refresh(&self, held: &Held) -> bool {
        let (id, before) = (held.id(), held.before_sending());
        let shelf = self.shelf.borrow().clone().filter(|_| held.kept.get());
        let row = match shelf {
            Some(shelf) => within(STORE_MS, shelf.about(id)).await,
            None => None,
        };
        if self.find(id).is_none() {
            return false;
        }
        match row {
            // It has arrived: the page asks the portal.
            Some(Ok(None)) => {
                held.stage.replace(Stage::Done);
                self.tell_own(held);
                self.drop_held(id);
                return false;
            }
            Some(Ok(Some(about))) if about.removed => {
                held.about.replace(about);
                self.let_go(held);
                tell_page(&News::Gone { id });
                return false;
            }
            // What could not be written there is known here alone.
            Some(Ok(Some(about))) if held.noted.get() => {
                let elsewhere = held.about.borrow().address != about.address;
                if elsewhere {
                    held.offset.set(None);
                }
                held.about.replace(about);
            }
            // A store that says nothing knows no better.
            _ => {}
        }
        let now = held.before_sending();
        let same = now == before;
        if !same {
            held.stage.replace(now);
            self.tell_own(held);
        }
        same
    }

    /// Notes that a file is not wanted any more, for the next page where this one is left before
    /// the portal has heard of it.
    pub(super) async fn set_aside(&self, about: &About) {
        let shelf = self.shelf.borrow().clone();
        if let Some(shelf) = shelf {
            let _ = within(STORE_MS, shelf.set_aside(about)).await;
        }
    }

    /// Tells the portal that a file is not wanted any more, and forgets it when that was heard: until then a round would
    /// wait for it.
    pub(super) async fn dispose(self: Rc<Self>, mut about: About) {
        if about.address.is_none() {
            about.address = self.address(about.id).await;
        }
        if about.address.is_some() {
            self.set_aside(&about).await;
            let mut times = 0;
            while !give_up(&about).await {
                times += 1;
                sleep(retry::wait(times, js_sys::Math::random())).await;
            }
        }
        self.forget(about.id).await;
    }

    /// Where the portal waits for a file that another page has announced.
    async fn address(&self, id: u32) -> Option<String> {
        let shelf = self.shelf.borrow().clone()?;
        within(STORE_MS, shelf.about(id)).await?.ok()??.address
    }

    /// Takes a file off the shelf.
    pub(super) async fn forget(&self, id: u32) {
        let shelf = self.shelf.borrow().clone();
        if let Some(shelf) = shelf {
            // What stays there is found by the next page, and the portal says that it has it.
            let _ = within(STORE_MS, shelf.remove(id)).await;
        }
    }
}
