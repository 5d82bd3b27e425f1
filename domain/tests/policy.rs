//! The policy walk: every role × every action against a table written out by
//! hand, so that a change of either is a change of both.

mod common;

use common::*;
use domain::{
    actor::{Actor, Role, Roles, Scope},
    ids::AccountId,
    policy::{Action, Denied, Reach, Target, decide, decide_any, ever},
    region::RegionCode,
};
use uuid::Uuid;

/// One letter for each of [`Role::ALL`]: `e` own enterprise, `a` own agency,
/// `j` own jurisdiction, `o` own account, `-` nothing.
///
/// Columns: owner, operator | officer, head | supervisor, statistician |
/// system, security and audit administrator.
const TABLE: &[(Action, &str)] = &[
    (Action::SeeEnterprise, "ee aa j- ---"),
    (Action::EditEnterprise, "ee -- -- ---"),
    (Action::ConfirmEnterprise, "-- aa -- ---"),
    (Action::RecordConduct, "-- aa -- ---"),
    (Action::SeeCatalogueDrafts, "-- aa j- ---"),
    (Action::EditCatalogue, "-- aa -- ---"),
    (Action::PublishItem, "-- -a -- ---"),
    (Action::SeeEnrolment, "ee aa j- ---"),
    (Action::EditEnrolment, "ee -- -- ---"),
    (Action::SubmitEnrolment, "e- -- -- ---"),
    (Action::DecideEnrolment, "-- aa -- ---"),
    (Action::ManageEnrolment, "-- -a -- ---"),
    (Action::SeeCase, "ee aa j- ---"),
    (Action::AnswerCase, "ee -- -- ---"),
    (Action::SubmitCase, "ee -- -- ---"),
    (Action::ReviewCase, "-- a- -- ---"),
    (Action::ConfirmOutcome, "-- aa -- ---"),
    (Action::ApproveOnSite, "-- -a -- ---"),
    (Action::SeeFinding, "ee aa j- ---"),
    (Action::AnswerFinding, "ee -- -- ---"),
    (Action::VerifyFinding, "-- aa -- ---"),
    (Action::SeeDocument, "ee aa j- ---"),
    (Action::SeeFirstViolations, "-- aa j- ---"),
    (Action::PlanVisit, "-- -a -- ---"),
    (Action::RecordVisit, "-- aa -- ---"),
    (Action::SeeLedger, "-- aa jj ---"),
    (Action::SeeQueue, "-- aa j- ---"),
    (Action::SeeAccounts, "-- -- -- jj-"),
    (Action::ManageAccounts, "-- -- -- j--"),
    (Action::ManageOperators, "e- -- -- ---"),
    (Action::ManageRoles, "-- -- -- -j-"),
    (Action::UnlockAccount, "-- -- -- -j-"),
    (Action::SeeAudit, "-- -- -- --j"),
    (Action::ManageOwnAccount, "oo oo oo ooo"),
];

fn cells(row: &str) -> Vec<Reach> {
    let cell = |letter| match letter {
        'e' => Reach::OwnEnterprise,
        'a' => Reach::OwnAgency,
        'j' => Reach::OwnJurisdiction,
        'o' => Reach::OwnAccount,
        '-' => Reach::Nothing,
        other => panic!("no such cell: {other}"),
    };
    row.chars().filter(|letter| *letter != ' ').map(cell).collect()
}

fn district() -> RegionCode {
    region("220102")
}

fn other_district() -> RegionCode {
    region("220104")
}

/// A record that is [`somebody`]'s in every way.
fn own() -> Target {
    let account = somebody(Role::Officer).account;
    Target { enterprise: Some(ENTERPRISE), agency: Some(AGENCY), region: Some(district()), account: Some(account) }
}

/// The same record, but another's in the one way that counts for `reach`.
fn foreign(reach: Reach) -> Vec<Target> {
    match reach {
        Reach::Nothing => vec![own()],
        Reach::OwnAccount => {
            vec![Target { account: Some(AccountId(Uuid::from_u128(9))), ..own() }, Target { account: None, ..own() }]
        }
        Reach::OwnEnterprise => {
            vec![Target { enterprise: Some(OTHER_ENTERPRISE), ..own() }, Target { enterprise: None, ..own() }]
        }
        Reach::OwnAgency => vec![Target { agency: Some(OTHER_AGENCY), ..own() }, Target { agency: None, ..own() }],
        Reach::OwnJurisdiction => {
            vec![Target { region: Some(other_district()), ..own() }, Target { region: None, ..own() }]
        }
    }
}

