//! What stands on documents. Documents are Chinese, whatever language the page
//! around them has, so there is one language here.
//!
//! Only law whose words are known is cited with its article; terms and courts of
//! review differ by case and are left to the agency to name.

/// Whom a document is for.
pub(crate) fn receiver(name: &str, code: &str) -> String {
    format!("{name}（统一社会信用代码：{code}）")
}

/// An officer as a document names one.
pub(crate) fn officer(name: &str, certificate: &str) -> String {
    format!("{name}（执法证号：{certificate}）")
}

const NUMERALS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// A number from 1 to 99 in Chinese numerals.
fn numeral(n: usize) -> String {
    let (tens, ones) = (n / 10 % 10, n % 10);
    match tens {
        0 => NUMERALS[ones].to_owned(),
        1 => format!("十{}", NUMERALS[ones]),
        _ => format!("{}十{}", NUMERALS[tens], NUMERALS[ones]),
    }
}

/// A heading of the first level: 一、.
pub(crate) fn heading(n: usize, title: &str) -> String {
    format!("{}、{title}", numeral(n))
}

/// A heading of the second level: （一）.
pub(crate) fn point(n: usize, title: &str) -> String {
    format!("（{}）{title}", numeral(n))
}

pub(crate) const UNSEALED: &str = "（电子送达，待盖章）";
pub(crate) const FOLLOWS: &str = "后续办理";
pub(crate) const NATURE: &str = "文书性质";
pub(crate) const FINDINGS: &str = "发现的情形";
pub(crate) const FACT: &str = "事实：";
pub(crate) const CLAUSE: &str = "不符合的规定：";
pub(crate) const WHY: &str = "影响：";
pub(crate) const HOW_TO_FIX: &str = "整改办法：";
pub(crate) const DUE: &str = "改正期限：";
pub(crate) const SUGGESTED_DUE: &str = "建议整改期限：";
pub(crate) const SELF_DISCLOSED: &str = "本情形由你单位主动报告，报告时间已记录。";

/// The files that show a finding, by the beginnings of their digests.
pub(crate) fn shown_by(digests: &str) -> String {
    format!("材料（SHA-256 前 16 位）：{digests}。")
}
pub(crate) const PICTURES: &str = "材料图片（图下为原文件 SHA-256 的前 16 位）：";

/// What stands under a picture: the beginning of the digest of its file.
pub(crate) fn picture_of(digest: &str, is_still: bool) -> String {
    if is_still { format!("视频截图 {digest}") } else { digest.to_owned() }
}

/// A picture for those who cannot see it: the `n`-th of `count` that show a finding on this line.
pub(crate) fn picture_alt(line: &str, n: usize, count: usize) -> String {
    format!("“{line}”的材料图片，第 {n} 张，共 {count} 张")
}

pub(crate) const RIGHTS_TITLE: &str = "你单位的权利";
pub(crate) const RIGHTS: [&str; 3] = [
    "对本文书载明的事实、依据有不同意见的，可以向我机关陈述、申辩。",
    "认为执法人员与本件有利害关系、可能影响公正办理的，可以申请回避。",
    "对办理过程不满意的，可以拨打 12345 或者向行政执法监督机构投诉，投诉信息全程保密。",
];
pub(crate) const RIGHT_TO_REVIEW: &str =
    "认为本通知书侵犯你单位合法权益的，可以依法申请行政复议或者提起行政诉讼；受理机关和期限可以向我机关询问。";

/// How a result begins.
pub(crate) fn result_intro(case: &str) -> String {
    format!("你单位提交的自查材料（编号：{case}），我机关执法人员已在线审核。现将结果告知如下：")
}
pub(crate) const CHECKED_ITEMS: &str = "核查事项";
pub(crate) const CHECKED_HOW: &str = "核查方式";
pub(crate) const CHECKED_HOW_TEXT: &str = "非现场核查：企业自查、在线审核，未进入你单位现场。";
pub(crate) const RESULT: &str = "核查结果";
pub(crate) const RESULT_TEXT: &str =
    "根据你单位提交的材料，未发现不符合上述事项检查标准的情形。本件办结。本结果以提交材料真实、完整为前提。";

/// How guidance begins.
pub(crate) fn guidance_intro(case: &str) -> String {
    format!(
        "我机关在线审核你单位提交的自查材料（编号：{case}）时，发现下列可以自行整改的问题。现提出整改指导意见如下："
    )
}
pub(crate) const GUIDANCE_FINDINGS: &str = "问题和整改办法";
pub(crate) const GUIDANCE_FOLLOWS: &str = "请在建议期限前完成整改，登录无感监管平台，在“问题整改”中上传整改证明，由执法人员在线复核。整改有困难的，请及时与我机关联系。";
pub(crate) const GUIDANCE_NATURE: &str = "本意见书不是行政处罚。";

