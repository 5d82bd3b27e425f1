//! What the workers of other pages say of a file, and how long one is left to them.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::{Courier, held::Held, tell_page, wait::sleep};
use crate::message::{News, Stage, Why};

/// How long until a file is looked at again that another page is sending.
const LOOK_AGAIN_MS: f64 = 3_000.0;
/// So often for one that failed there: the other page rests before it tries again.
const LOOKS_AT_FAILED: u32 = 30;

impl Courier {
    /// What another page's worker says.
    pub(super) async fn hear(self: Rc<Self>, news: News) {
        match news {
            News::Item(item) => match self.find(item.id) {
                Some(held) if !held.busy.get() => {
                    let (done, open) = (item.stage == Stage::Done, item.stage.is_open());
                    held.stage.replace(item.stage);
                    // The other page may have brought it further.
                    held.offset.set(None);
                    self.tell_own(&held);
                    if done {
                        self.drop_held(item.id);
                    } else if open {
                        self.leave(&held);
                    }
                }
                None if item.kept && item.stage.is_open() => self.meet(item.id).await,
                Some(_) | None => {}
            },
            News::Gone { id } => {
                if let Some(held) = self.find(id) {
                    self.let_go(&held);
                    tell_page(&News::Gone { id });
                }
            }
            News::Ready | News::Known | News::Others { .. } => {}
        }
    }

    /// Another page has a file that is not known here.
    async fn meet(self: &Rc<Self>, id: u32) {
        let (shelf, me) = (self.shelf.borrow().clone(), self.me.borrow().clone());
        let (Some(shelf), Some(me)) = (shelf, me) else { return };
        let Ok(Some(about)) = shelf.about(id).await else { return };
        if about.account != me.account || about.removed {
            return;
        }
        if let Some(held) = self.take_up(about, &shelf).await {
            self.leave(&held);
        }
    }

    /// Another page is at a file: leaves it alone until nothing was heard of it for a while, since
    /// that page may have been closed, and then sees where it stands.
    pub(super) fn leave(self: &Rc<Self>, held: &Rc<Held>) {
        held.heard.set(held.heard.get().wrapping_add(1));
        if held.elsewhere.replace(true) {
            return;
        }
        let (courier, held) = (self.clone(), held.clone());
        spawn_local(async move {
            let mut quiet = 0;
            loop {
                let heard = held.heard.get();
                sleep(LOOK_AGAIN_MS).await;
                if !held.elsewhere.get() || courier.find(held.id()).is_none() {
                    return;
                }
                quiet = if held.heard.get() == heard { quiet + 1 } else { 0 };
                let failed = matches!(*held.stage.borrow(), Stage::Failed { .. });
                let patience = if failed { LOOKS_AT_FAILED } else { 1 };
                if quiet >= patience {
                    break;
                }
            }
            courier.look_again(held).await;
        });
    }

    async fn look_again(self: Rc<Self>, held: Rc<Held>) {
        held.elsewhere.set(false);
        self.refresh(&held).await;
        let waits = self.logged_out.get() && matches!(*held.stage.borrow(), Stage::Failed { why: Why::LoginEnded, .. });
        let open = held.stage.borrow().is_open() && !held.gone.get() && !waits;
        if open && !held.busy.get() {
            held.stage.replace(held.before_sending());
            self.tell_own(&held);
        }
        self.go_on();
    }
}
