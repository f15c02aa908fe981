// Starts the application of `stage.rs` and drives its pages.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { Visitors, firstLine, given, heading, launch } from "./visitors.mjs";

export { heading };

export async function start() {
  const program = spawn(given("STAGE"), { stdio: ["pipe", "pipe", "inherit"] });
  const { origin, sandbox } = JSON.parse(await firstLine(program));
  return new Stage(await launch(), program, origin, sandbox);
}

export class Stage extends Visitors {
  constructor(browser, program, origin, sandbox) {
    super(browser, "oauth-web");
    Object.assign(this, { program, origin, sandbox });
    this.foreign = origin.replace("127.0.0.1", "localhost");
  }

  async end() {
    await this.browser.close();
    this.program.stdin.end();
  }

  async control(path, body) {
    const { url, key } = this.sandbox.control;
    const method = body ? "POST" : "GET";
    const response = await fetch(`${url}/${path}`, {
      method,
      headers: { "X-Sandbox-Key": key },
      body: body && JSON.stringify(body),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response.status === 204 ? undefined : response.json();
  }

  async tokenCalls(provider) {
    return (await this.control(`${provider}/journal`)).token_calls;
  }

  connectUrl(provider, query = "account=acme") {
    return `${this.origin}/connect/${provider}?${query}`;
  }

  async decide(page, provider, decision, press) {
    const [user] = this.sandbox.providers[provider].users;
    await this.answer(page, { login: user.login ?? user.email, password: user.password }, decision, press);
  }

  /** Opens the connect URL like a bookmark, and confirms. */
  async begin(page, provider, query) {
    await page.goto(this.connectUrl(provider, query));
    await this.confirm(page);
  }

  /** Presses the button of the page that asks before an attempt begins. */
  async confirm(page) {
    await page.getByRole("button", { name: /^Continue to / }).click();
  }

  /** Connects an account, up to the page after the callback. */
  async connect(page, provider, query, decision = "approve") {
    await this.begin(page, provider, query);
    await this.decide(page, provider, decision);
    await page.waitForURL((url) => url.origin === this.origin);
  }
}
