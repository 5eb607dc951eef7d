"""Each object has every member of Stripe's sample of it, with a compatible JSON type, and no other.

The samples' names and types are in resource_shapes.json; derive_shapes.py says how it was made.
"""

import json
import pathlib

import pytest

from actions import open_session, paid_intent, pay_by_bank, pay_by_card, post, CARD
from derive_shapes import TYPES
from simulator import Simulator

SHAPES = json.loads((pathlib.Path(__file__).parent / "resource_shapes.json").read_text())

# Members that the samples lack, each with where Stripe documents it.
ADDED = {
    "charge.outcome.risk_level": "https://docs.stripe.com/api/charges/object#charge_object-outcome-risk_level",
    "mandate.payment_method_details.us_bank_account": "https://docs.stripe.com/api/mandates/object",
    "payment_intent.automatic_payment_methods.allow_redirects": "https://docs.stripe.com/api/payment_intents/object",
    "refund.destination_details.card.reference_status": "https://docs.stripe.com/api/refunds/object",
    "refund.destination_details.card.reference_type": "https://docs.stripe.com/api/refunds/object",
}
# Members that hold different things in different objects.
FREE = {"metadata", "payment_method_options"}
# Members that may be null though the sample has a value; Stripe documents each as nullable.
NULLABLE = {
    "charge.balance_transaction": "no money moved",
    "charge.billing_details.name": "nobody typed one",
    "charge.description": "the payment has none",
    "charge.receipt_url": "the simulator sends no receipts",
    "checkout.session.payment_intent": "none before the first attempt",
    "customer.currency": "none before the first invoice",
    "payment_intent.canceled_at": "not canceled",
    **{
        f"payment_method.billing_details.{name}": "nobody typed one"
        for name in (
            "address.city",
            "address.country",
            "address.line1",
            "address.postal_code",
            "address.state",
            "email",
            "phone",
        )
    },
}


def differences(shape, value, path):
    """What `value` lacks, has too much, or has of another type than `shape`."""
    if isinstance(shape, str):
        given = "object" if isinstance(value, dict) else TYPES[type(value)]
        if "null" not in (shape, given) and shape != given:
            yield f"{path}: {given} instead of {shape}"
        if given == "null" != shape and path not in NULLABLE:
            yield f"{path}: null instead of {shape}"
        return
    if value is None:
        return
    if not isinstance(value, dict):
        yield f"{path}: no object"
        return
    for name in shape.keys() - value.keys():
        yield f"{path}.{name}: missing"
    if shape and path.rsplit(".", 1)[-1] not in FREE:
        for name in value.keys() - shape.keys():
            if f"{path}.{name}" not in ADDED:
                yield f"{path}.{name}: not in the sample"
    for name in shape.keys() & value.keys():
        yield from differences(shape[name], value[name], f"{path}.{name}")


def check(resource, value):
    found = list(differences(SHAPES[resource], json.loads(str(value)), resource))
    assert not found, "\n".join(found)


def test_a_card_payments_objects(api):
    customer = api.customers.create(params={"email": "pat@example.com", "address": {"city": "Boston"}})
    check("customer", customer)
    paid = paid_intent(api, customer=customer.id)
    check("payment_intent", paid)
    check("payment_method", api.payment_methods.retrieve(paid.payment_method))
    check("charge", api.charges.retrieve(paid.latest_charge))
    refund = api.refunds.create(params={"payment_intent": paid.id, "amount": 1})
    check("refund", refund)
    check("balance_transaction", api.balance_transactions.retrieve(refund.balance_transaction))
    check("balance", api.balance.retrieve())
    check("event", api.events.list(params={"limit": 1}).data[0])
    endpoint = api.webhook_endpoints.list().data[0]
    check("webhook_endpoint", endpoint)


def test_a_payment_intent_before_and_after_a_decline(api, browser):
    session = open_session(api)
    check("checkout.session", session)
    pay_by_card(browser, session, "4000000000000002")
    session = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent.latest_charge"]})
    intent = session.payment_intent.to_dict()
    intent["last_payment_error"] = None
    intent["latest_charge"] = None
    assert not list(differences(SHAPES["payment_intent"], intent, "payment_intent"))
    check("charge", session.payment_intent.latest_charge)


@pytest.mark.parametrize("pay", [pay_by_card, pay_by_bank])
def test_a_completed_session(api, browser, pay):
    session = open_session(api)
    pay(browser, session)
    done = json.loads(str(api.checkout.sessions.retrieve(session.id)))
    # Null once the session is no longer open.
    assert done.pop("url") is None
    done["url"] = session.url
    found = list(differences(SHAPES["checkout.session"], done, "checkout.session"))
    assert not found, "\n".join(found)


def test_setup_objects(api, browser):
    params = {
        "mode": "setup",
        "success_url": "https://practice.test/saved",
        "allowed_payment_method_types": ["card", "us_bank_account"],
    }
    session = api.checkout.sessions.create(params=params)
    check("setup_intent", api.setup_intents.retrieve(session.setup_intent))
    pay_by_bank(browser, session)
    setup = api.setup_intents.retrieve(session.setup_intent, params={"expand": ["mandate"]})
    check("mandate", setup.mandate)
    second = api.checkout.sessions.create(params=params)
    post(browser, second.url, {**CARD, "number": "4242424242424242"})
    check("setup_intent", api.setup_intents.retrieve(second.setup_intent))


def test_a_bank_debits_charge(simulator, api, browser):
    session = open_session(api)
    pay_by_bank(browser, session)
    intent = api.checkout.sessions.retrieve(session.id).payment_intent
    simulator.settle(intent)
    charge = json.loads(str(api.charges.list(params={"payment_intent": intent}).data[0]))
    shape = {**SHAPES["charge"], "payment_method_details": {}}
    assert not list(differences(shape, charge, "charge"))
    assert charge["payment_method_details"]["us_bank_account"]["last4"] == "6789"


def test_a_dispute_and_a_payout():
    simulator = Simulator()
    try:
        api = simulator.client.v1
        charge = paid_intent(api, capture_method="automatic").latest_charge
        dispute = simulator.control("POST", f"charges/{charge}/dispute", {"reason": "fraudulent"})
        check("dispute", api.disputes.retrieve(dispute["id"]))
        check("balance_transaction", api.disputes.retrieve(dispute["id"]).balance_transactions[0])
        simulator.control("POST", f"disputes/{dispute['id']}/close", {"status": "won"})
        paid_intent(api, 90000)
        simulator.advance(days=5)
        payout = api.payouts.list().data[0]
        check("payout", payout)
        check("balance_transaction", api.balance_transactions.retrieve(payout.balance_transaction))
    finally:
        simulator.stop()
