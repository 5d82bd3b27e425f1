//! What surrounds pages: headers, static files, and pages for what goes wrong.

use axum::{Router, body::Body, extract::Request, middleware::from_fn, routing::get};
use leptos::prelude::*;
use server::http::guard;
use tower::ServiceExt;

use crate::world::world;

/// The attribute of every script element of a page.
fn scripts(page: &str) -> Vec<&str> {
    page.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap()).collect()
}

#[test]
fn every_script_of_a_page_carries_the_nonce_of_its_answer() {
    let world = world();
    let mut client = world.client();
    let nonce = |answer: &crate::client::Answer| {
        let policy = answer.header("content-security-policy").unwrap();
        for rule in ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned()
    };
    let first = client.get("/");
    assert_eq!(first.status, 200);
    let page = first.text();
    let own = nonce(&first);
    assert!(!scripts(&page).is_empty());
    for attributes in scripts(&page) {
        assert!(attributes.contains(&format!("nonce=\"{own}\"")), "{attributes}");
    }
    assert!(!page.contains(" style=") && !page.contains(" onclick="));
    assert_ne!(nonce(&client.get("/")), own);
    let missing = client.get("/nothing");
    assert_eq!(missing.status, 404);
    assert!(!nonce(&missing).is_empty());
}

#[test]
fn every_answer_says_how_it_may_be_used() {
    let world = world();
    let mut client = world.client();
    for path in ["/", "/login", "/nothing", "/healthz", "/readyz", "/favicon.svg", "/evidence/x"] {
        let answer = client.get(path);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name} of {path}");
        }
        assert!(answer.header("content-security-policy").is_some(), "{path}");
        assert!(answer.header("permissions-policy").unwrap().contains("geolocation=()"), "{path}");
        assert_eq!(answer.header("x-request-id").unwrap().len(), 32, "{path}");
        // Only under https; over http a browser must ignore it anyway.
        assert_eq!(answer.header("strict-transport-security"), None);
        assert_eq!(answer.header("server"), None);
    }
}

#[test]
fn the_process_says_whether_it_can_serve() {
    let world = world();
    let mut client = world.client();
    assert_eq!(client.get("/healthz").text(), "ok\n");
    let ready = client.get("/readyz");
    assert_eq!(ready.status, 200, "{}", ready.text());
    let told = ready.json();
    for part in ["ready", "database", "migrations", "originals", "spool", "disk"] {
        assert_eq!(told[part], true, "{part}");
    }
    // Where things are is nobody's business.
    assert!(!ready.text().contains('/'));
}

#[test]
fn whoever_asks_often_whether_it_can_serve_gets_the_same_answer_for_a_while() {
    let world = world();
    let missing = world.config.data_dir.join("not yet");
    let config = server::config::Config { data_dir: missing.clone(), ..world.config.clone() };
    let mut client = crate::client::Client::new(world.beside(config));
    assert_eq!(client.get("/readyz").status, 503);
    std::fs::create_dir(&missing).unwrap();
    assert_eq!(client.get("/readyz").status, 503, "it looked again at once");
    std::thread::sleep(std::time::Duration::from_millis(5100));
    assert_eq!(client.get("/readyz").status, 200);
}

#[test]
fn a_disk_that_is_nearly_full_takes_the_server_out_of_service() {
    let world = world();
    let config = server::config::Config { min_free_megabytes: u32::MAX, ..world.config.clone() };
    let report = world.run(server::http::health::Report::of(&world.town.portal, &config));
    assert!(!report.is_ready());
    assert_eq!(report.parts().iter().filter(|(_, part)| !part.ok).map(|(name, _)| *name).collect::<Vec<_>>(), ["disk"]);
}

#[test]
fn the_disk_of_files_being_received_counts_like_that_of_the_data() {
    let world = world();
    // No room is ever free in there, and the data lies where there is some.
    let config = server::config::Config { spool_dir: "/proc".into(), ..world.config.clone() };
    let report = world.run(server::http::health::Report::of(&world.town.portal, &config));
    assert_eq!(report.parts().iter().filter(|(_, part)| !part.ok).map(|(name, _)| *name).collect::<Vec<_>>(), ["disk"]);
}

