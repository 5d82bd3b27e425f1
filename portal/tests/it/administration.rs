//! The three separated administrators: whom each reaches, and what none can do
//! alone.

use domain::{
    actor::{Actor, Certificate, Role, Roles, Scope},
    agency::{Agency, Level},
    ids::{AccountId, AgencyId},
    policy::Denied,
    region::RegionCode,
    time::Timestamp,
};
use portal::{
    Error, LoginError, RegistrationError,
    account::AccountStatus,
    services::{account_admin::AccountFilter, accounts::NewAccount, todos::Task},
    store::{AuditFilter, Page},
};
use time::macros::{date, datetime};
use uuid::Uuid;

use crate::common::*;

fn region(code: &str) -> RegionCode {
    code.parse().unwrap()
}

impl Town {
    async fn administrator(&self, login: &str, role: Role, region: RegionCode) -> Actor {
        let new = NewAccount {
            login: name(login),
            name: name("管理员"),
            roles: Roles::only(role),
            scope: Scope::Jurisdiction(region),
            certificate: None,
            password: PASSWORD.into(),
        };
        let id = self.portal.accounts().create_locally(new).await.unwrap();
        self.portal.accounts().actor(id).await.unwrap().unwrap()
    }

    async fn district_agency(&self, region: RegionCode) -> AgencyId {
        let agency = Agency {
            id: AgencyId(Uuid::new_v4()),
            name: name("某区应急管理局"),
            document_mark: name("某应急"),
            level: Level::District,
            region,
            phone: name("0431-12345"),
        };
        self.portal.catalogue().add_agency_locally(&agency).await.unwrap();
        agency.id
    }

    async fn logins_seen_by(&self, actor: &Actor) -> Vec<String> {
        let found = self.portal.accounts().list(actor, &AccountFilter::default(), Page::ALL).await.unwrap();
        found.rows.iter().map(|row| row.account.login.to_string()).collect()
    }

    async fn tasks(&self, actor: &Actor) -> Vec<Task> {
        self.portal.todos().of(actor).await.unwrap().into_iter().map(|todo| todo.task).collect()
    }
}

fn officer(login: &str, agency: AgencyId) -> NewAccount {
    NewAccount {
        login: name(login),
        name: name("赵敏"),
        roles: Roles::only(Role::Officer),
        scope: Scope::Agency(agency),
        certificate: None,
        password: PASSWORD.into(),
    }
}

fn certificate() -> Certificate {
    Certificate { number: name("吉A-001"), valid_to: date!(2030 - 12 - 31) }
}

#[tokio::test]
async fn an_administrator_of_a_district_reaches_no_account_outside_of_it() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (nanguan, kuancheng) = (region("220102"), region("220103"));
        let system = town.administrator("sys-nanguan", Role::SystemAdmin, nanguan).await;
        let security = town.administrator("sec-nanguan", Role::SecurityAdmin, nanguan).await;
        let city = town.administrator("sys-city", Role::SystemAdmin, RegionCode::CHANGCHUN).await;
        let other = town.administrator("sys-kuancheng", Role::SystemAdmin, kuancheng).await;
        let own_agency = town.district_agency(nanguan).await;
        let other_agency = town.district_agency(kuancheng).await;
        let owner = town.restaurant(1).await; // in 南关区
        let accounts = town.portal.accounts();
        let inside = accounts.create(&system, officer("inside", own_agency)).await.unwrap();
        let outside = accounts.create(&city, officer("outside", other_agency)).await.unwrap();

        let mut seen = town.logins_seen_by(&system).await;
        seen.sort();
        assert_eq!(seen, ["inside", "owner1", "sec-nanguan", "sys-nanguan"]);
        assert!(town.logins_seen_by(&city).await.len() > 8);

        // Not even that they exist.
        let hidden = |result: Result<(), Error>| matches!(result, Err(Error::Denied(Denied::Hidden)));
        for id in [outside, other.account, town.li_na.account, city.account] {
            assert!(hidden(accounts.get(&system, id).await.map(|_| ())));
            assert!(hidden(accounts.close(&system, id).await));
            assert!(hidden(accounts.unlock(&security, id).await));
            assert!(hidden(accounts.end_sessions(&security, id).await.map(|_| ())));
            assert!(hidden(accounts.set_roles(&security, id, Roles::only(Role::Officer), Some(certificate())).await));
        }
        for agency in [other_agency, town.agency] {
            assert!(hidden(accounts.create(&system, officer("elsewhere", agency)).await.map(|_| ())));
        }
        for id in [inside, owner.account] {
            assert!(accounts.get(&system, id).await.is_ok());
            assert!(accounts.unlock(&security, id).await.is_ok());
        }
        accounts.close(&system, inside).await.unwrap();
        assert!(matches!(accounts.close(&system, inside).await, Err(Error::Registration(RegistrationError::Closed))));
    })
    .await;
}

