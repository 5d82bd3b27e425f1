//! What is shown of a file beside the file itself: previews, what it says of itself, and
//! which other pictures look like it.

use domain::{
    dossier::NoPicture,
    examination::{Likeness, NotScanned, Scan},
};

use super::Wording;

wording! {
    preview_waits => "正在制作预览，稍后刷新页面即可看到。原件已经收到，可以下载。",
        "A preview is being made; reload the page in a moment. The original has been received and can be downloaded.";
    preview_copy => "这里显示的是预览，作为证据的是原件。", "This is a preview; the original is the evidence.";
    preview_film => "这里播放的是便于观看的副本，作为证据的是原件。", "This is a copy made for viewing; the original is the evidence.";
    preview_page(number: u16, of: u32) => "第 {number} 页，共 {of} 页", "Page {number} of {of}";
    preview_page_of(name: &str, number: u16) => "{name} 第 {number} 页", "{name}, page {number}";
    preview_still_of(name: &str) => "{name} 的画面", "{name}, a still";
    preview_more_pages(shown: usize) => "只显示前 {shown} 页，其余请下载原件查看。", "Only the first {shown} pages are shown; please download the original for the rest.";

    known_title => "文件信息", "About this file";
    known_received => "收到时间", "Received";
    known_received_about => "以本平台服务器的时间为准。", "By the clock of this portal.";
    known_pixels(width: u32, height: u32) => "{width} × {height} 像素", "{width} × {height} pixels";
    known_length(minutes: u64, seconds: u64) => "{minutes} 分 {seconds} 秒", "{minutes} min {seconds} s";
    known_pages(count: u32) => "共 {count} 页", "{count} pages";
    known_size => "大小", "Size";
    known_days_before(days: u64) => "比收到时间早 {days} 天", "{days} days before it was received";
    known_hours_before(hours: u64) => "比收到时间早 {hours} 小时", "{hours} hours before it was received";
    known_after => "晚于收到时间，设备的时钟可能不准", "after it was received: the clock of the device may be wrong";
    known_metres(metres: u32) => "距企业登记的地址约 {metres} 米", "about {metres} m from the registered address";
    known_kilometres(kilometres: u32) => "距企业登记的地址约 {kilometres} 千米", "about {kilometres} km from the registered address";
    known_no_site => "企业没有登记坐标，不能计算距离", "the enterprise has no registered coordinates to compare with";
    known_within(metres: u32) => "误差约 {metres} 米", "accurate to about {metres} m";
    known_nothing => "文件没有自带拍摄时间、地点和设备信息。聊天软件和手机常会去掉这些信息，不说明照片有问题。",
        "The file says nothing of when, where or with what it was taken. Messengers and phones often drop this; it does not speak against the photo.";
    known_claims_about => "拍摄时间、地点和设备是文件自己写的，可以被改动，只作参考。",
        "Time, place and device are what the file says of itself. They can be changed and are only a hint.";
    known_scan => "病毒扫描", "Malware";

    alike_title(count: usize) => "相同或相似的材料（{count}）", "Same or similar files ({count})";
    alike_about => "由程序比对得出，仅供参考，不能单独作为判断依据。请对照核实。",
        "Found by a program. It is a hint and no reason by itself; please compare them.";
    alike_this => "本件材料", "This file";
    alike_hidden(likeness: &str) => "另一部门的案件中有一份材料与本件{likeness}，您无权查看。需要时请联系监督机构。",
        "A file in a case of another agency is {likeness}. You may not see it; the supervisory body can help if need be.";
    alike_of_another => "另一家企业", "another enterprise";
    alike_of_same => "同一企业的另一次自查", "another round of the same enterprise";
    alike_open_case => "打开那一案", "Open that case";

    earlier_title(count: usize) => "这一项以前的材料（{count}）", "Earlier files of this line ({count})";
    earlier_about => "同一企业、同一检查项以前提交的材料，由近到远。", "What the same enterprise sent for this line before, the latest first.";
}

impl Wording {
    /// Why there is no picture of a file.
    pub const fn no_picture(self, why: NoPicture) -> &'static str {
        match why {
            NoPicture::NotPictured => self.pick(
                "这类文件不在页面中显示，请下载原件查看。",
                "Files of this kind are not shown in the page. Please download the original.",
            ),
            NoPicture::NoTool => self.pick(
                "本系统没有安装制作这类预览的程序，请下载原件查看。原件与企业上传的完全一致。",
                "This site has no program that makes such a preview. Please download the original; it is exactly what was sent.",
            ),
            NoPicture::Damaged => self.pick(
                "这个文件的内容不完整或有损坏，不能制作预览。请下载原件查看，或请企业重新上传。",
                "The content of this file is damaged, so there is no preview. Please download the original, or ask for it again.",
            ),
            NoPicture::TooLarge => self.pick(
                "图片的像素过多，不能制作预览，请下载原件查看。",
                "The picture has too many pixels for a preview. Please download the original.",
            ),
            NoPicture::TooSlow | NoPicture::Crashed => self.pick(
                "制作预览没有成功，请下载原件查看。原件与企业上传的完全一致。",
                "No preview could be made. Please download the original; it is exactly what was sent.",
            ),
            NoPicture::Quarantined => self.pick(
                "在这个文件中检出恶意代码，文件已隔离保存，任何人都不能打开。请企业换一个文件。",
                "Malware was found in this file. It is kept apart and nobody can open it. Please ask the enterprise for another.",
            ),
        }
    }

    /// What the search for malware came to.
    pub fn scanned(self, scan: Option<&Scan>) -> String {
        match scan {
            None => self.pick("尚未扫描", "not yet looked through").to_owned(),
            Some(Scan::Clean { engine, .. }) => match self.0 {
                super::Lang::Zh => format!("未发现恶意代码（{engine}）"),
                super::Lang::En => format!("nothing found ({engine})"),
            },
            Some(Scan::Found { name, engine, .. }) => match self.0 {
                super::Lang::Zh => format!("检出恶意代码 {name}（{engine}）"),
                super::Lang::En => format!("{name} found ({engine})"),
            },
            Some(Scan::NotScanned { why, .. }) => match why {
                NotScanned::NotConfigured => {
                    self.pick("未扫描：本系统没有配置扫描程序", "not looked through: no engine is set up")
                }
                NotScanned::TooLarge => {
                    self.pick("未扫描：文件超过扫描程序的大小限制", "not looked through: larger than the engine takes")
                }
                NotScanned::EngineDown => self.pick(
                    "未扫描：扫描程序暂时不可用，稍后会再试",
                    "not looked through: the engine was down; it is tried again",
                ),
                NotScanned::Waiting => {
                    self.pick("尚未扫描：正在排队等待扫描", "not yet looked through: it waits for its turn")
                }
            }
            .to_owned(),
        }
    }

    /// How alike two pictures are, in the middle of a sentence.
    pub const fn likeness(self, likeness: Likeness) -> &'static str {
        match likeness {
            Likeness::Identical => self.pick("完全相同", "the very same file"),
            Likeness::Same => self.pick("内容相同", "the same picture"),
            Likeness::Similar => self.pick("相似", "similar"),
        }
    }
}
