//! 账号管理: the accounts of one's jurisdiction.

use domain::{
    actor::{Roles, Side},
    policy::Action,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portal::{
    account::AccountStatus,
    services::account_admin::{AccountFilter, AccountRow, Unit},
    store::{Page as Rows, Paged},
};

use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    format,
    pages::AsyncPage,
    routes,
    wording::Wording,
};

/// What is asked for, as the address has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    text: String,
    status: Option<AccountStatus>,
    side: Option<Side>,
    page: u32,
}

const SIDES: [(Side, &str); 3] = [(Side::Agency, "agency"), (Side::City, "city"), (Side::Enterprise, "enterprise")];

fn side_code(side: Option<Side>) -> &'static str {
    SIDES.into_iter().find(|(known, _)| Some(*known) == side).map_or("", |(_, code)| code)
}

const fn code(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Pending => "pending",
        AccountStatus::Active => "active",
        AccountStatus::Closed => "closed",
    }
}

/// The name of a status.
pub(super) const fn status_name(w: Wording, status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Pending => w.admin_status_pending(),
        AccountStatus::Active => w.admin_status_active(),
        AccountStatus::Closed => w.admin_status_closed(),
    }
}

/// What a status means.
pub(super) const fn status_kind(status: AccountStatus) -> Kind {
    match status {
        AccountStatus::Pending => Kind::Attention,
        AccountStatus::Active => Kind::Done,
        AccountStatus::Closed => Kind::Neutral,
    }
}

/// Where a person belongs.
pub(super) fn unit_name(w: Wording, unit: &Unit) -> String {
    match unit {
        Unit::Enterprise(name) | Unit::Agency(name) => name.to_string(),
        Unit::Jurisdiction(region) => w.region(*region).to_owned(),
    }
}

/// What a person is.
pub(super) fn roles_in_words(w: Wording, roles: &Roles) -> String {
    w.list(&roles.iter().map(|role| w.role(role)).collect::<Vec<_>>())
}

impl Asked {
    fn address(&self, page: u32) -> String {
        let status = self.status.map_or("", code);
        routes::with_query(
            routes::ADMIN_ACCOUNTS,
            &[("q", &self.text), ("side", side_code(self.side)), ("status", status), ("page", &page.to_string())],
        )
    }
}

/// The route's view.
#[component]
pub fn AccountsPage() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let word = move |name: &str| query.get(name).unwrap_or_default();
    let asked = Asked {
        text: word("q").trim().chars().take(100).collect(),
        status: AccountStatus::ALL.into_iter().find(|status| code(*status) == word("status")),
        side: SIDES.into_iter().find(|(_, code)| *code == word("side")).map(|(side, _)| side),
        page: word("page").parse().unwrap_or(1).max(1),
    };
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let filter = AccountFilter {
                text: (!asked.text.is_empty()).then(|| asked.text.clone()),
                status: asked.status,
                side: asked.side,
            };
            let found = cx.portal.accounts().list(&cx.actor()?, &filter, Rows::number(asked.page)).await?;
            let new = screen().may_ever(Action::ManageAccounts).then(|| {
                view! { <p class="actions-line"><a class="button" href=routes::ADMIN_ACCOUNT_NEW>{w.admin_new()}</a></p> }
            });
            let (filters, list) = (filters(&asked), list(&asked, &found));
            Ok(view! {
                <Page title=w.admin_accounts() lead=w.admin_accounts_lead() wide=true>
                    {new}
                    {three()}
                    {filters}
                    {list}
                </Page>
            }.into_any())
        }/>
    }
}

fn three() -> AnyView {
    let w = wording();
    view! {
        <Fold title=w.admin_three()>
            <ul class="prose-list">
                <li>{w.admin_three_system()}</li>
                <li>{w.admin_three_security()}</li>
                <li>{w.admin_three_audit()}</li>
            </ul>
            <p>{w.admin_three_one()}</p>
        </Fold>
    }
    .into_any()
}

fn filters(asked: &Asked) -> AnyView {
    let w = wording();
    let statuses =
        AccountStatus::ALL.into_iter().map(|status| Choice::new(code(status), status_name(w, status))).collect();
    let sides = SIDES.into_iter().map(|(side, code)| Choice::new(code, w.side(side))).collect();
    let (text, status, side) = (asked.text.clone(), asked.status.map(code), side_code(asked.side));
    let active = !text.is_empty() || status.is_some() || asked.side.is_some();
    view! {
        <Filters action=routes::ADMIN_ACCOUNTS active=active>
            <TextField name="q" label=w.admin_query() value=text kind="search" maxlength=100 optional=true/>
            <SelectField name="side" label=w.admin_side() value=side empty=w.admin_all_sides() options=sides optional=true/>
            <SelectField name="status" label=w.admin_status() value=status empty=w.admin_all_statuses() options=statuses optional=true/>
        </Filters>
    }
    .into_any()
}

fn list(asked: &Asked, found: &Paged<AccountRow>) -> AnyView {
    let w = wording();
    if found.rows.is_empty() {
        return view! { <EmptyState title=w.admin_none_found() about=w.admin_none_found_about()/> }.into_any();
    }
    let columns = vec![
        Column::text(w.admin_name()),
        Column::text(w.admin_login()),
        Column::text(w.admin_unit()),
        Column::text(w.admin_roles()),
        Column::text(w.admin_status()),
        Column::text(w.admin_last_login()),
    ];
    let rows = found.rows.iter().map(|row| {
        let account = &row.account;
        let last = match account.last_login {
            Some(at) => view! { <Moment at=at/> }.into_any(),
            None => w.admin_never().into_any(),
        };
        vec![
            cell(view! { <a href=routes::admin_account(account.id)>{account.name.to_string()}</a> }),
            cell(account.login.to_string()),
            cell(unit_name(w, &row.unit)),
            cell(roles_in_words(w, &account.roles)),
            cell(view! { <StateBadge kind=status_kind(account.status) word=status_name(w, account.status)/> }),
            cell(last),
        ]
    });
    let pages = u32::try_from(found.total.div_ceil(Rows::SIZE)).unwrap_or(u32::MAX);
    view! {
        <DataTable caption=w.admin_accounts() caption_unseen=true dense=true columns=columns rows={rows.collect::<Vec<_>>()}/>
        <Pager page=asked.page pages=pages total=w.total(&format::count(found.total)) href=|page| asked.address(page)/>
    }
    .into_any()
}
