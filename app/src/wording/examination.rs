//! What files are, and what they say of themselves.

use domain::{
    evidence::MediaType,
    examination::{ActiveContent, ClaimedZone, Oddity, Unfit},
    item::EvidenceKind,
};

use super::{Lang, Wording};
use crate::format;

wording! {
    claim_taken => "拍摄时间（文件自述）", "Taken (says the file)";
    claim_place => "拍摄地点（文件自述）", "Where (says the file)";
    claim_device => "设备和软件（文件自述）", "Device and software (says the file)";
    claim_oddities => "需要留意", "To be noted";
    claim_unread => "系统未能检查这个文件的内容，不能确定其中是否带有脚本、其他文件等。请谨慎打开原件。",
        "This file could not be looked through: whether it holds scripts, other files or the like is not known. Please open the original with care.";
}

impl Wording {
    /// Why a file is not taken, and what to send instead.
    pub const fn unfit(self, why: Unfit) -> &'static str {
        match why {
            Unfit::Html => self.pick(
                "这是网页文件，不能接收。请对网页内容截图，或打印成 PDF 后上传。",
                "This is a web page, which is not accepted. Please send a screenshot of it, or print it to PDF.",
            ),
            Unfit::Svg => self.pick(
                "这是 SVG 图形文件，其中可能带有程序，不能接收。请导出为 PNG 或 JPG 图片后上传。",
                "This is an SVG drawing, which can hold programs and is not accepted. Please export it as PNG or JPG.",
            ),
            Unfit::Xml => self.pick(
                "这是 XML 数据文件，不能接收。请导出为 PDF，或截图后上传。",
                "This is an XML file, which is not accepted. Please export it as PDF or send a screenshot.",
            ),
            Unfit::Script | Unfit::Program => self.pick(
                "这是程序文件，不能接收。请上传照片、视频或 PDF、OFD、Word、Excel 文件。",
                "This is a program, which is not accepted. Please send photos, videos, or PDF, OFD, Word or Excel files.",
            ),
            Unfit::Archive => self.pick(
                "这是压缩包，不能接收。请解压后，把里面的照片和文件逐个上传。",
                "This is an archive, which is not accepted. Please unpack it and send the photos and files in it one by one.",
            ),
            Unfit::Macros => self.pick(
                "这个文件带有宏程序，不能接收。请另存为不带宏的 DOCX 或 XLSX，或导出为 PDF 后上传。",
                "This document has macros and is not accepted. Please save it as DOCX or XLSX without macros, or as PDF.",
            ),
            Unfit::OtherDocument => self.pick(
                "不能接收这种格式的文档。请另存为 PDF、DOCX 或 XLSX 后上传。",
                "Documents of this kind are not accepted. Please save it as PDF, DOCX or XLSX.",
            ),
            Unfit::OtherPicture => self.pick(
                "不能接收这种格式的图片。请另存为 JPG 或 PNG，或用手机重新拍照后上传。",
                "Pictures of this kind are not accepted. Please save it as JPG or PNG, or take the photo again.",
            ),
            Unfit::OtherVideo => self.pick(
                "不能接收这种格式的视频。请转换为 MP4，或用手机重新拍摄后上传。",
                "Videos of this kind are not accepted. Please convert it to MP4, or film it again with a phone.",
            ),
            Unfit::Sound => self.pick(
                "这是录音文件，不能接收。请上传照片、视频或文件。",
                "This is a sound recording, which is not accepted. Please send photos, videos or documents.",
            ),
            Unfit::PlainText => self.pick(
                "这是纯文本文件，不能接收。文字说明请填写在“说明”栏；需要留存的内容请导出为 PDF 后上传。",
                "This is plain text, which is not accepted. Please type it into the note, or save it as PDF.",
            ),
            Unfit::Encrypted => self.pick(
                "这个文件设有打开密码，不能接收。请去掉密码后重新上传。",
                "This file needs a password to be opened and is not accepted. Please remove the password and send it again.",
            ),
            Unfit::Incomplete { media } => match media {
                MediaType::Mp4 | MediaType::Mov => self.pick(
                    "这个视频不完整，可能没有录完或没有下载完。请先在手机上确认能从头播放到尾，再重新上传。",
                    "This video is not complete: perhaps it was cut off while it was recorded or downloaded. Please check that it plays to its end, and send it again.",
                ),
                _ => self.pick(
                    "这个文件不完整，可能没有下载完。请先在手机上打开确认，再重新上传。",
                    "This file is not complete: perhaps it was not downloaded whole. Please open it to make sure, and send it again.",
                ),
            },
            Unfit::Damaged { .. } => self.pick(
                "这个文件已损坏，不能打开。请重新拍照或重新导出后上传。",
                "This file is damaged and cannot be opened. Please take the photo again, or export the document again.",
            ),
            Unfit::Excessive { media } => match media {
                MediaType::Docx | MediaType::Xlsx | MediaType::Ofd => self.pick(
                    "这个文件解开后过大，不能接收。请导出为 PDF 后上传。",
                    "Unpacked, this document is too large to be accepted. Please export it as PDF.",
                ),
                _ => self.pick(
                    "这个文件的像素或内容过多，不能接收。请用手机的普通模式重新拍摄后上传。",
                    "This file has more pixels or parts than can be accepted. Please take it again in the normal mode of your phone.",
                ),
            },
            Unfit::Unknown => self.pick(
                "不能识别这种文件。请上传照片（JPG、PNG、WebP、HEIC）、视频（MP4、MOV）或文件（PDF、OFD、Word、Excel）。",
                "This type of file is not accepted. Please send photos (JPG, PNG, WebP, HEIC), videos (MP4, MOV) or documents (PDF, OFD, Word, Excel).",
            ),
        }
    }

    /// Something that a reviewer should know about a file.
    pub fn oddity(self, oddity: Oddity) -> String {
        match oddity {
            Oddity::TrailingBytes { count } => {
                let size = format::size(count);
                match self.0 {
                    Lang::Zh => format!("文件末尾之后还有 {size} 的其他数据（部分手机会附带，不影响查看）"),
                    Lang::En => format!("{size} of other data behind its end (some phones add it; it does no harm)"),
                }
            }
            Oddity::AlsoReadsAs { what } => {
                let what = self.in_a_word(what);
                match self.0 {
                    Lang::Zh => format!("文件中还夹带着{what}，请谨慎下载"),
                    Lang::En => format!("it also holds {what}; take care when you download it"),
                }
            }
            Oddity::AlsoHolds { media } => match media.kind() {
                EvidenceKind::Photo => self.pick("文件中还附有另一张图片", "it also holds another picture").to_owned(),
                EvidenceKind::Video => self
                    .pick(
                        "文件中还附有一段视频（手机拍摄的动态照片会附带）",
                        "it also holds a film (phones add one to moving photos)",
                    )
                    .to_owned(),
                EvidenceKind::Document => self
                    .pick(
                        "文件中还夹带着一份文档，请谨慎下载",
                        "it also holds a document; take care when you download it",
                    )
                    .to_owned(),
            },
            Oddity::Active { what } => self.active(what).to_owned(),
            Oddity::EmbeddedFiles => self.pick("文档中嵌有其他文件", "the document has other files inside").to_owned(),
            Oddity::Edited => self
                .pick(
                    "文件写明经过图片处理软件，不等于内容被改动",
                    "the file names a program that edits pictures, which need not mean that it was changed",
                )
                .to_owned(),
            Oddity::Screenshot => {
                self.pick("文件写明是屏幕截图", "the file says that it is a picture of a screen").to_owned()
            }
        }
    }

    const fn active(self, what: ActiveContent) -> &'static str {
        match what {
            ActiveContent::JavaScript => self.pick(
                "文档中带有脚本，请在隔离环境中打开原件",
                "the document has scripts: open the original with care",
            ),
            ActiveContent::OnOpening => {
                self.pick("文档在打开时会自动执行操作", "the document does something when it is opened")
            }
            ActiveContent::Launch => self
                .pick("文档会启动其他程序，请勿直接打开原件", "the document starts programs: do not open the original"),
            ActiveContent::RichMedia => self.pick("文档中嵌有音视频", "the document plays media"),
            ActiveContent::DynamicForm => self.pick(
                "文档是动态表单（XFA），显示内容可能变化",
                "the document is a dynamic form (XFA), which may look different each time",
            ),
            ActiveContent::External => self.pick("文档会从网络加载内容", "the document loads something from elsewhere"),
        }
    }

    const fn in_a_word(self, what: Unfit) -> &'static str {
        match what {
            Unfit::Archive => self.pick("压缩包", "an archive"),
            Unfit::Html => self.pick("网页", "a web page"),
            Unfit::Script | Unfit::Program => self.pick("程序", "a program"),
            _ => self.pick("另一个文件", "another file"),
        }
    }

    /// By which clock a claimed time is, in brackets behind it.
    pub fn claimed_zone(self, zone: ClaimedZone) -> String {
        match zone {
            ClaimedZone::Told { minutes } => {
                let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
                let offset = format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60);
                match self.0 {
                    Lang::Zh => format!("（文件写明时区 {offset}）"),
                    Lang::En => format!("(the file says {offset})"),
                }
            }
            ClaimedZone::ByFormat => self
                .pick(
                    "（按格式应为世界时，部分手机写的是当地时间）",
                    "(UTC by the format; some phones write local time)",
                )
                .to_owned(),
            ClaimedZone::Satellite => self.pick("（卫星时间）", "(satellite time)").to_owned(),
            ClaimedZone::Unknown => {
                self.pick("（文件未写时区，按北京时间）", "(no zone told; read as Beijing time)").to_owned()
            }
        }
    }
}
