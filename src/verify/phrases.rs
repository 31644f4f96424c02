//! What pages say when they are no longer there, are for sale, or want to know whether we are human: one table.
//!
//! A row is (kind, language, phrase in lower case). Phrases are looked for in titles and headings, cut at the
//! separators that set off a site's name; [`says`] demands that the phrase is most of what such a part says, so that
//! "How to design a page-not-found page" is an article.

use super::page::{folded, weight};

/// What a phrase means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PhraseKind {
    /// The page is gone.
    Missing,
    /// The domain is for sale, parked or expired, the account suspended.
    Parked,
    /// A robot check.
    Challenge,
    /// A form that wants a name and a password.
    Login,
    /// Something is wrong; not enough by itself.
    Trouble,
}

use PhraseKind::{Challenge, Login, Missing, Parked, Trouble};

/// Kind, language, phrase.
pub(super) const PHRASES: &[(PhraseKind, &str, &str)] = &[
    (Missing, "", "404"),
    // What mp.weixin.qq.com says in `div.weui-msg__title`, with 200 and without a title.
    (Missing, "zh", "该内容已被发布者删除"),
    (Missing, "zh", "此内容因违规无法查看"),
    (Missing, "zh", "此内容发送失败无法查看"),
    (Missing, "zh", "链接已过期"),
    (Challenge, "zh", "环境异常"),
    (Challenge, "zh", "当前环境异常，完成验证后即可继续访问"),
    (Missing, "en", "404 error"),
    (Missing, "en", "error 404"),
    (Missing, "en", "error 404 not found"),
    (Missing, "en", "http 404"),
    (Missing, "en", "404 page"),
    (Missing, "en", "404 not found"),
    (Missing, "en", "404: not found"),
    (Missing, "en", "not found"),
    (Missing, "en", "page not found"),
    (Missing, "en", "file not found"),
    (Missing, "en", "article not found"),
    (Missing, "en", "post not found"),
    (Missing, "en", "story not found"),
    (Missing, "en", "content not found"),
    (Missing, "en", "document not found"),
    (Missing, "en", "nothing found"),
    (Missing, "en", "object not found"),
    (Missing, "en", "resource not found"),
    (Missing, "en", "the requested url was not found"),
    (Missing, "en", "page cannot be found"),
    (Missing, "en", "page can't be found"),
    (Missing, "en", "page could not be found"),
    (Missing, "en", "page couldn't be found"),
    (Missing, "en", "page doesn't exist"),
    (Missing, "en", "page does not exist"),
    (Missing, "en", "page isn't available"),
    (Missing, "en", "page is not available"),
    (Missing, "en", "page unavailable"),
    (Missing, "en", "page no longer exists"),
    (Missing, "en", "page is no longer available"),
    (Missing, "en", "page has been removed"),
    (Missing, "en", "content is no longer available"),
    (Missing, "en", "content isn't available"),
    (Missing, "en", "article is no longer available"),
    (Missing, "en", "no longer available"),
    (Missing, "en", "has been deleted"),
    (Missing, "en", "we can't find that page"),
    (Missing, "en", "we can't find the page"),
    (Missing, "en", "we couldn't find that page"),
    (Missing, "en", "we couldn't find the page"),
    (Missing, "en", "page you were looking for"),
    (Missing, "en", "page you are looking for"),
    (Missing, "en", "page you're looking for"),
    (Missing, "en", "page you requested"),
    (Missing, "en", "video unavailable"),
    (Missing, "en", "account not found"),
    (Missing, "en", "site not found"),
    (Missing, "en", "410 gone"),
    (Missing, "zh", "页面不存在"),
    (Missing, "zh", "页面未找到"),
    (Missing, "zh", "未找到页面"),
    (Missing, "zh", "找不到页面"),
    (Missing, "zh", "页面没有找到"),
    (Missing, "zh", "页面找不到"),
    (Missing, "zh", "找不到该页面"),
    (Missing, "zh", "无法找到该页"),
    (Missing, "zh", "无法找到该网页"),
    (Missing, "zh", "页面丢失"),
    (Missing, "zh", "页面走丢了"),
    (Missing, "zh", "页面已删除"),
    (Missing, "zh", "页面已被删除"),
    (Missing, "zh", "页面不见了"),
    (Missing, "zh", "您访问的页面不存在"),
    (Missing, "zh", "你访问的页面不存在"),
    (Missing, "zh", "您要访问的页面不存在"),
    (Missing, "zh", "您查看的页面不存在"),
    (Missing, "zh", "您要找的页面"),
    (Missing, "zh", "你要找的页面"),
    (Missing, "zh", "文章不存在"),
    (Missing, "zh", "文章已删除"),
    (Missing, "zh", "文章已被删除"),
    (Missing, "zh", "内容不存在"),
    (Missing, "zh", "内容已删除"),
    (Missing, "zh", "内容已被删除"),
    (Missing, "zh", "该内容已被发布者删除"),
    (Missing, "zh", "帖子不存在"),
    (Missing, "zh", "网页不存在"),
    (Missing, "zh", "网页未找到"),
    (Missing, "zh", "链接已失效"),
    (Missing, "zh", "出错啦! - 页面不存在"),
    (Missing, "zh", "404错误"),
    (Missing, "zh", "404页面"),
    (Missing, "zh-Hant", "頁面不存在"),
    (Missing, "zh-Hant", "找不到頁面"),
    (Missing, "zh-Hant", "找不到網頁"),
    (Missing, "zh-Hant", "找不到此頁面"),
    (Missing, "zh-Hant", "網頁不存在"),
    (Missing, "zh-Hant", "頁面已移除"),
    (Missing, "zh-Hant", "文章不存在"),
    (Missing, "zh-Hant", "無法找到頁面"),
    (Missing, "zh-Hant", "您要找的頁面"),
    (Missing, "ja", "ページが見つかりません"),
    (Missing, "ja", "ページが見つかりませんでした"),
    (Missing, "ja", "お探しのページ"),
    (Missing, "ja", "ページは存在しません"),
    (Missing, "ja", "記事が見つかりません"),
    (Missing, "ja", "指定されたページ"),
    (Missing, "ja", "このページは削除"),
    (Missing, "ko", "페이지를 찾을 수 없습니다"),
    (Missing, "de", "seite nicht gefunden"),
    (Missing, "de", "seite wurde nicht gefunden"),
    (Missing, "de", "nicht gefunden"),
    (Missing, "de", "seite existiert nicht"),
    (Missing, "de", "artikel nicht gefunden"),
    (Missing, "de", "seite konnte nicht gefunden werden"),
    (Missing, "de", "nicht mehr verfügbar"),
    (Missing, "fr", "page non trouvée"),
    (Missing, "fr", "page introuvable"),
    (Missing, "fr", "page inexistante"),
    (Missing, "fr", "cette page n'existe pas"),
    (Missing, "fr", "la page demandée"),
    (Missing, "fr", "n'existe plus"),
    (Missing, "fr", "erreur 404"),
    (Missing, "es", "página no encontrada"),
    (Missing, "es", "no se encontró la página"),
    (Missing, "es", "la página no existe"),
    (Missing, "es", "página que buscas"),
    (Missing, "es", "contenido no disponible"),
    (Missing, "es", "error 404"),
    (Missing, "ru", "страница не найдена"),
    (Missing, "ru", "страница не существует"),
    (Missing, "ru", "страница удалена"),
    (Missing, "ru", "ошибка 404"),
    (Missing, "ru", "не найдено"),
    (Missing, "pt", "página não encontrada"),
    (Missing, "it", "pagina non trovata"),
    (Missing, "nl", "pagina niet gevonden"),
    (Missing, "pl", "nie znaleziono strony"),
    (Parked, "en", "domain is for sale"),
    (Parked, "en", "domain name is for sale"),
    (Parked, "en", "this domain is for sale"),
    (Parked, "en", "domain may be for sale"),
    (Parked, "en", "domain for sale"),
    (Parked, "en", "buy this domain"),
    (Parked, "en", "domain is parked"),
    (Parked, "en", "parked domain"),
    (Parked, "en", "domain parking"),
    (Parked, "en", "domain has expired"),
    (Parked, "en", "domain expired"),
    (Parked, "en", "expired domain"),
    (Parked, "en", "account suspended"),
    (Parked, "en", "account has been suspended"),
    (Parked, "en", "site suspended"),
    (Parked, "en", "website suspended"),
    (Parked, "en", "site is no longer active"),
    (Parked, "en", "future home of something quite cool"),
    (Parked, "en", "website expired"),
    (Parked, "zh", "域名出售"),
    (Parked, "zh", "该域名正在出售"),
    (Parked, "zh", "域名正在出售"),
    (Parked, "zh", "域名转让"),
    (Parked, "zh", "域名已过期"),
    (Parked, "zh", "域名过期"),
    (Parked, "zh", "域名停放"),
    (Parked, "zh", "网站已暂停"),
    (Parked, "zh", "网站已关闭"),
    (Parked, "zh", "网站已到期"),
    (Parked, "zh", "主机已暂停"),
    (Parked, "zh", "主机已到期"),
    (Parked, "zh", "网站暂时无法访问"),
    (Parked, "zh-Hant", "網域出售"),
    (Parked, "zh-Hant", "網域已過期"),
    (Parked, "ja", "このドメインは売り出し中"),
    (Parked, "de", "domain steht zum verkauf"),
    (Parked, "de", "domain zu verkaufen"),
    (Parked, "fr", "domaine est à vendre"),
    (Parked, "fr", "nom de domaine expiré"),
    (Parked, "es", "dominio en venta"),
    (Parked, "es", "dominio está en venta"),
    (Parked, "ru", "домен продается"),
    (Parked, "ru", "домен продаётся"),
    (Challenge, "en", "just a moment"),
    (Challenge, "en", "one moment, please"),
    (Challenge, "en", "attention required"),
    (Challenge, "en", "checking your browser"),
    (Challenge, "en", "verifying your browser"),
    (Challenge, "en", "verify you are human"),
    (Challenge, "en", "verify you are a human"),
    (Challenge, "en", "please verify"),
    (Challenge, "en", "human verification"),
    (Challenge, "en", "bot verification"),
    (Challenge, "en", "are you a robot"),
    (Challenge, "en", "are you human"),
    (Challenge, "en", "robot check"),
    (Challenge, "en", "i'm not a robot"),
    (Challenge, "en", "making sure you're not a bot"),
    (Challenge, "en", "security check"),
    (Challenge, "en", "security checkpoint"),
    (Challenge, "en", "vercel security checkpoint"),
    (Challenge, "en", "client challenge"),
    (Challenge, "en", "pardon our interruption"),
    (Challenge, "en", "access denied"),
    (Challenge, "en", "access to this page has been denied"),
    (Challenge, "en", "access blocked"),
    (Challenge, "en", "request blocked"),
    (Challenge, "en", "request rejected"),
    (Challenge, "en", "ddos-guard"),
    (Challenge, "en", "ddos protection"),
    (Challenge, "en", "unusual traffic"),
    (Challenge, "en", "captcha"),
    (Challenge, "en", "enable javascript and cookies to continue"),
    (Challenge, "zh", "安全验证"),
    (Challenge, "zh", "人机验证"),
    (Challenge, "zh", "访问验证"),
    (Challenge, "zh", "滑动验证"),
    (Challenge, "zh", "滑块验证"),
    (Challenge, "zh", "请输入验证码"),
    (Challenge, "zh", "验证码"),
    (Challenge, "zh", "环境异常"),
    (Challenge, "zh", "当前环境异常"),
    (Challenge, "zh", "访问过于频繁"),
    (Challenge, "zh", "请求过于频繁"),
    (Challenge, "zh", "正在检查您的浏览器"),
    (Challenge, "zh", "浏览器安全检查"),
    (Challenge, "zh", "访问被拒绝"),
    (Challenge, "zh", "访问受限"),
    (Challenge, "zh", "请求被拦截"),
    (Challenge, "zh", "网站防火墙"),
    (Challenge, "zh-Hant", "安全驗證"),
    (Challenge, "zh-Hant", "人機驗證"),
    (Challenge, "ja", "ロボットではありません"),
    (Challenge, "ja", "アクセスが拒否されました"),
    (Challenge, "de", "sind sie ein roboter"),
    (Challenge, "de", "zugriff verweigert"),
    (Challenge, "fr", "accès refusé"),
    (Challenge, "fr", "vérification de sécurité"),
    (Challenge, "es", "acceso denegado"),
    (Challenge, "ru", "доступ запрещен"),
    (Challenge, "ru", "проверка браузера"),
    (Login, "en", "log in"),
    (Login, "en", "login"),
    (Login, "en", "sign in"),
    (Login, "en", "sign-in"),
    (Login, "en", "log in or sign up"),
    (Login, "en", "sign in to continue"),
    (Login, "en", "log in to continue"),
    (Login, "en", "please log in"),
    (Login, "en", "please sign in"),
    (Login, "en", "sina visitor system"),
    (Login, "zh", "登录"),
    (Login, "zh", "请登录"),
    (Login, "zh", "用户登录"),
    (Login, "zh", "登录后查看"),
    (Login, "zh", "请先登录"),
    (Login, "zh", "微博通行证"),
    (Login, "zh-Hant", "登入"),
    (Login, "zh-Hant", "請登入"),
    (Login, "ja", "ログイン"),
    (Login, "de", "anmelden"),
    (Login, "de", "einloggen"),
    (Login, "fr", "connexion"),
    (Login, "fr", "se connecter"),
    (Login, "es", "iniciar sesión"),
    (Login, "ru", "вход"),
    (Login, "ru", "войти"),
    (Trouble, "en", "error"),
    (Trouble, "en", "oops"),
    (Trouble, "en", "sorry"),
    (Trouble, "en", "whoops"),
    (Trouble, "en", "something went wrong"),
    (Trouble, "en", "unavailable"),
    (Trouble, "zh", "错误"),
    (Trouble, "zh", "出错了"),
    (Trouble, "zh", "抱歉"),
    (Trouble, "zh", "提示信息"),
    (Trouble, "zh", "提示"),
    (Trouble, "zh-Hant", "錯誤"),
    (Trouble, "ja", "エラー"),
    (Trouble, "de", "fehler"),
    (Trouble, "fr", "erreur"),
    (Trouble, "ru", "ошибка"),
];

