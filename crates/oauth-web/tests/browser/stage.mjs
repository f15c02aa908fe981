// Starts the stage and the browser, and knows how a person goes through the providers' pages.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

function given(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: run these tests by \`cargo xtask browser\``);
  return value;
}

export async function start() {
  const screenshots = given("SCREENSHOTS");
  mkdirSync(screenshots, { recursive: true });
  const process_ = spawn(given("STAGE"), { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: process_.stdout });
  const first = await new Promise((resolve, reject) => {
    lines.once("line", resolve);
    process_.once("exit", (code) => reject(new Error(`the stage ended with ${code}`)));
  });
  const { origin, sandbox } = JSON.parse(first);
  const browser = await chromium.launch({
    executablePath: given("CHROMIUM"),
    // Root, as in containers, has no sandbox of Chromium's; what is opened here is our own.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  return new Stage({ origin, sandbox, browser, process_, screenshots });
}

export class Stage {
  constructor(parts) {
    Object.assign(this, parts);
    this.foreign = this.origin.replace("127.0.0.1", "localhost");
  }

  async end() {
    await this.browser.close();
    this.process_.stdin.end();
  }

  /** A person with a browser of their own. What the browser complains about fails the test. */
  async person(options = {}) {
    const context = await this.browser.newContext(options);
    context.setDefaultTimeout(15_000);
    context.complaints = [];
    context.on("console", (message) => {
      if (message.type() === "error" && /Content Security Policy|Refused to/.test(message.text()))
        context.complaints.push(message.text());
    });
    context.on("weberror", (error) => context.complaints.push(String(error.error())));
    return context;
  }

  async control(path, body) {
    const { url, key } = this.sandbox.control;
    const method = body ? "POST" : "GET";
    const answer = await fetch(`${url}/${path}`, {
      method,
      headers: { "X-Sandbox-Key": key },
      body: body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.status === 204 ? undefined : answer.json();
  }

  async tokenCalls(provider) {
    return (await this.control(`${provider}/journal`)).token_calls;
  }

  connectUrl(provider, query = "account=acme") {
    return `${this.origin}/connect/${provider}?${query}`;
  }

  /** Logs in where asked, and answers the question. `key`, as a person without a mouse does. */
  async decide(page, provider, decision, press = (button) => button.click()) {
    const [user] = this.sandbox.providers[provider].users;
    const password = page.locator("input[type=password]");
    const consent = page.locator(`[data-decision=${decision}]`);
    await password.or(consent).first().waitFor();
    if (await password.isVisible()) {
      await page.locator("#user").fill(user.login ?? user.email);
      await password.fill(user.password);
      await press(page.locator("button.main"));
    }
    await press(consent);
  }

  /** From the link to whatever comes after the callback. */
  async connect(page, provider, query, decision = "approve") {
    await page.goto(this.connectUrl(provider, query));
    await this.decide(page, provider, decision);
    await page.waitForURL((url) => url.origin === this.origin);
  }

  /** Looks at a page as different people see it; keeps pictures. */
  async look(page, name) {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${this.screenshots}/${name}-${colorScheme}.png`, fullPage: true });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() =>
        window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
      );
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
      assert.deepEqual(found, [], `${name}, ${colorScheme}`);
    }
    const size = page.viewportSize();
    // 400 % zoom on a screen of 1280 pixels (WCAG 2.1, 1.4.10).
    await page.setViewportSize({ width: 320, height: 640 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${name} is ${overflow} pixels too wide for 320`);
    await page.screenshot({ path: `${this.screenshots}/${name}-narrow.png`, fullPage: true });
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: null });
  }
}

export const heading = (page) => page.locator("h1").innerText();
