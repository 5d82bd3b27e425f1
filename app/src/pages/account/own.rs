//! The own account: who one is here, and where one is logged in.

use domain::actor::{Actor, Scope};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::{account::Account, store::SessionRow, token::Token};

use crate::{
    api::{
        Cx,
        account::{CreateToken, EndOtherSessions, EndSession, EndToken},
    },
    components::*,
    context::{SessionKey, actor, returned_form, screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// Days before its end from which a certificate is called to mind.
const SOON: i64 = 60;

/// The route's view.
#[component]
pub fn AccountPage() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let actor = actor()?;
            let cx = Cx::here()?;
            let account = cx.portal.accounts().own(&actor).await.map_err(AppError::from)?;
            let sessions = cx.portal.sessions().mine(&actor).await.map_err(AppError::from)?;
            let this = cx.extension::<SessionKey>().map(|key| key.0).unwrap_or_default();
            let unit = unit(&cx, &actor).await?;
            let mut parts = vec![facts(&cx, &account, unit), open_sessions(&sessions, &this)];
            if actor.enterprise().is_some() {
                parts.push(tokens(&cx.portal.tokens().own(&actor).await.map_err(AppError::from)?));
            }
            Ok(view! {
                <Page title=w.account()>
                    {parts.into_iter().collect_view()}
                </Page>
            }.into_any())
        }/>
    }
}

/// Where the person belongs, by name.
async fn unit(cx: &Cx, actor: &Actor) -> Result<String, AppError> {
    let w = wording();
    match actor.scope {
        Scope::Enterprise(_) => {
            let own = cx.portal.enterprises().own(actor).await.map_err(AppError::from)?;
            Ok(own.name.to_string())
        }
        Scope::Agency(id) => {
            let agencies = cx.portal.catalogue().agencies().await.map_err(AppError::from)?;
            let own = agencies.into_iter().find(|agency| agency.id == id).ok_or(AppError::NotFound)?;
            Ok(own.name.to_string())
        }
        Scope::Jurisdiction(region) => Ok(w.region(region).to_owned()),
    }
}

fn facts(cx: &Cx, account: &Account, unit: String) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let roles: Vec<&str> = account.roles.iter().map(|role| w.role(role)).collect();
    let mut rows = vec![
        Row::new(w.account_person(), account.name.to_string()),
        Row::new(w.account_login(), account.login.to_string()),
        Row::new(w.account_roles(), w.list(&roles)),
        Row::new(w.account_unit(), unit),
    ];
    if let Some(certificate) = &account.certificate {
        let left = (certificate.valid_to - cx.portal.now().date()).whole_days();
        let (kind, word) = match left {
            ..0 => (Kind::Problem, w.account_certificate_over().to_owned()),
            0..=SOON => (Kind::Attention, w.account_certificate_soon(left)),
            _ => (Kind::Done, w.account_certificate_fine().to_owned()),
        };
        rows.push(Row::new(w.account_certificate(), certificate.number.to_string()));
        rows.push(Row::new(
            w.account_certificate_until(),
            view! { <p><Day date=certificate.valid_to/></p><StateBadge kind=kind word=word/> },
        ));
    }
    let set = w.account_password_set(&format::day(lang, account.password_set_at.date()));
    rows.push(Row::new(w.account_password(), set).change(routes::ACCOUNT_PASSWORD, w.change()));
    view! { <DefinitionList rows=rows/> }.into_any()
}

fn open_sessions(sessions: &[SessionRow], this: &str) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let row = |session: &SessionRow| {
        let client = if session.client.is_empty() { w.account_session_unknown() } else { session.client.as_str() };
        let mine = session.key == this;
        let end = if mine {
            view! { <StateBadge kind=Kind::Done word=w.account_session_this()/> }.into_any()
        } else {
            let spoken = w.account_session_end_spoken(client, &format::moment_short(lang, session.created_at));
            let fields = vec![("session", session.key.clone())];
            view! {
                <PostButton action=EndSession::url() label=w.account_session_end() fields=fields class="button-plain" spoken=spoken/>
            }
            .into_any()
        };
        vec![
            cell(client.to_owned()),
            cell(view! { <Moment at=session.created_at/> }),
            cell(view! { <Moment at=session.seen_at/> }),
            cell(end),
        ]
    };
    let rows: Vec<Vec<AnyView>> = sessions.iter().map(row).collect();
    let columns = vec![
        Column::text(w.account_session_client()),
        Column::text(w.account_session_began()),
        Column::text(w.account_session_seen()),
        Column::actions(w.own_actions()),
    ];
    let others = sessions.iter().any(|session| session.key != this);
    let end_all = if others {
        view! { <PostButton action=EndOtherSessions::url() label=w.account_sessions_end()/> }.into_any()
    } else {
        view! { <p class="group-lead">{w.account_sessions_only()}</p> }.into_any()
    };
    view! {
        <Group title=w.account_sessions() lead=w.account_sessions_lead()>
            <DataTable caption=w.account_sessions() caption_unseen=true columns=columns rows=rows/>
            {end_all}
        </Group>
    }
    .into_any()
}

/// Programs that send files for this person.
fn tokens(tokens: &[Token]) -> AnyView {
    let w = wording();
    let rows: Vec<Vec<AnyView>> = tokens
        .iter()
        .map(|token| {
            let fields = vec![("token", token.id.to_string())];
            let spoken = w.token_end_spoken(token.name.as_str());
            vec![
                cell(token.name.to_string()),
                cell(view! { <Moment at=token.created_at/> }),
                cell(view! { <Day date=token.expires_at.date()/> }),
                cell(view! {
                    <PostButton action=EndToken::url() label=w.token_end() fields=fields class="button-plain" spoken=spoken/>
                }),
            ]
        })
        .collect();
    let columns = vec![
        Column::text(w.token_name()),
        Column::text(w.token_since()),
        Column::text(w.token_until()),
        Column::actions(w.own_actions()),
    ];
    let table = (!rows.is_empty())
        .then(|| view! { <DataTable caption=w.tokens() caption_unseen=true columns=columns rows=rows/> });
    view! {
        <Group title=w.tokens() lead=w.tokens_lead()>
            {table}
            <Form action=CreateToken::url() state=returned_form()>
                <TextField name="token_name" label=w.token_name() hint=w.token_name_hint() maxlength=50/>
                <SubmitBar label=w.token_create()/>
            </Form>
        </Group>
    }
    .into_any()
}
