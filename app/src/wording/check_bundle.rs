//! Words of the page that checks bundles and receipts where they are, and of the log's
//! public page.

use serde_json::Value;

use super::Wording;

wording! {
    check_bundle_page => "核验证据包和回执", "Check a bundle or a receipt";
    check_bundle_lead => "在您自己的电脑或手机上核验：文件在何时由平台收到，此后有没有改动。文件不会上传，也不离开您的设备。无需登录。", "Checked on your own device: when files were received by the portal, and whether they are unchanged since. The file is not uploaded and does not leave your device. No login needed.";
    check_bundle_choose => "选择文件", "Choose files";
    check_bundle_hint => "证据包（ZIP）一个；或者电子回执（JSON）和它的原文件，可以一次选两个，也可以先选回执再选原文件；或者留存的签署点（TXT）一个。电脑上可以直接拖到这里。", "One bundle (ZIP); or a receipt (JSON) and its original file, both at once or the receipt first; or one checkpoint that you kept (TXT). On a computer you can drop them here.";
    check_bundle_progress => "核验进度", "Progress";
    check_bundle_no_scripts => "本页核验需要启用浏览器脚本。也可以用下面的办法核验，不需要本页。", "Checking on this page needs scripts. You can also check without this page, as follows.";
    check_bundle_without => "不用本页怎样核验", "How to check without this page";
    check_bundle_without_all => "用平台的开源核验程序，不联网也能全部核验。公钥文件请先从本平台另行下载：", "With the portal's open checking program everything can be checked without a network. Download the public keys separately first:";
    check_bundle_without_bag => "证据包是通用的 BagIt 格式，解压后可用 bagit.py 检查文件是否齐全、有没有改动（不要加 --fast）：", "A bundle is a common BagIt bag: unpacked, bagit.py tells whether it is complete and unchanged (never with --fast):";
    check_bundle_without_sums => "只核对文件指纹，解压后在文件夹中运行：", "The digests alone, in the unpacked folder:";
    check_bundle_without_stamp => "外部时间戳由时间戳机构签名。向该机构取得根证书后，用 openssl 核验（TIME 处填时间戳所示时间的秒数，证书过期后仍可核验）：", "Outside timestamps are signed by their authority. With its root certificate, openssl checks them (TIME is the stamp's time in seconds, so that expired certificates still check):";
    check_bundle_means => "核验说明什么，不说明什么", "What it shows, and what it does not";
    check_bundle_means_1 => "说明：这些文件在所示时间由平台收到，此后未改动。任何改动都会在核验中显出来。", "It shows: these files were received by the portal at the times given and are unchanged since. Any change shows.";
    check_bundle_means_2 => "不说明：文件所反映的内容是否属实。是否属实由部门审核。", "It does not show whether what they depict is true. That is for the review.";
    check_bundle_means_3 => "平台由监管部门主办，是利害关系方。不依赖平台的部分是：外部机构的时间戳，以及已经公布、任何人都可以留存比对的签署点。", "The portal is run by the authorities and is an interested party. What does not rest on it: the outside timestamps, and the published checkpoints, which anybody can keep and compare.";
    check_bundle_link => "核验证据包和回执", "Check a bundle or a receipt";
    check_bundle_link_about => "手里是证据包（ZIP）或电子回执（JSON）的，", "If what you have is a bundle (ZIP) or a receipt (JSON):";

    log_page => "存证日志", "Log of evidence";
    log_page_lead => "平台收到、查看和决定的每一项都记入一份只增不改的日志，定时签署并公布。任何人都可以留存签署点，日后核对日志是否只增不改。", "Everything received, opened and decided is an entry of a log that is only added to, and that is signed and published from time to time. Anybody can keep a checkpoint and compare later whether the log only grew.";
    log_page_checkpoints => "最近的签署点", "Latest checkpoints";
    log_page_size(size: u64) => "共 {size} 条", "{size} entries";
    log_page_none => "还没有签署过", "Nothing was signed yet";
    log_page_keys => "公钥", "Public keys";
    log_page_key_now => "使用中", "in use";
    log_page_key_until(at: &str) => "已于 {at} 停用；停用前的签名仍然有效", "replaced on {at}; what it signed before stays good";
    log_page_stamps => "外部时间戳", "Outside timestamps";
    log_page_stamps_about => "由平台以外的时间戳机构（RFC 3161）出具，说明所示签署点在该时间已经存在。", "Given by an authority outside the portal (RFC 3161): the checkpoint existed at that time.";
    log_page_stamps_none => "尚未取得外部时间戳，目前的时间均以平台时钟为准。", "There are no outside timestamps yet; all times are by the portal's own clock.";
    log_page_compare => "比对两个签署点", "Compare two checkpoints";
    log_page_compare_about => "填入两个签署点的条数，平台给出一致性证明（RFC 9162），用来证明后者完整包含前者。将证明存为文件，即可用核验程序自行核对（wugan verify，加 --keys、--checkpoint 和 --proof）；也可以在核验页面选择留存的签署点，由浏览器核对。", "Enter the sizes of two checkpoints; the portal answers with the consistency proof (RFC 9162) that the later contains the earlier unchanged. Save it, and the checking program compares them (wugan verify with --keys, --checkpoint and --proof); or choose the checkpoint that you kept on the checking page, and the browser does.";
    log_page_old => "较早的条数", "Earlier size";
    log_page_new => "较晚的条数", "Later size";
    log_page_compare_button => "取得证明", "Get the proof";
    receipt_sm3 => "SM3 指纹", "SM3 digest";
    receipt_stamp => "外部时间戳", "Outside timestamp";
    receipt_stamp_says(at: &str, authority: &str, size: u64) => "{at}，由 {authority} 出具，覆盖至第 {size} 条", "{at}, by {authority}, covers entries up to {size}";
    receipt_stamp_none => "尚未取得", "None yet";
}

