import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PHONE } from '../lib/chromium.mjs';
import { GOOD_CARD, payByCard } from '../lib/hosted.mjs';
import { asks, codeTo, enters, goes, portal, posted, signsIn } from '../lib/portal.mjs';
import { until } from '../lib/until.mjs';
import { visit, world } from '../lib/world.mjs';

export default function thePortal() {
  describe('the portal', () => {
    test('from the code to two bills paid, the receipt, and out', () => story({ javaScriptEnabled: true }));
    test('the same without JavaScript', () => story({ javaScriptEnabled: false }));
    test('by text, to a number however it is typed', byText);
    test('a card comes on file, with consent', methodOnFile);
    test('messages are chosen, and their language', messages);
  });
}

async function story({ javaScriptEnabled }) {
  const { patient, invoices } = await posted(2);
  const visitor = await visit({ ...PHONE, javaScriptEnabled });
  await signsIn(visitor, patient);
  assert.equal(await visitor.heading(), `Hello ${patient.first_name}`);
  const total = (invoices.reduce((sum, { balance }) => sum + Math.round(balance * 100), 0) / 100).toFixed(2);
  const home = await visitor.text();
  assert.ok(home.includes(`$${total}`) && !home.includes('Office visit'), home);

  await visitor.press('Pay the chosen bills');
  await visitor.page.getByText('Left to pay').first().waitFor();
  await visitor.press(`Pay $${total}`);
  await payByCard(visitor, GOOD_CARD);
  await until('the receipt', async () => (await visitor.heading()) === 'Thank you');

  await visitor.open(portal());
  assert.match(await visitor.text(), /Nothing is owed/);
  await goes(visitor, 'portal-history');
  assert.ok((await visitor.text()).includes(`$${total}`));
  await visitor.tap(visitor.page.getByRole('link', { name: /^Receipt of \S+$/ }));
  await until('the receipt again', async () => (await visitor.heading()) === 'Thank you');

  await visitor.open(portal());
  await visitor.press('Sign out');
  await visitor.page.getByLabel('Email address or mobile number').waitFor();
  await visitor.page.goBack();
  await until('nothing to go back to', async () => !(await visitor.text()).includes(patient.first_name));
  assert.equal(await visitor.page.getByRole('button', { name: 'Sign out' }).count(), 0);
  await visitor.leave();
}

async function byText() {
  const phone = `+1617555${String(1000 + Math.floor(Math.random() * 9000))}`;
  const { patient } = await posted(1, { phone });
  const visitor = await visit();
  await asks(visitor, `(${phone.slice(2, 5)}) ${phone.slice(5, 8)}-${phone.slice(8)}`);
  await enters(visitor, await codeTo(phone.slice(1)));
  await until('signed in', async () => (await visitor.heading()) === `Hello ${patient.first_name}`);
  await visitor.leave();
}

async function methodOnFile() {
  const { patient } = await posted(1);
  const visitor = await visit();
  await signsIn(visitor, patient);
  await goes(visitor, 'portal-methods');
  await visitor.page.getByRole('checkbox').check();
  await visitor.press('Add a card or bank account');
  await payByCard(visitor, GOOD_CARD);
  await visitor.page.waitForURL('**/portal/**');
  await until('it is on file', async () => {
    await visitor.page.reload();
    return (await visitor.text()).includes('4242');
  });
  const { items } = await world.biller.get(`/v1/patients/${patient.id}/payment-methods`);
  assert.equal(items[0].consent.given, 'online');
  await visitor.press(/^Remove /);
  await until('it is gone', async () => (await visitor.text()).includes('Nothing is on file'));
  await visitor.leave();
}

async function messages() {
  const { patient } = await posted(1);
  const visitor = await visit();
  await signsIn(visitor, patient);
  await goes(visitor, 'portal-messages');
  await visitor.page.getByLabel('Español').check();
  await visitor.press('Save');
  await until('in Spanish', async () => (await visitor.heading()) === 'Mensajes');
  await visitor.leave();
}
