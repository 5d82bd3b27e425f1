//! Who gets in, and how far.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use domain::{
    actor::{Role, Roles, Scope},
    region::RegionCode,
    text::Name,
};
use http::{Method, Request, header};
use portal::services::accounts::NewAccount;
use server::{config::Config, http as web};
use tower::ServiceExt;

use crate::{
    town::{Db, PASSWORD, Town, newcomer},
    world::world,
};

#[test]
fn a_deep_link_leads_to_the_login_and_back() {
    let world = world();
    let owner = world.owner();
    let mut client = world.client();
    let asked = client.get("/cases");
    assert_eq!((asked.status, asked.header("location")), (303, Some("/login?next=/cases")));
    let login = client.get("/login?next=/cases");
    assert_eq!(login.status, 200);
    assert!(login.text().contains(r#"action="/api/account/login""#));
    let fields = [("login", owner.login.as_str()), ("password", PASSWORD), ("next", "/cases")];
    let answer = client.post("/login?next=/cases", "/api/account/login", &fields);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/cases")));
    let cases = client.get("/cases");
    assert_eq!(cases.status, 200);
    assert_eq!(cases.header("cache-control"), Some("no-store"));
}

#[test]
fn a_login_begins_a_new_session_and_the_way_out_ends_it() {
    let world = world();
    let owner = world.owner();
    let mut client = world.client();
    // A failed login has a session already; it must not become the one that is logged in.
    let wrong = [("login", owner.login.as_str()), ("password", "Wrong-Password-1")];
    assert_eq!(client.post("/login", "/api/account/login", &wrong).status, 303);
    let before = client.cookies["wugan"].clone();
    let page = client.get("/login");
    assert!(page.text().contains("密码不正确") && page.text().contains(&owner.login), "{}", page.text());
    assert!(!page.text().contains("Wrong-Password-1"));

    let right = [("login", owner.login.as_str()), ("password", PASSWORD)];
    let answer = client.post("/login", "/api/account/login", &right);
    let cookie = answer.headers("set-cookie").find(|cookie| cookie.starts_with("wugan=")).unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert!(cookie.contains("Path=/") && !cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
    let inside = client.cookies.clone();
    assert_ne!(inside["wugan"], before);
    client.cookies.insert("wugan".into(), before);
    assert_eq!(client.get("/cases").status, 303);

    client.cookies.clone_from(&inside);
    assert_eq!(client.get("/cases").status, 200);
    assert_eq!(client.post("/cases", "/logout", &[]).status, 303);
    assert!(!client.cookies.contains_key("wugan"));
    client.cookies = inside;
    assert_eq!(client.get("/cases").status, 303);
}

#[test]
fn the_database_does_not_hold_the_secret_of_a_session() {
    let world = world();
    let owner = world.owner();
    let client = world.logged_in(&owner.login);
    let sessions = world.run(async { world.town.portal.sessions().mine(&owner.actor).await.unwrap() });
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].key.len(), 64);
    let secret = &client.cookies["wugan"];
    assert!(!format!("{sessions:?}").contains(secret.as_str()));
}

#[test]
fn only_our_own_pages_may_post() {
    let world = world();
    let host = world.address.to_string();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let try_from = |headers: &[(&str, &str)]| {
        let mut all = vec![form];
        all.extend_from_slice(headers);
        world.client().send("POST", "/preferences", &all, b"lang=en").status
    };
    assert_eq!(try_from(&[]), 403);
    assert_eq!(try_from(&[("sec-fetch-site", "cross-site")]), 403);
    assert_eq!(try_from(&[("sec-fetch-site", "same-site")]), 403);
    assert_eq!(try_from(&[("origin", "https://evil.example")]), 403);
    assert_eq!(try_from(&[("origin", "null")]), 403);
    assert_eq!(try_from(&[("sec-fetch-site", "same-origin")]), 303);
    assert_eq!(try_from(&[("origin", &format!("http://{host}"))]), 303);
    let page = world.client().send("POST", "/logout", &[form], b"");
    assert!(page.text().contains("不是从本网站的页面发出的"));
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
}

#[test]
fn what_is_hidden_is_not_found_and_what_is_not_ones_own_is_forbidden() {
    let world = world();
    let (_, case, mut owner) = world.with_case();
    assert_eq!(owner.get(&format!("/cases/{case}")).status, 200);
    let mut other = world.logged_in(&world.owner().login);
    let hidden = other.get(&format!("/cases/{case}"));
    assert_eq!(hidden.status, 404);
    assert!(hidden.text().contains("没有找到"));
    // What never was looks the same.
    assert_eq!(other.get("/cases/01890000-0000-7000-8000-000000000000").status, 404);
    assert_eq!(other.get("/cases/no-id").status, 404);
    // That officers have a queue is no secret.
    assert_eq!(other.get("/review").status, 403);
    assert_eq!(world.client().get("/nothing/here").status, 404);
}

/// A town and a server of its own, whose clock can be moved.
async fn apart(config: Config) -> (Town, axum::Router) {
    let town = Town::on(Db::Sqlite).await;
    let router = web::router(town.portal.clone(), Arc::new(config));
    (town, router)
}

async fn ask(router: &axum::Router, method: Method, path: &str, cookie: &str, body: &str) -> Response {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "wugan.example.gov.cn")
        .header(header::ACCEPT, "text/html")
        .header(header::ORIGIN, "https://wugan.example.gov.cn")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie)
        .body(Body::from(body.to_owned()))
        .unwrap();
    router.clone().oneshot(request).await.unwrap()
}

