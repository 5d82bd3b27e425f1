//! Findings and rectification.

wording! {}
