import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findings } from '../lib/axe.mjs';
import { billed } from '../lib/billing.mjs';
import { DESKTOP, PHONE } from '../lib/chromium.mjs';
import { GOOD_CARD, isOpen, payByCard } from '../lib/hosted.mjs';
import { PAY, alone, states } from '../lib/states.mjs';
import { until } from '../lib/until.mjs';
import { LANGUAGES, words } from '../lib/words.mjs';
import { visit } from '../lib/world.mjs';

const SIZES = { phone: PHONE.viewport, desktop: DESKTOP.viewport };
/// WCAG 2.2, 1.4.10: nothing is cut off, and nothing scrolls sideways, at this width.
const NARROW = { width: 320, height: 640 };

export default function looks() {
  describe('every page and state', { concurrency: 3 }, () => {
    for (const language of LANGUAGES) {
      for (const [name, reach] of Object.entries(states)) {
        test(`${name}, ${language}: no barrier, light or dark, small or large`, () => look(name, reach, language));
      }
    }
    test('receipt-confirming: it looks again by itself until the word has come', confirming);
  });
  for (const language of LANGUAGES) {
    for (const [name, reach] of Object.entries(alone)) {
      test(`${name}, ${language}: no barrier, light or dark, small or large`, () => look(name, reach, language));
    }
  }
}

async function look(name, reach, language) {
  const visitor = await visit({ viewport: PHONE.viewport, language });
  await reach(visitor);
  assert.equal(await visitor.page.locator('html').getAttribute('lang'), language);
  await inspect(visitor, `${name}-${language}`);
  await visitor.leave();
}

async function inspect(visitor, name) {
  const { page } = visitor;
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await visitor.shoot(`${name}-${size}-${colorScheme}`);
      assert.deepEqual(await findings(page), [], `${name}, ${size}, ${colorScheme}`);
    }
  }
  await page.setViewportSize(NARROW);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= NARROW.width, `${name} is ${wide} pixels wide`);
  await walk(page);
  assert.equal(await page.locator('script').count(), 0);
}

/// With the Tab key to everything that can be used, and out of the page.
async function walk(page) {
  // Of radio buttons of one name the Tab key reaches one.
  const inputs = 'input:not([type=hidden], [type=radio]), input[type=radio]:checked';
  const usable = await page.locator(`a[href], button, summary, ${inputs}`).filter({ visible: true }).count();
  const reached = new Set();
  for (let presses = 0; presses < 20 && reached.size < usable + 1; presses += 1) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement.outerHTML));
  }
  assert.equal(reached.size, usable + 1, 'everything, and then the page itself');
}

/// The word of the processor is late: the page was reached before the payment was made.
async function confirming() {
  const { link } = await billed();
  const visitor = await visit({ viewport: PHONE.viewport });
  await visitor.open(link);
  await visitor.press(PAY);
  await isOpen(visitor);
  const payer = await visitor.tab();
  await payer.open(visitor.page.url());
  await visitor.tap(visitor.page.getByRole('link', { name: 'Back' }));
  await until('the receipt', async () => (await visitor.heading()) === 'You have not paid yet');

  const receipt = `${visitor.page.url()}?paid`;
  await visitor.page.route(receipt, standStill);
  await visitor.open(receipt);
  assert.equal(await visitor.heading(), words('en', 'receipt-confirming-title'));
  await inspect(visitor, 'receipt-confirming');
  await visitor.page.unroute(receipt);
  const answer = await visitor.open(receipt);
  assert.match(answer.headers().refresh, /^2; url=.*\?paid&look=1$/);
  await payByCard(payer, GOOD_CARD);
  await until('the receipt', async () => (await visitor.heading()) === 'Thank you');
  await visitor.leave();
}

/// Passes a page on without the word to look again.
async function standStill(route) {
  const response = await route.fetch();
  const { refresh, ...headers } = response.headers();
  await route.fulfill({ response, headers });
}
