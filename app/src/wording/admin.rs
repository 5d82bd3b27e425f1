//! Accounts, calendar and audit.

wording! {
    admin_accounts => "账号管理", "Accounts";
    admin_accounts_lead => "部门和市区两级人员的账号。新建、授权、审计由三位管理员分开办理。", "Accounts of people of agencies, the city and its districts. Creating, giving roles and auditing are three people’s work.";
    admin_three => "三员分立怎样分工", "How the three administrators share the work";
    admin_three_system => "系统管理员新建和停用账号，不能授予角色，看不到案件内容。", "The system administrator creates and closes accounts, gives no roles and sees no case.";
    admin_three_security => "安全管理员授予角色、登记执法证件、办理企业移交、重置密码、解除锁定、结束登录，不能新建账号。", "The security administrator gives roles, records certificates, hands enterprises over, resets passwords, unlocks and ends sessions, and creates no account.";
    admin_three_audit => "审计管理员只看审计日志，包括前两者的操作，不能更改任何内容。", "The audit administrator reads the trail, also that of the other two, and changes nothing.";
    admin_three_one => "一人只能担任其中一种，不能兼任其他角色；任何人不能管理自己的账号。", "One person holds one of them and no other role, and nobody administers the own account.";
    admin_new => "新建账号", "New account";
    admin_query => "姓名或登录名", "Name or login";
    admin_status => "账号状态", "State";
    admin_all_statuses => "全部状态", "All states";
    admin_status_pending => "待授权", "Waiting for roles";
    admin_status_active => "正常", "Active";
    admin_status_closed => "已停用", "Closed";
    admin_side => "人员类别", "Side";
    admin_all_sides => "全部人员", "Everybody";
    admin_name => "姓名", "Name";
    admin_login => "登录名", "Login";
    admin_unit => "所属单位", "Unit";
    admin_roles => "角色", "Roles";
    admin_last_login => "上次登录", "Last login";
    admin_never => "从未登录", "Never";
    admin_none_found => "没有符合条件的账号", "No account matches";
    admin_none_found_about => "只列您管辖范围内的账号。请核对姓名或登录名。", "Only accounts of your jurisdiction are listed. Please check name or login.";
    admin_created => "创建时间", "Created";
    admin_password_set => "密码设置时间", "Password set";
    admin_failures => "连续输错密码", "Wrong passwords in a row";
    admin_failures_count(count: u32) => "{count} 次", "{count}";
    admin_locked_until(when: &str) => "有人输错密码过多，{when} 前暂停尝试", "After too many wrong passwords, tries are held back until {when}";
    admin_certificate => "执法证件", "Certificate";
    admin_certificate_none => "未登记", "None";
    admin_certificate_until(number: &str, day: &str) => "{number}，有效期至 {day}", "{number}, valid to {day}";
    admin_certificate_expired(number: &str, day: &str) => "{number}，已于 {day} 到期，不能签署审核意见", "{number}, expired on {day}: cannot sign";
    admin_sessions => "当前登录", "Logged in now";
    admin_sessions_none => "没有登录", "Nowhere";
    admin_session(client: &str, since: &str, seen: &str) => "{client}，{since} 登录，最近操作 {seen}", "{client}, since {since}, last seen {seen}";
    admin_own => "这是您自己的账号，由另一位管理员管理", "This is your own account; another administrator takes care of it";
    admin_enterprise_account => "企业账号由企业负责人管理，这里可以重置密码、解除锁定、结束登录", "Enterprises look after their own accounts; here passwords can be reset, and accounts unlocked and logged out";

    admin_enterprise_owner_about => "更换负责人的，请打开接任的经办人的账号办理移交。", "Where somebody else is to own it, open the account of the operator who takes over.";
    admin_hand_over_title => "移交企业", "Handing the enterprise over";
    admin_hand_over_about => "负责人离任或更换时，核实企业的书面说明和接任者身份后办理。", "When the owner has left or somebody else runs the enterprise. Check its written statement and the person first.";
    admin_hand_over(name: &str) => "由{name}担任企业负责人", "Make {name} the owner";
    admin_hand_over_effect => "立即生效：此人成为企业负责人，可以签署申请、管理本企业账号；原负责人改为经办人。双方的登录随即结束，须重新登录。", "It counts at once: this person owns the enterprise, signs its applications and looks after its accounts; whoever owned it is an operator from now on. Both are logged out and log in again.";
    admin_handed_over(name: &str) => "已移交，{name}现在是企业负责人，需重新登录。", "Handed over: {name} is the owner now and has to log in again.";

    admin_grant => "角色与证件", "Roles and certificate";
    admin_grant_pending => "账号待授权", "The account waits for its roles";
    admin_grant_pending_about => "系统管理员已建立账号，并写明了拟任角色。请核实身份后授予，授予后即可登录。", "A system administrator has created it with the roles proposed. Please check the person and give the roles; then it can be used.";
    admin_grant_roles_hint => "系统、安全、审计三种管理员只能选一种，且不能兼任其他角色", "An administrator of system, security or audit holds no other role";
    admin_grant_roles_missing => "请至少选择一个角色。", "Please choose at least one role.";
    admin_grant_not_separated => "系统、安全、审计管理员只能担任一种，不能兼任其他角色。", "An administrator of system, security or audit holds one role only.";
    admin_grant_two_sides => "部门角色和市级角色不能由一人兼任。", "Roles of an agency and of the city do not go together.";
    admin_certificate_number => "执法证号", "Certificate number";
    admin_certificate_hint => "执法人员必填，其他角色不填", "Officers only";
    admin_certificate_valid_to => "证件有效期至", "Valid to";
    admin_certificate_day_missing => "请填写证件有效期。", "Please enter the last day on which it is valid.";
    admin_grant_submit => "保存角色与证件", "Save roles and certificate";
    admin_grant_effect => "保存后立即生效，该账号的所有登录随即结束，须重新登录。", "It counts at once; the person is logged out everywhere and logs in again.";
    admin_granted => "角色与证件已保存，该账号需重新登录。", "Roles and certificate are saved; the person has to log in again.";
    admin_unlock => "解除锁定", "Unlock";
    admin_unlocked => "已解除锁定，可以立即登录。", "Unlocked; logging in is possible at once.";
    admin_reset => "重置密码", "Reset the password";
    admin_reset_about => "本人忘记密码时，核实身份后为其重置。重置后原密码立即失效，本人用临时密码登录后须先设置新密码。",
        "When somebody has forgotten the password, make sure who it is, then reset it. The old one ends at once; the person logs in with a temporary one and has to set a new one first.";
    admin_reset_done(password: &str) => "临时密码：{password}。只显示这一次，请当面或电话告知本人。",
        "Temporary password: {password}. It is shown this once; tell the person face to face or by telephone.";
    admin_end_sessions => "结束全部登录", "End all sessions";
    admin_sessions_ended(count: u64) => "已结束 {count} 处登录。", "{count} sessions are ended.";
    admin_security => "登录安全", "Login security";
    admin_close_title => "停用账号", "Closing the account";
    admin_close => "停用账号", "Close the account";
    admin_close_effect => "停用后不能再登录，登录随即结束；记录保留备查，不能恢复。", "It can no longer be used and is logged out at once; the record stays and the account cannot be opened again.";
    admin_closed_done => "账号已停用。", "The account is closed.";
    admin_new_lead => "为部门或市区两级人员建立账号。建立后由安全管理员核实身份、授予角色，才能登录。", "For people of an agency, the city or a district. A security administrator then checks the person and gives the roles.";
    admin_new_login_hint => "登录时使用，不区分大小写，不含空格", "For logging in, in any case, without spaces";
    admin_new_unit_missing => "请选择所属单位。", "Please choose the unit.";
    admin_new_unit_city(name: &str) => "{name}（市级）", "{name} (city)";
    admin_new_unit_district(name: &str) => "{name}（区级）", "{name} (district)";
    admin_new_role => "拟任角色", "Proposed role";
    admin_new_role_hint => "由安全管理员最终授予", "A security administrator decides";
    admin_new_role_missing => "请选择拟任角色。", "Please choose the proposed role.";
    admin_new_role_mismatch => "执法人员和部门负责人须属于执法部门；监督、统计和三类管理员须属于市或区。", "Officers and heads belong to an agency; supervisors, statisticians and administrators to the city or a district.";
    admin_new_password => "初始密码", "First password";
    admin_new_password_hint(rules: &str) => "{rules}请当面告知本人，首次登录后须先设置新密码。", "{rules} Tell it face to face; a new one has to be set after the first login.";
    admin_new_submit => "建立账号", "Create the account";
    admin_new_effect => "建立后状态为“待授权”，安全管理员授予角色后才能登录。", "It then waits for its roles and cannot be used before.";
    admin_new_done(name: &str) => "已为{name}建立账号，等待安全管理员授权。", "The account of {name} is created and waits for a security administrator.";

    calendar_title => "工作日历", "Calendar";
    calendar_lead => "全部办理期限按这里的工作日计算：周末、法定节假日和调休上班。", "All terms run in these working days: weekends, public holidays and weekend days worked in exchange.";
    calendar_year_missing(year: i32) => "{year} 年的放假安排没有载入", "The holidays of {year} are not loaded";
    calendar_year_missing_about => "涉及这一年的期限暂按周一至周五计算，可能不准。请在国务院办公厅通知发布后，将该年安排写入数据目录的 calendar.toml，并重启服务。", "Terms in this year count Monday to Friday for now and may be wrong. Please write the year into calendar.toml in the data folder once the State Council’s notice is out, and restart.";
    calendar_year_provisional(year: i32) => "{year} 年的放假安排是暂定的", "The holidays of {year} are provisional";
    calendar_year_provisional_about => "国务院办公厅的通知还没有载入，只含法定假日，不含调休；涉及这一年的期限可能变化。通知发布后，请将该年安排写入数据目录的 calendar.toml，并重启服务。", "The State Council’s notice is not loaded: only the days of the Regulation are known, without exchanged days, so that terms in this year may still move. Please write the year into calendar.toml in the data folder once the notice is out, and restart.";
    calendar_years => "已载入的年份", "Years";
    calendar_year => "年份", "Year";
    calendar_source => "来源", "Source";
    calendar_state => "状态", "State";
    calendar_published => "按通知", "From the notice";
    calendar_provisional => "暂定", "Provisional";
    calendar_not_loaded => "未载入", "Not loaded";
    calendar_workdays => "工作日", "Working days";
    calendar_holidays => "放假天数", "Days off";
    calendar_exchanged => "调休上班天数", "Days worked in exchange";
    calendar_no_source => "暂按周一至周五", "Monday to Friday for now";
    calendar_months_of(year: i32) => "{year} 年", "{year}";
    calendar_off => "休", "off";
    calendar_work => "班", "work";
    calendar_key_off => "放假", "Public holiday";
    calendar_key_work => "调休上班", "Weekend day worked in exchange";
    calendar_key_weekend => "周末", "Weekend";
    calendar_today => "今天", "Today";
    calendar_month_workdays(count: u32) => "{count} 个工作日", "{count} working days";

    audit_title => "审计日志", "Audit trail";
    audit_lead => "谁在什么时间对什么做了什么，逐条链接，不能更改。", "Who did what to which record and when, each event chained to the one before.";
    audit_person => "人员登录名", "Login of the person";
    audit_person_unknown(login: &str) => "没有登录名为“{login}”的账号，请核对。", "No account has the login “{login}”; please check.";
    audit_kind => "操作类别", "Kind of action";
    audit_all_kinds => "全部操作", "All actions";
    audit_subject => "对象编号", "Id of the subject";
    audit_seq => "序号", "No.";
    audit_at => "时间", "When";
    audit_who => "人员", "Who";
    audit_what => "操作", "Action";
    audit_to => "对象", "Subject";
    audit_result => "结果", "Result";
    audit_details => "详情", "Details";
    audit_ok => "成功", "Done";
    audit_failed => "未成功", "Refused";
    audit_system => "系统", "The portal";
    audit_stranger => "未登录", "Nobody logged in";
    audit_same_subject(subject: &str) => "查看同一对象的记录：{subject}", "All events of {subject}";
    audit_code => "代码", "Code";
    audit_hash => "本条摘要（SHA-256）", "Hash (SHA-256)";
    audit_changes => "内容", "Content";
    audit_none => "没有符合条件的记录", "No event matches";
    audit_none_about => "请放宽查询条件后再试。", "Please widen the search.";
    audit_check => "完整性核验", "Integrity";
    audit_check_about => "逐条核对前后链接，任何一条被改动或缺失都会指出位置。核验本身也会记入日志。", "Every link is checked; a changed or missing event is named by its place. The check itself is noted in the trail.";
    audit_check_submit => "核验整条链", "Check the whole chain";
    audit_sound(count: &str) => "核验通过：{count} 条记录首尾相连，没有改动或缺失。", "Sound: {count} events are chained without a change or gap.";
    audit_broken(seq: i64, sound: &str) => "第 {seq} 条与前一条接不上，记录可能被改动或缺失；此前 {sound} 条完好。请立即封存数据库并报告。", "Event {seq} does not follow from the one before: something was changed or is missing. The {sound} events before it are sound. Please secure the database and report this at once.";
}

