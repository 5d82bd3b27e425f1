//! The officer's desk.

wording! {}
