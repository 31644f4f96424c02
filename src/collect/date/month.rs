//! Names of months in the languages that feeds are written in: as many letters as tell them apart, without marks.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const NAMES: [(u32, &str); 12] = [
    (1, "jan ene gen sty oca ian ιαν янв січ led tammi يناير"),
    (2, "feb fev lut sub φεβ фев лют uno helmi فبراير"),
    (3, "mar mrt marz maart maret μαρ мар бер bre brez maalis مارس"),
    (4, "apr avr abr avri kwi nis απρ апр кві huhti dub ابريل"),
    (5, "may mai maj mag mei μαι май мая трав kve touko مايو"),
    (6, "jun juin giu cze haz ιουν июн черв cervn cerven kesa يونيو"),
    (7, "jul juil lug lip tem ιουλ июл лип cervenc cervenec heina يوليو"),
    (8, "aug aou ago sie agu αυγ авг серп srp elo اغسطس"),
    (9, "sep set wrz eyl σεπ сен вер zar syys سبتمبر"),
    (10, "oct okt ott out paz eki οκτ окт жов rij loka اكتوبر"),
    (11, "nov lis kas νοε ноя лист listopad marras نوفمبر"),
    (12, "dec dez dic des gru ara δεκ дек груд pro joulu ديسمبر"),
];

/// The month that a word names; the longest match counts, since `cervenec` begins with `cerven`.
pub(super) fn named(word: &str) -> Option<u32> {
    let bare: String = word.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let names = NAMES.iter().flat_map(|(month, names)| names.split(' ').map(|name| (*month, name)));
    let matching = names.filter(|(_, name)| bare.starts_with(name));
    matching.max_by_key(|(_, name)| name.len()).map(|(month, _)| month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_in_many_languages() {
        let languages = [
            "January February March April May June July August September October November December",
            "Januar Februar M\u{e4}rz April Mai Juni Juli August September Oktober November Dezember",
            "janvier f\u{e9}vrier mars avril mai juin juillet ao\u{fb}t septembre octobre novembre d\u{e9}cembre",
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
            "janeiro fevereiro mar\u{e7}o abril maio junho julho agosto setembro outubro novembro dezembro",
            "januari februari maart april mei juni juli augustus september oktober november december",
            "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrze\u{15b}nia pa\u{17a}dziernika listopada grudnia",
            "ledna \u{fa}nora b\u{159}ezna dubna kv\u{11b}tna \u{10d}ervna \u{10d}ervence srpna z\u{e1}\u{159}\u{ed} \u{159}\u{ed}jna listopadu prosince",
            "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
            "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
            "Ocak \u{15e}ubat Mart Nisan May\u{131}s Haziran Temmuz A\u{11f}ustos Eyl\u{fc}l Ekim Kas\u{131}m Aral\u{131}k",
            "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
            "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kes\u{e4}kuuta hein\u{e4}kuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
            "januar februar mars april mai juni juli august september oktober november desember",
            "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
        ];
        for names in languages {
            for (name, month) in names.split(' ').zip(1..) {
                assert_eq!(named(name), Some(month), "{name}");
            }
        }
        for weekday in
            ["Monday", "Dienstag", "jeudi", "s\u{e1}bado", "\u{43f}\u{44f}\u{442}\u{43d}\u{438}\u{446}\u{430}"]
        {
            assert_eq!(named(weekday), None, "{weekday}");
        }
    }
}
