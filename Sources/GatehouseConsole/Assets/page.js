// The page reads and acts without this file. With it: keys, events as they come, times that go on, pictures large.
const body = document.body, words = body.dataset;
const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Times of the last hour say how long ago they were.
function tick() {
  const now = Date.now();
  for (const time of all("time[data-ago]")) {
    const gone = Math.floor((now - Date.parse(time.dateTime)) / 1000);
    if (gone < 0 || gone >= 3600) { if (time.dataset.was) time.textContent = time.dataset.was; continue; }
    time.dataset.was ??= time.textContent;
    time.textContent = gone < 60 ? words.seconds.replace("#", gone) : words.minutes.replace("#", Math.floor(gone / 60));
  }
}
tick();
setInterval(tick, 5000);

// Whatever opens something large.
function dialog(id) { const found = document.getElementById(id); if (found && !found.open) found.showModal(); }
function picture(source, text) {
  const box = document.getElementById("picture");
  if (!box) return;
  const image = one("img", box);
  image.src = source;
  image.alt = text || "";
  if (!box.open) box.showModal();
}
document.addEventListener("click", event => {
  const target = event.target.closest("[data-dialog], [data-picture], [data-fill]");
  if (!target) return;
  if (target.dataset.dialog) { event.preventDefault(); dialog(target.dataset.dialog); }
  if (target.dataset.picture) { event.preventDefault(); picture(target.dataset.picture, one("img", target)?.alt); }
  if (target.dataset.fill) {
    const field = document.getElementById(target.dataset.fill);
    field.value = target.firstChild.textContent.trim();
    field.focus();
  }
});

// A picture that does not come is words.
function instead(image) {
  const text = document.createElement("span");
  text.className = "small soft";
  text.textContent = image.alt;
  image.replaceWith(text);
}
document.addEventListener("error", event => { if (event.target.matches?.("img.shot")) instead(event.target); }, true);
for (const image of all("img.shot")) if (image.complete && !image.naturalWidth && image.loading !== "lazy") instead(image);
document.addEventListener("toggle", event => {
  if (event.target.open && event.target.matches("aside.gates details")) one("input[name=reason]", event.target).focus();
}, true);

// An act is done once, however often its button is pressed.
document.addEventListener("submit", event => {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});
addEventListener("pageshow", () => { for (const form of all("form[data-sent]")) delete form.dataset.sent; });

