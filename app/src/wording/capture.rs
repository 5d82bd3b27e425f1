//! Live capture: codes, grades, the page of the camera.

use camera::setup::Words;
use domain::capture::{CaptureGrade, CodeFault, Task};

use super::{Lang, Wording};

wording! {
    capture_page => "现场拍摄", "Live capture";
    capture_lead => "先取一个一次性编号，再拍照。编号会写在照片下方，说明照片是取号之后拍的。", "First ask for a one-time code, then take the picture. The code stands below the picture, which shows that it was taken after the code was given out.";
    capture_link => "用本页相机现场拍摄（B 级）", "Take a picture in the page (grade B)";
    capture_link_about => "照片带一次性编号，说明是现在拍的，比从相册选的更有说明力。", "The picture has a one-time code in it, which says more than one chosen from a gallery.";
    capture_begin => "取编号，开始拍摄", "Ask for a code and begin";
    capture_begin_about(minutes: u16) => "编号 {minutes} 分钟内有效，只能用一次，只能用于这一项和本次登录。", "A code lives for {minutes} minutes, serves once, and only for this line in this login.";
    capture_again => "换一个编号", "Ask for another code";
    capture_again_about => "换号后，现在这个编号作废。", "The present code does not count any more then.";
    capture_next => "再拍一张", "Take another";
    capture_done_back => "拍好了，返回", "Done, go back";
    capture_back => "返回检查项", "Back to the line";
    capture_back_finding => "返回问题", "Back to the finding";
    capture_code => "一次性编号", "One-time code";
    capture_until(clock: &str) => "{clock} 前有效", "Counts until {clock}";
    capture_task => "请这样拍", "Please take it like this";
    capture_received => "这一项已收到的文件", "Received files of this line";
    capture_received_finding => "整改后已收到的文件", "Files received after it was put right";
    capture_received_none => "还没有文件。", "No file yet.";
    capture_live => "相机", "Camera";
    capture_picture => "刚拍的照片", "The picture just taken";
    capture_preview => "相机画面", "What the camera sees";
    capture_shutter => "拍照", "Take the picture";
    capture_switch => "切换镜头", "Other camera";
    capture_use => "使用这张", "Use this one";
    capture_retake => "重拍", "Again";
    capture_retry => "再试一次", "Try again";
    capture_reopen => "重新打开相机", "Open the camera again";
    capture_locate => "记录拍摄位置", "Record where it is taken";
    capture_place => "拍摄位置", "Where it is taken";
    capture_place_why => "位置用来说明照片是在登记地址附近拍的，只随这张照片保存，双方都能看到。可以不记录，不影响提交，也不会因此被怀疑。", "The place shows that the picture was taken near the registered site. It is kept with this picture only, and both sides see it. You may leave it out; nobody is suspected for that.";
    capture_place_needed => "这一项要求记录位置，取得位置后才能拍。位置只随这张照片保存，双方都能看到。不便提供的，请先在检查项页面写明原因，写明后不用位置也能拍。", "This line asks for the place, and the picture can be taken once it is known. It is kept with this picture only, and both sides see it. If you cannot give it, please say why on the page of the line first; you can take the picture without it then.";
    capture_plain => "用手机自带相机拍（C 级）", "Take it with the phone’s own camera (grade C)";
    capture_plain_about => "本页相机打不开时用这个办法。请在编号有效期内拍好并上传；照片里没有编号，说明力比 B 级弱。", "For when the camera of this page does not open. Please take and send it while the code counts; without the code in it, it says less than grade B.";
    capture_plain_no_place => "这样拍的照片不带位置。这一项要求位置，请另在检查项页面写明原因。", "A picture taken in this way has no place. This line asks for one, so please also say why on the page of the line.";
    capture_plain_field => "拍一张照片", "Take a picture";
    capture_plain_send => "上传这张照片", "Send this picture";
    capture_plain_no_script => "本页相机需要开启脚本。没有脚本也可以用下面的办法拍摄上传。", "The camera of this page needs scripts. Without them you can take and send a picture as below.";
    capture_way_out => "两种办法都不行时，可以返回检查项从相册选择（D 级）；这一项有等级要求的，请在检查项页面写明原因，执法人员会看到。", "If neither works, go back and choose a file (grade D); where the line asks for a grade, please say why it could not be met. The officer reads it.";
    capture_way_out_finding => "两种办法都不行时，可以返回问题页面，从相册选择照片（D 级）。", "If neither works, go back and choose a file (grade D).";
    capture_grades => "等级是什么意思", "What the grades mean";
    capture_code_in_file => "画面编号", "Code in the picture";
    capture_code_beside => "领取的编号", "Code that was given out";
    capture_asked_task => "当时的拍摄要求", "What was asked for";
    capture_issued => "编号发出", "Code given out";
    capture_claimed => "照片登记", "Picture on record";
    capture_look => "请核对：照片下方的编号是否与此一致，拍摄要求是否做到。系统不作自动判断。", "Please compare: is this the code below the picture, and was it taken as asked? The portal does not judge by itself.";
    capture_at(metres: &str) => "距登记地址约 {metres}", "about {metres} from the registered site";
    capture_accuracy(metres: &str) => "手机定位精度约 {metres}", "the phone says within {metres}";
    capture_place_rough => "精度较低，仅供参考", "not exact, for reference only";
    capture_no_site => "登记地址没有坐标，无法计算距离", "the registered site has no coordinates to compare with";
    capture_place_none => "没有记录", "not recorded";
    capture_excuse => "不能现场拍摄的原因", "Why it could not be taken live";
    capture_excuse_hint => "没有可用的相机、场所不允许拍摄、不便提供位置的，请写明；执法人员会看到。写明原因后，本项可以用其他方式拍的照片提交。", "No working camera, a place where none is allowed, or a position you cannot tell: please say so; the officer reads it. The line can then be sent with pictures taken in another way.";
    capture_excuse_of_enterprise => "企业说明不能现场拍摄的原因", "Why the enterprise could not take it live";
    capture_needs_place => "照片须记录拍摄位置", "pictures with the place where they were taken";
    capture_line_asks => "本项对照片的要求", "What this line asks of pictures";
    item_form_capture => "照片来源要求", "How photos must have come about";
    item_form_capture_any => "不限", "Any way";
    item_form_capture_hint => "只对要求照片的检查项有效。没有可用相机的企业可以写明原因后提交，由您审核。", "Only for lines that ask for photos. An enterprise without a working camera may say so and send; you judge it.";
    item_form_needs_place => "照片须记录拍摄位置", "Photos need the place where they were taken";
    item_form_capture_wrong => "请从列表中选择照片来源要求。", "Please choose from the list how photos must have come about.";
}

