//! What can be asked of the program on the command line.

mod admin;
mod doctor;
mod lists;
mod scrub;
mod serve;
mod token;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    config::{Config, ConfigError, table},
    wiring::{self, WiringError},
};

/// 无感监管 · Supervision without a visit
#[derive(Debug, Parser)]
#[command(name = "wugan", version)]
pub struct Cli {
    /// 设置文件 · Settings file (default: wugan.toml, when it is there)
    #[arg(long, short, global = true, env = "WUGAN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

impl Cli {
    /// Whether this process is to open a file: it does without anything else then, and
    /// takes on limits that leave no room for more.
    pub const fn is_worker(&self) -> bool {
        matches!(self.command, Command::Derive)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 启动服务 · Serve the portal
    Serve(serve::Serve),
    /// 更新数据库结构 · Bring the database up to date
    Migrate,
    /// 管理账号、部门和免罚清单 · Accounts, agencies, the list of first violations
    #[command(subcommand)]
    Admin(admin::Admin),
    /// 管理程序令牌 · Tokens for programs
    #[command(subcommand)]
    Token(token::Tokens),
    /// 重读全部文件、重算存证日志，核对指纹 · Read every file again and compute the log anew, and compare them with
    /// their digests
    Scrub(scrub::Scrub),
    /// 核验一案证据包或留存的签署点，不需要数据库 · Check a bundle of a case, or a checkpoint that was kept; needs no
    /// database
    ///
    /// 退出码 · Exit code: 0 通过 good; 3 证据包自身一致，未用 --keys 核对公钥 it agrees with itself, keys not checked;
    /// 1 有问题 problems
    Verify(verify::Verify),
    /// Opens one file, named on standard input, and says on standard output what was made of it
    #[command(hide = true)]
    Derive,
    /// 检查设置、数据库、存储与磁盘 · Check settings, database, object store and disk
    Doctor(doctor::Doctor),
    /// 查看设置 · Settings
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// 检查设置并列出生效的值 · Check the settings and list the values in use
    Check,
    /// 输出带说明的设置文件 · Print a settings file with explanations
    Example,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Wiring.
    #[error(transparent)]
    Wiring(#[from] WiringError),
    /// A use case.
    #[error("{0}")]
    Portal(#[from] portal::Error),
    /// The world.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// What was asked for cannot be.
    #[error("{0}")]
    Usage(String),
    /// A bundle agrees with itself, and whether its keys are the portal's was not asked.
    #[error("the bundle agrees with itself; its keys were not checked (--keys)")]
    KeysNotChecked,
}

impl CommandError {
    /// What a script is told. Whoever forges a whole bundle forges its keys too, so that one is not taken for checked.
    pub fn exit_code(&self) -> ExitCode {
        if matches!(self, Self::KeysNotChecked) { ExitCode::from(3) } else { ExitCode::FAILURE }
    }
}

/// Does what was asked for.
///
/// # Errors
/// [`CommandError`], to be shown to whoever typed it.
pub async fn run(cli: Cli) -> Result<(), CommandError> {
    if let Command::Config(ConfigCommand::Example) = cli.command {
        print!("{}", table::example());
        return Ok(());
    }
    if let Command::Verify(verify) = cli.command {
        return verify.run();
    }
    let config = Config::load(cli.config.as_deref())?;
    // TLS to databases and object stores needs one chosen by the program. That
    // there is one already is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match cli.command {
        Command::Serve(serve) => serve.run(config).await,
        Command::Migrate => {
            let store = wiring::store(&config).await?;
            store.migrate().await.map_err(WiringError::from)?;
            println!("{} is up to date", store.shown());
            Ok(())
        }
        Command::Admin(admin) => admin.run(&config).await,
        Command::Token(tokens) => tokens.run(&config).await,
        Command::Doctor(doctor) => doctor.run(&config).await,
        Command::Scrub(scrub) => scrub.run(&config).await,
        Command::Verify(verify) => verify.run(),
        Command::Derive => Ok(media::derive::worker::main()?),
        Command::Config(_) => {
            print!("{}", table::in_use(&config));
            Ok(())
        }
    }
}
