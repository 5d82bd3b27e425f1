//! All components in all states, for looking at them. Debug builds only.

use std::sync::LazyLock;

use domain::{
    case::{CaseStage, LineVerdict},
    ids::{ByteCount, Digest},
    item::EvidenceKind,
    time::Timestamp,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::Route,
    hooks::use_params_map,
    path,
};
use time::macros::date;

use super::{AsyncPage, HomeNumbers, HomePage, HomeView, TodoItem};
use crate::{
    components::*,
    context::{screen, wording},
    error::{AppError, FieldError},
    format, routes,
};

static CALENDAR: LazyLock<domain::calendar::Calendar> =
    LazyLock::new(|| domain::calendar::Calendar::china().unwrap_or_default());

/// The gallery's pages.
#[component(transparent)]
pub fn GalleryRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/gallery") view=Gallery ssr=SsrMode::Async/>
        <Route path=path!("/gallery/desk") view=Desk ssr=SsrMode::Async/>
        <Route path=path!("/gallery/sheet") view=Sheet ssr=SsrMode::Async/>
        <Route path=path!("/gallery/numbers") view=Numbers ssr=SsrMode::Async/>
        <Route path=path!("/gallery/phone") view=Phone ssr=SsrMode::Async/>
        <Route path=path!("/gallery/home") view=FullHome ssr=SsrMode::Async/>
        <Route path=path!("/gallery/error/:kind") view=Failing ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}

fn now() -> Timestamp {
    Timestamp(Timestamp::start_of(date!(2026 - 11 - 23)).0 + 14 * 3_600_000 + 300_000)
}

fn due_in(days: u16) -> format::Due {
    format::due(screen().lang, &CALENDAR, CALENDAR.deadline(now(), days), now())
}

fn overdue() -> format::Due {
    format::due(screen().lang, &CALENDAR, Timestamp::end_of(date!(2026 - 11 - 19)), now())
}

/// Everything but the large frames.
#[component]
pub fn Gallery() -> impl IntoView {
    view! {
        <Page title="组件总览" back=routes::HOME back_label="首页" over="内部 · 调试版本"
            lead="所有组件、所有状态。另有：审核工作台、文书、数据、手机清单、首页、错误页。" wide=true>
            <p class="actions-line">
                <a href="/gallery/desk">"审核工作台"</a><a href="/gallery/sheet">"文书"</a><a href="/gallery/numbers">"数据"</a>
                <a href="/gallery/phone">"手机清单"</a><a href="/gallery/home">"首页"</a><a href="/gallery/error/internal">"错误页"</a>
            </p>
            {badges()}
            {notices()}
            {lists()}
            {fields()}
            {files()}
            {more()}
        </Page>
    }
}

fn badges() -> AnyView {
    let w = wording();
    view! {
        <Group title="状态与期限">
            <p class="actions-line">
                {CaseStage::ALL.into_iter().map(|stage| view! { <StateBadge kind=stage word=w.case_stage(stage)/> }).collect_view()}
            </p>
            <p class="actions-line">
                {LineVerdict::ALL.into_iter().map(|verdict| view! { <StateBadge kind=verdict word=w.line_verdict(verdict)/> }).collect_view()}
            </p>
            <p class="actions-line"><DueBadge due=due_in(5)/><DueBadge due=due_in(1)/><DueBadge due=due_in(0)/><DueBadge due=overdue()/></p>
            <p class="actions-line"><Moment at=now()/><Moment at=now() short=true/><Day date=date!(2026 - 11 - 23)/>
                {format::hours(screen().lang, 95)}" "{format::count(1_203_411)}</p>
            <p class="actions-line">{IconName::ALL.iter().map(|name| view! { <Icon name=*name/> }).collect_view()}</p>
            <p class="actions-line">
                <a class="button" href="#a">"主要操作"</a>
                <a class="button button-second" href="#b">"次要操作"</a>
                <a class="button button-grave" href="#c">"有约束力"</a>
                <a class="button button-plain" href="#d">"文字按钮"</a>
                <KeyHint keys="A"/><KeyHint keys="Ctrl Enter"/>
            </p>
        </Group>
    }
    .into_any()
}

