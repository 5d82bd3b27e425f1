//! `wugan scrub`: reads again what is kept.

use std::time::{Duration, Instant};

use clap::Args;
use domain::ids::ByteCount;
use portal::services::{
    examinations::form_name,
    scrubs::{Damage, LogFault, MadeOf, Pass, ScrubFault},
};

use super::CommandError;
use crate::{config::Config, wiring};

/// How fast to read.
#[derive(Debug, Args)]
pub(super) struct Scrub {
    /// 每秒最多读取的兆字节，0 为不限 · Megabytes a second at most; 0 is as fast as it goes
    #[arg(long, default_value_t = 20, value_name = "MB")]
    rate: u64,
}

impl Scrub {
    pub(super) async fn run(self, config: &Config) -> Result<(), CommandError> {
        let portal = wiring::portal(config, wiring::store(config).await?, wiring::objects(config)?)?;
        if let Some(pass) = portal.scrubs().last().await?.filter(|pass| pass.ended_at.is_none()) {
            println!("接着上次继续 going on behind {} files", pass.files);
        }
        let rate = (self.rate > 0).then(|| ByteCount(self.rate.saturating_mul(1_000_000)));
        let mut said = Instant::now();
        let mut tell = |pass: &Pass| {
            if said.elapsed() > Duration::from_secs(5) {
                println!("{}", line(pass));
                said = Instant::now();
            }
        };
        let pass = portal.scrubs().run(rate, &mut tell).await?;
        println!("{}", line(&pass));
        for fault in &pass.faults {
            println!("✗ {}", of_file(fault));
        }
        for row in &pass.rows {
            println!("✗ {row}");
        }
        for fault in &pass.log.faults {
            println!("✗ {}", of_log(fault));
        }
        if pass.log.disagreeing > 0 {
            println!("✗ {} 个签署点与日志不符 checkpoints do not agree with the log", pass.log.disagreeing);
        }
        match pass.wrong() {
            0 => Ok(()),
            faults => Err(CommandError::Usage(format!("{faults} faults in what is kept"))),
        }
    }
}

fn line(pass: &Pass) -> String {
    format!(
        "{} 个原件 originals, {} 个预览 previews, {} 条日志 log entries, {} 个签署点 checkpoints, {} MB, {} 个问题 faults",
        pass.files,
        pass.derived,
        pass.log.leaves,
        pass.log.checkpoints,
        pass.bytes.in_megabytes(),
        pass.wrong()
    )
}

fn of_file(fault: &ScrubFault) -> String {
    let words = match &fault.what {
        Damage::Missing => "缺失 missing".to_owned(),
        Damage::Changed => "内容已变 changed".to_owned(),
        Damage::Unreadable(why) => format!("无法读取 cannot be read: {why}"),
    };
    let of = fault.made_of.as_ref().map(|MadeOf { original, form, again }| {
        let again = if *again { "，将重新生成 to be made anew" } else { "" };
        format!(" ({} · {original}{again})", form_name(*form))
    });
    format!("{} {words}{}", fault.digest, of.unwrap_or_default())
}

fn of_log(fault: &LogFault) -> String {
    match fault {
        LogFault::Missing { from, below } => {
            format!("日志缺失 log entries missing: {from}–{}", below.saturating_sub(1))
        }
        LogFault::Changed { from, below } => {
            format!("日志与签署时不符 log entries are not those that were signed: {from}–{}", below.saturating_sub(1))
        }
        LogFault::Subtrees { from, below } => {
            let last = below.saturating_sub(1);
            format!(
                "日志条目完好，但用于生成证明的散列有误 entries are good, and hashes that proofs are made of are not: {from}–{last}"
            )
        }
        LogFault::Checkpoint { size } => {
            format!("签署点的签名无效 checkpoint not signed by a key of ours in its time: {size}")
        }
    }
}
