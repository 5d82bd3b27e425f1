//! Issued documents and evidence.

wording! {}
