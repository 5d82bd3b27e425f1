//! Self-checks.

wording! {
    cases_lead => "一轮自查，多个事项一起办。先办标有期限的。", "One round covers several items. Begin with what has a term.";
    cases_none => "还没有自查", "No self-check yet";
    cases_none_about => "无感监管申请通过后，自查会按期出现在这里，并写明期限。", "Once an application is accepted, self-checks appear here with their terms.";
    case_title(agency: &str) => "{agency}自查", "Self-check for {agency}";
    case_now_open => "请在期限前逐项自查并提交", "Please fill in each line and send before the term";
    case_now_open_about => "每填一项都会保存，可以分几次完成。主动报告的问题不会加重处理。", "Every line is saved; you can come back as often as you like. Problems you report yourself never count against you.";
    case_now_more(count: u16) => "有 {count} 项请您补充材料", "Lines that need more evidence: {count}";
    case_now_more_about => "只需补充标出的检查项，其他内容保持不变，不用重传。", "Only the marked lines are open; everything else stays as it is.";
    case_now_submitted => "已提交，等待执法人员审核", "Sent, waiting for an officer";
    case_now_review => "执法人员正在审核", "An officer is looking at it";
    case_now_wait_about => "您现在不用做任何事。结果会出现在“我的待办”和“我的文书”。", "There is nothing for you to do now. The result will appear under To do and Documents.";
    case_now_on_site_proposed => "执法人员提出转为现场检查，等待负责人审批", "An officer proposes a visit; the head of the agency decides";
    case_now_on_site => "本件转为现场检查", "This case goes on as a visit";
    case_now_on_site_about => "检查前会另行通知。现场检查须出示执法证件和检查码，并一次性告知检查事项。", "You will be told beforehand. Officers must show certificate and inspection code and name all items at once.";
    case_now_withdrawn => "自查已撤回", "Withdrawn";
    case_reviewed_by => "审核期限", "Review due";
    case_withdrawn_about => "您撤回的理由：", "Your reason: ";
    case_see_findings(count: u16) => "查看 {count} 个问题的整改办法", "See how to put things right ({count})";
    case_see_document => "查看文书", "See the document";
    case_lines => "检查项", "Lines";
    case_progress(done: u16, all: u16) => "已完成 {done} / {all} 项", "{done} of {all} done";
    case_continue(line: &str) => "下一项：{line}", "Next: {line}";
    case_to_check => "核对并提交", "Check and send";
    case_events => "办理经过", "What has happened";
    case_documents => "文书", "Documents";

    line_untouched => "未填写", "Not begun";
    line_unready => "未完成", "Not complete";
    line_ready => "已完成", "Complete";
    line_reported => "已报告问题", "Problem reported";
    line_asked => "需补充", "More needed";
    line_added => "已补充", "Added";
    line_kept => "无需补充", "Stays as it is";
    line_sent => "已提交", "Sent";
    line_files(count: u16) => "{count} 个文件", "Files: {count}";
    line_place(number: u16, all: u16) => "第 {number} 项，共 {all} 项", "Line {number} of {all}";
    line_asked_title => "执法人员请您补充", "An officer asks for more";
    line_asked_about => "您上次的回答和说明都还在下面，请补充后保存。", "What you said is kept below; please add to it and save.";
    line_standard => "怎样算符合", "What conforms";
    line_clause => "依据", "On what law";
    line_clause_text(act: &str, article: &str) => "《{act}》{article}", "{act}, {article}";
    line_good => "合格示例", "Good example";
    line_bad => "不合格示例", "Bad example";
    line_upload => "照片和文件", "Pictures and files";
    line_each(limit: &str) => "，单个文件不超过 {limit}", ", each file at most {limit}";
    line_received => "已收到的文件", "Received files";
    line_received_none => "还没有文件。", "No file yet.";
    line_answer => "自查结果", "Your finding";
    line_answer_conforms_about => "按标准做到了，并已上传照片或文件", "The standard is met, and the files show it";
    line_answer_does_not_about => "主动报告会记录时间，依法可以从轻、减轻或不予处罚；先改好也请说明", "The time of your report is recorded; the law lets a penalty be lighter or spared. Please say so too if it is already put right";
    line_answer_not_applicable_about => "您的场所没有这一情形，请写明原因", "This does not exist at your place; please say why";
    line_note => "说明", "Note";
    line_note_hint => "“不符合”和“不适用”请写明实际情况", "Needed where the line does not conform or does not apply";
    line_save => "保存，下一项", "Save, next line";
    line_save_last => "保存，去核对", "Save and check";
    line_to_list => "返回清单", "Back to the list";
    line_saved_lacking(line: &str, lacking: &str) => "“{line}”已保存，提交前还差：{lacking}", "“{line}” is saved. Still missing before you can send: {lacking}";
    line_saved => "已保存。", "Saved.";
    line_your_answer => "您的回答", "Your answer";
    line_verdict_label => "审核意见", "What the officer says";
    line_no_answer => "未填写", "Nothing entered";
    line_is_closed => "这一项现在不能更改", "This line cannot be changed now";

    check_title => "核对并提交", "Check and send";
    check_lead => "请逐项核对。有“更改”的都可以修改。", "Please check each line. Everything with “Change” can be changed.";
    check_faults(count: u16) => "还有 {count} 处需要补齐", "Still missing: {count}";
    check_fault(line: &str, fault: &str) => "{line}：{fault}", "{line}: {fault}";
    check_ready => "都已填好，可以提交", "Everything is ready to be sent";
    check_submit => "提交自查", "Send the self-check";
    check_submit_more => "提交补充材料", "Send what was added";
    check_effect(agency: &str, days: u16) => "提交后通知{agency}，{days} 个工作日内审核；本轮内容随即固定，不能再更改。自查不是行政检查，不发检查通知书，不计入检查频次。", "{agency} is told and reviews it within {days} working days; what you sent is then fixed. A self-check is not an inspection: there is no inspection notice and it does not count to the yearly cap.";

    check_effect_planned(agency: &str, days: u16) => "提交后通知{agency}，{days} 个工作日内审核；本轮内容随即固定，不能再更改。本次自查代替一次应查任务：计入年度检查频次，不计为入企检查。", "{agency} is told and reviews it within {days} working days; what you sent is then fixed. This self-check stands in for a check that was due: it counts to the yearly cap, and is no visit.";

    sent_title => "自查已提交", "Self-check sent";
    sent_to(agency: &str) => "已提交{agency}审核", "Sent to {agency}";
    sent_to_by(agency: &str, day: &str) => "{agency}将在 {day}前审核", "{agency} reviews it by {day}";
    sent_next_review(day: &str) => "您现在不用做任何事。执法人员在 {day}前审核，不到现场。", "There is nothing for you to do now. An officer reviews it by {day}, without a visit.";
    sent_next_more(rounds: u8) => "材料不清楚的，会请您补充，并一次说清；每件自查最多补充 {rounds} 次。", "Where something is unclear you are asked for more and told everything at once, {rounds} times at most in one self-check.";
    sent_next_result => "没有问题的直接办结；有问题的写明整改办法和期限，整改到位后办结；依法应当立案的，另行立案处理。", "Without problems it is settled. With problems you are told how and until when to put them right, and it is settled once they are; what the law wants filed goes on as a case of its own.";
    sent_next_where => "结果会出现在“我的待办”和“我的文书”。", "The result appears under To do and Documents.";
    sent_back => "返回自查列表", "Back to the self-checks";
    sent_number => "自查编号", "Number";

    withdraw_case => "撤回自查", "Withdraw the self-check";
    withdraw_case_about => "不再办理本件的，可以撤回", "If you do not want to go on with it";
    withdraw_case_effect => "撤回后本件结束，已上传的文件保留备查。本件代替的检查任务恢复，部门可能按计划入企检查。撤回不能恢复。", "The case ends; the files are kept on record. A visit it stood in for becomes due again. This cannot be undone.";
    withdraw_case_reason => "撤回的理由", "Why";
    withdraw_case_done => "自查已撤回。", "The self-check is withdrawn.";

    file_removed(name: &str) => "已移除 {name}。", "{name} was removed.";
    file_remove(name: &str) => "移除 {name}", "Remove {name}";

    upload_camera => "拍照", "Take a picture";
    upload_pick => "从相册或文件选择", "Choose files";
    upload_send => "上传所选文件", "Send the chosen files";
    upload_first => "请先上传文件，再填写下面的内容。", "Please send the files before you fill in what follows.";

    event_join => "部门计划的一次检查并入本次自查，不另派人上门", "A visit that was planned became part of this self-check: nobody calls";
    event_begin => "自查开始", "The self-check began";
    event_submit => "企业提交", "Sent by the enterprise";
    event_take => "执法人员开始审核", "An officer began the review";
    event_take_over => "另一位执法人员接手", "Another officer took over";
    event_release => "退回待审", "Back in the queue";
    event_ask_more => "请企业补充材料", "More evidence was asked for";
    event_go_on => "补充期限已过，按现有材料继续审核", "Nothing more came in time; the review goes on";
    event_propose => "审核意见已提出，等待另一位执法人员复核", "A result was proposed and waits for another officer";
    event_back_to_review => "复核后继续审核", "Back in review";
    event_confirm => "两位执法人员确认结论", "Two officers confirmed the outcome";
    event_close => "办结", "Closed";
    event_withdraw => "企业撤回", "Withdrawn by the enterprise";
    event_on_site_proposed => "提出转为现场检查", "A visit was proposed";
    event_on_site_approved => "负责人批准转为现场检查", "The visit was approved";
    event_on_site_declined => "负责人未批准转为现场检查，继续线上办理", "The visit was declined; it goes on online";
    event_promise => "企业签署承诺", "The enterprise signed the promise";
    event_resubmit => "企业提交整改证明", "Proof of rectification was sent";
    event_sent_back => "请企业继续整改", "More was asked of the rectification";
    event_verify => "整改到位", "Put right";
    event_transfer => "立案移交", "Handed on as a case";
    event_escalate => "逾期提醒上级", "Passed up because the term had passed";
    event_ahead_submit => "提交自查", "Send the self-check";
    event_ahead_more => "提交补充材料", "Send what was asked for";
    event_ahead_review => "执法人员审核", "Review by an officer";
    event_by_system => "系统", "The portal";
}
