//! The services on both databases.

mod accounts;
mod administration;
mod common;
mod demo;
mod drafts;
mod law;
mod main_line;
mod races;
mod records;
mod store;
mod sweeps;
mod tallies;
