//! Tokens of programs: made by whom they act for, shown once, taken back at any time.

use domain::{
    actor::Actor,
    ids::TokenId,
    policy::{self, Action, Target},
    text::Name,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{load, uploads::secret};
use crate::{
    Portal,
    account::AccountStatus,
    error::{Error, Result},
    store,
    token::{Token, TokenScope},
};

/// The service.
pub struct Tokens<'a>(pub(crate) &'a Portal);

/// What a token's text begins with, so that people and scanners know one when they see it.
const PREFIX: &str = "wugan_";
/// Days for which a token can be used.
const DAYS: i64 = 365;
/// Tokens that one account may have.
const MOST: usize = 20;

impl Tokens<'_> {
    /// Makes a token for oneself; its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::TooMany`].
    pub async fn create(&self, actor: &Actor, name: Name, scopes: Vec<TokenScope>) -> Result<(Token, String)> {
        let portal = self.0;
        policy::decide(actor, Action::ManageOwnAccount, &Target { account: Some(actor.account), ..Target::default() })?;
        let there = store::token::of_account(portal.store().read(), actor.account).await?.len();
        if there >= MOST {
            return Err(Error::TooMany { found: there as u64, limit: MOST as u64 });
        }
        let text = format!("{PREFIX}{}", secret());
        let now = portal.now();
        let token = Token {
            id: TokenId(portal.new_id()),
            account: actor.account,
            name,
            scopes,
            secret: domain::ids::Digest(Sha256::digest(&text).into()),
            created_at: now,
            expires_at: now.plus_days(DAYS),
            ended_at: None,
        };
        let mut tx = portal.store().begin().await?;
        tx.insert(&token).await?;
        tx.audit(portal.event(actor, "token.create", "account", actor.account).with(json!({
            "token": token.id, "name": token.name, "scopes": token.scopes,
        })));
        tx.commit().await?;
        Ok((token, text))
    }

    /// The same for an account of this login name, from the machine itself.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such account in use.
    pub async fn create_locally(&self, login: &str, name: Name, scopes: Vec<TokenScope>) -> Result<(Token, String)> {
        let found = store::account::by_login(self.0.store().read(), &login.to_lowercase()).await?;
        let account = found.filter(|account| account.status == AccountStatus::Active).ok_or(Error::NotFound)?;
        self.create(&account.actor(), name, scopes).await
    }

    /// One's own tokens, the latest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn own(&self, actor: &Actor) -> Result<Vec<Token>> {
        Ok(store::token::of_account(self.0.store().read(), actor.account).await?)
    }

    /// Takes one's own token back; it is of no use from now on.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is somebody else's or was taken back before.
    pub async fn end(&self, actor: &Actor, id: TokenId) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut token = load::<Token>(&tx, id.0).await?;
        if token.account != actor.account || token.ended_at.is_some() {
            return Err(Error::NotFound);
        }
        token.ended_at = Some(portal.now());
        tx.save(&token).await?;
        tx.audit(portal.event(actor, "token.end", "account", actor.account).with(json!({ "token": id })));
        tx.commit().await?;
        Ok(())
    }

    /// Who a program acts for, by the text that it sends.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn actor(&self, text: &str, scope: TokenScope) -> Result<Option<Actor>> {
        let secret = domain::ids::Digest(Sha256::digest(text).into());
        let found = store::token::of_secret(self.0.store().read(), secret).await?;
        match found.filter(|token| token.is_good(scope, self.0.now())) {
            Some(token) => self.0.accounts().actor(token.account).await,
            None => Ok(None),
        }
    }
}
