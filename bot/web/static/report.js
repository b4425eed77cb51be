// Reporting: what is typed is sealed here, for who may read it. docs/reporting-channel.md
"use strict";

let channel = facts;
let waiting = null; // what was sealed and has not arrived yet: the same again is the same report
const form = $("#form");
const andList = (names) => new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(names);

// Who must not read it, by what was named and ticked: ids of keys, and keepers by their places.
async function excluded() {
  const out = new Set($$("#must-not input:checked").map((each) => each.value));
  for (const name of namesIn($("#concerns").value)) {
    for (const id of channel.near[await nameTag(channel.company, name)] || []) out.add(id);
  }
  return out;
}

function routed(out) {
  const free = channel.holders.filter((each) => !out.has(each.id));
  const within = free.filter((each) => !each.outside);
  return within.length ? { to: within, beyond: false } : { to: free, beyond: true };
}

function readBy({ to, beyond }) {
  const names = andList(to.length ? to.map((each) => each.name) : channel.keepers);
  return filled(!to.length ? w.nobody : beyond ? w.beyond : w.readers, { names });
}

async function showReaders() {
  $("#readers").textContent = readBy(routed(await excluded()));
}

function showChannel() {
  const investigators = channel.holders.filter((each) => !each.outside);
  $("#holders").replaceChildren(...investigators.map((each) => make("li", {}, make("bdi", {}, each.name))));
  $("#keepers").textContent = filled(w.keepers, { names: andList(channel.keepers) });
  const ticked = new Set($$("#must-not input:checked").map((each) => each.value));
  $("#must-not").replaceChildren(...investigators.map((each) => make("label", { class: "kept" },
    make("input", { type: "checkbox", value: each.id, checked: ticked.has(each.id), onchange: showReaders }), " ", make("bdi", {}, each.name))));
  return showReaders();
}

const how = () => $("[name=how]:checked", form).value;

function wrong() {
  const what = $("#what").value.trim(), who = $("#who").value.trim();
  fault($("#what-fault"), !what ? w.fill : what.length > facts.longest ? filled(w.too_long, { n: facts.longest }) : "");
  fault($("#who-fault"), how() !== "anonymous" && !who ? w.fill : who.length > 1000 ? filled(w.too_long, { n: 1000 }) : "");
  fault($("#fault"), $("#concerns").value.length > 4000 ? filled(w.too_long, { n: 4000 }) : wrongFiles($("#files").files));
  return $$(".fault:not([hidden])", form)[0];
}

async function sealed() {
  const code = Sealing.newCode(), receipt = await Sealing.receipt(code, channel.company);
  const out = await excluded(), route = routed(out), key = Sealing.random(Sealing.KEY);
  const derived = async (what) => Sealing.hex((await Sealing.sha256(Sealing.join(receipt.token, Sealing.encode(what)))).subarray(0, 16));
  const id = await derived("|case"), first = await derived("|first");
  const said = { text: $("#what").value.trim(), how: how(), concerns: namesIn($("#concerns").value) };
  const who = { name: $("#who").value.trim() };
  if (how() === "named") said.who = who;
  const report = {
    case: id, receipt: receipt.knownBy, print: channel.print,
    code: Sealing.toText(await Sealing.close(receipt.key, key, `case/${id}/code`)),
    recovery: Sealing.toText(await Sealing.seal(Sealing.toBytes(channel.recovery.public), key, `case/${id}/recovery`)),
    keys: [], identity: null, tell: [],
  };
  const halves = how() === "confidential" ? await identity(report, id, who) : null;
  for (const [place, each] of route.to.entries()) {
    const theirs = Sealing.toBytes(each.public), half = halves ? "ab"[place % 2] : "";
    report.keys.push({
      holder: each.id, half,
      sealed: Sealing.toText(await Sealing.seal(theirs, key, `case/${id}/key/${each.id}`)),
      ...(half && { share: Sealing.toText(await Sealing.seal(theirs, halves[half], `case/${id}/share/${each.id}`)) }),
    });
  }
  if (!route.to.length) report.tell = channel.told.filter((place) => !out.has(`keeper ${place}`));
  report.parts = await sealedParts(key, id, "reporter", said, $("#files").files, first);
  return { report, code, route };
}

// Who reports, under a key of its own, of which nobody who reads the report has more than a half.
async function identity(report, id, who) {
  const key = Sealing.random(Sealing.KEY), a = Sealing.random(Sealing.KEY), context = `case/${id}/identity`;
  report.identity = {
    body: Sealing.toText(await Sealing.close(key, padded(who), context)),
    recovery: Sealing.toText(await Sealing.seal(Sealing.toBytes(channel.recovery.public), key, context)),
  };
  return { a, b: Sealing.xor(key, a) };
}

async function send(event) {
  event.preventDefault();
  const first = wrong();
  if (first) { first.previousElementSibling?.focus?.(); return; }
  busy(true);
  try {
    waiting = await sealed();
    await deliver();
  } catch { fault($("#fault"), w.failed); busy(false); }
}

async function deliver() {
  const answer = await post("/report", waiting.report);
  if (answer.status === 200) { arrived(answer.number); return; }
  fault($("#fault"), answer.error || w.failed);
  if (answer.again) { setTimeout(deliver, 1000 * answer.again); return; }
  if (answer.status === 409) await renew();
  busy(false);
}

// Other people can read reports than when this page was opened: they are shown before it goes.
async function renew() {
  const found = await fetch(`${facts.base}/report/channel`, { credentials: "omit", cache: "no-store" }).then((each) => each.json()).catch(() => null);
  if (!found?.open) return;
  channel = { ...facts, ...found };
  await showChannel();
  fault($("#fault"), `${$("#fault").textContent} ${w.changed}`);
}

function busy(now) {
  $("#send").disabled = now;
  $("#send").textContent = now ? w.working : w.send;
}

function arrived(number) {
  $("#arrived").textContent = filled(w.arrived, { n: number });
  $("#code").textContent = Sealing.grouped(waiting.code);
  $("#read-by").textContent = readBy(waiting.route);
  form.reset();
  for (const each of [form, $("#about")]) each.remove();
  $("#done").hidden = false;
  $("#arrived").focus();
  waiting = { code: waiting.code };
}

if (form) {
  if (!Sealing.able) { fault($("#fault"), w.unable); $("#send").disabled = true; } else {
    showChannel();
    form.addEventListener("submit", send);
    form.addEventListener("change", () => { $("#who-field").hidden = how() === "anonymous"; });
    $("#concerns").addEventListener("input", showReaders);
    $("#copy").addEventListener("click", async () => {
      await navigator.clipboard.writeText($("#code").textContent);
      $("#copied").textContent = w.copied;
    });
  }
}
