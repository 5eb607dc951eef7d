/** Payments now, later and while the customer is away, by Stripe's own library. https://docs.stripe.com/api */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { MANDATE, payment, payOnPage, refused } from "./actions.mjs";
import { start } from "./simulator.mjs";

describe("payments", () => {
  let simulator;
  let stripe;

  before(async () => {
    simulator = await start();
    stripe = simulator.stripe;
  });
  after(() => simulator.stop());

  /** A PaymentIntent made first and confirmed off-session after. */
  async function chargeOnFile(customer, method, more = {}) {
    const made = await stripe.paymentIntents.create(payment({ customer, payment_method: method, confirm: false, ...more }));
    assert.equal(made.status, "requires_confirmation");
    return await stripe.paymentIntents.confirm(made.id, { off_session: true });
  }

  test("a card is saved on the hosted page and charged off-session", async () => {
    const customer = await stripe.customers.create({ email: "pat@example.com" });
    const session = await stripe.checkout.sessions.create({
      mode: "setup",
      customer: customer.id,
      success_url: "https://practice.test/saved?session={CHECKOUT_SESSION_ID}",
      allowed_payment_method_types: ["card"],
    });
    const to = await payOnPage(session.url, { number: "4242424242424242" });
    assert.equal(to, `https://practice.test/saved?session=${session.id}`);
    const [method] = (await stripe.customers.listPaymentMethods(customer.id)).data;
    assert.deepEqual([method.card.last4, method.card.exp_month, method.card.exp_year], ["4242", 12, 2034]);
    const paid = await chargeOnFile(customer.id, method.id, { metadata: { payment: "7" } });
    assert.deepEqual([paid.status, paid.amount_received, paid.metadata.payment], ["succeeded", 12500, "7"]);
  });

  test("a card is kept while paying on the hosted page", async () => {
    const customer = await stripe.customers.create();
    const session = await stripe.checkout.sessions.create({
      mode: "payment",
      customer: customer.id,
      success_url: "https://practice.test/done",
      line_items: [
        { price_data: { currency: "usd", unit_amount: 5000, product_data: { name: "Payment" } }, quantity: 1 },
      ],
      payment_intent_data: { setup_future_usage: "off_session" },
    });
    await payOnPage(session.url, { number: "5555555555554444" });
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
    assert.deepEqual([done.status, done.payment_status], ["complete", "paid"]);
    assert.equal((await chargeOnFile(customer.id, done.payment_intent.payment_method)).status, "succeeded");
  });

  test("an account is set up with a mandate, debited by it, and not after a return", async () => {
    const customer = await stripe.customers.create();
    const setup = await stripe.setupIntents.create({
      customer: customer.id,
      payment_method: "pm_usBankAccount_success",
      allowed_payment_method_types: ["us_bank_account"],
    });
    await refused(() => stripe.setupIntents.confirm(setup.id), "StripeInvalidRequestError", {
      code: "setup_intent_mandate_invalid",
    });
    const done = await stripe.setupIntents.confirm(setup.id, MANDATE);
    assert.equal(done.status, "succeeded");
    const debit = await chargeOnFile(customer.id, done.payment_method);
    assert.equal(debit.status, "processing");
    await simulator.control("POST", "debits/settle", { id: debit.id, outcome: "succeed" });
    await simulator.control("POST", `charges/${debit.latest_charge}/dispute`, { reason: "insufficient_funds" });
    assert.equal((await stripe.mandates.retrieve(done.mandate)).status, "inactive");
    await refused(() => chargeOnFile(customer.id, done.payment_method), "StripeInvalidRequestError", {
      code: "payment_intent_mandate_invalid",
    });
  });

  const DECLINES = [
    ["pm_card_chargeDeclined", "card_declined", "generic_decline"],
    ["pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"],
    ["pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"],
  ];
  for (const [token, code, decline_code] of DECLINES) {
    test(`${token} declines`, async () => {
      await refused(() => stripe.paymentIntents.create(payment({ payment_method: token })), "StripeCardError", {
        code,
        decline_code,
        statusCode: 402,
      });
    });
  }

  // https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents,
  // https://docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions
  test("payment_method_types are refused in requests", async () => {
    const former = { payment_method_types: ["card"] };
    const { id } = await stripe.paymentIntents.create(payment({ confirm: false }));
    for (const call of [
      () => stripe.paymentIntents.create(payment(former)),
      () => stripe.paymentIntents.confirm(id, former),
      () => stripe.setupIntents.create(former),
    ]) {
      await refused(call, "StripeInvalidRequestError", {
        code: "payment_method_types_no_longer_supported",
        param: "payment_method_types",
        statusCode: 400,
      });
    }
    const session = { mode: "setup", currency: "usd", success_url: "https://practice.test", ...former };
    await refused(() => stripe.checkout.sessions.create(session), "StripeInvalidRequestError", {
      code: "parameter_unknown",
      param: "payment_method_types",
      statusCode: 400,
    });
  });

  test("cards on file decline when they are charged", async () => {
    const customer = (await stripe.customers.create()).id;
    for (const [token, code] of [
      ["pm_card_chargeCustomerFail", "card_declined"],
      ["pm_card_authenticationRequired", "authentication_required"],
    ]) {
      const method = await stripe.paymentMethods.attach(token, { customer });
      await refused(() => chargeOnFile(customer, method.id), "StripeCardError", { code });
      assert.equal((await stripe.paymentMethods.list({ customer })).data[0].id, method.id);
      await stripe.paymentMethods.detach(method.id);
    }
  });

  test("an authorisation is captured in part, or released", async () => {
    const held = await stripe.paymentIntents.create(payment({ capture_method: "manual" }));
    assert.deepEqual([held.status, held.amount_capturable], ["requires_capture", 12500]);
    const taken = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 9000 });
    assert.deepEqual([taken.status, taken.amount_received], ["succeeded", 9000]);
    const second = await stripe.paymentIntents.create(payment({ capture_method: "manual" }));
    assert.equal((await stripe.paymentIntents.cancel(second.id)).status, "canceled");
    await refused(() => stripe.paymentIntents.capture(second.id), "StripeInvalidRequestError", {
      code: "payment_intent_unexpected_state",
    });
  });

  test("the same key is one effect, other parameters are refused, a key in use is 409", async () => {
    const idempotencyKey = randomUUID();
    const [first, second] = [
      await stripe.paymentIntents.create(payment(), { idempotencyKey }),
      await stripe.paymentIntents.create(payment(), { idempotencyKey }),
    ];
    assert.equal(second.id, first.id);
    await refused(
      () => stripe.paymentIntents.create(payment({ amount: 12501 }), { idempotencyKey }),
      "StripeIdempotencyError",
      { statusCode: 400 },
    );
    const busy = randomUUID();
    await simulator.control("POST", "faults", { path: "/v1/customers", kind: "delay", milliseconds: 500 });
    const slow = stripe.customers.create({}, { idempotencyKey: busy });
    while ((await simulator.control("GET", "faults")).length > 0);
    await refused(() => stripe.customers.create({}, { idempotencyKey: busy }), "StripeAPIError", {
      statusCode: 409,
      code: "idempotency_key_in_use",
    });
    assert.ok((await slow).id);
  });

  for (const kind of ["drop", "reset"]) {
    test(`the library asks again with its own key when a connection breaks: ${kind}`, async () => {
      const paid = await stripe.paymentIntents.create(payment());
      await simulator.control("POST", "faults", { path: "/v1/refunds", kind, acts: true });
      const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 100 });
      assert.equal(refund.lastResponse.headers["idempotent-replayed"], "true");
      assert.equal((await stripe.refunds.list({ payment_intent: paid.id })).data.length, 1);
    });
  }

  test("a refund is refused while a dispute is open", async () => {
    const paid = await stripe.paymentIntents.create(payment());
    const path = `charges/${paid.latest_charge}/dispute`;
    const { id } = await simulator.control("POST", path, { reason: "fraudulent" });
    await refused(() => stripe.refunds.create({ payment_intent: paid.id }), "StripeInvalidRequestError", {
      code: "charge_disputed",
    });
    assert.equal((await stripe.disputes.retrieve(id)).status, "needs_response");
    assert.equal((await stripe.disputes.close(id)).status, "lost");
  });
});
