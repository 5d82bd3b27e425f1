//! Sentences for everything a rule can refuse: what happened, what is safe, what
//! to do next. They ask, they never blame.

use domain::{
    case::{CaseError, LineFault},
    credit_code::CreditCodeError,
    enrolment::EnrolmentError,
    evidence::EvidenceFault,
    finding::FindingError,
    first_violation::{FirstViolationError, Obstacle},
    industry::IndustryError,
    item::{ContentFault, EvidenceKind, VersionError},
    password::PasswordFault,
    policy::Denied,
    text::TextError,
    visit_ledger::LedgerError,
};

use super::{Lang, Wording};
use crate::format;

impl Wording {
    fn say(self, zh: &str, en: &str) -> String {
        self.pick(zh, en).to_owned()
    }

    fn no_certificate(self) -> String {
        self.say("您的执法证件未登记或已过有效期，不能签署审核意见。请联系安全管理员更新证件。", "Your enforcement certificate is missing or expired, so you cannot sign. Please ask the security administrator to update it.")
    }

    /// That files are still on their way; `leave` is the box that says not to wait for them.
    fn still_sending(self, files: u32, leave: &str) -> String {
        match self.0 {
            Lang::Zh => format!(
                "还有 {files} 个文件没有传完，本次没有提交。请等文件传完后再提交；不需要这些文件的，请勾选“{leave}”。"
            ),
            Lang::En => format!(
                "Files still on their way: {files}, so nothing was sent. Please send once they are here; if you do not need them, tick “{leave}”."
            ),
        }
    }

    /// Why something could not happen to a case.
    pub fn fault_case(self, error: &CaseError) -> String {
        match error {
            CaseError::NotNow { stage } => {
                let stage = self.case_stage(*stage);
                match self.0 {
                    Lang::Zh => format!("本件现在的状态是“{stage}”，不能这样办理。已保存的内容不受影响，请刷新页面查看最新进展。"),
                    Lang::En => format!("The case is now “{stage}”, so this is not possible. What was saved is safe; open the page again to see where it stands."),
                }
            }
            CaseError::NoLine => self.say("本件没有这一检查项。请回到清单重新选择。", "This case has no such line. Please choose again from the list."),
            CaseError::WrittenElsewhere => self.say("这一项刚在其他页面、设备上或由同事改过，您填写的内容没有保存。请打开这一项核对后再保存。", "The line has just been changed on another page or device, or by a colleague, so what you entered was not saved. Please open it, check it and save again."),
            CaseError::LineClosed => self.say("这一项本轮不需要补充，原有材料保持不变。请办理标有“需补充”的检查项。", "This line is not open in this round and stays as it is. Please work on the lines marked as open."),
            CaseError::Incomplete(lines) => {
                let count = lines.len();
                match self.0 {
                    Lang::Zh => format!("还有 {count} 个检查项没有完成，已填内容都已保存。请按提示补齐后再提交。"),
                    Lang::En => format!("{count} lines are not ready yet; what you entered is saved. Please complete them as shown and send again."),
                }
            }
            CaseError::StillSending { files } => self.still_sending(*files, self.check_leave()),
            CaseError::TakenBy { .. } => self.say("本件由另一位执法人员办理，这次操作没有生效。审核中的件确需接手的，请打开本件，点“接手办理”并写明理由。", "Another officer has this case, so nothing was changed. To take over a case in review, open it, choose “Take over” and give a reason."),
            CaseError::NoCertificate => self.no_certificate(),
            CaseError::SamePerson => self.say("提出意见和复核须由两位执法人员分别完成。本件等待另一位执法人员复核。", "Proposing and confirming take two officers. The case waits for another officer."),
            CaseError::ReasonMissing => self.say("请写明理由，企业会看到这段文字。", "Please give a reason; the enterprise will read it."),
            CaseError::DeviationUnexplained => self.say(
                "发现的问题在首违不罚、轻微不罚清单内。选择更重的结论，请写明不适用清单的理由。",
                "What was found is on the list of what can be spared. A heavier outcome needs a reason why the list does not apply.",
            ),
            CaseError::ProblemMissing => self.say("发现问题的，请写明看到的事实、违反的条款和整改办法。", "Where a problem was found, please write what was seen, the clause and how to put it right."),
            CaseError::NotReviewed(lines) => {
                let count = lines.len();
                match self.0 {
                    Lang::Zh => format!("还有 {count} 个检查项没有审核意见。请逐项审核后再作结论。"),
                    Lang::En => format!("{count} lines are not reviewed yet. Please review each before deciding."),
                }
            }
            CaseError::Undecided(lines) => {
                let count = lines.len();
                match self.0 {
                    Lang::Zh => format!("有 {count} 个检查项仍需补充材料，不能作出结论。请要求补充，或改写这些项的意见。"),
                    Lang::En => format!("{count} lines still want more evidence, so no outcome is possible. Ask for it, or change their verdicts."),
                }
            }
            CaseError::NothingToAsk => self.say("没有需要补充的检查项。请先把相应的检查项标为“看不清”或“材料不齐”并写明理由。", "No line wants more evidence. First mark lines as unclear or insufficient, with a reason."),
            CaseError::NoRoundLeft { limit } => match self.0 {
                Lang::Zh => format!("本件已要求补充 {limit} 次，达到上限。请依据现有材料作出结论，或提出转现场检查。"),
                Lang::En => format!("More evidence was asked for {limit} times, the most allowed. Please decide on what there is, or propose a visit."),
            },
            CaseError::OutcomeDoesNotFit => self.say("这一结论与各项审核意见不一致。发现问题的须选择相应处理方式，没有发现问题的只能选择“未发现问题”。", "This outcome does not fit the review. Where a problem was found, choose how it is dealt with; where none was, only “no issue” fits."),
            CaseError::NotClosable => self.say("本件含重点监管事项或须现场检查的事项，清单规定不能仅凭线上材料办结。请提出转现场检查。", "The case has an item of key supervision or one that needs a visit, which the list does not allow to be closed online. Please propose a visit."),
            CaseError::ReasonDoesNotHold => self.say("所选的转现场理由目前不成立。请核对补充次数和期限，或选择其他理由。", "The reason chosen for a visit does not hold now. Please check rounds and terms, or choose another."),
        }
    }

