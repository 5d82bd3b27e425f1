//! The process around the portal: settings, wiring, HTTP and commands.

pub mod commands;
pub mod config;
pub mod http;
pub mod wiring;
