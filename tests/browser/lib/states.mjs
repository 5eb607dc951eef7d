import { bill, billed } from './billing.mjs';
import { GOOD_ACCOUNT, GOOD_CARD, isOpen, payByBank, payByCard } from './hosted.mjs';
import { asks, enters, goes, portal, posted, signsIn, writes } from './portal.mjs';
import { Staff } from './staff.mjs';
import { until } from './until.mjs';
import { words } from './words.mjs';
import { world } from './world.mjs';

/// A cross on a square.
const LOGO = [
  'iVBORw0KGgoAAAANSUhEUgAAAGAAAABgCAAAAADH8yjkAAAAVklEQVR42u3a0QkAIAgFQMdp/wVrgiBIK+LeAvcnTzR6cQKwBLSi',
  'AAAAQCYwG2QAAAAAAADqgN2FAwAAAAAAAOAXQHUEAAAAAOBdwIkFAACcALyeXAUG222lj91xU7kAAAAASUVORK5CYII=',
].join('');

/// The button for the whole of what is owed.
export const PAY = /^(Pay|Pagar) \$/;

function shows(visitor, title) {
  const heading = words(visitor.language, title);
  return until(heading, async () => (await visitor.heading()) === heading);
}

async function pay(visitor) {
  const bill = await billed();
  await visitor.open(bill.link);
  await visitor.press(PAY);
  await isOpen(visitor);
  return bill;
}

async function says(visitor, birthDate) {
  await visitor.page.locator('#birth_date').fill(birthDate);
  await visitor.press(words(visitor.language, 'identity-show'));
}

async function back(visitor) {
  await visitor.tap(visitor.page.getByRole('link', { name: 'Back' }));
  await shows(visitor, 'receipt-unpaid-title');
}

async function settle(patient, outcome) {
  const [payment] = await world.biller.paymentsOf(patient);
  const { sessions } = await world.stripe.of(payment);
  await world.stripe.control('debits/settle', { id: sessions[0].payment_intent, outcome });
}

/// Pays a bill and keeps the card for the ones to come; gives whose it is.
async function payAndKeep(visitor) {
  const { patient, link } = await billed();
  await visitor.open(link);
  await says(visitor, patient.birth_date);
  await visitor.page.locator('#keep').check();
  await visitor.press(PAY);
  await isOpen(visitor);
  await payByCard(visitor, GOOD_CARD);
  await shows(visitor, 'receipt-paid-title');
  await visitor.page.getByText(words(visitor.language, 'receipt-kept')).waitFor();
  return patient;
}

/// Two instalments, a month apart.
async function agree(patient, invoice) {
  const cents = Math.round(Number(invoice.amount) * 100);
  const first = Math.floor(cents / 2);
  const money = (part) => (part / 100).toFixed(2);
  const day = (ahead) => new Date(world.stack.now().getTime() + ahead * 86_400_000).toISOString().slice(0, 10);
  await world.biller.post('/v1/payment-plans', {
    patient_id: patient.id,
    invoice_ids: [invoice.id],
    consent: { wording: `I agree to ${money(first)} and ${money(cents - first)}.`, given: 'in_person' },
    instalments: [{ on: day(2), amount: money(first) }, { on: day(32), amount: money(cents - first) }],
  });
}

async function ended(visitor, how, body) {
  const { invoice, link } = await billed();
  await world.biller.post(`/v1/payment-links/${invoice.links[0].id}/${how}`, body);
  await visitor.open(link);
}

/// The last two digits of the number that nobody has used yet: whoever stops texts to one stops them for all.
let stopped = 9;