    /// What is wrong with a line of a round.
    pub fn fault_line(self, fault: &LineFault) -> String {
        match fault {
            LineFault::Unanswered => self.say("请选择自查结果。", "Please choose what you found."),
            LineFault::NotApplicableNotAllowed => self.say(
                "这一项对所有企业都适用，请选择符合或不符合。",
                "This line applies to everybody; please choose whether it conforms.",
            ),
            LineFault::NoteMissing => {
                self.say("请补一句说明，写清实际情况。", "Please add a note that says how it is.")
            }
            LineFault::TooFewFiles { kind, have, need } => {
                let needed = self.files_of_kind(*need, *kind);
                let more = self.files_of_kind(need.saturating_sub(*have), *kind);
                match self.0 {
                    Lang::Zh if *have == 0 => format!("需要 {needed}，还没有上传。"),
                    Lang::Zh => format!("需要 {needed}，还差 {more}。"),
                    Lang::En => format!("{needed} needed, {more} missing."),
                }
            }
            LineFault::TooManyFiles { kind, have, limit } => {
                let most = self.files_of_kind(*limit, *kind);
                let over = self.files_of_kind(have.saturating_sub(*limit), *kind);
                match self.0 {
                    Lang::Zh => format!("本轮最多 {most}，请移除 {over}。"),
                    Lang::En => format!("At most {most} in one round. Please remove {over}."),
                }
            }
            LineFault::NotCaptured { grade, have, need } => self.fault_not_captured(*grade, *have, *need),
            LineFault::NoPlace { have, need } => self.fault_no_place(*have, *need),
            LineFault::Unchanged => self.say(
                "这一项被要求补充，目前还没有新的材料或说明。请按审核意见补充。",
                "More was asked for here and nothing has changed yet. Please add what the officer asked for.",
            ),
        }
    }

