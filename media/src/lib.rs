//! What a file is by its bytes, what it claims of itself, and forms of it for looking at.
//!
//! [`inspect`] reads a file's structure without decoding what it depicts: it is quick,
//! bounded, and safe to call where files come in. [`derive`] decodes: it runs in a
//! process of its own with limits of its own, because a decoder is where a hostile file
//! bites. Neither knows a database, a network or a clock.

pub mod derive;
pub mod inspect;
