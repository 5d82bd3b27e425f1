//! A camera in a page.
//!
//! The portal gives out a one-time code; this module shows what the camera sees, takes a
//! picture at the camera's full resolution, writes the code and the portal's time below
//! it, and hands the file to the courier, which tells the portal its digest before the
//! bytes and loses nothing on a weak network. Where there is no camera for pages it says
//! why and what to do instead; the page has a plain form for that.
//!
//! The portal links [`setup`]; with the feature `page` this crate is the module itself,
//! which only the page of the camera loads.

pub mod setup;

#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod page;
