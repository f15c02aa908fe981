// Drives Chromium for users, and checks the accessibility of the pages they see.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export function given(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: run these tests by \`cargo xtask browser\``);
  return value;
}

/** Returns the first line of a program's output. */
export function firstLine(program) {
  const lines = createInterface({ input: program.stdout });
  return new Promise((resolve, reject) => {
    lines.once("line", resolve);
    program.once("exit", (code) => reject(new Error(`${program.spawnfile} ended with ${code}`)));
  });
}

export const launch = () => chromium.launch({
  executablePath: given("CHROMIUM"),
  // Chromium has no sandbox for root, as in containers. The tests open their own pages only.
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});

export const heading = (page) => page.locator("h1").innerText();

export class Visitors {
  /** `folder` is the folder of the screenshots. */
  constructor(browser, folder) {
    this.browser = browser;
    this.screenshots = `${given("SCREENSHOTS")}/${folder}`;
    mkdirSync(this.screenshots, { recursive: true });
  }

  /** Opens a new browser context for a user. Errors that the browser reports fail the test. */
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

  /** Logs in if required, then approves or denies. `press` activates a button, such as by keyboard. */
  async answer(page, user, decision, press = (button) => button.click()) {
    const password = page.locator("input[type=password]");
    const consent = page.locator(`[data-decision=${decision}]`);
    await password.or(consent).first().waitFor();
    if (await password.isVisible()) {
      await page.locator("#user").fill(user.login);
      await password.fill(user.password);
      await press(page.locator("button.main"));
    }
    await press(consent);
  }

  /** Checks a page in light, dark and narrow layout, and takes screenshots. */
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
