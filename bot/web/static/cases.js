// Cases: opened, answered and passed on in this browser alone. docs/reporting-channel.md
"use strict";

const page = $("#page");
let pairs = new Map(); // by the id of a key: ours, unlocked until this page is left
let recovered = null; // what both halves of the recovery key opened

const call = (path, body = {}) => post(`/sealed/${path}`, { pass: facts.pass, ...body, ...(recovered && { proof: recovered.proof }) }, true);

// Asks the server; says what is wrong, and gives null then.
async function asked(path, body) {
  const answer = await call(path, body);
  fault($("#fault"), answer.status === 200 ? "" : answer.error || w.failed);
  if (answer.status !== 200) $("#fault").scrollIntoView({ block: "center" });
  return answer.status === 200 ? answer : null;
}

function field(name, label, control, hint) {
  control.id = name;
  return make("div", { class: "field" }, make("label", { for: name }, label), control, hint && make("small", {}, hint));
}
const input = (attributes = {}) => make("input", { autocomplete: "off", spellcheck: "false", required: true, ...attributes });
const secret = (autocomplete) => input({ type: "password", autocomplete, maxlength: "1000" });
const area = (rows = 4) => make("textarea", { rows, dir: "auto", spellcheck: "false" });
function button(label, deed, tone = "") {
  return make("button", { type: "button", class: tone, onclick: async (event) => {
    event.target.disabled = true;
    try { await deed(event); } catch { fault($("#fault"), w.failed); }
    event.target.disabled = false;
  } }, label);
}
const buttons = (...each) => make("div", { class: "buttons" }, ...each);
const section = (title, ...inside) => make("section", {}, make("h2", {}, title), ...inside);
const sheet = (...inside) => make("article", { class: "sheet" }, ...inside);
const wrong = (why) => { fault($("#fault"), why); return false; };
const of = (key) => ({ ...key, public: Sealing.toBytes(key.public), wrapped: Sealing.toBytes(key.wrapped), salt: key.salt && Sealing.toBytes(key.salt) });

// ---- keys

function home() {
  fault($("#fault"), "");
  if (facts.recovers) { page.replaceChildren(recovering()); return; }
  if (!facts.keys.length) { page.replaceChildren(makeKey(w.make), keysOfAll()); return; }
  if (!pairs.size) { page.replaceChildren(unlocking(), list(false), keysOfAll()); $("#phrase")?.focus(); return; }
  page.replaceChildren(list(true), keysOfAll());
}

function unlocking() {
  const phrase = secret("current-password");
  const form = make("form", { class: "sheet", novalidate: true, onsubmit: async (event) => {
    event.preventDefault();
    const key = $("button", form);
    key.disabled = true;
    await unlock(phrase.value);
    key.disabled = false;
  } }, field("phrase", w.phrase, phrase), buttons(make("button", { class: "tone-good" }, w.unlock)),
  make("details", {}, make("summary", {}, w.make_new), make("p", { class: "why" }, w.lost_phrase), makeKey(w.make_new)));
  return form;
}

// All keys they ever had: older cases are sealed to older keys, perhaps under the same passphrase.
async function unlock(phrase) {
  const found = new Map();
  for (const key of facts.keys) {
    try { found.set(key.id, await Sealing.unwrap(of(key), phrase)); } catch { /* another passphrase */ }
  }
  if (!found.has(facts.keys.at(-1).id)) return wrong(w.locked);
  pairs = found;
  if (facts.wanted) return openCase(facts.wanted);
  return home();
}

function makeKey(label) {
  const one = secret("new-password"), two = secret("new-password");
  return sheet(make("h2", {}, label), make("p", {}, w.make_why), field("phrase-new", w.phrase_new, one), field("phrase-again", w.phrase_again, two),
    buttons(button(w.make_do, async () => {
      if (one.value.trim().length < 16) return wrong(w.phrase_short);
      if (one.value !== two.value) return wrong(w.phrase_differs);
      const pair = await Sealing.newPair(), kept = await Sealing.wrap(pair, one.value);
      const body = { public: Sealing.toText(pair.public), wrapped: Sealing.toText(kept.wrapped), salt: Sealing.toText(kept.salt), rounds: kept.rounds };
      if (await asked("key", body)) location.reload();
      return true;
    }, "tone-good")));
}