/// Every page and state that a patient can meet: how a visitor gets there.
export const states = {
  async 'pay-before'(visitor) {
    await visitor.open((await billed()).link);
  },
  async 'pay-wrong'(visitor) {
    await visitor.open((await billed()).link);
    await says(visitor, '1900-01-01');
  },
  async 'pay-wrong-once-more'(visitor) {
    await visitor.open((await billed()).link);
    for (let tries = 0; tries < 4; tries += 1) await says(visitor, '1900-01-01');
  },
  async 'pay-too-many'(visitor) {
    await visitor.open((await billed()).link);
    for (let tries = 0; tries < 6; tries += 1) await says(visitor, '1900-01-01');
  },
  async 'pay-unreadable'(visitor) {
    await visitor.open((await billed()).link);
    await visitor.page.locator('#birth_date').evaluate((input) => (input.type = 'hidden'));
    await visitor.press(words(visitor.language, 'identity-show'));
  },
  async 'pay-after'(visitor) {
    const { patient, link } = await billed();
    await visitor.open(link);
    await says(visitor, patient.birth_date);
    await visitor.page.getByText(words(visitor.language, 'bill-left')).first().waitFor();
  },
  async 'pay-after-long'(visitor) {
    const lines = Array.from({ length: 6 }, (_, index) => ({
      description: `Follow-up consultation for the treatment of a long-standing complaint, part ${index + 1}`,
      unit_price: '1234.50',
    }));
    const { patient, link } = await billed({ lines, location: 'main' });
    await visitor.open(link);
    await says(visitor, patient.birth_date);
    await visitor.page.getByText(words(visitor.language, 'bill-left')).first().waitFor();
  },
  /// More than a payment can be.
  async trouble(visitor) {
    const lines = [{ description: 'Proton therapy', unit_price: '999999.99' }];
    const { patient, invoice } = await billed({ lines });
    const second = await bill(patient, { lines });
    await world.biller.post(`/v1/invoices/${second.id}/send`, { channels: ['portal'] });
    const order = { patient_id: patient.id, invoice_ids: [invoice.id, second.id] };
    const { url } = await world.biller.post('/v1/payment-links', order);
    await visitor.open(url);
    await visitor.press(PAY);
    await shows(visitor, 'trouble-title');
  },
  async 'ended-withdrawn'(visitor) {
    await ended(visitor, 'revoke');
  },
  async 'ended-replaced'(visitor) {
    await ended(visitor, 'renew', {});
  },
  async 'ended-asked-anew'(visitor) {
    await ended(visitor, 'renew', {});
    await visitor.press(words(visitor.language, 'renew-button'));
    await shows(visitor, 'renew-title');
  },
  async 'ended-expired'(visitor) {
    const { patient, invoice } = await billed();
    const expires_at = new Date(world.stack.now().getTime() + 60_000).toISOString();
    const order = { patient_id: patient.id, invoice_ids: [invoice.id], expires_at };
    const { url } = await world.biller.post('/v1/payment-links', order);
    await world.stack.moveClock('+2m');
    await visitor.open(url);
  },
  async 'ended-paid'(visitor) {
    const { link } = await pay(visitor);
    await payByCard(visitor, GOOD_CARD);
    await shows(visitor, 'receipt-paid-title');
    await visitor.open(link);
  },
  async 'ended-processing'(visitor) {
    const { link } = await pay(visitor);
    await payByBank(visitor, GOOD_ACCOUNT);
    await shows(visitor, 'receipt-debit-title');
    await visitor.open(link);
  },
  async 'receipt-paid'(visitor) {
    await pay(visitor);
    await payByCard(visitor, GOOD_CARD);
    await shows(visitor, 'receipt-paid-title');
  },
  async 'receipt-kept'(visitor) {
    await payAndKeep(visitor);
  },
  async 'receipt-processing'(visitor) {
    await pay(visitor);
    await payByBank(visitor, GOOD_ACCOUNT);
    await shows(visitor, 'receipt-debit-title');
  },
  async 'receipt-failed'(visitor) {
    const { patient } = await pay(visitor);
    await payByBank(visitor, GOOD_ACCOUNT);
    await shows(visitor, 'receipt-debit-title');
    await settle(patient, 'fail');
    await until('refused', async () => {
      await visitor.page.reload();
      return (await visitor.heading()) === words(visitor.language, 'receipt-failed-title');
    });
  },
  async 'receipt-not-paid'(visitor) {
    await pay(visitor);
    await back(visitor);
  },
  async 'receipt-not-paid-ended'(visitor) {
    const { patient } = await pay(visitor);
    await back(visitor);
    const [payment] = await world.biller.paymentsOf(patient);
    const { sessions } = await world.stripe.of(payment);
    await world.stripe.control(`checkout_sessions/${sessions[0].id}/expire`, {});
    await until('the session ended', async () => {
      await visitor.page.reload();
      return (await visitor.page.getByRole('main').getByRole('button').count()) === 0;
    });
  },
  async 'portal-sign-in'(visitor) {
    await visitor.open(portal());
  },
  async 'portal-no-contact'(visitor) {
    await visitor.open(portal());
    await writes(visitor, 'ada');
    await visitor.page.getByRole('alert').waitFor();
  },
  async 'portal-code'(visitor) {
    await asks(visitor, 'nobody@patients.example');
  },
  async 'portal-code-wrong'(visitor) {
    await asks(visitor, 'nobody.else@patients.example');
    await enters(visitor, '000000');
    await visitor.page.getByRole('alert').waitFor();
  },
  async 'portal-home'(visitor) {
    await signsIn(visitor, (await posted(2)).patient);
  },
  async 'portal-home-nothing-owed'(visitor) {
    await signsIn(visitor, (await posted(0)).patient);
  },
  async 'portal-home-plan'(visitor) {
    const patient = await payAndKeep(visitor);
    const draft = await bill(patient);
    await agree(patient, await world.biller.post(`/v1/invoices/${draft.id}/send`, { channels: ['portal'] }));
    await signsIn(visitor, patient);
    await visitor.page.getByText(words(visitor.language, 'portal-plan-how')).waitFor();
  },
  async 'portal-methods-kept'(visitor) {
    await signsIn(visitor, await payAndKeep(visitor));
    await goes(visitor, 'portal-methods');
    await visitor.page.getByRole('button', { name: words(visitor.language, 'portal-autopay-start') }).waitFor();
  },
  async 'portal-methods-autopay'(visitor) {
    await signsIn(visitor, await payAndKeep(visitor));
    await goes(visitor, 'portal-methods');
    await visitor.page.locator('input[id^=autopay]').check();
    await visitor.press(words(visitor.language, 'portal-autopay-start'));
    await visitor.page.getByRole('button', { name: words(visitor.language, 'portal-autopay-stop') }).waitFor();
  },
  async 'portal-invoice'(visitor) {
    await signsIn(visitor, (await posted(1)).patient);
    await visitor.tap(visitor.page.getByRole('link', { name: /^(Details of|Detalles de) / }));
    await visitor.page.getByText(words(visitor.language, 'bill-left')).waitFor();
  },
  async 'portal-history'(visitor) {
    const { patient, invoices } = await posted(1);
    await world.biller.post('/v1/payments', {
      patient_id: patient.id, amount: '5.00', currency: 'USD', tender: { type: 'cash' },
      allocations: [{ invoice_id: invoices[0].id, amount: '5.00' }],
    });
    await signsIn(visitor, patient);
    await goes(visitor, 'portal-history');
  },
  async 'portal-methods'(visitor) {
    await signsIn(visitor, (await posted(1)).patient);
    await goes(visitor, 'portal-methods');
  },
  async 'portal-messages'(visitor) {
    await signsIn(visitor, (await posted(1, { phone: '+16175550147' })).patient);
    await goes(visitor, 'portal-messages');
  },
  async 'portal-messages-stopped'(visitor) {
    const phone = `+161755502${String((stopped += 1)).padStart(2, '0')}`;
    const { patient } = await posted(1, { phone });
    await world.desk.post(`/v1/patients/${patient.id}/contacts/stop-texts`, { spoken: 'No texts, please.' });
    await signsIn(visitor, patient);
    await goes(visitor, 'portal-messages');
    await visitor.page.getByText(words(visitor.language, 'portal-texts-stopped')).waitFor();
  },
  async 'portal-nothing'(visitor) {
    await visitor.open(`${world.stack.api}/portal/prac_nowhere`);
  },
  async 'receipt-slow'(visitor) {
    await pay(visitor);
    await back(visitor);
    await visitor.open(`${visitor.page.url()}?paid&look=7`);
  },
  async 'method-saved'(visitor) {
    await visitor.open(`${world.stack.api}/pay/methods/saved`);
  },
  async 'method-left'(visitor) {
    await visitor.open(`${world.stack.api}/pay/methods/left`);
  },
  async unknown(visitor) {
    await visitor.open(`${world.stack.api}/pay/never-given-out`);
  },
};

