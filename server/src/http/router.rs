//! Every address and what surrounds it, from the outside in: what uploads promise, log and
//! panics, security headers, static files, origin, session, person, forms.

use std::sync::Arc;

use app::{
    context::{PublicUrl, SiteOwner},
    pages, routes,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use leptos::{config::LeptosOptions, prelude::provide_context};
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_async_with_context};
use portal::Portal;
use tower_http::compression::{CompressionLayer, CompressionLevel};

use super::{
    Web, exports, forms, guard, headers, health, media, origin,
    pace::{self, Pace},
    preferences, proof, sessions, site, tus, uploads, visitor,
};
use crate::config::Config;

/// The whole server over a portal.
pub fn router(portal: Portal, config: Arc<Config>) -> Router {
    let leptos = LeptosOptions::builder()
        .output_name("wugan")
        .site_root("target/site")
        .site_pkg_dir("pkg")
        .site_addr(config.listen)
        .build();
    let pace = Pace::per_minute(config.strangers_posts_per_minute);
    let web = Web { portal, config, readiness: health::Readiness::default(), leptos };

    // Slow by nature: files come and go at the speed of the person's network.
    let transfers = Router::new()
        .route("/upload/case/{case}/{line}", post(uploads::case_line).put(uploads::case_line))
        .route("/upload/finding/{finding}/{moment}", post(uploads::finding).put(uploads::finding))
        .route("/api/v1/uploads", any(tus::all))
        .route("/api/v1/uploads/{key}", any(tus::one))
        .route("/api/v1/uploads/{key}/place", any(tus::place))
        .layer(DefaultBodyLimit::disable())
        .route("/evidence/{id}", get(media::evidence))
        .route("/evidence/{id}/{form}", get(media::derived))
        .route(&routes::case_bundle("{id}"), get(proof::case_bundle));

    let answers = pages(&web)
        .route(routes::LOGOUT, post(preferences::logout))
        .route(routes::PREFERENCES, post(preferences::save))
        .route(routes::LEDGER_CSV, get(exports::csv))
        .route(routes::LEDGER_XLSX, get(exports::xlsx))
        .route(&routes::receipt_file("{id}"), get(proof::receipt))
        .route(routes::LOG_CHECKPOINT, get(proof::checkpoint))
        .route(routes::LOG_KEYS, get(proof::keys))
        .route(routes::LOG_CONSISTENCY, get(proof::consistency))
        .layer(from_fn(forms::typed))
        .layer(from_fn_with_state(web.clone(), guard::in_time));

    let people = answers
        .merge(transfers)
        .method_not_allowed_fallback(guard::wrong_method)
        .layer(from_fn(forms::flash))
        .layer(from_fn_with_state(pace, pace::keep))
        .layer(from_fn_with_state(web.clone(), visitor::recognise))
        .layer(sessions::layer(&web))
        .layer(from_fn_with_state(web.clone(), origin::check))
        .layer(compression());

    Router::new()
        .route(routes::HEALTHZ, get(health::healthz))
        .route(routes::READYZ, get(health::readyz))
        .merge(people)
        .layer(from_fn(site::serve))
        .layer(from_fn_with_state(web.clone(), headers::add))
        .layer(from_fn(guard::watch))
        .layer(from_fn_with_state(web.clone(), tus::around))
        .with_state(web)
}

/// Leptos' pages and server functions, and the page for what is not there.
fn pages(web: &Web) -> Router<Web> {
    let context = {
        let portal = web.portal.clone();
        let public_url = PublicUrl(web.config.public_url().into());
        let site = &web.config.site;
        let signs = web.config.signed_for().is_some();
        let originals = web.portal.objects().signed_origin().filter(|_| signs).map(str::to_owned);
        let owner = Arc::new(SiteOwner {
            sponsor: site.sponsor.trim().to_owned(),
            filing: site.filing.trim().to_owned(),
            police_filing: site.police_filing.trim().to_owned(),
            identifier: site.identifier.trim().to_owned(),
        });
        move || {
            provide_context(portal.clone());
            provide_context(public_url.clone());
            provide_context(owner.clone());
            headers::page_policy(originals.as_deref());
        }
    };
    let shell = {
        let options = web.leptos.clone();
        move || pages::shell(options.clone())
    };
    let missing = render_app_async_with_context(context.clone(), shell.clone());
    Router::new()
        .leptos_routes_with_context(web, generate_route_list(pages::App), context, shell)
        .fallback(move |request: Request| missing(request))
}

/// Pages shrink well. Files do not, and a range of a file must stay one.
fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(
        |_: http::StatusCode, _: http::Version, headers: &http::HeaderMap, _: &http::Extensions| {
            let kind = headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            kind.is_some_and(|kind| kind.starts_with("text/html") || kind.starts_with("application/json"))
        },
    )
}
