//! The few pieces of a page that need a browser. Each works on a plain form that
//! does the same without scripts, takes its strings as properties, and is written
//! once for both halves: the server renders it, the browser wakes it.

#![allow(missing_docs, reason = "`#[island]` makes structs of its own, without documentation")]

pub mod autosave;
pub mod print;
pub mod shortcuts;
pub mod uploader;
pub mod viewer;

pub use autosave::{Autosave, AutosaveWords};
pub use print::PrintButton;
pub use shortcuts::Shortcuts;
pub use uploader::{UploadKind, Uploader, UploaderWords, unsent::Unsent};
pub use viewer::{Viewer, ViewerWords};
