//! Two hundred enterprises that do not exist. Names are put together from words
//! that signboards in Changchun use; codes have right check characters; places
//! lie in the division they name.

use std::collections::BTreeSet;

use domain::{
    credit_code::CreditCode,
    enterprise::{Conduct, Coordinates, Site},
    grade::Grade,
    industry::IndustryCode,
    region::RegionCode,
};
use time::{Date, Duration};

use super::{dice::Dice, name, people::OWNERS};
use crate::{
    error::{Error, Result},
    services::accounts::NewEnterprise,
};

/// An enterprise before it registers.
pub(super) struct Draft {
    pub(super) new: NewEnterprise,
    pub(super) conduct: Conduct,
}

/// Division, how an enterprise there is called, streets, and a point within it.
static PLACES: [(&str, &str, &[&str], f64, f64); 15] = [
    ("220102", "南关区", &["大经路", "亚泰大街", "民康路", "人民大街", "南湖大路"], 43.863, 125.350),
    ("220103", "宽城区", &["凯旋路", "北人民大街", "青岛路", "台北大街"], 43.943, 125.327),
    ("220104", "朝阳区", &["红旗街", "桂林路", "工农大路", "重庆路", "延安大街"], 43.834, 125.288),
    ("220105", "二道区", &["吉林大路", "东盛大街", "临河街", "公平路"], 43.866, 125.374),
    ("220106", "绿园区", &["景阳大路", "皓月大路", "春城大街", "青年路"], 43.881, 125.256),
    ("220112", "双阳区", &["西双阳大街", "嘉鹿大路"], 43.526, 125.660),
    ("220113", "九台区", &["九台大街", "新华大街"], 44.152, 125.840),
    ("220122", "农安县", &["宝塔街", "兴华路"], 44.431, 125.185),
    ("220182", "榆树市", &["向阳路", "三盛路"], 44.840, 126.533),
    ("220183", "德惠市", &["德惠路", "惠新路"], 44.537, 125.729),
    ("220184", "公主岭市", &["迎宾路", "公主大街"], 43.505, 124.823),
    ("220171", "经开", &["自由大路", "世纪大街", "临河街"], 43.847, 125.410),
    ("220172", "净月", &["净月大街", "生态大街"], 43.790, 125.451),
    ("220173", "高新", &["硅谷大街", "前进大街"], 43.818, 125.247),
    ("220174", "汽开", &["东风大街", "创业大街"], 43.849, 125.215),
];

