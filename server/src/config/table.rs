//! Every setting by name, with what it does.

use figment::value::{Dict, Value};

use super::{Config, names};

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in the file; dots are tables.
    pub key: &'static str,
    /// What it does, in Chinese.
    pub zh: &'static str,
    /// What it does, in English.
    pub en: &'static str,
}

macro_rules! settings {
    ($($key:literal: $zh:literal, $en:literal;)+) => {
        /// Every setting there is, in the order of the example file.
        pub const SETTINGS: &[Setting] = &[$(Setting { key: $key, zh: $zh, en: $en }),+];
    };
}

settings! {
    "listen": "监听地址和端口。", "Address and port to listen on.";
    "public_url": "公众访问的网址，如 https://wugan.example.gov.cn，不带路径；https 时 Cookie 才带 Secure，并启用 HSTS。留空时按监听地址。",
        "The address people type, such as https://wugan.example.gov.cn, without a path. Under https, cookies are Secure and HSTS is sent. Empty: the listening address.";
    "data_dir": "数据目录：SQLite 数据库、原始文件、接收中的文件。", "Folder for the SQLite database, originals, and files being received.";
    "spool_dir": "接收中的文件存放的目录。多台服务器同时运行时，必须是各台共享的目录。留空时为数据目录下的 spool。",
        "Folder for files being received. Several servers must share it. Empty: `spool` in the data folder.";
    "database_url": "数据库：sqlite:路径 或 postgres://用户:密码@主机/库。留空时用数据目录中的 SQLite。",
        "The database: sqlite:PATH or postgres://user:password@host/name. Empty: SQLite in the data folder.";
    "database_readers": "连接 PostgreSQL 读取时最多的连接数（SQLite 不使用此项）。", "Connections for reading from a PostgreSQL at most (SQLite does not use it).";
    "database_writers": "连接 PostgreSQL 写入时最多的连接数（SQLite 不使用此项）。", "Connections for writing to a PostgreSQL at most (SQLite does not use it).";
    "objects_url": "原始文件存放处：file:///目录 或 s3://桶（端点和密钥用 AWS_* 环境变量）。留空时为数据目录下的 objects。",
        "Where originals are kept: file:///folder or s3://bucket (endpoint and keys by the AWS_* variables). Empty: `objects` in the data folder.";
    "signing_key": "签署证据日志和回执的密钥：64 位十六进制数，建议用 WUGAN_SIGNING_KEY_FILE 从文件读取。多台服务器必须相同。留空时首次启动自动生成，存为数据目录下的 signing.key，请妥善备份。",
        "The key that signs the log of evidence and receipts: 64 hexadecimal digits, best read from a file by WUGAN_SIGNING_KEY_FILE. The same on all servers. Empty: made at the first start and kept as signing.key in the data folder; keep a copy.";
    "timestamp_url": "可信时间戳服务的地址（RFC 3161，https:// 或 http://），定时为签署后的存证日志加盖外部时间戳；服务不通时自动重试，不影响上传和办理。留空时不加盖，页面如实写明。",
        "The timestamp authority (RFC 3161, https:// or http://) that stamps the signed log from time to time; while it cannot be reached, it is asked again and nobody waits. Empty: no outside timestamps, and pages say so.";
    "timestamp_minutes": "每隔多少分钟加盖一次外部时间戳；有案件作出决定后随即加盖。", "Minutes between two timestamps; after a decision on a case one is asked for at once.";
    "objects_secret_key": "S3 的密钥，建议用 WUGAN_OBJECTS_SECRET_KEY_FILE 从文件读取。留空时用 AWS_SECRET_ACCESS_KEY。",
        "Secret key of an S3 store, best read from a file by WUGAN_OBJECTS_SECRET_KEY_FILE. Empty: AWS_SECRET_ACCESS_KEY.";
    "objects_signed_seconds": "用户打开原始文件时，改由 S3 存储直接发送，签名地址有效的秒数（最多 60，先记录访问再给出地址）。用户的设备能访问存储的地址时才可使用；0 为经本系统发送。",
        "Seconds for which a signed address works that sends people to the S3 store itself for an original (at most 60; the access is noted first). Only where people's devices reach the store; 0: originals come through the portal.";
    "client_address_header": "反向代理写入客户端地址的请求头，如 X-Forwarded-For（取最后一个地址）。没有反向代理时必须留空，否则地址可被伪造。",
        "Header in which the reverse proxy tells the client's address, such as X-Forwarded-For (its last address counts). Leave empty without a proxy, or addresses can be forged.";
    "forwarded_headers": "是否相信反向代理写入的 X-Forwarded-Proto 和 X-Forwarded-Host（用于告知上传地址；设置了 public_url 时不需要）。没有反向代理时必须为 false。",
        "Whether X-Forwarded-Proto and X-Forwarded-Host are the reverse proxy's and believed (for the addresses of uploads; not needed with public_url). Must be false without a proxy.";
    "log": "日志级别，如 info 或 info,server=debug。", "What is logged, such as info or info,server=debug.";
    "log_format": "日志格式：text 或 json。", "How log lines look: text or json.";
    "hashers": "同时计算的口令哈希数，每个约占 19 MiB 内存。", "Passwords hashed at once; each takes about 19 MiB.";
    "request_seconds": "一次请求最多的处理秒数（上传和下载除外）。", "Seconds an answer may take (not uploads and downloads).";
    "upload_idle_seconds": "上传时连续多少秒几乎没有收到数据（不足 1 KiB）即中断，可以续传。", "Seconds with hardly a byte (less than 1 KiB) after which an upload is broken off; it can be resumed.";
    "head_seconds": "一个连接发送请求头、或开始下一次请求最多的秒数。", "Seconds in which a connection must send the head of a request, or begin the next one.";
    "shutdown_seconds": "停止服务时，等待处理中的请求完成的秒数。", "Seconds in which requests in flight may end when the server stops.";
    "sweep_seconds": "每隔多少秒检查到期事项。", "Seconds between two looks at what is due.";
    "strangers_posts_per_minute": "未登录时，同一地址每分钟可提交的次数（登录、注册等）；0 为不限。同一单位的人常共用一个地址，请勿设得过低。",
        "Posts a minute from one address where nobody is logged in (logins, registrations); 0 is no limit. The people of one office often share an address.";
    "scanner": "病毒扫描服务 clamd 的地址：tcp://主机:端口 或 unix:///路径。留空时不扫描，页面会如实写明“未扫描”。",
        "Where clamd is: tcp://host:port or unix:///path. Empty: files are not looked through for malware, and pages say so.";
    "scanner_megabytes": "超过多少 MB 的文件不送扫描（记为“未扫描”）。不得大于 clamd 的 StreamMaxLength、MaxFileSize 和 MaxScanSize；clamd.conf 中须设置 AlertExceedsMax yes，否则 clamd 会把没有扫完的文件报为正常。",
        "Files above so many megabytes are not sent to clamd (and are called not scanned). Must not be above its StreamMaxLength, MaxFileSize and MaxScanSize; clamd.conf must say `AlertExceedsMax yes`, or clamd calls clean what it did not read whole.";
    "examiners": "本服务器同时检查几个文件（读取拍摄信息、制作预览、扫描病毒）；0 表示由其他服务器检查，国密摘要（SM3）也由其他服务器计算。", "Files that this server examines at a time (what they say of themselves, previews, malware); 0 leaves it, and the SM3 digests, to other servers.";
    "min_free_megabytes": "数据目录和 spool_dir 所在磁盘各自的最低剩余空间（MB），任何一处低于时 /readyz 返回 503。",
        "Megabytes that must be free in the data folder and in spool_dir; below in either, /readyz answers 503.";
    "site.sponsor": "主办单位名称，显示在每页底部。留空时页面说明本站暂未正式开通。", "The office that runs the site, shown at the foot of every page. Empty: pages say that it is not in official service.";
    "site.filing": "ICP 备案号，按页面显示的样子填写，如 吉ICP备00000000号。", "The ICP filing as it is to be shown, such as 吉ICP备00000000号.";
    "site.police_filing": "公安联网备案号，按页面显示的样子填写。", "The filing with the police as it is to be shown.";
    "site.identifier": "政府网站标识码。", "The identifier as a government site.";
    "rules.clocks.registration": "确认企业登记的工作日数。", "Working days for confirming a registration.";
    "rules.clocks.registration_correction": "登记未获确认后，留给企业更正的工作日数；逾期未更正、也没有办过申请的，同一信用代码可以重新注册，原账号停用。",
        "Working days in which an enterprise may correct a registration that was not confirmed; then, unless it has ever applied, its credit code can be registered again and its accounts are closed.";
    "rules.clocks.eligibility_decision": "决定无感申请的工作日数。", "Working days for deciding an application.";
    "rules.clocks.evidence_window": "企业提交一轮自查材料的工作日数。", "Working days in which an enterprise sends the evidence of a round.";
    "rules.clocks.review": "审核一轮自查的工作日数。", "Working days for reviewing a round.";
    "rules.clocks.supplement": "补充材料的工作日数。", "Working days for supplementing what was asked for.";
    "rules.clocks.rectification": "整改的工作日数（事项另有规定的除外）。", "Working days for putting a finding right, where the item says nothing else.";
    "rules.clocks.recheck": "复核整改的工作日数。", "Working days for checking a rectification.";
    "rules.evidence.photo": "单张照片的最大字节数。", "Bytes of one photo at most.";
    "rules.evidence.video": "单个视频的最大字节数。", "Bytes of one video at most.";
    "rules.evidence.document": "单份文档的最大字节数。", "Bytes of one document at most.";
    "rules.evidence.files_per_line": "每个检查项最多的文件数。", "Files on one line at most.";
    "rules.evidence.files_per_case": "每次自查最多的文件数。", "Files in one case at most.";
    "rules.evidence.bytes_per_case": "每次自查全部文件合计的最大字节数，移除的文件也计入。", "Bytes of all files of one case together at most, those removed included.";
    "rules.evidence.bytes_on_the_way": "每人正在上传的文件合计的最大字节数。", "Bytes that one person may have on the way at a time.";
    "rules.evidence.files_on_the_way": "每人正在上传的最多文件数。", "Files that one person may have on the way at a time.";
    "rules.evidence.senders_per_person": "每人同时上传的最多文件数。", "Files that one person may send at the same moment.";
    "rules.evidence.senders_in_all": "一台服务器同时接收的最多文件数，超出时请对方稍后再传（503）。", "Files that one server takes at the same moment; whoever comes beyond is asked to wait (503).";
    "rules.evidence.unfinished_hours": "多少小时没有收到新内容，未传完的文件即放弃。", "Hours without a byte after which an unfinished upload is given up.";
    "rules.capture.minutes": "现场拍摄编号的有效分钟数。", "Minutes for which a code for live capture counts.";
    "rules.capture.codes_per_hour": "每人每小时最多领取的拍摄编号数。", "Codes for live capture that one person may ask for in an hour.";
    "rules.ledger.quiet_days": "多少天内未发生同一检查即确认减免。", "Days without the same visit after which a visit avoided is confirmed.";
    "rules.ledger.remote_counts_to_cap": "部门按计划安排、以在线方式完成的检查，是否计入年度检查频次上限。", "Whether a check that an agency had planned and did online counts to the yearly cap.";
    "rules.login.password.min_length": "口令最少字符数。", "The least number of characters of a password.";
    "rules.login.password.classes": "口令至少包含的字符种类数。", "Kinds of characters a password must have.";
    "rules.login.password.max_length": "口令最多字符数。", "The greatest number of characters of a password.";
    "rules.login.lockout.per_client_limit": "同一客户端对同一账号连续输错多少次后需等待。", "Failures of one client for one account after which that client waits.";
    "rules.login.lockout.lock_minutes": "等待的分钟数。", "Minutes it waits.";
    "rules.login.lockout.account_limit": "同一账号被输错多少次后，任何人登录都需稍候。", "Failures for one account, from anywhere, after which everyone waits a little.";
    "rules.login.lockout.account_delay_seconds": "稍候的最长秒数。", "The longest that wait grows to, in seconds.";
    "rules.login.idle_minutes": "多少分钟没有操作即退出登录。", "Minutes without a request after which a login ends.";
    "rules.login.absolute_minutes": "登录后最长的分钟数。", "Minutes after which a login ends in any case.";
    "rules.login.password_days": "部门和市区人员的密码使用多少天后，登录时引导更换；0 为不引导。", "Days after which people of agencies and of the city are led to a new password when they log in; 0 is never.";
    "rules.login.passwords_remembered": "新密码不得与最近多少次用过的密码相同（含当前密码）；0 或 1 为仅不得与当前密码相同。", "So many of the last passwords are not taken again, the present one among them; with 0 or 1 it is the present one only.";
    "rules.review.supplement_rounds": "一次自查最多要求补充材料的次数。", "How often more evidence may be asked for in one case.";
    "rules.review.together_days": "同一企业的各项自查，到期日相差不超过多少天的合并为一次。", "Self-checks of one enterprise that fall due within so many days of each other begin together.";
    "rules.review.look_again_months": "已改为须现场检查的事项，多少个月后再看其能否恢复线上检查。", "Months after which it is looked again whether an item that needs the site by now can be checked without a visit.";
}