// Keys. Each has its button, and the button shows its key.
let waitsForPlace = false;
const rows = () => all("ol.stream > li, [data-rows] > tr, [data-rows] > li");
function choose(step) {
  const list = rows();
  if (!list.length) return;
  const at = list.findIndex(row => row.classList.contains("chosen"));
  const next = list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + step))];
  list[at]?.classList.remove("chosen");
  next.classList.add("chosen");
  next.scrollIntoView({ block: "nearest" });
  (one("a.open, a", next) || next).focus({ preventScroll: true });
}
function chosen() { return one("li.chosen, tr.chosen"); }
// One gate is opened at once; of several the first is in front, and a digit takes another one.
const gates = () => all("aside.gates details");
function openGate(gate) {
  gate.open = true;
  gate.scrollIntoView({ block: "nearest" });
  one("input[name=reason]", gate).focus();
}
function nearGate() {
  const list = gates();
  if (list.length === 1) openGate(list[0]);
  else one("summary", list[0])?.focus();
}
const acts = {
  j: () => choose(1), k: () => choose(-1),
  Enter: () => one("a.open, a", chosen() || body.appendChild(document.createElement("i")))?.click(),
  a: () => one("[data-key=a]")?.focus(), o: nearGate,
  "/": () => { const field = one("input[type=search]"); if (field) { field.focus(); field.select(); } else location.href = "/people"; },
  ".": () => (one("[data-picture]", chosen() || document) || one("[data-picture]"))?.click(),
  "?": () => dialog("keys"), n: () => one("[data-key=n]")?.click(),
};
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const field = event.target.closest("input, select, textarea");
  if (event.key === "Escape") {
    const open = event.target.closest("details[open]") || all("details[open]").pop();
    if (field) field.blur();
    if (one("dialog[open]")) return;
    if (open) { open.open = false; event.preventDefault(); return; }
    if (!field) { const back = one("[data-back]"); if (back) location.href = back.dataset.back; }
    return;
  }
  // A usual reason by its number, while its field is empty.
  if (field) {
    const usual = all(`.usual [data-fill="${CSS.escape(field.id)}"]`);
    if (usual.length && field.value === "" && /^[1-9]$/.test(event.key) && usual[event.key - 1]) {
      event.preventDefault();
      usual[event.key - 1].click();
    }
    return;
  }
  if (one("dialog[open]")) return;
  if (waitsForPlace) {
    waitsForPlace = false;
    const link = one(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (event.key === "g") { waitsForPlace = true; setTimeout(() => { waitsForPlace = false; }, 1500); return; }
  if (/^[1-9]$/.test(event.key) && event.target.closest("aside.gates summary")) {
    const gate = gates()[event.key - 1];
    if (gate) { event.preventDefault(); openGate(gate); }
    return;
  }
  const button = one(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (button) {
    event.preventDefault();
    button.click();
    // A form that unfolds is gone into.
    one("input:not([type=hidden]), select", button.closest("details") || button)?.focus();
    return;
  }
  const act = acts[event.key];
  if (act && !(event.key === "Enter" && event.target !== body)) { event.preventDefault(); act(); }
});

// Events as they come: the daemon's words, ready to be shown.
const stream = one("ol.stream[data-live]");
const limit = 200;
let missed = 0, title = document.title, sound;
function parsed(html) { const template = document.createElement("template"); template.innerHTML = html; return template.content; }
function put(html) {
  if (!stream) return;
  const row = parsed(html).firstElementChild;
  const old = one(`li[data-seq="${CSS.escape(row.dataset.seq)}"]`, stream);
  if (old) { old.replaceWith(row); return; }
  const after = [...stream.children].find(other => Number(other.dataset.seq) < Number(row.dataset.seq));
  stream.insertBefore(row, after || null);
  while (stream.children.length > limit) stream.lastElementChild.remove();
  if (row.hasAttribute("data-urgent")) alarm();
  document.dispatchEvent(new CustomEvent("entry", { detail: row.dataset.seq }));
}
function alarm() {
  document.title = "(!) " + words.alarm + " · " + title;
  try {
    sound ??= new AudioContext();
    const tone = sound.createOscillator(), volume = sound.createGain();
    volume.gain.value = .12;
    tone.frequency.value = 880;
    tone.connect(volume).connect(sound.destination);
    tone.start();
    tone.stop(sound.currentTime + .25);
  } catch { /* a browser that plays nothing shows the title */ }
}
addEventListener("focus", () => { document.title = title; });
function contact(text) {
  const place = document.getElementById("link");
  place.innerHTML = "";
  if (!text) return;
  const notice = document.createElement("div");
  notice.className = "notice amber";
  notice.textContent = text;
  place.append(notice);
}
const isBusy = part => part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select, button, summary") || one("details[open]", part);
if (stream || one("[data-eyes]")) {
  let lostAt = 0, source;
  const lost = () => { if (lostAt) return; lostAt = Date.now(); stream?.classList.add("stale"); contact(words.lost.replace("#", new Date().toTimeString().slice(0, 8))); };
  const back = () => { if (!lostAt) return; lostAt = 0; stream?.classList.remove("stale"); contact(words.contact.replace("#", missed)); };
  // A browser asks again by itself where there was no answer, and never again after one that is no stream.
  async function again() {
    const answer = await fetch("/events", { method: "HEAD" }).catch(() => null);
    if (answer?.status === 401) location.href = "/sign-in?to=" + encodeURIComponent(location.pathname + location.search);
    else if (answer?.ok) watch();
    else setTimeout(again, 3000);
  }
  const heard = {};
  function watch() {
    const newest = stream?.firstElementChild?.dataset.seq;
    source = new EventSource("/events" + (newest ? `?after=${newest}` : ""));
    source.addEventListener("error", () => { lost(); if (source.readyState === EventSource.CLOSED) setTimeout(again, 1000); });
    for (const name in heard) source.addEventListener(name, heard[name]);
  }
  heard.away = lost;
  heard.alarm = alarm;
  heard.here = () => { back(); missed = 0; };
  heard.entry = event => { if (lostAt) missed += 1; put(event.data); };
  heard.picture = event => {
    const cell = one(`li[data-seq="${CSS.escape(event.data)}"] .shot-cell`);
    if (!cell || one("a", cell)) return;
    const link = document.createElement("a"), image = document.createElement("img");
    link.href = "/log/" + event.data;
    link.dataset.picture = image.src = "/picture/" + event.data;
    image.className = "thumb shot";
    image.alt = words.pictureOf.replace("#", event.data);
    link.append(image);
    cell.replaceChildren(link);
  };
  heard.passed = event => {
    const [seq, html] = event.data.split("\n");
    const happened = one(`li[data-seq="${CSS.escape(seq)}"] .happened`);
    if (happened && !one(".passed", happened)) happened.append(parsed(html));
  };
  // A part in which somebody writes is left alone until they have done.
  const waiting = new Map();
  function renew(part, change) {
    if (!part) return;
    if (isBusy(part)) waiting.set(part, change); else { waiting.delete(part); change(); }
  }
  setInterval(() => { for (const [part, change] of waiting) renew(part, change); }, 500);
  heard.gates = event => { const part = document.getElementById("gates"); renew(part, () => { part.innerHTML = event.data; }); };
  heard.eyes = event => {
    const part = one("[data-eyes]"), end = event.data.indexOf("\n");
    const queue = event.data.slice(0, end), html = event.data.slice(end + 1);
    renew(part, () => {
      const front = content => one("[data-alarm]", content)?.dataset.alarm;
      if (part.dataset.queue === queue && front(part) !== front(parsed(html))) return;
      part.dataset.queue = queue;
      part.innerHTML = html;
      tick();
    });
  };
  heard.alarms = event => { for (const count of all("[data-count=alarms]")) { count.textContent = event.data; count.hidden = event.data === "0"; } };
  heard.over = () => { source.close(); again(); };
  watch();
  addEventListener("pagehide", () => source.close());
}

// The rest of a long list, when its end comes near.
const more = one("[data-more]");
if (more) new IntersectionObserver(async (seen, observer) => {
  if (!seen.some(entry => entry.isIntersecting)) return;
  observer.disconnect();
  const link = one("[data-more]");
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = one("ol.stream"), added = all("ol.stream > li", next);
  list.append(...added);
  const following = one("[data-more]", next);
  if (following && added.length) { link.href = following.href; observer.observe(link); } else { link.remove(); }
}, { rootMargin: "600px" }).observe(more);

// Files of the office: the answer comes below the form, which keeps what was chosen.
const stay = one("form[data-stay]");
stay?.addEventListener("submit", async event => {
  event.preventDefault();
  if (stay.dataset.sent) return;
  const place = document.getElementById(stay.dataset.stay);
  place.classList.add("stale");
  try {
    const answer = await fetch(stay.action, { method: "POST", body: new FormData(stay, event.submitter) });
    if (answer.redirected) { location.href = answer.url; return; }
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...(one("#" + stay.dataset.stay, told) || one("main", told)).childNodes);
  } catch { contact(words.lost.replace("#", new Date().toTimeString().slice(0, 8))); }
  place.classList.remove("stale");
  delete stay.dataset.sent;
});
const drop = one("[data-drop]");
for (const kind of ["dragover", "dragleave", "drop"]) drop?.addEventListener(kind, event => {
  event.preventDefault();
  drop.classList.toggle("over", kind === "dragover");
  if (kind === "drop") document.getElementById(drop.dataset.drop).files = event.dataTransfer.files;
});

for (const field of all("[autofocus]")) field.focus();
for (const ask of all("[data-ask]")) document.getElementById(ask.dataset.ask)?.focus();
for (const button of all("[data-print]")) button.addEventListener("click", () => print());
