//! The services on both databases.

mod accounts;
mod administration;
mod common;
mod demo;
mod main_line;
mod races;
mod records;
mod store;
mod tallies;
