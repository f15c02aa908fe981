// Tests of the routes in Chromium, with sandbox providers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { heading, start } from "./stage.mjs";

const PROVIDERS = { cohortgo: "Cohort Go", cobot: "Cobot", go1: "Go1", gocd: "GoCD" };

let stage;
before(async () => { stage = await start(); });
after(() => stage?.end());

/** A test with a new user, whose browser must report no error. */
function scene(name, play, options) {
  test(name, { timeout: 120_000 }, async () => {
    const user = await stage.person(options);
    try {
      await play(user, await user.newPage());
      assert.deepEqual(user.complaints, []);
    } finally {
      await user.close();
    }
  });
}

for (const [provider, title] of Object.entries(PROVIDERS)) {
  scene(`${title}: connect through login and consent`, async (user, page) => {
    const before = await stage.tokenCalls(provider);
    await stage.connect(page, provider);
    assert.equal(await heading(page), `${title} is connected`);
    assert.equal(await stage.tokenCalls(provider), before + 1);
    await stage.look(page, `connected-${provider}`);
    await page.getByRole("link", { name: "Continue" }).click();
    assert.equal(await heading(page), "Home");
  });

  scene(`${title}: deny access`, async (user, page) => {
    const before = await stage.tokenCalls(provider);
    await stage.connect(page, provider, "account=acme&return_to=/courses", "deny");
    assert.equal(await heading(page), `${title} was not connected`);
    assert.equal(await stage.tokenCalls(provider), before);
    await stage.look(page, `denied-${provider}`);
    await page.getByRole("link", { name: `Connect ${title}` }).click();
    await stage.decide(page, provider, "approve");
    await page.waitForURL(`${stage.origin}/courses`);
  });
}

scene("an expired attempt is shown and started again", async (user, page) => {
  await stage.begin(page, "go1", "account=acme&return_to=/courses");
  await stage.control("go1/advance", { seconds: 16 * 60 });
  await stage.decide(page, "go1", "approve");
  await page.waitForURL((url) => url.origin === stage.origin);
  assert.equal(await heading(page), "That took too long");
  await stage.look(page, "expired");
  await page.getByRole("link", { name: "Start again" }).click();
  await stage.decide(page, "go1", "approve");
  await page.waitForURL(`${stage.origin}/courses`);
});

scene("two tabs, the second finished first", async (user, first) => {
  const second = await user.newPage();
  await stage.begin(first, "go1", "account=first");
  await stage.begin(second, "gocd", "account=second");
  await stage.decide(second, "gocd", "approve");
  await second.waitForURL((url) => url.origin === stage.origin);
  assert.equal(await heading(second), "GoCD is connected");
  await stage.decide(first, "go1", "approve");
  await first.waitForURL((url) => url.origin === stage.origin);
  assert.equal(await heading(first), "Go1 is connected");
});

scene("reload and the back button send no second token request", async (user, page) => {
  const before = await stage.tokenCalls("go1");
  await stage.connect(page, "go1");
  await page.reload();
  assert.equal(await heading(page), "Go1 is connected");
  await page.getByRole("link", { name: "Continue" }).click();
  await page.waitForURL(`${stage.origin}/`);
  await page.goBack();
  assert.equal(await heading(page), "Go1 is connected");
  assert.equal(await stage.tokenCalls("go1"), before + 1);
});

scene("a replayed callback sends nothing, even with the old cookie", async (user, page) => {
  await stage.begin(page, "go1");
  // The cookies while the user is at the provider, as a thief would copy them.
  const remembered = await user.cookies();
  let callback;
  page.on("request", (request) => { if (request.url().includes("/callback/go1?")) callback = request.url(); });
  await stage.decide(page, "go1", "approve");
  await page.waitForURL((url) => url.origin === stage.origin);
  assert.equal(await heading(page), "Go1 is connected");
  const calls = await stage.tokenCalls("go1");
  const thief = await stage.person();
  await thief.addCookies(remembered);
  const theirs = await thief.newPage();
  await theirs.goto(callback);
  assert.equal(await heading(theirs), "This was already finished");
  await stage.look(theirs, "replayed");
  await thief.close();
  // The original browser still shows the result.
  await page.goto(`${stage.origin}/`);
  await page.goto(callback);
  assert.equal(await heading(page), "Go1 is connected");
  assert.equal(await stage.tokenCalls("go1"), calls);
});

scene("the back button at the provider, then a second attempt", async (user, page) => {
  await page.goto(`${stage.origin}/`);
  await stage.begin(page, "go1", "account=acme&return_to=/courses");
  const password = page.locator("input[type=password]");
  await password.waitFor();
  await page.goBack();
  assert.equal(await heading(page), "Connect Go1?");
  // The second attempt is finished.
  await stage.begin(page, "go1", "account=acme&return_to=/courses");
  await stage.decide(page, "go1", "approve");
  await page.waitForURL(`${stage.origin}/courses`);
});

