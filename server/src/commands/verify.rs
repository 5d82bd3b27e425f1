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
            println!("{}", as_json(&report)?);
        } else {
            print!("{}", told(&report));
        }
        match (report.ok, report.trust) {
            (false, _) => Err(CommandError::Usage(format!("{} problems", report.problems.len()))),
            (true, Trust::Given) => Ok(()),
            (true, Trust::Carried) => Err(CommandError::KeysNotChecked),
        }
    }
}

/// Whether a terminal obeys a character, or orders by it what stands around, instead of showing it: controls, and what
/// Unicode calls format and separators of lines.
fn is_hidden(c: char) -> bool {
    let format = matches!(
        c,
        '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    );
    format || c.is_control()
}

/// A line with nothing hidden in it: `\u{1b}` stands for an escape.
fn shown(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A report as JSON. What is hidden stands in its strings alone, and JSON can escape it there.
fn as_json(report: &Report) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(report).map_err(std::io::Error::from)?;
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(c);
        }
    }
    Ok(shown)
}

/// Whether every shell takes a path for a path and for nothing else.
fn is_plain(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/".contains(&byte))
}

/// Beijing time, as everywhere in the portal.
fn when(ms: i64) -> String {
    let offset = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    time.ok().and_then(|time| time.to_offset(offset).format(&Rfc3339).ok()).unwrap_or_else(|| ms.to_string())
}

fn told(report: &Report) -> String {
    let mut lines: Vec<String> = report.case.iter().map(|case| format!("案件 case {case}")).collect();
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
    for id in &report.absent {
        lines.push(format!("日志中有记录、本包未包含的文件或文书 · in the log, not in this bundle: {id}"));
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
        lines.push(if is_plain(&check) {
            format!("  openssl ts -verify -data {check}.txt -in {check}.tsr -CAfile CA.pem -attime {}", stamp.at)
        } else {
            format!("  路径含有命令行可能误解的字符，请先改名 rename first, a shell may not take this for a path: {check}.tsr")
        });
    }
    for key in &report.keys {
        lines.push(format!("公钥 key {key}"));
    }
    for problem in &report.problems {
        lines.push(format!("✗ {}: {}", problem.file, words(problem.fault)));
    }
    lines.push(match (report.ok, report.trust) {
        (false, _) if report.is_unsealed_only() => {
            "结论：各文件与回执相符；文件组成未经签署。 Result: each file is that of its receipt; nobody signed which belong to it."
                .to_owned()
        }
        (false, _) => "结论：有问题，不能作为未经改动的证据包。 Result: there are problems.".to_owned(),
        (true, Trust::Given) => {
            "结论：文件在所示时间收到，此后未改动。 Result: received then, unchanged since.".to_owned()
        }
        (true, Trust::Carried) => "结论：证据包自身一致；公钥来自包内，请用 --keys 与平台公布的公钥核对。 \
             Result: the bundle agrees with itself; its keys came with it, so compare them with the published ones (--keys)."
            .to_owned(),
    });
    // What comes from a bundle neither looks like a line of ours nor moves the cursor.
    lines.iter().map(|line| shown(line) + "\n").collect()
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
        Fault::Seal => "文件组成与平台签署的清单不符 · not the files that the portal signed",
        Fault::Unsealed => {
            "包内没有平台签署的文件清单（旧版证据包没有），文件是否有增减无从核验 · nobody signed which files belong to it, as in older bundles"
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A report on a good bundle, but for this.
    fn report(but: &Value) -> Report {
        let mut report = json!({
            "ok": true, "trust": "given", "base": "bundle-1", "case": null, "origin": "example.org/log", "size": 3,
            "at": 1000, "keys": [], "received": [], "leaves": 3, "absent": [], "stamps": [], "problems": [],
        });
        for (name, value) in but.as_object().unwrap() {
            report[name] = value.clone();
        }
        serde_json::from_value(report).unwrap()
    }

    #[test]
    fn no_bundle_forges_a_line_or_moves_the_cursor() {
        const HIDDEN: &str = "\r\u{1b}\u{7f}\u{9b}\u{ad}\u{200b}\u{2028}\u{202e}\u{2066}\u{feff}\u{e0041}";
        let hides = |text: &str| text.contains(|c: char| HIDDEN.contains(c));
        let name = format!("a\n结论：文件在所示时间收到{HIDDEN}[2K.jpg");
        let file = |received_at: Option<i64>| {
            json!({
                "evidence": name, "path": name, "name": name, "sha256": "0".repeat(64), "sm3": name, "size": 1,
                "received_at": received_at,
            })
        };
        let report = report(&json!({
            "ok": false, "base": name, "origin": name, "keys": [name], "case": name, "absent": [name],
            "received": [file(Some(1000)), file(None)],
            "stamps": [{"file": name, "size": 3, "at": 1, "policy": name}],
            "problems": [{"file": name, "fault": "changed"}],
        }));
        let text = told(&report);
        assert!(!hides(&text), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("结论")).count(), 1, "{text}");
        let written = "a\\u{a}结论：文件在所示时间收到\\u{d}\\u{1b}\\u{7f}\\u{9b}";
        assert!(text.contains(written) && text.contains("\\u{202e}\\u{2066}\\u{feff}\\u{e0041}[2K.jpg"), "{text}");
        let written = as_json(&report).unwrap();
        assert!(!hides(&written), "{written}");
        assert_eq!(serde_json::from_str::<Report>(&written).unwrap(), report);
    }

    #[test]
    fn a_command_is_offered_only_where_a_shell_takes_the_path_for_a_path() {
        let from = |base: &str| {
            let stamp = json!({"file": "proof/stamps/3.tsr", "size": 3, "at": 9, "policy": "1.2.3"});
            told(&report(&json!({"base": base, "stamps": [stamp]})))
        };
        let text = from("bundle-1_a.b");
        let at = "bundle-1_a.b/proof/stamps/3";
        let command = format!("  openssl ts -verify -data {at}.txt -in {at}.tsr -CAfile CA.pem -attime 9\n");
        assert!(text.contains(&command), "{text}");
        for base in ["$(reboot)", "a;b", "a b", "`a`", "a'b", "a|b", "a&b", "证据"] {
            let text = from(base);
            assert!(!text.contains("openssl") && text.contains("请先改名") && text.contains(base), "{text}");
        }
    }

    #[test]
    fn what_the_bundle_leaves_out_is_told_and_is_no_problem() {
        let text = told(&report(&json!({"case": "case-1", "absent": ["evidence-9"]})));
        assert!(text.contains("案件 case case-1\n") && text.contains("not in this bundle: evidence-9\n"), "{text}");
        assert!(!text.contains('✗') && text.contains("此后未改动"), "{text}");
        let text = told(&report(&json!({"ok": false, "problems": [{"file": "proof/seal.txt", "fault": "seal"}]})));
        assert!(text.contains("✗ proof/seal.txt: 文件组成与平台签署的清单不符"), "{text}");
    }
}
