//! Accounts, calendar and audit.

wording! {}
