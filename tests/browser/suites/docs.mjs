import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DESKTOP, PHONE } from '../lib/chromium.mjs';
import { visit, world } from '../lib/world.mjs';

// What the page shows without being scrolled.
const [FIRST_PATH] = Object.keys(
  JSON.parse(readFileSync(new URL('../../../shared/openapi.json', import.meta.url), 'utf8')).paths,
);

export default function docs() {
  describe('the API reference', () => {
    for (const [name, options] of [['desktop', DESKTOP], ['phone', PHONE]]) {
      test(`is read without a network, on a ${name}`, () => offline(name, options));
    }
  });
}

async function offline(name, options) {
  const visitor = await visit(options);
  const elsewhere = [];
  await visitor.page.context().route('**', (route) => {
    const url = new URL(route.request().url());
    if (url.origin === world.stack.api || ['data:', 'blob:'].includes(url.protocol)) return route.continue();
    elsewhere.push(url.href);
    return route.abort();
  });
  await visitor.open(world.stack.docs);
  await visitor.page.getByRole('heading', { name: 'Paywell' }).first().waitFor();
  await visitor.page.getByText(FIRST_PATH).first().waitFor();
  await visitor.shoot(`docs-${name}`, {});
  assert.deepEqual(elsewhere, []);
  await visitor.leave();
}