#[test]
fn the_walk_of_every_role_and_every_action() {
    assert_eq!(TABLE.iter().map(|(action, _)| *action).collect::<Vec<_>>(), Action::ALL, "an action has no row");
    for (action, row) in TABLE {
        let cells = cells(row);
        assert_eq!(cells.len(), Role::ALL.len());
        assert!(cells.iter().any(|cell| *cell != Reach::Nothing), "{action:?} is nobody's");
        for (role, cell) in Role::ALL.into_iter().zip(cells) {
            assert_eq!(action.reach(role), cell, "{role:?} {action:?}");
            // The city's people reach every district; what is foreign shows in one.
            let actor = match somebody(role) {
                actor @ Actor { scope: Scope::Jurisdiction(_), .. } => {
                    assert_eq!(decide(&actor, *action, &own()).is_ok(), cell != Reach::Nothing, "{role:?} {action:?}");
                    of(role, district())
                }
                actor => actor,
            };
            assert_eq!(ever(&actor, *action), cell != Reach::Nothing);
            assert_eq!(decide(&actor, *action, &own()).is_ok(), cell != Reach::Nothing, "{role:?} {action:?}");
            for target in foreign(cell) {
                assert!(decide(&actor, *action, &target).is_err(), "{role:?} {action:?} {target:?}");
            }
        }
    }
}

/// A cell and a side must fit, or the cell could never come true.
#[test]
fn no_cell_reaches_further_than_the_scope_of_its_role() {
    use domain::actor::Side;
    for action in Action::ALL {
        for role in Role::ALL {
            let fits = match action.reach(role) {
                Reach::Nothing | Reach::OwnAccount => true,
                Reach::OwnEnterprise => role.side() == Side::Enterprise,
                Reach::OwnAgency => role.side() == Side::Agency,
                Reach::OwnJurisdiction => role.side() == Side::City,
            };
            assert!(fits, "{role:?} {action:?}");
        }
    }
}

/// Who may do something to a record may also see it, or the answer to a typing
/// error would be "not found" for one's own record.
#[test]
fn who_may_act_may_see() {
    for action in Action::ALL {
        assert_eq!(action.seeing().seeing(), action.seeing());
        for role in Role::ALL {
            let acts = action.reach(role);
            assert!(acts == Reach::Nothing || action.seeing().reach(role) == acts, "{role:?} {action:?}");
        }
    }
}

/// 三员分立 (A13): accounts, roles and the trail are three people's, and none of
/// them reads or touches what a case is about.
#[test]
fn the_three_administrators_share_nothing_but_the_list_of_accounts() {
    use Action as A;
    let may = |role: Role| {
        let beyond_self = |action: &Action| *action != A::ManageOwnAccount && action.reach(role) != Reach::Nothing;
        Action::ALL.iter().copied().filter(beyond_self).collect::<Vec<_>>()
    };
    assert_eq!(may(Role::SystemAdmin), [A::SeeAccounts, A::ManageAccounts]);
    assert_eq!(may(Role::SecurityAdmin), [A::SeeAccounts, A::ManageRoles, A::UnlockAccount]);
    assert_eq!(may(Role::AuditAdmin), [A::SeeAudit]);
    for action in Action::ALL {
        let others = Role::ALL.into_iter().filter(|role| !role.is_separated_admin());
        let administers =
            Role::ALL.iter().any(|role| role.is_separated_admin() && action.reach(*role) != Reach::Nothing);
        if administers && *action != A::ManageOwnAccount {
            assert!(others.into_iter().all(|role| action.reach(role) == Reach::Nothing), "{action:?}");
        }
    }
}

/// Supervision and statistics look and change nothing.
#[test]
fn who_watches_changes_nothing() {
    for role in [Role::Supervisor, Role::Statistician] {
        for action in Action::ALL.iter().filter(|action| action.reach(role) != Reach::Nothing) {
            assert!(action.seeing() == *action, "{role:?} {action:?}");
        }
    }
}

/// The two sides of the counter do nothing alike.
#[test]
fn an_enterprise_never_judges_and_an_agency_never_answers() {
    for action in
        Action::ALL.iter().filter(|action| **action != Action::ManageOwnAccount && action.seeing() != **action)
    {
        let enterprise = action.reach(Role::EnterpriseOwner) != Reach::Nothing;
        let agency = [Role::Officer, Role::AgencyHead].iter().any(|role| action.reach(*role) != Reach::Nothing);
        assert!(!(enterprise && agency), "{action:?}");
    }
}

/// An operator does nothing that the owner may not.
#[test]
fn an_owner_may_whatever_an_operator_may() {
    for action in Action::ALL {
        let operator = action.reach(Role::EnterpriseOperator);
        assert!(operator == Reach::Nothing || action.reach(Role::EnterpriseOwner) == operator);
    }
}

