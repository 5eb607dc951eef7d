import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { billed } from '../lib/billing.mjs';
import { visit, world } from '../lib/world.mjs';

export default function links() {
  describe('links', () => {
    test('a scanner opens one again and again, and changes nothing', scanned);
    test('one that was never given out answers as any other', unknown);
    test('one that was withdrawn is kind, and says nothing', withdrawn);
    test('one that was renewed leads to the new one alone', renewed);
    test('one past its time is kind, and says nothing', expired);
  });
}

async function scanned() {
  const { patient, invoice, link } = await billed();
  for (let batch = 0; batch < 10; batch += 1) {
    const reads = Array.from({ length: 10 }, () => fetch(link));
    const statuses = (await Promise.all(reads)).map((answer) => answer.status);
    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.equal((await fetch(link, { method: 'HEAD' })).status, 200);
  }
  const scanner = await visit();
  await scanner.open(link);
  await scanner.page.evaluate(async () => {
    const urls = [...document.querySelectorAll('a, form')].map((element) => element.href ?? element.action);
    await Promise.all(urls.filter((url) => url.startsWith('http')).map((url) => fetch(url).catch(() => {})));
  });
  await scanner.leave();

  const after = await world.biller.invoice(invoice.id);
  assert.equal(after.version, invoice.version);
  assert.deepEqual(after.links.map(({ status, opened_at }) => ({ status, opened_at })), [
    { status: 'sent', opened_at: null },
  ]);
  assert.deepEqual(await world.biller.paymentsOf(patient), []);
}

async function unknown() {
  const tokens = [
    randomBytes(32).toString('base64url'),
    'x',
    '%00',
    '%2e%2e%2fv1',
    '-'.repeat(43),
    '😀'.repeat(11),
    'A'.repeat(4_000),
  ];
  for (const folder of ['pay', 'pay/receipts']) {
    const answers = [];
    for (const token of tokens) {
      const answer = await fetch(`${world.stack.api}/${folder}/${token}`);
      answers.push(`${answer.status} ${await answer.text()}`);
    }
    assert.equal(new Set(answers).size, 1, folder);
    assert.match(answers[0], /^404 .*This link does not work/);
  }
}

async function saysNothing(link, { patient, invoice }, heading, buttons) {
  const visitor = await visit();
  const response = await visitor.open(link);
  assert.equal(response.status(), 200);
  assert.equal(await visitor.heading(), heading);
  const text = await visitor.page.content();
  for (const secret of [patient.first_name, patient.last_name, invoice.amount, invoice.number, 'Office visit']) {
    assert.ok(!text.includes(secret), secret);
  }
  assert.equal(await visitor.page.getByRole('main').getByRole('button').count(), buttons);
  assert.equal(await visitor.page.getByRole('link', { name: /^Call / }).count(), 1);
  await visitor.leave();
}

async function withdrawn() {
  const bill = await billed();
  await world.biller.post(`/v1/payment-links/${bill.invoice.links[0].id}/revoke`);
  await saysNothing(bill.link, bill, 'This link is no longer needed', 0);
}

async function renewed() {
  const bill = await billed();
  const { url } = await world.biller.post(`/v1/payment-links/${bill.invoice.links[0].id}/renew`, {});
  assert.notEqual(url, bill.link);
  await saysNothing(bill.link, bill, 'There is a newer link', 1);
  const visitor = await visit();
  await visitor.open(url);
  assert.equal(await visitor.heading(), `Hello ${bill.patient.first_name}`);
  await visitor.leave();
}

async function expired() {
  const bill = await billed();
  const soon = new Date(world.stack.now().getTime() + 60_000).toISOString();
  const { url } = await world.biller.post('/v1/payment-links', {
    patient_id: bill.patient.id,
    invoice_ids: [bill.invoice.id],
    expires_at: soon,
  });
  await world.stack.moveClock('+2m');
  await saysNothing(url, bill, 'This link has expired', 1);
}
