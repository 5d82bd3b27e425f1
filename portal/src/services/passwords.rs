//! Passwords: checking, changing and resetting them, and what wrong ones lead to.

use std::sync::OnceLock;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use domain::{
    actor::Actor,
    ids::AccountId,
    password::{Failures, throttle},
    policy::Action,
    text::Name,
    time::Timestamp,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{accounts::Accounts, load};
use crate::{
    Portal,
    account::{Account, AccountStatus},
    error::{Error, LoginError, Result},
    store::{self, EVERYBODY},
};

/// How many devices of a person are remembered.
const DEVICES: usize = 10;

/// Where somebody logs in from.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// What tells clients apart that are not known: their network address.
    pub address: String,
    /// The token that an earlier login left on the device.
    pub device: Option<String>,
}

impl From<&str> for Client {
    fn from(address: &str) -> Self {
        Self { address: address.to_owned(), device: None }
    }
}

/// Somebody who has just logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// Who.
    pub actor: Actor,
    /// The login before this one, for the person to recognise.
    pub last_login: Option<Timestamp>,
    /// A token for a device that had none; the device keeps it.
    pub device: Option<String>,
    /// Whether the password has lasted its time ([`Account::password_outdated`]).
    pub outdated: bool,
}

/// A password hashed once for many accounts, for the demonstration city: it is
/// public there, so that one salt for all gives nothing away.
#[derive(Clone)]
pub struct SharedPassword {
    plain: String,
    hash: String,
}

impl SharedPassword {
    pub(super) fn plain(&self) -> &str {
        &self.plain
    }

    pub(super) fn hash(&self) -> String {
        self.hash.clone()
    }
}

