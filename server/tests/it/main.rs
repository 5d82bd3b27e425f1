//! The server from outside: real connections to the real router, over a small
//! town on SQLite.

mod access;
mod client;
mod commands;
mod crash;
mod media;
mod pages;
mod receipts;
mod settings;
mod tus;
mod uploads;
mod world;

// The town of the portal's own tests.
#[path = "../../../portal/tests/it/common.rs"]
mod town;