    /// Why something could not happen to an application.
    pub fn fault_enrolment(self, error: &EnrolmentError) -> String {
        match error {
            EnrolmentError::NotNow { stage } => {
                let stage = self.enrolment_stage(*stage);
                match self.0 {
                    Lang::Zh => format!("这份申请现在的状态是“{stage}”，不能这样办理。请刷新页面查看最新进展。"),
                    Lang::En => format!(
                        "The application is now “{stage}”, so this is not possible. Open the page again to see where it stands."
                    ),
                }
            }
            EnrolmentError::NoItem => self.say("请至少选择一个检查事项。", "Please choose at least one item."),
            EnrolmentError::DoesNotQualify { position } => match self.0 {
                Lang::Zh => format!("所选第 {position} 个事项暂不符合条件，请取消后再提交。其他事项不受影响。"),
                Lang::En => format!(
                    "Item {position} of your choice does not qualify yet. Please leave it out and send again; the others are not affected."
                ),
            },
            EnrolmentError::NoLongerQualifies { position } => match self.0 {
                Lang::Zh => format!("按今天的记录，第 {position} 个事项已不符合条件，不能受理。请退回补正或不予通过，并写明理由。"),
                Lang::En => format!(
                    "By today’s records item {position} does not qualify any more, so the application cannot be accepted. Please return or refuse it with a reason."
                ),
            },
            EnrolmentError::OtherRegion => self.say(
                "企业的经营场所不在该部门的管辖区域内，请向所在区的部门申请；已提交的申请由部门退回补正。",
                "The site lies outside this agency’s region. Please apply to the agency of its district; an application that was sent is returned.",
            ),
            EnrolmentError::Unconfirmed => self.say(
                "企业登记信息还没有经部门确认。确认后才能提交和通过申请，才能上传还没有对应检查项的文件。",
                "The enterprise’s registration is not confirmed. Only once it is can applications be sent and accepted, and files sent that belong to no line yet.",
            ),
            EnrolmentError::NotRemote { position } => match self.0 {
                Lang::Zh => format!("第 {position} 个事项须现场检查，不能申请无感监管。请去掉这个事项后再提交；已提交的申请请退回补正。"),
                Lang::En => format!(
                    "Item {position} has to be checked on site and cannot be applied for. Please leave it out and send again; an application that was sent is returned."
                ),
            },
            EnrolmentError::Twice { position } => match self.0 {
                Lang::Zh => format!("所选第 {position} 个事项已经申请或正在无感监管中，无需重复申请，请取消后再提交。"),
                Lang::En => format!(
                    "Item {position} of your choice is applied for or under no-visit supervision already. Please leave it out and send again."
                ),
            },
            EnrolmentError::NothingMissing => {
                self.say("请一次性写明需要补正的全部内容。", "Please name everything that is missing, all at once.")
            }
            EnrolmentError::NoAnswer => self.say(
                "请针对未通过的理由作出说明，再重新提交。",
                "Please answer the reason for the refusal, then send again.",
            ),
            EnrolmentError::NotExpired => self.say("有效期还没有届满。", "It has not run out yet."),
        }
    }

    /// Why something could not happen to a finding.
    pub fn fault_finding(self, error: &FindingError) -> String {
        match error {
            FindingError::NotNow { stage } => {
                let stage = self.finding_stage(*stage);
                match self.0 {
                    Lang::Zh => format!("这个问题现在的状态是“{stage}”，不能这样办理。请刷新页面查看最新进展。"),
                    Lang::En => format!(
                        "The finding is now “{stage}”, so this is not possible. Open the page again to see where it stands."
                    ),
                }
            }
            FindingError::NoCertificate => self.no_certificate(),
            FindingError::NoProof => self.say(
                "请至少上传一张整改后的照片或一份文件。",
                "Please add at least one file that shows the state afterwards.",
            ),
            FindingError::StillSending { files } => self.still_sending(*files, self.finding_leave()),
        }
    }