/// What a practice can look like and let its patients do: the state while it does.
async function presented(choices, reach) {
  const owner = new Staff(world.stack, 'owner');
  const before = await owner.get('/v1/practice');
  const edit = async (body) => owner.edit('/v1/practice', (await owner.get('/v1/practice')).version, body);
  await edit(choices);
  await reach();
  const { name, colour, logo, identity_check, part_payment_from } = before;
  await edit({ name, colour, logo, identity_check, part_payment_from });
}

/// States that nobody else should be in meanwhile.
export const alone = {
  async 'pay-try-again'(visitor) {
    await processorDown(visitor);
  },
  async 'pay-branded'(visitor) {
    const choices = { name: 'Riverside Family Health', colour: '#1d4ed8', logo: LOGO, identity_check: 'postal_code' };
    await presented(choices, async () => visitor.open((await billed()).link));
  },
  async 'pay-part'(visitor) {
    await presented({ part_payment_from: '25.00' }, async () => {
      await visitor.open((await billed()).link);
      await visitor.tap(visitor.page.locator('summary'));
    });
  },
  async 'pay-part-refused'(visitor) {
    await presented({ part_payment_from: '25.00' }, async () => {
      await visitor.open((await billed()).link);
      await visitor.tap(visitor.page.locator('summary'));
      await visitor.page.locator('#amount').fill('1.00');
      await visitor.press(words(visitor.language, 'part-button'));
      await visitor.page.getByRole('alert').waitFor();
    });
  },
};

async function processorDown(visitor) {
  await visitor.open((await billed()).link);
  await world.stripe.control('faults', { path: '/v1/checkout/sessions', kind: 'error', times: 9 });
  await visitor.press(PAY);
  await visitor.page.getByRole('alert').waitFor();
  await fetch(`${world.stack.stripe}/_simulator/faults`, { method: 'DELETE' });
}
