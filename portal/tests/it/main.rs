//! The services on both databases.

mod accounts;
mod administration;
mod applications;
mod common;
mod demo;
mod drafts;
mod first_violations;
mod log;
mod main_line;
mod races;
mod reach;
mod records;
mod store;
mod sweeps;
mod tallies;
mod uploads;
mod visits;
