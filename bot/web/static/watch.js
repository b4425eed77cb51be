// While something is being made: says how far it is, and shows the page anew when it is there.
"use strict";
const watched = document.querySelector("[data-watch]");
const SECONDS = 1.5, PATIENT = 10; // between two looks; the second when it takes long
let looks = 0;

function show(name, far) {
  const row = [...watched.querySelectorAll("[data-order]")].find((each) => each.dataset.order === name);
  if (!row) return;
  const words = row.querySelector("[data-words]"), bar = row.querySelector("progress");
  if (words && words.textContent !== far.words) words.textContent = far.words;
  if (bar && far.of) {
    bar.max = far.of;
    bar.value = far.done;
  }
}

async function look() {
  const waiting = [...watched.querySelectorAll("[data-order]")].map((each) => each.dataset.order);
  if (!waiting.length) return;
  try {
    const answer = await fetch(watched.dataset.watch, { credentials: "same-origin" });
    if (!answer.ok) return;
    const found = (await answer.json()).under_way;
    if (waiting.some((each) => !(each in found))) {
      location.replace(location.pathname + location.search.replace(/[?&]answer=[0-9a-f]+/, ""));
      return;
    }
    for (const [name, far] of Object.entries(found)) show(name, far);
  } catch {
    // The next look may find it.
  }
  looks += 1;
  setTimeout(look, (looks > 40 ? PATIENT : SECONDS) * 1000);
}

if (watched) setTimeout(look, SECONDS * 1000);