    /// Why something could not happen to a first violation.
    pub fn fault_first_violation(self, error: FirstViolationError) -> String {
        match error {
            FirstViolationError::Concluded => self.say(
                "这一首违事项已有结论，不能再更改。",
                "This first violation is concluded and cannot change any more.",
            ),
            FirstViolationError::AlreadyPromised => self.say(
                "承诺书已经签署，无需重复签署。请在期限内完成整改。",
                "The promise is signed already. Please put the matter right within its term.",
            ),
        }
    }

    /// What speaks against a first-violation notice.
    pub fn fault_obstacle(self, obstacle: &Obstacle) -> String {
        match obstacle {
            Obstacle::NotInForce => self.say("所选清单条目当前不在有效期内，请选择现行条目。", "The list entry is not in force; please choose a current one."),
            Obstacle::OnlyMitigated => self.say("所选清单条目属于“减轻处罚”，不能据此不予处罚。请选择其他条目或结论。", "The list entry only mitigates a penalty and does not spare it. Please choose another entry or outcome."),
            Obstacle::NotFirst { earlier } => {
                let day = format::day(self.0, earlier.date());
                match self.0 {
                    Lang::Zh => format!("台账显示该企业已于 {day} 被发现过同类违法行为，本次不属于初次。请选择其他结论。"),
                    Lang::En => format!("The register has an earlier violation of the kind, found on {day}, so this is not the first. Please choose another outcome."),
                }
            }
            Obstacle::CommonFails { condition } => {
                let condition = self.common_condition(*condition);
                match self.0 {
                    Lang::Zh => format!("“{condition}”不成立，不能适用这一清单条目。"),
                    Lang::En => format!("“{condition}” does not hold, so the notice is not possible."),
                }
            }
            Obstacle::ConditionFails { position } => match self.0 {
                Lang::Zh => format!("适用条件第 {position} 条不成立，不能适用这一清单条目。"),
                Lang::En => format!("Condition {position} of the entry does not hold, so the notice is not possible."),
            },
            Obstacle::Excluded { position } => match self.0 {
                Lang::Zh => format!("存在第 {position} 条排除情形，不能适用这一清单条目。"),
                Lang::En => format!("Exclusion {position} of the entry applies, so the notice is not possible."),
            },
            Obstacle::Unreferenced { position } => match self.0 {
                Lang::Zh => format!("第 {position} 条还没有引用证据或记录，请补上依据。"),
                Lang::En => format!("Line {position} has no reference to a file or record yet; please add one."),
            },
            Obstacle::OtherProblems => self.say(
                "本案还有其他事项的问题，不能用一份告知书一并免罚。请选择其他结论。",
                "The case has problems of other items, which one notice must not spare as well. Please choose another outcome.",
            ),
            Obstacle::ReasonMissing => self.say("请写明不予处罚的理由。", "Please give the reason for sparing."),
        }
    }

