//! How fast strangers may post. Whoever is not logged in can begin sessions, registrations and guesses at passwords, each
//! of which costs the server more than the sender.

use std::{num::NonZeroU32, sync::Arc};

use app::{context::ClientKey, pages::plain::Plain};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use domain::actor::Actor;
use governor::{Quota, RateLimiter, clock::DefaultClock, state::keyed::HashMapStateStore};
use http::Method;

use super::{bearer, faults};

type Posts = RateLimiter<String, HashMapStateStore<String>, DefaultClock>;

/// Clients that are remembered before those that have paused are forgotten.
const MANY: usize = 10_000;

/// The posts of strangers, counted for each client (GCRA: one by one, with a reserve for the honest burst).
#[derive(Clone)]
pub(super) struct Pace(Option<Arc<Posts>>);

impl Pace {
    /// So many posts a minute from one client; zero is no limit.
    pub(super) fn per_minute(posts: u32) -> Self {
        Self(NonZeroU32::new(posts).map(|posts| Arc::new(RateLimiter::hashmap(Quota::per_minute(posts)))))
    }

    fn allows(&self, client: &str) -> bool {
        let Some(posts) = &self.0 else { return true };
        if posts.len() > MANY {
            posts.retain_recent();
        }
        posts.check_key(&client.to_owned()).is_ok()
    }
}

/// Lets a post of a stranger through, or says to wait.
pub(super) async fn keep(State(pace): State<Pace>, request: Request, next: Next) -> Response {
    let program = bearer::is_program(request.uri().path(), request.headers());
    let stranger = request.method() == Method::POST && !program && request.extensions().get::<Actor>().is_none();
    if stranger {
        let client = request.extensions().get::<ClientKey>().map_or("", |key| key.0.as_str());
        if !pace.allows(client) {
            return faults::page(request.headers(), &Plain::TooFast);
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_waits_and_the_other_does_not() {
        let pace = Pace::per_minute(3);
        let allowed = (0..10).filter(|_| pace.allows("a")).count();
        assert_eq!(allowed, 3);
        assert!(pace.allows("b"));
        assert!((0..1000).all(|_| Pace::per_minute(0).allows("a")));
    }
}
