//! A release build carries the site inside itself: it must be compiled anew when the site is, though no Rust has changed.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=WUGAN_SITE_DIR");
    // A debug build reads the site while it runs; waiting for it would only cost time.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release")
        && let Ok(site) = env::var("WUGAN_SITE_DIR")
    {
        println!("cargo::rerun-if-changed={site}");
    }
}