fn notices() -> AnyView {
    view! {
        <Group title="提示">
            <Notice title="检查事项清单于 11 月 20 日更新"><p>"正在办理的自查不受影响，仍按提交时的版本审核。"</p></Notice>
            <Notice kind=Kind::Done title="已保存"/>
            <Notice kind=Kind::Attention title="还差 2 张照片"><p>"其他内容都已保存，您可以稍后继续。"</p></Notice>
            <Notice kind=Kind::Problem title="网络中断，有 1 个文件没有传完"><p>"已收到的 3 个文件是安全的。请重新选择同一文件继续上传。"</p></Notice>
            <Notice kind=Kind::Waiting title="执法人员正在审核"><p>"预计 11 月 30 日前答复。"</p></Notice>
        </Group>
        <ConfirmPanel title="自查已提交" reference="无感〔2026〕0312号" next=vec![
            "执法人员 5 个工作日内审核，您会在“我的待办”看到结果。".into(),
            "需要补充时，只补标出的检查项，其他内容保持不变。".into(),
        ]/>
    }
    .into_any()
}

fn tasks() -> AnyView {
    view! {
        <TaskList title="消防安全自查">
            <Task title="灭火器在有效期内" href="#1" kind=Kind::Done word="已完成" hint="3 张照片"/>
            <Task title="安全出口和疏散通道畅通" href="#2" kind=Kind::Attention word="需补充" hint="审核意见：照片太暗，看不清门后是否堆放物品" due=Some(due_in(2))/>
            <Task title="应急照明和疏散指示标志完好" href="#3" kind=Kind::Waiting word="填写中" hint="已有 1 张照片，还差 1 张"/>
            <Task title="电气线路没有私拉乱接" href="#4" kind=Kind::Neutral word="未开始"/>
            <Task title="提交自查" kind=Kind::Neutral word="完成以上各项后可提交"/>
        </TaskList>
    }
    .into_any()
}

fn lists() -> AnyView {
    let rows = [
        ("无感〔2026〕0312号", "长春市朝阳区老味道餐饮店", CaseStage::Submitted, "12", due_in(4)),
        ("无感〔2026〕0309号", "吉林省佳和商贸有限公司", CaseStage::InReview, "8", due_in(1)),
        ("无感〔2026〕0297号", "长春净月高新技术产业开发区小杨理发店", CaseStage::MoreEvidence, "5", overdue()),
    ];
    let w = wording();
    let rows: Vec<Vec<AnyView>> = rows
        .into_iter()
        .map(|(number, name, stage, lines, due)| {
            vec![
                cell(view! { <a href="#c">{number}</a> }),
                cell(name),
                cell(view! { <StateBadge kind=stage word=w.case_stage(stage)/> }),
                cell(lines),
                cell(view! { <DueBadge due=due/> }),
                cell(view! { <a href="#d">"审核"</a> }),
            ]
        })
        .collect();
    view! {
        <div class="columns">
            <div>{tasks()}</div>
            <Group title="办理进度">
                <Timeline events=vec![
                    Happening::new(Timestamp(now().0 - 3 * 86_400_000), "企业提交自查").by("王芳"),
                    Happening::new(Timestamp(now().0 - 86_400_000), "要求补充材料").by("执法人员 李明").kind(Kind::Attention)
                        .note("第 2 项照片太暗，请在开灯后重新拍摄，拍到整条通道。"),
                    Happening::new(now(), "正在审核").by("执法人员 李明").kind(Kind::Waiting),
                    Happening::ahead("作出结论", "11月30日前").by("两位执法人员"),
                ]/>
            </Group>
        </div>
        <Filters action=routes::GALLERY active=true>
            <TextField name="q" label="企业名称或编号" optional=true kind="search"/>
            <SelectField name="stage" label="状态" optional=true empty="全部状态"
                options=CaseStage::ALL.map(|stage| Choice::new(format!("{stage:?}"), w.case_stage(stage))).to_vec()/>
        </Filters>
        <DataTable caption="待审核的自查" dense=true columns=vec![
            Column::text("编号"), Column::text("企业"), Column::text("状态"), Column::number("检查项"), Column::text("期限"), Column::actions("操作"),
        ] rows=rows/>
        <Pager page=2 pages=9 total=w.total("172") href=|page| format!("/gallery?page={page}")/>
        <Group title="企业信息">
            <DefinitionList rows=vec![
                Row::new("企业名称", "长春市朝阳区老味道餐饮店"),
                Row::new("统一社会信用代码", view! { <code>"92220104MA15B7XQ3T"</code> }),
                Row::new("经营地址", "长春市朝阳区红旗街 1188 号 1 层").change("#x", w.change()),
                Row::new("登记状态", view! { <StateBadge kind=Kind::Done word="已确认"/> }),
            ]/>
        </Group>
        <EmptyState title="还没有自查" about="申请通过后，第一次自查会自动出现在这里，并写明期限。" href=routes::NEW_ENROLMENT action="去申请"/>
    }
    .into_any()
}

