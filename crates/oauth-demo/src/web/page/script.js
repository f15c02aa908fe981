// Updates the page. Everything works without it, after a reload.

const main = () => document.querySelector("main[data-version]");
let clockOffset = 0; // the sandbox's clock minus this machine's, in milliseconds

const pause = (millis) => new Promise((resolve) => { setTimeout(resolve, millis); });
const announce = (text) => {
  const news = document.getElementById("news");
  if (news.textContent !== text) news.textContent = text;
};

/** Replaces the live sections. Keeps focus, scroll position and open details. */
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
  announce(fresh.getElementById("news").textContent);
  if (focused && document.activeElement?.id !== focused)
    document.getElementById(focused)?.focus({ preventScroll: true });
  setClock();
}

function setClock() {
  clockOffset = Number(document.querySelector("[data-now]").dataset.now) - Date.now();
  tick();
}

function tick() {
  const now = Date.now() + clockOffset;
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
    // A hidden page would occupy one of the browser's few connections.
    if (document.hidden) await new Promise((resolve) => { addEventListener("visibilitychange", resolve, { once: true }); });
    try {
      const response = await fetch(`/live?after=${main().dataset.version}`, { cache: "no-store" });
      if (response.status === 200) show(await response.text());
      else if (response.status !== 204) throw new Error(`status ${response.status}`);
      document.documentElement.removeAttribute("data-gone");
    } catch {
      document.documentElement.setAttribute("data-gone", "");
      announce("The demo has stopped or is not reachable.");
      await pause(2000);
    }
  }
}

// Sends forms without reloading the page.
addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-quiet")) return;
  event.preventDefault();
  const { submitter } = event;
  submitter?.setAttribute("aria-busy", "true");
  try {
    const body = new URLSearchParams(new FormData(form, submitter));
    const response = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (response.type !== "opaqueredirect") location.reload();
  } catch {
    announce("The demo has stopped or is not reachable.");
  } finally {
    document.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

setClock();
setInterval(tick, 1000);
follow();
