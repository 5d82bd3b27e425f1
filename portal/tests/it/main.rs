//! The services on both databases.

mod accounts;
mod administration;
mod common;
mod consequences;
mod demo;
mod drafts;
mod law;
mod main_line;
mod races;
mod reach;
mod records;
mod store;
mod sweeps;
mod tallies;