function keysOfAll() {
  const rows = facts.people.map((each) => make("li", {},
    make("p", { class: "line" }, make("bdi", {}, each.name), each.outside && make("small", {}, ` (${w.outside})`)),
    each.print ? make("code", {}, each.print) : make("small", {}, w.no_key)));
  const recovery = facts.recovery
    ? make("li", {}, make("p", { class: "line" }, `${w.recovery}: ${facts.recovery.keepers.join(" + ")}`), make("code", {}, facts.recovery.print))
    : make("li", {}, make("p", { class: "line" }, w.recovery), make("small", {}, w.no_key));
  const state = facts.open ? filled(w.channel_open, { what: facts.address }) : w.channel_shut;
  return section(w.keys, make("p", { class: facts.open ? "why" : "fault" }, state), make("p", { class: "why" }, w.keys_why),
    make("ul", { class: "entries" }, ...rows, recovery), facts.investigator && pairs.size > 0 && recoveryMaker(),
    make("p", {}, make("a", { href: `${facts.base}/sealed/recover` }, w.recover)));
}

function recoveryMaker() {
  const one = input({ maxlength: "80" }), two = input({ maxlength: "80" });
  const inside = [make("p", { class: "why" }, w.recovery_none), field("keeper1", w.keeper_1, one), field("keeper2", w.keeper_2, two),
    buttons(button(w.recovery_make, () => (one.value.trim() && two.value.trim() ? showHalves([one.value.trim(), two.value.trim()]) : wrong(w.fill))))];
  return facts.recovery ? make("details", {}, make("summary", {}, w.recovery_new), ...inside) : sheet(make("h2", {}, w.recovery_make), ...inside);
}

// The secret part is locked with what both halves make together; it is kept once both are on paper.
async function showHalves(keepers) {
  const pair = await Sealing.newPair(), whole = Sealing.random(Sealing.KEY), first = Sealing.random(Sealing.KEY);
  const halves = [first, Sealing.xor(whole, first)];
  const papers = await Promise.all(halves.map(Sealing.onPaper));
  const body = {
    public: Sealing.toText(pair.public), rounds: 0, salt: Sealing.toText(Sealing.random(16)),
    wrapped: Sealing.toText(await Sealing.close(whole, pair.secret, `private|${Sealing.hex(pair.public)}`)),
    proof: Sealing.hex(await proofOf(whole)), keeper1: keepers[0], keeper2: keepers[1],
  };
  const mark = await Sealing.fingerprint(pair.public);
  const shown = papers.map((paper, at) => {
    const one = make("article", { class: "sheet half" }, make("h2", {}, filled(w.half, { n: at + 1, who: keepers[at] })),
      make("p", {}, `${w.recovery} · ${mark}`), make("p", { class: "receipt" }, make("code", {}, paper)));
    one.append(buttons(button(w.half_print, () => { one.classList.add("printed"); print(); one.classList.remove("printed"); })));
    return one;
  });
  const lasts = papers.map(() => input({ maxlength: "9" }));
  const check = sheet(...lasts.map((each, at) => field(`last${at}`, filled(w.half_last, { n: at + 1 }), each)),
    buttons(button(w.half_done, async () => {
      for (const [at, each] of lasts.entries()) {
        if (each.value.trim().toUpperCase() !== papers[at].replaceAll("-", "").slice(-4)) return wrong(filled(w.half_wrong, { n: at + 1 }));
      }
      if (await asked("recovery", body)) location.reload();
      return true;
    }, "tone-good")));
  page.replaceChildren(make("p", {}, w.half_once), ...shown, check);
}
const proofOf = (whole) => Sealing.sha256(Sealing.join(Sealing.encode("duly recovery proof 1|"), whole));

