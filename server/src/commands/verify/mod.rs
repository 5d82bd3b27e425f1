//! `wugan verify`: checks a bundle, with nothing but the bundle, and whether the log only grew since a checkpoint that
//! somebody kept.

mod kept;
mod shown;

use std::{
    fmt::Display,
    fs::File,
    io::{BufReader, Read as _},
    path::{Path, PathBuf},
};

use clap::Args;
use proof::{
    bundle::{self, Absent, AbsentKind, Fault, Report, Stamped, Trust},
    merkle::Proof,
    note::{Checkpoint, KeyRing},
};
use serde::Serialize;
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use super::CommandError;
use kept::{Compared, Kept, Later};

/// A checkpoint has no more bytes than this.
const LARGEST_NOTE: u64 = 64 * 1024;

/// Checks a bundle of a case, or a checkpoint.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// 证据包文件，或较晚的签署点文件 · The bundle, or a later checkpoint
    #[arg(value_name = "BUNDLE")]
    file: PathBuf,
    /// 另行取得的公钥文件（/api/v1/log/keys） · Public keys that did not come with the bundle
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// 留存的签署点文件（/api/v1/log/checkpoint，或照打印的回执录入），核对日志此后是否只增不改 · A checkpoint that was kept, or
    /// typed from a printed receipt: whether the log only grew since
    #[arg(long, value_name = "FILE", requires = "keys")]
    checkpoint: Option<PathBuf>,
    /// 两个签署点之间的一致性证明（/api/v1/log/consistency） · The proof between the two
    #[arg(long, value_name = "FILE", requires = "checkpoint")]
    proof: Option<PathBuf>,
    /// 以 JSON 输出 · Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let keys: Option<KeyRing> = self.keys.as_deref().map(json_in).transpose()?;
        let proof: Option<Proof> = self.proof.as_deref().map(json_in).transpose()?;
        let kept = self.checkpoint.as_deref().zip(keys.as_ref()).map(|(path, keys)| {
            let text = note_in(path)?.ok_or_else(|| unreadable(path, &"not a checkpoint"))?;
            Kept::read(&text, keys).ok_or_else(|| unreadable(path, &"not a checkpoint"))
        });
        let kept = kept.transpose()?;
        let found = match (self.later()?, &keys) {
            (None, _) => {
                let file = File::open(&self.file).map_err(|error| unreadable(&self.file, &error))?;
                let report = bundle::verify(BufReader::new(file), keys.as_ref(), &mut |_, _| {});
                let ours = report.checkpoint();
                let compared = kept.as_ref().map(|kept| kept.compared(ours.as_ref(), proof.as_ref()));
                Found { report: Some(report), checkpoint: None, compared }
            }
            (Some(text), Some(keys)) => {
                let later = Kept::read(&text, keys).ok_or_else(|| unreadable(&self.file, &"not a checkpoint"))?;
                let ours = later.signed.then_some(&later.checkpoint);
                let compared = kept.as_ref().map(|kept| kept.compared(ours, proof.as_ref()));
                Found { report: None, checkpoint: Some(Later::of(&later)), compared }
            }
            (Some(_), None) => {
                return Err(CommandError::Usage("a checkpoint is checked with the published keys: --keys".to_owned()));
            }
        };
        if self.json {
            println!("{}", shown::json(&found)?);
        } else {
            print!("{}", found.told());
        }
        found.outcome()
    }

    /// The text of the file where it is a checkpoint and no bundle. A script that checks a bundle is never told about a
    /// checkpoint instead.
    fn later(&self) -> Result<Option<String>, CommandError> {
        if self.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip")) {
            return Ok(None);
        }
        let text = note_in(&self.file)?;
        Ok(text.filter(|text| Checkpoint::kept(text).is_some()))
    }
}

fn unreadable(path: &Path, why: &dyn Display) -> CommandError {
    CommandError::Usage(format!("cannot read {}: {why}", path.display()))
}

fn json_in<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, CommandError> {
    let text = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    serde_json::from_slice(&text).map_err(|error| unreadable(path, &error))
}

/// What a file says; nothing where it is no text or too large for a checkpoint.
fn note_in(path: &Path) -> Result<Option<String>, CommandError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(LARGEST_NOTE + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Ok(if bytes.len() as u64 > LARGEST_NOTE { None } else { String::from_utf8(bytes).ok() })
}

/// What checking came to.
#[derive(Debug, Serialize)]
struct Found {
    /// Of a bundle.
    #[serde(flatten)]
    report: Option<Report>,
    /// Of a checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<Later>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<Compared>,
}

