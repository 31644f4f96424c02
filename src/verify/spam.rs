//! What those speak of who take over sites whose domain expired: gambling, pirated streams, pills. One table.
//!
//! A row is (language, what it is about, phrase in lower case). It is never evidence by itself: papers write about casinos
//! too, and two different phrases must stand where a page says what it is about.

/// What a phrase is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trade {
    /// Casinos, bets, lotteries.
    Gambling,
    /// Films, matches and the like, for free.
    Streaming,
    /// Medicine without a prescription.
    Pharmacy,
}

use Trade::{Gambling, Pharmacy, Streaming};

/// How many different phrases make an advertisement.
const ENOUGH: usize = 2;

/// Language, trade, phrase.
pub(super) const PHRASES: &[(&str, Trade, &str)] = &[
    ("en", Gambling, "online casino"),
    ("en", Gambling, "casino online"),
    ("en", Gambling, "casino bonus"),
    ("en", Gambling, "live casino"),
    ("en", Gambling, "no deposit bonus"),
    ("en", Gambling, "welcome bonus"),
    ("en", Gambling, "free spins"),
    ("en", Gambling, "slot machines"),
    ("en", Gambling, "online slots"),
    ("en", Gambling, "slots online"),
    ("en", Gambling, "play slots"),
    ("en", Gambling, "sports betting"),
    ("en", Gambling, "betting site"),
    ("en", Gambling, "online betting"),
    ("en", Gambling, "bet365"),
    ("en", Gambling, "1xbet"),
    ("en", Gambling, "real money games"),
    ("en", Gambling, "jackpot"),
    ("en", Streaming, "watch free movies"),
    ("en", Streaming, "free streaming"),
    ("en", Streaming, "full movie online"),
    ("en", Streaming, "watch online free"),
    ("en", Streaming, "free live stream"),
    ("en", Streaming, "hd free movies"),
    ("en", Pharmacy, "buy viagra"),
    ("en", Pharmacy, "generic viagra"),
    ("en", Pharmacy, "cheap cialis"),
    ("en", Pharmacy, "buy cialis"),
    ("en", Pharmacy, "online pharmacy"),
    ("en", Pharmacy, "without prescription"),
    ("en", Pharmacy, "no prescription needed"),
    ("en", Pharmacy, "buy xanax"),
    ("zh", Gambling, "百家乐"),
    ("zh", Gambling, "线上娱乐"),
    ("zh", Gambling, "在线娱乐"),
    ("zh", Gambling, "娱乐城"),
    ("zh", Gambling, "真人娱乐"),
    ("zh", Gambling, "真人荷官"),
    ("zh", Gambling, "电子游艺"),
    ("zh", Gambling, "老虎机"),
    ("zh", Gambling, "体育投注"),
    ("zh", Gambling, "体育博彩"),
    ("zh", Gambling, "博彩平台"),
    ("zh", Gambling, "网上赌场"),
    ("zh", Gambling, "在线赌场"),
    ("zh", Gambling, "彩票平台"),
    ("zh", Gambling, "时时彩"),
    ("zh", Gambling, "六合彩"),
    ("zh", Gambling, "开元棋牌"),
    ("zh", Gambling, "棋牌游戏平台"),
    ("zh", Gambling, "注册送彩金"),
    ("zh", Gambling, "送彩金"),
    ("zh", Gambling, "首存"),
    ("zh", Gambling, "澳门新葡京"),
    ("zh", Gambling, "皇冠体育"),
    ("zh", Gambling, "开云体育"),
    ("zh", Gambling, "太阳城集团"),
    ("zh", Gambling, "投注平台"),
    ("zh", Streaming, "高清无码"),
    ("zh", Streaming, "免费在线观看"),
    ("zh", Streaming, "在线免费看"),
    ("zh", Streaming, "成人视频"),
    ("zh", Streaming, "国产精品"),
    ("zh", Streaming, "完整版免费观看"),
    ("zh", Pharmacy, "迷药"),
    ("zh", Pharmacy, "催情"),
    ("zh", Pharmacy, "伟哥"),
    ("id", Gambling, "slot gacor"),
    ("id", Gambling, "situs slot"),
    ("id", Gambling, "situs judi"),
    ("id", Gambling, "judi online"),
    ("id", Gambling, "slot online"),
    ("id", Gambling, "agen slot"),
    ("id", Gambling, "bandar togel"),
    ("id", Gambling, "togel online"),
    ("id", Gambling, "toto togel"),
    ("id", Gambling, "rtp slot"),
    ("id", Gambling, "maxwin"),
    ("id", Gambling, "slot88"),
    ("id", Gambling, "gacor hari ini"),
    ("id", Gambling, "agen judi"),
    ("id", Gambling, "link alternatif"),
    ("id", Gambling, "deposit pulsa"),
    ("id", Gambling, "slot deposit"),
    ("id", Gambling, "daftar slot"),
    ("id", Gambling, "scatter hitam"),
    ("id", Gambling, "bandar bola"),
    ("id", Streaming, "nonton film"),
    ("id", Streaming, "streaming film gratis"),
    ("id", Streaming, "film sub indo"),
    ("vi", Gambling, "nhà cái"),
    ("vi", Gambling, "cá cược"),
    ("vi", Gambling, "cược bóng đá"),
    ("vi", Gambling, "sòng bạc"),
    ("vi", Gambling, "nổ hũ"),
    ("vi", Gambling, "đánh bài online"),
    ("vi", Gambling, "tài xỉu"),
    ("vi", Gambling, "xóc đĩa"),
    ("vi", Gambling, "casino trực tuyến"),
    ("vi", Gambling, "game bài đổi thưởng"),
    ("vi", Gambling, "soi kèo"),
    ("vi", Gambling, "lô đề"),
    ("vi", Gambling, "kèo nhà cái"),
    ("vi", Streaming, "xem phim miễn phí"),
    ("vi", Streaming, "phim vietsub"),
    ("th", Gambling, "สล็อตเว็บตรง"),
    ("th", Gambling, "เว็บตรง"),
    ("th", Gambling, "สล็อต"),
    ("th", Gambling, "บาคาร่า"),
    ("th", Gambling, "คาสิโนออนไลน์"),
    ("th", Gambling, "แทงบอล"),
    ("th", Gambling, "หวยออนไลน์"),
    ("th", Gambling, "ฝากถอน"),
    ("th", Gambling, "เครดิตฟรี"),
    ("th", Gambling, "ยิงปลา"),
    ("th", Streaming, "ดูหนังออนไลน์"),
    ("th", Streaming, "หนังฟรี"),
    ("ko", Gambling, "카지노사이트"),
    ("ko", Gambling, "온라인카지노"),
    ("ko", Gambling, "온라인 카지노"),
    ("ko", Gambling, "바카라사이트"),
    ("ko", Gambling, "바카라"),
    ("ko", Gambling, "토토사이트"),
    ("ko", Gambling, "안전놀이터"),
    ("ko", Gambling, "먹튀검증"),
    ("ko", Gambling, "먹튀"),
    ("ko", Gambling, "슬롯사이트"),
    ("ko", Gambling, "사설토토"),
    ("ko", Gambling, "스포츠토토"),
    ("ko", Streaming, "무료 다시보기"),
    ("ko", Streaming, "티비 다시보기"),
    ("ko", Pharmacy, "비아그라"),
    ("ko", Pharmacy, "시알리스"),
    ("ru", Gambling, "онлайн казино"),
    ("ru", Gambling, "казино онлайн"),
    ("ru", Gambling, "игровые автоматы"),
    ("ru", Gambling, "бездепозитный бонус"),
    ("ru", Gambling, "ставки на спорт"),
    ("ru", Gambling, "букмекерская контора"),
    ("ru", Gambling, "фриспины"),
    ("ru", Gambling, "вавада"),
    ("ru", Gambling, "рабочее зеркало"),
    ("ru", Gambling, "пин ап казино"),
    ("ru", Streaming, "смотреть онлайн бесплатно"),
    ("ru", Streaming, "фильмы онлайн бесплатно"),
    ("ru", Pharmacy, "купить виагру"),
    ("ru", Pharmacy, "виагра"),
    ("ru", Pharmacy, "сиалис"),
    ("tr", Gambling, "canlı bahis"),
    ("tr", Gambling, "bahis siteleri"),
    ("tr", Gambling, "casino siteleri"),
    ("tr", Gambling, "canlı casino"),
    ("tr", Gambling, "deneme bonusu"),
    ("tr", Gambling, "slot oyunları"),
    ("tr", Gambling, "kaçak bahis"),
    ("tr", Gambling, "güncel giriş"),
    ("tr", Gambling, "bonus veren siteler"),
    ("tr", Gambling, "iddaa tahmin"),
    ("tr", Streaming, "full hd izle"),
    ("tr", Streaming, "film izle"),
    ("tr", Streaming, "bedava izle"),
    ("tr", Pharmacy, "viagra satın al"),
    ("it", Gambling, "casinò online"),
    ("it", Gambling, "bonus senza deposito"),
    ("it", Gambling, "siti scommesse"),
    ("it", Gambling, "scommesse sportive"),
    ("it", Gambling, "bonus benvenuto"),
    ("it", Gambling, "giri gratis"),
    ("it", Gambling, "casino non aams"),
    ("it", Gambling, "migliori casino"),
    ("it", Streaming, "streaming gratis"),
    ("it", Streaming, "film gratis in streaming"),
    ("it", Pharmacy, "viagra senza ricetta"),
    ("it", Pharmacy, "comprare viagra"),
];

