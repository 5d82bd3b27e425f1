//! Industries (国民经济行业分类, GB/T 4754-2017).
//!
//! A code is a section letter and the four digits of a class, the first two of
//! which are the division. Every division belongs to one section, so the letter
//! must fit the digits. That the class itself exists is not checked: the
//! standard has 1 382 of them and is amended, and a registry may be ahead of us.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::credit_code::narrow;

/// A section (门类) and its divisions (大类).
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Section {
    letter: char,
    first: u16,
    last: u16,
    zh: &'static str,
    en: &'static str,
}

const fn section(letter: char, first: u16, last: u16, zh: &'static str, en: &'static str) -> Section {
    Section { letter, first, last, zh, en }
}

/// The twenty sections and their 97 divisions.
static SECTIONS: &[Section] = &[
    section('A', 1, 5, "农、林、牧、渔业", "Agriculture, forestry, animal husbandry and fishery"),
    section('B', 6, 12, "采矿业", "Mining"),
    section('C', 13, 43, "制造业", "Manufacturing"),
    section('D', 44, 46, "电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water supply"),
    section('E', 47, 50, "建筑业", "Construction"),
    section('F', 51, 52, "批发和零售业", "Wholesale and retail trade"),
    section('G', 53, 60, "交通运输、仓储和邮政业", "Transport, storage and post"),
    section('H', 61, 62, "住宿和餐饮业", "Accommodation and catering"),
    section('I', 63, 65, "信息传输、软件和信息技术服务业", "Information transmission, software and IT services"),
    section('J', 66, 69, "金融业", "Finance"),
    section('K', 70, 70, "房地产业", "Real estate"),
    section('L', 71, 72, "租赁和商务服务业", "Leasing and business services"),
    section('M', 73, 75, "科学研究和技术服务业", "Scientific research and technical services"),
    section('N', 76, 79, "水利、环境和公共设施管理业", "Water, environment and public facilities"),
    section('O', 80, 82, "居民服务、修理和其他服务业", "Household services, repair and other services"),
    section('P', 83, 83, "教育", "Education"),
    section('Q', 84, 85, "卫生和社会工作", "Health and social work"),
    section('R', 86, 90, "文化、体育和娱乐业", "Culture, sports and entertainment"),
    section('S', 91, 96, "公共管理、社会保障和社会组织", "Public administration and social organisations"),
    section('T', 97, 97, "国际组织", "International organisations"),
];

/// Classes that a picker offers first: code, Chinese name of the standard,
/// English name.
pub const COMMON: &[(&str, &str, &str)] = &[
    ("H6210", "正餐服务", "Restaurants"),
    ("H6220", "快餐服务", "Fast food"),
    ("H6291", "小吃服务", "Snack bars"),
    ("H6232", "咖啡馆服务", "Cafés"),
    ("H6233", "酒吧服务", "Bars"),
    ("H6241", "餐饮配送服务", "Meal delivery to institutions"),
    ("H6110", "旅游饭店", "Tourist hotels"),
    ("H6121", "经济型连锁酒店", "Budget hotel chains"),
    ("H6129", "其他一般旅馆", "Other hotels and inns"),
    ("H6130", "民宿服务", "Homestays"),
    ("F5211", "百货零售", "Department stores"),
    ("F5212", "超级市场零售", "Supermarkets"),
    ("F5213", "便利店零售", "Convenience stores"),
    ("F5222", "糕点、面包零售", "Bakery shops"),
    ("F5223", "果品、蔬菜零售", "Fruit and vegetable shops"),
    ("F5224", "肉、禽、蛋、奶及水产品零售", "Meat, poultry, egg, dairy and fish shops"),
    ("F5232", "服装零售", "Clothes shops"),
    ("F5251", "西药零售", "Pharmacies"),
    ("F5252", "中药零售", "Chinese medicine shops"),
    ("F5254", "医疗用品及器材零售", "Medical supplies shops"),
    ("F5261", "汽车新车零售", "New car dealers"),
    ("F5265", "机动车燃油零售", "Petrol stations"),
    ("F5266", "机动车燃气零售", "Gas stations for vehicles"),
    ("F5281", "五金零售", "Hardware shops"),
    ("F5284", "涂料零售", "Paint shops"),
    ("F5296", "生活用燃料零售", "Household fuel retail"),
    ("C1353", "肉制品及副产品加工", "Meat products"),
    ("C1392", "豆制品制造", "Bean products"),
    ("C1411", "糕点、面包制造", "Pastry and bread making"),
    ("C1432", "速冻食品制造", "Frozen food making"),
    ("C2110", "木质家具制造", "Wooden furniture making"),
    ("C2319", "包装装潢及其他印刷", "Packaging and other printing"),
    ("C3311", "金属结构制造", "Metal structures"),
    ("C3484", "机械零部件加工", "Machining of parts"),
    ("C3670", "汽车零部件及配件制造", "Motor vehicle parts"),
    ("G5431", "普通货物道路运输", "Road haulage of general goods"),
    ("G5435", "危险货物道路运输", "Road haulage of dangerous goods"),
    ("G5920", "通用仓储", "General warehousing"),
    ("G5930", "低温仓储", "Cold storage"),
    ("G5942", "危险化学品仓储", "Storage of hazardous chemicals"),
    ("G6020", "快递服务", "Express delivery"),
    ("K7020", "物业管理", "Property management"),
    ("O8030", "洗染服务", "Laundries and dry cleaners"),
    ("O8040", "理发及美容服务", "Hairdressers and beauty salons"),
    ("O8051", "洗浴服务", "Bathhouses"),
    ("O8111", "汽车修理与维护", "Car repair"),
    ("O8113", "摩托车修理与维护", "Motorcycle repair"),
    ("P8310", "学前教育", "Kindergartens"),
    ("Q8425", "门诊部(所)", "Outpatient clinics"),
    ("R8930", "健身休闲活动", "Fitness clubs"),
    ("R9011", "歌舞厅娱乐活动", "Karaoke and dance halls"),
    ("R9013", "网吧活动", "Internet cafés"),
];