fn cookie(response: &Response) -> Option<String> {
    let cookies = response.headers().get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let session = |cookie: &&str| cookie.starts_with("wugan=") || cookie.starts_with("__Host-wugan=");
    cookies.into_iter().find(session).map(str::to_owned)
}

#[test]
fn under_https_the_cookie_is_bound_to_the_host() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = Config { public_url: "https://wugan.example.gov.cn".into(), ..Config::default() };
        let (_town, router) = apart(config).await;
        let login = format!("login=lina&password={PASSWORD}");
        let answer = ask(&router, Method::POST, "/api/account/login", "", &login).await;
        let cookie = cookie(&answer).unwrap();
        assert!(
            cookie.starts_with("__Host-wugan=") && cookie.contains("Secure") && cookie.contains("Path=/"),
            "{cookie}"
        );
        let transport = answer.headers().get(header::STRICT_TRANSPORT_SECURITY).unwrap();
        assert!(transport.to_str().unwrap().starts_with("max-age="));
    });
}

#[test]
fn under_https_what_people_prefer_goes_over_nothing_else() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for (public_url, secure) in [("https://wugan.example.gov.cn", true), ("", false)] {
            let config = Config { public_url: public_url.into(), ..Config::default() };
            let (_town, router) = apart(config).await;
            let request = Request::builder()
                .method(Method::POST)
                .uri("/preferences")
                .header(header::HOST, "wugan.example.gov.cn")
                .header("sec-fetch-site", "same-origin")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from("lang=en&care=1"))
                .unwrap();
            let answer = router.oneshot(request).await.unwrap();
            let cookies: Vec<&str> =
                answer.headers().get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect();
            for kept in ["lang=en;", "care=1;"] {
                let cookie = cookies.iter().find(|cookie| cookie.starts_with(kept)).unwrap();
                assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
            }
        }
    });
}

#[test]
fn a_login_ends_when_nobody_is_there_and_at_the_end_of_the_day() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = Config { public_url: "https://wugan.example.gov.cn".into(), ..Config::default() };
        let (town, router) = apart(config).await;
        let login = format!("login=lina&password={PASSWORD}");
        let enter = async || {
            let answer = ask(&router, Method::POST, "/api/account/login", "", &login).await;
            cookie(&answer).unwrap().split(';').next().unwrap().to_owned()
        };
        let works = async |cookie: &str| ask(&router, Method::GET, "/todo", cookie, "").await.status() == 200;

        let session = enter().await;
        // Each request starts the half hour anew …
        for _ in 0..3 {
            town.clock.pass_minutes(20);
            assert!(works(&session).await);
        }
        town.clock.pass_minutes(31);
        assert!(!works(&session).await);
        // … but not beyond the working day.
        let session = enter().await;
        for _ in 0..23 {
            town.clock.pass_minutes(20);
            assert!(works(&session).await);
        }
        town.clock.pass_minutes(21);
        assert!(!works(&session).await);
    });
}

