//! Self-checks.

wording! {}
