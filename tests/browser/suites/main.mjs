import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bill, billed, mail, register } from '../lib/billing.mjs';
import { PHONE } from '../lib/chromium.mjs';
import { note } from '../lib/figures.mjs';
import { GOOD_CARD, payByCard } from '../lib/hosted.mjs';
import { until } from '../lib/until.mjs';
import { visit, world } from '../lib/world.mjs';

const OVERDUE = { date: '2026-01-05', term_days: 0 };

export default function main() {
  describe('the main job', () => {
    test('from the invoice to the receipt', () => story({ javaScriptEnabled: true }));
    test('from the invoice to the receipt, without JavaScript', () => story({ javaScriptEnabled: false }));
    test('from the mail to the receipt in three taps, and no detail asked', threeTaps);
  });
}

async function story({ javaScriptEnabled }) {
  const patient = await register();
  const draft = await bill(patient, OVERDUE);
  assert.equal(draft.status, 'draft');
  const { mail: sent, link } = await mail(patient, draft);
  saysTheMinimum(sent, patient, draft);

  const visitor = await visit({ ...PHONE, javaScriptEnabled });
  await seesWhatIsOwed(visitor, link, patient, draft);
  await saysWhoTheyAre(visitor, patient, draft);

  await visitor.press(`Pay $${draft.amount}`);
  await payByCard(visitor, GOOD_CARD);
  await until('the receipt', async () => (await visitor.heading()) === 'Thank you');
  const receipt = await visitor.text();
  assert.match(receipt, /We received your payment/);
  assert.ok(receipt.includes(`$${draft.amount}`));

  await theBooksAgree(patient, draft);
  await visitor.open(link);
  assert.equal(await visitor.heading(), 'This is paid');
  await visitor.leave();
  await theNightlyRunIsSilent(patient);
}

function saysTheMinimum(sent, patient, invoice) {
  assert.match(sent.subject, /^You have a balance with /);
  for (const part of [sent.subject, sent.text, sent.html]) {
    assert.doesNotMatch(part, /Office visit|Blood count|99213/);
    assert.ok(!part.includes(invoice.amount) && !part.includes(patient.last_name));
  }
}

async function seesWhatIsOwed(visitor, link, patient, invoice) {
  const response = await visitor.open(link);
  assert.equal(response.status(), 200);
  const text = await visitor.text();
  assert.match(text, /Riverside/);
  assert.ok(text.includes(`Hello ${patient.first_name}`) && text.includes(`$${invoice.amount}`));
  assert.ok(!text.includes(patient.last_name) && !text.includes(invoice.number));
  assert.doesNotMatch(text, /Office visit|Blood count/);
  weigh(visitor);
}

function weigh(visitor) {
  assert.equal(visitor.requests, 1, 'the page is one request');
  assert.ok(visitor.bytes <= 30_000, `the page has ${visitor.bytes} bytes`);
  note('pay_page_kb', visitor.bytes / 1000, 'kB');
}

async function saysWhoTheyAre(visitor, patient, invoice) {
  await visitor.page.getByLabel('date of birth').fill('1957-01-01');
  await visitor.press('Show the details');
  assert.match(await visitor.page.getByRole('alert').innerText(), /does not match .* 4 more times/);
  assert.doesNotMatch(await visitor.text(), /Office visit/);

  await visitor.page.getByLabel('date of birth').fill(patient.birth_date);
  await visitor.press('Show the details');
  await visitor.page.getByText(invoice.number, { exact: true }).waitFor();
  const text = await visitor.text();
  for (const line of invoice.lines) {
    assert.ok(text.includes(line.description) && text.includes(`$${line.net}`), line.description);
  }
  assert.match(text, new RegExp(`Left to pay\\s+\\$${invoice.amount}`));
}

async function theBooksAgree(patient, draft) {
  const invoice = await world.biller.invoice(draft.id);
  assert.equal(invoice.status, 'paid');
  assert.equal(invoice.balance, '0.00');
  assert.ok(invoice.history_intact);
  const [payment, ...others] = await world.biller.paymentsOf(patient);
  assert.deepEqual(others, []);
  assert.equal(payment.status, 'paid');
  assert.equal(payment.amount, draft.amount);
  assert.ok(payment.history_intact);
  const acts = [...invoice.timeline, ...payment.timeline].sort((a, b) => a.at.localeCompare(b.at));
  const actors = acts.map((act) => act.actor).filter((actor, index, all) => actor !== all[index - 1]);
  assert.deepEqual(actors, ['staff', 'patient', 'processor']);
  const { balance, credit } = await world.biller.patient(patient.id);
  assert.deepEqual({ balance, credit }, { balance: '0.00', credit: '0.00' });
  const { sessions, charges } = await world.stripe.of(payment);
  assert.equal(sessions.length, 1);
  assert.deepEqual(charges.map((charge) => charge.status), ['succeeded']);
}

/// Somebody else owes as much for as long: that mail goes out in the same run.
async function theNightlyRunIsSilent(patient) {
  const debtor = await register();
  await mail(debtor, await bill(debtor, OVERDUE));
  await world.stack.moveClock('+1d');
  await world.stack.outreach();
  await world.mailbox.arrived(debtor.email, 2);
  assert.equal((await world.mailbox.to(patient.email)).length, 1, 'only the invoice itself');
}

async function threeTaps() {
  const { invoice, link } = await billed();
  const visitor = await visit();
  const began = performance.now();
  await visitor.open(link);
  await visitor.press(`Pay $${invoice.balance}`);
  await payByCard(visitor, GOOD_CARD);
  await until('the receipt', async () => (await visitor.heading()) === 'Thank you');
  note('pay_seconds', (performance.now() - began) / 1000, 's');
  note('pay_taps', visitor.taps, 'taps');
  assert.ok(visitor.taps <= 3, `${visitor.taps} taps: the link, Pay, and Pay on the processor's page`);
  await visitor.leave();
}
