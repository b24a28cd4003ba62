"use strict";
// What every page can do: light or dark, search, the other language at the same place, folding code.

function remember(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch {
    return null; // a browser that keeps nothing for pages from a disk
  }
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

const kept = remember("xq-theme"); // before anything is drawn
if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;

function setUpTheme(button) {
  const say = () => { button.textContent = isDark() ? button.dataset.light : button.dataset.dark; };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    remember("xq-theme", document.documentElement.dataset.theme);
    say();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", say);
  say();
}

// The last place above the middle of the screen: both languages have the same places.
function findPlace() {
  let place = "";
  for (const each of document.querySelectorAll("main [id]:not(input, button, span, p)")) {
    const box = each.getBoundingClientRect();
    if (box.height && box.top < innerHeight / 3) place = each.id;
  }
  return place;
}

function setUpSwitch(link) {
  const page = link.getAttribute("href");
  const aim = () => {
    const place = scrollY > 50 ? findPlace() : "";
    link.setAttribute("href", place ? `${page}#${place}` : page);
    remember("xq-language", link.lang);
  };
  link.addEventListener("click", aim);
  link.addEventListener("auxclick", aim);
}

// Search: every word, as it is written, anywhere in a text; Chinese needs no more.
const plain = (text) => text.normalize("NFKC").toLowerCase();

function find(query, records, language) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const hits = [];
  for (const [its, href, heading, text] of records) {
    const all = plain(`${heading} ${text}`);
    if (!words.every((word) => all.includes(word))) continue;
    const named = words.every((word) => plain(heading).includes(word));
    const rank = { [language]: 0, "": 2 }[its] ?? 4; // this language, then what is in both
    hits.push({ rank: rank + !named, its, href, heading, text, at: plain(text).indexOf(words[0]) });
  }
  return hits.sort((a, b) => a.rank - b.rank);
}

function setUpSearch(input, box) {
  const language = document.documentElement.lang.slice(0, 2);
  const show = () => {
    box.replaceChildren();
    box.hidden = !input.value.trim();
    if (box.hidden || !window.FOUND) return;
    const hits = find(input.value, window.FOUND, language);
    const count = box.appendChild(document.createElement("p"));
    count.textContent = hits.length ? `${hits.length} ${box.dataset.count}` : box.dataset.none;
    for (const { its, href, heading, text, at } of hits.slice(0, 40)) {
      const link = box.appendChild(document.createElement("a"));
      const folder = its || language;
      link.href = `../${folder}/${href}`;
      link.lang = folder === "zh" ? "zh-CN" : "en";
      const title = link.appendChild(document.createElement("strong"));
      title.textContent = heading + (its && its !== language ? ` (${box.dataset.other})` : "");
      let start = Math.max(0, at - 25);
      const gap = text.indexOf(" ", start); // English begins with a whole word
      if (start && gap >= 0 && gap < at) start = gap + 1;
      link.append((start ? "…" : "") + text.slice(start, start + 110) + (text.length > start + 110 ? "…" : ""));
    }
  };
  const load = () => {
    if (document.getElementById("found")) return;
    const script = document.createElement("script");
    script.id = "found";
    script.src = "../assets/found.js";
    script.onload = show;
    document.head.append(script);
  };
  input.addEventListener("focus", load);
  input.addEventListener("input", () => { load(); show(); });
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    box.querySelector("a")?.click();
  });
  box.addEventListener("click", (event) => { if (event.target.closest("a")) box.hidden = true; });
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target) && event.target !== input) box.hidden = true;
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    } else if (event.key === "Escape" && !box.hidden) {
      box.hidden = true;
      input.focus();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !box.hidden) {
      const stops = [input, ...box.querySelectorAll("a")];
      const here = stops.indexOf(document.activeElement);
      if (here < 0) return;
      event.preventDefault();
      stops[Math.min(Math.max(here + (event.key === "ArrowDown" ? 1 : -1), 0), stops.length - 1)].focus();
    }
  });
}

function setUpMenu(button, menu) {
  const open = (is) => {
    menu.classList.toggle("open", is);
    button.setAttribute("aria-expanded", is);
  };
  button.addEventListener("click", () => open(!menu.classList.contains("open")));
  menu.addEventListener("click", (event) => { if (event.target.closest("a")) open(false); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") open(false); });
}

function setUpSlides() {
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowDown: 1, ArrowLeft: -1, PageUp: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") document.getElementById("back").click();
    if (!step || event.target.closest("a, button")) return;
    event.preventDefault();
    const slides = [...document.querySelectorAll(".slide")];
    const here = Math.round(scrollY / innerHeight);
    slides[Math.min(Math.max(here + step, 0), slides.length - 1)].scrollIntoView();
  });
}

// A link may lead into something folded.
function unfold() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let each = place; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
}

document.addEventListener("DOMContentLoaded", () => {
  const get = (id) => document.getElementById(id);
  const door = get("door-zh");
  if (door) {
    const wanted = remember("xq-language") || navigator.language || "";
    location.replace(wanted.startsWith("zh") ? door.href : get("door-en").href);
    return;
  }
  setUpTheme(get("theme"));
  setUpSwitch(get("switch"));
  if (get("query")) setUpSearch(get("query"), get("hits"));
  if (get("menu")) setUpMenu(get("menu"), get("contents"));
  if (document.documentElement.classList.contains("slides")) setUpSlides();
  get("unfold")?.addEventListener("click", (event) => {
    const open = event.target.getAttribute("aria-pressed") !== "true";
    event.target.setAttribute("aria-pressed", open);
    for (const each of document.querySelectorAll("details.code")) each.open = open;
  });
  unfold();
  addEventListener("hashchange", unfold);
});