// ---- with both halves of the recovery key

function recovering() {
  const one = input({ class: "typed" }), two = input({ class: "typed" });
  return sheet(make("h2", {}, w.recover), make("p", {}, w.recover_why), field("half1", filled(w.recover_half, { n: 1 }), one), field("half2", filled(w.recover_half, { n: 2 }), two),
    buttons(button(w.unlock, () => recover(one.value, two.value), "tone-good")));
}

async function recover(one, two) {
  const halves = [await Sealing.fromPaper(one), await Sealing.fromPaper(two)];
  if (!halves[0] || !halves[1] || halves[0].length !== halves[1].length) return wrong(w.recover_wrong);
  const whole = Sealing.xor(...halves);
  recovered = { proof: Sealing.hex(await proofOf(whole)) };
  const answer = await asked("recover");
  if (!answer) { recovered = null; return false; }
  const key = of(answer.key);
  recovered.pair = await Sealing.pairOf(await Sealing.open(whole, key.wrapped, `private|${Sealing.hex(key.public)}`), key.public);
  facts.cases = answer.cases;
  page.replaceChildren(list(true));
  return true;
}

// ---- cases

function list(able) {
  if (!facts.cases.length) return section(w.title, make("p", { class: "empty" }, w.none));
  const rows = facts.cases.map((each) => make("li", {},
    make("p", { class: "line" }, able ? make("a", { href: `#${each.number}`, onclick: (event) => { event.preventDefault(); openCase(each.number); } }, filled(w.case, { n: each.number })) : filled(w.case, { n: each.number }),
      " ", make("span", { class: "state" }, w[`state_${each.state}`])),
    make("p", { class: "why" }, [`${w.since}: ${moment(each.at)}`, each.due && `${w.due}: ${moment(each.due)}`, each.owner && `${w.owner}: ${each.owner}`].filter(Boolean).join(" · "))));
  return section(w.title, make("ul", { class: "entries" }, ...rows));
}

async function openCase(number) {
  const found = await asked(`${number}/open`);
  if (!found) return;
  const key = await keyOf(found);
  if (!key) { fault($("#fault"), w.no_key_here); return; }
  const said = [];
  for (const part of found.said) said.push([part, await openedSaid(key, found.case, part)]);
  const report = said[0]?.[1] || {};
  const fetched = async (id) => {
    const part = await call(`${number}/part`, { id });
    return part.status === 200 ? openedPart(key, found.case, part) : null;
  };
  const one = { ...found, key, report };
  page.replaceChildren(
    make("p", {}, make("a", { href: "#", onclick: (event) => { event.preventDefault(); again(); } }, w.back)),
    sheet(make("h2", {}, filled(w.case, { n: number })), facts_of(make("dl"), [
      [w.state, w[`state_${found.state}`]], [w.outcome, w[`outcome_${found.outcome}`]], [w.since, moment(found.at)], [w.due, found.due && moment(found.due)], [w.owner, found.owner],
      [w.concerns, (report.concerns || []).join(", ")], [w.identity, report.who ? Object.values(report.who).join(", ") : w[`how_${report.how}`]],
    ])),
    section(w.talk, ...said.map(([part, words]) => article(part.side === "reporter" ? w.reporter : part.name || w.staff, part.at, words, fetched)), answering(one)),
    await whoReported(one) || "",
    moving(one) || "", letting(one) || "", logged(one));
  scrollTo(0, 0);
}

async function again() {
  const answer = await asked(recovered ? "recover" : "list");
  if (!answer) return;
  facts.cases = answer.cases;
  if (recovered) page.replaceChildren(list(true)); else home();
}
const reopen = (one) => openCase(one.number);