/// The whole answer for every role, action and kind of record: allowed, hidden
/// when the record may not even be seen, otherwise refused with the right reason.
#[test]
fn hidden_is_what_one_may_not_see_and_forbidden_what_one_may() {
    let targets = [
        own(),
        Target { enterprise: Some(OTHER_ENTERPRISE), ..own() },
        Target { agency: Some(OTHER_AGENCY), ..own() },
        Target { account: None, ..own() },
        Target::default(),
    ];
    for action in Action::ALL {
        for role in Role::ALL {
            let actor = somebody(role);
            for target in targets {
                let sees = decide(&actor, action.seeing(), &target).is_ok();
                match decide(&actor, *action, &target) {
                    Ok(()) => assert!(sees),
                    Err(Denied::Hidden) => assert!(!sees, "{role:?} {action:?}: hidden though visible"),
                    Err(Denied::NotYourRole) => assert!(sees && action.reach(role) == Reach::Nothing),
                    Err(Denied::NotYours) => assert!(sees && action.reach(role) != Reach::Nothing),
                    Err(Denied::TemporaryPassword) => panic!("{role:?} has chosen the password"),
                    Err(Denied::NoCertificate) => panic!("{role:?} {action:?}: the table knows no day"),
                }
            }
        }
    }
    // Merely seeing is never "forbidden": it is there or it is not.
    let strangers_case = Target { enterprise: Some(OTHER_ENTERPRISE), ..own() };
    assert_eq!(decide(&zhang_hua(), Action::SeeCase, &strangers_case), Err(Denied::Hidden));
    assert_eq!(decide(&zhang_hua(), Action::AnswerCase, &strangers_case), Err(Denied::Hidden));
    assert_eq!(decide(&zhang_hua(), Action::ReviewCase, &own()), Err(Denied::NotYourRole));
    assert_eq!(decide(&somebody(Role::AuditAdmin), Action::ReviewCase, &own()), Err(Denied::Hidden));
    assert_eq!(decide(&somebody(Role::Supervisor), Action::ReviewCase, &own()), Err(Denied::NotYourRole));
}

fn of(role: Role, place: RegionCode) -> Actor {
    Actor { scope: Scope::Jurisdiction(place), ..somebody(role) }
}

#[test]
fn the_city_reaches_its_districts_and_a_district_only_itself() {
    let case_in = |place| Target { region: place, ..own() };
    for place in RegionCode::all() {
        for elsewhere in RegionCode::all() {
            let reaches = decide(&of(Role::Supervisor, place), Action::SeeCase, &case_in(Some(elsewhere)));
            let expected = place == elsewhere || place == RegionCode::CHANGCHUN;
            assert_eq!(reaches, if expected { Ok(()) } else { Err(Denied::Hidden) }, "{place} {elsewhere}");
        }
        // What lies nowhere in particular is the city's, not everybody's.
        let nowhere = decide(&of(Role::Supervisor, place), Action::SeeCase, &case_in(None));
        assert_eq!(nowhere.is_ok(), place == RegionCode::CHANGCHUN);
    }
    let account = Target { region: Some(other_district()), account: Some(li_na().account), ..Target::default() };
    assert_eq!(decide(&of(Role::SystemAdmin, district()), Action::ManageAccounts, &account), Err(Denied::Hidden));
}

/// A role with a scope of another side reaches nothing but its own account.
#[test]
fn a_scope_that_does_not_go_with_the_role_reaches_nothing() {
    let scopes = [Scope::Enterprise(ENTERPRISE), Scope::Agency(AGENCY), Scope::Jurisdiction(RegionCode::CHANGCHUN)];
    for role in Role::ALL {
        for scope in scopes.into_iter().filter(|scope| scope.side() != role.side()) {
            let actor = Actor { scope, ..somebody(role) };
            for action in Action::ALL.iter().filter(|action| **action != Action::ManageOwnAccount) {
                assert_eq!(decide(&actor, *action, &own()), Err(Denied::Hidden), "{role:?} {scope:?} {action:?}");
            }
        }
    }
}

#[test]
fn two_roles_reach_what_either_reaches() {
    let both = Actor { roles: Roles::new([Role::Officer, Role::AgencyHead]).unwrap(), ..somebody(Role::Officer) };
    for action in Action::ALL {
        let either =
            [Role::Officer, Role::AgencyHead].iter().any(|role| decide(&somebody(*role), *action, &own()).is_ok());
        assert_eq!(decide(&both, *action, &own()).is_ok(), either, "{action:?}");
    }
}

/// Whoever has a password that somebody else knows may change it, and nothing else.
#[test]
fn a_temporary_password_opens_nothing_but_its_own_change() {
    for role in Role::ALL {
        let newcomer = Actor { temporary_password: true, ..somebody(role) };
        for action in Action::ALL {
            let expected = if *action == Action::ManageOwnAccount { Ok(()) } else { Err(Denied::TemporaryPassword) };
            assert_eq!(decide(&newcomer, *action, &own()), expected, "{role:?} {action:?}");
            assert_eq!(decide_any(&newcomer, *action), expected, "{role:?} {action:?}");
            assert_eq!(decide_any(&somebody(role), *action).is_ok(), ever(&somebody(role), *action));
        }
    }
}
