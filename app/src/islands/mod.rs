//! Interactive pieces, one per file. Each upgrades HTML that works without it.
