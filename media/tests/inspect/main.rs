//! Files as they come: whole, cut, broken, and built to hurt.

mod beside;
mod claims;
mod documents;
mod files;
mod kinds;
mod noise;
mod papers;
