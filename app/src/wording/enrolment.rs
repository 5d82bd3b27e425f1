//! Applications.

wording! {}
