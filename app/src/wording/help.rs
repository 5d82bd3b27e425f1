//! Words of help and of the accessibility statement.

wording! {
    help_lead => "在手机或电脑上就能办，不用跑腿，也不用等人上门。遇到困难可拨打 12345。", "Everything can be done on a phone or a computer. If you are stuck, call 12345.";
    help_contents => "本页内容", "On this page";

    help_enterprise => "企业怎么办", "For enterprises";
    help_enterprise_1 => "注册", "Register";
    help_enterprise_1_about(days: u16) => "凭营业执照上的 18 位统一社会信用代码注册。所在区的部门 {days} 个工作日内确认。", "With the 18-character code of the licence. An agency of your district confirms it within {days} working days.";
    help_enterprise_2 => "申请", "Apply";
    help_enterprise_2_about(days: u16) => "选择检查事项，系统逐条说明是否符合条件。签署承诺后提交，{days} 个工作日内答复。通过后在有效期内不用再申请。", "Choose items and see line by line whether you qualify. Sign the commitment and send it; you have an answer within {days} working days, and need not apply again while it is valid.";
    help_enterprise_3 => "自查", "Check yourself";
    help_enterprise_3_about(days: u16) => "到时间会出现在“我的待办”，{days} 个工作日内完成。一次一项，对照合格示例拍照上传。填过的内容随时保存，可以分几次做。", "When it is time, a self-check appears under “To do”, to be done within {days} working days. One line at a time, with example pictures. Everything is saved as you go.";
    help_enterprise_4 => "等待审核", "Wait for the review";
    help_enterprise_4_about(days: u16, rounds: u8) => "执法人员 {days} 个工作日内审核。材料不够时，只补标出的几项，最多补 {rounds} 次。", "An officer reviews within {days} working days. If something is missing, only those lines reopen, {rounds} times at most.";
    help_enterprise_5 => "看结果", "See the outcome";
    help_enterprise_5_about => "没有问题直接办结。有问题的，按整改指导改好后上传照片；初次轻微违法、及时改正的，可以不予处罚。", "Without issues it is settled. Otherwise follow the guidance and send pictures of the result; a minor first violation put right in time may go unpunished.";

    help_agency => "执法人员怎么办", "For officers";
    help_agency_1 => "在“在线审核”中领取一件。领取后，其他人能看到由谁办理。", "Take a case under “Review”. Others then see who has it.";
    help_agency_2 => "逐项审核材料。不采用的，写明企业看得懂的理由；要求补充时一次说全。", "Review line by line. Where you do not accept, give a reason the enterprise understands; ask for everything at once.";
    help_agency_3 => "提出结论，由另一位持有效证件的执法人员复核后生效。", "Propose an outcome. It takes effect once another officer with a valid certificate confirms it.";
    help_agency_4 => "跟进整改。企业上传整改材料后，复核并办结。", "Follow up. Review the proof that the enterprise sends, and settle it.";
    help_heads => "部门负责人和管理人员怎么办", "For heads and administrators";
    help_heads_1 => "部门负责人公布检查事项、安排应查任务、审批转现场检查；提出转现场的人不能自己审批。", "Heads publish items, plan visits and approve conversions to a visit; nobody approves what they proposed.";
    help_heads_2 => "统计人员查看成效数据。每个数字旁都有口径，点开就是对应的记录；不对执法人员按检查或罚款数量排名。", "Statisticians see the numbers. Each stands with its definition and opens the records behind it. Officers are never ranked by checks or fines.";
    help_heads_3 => "系统、安全、审计三类管理员各管一段，互不兼任。", "System, security and audit administration are three people.";

    help_files => "拍照和上传", "Pictures and files";
    help_files_limits => "能传多大、多少", "How large, how many";
    help_files_limits_about(line: u16, case: u16) => "每个检查项最多 {line} 个文件，一次自查最多 {case} 个。", "At most {line} files per line and {case} per self-check.";
    help_files_types => "照片可用 JPG、PNG、WebP、HEIC；视频可用 MP4、MOV；文件可用 PDF、OFD、Word、Excel。", "Photos as JPG, PNG, WebP or HEIC; videos as MP4 or MOV; documents as PDF, OFD, Word or Excel.";
    help_files_photo => "怎样拍才不会被退回", "Pictures that are not sent back";
    help_files_photo_about => "拍清标识、日期和整体位置，光线够亮，不要用截图和转发的图片。每个检查项旁边有合格示例，可以照着拍。", "Show labels, dates and the surroundings, in good light; no screenshots or forwarded pictures. Each line has an example to follow.";
    help_files_network => "网络不好、传到一半断了", "A poor connection";
    help_files_network_about => "已经显示“已完整收到”的文件不会丢。没传完的，网络恢复后重新选择即可。也可以先填文字，换到有无线网络的地方再传。", "Files marked as received whole are safe. Choose the others again when you are back online, or write the notes first and send files later.";
    help_files_wrong => "传错了怎么办", "A wrong file";
    help_files_wrong_about => "提交前可以移除重传。提交后材料会封存，不能再改；可以等审核人员要求补充，或拨打部门电话说明。", "Before sending you can remove it. After sending the evidence is sealed; wait to be asked for more, or call the agency.";

    help_phone => "手机较旧、在微信里打开", "Old phones and WeChat";
    help_phone_wechat => "在微信里不能拍照或选文件", "WeChat does not let you take pictures or choose files";
    help_phone_wechat_about => "请点右上角“…”，选择“在浏览器打开”，再继续办理。已保存的内容都在。", "Tap “…” at the top right and choose “在浏览器打开” (open in browser). What was saved is still there.";
    help_phone_old => "手机比较旧", "An old phone";
    help_phone_old_about => "不用安装应用。所有事项都能用普通网页办理，关闭脚本也可以。实在不便时，可以换一台手机或电脑登录同一账号接着办。", "There is no app to install. Everything works as plain web pages, without scripts too. You can go on with the same account on another device.";
    help_phone_care => "字太小，看不清", "The text is too small";
    help_phone_care_about => "点页面上方的“关怀版”，字会变大、颜色更分明，版面只有一列。再点一次恢复。", "Choose “Large text” at the top: larger letters, stronger colours, one column. Choose again to go back.";

    help_account => "账号和安全", "Accounts and safety";
    help_account_idle => "为什么要重新登录", "Why you must log in again";
    help_account_idle_about(idle: u16, hours: u16) => "{idle} 分钟没有操作，或者登录满 {hours} 小时，会自动退出。正在填写的内容会保留，登录后回到原来的页面。", "After {idle} minutes without activity, or {hours} hours in all, you are logged out. What you were filling in is kept and you return to it.";
    help_account_locked => "密码输错多次", "Too many wrong passwords";
    help_account_locked_about(times: u32, minutes: u16) => "在同一台设备上连续输错 {times} 次，需要等 {minutes} 分钟再试。别处的人乱试，不会把您锁在外面。", "After {times} wrong passwords from one place, that place waits {minutes} minutes. Strangers guessing elsewhere do not lock you out.";
    help_account_colleague => "让同事一起办", "Working with colleagues";
    help_account_colleague_about => "企业负责人可以在“企业信息”中为同事添加经办人账号；同事离开后请及时关闭。不要共用账号。", "The owner can add accounts for colleagues under “Enterprise”, and should close them when somebody leaves. Please do not share accounts.";

    help_questions => "常见问题", "Questions";
    help_question_self => "自己报告问题，会不会被罚", "Will I be punished for what I report myself";
    help_question_self_about => "主动报告的问题会记下时间，作为依法从轻、减轻或不予处罚的依据，不会因此加重处理。", "Problems you report are recorded with their time and count in your favour under the law; they never make things worse.";
    help_question_owner => "必须法定代表人来办吗", "Must the legal representative do it";
    help_question_owner_about => "不必。经办人就可以填写、上传和提交自查。只有签署申请承诺和管理经办人账号由企业负责人办理。", "No. An operator can fill in, upload and send self-checks. Only signing the application and managing accounts is the owner’s.";
    help_question_visit => "线上办了，还会上门吗", "Will somebody come all the same";
    help_question_visit_about => "线上查清的，不再为同一事项入企检查。材料多次补充仍看不清、有重大隐患线索或投诉举报、法律规定须现场检查的，经审批后才会转为现场检查，并告诉您理由。", "What was settled online needs no visit for the same item. Only where evidence stays unclear after the rounds allowed, where there are signs of a major hazard or a complaint, or where the law requires it, a visit is approved, and you are told why.";
    help_question_fee => "收费吗", "Does it cost anything";
    help_question_fee_about => "不收费，也没有任何指定的中介机构。", "No, and there are no intermediaries.";

    help_contact => "联系我们", "Contact";
    help_contact_about => "拨打 12345 政务服务便民热线，说明“无感监管平台”和遇到的问题；页面显示故障编号的，请一并告知。", "Call the 12345 hotline, say “无感监管平台” and what happened; if the page showed an incident number, please give it.";
    help_contact_agencies => "各部门咨询电话", "Telephone numbers of the agencies";

    a11y_lead => "我们希望每个人都能自己办成事，无论用什么设备、看得清不清楚、用不用鼠标。", "Everybody should be able to use this portal, whatever device they have, however well they see, with or without a mouse.";
    a11y_aim => "我们的目标", "What we aim at";
    a11y_aim_about => "按照 GB/T 37668-2019《信息技术 互联网内容无障碍可访问性技术要求与测试方法》和 WCAG 2.2 AA 级要求设计和检查。", "The portal is designed and checked against GB/T 37668-2019 and WCAG 2.2, level AA.";
    a11y_does => "已经做到的", "What works";
    a11y_does_1 => "全部办理可以只用键盘完成，焦点位置清楚可见，页首可以跳到正文。", "Everything can be done by keyboard; the focus is always visible; one can skip to the content.";
    a11y_does_2 => "关闭脚本也能办理，不需要安装应用。", "Everything works without scripts, and there is no app to install.";
    a11y_does_3 => "关怀版放大文字、加强对比，按钮更大，只用一列。浏览器放大到 200% 仍可使用。", "“Large text” enlarges letters and buttons and strengthens contrast, in one column. Zooming to 200% works too.";
    a11y_does_4 => "状态不只用颜色表示，都配有图标和文字；图表都可以用表格查看。", "States never rely on colour: each has an icon and a word. Every chart can be read as a table.";
    a11y_does_5 => "表单出错时一次列出全部问题，逐条链接到位置，已填内容不丢失。", "Forms name all problems at once, each linked to its field, and keep what was typed.";
    a11y_does_6 => "没有图形验证码，没有自动播放和弹出广告。", "There are no picture puzzles, nothing plays by itself, and there are no pop-ups.";
    a11y_limits => "还没有做到的", "What does not work yet";
    a11y_limits_1 => "企业上传的照片和视频没有文字说明和字幕，只显示文件名和所属检查项。", "Photos and videos that enterprises send have no descriptions or subtitles, only their names and the line they belong to.";
    a11y_limits_2 => "文书和事项清单只有中文；上传的 PDF 等文件可能无法朗读。", "Documents and the list of items are in Chinese only; uploaded PDF files may not be readable aloud.";
    a11y_limits_3 => "页面文字没有内置朗读，需要使用手机或电脑自带的读屏功能。", "There is no built-in reading aloud; please use the screen reader of your device.";
    a11y_limits_4 => "还没有请残障人士实际试用，也没有通过第三方机构的评测。", "It has not been tried out with people with disabilities, nor assessed by a third party.";
    a11y_checked => "怎样检查", "How we check";
    a11y_checked_about => "每次更新前，用自动工具在手机和电脑两种宽度下检查主要页面，并用键盘、关闭脚本的方式走完办理流程。自动工具不能发现所有问题。", "Before each release the main pages are checked by a tool at phone and desktop width, and the journeys are walked by keyboard and without scripts. A tool does not find everything.";
    a11y_contact => "遇到障碍请告诉我们", "Tell us what stands in your way";
    a11y_contact_about => "拨打 12345，说明页面和遇到的困难。在改好之前，您可以请工作人员协助办理，或改用其他方式提交材料。", "Call 12345 and say which page and what happened. Until it is mended, staff will help you or take your documents in another way.";
}