fn fields() -> AnyView {
    let state = FormState {
        values: [
            ("name".to_owned(), vec!["老味道".to_owned()]),
            ("code".to_owned(), vec!["92220104MA15B7XQ3".to_owned()]),
            ("kinds".to_owned(), vec!["photo".to_owned(), "video".to_owned()]),
        ]
        .into(),
        errors: vec![
            FieldError::new("code", "统一社会信用代码是 18 位，现在是 17 位。请对照营业执照核对。"),
            FieldError::new("answer", "请选择符合、不符合或不适用。"),
            FieldError::new("promise", "请阅读并勾选真实性承诺。"),
        ],
    };
    view! {
        <Group title="表单（带错误）">
            <Form action="/gallery" state=state files=true>
                <TextField name="name" label="企业名称" autocomplete="organization"/>
                <TextField name="code" label="统一社会信用代码" hint="在营业执照上方，18 位" width="code" maxlength=18/>
                <SelectField name="industry" label="行业" empty="请选择" options=vec![Choice::new("H6210", "正餐服务"), Choice::new("O8040", "理发及美容服务")]/>
                <RadioGroup name="answer" label="灭火器是否在有效期内" hint="看瓶身标签和压力表" options=vec![
                    Choice::new("conforms", "符合"),
                    Choice::new("does_not", "不符合，我来报告").hint("主动报告的问题不会加重处理。"),
                    Choice::new("na", "不适用").hint("这一项对所有企业都适用，不能选择。").off(true),
                ]/>
                <CheckGroup name="kinds" label="准备上传的材料" optional=true inline=true options=vec![
                    Choice::new("photo", "照片"), Choice::new("video", "视频"), Choice::new("document", "文件"),
                ]/>
                <TextArea name="note" label="补充说明" hint="一两句话即可" optional=true rows=3/>
                <DateField name="day" label="方便联系的日期" optional=true/>
                <PasswordField name="password" label="登录密码"/>
                <FileField name="file" label="照片" hint="JPG、PNG、HEIC，每张不超过 20 MB" accept="image/*" multiple=true/>
                <CheckField name="promise" label="我承诺所提交的材料真实、完整，并对其负责。"/>
                <SubmitBar label="提交自查" effect="提交后材料将封存，执法人员会收到通知，5 个工作日内答复。">
                    <a class="button button-second" href="#save">"保存，稍后继续"</a>
                </SubmitBar>
            </Form>
        </Group>
    }
    .into_any()
}

fn file(
    name: &'static str,
    kind: EvidenceKind,
    size: u64,
    state: Kind,
    word: &'static str,
    picture: Option<&'static str>,
) -> AnyView {
    view! {
        <FileTile name=name kind=kind size=ByteCount(size) href="#f" state=state word=word thumb=picture digest=Some(Digest([0xa7; 32]))>
            <PostButton action="/gallery" label="移除" class="button-plain" spoken=format!("移除 {name}")/>
        </FileTile>
    }
    .into_any()
}

fn files() -> AnyView {
    view! {
        <Group title="文件">
            <FileGrid>
                {file("灭火器_正面.jpg", EvidenceKind::Photo, 3_240_000, Kind::Done, "已完整收到", Some("/emblem.svg"))}
                {file("疏散通道全景录像_从前门走到后门.mp4", EvidenceKind::Video, 86_100_000, Kind::Waiting, "正在核对", None)}
                {file("消防维保合同.pdf", EvidenceKind::Document, 1_020_000, Kind::Problem, "没有传完", None)}
            </FileGrid>
        </Group>
    }
    .into_any()
}

fn more() -> AnyView {
    view! {
        <Group title="折叠与正文">
            <Fold title="怎样拍才合格"><p>"站在两米外，拍到整个灭火器和压力表，光线要足。"</p></Fold>
            <Fold title="这一项依据什么" open=true><p>"《中华人民共和国消防法》第十六条。"</p></Fold>
            <div class="prose">
                <p>"正文每行不超过三十八个汉字，行高一点七倍。中文与 Latin 字母之间自动留出间隙，数字 1,234 等宽对齐。链接"<a href="#l">"带下划线"</a>"，不靠颜色区分。"</p>
                <ul><li>"第一条"</li><li>"第二条"</li></ul>
            </div>
        </Group>
    }
    .into_any()
}

/// A case on a phone.
#[component]
pub fn Phone() -> impl IntoView {
    view! {
        <Page title="消防安全自查" back="/cases" back_label="企业自查" over="无感〔2026〕0312号 · 朝阳区消防救援大队">
            <p class="actions-line"><StateBadge kind=CaseStage::MoreEvidence word="待补充材料"/><DueBadge due=due_in(2)/></p>
            <Notice kind=Kind::Attention title="有 1 项需要补充"><p>"其他材料都已收到，不用重传。"</p></Notice>
            {tasks()}
            <Form action="/gallery"><SubmitBar label="提交补充材料"/></Form>
        </Page>
    }
}