/// The Chinese and English names of the section with this letter.
pub fn section_names(letter: char) -> Option<(&'static str, &'static str)> {
    SECTIONS.iter().find(|section| section.letter == letter).map(|section| (section.zh, section.en))
}

/// The code of a class (小类), such as H6210.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndustryCode {
    section: &'static Section,
    class: u16,
}

/// Why a text is not the code of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum IndustryError {
    /// Not one letter and four digits.
    #[error("not a letter and four digits")]
    Form,
    /// No section has the division that the first two digits name.
    #[error("no division {division:02}")]
    Division {
        /// The first two digits.
        division: u16,
    },
    /// The division belongs to another section.
    #[error("the division belongs to section {expected}")]
    Section {
        /// The section it belongs to.
        expected: char,
    },
}

impl IndustryCode {
    /// The letter of the section.
    pub const fn section(self) -> char {
        self.section.letter
    }

    /// The section's name in Chinese.
    pub const fn section_name_zh(self) -> &'static str {
        self.section.zh
    }

    /// The section's name in English.
    pub const fn section_name_en(self) -> &'static str {
        self.section.en
    }

    /// Whether the code lies within the section, division or group that
    /// `prefix` names: "H", "H62", "H621".
    pub fn starts_with(self, prefix: &str) -> bool {
        self.to_string().starts_with(prefix)
    }

    /// The Chinese and English names, when the class is one of [`COMMON`].
    pub fn common_names(self) -> Option<(&'static str, &'static str)> {
        let code = self.to_string();
        COMMON.iter().find(|(common, ..)| *common == code).map(|&(_, zh, en)| (zh, en))
    }
}

impl fmt::Display for IndustryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:04}", self.section.letter, self.class)
    }
}

impl fmt::Debug for IndustryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IndustryCode({self})")
    }
}

impl FromStr for IndustryCode {
    type Err = IndustryError;

    fn from_str(typed: &str) -> Result<Self, IndustryError> {
        let text = narrow(typed);
        let mut characters = text.chars();
        let letter = characters.next().filter(char::is_ascii_uppercase).ok_or(IndustryError::Form)?;
        let digits = characters.as_str();
        if digits.len() != 4 || !digits.bytes().all(|c| c.is_ascii_digit()) {
            return Err(IndustryError::Form);
        }
        let class: u16 = digits.parse().map_err(|_| IndustryError::Form)?;
        let division = class / 100;
        let section = SECTIONS
            .iter()
            .find(|section| (section.first..=section.last).contains(&division))
            .ok_or(IndustryError::Division { division })?;
        if section.letter != letter {
            return Err(IndustryError::Section { expected: section.letter });
        }
        Ok(Self { section, class })
    }
}

impl Serialize for IndustryCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IndustryCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_sections_share_out_the_97_divisions_without_gap_or_overlap() {
        let mut next = 1;
        for (section, letter) in SECTIONS.iter().zip('A'..='T') {
            assert_eq!((section.letter, section.first), (letter, next));
            next = section.last + 1;
        }
        assert_eq!((SECTIONS.len(), next), (20, 98));
    }

    #[test]
    fn the_letter_must_be_the_section_of_the_division() {
        let restaurant: IndustryCode = "H6210".parse().unwrap();
        assert_eq!((restaurant.section(), restaurant.section_name_zh()), ('H', "住宿和餐饮业"));
        assert_eq!(restaurant.section_name_en(), "Accommodation and catering");
        assert_eq!("I6210".parse::<IndustryCode>(), Err(IndustryError::Section { expected: 'H' }));
        assert_eq!("A0000".parse::<IndustryCode>(), Err(IndustryError::Division { division: 0 }));
        assert_eq!("T9800".parse::<IndustryCode>(), Err(IndustryError::Division { division: 98 }));
        for wrong in ["", "H", "6210", "H621", "H62100", "H62a0", "餐6210", "H+621"] {
            assert_eq!(wrong.parse::<IndustryCode>(), Err(IndustryError::Form));
        }
    }

    #[test]
    fn a_code_lies_within_its_section_division_and_group() {
        let rice: IndustryCode = " a0111 ".parse().unwrap();
        assert_eq!(rice.to_string(), "A0111");
        assert!(["", "A", "A01", "A011", "A0111"].into_iter().all(|prefix| rice.starts_with(prefix)));
        assert!(!rice.starts_with("A02") && !rice.starts_with("0111"));
    }

    #[test]
    fn every_common_class_is_a_code_and_stands_once() {
        let codes: BTreeSet<IndustryCode> = COMMON.iter().map(|(code, ..)| code.parse().unwrap()).collect();
        assert_eq!(codes.len(), COMMON.len());
        assert!(codes.iter().all(|code| code.common_names().is_some()));
    }

    #[test]
    fn a_code_is_stored_as_text_and_checked_when_read() {
        let code: IndustryCode = "O8040".parse().unwrap();
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"O8040\"");
        assert_eq!(serde_json::from_str::<IndustryCode>("\"O8040\"").unwrap(), code);
        assert!(serde_json::from_str::<IndustryCode>("\"H8040\"").is_err());
    }
}
