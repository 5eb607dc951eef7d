import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { billed } from '../lib/billing.mjs';
import { CHECKED_CARD, DECLINED_CARD, GOOD_ACCOUNT, GOOD_CARD, isOpen, payByBank, payByCard } from '../lib/hosted.mjs';
import { until } from '../lib/until.mjs';
import { visit, world } from '../lib/world.mjs';

export default function hosted() {
  describe("the processor's page", { concurrency: 2 }, () => {
    test('a card that is declined, then another', declined);
    test('a card that the bank asks about', asked);
    test('back without paying, then on', cancelled);
    test('a bank account, that takes days', debited);
    test('a bank account without the money', refused);
  });
}

async function pressesPay() {
  const { patient, invoice, link } = await billed();
  const visitor = await visit();
  await visitor.open(link);
  await visitor.press(/^Pay \$/);
  return { visitor, patient, invoice, link };
}

function shows(visitor, heading) {
  return until(heading, async () => (await visitor.heading()) === heading);
}

async function isPaid({ patient, invoice, attempts = ['succeeded'] }) {
  await until('the invoice is paid', async () => (await world.biller.invoice(invoice.id)).status === 'paid');
  const payments = await world.biller.paymentsOf(patient);
  assert.deepEqual(payments.map((payment) => payment.status), ['paid']);
  const { sessions, charges } = await world.stripe.of(payments[0]);
  assert.equal(sessions.length, 1);
  assert.deepEqual(charges.map((charge) => charge.status).sort(), attempts);
}

async function declined() {
  const { visitor, ...bill } = await pressesPay();
  await payByCard(visitor, DECLINED_CARD);
  assert.match(await visitor.page.getByRole('alert').innerText(), /declined.*Nothing was charged/);
  await payByCard(visitor, GOOD_CARD);
  await shows(visitor, 'Thank you');
  await isPaid({ ...bill, attempts: ['failed', 'succeeded'] });
  await visitor.leave();
}

async function asked() {
  const { visitor, ...bill } = await pressesPay();
  await payByCard(visitor, CHECKED_CARD);
  await visitor.press('Complete authentication');
  await shows(visitor, 'Thank you');
  await isPaid(bill);
  await visitor.leave();
}

async function cancelled() {
  const { visitor, ...bill } = await pressesPay();
  await isOpen(visitor);
  const session = visitor.page.url();
  await visitor.tap(visitor.page.getByRole('link', { name: 'Back' }));
  await shows(visitor, 'You have not paid yet');
  assert.match(await visitor.text(), /No money has moved/);
  assert.equal((await world.biller.invoice(bill.invoice.id)).status, 'unpaid');
  await visitor.press(/^Continue/);
  await isOpen(visitor);
  assert.equal(visitor.page.url(), session, 'the same session');
  await payByCard(visitor, GOOD_CARD);
  await shows(visitor, 'Thank you');
  await isPaid(bill);
  await visitor.leave();
}

async function debited() {
  const { visitor, ...bill } = await pressesPay();
  await payByBank(visitor, GOOD_ACCOUNT);
  await shows(visitor, 'Your bank payment is on its way');
  assert.match(await visitor.text(), /do not pay again/);
  const receipt = visitor.page.url();
  await visitor.open(bill.link);
  assert.equal(await visitor.heading(), 'A payment is on its way');
  assert.match(await visitor.text(), /do not pay again/);
  assert.equal(await visitor.page.getByRole('main').getByRole('button').count(), 0);

  await settle(bill.patient, 'succeed');
  await isPaid(bill);
  await visitor.open(receipt);
  assert.equal(await visitor.heading(), 'Thank you');
  await visitor.leave();
}

async function refused() {
  const { visitor, patient, invoice, link } = await pressesPay();
  await payByBank(visitor, GOOD_ACCOUNT);
  await shows(visitor, 'Your bank payment is on its way');
  const receipt = visitor.page.url();
  await settle(patient, 'fail');
  const failed = async () => (await world.biller.paymentsOf(patient))[0].status === 'failed';
  await until('the payment failed', failed);
  await visitor.open(receipt);
  assert.equal(await visitor.heading(), 'The payment did not go through');
  assert.match(await visitor.text(), /No money was taken/);
  assert.equal((await world.biller.invoice(invoice.id)).balance, invoice.balance);

  await visitor.open(link);
  await visitor.press(/^Pay \$/);
  await payByCard(visitor, GOOD_CARD);
  await shows(visitor, 'Thank you');
  await visitor.leave();
}

async function settle(patient, outcome) {
  const [payment] = await world.biller.paymentsOf(patient);
  const { sessions } = await world.stripe.of(payment);
  await world.stripe.control('debits/settle', { id: sessions[0].payment_intent, outcome });
}
