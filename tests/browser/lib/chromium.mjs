import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { target } from './stack.mjs';

const PROGRAM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
export const DESKTOP = { viewport: { width: 1280, height: 900 } };

const SHOTS = path.join(target, 'screenshots');

export async function launch() {
  if (!existsSync(PROGRAM)) throw new Error(`install Chromium as ${PROGRAM} (Debian: apt-get install chromium)`);
  mkdirSync(SHOTS, { recursive: true });
  return chromium.launch({ executablePath: PROGRAM, args: FLAGS });
}

/// Somebody with a browser of their own.
export async function visitor(browser, options = PHONE) {
  const { language = 'en', ...rest } = options;
  const context = await browser.newContext({ locale: language, ...rest });
  context.setDefaultTimeout(30_000);
  return new Visit(await context.newPage(), Boolean(options.hasTouch), language);
}

/// A tab.
export class Visit {
  taps = 0;
  bytes = 0;
  requests = 0;

  constructor(page, touch, language) {
    this.page = page;
    this.touch = touch;
    this.language = language;
  }

  /// Follows a link from outside, as a tap in the mail does, and weighs the page.
  async open(url) {
    this.taps += 1;
    const bodies = [];
    const weigh = (response) => bodies.push(response.body());
    this.page.on('response', weigh);
    const response = await this.page.goto(url);
    this.page.off('response', weigh);
    this.requests = bodies.length;
    this.bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
    return response;
  }

  async tap(locator) {
    this.taps += 1;
    await (this.touch ? locator.tap() : locator.click());
  }

  press(name) {
    return this.tap(this.page.getByRole('button', { name }));
  }

  text() {
    return this.page.locator('body').innerText();
  }

  heading() {
    return this.page.locator('h1').innerText();
  }

  /// Another tab of the same browser.
  async tab() {
    return new Visit(await this.page.context().newPage(), this.touch, this.language);
  }

  shoot(name, options = { fullPage: true }) {
    return this.page.screenshot({ path: path.join(SHOTS, `${name}.png`), ...options });
  }

  leave() {
    return this.page.context().close();
  }
}