#[tokio::test]
async fn nobody_alone_makes_a_person_who_may_act() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let system = town.administrator("system", Role::SystemAdmin, RegionCode::CHANGCHUN).await;
        let security = town.administrator("security", Role::SecurityAdmin, RegionCode::CHANGCHUN).await;
        let accounts = town.portal.accounts();
        let id = accounts.create(&system, officer("zhaomin", town.agency)).await.unwrap();
        let account = accounts.get(&security, id).await.unwrap().account;
        assert_eq!(account.status, AccountStatus::Pending);
        let early = accounts.login("zhaomin", PASSWORD, "a").await;
        assert!(matches!(early, Err(Error::Login(LoginError::Pending))), "{early:?}");
        let guess = accounts.login("zhaomin", "wrong", "a").await;
        assert!(matches!(guess, Err(Error::Login(LoginError::Wrong))), "{guess:?}");
        let denied = |result: Result<(), Error>| matches!(result, Err(Error::Denied(Denied::NotYourRole)));
        assert!(denied(accounts.set_roles(&system, id, Roles::only(Role::Officer), Some(certificate())).await));
        assert!(denied(accounts.create(&security, officer("zhaomin2", town.agency)).await.map(|_| ())));
        assert!(denied(accounts.close(&security, id).await));
        let bare = accounts.set_roles(&security, id, Roles::only(Role::Officer), None).await;
        assert!(matches!(bare, Err(Error::Registration(RegistrationError::NoCertificate))));
        accounts.set_roles(&security, id, Roles::only(Role::Officer), Some(certificate())).await.unwrap();
        assert!(accounts.login("zhaomin", PASSWORD, "a").await.is_ok());
        let own = accounts.set_roles(&security, security.account, Roles::only(Role::SystemAdmin), None).await;
        assert!(matches!(own, Err(Error::Registration(RegistrationError::OwnAccount))));
    })
    .await;
}

