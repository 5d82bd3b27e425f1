//! `wugan admin`: what an installation begins with, from the machine itself.

use std::{
    io::{BufRead, IsTerminal},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use domain::{
    actor::{Certificate, Role, Roles, Scope},
    ids::AgencyId,
    region::RegionCode,
    text::Name,
};
use portal::services::accounts::NewAccount;

use super::{CommandError, lists};
use crate::{config::Config, wiring};

/// Accounts, agencies, lists.
#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// 新建账号 · Create an account
    Create(Create),
    /// 设立执法部门 · Set up an agency
    Agency(lists::NewAgency),
    /// 列出执法部门及其编号 · List the agencies with their ids
    Agencies,
    /// 导入免罚清单 · Import a published list of first violations
    FirstViolations(lists::Import),
}

/// A new account.
#[derive(Debug, Args)]
#[expect(clippy::doc_markdown, reason = "what is documented here is what `--help` prints")]
pub(super) struct Create {
    /// 角色 · Role: system_admin, security_admin, audit_admin, statistician, supervisor, agency_head, officer
    #[arg(long, required = true)]
    role: Vec<String>,
    /// 用户名 · Name to log in with
    #[arg(long)]
    login: String,
    /// 姓名 · The person's name
    #[arg(long)]
    name: String,
    /// 口令文件；不写则从标准输入读取 · File with the password; without it, standard input is read
    #[arg(long)]
    password_file: Option<PathBuf>,
    /// 行政区划代码 · Division the account reaches, for roles of the city
    #[arg(long, default_value = "220100")]
    region: String,
    /// 执法部门编号 · Agency, for officers and heads
    #[arg(long)]
    agency: Option<String>,
    /// 执法证号 · Certificate number, for officers
    #[arg(long, requires = "certificate_until")]
    certificate: Option<String>,
    /// 执法证有效期至，如 2027-12-31 · Last day of the certificate
    #[arg(long, requires = "certificate")]
    certificate_until: Option<String>,
}

impl Admin {
    pub(super) async fn run(self, config: &Config) -> Result<(), CommandError> {
        let create = match self {
            Self::Create(create) => create,
            Self::Agency(agency) => return agency.run(&wiring::open(config).await?).await,
            Self::Agencies => return lists::agencies(&wiring::open(config).await?).await,
            Self::FirstViolations(import) => return import.run(&wiring::open(config).await?).await,
        };
        let new = create.parse()?;
        let portal = wiring::open(config).await?;
        let login = new.login.clone();
        let id = portal.accounts().create_locally(new).await.map_err(|error| match error {
            portal::Error::Password(faults) => {
                let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
                CommandError::Usage(format!("the password is not strong enough: {}", faults.join(", ")))
            }
            other => other.into(),
        })?;
        println!("{login} ({id})");
        Ok(())
    }
}

impl Create {
    fn parse(self) -> Result<NewAccount, CommandError> {
        let bad = |what: &str, why: &dyn std::fmt::Display| CommandError::Usage(format!("{what}: {why}"));
        let roles = self.role.iter().map(|role| role_of(role)).collect::<Result<Vec<_>, _>>()?;
        let roles = Roles::new(roles).map_err(|error| bad("--role", &error))?;
        let scope = match (&self.agency, roles.side()) {
            (Some(agency), _) => Scope::Agency(agency.parse::<AgencyId>().map_err(|error| bad("--agency", &error))?),
            (None, domain::actor::Side::City) => {
                Scope::Jurisdiction(self.region.parse::<RegionCode>().map_err(|error| bad("--region", &error))?)
            }
            (None, domain::actor::Side::Agency) => {
                return Err(CommandError::Usage("--agency is needed for officers and heads".to_owned()));
            }
            (None, domain::actor::Side::Enterprise) => {
                return Err(CommandError::Usage("enterprises register themselves, on the portal".to_owned()));
            }
        };
        let certificate = match (&self.certificate, &self.certificate_until) {
            (Some(number), Some(until)) => Some(Certificate {
                number: Name::parse(number).map_err(|error| bad("--certificate", &error))?,
                valid_to: time::Date::parse(until, time::macros::format_description!("[year]-[month]-[day]"))
                    .map_err(|error| bad("--certificate-until", &error))?,
            }),
            _ => None,
        };
        Ok(NewAccount {
            login: Name::parse(&self.login).map_err(|error| bad("--login", &error))?,
            name: Name::parse(&self.name).map_err(|error| bad("--name", &error))?,
            roles,
            scope,
            certificate,
            password: self.password()?,
        })
    }

    fn password(&self) -> Result<String, CommandError> {
        let text = if let Some(path) = &self.password_file {
            std::fs::read_to_string(path)
                .map_err(|error| CommandError::Usage(format!("--password-file {}: {error}", path.display())))?
        } else {
            let input = std::io::stdin();
            if input.is_terminal() {
                eprint!("口令（输入时可见）· Password (shown as you type): ");
            }
            let mut line = String::new();
            input.lock().read_line(&mut line)?;
            line
        };
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }
}

fn role_of(text: &str) -> Result<Role, CommandError> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|_| {
        let known: Vec<_> = Role::ALL.iter().filter_map(|role| serde_json::to_value(role).ok()).collect();
        let known: Vec<_> = known.iter().filter_map(|role| role.as_str()).collect();
        CommandError::Usage(format!("--role {text}: known are {}", known.join(", ")))
    })
}