impl Wording {
    /// What the module that checks says, by name, as JSON.
    pub fn verifier_words(self) -> String {
        let say = |zh: &'static str, en: &'static str| self.pick(zh, en);
        let words = [
            ("reading", say("正在您的设备上核验，文件不会上传……", "Checking on your device; nothing is uploaded…")),
            (
                "failed",
                say(
                    "没有核验成。请确认文件没有被移动或删除，再选一次；或用下面的办法核验。",
                    "It could not be checked. Please make sure that the file was not moved or removed and choose it again, or use the ways below.",
                ),
            ),
            (
                "neither",
                say(
                    "选择的文件不是证据包，也不是电子回执或签署点。请选择从本平台下载的 ZIP、JSON 或 TXT 文件。",
                    "This is neither a bundle nor a receipt nor a checkpoint. Please choose the ZIP, JSON or TXT file that you downloaded from this portal.",
                ),
            ),
            ("bundle_good", say("核验通过：文件在所示时间收到，此后未改动", "Good: received then, unchanged since")),
            (
                "bundle_itself",
                say(
                    "证据包自身一致，公钥还需另行核对",
                    "The bundle agrees with itself; its keys are still to be compared",
                ),
            ),
            (
                "bundle_bad",
                say("核验不通过：这个证据包不能作为未经改动的证据包", "Not good: this bundle is not unchanged"),
            ),
            (
                "bundle_unsealed",
                say(
                    "各文件与回执相符；文件组成未经签署",
                    "Each file is that of its receipt; nobody signed which belong to the bundle",
                ),
            ),
            (
                "log_other",
                say(
                    "核验不通过：平台现在公布的日志与这个文件不符",
                    "Not good: the log that the portal publishes now does not agree with this file",
                ),
            ),
            ("receipt_good", say("回执有效", "The receipt holds")),
            (
                "receipt_itself",
                say(
                    "回执自身一致，公钥还需另行核对",
                    "The receipt agrees with itself; its key is still to be compared",
                ),
            ),
            (
                "receipt_next",
                say(
                    "请接着选择它的原文件，核对是不是同一份文件。",
                    "Now choose its original file, to see whether it is the same.",
                ),
            ),
            (
                "receipt_file",
                say(
                    "核验通过：就是这份文件，在所示时间收到，此后未改动",
                    "Good: this is the file; received then, unchanged since",
                ),
            ),
            (
                "receipt_file_itself",
                say(
                    "就是回执所指的文件，公钥还需另行核对",
                    "This is the file of the receipt; its key is still to be compared",
                ),
            ),
            (
                "receipt_other",
                say(
                    "不是同一份文件：所选文件与回执不符，或已被改动",
                    "Not the same file: it is another one than that of the receipt, or was changed",
                ),
            ),
            (
                "receipt_bad",
                say(
                    "回执不成立：不是本平台签发的，或已被改动",
                    "The receipt does not hold: it was not signed by this portal, or was changed",
                ),
            ),
            (
                "trust_given",
                say(
                    "已用本平台公布的公钥核对签名。",
                    "Signatures were checked with the keys that this portal publishes.",
                ),
            ),
            (
                "trust_carried",
                say(
                    "没有取到本平台公布的公钥，签名是用文件自带的公钥核对的。",
                    "The published keys could not be had; signatures were checked with the keys that came with the file.",
                ),
            ),
            (
                "grown",
                say(
                    "与平台现在公布的日志一致：日志只增不改。",
                    "It agrees with the log that the portal publishes now, which only grew.",
                ),
            ),
            (
                "not_grown",
                say(
                    "与平台现在公布的日志不一致。请保存好这个文件，并向主办部门反映。",
                    "It does not agree with the log that the portal publishes now. Please keep this file and tell the agency.",
                ),
            ),
            (
                "not_compared",
                say(
                    "未能与平台公布的日志比对：没有连上平台，或平台没有给出证明。请稍后联网再试；一直不能比对的，请保存好这个文件，并向主办部门反映。",
                    "It could not be compared with the log that the portal publishes: the portal was not reached, or gave no proof. Please try again later with a network; if it still cannot be, keep this file and tell the agency.",
                ),
            ),
            (
                "kept_good",
                say(
                    "核验通过：平台现在公布的日志完整包含这个签署点",
                    "Good: the log that the portal publishes now contains this checkpoint unchanged",
                ),
            ),
            (
                "kept_signed",
                say(
                    "签署点由本平台签署，尚未与平台公布的日志比对",
                    "This portal signed the checkpoint; it was not compared with the published log yet",
                ),
            ),
            (
                "kept_bad",
                say(
                    "签署点核验不通过：不是由本平台签署，或者内容已被改动、录入有误",
                    "The checkpoint does not hold: it was not signed by this portal, was changed, or is mistyped",
                ),
            ),
            (
                "kept_unknown",
                say(
                    "没有取到本平台公布的公钥，未能核验。请稍后联网再试",
                    "The published keys could not be had, so nothing was checked. Please try again with a network",
                ),
            ),
            ("checkpoint", say("签署点（日志名、条数、签署时间）", "Checkpoint (log, entries, time)")),
            ("problems", say("问题", "Problems")),
            ("case", say("案件", "Case")),
            ("files", say("文件", "Files")),
            ("absent", say("日志中有记录、本包未包含的文件或文书", "On record in the log and not in this bundle")),
            ("absent_file", say("文件，收到时间", "a file, received")),
            (
                "absent_quarantined",
                say("检出恶意代码、已隔离保存的文件，收到时间", "a file with malware, kept apart, received"),
            ),
            ("absent_document", say("文书，发出时间", "a document, issued")),
            ("absent_number", say("编号", "number")),
            ("bytes", say("字节", "bytes")),
            (
                "stamps",
                say(
                    "外部时间戳（机构的签名未在本页核验）",
                    "Outside timestamps (the authority's signature is not checked here)",
                ),
            ),
            (
                "stamps_unsigned",
                say(
                    "本页只核对了时间戳针对的是上述日志的签署点，没有核验时间戳机构的签名。",
                    "Only that each is of a checkpoint of this log was checked, not the authority's signature.",
                ),
            ),
            (
                "stamps_command",
                say(
                    "请向该机构取得根证书（CA.pem），在证据包解压处运行下列命令核验：",
                    "With the authority's root certificate (CA.pem), run these where the bundle was unpacked:",
                ),
            ),
            (
                "stamps_rename",
                say(
                    "证据包内的文件路径含有命令行可能误读的字符，请先改名，再用 openssl ts -verify 核验。",
                    "A shell may misread the paths in this bundle: rename them first, and then check with openssl ts -verify.",
                ),
            ),
            (
                "no_stamps",
                say(
                    "没有外部时间戳，时间以平台时钟为准。",
                    "There is no outside timestamp; times are by the portal's own clock.",
                ),
            ),
            ("not_proved", say("收到时间未能证明", "time not proved")),
            ("fault_not_a_bundle", say("不是证据包，或已损坏", "not a bundle, or damaged")),
            ("fault_unusual", say("含有证据包不会有的内容", "has what no bundle has")),
            ("fault_unreadable", say("无法读取", "cannot be read")),
            ("fault_missing", say("缺失", "missing")),
            ("fault_unlisted", say("清单中没有", "not listed")),
            ("fault_changed", say("内容与清单不符，已被改动", "changed")),
            ("fault_form", say("格式有误", "malformed")),
            ("fault_other", say("不是回执所指的文件", "not the file of its receipt")),
            ("fault_receipt", say("回执不成立", "the receipt does not hold")),
            ("fault_log", say("不在签署的日志内", "not in the signed log")),
            ("fault_checkpoint", say("签署点不是本平台签署的", "the checkpoint is not signed by this portal")),
            ("fault_seal", say("文件组成与平台签署的清单不符", "not the files that the portal signed")),
            (
                "fault_unsealed",
                say(
                    "包内没有平台签署的文件清单（旧版证据包没有），文件是否有增减无从核验",
                    "nobody signed which files belong to it, as in older bundles: some may have been taken out or put in",
                ),
            ),
            ("fault_stamp", say("时间戳与签署点不符", "the timestamp is not of this checkpoint")),
        ];
        let words = words.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text)));
        Value::Object(words.collect()).to_string()
    }
}
