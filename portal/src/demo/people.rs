//! Who can log in: the people of the agencies and the city, and the owners of the
//! enterprises that stand in a state worth looking at.

use domain::{
    actor::{Actor, Certificate, Role, Roles, Scope},
    agency::{Agency, Level},
    ids::AgencyId,
    region::RegionCode,
};
use time::{Date, Duration};

use super::{Person, name};
use crate::{
    Portal,
    error::{Error, Result},
    services::{accounts::NewAccount, passwords::SharedPassword},
};

/// The password of every account of the demonstration city. It fits the rules and
/// is public: a demonstration must never hold anything real.
pub const PASSWORD: &str = "Chuntian-Jiaozi-26";

/// What an owner gives out to an operator, who changes it at once.
pub(super) const FIRST_PASSWORD: &str = "Xiatian-Mianbao-26";

/// The three agencies: full name, document mark, telephone, data file. The
/// numbers are made up.
pub(super) const AGENCIES: [(&str, &str, &str, &str); 3] = [
    ("长春市市场监督管理局", "长市监", "0431-80000001", include_str!("data/market.toml")),
    ("长春市应急管理局", "长应急", "0431-80000002", include_str!("data/emergency.toml")),
    ("长春市生态环境局", "长环", "0431-80000003", include_str!("data/ecology.toml")),
];

/// Where somebody works.
#[derive(Clone, Copy)]
enum Place {
    /// The agency at this place of [`AGENCIES`].
    Agency(usize),
    City,
}

struct Known {
    login: &'static str,
    name: &'static str,
    role: Role,
    place: Place,
    who: &'static str,
}

const fn known(login: &'static str, name: &'static str, role: Role, place: Place, who: &'static str) -> Known {
    Known { login, name, role, place, who }
}

use Place::{Agency as At, City};

static STAFF: [Known; 20] = [
    known("officer1", "张敏", Role::Officer, At(0), "市场监管局执法人员"),
    known("officer2", "李志强", Role::Officer, At(0), "市场监管局执法人员（与 officer1 互为复核）"),
    known("scjg-zhou", "周丽华", Role::Officer, At(0), "市场监管局执法人员"),
    known("scjg-sun", "孙建国", Role::Officer, At(0), "市场监管局执法人员，执法证已过期，不能办案"),
    known("head1", "赵永红", Role::AgencyHead, At(0), "市场监管局负责人"),
    known("yjgl-liu", "刘洋", Role::Officer, At(1), "应急管理局执法人员"),
    known("yjgl-chen", "陈立新", Role::Officer, At(1), "应急管理局执法人员"),
    known("yjgl-yang", "杨春梅", Role::Officer, At(1), "应急管理局执法人员"),
    known("head2", "王国栋", Role::AgencyHead, At(1), "应急管理局负责人"),
    known("sthj-wu", "吴晓东", Role::Officer, At(2), "生态环境局执法人员"),
    known("sthj-zheng", "郑雪", Role::Officer, At(2), "生态环境局执法人员"),
    known("sthj-gao", "高明远", Role::Officer, At(2), "生态环境局执法人员"),
    known("head3", "徐慧", Role::AgencyHead, At(2), "生态环境局负责人"),
    known("supervisor", "马振华", Role::Supervisor, City, "行政执法监督人员"),
    known("statistics", "何静", Role::Statistician, City, "统计管理员"),
    known("sysadmin", "宋涛", Role::SystemAdmin, City, "系统管理员"),
    known("secadmin", "冯雅琴", Role::SecurityAdmin, City, "安全管理员"),
    known("auditor", "于海波", Role::AuditAdmin, City, "审计管理员"),
    known("supervisor2", "唐文博", Role::Supervisor, City, "行政执法监督人员"),
    known("statistics2", "郭琳", Role::Statistician, City, "统计管理员"),
];

