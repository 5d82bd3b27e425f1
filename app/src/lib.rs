//! What people see: pages rendered on the server, plain HTML forms, a few islands.
//!
//! The `ssr` half has everything; the `hydrate` half, which browsers load, has
//! only [`islands`] and what they need. These are the only `cfg` lines that
//! decide what belongs to which half.

#![recursion_limit = "256"]
// Components own their properties, and pages take all components by one line.
#![allow(clippy::needless_pass_by_value, clippy::wildcard_imports)]

pub mod error;
pub mod islands;
pub mod wording;

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
pub mod format;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod routes;

/// Wakes the islands of a page; the only thing the browser calls.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
