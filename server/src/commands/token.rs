//! `wugan token`: tokens for programs, from the machine itself.

use clap::{Args, Subcommand};
use domain::text::Name;
use portal::token::TokenScope;

use super::CommandError;
use crate::{config::Config, wiring};

/// Tokens for programs.
#[derive(Debug, Subcommand)]
pub(super) enum Tokens {
    /// 为账号新建程序令牌，只显示一次 · Make a token for an account; it is shown once
    Create(Create),
}

/// A new token.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// 用户名 · Whom the program acts for
    #[arg(long)]
    user: String,
    /// 用途 · What it may be used for: uploads
    #[arg(long, required = true, value_delimiter = ',')]
    scope: Vec<String>,
    /// 名称，便于日后辨认 · A name to know it by
    #[arg(long, default_value = "program")]
    name: String,
}

impl Tokens {
    pub(super) async fn run(self, config: &Config) -> Result<(), CommandError> {
        let Self::Create(create) = self;
        let known = |word: &String| TokenScope::ALL.into_iter().find(|scope| scope.word() == word);
        let scopes = create
            .scope
            .iter()
            .map(|word| {
                known(word).ok_or_else(|| CommandError::Usage(format!("--scope {word}: there is only uploads")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let name = Name::parse(&create.name).map_err(|error| CommandError::Usage(format!("--name: {error}")))?;
        let portal = wiring::open(config).await?;
        let (_, text) =
            portal.tokens().create_locally(&create.user, name, scopes).await.map_err(|error| match error {
                portal::Error::NotFound => {
                    CommandError::Usage(format!("--user {}: there is no such account in use", create.user))
                }
                other => other.into(),
            })?;
        println!("{text}");
        Ok(())
    }
}
