//! Findings and their rectification.

wording! {
    findings_lead => "按办法整改，上传整改后的照片即可，执法人员在线复核。", "Put it right as described and send a picture; an officer checks it online.";
    findings_none => "没有需要整改的问题", "Nothing to put right";
    findings_none_about => "审核中发现的问题会出现在这里，并写明事实、依据、整改办法和期限。", "Findings of a review appear here with fact, clause, how to put them right, and term.";
    finding_of_case(number: &str) => "自查 {number}", "Self-check {number}";
    finding_fact => "发现的情况", "What was seen";
    finding_clause => "不符合的规定", "Clause";
    finding_why => "为什么重要", "Why it matters";
    finding_how => "怎样整改", "How to put it right";
    finding_item => "检查事项", "Item";
    finding_found_on => "发现时间", "Found on";
    finding_document => "文书", "Document";
    finding_see_document => "查看文书", "See the document";
    finding_self_disclosed(when: &str) => "由您在 {when} 主动报告", "Reported by yourself on {when}";
    finding_shown_by => "发现问题的照片", "Files that show it";
    finding_proof => "整改证明", "Proof";
    finding_before => "整改前", "Before";
    finding_after => "整改后", "After";
    finding_before_none => "没有整改前的文件。", "No file of the state before.";
    finding_after_none => "还没有整改后的文件。", "No file of the state after.";
    finding_upload_before => "上传整改前的照片（选传）", "Pictures of the state before (optional)";
    finding_upload_after => "上传整改后的照片", "Pictures of the state after";
    finding_upload_after_about => "请从同一角度拍摄，能看清整改的地方。至少 1 个文件。", "From the same angle, showing what was put right. At least one file.";
    finding_limit(kind: &str, limit: &str) => "{kind}单个不超过 {limit}", "{kind}: at most {limit} each";
    finding_note => "整改说明", "What was done";
    finding_note_hint => "做了什么、什么时候完成", "What was done, and when";
    finding_send => "提交整改证明", "Send the proof";
    finding_send_effect(days: u16) => "提交后执法人员 {days} 个工作日内在线复核，不到现场。提交的文件随即固定，不能再更改。", "An officer checks it online within {days} working days, without a visit. What you send is then fixed.";
    finding_sent(day: &str) => "整改证明已提交，执法人员将在 {day}前复核。", "The proof is sent. An officer checks it by {day}.";
    finding_now_guided => "请在期限前整改并上传证明", "Please put it right and send proof before the term";
    finding_now_overdue => "期限已过，仍然可以提交", "The term has passed; you can still send the proof";
    finding_now_overdue_about => "请尽快整改并提交。有困难的，请联系部门说明。", "Please put it right and send it as soon as you can. If that is difficult, please call the agency.";
    finding_now_resubmitted => "执法人员正在复核", "An officer is checking the proof";
    finding_now_resubmitted_about => "您现在不用做任何事，结果会出现在“我的待办”。", "There is nothing for you to do now; the result appears under To do.";
    finding_now_returned => "执法人员请您继续整改", "An officer asks for more";
    finding_now_verified => "整改到位，已办结", "Put right and settled";
    finding_now_verified_about(day: &str) => "执法人员于 {day} 复核通过。", "An officer verified it on {day}.";
    finding_now_transferred => "本问题已另行立案处理", "Handed on as a case of its own";
    finding_now_transferred_about => "后续文书会依法送达，您有权陈述和申辩。", "Further documents will be served as the law provides; you have the right to be heard.";
    finding_said => "您的说明", "What you said";

    promise_title => "首违不罚告知承诺", "Promise for a first violation";
    promise_title_minor => "轻微违法行为改正承诺", "Promise for a minor violation";
    promise_about(act: &str) => "按免罚清单，“{act}”属于可以不予处罚的情形。本告知不是警告，也不是处罚。", "By the list, “{act}” can go without a penalty. This notice is neither a warning nor a penalty.";
    promise_text_1 => "我单位已知悉上述事实和依据，对事实没有异议；有异议的，可以不签署，直接向部门陈述和申辩。", "We have read the facts and the law and do not dispute them. Whoever does need not sign and can be heard by the agency instead.";
    promise_text_2(day: &str) => "我单位承诺在 {day}前改正，并上传整改证明。", "We promise to put it right by {day} and to send proof.";
    promise_text_3 => "我单位已接受教育，今后遵守相关规定。", "We have been instructed and will keep the rules from now on.";
    promise_effect => "签署时间由系统记录。按期改正并经复核的，不予处罚；逾期未改正的，按一般程序办理。", "The time of signing is recorded. Put right in time and verified, there is no penalty; otherwise the ordinary procedure follows.";
    promise_sign => "签署承诺", "Sign the promise";
    promise_signed(when: &str) => "已于 {when} 签署承诺。", "Signed on {when}.";
    promise_thanks => "承诺已签署，请在期限前完成整改。", "The promise is signed. Please put it right before the term.";
    promise_agree => "我单位已阅读并作出以上承诺", "We have read this and promise it";
    promise_agree_missing => "请阅读承诺并勾选。", "Please read the promise and tick the box.";
    promise_spared => "已按期改正，不予处罚。", "Put right in time; there is no penalty.";
    promise_lapsed => "未按期改正，按一般程序办理。", "Not put right in time; the ordinary procedure follows.";
}
