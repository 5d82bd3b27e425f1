//! The services on both databases.

mod accounts;
mod administration;
mod applications;
mod captures;
mod clamd;
mod common;
mod demo;
mod drafts;
mod examinations;
mod first_violations;
mod likenesses;
mod log;
mod main_line;
mod originals;
mod outcomes;
mod races;
mod reach;
mod records;
mod s3;
mod stamps;
mod store;
mod sweeps;
mod tallies;
mod uploads;
mod visits;
mod writers;
