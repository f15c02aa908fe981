// Starts `oauth demo --web` and drives its page.

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

  /** Stops the demo with SIGINT and returns its exit code. */
  async end() {
    await this.browser.close();
    const ended = new Promise((resolve) => { this.program.once("exit", resolve); });
    this.program.kill("SIGINT");
    return ended;
  }

  row(page, provider) {
    return page.locator(`tr[data-provider=${provider}]`);
  }

  /** Waits until the connection to the provider has this state. */
  async becomes(page, provider, health) {
    await page.locator(`tr[data-provider=${provider}][data-health=${health}]`).waitFor();
  }

  /** Reads the test accounts from the provider's login page and continues as the first one. */
  async decide(page, decision = "approve", press = undefined) {
    const password = page.locator("input[type=password]");
    const consent = page.locator(`[data-decision=${decision}]`);
    await password.or(consent).first().waitFor();
    const user = {};
    if (await password.isVisible())
      [user.login, user.password] = (await page.locator("table code").allInnerTexts()).slice(0, 2);
    await this.answer(page, user, decision, press);
  }

  /** Connects a provider: login, consent and redirect back. */
  async connect(page, provider) {
    await page.locator(`#connect-${provider}`).click();
    await this.decide(page);
    await page.waitForURL((url) => url.origin === this.origin);
    await this.becomes(page, provider, "valid");
  }

  /** The number of token calls in the log. */
  async tokenCalls(page) {
    return page.locator("#wire summary", { hasText: /POST .*token/ }).count();
  }

  /** Checks that the page contains no secret. */
  async holdsNoSecret(page) {
    const text = await page.locator("body").innerHTML();
    assert.doesNotMatch(text, /Bearer (?!\[)|token="(?!\[)/);
    for (const [, value] of text.matchAll(/<dt>(?:access_token|refresh_token|code|client_secret|state|code_verifier|password)<\/dt><dd>([^<]*)/g))
      assert.match(value, /^\[[a-zA-Z ]+\d*\]$/);
  }
}
