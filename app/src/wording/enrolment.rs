//! Applications.

wording! {
    enrolments_lead => "申请通过的事项，以网上自查代替入企检查。", "For items in force, an online self-check takes the place of a visit.";
    enrolments_none => "还没有申请", "No application yet";
    enrolments_none_about => "选择已公布的检查事项，系统逐条说明您是否符合条件。申请通过后，用手机自查、拍照上传即可。", "Choose published items and see line by line whether you qualify. Once accepted, you check yourself and send pictures by phone.";
    enrolment_begin => "申请无感监管", "Apply";
    enrolment_new => "新的申请", "New application";
    enrolment_begun_on(day: &str) => "{day} 开始填写", "Begun on {day}";
    enrolment_valid_to(day: &str) => "有效期至 {day}", "Valid to {day}";
    enrolment_next_draft => "下一步：核对内容，签署承诺后提交", "Next: check, sign and send";
    enrolment_next_returned => "下一步：补齐材料后重新提交", "Next: complete it and send again";
    enrolment_next_refused => "下一步：可以说明情况后重新提交", "Next: you may answer and send again";
    enrolment_next_suspended => "暂停期间不产生新的自查", "No self-check begins while it is suspended";

    enrolment_choose_agency => "选择执法部门", "Choose the agency";
    enrolment_choose_agency_lead => "一份申请对应一个部门。需要多个部门的，分别申请。", "One application goes to one agency. Apply to each agency you need.";
    enrolment_agency_items(count: u16, fit: u16) => "{count} 个事项可线上办理，您符合条件 {fit} 个", "{count} items can be done online; you qualify for {fit}";
    enrolment_no_items => "目前没有可线上办理的事项", "No item can be done online yet";
    enrolment_no_items_about => "部门公布可线上办理的检查事项后，会出现在这里。", "Items appear here once an agency publishes them for online supervision.";
    enrolment_choose_items => "选择检查事项", "Choose items";
    enrolment_choose_items_lead => "不符合条件的事项现在不能选择，下面写明了原因和办法。", "Items for which you do not qualify cannot be chosen now; why, and what to do, stands below each.";
    enrolment_items_label => "申请的事项", "Items applied for";
    enrolment_already => "已在办理或已生效，不用重复申请", "Running or in force already; no need to apply again";
    enrolment_cap(cap: u8) => "该事项现场检查每年最多 {cap} 次", "At most {cap} visits a year for this item";
    enrolment_interval(months: u8) => "每 {months} 个月自查一次", "One self-check every {months} months";
    enrolment_why => "是否符合条件", "Whether you qualify";
    enrolment_barred_until(day: &str) => "限制期至 {day}", "Until {day}";
    enrolment_save_items => "保存，下一步", "Save and continue";
    enrolment_unconfirmed => "企业登记还在等待部门确认", "Your registration is waiting to be confirmed";
    enrolment_unconfirmed_about(days: u16) => "您可以先查看条件。登记由部门在 {days} 个工作日内核对，确认后即可申请。", "You can read the conditions now. An agency checks the registration within {days} working days; once it is confirmed, you can apply.";
    enrolment_see_registration => "查看企业信息", "See the registration";

    enrolment_to(agency: &str) => "向{agency}申请", "Application to {agency}";
    enrolment_facts => "申请内容", "What was applied for";
    enrolment_check => "核对内容", "Check what you apply for";
    enrolment_enterprise => "企业名称", "Enterprise";
    enrolment_code => "统一社会信用代码", "Unified social credit code";
    enrolment_site => "经营场所", "Place of work";
    enrolment_contact => "联系人", "Contact";
    enrolment_agency => "受理部门", "Agency";
    enrolment_items => "检查事项", "Items";
    enrolment_today => "按今天的记录", "By today’s records";
    enrolment_version(number: u32) => "第 {number} 版", "Version {number}";
    enrolment_commitment => "真实性承诺", "Commitment";
    enrolment_commitment_version(version: u16) => "承诺书第 {version} 版。提交即签署，系统记录签署人和时间。", "Version {version} of the commitment. Sending it signs it; who signed and when is recorded.";
    enrolment_promise => "我已阅读并同意以上承诺", "I have read and agree to the commitment";
    enrolment_promise_missing => "请阅读承诺并勾选同意。", "Please read the commitment and tick the box.";
    enrolment_answer => "说明", "Your answer";
    enrolment_answer_refused_hint => "请针对未通过的理由说明情况，部门会看到这段文字。", "Please answer the reason for the refusal; the agency reads this.";
    enrolment_answer_returned_hint => "可以写明补正了哪些内容，部门会看到这段文字。", "You may say what you completed; the agency reads this.";
    enrolment_submit => "签署承诺并提交", "Sign and send";
    enrolment_submit_again => "签署承诺并重新提交", "Sign and send again";
    enrolment_submit_effect(agency: &str, days: u16) => "提交后通知{agency}，{days} 个工作日内答复。申请不是行政检查，不发检查通知书，不计入检查频次。审核期间可以撤回。", "{agency} is told and answers within {days} working days. An application is not an inspection: there is no inspection notice and it does not count to the yearly cap. You may withdraw it meanwhile.";
    enrolment_owner_only => "请企业负责人提交", "The owner sends it";
    enrolment_owner_only_about => "您可以填写和修改，签署承诺由企业负责人的账号办理，不要求法定代表人到场。", "You may fill it in; the commitment is signed with the owner’s account. The legal representative need not appear in person.";
    enrolment_change_items => "更改事项", "Change the items";
    enrolment_written => "已保存，请核对后提交。", "Saved. Please check and send.";
    enrolment_submitted(day: &str) => "申请已提交，部门将在 {day}前答复。", "Sent. The agency answers by {day}.";

    enrolment_waiting => "部门正在审核", "The agency is looking at it";
    enrolment_waiting_about => "答复后会出现在“我的待办”和“我的文书”，您现在不用做任何事。", "The answer will appear under To do and Documents. There is nothing for you to do now.";
    enrolment_returned => "请一次补齐以下内容", "Please complete all of this";
    enrolment_returned_about => "需要补正的全部内容都在这里，补齐后重新提交即可。", "This is everything that is missing. Complete it and send again.";
    enrolment_refused => "申请未通过", "Not accepted";
    enrolment_refused_about => "您可以针对理由说明情况后重新提交，也可以向部门陈述意见或拨打 12345 反映。", "You may answer the reason and send it again, speak to the agency, or call 12345.";
    enrolment_reason => "理由", "Reason";
    enrolment_active => "无感监管有效", "In force";
    enrolment_active_about => "有效期内，这些事项以网上自查代替入企检查。线上查不清、有投诉举报或重大隐患线索的除外。", "While in force, a self-check takes the place of a visit for these items, except where it cannot be settled online, on a complaint, or on signs of a major hazard.";
    enrolment_active_on_site => "部门已将这些事项改为现场检查，不再安排网上自查。不需要的，可以在本页下方退出。", "The agency now checks these items on site; no self-check begins. You may leave at the foot of this page.";
    enrolment_suspended => "无感监管已暂停", "Suspended";
    enrolment_ended => "无感监管已终止", "Ended";
    enrolment_taken_back => "申请已撤回", "The application was withdrawn";
    enrolment_letter => "通知书在“我的文书”中查看", "The letter is under Documents";
    enrolment_ended_about => "需要时可以重新申请。", "You may apply again.";
    enrolment_accepted_on => "生效日期", "In force since";
    enrolment_valid => "有效期至", "Valid to";
    enrolment_next_round => "下一轮自查", "Next self-check";
    enrolment_next_round_none => "本轮结束后安排", "After this round";
    enrolment_next_round_on_site => "不再安排。这些事项现在都须现场检查", "None: all of these items now need the site";
    enrolment_item_on_site => "部门已将本事项改为现场检查，不再安排网上自查。", "The agency now checks this item on site; no self-check begins for it.";
    enrolment_rounds => "自查记录", "Self-checks";
    enrolment_rounds_none => "还没有自查", "No self-check yet";
    enrolment_withdraw => "撤回", "Withdraw";
    enrolment_withdraw_title_draft => "不申请了", "Give up this application";
    enrolment_withdraw_title_sent => "撤回申请", "Withdraw the application";
    enrolment_withdraw_title_active => "退出无感监管", "Leave supervision without a visit";
    enrolment_withdraw_effect_draft => "不再办理这份未提交的申请，不通知任何人；它仍列在“无感申请”中，标为“已终止”。以后可以重新申请。", "This application, not sent yet, ends and nobody is told; it stays in your list as “Ended”. You may apply again.";
    enrolment_withdraw_effect_sent => "部门不再审核这份申请。不影响信用，以后可以重新申请。", "The agency stops looking at it. It does not count against you; you may apply again.";
    enrolment_withdraw_effect_active => "退出后，这些事项恢复按公布的计划和频次接受检查；正在办理的自查不受影响。退出不影响信用，可以重新申请，但不能直接恢复。", "These items are then inspected again by the published plan and cap; self-checks under way go on. It does not count against you. You may apply again, but it cannot be undone.";
    enrolment_withdrawn_done => "已撤回。", "Withdrawn.";

    advice_confirmed => "等待部门确认登记，确认后即可申请。", "Wait until the agency has confirmed the registration.";
    advice_located => "请在“企业信息”中标注经营场所的位置。", "Please give the coordinates of the place of work under Enterprise.";
    advice_industry => "您的行业不在这个事项的检查范围内，不用申请。", "The item does not concern your industry; there is nothing to apply for.";
    advice_grade => "等级由部门登记。对等级有疑问的，请联系部门核实。", "Agencies record the grade. If you doubt yours, please ask the agency.";
    advice_since => "期限届满后即可申请。记录有误的，请联系部门更正。", "You can apply once the time has passed. If the record is wrong, please ask the agency to correct it.";
    advice_record => "以部门记录为准。记录有误的，请联系部门更正。", "The agency’s record counts. If it is wrong, please ask the agency to correct it.";
    advice_bar => "限制期届满后可以重新申请。", "You can apply again once the bar has passed.";
    advice_unknown => "没有记录，部门受理后核实，不影响提交。", "Not on record; the agency will find out. You can send the application.";
}