/// The enterprises whose owners are named, in the order of their logins
/// `owner1`, `owner2` …: registered name, industry, division, owner, state.
pub(super) static OWNERS: [(&str, &str, &str, &str, &str); 12] = [
    ("长春市南关区老味道饺子馆", "H6210", "220102", "韩桂芝", "有一轮自查正在填写"),
    ("长春市二道区万家乐超市", "F5212", "220105", "田大伟", "需要补充材料"),
    ("长春市宽城区顺达汽车维修中心", "O8111", "220103", "董少军", "有整改待完成"),
    ("长春市朝阳区春之韵服装店", "F5232", "220104", "金美玲", "收到首违不罚告知书，尚未承诺"),
    ("长春市绿园区北国烘焙坊", "F5222", "220106", "姜楠", "登记等待确认"),
    ("长春净月鲜果时光果品店", "F5223", "220172", "付晓燕", "申请被退回补正"),
    ("长春市九台区聚福楼酒店", "H6110", "220113", "丁志远", "申请未获同意，可以答复"),
    ("长春市双阳区鹿乡特产商行", "F5213", "220112", "范永生", "登记未通过，需要更正"),
    ("长春高新硅谷咖啡馆", "H6232", "220173", "沈佳宁", "登记已确认，还没有申请"),
    ("长春汽开宏远汽车零部件有限公司", "C3670", "220174", "谭建业", "整改逾期，已上报监督"),
    ("长春市德惠市金穗豆制品厂", "C1392", "220183", "白玉山", "整改被退回"),
    ("长春经开松江物流仓储有限公司", "G5920", "220171", "蒋雪松", "全部办结，有减少上门记录"),
];

/// The operators: login, name, place of their enterprise in [`OWNERS`].
pub(super) const OPERATORS: [(&str, &str, usize); 3] =
    [("operator1", "韩磊", 0), ("operator2", "田甜", 1), ("operator3", "董伟", 2)];

/// Everybody who can be named without filling anything.
pub(super) fn everybody() -> Vec<Person> {
    let person =
        |login: &str, role, who: String| Person { login: login.to_owned(), password: PASSWORD.to_owned(), role, who };
    let mut people = Vec::new();
    for (place, (firm, _, _, owner, state)) in OWNERS.iter().enumerate() {
        let login = format!("owner{}", place + 1);
        people.push(person(&login, Role::EnterpriseOwner, format!("{firm} {owner}:{state}")));
    }
    for (login, name, firm) in OPERATORS {
        people.push(person(login, Role::EnterpriseOperator, format!("{} 经办人 {name}", OWNERS[firm].0)));
    }
    for known in &STAFF {
        people.push(person(known.login, known.role, format!("{} {}", known.who, known.name)));
    }
    people
}

/// The people of an agency who do its work.
pub(super) struct Crew {
    pub(super) agency: AgencyId,
    pub(super) officers: Vec<Actor>,
    pub(super) head: Actor,
}

/// Sets up the agencies and creates the accounts of their people and the city's.
/// Certificates are valid for years from `start`, one until `expired`.
pub(super) async fn create(
    portal: &Portal,
    shared: &SharedPassword,
    start: Date,
    expired: Date,
    mut tick: impl FnMut(),
) -> Result<Vec<Crew>> {
    let mut agencies = Vec::new();
    for (full, mark, phone, _) in AGENCIES {
        tick();
        let agency = Agency {
            id: AgencyId(portal.new_id()),
            name: name(full)?,
            document_mark: name(mark)?,
            level: Level::City,
            region: RegionCode::CHANGCHUN,
            phone: name(phone)?,
        };
        portal.catalogue().add_agency_locally(&agency).await?;
        agencies.push(agency.id);
    }
    let mut actors: Vec<(usize, Actor)> = Vec::new();
    for (serial, known) in STAFF.iter().enumerate() {
        tick();
        let valid_to = if known.login == "scjg-sun" { expired } else { start + Duration::days(4 * 365) };
        let certificate = (known.role == Role::Officer)
            .then(|| Ok::<_, Error>(Certificate { number: name(&format!("2201{:06}", 1021 + serial * 37))?, valid_to }))
            .transpose()?;
        let scope = match known.place {
            At(place) => Scope::Agency(agencies[place]),
            City => Scope::Jurisdiction(RegionCode::CHANGCHUN),
        };
        let new = NewAccount {
            login: name(known.login)?,
            name: name(known.name)?,
            roles: Roles::only(known.role),
            scope,
            certificate,
            password: String::new(),
        };
        let id = portal.accounts().create_locally_sharing(new, shared).await?;
        if let At(place) = known.place {
            let actor = portal.accounts().actor(id).await?;
            actors.push((place, actor.ok_or(Error::NotFound)?));
        }
    }
    let mut crews = Vec::new();
    for (place, agency) in agencies.into_iter().enumerate() {
        let own = || actors.iter().filter(move |(at, _)| *at == place).map(|(_, actor)| actor);
        let head = own().find(|actor| actor.roles.has(Role::AgencyHead)).cloned();
        let head = head.ok_or_else(|| Error::Impossible("an agency without a head".into()))?;
        let officers = own().filter(|actor| actor.roles.has(Role::Officer)).cloned().collect();
        crews.push(Crew { agency, officers, head });
    }
    Ok(crews)
}
