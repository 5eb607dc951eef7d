import { bill, register } from './billing.mjs';
import { canaries } from './billing.mjs';
import { words } from './words.mjs';
import { world } from './world.mjs';

export const portal = () => `${world.stack.api}/portal/prac_riverside`;

/// A patient with so many bills that were posted to the portal alone.
export async function posted(count = 2, details = {}) {
  const patient = await register(details);
  const invoices = [];
  for (let number = 0; number < count; number += 1) {
    const draft = await bill(patient);
    invoices.push(await world.biller.post(`/v1/invoices/${draft.id}/send`, { channels: ['portal'] }));
  }
  return { patient, invoices };
}

/// Fills in whose code is asked for, and sends it.
export async function writes(visitor, contact) {
  await visitor.page.getByLabel(words(visitor.language, 'portal-contact')).fill(contact);
  await visitor.press(words(visitor.language, 'portal-send-code'));
}

export async function asks(visitor, contact) {
  await visitor.open(portal());
  await writes(visitor, contact);
  await visitor.page.getByLabel(words(visitor.language, 'portal-code')).waitFor();
}

export async function enters(visitor, code) {
  await visitor.page.getByLabel(words(visitor.language, 'portal-code')).fill(code);
  await visitor.press(words(visitor.language, 'portal-enter'));
}

export async function codeTo(address, count = 1) {
  const message = await world.mailbox.arrived(address, count);
  const [code] = message.text.match(/\b\d{6}\b/);
  canaries.add(code);
  return code;
}

/// Signs in with the address on file.
export async function signsIn(visitor, patient) {
  const before = (await world.mailbox.to(patient.email)).length;
  await asks(visitor, patient.email);
  await enters(visitor, await codeTo(patient.email, before + 1));
  await visitor.page.getByRole('button', { name: words(visitor.language, 'portal-sign-out') }).waitFor();
}

/// To one of the portal's pages, by the message that names it.
export async function goes(visitor, message) {
  const name = words(visitor.language, message);
  await visitor.tap(visitor.page.getByRole('navigation').getByRole('link', { name, exact: true }));
  await visitor.page.waitForLoadState();
}
