//! Strings of the islands, given to them as properties.

use super::Wording;
use crate::islands::{AutosaveWords, UploaderWords};

wording! {
    autosave_saving => "正在暂存", "Saving";
    autosave_saved => "已暂存 {time}", "Saved {time}";
    autosave_failed => "还没有保存，正在重试。您填写的内容都在本页，请不要关闭。", "Not saved yet, trying again. What you entered is on this page; please keep it open.";
    autosave_login_ended => "登录已过期，还没有保存。您填写的内容都在本页，登录后会自动保存。", "Your login has ended, so this is not saved yet. What you entered is on this page and is saved once you log in again.";
    autosave_login => "在新页面登录", "Log in in a new tab";

    upload_reading => "正在准备", "Getting ready";
    upload_waiting => "等待上传", "Waiting";
    upload_sending => "{sent} / {size} · {speed}", "{sent} / {size} · {speed}";
    upload_checking => "已传完，正在核对", "All sent, being checked";
    upload_done => "已完整收到", "Received whole";
    upload_cut_off => "网络中断，文件已存在手机里，联网后会自动继续，也可以点“重试”。", "The connection broke. The file is kept on this device; it goes on when you are online again, or with “Try again”.";
    upload_not_kept => "没有传完，文件目前只在本页，请不要关闭本页：联网后会自动继续，也可以点“重试”；如果登录已过期，请另开一页登录，再回到这里。", "It has not arrived, and the file is only on this page, so please do not close it. It goes on when you are online again, or with “Try again”; if your login has ended, log in in another tab and come back here.";
    upload_failed => "没有传成，文件还在，会自动再试，也可以点“重试”。", "It did not arrive. The file is still here; it is tried again by itself, or with “Try again”.";
    upload_login_ended => "登录已过期。文件还在，请重新登录，再回到本页，会自动继续上传。", "Your login has ended. The file is still here; log in again and come back to this page, and it goes on by itself.";
    upload_unreadable => "手机没有给出这个文件的内容。请先把它存到手机相册，再重新选择。", "The device did not hand over this file. Please save it to the device first and choose it again.";
    upload_empty => "这个文件是空的，请重新选择。", "The file is empty. Please choose it again.";
    upload_too_large => "这个文件有 {size}，上限是 {limit}。请压缩或分段后再选，其他文件不受影响。", "The file has {size}; at most {limit} are allowed. Please shrink or split it; other files are not affected.";
    upload_wrong_type => "这种文件不能上传。这里可以上传：{kinds}。", "This type of file is not accepted here. You can send: {kinds}.";
    upload_too_many => "这里还可以上传 {limit} 个，已经够了。请先移除不需要的文件。", "There is room for {limit} more here. Please remove files you do not need first.";
    upload_retry => "重试", "Try again";
    upload_progress => "{name} 的上传进度", "Progress of {name}";
    upload_begun => "{count} 个文件开始上传。", "Files being sent: {count}.";
    upload_all_done => "已全部上传，共 {count} 个。", "All sent. Files: {count}.";
    upload_one_failed => "{name} 没有上传：{why}", "{name} was not sent: {why}";
    upload_keep_open => "正在上传，共 {sent} / {size}。请保持本页打开、不要锁屏；已存在手机里的，万一关闭了，下次打开本页会自动继续。", "Sending, {sent} of {size}. Please keep this page open and the screen on; if it closes, files kept on this device go on when you open this page again.";
    upload_others => "其他检查项还有 {count} 个文件正在上传。", "Files for other lines still on their way: {count}.";
    upload_drop_here => "也可以把文件拖到这里", "You can also drop files here";

    unsent_keep_open => "本机还有 {count} 个文件没有传完，已传 {sent}，共 {size}。请保持本页打开、不要锁屏，联网后会自动继续上传。", "Files on this device not sent yet: {count}. Sent: {sent} of {size}. Please keep this page open and the screen on; sending goes on when you are online.";
    unsent_others => "其他事项还有 {count} 个文件没有传完。", "Files for other places not sent yet: {count}.";
    unsent_held(leave: &str) => "本机还有文件没有传完，本次没有提交。请等文件传完后再提交；长时间没有进展的，请刷新本页，会自动继续上传；不需要这些文件的，请勾选“{leave}”。", "Files on this device are still on their way, so nothing was sent. Please send once they are here; if nothing moves for long, reload this page and sending goes on; if you do not need them, tick “{leave}”.";
    unsent_free => "目前没有等待上传的文件，可以继续办理。", "No file is waiting to be sent. You can go on.";
    unsent_looking => "正在核对本机有无未传完的文件，请稍候。", "Looking for files on this device that are not sent yet. Please wait.";
}

impl Wording {
    /// The strings of [`crate::islands::Autosave`].
    pub fn autosave(self) -> AutosaveWords {
        AutosaveWords {
            saving: self.autosave_saving().to_owned(),
            saved: self.autosave_saved().to_owned(),
            failed: self.autosave_failed().to_owned(),
            login_ended: self.autosave_login_ended().to_owned(),
            login: self.autosave_login().to_owned(),
        }
    }

    /// The strings of [`crate::islands::Uploader`]; `kinds` names what may be sent.
    pub fn uploader(self, kinds: String) -> UploaderWords {
        UploaderWords {
            reading: self.upload_reading().to_owned(),
            waiting: self.upload_waiting().to_owned(),
            sending: self.upload_sending().to_owned(),
            checking: self.upload_checking().to_owned(),
            done: self.upload_done().to_owned(),
            cut_off: self.upload_cut_off().to_owned(),
            not_kept: self.upload_not_kept().to_owned(),
            failed: self.upload_failed().to_owned(),
            login_ended: self.upload_login_ended().to_owned(),
            unreadable: self.upload_unreadable().to_owned(),
            empty: self.upload_empty().to_owned(),
            too_large: self.upload_too_large().to_owned(),
            wrong_type: self.upload_wrong_type().to_owned(),
            too_many: self.upload_too_many().to_owned(),
            retry: self.upload_retry().to_owned(),
            remove: self.remove().to_owned(),
            progress: self.upload_progress().to_owned(),
            begun: self.upload_begun().to_owned(),
            all_done: self.upload_all_done().to_owned(),
            one_failed: self.upload_one_failed().to_owned(),
            keep_open: self.upload_keep_open().to_owned(),
            others: self.upload_others().to_owned(),
            drop_here: self.upload_drop_here().to_owned(),
            kinds,
            held: String::new(),
            free: String::new(),
            looking: String::new(),
        }
    }

    /// The strings of [`crate::islands::Unsent`]; `leave` is what its box says.
    pub fn unsent(self, leave: &str) -> UploaderWords {
        UploaderWords {
            keep_open: self.unsent_keep_open().to_owned(),
            others: self.unsent_others().to_owned(),
            held: self.unsent_held(leave),
            free: self.unsent_free().to_owned(),
            looking: self.unsent_looking().to_owned(),
            ..self.uploader(String::new())
        }
    }
}
