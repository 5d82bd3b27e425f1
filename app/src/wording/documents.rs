//! The pages around documents. What stands on the sheets is in `sheet`.

wording! {
    documents_lead => "执法部门发给您的全部文书，都可以打印和查验。", "Every document agencies issued to you; each can be printed and verified.";
    documents_of_agency => "部门文书", "Documents";
    documents_of_agency_lead => "本部门作出的全部文书，都可以打印和查验。", "Every document the agency issued; each can be printed and verified.";
    documents_none => "还没有文书", "No document yet";
    documents_none_about => "申请结果、补充材料、整改指导等文书作出后，会出现在这里。", "Decisions, requests for more evidence and guidance appear here once issued.";
    document_number => "文号", "Number";
    document_kind_label => "文书", "Document";
    document_from => "作出部门", "Issued by";
    document_to => "企业", "Enterprise";
    document_case => "自查编号", "Self-check";
    document_issued => "日期", "Date";
    document_print => "打印", "Print";
    document_verify => "查验真伪", "Verify";
    document_to_case => "去办理", "Go to the self-check";
    document_to_review => "查看自查", "See the self-check";
    document_unsealed => "电子送达，待盖章。文书以中文为准。", "Delivered electronically, seal to follow. The Chinese text is decisive.";
}

#[cfg(feature = "ssr")]
impl super::Wording {
    /// What a document means for its receiver, in a sentence.
    pub const fn document_about(self, kind: domain::document::DocumentKind) -> &'static str {
        use domain::document::DocumentKind as K;
        match kind {
            K::ResultNotice => self.pick("自查结果，不用再办理。", "The result of a self-check; nothing more to do."),
            K::Guidance => self.pick("整改指导，不是行政处罚。请按办法整改。", "Guidance, not a penalty. Please put it right as described."),
            K::FirstViolationNotice => self.pick("首违不罚告知，不是警告，也不是处罚。请签署承诺并按期改正。", "Notice of a first violation, neither a warning nor a penalty. Please sign the promise and put it right."),
            K::MinorReminder => self.pick("轻微违法行为提醒，不是警告，也不是处罚。请签署承诺并按期改正。", "Reminder of a minor violation, neither a warning nor a penalty. Please sign the promise and put it right."),
            K::OrderToCorrect => self.pick("责令改正，不是行政处罚。请按期改正。", "An order to correct, not a penalty. Please put it right in time."),
            K::Transfer => self.pick("相关问题另行立案处理，您有权陈述和申辩。", "Handed on as a case of its own; you have the right to be heard."),
            K::SupplementNotice => self.pick("请按清单一次补齐材料。", "Please send everything that is listed."),
            K::OnSiteApproval => self.pick("本件转为现场检查，下面写明您可以拒绝的情形。", "This case goes on as a visit; when you may refuse stands below."),
            K::EnrolmentDecision => self.pick("无感监管申请的结果。", "The decision on your application."),
        }
    }
}
