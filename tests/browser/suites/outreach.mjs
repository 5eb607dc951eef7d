import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { billed } from '../lib/billing.mjs';
import { GOOD_CARD, payByCard } from '../lib/hosted.mjs';
import { linkIn } from '../lib/mailbox.mjs';
import { until } from '../lib/until.mjs';
import { visit, world } from '../lib/world.mjs';

const PAST_DUE = { date: '2026-02-02', term_days: 10 };
/// The second mail of the practice's rules is due after two weeks.
const TWO_WEEKS = '+14d';

export default function outreach() {
  describe('the nightly run', () => {
    test('writes to whoever owes, until they have paid', untilPaid);
    test('lets people sleep', atNight);
  });
}

function mails(patient) {
  return world.mailbox.to(patient.email);
}

async function untilPaid() {
  const payer = await billed(PAST_DUE);
  const debtor = await billed(PAST_DUE);
  assert.equal(payer.invoice.status, 'overdue');
  await world.stack.outreach();
  const reminder = await world.mailbox.arrived(payer.patient.email, 2);
  assert.match(reminder.text, new RegExp(`Hello ${payer.patient.first_name}`));
  assert.doesNotMatch(reminder.text, /Office visit|\$/);

  await world.stack.outreach();
  assert.equal((await mails(payer.patient)).length, 2, 'the same night again writes nothing');

  const visitor = await visit();
  await visitor.open(linkIn(reminder));
  await visitor.press(/^Pay \$/);
  await payByCard(visitor, GOOD_CARD);
  await until('the receipt', async () => (await visitor.heading()) === 'Thank you');
  await visitor.leave();

  await world.stack.moveClock(TWO_WEEKS);
  await world.stack.outreach();
  await world.mailbox.arrived(debtor.patient.email, 3);
  assert.equal((await mails(payer.patient)).length, 2, 'nothing after the payment');
  const set = await world.biller.get(`/v1/patients/${payer.patient.id}/invoice-set`);
  assert.equal(set.status, 'paid');
}

async function atNight() {
  const { patient } = await billed(PAST_DUE);
  await world.stack.moveClock('+12h');
  await world.stack.outreach();
  assert.equal((await mails(patient)).length, 1, 'nothing at midnight');
  await world.stack.moveClock('+12h');
  await world.stack.outreach();
  await world.mailbox.arrived(patient.email, 2);
}
