//! The rules of supervision without a visit (无感监管).
//!
//! Everything here is pure: no IO, no async, no clock or randomness of its own.
//! Time and ids come in as arguments, outcomes go out as values, and errors are
//! enums without wording (the wording lives in `app`). The rules follow
//! `domain.md` of the house; what the law leaves open is a field of [`settings`].
//!
//! Reading order: [`ids`] and [`time`] are the words; [`actor`] and [`policy`]
//! say who may do what; [`item`], [`eligibility`], [`enrolment`], [`case`],
//! [`evidence`], [`capture`], [`finding`], [`first_violation`], [`document`] and
//! [`visit_ledger`] are the main line, in the order in which a case meets them.

pub mod actor;
pub mod agency;
pub mod calendar;
pub mod capture;
pub mod case;
pub mod credit_code;
pub mod document;
pub mod dossier;
pub mod eligibility;
pub mod enrolment;
pub mod enterprise;
pub mod evidence;
pub mod examination;
pub mod finding;
pub mod first_violation;
pub mod grade;
pub mod ids;
pub mod industry;
pub mod item;
pub mod password;
pub mod policy;
pub mod region;
pub mod settings;
pub mod text;
pub mod time;
pub mod upload;
pub mod visit_ledger;
