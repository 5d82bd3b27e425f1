//! Sentences for what a use case answers, where no rule of the field is at fault.

use domain::{case::CaseLine, policy::Denied, text::Note, upload::UploadFault};
use portal::{LoginError, RegistrationError};

use super::{Lang, Wording};
use crate::{error::AppError, format};

wording! {
    fault_changed => "这条记录刚刚被其他人更改，您的操作没有生效。请查看最新内容后再操作。",
        "Somebody else has just changed this record, so your action was not carried out. Please look at the current state and try again.";
    fault_disk_full => "服务器存储空间不足，暂时不能保存，本次没有提交，已收到的文件和已保存的内容不受影响。请稍后再试；如急需办理，请联系监管部门。",
        "The server has no room and can save nothing just now, so nothing was submitted. What was received and saved before is safe. Please try again later, or call the agency if it is urgent.";
    tus_version => "本站使用 tus 1.0.0 协议，请更新上传程序。", "This site speaks tus 1.0.0; please update the program that sends files.";
    tus_header(name: &str) => "请求头 {name} 缺失或格式不正确。", "The header {name} is missing or cannot be read.";
    tus_content_type => "上传内容的类型应为 application/offset+octet-stream。", "The body must be of type application/offset+octet-stream.";
    tus_cut_off => "这次发送没有收完，已收到的部分都在，请从断点继续。", "Not all of this was received; what was is safe. Please go on from there.";
    tus_disk_full => "服务器存储空间不足，暂时收不下这个文件。已收到的部分不会丢失，腾出空间后可从断点继续。请保留原文件，稍后再试；如急需办理，请联系监管部门。",
        "The server has no room for this file just now. Whatever was received is safe, and it can go on from there once there is room. Please keep the file and try again later, or call the agency if it is urgent.";
    fault_checksum => "这一段内容在传输中出错，没有保存，会从断点重新发送。",
        "This piece was damaged on its way and is not kept; it is sent again from where it began.";
    fault_quarantined => "在这个文件中检出恶意代码，文件已隔离保存，任何人都不能打开。请联系本系统的运行单位处理；企业可以换一个文件重新上传。",
        "Malware was found in this file. It is kept apart and nobody can open it. Please contact whoever runs this site; the enterprise can send another file.";
    fault_busy => "这个文件正在写入，请稍候再继续上传，已收到的部分都在。",
        "This file is being written just now. Please go on in a moment; what was received is safe.";
    fault_too_many_at_once(limit: u16) => "同时上传的文件最多 {limit} 个，请等前面的文件传完再继续。",
        "At most {limit} files can be sent at once. Please wait until one of them is done.";
    fault_crowded => "现在上传的人较多，请稍候再继续，您已传的部分都在。",
        "Many people are sending files just now. Please go on in a moment; what you have sent is safe.";
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
    /// That a line was written elsewhere while somebody had it open: what it says now, and what to
    /// do. A draft is told where the page still has what it had shown before.
    pub fn line_written_elsewhere(self, said: &CaseLine, draft: bool) -> String {
        let answer = said.answer.map_or_else(|| self.line_no_answer(), |answer| self.answer(answer));
        let note = |label: &str, note: &Option<Note>| {
            note.as_ref().map(|note| format!("{label}{}{note}", self.pick("：", ": ")))
        };
        let parts = [
            Some(answer.to_owned()),
            note(self.pick("说明", "note"), &said.note),
            note(self.capture_excuse(), &said.capture_excuse),
        ];
        let now = parts.into_iter().flatten().collect::<Vec<_>>().join(self.pick("；", "; "));
        match (self.0, draft) {
            (Lang::Zh, false) => format!(
                "这一项刚在其他页面、设备上或由同事改过，现在保存的是“{now}”。您填写的内容还在本页，没有保存；核对后请点保存。"
            ),
            (Lang::Zh, true) => format!(
                "这一项刚在其他页面、设备上或由同事改过，现在保存的是“{now}”。您填写的内容还在本页，没有保存；请先点保存，核对后再保存一次。"
            ),
            (Lang::En, false) => format!(
                "This line has just been changed on another page or device, or by a colleague; it now says “{now}”. What you entered is still on this page and not saved; please check it and save."
            ),
            (Lang::En, true) => format!(
                "This line has just been changed on another page or device, or by a colleague; it now says “{now}”. What you entered is still on this page and not saved; please press save, check it, and save again."
            ),
        }
    }

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

    /// Why something cannot be done to an upload.
    pub fn fault_upload(self, fault: &UploadFault) -> String {
        let say = |zh: &str, en: &str| self.pick(zh, en).to_owned();
        match fault {
            UploadFault::Elsewhere { offset } => {
                let there = format::size(*offset);
                match self.0 {
                    super::Lang::Zh => format!("已收到 {there}，请从断点继续上传。"),
                    super::Lang::En => format!("{there} are there; please go on from where it stopped."),
                }
            }
            UploadFault::BeyondLength { length } => {
                let length = format::size(*length);
                match self.0 {
                    super::Lang::Zh => {
                        format!("发送的内容超过了文件大小 {length}，没有保存多出的部分。请重新选择文件上传。")
                    }
                    super::Lang::En => {
                        format!("More came than the {length} of the file. Please choose the file and send it again.")
                    }
                }
            }
            UploadFault::TooLong { length, limit } => {
                let (length, limit) = (format::size(*length), format::size(*limit));
                match self.0 {
                    super::Lang::Zh => {
                        format!("这个文件有 {length}，上限是 {limit}。请压缩或分段后再上传，已收到的其他文件不受影响。")
                    }
                    super::Lang::En => format!(
                        "The file has {length}; at most {limit} are allowed. Please shrink or split it; files received before are safe."
                    ),
                }
            }
            UploadFault::LengthSettled => say(
                "文件大小与开始上传时不一致，文件可能已被修改。请重新选择文件上传。",
                "The size of the file is not what it was; it may have been changed. Please choose it and send it again.",
            ),
            UploadFault::Sealed => {
                say("这个文件已经收妥，不能再更改。", "This file has been received and cannot change any more.")
            }
            UploadFault::Gone => say(
                "这次上传已经结束或超过保留期限，请重新选择文件上传。",
                "This upload has ended or its time has run out. Please choose the file and send it again.",
            ),
            UploadFault::Superseded => {
                say("这个文件正从另一个连接继续上传。", "The file is being sent over another connection now.")
            }
            UploadFault::NotAPart => {
                say("要合并的部分没有传完或不属于您。", "A part to be joined is not whole, or is not yours.")
            }
            UploadFault::NotWhole => {
                say("文件还没有传完，请传完后再提交。", "The file is not whole yet; please send the rest first.")
            }
            UploadFault::QuotaFull { limit } => {
                let limit = format::size(*limit);
                match self.0 {
                    super::Lang::Zh => {
                        format!("正在上传的文件合计不能超过 {limit}。请等前面的文件传完，或取消不需要的上传。")
                    }
                    super::Lang::En => format!(
                        "Files on their way may have {limit} together. Please wait until some are done, or cancel those you do not need."
                    ),
                }
            }
            UploadFault::TooMany { limit } => match self.0 {
                super::Lang::Zh => {
                    format!("正在上传的文件不能超过 {limit} 个。请等前面的文件传完，或取消不需要的上传。")
                }
                super::Lang::En => format!(
                    "At most {limit} files may be on their way. Please wait until some are done, or cancel those you do not need."
                ),
            },
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
                    super::Lang::Zh => format!("密码多次输错，为保护账号，请在 {until} 之后再试。急需登录的，请联系安全管理员解除锁定，企业请拨打 12345。"),
                    super::Lang::En => {
                        format!(
                            "Too many wrong passwords. To protect the account, please try again after {until}. If it is urgent, ask the security administrator to unlock it; enterprises call 12345."
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
            E::NoCertificate => self.pick("执法人员必须填写执法证号和有效期。", "An officer needs a certificate number and its validity."),
            E::OwnAccount => self.pick(
                "不能对自己的账号进行管理操作，请由另一位管理员办理。",
                "Nobody administers the own account; please ask another administrator.",
            ),
            E::Closed => self.pick("这个账号已经停用，不能再更改。", "This account is closed and cannot change any more."),
            E::LastOwner => self.pick(
                "这是企业唯一在用的负责人账号，停用后将无人为企业签署。请先由安全管理员在接任的经办人的账号页面办理移交，再停用；还没有经办人的，先由负责人添加，负责人不能登录的，由安全管理员重置密码。",
                "This is the only account of an owner of the enterprise: without it nobody could sign for it. First the security administrator hands the enterprise over, on the page of an operator’s account; then this one can be closed. Where there is no operator, the owner adds one; the security administrator can reset a lost password.",
            ),
            E::NotAnOperator => self.pick(
                "企业只能移交给本企业在用的经办人账号。",
                "An enterprise is handed over to one of its own operators whose account is in use.",
            ),
        }
    }
}
