//! Names of states, roles and kinds, in the office's own terms.

use domain::{
    actor::{Role, Side},
    agency::Level,
    case::{Answer, CaseStage, LineVerdict, OnSiteReason, Outcome},
    document::DocumentKind,
    eligibility::{Condition, Qualification, RuleList, Verdict},
    enrolment::{Ending, EnrolmentStage},
    enterprise::Registration,
    evidence::{EvidenceState, MediaType, Moment},
    finding::{EscalationLevel, FindingStage},
    first_violation::{Category, CommonCondition, FirstScope, FirstViolationState},
    grade::Grade,
    industry::IndustryCode,
    item::{EvidenceKind, Regime, Remote, RemoteMethod, VersionState},
    region::RegionCode,
    visit_ledger::{DueReason, DueVisitState, EntryStage, ExtraGround, NotCounted},
};

use super::{Lang, Wording};

macro_rules! terms {
    ($($(#[$doc:meta])* $method:ident($ty:ident) { $($name:ident => $zh:literal, $en:literal;)+ })+) => {
        impl Wording {$(
            $(#[$doc])*
            pub const fn $method(self, of: $ty) -> &'static str {
                match of {$($ty::$name => self.of($zh, $en)),+}
            }
        )+}
    };
}

impl Wording {
    const fn of(self, zh: &'static str, en: &'static str) -> &'static str {
        match self.0 {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

terms! {
    /// Where a case stands.
    case_stage(CaseStage) {
        Open => "待自查", "Self-check open";
        Submitted => "已提交，待审核", "Sent, waiting for review";
        InReview => "审核中", "In review";
        MoreEvidence => "待补充材料", "More evidence asked for";
        Proposed => "拟定结论，待复核", "Outcome proposed";
        Decided => "已作出结论", "Decided";
        Closed => "已办结", "Closed";
        OnSiteProposed => "拟转现场，待审批", "Visit proposed";
        ConvertedOnSite => "已转现场检查", "Goes on as a visit";
        Withdrawn => "企业已撤回", "Withdrawn";
    }
    /// What a case came to.
    outcome(Outcome) {
        NoIssue => "未发现问题", "No issue found";
        Guidance => "整改指导", "Guidance";
        FirstViolation => "首违不罚", "First violation, not punished";
        OrderToCorrect => "责令改正", "Order to correct";
        FiledCase => "立案移交", "Handed on as a case";
    }
    /// What an outcome means, in a sentence.
    outcome_about(Outcome) {
        NoIssue => "各项材料均符合标准，本次自查办结。", "All evidence meets the standard; the self-check is settled.";
        Guidance => "发现的问题可以自行整改，按指导改好即可，不属于行政处罚。", "Problems you can put right yourself by following the guidance. It is not a penalty.";
        FirstViolation => "初次违法、后果轻微，及时改正的不予处罚。告知书不是警告，也不是处罚。", "A first violation with minor consequences; put right in time, it is not punished. The notice is neither a warning nor a penalty.";
        OrderToCorrect => "须在期限内改正。责令改正不是行政处罚。", "To be put right within the term. The order is not a penalty.";
        FiledCase => "按法定程序另行立案处理，您有权陈述和申辩。", "Goes on as a case of its own; you have the right to be heard.";
    }
    /// What an officer says about a line.
    line_verdict(LineVerdict) {
        Accepted => "符合要求", "Accepted";
        Unclear => "看不清，无法判断", "Cannot tell";
        Insufficient => "材料不齐", "Something is missing";
        ProblemFound => "发现问题", "Problem found";
    }
    /// What an enterprise says about a line.
    answer(Answer) {
        Conforms => "符合", "Conforms";
        DoesNot => "不符合，我来报告", "Does not conform";
        NotApplicable => "不适用", "Does not apply";
    }
    /// Why a case goes over to a site visit.
    on_site_reason(OnSiteReason) {
        InsufficientAfterRounds => "多次补充后材料仍不足以判断", "Evidence still insufficient after the rounds allowed";
        Doubtful => "材料真实性存疑", "The evidence is doubtful";
        MajorHazard => "存在重大隐患或安全线索", "Signs of a major hazard";
        Complaint => "有投诉举报或发生事故", "A complaint or an incident";
        RefusedOrLate => "拒绝提供或逾期未提供材料", "Evidence refused or not sent in time";
        LawRequires => "法律法规规定须现场检查", "The law requires a visit";
        EnterpriseAsked => "企业申请现场帮助", "The enterprise asked for help on site";
    }
    /// The list an item stands on.
    regime(Regime) {
        Undisturbed => "无事不扰", "Undisturbed without cause";
        Key => "重点监管", "Key supervision";
        Random => "随机抽查", "Random checks";
    }
    /// A way of supervising without a visit.
    remote_method(RemoteMethod) {
        Written => "书面核查", "Written documents";
        Pictures => "图片资料", "Pictures";
        SharedData => "信息共享", "Shared data";
        Video => "视频监管", "Video";
        Smart => "智慧管理", "Sensors and monitoring";
    }
    /// What a file is.
    evidence_kind(EvidenceKind) {
        Photo => "照片", "Photo";
        Video => "视频", "Video";
        Document => "文件", "Document";
    }
    /// Before or after a rectification.
    evidence_moment(Moment) {
        Before => "整改前", "Before";
        After => "整改后", "After";
    }
    /// Where an application stands.
    enrolment_stage(EnrolmentStage) {
        Draft => "草稿", "Draft";
        Submitted => "已提交，待审核", "Sent, waiting for a decision";
        Returned => "待补正", "To be completed";
        Refused => "未通过", "Refused";
        Active => "有效", "In force";
        Suspended => "已暂停", "Suspended";
        Ended => "已终止", "Ended";
    }
    /// Where a finding stands.
    finding_stage(FindingStage) {
        Guided => "待整改", "To be put right";
        Resubmitted => "已整改，待复核", "Proof sent, waiting for review";
        Returned => "需继续整改", "More to be done";
        Verified => "整改到位", "Put right";
        Transferred => "已立案移交", "Handed on as a case";
    }
    /// Who was told that a term has passed.
    escalation_level(EscalationLevel) {
        Head => "已报部门负责人", "Passed to the head of the agency";
        Supervisor => "已报行政执法监督机构", "Passed to the supervisor";
    }
    /// What a person is.
    role(Role) {
        EnterpriseOwner => "企业负责人", "Owner of the enterprise";
        EnterpriseOperator => "企业经办人", "Works for the enterprise";
        Officer => "执法人员", "Officer";
        AgencyHead => "部门负责人", "Head of the agency";
        Supervisor => "执法监督人员", "Supervisor of enforcement";
        Statistician => "统计管理员", "Statistician";
        SystemAdmin => "系统管理员", "System administrator";
        SecurityAdmin => "安全管理员", "Security administrator";
        AuditAdmin => "审计管理员", "Audit administrator";
    }
    /// Where a role belongs.
    side(Side) {
        Enterprise => "企业", "Enterprise";
        Agency => "执法部门", "Agency";
        City => "市级管理", "City";
    }
    /// The level of an agency.
    level(Level) {
        City => "市级", "City";
        District => "县（市）区、开发区级", "District or development zone";
    }
    /// What a document is.
    document_kind(DocumentKind) {
        ResultNotice => "检查结果告知书", "Notice of result";
        Guidance => "整改指导意见书", "Guidance on rectification";
        FirstViolationNotice => "首违不罚告知书", "Notice of a first violation, not punished";
        MinorReminder => "轻微违法行为提醒书", "Reminder of a minor violation, not punished";
        OrderToCorrect => "责令改正通知书", "Order to correct";
        Transfer => "立案移交函", "Transfer as a case";
        SupplementNotice => "补充材料通知书", "Request for more evidence";
        OnSiteApproval => "转现场检查审批表", "Approval of a site visit";
        EnrolmentDecision => "无感监管申请结果通知书", "Decision on the application";
    }
    /// What a grade means.
    grade(Grade) {
        A => "A 级：无事不扰", "A: undisturbed without cause";
        B => "B 级：线上优先", "B: online first";
        C => "C 级：线上与抽查结合", "C: online and by sample";
        D => "D 级：按风险检查", "D: as the risk asks for";
    }
    /// Where an entry of the ledger stands.
    entry_stage(EntryStage) {
        Claimed => "待确认", "Claimed";
        Confirmed => "已确认", "Confirmed";
        Reversed => "已冲回", "Reversed";
    }
    /// What allows a visit beyond the yearly cap.
    extra_ground(ExtraGround) {
        HigherLaw => "法律、法规另有规定", "A higher law asks for it";
        SuperiorCampaign => "上级部署的专项检查", "A special campaign that a superior has ordered";
        Clue => "投诉举报、事故或违法线索（个案检查）", "A complaint, an incident or a clue to a violation";
    }
    /// Why a visit was due.
    due_reason(DueReason) {
        Plan => "年度检查计划", "Yearly plan";
        RandomDraw => "双随机抽查", "Random draw";
        Campaign => "专项检查任务", "Campaign";
        Recheck => "整改复查", "Check of a rectification";
        Complaint => "投诉举报核查", "Complaint";
    }
    /// What a list entry allows.
    category(Category) {
        FirstMayBeSpared => "首违可不罚", "First violation, may be spared";
        MinorIsSpared => "轻微不罚", "Minor, is spared";
        Mitigated => "减轻处罚", "Mitigated";
    }
    /// What counts as the same violation.
    first_scope(FirstScope) {
        SameItem => "同一检查事项", "The same item";
        SameField => "同一领域", "The same field";
        AnyOfAgency => "同一部门的任一事项", "Any item of the agency";
    }
    /// A condition that every list entry has.
    common_condition(CommonCondition) {
        HarmMinor => "危害后果轻微", "Harm is minor";
        Corrected => "及时改正或承诺限期改正", "Put right in time, or promised";
        Cooperative => "积极配合", "Cooperative";
    }
    /// How a line of the rules came out.
    verdict(Verdict) {
        Met => "符合", "Met";
        NotMet => "不符合", "Not met";
        Unknown => "待核实", "To be found out";
    }
    /// Whether an enterprise qualifies.
    qualification(Qualification) {
        Qualifies => "符合条件，可以申请", "Qualifies";
        NeedsReview => "可以申请，部分条件由部门核实", "May apply; the agency will find out the rest";
        DoesNotQualify => "暂不符合条件", "Does not qualify yet";
    }
    /// The same of what was applied for already.
    qualification_held(Qualification) {
        Qualifies => "符合条件", "Qualifies";
        NeedsReview => "部分条件由部门核实", "The agency finds out the rest";
        DoesNotQualify => "现不符合条件", "Does not qualify now";
    }
    /// Which list a line of the rules stands on.
    rule_list(RuleList) {
        Required => "须全部符合", "All must hold";
        AnyOf => "符合其一即可", "One must hold";
        Exclude => "不得有下列情形", "None may hold";
        Bar => "限制期", "Time-limited bar";
    }
    /// Why a case is no visit avoided.
    not_counted(NotCounted) {
        NotDecided => "尚未作出结论", "Not decided yet";
        Outcome => "该结论不计入减少入企", "This outcome does not avoid a visit";
        Unresolved => "问题尚未整改到位", "The problem is not put right yet";
        NothingDue => "没有应查任务，计为线上服务", "No visit was due; counted as a remote service";
        DueVisitSettled => "应查任务已另行处理", "The due visit was settled otherwise";
        PartlyCovered => "本件只覆盖了应查任务的部分事项", "The case covers only some items of the due visit";
        Visited => "期间已有现场检查", "A site visit has taken place meanwhile";
        Mismatch => "应查任务与本件不一致", "The due visit belongs to another enterprise or agency";
    }
}

impl Wording {
    /// What a case came to; what was spared as minor need not be the first.
    pub const fn outcome_under(self, outcome: Outcome, spared: Option<Category>) -> &'static str {
        match (outcome, spared) {
            (Outcome::FirstViolation, Some(Category::MinorIsSpared)) => {
                self.of("轻微不罚", "Minor violation, not punished")
            }
            _ => self.outcome(outcome),
        }
    }

    /// What that means, in a sentence.
    pub const fn outcome_about_under(self, outcome: Outcome, spared: Option<Category>) -> &'static str {
        match (outcome, spared) {
            (Outcome::FirstViolation, Some(Category::MinorIsSpared)) => self.of(
                "违法行为轻微、没有造成危害后果，及时改正的不予处罚。提醒书不是警告，也不是处罚。",
                "A minor violation that did no harm; put right in time, it is not punished. The reminder is neither a warning nor a penalty.",
            ),
            _ => self.outcome_about(outcome),
        }
    }

    /// A line of the eligibility rules. `w.condition(None)` is the bar after
    /// forged evidence.
    pub fn condition(self, condition: Option<&Condition>) -> String {
        let fixed = |zh, en| self.of(zh, en).to_owned();
        match condition {
            None => {
                fixed("在限制期内有伪造材料或逃避监管的记录", "Forged evidence or evasion on record within the bar")
            }
            Some(Condition::Confirmed) => fixed("企业登记已经部门确认", "Registration confirmed by an agency"),
            Some(Condition::Operating) => fixed("正常经营", "In business"),
            Some(Condition::GradeAtLeast { grade }) => match self.0 {
                Lang::Zh => format!("风险信用等级不低于 {grade} 级"),
                Lang::En => format!("Graded {grade} or better"),
            },
            Some(Condition::LowRiskField) => fixed("属于低风险领域", "Works in a field of low risk"),
            Some(Condition::MajorHazard) => fixed("重大危险源", "A source of major hazards"),
            Some(Condition::ListedDishonest) => {
                fixed("被列入经营异常或严重违法失信名单", "Listed as abnormal or seriously dishonest")
            }
            Some(Condition::NoPenaltyWithin { months }) => match self.0 {
                Lang::Zh => format!("近 {months} 个月没有行政处罚"),
                Lang::En => format!("No penalty in the last {months} months"),
            },
            Some(Condition::NoComplaintWithin { months }) => match self.0 {
                Lang::Zh => format!("近 {months} 个月没有查实的投诉举报"),
                Lang::En => format!("No complaint found true in the last {months} months"),
            },
            Some(Condition::IndustryCovered) => fixed("所属行业在事项适用范围内", "The item applies to its industry"),
            Some(Condition::SiteLocated) => fixed("经营场所已标注位置", "The place of work has coordinates"),
        }
    }

    /// What came of a line: on the exclusion list "met" means "does not apply".
    pub const fn verdict_on(self, list: RuleList, verdict: Verdict) -> &'static str {
        match (list, verdict) {
            (RuleList::Exclude | RuleList::Bar, Verdict::Met) => self.of("没有此情形", "Does not apply"),
            (RuleList::Exclude | RuleList::Bar, Verdict::NotMet) => self.of("有此情形", "Applies"),
            (_, verdict) => self.verdict(verdict),
        }
    }

    /// Why an enrolment is over.
    pub const fn ending(self, ending: &Ending) -> &'static str {
        match ending {
            Ending::Expired => self.of("有效期届满", "Its time ran out"),
            Ending::Withdrawn => self.of("企业撤回", "Withdrawn by the enterprise"),
            Ending::Revoked { .. } => self.of("部门终止", "Ended by the agency"),
        }
    }

    /// Where a registration stands.
    pub const fn registration(self, registration: &Registration) -> &'static str {
        match registration {
            Registration::Pending { .. } => self.of("待确认", "Waiting to be confirmed"),
            Registration::Confirmed { .. } => self.of("已确认", "Confirmed"),
            Registration::Rejected { .. } => self.of("未通过，可修改后再提交", "Not confirmed; correct and send again"),
        }
    }

    /// Where a file stands.
    pub const fn evidence_state(self, state: &EvidenceState) -> &'static str {
        match state {
            EvidenceState::Received => self.of("已完整收到", "Received whole"),
            EvidenceState::Removed { .. } => self.of("已移除", "Removed"),
            EvidenceState::Sealed { .. } => self.of("已封存", "Sealed"),
        }
    }

    /// What a file is, more closely.
    pub const fn media_type(self, media: MediaType) -> &'static str {
        match media {
            MediaType::Jpeg => "JPEG",
            MediaType::Png => "PNG",
            MediaType::Webp => "WebP",
            MediaType::Heic => "HEIC",
            MediaType::Mp4 => "MP4",
            MediaType::Mov => "MOV",
            MediaType::Pdf => "PDF",
            MediaType::Ofd => "OFD",
            MediaType::Docx => "Word",
            MediaType::Xlsx => "Excel",
        }
    }

    /// Where a version of an item stands.
    pub const fn version_state(self, state: &VersionState) -> &'static str {
        match state {
            VersionState::Draft => self.of("草稿，未公布", "Draft, not public"),
            VersionState::Published { .. } => self.of("现行", "Current"),
            VersionState::Superseded { .. } => self.of("历史版本", "Earlier version"),
        }
    }

    /// Whether an item can be done without a visit, and how.
    pub fn remote(self, remote: &Remote) -> String {
        match remote {
            Remote::Suitable { methods, .. } => {
                let methods: Vec<&str> = methods.iter().map(|method| self.remote_method(*method)).collect();
                let lead = self.of("可线上办理：", "Can be done online: ");
                format!("{lead}{}", self.list(&methods))
            }
            Remote::Unsuitable { .. } => self.of("须现场检查", "Needs a visit").to_owned(),
        }
    }

    /// Where a noticed first violation stands.
    pub const fn first_violation_state(self, state: &FirstViolationState) -> &'static str {
        match state {
            FirstViolationState::Noticed { .. } => self.of("已告知，待改正", "Noticed, to be put right"),
            FirstViolationState::Promised { .. } => self.of("已承诺，待改正", "Promised, to be put right"),
            FirstViolationState::Spared { .. } => self.of("已改正，不予处罚", "Put right, not punished"),
            FirstViolationState::Lapsed { .. } => self.of("未及时改正，按一般程序办理", "Not put right in time"),
        }
    }

    /// What became of a due visit.
    pub const fn due_visit_state(self, state: &DueVisitState) -> &'static str {
        match state {
            DueVisitState::Open => self.of("待安排", "Open"),
            DueVisitState::Covered { .. } => self.of("线上自查办理中", "A case stands in for it"),
            DueVisitState::Avoided { .. } => self.of("已免于入企", "Avoided"),
            DueVisitState::Visited { .. } => self.of("已现场检查", "Visited"),
        }
    }

    /// The name of a division.
    pub const fn region(self, region: RegionCode) -> &'static str {
        self.of(region.name_zh(), region.name_en())
    }

    /// The name of an industry: the common class where it is known, else its section.
    pub fn industry(self, code: &IndustryCode) -> &'static str {
        let (zh, en) = code.common_names().unwrap_or((code.section_name_zh(), code.section_name_en()));
        self.of(zh, en)
    }
}
