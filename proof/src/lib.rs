//! What anybody needs to check evidence without trusting whoever keeps it.
//!
//! Every fact of a file (received, sealed, opened, decided on) is an [`entry`]: canonical
//! bytes, and a leaf of an append-only tree ([`merkle`], RFC 6962 and 9162). Now and then
//! the tree's size and root are signed as a checkpoint ([`note`]), and an authority that
//! is not ours says when it saw that ([`stamp`], RFC 3161). A [`receipt`] ties one file to
//! its leaf and its checkpoint, and a [`bundle`] holds a whole case with everything that
//! checks it, readable with common tools alone.
//!
//! What this shows: these bytes were received then and are unchanged since. It does not
//! show that what they depict happened.
//!
//! Nothing here reads a clock, a file system or a source of randomness, so that the same
//! code runs in the server, in `wugan verify` and in a browser.

pub mod bundle;
pub mod canonical;
pub mod entry;
mod hash;
pub mod merkle;
pub mod note;
pub mod receipt;
pub mod stamp;

pub use hash::{Hash, NotAHash};