/// How an order to correct begins.
pub(crate) fn order_intro(case: &str) -> String {
    format!("我机关在线审核你单位提交的自查材料（编号：{case}）时，发现你单位存在下列不符合规定的情形，现责令改正：")
}
pub(crate) const ORDER_FINDINGS: &str = "应当改正的情形";
pub(crate) const ORDER_FOLLOWS: &str = "请在改正期限前完成改正，登录无感监管平台，在“问题整改”中上传整改证明，由执法人员在线复核。逾期不改正的，我机关将依法处理。";
pub(crate) const ORDER_NATURE: &str = "本通知书责令改正，不是行政处罚。";

/// How a transfer begins.
pub(crate) fn transfer_intro(case: &str) -> String {
    format!(
        "我机关在线审核你单位提交的自查材料（编号：{case}）时，发现下列情形，需要按照法定程序另行立案处理。现告知如下："
    )
}
pub(crate) const TRANSFER_FOLLOWS: &str =
    "立案后的办理情况，将依法另行送达文书。办理过程中，依法保障你单位陈述、申辩等权利。";
pub(crate) const TRANSFER_NATURE: &str = "本函告知案件移交情况，不是行政处罚决定。";

/// How a notice of a first violation begins.
pub(crate) fn first_violation_intro(case: &str) -> String {
    format!(
        "我机关在线审核你单位提交的自查材料（编号：{case}）时，发现你单位存在下列情形。经核对免罚清单和首违登记台账，拟适用首违不罚。现告知如下："
    )
}

/// How a reminder of a minor violation begins.
pub(crate) fn minor_intro(case: &str) -> String {
    format!(
        "我机关在线审核你单位提交的自查材料（编号：{case}）时，发现你单位存在下列情形。经核对免罚清单和适用条件，属于轻微违法行为，及时改正的，拟不予行政处罚。现提醒如下："
    )
}
pub(crate) const FIRST_BASIS: &str = "不予处罚的依据和理由";
pub(crate) const LAW_FIRST: &str =
    "《中华人民共和国行政处罚法》第三十三条第一款：初次违法且危害后果轻微并及时改正的，可以不予行政处罚。";
pub(crate) const LAW_MINOR: &str =
    "《中华人民共和国行政处罚法》第三十三条第一款：违法行为轻微并及时改正，没有造成危害后果的，不予行政处罚。";
pub(crate) const ENTRY_ACT: &str = "清单所列行为：";
pub(crate) const SPARING_REASON: &str = "适用理由：";

/// The entry of the list.
pub(crate) fn list_entry(version: &str, code: &str, field: &str) -> String {
    format!("免罚清单：{version}，第 {code} 项（{field}）。")
}

/// The clause that is broken.
pub(crate) fn violated(act: &str, article: &str) -> String {
    format!("违反的规定：《{act}》{article}。")
}

/// The clause that would punish.
pub(crate) fn penalty(act: &str, article: &str) -> String {
    format!("对应的处罚规定：《{act}》{article}。")
}
pub(crate) const CONDITIONS: &str = "适用条件和核对结果";

/// A condition with its answer.
pub(crate) fn condition(text: &str, holds: bool) -> String {
    format!("{}：{}。", text.trim_end_matches('。'), if holds { "符合" } else { "不符合" })
}

/// Something that would rule the notice out, with its answer.
pub(crate) fn exclusion(text: &str, applies: bool) -> String {
    format!("排除情形“{}”：{}。", text.trim_end_matches('。'), if applies { "有此情形" } else { "没有此情形" })
}

/// That it is the first, as the register was asked.
pub(crate) fn first_found(scope: &str, window: &str) -> String {
    format!("初次违法（{scope}，{window}）：符合，首违登记台账中没有在先记录。")
}
pub(crate) const FIRST_DEMANDS: &str = "改正要求";

/// Until when it must be right.
pub(crate) fn correct_by(day: &str) -> String {
    format!("请于{day}前改正，登录无感监管平台上传整改证明。")
}
pub(crate) const FOLLOW_UP: &str = "后续监管措施：";
pub(crate) const PROMISE: &str = "告知承诺";
pub(crate) const PROMISE_TEXT: &str = "请登录无感监管平台签署承诺。按期改正并经复核的，本次不予行政处罚；逾期未改正的，我机关将按照一般程序依法处理。对上述事实有异议的，可以不签署承诺，直接陈述、申辩。";
pub(crate) const FIRST_NATURE: &str = "本告知书不是行政处罚，用于告知事实、依据和改正要求，并进行教育引导。";
pub(crate) const MINOR_NATURE: &str = "本提醒书不是行政处罚，用于提醒事实、依据和改正要求，并进行教育引导。";

