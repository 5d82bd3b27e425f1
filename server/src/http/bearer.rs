//! Programs: who they act for is told by a token in `Authorization: Bearer` (RFC 6750).

use domain::actor::Actor;
use http::{HeaderMap, header};
use portal::{Portal, token::TokenScope};

/// The token that a request carries, if any.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether a request is a program's at a door for programs. No page elsewhere can make a
/// browser send the header there without asking us first, and we do not allow it.
pub(super) fn is_program(path: &str, headers: &HeaderMap) -> bool {
    path.starts_with("/api/v1/") && token(headers).is_some()
}

/// Whom a program acts for.
pub(super) enum Bearer {
    /// There is no token.
    None,
    /// A token that is not known, has ended, or is for something else.
    Bad,
    /// A good one.
    Of(Box<Actor>),
}

/// Looks the token up.
///
/// # Errors
/// [`portal::Error::Store`].
pub(super) async fn who(portal: &Portal, headers: &HeaderMap, scope: TokenScope) -> portal::Result<Bearer> {
    let Some(token) = token(headers) else { return Ok(Bearer::None) };
    Ok(portal.tokens().actor(token, scope).await?.map_or(Bearer::Bad, |actor| Bearer::Of(Box::new(actor))))
}
