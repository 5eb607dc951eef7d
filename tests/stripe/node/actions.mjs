/** Steps that many tests take. */

import assert from "node:assert/strict";

/** Asserts that Stripe's SDK throws an error of this class with these members. */
export async function refused(call, type, members) {
  await assert.rejects(call, (error) => {
    assert.equal(error.constructor.name, type, error.message);
    for (const [name, value] of Object.entries(members)) assert.equal(error[name], value, `${name}: ${error.message}`);
    return true;
  });
}

/** The account holder agrees to be debited. */
export const MANDATE = {
  mandate_data: {
    customer_acceptance: { type: "online", online: { ip_address: "127.0.0.1", user_agent: "tests" } },
  },
};

/** The parameters of a PaymentIntent that is confirmed at once. */
export function payment(more = {}) {
  return {
    amount: 12500,
    currency: "usd",
    payment_method: "pm_card_visa",
    allowed_payment_method_types: ["card", "us_bank_account"],
    confirm: true,
    ...more,
  };
}

/** Sends the form of a hosted page, as a browser without JavaScript does. */
export async function payOnPage(url, form) {
  const details = { method: "card", email: "pat@example.com", name: "Pat Doe", expiry: "12 / 34", cvc: "123", ...form };
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(details), redirect: "manual" });
  assert.equal(answer.status, 303);
  return answer.headers.get("location");
}

/** All rows of a list, page by page. */
export async function all(list) {
  return await list.autoPagingToArray({ limit: 10000 });
}
