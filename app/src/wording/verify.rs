//! Words of the page that anybody with a printed code opens.

use domain::document::DocumentKind;

use super::Wording;

wording! {
    verify_page => "文书查验", "Verify a document";
    verify_page_lead => "扫描文书上的二维码，或输入 20 位查验码，即可核对真伪。无需登录。", "Scan the QR code on the document or enter its 20-character code. No login needed.";
    verify_page_hint => "印在文书下方，例如 7KD2M-9QXRA-4T8ZC-WE5PH。大小写、空格和短横线都可以，字母 O 与数字 0、字母 I 和 L 与数字 1 不作区分。", "Printed at the foot of the document, such as 7KD2M-9QXRA-4T8ZC-WE5PH. Case, spaces and hyphens do not matter; O is read as 0, I and L as 1.";
    verify_page_malformed => "查验码应为 20 位字母和数字。请对照文书核对，看是否漏输或多输。", "A code has 20 letters and digits. Please compare it with the document: a character may be missing or too many.";
    verify_page_where => "文书上没有查验码怎么办", "What if the document has no code";
    verify_page_where_about => "本平台发出的每份文书都有查验码和二维码。没有查验码的，请向落款部门核实后再办理；也可拨打 12345。", "Every document of this portal has a code and a QR code. If there is none, ask the agency named on it before doing anything, or call 12345.";

    verify_true => "这是一份真实的文书", "This document is authentic";
    verify_true_about => "由下列部门通过本平台发出。请核对编号、日期与您手中的一致。", "It was issued through this portal by the agency below. Compare its number and date with the paper in your hand.";
    verify_kind => "文书名称", "Document";
    verify_number => "文书编号", "Number";
    verify_agency => "发文部门", "Issued by";
    verify_issued => "发文时间", "Issued";
    verify_receiver => "送达对象", "Issued to";
    verify_receiver_note => "为保护企业信息，只显示部分字", "Partly hidden to protect the enterprise";
    verify_officers => "执法证号", "Certificates";
    verify_corrects => "更正的文书", "Corrects";
    verify_code => "查验码", "Code";
    verify_phone => "核实电话", "Telephone";
    verify_meaning => "这份文书意味着什么", "What it means";
    verify_refuse => "持这份文书的人，不能要求您做什么", "What its bearer may not ask of you";
    verify_refuse_money => "交钱。本平台的文书不收取任何费用，也不是罚款凭证。", "Money. Documents of this portal cost nothing and are no receipts for fines.";
    verify_refuse_service => "购买产品，或接受指定的中介服务。", "Buying anything, or using an intermediary they name.";
    verify_refuse_owner => "让法定代表人专门到场。", "The legal representative being there in person.";
    verify_refuse_visit => "仅凭这份文书进店检查。入企检查须经批准备案，并出示执法证件和检查码。", "Letting them in on this paper alone. A visit must be approved and filed, with certificate and inspection code shown.";
    verify_refuse_visit_on_site => "不亮证、不亮码就检查。没有出示执法证件和检查码，或者没有一次性告知检查事项的，您可以拒绝。", "A visit without certificate and inspection code, or without telling all items at once. You may refuse it.";

    verify_false => "没有查到这个查验码", "There is no document with this code";
    verify_false_about(code: &str) => "您查验的是 {code}。请按下面的步骤处理。", "You asked for {code}. Please go on as follows.";
    verify_false_1 => "先对照文书逐位核对，再查一次。最容易看错的是 8 和 B、5 和 S、2 和 Z。", "Compare every character with the document and try again. 8 and B, 5 and S, 2 and Z are easily mistaken.";
    verify_false_2 => "仍查不到的，请不要凭这份文书付款、交材料或让人进店检查。", "If there is still none, do not pay, hand anything over or let anybody in because of this paper.";
    verify_false_3 => "向发文部门核实。请拨打下面公布的电话或 12345，不要拨打文书上印的电话。", "Ask the agency. Call a number below or 12345, not a number printed on the paper.";
    verify_phones => "各部门核实电话", "Telephone numbers of the agencies";
    verify_phones_none => "各部门电话尚未公布，请拨打 12345。", "No numbers are published yet; please call 12345.";
    verify_again => "重新输入查验码", "Enter a code";
}

impl Wording {
    /// What a document means for whoever holds it.
    pub const fn document_meaning(self, kind: DocumentKind) -> &'static str {
        match kind {
            DocumentKind::ResultNotice => self.pick(
                "企业线上提交的材料已审核完毕，没有发现问题，本次自查已办结。",
                "What the enterprise sent online was reviewed and no issue found. The self-check is settled.",
            ),
            DocumentKind::Guidance => self.pick(
                "指出问题在哪里、怎样改。它是指导意见，不是行政处罚。企业改好后在线上传材料即可，有不同意见可以在线说明。",
                "It says what is wrong and how to put it right. It is advice and not a penalty. The enterprise sends proof online, and may say where it disagrees.",
            ),
            DocumentKind::FirstViolationNotice => self.pick(
                "初次违法、危害后果轻微，及时改正的不予处罚。它不是警告，也不是处罚。",
                "A first violation with minor consequences; put right in time, it is not punished. It is neither a warning nor a penalty.",
            ),
            DocumentKind::MinorReminder => self.pick(
                "违法行为轻微、没有造成危害后果，及时改正的不予处罚。它不是警告，也不是处罚。",
                "A minor violation that did no harm; put right in time, it is not punished. It is neither a warning nor a penalty.",
            ),
            DocumentKind::OrderToCorrect => self.pick(
                "要求企业在期限内改正。责令改正不是行政处罚。企业有不同意见，可以陈述和申辩。",
                "It asks the enterprise to put something right within a term. It is not a penalty. The enterprise may state its view.",
            ),
            DocumentKind::Transfer => self.pick(
                "有关问题按法定程序另行立案处理。作出决定前，行政机关应当告知事实、理由和依据，企业有权陈述和申辩。",
                "The matter goes on as a case of its own. Before deciding, the agency must tell facts, reasons and law, and the enterprise has the right to be heard.",
            ),
            DocumentKind::SupplementNotice => self.pick(
                "请企业在线补充文书中列明的材料，不需要到场。",
                "It asks the enterprise to add what is listed, online; nobody has to go anywhere.",
            ),
            DocumentKind::OnSiteApproval => self.pick(
                "这件线上自查已批准转为现场检查。检查时，执法人员须出示执法证件和检查码，并一次性告知检查事项。",
                "The visit in place of this self-check was approved. Officers must show certificate and inspection code and tell all items at once.",
            ),
            DocumentKind::EnrolmentDecision => self.pick(
                "对企业无感监管申请的答复。没有通过的，企业可以按写明的理由补充后重新提交。",
                "The answer to an application for supervision without a visit. If it was refused, the enterprise can answer the reason and send it again.",
            ),
        }
    }
}