scene("a callback in another browser is rejected", async (user, page) => {
  const before = await stage.tokenCalls("go1");
  const attacker = await stage.person();
  const theirs = await attacker.newPage();
  await stage.begin(theirs, "go1", "account=evil");
  // The attacker approves, and keeps the callback URL.
  const kept = new Promise((resolve) => stage.decide(theirs, "go1", "approve", async (button) => {
    if ((await button.getAttribute("data-decision")) === "approve")
      await theirs.route("**", async (route) => {
        resolve((await route.fetch({ maxRedirects: 0 })).headers().location);
        await route.abort();
      });
    await button.click();
  }));
  const callback = await kept;
  assert.match(callback, /[?&]code=/);
  await attacker.close();
  await page.goto(callback);
  assert.equal(await heading(page), "This was not started in this browser");
  assert.equal(await stage.tokenCalls("go1"), before);
  await stage.look(page, "another-browser");
});

scene("in a foreign frame: no cookie, and a link to the whole window", async (user, page) => {
  await page.goto(`${stage.foreign}/foreign-frame`);
  const frame = page.frameLocator("iframe");
  await frame.getByRole("link", { name: "Connect" }).click();
  const out = frame.getByRole("link", { name: "Continue to Cobot" });
  await out.waitFor();
  assert.deepEqual(await user.cookies(), []);
  await page.screenshot({ path: `${stage.screenshots}/in-a-frame.png` });
  await out.click();
  await stage.look(page, "confirm");
  await stage.confirm(page);
  await stage.decide(page, "cobot", "approve");
  await page.waitForURL(`${stage.origin}/courses`);
});

scene("pages cannot be framed by others", async (user, page) => {
  await page.goto(`${stage.foreign}/foreign-frame`);
  const refused = await page.evaluate(async (src) => {
    const frame = document.createElement("iframe");
    frame.src = src;
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    document.body.append(frame);
    await loaded;
    return frame.contentDocument === null;
  }, `${stage.origin}/callback/go1?code=1&state=2`);
  assert.ok(refused);
  const framed = page.frames().at(-1);
  while (framed.url() === "") await page.waitForTimeout(20);
  assert.match(framed.url(), /^chrome-error:/);
  user.complaints.length = 0; // the browser reports the expected refusal
});

scene("a pop-up tells its opener and closes", async (user, page) => {
  await page.goto(`${stage.origin}/opener`);
  for (const [decision, outcome] of [["approve", "connected"], ["deny", "denied"]]) {
    await page.evaluate(() => { window.heard = []; });
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.locator("#open").click()]);
    const closed = popup.waitForEvent("close");
    await stage.decide(popup, "go1", decision);
    await closed;
    await page.waitForFunction(() => window.heard.length > 0);
    const data = { type: "oauth-web", provider: "go1", account: "acme", outcome };
    assert.deepEqual(await page.evaluate(() => window.heard), [{ origin: stage.origin, data }]);
  }
});

scene("a pop-up of a failed attempt stays open with the reason", async (user, page) => {
  await page.goto(`${stage.origin}/opener`);
  await stage.control("go1/faults", { on: "token", fault: { kind: "drop_response" } });
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.locator("#open").click()]);
  await stage.decide(popup, "go1", "approve");
  await page.waitForFunction(() => window.heard.length > 0);
  assert.equal((await page.evaluate(() => window.heard))[0].data.outcome, "failed");
  assert.equal(await heading(popup), "Go1 did not respond correctly");
  await stage.look(popup, "unavailable");
});

scene("a foreign opener receives nothing", async (user, page) => {
  await page.goto(`${stage.foreign}/foreign-opener`);
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.locator("#open").click()]);
  const closed = popup.waitForEvent("close");
  await stage.confirm(popup);
  await stage.decide(popup, "go1", "approve");
  await closed;
  await page.waitForTimeout(300); // a message must not arrive
  assert.deepEqual(await page.evaluate(() => window.heard), []);
  user.complaints.length = 0; // the browser reports the blocked message
});

scene("without JavaScript everything but closing works", async (user, page) => {
  await stage.connect(page, "cobot", "account=acme&mode=popup");
  assert.equal(await heading(page), "Cobot is connected");
  await page.getByText("You can close this window.").waitFor();
  await stage.connect(page, "gocd", "account=acme", "deny");
  await page.getByRole("link", { name: "Connect GoCD" }).click();
  await stage.decide(page, "gocd", "approve");
  assert.equal(await heading(page), "GoCD is connected");
}, { javaScriptEnabled: false });