/// How a request for more evidence begins.
pub(crate) fn supplement_intro(case: &str, round: u8) -> String {
    let round = numeral(usize::from(round));
    format!(
        "你单位提交的自查材料（编号：{case}）收悉。经审核，部分材料不足以判断，现请你单位补充（第{round}次），需要补充的内容一次性告知如下："
    )
}
pub(crate) const SUPPLEMENT_LINES: &str = "需要补充的内容";
pub(crate) const SUPPLEMENT_DUE: &str = "补充期限和方式";

/// Until when to send it.
pub(crate) fn supplement_due(day: &str) -> String {
    format!("请于{day}前登录无感监管平台，在“企业自查”中补充并提交。其他材料保持有效，不用重新提交。")
}
pub(crate) const SUPPLEMENT_LATE: &str = "逾期未补充的处理";
pub(crate) const SUPPLEMENT_LATE_TEXT: &str = "逾期未补充的，我机关可以根据现有材料作出结论，或者按照规定程序提出转为现场检查。有困难的，请在期限前与我机关联系。";

/// How an approval of a visit begins.
pub(crate) fn on_site_intro(case: &str) -> String {
    format!("你单位的自查（编号：{case}）经批准转为现场检查。审批情况告知如下：")
}
pub(crate) const FORM_ENTERPRISE: &str = "企业名称";
pub(crate) const FORM_CODE: &str = "统一社会信用代码";
pub(crate) const FORM_CASE: &str = "自查编号";
pub(crate) const FORM_REASON: &str = "转现场检查的情形";
pub(crate) const FORM_NOTE: &str = "具体理由";
pub(crate) const FORM_OFFICERS: &str = "提出人";
pub(crate) const FORM_APPROVER: &str = "审批意见";

/// How an approval reads.
pub(crate) fn approved(approver: &str, day: &str) -> String {
    format!("同意转为现场检查。审批人：{approver}，{day}。")
}
pub(crate) const ON_SITE_NEXT: &str = "现场检查的告知";
pub(crate) const ON_SITE_NEXT_TEXT: &str = "本件转为现场检查。现场检查应当经过批准和备案，执法人员不少于二人，出示执法证件和检查码，并一次性告知全部检查事项。";
pub(crate) const MAY_REFUSE: &str = "可以拒绝检查的情形";
pub(crate) const MAY_REFUSE_TEXT: &str = "有下列情形之一的，你单位有权拒绝检查：";

pub(crate) const ENROLMENT_INTRO: &str = "你单位提交的无感监管申请，我机关已审核。现将结果告知如下：";
pub(crate) const APPLIED_ITEMS: &str = "申请事项";
pub(crate) const DECISION: &str = "审核结果";
pub(crate) const MISSING: &str = "需要补正的内容";
pub(crate) const REASON: &str = "理由";

/// An application was accepted.
pub(crate) fn accepted(day: &str) -> String {
    format!("同意对上述事项实行无感监管，有效期至{day}。")
}
pub(crate) const ACCEPTED_FOLLOWS: &str = "有效期内，上述事项以企业自查、在线审核代替入企检查；线上材料不足以判断、有投诉举报、发生事故或者存在重大隐患线索等情形，按照规定程序转为现场检查的除外。自查任务会出现在无感监管平台“企业自查”中，请按期完成。";
pub(crate) const ENROLMENT_NATURE: &str = "无感监管由企业自愿申请，可以随时撤回。申请和自查不是行政检查。";
pub(crate) const RETURNED: &str = "申请材料需要补正。需要补正的全部内容一次性告知如下。";
pub(crate) const RETURNED_FOLLOWS: &str = "补正后请登录无感监管平台重新提交。";
pub(crate) const REFUSED: &str = "暂不同意对上述事项实行无感监管。";
pub(crate) const REFUSED_FOLLOWS: &str =
    "可以针对理由说明情况后重新提交申请。本结果不影响你单位的正常经营，上述事项按照公布的清单和计划接受监督检查。";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_count_in_chinese() {
        assert_eq!(heading(1, "依据"), "一、依据");
        assert_eq!(point(12, "依据"), "（十二）依据");
        assert_eq!(heading(30, "依据"), "三十、依据");
    }

    #[test]
    fn no_document_calls_itself_a_warning() {
        for text in [FIRST_NATURE, MINOR_NATURE, PROMISE_TEXT, GUIDANCE_NATURE, ORDER_NATURE, LAW_FIRST, LAW_MINOR] {
            assert!(!text.contains("警告") && !text.contains("司法部"), "{text}");
        }
    }
}
