//! The authority that says when it saw a checkpoint (RFC 3161, over HTTP: 3.4).

use std::time::Duration;

use proof::{
    Hash,
    stamp::{self, Stamp, StampFault},
};
use reqwest::{Client, Url, header, redirect};

/// How long it may take to be reached.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a whole answer may take.
const ANSWER: Duration = Duration::from_secs(30);
/// An answer has no more bytes than this.
const LARGEST: usize = 256 * 1024;

/// An authority that can be asked.
#[derive(Clone, Debug)]
pub struct Authority {
    url: Url,
    client: Client,
}

/// Why there is no timestamp.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityFault {
    /// Not an address that can be asked.
    #[error("not an http or https address")]
    Address,
    /// It could not be reached, or did not answer in time.
    #[error("the authority cannot be reached: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// It answered with an error.
    #[error("the authority answered with HTTP status {0}")]
    Status(u16),
    /// It answered more than a timestamp has.
    #[error("the authority's answer is too long")]
    TooLong,
    /// What it answered is no timestamp of what was asked.
    #[error(transparent)]
    Stamp(#[from] StampFault),
}

impl Authority {
    /// The authority at an address. For https, the process needs a crypto provider.
    ///
    /// # Errors
    /// [`AuthorityFault::Address`], [`AuthorityFault::Unreachable`] where the client cannot
    /// be made.
    pub fn new(url: &str) -> Result<Self, AuthorityFault> {
        Self::with_limits(url, CONNECT, ANSWER)
    }

    /// The same with less patience.
    ///
    /// # Errors
    /// As [`Authority::new`].
    pub fn with_limits(url: &str, connect: Duration, answer: Duration) -> Result<Self, AuthorityFault> {
        let url: Url = url.parse().map_err(|_| AuthorityFault::Address)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(AuthorityFault::Address);
        }
        let client = Client::builder()
            .connect_timeout(connect)
            .timeout(answer)
            // A post that is sent on elsewhere asks somebody who was not chosen.
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Self { url, client })
    }

    /// Who it is: the host, without what may be secret in the address.
    pub fn name(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Asks for a timestamp of a digest; the nonce is 64 random bits. What comes back is
    /// the answer as it came and what it says.
    ///
    /// # Errors
    /// [`AuthorityFault`].
    pub async fn ask(&self, digest: Hash, nonce: u64) -> Result<(Vec<u8>, Stamp), AuthorityFault> {
        let request = self.client.post(self.url.clone());
        let request = request.header(header::CONTENT_TYPE, "application/timestamp-query");
        let mut response = request.body(stamp::request(digest, nonce)?).send().await?;
        if !response.status().is_success() {
            return Err(AuthorityFault::Status(response.status().as_u16()));
        }
        let mut answer = Vec::new();
        while let Some(piece) = response.chunk().await? {
            answer.extend_from_slice(&piece);
            if answer.len() > LARGEST {
                return Err(AuthorityFault::TooLong);
            }
        }
        let stamp = stamp::read(&answer, digest, Some(nonce))?;
        Ok((answer, stamp))
    }
}
