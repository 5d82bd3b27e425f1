//! Who asks: the person behind the session, and what pages show of it.

use app::context::{ClientKey, SessionKey, TodoCount};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use domain::ids::AccountId;
use http::{HeaderValue, Method, header};
use portal::services::todos::Task;
use tower_sessions::Session;

use super::{Web, client, faults, forms::wants_page, sessions};

/// Puts the person into the request's extensions, with what counts for them, and
/// keeps their pages out of caches.
pub async fn recognise(State(web): State<Web>, session: Session, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let account = match session.get::<AccountId>(sessions::ACCOUNT).await {
        Ok(account) => account,
        Err(error) => return faults::internal(&parts.headers, &error),
    };
    let actor = match account {
        None => None,
        Some(id) => match web.portal.accounts().actor(id).await {
            Ok(actor) => actor,
            Err(error) => return faults::internal(&parts.headers, &error),
        },
    };
    parts.extensions.insert(ClientKey(client::key(&parts, &web.config.client_address_header)));
    if let Some(id) = session.id() {
        parts.extensions.insert(SessionKey(sessions::key(&id)));
    }
    let known = actor.is_some();
    if let Some(actor) = actor {
        if parts.method == Method::GET && wants_page(&parts.headers) {
            match web.portal.todos().of(&actor).await {
                Ok(todos) => {
                    let waiting = todos.iter().filter(|todo| todo.task != Task::AwaitRegistration).count();
                    parts.extensions.insert(TodoCount(u32::try_from(waiting).unwrap_or(u32::MAX)));
                }
                // The page is worth more than the number beside its menu.
                Err(error) => tracing::warn!(%error, "the number of things to do is not known"),
            }
        }
        parts.extensions.insert(actor);
    }
    let posted = parts.method == Method::POST;
    let label = posted.then(|| client::label(&parts.headers));
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(label) = label
        && session.is_modified()
        && matches!(session.get::<AccountId>(sessions::ACCOUNT).await, Ok(Some(_)))
        && let Err(error) = session.insert(sessions::CLIENT, label).await
    {
        tracing::warn!(%error, "the client of a login is not noted");
    }
    let cache = if known || posted { "no-store" } else { "private, no-cache" };
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(cache));
    response
}
