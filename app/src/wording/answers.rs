//! Sentences for what a use case answers, where no rule of the field is at fault.

use domain::policy::Denied;
use portal::{LoginError, RegistrationError};

use super::Wording;
use crate::{error::AppError, format};

wording! {
    fault_changed => "这条记录刚刚被其他人更改，您的操作没有生效。请查看最新内容后再操作。",
        "Somebody else has just changed this record, so your action was not carried out. Please look at the current state and try again.";
    fault_disk_full => "服务器存储空间不足，暂时不能接收文件，已收到的文件不受影响。请稍后再试；如急需办理，请联系监管部门。",
        "The server has no room for files just now; those received before are safe. Please try again later, or call the agency if it is urgent.";
    fault_too_many(found: u64, limit: u64) => "共有 {found} 条，表格文件最多 {limit} 条。请缩小日期或部门等范围，或改为下载 CSV，CSV 没有条数限制。",
        "There are {found} entries, and a spreadsheet takes at most {limit}. Please narrow the dates or the agency down, or download CSV, which takes all.";
    typed_is_kept => "登录已过期。您填写的内容已经保留，登录后会回到原来的页面，请再提交一次。",
        "Your login had ended. What you typed is kept: after logging in you return to the page and can send it again.";
    typed_is_back => "刚才登录已过期，没有提交。您填写的内容都在本页，请再提交一次（密码和没有传完的文件除外）。",
        "Your login had ended, so nothing was sent. What you typed is on this page; please send it again (passwords and unfinished files excepted).";
    incident_sentence(number: &str) => "系统出现故障，您的操作没有完成，已保存的内容不受影响。请稍后再试；如仍有问题，请告知我们编号 {number}。",
        "Something went wrong on our side and your action was not carried out; what was saved is safe. Please try again later, or tell us number {number}.";
    not_found_short => "没有找到这条记录。", "There is no such record.";
}

impl Wording {
    /// An error as one sentence, for the top of a form.
    pub fn app_error(self, error: &AppError) -> String {
        match error {
            AppError::NotFound => self.not_found_short().to_owned(),
            AppError::Forbidden { reason } => reason.clone(),
            AppError::LoginRequired => self.typed_is_kept().to_owned(),
            AppError::PasswordChangeRequired => self.fault_denied(Denied::TemporaryPassword),
            AppError::Conflict { message } | AppError::Refused { message } => message.clone(),
            AppError::Invalid(errors) => {
                errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(self.pick("", " "))
            }
            AppError::Internal { incident } => self.incident_sentence(incident),
        }
    }

    /// Why a login failed.
    pub fn fault_login(self, error: &LoginError) -> String {
        match error {
            LoginError::Wrong => self
                .pick(
                    "账号或密码不正确，请核对后再试。",
                    "The user name or the password is not right. Please check and try again.",
                )
                .to_owned(),
            LoginError::Pending => self
                .pick(
                    "账号已建立，还没有授予角色，暂时不能登录。请联系安全管理员。",
                    "The account exists and has no roles yet, so it cannot be used. Please ask the security administrator.",
                )
                .to_owned(),
            LoginError::Throttled(retry) => {
                let until = format::moment(self.0, retry.0);
                match self.0 {
                    super::Lang::Zh => format!("密码多次输错，为保护账号，请在 {until} 之后再试。急需登录的，请联系本单位管理员解锁，企业请拨打 12345。"),
                    super::Lang::En => {
                        format!(
                            "Too many wrong passwords. To protect the account, please try again after {until}. If it is urgent, ask your administrator to unlock it; enterprises call 12345."
                        )
                    }
                }
            }
        }
    }

    /// Why a registration or account could not be made.
    pub fn fault_registration(self, error: RegistrationError) -> &'static str {
        use RegistrationError as E;
        match error {
            E::CreditCodeTaken => self.pick(
                "这个统一社会信用代码已经注册。请直接登录；如不是您本人注册的，请联系所在区的主管部门。",
                "This credit code is registered already. Please log in; if it was not you who registered it, please call the agency of your district.",
            ),
            E::LoginTaken => self.pick("这个账号已被使用，请换一个。", "This user name is taken. Please choose another."),
            E::NotPending => self.pick("这份登记已经处理过了。", "This registration has been settled already."),
            E::Fixed => self.pick("登记已经确认，更改请联系主管部门。", "The registration is confirmed; for changes please call the agency."),
            E::ScopeMismatch => self.pick("所选角色与账号所属单位不一致。", "The roles do not fit the unit of the account."),
            E::Unconfirmed => self.pick(
                "企业登记还没有确认，确认后即可申请。",
                "The registration is not confirmed yet; you can apply once it is.",
            ),
            E::NoCertificate => self.pick("执法人员必须填写执法证号和有效期。", "An officer needs a certificate number and its validity."),
            E::OwnAccount => self.pick(
                "不能对自己的账号进行管理操作，请由另一位管理员办理。",
                "Nobody administers the own account; please ask another administrator.",
            ),
            E::Closed => self.pick("这个账号已经停用，不能再更改。", "This account is closed and cannot change any more."),
        }
    }
}