/// Cuts a title into the parts that titles are made of.
const SEPARATORS: [char; 12] = ['|', '–', '—', '·', '_', '»', '«', '•', '｜', '!', '！', '。'];

/// The phrase of this kind that a title or heading mostly consists of.
pub(super) fn says(kind: PhraseKind, title: &str) -> Option<&'static str> {
    let title = plain(title);
    let whole = std::iter::once(title.as_str());
    let parts = title.split(SEPARATORS).chain(title.split(" - ")).chain(title.split(". ")).chain(title.split(": "));
    whole.chain(parts).find_map(|part| phrase_of(kind, part.trim()))
}

/// The phrase of this kind that stands anywhere in a (short) text.
pub(super) fn holds(kind: PhraseKind, text: &str) -> Option<&'static str> {
    let text = plain(text);
    of(kind).filter(|phrase| weight(phrase) > 8).find(|phrase| text.contains(phrase))
}

fn phrase_of(kind: PhraseKind, part: &str) -> Option<&'static str> {
    // Pages that are missing are sorry for it.
    let part = ["sorry, ", "oops, ", "抱歉，", "对不起，", "很抱歉，"]
        .iter()
        .find_map(|sigh| part.strip_prefix(sigh))
        .unwrap_or(part);
    let said = weight(part);
    of(kind).find(|phrase| part == *phrase || (within_words(part, phrase) && dominates(phrase, said)))
}

