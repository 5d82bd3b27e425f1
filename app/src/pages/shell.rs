//! The HTML document around every page.

use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use super::App;
use crate::context::{screen, wording};

/// Islands wait for an idle moment, and Leptos sets no limit to that. A Chromium has been seen to call none idle for half a
/// minute, in a page that was opened beside another and stood still: within a second it is one.
const IDLE_SOON: &str = "{ const idle = window.requestIdleCallback; if (idle) { window.requestIdleCallback = \
    (act, options) => idle.call(window, act, { timeout: 1000, ...options }); } }";

/// The whole document. The server calls it once for each request, with the
/// request's parts in context.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let screen = screen();
    let care = screen.care.then_some("");
    let reload = cfg!(debug_assertions).then(|| view! { <AutoReload options=options.clone()/> });
    view! {
        <!DOCTYPE html>
        <html lang=screen.lang.tag() data-care=care>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="theme-color" content="#0b6e5f"/>
                <meta name="format-detection" content="telephone=no"/>
                <meta name="description" content=wording().home_lead()/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/icon-192.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="stylesheet" href="/pkg/wugan.css"/>
                {reload}
                <script nonce=use_nonce()>{IDLE_SOON}</script>
                <HydrationScripts options=options islands=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
