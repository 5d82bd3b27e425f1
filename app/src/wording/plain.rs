//! Words of the pages for what goes wrong outside of the app.

wording! {
    plain_elsewhere => "这次提交不是从本网站的页面发出的", "This was not sent from a page of this site";
    plain_elsewhere_about => "为保护您的账号，系统没有处理这次提交，也没有更改任何内容。请回到首页，从本网站的页面上重新操作。",
        "To protect your account it was not carried out, and nothing was changed. Please go to the home page and try again from a page of this site.";
    plain_form_too_large => "提交的内容太多", "Too much was sent at once";
    plain_form_too_large_about => "一次提交的文字内容不能超过 1 MB，没有更改任何内容。请返回上一页，精简文字后再提交；照片和文件请用上传功能。",
        "A form can hold at most 1 MB of text; nothing was changed. Please go back, shorten the text and send it again. Photos and files have their own upload.";
    plain_form_unreadable => "提交的内容不完整", "What was sent is not complete";
    plain_form_unreadable_about => "系统没有读懂这次提交，没有更改任何内容。请返回上一页，重新打开后再提交。",
        "The form could not be read, and nothing was changed. Please go back, open the page again and send it once more.";
    plain_crowded => "请稍后再下载", "Please try again in a moment";
    plain_crowded_about => "现在下载证据包的人较多。请稍候片刻，再点一次下载。", "Several bundles are being downloaded right now. Please wait a moment and choose the download again.";
    plain_too_slow => "处理时间过长", "This took too long";
    plain_too_slow_about => "系统没有在规定时间内完成处理。请稍后重新打开页面，先确认内容是否已经保存，再决定是否重新提交。",
        "The request could not be finished in time. Please open the page again a little later and check what was saved before sending it again.";
    plain_too_fast => "操作过于频繁", "Too many attempts";
    plain_too_fast_about => "短时间内从您的网络发出的请求过多。请等待一分钟，再返回上一页重新提交，已填写的内容仍在上一页。",
        "Too much was sent from your network in a short time. Please wait a minute, go back and send it again; what you typed is still on the page before.";
    plain_wrong_method => "这个地址不能这样打开", "This address cannot be opened this way";
    plain_wrong_method_about => "请回到首页，从页面上的链接或按钮进入。", "Please go to the home page and use its links and buttons.";
    upload_no_file => "请先选择文件，再点击上传。", "Please choose a file first, then upload.";
    upload_saved(count: usize) => "已收到 {count} 个文件。", "Files received: {count}.";
    upload_already_there(names: &str) => "以下文件此前已经上传，没有重复保存：{names}。", "Already there and kept once: {names}.";
    upload_not_taken(name: &str, why: &str) => "“{name}”没有收取：{why}", "“{name}” was not taken: {why}";
}
