// Keeps the page as it is now. Everything works without it, by loading the page again.

const main = () => document.querySelector("main[data-version]");
let ahead = 0; // by how much the sandbox's clock is ahead of this machine's, in milliseconds

const pause = (millis) => new Promise((resolve) => { setTimeout(resolve, millis); });
const say = (text) => {
  const news = document.getElementById("news");
  if (news.textContent !== text) news.textContent = text;
};

/** Puts in place what differs. The focus stays where it is, and what was opened stays open. */
function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const focused = document.activeElement?.id;
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    for (const open of old.querySelectorAll("details[open]"))
      fresh.getElementById(open.id)?.setAttribute("open", "");
    const top = old.querySelector(".scroll")?.scrollTop;
    old.replaceWith(part);
    if (top) part.querySelector(".scroll").scrollTop = top;
  }
  main().dataset.version = fresh.querySelector("main[data-version]").dataset.version;
  say(fresh.getElementById("news").textContent);
  if (focused && document.activeElement?.id !== focused)
    document.getElementById(focused)?.focus({ preventScroll: true });
  setClock();
}

function setClock() {
  ahead = Number(document.querySelector("[data-now]").dataset.now) - Date.now();
  tick();
}

function tick() {
  const now = Date.now() + ahead;
  document.querySelector("[data-now]").textContent = new Date(now).toISOString().slice(11, 19);
  for (const until of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.floor((Number(until.dataset.until) - now) / 1000));
    if (left >= 48 * 3600) continue;
    const [hours, minutes, seconds] = [left / 3600, (left / 60) % 60, left % 60].map(Math.floor);
    until.textContent = `${hours}:${String(minutes).padStart(2, "0")}:${String(seconds).padStart(2, "0")}`;
  }
}

async function follow() {
  for (;;) {
    // A hidden page would only take one of the few connections that a browser makes.
    if (document.hidden) await new Promise((resolve) => { addEventListener("visibilitychange", resolve, { once: true }); });
    try {
      const answer = await fetch(`/live?after=${main().dataset.version}`, { cache: "no-store" });
      if (answer.status === 200) show(await answer.text());
      else if (answer.status !== 204) throw new Error(`status ${answer.status}`);
      document.documentElement.removeAttribute("data-gone");
    } catch {
      document.documentElement.setAttribute("data-gone", "");
      say("The demo has ended, or cannot be reached.");
      await pause(2000);
    }
  }
}

// A button does its work without loading the page again.
addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-quiet")) return;
  event.preventDefault();
  const { submitter } = event;
  submitter?.setAttribute("aria-busy", "true");
  try {
    const body = new URLSearchParams(new FormData(form, submitter));
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect") location.reload();
  } catch {
    say("The demo has ended, or cannot be reached.");
  } finally {
    document.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

setClock();
setInterval(tick, 1000);
follow();
