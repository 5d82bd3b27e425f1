//! HTTP: which answer a request gets, and what surrounds every answer.

mod bearer;
pub mod client;
pub mod exports;
pub mod faults;
pub mod forms;
pub mod guard;
pub mod headers;
pub mod health;
pub mod listen;
pub mod media;
pub mod origin;
mod pace;
pub mod preferences;
pub mod proof;
pub mod router;
pub mod sessions;
pub mod site;
pub mod tus;
pub mod uploads;
pub mod visitor;

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use portal::Portal;

use crate::config::Config;

pub use router::router;

/// What every handler can reach.
#[derive(Clone)]
pub struct Web {
    /// The portal.
    pub portal: Portal,
    /// The settings.
    pub config: Arc<Config>,
    /// Whether it can serve, as last seen.
    pub readiness: health::Readiness,
    /// Where Leptos finds the browser half.
    pub leptos: LeptosOptions,
}

impl FromRef<Web> for LeptosOptions {
    fn from_ref(web: &Web) -> Self {
        web.leptos.clone()
    }
}

impl FromRef<Web> for Portal {
    fn from_ref(web: &Web) -> Self {
        web.portal.clone()
    }
}
