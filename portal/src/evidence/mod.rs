//! Receiving files: streamed to the local disk, hashed on the way, recognised by
//! content, and only then kept. A form sends a file in one piece ([`intake`]);
//! scripts and programs send it piece by piece and go on after any break
//! ([`spool`], [`writer`]).

pub mod authority;
pub mod intake;
pub mod scan;
pub mod spool;
pub mod workshop;
pub mod writer;