#[test]
fn pages_are_compressed_and_files_keep_their_tags() {
    let world = world();
    let mut client = world.client();
    let page = client.send("GET", "/", &[("accept-encoding", "br")], b"");
    assert_eq!(page.header("content-encoding"), Some("br"));
    let icon = client.get("/favicon.svg");
    if icon.status == 404 {
        assert!(std::env::var("WUGAN_TEST_SITE").is_err(), "the site has been built, and its files are not there");
        println!("the site was not built; its files are not tested here");
        return;
    }
    assert_eq!(icon.status, 200);
    assert_eq!(icon.header("content-type"), Some("image/svg+xml"));
    let tag = icon.header("etag").unwrap().to_owned();
    let again = client.send("GET", "/favicon.svg", &[("if-none-match", &tag)], b"");
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(icon.header("set-cookie"), None);
    assert_eq!(client.get("/../Cargo.toml").status, 404);
    assert_eq!(client.get("/%2e%2e/Cargo.toml").status, 404);
}

#[test]
fn language_and_large_text_are_kept() {
    let world = world();
    let mut client = world.client();
    let answer = client.post("/", "/preferences", &[("back", "/login"), ("lang", "en")]);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/login")));
    assert!(client.get("/").text().contains("<html lang=\"en\""));
    client.post("/", "/preferences", &[("back", "https://evil.example/"), ("care", "1")]);
    assert!(client.get("/").text().contains("data-care"));
    let answer = client.post("/", "/preferences", &[("back", "//evil.example/"), ("lang", "zh")]);
    assert_eq!(answer.header("location"), Some("/"));
    // What nobody offers is not kept.
    client.post("/", "/preferences", &[("lang", "xx; Domain=evil"), ("care", "9")]);
    assert_eq!(client.cookies["lang"], "zh");
    assert_eq!(client.cookies["care"], "1");
}

#[test]
fn what_goes_wrong_before_a_page_has_a_page() {
    let world = world();
    let owner = world.owner();
    let mut client = world.logged_in(&owner.login);
    let large = "x".repeat(1024 * 1024 + 1);
    let answer = client.post("/account", "/api/account/password", &[("old_password", &large)]);
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("1 MB"), "{}", answer.text());

    let answer = client.post("/enrolments", "/api/enrolment/submit", &[("nonsense", "1")]);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("没有更改任何内容"));

    let answer = client.send("DELETE", "/cases", &[("sec-fetch-site", "same-origin")], b"");
    assert_eq!(answer.status, 405);
    assert!(answer.text().contains("<h1>"));
}

#[test]
fn what_was_typed_comes_back_once_and_without_passwords() {
    let world = world();
    let owner = world.owner();
    let mut client = world.logged_in(&owner.login);
    let fields = [("old_password", ""), ("password", "short"), ("password_again", "other")];
    let answer = client.post("/account/password", "/api/account/password", &fields);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/account/password#errors")));
    assert!(answer.body.is_empty());
    let page = client.get("/account/password");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("error-summary") || page.text().contains("aria-invalid"), "{}", page.text());
    assert!(!page.text().contains("value=\"short\""));
    assert!(!client.get("/account/password").text().contains("aria-invalid=\"true\""));
}

fn broken() -> String {
    panic!("a page that breaks")
}

#[test]
fn a_page_that_breaks_is_answered_with_a_number() {
    // Leptos' executor is started with the first router.
    world();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let page = leptos_axum::render_app_async_with_context(|| {}, || view! { <p>{broken()}</p> });
        let router = Router::new()
            .route("/handler", get(async || broken()))
            .route("/page", get(move |request: Request| page(request)))
            .layer(from_fn(guard::watch));
        for path in ["/handler", "/page"] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), 500, "{path}");
            let body = axum::body::to_bytes(answer.into_body(), 100_000).await.unwrap();
            let body = String::from_utf8_lossy(&body);
            assert!(body.contains("故障编号") && !body.contains("breaks"), "{body}");
        }
    });
}

#[test]
fn the_ledger_is_given_out_as_its_page_shows_it() {
    let world = world();
    let mut head = world.logged_in("head");
    let csv = head.get("/ledger.csv?from=2026-01-01&stage=claimed");
    assert_eq!(csv.status, 200, "{}", csv.text());
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"ledger-2026-03-02.csv\""));
    assert!(csv.text().starts_with('\u{feff}') && csv.text().contains("企业"), "{}", csv.text());
    let xlsx = head.get("/ledger.xlsx");
    assert_eq!((xlsx.status, &xlsx.body[..2]), (200, b"PK".as_slice()));
    // What cannot be read would widen the export.
    assert_eq!(head.get("/ledger.csv?from=yesterday").status, 422);
    let nobody = world.client().get("/ledger.csv?stage=claimed");
    assert_eq!(nobody.header("location"), Some("/login?next=/ledger.csv%3Fstage%3Dclaimed"));
}