    /// Why a file is not taken.
    pub fn fault_evidence(self, fault: &EvidenceFault) -> String {
        match fault {
            EvidenceFault::Empty => self.say("这个文件是空的，没有收到内容。请重新选择文件。", "The file is empty. Please choose it again."),
            EvidenceFault::TooLarge { size, limit, kind } => self.too_large(&format::size(*size), &format::size(*limit), *kind),
            EvidenceFault::TooMuchAtOnce { size, files, limit } => {
                let (size, limit) = (format::size(*size), format::size(*limit));
                match self.0 {
                    Lang::Zh => format!("这次选的文件合计 {size}，太多了，没有接收。这一项最多 {files} 个文件，每个不超过 {limit}，请减少后分次上传。"),
                    Lang::En => format!("The files chosen are {size} together, which is too much at once, so none was taken. A line takes at most {files} files of {limit} each; please choose fewer and send them in turns."),
                }
            }
            EvidenceFault::Unfit { why } => self.unfit(*why).to_owned(),
            EvidenceFault::NotAskedFor { kind } => {
                let kind = self.evidence_kind(*kind);
                match self.0 {
                    Lang::Zh => format!("这一项不需要{kind}。请查看要求，换一种材料上传。"),
                    Lang::En => format!("This line does not ask for this kind of file ({}). Please see what it asks for.", kind.to_lowercase()),
                }
            }
            EvidenceFault::LineFull { limit } => match self.0 {
                Lang::Zh => format!("这一项最多 {limit} 个文件，现在已满。请先移除一个再上传。"),
                Lang::En => format!("A line takes at most {limit} files and is full. Please remove one first."),
            },
            EvidenceFault::KindFull { kind, limit } => {
                let most = self.files_of_kind(*limit, *kind);
                match self.0 {
                    Lang::Zh => format!("这一项本轮最多 {most}，现在已满。请先移除不需要的，再上传。"),
                    Lang::En => {
                        format!("This line takes at most {most} in one round and is full. Please remove one first.")
                    }
                }
            }
            EvidenceFault::CaseFull { limit } => match self.0 {
                Lang::Zh => format!("本件最多 {limit} 个文件，现在已满。请先移除不需要的文件。"),
                Lang::En => format!("A case takes at most {limit} files and is full. Please remove some first."),
            },
            EvidenceFault::Closed => self.say("这一项现在不接收文件。之前收到的文件都在。请刷新页面查看最新进展。", "This line takes no files now. Those received before are safe. Open the page again to see where it stands."),
            EvidenceFault::CutOff => self.say("网络中断，这个文件没有传完，没有保存；此前收到的文件不受影响。请重新选择并上传。", "The connection broke before the file was complete, so it was not kept; files received before are safe. Please choose it and send it again."),
            EvidenceFault::CaseTooLarge { limit } => {
                let limit = format::size(*limit);
                match self.0 {
                    Lang::Zh => format!("本件收到的文件合计不能超过 {limit}（移除的文件也计入），这个文件放不下。请压缩后再上传，或联系监管部门。"),
                    Lang::En => format!("The files of a case may have {limit} together, those removed included, and this one does not fit. Please shrink it, or call the agency."),
                }
            }
        }
    }

    fn too_large(self, size: &str, limit: &str, kind: Option<EvidenceKind>) -> String {
        let kind = kind.map_or(self.pick("文件", "file"), |kind| self.evidence_kind(kind));
        match self.0 {
            Lang::Zh => {
                format!("这个{kind}有 {size}，上限是 {limit}。请压缩或分段后再上传，已收到的其他文件不受影响。")
            }
            Lang::En => format!(
                "The {} has {size}; at most {limit} are allowed. Please shrink or split it; files received before are safe.",
                kind.to_lowercase()
            ),
        }
    }

    /// What is wrong with a unified social credit code.
    pub fn fault_credit_code(self, error: &CreditCodeError) -> String {
        match error {
            CreditCodeError::Empty => self.say(
                "请填写统一社会信用代码，在营业执照上方。",
                "Please enter the unified social credit code; it stands at the top of the licence.",
            ),
            CreditCodeError::Legacy15 => self.say(
                "这是 15 位的旧注册号。请填写营业执照上的 18 位统一社会信用代码。",
                "This is an old 15-digit registration number. Please enter the 18-character code of the licence.",
            ),
            CreditCodeError::Length { length } => match self.0 {
                Lang::Zh => format!("统一社会信用代码是 18 位，现在是 {length} 位。请对照营业执照核对。"),
                Lang::En => {
                    format!("The code has 18 characters; there are {length}. Please compare it with the licence.")
                }
            },
            CreditCodeError::Character { position, found } => match self.0 {
                Lang::Zh => format!(
                    "第 {position} 位“{found}”不会出现在代码中（代码不用字母 I、O、Z、S、V）。请对照营业执照核对。"
                ),
                Lang::En => format!(
                    "Character {position}, “{found}”, occurs in no code (I, O, Z, S and V are not used). Please compare it with the licence."
                ),
            },
            CreditCodeError::CheckDigit { .. } => self.say(
                "代码校验没有通过，其中有一位可能填错。请对照营业执照逐位核对。",
                "The check character does not fit: one character is mistyped. Please compare it with the licence.",
            ),
        }
    }

