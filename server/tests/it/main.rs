//! The server from outside: real connections to the real router, over a small
//! town on SQLite.

mod access;
mod captures;
mod client;
mod commands;
mod crash;
mod disk;
mod examiners;
mod media;
mod pages;
mod process;
mod receipts;
mod s3;
mod settings;
mod tokens;
mod tus;
mod uploads;
mod world;

// The town of the portal's own tests, and the malware engine.
#[path = "../../../portal/tests/it/clamd.rs"]
mod clamd;
#[path = "../../../portal/tests/it/common.rs"]
mod town;