/// Industry, endings of the name, whether it is a company.
type Trade = (&'static str, &'static [&'static str], bool);

/// Trades with their weights.
static TRADES: [(u64, Trade); 24] = [
    (20, ("H6210", &["家常菜馆", "铁锅炖", "烧烤店", "火锅店", "饺子馆", "春饼店"], false)),
    (8, ("H6220", &["快餐店", "盒饭快餐"], false)),
    (6, ("H6291", &["小吃店", "冷面馆", "麻辣烫店"], false)),
    (4, ("H6232", &["咖啡馆"], false)),
    (4, ("H6121", &["快捷酒店"], false)),
    (3, ("H6110", &["大酒店"], false)),
    (10, ("F5212", &["超市", "生活超市"], false)),
    (9, ("F5213", &["便利店"], false)),
    (5, ("F5222", &["烘焙坊", "糕点店"], false)),
    (5, ("F5223", &["果品店", "蔬菜店"], false)),
    (5, ("F5224", &["鲜肉店", "水产店"], false)),
    (5, ("F5251", &["大药房"], false)),
    (4, ("F5232", &["服装店"], false)),
    (12, ("O8111", &["汽车维修中心", "汽修厂"], false)),
    (6, ("C2110", &["家具有限公司", "木业有限公司"], true)),
    (6, ("C2319", &["包装印刷有限公司"], true)),
    (7, ("C3311", &["钢结构有限公司", "金属制品有限公司"], true)),
    (10, ("C3670", &["汽车零部件有限公司", "汽车内饰件有限公司"], true)),
    (5, ("C1432", &["速冻食品有限公司"], true)),
    (4, ("C1392", &["豆制品厂"], false)),
    (6, ("G5920", &["仓储有限公司", "物流仓储有限公司"], true)),
    (4, ("K7020", &["物业服务有限公司"], true)),
    (3, ("G5942", &["化工仓储有限公司"], true)),
    (3, ("F5265", &["加油站"], false)),
];

const WORDS: [&str; 40] = [
    "福满园",
    "关东情",
    "一品香",
    "好再来",
    "顺意",
    "春城",
    "松花江",
    "百姓",
    "金穗",
    "鑫源",
    "德顺",
    "家和",
    "瑞丰",
    "聚贤",
    "北国",
    "长白",
    "恒信",
    "永泰",
    "华盛",
    "东来",
    "盛达",
    "天合",
    "嘉禾",
    "众诚",
    "宏图",
    "金鼎",
    "龙源",
    "兴隆",
    "万顺",
    "佳美",
    "鹏程",
    "吉祥",
    "润泽",
    "博远",
    "雪原",
    "同福",
    "雅居",
    "凯捷",
    "联创",
    "新悦",
];

const SURNAMES: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "孙", "周", "吴", "徐", "朱", "高", "林", "郭", "马", "罗", "梁", "宋",
    "许", "邓", "曹", "彭", "吕",
];
const GIVEN: [&str; 30] = [
    "伟", "芳", "娜", "秀英", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "涛", "明", "超", "秀兰", "霞", "平",
    "刚", "桂英", "玉梅", "立新", "国庆", "春雷", "晓光", "淑珍", "海涛", "文静", "冬梅", "志勇",
];

/// Draws the enterprises: those of the named owners first, as many as `count`
/// together. `today` is the day on which the conduct is as drawn.
pub(super) fn draw(dice: &mut Dice, count: usize, today: Date) -> Result<Vec<Draft>> {
    let mut used = BTreeSet::new();
    let mut codes = BTreeSet::new();
    let mut drafts = Vec::new();
    for place in 0..count {
        let owner = OWNERS.get(place);
        let (title, industry, region, contact) = match owner {
            Some((title, industry, region, owner, _)) => ((*title).to_owned(), *industry, *region, (*owner).to_owned()),
            None => invent(dice, &mut used),
        };
        used.insert(title.clone());
        let login = match owner {
            Some(_) => format!("owner{}", place + 1),
            None => format!("qy{:03}", place + 1),
        };
        let (_, _, streets, latitude, longitude) =
            PLACES.iter().find(|found| found.0 == region).ok_or_else(|| Error::Impossible(region.to_owned()))?;
        let region: RegionCode = region.parse().map_err(|error| impossible(&error))?;
        let address = format!("{}{}{}号", region.name_zh(), dice.pick(streets), dice.between(8, 2999));
        // About 2 km around the middle of the division.
        let mut off = |middle: f64| {
            let thousandths = u32::try_from(dice.below(40_000)).unwrap_or(0);
            middle + (f64::from(thousandths) - 20_000.0) / 1_000_000.0
        };
        let coordinates = Coordinates::new(off(*latitude), off(*longitude)).map_err(|error| impossible(&error))?;
        // A few did not give their place; the named ones did.
        let coordinates = (owner.is_some() || !dice.chance(6)).then_some(coordinates);
        let credit_code = loop {
            let code = code(dice, region, title.ends_with("公司"))?;
            if codes.insert(code.clone()) {
                break code;
            }
        };
        drafts.push(Draft {
            new: NewEnterprise {
                credit_code,
                name: name(&title)?,
                region,
                industry: industry.parse::<IndustryCode>().map_err(|error| impossible(&error))?,
                site: Site { address: name(&address)?, coordinates },
                contact: name(&contact)?,
                // 1 000 0… is given to nobody.
                phone: name(&format!("1000043{:04}", dice.below(10_000)))?,
                login: name(&login)?,
                password: String::new(),
            },
            conduct: if owner.is_some() { good(dice) } else { conduct(dice, industry, today) },
        });
    }
    Ok(drafts)
}

fn impossible(error: &impl ToString) -> Error {
    Error::Impossible(error.to_string())
}

fn invent(dice: &mut Dice, used: &mut BTreeSet<String>) -> (String, &'static str, &'static str, String) {
    loop {
        let &(industry, endings, company) = dice.weighted(&TRADES);
        // The five districts of the middle have more enterprises than the rest.
        let place = if dice.chance(65) { dice.place(5) } else { dice.place(PLACES.len()) };
        let (region, called, ..) = PLACES[place];
        let word = dice.pick(&WORDS);
        let ending = dice.pick(endings);
        let title = match (company, called.ends_with(['区', '县', '市'])) {
            (true, _) => format!("长春{word}{ending}"),
            (false, true) => format!("长春市{called}{word}{ending}"),
            (false, false) => format!("长春{called}{word}{ending}"),
        };
        let contact = format!("{}{}", dice.pick(&SURNAMES), dice.pick(&GIVEN));
        if !used.contains(&title) {
            return (title, industry, region, contact);
        }
    }
}

/// A code of an enterprise (91) or individual trader (92) of the division, whose
/// organisation part has its check character too.
fn code(dice: &mut Dice, region: RegionCode, company: bool) -> Result<CreditCode> {
    let organisation = format!("MA{:06}", dice.below(1_000_000));
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = organisation.chars().zip(weights).map(|(c, weight)| c.to_digit(36).unwrap_or(0) * weight).sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    };
    let kind = if company { "91" } else { "92" };
    CreditCode::with_check(&format!("{kind}{region}{organisation}{check}")).map_err(|error| impossible(&error))
}

fn good(dice: &mut Dice) -> Conduct {
    Conduct {
        grade: Some(if dice.chance(50) { Grade::A } else { Grade::B }),
        operating: Some(true),
        low_risk_field: Some(true),
        major_hazard: Some(false),
        last_penalty: Some(None),
        last_complaint: Some(None),
        listed_dishonest: Some(false),
        last_tampering: Some(None),
    }
}

fn conduct(dice: &mut Dice, industry: &str, today: Date) -> Conduct {
    let grades = [(30, Some(Grade::A)), (45, Some(Grade::B)), (14, Some(Grade::C)), (4, Some(Grade::D)), (7, None)];
    let grade = *dice.weighted(&grades);
    let mut some_day = |percent, months: u64| {
        let days = i64::try_from(dice.between(30, months * 30)).unwrap_or(30);
        dice.chance(percent).then(|| today - Duration::days(days))
    };
    let (penalty, complaint, tampering) = (some_day(14, 60), some_day(10, 30), some_day(2, 50));
    let hazard = matches!(industry, "G5942" | "F5265");
    Conduct {
        grade,
        operating: (!dice.chance(3)).then_some(true),
        low_risk_field: (!dice.chance(8)).then_some(!hazard && !dice.chance(25)),
        major_hazard: Some(industry == "G5942"),
        last_penalty: (!dice.chance(4)).then_some(penalty),
        last_complaint: (!dice.chance(4)).then_some(complaint),
        listed_dishonest: Some(dice.chance(3)),
        last_tampering: Some(tampering),
    }
}
