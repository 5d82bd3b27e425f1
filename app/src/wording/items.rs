//! Words of the published list, and of what enterprises may refuse.

use domain::{
    industry::{IndustryCode, section_names},
    item::{EvidenceKind, EvidenceRequest, LegalBasis, Regime},
};

use super::{Lang, Wording};

wording! {
    items_page => "检查事项清单", "List of inspection items";
    items_page_lead => "这里列出可以检查的全部事项，以及各自的法律依据、标准和频次上限。不在清单上的，一律不得检查。", "Everything that may be inspected, with its law, standard and yearly cap. Nothing else may be.";
    items_page_query => "名称或关键词", "Name or keyword";
    items_page_agency => "检查部门", "Agency";
    items_page_regime => "监管类别", "Regime";
    items_page_remote => "办理方式", "How it is done";
    items_page_all => "全部", "All";
    items_page_remote_yes => "可线上办理", "Can be done online";
    items_page_remote_no => "须现场检查", "Needs a visit";
    items_page_name => "检查事项", "Item";
    items_page_cap => "年度上限", "Yearly cap";
    items_page_none => "清单上没有符合条件的事项", "No item on the list fits";
    items_page_none_about => "请换一个关键词或清除条件再查。如有人要检查清单以外的事项，您有权拒绝，并可拨打 12345 反映。", "Please try another word or clear the conditions. If somebody wants to inspect what is not on the list you may refuse, and call 12345.";
    items_page_empty => "清单尚未公布", "The list is not published yet";
    items_page_empty_about => "各部门公布检查事项后会出现在这里。未经公布的事项一律不得检查。", "Items appear here once agencies publish them. What is not published may not be inspected.";
    items_page_language => "事项内容以中文公布。", "The items themselves are published in Chinese.";
    times_a_year(times: u8) => "每年 {times} 次", "{times} a year";

    item_page_law => "法律依据", "Legal basis";
    item_page_subject => "检查对象", "Who is inspected";
    item_page_content => "检查内容", "What is checked";
    item_page_standard => "检查标准", "Standard";
    item_page_agency => "检查部门", "Agency";
    item_page_phone(phone: &str) => "咨询电话 {phone}", "Telephone {phone}";
    item_page_cap_about(times: u8) => "本部门对同一企业每年不超过 {times} 次", "At most {times} a year by this agency for one enterprise";
    item_page_industries => "适用行业", "Industries";
    item_page_industries_all => "所有行业", "All industries";
    item_page_interval => "自查间隔", "Self-checks";
    item_page_interval_about(months: u8) => "每 {months} 个月一次", "Interval in months: {months}";
    item_page_fix_days => "整改期限", "Time to put right";
    item_page_fix_days_about(days: u16) => "发现问题后 {days} 个工作日", "Working days after a finding: {days}";
    item_page_minutes => "现场检查标准用时", "Standard time of a visit";
    item_page_closable => "线上查清即可办结，不再入企检查。", "What is settled online needs no visit.";
    item_page_not_closable => "本事项属于重点监管，线上自查可以减少准备工作，但不能代替现场检查。", "This item is under key supervision: a self-check helps to prepare and cannot replace the visit.";
    item_page_who => "谁可以申请线上办理", "Who may have it done online";
    item_page_who_lead => "登录后，系统会逐条告诉您是否符合、为什么。", "Once logged in, you see line by line whether you qualify and why.";
    item_page_required => "须全部符合", "All of these hold";
    item_page_any_of => "符合其中一项即可", "At least one of these holds";
    item_page_exclude => "有下列情形之一的，不能申请", "None of these holds";
    item_page_bar(years: u8) => "提交虚假材料或逃避监管的，{years} 年内不能申请", "Whoever forged evidence or evaded supervision is barred for {years} years";
    item_page_valid(months: u16) => "通过后 {months} 个月内有效", "Once accepted, its validity in months: {months}";
    item_page_no_conditions => "没有特别条件，登记确认后即可申请。", "No special conditions: apply once your registration is confirmed.";
    item_page_apply => "申请无感监管", "Apply";
    item_page_lines => "检查项与标准", "Checklist";
    item_page_lines_lead(count: usize) => "共 {count} 项。标准就是审核时看的内容，没有另外的要求。", "Lines: {count}. The standard is what the officer looks at; there is nothing else.";
    item_page_clause(clause: &str) => "对应条款：{clause}", "Clause: {clause}";
    item_page_asks => "需要的材料", "Evidence asked for";
    item_page_asks_none => "说明情况即可，不需要上传文件", "A note will do; no file is needed";
    item_page_may_not_apply => "本项不适用的，可以选“不适用”并说明原因。", "Where the line does not apply to you, say so and why.";
    item_page_good => "合格示例", "Good example";
    item_page_bad => "会被退回的示例", "Will be sent back";
    item_page_fix => "不符合时怎样改", "How to put it right";
    item_page_limits(photo: &str, video: &str, document: &str) => "照片每张不超过 {photo}，视频每段不超过 {video}，文件每份不超过 {document}。", "At most {photo} per photo, {video} per video and {document} per document.";
    item_page_versions => "版本记录", "Versions";
    item_page_versions_lead => "公布过的版本不会改动。正在办理的自查，仍按开始时的版本审核。", "A published version never changes. A case goes on with the version it began with.";
    item_page_version(number: u32) => "第 {number} 版", "Version {number}";
    item_page_published(day: &str) => "{day} 公布", "Published on {day}";
    item_page_replaced(day: &str) => "{day} 被新版本取代", "Replaced on {day}";
    item_page_old(number: u32) => "您正在看第 {number} 版，不是现行版本", "This is version {number}, not the current one";
    item_page_old_about => "按这一版开始的自查仍以它为准；新的自查适用现行版本。", "Cases that began with this version keep it; new ones use the current version.";
    item_page_current => "查看现行版本", "See the current version";

    rights_title => "哪些检查可以拒绝，检查人员不得做什么", "What you may refuse, and what inspectors must not do";
    rights_refuse => "有下列情形之一的，您有权拒绝检查", "You may refuse an inspection";
    rights_refuse_1 => "检查事项不在公布的清单上，或者入企后没有一次性告知检查事项。", "where the item is not on the published list, or the items were not told all at once;";
    rights_refuse_2 => "检查没有按规定审批、备案。您可以扫码核验。", "where it was not approved and filed, which you can verify by its code;";
    rights_refuse_3 => "检查人员没有出示有效的行政执法证件和检查码。", "where no valid enforcement certificate and inspection code is shown;";
    rights_refuse_4 => "检查超过次数：同一部门的多项检查没有合并，或者多个部门相近时段的检查没有联合进行。对同一企业的联合检查原则上每年不超过 2 次，上级另有规定的除外。", "where it is one too many: checks of one agency were not merged, or those of several agencies near in time not made together. Joint inspections are at most 2 a year unless higher rules say otherwise.";
    rights_bans => "五个严禁、八个不得", "Five bans, eight must-nots";
    rights_ban_1 => "严禁逐利检查", "No inspections for gain";
    rights_ban_1_about => "不得接受馈赠、报酬、福利待遇；不得参加宴请、娱乐、旅游；不得由企业支付消费开支或转嫁检查费用；不得强制接受指定的中介服务。", "Inspectors must not take gifts, pay or benefits; must not accept meals, entertainment or travel; must not have the enterprise pay their expenses or the costs of the inspection; must not force a named intermediary on it.";
    rights_ban_2 => "严禁干扰企业正常生产经营", "No disturbance of business";
    rights_ban_2_about => "不得刻意要求法定代表人到场。", "They must not insist on the legal representative being there.";
    rights_ban_3 => "严禁任性处罚企业", "No arbitrary punishment";
    rights_ban_3_about => "不得乱查封、乱扣押、乱冻结，动辄责令停产停业。", "They must not seal, seize, freeze or close a business at will.";
    rights_ban_4 => "严禁下达检查指标", "No targets for inspections";
    rights_ban_4_about => "不得将考核考评、预算项目绩效与检查频次、罚款数额挂钩。", "Ratings and budgets must not depend on the number of inspections or the sum of fines.";
    rights_ban_5 => "严禁变相检查", "No inspections by another name";
    rights_ban_5_about => "不得以观摩、督导、考察等名义行检查之实。", "Visits for study, guidance or observation must not be inspections in disguise.";
    rights_who => "议事协调机构、第三方机构和没有执法证的辅助人员、网格员、临时工，不得实施检查。", "Coordinating bodies, third parties, and auxiliary, grid or temporary staff without a certificate must not inspect.";
    rights_complain => "遇到不规范检查，可拨打 12345 或行政执法监督举报电话，全程保密。", "If an inspection breaks these rules, call 12345 or the supervisor of administrative enforcement. Your complaint is kept in confidence.";
    rights_source => "依据：长春市《严格规范涉企行政检查十二条措施》（2025年10月公布）；国办发〔2024〕54号。以上为要点，以正式文件为准。", "Sources: Changchun’s Twelve Measures (October 2025); State Council General Office document no. 54 of 2024. In short form; the documents themselves decide.";
}