/// A phrase that speaks to the reader stands in no headline, so less than half of what is said will do; others must be
/// most of it.
fn dominates(phrase: &str, said: usize) -> bool {
    let weight = weight(phrase);
    if phrase.contains("you") { weight * 5 >= said * 2 } else { weight * 3 >= said * 2 }
}

fn of(kind: PhraseKind) -> impl Iterator<Item = &'static str> {
    PHRASES.iter().filter(move |(of, ..)| *of == kind).map(|(_, _, phrase)| *phrase)
}

/// Whether the phrase stands in the part as whole words; scripts without blanks have none.
fn within_words(part: &str, phrase: &str) -> bool {
    part.match_indices(phrase).any(|(at, found)| {
        let before = part.get(..at).and_then(|before| before.chars().next_back());
        let after = part.get(at + found.len()..).and_then(|after| after.chars().next());
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c < '\u{2e80}');
        !letter(before) && !letter(after)
    })
}

/// Lower case, straight quotes, single blanks, no dots and marks at the ends.
fn plain(text: &str) -> String {
    let lower = text.to_lowercase().replace(['’', '‘', '`'], "'").replace('\u{a0}', " ");
    let lower = lower.replace(['(', ')', '[', ']', '"', '“', '”', '「', '」'], " ");
    folded(&lower).trim_matches(|c: char| c.is_ascii_punctuation() && c != '!' || c == '…' || c == '。').to_owned()
}

#[cfg(test)]
#[path = "tests/phrases.rs"]
mod tests;
