//! Files on their way out of a browser.
//!
//! What somebody chose is copied into the browser's own store first, so that it is
//! still there when the page, the phone or the login is not. A worker beside the page
//! hashes each file, tells the portal the digest before the bytes (so that the time at
//! which a file existed is known even where a network carries a hundred bytes and not
//! twenty megabytes), and then sends it piece by piece (tus 1.0), going on after every
//! break where the portal says that it stopped.
//!
//! Pages link [`awake`], [`link`], [`message`] and [`request`]; with the feature `worker` this crate is the
//! worker, a module of its own that no page loads before it has files to send.

pub mod awake;
pub mod link;
pub mod message;
pub mod place;
pub mod request;
pub mod retry;
pub mod turn;

#[cfg(all(feature = "worker", target_arch = "wasm32"))]
mod worker;
