"use strict";
// wellsourced: finds items by words of their titles, texts and remarks. Everything stays in the browser: search.json says which
// parts of the index there are, newest first; titles are looked through first, then texts, part by part, until there are enough.
(() => {
  const MOST = 100, AT_ONCE = 6, PAUSE = 300;
  const form = document.getElementById("find");
  const found = document.getElementById("found");
  const hits = document.getElementById("hits");
  const field = document.getElementById("q");
  const parts = new Map();
  let current = 0;

  const fold = text => text.normalize("NFKC").toLowerCase();

  const get = async path => {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  };

  // A part of the index, asked for once. One that is of another time than the list of parts is left out.
  const part = (folder, name, count) => {
    const path = `${folder}/${name}`;
    if (!parts.has(path)) {
      const rows = get(`search/${path}.json`).then(part => part.rows.length === count ? part.rows : null);
      parts.set(path, rows.catch(() => (parts.delete(path), null)));
    }
    return parts.get(path);
  };

  let index = null;
  const list = () => (index ??= get("search.json").catch(error => { index = null; throw error; }));

  // Calls `each` for every row of the parts of a folder, newest first, with the row's place among all items.
  const walk = async (folder, of, each, goes_on) => {
    let first = 0;
    for (let at = 0; at < of.length && goes_on(); at += AT_ONCE) {
      const some = of.slice(at, at + AT_ONCE);
      const loaded = await Promise.all(some.map(([name, count]) => part(folder, name, count)));
      for (const [n, [, count]] of some.entries()) {
        if (!goes_on()) return;
        if (loaded[n]) loaded[n].forEach((row, place) => each(first + place, row));
        first += count;
      }
    }
  };

  const around = (text, word) => {
    const at = Math.max(fold(text).indexOf(word), 0);
    const from = at > 40 ? at - 30 : 0;
    return (from ? "…" : "") + text.slice(from, from + 120) + (from + 120 < text.length ? "…" : "");
  };

  const show = ([href, title, day, lang], text) => {
    const make = name => document.createElement(name);
    const [li, h2, a, p] = ["li", "h2", "a", "p"].map(make);
    a.href = href;
    a.textContent = title;
    h2.append(a);
    p.className = "meta";
    p.textContent = new Date(day).toLocaleDateString(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
    li.append(h2, p);
    if (text) {
      const words = make("p");
      words.textContent = text;
      li.append(words);
    }
    if (lang) li.lang = lang;
    hits.append(li);
  };

  const say = (text, n) => { found.textContent = text.replace("{n}", n.toLocaleString(document.documentElement.lang)); };
  const count = (n, is_all) => {
    const said = found.dataset;
    if (n >= MOST) say(said.more, MOST);
    else if (n) say(n === 1 ? said.one : said.other, n);
    else say(is_all ? said.none : said.busy, 0);
  };

  const search = async in_texts => {
    const mine = ++current, goes_on = () => mine === current && shown.size < MOST;
    const words = fold(field.value).split(/\s+/).filter(Boolean), shown = new Set(), titles = [];
    hits.replaceChildren();
    found.textContent = "";
    if (!words.length) return;
    const fits = text => words.every(word => text.includes(word));
    try {
      const { titles: of_titles, texts: of_texts } = await list();
      await walk("titles", of_titles, (place, row) => {
        titles[place] = row;
        if (goes_on() && fits(fold(row[1]))) {
          shown.add(place);
          show(row);
        }
      }, goes_on);
      if (mine !== current) return;
      count(shown.size, false);
      if (!in_texts) return;
      await walk("texts", of_texts, (place, text) => {
        const title = titles[place];
        if (title && goes_on() && !shown.has(place) && fits(fold(`${title[1]}\n${text}`))) {
          shown.add(place);
          show(title, around(text, words.find(word => fold(text).includes(word)) ?? ""));
        }
      }, goes_on);
      if (mine === current) count(shown.size, true);
    } catch {
      if (mine === current) say(found.dataset.failed, 0);
    }
  };

  let pause = 0;
  field.addEventListener("input", () => {
    clearTimeout(pause);
    search(false);
    pause = setTimeout(() => search(true), PAUSE);
  });
  form.addEventListener("submit", event => {
    event.preventDefault();
    clearTimeout(pause);
    history.replaceState(null, "", "?q=" + encodeURIComponent(field.value));
    search(true);
  });
  form.hidden = false;
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  if (field.value) search(true);
})();
