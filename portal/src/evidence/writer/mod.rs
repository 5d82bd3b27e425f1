//! Writing an upload: one task per request, fed by a bounded channel.
//!
//! The task outlives the request. A connection that breaks closes the channel, and
//! what had come through it is still written, synced and counted. A newer request
//! for the same upload ends the older one at once, also when that one's socket is
//! open and silent: it takes the feed away, and the task ends by itself.

mod desk;
mod feed;
mod pen;
mod senders;

pub use desk::{Desk, Desks, Hand, Seat, Wanted, Whose};
pub use feed::{Fed, Feed, Gathered, channel, gather};
pub use pen::Pen;
pub use senders::{Crowd, Senders, Sending};