scene("with the keyboard alone", async (user, page) => {
  await stage.begin(page, "go1");
  await stage.decide(page, "go1", "deny", (button) => button.press("Enter"));
  await page.waitForURL((url) => url.origin === stage.origin);
  const seen = [];
  for (let n = 0; n < 2; n += 1) {
    await page.keyboard.press("Tab");
    seen.push(await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return [document.activeElement.textContent, outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
    }));
  }
  assert.deepEqual(seen, [["Back", true], ["Connect Go1", true]]);
  await page.keyboard.press("Enter");
  await stage.decide(page, "go1", "approve", (button) => button.press("Enter"));
  await page.waitForURL((url) => url.origin === stage.origin);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${stage.origin}/`);
});

scene("the other pages are accessible", async (user, page) => {
  for (const [name, path, says] of [
    ["broken-link", "/connect/go1?return_to=//evil.example", "This link does not work"],
    ["unknown-provider", "/connect/unknown", "There is nothing to connect here"],
    ["not-allowed", "/connect/go1?account=forbidden", "You cannot connect Go1 here"],
    ["leave-frame", "/connect/cobot?mode=iframe", "Connect Cobot"],
  ]) {
    await page.goto(`${stage.origin}${path}`);
    if (name === "not-allowed")
      await stage.confirm(page);
    assert.equal(await heading(page), says);
    await stage.look(page, name);
  }
  for (const [name, fault, says] of [
    ["refused", { kind: "answer", status: 400, body: '{"error":"invalid_grant"}' }, "Go1 refused the connection"],
    ["misconfigured", { kind: "answer", status: 401, body: '{"error":"invalid_client"}' }, "Go1 cannot be connected at the moment"],
  ]) {
    await stage.control("go1/faults", { on: "token", fault });
    await stage.connect(page, "go1");
    assert.equal(await heading(page), says);
    await stage.look(page, name);
  }
});

scene("connections are listed, connected and disconnected", async (user, page) => {
  const list = `${stage.origin}/connections?account=list`;
  await page.goto(list);
  assert.equal(await heading(page), "Connections");
  await stage.look(page, "connections-none");
  for (const [provider, title] of Object.entries(PROVIDERS)) {
    await page.getByRole("link", { name: `Connect ${title}` }).click();
    await stage.decide(page, provider, "approve");
    await page.waitForURL(list);
    await page.getByRole("button", { name: `Disconnect ${title}` }).waitFor();
  }
  await stage.look(page, "connections");
  // Cobot's token is revoked. The others learn how to revoke theirs.
  await page.getByRole("button", { name: "Disconnect Cobot" }).click();
  await page.getByRole("link", { name: "Connect Cobot" }).waitFor();
  assert.equal(page.url(), list);
  await page.getByRole("button", { name: "Disconnect Go1" }).click();
  await page.waitForURL(/\/disconnect\//);
  assert.equal(await heading(page), "Go1 is disconnected");
  await stage.look(page, "disconnected");
  await page.getByRole("link", { name: "Continue" }).click();
  await page.getByRole("link", { name: "Connect Go1" }).waitFor();
});

scene("a connection that cannot be revoked is kept", async (user, page) => {
  const list = `${stage.origin}/connections?account=kept`;
  await page.goto(list);
  await page.getByRole("link", { name: "Connect Cobot" }).click();
  await stage.decide(page, "cobot", "approve");
  await page.waitForURL(list);
  await stage.control("cobot/faults", { on: "api", fault: { kind: "answer", status: 403, body: "no" } });
  await page.getByRole("button", { name: "Disconnect Cobot" }).click();
  await page.waitForURL(/\/disconnect\//);
  assert.equal(await heading(page), "Cobot was not disconnected");
  await stage.look(page, "not-disconnected");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("link", { name: "Connect Cobot" }).waitFor();
});

scene("a form of a foreign page disconnects nothing", async (user, page) => {
  const list = `${stage.origin}/connections?account=foreign-form`;
  await page.goto(list);
  await page.getByRole("link", { name: "Connect Go1" }).click();
  await stage.decide(page, "go1", "approve");
  await page.waitForURL(list);
  await page.goto(`${stage.foreign}/foreign-form`);
  await page.getByRole("button", { name: "Take it" }).click();
  await page.waitForURL(/\/disconnect\//);
  assert.equal(await heading(page), "Disconnect Go1?");
  await stage.look(page, "confirm-disconnect");
  await page.goto(list);
  await page.getByRole("button", { name: "Disconnect Go1" }).waitFor();
});

scene("a code is not passed on as a referrer", async (user, page) => {
  await stage.connect(page, "go1");
  assert.doesNotMatch(page.url(), /[?&](code|state)=/);
  const [request] = await Promise.all([
    page.waitForRequest(`${stage.origin}/`),
    page.getByRole("link", { name: "Continue" }).click(),
  ]);
  assert.equal((await request.allHeaders()).referer, undefined);
  assert.equal(await page.evaluate(() => document.referrer), "");
});
