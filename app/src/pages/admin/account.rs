//! One account: what it is, and what each administrator may do with it.

use domain::{
    actor::{Role, Side},
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use portal::{account::AccountStatus, services::account_admin::AccountView};

use super::accounts::{roles_in_words, status_kind, status_name, unit_name};
use crate::{
    api::{
        Cx,
        admin::{CloseAccount, EndAccountSessions, GrantRoles, HandOver, ResetPassword, UnlockAccount, role_code},
    },
    components::*,
    context::{returned_form, screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn AccountPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let actor = cx.actor()?;
            let view = cx.portal.accounts().get(&actor, cx.id(&id)?).await?;
            let today = cx.portal.now().date();
            let facts = facts(&view, today);
            let account = &view.account;
            let others = account.id != actor.account && account.status != AccountStatus::Closed;
            let own = (account.id == actor.account).then(|| view! { <Notice title=w.admin_own()/> });
            let grant = (others && screen().may_ever(Action::ManageRoles)).then(|| grant(&view));
            let operates = account.status == AccountStatus::Active && account.roles.has(Role::EnterpriseOperator);
            let hand_over = (others && operates && screen().may_ever(Action::ManageRoles)).then(|| hand_over(&view));
            let security = (others && screen().may_ever(Action::UnlockAccount)).then(|| security(&view));
            let close = (others && screen().may_ever(Action::ManageAccounts)).then(|| close(&view));
            Ok::<_, AppError>(view! {
                <Page title=account.name.as_str() over=account.login.as_str() back=routes::ADMIN_ACCOUNTS back_label=w.admin_accounts()>
                    {facts}
                    {own}
                    {grant}
                    {hand_over}
                    {security}
                    {close}
                </Page>
            }.into_any())
        }/>
    }
}

fn facts(view: &AccountView, today: time::Date) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let account = &view.account;
    let moment = |at| format::moment(lang, at);
    let certificate = match &account.certificate {
        None => w.admin_certificate_none().to_owned(),
        Some(certificate) => {
            let (number, day) = (certificate.number.as_str(), format::day(lang, certificate.valid_to));
            if certificate.valid_on(today) {
                w.admin_certificate_until(number, &day)
            } else {
                w.admin_certificate_expired(number, &day)
            }
        }
    };
    let failures = view.locked_until.map(|until| {
        view! { <p><StateBadge kind=Kind::Attention word=w.admin_locked_until(&moment(until))/></p> }
    });
    let sessions = if view.sessions.is_empty() {
        w.admin_sessions_none().into_any()
    } else {
        let list = view.sessions.iter().map(|session| {
            let (since, seen) = (moment(session.since), format::moment_short(lang, session.seen_at));
            view! { <li>{w.admin_session(&session.client, &since, &seen)}</li> }
        });
        view! { <ul>{list.collect_view()}</ul> }.into_any()
    };
    let mut rows = vec![
        Row::new(
            w.admin_status(),
            view! { <StateBadge kind=status_kind(account.status) word=status_name(w, account.status)/> },
        ),
        Row::new(w.admin_unit(), unit_name(w, &view.unit)),
        Row::new(w.admin_roles(), roles_in_words(w, &account.roles)),
    ];
    if account.scope.side() == Side::Agency {
        rows.push(Row::new(w.admin_certificate(), certificate));
    }
    rows.extend([
        Row::new(w.admin_created(), moment(account.created_at)),
        Row::new(w.admin_password_set(), moment(account.password_set_at)),
        Row::new(w.admin_last_login(), account.last_login.map_or_else(|| w.admin_never().to_owned(), moment)),
        Row::new(w.admin_failures(), view! { <p>{w.admin_failures_count(view.failures)}</p>{failures} }),
        Row::new(w.admin_sessions(), sessions),
    ]);
    view! { <DefinitionList rows=rows/> }.into_any()
}

fn grant(view: &AccountView) -> AnyView {
    let w = wording();
    let account = &view.account;
    let side = account.scope.side();
    if side == Side::Enterprise {
        if account.roles.has(Role::EnterpriseOwner) {
            let about = w.admin_enterprise_owner_about();
            return view! { <Notice title=w.admin_enterprise_account()><p>{about}</p></Notice> }.into_any();
        }
        return view! { <Notice title=w.admin_enterprise_account()/> }.into_any();
    }
    let pending = (account.status == AccountStatus::Pending).then(|| {
        view! {
            <Notice kind=Kind::Attention title=w.admin_grant_pending()><p>{w.admin_grant_pending_about()}</p></Notice>
        }
    });
    let roles: Vec<Choice> = Role::ALL
        .into_iter()
        .filter(|role| role.side() == side)
        .map(|role| Choice::new(role_code(role), w.role(role)))
        .collect();
    let held: Vec<String> = account.roles.iter().map(|role| role_code(role).to_owned()).collect();
    let certificate = account.certificate.as_ref();
    let number = certificate.map(|certificate| certificate.number.to_string());
    let valid_to = certificate.map(|certificate| format::iso_day(certificate.valid_to));
    let id = account.id.to_string();
    let officers = side == Side::Agency;
    view! {
        <Group title=w.admin_grant()>
            {pending}
            <Form action=GrantRoles::url() state=returned_form()>
                <input type="hidden" name="account" value=id/>
                <CheckGroup name="roles" label=w.admin_roles() hint=w.admin_grant_roles_hint() values=held options=roles/>
                {officers.then(|| view! {
                    <div class="field-row">
                        <TextField name="certificate" label=w.admin_certificate_number() hint=w.admin_certificate_hint() value=number
                            maxlength=50 optional=true/>
                        <DateField name="valid_to" label=w.admin_certificate_valid_to() value=valid_to optional=true/>
                    </div>
                })}
                <SubmitBar label=w.admin_grant_submit() effect=w.admin_grant_effect()/>
            </Form>
        </Group>
    }
    .into_any()
}

fn hand_over(view: &AccountView) -> AnyView {
    let w = wording();
    let id = view.account.id.to_string();
    let label = w.admin_hand_over(view.account.name.as_str());
    view! {
        <Group title=w.admin_hand_over_title() lead=w.admin_hand_over_about()>
            <Form action=HandOver::url() state=returned_form() prefix="hand-over-">
                <input type="hidden" name="account" value=id/>
                <SubmitBar label=label effect=w.admin_hand_over_effect() grave=true/>
            </Form>
        </Group>
    }
    .into_any()
}

fn security(view: &AccountView) -> AnyView {
    let w = wording();
    let fields = || vec![("account", view.account.id.to_string())];
    let unlock = (view.failures > 0).then(|| {
        view! { <PostButton action=UnlockAccount::url() label=w.admin_unlock() fields=fields()/> }
    });
    let end = (!view.sessions.is_empty()).then(|| {
        view! { <PostButton action=EndAccountSessions::url() label=w.admin_end_sessions() fields=fields()/> }
    });
    let reset = view! { <PostButton action=ResetPassword::url() label=w.admin_reset() fields=fields()/> };
    view! {
        <Group title=w.admin_security()>
            <p>{w.admin_reset_about()}</p>
            <div class="actions-line">
                {reset}
                {unlock}
                {end}
            </div>
        </Group>
    }
    .into_any()
}

fn close(view: &AccountView) -> AnyView {
    let w = wording();
    let id = view.account.id.to_string();
    view! {
        <Group title=w.admin_close_title()>
            <Form action=CloseAccount::url() state=returned_form() prefix="close-">
                <input type="hidden" name="account" value=id/>
                <SubmitBar label=w.admin_close() effect=w.admin_close_effect() grave=true/>
            </Form>
        </Group>
    }
    .into_any()
}