async function keyOf(found) {
  if (recovered) return Sealing.unseal(recovered.pair, Sealing.toBytes(found.recovery), `case/${found.case}/recovery`);
  for (const mine of found.mine) {
    if (pairs.has(mine.holder)) return Sealing.unseal(pairs.get(mine.holder), Sealing.toBytes(mine.sealed), `case/${found.case}/key/${mine.holder}`);
  }
  return null;
}

function answering(one) {
  const text = area(5), files = make("input", { type: "file", multiple: true });
  return sheet(field("answer", w.answer, text, w.answer_hint), field("files", w.files, files), buttons(button(w.send, async () => {
    if (!text.value.trim()) return wrong(w.fill);
    if (text.value.length > one.longest) return wrong(filled(w.too_long, { n: one.longest }));
    facts.files = one.files;
    const why = wrongFiles(files.files);
    if (why) return wrong(why);
    const parts = await sealedParts(one.key, one.case, "staff", { text: text.value.trim() }, files.files);
    if (await asked(`${one.number}/say`, { parts })) await reopen(one);
    return true;
  }, "tone-good")));
}

function moving(one) {
  const inside = [];
  for (const to of one.next.filter((each) => each !== "closed")) {
    inside.push(buttons(button(w[`to_${to}`], async () => { if (await asked(`${one.number}/move`, { to })) await reopen(one); })));
  }
  if (one.next.includes("closed")) inside.push(closing(one));
  if (!["received", "closed"].includes(one.state) && one.readers.length > 1) inside.push(assigning(one));
  return inside.length ? section(w.move, ...inside) : null;
}

function closing(one) {
  const outcomes = ["substantiated", "partly", "unsubstantiated", "elsewhere"];
  const outcome = make("select", {}, ...outcomes.map((each) => make("option", { value: each }, w[`outcome_${each}`]))), text = area(3);
  return make("details", {}, make("summary", {}, w.to_closed), field("outcome", w.outcome, outcome), field("last", w.close_words, text), buttons(button(w.to_closed, async () => {
    if (!text.value.trim()) return wrong(w.fill);
    const parts = await sealedParts(one.key, one.case, "staff", { text: text.value.trim() }, []);
    if (await asked(`${one.number}/move`, { to: "closed", outcome: outcome.value, parts })) await reopen(one);
    return true;
  })));
}

function assigning(one) {
  const people = new Map(one.readers.map((each) => [each.person, each.name]));
  const whom = make("select", {}, ...[...people].map(([id, name]) => make("option", { value: id }, name)));
  return make("div", {}, field("assign", w.assign, whom), buttons(button(w.assign_do, async () => { if (await asked(`${one.number}/assign`, { to: whom.value })) await reopen(one); })));
}

// The key of the case, sealed again for one who could not open it; never for who is close to it.
function letting(one) {
  if (!one.others.length) return null;
  const whom = make("select", {}, ...one.others.map((each) => make("option", { value: each.id }, each.name)));
  return section(w.let_in, make("p", { class: "why" }, w.let_in_why), field("let-in", w.let_in, whom), buttons(button(w.let_in_do, async () => {
    const other = one.others.find((each) => each.id === whom.value), theirs = Sealing.toBytes(other.public);
    for (const name of one.report.concerns || []) {
      if ((one.near[await nameTag(one.company, name)] || []).includes(other.id)) return wrong(filled(w.let_in_near, { who: other.name, what: name }));
    }
    const mine = one.mine.find((each) => pairs.has(each.holder));
    const half = mine?.share ? mine.half : "";
    const share = half && await Sealing.unseal(pairs.get(mine.holder), Sealing.toBytes(mine.share), `case/${one.case}/share/${mine.holder}`);
    const body = { holder: other.id, half, sealed: Sealing.toText(await Sealing.seal(theirs, one.key, `case/${one.case}/key/${other.id}`)) };
    if (half) body.share = Sealing.toText(await Sealing.seal(theirs, share, `case/${one.case}/share/${other.id}`));
    if (await asked(`${one.number}/let-in`, body)) await reopen(one);
    return true;
  })));
}

