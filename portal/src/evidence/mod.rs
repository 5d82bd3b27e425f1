//! Receiving files: streamed to the local disk, hashed on the way, recognised by
//! content, and only then kept. The resumable protocol will be a second way into
//! [`intake`]; nothing else knows how bytes arrive.

pub mod intake;
pub mod sniff;
