//! What outcomes bring, what enterprises answered, and what happened, in words.

use domain::{
    case::{Answer, Outcome},
    first_violation::FirstViolationStage,
};

use super::{Lang, Wording};

impl Wording {
    /// What an enterprise answered, as an officer reads it.
    pub const fn answer_of_enterprise(self, answer: Answer) -> &'static str {
        match answer {
            Answer::Conforms => self.pick("自查符合", "Conforms"),
            Answer::DoesNot => self.pick("自查不符合", "Does not conform"),
            Answer::NotApplicable => self.pick("不适用", "Does not apply"),
        }
    }

    /// Where an entry of the register stands.
    pub const fn first_violation_stage(self, stage: FirstViolationStage) -> &'static str {
        match stage {
            FirstViolationStage::Noticed => self.pick("已告知，待改正", "Noticed, to be put right"),
            FirstViolationStage::Promised => self.pick("已承诺，待改正", "Promised, to be put right"),
            FirstViolationStage::Spared => self.pick("已改正，不予处罚", "Put right, not punished"),
            FirstViolationStage::Lapsed => self.pick("未及时改正，按一般程序办理", "Not put right in time"),
        }
    }

    /// What an outcome means, as an officer reads it.
    pub const fn outcome_meaning(self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::NoIssue => self.pick("各项材料均符合标准。", "All evidence meets the standard."),
            Outcome::Guidance => self.pick(
                "问题可以由企业自行整改；指导意见没有强制力，不是处罚。",
                "Problems the enterprise can put right itself; advice without force, not a penalty.",
            ),
            Outcome::FirstViolation => self.pick(
                "初次违法、危害后果轻微并及时改正的，可以不予处罚。",
                "A first violation with minor harm, put right in time, may be spared.",
            ),
            Outcome::OrderToCorrect => {
                self.pick("责令限期改正，不是行政处罚。", "An order with a term; not a penalty.")
            }
            Outcome::FiledCase => self
                .pick("涉嫌违法、需要调查处理的，移交立案。", "A suspected violation that calls for an investigation."),
        }
    }

    /// What the enterprise must do after an outcome.
    pub const fn outcome_duty_of(self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::NoIssue => self.pick("无须再做什么，本件办结。", "Nothing; the case is closed."),
            Outcome::Guidance => self.pick(
                "按指导整改，在建议期限内提交整改前后的材料。",
                "Put it right as advised and send proof within the suggested time.",
            ),
            Outcome::FirstViolation => self.pick(
                "签署承诺，在期限内改正并提交材料；逾期未改的按一般程序办理。",
                "Sign the promise, put it right within the term and send proof; else the ordinary procedure opens.",
            ),
            Outcome::OrderToCorrect => {
                self.pick("在期限内改正并提交材料。", "Put it right within the term and send proof.")
            }
            Outcome::FiledCase => self.pick(
                "配合后续调查，依法享有陈述、申辩等权利。",
                "Take part in the procedure that follows, with the right to be heard.",
            ),
        }
    }

    /// Whether an outcome counts as a visit avoided, where `visits` were due.
    pub fn outcome_counts_of(self, outcome: Outcome, visits: usize) -> String {
        let text = match (outcome, visits) {
            (Outcome::OrderToCorrect | Outcome::FiledCase, _) => {
                self.pick("不计入：这一结论不免除检查。", "Does not count: this outcome avoids no visit.")
            }
            (_, 0) => self.pick(
                "不计入：没有应查任务，计为线上服务。",
                "Does not count: no visit was due; it is a remote service.",
            ),
            (Outcome::NoIssue | Outcome::Guidance, _) => {
                return match self.0 {
                    Lang::Zh => format!("计入 {visits} 次，待观察期届满后确认。"),
                    Lang::En => format!("Counts as {visits}, to be confirmed after the quiet period."),
                };
            }
            (Outcome::FirstViolation, _) => {
                return match self.0 {
                    Lang::Zh => format!("按期改正后计入 {visits} 次，待观察期届满后确认。"),
                    Lang::En => {
                        format!("Counts as {visits} once put right in time, to be confirmed after the quiet period.")
                    }
                };
            }
        };
        text.to_owned()
    }

    /// What starts when the second officer signs.
    pub const fn confirm_effect(self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::NoIssue => self.pick(
                "签署后发出《检查结果告知书》，本件办结，不能撤销。",
                "The notice of result is issued and the case is closed. This cannot be undone.",
            ),
            Outcome::Guidance => self.pick(
                "签署后发出《整改指导意见书》，整改期限开始计算，不能撤销。",
                "The guidance is issued and its term begins. This cannot be undone.",
            ),
            Outcome::FirstViolation => self.pick(
                "签署后再次核对台账，发出上列文书，改正期限开始计算，不能撤销。",
                "The register is asked again, the notice is issued and its term begins. This cannot be undone.",
            ),
            Outcome::OrderToCorrect => self.pick(
                "签署后发出《责令改正通知书》，改正期限开始计算，不能撤销。",
                "The order is issued and its term begins. This cannot be undone.",
            ),
            Outcome::FiledCase => self.pick(
                "签署后发出《立案移交函》，线上办理结束，不能撤销。",
                "The transfer is issued and the online case is over. This cannot be undone.",
            ),
        }
    }

    /// What was done, for timelines: an action of the audit trail in words.
    pub fn action_done(self, action: &str) -> &'static str {
        match action {
            "case.begin" => self.pick("自查开始", "Self-check began"),
            "case.join" => self.pick("并入应查任务", "Stands in for a visit that was due"),
            "case.submit" => self.pick("企业提交", "Sent by the enterprise"),
            "case.withdraw" => self.pick("企业撤回", "Withdrawn by the enterprise"),
            "case.take" => self.pick("领取审核", "Taken for review"),
            "case.take_over" => self.pick("接手办理", "Taken over"),
            "case.release" => self.pick("退回待办", "Put back into the queue"),
            "case.review_line" => self.pick("填写审核意见", "Line reviewed"),
            "case.ask_more" => self.pick("要求补充材料", "More evidence asked for"),
            "case.go_on" => self.pick("按现有材料继续审核", "Went on with what there is"),
            "case.propose" => self.pick("拟定结论", "Outcome proposed"),
            "case.unpropose" => self.pick("撤回拟定结论", "Proposal taken back"),
            "case.disagree" => self.pick("复核不同意", "Not confirmed"),
            "case.confirm" => self.pick("复核同意，发出文书", "Confirmed, document issued"),
            "case.propose_on_site" => self.pick("提出转现场检查", "Visit proposed"),
            "case.approve_on_site" => self.pick("批准转现场检查", "Visit approved"),
            "case.decline_on_site" => self.pick("不批准转现场检查", "Visit declined"),
            "case.close" => self.pick("办结", "Closed"),
            "finding.resubmit" => self.pick("企业提交整改材料", "Proof sent"),
            "finding.verify" => self.pick("确认整改到位", "Verified"),
            "finding.send_back" => self.pick("退回继续整改", "Returned"),
            "finding.transfer" => self.pick("立案移交", "Handed on as a case"),
            "finding.escalate" => self.pick("逾期上报", "Overdue, passed up"),
            "first_violation.promise" => self.pick("企业签署承诺", "Promise signed"),
            // A kind of event that is newer than this list still shows that it happened.
            _ => self.pick("其他操作", "Other"),
        }
    }

    /// Which round an event belongs to, where it is not the first.
    pub fn round_of(self, action: &str, round: u64) -> Option<String> {
        if round == 0 || !matches!(action, "case.ask_more" | "case.submit") {
            return None;
        }
        Some(match self.0 {
            Lang::Zh => format!("第 {round} 次补充"),
            Lang::En => format!("supplement {round}"),
        })
    }
}