#[tokio::test]
async fn an_account_that_waits_answers_like_any_other_to_whoever_does_not_know_its_password() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let system = town.administrator("system", Role::SystemAdmin, RegionCode::CHANGCHUN).await;
        let accounts = town.portal.accounts();
        accounts.create(&system, officer("zhaomin", town.agency)).await.unwrap();
        // The right password is no guess, however often its owner looks whether the roles are there.
        for _ in 0..6 {
            let early = accounts.login("zhaomin", PASSWORD, "desk").await;
            assert!(matches!(early, Err(Error::Login(LoginError::Pending))), "{early:?}");
        }
        for login in ["zhaomin", "nobody"] {
            for _ in 0..5 {
                let guess = accounts.login(login, "wrong", "stranger").await;
                assert!(matches!(guess, Err(Error::Login(LoginError::Wrong))), "{login}: {guess:?}");
            }
            let locked = accounts.login(login, PASSWORD, "stranger").await;
            assert!(matches!(locked, Err(Error::Login(LoginError::Throttled(_)))), "{login}: {locked:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_without_roles_waits_for_the_security_administrator_who_reaches_it() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (nanguan, kuancheng) = (region("220102"), region("220103"));
        let system = town.administrator("system", Role::SystemAdmin, RegionCode::CHANGCHUN).await;
        let city = town.administrator("security", Role::SecurityAdmin, RegionCode::CHANGCHUN).await;
        let own = town.administrator("sec-nanguan", Role::SecurityAdmin, nanguan).await;
        let other = town.administrator("sec-kuancheng", Role::SecurityAdmin, kuancheng).await;
        let agency = town.district_agency(nanguan).await;
        let accounts = town.portal.accounts();
        assert!(town.tasks(&city).await.is_empty());
        let id = accounts.create(&system, officer("zhaomin", agency)).await.unwrap();
        for reaching in [&city, &own] {
            let todos = town.portal.todos().of(reaching).await.unwrap();
            assert_eq!(todos.len(), 1);
            assert_eq!(todos[0].task, Task::GrantRoles(id, name("赵敏")));
            assert_eq!(todos[0].agency, Some(name("某区应急管理局")));
            assert_eq!(todos[0].since, Some(town.portal.now()));
        }
        for idle in [&system, &other] {
            assert!(town.tasks(idle).await.is_empty());
        }
        accounts.set_roles(&own, id, Roles::only(Role::Officer), Some(certificate())).await.unwrap();
        assert!(town.tasks(&city).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_year_without_its_days_off_is_the_citys_system_administrators_to_load() {
    let town = Town::on(Db::Sqlite).await;
    let system = town.administrator("system", Role::SystemAdmin, RegionCode::CHANGCHUN).await;
    let district = town.administrator("sys-nanguan", Role::SystemAdmin, region("220102")).await;
    let security = town.administrator("security", Role::SecurityAdmin, RegionCode::CHANGCHUN).await;
    town.clock.set(timestamp(datetime!(2027-10-02 9:00 +8)));
    assert!(town.tasks(&system).await.is_empty());
    town.clock.set(timestamp(datetime!(2027-10-03 9:00 +8)));
    let todos = town.portal.todos().of(&system).await.unwrap();
    assert_eq!(todos.len(), 1);
    assert_eq!(todos[0].task, Task::LoadCalendar(2028));
    assert_eq!(todos[0].due, Some(Timestamp::end_of(date!(2027 - 12 - 31))));
    for other in [&district, &security] {
        assert!(town.tasks(other).await.is_empty());
    }
    town.clock.set(timestamp(datetime!(2028-12-31 9:00 +8)));
    assert_eq!(town.tasks(&system).await, [Task::LoadCalendar(2028), Task::LoadCalendar(2029)]);
}

#[tokio::test]
async fn an_enterprise_keeps_its_owner_until_it_is_handed_over() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let system = town.administrator("system", Role::SystemAdmin, RegionCode::CHANGCHUN).await;
        let security = town.administrator("security", Role::SecurityAdmin, RegionCode::CHANGCHUN).await;
        let elsewhere = town.administrator("sec-kuancheng", Role::SecurityAdmin, region("220103")).await;
        let accounts = town.portal.accounts();
        let owner = town.restaurant(1).await; // in 南关区
        let operator = |login: &str| NewAccount {
            login: name(login),
            name: name("李雷"),
            roles: Roles::only(Role::EnterpriseOperator),
            scope: owner.scope,
            certificate: None,
            password: PASSWORD.into(),
        };
        let heir = accounts.create(&owner, operator("heir")).await.unwrap();
        let gone = accounts.create(&owner, operator("gone")).await.unwrap();
        accounts.close_operator(&owner, gone).await.unwrap();

        let last = accounts.close(&system, owner.account).await;
        assert!(matches!(last, Err(Error::Registration(RegistrationError::LastOwner))), "{last:?}");
        let denied = accounts.hand_over(&system, heir).await;
        assert!(matches!(denied, Err(Error::Denied(Denied::NotYourRole))), "{denied:?}");
        for stranger in [&elsewhere, &town.head] {
            let hidden = accounts.hand_over(stranger, heir).await;
            assert!(matches!(hidden, Err(Error::Denied(Denied::Hidden))), "{hidden:?}");
        }
        for other in [owner.account, town.li_na.account] {
            let wrong = accounts.hand_over(&security, other).await;
            assert!(matches!(wrong, Err(Error::Registration(RegistrationError::NotAnOperator))), "{wrong:?}");
        }
        let closed = accounts.hand_over(&security, gone).await;
        assert!(matches!(closed, Err(Error::Registration(RegistrationError::Closed))), "{closed:?}");

        let session = portal::store::SessionRow {
            key: "k".into(),
            account: Some(owner.account),
            data: "{}".into(),
            client: "Firefox · Linux".into(),
            created_at: town.portal.now(),
            seen_at: town.portal.now(),
            expires_at: town.portal.now().plus_minutes(30),
        };
        town.portal.sessions().create(&session).await.unwrap();
        accounts.hand_over(&security, heir).await.unwrap();
        let roles = async |id| accounts.get(&security, id).await.unwrap().account.roles;
        assert_eq!(roles(heir).await, Roles::only(Role::EnterpriseOwner));
        assert_eq!(roles(owner.account).await, Roles::only(Role::EnterpriseOperator));
        assert_eq!(roles(gone).await, Roles::only(Role::EnterpriseOperator));
        assert!(accounts.get(&security, owner.account).await.unwrap().sessions.is_empty());
        let auditor = town.administrator("auditor", Role::AuditAdmin, RegionCode::CHANGCHUN).await;
        for (action, subject) in [("account.hand_over", heir), ("account.roles", owner.account)] {
            let filter = AuditFilter { action: Some(action.into()), ..AuditFilter::default() };
            let found = town.portal.audits().list(&auditor, &filter, Page::ALL).await.unwrap();
            assert_eq!(found.total, 1, "{action}");
            assert_eq!(found.rows[0].event.subject.id, subject.to_string());
        }

        // Whoever owned it can leave now, and whoever does cannot.
        accounts.close(&system, owner.account).await.unwrap();
        let last = accounts.close(&system, heir).await;
        assert!(matches!(last, Err(Error::Registration(RegistrationError::LastOwner))), "{last:?}");
    })
    .await;
}

