//! 我的待办: the first thing each person sees after login.

use domain::actor::{Actor, Role};
use leptos::prelude::*;
use portal::services::todos::{Task as Waiting, Todo};

use super::{AsyncPage, TodoItem};
use crate::{
    api::Cx,
    components::*,
    context::{actor, screen, wording},
    error::AppError,
    format, routes,
};

/// The route's view.
#[component]
pub fn TodoPage() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let actor = actor()?;
            let cx = Cx::here()?;
            let todos = cx.portal.todos().of(&actor).await.map_err(AppError::from)?;
            let registering = todos.iter().any(|todo| todo.task == Waiting::AwaitRegistration);
            let (others, own): (Vec<Todo>, Vec<Todo>) =
                todos.into_iter().partition(|todo| todo.task == Waiting::AwaitRegistration);
            let roles: Vec<&str> = actor.roles.iter().map(|role| w.role(role)).collect();
            let about = registering.then(|| pending(cx.portal.settings().clocks.registration));
            let own = match own.len() {
                0 if registering => None,
                0 => Some(nothing(&actor)),
                count => {
                    let more = (count >= 20).then(|| view! { <p class="field-hint">{w.todo_more()}</p> });
                    Some(view! { {list(&cx, w.todo_waits(count), &own)}{more} }.into_any())
                }
            };
            let uncertified = uncertified(&cx, &actor);
            let others = (!others.is_empty()).then(|| list(&cx, w.todo_others().to_owned(), &others));
            Ok(view! {
                <Page title=w.nav_todo() over=w.todo_who(actor.name.as_str(), &w.list(&roles))>
                    {uncertified}
                    {own}
                    {others}
                    {about}
                </Page>
            }.into_any())
        }/>
    }
}

fn list(cx: &Cx, title: String, todos: &[Todo]) -> AnyView {
    let tasks = todos.iter().map(|todo| task(item(cx, todo))).collect_view();
    view! { <TaskList title=title>{tasks}</TaskList> }.into_any()
}

/// A thing that waits, as a row.
pub fn task(item: TodoItem) -> AnyView {
    view! { <Task title=item.title href=item.href kind=item.kind word=item.word hint=item.hint due=item.due/> }
        .into_any()
}

/// An officer whose certificate has run out can see the desk and sign nothing.
fn uncertified(cx: &Cx, actor: &Actor) -> Option<AnyView> {
    let w = wording();
    let signs = actor.roles.has(Role::Officer) && !actor.certified_on(cx.portal.now().date());
    signs.then(|| {
        view! {
            <Notice kind=Kind::Problem title=w.todo_uncertified()>
                <p>{w.account_certificate_over()}" "<a href=routes::ACCOUNT>{w.account()}</a></p>
            </Notice>
        }
        .into_any()
    })
}

/// A registration that waits: what happens, by when, and what one can do meanwhile.
fn pending(days: u16) -> AnyView {
    let w = wording();
    view! {
        <Notice kind=Kind::Waiting title=w.todo_pending_title()>
            <p>{w.todo_pending_about(days)}</p>
            <p>{w.todo_pending_meanwhile()}" "<a href=routes::ITEMS>{w.todo_pending_items()}</a></p>
        </Notice>
    }
    .into_any()
}

/// Nothing waits: what will appear here, and where the role's work is.
fn nothing(actor: &Actor) -> AnyView {
    let w = wording();
    let Some(role) = actor.roles.iter().next() else { return ().into_any() };
    let (href, action) = match role {
        Role::EnterpriseOwner | Role::EnterpriseOperator => (routes::CASES, w.nav_cases()),
        Role::Officer | Role::AgencyHead => (routes::REVIEW, w.nav_review()),
        Role::Supervisor | Role::Statistician => (routes::DASHBOARD, w.nav_dashboard()),
        Role::SystemAdmin | Role::SecurityAdmin => (routes::ADMIN_ACCOUNTS, w.nav_accounts()),
        Role::AuditAdmin => (routes::AUDIT, w.nav_audit()),
    };
    view! { <EmptyState title=w.home_todo_none() about=w.todo_empty_about(role) href=href action=action/> }.into_any()
}

/// Everything that waits for a person, as rows.
///
/// # Errors
/// [`AppError::Internal`] when it cannot be read.
pub async fn todo_items(cx: &Cx, actor: &Actor) -> Result<Vec<TodoItem>, AppError> {
    let todos = cx.portal.todos().of(actor).await.map_err(AppError::from)?;
    Ok(todos.iter().map(|todo| item(cx, todo)).collect())
}

fn item(cx: &Cx, todo: &Todo) -> TodoItem {
    let w = wording();
    let lang = screen().lang;
    let due = todo.due.map(|due| format::due(lang, cx.portal.calendar(), due, cx.portal.now()));
    let kind = match (&todo.task, &due) {
        (Waiting::AwaitRegistration, _) => Kind::Waiting,
        (Waiting::Escalated(_) | Waiting::OverdueCase(..) | Waiting::OverdueEnrolment(..), _) => Kind::Problem,
        (_, Some(due)) if due.kind == Kind::Problem => Kind::Problem,
        (Waiting::Apply, _) => Kind::Neutral,
        _ => Kind::Attention,
    };
    // Whose it is stands in the title where a name is all it has.
    let named = matches!(
        todo.task,
        Waiting::ConfirmEnterprise(..) | Waiting::DecideEnrolment(..) | Waiting::OverdueEnrolment(..)
    );
    let enterprise = todo.enterprise.as_ref().filter(|_| !named);
    let hint: Vec<String> = [
        enterprise.or(todo.agency.as_ref()).map(ToString::to_string),
        (!todo.items.is_empty())
            .then(|| w.list(&todo.items.iter().map(domain::text::Name::as_str).collect::<Vec<_>>())),
        todo.since.map(|since| w.todo_since(&format::day_short(lang, since.date()))),
    ]
    .into_iter()
    .flatten()
    .collect();
    TodoItem {
        title: w.task(&todo.task),
        href: address(&todo.task),
        kind,
        word: w.task_state(&todo.task).to_owned(),
        hint: (!hint.is_empty()).then(|| hint.join(" · ")),
        due,
    }
}

/// Where it is done.
fn address(task: &Waiting) -> String {
    match task {
        Waiting::CorrectRegistration => routes::ENTERPRISE_EDIT.to_owned(),
        Waiting::AwaitRegistration => routes::ENTERPRISE.to_owned(),
        Waiting::Apply => routes::NEW_ENROLMENT.to_owned(),
        Waiting::FinishEnrolment(id, _) => routes::enrolment(*id),
        Waiting::FillCase(id, _) | Waiting::SupplementCase(id, _) => routes::case(*id),
        Waiting::Rectify(id, _) => routes::finding(*id),
        Waiting::ConfirmEnterprise(id, _) => routes::review_registration(*id),
        Waiting::DecideEnrolment(id, _) | Waiting::OverdueEnrolment(id, _) => routes::review_enrolment(*id),
        Waiting::TakeCase(id, _)
        | Waiting::ReviewCase(id, _)
        | Waiting::GoOnWithout(id, _)
        | Waiting::OverdueCase(id, _) => routes::review_case(*id),
        Waiting::ConfirmOutcome(id, _) | Waiting::ApproveOnSite(id, _) => routes::review_outcome(*id),
        Waiting::VerifyFinding(id) | Waiting::Escalated(id) => routes::review_finding(*id),
        Waiting::GrantRoles(id, _) => routes::admin_account(*id),
        Waiting::LoadCalendar(year) => routes::with_query(routes::ADMIN_CALENDAR, &[("year", &year.to_string())]),
    }
}