#[test]
fn a_closed_account_is_out_at_once() {
    let world = world();
    let officer = world.run(Town::hire(&world.town.portal, world.town.agency, "leaving", "孙丽", Role::Officer));
    let mut client = world.logged_in("leaving");
    assert_eq!(client.get("/review").status, 200);
    world.run(async {
        let accounts = world.town.portal.accounts();
        let administrator = accounts.create_locally(administrator("closer", Role::SystemAdmin)).await.unwrap();
        let administrator = accounts.actor(administrator).await.unwrap().unwrap();
        accounts.close(&administrator, officer.account).await.unwrap();
    });
    assert_eq!(client.get("/review").status, 303);
    // And not even the right password opens it.
    let right = [("login", "leaving"), ("password", PASSWORD)];
    assert_eq!(client.post("/login", "/api/account/login", &right).header("location"), Some("/login"));
}

fn administrator(login: &str, role: Role) -> NewAccount {
    NewAccount {
        login: Name::parse(login).unwrap(),
        name: Name::parse("管理员").unwrap(),
        roles: Roles::only(role),
        scope: Scope::Jurisdiction(RegionCode::CHANGCHUN),
        certificate: None,
        password: PASSWORD.into(),
    }
}

#[test]
fn a_password_that_somebody_else_knows_is_changed_before_anything_else() {
    let world = world();
    let owner = world.owner();
    let temporary = world.run(async {
        let accounts = world.town.portal.accounts();
        let security = accounts.create_locally(administrator("resetter", Role::SecurityAdmin)).await.unwrap();
        let security = accounts.actor(security).await.unwrap().unwrap();
        accounts.reset_password(&security, owner.actor.account).await.unwrap()
    });
    let mut client = world.client();
    let old = [("login", owner.login.as_str()), ("password", PASSWORD)];
    assert_eq!(client.post("/login", "/api/account/login", &old).header("location"), Some("/login"));
    let given = [("login", owner.login.as_str()), ("password", temporary.as_str())];
    assert_eq!(client.post("/login", "/api/account/login", &given).header("location"), Some("/account/password"));
    for page in ["/todo", "/cases", "/enterprise"] {
        let answer = client.get(page);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/account/password")), "{page}");
    }
    assert!(client.get("/account/password").text().contains("初始密码"));
    let new = "Brand-New-Words-27";
    let change = [("old_password", temporary.as_str()), ("password", new), ("password_again", new)];
    let answer = client.post("/account/password", "/api/account/password", &change);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/account")));
    assert_eq!(client.get("/cases").status, 200);
}

#[test]
fn what_people_call_themselves_is_text_in_every_page() {
    let world = world();
    let evil = "</title></textarea><meta http-equiv=refresh content=0><b>饭店";
    world.run(async {
        let mut new = newcomer(4711);
        new.name = Name::parse(evil).unwrap();
        world.town.portal.accounts().register(new).await.unwrap();
    });
    let mut owner = world.logged_in("owner4711");
    for page in ["/enterprise", "/todo"] {
        let text = owner.get(page).text();
        assert!(!text.contains("<meta http-equiv=refresh") && !text.contains("<b>饭店"), "{page}: {text}");
    }
    let mut officer = world.logged_in("lina");
    let list = officer.get("/review/registrations").text();
    let at = list.find("/review/registrations/").expect("a registration");
    let link: String = list[at..].chars().take_while(|c| !matches!(c, '"' | '?' | ' ')).collect();
    let page = officer.get(&link).text();
    assert!(page.contains("&lt;meta http-equiv=refresh"), "{link}");
    assert!(!page.contains("<meta http-equiv=refresh") && !page.contains("<b>饭店"), "{link}: {page}");
}