#[tokio::test]
async fn a_stranger_whose_registration_was_refused_is_closed_and_the_code_is_free() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let system = town.administrator("system", Role::SystemAdmin, RegionCode::CHANGCHUN).await;
        let accounts = town.portal.accounts();
        let (id, stranger) = accounts.register(newcomer(1)).await.unwrap();
        let early = accounts.close(&system, stranger.account).await;
        assert!(matches!(early, Err(Error::Registration(RegistrationError::LastOwner))), "{early:?}");
        town.portal.enterprises().reject(&town.li_na, id, note("并非本企业人员")).await.unwrap();
        accounts.close(&system, stranger.account).await.unwrap();
        // Nobody is left to correct it, so nobody waits for that.
        let rightful = portal::services::accounts::NewEnterprise { login: name("rightful"), ..newcomer(1) };
        let (again, _) = accounts.register(rightful).await.unwrap();
        assert_eq!(again, id);
    })
    .await;
}

#[tokio::test]
async fn a_reset_does_not_bring_an_old_password_back() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let security = town.administrator("security", Role::SecurityAdmin, RegionCode::CHANGCHUN).await;
        let accounts = town.portal.accounts();
        let temporary = accounts.reset_password(&security, town.li_na.account).await.unwrap();
        let returning = accounts.login("lina", &temporary, "desk").await.unwrap().actor;
        assert!(returning.temporary_password);
        for known in [PASSWORD, temporary.as_str()] {
            let again = accounts.change_password(&returning, &temporary, known, None).await;
            assert!(matches!(again, Err(Error::PasswordReused { last: 5 })), "{again:?}");
        }
        accounts.change_password(&returning, &temporary, "Qiu-Tian-2026", None).await.unwrap();
        let back = accounts.login("lina", "Qiu-Tian-2026", "desk").await.unwrap();
        assert!(!back.actor.temporary_password);
    })
    .await;
}

