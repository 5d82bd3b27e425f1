//! `wugan verify`: checks a bundle, with nothing but the bundle.

use std::{fs::File, io::BufReader, path::PathBuf};

use clap::Args;
use proof::{
    bundle::{self, Fault, Report, Trust},
    note::KeyRing,
};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use super::CommandError;

/// Checks a bundle of a case.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// 证据包文件 · The bundle
    bundle: PathBuf,
    /// 另行取得的公钥文件（/api/v1/log/keys） · Public keys that did not come with the bundle
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// 以 JSON 输出 · Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let unreadable = |path: &PathBuf, why: &dyn std::fmt::Display| {
            CommandError::Usage(format!("cannot read {}: {why}", path.display()))
        };
        let keys = self.keys.as_ref().map(|path| {
            let text = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
            serde_json::from_slice::<KeyRing>(&text).map_err(|error| unreadable(path, &error))
        });
        let keys = keys.transpose()?;
        let file = File::open(&self.bundle).map_err(|error| unreadable(&self.bundle, &error))?;
        let report = bundle::verify(BufReader::new(file), keys.as_ref(), &mut |_, _| {});
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report).map_err(std::io::Error::from)?);
        } else {
            print!("{}", told(&report));
        }
        if report.ok { Ok(()) } else { Err(CommandError::Usage(format!("{} problems", report.problems.len()))) }
    }
}

/// Beijing time, as everywhere in the portal.
fn when(ms: i64) -> String {
    let offset = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    time.ok().and_then(|time| time.to_offset(offset).format(&Rfc3339).ok()).unwrap_or_else(|| ms.to_string())
}

fn told(report: &Report) -> String {
    let mut lines = Vec::new();
    for file in &report.received {
        match file.received_at {
            Some(at) => {
                lines.push(format!("{}  收到于 received {}  {}", file.sha256, when(at), file.name));
                lines.extend(file.sm3.as_ref().map(|sm3| format!("  SM3 {sm3}")));
            }
            None => lines.push(format!("{}  未能证明收到时间 not proved  {}", file.sha256, file.name)),
        }
    }
    lines.push(format!("日志记录 log entries: {}", report.leaves));
    if let (Some(origin), Some(size), Some(at)) = (&report.origin, report.size, report.at) {
        lines.push(format!("日志 log {origin}, 签署点 checkpoint {size}, {}", when(at)));
    }
    for stamp in &report.stamps {
        let at = when(stamp.at.saturating_mul(1000));
        let check = stamp.file.trim_end_matches(".tsr");
        // As it lies where the bundle was unpacked.
        let check = report.base.as_ref().map_or_else(|| check.to_owned(), |base| format!("{base}/{check}"));
        lines.push(format!(
            "时间戳 stamped {at} ({}). 时间戳机构的签名请另行核验 check the authority's signature:",
            stamp.policy
        ));
        lines.push(format!(
            "  openssl ts -verify -data {check}.txt -in {check}.tsr -CAfile CA.pem -attime {}",
            stamp.at
        ));
    }
    for key in &report.keys {
        lines.push(format!("公钥 key {key}"));
    }
    for problem in &report.problems {
        lines.push(format!("✗ {}: {}", problem.file, words(problem.fault)));
    }
    lines.push(match (report.ok, report.trust) {
        (false, _) => "结论：有问题，不能作为未经改动的证据包。 Result: there are problems.".to_owned(),
        (true, Trust::Given) => {
            "结论：文件在所示时间收到，此后未改动。 Result: received then, unchanged since.".to_owned()
        }
        (true, Trust::Carried) => "结论：证据包自身一致；公钥来自包内，请用 --keys 与平台公布的公钥核对。 \
             Result: the bundle agrees with itself; its keys came with it, so compare them with the published ones (--keys)."
            .to_owned(),
    });
    lines.join("\n") + "\n"
}

fn words(fault: Fault) -> &'static str {
    match fault {
        Fault::NotABundle => "不是证据包，或已损坏 · not a bundle, or damaged",
        Fault::Hidden => "含有一般工具看不到的内容 · has parts that tools do not show",
        Fault::TooMany => "文件太多 · too many files",
        Fault::TooLarge => "文件过大 · too large",
        Fault::Name => "文件名不合规 · not a name of a bundle",
        Fault::Packed => "被压缩或加密 · compressed or encrypted",
        Fault::Unreadable => "无法读取 · cannot be read",
        Fault::Missing => "缺失 · missing",
        Fault::Unlisted => "清单中没有 · not listed",
        Fault::Changed => "内容与清单不符 · changed",
        Fault::Form => "格式有误 · malformed",
        Fault::Other => "不是回执所指的文件 · not the file of its receipt",
        Fault::Receipt(_) => "回执不成立 · the receipt does not hold",
        Fault::Inclusion => "不在签署点内 · not in the checkpoint",
        Fault::Checkpoint => "签署点未由平台公钥签署 · the checkpoint is not signed by the portal",
        Fault::Stamp => "时间戳与签署点不符 · the timestamp is not of this checkpoint",
        Fault::Consistency => "不属于同一日志 · not of the same log",
    }
}