    /// What is wrong with an industry code.
    pub fn fault_industry(self, error: &IndustryError) -> String {
        match error {
            IndustryError::Form => self.say(
                "行业代码是一个字母加四位数字，例如 H6210。请从列表中选择。",
                "An industry code is a letter and four digits, such as H6210. Please choose from the list.",
            ),
            IndustryError::Division { division } => match self.0 {
                Lang::Zh => format!("没有大类 {division:02}。请从列表中选择行业。"),
                Lang::En => format!("There is no division {division:02}. Please choose from the list."),
            },
            IndustryError::Section { expected } => match self.0 {
                Lang::Zh => format!("这个大类属于门类 {expected}。请改用字母 {expected}，或从列表中选择。"),
                Lang::En => format!(
                    "This division belongs to section {expected}. Please use that letter, or choose from the list."
                ),
            },
        }
    }

    /// What is wrong with a typed text; `field` is its label.
    pub fn fault_text(self, field: &str, error: &TextError) -> String {
        match (error, self.0) {
            (TextError::Empty, Lang::Zh) => format!("请填写{field}。"),
            (TextError::Empty, Lang::En) => format!("Please fill in: {field}."),
            (TextError::TooLong { length, limit }, Lang::Zh) => {
                format!("{field}有 {length} 个字，最多 {limit} 个字。请缩短后再提交。")
            }
            (TextError::TooLong { length, limit }, Lang::En) => {
                format!("{field} has {length} characters; at most {limit} are allowed. Please shorten it.")
            }
            (TextError::Control, Lang::Zh) => format!("{field}中有看不见的特殊字符，可能是粘贴带入的。请重新输入。"),
            (TextError::Control, Lang::En) => {
                format!("{field} has an invisible control character, perhaps from pasting. Please type it again.")
            }
        }
    }

    /// What is wrong with a password.
    pub fn fault_password(self, fault: &PasswordFault) -> String {
        match (fault, self.0) {
            (PasswordFault::TooShort { min }, Lang::Zh) => format!("密码至少 {min} 个字符。"),
            (PasswordFault::TooShort { min }, Lang::En) => format!("At least {min} characters."),
            (PasswordFault::TooLong { max }, Lang::Zh) => format!("密码最多 {max} 个字符。"),
            (PasswordFault::TooLong { max }, Lang::En) => format!("At most {max} characters."),
            (PasswordFault::TooFewClasses { needed, .. }, Lang::Zh) => {
                format!("请在小写字母、大写字母、数字、符号、汉字中至少用 {needed} 种。")
            }
            (PasswordFault::TooFewClasses { needed, .. }, Lang::En) => {
                format!("Use at least {needed} of: small letters, capitals, digits, signs, Chinese characters.")
            }
            (PasswordFault::ContainsLogin, _) => {
                self.say("密码中不要包含账号。", "Please leave the login name out of the password.")
            }
            (PasswordFault::WellKnown, _) => self.say(
                "这个密码太常见，容易被猜到。请换一个。",
                "This password is among the first anyone would try. Please choose another.",
            ),
            (PasswordFault::Control, _) => self.say(
                "密码中有看不见的特殊字符，请重新输入。",
                "The password has an invisible character; please type it again.",
            ),
        }
    }

    /// Why a version of an item could not change.
    pub fn fault_version(self, error: &VersionError) -> String {
        match error {
            VersionError::Fixed => self.say(
                "已公布的版本不能修改，正在办理的自查仍以它为准。请新建一个版本。",
                "A published version never changes, and cases that began with it keep it. Please make a new version.",
            ),
            VersionError::Faults(faults) => {
                let faults: Vec<String> = faults.iter().map(|fault| self.fault_content(fault)).collect();
                faults.join(self.pick("", " "))
            }
        }
    }