macro_rules! names {
    ($($(#[$doc:meta])* $method:ident { $($code:literal => $zh:literal, $en:literal;)+ })+) => {
        impl $crate::wording::Wording {$(
            $(#[$doc])*
            pub fn $method(self, code: &str) -> Option<&'static str> {
                match code {
                    $($code => Some(self.pick($zh, $en)),)+
                    _ => None,
                }
            }
        )+}
    };
}

names! {
    /// What an event of the trail is called.
    audit_action {
        "login" => "登录", "Logged in";
        "account.create" => "新建账号", "Created an account";
        "account.close" => "停用账号", "Closed an account";
        "account.password" => "修改密码", "Changed the password";
        "account.roles" => "授予角色与证件", "Set roles and certificate";
        "account.hand_over" => "移交企业", "Handed an enterprise over";
        "account.unlock" => "解除锁定", "Unlocked an account";
        "account.reset_password" => "重置密码", "Reset a password";
        "token.create" => "新建程序令牌", "Made a token";
        "token.end" => "停用程序令牌", "Ended a token";
        "upload.create" => "开始上传文件", "Announced a file";
        "upload.end" => "放弃上传", "Gave an upload up";
        "evidence.scrub" => "重读全部原始文件", "Read all originals again";
        "evidence.quarantine" => "隔离检出恶意代码的文件", "Put a file with malware into quarantine";
        "upload.reject" => "未接收上传的文件", "Rejected an upload";
        "access" => "越权操作", "Tried what is not theirs to do";
        "account.end_sessions" => "结束他人登录", "Ended somebody’s sessions";
        "agency.create" => "设立部门", "Set up an agency";
        "audit.verify" => "核验审计日志", "Checked the trail";
        "enrolment.no_round" => "没有可在线核查的事项，未生成自查", "No self-check: nothing can be checked online";
        "case.begin" => "生成自查案件", "Began a case";
        "case.join" => "应查任务并入自查", "A due visit joined a self-check";
        "case.answer" => "填写自查项", "Answered a line";
        "case.submit" => "提交自查", "Sent a self-check";
        "case.withdraw" => "撤回自查", "Withdrew a case";
        "case.take" => "接办案件", "Took a case";
        "case.take_over" => "接替办理案件", "Took a case over";
        "case.release" => "退回待办队列", "Put a case back";
        "case.review_line" => "审核检查项", "Reviewed a line";
        "case.ask_more" => "要求补充材料", "Asked for more evidence";
        "case.go_on" => "按现有材料继续审核", "Went on with what there is";
        "case.propose" => "拟定结论", "Proposed an outcome";
        "case.unpropose" => "撤回拟定结论", "Took a proposal back";
        "case.confirm" => "复核结论", "Confirmed an outcome";
        "case.disagree" => "不同意拟定结论", "Disagreed with a proposal";
        "case.propose_on_site" => "提出转现场检查", "Proposed a site visit";
        "case.approve_on_site" => "批准转现场检查", "Approved a site visit";
        "case.decline_on_site" => "不批准转现场检查", "Declined a site visit";
        "case.close" => "办结案件", "Closed a case";
        "demo.begin" => "开始填充演示数据", "Began the demonstration city";
        "demo.fill" => "演示数据填充完毕", "The demonstration city is complete";
        "document.issue" => "出具文书", "Issued a document";
        "enrolment.write" => "填写无感申请", "Wrote an application";
        "enrolment.submit" => "提交无感申请", "Sent an application";
        "enrolment.withdraw" => "撤回无感申请", "Withdrew an application";
        "enrolment.accept" => "通过无感申请", "Accepted an application";
        "enrolment.return" => "退回补正申请", "Returned an application";
        "enrolment.refuse" => "不予通过申请", "Refused an application";
        "enrolment.suspend" => "暂停无感监管", "Suspended an enrolment";
        "enrolment.resume" => "恢复无感监管", "Resumed an enrolment";
        "enrolment.revoke" => "终止无感监管", "Revoked an enrolment";
        "enrolment.expire" => "无感监管到期", "An enrolment ran out";
        "enterprise.register" => "注册企业", "Registered an enterprise";
        "enterprise.correct" => "更正企业信息", "Corrected a registration";
        "enterprise.confirm" => "确认企业登记", "Confirmed a registration";
        "enterprise.reject" => "不予确认登记", "Rejected a registration";
        "enterprise.conduct" => "登记企业情况", "Recorded conduct";
        "evidence.code" => "领取拍摄编号", "Asked for a capture code";
        "evidence.receive" => "接收文件", "Received a file";
        "evidence.remove" => "移除文件", "Removed a file";
        "finding.resubmit" => "提交整改材料", "Sent proof of rectification";
        "finding.verify" => "确认整改到位", "Verified a rectification";
        "finding.send_back" => "退回继续整改", "Sent a rectification back";
        "finding.transfer" => "问题立案移交", "Handed a finding on";
        "finding.escalate" => "整改超期上报", "Passed a finding up";
        "first_violation.lapse" => "首违逾期未改", "A first violation was not put right in time";
        "first_violation.promise" => "签署承诺书", "Signed a promise";
        "first_violation_list.create" => "登记首违清单条目", "Added to the first-violation list";
        "item.draft" => "修改事项草稿", "Wrote a draft of an item";
        "item.publish" => "公布事项", "Published an item";
        "ledger.claim" => "登记减免台账", "Claimed a visit avoided";
        "ledger.confirm" => "确认减免台账", "Confirmed a visit avoided";
        "ledger.recount" => "重新清点合计数", "Counted the totals anew";
        "ledger.reverse" => "冲回减免台账", "Reversed a visit avoided";
        "visit.plan" => "登记应查任务", "Planned a visit";
        "visit.record" => "登记现场检查", "Recorded a visit";
    }
    /// What a group of actions is called; its code begins theirs.
    audit_group {
        "login" => "登录", "Logins";
        "access" => "越权操作", "Refused attempts";
        "account." => "账号", "Accounts";
        "audit." => "审计", "Audit";
        "agency." => "部门", "Agencies";
        "enterprise." => "企业登记", "Registrations";
        "enrolment." => "无感申请", "Applications";
        "case." => "自查案件", "Cases";
        "evidence." => "文件", "Files";
        "upload." => "上传", "Uploads";
        "token." => "程序令牌", "Tokens";
        "finding." => "整改", "Findings";
        "first_violation" => "首违不罚", "First violations";
        "document." => "文书", "Documents";
        "item." => "检查事项", "Items";
        "visit." => "应查与现场检查", "Visits";
        "ledger." => "减免台账", "Ledger";
    }
    /// What kind of record an event is about.
    audit_subject_kind {
        "account" => "账号", "Account";
        "login" => "登录名", "Login";
        "agency" => "部门", "Agency";
        "audit" => "审计日志", "Trail";
        "case" => "案件", "Case";
        "address" => "网址", "Address";
        "demo" => "演示数据", "Demonstration";
        "document" => "文书", "Document";
        "due_visit" => "应查任务", "Due visit";
        "enrolment" => "无感申请", "Application";
        "enterprise" => "企业", "Enterprise";
        "first_violation_entry" => "首违清单条目", "List entry";
        "item" => "检查事项", "Item";
        "totals" => "合计数", "Totals";
        "ledger_entry" => "台账条目", "Ledger entry";
        "upload" => "上传", "Upload";
    }
}

/// The groups of actions, in the order of the filter.
pub const AUDIT_GROUPS: [&str; 17] = [
    "login",
    "access",
    "account.",
    "enterprise.",
    "enrolment.",
    "case.",
    "evidence.",
    "finding.",
    "first_violation",
    "document.",
    "item.",
    "visit.",
    "ledger.",
    "agency.",
    "audit.",
    "upload.",
    "token.",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::{Lang, Wording};

    /// Every quoted `word.word` of the portal's services is an action, or one of
    /// these.
    const OTHERS: [&str; 1] = ["x.docx"];

    fn quoted(text: &str) -> impl Iterator<Item = &str> {
        text.split('"').skip(1).step_by(2).filter(|word| {
            let mut parts = word.split('.');
            let plain = |part: Option<&str>| {
                part.is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
            };
            plain(parts.next()) && plain(parts.next()) && parts.next().is_none()
        })
    }

    #[test]
    fn every_action_of_the_services_has_a_name_and_a_group() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../portal/src/services");
        let mut found = 0;
        let mut paths = vec![folder];
        while let Some(path) = paths.pop() {
            if path.is_dir() {
                paths.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            for action in quoted(&text).filter(|action| !OTHERS.contains(action)) {
                found += 1;
                for lang in [Lang::Zh, Lang::En] {
                    assert!(Wording(lang).audit_action(action).is_some(), "{action} has no name");
                }
                assert!(AUDIT_GROUPS.iter().any(|group| action.starts_with(group)), "{action} has no group");
            }
        }
        assert!(found > 40, "the services were not found");
        for group in AUDIT_GROUPS {
            assert!(Wording(Lang::En).audit_group(group).is_some(), "{group}");
        }
    }
}