impl Wording {
    /// A grade in a few words.
    pub const fn capture_grade(self, grade: CaptureGrade) -> &'static str {
        match grade {
            CaptureGrade::A => self.pick("A 级 · 视频连线", "Grade A · live video"),
            CaptureGrade::B => self.pick("B 级 · 本页现场拍摄", "Grade B · taken in the page"),
            CaptureGrade::C => self.pick("C 级 · 手机相机拍摄", "Grade C · phone camera"),
            CaptureGrade::D => self.pick("D 级 · 自选文件", "Grade D · chosen file"),
        }
    }

    /// What a grade says and what it does not, for both sides alike.
    pub const fn capture_grade_about(self, grade: CaptureGrade) -> &'static str {
        match grade {
            CaptureGrade::A => self.pick(
                "执法人员视频连线时拍摄，由系统录制。",
                "Taken in a video call that an officer leads; the portal records it.",
            ),
            CaptureGrade::B => self.pick(
                "取号之后用本页相机拍摄，编号由页面写入画面。说明照片晚于编号发出，不说明画面内容属实。",
                "Taken with the camera of this page after a code was given out; the page writes the code into the picture. It says that the picture is later than the code, and not that what it shows is so.",
            ),
            CaptureGrade::C => self.pick(
                "取号后几分钟内用手机自带相机拍摄上传，画面里没有编号。有的手机会转去相册，说明力弱于 B 级。",
                "Taken with the phone’s own camera within minutes of a code, without the code in it. Some phones lead to the gallery instead, so it says less than grade B.",
            ),
            CaptureGrade::D => self.pick(
                "从相册或文件中选择。只说明收到时文件已经存在。",
                "Chosen from a gallery or a folder. It says only that the file existed when it was received.",
            ),
        }
    }

    /// What to do while the picture is taken.
    pub const fn capture_task_of(self, task: Task) -> &'static str {
        match task {
            Task::FromTheLeft => {
                self.pick("站到检查点左侧，斜着拍。", "Stand to the left of it and take it at an angle.")
            }
            Task::FromTheRight => {
                self.pick("站到检查点右侧，斜着拍。", "Stand to the right of it and take it at an angle.")
            }
            Task::StepBack => {
                self.pick("退后两步，把周围也拍进去。", "Take two steps back, so that one sees what is around it.")
            }
            Task::WithAHand => {
                self.pick("把一只手放在检查点旁边，一起拍进去。", "Hold a hand beside it, in the picture.")
            }
            Task::InTheLeftHalf => self.pick("让检查点位于画面的左半边。", "Keep it in the left half of the picture."),
            Task::InTheLowerHalf => {
                self.pick("让检查点位于画面的下半部分。", "Keep it in the lower half of the picture.")
            }
        }
    }

    /// Why a code does not count for a file, which was taken all the same.
    pub fn fault_code(self, fault: CodeFault) -> String {
        let why = self.code_fault(fault);
        match self.0 {
            Lang::Zh => format!("{why}照片已完整收到，按 D 级登记；需要更高等级的，请重新取号再拍一张。"),
            Lang::En => format!(
                "{why} The file is received and safe, as grade D; where a higher one is needed, please ask for a new code and take another picture."
            ),
        }
    }

    /// The same, without what to do.
    pub const fn code_fault(self, fault: CodeFault) -> &'static str {
        match fault {
            CodeFault::Unknown => {
                self.pick("随照片提供的编号不是发给您的。", "The code that came with the file was not given to you.")
            }
            CodeFault::OtherPlace => {
                self.pick("随照片提供的编号属于另一个检查项。", "The code that came with the file is for another line.")
            }
            CodeFault::OtherLogin => self.pick(
                "随照片提供的编号是在另一次登录中领取的。",
                "The code that came with the file was given out in another login.",
            ),
            CodeFault::Expired => {
                self.pick("照片登记时编号已经过期。", "The code had run out before the file was on record.")
            }
            CodeFault::Replaced => self.pick(
                "随照片提供的编号已被新编号代替。",
                "The code that came with the file had been replaced by a newer one.",
            ),
            CodeFault::Used => self.pick(
                "随照片提供的编号已用于另一张照片。",
                "The code that came with the file serves another picture already.",
            ),
            CodeFault::OlderFile => self.pick(
                "同一个文件在编号发出之前就已收到。",
                "The very same file was here before the code was given out.",
            ),
            CodeFault::NotAPhoto => {
                self.pick("编号只用于照片，这个文件不是照片。", "Codes are for photos, and this file is none.")
            }
            CodeFault::NoPlace => self.pick(
                "这一项要求记录位置，照片没有带位置。",
                "This line asks for the place, and the file came without one.",
            ),
        }
    }

    /// The same of a file that may still be on its way, and what to do.
    pub fn capture_uncounted(self, name: &str, fault: CodeFault) -> String {
        let why = self.code_fault(fault);
        match self.0 {
            Lang::Zh => {
                format!("“{name}”的编号无效：{why}照片仍会接收，按 D 级登记；需要更高等级的，请重新取号再拍一张。")
            }
            Lang::En => format!(
                "The code of “{name}” does not count. {why} The file is taken all the same, as grade D; where a higher one is needed, please ask for a new code and take another picture."
            ),
        }
    }

    /// A grade that a line asks for, in a sentence.
    pub fn capture_wanted(self, grade: CaptureGrade) -> String {
        let name = self.capture_grade(grade);
        match self.0 {
            Lang::Zh => format!("照片须为“{name}”或更高等级"),
            Lang::En => format!("pictures of “{name}” or better"),
        }
    }

    /// Fewer photos than asked for came about as the line asks.
    pub fn fault_not_captured(self, grade: CaptureGrade, have: u16, need: u16) -> String {
        let (wanted, more) = (self.capture_grade(grade), need.saturating_sub(have));
        match self.0 {
            Lang::Zh => format!(
                "要求 {need} 张照片为“{wanted}”或更高等级，还差 {more} 张。请点“现场拍摄”取号拍照；没有可用相机的，请写明原因。"
            ),
            Lang::En => format!(
                "This line asks for photos of “{wanted}” or better. Needed: {need}, missing: {more}. Please take them with “Live capture”; without a working camera, please say why."
            ),
        }
    }

    /// Fewer photos than asked for have the place where they were taken.
    pub fn fault_no_place(self, have: u16, need: u16) -> String {
        let more = need.saturating_sub(have);
        match self.0 {
            Lang::Zh => format!(
                "要求 {need} 张照片带拍摄位置，还差 {more} 张。请在“现场拍摄”页面记录位置后再拍；不便提供的，请写明原因。"
            ),
            Lang::En => format!(
                "This line asks for photos with the place where they were taken. Needed: {need}, missing: {more}. Please record the place with “Live capture”; if you cannot, please say why."
            ),
        }
    }

    /// A person asks for more codes than one may.
    pub fn fault_too_many_codes(self, limit: u16) -> String {
        match self.0 {
            Lang::Zh => format!("一小时内最多取 {limit} 个编号，现在已满。请稍后再取；急用的，可以先从相册上传。"),
            Lang::En => format!(
                "One may ask for {limit} codes in an hour, and you have. Please try again later; if it is urgent, send a file from the gallery."
            ),
        }
    }

    /// The strings of the camera's module, for a line that asks for the place or for one that does not.
    pub fn camera(self, needs_place: bool) -> Words {
        let say = |zh: &str, en: &str| self.pick(zh, en).to_owned();
        let (place_denied, place_failed) = self.camera_without_place(needs_place);
        Words {
            opening: say(
                "正在打开相机。浏览器询问时，请点“允许”。",
                "Opening the camera. Please choose “Allow” when the browser asks.",
            ),
            ready: say(
                "相机已打开。对准检查点，按上面的要求拍。",
                "The camera is open. Point it at what is checked and take it as asked above.",
            ),
            taking: say("正在拍照", "Taking the picture"),
            taken: say(
                "已拍好。请看是否清楚，再点“使用这张”。",
                "Taken. Please see whether it is clear, and choose “Use this one”.",
            ),
            not_taken: say(
                "这张没有拍摄成功，请再拍一次；仍不成功的，请点“重新打开相机”。",
                "This one did not work. Please take it again; if that does not help, choose “Open the camera again”.",
            ),
            denied: say(
                "浏览器没有允许使用相机。请在浏览器的网站设置中允许使用相机（在微信中打开的，请在手机“设置”中允许微信使用相机），再点“再试一次”；或者用下面的手机自带相机拍。",
                "The browser does not allow the camera. Please allow it in the browser’s settings for this site (in WeChat: for WeChat, in the phone’s settings) and try again; or use the phone’s own camera below.",
            ),
            none: say(
                "没有找到相机。请换一部有相机的手机打开本页，或者用下面的办法。",
                "No camera was found. Please open this page on a phone that has one, or go on below.",
            ),
            busy: say(
                "相机正被其他程序占用。请关闭视频通话等程序，再点“再试一次”；或者用下面的办法。",
                "Another program has the camera. Please close video calls and the like and try again, or go on below.",
            ),
            unsupported: say(
                "这个浏览器不让网页使用相机（常见于旧版微信，或网址不是 https）。请用手机浏览器打开本页，或者用下面的手机自带相机拍。",
                "This browser lets no page use the camera (as older WeChat does, or an address without https). Please open this page in the phone’s browser, or use the phone’s own camera below.",
            ),
            failed: say(
                "相机没有打开。请点“再试一次”，或者用下面的办法。",
                "The camera did not open. Please try again, or go on below.",
            ),
            paused: say(
                "相机画面已暂停，可能有来电，或其他程序正在使用相机。结束后会自动恢复；没有恢复的，请点“重新打开相机”。",
                "The camera has paused: a call may have come in, or another program uses it. It goes on by itself afterwards; if it does not, please choose “Open the camera again”.",
            ),
            stopped: say(
                "相机已停止，可能被其他程序占用，或浏览器不再允许使用。请关闭视频通话等程序，再点“重新打开相机”；或者用下面的办法。",
                "The camera has stopped: another program may have taken it, or it is allowed no more. Please close video calls and the like and choose “Open the camera again”, or go on below.",
            ),
            not_turned: say(
                "另一个镜头没有打开，已回到原来的镜头。",
                "The other camera did not open; the first one is open again.",
            ),
            left: say("还剩 {minutes} 分 {seconds} 秒", "{minutes} min {seconds} s left"),
            expired: say(
                "编号已过期，请换一个编号再拍。已点“使用这张”的照片不受影响。",
                "The code has run out. Please ask for another one. Pictures you have chosen to use are not affected.",
            ),
            // What stands in the picture is read by the agency.
            band: "编号和时间由页面写入 · {time}".to_owned(),
            file: "现场拍摄{time}.jpg".to_owned(),
            locating: say("正在取得位置", "Asking for the place"),
            located: say("位置已取得，精度约 {metres} 米", "The place is known, within about {metres} m"),
            located_roughly: say(
                "位置已取得，精度约 {metres} 米，较低，仅供参考；到窗边或室外会更准",
                "The place is known within about {metres} m, which is not exact; near a window or outside it is better",
            ),
            place_denied: place_denied.to_owned(),
            place_failed: place_failed.to_owned(),
            place_first: say(
                "这一项要求记录位置，取得位置后才能拍照、使用照片。请按下方“拍摄位置”的说明操作。",
                "This line asks for the place: the picture can be taken and used once it is known. See “Where it is taken” below.",
            ),
            keep_open: self.upload_keep_open().to_owned(),
            held: say(
                "照片还在本页，没有传完，请不要关闭本页：联网后自动登记并上传；如果登录已过期，请另开一页登录，再回到这里。",
                "The picture is still on this page and not yet sent, so please do not close it. It is put on record and sent when you are online; if your login has ended, log in in another tab and come back here.",
            ),
            reading: say("正在登记照片", "Putting the picture on record"),
            waiting: say("照片已登记，等待上传", "The picture is on record and waits to be sent"),
            sending: say("照片已登记，正在上传 {sent} / {size}", "The picture is on record, sending {sent} of {size}"),
            done: say("已完整收到", "Received whole"),
            cut_off: say(
                "网络中断，照片已存在本机，联网后自动上传。在编号到期前联网的，按 B 级登记。",
                "The connection broke. The picture is kept on this device and sent when you are online again; if that is before the code runs out, it is of grade B.",
            ),
            login_ended: self.upload_login_ended().to_owned(),
            not_sent: say(
                "还没有传成，照片在本机，会自动再试。",
                "It has not arrived yet. The picture is on this device, and it is tried again by itself.",
            ),
            unreadable: self.upload_unreadable().to_owned(),
        }
    }

    /// That the place is not allowed, and that it was not found: what to do where the line asks for it or does not.
    const fn camera_without_place(self, needed: bool) -> (&'static str, &'static str) {
        if needed {
            let denied = self.pick(
                "没有取得位置：浏览器没有允许。请打开手机定位，并允许浏览器使用位置（在微信中打开的，请在手机“设置”中允许微信使用位置），再点“记录拍摄位置”。不便提供位置的，请先在检查项页面写明原因，再返回本页拍摄；如有疑问，请联系执法人员。",
                "No place: it is not allowed. Please switch the phone’s location on and allow it for the browser (in WeChat: for WeChat, in the phone’s settings), and choose “Record where it is taken”. If you cannot give it, please say why on the page of the line first and come back; if in doubt, ask the officer.",
            );
            let failed = self.pick(
                "没有取得位置。请打开手机的定位，到窗边或室外，再点“记录拍摄位置”。仍不能取得的，请先在检查项页面写明原因，再返回本页拍摄；如有疑问，请联系执法人员。",
                "The place was not found. Please switch the phone’s location on, go near a window or outside, and choose “Record where it is taken”. If that does not help, please say why on the page of the line and come back; if in doubt, ask the officer.",
            );
            return (denied, failed);
        }
        let denied = self.pick(
            "没有记录位置：未获允许。照样可以拍照和提交。",
            "No place: it was not allowed. You can take and send the picture all the same.",
        );
        let failed = self.pick(
            "没有取得位置，可以再试一次，也可以不记录。",
            "The place was not found. You may try again, or leave it out.",
        );
        (denied, failed)
    }
}
