//! The services on both databases.

mod accounts;
mod common;
mod main_line;
mod races;
mod store;
