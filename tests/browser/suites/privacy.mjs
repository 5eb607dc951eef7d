import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { billed, canaries } from '../lib/billing.mjs';
import { world } from '../lib/world.mjs';

export default function privacy() {
  describe('privacy', () => {
    test('every public page is closed to caches, frames, scripts and referrers', headers);
    test("the functions' log holds no token, name, address, birth date or amount", log);
  });
}

function form(path, body) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return fetch(path, { method: 'POST', headers, body, redirect: 'manual' });
}

async function headers() {
  const { patient, invoice, link } = await billed();
  const answers = [
    [200, await fetch(link)],
    [422, await form(`${link}/identity`, 'birth_date=1900-01-01')],
    [422, await form(`${link}/identity`, 'birth_date=x')],
    [303, await form(`${link}/identity`, `birth_date=${patient.birth_date}`)],
    [303, await form(`${link}/checkout`, '')],
    [404, await fetch(`${link}x`)],
    [404, await fetch(`${world.stack.api}/pay/receipts/x`)],
  ];
  const [payment] = await world.biller.paymentsOf(patient);
  const { sessions } = await world.stripe.of(payment);
  answers.push([200, await fetch(sessions[0].cancel_url)]);
  await world.biller.post(`/v1/payment-links/${invoice.links[0].id}/revoke`);
  answers.push([200, await fetch(link)]);
  for (const [status, answer] of answers) {
    assert.equal(answer.status, status, answer.url);
    if (status !== 303) closed(answer.headers);
    assert.match(answer.headers.get('cache-control'), /no-store/);
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  }
}

function closed(headers) {
  const policy = headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /base-uri 'none'/);
  assert.doesNotMatch(policy, /unsafe|script-src|\*/);
  assert.match(headers.get('strict-transport-security'), /max-age=\d{8}/);
}

function log() {
  const text = world.stack.log();
  for (const route of ['/v1/patients', '/v1/invoices', '/pay/{token}', '/pay/receipts/{token}', '/webhooks/stripe']) {
    assert.ok(text.includes(`"route":"${route}"`), `${route} is logged`);
  }
  assert.ok(canaries.size > 50);
  for (const canary of canaries) {
    assert.ok(!text.includes(canary), `the log holds ${canary}`);
  }
}
