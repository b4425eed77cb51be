// The playground in the browser: shows what the server says, posts what people do. Sentences and
// markup come from the server; nothing a person typed becomes markup here.
"use strict";

const $ = (wanted, within = document) => within.querySelector(wanted);
const $$ = (wanted, within = document) => [...within.querySelectorAll(wanted)];
const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode */ } };
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");

if (kept("theme")) document.documentElement.dataset.theme = kept("theme");

const here = newId(); // this window
let page, facts, words, stream, last, ahead, silence;

// ---- talking to the server

async function post(path, body) {
  const answer = await fetch(page.base + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  return { status: answer.status, ...(await answer.json().catch(() => ({}))) };
}

// The same delivery id again and again until the core has it: it is taken once.
async function deliver(kind, more) {
  const event = { id: newId(), kind, as: page.me, window: here, ...more };
  for (let pause = 500; ; pause = Math.min(2 * pause, 8000)) {
    const answer = await post("/events", event).catch(() => ({ status: 0 }));
    if (answer.status === 200 || answer.status === 422) return answer;
    if (answer.status !== 0 && answer.status !== 503) { toast(answer.error || words.failed); return answer; }
    toast(words.waiting);
    await wait(pause);
  }
}

function listen() {
  stream?.close();
  stream = new EventSource(`${page.base}/stream?as=${encodeURIComponent(page.me)}&after=${last}&window=${here}`);
  stream.onmessage = (message) => hear(JSON.parse(message.data));
  stream.addEventListener("unread", (message) => people(JSON.parse(message.data)));
  stream.onopen = () => clearTimeout(silence);
  stream.onerror = () => {
    clearTimeout(silence);
    silence = setTimeout(() => toast(words.offline), 4000);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
}

// ---- what changed

function hear(change) {
  last = Math.max(last, change.n);
  if (change.kind === "clock") { setClock(change.at); return; }
  if (change.kind === "home") { if ($("#home")) $("#home").innerHTML = change.html; return; }
  if (change.kind === "form") { ask(change); return; }
  if (!change.id) return;
  const news = change.kind === "line";
  if (change.place === page.place) {
    $$(`.line[data-id="${change.id}"]`).forEach((old) => replace(old, change));
    if (news && !change.thread) append($("#main .timeline"), change);
    if (news && change.thread && change.thread === page.thread) append($("#thread .timeline"), change);
    if (change.thread) count(change);
  }
  if (change.kind !== "reaction") remember();
  if (!news || change.author === page.me) return;
  if (change.place === page.place && document.visibilityState === "visible") see();
  else badge(change.place);
  $("#heard").textContent = `${words.new} ${change.name}`;
}

function article(change) {
  const template = document.createElement("template");
  template.innerHTML = change.html; // made and escaped by the server
  return template.content.firstElementChild;
}

function replace(old, change) {
  const fresh = article(change);
  if (!fresh) { old.remove(); return; }
  if (old.closest("#thread")) fresh.removeAttribute("id");
  if (old.closest("#thread")) $$(".replies, [data-tool=reply]", fresh).forEach((each) => each.remove());
  old.replaceWith(fresh);
}

function append(timeline, change) {
  if (!timeline || !change.html || $(`.line[data-id="${change.id}"]`, timeline)) return;
  const low = timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < 120;
  const fresh = article(change);
  fresh.classList.add("new");
  if ($$(".line", timeline).at(-1)?.dataset.day !== fresh.dataset.day) {
    const day = document.createElement("p");
    day.className = "day";
    day.append(document.createElement("span"));
    day.firstChild.textContent = fresh.dataset.dayLabel;
    timeline.append(day);
  }
  timeline.append(fresh);
  if (!low && change.author !== page.me) return;
  timeline.scrollTop = timeline.scrollHeight;
  if (fresh.offsetHeight > timeline.clientHeight) fresh.scrollIntoView({ block: "start" });
}

function count(change) {
  const link = $(`#msg-${change.thread} .replies`);
  if (!link) return;
  link.textContent = change.replies;
  link.hidden = !change.replies;
}

function badge(place) {
  const found = $(`.count[data-of="${CSS.escape(place)}"]`);
  if (!found) return;
  found.textContent = Number(found.hidden ? 0 : found.textContent) + 1;
  found.hidden = false;
  dots();
}

function people(counts) {
  for (const [who, number] of Object.entries(counts)) {
    const found = $(`.count[data-person="${CSS.escape(who)}"]`);
    if (!found) continue;
    found.textContent = number;
    found.hidden = number === 0;
  }
  dots();
}

function dots() {
  const others = $$(".count[data-person]").some((each) => !each.hidden && each.dataset.person !== page.me);
  const mine = $$(".count[data-of]").some((each) => !each.hidden);
  $(".who .dot").hidden = !others;
  $(".drawer .dot").hidden = !(others || mine);
}

function see() {
  if (!page.place) return;
  const found = $(`.count[data-of="${CSS.escape(page.place)}"]`);
  if (found) found.hidden = true;
  post("/seen", { as: page.me, place: page.place }).catch(() => {});
  dots();
}

// ---- going about

function arrive() {
  page = document.body.dataset;
  facts = JSON.parse(page.script);
  words = facts.words;
  setClock(page.now);
  remember();
  guide();
  did("came");
  $$(".timeline").forEach((each) => { each.scrollTop = each.scrollHeight; });
  $$(".timeline .text a, .typed").forEach((each) => { each.tabIndex = 0; });
  const draft = sessionStorage.getItem("draft");
  sessionStorage.removeItem("draft");
  if (draft && $("#compose")) fill($("#compose"), numbered(draft));
  const wanted = location.hash.match(/^#msg-([0-9a-f]{32})$/);
  if (wanted) jump(wanted[1]);
  if (page.kind === "home") deliver("home", {});
  see();
}

async function visit(address, push = true) {
  const answer = await fetch(address);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (fresh.body.dataset.me !== page.me) { location.href = address; return; }
  const samePlace = fresh.body.dataset.place === page.place && fresh.body.dataset.kind === page.kind;
  for (const id of samePlace ? ["sidebar", "thread"] : ["sidebar", "main", "thread"]) {
    $(`#${id}`).replaceWith(document.adoptNode($(`#${id}`, fresh)));
  }
  $(".frame").className = $(".frame", fresh).className;
  for (const name of ["place", "kind", "thread", "now", "script"]) document.body.dataset[name] = fresh.body.dataset[name];
  document.title = fresh.title;
  document.body.classList.remove("drawn");
  if (push) history.pushState(null, "", address);
  const top = $("#main .timeline")?.scrollTop;
  arrive();
  if (samePlace && top !== undefined) $("#main .timeline").scrollTop = top;
  if (!document.activeElement?.value) $(page.thread ? "#compose-thread" : "#compose")?.focus();
}

function jump(id) {
  const found = $(`.line[data-id="${id}"]`);
  found?.scrollIntoView({ block: "center" });
  found?.classList.remove("new");
  requestAnimationFrame(() => found?.classList.add("new"));
}

let fading;
function toast(text) {
  const place = $("#toast");
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => place.classList.remove("shown"), 4000);
}

// ---- the guide: one step at a time, which goes on when it is done

function guide(number = Number(kept("guide-step"))) {
  const strip = $("#guide");
  if (!strip) return;
  const steps = $$("li", strip), now = Math.max(0, Math.min(number || 0, steps.length - 1));
  keep("guide-step", now);
  steps.forEach((each, place) => { each.hidden = place !== now; });
  $("[data-tool=back]", strip).disabled = now === 0;
  $("[data-tool=next]", strip).disabled = now === steps.length - 1;
  const there = $("a.example", steps[now]), seen = $("button[data-tool=next]", steps[now]);
  if (there) there.hidden = !there.dataset.fill && !("begins" in there.dataset) && isHere(steps[now].dataset);
  if (seen) seen.hidden = !there.hidden;
  strip.hidden = kept("guide") === "off";
  $(".top [data-tool=guide]").setAttribute("aria-expanded", String(!strip.hidden));
}

const isHere = (step) => step.as === page.me && step.in === page.place;

function did(what) {
  const step = $("#guide li:not([hidden])");
  if (!step?.dataset.until.split(" ").includes(what)) return;
  const { as: who } = step.dataset;
  if (["sent", "came"].includes(what) ? isHere(step.dataset) : !who || who === page.me) guide(Number(kept("guide-step")) + 1);
}

// The number of the duty a card spoke of last, for drafts that need one.
function remember() {
  const found = $$("#main .card, #thread .card").map((each) => each.textContent.match(/#(\d+)/)).filter(Boolean).at(-1);
  if (found) keep("number", found[1]);
}

const numbered = (draft) => draft.replace("{number}", kept("number") || "");

// ---- the clock

function setClock(now) {
  ahead = Date.parse(now) - Date.now();
  tick();
}

function tick() {
  const now = new Date(Date.now() + ahead);
  const shape = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: page.zone };
  $("#now").textContent = now.toLocaleString(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, shape);
  $("#now").dateTime = now.toISOString();
}

async function move(button) {
  const buttons = $$("[data-move]");
  buttons.forEach((each) => { each.disabled = true; });
  const answer = await post("/clock", JSON.parse(button.dataset.move)).catch(() => ({}));
  buttons.forEach((each) => { each.disabled = false; });
  toast(answer.ok ? words.moved : answer.error || words.failed);
  if (answer.ok) did("moved");
}

// ---- forms

function ask(change) {
  const dialog = $("#asked");
  if (dialog.open && dialog.dataset.key === change.key) return;
  dialog.dataset.key = change.key;
  dialog.lastElementChild.innerHTML = change.html; // made and escaped by the server
  if (!dialog.open) dialog.showModal();
  $("input, textarea, select", dialog)?.focus();
}

// What a sealed form was answered with: it stands here alone, until the dialog is closed.
function show(html) {
  const dialog = $("#asked");
  dialog.lastElementChild.innerHTML = html; // made and escaped by the server
  $("h2", dialog).focus();
}

const brought = new WeakMap(); // files that were sent: what a form says to mean them

// A file goes ahead of its form, by itself; the same again is the same file.
async function bring(file) {
  if (brought.has(file)) return { file: brought.get(file) };
  const about = new URLSearchParams({ as: page.me, id: newId(), name: file.name });
  for (let pause = 500; ; pause = Math.min(2 * pause, 8000)) {
    const sent = await fetch(`${page.base}/files?${about}`, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file }).catch(() => ({ status: 0 }));
    if (sent.status && sent.status !== 503) {
      const answer = await sent.json().catch(() => ({}));
      if (answer.file) brought.set(file, answer.file);
      return answer;
    }
    toast(words.waiting);
    await wait(pause);
  }
}

// What the form says, and why files were not taken.
async function filledIn(form) {
  const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string")), errors = {};
  for (const input of $$("input[type=file]", form)) {
    const found = [input.dataset.held];
    for (const file of input.files) {
      const answer = await bring(file);
      if (answer.file) found.push(answer.file);
      else errors[input.name] = answer.error || words.failed;
    }
    fields[input.name] = found.filter(Boolean).join(" ");
  }
  return { fields, errors };
}

async function answerForm(form) {
  const button = $(".press", form);
  button.disabled = true;
  const { fields, errors } = await filledIn(form);
  const more = page.place ? { place: page.place, ...(page.thread && { thread: page.thread }) } : {};
  const answer = Object.keys(errors).length ? { errors } : await deliver("form", { form: form.dataset.form, fields, ...more });
  button.disabled = false;
  if (answer.status === 200 && answer.shown) { show(answer.shown); return; }
  if (answer.status === 200) { $("#asked").close(); did("asked"); return; }
  for (const field of $$("input, textarea, select", form)) {
    const why = answer.errors?.[field.name];
    const place = $(`#error-${CSS.escape(field.name)}`, form);
    place.textContent = why || "";
    place.hidden = !why;
    field.setAttribute("aria-invalid", String(Boolean(why)));
  }
  $("[aria-invalid=true]", form)?.focus();
}

// ---- writing

function fill(area, text) {
  area.value = text;
  area.focus();
  area.setSelectionRange(text.length, text.length);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function about(composer, label, text, more) {
  const strip = $(".about", composer);
  strip.hidden = !label;
  $("span", strip).textContent = label ? `${label}: ${text}` : "";
  composer.dataset.edits = more.edits || "";
  composer.dataset.quotes = more.quotes || "";
}

async function send(composer) {
  const area = $("textarea", composer), text = area.value.trim();
  if (!text) return;
  const { place, thread, edits, quotes } = composer.dataset;
  const mark = $("[data-tool=urgent]", composer), priority = mark?.getAttribute("aria-pressed") === "true";
  area.value = "";
  mark?.setAttribute("aria-pressed", "false");
  close(composer);
  about(composer, "", "", {});
  const answer = edits
    ? await deliver("edit", { message: edits, text })
    : await deliver("message", { place, text, ...(thread && { thread }), ...(quotes && { quotes }), ...(priority && { priority }) });
  if (answer.status === 200) { did("sent"); return; }
  if (area.value) return;
  area.value = text;
  mark?.setAttribute("aria-pressed", String(priority));
}

// What is being completed: {from, options: [{insert, name, about}]} or null.
function wanted(area) {
  const before = area.value.slice(0, area.selectionStart);
  const command = before.match(/^\s*[/／](?:d|du|dul|duly)?(?:\s+(\S*))?$/i);
  if (command) {
    const typed = (command[1] || "").toLowerCase();
    const fitting = facts.menu.filter((each) => begins(each, typed) || each.about.toLowerCase().includes(typed));
    return { from: 0, title: words.commands, options: sorted(fitting, typed).map((each) => {
      const name = begins(each, typed) ?? each.names[0];
      return { insert: `/duly ${name} `, name: `/duly ${name}${each.usage}`, about: each.about };
    }) };
  }
  const at = before.match(/(?:^|[^A-Za-z0-9_.])@([^\s@]*)$/);
  if (!at) return null;
  const typed = at[1].toLowerCase();
  const fitting = facts.people.filter((each) => begins(each, typed) || each.shown.toLowerCase().includes(typed));
  return { from: before.length - at[1].length - 1, title: words.people, options: sorted(fitting, typed).map((each) => {
    const name = (each.any && begins(each, typed)) || each.names[0];
    return { insert: `@${name} `, name: each.any ? `@${name}` : each.shown, about: each.any ? each.about : `@${name} · ${each.about}` };
  }) };
}

const begins = (each, typed) => each.names.find((name) => name.toLowerCase().startsWith(typed));
const sorted = (found, typed) => found.toSorted((one, other) => Number(Boolean(begins(other, typed))) - Number(Boolean(begins(one, typed))));

function offer(composer) {
  const area = $("textarea", composer), list = $(".completion", composer), found = wanted(area);
  if (!found || !found.options.length) { close(composer); return; }
  list.replaceChildren(...found.options.map((each, number) => {
    const item = document.createElement("li"), name = document.createElement("b"), note = document.createElement("span");
    name.textContent = each.name;
    note.textContent = each.about;
    item.append(name, note);
    item.id = `${list.id}-${number}`;
    item.setAttribute("role", "option");
    item.dataset.insert = each.insert;
    item.dataset.from = found.from;
    return item;
  }));
  list.setAttribute("aria-label", found.title);
  list.hidden = false;
  area.setAttribute("aria-expanded", "true");
  choose(composer, 0);
}

function choose(composer, number) {
  const items = $$(".completion li", composer), chosen = items.at(number % items.length);
  items.forEach((each) => each.setAttribute("aria-selected", String(each === chosen)));
  chosen.scrollIntoView({ block: "nearest" });
  $("textarea", composer).setAttribute("aria-activedescendant", chosen.id);
}

function complete(composer, item) {
  const area = $("textarea", composer), rest = area.value.slice(area.selectionStart);
  const start = area.value.slice(0, Number(item.dataset.from)) + item.dataset.insert;
  area.value = start + rest;
  area.setSelectionRange(start.length, start.length);
  area.focus();
  close(composer);
}

function close(composer) {
  $(".completion", composer).hidden = true;
  $("textarea", composer).setAttribute("aria-expanded", "false");
  $("textarea", composer).removeAttribute("aria-activedescendant");
}

function typed(event) {
  const composer = event.target.closest?.(".composer");
  if (!composer || event.isComposing || event.target.tagName !== "TEXTAREA") return;
  const items = $$(".completion:not([hidden]) li", composer);
  const now = items.findIndex((each) => each.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (items.length && step) { event.preventDefault(); choose(composer, now + step); return; }
  if (items.length && event.key === "Tab") { event.preventDefault(); complete(composer, items[now]); return; }
  if (event.key === "Escape") { if (items.length) close(composer); else about(composer, "", "", {}); return; }
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  // A command typed to its end is sent, not completed once more.
  if (items.length && items[now].dataset.insert.trim() !== event.target.value.trim()) complete(composer, items[now]);
  else send(composer);
}

// ---- pressing

const tools = {
  drawer(button) {
    const open = document.body.classList.toggle("drawn");
    button.setAttribute("aria-expanded", String(open));
  },
  theme() {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    keep("theme", document.documentElement.dataset.theme);
  },
  guide() {
    keep("guide", kept("guide") === "off" ? "on" : "off");
    guide();
    if ($("#guide").hidden) $(".top [data-tool=guide]").focus();
  },
  back() { guide(Number(kept("guide-step")) - 1); },
  next() { guide(Number(kept("guide-step")) + 1); },
  again() { guide(0); },
  urgent(button) {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    $("textarea", button.closest(".composer")).focus();
  },
  more(button, line) { if (shown?.button === button) closeMenu(); else openMenu(button, line); },
  important(_, line) { command("important", line); },
  phishing(_, line) { command("phishing", line); },
  emergency(button, line) { if (sure(button, words.emergency_sure)) command("emergency", line); else return true; },
  reply(_, line) { visit($("a[data-tool=reply]", line).href); },
  close() { $("#asked").close(); },
  pick(button) { fill($("input", button.closest(".field")), button.textContent); },
  cancel(button) { about(button.closest(".composer"), "", "", {}); },
  react(button, line) { react(line, button.dataset.emoji); },
  quote(_, line) {
    const composer = $(".composer", line.closest("main, aside"));
    about(composer, words.quoting, `${line.dataset.name}: ${said(line)}`, { quotes: line.dataset.id });
    $("textarea", composer).focus();
  },
  edit(_, line) {
    const composer = $(".composer", line.closest("main, aside"));
    about(composer, words.editing, said(line), { edits: line.dataset.id });
    fill($("textarea", composer), said(line));
  },
  delete(button, line) { if (sure(button, words.delete_sure)) deliver("delete", { message: line.dataset.id }); else return true; },
  async link(_, line) {
    await navigator.clipboard?.writeText(`${location.origin}${page.base}/?in=${encodeURIComponent(page.place)}#msg-${line.dataset.id}`).catch(() => {});
    toast(words.copied);
  },
};

// The first press of two, which says what the second one does.
function sure(button, text) {
  const asked = button.classList.contains("sure"), label = $("span", button);
  button.classList.add("sure");
  button.dataset.label ??= label.textContent;
  label.textContent = text;
  return asked;
}

const command = (name, line) => deliver("command", {
  place: page.place, text: `${name} #msg-${line.dataset.id}`, ...(line.closest("#thread") && { thread: page.thread }),
});

// ---- the menu of a message

let shown; // {button, line}, while it is open

function openMenu(button, line) {
  closeMenu();
  shown = { button, line };
  const menu = $("#more");
  const fits = { people: line.dataset.author !== "duly", root: $("[data-tool=reply]", line), mine: line.dataset.author === page.me };
  $$("[role=menuitem]", menu).forEach((each) => {
    each.hidden = Boolean(each.dataset.for && !fits[each.dataset.for]);
    each.classList.remove("sure");
    if (each.dataset.label) $("span", each).textContent = each.dataset.label;
  });
  button.setAttribute("aria-expanded", "true");
  menu.hidden = false;
  const { top, bottom, right } = button.getBoundingClientRect();
  const below = bottom + 4 + menu.offsetHeight < innerHeight;
  menu.style.top = `${Math.max(8, below ? bottom + 4 : top - 4 - menu.offsetHeight)}px`;
  menu.style.left = `${Math.max(8, right - menu.offsetWidth)}px`;
  $("[role=menuitem]:not([hidden])", menu).focus();
}

function closeMenu() {
  if (!shown) return;
  $("#more").hidden = true;
  shown.button.setAttribute("aria-expanded", "false");
  shown = undefined;
}

function keyInMenu(event) {
  const items = $$("[role=menuitem]:not([hidden])", $("#more")), now = items.indexOf(document.activeElement);
  const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) { event.preventDefault(); items.at(to % items.length).focus(); }
  if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); shown.button.focus(); closeMenu(); }
}

// The line may have been drawn anew since the menu was opened.
function picked(item) {
  const { button, line } = shown;
  const there = line.isConnected ? line : $(`.line[data-id="${line.dataset.id}"]`);
  if (there && tools[item.dataset.tool](item, there)) return;
  if ($("#more").contains(document.activeElement)) button.focus();
  closeMenu();
}

const said = (line) => $(".text, .card h3", line)?.textContent ?? "";

function react(line, emoji) {
  const mine = $$(".reaction", line).find((each) => each.dataset.emoji === emoji)?.getAttribute("aria-pressed") === "true";
  deliver("reaction", { message: line.dataset.id, emoji, added: !mine });
}

async function press(button) {
  const buttons = $$("button", button.parentElement);
  buttons.forEach((each) => { each.disabled = true; });
  const answer = await deliver("button", { message: button.closest("[data-id]").dataset.id, action: button.dataset.action });
  buttons.forEach((each) => { each.disabled = false; });
  if (answer.status === 200) did("pressed");
}

function clicked(event) {
  const at = (wanted) => event.target.closest(wanted);
  const line = at(".line");
  const link = at("a[data-visit]"), example = at("a.example");
  if (at("[data-begins]")) { keep("guide-step", 0); return; }
  if (document.body.classList.contains("drawn") && !at("#sidebar") && !at(".drawer")) document.body.classList.remove("drawn");
  if (!at(".who")) $(".who").open = false;
  if (at("#more [data-tool]")) { picked(at("#more [data-tool]")); return; }
  if (!at("[data-tool=more]")) closeMenu();
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (example?.dataset.fill && isHere(example.dataset)) { event.preventDefault(); fill($("#compose"), numbered(example.dataset.fill)); return; }
  if (example?.href) {
    sessionStorage.setItem("draft", example.dataset.fill);
    if (example.dataset.as === page.me) { event.preventDefault(); visit(example.href); }
    return;
  }
  if (link) { event.preventDefault(); visit(link.href); return; }
  if (at("[data-jump]")) { event.preventDefault(); jump(at("[data-jump]").dataset.jump); return; }
  if (at("[data-move]")) { move(at("[data-move]")); return; }
  if (at(".press[data-action]")) { press(at(".press[data-action]")); return; }
  if (at(".reaction")) { react(line, at(".reaction").dataset.emoji); return; }
  if (at(".typed")) { fill($("textarea", at("aside") || document), at(".typed").textContent); return; }
  if (at(".completion li")) { complete(at(".composer"), at(".completion li")); return; }
  const tool = at("[data-tool]");
  if (tool) tools[tool.dataset.tool]?.(tool, line);
}

document.addEventListener("DOMContentLoaded", () => {
  last = Number(document.body.dataset.last);
  arrive();
  listen();
  setInterval(tick, 5000);
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", (event) => { if (shown) keyInMenu(event); else typed(event); });
  document.addEventListener("scroll", closeMenu, true);
  document.addEventListener("input", (event) => { const composer = event.target.closest(".composer"); if (composer) offer(composer); });
  document.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.target.matches(".composer")) send(event.target); else answerForm(event.target);
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") see(); });
  window.addEventListener("popstate", () => visit(location.href, false));
  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
});
