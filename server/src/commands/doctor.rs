//! `wugan doctor`: is everything there that serving needs?

use super::CommandError;
use crate::{config::Config, http::health, wiring};

/// Checks one thing after another and says what it found.
pub(super) async fn run(config: &Config) -> Result<(), CommandError> {
    println!("settings   ok       {}", config.public_url());
    if !config.is_https() {
        println!("           note     public_url is not https: session cookies are sent in the clear");
    }
    let store = wiring::store(config).await?;
    let portal = wiring::portal(config, store, wiring::objects(config)?)?;
    let report = health::Report::of(&portal, config).await;
    for (name, part) in report.parts() {
        println!("{name:<10} {:<8} {}", if part.ok { "ok" } else { "FAILED" }, part.note);
    }
    if report.is_ready() { Ok(()) } else { Err(CommandError::Usage("not ready".to_owned())) }
}