/// The officer's desk.
#[component]
pub fn Desk() -> impl IntoView {
    let head = view! {
        <div class="desk-title"><h1>"老味道餐饮店 · 消防安全自查"</h1><p>"无感〔2026〕0312号 · 第 1 轮 · 12 项 · 企业用时 26 分钟"</p></div>
        <DueBadge due=due_in(4)/>
        <p class="desk-keys"><KeyHint keys="J"/>"下一项"<KeyHint keys="K"/>"上一项"<KeyHint keys="?"/>"快捷键"</p>
    };
    let lines = [
        ("灭火器在有效期内", Kind::Done, "符合要求", false),
        ("安全出口和疏散通道畅通", Kind::Neutral, "待审核", true),
        ("应急照明和疏散指示标志完好", Kind::Neutral, "待审核", false),
        ("电气线路没有私拉乱接", Kind::Problem, "企业主动报告", false),
        ("厨房排油烟管道按期清洗", Kind::Attention, "材料不齐", false),
        ("消防控制室 24 小时值班", Kind::Neutral, "不适用", false),
    ];
    let lines = view! {
        <ul class="lines">
            {lines.into_iter().enumerate().map(|(index, (title, kind, word, open))| view! {
                <li><a href="#l" aria-current=open.then_some("true")>
                    <span class="lines-number">{index + 1}</span><span class="lines-title">{title}</span><StateBadge kind=kind word=word/>
                </a></li>
            }).collect_view()}
        </ul>
    };
    let evidence = view! {
        <h2>"安全出口和疏散通道畅通"</h2>
        <p class="desk-standard">"安全出口不上锁，通道宽度不小于 1.1 米，没有堆放物品。"</p>
        <DefinitionList rows=vec![Row::new("企业答复", "符合"), Row::new("企业说明", "后门通道已清空，门从里面一推就开。")]/>
        <figure class="viewer"><img src="/emblem.svg" alt="疏散通道_后门.jpg"/><figcaption>"疏散通道_后门.jpg · 3.3 MB · 11月20日 09:12 拍摄 · 距经营地址 18 米"</figcaption></figure>
        <FileGrid>
            {file("疏散通道_后门.jpg", EvidenceKind::Photo, 3_240_000, Kind::Done, "完整", Some("/emblem.svg"))}
            {file("疏散通道录像.mp4", EvidenceKind::Video, 86_100_000, Kind::Done, "完整", None)}
        </FileGrid>
    };
    let decision = view! {
        <Form action="/gallery">
            <RadioGroup name="verdict" label="审核意见" options=vec![
                Choice::new("accepted", "符合要求"), Choice::new("unclear", "看不清，无法判断"),
                Choice::new("insufficient", "材料不齐"), Choice::new("problem", "发现问题"),
            ]/>
            <TextArea name="reason" label="理由" hint="企业会看到这段文字" optional=true rows=4/>
            <SubmitBar label="保存，下一项"><KeyHint keys="Ctrl Enter"/></SubmitBar>
        </Form>
        <Fold title="相近案例 3 件"><p>"近一年同一检查项：符合 2 件，要求补充 1 件。"</p></Fold>
    };
    view! {
        <Title text="审核 无感〔2026〕0312号"/>
        <ThreePane head=head.into_any() lines=lines.into_any() evidence=evidence.into_any() decision=decision.into_any()/>
    }
}

