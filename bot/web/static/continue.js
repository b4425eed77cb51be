// Going on with a report: who has the receipt code reads the answers, and writes again.
"use strict";

let open = null; // the case: its id, its key, what shows that we have the code

async function enter(event) {
  event.preventDefault();
  const code = Sealing.codeIn($("#code").value);
  fault($("#fault"), code ? "" : w.wrong);
  if (!code) return;
  const button = $("#open");
  button.disabled = true; button.textContent = w.opening;
  try {
    await load(await Sealing.receipt(code, facts.company));
  } catch { fault($("#fault"), w.unreadable); }
  button.disabled = false; button.textContent = w.open;
}

async function load(receipt) {
  const token = Sealing.hex(receipt.token), answer = await post("/report/read", { token });
  if (answer.status !== 200) { fault($("#fault"), answer.error || w.failed); return; }
  const key = await Sealing.open(receipt.key, Sealing.toBytes(answer.code), `case/${answer.case}/code`);
  open = { id: answer.case, key, token, receipt };
  facts_of($("#state"), [[w.number, `#${answer.number}`], [w.state, w[`state_${answer.state}`]], [w.since, moment(answer.at)], [w.outcome, w[`outcome_${answer.outcome}`]]]);
  const shown = [];
  for (const part of answer.said) {
    const who = part.side === "reporter" ? w.you : w.staff;
    shown.push(article(who, part.at, await openedSaid(key, open.id, part), fetched));
  }
  if (answer.said.every((part) => part.side === "reporter")) shown.push(make("p", { class: "empty" }, w.nothing));
  $("#talk").replaceChildren(...shown);
  $("#enter").hidden = true;
  $("#case").hidden = false;
}

async function fetched(id) {
  const part = await post("/report/part", { token: open.token, id });
  return part.status === 200 ? openedPart(open.key, open.id, part) : null;
}

async function write(event) {
  event.preventDefault();
  const text = $("#text").value.trim(), files = $("#files").files;
  const why = !text ? w.fill : text.length > facts.longest ? filled(w.too_long, { n: facts.longest }) : wrongFiles(files);
  fault($("#write-fault"), why);
  if (why) return;
  $("#send").disabled = true; $("#send").textContent = w.working;
  const parts = await sealedParts(open.key, open.id, "reporter", { text }, files);
  await deliver({ token: open.token, parts });
}

async function deliver(body) {
  const answer = await post("/report/write", body);
  if (answer.again) { fault($("#write-fault"), answer.error); setTimeout(() => deliver(body), 1000 * answer.again); return; }
  fault($("#write-fault"), answer.status === 200 ? "" : answer.error || w.failed);
  $("#send").disabled = false; $("#send").textContent = w.send;
  if (answer.status !== 200) return;
  $("#write").reset();
  $("#sent").textContent = w.sent;
  await load(open.receipt);
}

if (!Sealing.able) { fault($("#fault"), w.unable); $("#open").disabled = true; } else {
  $("#enter").addEventListener("submit", enter);
  $("#write").addEventListener("submit", write);
}