impl Found {
    fn told(&self) -> String {
        let mut lines = Vec::new();
        if let Some(later) = &self.checkpoint {
            lines.push(log_line(&later.origin, later.size, later.at));
            lines.push(if later.signed {
                "签署点由所给公钥签署。 The checkpoint is signed by one of the given keys.".to_owned()
            } else {
                format!("✗ {}", words(Fault::Checkpoint))
            });
        }
        let agrees = self.compared.as_ref().is_none_or(Compared::agrees);
        let compared = self.compared.as_ref().map(Compared::told).unwrap_or_default();
        match &self.report {
            Some(report) => lines.extend(told(report, compared, agrees)),
            None => lines.extend(compared),
        }
        // What comes from a bundle neither looks like a line of ours nor moves the cursor.
        lines.iter().map(|line| shown::line(line) + "\n").collect()
    }

    /// What a script is told.
    fn outcome(&self) -> Result<(), CommandError> {
        let problems = self.report.as_ref().map_or(0, |report| report.problems.len())
            + usize::from(self.checkpoint.as_ref().is_some_and(|later| !later.signed))
            + usize::from(self.compared.as_ref().is_some_and(|compared| !compared.agrees()));
        match self.report.as_ref().map(|report| (report.ok, report.trust)) {
            _ if problems > 0 => Err(CommandError::Usage(format!("{problems} problems"))),
            Some((false, _)) => Err(CommandError::Usage("not a good bundle".to_owned())),
            Some((true, Trust::Carried)) => Err(CommandError::KeysNotChecked),
            Some((true, Trust::Given)) | None => Ok(()),
        }
    }
}

/// Beijing time, as everywhere in the portal.
fn when(ms: i64) -> String {
    let offset = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    time.ok().and_then(|time| time.to_offset(offset).format(&Rfc3339).ok()).unwrap_or_else(|| ms.to_string())
}

fn log_line(origin: &str, size: u64, at: i64) -> String {
    format!("日志 log {origin}, 签署点 checkpoint {size}, {}", when(at))
}

/// The lines of a report on a bundle; those of a comparison stand before the result, which promises nothing unless the
/// two agree.
fn told(report: &Report, compared: Vec<String>, agrees: bool) -> Vec<String> {
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
        lines.push(log_line(origin, size, at));
    }
    lines.extend(report.absent.iter().map(left_out));
    if !report.stamps.is_empty() {
        lines.push(
            "外部时间戳：只核对了时间戳针对的是上述日志的签署点，没有核验时间戳机构的签名。取得该机构的根证书（CA.pem）后，在证据包解压处\
             运行下列命令核验。 Timestamps: checked that each is of a checkpoint of this log; the authority's signature was NOT \
             checked. With the authority's root certificate (CA.pem), run these where the bundle was unpacked:"
                .to_owned(),
        );
    }
    lines.extend(report.stamps.iter().flat_map(|stamp| stamped(report, stamp)));
    for key in &report.keys {
        lines.push(format!("公钥 key {key}"));
    }
    for problem in &report.problems {
        lines.push(format!("✗ {}: {}", problem.file, words(problem.fault)));
    }
    lines.extend(compared);
    lines.push(match (report.ok, report.trust) {
        (false, _) if report.is_unsealed_only() => {
            "结论：各文件与回执相符；文件组成未经签署。 Result: each file is that of its receipt; nobody signed which belong to it."
                .to_owned()
        }
        (false, _) => "结论：有问题，不能作为未经改动的证据包。 Result: there are problems.".to_owned(),
        (true, Trust::Given) if !agrees => "结论：证据包自身没有问题，但与留存的签署点不符或尚未比对，\
             所示时间不能据此认定。 Result: the bundle itself holds, but does not agree with the kept checkpoint or was \
             not compared: do not rely on its times."
            .to_owned(),
        (true, Trust::Given) => {
            "结论：文件在所示时间收到，此后未改动。 Result: received then, unchanged since.".to_owned()
        }
        (true, Trust::Carried) => "结论：证据包自身一致；公钥来自包内，请用 --keys 与平台公布的公钥核对。 \
             Result: the bundle agrees with itself; its keys came with it, so compare them with the published ones (--keys)."
            .to_owned(),
    });
    lines
}

/// What the log has and the bundle has not, with all that is known of it.
fn left_out(absent: &Absent) -> String {
    let Absent { id, what, at, sha256, size } = absent;
    let what = match what {
        AbsentKind::File => "文件 file, 收到于 received",
        AbsentKind::Quarantined => "检出恶意代码、已隔离的文件 file with malware, kept apart, 收到于 received",
        AbsentKind::Document => "文书 document, 发出于 issued",
    };
    let size = size.map(|size| format!(", {size} 字节 bytes")).unwrap_or_default();
    let at = when(*at);
    format!(
        "日志中有记录、本包未包含 · in the log, not in this bundle: {what} {at}{size}, SHA-256 {sha256}, 编号 id {id}"
    )
}