/// A document.
#[component]
pub fn Sheet() -> impl IntoView {
    view! {
        <Page title="整改指导意见书" back=routes::DOCUMENTS back_label="我的文书">
            <p class="actions-line screen-only"><span>"打印：浏览器菜单 → 打印，纸张 A4。"</span></p>
            <DocumentSheet agency="长春市朝阳区消防救援大队" title="整改指导意见书" number="朝消整指〔2026〕12号"
                receiver="长春市朝阳区老味道餐饮店（统一社会信用代码 92220104MA15B7XQ3T）"
                officers=vec!["李明（执法证号 07010023）".to_owned(), "赵雪（执法证号 07010057）".to_owned()]
                issued="2026年11月23日" code="7KQ2M-9FTXA-04RWD-HC8PZ"
                verify_address="https://wugan.changchun.example/verify/7KQ2M9FTXA04RWDHC8PZ" phone="0431-8800 0000、12345">
                <p>"你单位于2026年11月20日提交的消防安全自查（编号：无感〔2026〕0312号）已经两位执法人员审核。经审核，发现下列问题，请按指导自行整改。本意见书不具有强制力，不属于行政处罚。"</p>
                <SheetSection title="一、发现的问题">
                    <ol>
                        <li>"安全出口和疏散通道畅通：后门内侧堆放纸箱，通道净宽约0.6米。不符合《中华人民共和国消防法》第十六条。该问题由你单位主动报告。"</li>
                        <li>"厨房排油烟管道按期清洗：未见最近一次清洗记录。"</li>
                    </ol>
                </SheetSection>
                <SheetSection title="二、整改办法">
                    <ol><li>"清空后门内侧物品，保持通道净宽不小于1.1米。"</li><li>"联系有资质的单位清洗管道，保存清洗记录和照片。"</li></ol>
                </SheetSection>
                <SheetSection title="三、期限">
                    <p>"请于2026年12月14日前在平台提交整改后的照片。逾期不能完成的，请提前说明原因。"</p>
                </SheetSection>
            </DocumentSheet>
        </Page>
    }
}

/// The numbers.
#[component]
pub fn Numbers() -> impl IntoView {
    let months = [
        ("1月", 12, 0),
        ("2月", 8, 0),
        ("3月", 31, 0),
        ("4月", 44, 0),
        ("5月", 38, 0),
        ("6月", 52, 3),
        ("7月", 61, 12),
        ("8月", 49, 31),
    ];
    view! {
        <Page title="成效数据" over="长春市 · 2026年1月1日至11月23日" lead="每个数字都可以打开明细。没有测量的写“尚无数据”，不写零。" wide=true>
            <Stats>
                <StatNumber label="减少入企检查" value=Some(format::count(312)) unit="次" beside="另有 46 次待确认，已冲回 5 次"
                    definition="已确认减去已冲回。每条对应一次具体的应查任务。" href=routes::LEDGER/>
                <StatNumber label="非现场检查率" value="62.5%" definition="线上办结 340 件 ÷（线上办结 340 件 + 现场检查 204 次）" href=routes::LEDGER/>
                <StatNumber label="为企业节省" value=Some(format::count(1846)) unit="小时" definition="事项标准时长 2,210 小时减去企业实际用时 364 小时" href=routes::LEDGER/>
                <StatNumber label="整改完成率" definition="期限内复核通过 ÷ 到期的问题。本期没有到期的问题。"/>
            </Stats>
            <Card title="各月减少入企检查">
                <BarChart caption="各月减少入企检查（次，2026年）" axis="月份" first="已确认" second="待确认"
                    bars=months.map(|(month, a, b)| Bar::of_two(month, a, b)).to_vec()/>
            </Card>
        </Page>
    }
}

/// Home with numbers and things to do.
#[component]
pub fn FullHome() -> impl IntoView {
    let numbers = HomeNumbers {
        visits_avoided: Some("312".into()),
        visits_claimed: Some("12".into()),
        remote_rate: Some("62.5%".into()),
        hours_saved: Some("1,846".into()),
        enterprises: None,
    };
    let todo = [
        ("补充消防安全自查材料", Kind::Attention, "需补充", due_in(2)),
        ("整改：后门通道堆放物品", Kind::Attention, "待整改", due_in(12)),
    ]
    .map(|(title, kind, word, due)| TodoItem {
        title: title.into(),
        href: "#t".into(),
        kind,
        word: word.into(),
        hint: Some("朝阳区消防救援大队".into()),
        due: Some(due),
    });
    view! { <HomePage view=HomeView { clocks: domain::settings::Clocks::default(), numbers, todo: todo.to_vec() }/> }
}

/// Each error with its status.
#[component]
pub fn Failing() -> impl IntoView {
    let kind = use_params_map().read_untracked().get("kind").unwrap_or_default();
    view! {
        <AsyncPage load=move || async move {
            Err(match kind.as_str() {
                "forbidden" => AppError::Forbidden { reason: "只有部门负责人可以审批转现场检查。请联系本部门负责人。".into() },
                "login" => AppError::LoginRequired,
                "conflict" => AppError::Conflict { message: "另一位执法人员刚刚保存了这一项。请重新打开本页。".into() },
                "refused" => AppError::refused(wording().fault_evidence(&domain::evidence::EvidenceFault::CutOff)),
                "internal" => AppError::Internal { incident: "7f3a-0192".into() },
                "ok" => return Ok(view! { <Page title="成功"><p>"好"</p></Page> }.into_any()),
                _ => AppError::NotFound,
            })
        }/>
    }
}