impl Setting {
    /// Whether its default is a number.
    pub(super) fn is_number(&self) -> bool {
        default_of(self.key).is_some_and(|value| matches!(value, Value::Num(..)))
    }
}

fn defaults() -> Dict {
    match Value::serialize(Config::default()) {
        Ok(Value::Dict(_, dict)) => dict,
        // A struct serialises to a dictionary; nothing else can come here.
        _ => Dict::new(),
    }
}

fn default_of(key: &str) -> Option<Value> {
    let mut dict = defaults();
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        match dict.remove(part)? {
            Value::Dict(_, inner) => dict = inner,
            value => return parts.peek().is_none().then_some(value),
        }
    }
    None
}

/// A settings file with every setting at its default, commented.
pub fn example() -> String {
    let mut out = String::from(
        "# 无感监管的设置。没有写出的用默认值；环境变量优先（listen 即 WUGAN_LISTEN，rules.clocks.review 即\n\
         # WUGAN_RULES__CLOCKS__REVIEW）；变量名加 _FILE 时从文件读取，适合密码。\n\
         # Settings of wugan. What is not written has its default. The environment wins (listen is WUGAN_LISTEN,\n\
         # rules.clocks.review is WUGAN_RULES__CLOCKS__REVIEW); with _FILE the value is read from a file.\n",
    );
    let mut table = "";
    for setting in SETTINGS {
        let (of, name) = setting.key.rsplit_once('.').unwrap_or(("", setting.key));
        if of != table {
            out.push_str(&format!("\n[{of}]\n"));
            table = of;
        }
        let value = default_of(setting.key).map(|value| shown(&value)).unwrap_or_default();
        out.push_str(&format!("\n# {}\n# {}\n# {name} = {value}\n", setting.zh, setting.en));
    }
    out
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("{text:?}"),
        Value::Bool(_, flag) => flag.to_string(),
        Value::Num(_, number) => number.to_u128().map(|number| number.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The values in use, secrets left out, one `name = value` a line.
pub fn in_use(config: &Config) -> String {
    let mut keys = Vec::new();
    let Ok(Value::Dict(_, mut dict)) = Value::serialize(config) else { return String::new() };
    for (name, secret) in [
        ("database_url", &config.database_url),
        ("objects_secret_key", &config.objects_secret_key),
        ("signing_key", &config.signing_key),
    ] {
        if !secret.reveal().is_empty() {
            dict.insert(name.to_owned(), Value::from("(secret)"));
        }
    }
    names::leaves(&dict, "", &mut keys);
    let value = Value::from(dict);
    let line = |setting: &Setting| {
        let value = value.find_ref(setting.key).map(shown).unwrap_or_default();
        format!("{} = {value}\n", setting.key)
    };
    SETTINGS.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_has_exactly_the_settings_there_are() {
        let mut keys = Vec::new();
        names::leaves(&defaults(), "", &mut keys);
        let there: BTreeSet<_> = keys.iter().map(String::as_str).collect();
        let told: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.key).collect();
        assert_eq!(there, told);
    }
}
