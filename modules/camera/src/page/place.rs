//! Where the device is, for as long as the person lets the page ask (W3C Geolocation).

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Geolocation, Position, PositionError, PositionOptions};

use super::dom::window;

/// Up to so many metres a position is called known without more words.
pub(super) const EXACT_M: u32 = 100;
/// How long the device may look, in milliseconds.
const PATIENCE_MS: u32 = 30_000;

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is not allowed.
    Denied,
    /// The device does not know.
    Failed,
}

/// The last that the device said.
#[derive(Default)]
pub(super) struct Place {
    last: RefCell<Option<String>>,
    watching: Cell<Option<i32>>,
}

impl Place {
    /// As the portal wants to be told: degrees, metres, the device's time.
    pub(super) fn last(&self) -> Option<String> {
        self.last.borrow().clone()
    }

    /// Asks, and goes on listening: positions get better while one waits. `tell` hears
    /// how exact they are, in metres, or why there is none at all.
    pub(super) fn watch(self: Rc<Self>, tell: impl Fn(Result<u32, Trouble>) + 'static) {
        self.stop();
        let Ok(geolocation) = window().navigator().geolocation() else { return tell(Err(Trouble::Failed)) };
        let (tell, tell_fault) = {
            let tell = Rc::new(tell);
            (tell.clone(), tell)
        };
        let (here, there) = (self.clone(), self.clone());
        let found = Closure::<dyn FnMut(Position)>::new(move |position: Position| {
            let point = position.coords();
            let metres = point.accuracy().round().clamp(0.0, f64::from(u32::MAX));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped above")]
            let metres = metres as u32;
            // Newer positions may be worse; a picture gets the latest all the same.
            let text = format!("{:.6},{:.6},{metres},{:.0}", point.latitude(), point.longitude(), position.timestamp());
            *here.last.borrow_mut() = Some(text);
            tell(Ok(metres));
        });
        let failed = Closure::<dyn FnMut(PositionError)>::new(move |fault: PositionError| {
            let denied = fault.code() == PositionError::PERMISSION_DENIED;
            if denied {
                there.last.take();
            } else if there.last.borrow().is_some() {
                // That there is no better one is no reason to forget the last.
                return;
            }
            tell_fault(Err(if denied { Trouble::Denied } else { Trouble::Failed }));
        });
        let options = PositionOptions::new();
        options.set_enable_high_accuracy(true);
        options.set_timeout(PATIENCE_MS);
        let (found, failed) = (found.into_js_value(), failed.into_js_value());
        let watching = geolocation.watch_position_with_error_callback_and_options(
            found.unchecked_ref(),
            Some(failed.unchecked_ref()),
            &options,
        );
        self.watching.set(watching.ok());
    }

    /// Does not ask any more.
    pub(super) fn stop(&self) {
        let geolocation: Option<Geolocation> = window().navigator().geolocation().ok();
        if let (Some(watching), Some(geolocation)) = (self.watching.take(), geolocation) {
            geolocation.clear_watch(watching);
        }
    }
}
