/// The processor's hosted page.

export const GOOD_CARD = '4242 4242 4242 4242';
export const DECLINED_CARD = '4000 0000 0000 0002';
export const CHECKED_CARD = '4000 0027 6000 3184';
export const GOOD_ACCOUNT = '000123456789';

export async function isOpen(visit) {
  await visit.page.waitForURL('**/c/pay/**');
}

export async function payByCard(visit, number) {
  await isOpen(visit);
  const form = visit.page.locator('form', { has: visit.page.locator('input[value=card]') });
  await form.getByLabel('Email').fill('payer@example.com');
  await form.getByLabel('Card number').fill(number);
  await form.getByLabel('Expiration').fill('12 / 34');
  await form.getByLabel('Security code').fill('123');
  await form.getByLabel('Name on card').fill('A Payer');
  await visit.tap(form.getByRole('button'));
}

export async function payByBank(visit, account) {
  await isOpen(visit);
  await visit.tap(visit.page.getByText('US bank account', { exact: true }));
  const form = visit.page.locator('form', { has: visit.page.locator('input[value=us_bank_account]') });
  await form.getByLabel('Email').fill('payer@example.com');
  await form.getByLabel('Name of account holder').fill('A Payer');
  await form.getByLabel('Routing number').fill('110000000');
  await form.getByLabel('Account number').fill(account);
  await visit.tap(form.getByRole('button'));
}