impl Wording {
    /// What a regime means for an enterprise.
    pub const fn regime_about(self, regime: Regime) -> &'static str {
        match regime {
            Regime::Undisturbed => self.pick(
                "没有投诉举报、事故或其他线索的，不主动检查。",
                "Not inspected unless a complaint, an incident or another lead gives cause.",
            ),
            Regime::Key => self.pick(
                "涉及重大安全和公共利益，按规定重点检查。",
                "Inspected with priority, because safety or the public interest is at stake.",
            ),
            Regime::Random => self.pick(
                "检查对象和执法人员都由随机抽取产生。",
                "Both the enterprise and the officers are drawn at random.",
            ),
        }
    }

    /// So many files of a kind: 3 张照片.
    pub fn files_of_kind(self, count: u16, kind: EvidenceKind) -> String {
        let name = self.evidence_kind(kind);
        match self.0 {
            Lang::Zh => format!("{count} {}{name}", measure_word(kind)),
            Lang::En => format!("{count} {}{}", name.to_lowercase(), if count == 1 { "" } else { "s" }),
        }
    }

    /// What a line asks for: 照片 1 至 5 张.
    pub fn evidence_request(self, request: &EvidenceRequest) -> String {
        let (least, most) = (request.at_least, request.at_most);
        let kind = self.evidence_kind(request.kind);
        match self.0 {
            Lang::Zh => {
                let unit = measure_word(request.kind);
                match least {
                    0 => format!("{kind}（自愿提供，最多 {most} {unit}）"),
                    _ if least == most => format!("{kind} {most} {unit}"),
                    _ => format!("{kind} {least} 至 {most} {unit}"),
                }
            }
            Lang::En => match least {
                0 => format!("{kind}: if you wish, up to {most}"),
                _ if least == most => format!("{kind}: {most}"),
                _ => format!("{kind}: {least} to {most}"),
            },
        }
    }

    /// What a code or the beginning of one stands for: the class where it is a
    /// common one, else the section with the code: 住宿和餐饮业（H62）.
    pub fn industry_prefix(self, prefix: &str) -> String {
        if let Some((zh, en)) = prefix.parse::<IndustryCode>().ok().and_then(IndustryCode::common_names) {
            return self.pick(zh, en).to_owned();
        }
        let Some((zh, en)) = prefix.chars().next().and_then(section_names) else { return prefix.to_owned() };
        let section = self.pick(zh, en);
        match (prefix.len(), self.0) {
            (1, _) => section.to_owned(),
            (_, Lang::Zh) => format!("{section}（{prefix}）"),
            (_, Lang::En) => format!("{section} ({prefix})"),
        }
    }

    /// A clause as it is cited: 《食品安全法》第三十三条.
    pub fn legal_basis(self, basis: &LegalBasis) -> String {
        format!("《{}》{}", basis.act, basis.article)
    }
}

/// The measure word (量词) of a kind of file.
const fn measure_word(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Photo => "张",
        EvidenceKind::Video => "段",
        EvidenceKind::Document => "份",
    }
}
