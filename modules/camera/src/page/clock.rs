//! The time since the portal made the page. The clock of a page stands still while a phone
//! sleeps, and the clock of a phone can be set: the one that says more is believed, so that
//! no code is shown as good for longer than it is.

use super::dom::window;

/// What both clocks showed when the page came.
pub(super) struct Clock {
    phone: f64,
    page: f64,
}

impl Clock {
    /// As of when the first byte of the page came: on a weak network what is in it comes
    /// much later.
    pub(super) fn of_page() -> Self {
        let (phone, page) = (js_sys::Date::now(), page());
        let ago = window().performance().map_or(0.0, |clock| phone - clock.timing().response_start());
        // No page is older than its clock: a phone that was set meanwhile says nothing of that.
        let ago = if (0.0..=page).contains(&ago) { ago } else { 0.0 };
        Self { phone: phone - ago, page: page - ago }
    }

    /// Milliseconds since then.
    pub(super) fn passed(&self) -> f64 {
        (js_sys::Date::now() - self.phone).max(page() - self.page)
    }
}

/// Milliseconds by the clock of the page, which only goes forward.
fn page() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |clock| clock.now())
}
