//! People and their logins.

use domain::{
    actor::{Role, Roles, Scope},
    password::PasswordFault,
};
use portal::{
    Clock, Error, LoginError, RegistrationError,
    services::{accounts::NewAccount, passwords::Client},
    store::SessionRow,
};

use crate::common::*;

#[tokio::test]
async fn a_stranger_locks_himself_out_and_not_the_owner() {
    on_each(async |db| {
        let town = Town::on(db).await;
        town.restaurant(1).await;
        let accounts = town.portal.accounts();
        for _ in 0..5 {
            let wrong = accounts.login("owner1", "wrong", "stranger").await;
            assert!(matches!(wrong, Err(Error::Login(LoginError::Wrong))));
        }
        let locked = accounts.login("owner1", PASSWORD, "stranger").await;
        assert!(matches!(locked, Err(Error::Login(LoginError::Throttled(_)))), "even with the right password");
        accounts.login(" Owner1 ", PASSWORD, "home").await.unwrap();
        town.clock.pass_minutes(16);
        accounts.login("owner1", PASSWORD, "stranger").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn strangers_cannot_keep_a_device_out_that_was_in_before() {
    on_each(async |db| {
        let town = Town::on(db).await;
        town.restaurant(1).await;
        let accounts = town.portal.accounts();
        let device = accounts.login("owner1", PASSWORD, "home").await.unwrap().device;
        assert!(device.is_some());
        // Sixty strangers, each at the end of his own patience, again and again.
        for stranger in 0..60 {
            let _ = accounts.login("owner1", "wrong", format!("stranger {stranger}").as_str()).await;
        }
        let elsewhere = accounts.login("owner1", PASSWORD, "library").await;
        assert!(matches!(elsewhere, Err(Error::Login(LoginError::Throttled(_)))));
        let at_home = Client { address: "another network".into(), device };
        assert_eq!(accounts.login("owner1", PASSWORD, at_home.clone()).await.unwrap().device, None);
        // It answers for its own mistakes.
        for _ in 0..5 {
            let wrong = accounts.login("owner1", "wrong", at_home.clone()).await;
            assert!(matches!(wrong, Err(Error::Login(LoginError::Wrong))));
        }
        let locked = accounts.login("owner1", PASSWORD, at_home).await;
        assert!(matches!(locked, Err(Error::Login(LoginError::Throttled(_)))));
    })
    .await;
}

#[tokio::test]
async fn guesses_made_at_once_are_counted_one_by_one() {
    on_each(async |db| {
        let town = Town::on(db).await;
        town.restaurant(1).await;
        let guess = async || town.portal.accounts().login("owner1", "wrong", "stranger").await;
        let guesses = futures::future::join_all((0..20).map(|_| guess())).await;
        let looked_at = guesses.iter().filter(|guess| matches!(guess, Err(Error::Login(LoginError::Wrong)))).count();
        assert_eq!(looked_at, 5, "{guesses:?}");
    })
    .await;
}

#[tokio::test]
async fn what_no_login_can_be_is_a_wrong_password_and_leaves_nothing() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let long = "字".repeat(5000);
        for typed in ["", "a\0b", long.as_str()] {
            let wrong = town.portal.accounts().login(typed, PASSWORD, "home").await;
            assert!(matches!(wrong, Err(Error::Login(LoginError::Wrong))), "{wrong:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_name_is_answered_like_a_wrong_password() {
    let town = Town::on(Db::Sqlite).await;
    let unknown = town.portal.accounts().login("nobody", PASSWORD, "home").await;
    assert!(matches!(unknown, Err(Error::Login(LoginError::Wrong))));
}

#[tokio::test]
async fn a_credit_code_and_a_login_name_belong_to_one() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let enterprise = town.portal.enterprises().own(&owner).await.unwrap();
        let again = portal::services::accounts::NewEnterprise {
            credit_code: enterprise.credit_code.clone(),
            name: enterprise.name.clone(),
            region: enterprise.region,
            industry: enterprise.industry,
            site: enterprise.site.clone(),
            contact: name("李雷"),
            phone: name("13100000000"),
            login: name("other"),
            password: PASSWORD.into(),
        };
        let taken = town.portal.accounts().register(again.clone()).await;
        assert!(matches!(taken, Err(Error::Registration(RegistrationError::CreditCodeTaken))));
        let code = domain::credit_code::CreditCode::with_check("91220102MA17ZZZZ1");
        if let Ok(credit_code) = code {
            panic!("Z is no character of the alphabet: {credit_code}");
        }
        let other = domain::credit_code::CreditCode::with_check("91220102MA1799999").unwrap();
        let new = portal::services::accounts::NewEnterprise { credit_code: other, login: name("OWNER1"), ..again };
        let taken = town.portal.accounts().register(new).await;
        assert!(matches!(taken, Err(Error::Registration(RegistrationError::LoginTaken))));
    })
    .await;
}

#[tokio::test]
async fn a_weak_password_is_refused_with_every_fault() {
    let town = Town::on(Db::Sqlite).await;
    let new = NewAccount {
        login: name("sysadmin"),
        name: name("系统管理员"),
        roles: Roles::only(Role::SystemAdmin),
        scope: Scope::Jurisdiction(domain::region::RegionCode::CHANGCHUN),
        certificate: None,
        password: "abc".into(),
    };
    let Err(Error::Password(faults)) = town.portal.accounts().create_locally(new.clone()).await else { panic!() };
    assert!(faults.iter().any(|fault| matches!(fault, PasswordFault::TooShort { .. })));
    assert!(faults.iter().any(|fault| matches!(fault, PasswordFault::TooFewClasses { .. })));
    let officer = NewAccount { roles: Roles::only(Role::Officer), password: PASSWORD.into(), ..new };
    let mismatch = town.portal.accounts().create_locally(officer).await;
    assert!(matches!(mismatch, Err(Error::Registration(RegistrationError::ScopeMismatch))));
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let sessions = town.portal.sessions();
        for key in ["here", "elsewhere"] {
            let now = town.clock.now();
            let row = SessionRow {
                key: key.into(),
                account: Some(owner.account),
                data: "{}".into(),
                client: "Chrome · Android".into(),
                created_at: now,
                seen_at: now,
                expires_at: sessions.expiry(now),
            };
            sessions.create(&row).await.unwrap();
        }
        let accounts = town.portal.accounts();
        let wrong = accounts.change_password(&owner, "wrong", "Qiu-Tian-2026", Some("here")).await;
        assert!(matches!(wrong, Err(Error::Login(LoginError::Wrong))));
        accounts.change_password(&owner, PASSWORD, "Qiu-Tian-2026", Some("here")).await.unwrap();
        let left = sessions.mine(&owner).await.unwrap();
        assert_eq!(left.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["here"]);
        town.clock.pass_minutes(31);
        assert!(sessions.load("here").await.unwrap().is_none(), "idle too long");
    })
    .await;
}

