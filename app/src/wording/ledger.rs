//! Numbers and the ledger.

wording! {}
