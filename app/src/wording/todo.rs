//! Words of 我的待办: what waits, and what the list will have in it for each role.

use domain::{actor::Role, enrolment::EnrolmentStage, finding::FindingStage};
use portal::services::todos::Task;

use super::{Lang, Wording};

wording! {
    todo_waits(count: usize) => "需要您办理的（{count}）", "For you to do ({count})";
    todo_who(name: &str, roles: &str) => "{name} · {roles}", "{name} · {roles}";
    todo_others => "等待部门办理，您无需操作", "Waiting for the agency; nothing for you to do";
    todo_since(day: &str) => "自 {day}", "since {day}";
    todo_load_calendar(year: i32) => "国务院办公厅通知发布后，载入 {year} 年的放假安排", "Load the holidays of {year} once the notice of the State Council is out";
    todo_uncertified => "您的执法证件不在有效期内", "Your enforcement certificate is not valid";
    todo_more => "每类最多显示 20 件，其余请在对应的列表中查看。", "At most 20 of each kind are shown; the lists have the rest.";
    todo_pending_title => "登记已提交，等待部门确认", "Your registration was sent and waits to be confirmed";
    todo_pending_about(days: u16) => "所在区的部门会在 {days} 个工作日内核对登记信息。确认后，这里会出现“申请无感监管”；如信息有误，会写明原因请您修改。", "An agency of your district checks it within {days} working days. Once confirmed, “Apply” appears here; if something is wrong you are told what to correct.";
    todo_pending_meanwhile => "等待期间，可以先看看有哪些检查事项、各自需要什么材料。", "Meanwhile you can read which items there are and what evidence each asks for.";
    todo_pending_items => "查看事项清单", "See the list of items";
}

impl Wording {
    /// What waits.
    pub fn task(self, task: &Task) -> String {
        let fixed = |zh: &str, en: &str| self.pick(zh, en).to_owned();
        let numbered = |zh: &str, en: &str, number: &dyn std::fmt::Display| match self.0 {
            // A space goes before a number and none after a full-width colon.
            Lang::Zh if zh.ends_with('：') => format!("{zh}{number}"),
            Lang::Zh => format!("{zh} {number}"),
            Lang::En => format!("{en} {number}"),
        };
        match task {
            Task::CorrectRegistration => fixed("修改企业登记信息", "Correct your registration"),
            Task::AwaitRegistration => fixed("企业登记", "Registration of your enterprise"),
            Task::Apply => fixed("申请无感监管", "Apply for supervision without a visit"),
            Task::FinishEnrolment(_, EnrolmentStage::Returned) => {
                fixed("补正无感监管申请", "Complete your application")
            }
            Task::FinishEnrolment(_, EnrolmentStage::Refused) => {
                fixed("申请未通过，可说明后重新提交", "Application refused: you can answer and send it again")
            }
            Task::FinishEnrolment(..) => fixed("继续填写无感监管申请", "Finish your application"),
            Task::FillCase(_, number) => numbered("企业自查", "Self-check", number),
            Task::SupplementCase(_, number) => numbered("补充自查材料", "More evidence for", number),
            Task::Rectify(_, FindingStage::Returned) => {
                fixed("继续整改，并补传材料", "Go on with a rectification and send what is missing")
            }
            Task::Rectify(..) => fixed("整改问题并上传材料", "Put a finding right and send proof"),
            Task::ConfirmEnterprise(_, name) => numbered("确认企业登记：", "Confirm a registration:", name),
            Task::DecideEnrolment(_, name) => numbered("审核无感监管申请：", "Decide an application:", name),
            Task::TakeCase(_, number) => numbered("领取自查件", "Take case", number),
            Task::ReviewCase(_, number) => numbered("审核自查件", "Review case", number),
            Task::GoOnWithout(_, number) => numbered(
                "补充期限已过，决定如何办理：",
                "The time for more evidence is over, decide how to go on:",
                number,
            ),
            Task::ConfirmOutcome(_, number) => numbered("复核拟定结论", "Confirm the outcome of", number),
            Task::ApproveOnSite(_, number) => numbered("审批转现场检查", "Approve a visit for", number),
            Task::VerifyFinding(_) => fixed("复核整改情况", "Verify a rectification"),
            Task::Escalated(_) => fixed("督办逾期整改", "An overdue rectification was passed up to you"),
            Task::OverdueCase(_, number) => numbered("督办逾期自查件", "An overdue case was passed up to you:", number),
            Task::OverdueEnrolment(_, name) => {
                numbered("督办逾期未答复的申请：", "An application was not answered in its term:", name)
            }
            Task::GrantRoles(_, name) => numbered("为新账号授予角色：", "Give a new account its roles:", name),
            Task::LoadCalendar(year) => self.todo_load_calendar(*year),
        }
    }