/// What a text advertises, if two phrases of the table stand in it that do not hold each other.
pub(super) fn says(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let mut said: Vec<&'static str> = Vec::new();
    for (.., phrase) in PHRASES {
        if text.contains(phrase) && !said.iter().any(|known| known.contains(phrase) || phrase.contains(known)) {
            said.push(phrase);
        }
        if said.len() == ENOUGH {
            return said.first().copied();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_in_lower_case_and_says_each_phrase_once() {
        let mut seen = BTreeSet::new();
        for (language, trade, phrase) in PHRASES {
            assert_eq!(*phrase, phrase.to_lowercase(), "{language} {trade:?}");
            assert!(seen.insert(phrase), "{phrase}");
        }
        for language in ["en", "zh", "id", "vi", "th", "ko", "ru", "tr", "it"] {
            for trade in [Gambling, Streaming] {
                assert!(PHRASES.iter().any(|row| row.0 == language && row.1 == trade), "{language} {trade:?}");
            }
        }
    }

    #[test]
    fn one_phrase_is_a_subject_and_two_are_an_advertisement() {
        for (text, spam) in [
            ("LUCKY77: Situs Slot Gacor Hari Ini dan Judi Online Terpercaya", true),
            ("澳门新葡京娱乐城 - 百家乐在线娱乐，注册送彩金", true),
            ("เว็บตรง สล็อต บาคาร่า", true),
            ("Онлайн казино: бездепозитный бонус", true),
            ("Regulator fines an online casino for its advertisements", false),
            ("监管机构查处一家网上赌场", false),
            ("A history of slot machines", false),
            ("", false),
        ] {
            assert_eq!(says(text).is_some(), spam, "{text}");
        }
    }
}