#[cfg(feature = "ssr")]
mod texts {
    use domain::eligibility::{Condition, LineResult, Verdict};

    use crate::wording::{Lang, Wording};

    impl Wording {
        /// What to do about a line that is not met or not on record; nothing where it is met.
        pub const fn advice(self, line: &LineResult) -> Option<&'static str> {
            match (line.verdict, &line.condition) {
                (Verdict::Met, _) => None,
                (Verdict::Unknown, _) => Some(self.advice_unknown()),
                (Verdict::NotMet, None) => Some(self.advice_bar()),
                (Verdict::NotMet, Some(condition)) => Some(match condition {
                    Condition::Confirmed => self.advice_confirmed(),
                    Condition::SiteLocated => self.advice_located(),
                    Condition::IndustryCovered => self.advice_industry(),
                    Condition::GradeAtLeast { .. } => self.advice_grade(),
                    Condition::NoPenaltyWithin { .. } | Condition::NoComplaintWithin { .. } => self.advice_since(),
                    Condition::Operating
                    | Condition::LowRiskField
                    | Condition::MajorHazard
                    | Condition::ListedDishonest => self.advice_record(),
                }),
            }
        }

        /// The words of the commitment in a version, paragraph by paragraph; `None`
        /// for a version that never was.
        pub const fn commitment(self, version: u16) -> Option<&'static [&'static str]> {
            match (version, self.0) {
                (1, Lang::Zh) => Some(COMMITMENT_1_ZH),
                (1, Lang::En) => Some(COMMITMENT_1_EN),
                _ => None,
            }
        }
    }

    const COMMITMENT_1_ZH: &[&str] = &[
        "所填信息和上传的照片、视频、文件真实、完整，反映本企业的实际情况，不伪造、不变造，不借用他人材料。",
        "按照公布的检查标准如实自查。发现问题主动报告，并及时整改。",
        "在规定期限内提交自查材料、补充材料和整改证明；有困难的，提前向部门说明。",
        "知悉部门可以依法核实提交的材料。提供虚假材料或者逃避监管的，部门可以终止无感监管，并在清单规定的年限内不再受理申请，本企业依法承担相应责任。",
        "知悉主动报告问题的时间由系统记录，供部门依法从轻、减轻或者不予处罚时考虑。",
        "知悉本申请出于自愿，可以随时撤回；撤回后，相关事项按照公布的清单和计划接受检查。",
    ];

    const COMMITMENT_1_EN: &[&str] = &[
        "What we enter and send, pictures, videos and documents, is true and complete, shows our own enterprise as it is, is not forged or altered, and is not taken from others.",
        "We check ourselves honestly against the published standard, report problems ourselves, and put them right in time.",
        "We send self-checks, further evidence and proof of rectification within their terms, and say beforehand where that is difficult.",
        "We know that the agency may verify what we send as the law provides. Where evidence is false or supervision is evaded, the agency may end supervision without a visit, take no application for the years the list names, and we answer for it under the law.",
        "We know that the time at which we report a problem ourselves is recorded, so that the agency can take it into account when the law lets a penalty be lighter or spared.",
        "We know that this application is voluntary and can be withdrawn at any time; the items are then inspected by the published list and plan.",
    ];

    #[cfg(test)]
    mod tests {
        use portal::services::enrolments::COMMITMENT_WORDING;

        use super::*;

        #[test]
        fn the_version_that_is_signed_has_words_in_both_languages() {
            for lang in [Lang::Zh, Lang::En] {
                assert!(Wording(lang).commitment(COMMITMENT_WORDING).is_some_and(|text| text.len() == 6));
                assert_eq!(Wording(lang).commitment(0), None);
            }
        }
    }
}