fn stamped(report: &Report, stamp: &Stamped) -> [String; 2] {
    let at = when(stamp.at.saturating_mul(1000));
    let command = report.signature_command(stamp).unwrap_or_else(|| {
        let path = report.unpacked(stamp);
        format!("路径含有命令行可能误读的字符，请先改名 rename first, a shell may not take this for a path: {path}.tsr")
    });
    [format!("时间戳 stamped {at} ({})", stamp.policy), format!("  {command}")]
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
    pub(super) fn report(but: &Value) -> Report {
        let mut report = json!({
            "ok": true, "trust": "given", "base": "bundle-1", "case": null, "origin": "example.org/log", "size": 3,
            "at": 1000, "keys": [], "received": [], "leaves": 3, "absent": [], "stamps": [], "problems": [],
        });
        for (name, value) in but.as_object().unwrap() {
            report[name] = value.clone();
        }
        serde_json::from_value(report).unwrap()
    }

    /// What is said of it.
    fn told(report: Report) -> String {
        Found { report: Some(report), checkpoint: None, compared: None }.told()
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
        let absent = json!({"id": name, "what": "file", "at": 1, "sha256": "0".repeat(64)});
        let report = report(&json!({
            "ok": false, "base": name, "origin": name, "keys": [name], "case": name, "absent": [absent],
            "received": [file(Some(1000)), file(None)],
            "stamps": [{"file": name, "size": 3, "at": 1, "policy": name}],
            "problems": [{"file": name, "fault": "changed"}],
        }));
        let text = told(report.clone());
        assert!(!hides(&text), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("结论")).count(), 1, "{text}");
        let written = "a\\u{a}结论：文件在所示时间收到\\u{d}\\u{1b}\\u{7f}\\u{9b}";
        assert!(text.contains(written) && text.contains("\\u{202e}\\u{2066}\\u{feff}\\u{e0041}[2K.jpg"), "{text}");
        let found = Found { report: Some(report.clone()), checkpoint: None, compared: None };
        let written = shown::json(&found).unwrap();
        assert!(!hides(&written), "{written}");
        assert_eq!(serde_json::from_str::<Report>(&written).unwrap(), report);
    }

    #[test]
    fn that_the_authority_s_signature_was_not_checked_is_said_with_the_command_that_does() {
        let stamp = json!({"file": "proof/stamps/3.tsr", "size": 3, "at": 9, "policy": "1.2.3"});
        let from = |base: &str| told(report(&json!({"base": base, "stamps": [stamp]})));
        let text = from("bundle-1_a.b");
        let at = "bundle-1_a.b/proof/stamps/3";
        let command = format!("  openssl ts -verify -data {at}.txt -in {at}.tsr -CAfile CA.pem -attime 9\n");
        assert!(text.contains("没有核验时间戳机构的签名") && text.contains(&command), "{text}");
        for base in ["$(reboot)", "a;b", "证据"] {
            let text = from(base);
            assert!(!text.contains("openssl") && text.contains("请先改名") && text.contains(base), "{text}");
        }
        assert!(!told(report(&json!({}))).contains("时间戳"));
    }

    #[test]
    fn what_the_bundle_leaves_out_is_told_and_is_no_problem() {
        let digest = "ab".repeat(32);
        let absent = json!([
            {"id": "evidence-9", "what": "file", "at": 0, "sha256": digest, "size": 7},
            {"id": "evidence-10", "what": "quarantined", "at": 0, "sha256": digest, "size": 7},
            {"id": "document-1", "what": "document", "at": 0, "sha256": digest},
        ]);
        let text = told(report(&json!({"case": "case-1", "absent": absent})));
        let lines = [
            "案件 case case-1".to_owned(),
            format!(
                "file, 收到于 received 1970-01-01T08:00:00+08:00, 7 字节 bytes, SHA-256 {digest}, 编号 id evidence-9"
            ),
            "检出恶意代码、已隔离的文件 file with malware, kept apart".to_owned(),
            format!("文书 document, 发出于 issued 1970-01-01T08:00:00+08:00, SHA-256 {digest}, 编号 id document-1"),
        ];
        for line in lines {
            assert!(text.contains(&line), "no {line} in {text}");
        }
        assert!(!text.contains('✗') && text.contains("此后未改动"), "{text}");
        let text = told(report(&json!({"ok": false, "problems": [{"file": "proof/seal.txt", "fault": "seal"}]})));
        assert!(text.contains("✗ proof/seal.txt: 文件组成与平台签署的清单不符"), "{text}");
    }
}
