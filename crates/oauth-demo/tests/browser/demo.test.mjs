// Tests of `oauth demo --web` in a real browser.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./demo.mjs";

const PROVIDERS = { go1: "Go1", gocd: "GoCD", cobot: "Cobot", cohortgo: "Cohort Go" };

let demo;
before(async () => { demo = await start(); });
after(async () => assert.equal(await demo?.end(), 0));

/** A test with its own browser context, which must log no errors, on a page without connections. */
function scene(name, play, options) {
  test(name, { timeout: 120_000 }, async () => {
    const person = await demo.person(options);
    try {
      const page = await person.newPage();
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(demo.address);
      await page.locator("#start-over").click();
      await demo.becomes(page, "go1", "not-connected");
      await play(page, person);
      await demo.holdsNoSecret(page);
      assert.deepEqual(person.complaints, []);
    } finally {
      await person.close();
    }
  });
}

scene("connect all four through login and consent", async (page) => {
  await demo.look(page, "empty");
  for (const [provider, title] of Object.entries(PROVIDERS)) {
    await demo.connect(page, provider);
    await demo.row(page, provider).getByText("Valid").waitFor();
    await demo.row(page, provider).locator(".who").waitFor();
    assert.equal(await demo.row(page, provider).locator(".provider").innerText(), title);
  }
  assert.equal(await demo.tokenCalls(page), 4);
  await demo.look(page, "all-connected");
});

scene("watch a refresh after 13 hours", async (page) => {
  await demo.connect(page, "go1");
  const calls = await demo.tokenCalls(page);
  const time = page.locator("#connections time[data-until]");
  const before = await time.innerText();
  // The time counts down.
  await page.waitForFunction((before) => document.querySelector("[data-until]").textContent < before, before);
  await page.getByRole("button", { name: "13 hours later" }).click();
  await demo.row(page, "go1").getByText("Refreshed 1 time").waitFor();
  await demo.becomes(page, "go1", "valid");
  assert.match(await time.innerText(), /^1[12]:/);
  assert.equal(await demo.tokenCalls(page), calls + 1);
  assert.equal(await page.locator("#news").innerText(), "go1: refreshed");
  assert.equal(page.url(), demo.address, "the page did not change");
  // An open log entry stays open when the page is updated.
  const call = page.locator("#wire details").first();
  await call.locator("summary").click();
  const open = page.locator("#wire details[open]");
  assert.match(await open.innerText(), /refresh_token\s+\[refresh token( \d+)?\]/);
  const id = await open.getAttribute("id");
  await page.getByRole("button", { name: "Call API, Go1" }).click();
  await demo.row(page, "go1").getByText("API response:").waitFor();
  assert.equal(await open.getAttribute("id"), id);
});

scene("a refresh in flight is shown", async (page) => {
  await demo.connect(page, "go1");
  await page.getByRole("button", { name: "Slow response, 100 callers, at Go1" }).click();
  await demo.becomes(page, "go1", "refreshing");
  await demo.look(page, "refreshing");
  await demo.becomes(page, "go1", "valid");
  await page.getByText(/^100 callers waited 1\.\d s for 1 token call, and all received the same headers\.$/).waitFor();
});

scene("a lost response, and a reconnection", async (page) => {
  await demo.connect(page, "go1");
  await page.getByRole("button", { name: "Response lost, at Go1" }).click();
  await demo.becomes(page, "go1", "needs-reconnect");
  await demo.row(page, "go1").getByText("response to a refresh was lost").waitFor();
  await demo.look(page, "lost-response");
  await demo.connect(page, "go1");
});

scene("a wrong secret stops after one call, and is corrected", async (page) => {
  await demo.connect(page, "go1");
  const calls = await demo.tokenCalls(page);
  await page.getByRole("button", { name: "Wrong client secret, at Go1" }).click();
  await demo.becomes(page, "go1", "client-rejected");
  await page.getByRole("button", { name: "13 hours later" }).click();
  await page.getByText("You advanced the clock by 13 hours.").waitFor();
  assert.equal(await demo.tokenCalls(page), calls + 1);
  await demo.look(page, "wrong-secret");
  await page.getByRole("button", { name: "Correct the secret, Go1" }).click();
  await demo.becomes(page, "go1", "valid");
});

scene("deny access and return", async (page) => {
  await page.locator("#connect-gocd").click();
  await demo.decide(page, "deny");
  await page.getByRole("heading", { name: "GoCD was not connected" }).waitFor();
  await page.getByRole("link", { name: "Back" }).click();
  await demo.becomes(page, "gocd", "not-connected");
});

scene("without JavaScript everything works", async (page) => {
  await page.locator("noscript a").waitFor({ state: "attached" });
  for (const provider of ["go1", "cobot"]) await demo.connect(page, provider);
  await page.getByRole("button", { name: "13 hours later" }).click();
  // The response to the button is the updated page.
  assert.equal(page.url(), `${demo.address}#top`);
  assert.match(await demo.row(page, "go1").innerText(), /Valid[^]*Refreshed 1 time/);
  await page.getByRole("button", { name: "Access revoked, at Cobot" }).click();
  assert.equal(page.url(), `${demo.address}#connections`);
  assert.match(await demo.row(page, "cobot").innerText(), /Needs reconnection/);
  await page.locator("#wire summary").first().click();
  assert.equal(await page.locator("#wire details[open]").count(), 1);
}, { javaScriptEnabled: false });

scene("with the keyboard alone", async (page) => {
  const press = (button) => button.press("Enter");
  await press(page.locator("#connect-go1"));
  await demo.decide(page, "approve", press);
  await demo.becomes(page, "go1", "valid");
  await press(page.locator("#refresh-go1"));
  await demo.row(page, "go1").getByText("Refreshed 1 time").waitFor();
  // The page was updated, and the focus is unchanged and visible.
  const focus = () => page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return [document.activeElement.id, outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
  });
  assert.deepEqual(await focus(), ["refresh-go1", true]);
  await page.keyboard.press("Tab");
  assert.deepEqual(await focus(), ["disconnect-go1", true]);
  await page.keyboard.press("Enter");
  await demo.becomes(page, "go1", "not-connected");
});

scene("a form on another site's page does nothing", async (page, person) => {
  await demo.connect(page, "go1");
  const evil = await person.newPage();
  await evil.route("https://evil.example/", (route) => route.fulfill({
    contentType: "text/html",
    body: `<form method="post" action="${demo.address}connections/go1/disconnect"><button>Win</button></form>`,
  }));
  await evil.goto("https://evil.example/");
  const [response] = await Promise.all([
    evil.waitForResponse((response) => response.request().method() === "POST"),
    evil.getByRole("button").click(),
  ]);
  assert.equal(response.status(), 403);
  await evil.getByRole("heading", { name: "Request from another site" }).waitFor();
  await demo.look(evil, "refused");
  await page.reload();
  await demo.becomes(page, "go1", "valid");
});

scene("on a phone", async (page) => {
  await demo.connect(page, "go1");
  await demo.connect(page, "cohortgo");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: `${demo.screenshots}/phone.png`, fullPage: true });
  // Every target is large enough (WCAG 2.2, 2.5.8).
  const small = await page.locator("button, a.button, summary").evaluateAll((all) => all
    .map((one) => [one.textContent, one.getBoundingClientRect().height])
    .filter(([, height]) => height > 0 && height < 24));
  assert.deepEqual(small, []);
}, { hasTouch: true });
