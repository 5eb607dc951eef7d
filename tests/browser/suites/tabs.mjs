import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { billed } from '../lib/billing.mjs';
import { DESKTOP } from '../lib/chromium.mjs';
import { GOOD_CARD, isOpen, payByCard } from '../lib/hosted.mjs';
import { until } from '../lib/until.mjs';
import { visit, world } from '../lib/world.mjs';

const PAY = /^Pay \$/;

export default function tabs() {
  describe('impatient patients', { concurrency: 2 }, () => {
    test('two tabs press Pay: one session, one charge', bothPress);
    test('a double click on Pay: one session', doubleClick);
    test('the back button, and Pay again: the same session', goesBack);
    test('paid in one tab, Pay in the other: nothing more is charged', paidElsewhere);
    test('the receipt read again: nothing more is charged', readAgain);
  });
}

async function open() {
  const { patient, link } = await billed();
  const visitor = await visit(DESKTOP);
  await visitor.open(link);
  return { visitor, patient, link };
}

async function thanked(visitor) {
  await until('the receipt', async () => (await visitor.heading()) === 'Thank you');
}

async function made(patient) {
  const payments = await world.biller.paymentsOf(patient);
  assert.equal(payments.length, 1, 'one payment');
  const { sessions, charges } = await world.stripe.of(payments[0]);
  return { status: payments[0].status, sessions: sessions.length, charges: charges.length };
}

async function bothPress() {
  const { visitor, patient, link } = await open();
  const other = await visitor.tab();
  await other.open(link);
  await Promise.all([visitor.press(PAY), other.press(PAY)]);
  await Promise.all([isOpen(visitor), isOpen(other)]);
  assert.equal(visitor.page.url(), other.page.url());

  await payByCard(visitor, GOOD_CARD);
  await thanked(visitor);
  await payByCard(other, GOOD_CARD);
  await other.page.getByRole('heading', { name: 'This checkout is complete' }).waitFor();
  await other.tap(other.page.getByRole('link', { name: 'Continue' }));
  await thanked(other);
  assert.deepEqual(await made(patient), { status: 'paid', sessions: 1, charges: 1 });
  await visitor.leave();
}

async function doubleClick() {
  const { visitor, patient } = await open();
  await visitor.page.getByRole('button', { name: PAY }).dblclick();
  await payByCard(visitor, GOOD_CARD);
  await thanked(visitor);
  assert.deepEqual(await made(patient), { status: 'paid', sessions: 1, charges: 1 });
  await visitor.leave();
}

async function goesBack() {
  const { visitor, patient } = await open();
  await visitor.press(PAY);
  await isOpen(visitor);
  const session = visitor.page.url();
  await visitor.page.goBack();
  await visitor.press(PAY);
  await isOpen(visitor);
  assert.equal(visitor.page.url(), session);
  assert.deepEqual(await made(patient), { status: 'processing', sessions: 1, charges: 0 });
  await visitor.leave();
}

async function paidElsewhere() {
  const { visitor, patient, link } = await open();
  const other = await visitor.tab();
  await other.open(link);
  await visitor.press(PAY);
  await payByCard(visitor, GOOD_CARD);
  await thanked(visitor);
  await other.press(PAY);
  await other.page.getByRole('heading', { name: 'This is paid' }).waitFor();
  assert.deepEqual(await made(patient), { status: 'paid', sessions: 1, charges: 1 });
  await visitor.leave();
}

async function readAgain() {
  const { visitor, patient } = await open();
  await visitor.press(PAY);
  await payByCard(visitor, GOOD_CARD);
  await thanked(visitor);
  await visitor.page.reload();
  await thanked(visitor);
  await visitor.page.goBack();
  await visitor.page.goForward();
  await thanked(visitor);
  assert.deepEqual(await made(patient), { status: 'paid', sessions: 1, charges: 1 });
  await visitor.leave();
}
