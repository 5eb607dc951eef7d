import { linkIn } from './mailbox.mjs';
import { world } from './world.mjs';

const FIRST_NAMES = ['Quillon', 'Isaura', 'Thaddea', 'Wrenna', 'Osric', 'Zinnia', 'Calixto', 'Verity'];

/// What must not be in a log.
export const canaries = new Set();

let count = 0;

/// Registers a patient nobody else is.
export async function register(details = {}) {
  count += 1;
  const number = String(count).padStart(3, '0');
  const day = String((count % 28) + 1).padStart(2, '0');
  const patient = await world.desk.post('/v1/patients', {
    first_name: FIRST_NAMES[count % FIRST_NAMES.length],
    last_name: `Zebrafinch${number}`,
    birth_date: `1957-11-${day}`,
    email: `zebrafinch.${number}@patients.example`,
    ...details,
  });
  for (const secret of [patient.first_name, patient.last_name, patient.birth_date, patient.email]) {
    if (secret) canaries.add(secret);
  }
  return patient;
}

export const LINES = [
  { code: '99213', description: 'Office visit', unit_price: '131.57' },
  { code: '85025', description: 'Blood count', quantity: 2, unit_price: '37.20', discount: '4.40' },
];

/// Writes an invoice, a draft.
export async function bill(patient, details = {}) {
  const invoice = await world.biller.post('/v1/invoices', {
    patient_id: patient.id,
    currency: 'USD',
    lines: LINES,
    discount: '10%',
    ...details,
  });
  canaries.add(invoice.amount);
  return invoice;
}

/// Sends it by email and waits for the mail.
export async function mail(patient, invoice) {
  const before = await world.mailbox.to(patient.email);
  await world.biller.post(`/v1/invoices/${invoice.id}/send`, { channels: ['email'] });
  const arrived = await world.mailbox.arrived(patient.email, before.length + 1);
  const link = linkIn(arrived);
  canaries.add(link.split('/').pop());
  return { mail: arrived, link };
}

/// A patient with a bill in the mail.
export async function billed(details) {
  const patient = await register();
  const draft = await bill(patient, details);
  const { link } = await mail(patient, draft);
  return { patient, invoice: await world.biller.invoice(draft.id), link };
}