    /// What keeps an item from being published.
    pub fn fault_content(self, fault: &ContentFault) -> String {
        match fault {
            ContentFault::NoLegalBasis => self.say(
                "缺少法律依据。没有依据的事项不得列入清单。",
                "There is no legal basis. An item without one must not be on the list.",
            ),
            ContentFault::NoLines => self.say(
                "可线上办理的事项至少要有一个检查项。",
                "An item that can be done online needs at least one line.",
            ),
            ContentFault::NoMethod => {
                self.say("请选择至少一种非现场监管方式。", "Please choose at least one way without a visit.")
            }
            ContentFault::NoCap => self.say("请填写年度检查频次上限。", "Please enter the yearly cap."),
            ContentFault::Counts { line } => match self.0 {
                Lang::Zh => format!("第 {line} 个检查项的文件数量：最少数不能大于最多数，最多数不能为零。"),
                Lang::En => format!(
                    "Line {line}: the least number of files must not exceed the most, and the most must not be zero."
                ),
            },
            ContentFault::NothingToCapture { line } => match self.0 {
                Lang::Zh => {
                    format!("第 {line} 个检查项规定了照片来源，但没有要求照片。请要求至少一张照片，或改为“不限”。")
                }
                Lang::En => format!(
                    "Line {line} says how photos must have come about and asks for none. Please ask for a photo, or choose “any way”."
                ),
            },
            ContentFault::RepeatedLine { line } => match self.0 {
                Lang::Zh => format!("第 {line} 个检查项与前面的重复，请删除一个。"),
                Lang::En => format!("Line {line} repeats an earlier one; please remove one of them."),
            },
            ContentFault::NoInterval => self.say(
                "请填写自查间隔，至少一个月。",
                "Please enter the interval between self-checks, one month or more.",
            ),
        }
    }

    /// Why an entry of the ledger could not move.
    pub fn fault_ledger(self, error: &LedgerError) -> String {
        match error {
            LedgerError::StillQuiet { until } => {
                let day = format::day(self.0, until.date());
                match self.0 {
                    Lang::Zh => format!("观察期到 {day} 届满，期间没有现场检查才能确认。"),
                    Lang::En => format!("The quiet period runs until {day}; only then can the entry be confirmed."),
                }
            }
            LedgerError::OverCap { done, cap } => match self.0 {
                Lang::Zh => format!(
                    "该年度已检查（含在线）或已安排 {done} 次，上限 {cap} 次。确需再次检查的，请选择法定理由；没有法定理由的，不得检查。"
                ),
                Lang::En => format!(
                    "There are {done} checks in that year, remote ones and those on the plan included, and at most {cap} are allowed. A further one needs a ground in law: please choose it, or leave the visit."
                ),
            },
            LedgerError::NotNow => self.say(
                "这条台账已确认或已冲回，不能这样办理。",
                "The entry is confirmed or reversed already, so this is not possible.",
            ),
        }
    }

    /// Why a person may not do something. [`Denied::Hidden`] is answered with
    /// "not found" and gives nothing away.
    pub fn fault_denied(self, denied: Denied) -> String {
        match denied {
            Denied::Hidden => self.error_not_found().to_owned(),
            Denied::NotYourRole => self.say(
                "您的角色没有这项权限。如需办理，请联系本单位管理员。",
                "Your role may not do this. If you need to, please ask the administrator of your organisation.",
            ),
            Denied::NotYours => self.say(
                "这条记录由其他人办理，您可以查看但不能更改。",
                "The record is somebody else’s to act on; you may read it and not change it.",
            ),
            Denied::TemporaryPassword => self.say(
                "您目前使用的是他人告知的初始密码。为保障账号安全，请先设置新密码，再继续办理。",
                "Your password was given to you by somebody else. To keep the account yours, please set a new one first.",
            ),
            Denied::NoCertificate => self.say(
                "您的执法证件未登记或已过有效期，不能办理执法事项。请由持证的同事或部门负责人办理，并联系安全管理员更新证件。",
                "Your enforcement certificate is missing or expired, so this is not yours to do. A colleague with a valid one, or the head, can; please ask the security administrator to update yours.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sentence_shouts() {
        for lang in [Lang::Zh, Lang::En] {
            let w = Wording(lang);
            for text in [
                w.fault_evidence(&EvidenceFault::CutOff),
                w.fault_case(&CaseError::SamePerson),
                w.fault_denied(Denied::Hidden),
                w.fault_password(&PasswordFault::WellKnown),
            ] {
                assert!(!text.is_empty() && !text.contains(['!', '！']), "{text}");
            }
        }
    }
}
