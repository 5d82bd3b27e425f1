//! Login sessions: the server keeps them here, people list and end their own.

use domain::{
    actor::Actor,
    ids::AccountId,
    policy::{self, Action, Target},
    time::Timestamp,
};

use crate::{
    Portal,
    error::{Error, Result},
    store::SessionRow,
};

/// The service.
pub struct Sessions<'a>(pub(crate) &'a Portal);

impl Sessions<'_> {
    /// Writes a new session.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn create(&self, session: &SessionRow) -> Result<()> {
        Ok(self.0.store().session_create(session).await?)
    }

    /// Writes a session that has not been ended in the meantime.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn save(&self, session: &SessionRow) -> Result<()> {
        Ok(self.0.store().session_save(session).await?)
    }

    /// Notes a request of a session, which moves its end to `expires_at`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn touch(&self, key: &str, expires_at: Timestamp) -> Result<()> {
        Ok(self.0.store().session_touch(key, self.0.now(), expires_at).await?)
    }

    /// The session under a key, unless it has ended.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn load(&self, key: &str) -> Result<Option<SessionRow>> {
        Ok(self.0.store().session_load(key, self.0.now()).await?)
    }

    /// Ends a session without asking whose it is: the way out of one's own.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn forget(&self, key: &str) -> Result<()> {
        Ok(self.0.store().session_delete(key).await?)
    }

    /// One's own sessions.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn mine(&self, actor: &Actor) -> Result<Vec<SessionRow>> {
        self.may(actor, actor.account)?;
        Ok(self.0.store().sessions_of(actor.account, self.0.now()).await?)
    }

    /// Ends one of one's own sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not one's own.
    pub async fn end(&self, actor: &Actor, key: &str) -> Result<()> {
        let mine = self.mine(actor).await?;
        if !mine.iter().any(|session| session.key == key) {
            return Err(Error::NotFound);
        }
        self.0.store().session_delete(key).await?;
        Ok(())
    }

    /// Ends all of one's own sessions except this one.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn end_others(&self, actor: &Actor, this: &str) -> Result<u64> {
        self.may(actor, actor.account)?;
        Ok(self.0.store().sessions_end(actor.account, Some(this)).await?)
    }

    /// When a session that began at `created` and is used now must end.
    pub fn expiry(&self, created: Timestamp) -> Timestamp {
        let rules = self.0.settings().login;
        let idle = self.0.now().plus_minutes(i64::from(rules.idle_minutes));
        idle.min(created.plus_minutes(i64::from(rules.absolute_minutes)))
    }

    #[expect(clippy::unused_self, reason = "reads as a rule of the service")]
    fn may(&self, actor: &Actor, account: AccountId) -> Result<()> {
        let target = Target { account: Some(account), ..Target::default() };
        Ok(policy::decide(actor, Action::ManageOwnAccount, &target)?)
    }
}
