/** The balance, payouts and webhooks over simulated days, by Stripe's own library. https://docs.stripe.com/payouts */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { all, MANDATE, payment } from "./actions.mjs";
import { start, WEBHOOK_SECRET } from "./simulator.mjs";

const DAY = 24 * 60 * 60;

describe("money over days", () => {
  let simulator;
  let stripe;

  before(async () => {
    simulator = await start();
    stripe = simulator.stripe;
    await simulator.control("POST", "webhooks", { hold: true });
  });
  after(() => simulator.stop());

  const advance = (seconds) => simulator.control("POST", "clock", { advance_seconds: seconds });

  test("a debit is processing, succeeds and comes back; payouts tie out with their movements", async () => {
    const account = { payment_method: "pm_usBankAccount_dispute", ...MANDATE };
    const debit = await stripe.paymentIntents.create(payment(account));
    assert.equal(debit.status, "processing");
    for (let day = 0; day < 5; day += 1) {
      const paid = await stripe.paymentIntents.create(payment({ amount: 20000 + day }));
      await stripe.refunds.create({ payment_intent: paid.id, amount: 1000 });
      await advance(DAY);
    }
    await advance(20 * DAY);
    const [dispute] = (await stripe.disputes.list({ payment_intent: debit.id })).data;
    assert.deepEqual([dispute.status, dispute.amount], ["lost", 12500]);
    const payouts = await all(stripe.payouts.list({ limit: 2, status: "paid" }));
    assert.ok(payouts.length >= 3);
    for (const payout of payouts) {
      const rows = await all(stripe.balanceTransactions.list({ payout: payout.id, limit: 2 }));
      const taken = rows.filter((row) => row.type !== "payout");
      assert.equal(taken.reduce((sum, row) => sum + row.net, 0), payout.amount);
      assert.equal(rows.length, taken.length + 1);
    }
    const rows = await all(stripe.balanceTransactions.list({ limit: 100 }));
    const balance = await stripe.balance.retrieve();
    const total = balance.available[0].amount + balance.pending[0].amount;
    assert.equal(rows.reduce((sum, row) => sum + row.net, 0), total);
  });

  test("held webhooks are verified, and released in any order", async () => {
    const { held } = await simulator.control("GET", "webhooks");
    const types = new Set(held.map((row) => row.type));
    for (const type of ["charge.dispute.closed", "mandate.updated", "payout.paid", "refund.created"]) {
      assert.ok(types.has(type), type);
    }
    const [first, second] = held;
    await simulator.control("POST", "webhooks/release", { events: [second.event, first.event, second.event] });
    const { received } = simulator.receiver;
    // Signed by the simulator's clock, which is days ahead.
    const verified = received.map(({ body, signature }) =>
      stripe.webhooks.constructEvent(body, signature, WEBHOOK_SECRET, Infinity),
    );
    assert.deepEqual(verified.map((event) => event.id), [second.event, first.event, second.event]);
    const [{ body, signature }] = received;
    assert.throws(() => stripe.webhooks.constructEvent(`${body} `, signature, WEBHOOK_SECRET, Infinity), {
      constructor: stripe.errors.StripeSignatureVerificationError,
    });
    assert.throws(() => stripe.webhooks.constructEvent(body, signature, "whsec_other", Infinity), {
      constructor: stripe.errors.StripeSignatureVerificationError,
    });
  });

  test("the truth is what the API says", async () => {
    const truth = await simulator.control("GET", "truth");
    for (const [rows, list] of [
      [truth.payment_intents, stripe.paymentIntents.list({ limit: 100 })],
      [truth.charges, stripe.charges.list({ limit: 100 })],
      [truth.refunds, stripe.refunds.list({ limit: 100 })],
      [truth.disputes, stripe.disputes.list({ limit: 100 })],
      [truth.payouts, stripe.payouts.list({ limit: 100 })],
      [truth.balance_transactions, stripe.balanceTransactions.list({ limit: 100 })],
    ]) {
      const shown = (await all(list)).reverse();
      assert.ok(shown.length > 0);
      assert.deepEqual(rows.map((row) => [row.id, row.amount]), shown.map((row) => [row.id, row.amount]));
      // A movement's own status is only whether it is available.
      const inTruth = rows.filter((row) => row.status).map((row) => row.status);
      assert.deepEqual(inTruth, rows[0].status ? shown.map((row) => row.status) : []);
    }
  });
});