function logged(one) {
  const rows = one.log.map((each) => {
    const about = each.what === "closed" ? w[`outcome_${each.about}`] : each.about;
    return make("li", {}, make("b", {}, each.who), ` ${filled(w[each.what] || each.what, { who: about, what: about })}`, make("small", {}, ` · ${moment(each.at)}`));
  });
  return section(w.log, make("ul", { class: "life" }, ...rows));
}

// ---- who reported, by two together

async function whoReported(one) {
  if (!one.identity) return null;
  const context = `case/${one.case}/identity`;
  if (recovered) {
    return section(w.identity, reveal(one, async () => Sealing.unseal(recovered.pair, Sealing.toBytes(one.identity_recovery), context)));
  }
  const mine = one.mine.find((each) => pairs.has(each.holder) && each.share), inside = [make("p", { class: "why" }, w.identity_why)];
  if (!mine) return section(w.identity, ...inside);
  const own = () => Sealing.unseal(pairs.get(mine.holder), Sealing.toBytes(mine.share), `case/${one.case}/share/${mine.holder}`);
  for (const each of one.openings) inside.push(await opening(one, each, mine, own));
  const others = one.readers.filter((each) => each.half && each.half !== mine.half);
  if (!others.length) inside.push(make("p", {}, w.identity_alone));
  else if (!one.openings.some((each) => each.by === facts.me)) inside.push(asking(one, mine));
  return section(w.identity, ...inside);
}

function asking(one, mine) {
  const why = area(2);
  return sheet(field("why", w.identity_reason, why), buttons(button(w.identity_ask, async () => {
    if (!why.value.trim()) return wrong(w.fill);
    const sealed = await Sealing.close(one.key, padded({ text: why.value.trim().slice(0, 800) }), `case/${one.case}/why/${mine.holder}`);
    if (await asked(`${one.number}/ask`, { holder: mine.holder, why: Sealing.toText(sealed) })) await reopen(one);
    return true;
  })));
}

async function opening(one, each, mine, own) {
  let why = "";
  try { why = JSON.parse(Sealing.decode(await Sealing.open(one.key, Sealing.toBytes(each.why), `case/${one.case}/why/${each.holder}`))).text; } catch { why = w.unreadable; }
  const inside = [make("p", { dir: "auto" }, filled(w.identity_asked, { who: each.name, what: why }))], context = `case/${one.case}/agreed/${each.number}`;
  if (each.agreed) inside.push(make("p", { class: "why" }, filled(w.identity_agreed, { who: each.agreed })));
  const asker = one.readers.find((one_) => one_.holder === each.holder);
  if (each.by === facts.me && each.agreed) {
    inside.push(reveal(one, async () => Sealing.xor(await own(), await Sealing.unseal(pairs.get(each.holder), Sealing.toBytes(each.share), context))));
  } else if (each.by === facts.me) inside.push(make("p", {}, w.identity_waits));
  else if (!each.agreed && asker && asker.half !== mine.half) {
    inside.push(buttons(button(w.identity_agree, async () => {
      const share = await Sealing.seal(Sealing.toBytes(asker.public), await own(), context);
      if (await asked(`${one.number}/agree`, { number: each.number, share: Sealing.toText(share) })) await reopen(one);
    })));
  }
  return sheet(...inside);
}

function reveal(one, key) {
  const shown = make("p", { class: "receipt", role: "status" });
  return make("div", {}, buttons(button(w.identity, async () => {
    const who = JSON.parse(Sealing.decode(await Sealing.open(await key(), Sealing.toBytes(one.identity), `case/${one.case}/identity`)));
    if (await asked(`${one.number}/seen`)) shown.textContent = Object.values(who).join(", ");
  })), shown);
}

if (!Sealing.able) fault($("#fault"), w.unable); else home();