#[tokio::test]
async fn a_lock_is_seen_and_lifted_and_sessions_are_ended() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let security = town.administrator("security", Role::SecurityAdmin, RegionCode::CHANGCHUN).await;
        let accounts = town.portal.accounts();
        let lina: AccountId = town.li_na.account;
        for _ in 0..5 {
            assert!(accounts.login("lina", "wrong", "a").await.is_err());
        }
        let view = accounts.get(&security, lina).await.unwrap();
        assert_eq!(view.failures, 5);
        assert_eq!(view.locked_until, Some(town.portal.now().plus_minutes(15)));
        accounts.unlock(&security, lina).await.unwrap();
        let view = accounts.get(&security, lina).await.unwrap();
        assert_eq!((view.failures, view.locked_until), (0, None));
        let session = portal::store::SessionRow {
            key: "k".into(),
            account: Some(lina),
            data: "{}".into(),
            client: "Firefox · Linux".into(),
            created_at: town.portal.now(),
            seen_at: town.portal.now(),
            expires_at: town.portal.now().plus_minutes(30),
        };
        town.portal.sessions().create(&session).await.unwrap();
        assert_eq!(accounts.get(&security, lina).await.unwrap().sessions.len(), 1);
        assert_eq!(accounts.end_sessions(&security, lina).await.unwrap(), 1);
        // A request that was still being answered does not bring it back.
        town.portal.sessions().save(&session).await.unwrap();
        assert!(accounts.get(&security, lina).await.unwrap().sessions.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_trail_is_read_by_the_citys_auditor_and_narrowed_down() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let auditor = town.administrator("auditor", Role::AuditAdmin, RegionCode::CHANGCHUN).await;
        let district = town.administrator("auditor-d", Role::AuditAdmin, region("220102")).await;
        let audits = town.portal.audits();
        let all = audits.list(&auditor, &AuditFilter::default(), Page::number(1)).await.unwrap();
        assert!(all.total > 0 && all.rows.len() as u64 <= Page::SIZE);
        let items = AuditFilter { action: Some("item.".into()), ..AuditFilter::default() };
        let found = audits.list(&auditor, &items, Page::ALL).await.unwrap();
        assert!(found.rows.iter().all(|entry| entry.event.action.starts_with("item.")));
        assert_eq!(found.total, 2, "a draft and its publication");
        let now = town.portal.now();
        let later = AuditFilter { from: Some(now.plus_minutes(1)), ..AuditFilter::default() };
        assert_eq!(audits.list(&auditor, &later, Page::ALL).await.unwrap().total, 0);
        let earlier = AuditFilter { until: Some(now.plus_minutes(1)), ..AuditFilter::default() };
        assert_eq!(audits.list(&auditor, &earlier, Page::ALL).await.unwrap().total, all.total);
        let by = audits.account_of(&auditor, " LiNa ").await.unwrap();
        assert_eq!(by, Some(town.li_na.account));
        assert!(audits.list(&district, &AuditFilter::default(), Page::number(1)).await.is_err());
        assert!(audits.verify(&district).await.is_err());
        let walked = audits.verify(&auditor).await.unwrap();
        assert_eq!(walked.fault, None);
        assert_eq!(audits.verify(&auditor).await.unwrap().sound, walked.sound + 1, "walking is an event, too");
    })
    .await;
}
