import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bill, mail, register } from '../lib/billing.mjs';
import { PHONE } from '../lib/chromium.mjs';
import { GOOD_CARD, payByCard } from '../lib/hosted.mjs';
import { until } from '../lib/until.mjs';
import { visit, world } from '../lib/world.mjs';

export default function main() {
  describe('the main job', () => {
    test('from the invoice to the receipt, with JavaScript', () => story({ javaScriptEnabled: true }));
    test('from the invoice to the receipt, without JavaScript', () => story({ javaScriptEnabled: false }));
  });
}

async function story({ javaScriptEnabled }) {
  const { biller, mailbox, stack } = world;
  const patient = await register();
  const draft = await bill(patient, { date: '2026-01-05', term_days: 0 });
  const { link } = await mail(patient, draft);
  const visitor = await visit({ ...PHONE, javaScriptEnabled });
  const response = await visitor.open(link);
  assert.equal(response.status(), 200);
  const before = await visitor.text();
  console.log(before, visitor.bytes, visitor.requests);
  assert.match(before, /Riverside Family Medicine/);
  await visitor.page.getByLabel('date of birth').fill('1957-01-01');
  await visitor.press('Show the details');
  console.log(await visitor.text());
  await visitor.page.getByLabel('date of birth').fill(patient.birth_date);
  await visitor.press('Show the details');
  console.log(await visitor.text());
  await visitor.press(/^Pay/);
  await payByCard(visitor, GOOD_CARD);
  await until('receipt', async () => (await visitor.heading()) === 'Thank you');
  console.log(await visitor.text());
  console.log(JSON.stringify(await biller.invoice(draft.id), null, 1));
  console.log(JSON.stringify(await biller.paymentOf(await biller.invoice(draft.id)), null, 1));
  console.log(await biller.patient(patient.id));
  console.log(await stack.outreach());
  console.log((await mailbox.to(patient.email)).length);
}