    /// How far it is, as a word.
    pub const fn task_state(self, task: &Task) -> &'static str {
        match task {
            Task::CorrectRegistration => self.pick("待修改", "To be corrected"),
            Task::AwaitRegistration => self.pick("待确认", "Waiting"),
            Task::Apply => self.pick("可申请", "Open"),
            Task::FinishEnrolment(_, stage) => self.enrolment_stage(*stage),
            Task::FillCase(..) => self.pick("待自查", "To be filled in"),
            Task::SupplementCase(..) => self.pick("待补充", "More asked for"),
            Task::Rectify(_, stage) => self.finding_stage(*stage),
            Task::ConfirmEnterprise(..) => self.pick("待确认", "To be confirmed"),
            Task::DecideEnrolment(..) => self.pick("待审核", "To be decided"),
            Task::TakeCase(..) => self.pick("待领取", "To be taken"),
            Task::ReviewCase(..) => self.pick("审核中", "In review"),
            Task::ConfirmOutcome(..) | Task::VerifyFinding(_) => self.pick("待复核", "To be checked"),
            Task::ApproveOnSite(..) => self.pick("待审批", "To be approved"),
            Task::Escalated(_) | Task::OverdueCase(..) | Task::OverdueEnrolment(..) | Task::GoOnWithout(..) => {
                self.pick("已逾期", "Overdue")
            }
            Task::GrantRoles(..) => self.admin_status_pending(),
            Task::LoadCalendar(_) => self.calendar_not_loaded(),
        }
    }

    /// What will stand under 我的待办, and what brings it.
    pub const fn todo_empty_about(self, role: Role) -> &'static str {
        match role {
            Role::EnterpriseOwner | Role::EnterpriseOperator => self.pick(
                "到了自查时间、审核要求补充材料、发现问题需要整改时，会出现在这里并写明期限。平时照常经营，不用反复登录查看。",
                "Self-checks, requests for more evidence and findings appear here with their terms. In between, just go about your business.",
            ),
            Role::Officer => self.pick(
                "企业提交登记、申请、自查或整改后，会出现在这里，先到期的排在前面。您领取的件和需要您复核的结论也在这里。",
                "Registrations, applications, self-checks and rectifications appear here once enterprises send them, the first due on top; so do the cases you took and the outcomes you are to confirm.",
            ),
            Role::AgencyHead => self.pick(
                "转现场检查的审批、逾期件和逾期整改的督办，以及等待确认的登记和申请，会出现在这里并写明期限。",
                "Visits to approve, overdue cases and rectifications, and registrations and applications that wait will appear here with their terms.",
            ),
            Role::Supervisor => self.pick(
                "自查件、申请或整改逾期，部门督办后仍未解决的，会报到这里。平时可以查看成效数据和减免台账。",
                "Cases, applications and rectifications that stay overdue after the head of the agency was told are passed up to you. The numbers and the ledger are always open.",
            ),
            Role::Statistician => self.pick(
                "统计工作没有限期待办。成效数据每次打开都由台账现算，每个数字都可以点开核对。",
                "Statistics have no terms. The numbers are taken from the ledger whenever you open them, and each opens its records.",
            ),
            Role::SystemAdmin => self.pick(
                "临近年底还没有载入下一年放假安排的，会提醒市级系统管理员。账号的新建和停用按申请办理，不会自动派到这里。",
                "Holidays of the coming year that are still to be loaded appear here for the city’s system administrator. Accounts are created and closed when asked for.",
            ),
            Role::SecurityAdmin => self.pick(
                "系统管理员新建账号后，会出现在这里等您授予角色。更换执法证件、解除锁定和重置密码按申请办理。",
                "Accounts that a system administrator has created appear here and wait for their roles. Certificates, unlocking and passwords are seen to when asked for.",
            ),
            Role::AuditAdmin => self.pick(
                "审计没有限期待办。审计日志记录每个账号的操作，您可以随时查看和核验。",
                "The audit has no terms. The trail records what every account does; you can read and verify it at any time.",
            ),
        }
    }
}
