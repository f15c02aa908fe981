// Starts `oauth demo --web`, and knows its page.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { Visitors, firstLine, given, launch } from "../../../oauth-web/tests/browser/visitors.mjs";

export async function start() {
  const program = spawn(given("OAUTH"), ["demo", "--web"], { stdio: ["ignore", "pipe", "ignore"] });
  const address = await firstLine(program);
  return new Demo(await launch(), program, address);
}

export class Demo extends Visitors {
  constructor(browser, program, address) {
    super(browser, "oauth-demo");
    Object.assign(this, { program, address, origin: new URL(address).origin });
  }

  /** Ends it as a person at a terminal does; gives its exit code. */
  async end() {
    await this.browser.close();
    const ended = new Promise((resolve) => { this.program.once("exit", resolve); });
    this.program.kill("SIGINT");
    return ended;
  }

  row(page, provider) {
    return page.locator(`tr[data-provider=${provider}]`);
  }

  /** Waits until the connection to this provider is like this. */
  async becomes(page, provider, health) {
    await page.locator(`tr[data-provider=${provider}][data-health=${health}]`).waitFor();
  }

  /** Reads who can log in off the provider's own page, and goes on as the first of them. */
  async decide(page, decision = "approve", press = undefined) {
    const password = page.locator("input[type=password]");
    const consent = page.locator(`[data-decision=${decision}]`);
    await password.or(consent).first().waitFor();
    const user = {};
    if (await password.isVisible())
      [user.login, user.password] = (await page.locator("table code").allInnerTexts()).slice(0, 2);
    await this.answer(page, user, decision, press);
  }

  /** From the page through login and consent and back. */
  async connect(page, provider) {
    await page.locator(`#connect-${provider}`).click();
    await this.decide(page);
    await page.waitForURL((url) => url.origin === this.origin);
    await this.becomes(page, provider, "valid");
  }

  /** How many token calls the wire shows. */
  async tokenCalls(page) {
    return page.locator("#wire summary", { hasText: /POST .*token/ }).count();
  }

  /** Nothing that was typed or looks like a token stands on the page. */
  async holdsNoSecret(page) {
    const text = await page.locator("body").innerHTML();
    assert.doesNotMatch(text, /Bearer (?!\[)|token="(?!\[)/);
    for (const [, value] of text.matchAll(/<dt>(?:access_token|refresh_token|code|client_secret|state|code_verifier|password)<\/dt><dd>([^<]*)/g))
      assert.match(value, /^\[[a-zA-Z ]+\d*\]$/);
  }
}
