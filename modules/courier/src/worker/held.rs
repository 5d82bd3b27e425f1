//! A file that is carried.

use std::cell::{Cell, RefCell};

use web_sys::{Blob, Url};

use super::shelf::About;
use crate::{
    message::{Item, Stage, Why},
    place,
    request::Request,
};

/// A file, and how far it is.
pub(super) struct Held {
    pub(super) about: RefCell<About>,
    pub(super) bytes: RefCell<Blob>,
    pub(super) stage: RefCell<Stage>,
    /// Whether it is still there after the page has gone.
    pub(super) kept: Cell<bool>,
    /// It is being copied; until then it is not touched.
    pub(super) copying: Cell<bool>,
    /// Something is being done for it here.
    pub(super) busy: Cell<bool>,
    /// Another page's worker carries it.
    pub(super) elsewhere: Cell<bool>,
    /// Counts what is heard of it from there.
    pub(super) heard: Cell<u32>,
    /// Nobody wants it any more.
    pub(super) gone: Cell<bool>,
    /// The store has what is known of it.
    pub(super) noted: Cell<bool>,
    /// Failures since the portal last had more of it than before.
    pub(super) failures: Cell<u32>,
    /// The most bytes of it that the portal had.
    pub(super) reached: Cell<f64>,
    /// Bytes the portal has, where it has just said so.
    pub(super) offset: Cell<Option<f64>>,
    request: RefCell<Option<Request>>,
    picture: Option<String>,
}

impl Held {
    pub(super) fn new(about: About, bytes: Blob, kept: bool) -> Self {
        let picture = about.mime.starts_with("image/").then(|| Url::create_object_url_with_blob(&bytes).ok());
        let held = Self {
            bytes: RefCell::new(bytes),
            stage: RefCell::new(Stage::Reading),
            kept: Cell::new(kept),
            copying: Cell::new(false),
            busy: Cell::new(false),
            elsewhere: Cell::new(false),
            heard: Cell::new(0),
            gone: Cell::new(false),
            noted: Cell::new(true),
            failures: Cell::new(0),
            reached: Cell::new(0.0),
            offset: Cell::new(None),
            request: RefCell::new(None),
            picture: picture.flatten(),
            about: RefCell::new(about),
        };
        held.stage.replace(held.before_sending());
        held
    }

    pub(super) fn id(&self) -> u32 {
        self.about.borrow().id
    }

    pub(super) fn size(&self) -> f64 {
        self.bytes.borrow().size()
    }

    pub(super) fn is_free(&self) -> bool {
        !self.busy.get() && !self.copying.get() && !self.elsewhere.get() && !self.gone.get()
    }

    /// Whether it brings a code, which counts for minutes only.
    pub(super) fn is_live(&self) -> bool {
        place::is_live(&self.about.borrow().more)
    }

    /// Whether the network broke under it.
    pub(super) fn is_cut_off(&self) -> bool {
        matches!(*self.stage.borrow(), Stage::Failed { why: Why::CutOff, .. })
    }

    /// Where it stands when nothing is being done for it.
    pub(super) fn before_sending(&self) -> Stage {
        let about = self.about.borrow();
        match (&about.refused, &about.address) {
            (Some(message), _) => Stage::Failed { why: Why::Refused { message: message.clone() }, again: false },
            (None, Some(_)) => Stage::Waiting,
            (None, None) => Stage::Reading,
        }
    }

    /// A request for it is on its way.
    pub(super) fn moves(&self, request: Option<Request>) {
        self.request.replace(request);
    }

    /// Ends the request that is on its way for it.
    pub(super) fn stop(&self) {
        let request = self.request.take();
        if let Some(request) = request {
            request.abort();
        }
    }

    pub(super) fn item(&self) -> Item {
        let about = self.about.borrow();
        Item {
            id: about.id,
            name: about.name.clone(),
            size: self.size(),
            picture: self.picture.clone(),
            stage: self.stage.borrow().clone(),
            kept: self.kept.get(),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(picture) = &self.picture {
            // An address that is none keeps nothing in memory.
            let _ = Url::revoke_object_url(picture);
        }
    }
}