#[tokio::test]
async fn none_of_the_last_five_passwords_comes_back() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let accounts = town.portal.accounts();
        let change = async |old: &str, new: &str| accounts.change_password(&town.li_na, old, new, None).await;
        let mut used = vec![PASSWORD.to_owned()];
        for number in 1..=4 {
            let next = format!("Qiu-Tian-2026-{number}");
            change(used[number - 1].as_str(), next.as_str()).await.unwrap();
            used.push(next);
        }
        // Whoever has the old one may look for a new one as often as they like.
        for known in used.iter().chain(&used[..1]) {
            let again = change(used[4].as_str(), known.as_str()).await;
            assert!(matches!(again, Err(Error::PasswordReused { last: 5 })), "{known}: {again:?}");
        }
        // Nobody else learns which ones there were.
        let guess = change("wrong", used[2].as_str()).await;
        assert!(matches!(guess, Err(Error::Login(LoginError::Wrong))), "{guess:?}");
        change(used[4].as_str(), "Qiu-Tian-2026-5").await.unwrap();
        change("Qiu-Tian-2026-5", PASSWORD).await.unwrap();
        accounts.login("lina", PASSWORD, "home").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_password_of_staff_lasts_ninety_days() {
    on_each(async |db| {
        let town = Town::on(db).await;
        town.restaurant(1).await;
        let accounts = town.portal.accounts();
        let shared = accounts.share(PASSWORD).await.unwrap();
        let public = NewAccount {
            login: name("statistics"),
            name: name("统计管理员"),
            roles: Roles::only(Role::Statistician),
            scope: Scope::Jurisdiction(domain::region::RegionCode::CHANGCHUN),
            certificate: None,
            password: String::new(),
        };
        accounts.create_locally_sharing(public, &shared).await.unwrap();
        let outdated =
            async |login: &str, password: &str| accounts.login(login, password, "home").await.unwrap().outdated;
        town.clock.pass_minutes(90 * 24 * 60 - 1);
        assert!(!outdated("lina", PASSWORD).await);
        town.clock.pass_minutes(1);
        assert!(outdated("lina", PASSWORD).await);
        assert!(!outdated("owner1", PASSWORD).await, "an enterprise");
        assert!(!outdated("statistics", PASSWORD).await, "what everybody knows is no safer when it is new");
        accounts.change_password(&town.li_na, PASSWORD, "Qiu-Tian-2026", None).await.unwrap();
        assert!(!outdated("lina", "Qiu-Tian-2026").await);
    })
    .await;
}