impl Accounts<'_> {
    /// Checks a name and a password.
    ///
    /// An attempt is counted before the password is looked at and forgotten when
    /// it fits, so that guesses made at once do not share one look at the count.
    /// A device that has logged in to the account before answers only for its own
    /// mistakes: nobody else can make it wait.
    ///
    /// # Errors
    /// [`LoginError`], the same for an unknown name and a wrong password; that an account waits for
    /// its roles is told to whoever has its password, and to nobody else.
    pub async fn login(&self, login: &str, password: &str, client: impl Into<Client>) -> Result<LoggedIn> {
        let portal = self.0;
        let client = client.into();
        let now = portal.now();
        let Ok(login) = Name::parse(&login.trim().to_lowercase()) else {
            // No account can be called that, and nothing of it is kept.
            self.verify(password.to_owned(), decoy()).await?;
            return Err(LoginError::Wrong.into());
        };
        let account = store::account::by_login(portal.store().read(), login.as_str()).await?;
        // What is closed is nobody's any more; what waits is looked at like any other.
        let account = account.filter(|account| account.status != AccountStatus::Closed);
        let device = client.device.as_deref().map(digest);
        let known = device.filter(|device| account.as_ref().is_some_and(|account| account.devices.contains(device)));
        let key = known.as_ref().map_or(client.address, |device| format!("device {device}"));
        self.count_attempt(login.as_str(), &key, known.is_some(), now).await?;

        // An unknown name costs as much time as a wrong password.
        let hash = account.as_ref().map_or_else(decoy, |account| account.password.clone());
        let fits = self.verify(password.to_owned(), hash).await?;
        let mut tx = portal.store().begin().await?;
        let Some(account) = account.filter(|_| fits) else {
            // What is typed where no account has that name may be a password.
            tx.audit(portal.own_event("login", "login", &digest(login.as_str())[..16]).failed());
            tx.commit().await?;
            return Err(LoginError::Wrong.into());
        };
        tx.forget_login_failures(login.as_str(), &key).await?;
        tx.forget_login_failures(login.as_str(), EVERYBODY).await?;
        let mut stored = load::<Account>(&tx, account.id.0).await?;
        // It may have been given its roles, or been closed, while the password was looked at.
        let refusal = match stored.status {
            AccountStatus::Active => None,
            AccountStatus::Pending => Some(LoginError::Pending),
            AccountStatus::Closed => Some(LoginError::Wrong),
        };
        if let Some(refusal) = refusal {
            tx.audit(portal.event(&stored.actor(), "login", "account", stored.id).failed());
            tx.commit().await?;
            return Err(refusal.into());
        }
        let last_login = stored.last_login.replace(now);
        let device = known.is_none().then(|| {
            let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
            stored.devices.push(digest(&token));
            let surplus = stored.devices.len().saturating_sub(DEVICES);
            stored.devices.drain(..surplus);
            token
        });
        tx.save(&stored).await?;
        let actor = stored.actor();
        let outdated = stored.password_outdated(portal.settings().login.password_days, now);
        tx.audit(portal.event(&actor, "login", "account", actor.account));
        tx.commit().await?;
        Ok(LoggedIn { actor, last_login, device, outdated })
    }

    /// Counts an attempt as a failure unless the client has to wait.
    async fn count_attempt(&self, login: &str, client: &str, known: bool, now: Timestamp) -> Result<()> {
        let portal = self.0;
        let tx = portal.store().begin().await?;
        let everybody = tx.login_failures(login, EVERYBODY).await?;
        let own = tx.login_failures(login, client).await?;
        let everybody = if known { Failures::NONE } else { everybody };
        throttle(own, everybody, now, &portal.settings().login.lockout).map_err(LoginError::Throttled)?;
        tx.count_login_failure(login, client, now).await?;
        if !known {
            tx.count_login_failure(login, EVERYBODY, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Changes one's own password and ends every other session. Wrong old ones
    /// are counted as at the login: an open screen is no way to guess them.
    ///
    /// # Errors
    /// [`LoginError::Wrong`] when the old one does not fit,
    /// [`LoginError::Throttled`] after too many, [`Error::Password`] when the new
    /// one is weak, [`Error::PasswordReused`] when it is one of the last ones.
    pub async fn change_password(&self, actor: &Actor, old: &str, new: &str, this_session: Option<&str>) -> Result<()> {
        const CLIENT: &str = "change of password";
        let portal = self.0;
        let account = self.own(actor).await?;
        self.strong(new, account.login.as_str())?;
        self.count_attempt(account.login.as_str(), CLIENT, true, portal.now()).await?;
        if !self.verify(old.to_owned(), account.password.clone()).await? {
            let mut tx = portal.store().begin().await?;
            tx.audit(portal.event(actor, "account.password", "account", actor.account).failed());
            tx.commit().await?;
            return Err(LoginError::Wrong.into());
        }
        // Only now: whoever does not know the old one is not told which fit before.
        if self.reuses(new.to_owned(), &account).await? {
            let tx = portal.store().begin().await?;
            tx.forget_login_failures(account.login.as_str(), CLIENT).await?;
            tx.commit().await?;
            return Err(Error::PasswordReused { last: portal.settings().login.passwords_remembered.max(1) });
        }
        let hash = self.hash(new.to_owned()).await?;
        let mut tx = portal.store().begin().await?;
        let mut stored = load::<Account>(&tx, actor.account.0).await?;
        stored.set_password(hash, false, portal.settings().login.passwords_remembered, portal.now());
        tx.save(&stored).await?;
        tx.forget_login_failures(account.login.as_str(), CLIENT).await?;
        tx.audit(portal.event(actor, "account.password", "account", actor.account));
        tx.end_sessions(actor.account, this_session).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives a person who has forgotten the password a new one, which has to be
    /// changed at the next login; ends the sessions and lifts the lock. The
    /// answer is the only place where it can be read.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn reset_password(&self, actor: &Actor, id: AccountId) -> Result<String> {
        let portal = self.0;
        let password = temporary_password();
        let hash = self.hash(password.clone()).await?;
        let mut tx = portal.store().begin().await?;
        let mut account = self.other(&tx, actor, Action::UnlockAccount, id).await?;
        account.set_password(hash, true, portal.settings().login.passwords_remembered, portal.now());
        account.devices.clear();
        tx.save(&account).await?;
        tx.forget_all_login_failures(account.login.as_str()).await?;
        tx.audit(portal.event(actor, "account.reset_password", "account", id));
        tx.end_sessions(id, None).await?;
        tx.commit().await?;
        Ok(password)
    }

    /// Hashes a password that several accounts will share.
    ///
    /// # Errors
    /// [`Error::Impossible`] when it cannot be hashed.
    pub async fn share(&self, password: &str) -> Result<SharedPassword> {
        Ok(SharedPassword { plain: password.to_owned(), hash: self.hash(password.to_owned()).await? })
    }

    /// Whether a password is good enough for an account of this name.
    ///
    /// # Errors
    /// [`Error::Password`].
    pub(super) fn strong(&self, password: &str, login: &str) -> Result<()> {
        self.0.settings().login.password.check(password, login).map_err(Error::Password)
    }

    /// Hashes a password away from the async threads, a few at a time.
    pub(super) async fn hash(&self, password: String) -> Result<String> {
        self.0.hashing(move || hash_now(&password)).await?
    }

    async fn verify(&self, password: String, hash: String) -> Result<bool> {
        self.0.hashing(move || fits(&password, &hash)).await
    }

    /// Whether it is one of the last passwords of the account, which are few.
    async fn reuses(&self, password: String, account: &Account) -> Result<bool> {
        let former = usize::from(self.0.settings().login.passwords_remembered.max(1)) - 1;
        let mut hashes: Vec<String> = account.former_passwords.iter().rev().take(former).cloned().collect();
        hashes.push(account.password.clone());
        self.0.hashing(move || hashes.iter().any(|hash| fits(&password, hash))).await
    }
}

impl Portal {
    /// Does slow work with passwords on a thread of its own, a few at a time.
    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _permit = self.parts.hashing.acquire().await.map_err(|e| Error::Impossible(e.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Impossible(error.to_string()))
    }
}

fn hash_now(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Impossible(format!("argon2: {error}")))
}

fn fits(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

/// A hash that no password fits, made once.
fn decoy() -> String {
    static DECOY: OnceLock<String> = OnceLock::new();
    DECOY.get_or_init(|| hash_now(&Uuid::new_v4().to_string()).unwrap_or_default()).clone()
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// Three groups that can be read out on the telephone; about 55 random bits. A capital, small letters and hyphens are
/// three kinds of characters, as the rules want (A13).
fn temporary_password() -> String {
    /// Without those that look like others.
    const SIGNS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789w";
    let random = *Uuid::new_v4().as_bytes();
    // Bytes 6 and 8 hold the version and the variant (RFC 9562, 5.4).
    let picked = [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13];
    let mut password = String::with_capacity(14);
    for (position, byte) in picked.into_iter().map(|at| random[at]).enumerate() {
        if position % 4 == 0 && position > 0 {
            password.push('-');
        }
        match position {
            0 => password.push(char::from(b'A' + byte % 8)),
            1 => password.push(char::from(b'a' + byte % 8)),
            _ => password.push(char::from(SIGNS[usize::from(byte % 32)])),
        }
    }
    password
}
