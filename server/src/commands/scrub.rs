//! `wugan scrub`: reads every original again.

use std::time::{Duration, Instant};

use clap::Args;
use domain::ids::ByteCount;
use portal::services::scrubs::{Damage, Pass};

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
            let words = match &fault.what {
                Damage::Missing => "缺失 missing".to_owned(),
                Damage::Changed => "内容已变 changed".to_owned(),
                Damage::Unreadable(why) => format!("无法读取 cannot be read: {why}"),
            };
            println!("✗ {} {words}", fault.digest);
        }
        match pass.faults.len() {
            0 => Ok(()),
            faults => Err(CommandError::Usage(format!("{faults} originals are damaged"))),
        }
    }
}

fn line(pass: &Pass) -> String {
    format!("{} 个文件 files, {} MB, {} 个问题 faults", pass.files, pass.bytes.in_megabytes(), pass.faults.len())
}
