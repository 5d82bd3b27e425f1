//! Words of the frame around every page.

wording! {
    portal => "无感监管", "No-visit supervision";
    portal_long => "长春市企业无感监管平台", "Changchun portal for supervision without a visit";
    skip_to_content => "跳到正文", "Skip to content";
    menu => "菜单", "Menu";
    main_menu => "主菜单", "Main menu";
    service_menu => "显示与语言", "Display and language";
    other_language => "English", "中文";
    care_on => "关怀版", "Large text";
    care_off => "标准版", "Standard view";
    login => "登录", "Log in";
    logout => "退出", "Log out";
    register => "企业注册", "Register";
    account => "我的账号", "My account";

    nav_home => "首页", "Home";
    nav_todo => "我的待办", "To do";
    nav_items => "事项清单", "Items";
    nav_verify => "文书查验", "Verify";
    nav_help => "办事帮助", "Help";
    nav_cases => "企业自查", "Self-checks";
    nav_enrolments => "无感申请", "Applications";
    nav_findings => "问题整改", "Rectification";
    nav_documents => "我的文书", "Documents";
    nav_enterprise => "企业信息", "Enterprise";
    nav_review => "在线审核", "Review";
    nav_review_enrolments => "申请审核", "Applications";
    nav_review_registrations => "登记确认", "Registrations";
    nav_review_findings => "整改复核", "Rectification";
    nav_first_violations => "首违台账", "First violations";
    nav_agency_items => "事项维护", "Item editing";
    nav_visits => "应查任务", "Visits due";
    nav_dashboard => "成效数据", "Numbers";
    nav_ledger => "减免台账", "Ledger";
    nav_accounts => "账号管理", "Accounts";
    nav_calendar => "工作日历", "Calendar";
    nav_audit => "审计日志", "Audit trail";

    back => "返回", "Back";
    you_are_here => "当前位置", "You are here";
    filter => "查询", "Search";
    filters_clear => "清除条件", "Clear";
    page_before => "上一页", "Previous";
    page_after => "下一页", "Next";
    pager => "分页", "Pages";
    page_of(page: u32, pages: u32) => "第 {page} 页，共 {pages} 页", "Page {page} of {pages}";
    total(count: &str) => "共 {count} 条", "{count} in all";
    change => "更改", "Change";
    remove => "移除", "Remove";
    save => "保存", "Save";
    cancel => "取消", "Cancel";
    continue_ => "继续", "Continue";
    yes => "是", "Yes";
    no => "否", "No";
    as_table => "以表格查看", "Show as a table";
    see_records => "查看明细", "See the records";
    not_measured => "尚无数据", "Not measured yet";
    reference_number => "受理编号", "Reference number";
    what_happens_next => "接下来", "What happens next";
    optional_mark => "（选填）", " (optional)";
    error_mark => "错误：", "Error: ";
    errors_refused => "这一步没有完成", "This was not done";
    errors_title(count: usize) => "有 {count} 处需要您修改，已填内容都已保留", "{count} to put right; everything you entered is kept";

    pane_lines => "检查项", "Lines";
    pane_evidence => "佐证材料", "Evidence";
    pane_decision => "审核意见", "Decision";

    officers => "执法人员：", "Officers: ";
    corrects(number: &str) => "本文书更正 {number}", "This document corrects {number}";
    verify_code_label => "查验码 ", "Verification code ";
    qr_label => "查验二维码", "QR code for verification";
    sheet_phone(phone: &str) => "咨询电话：{phone}", "Questions: {phone}";
    sheet_seal_note => "本文书为电子文书，可扫码或输入查验码核对真伪；未加盖印章的，以查验结果为准。", "This is an electronic document. Scan the code or enter it to verify the document; where it bears no seal, the verification is decisive.";

    footer_sponsor(name: &str) => "主办单位：{name}", "Run by {name}";
    footer_identifier(code: &str) => "政府网站标识码 {code}", "Government site identifier {code}";
    footer_unnamed => "主办单位和备案号尚未登记，本站暂未正式开通。", "Nobody has been entered yet as running this site: it is not in official service.";
    footer_complaints => "监督热线 12345 · 全程保密", "Supervision hotline 12345 · in confidence";
    accessibility_statement => "无障碍声明", "Accessibility statement";
    footer_menu => "页脚", "Footer";

    error_not_found => "没有找到这个页面", "This page was not found";
    error_not_found_about => "网址可能有误，或者这条记录不在您的查看范围内。您已提交的内容不受影响。", "The address may be mistyped, or the record is not one you may see. Nothing you have sent is affected.";
    error_forbidden => "您的账号不能办理这一项", "Your account may not do this";
    error_conflict => "内容刚刚有变化", "This has just changed";
    error_refused => "现在还不能这样办理", "This is not possible now";
    error_invalid => "有内容需要您修改", "Some entries need your attention";
    error_internal => "系统出了问题，责任在我们", "Something went wrong on our side";
    error_internal_about => "您此前已保存的内容都是安全的。请稍后再试；仍有问题时，请拨打 12345 并告知下面的编号。", "Everything saved before is safe. Please try again later; if it persists, call 12345 and give the number below.";
    error_login => "请先登录", "Please log in";
    incident_number => "故障编号", "Incident number";
    go_home => "回到首页", "Back to home";
    reload => "重新打开本页", "Open this page again";
}
