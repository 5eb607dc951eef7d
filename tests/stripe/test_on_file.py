"""Payment methods kept for later, and charged while the customer is away.

https://docs.stripe.com/payments/save-and-reuse, https://docs.stripe.com/payments/save-during-payment,
https://docs.stripe.com/api/setup_intents
"""

import datetime

import pytest

from actions import MANDATE_DATA, open_session, pay_by_bank, pay_by_card, refused, saved_by_checkout
from simulator import Simulator

INVALID = "invalid_request_error"
BOTH = ["card", "us_bank_account"]


def charge_on_file(api, customer, method, amount=4200, **more):
    """Creates first and confirms after, as a client does that saves the id before any money moves."""
    params = {
        "amount": amount,
        "currency": "usd",
        "customer": customer,
        "payment_method": method,
        "allowed_payment_method_types": BOTH,
        **more,
    }
    made = api.payment_intents.create(params=params)
    assert (made.status, made.latest_charge) == ("requires_confirmation", None)
    return api.payment_intents.confirm(made.id, params={"off_session": True})


def test_a_card_saved_by_checkout_is_charged_off_session(api, browser, receiver):
    customer = api.customers.create().id
    method = saved_by_checkout(api, browser, customer, pay_by_card)
    receiver.event("payment_method.attached", method)
    listed = api.customers.payment_methods.list(customer).data
    assert [(row.id, row.card.exp_month, row.card.exp_year) for row in listed] == [(method, 12, 2034)]
    assert api.customers.payment_methods.retrieve(customer, method).id == method
    paid = charge_on_file(api, customer, method, metadata={"payment": "9"})
    assert (paid.status, paid.amount_received, paid.metadata["payment"]) == ("succeeded", 4200, "9")
    assert [row.id for row in api.payment_intents.list(params={"customer": customer}).data] == [paid.id]


def test_an_account_saved_by_checkout_is_debited_by_its_mandate(simulator, api, browser):
    customer = api.customers.create().id
    method = saved_by_checkout(api, browser, customer, pay_by_bank)
    paid = charge_on_file(api, customer, method)
    assert paid.status == "processing"
    charge = api.charges.retrieve(paid.latest_charge)
    mandate = api.mandates.retrieve(charge.payment_method_details.us_bank_account.mandate)
    assert (mandate.type, mandate.status, mandate.payment_method) == ("multi_use", "active", method)
    simulator.settle(paid.id)
    assert api.payment_intents.retrieve(paid.id).status == "succeeded"


@pytest.mark.parametrize("pay", [pay_by_card, pay_by_bank])
def test_a_method_kept_while_paying_is_charged_again(api, browser, pay):
    customer = api.customers.create().id
    session = open_session(api, customer=customer, payment_intent_data={"setup_future_usage": "off_session"})
    pay(browser, session)
    intent = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]}).payment_intent
    assert intent.setup_future_usage == "off_session"
    assert api.payment_methods.retrieve(intent.payment_method).customer == customer
    assert charge_on_file(api, customer, intent.payment_method).status in ("succeeded", "processing")


def test_a_method_that_was_not_kept_is_not_charged_again(api, browser):
    customer = api.customers.create().id
    session = open_session(api, customer=customer)
    pay_by_card(browser, session)
    method = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]}).payment_intent.payment_method
    assert api.customers.payment_methods.list(customer).data == []
    with refused(400, INVALID, message="may not be used again"):
        charge_on_file(api, customer, method)


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_authenticationRequired", "authentication_required", "authentication_required"),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ],
)
def test_a_card_on_file_declines(api, receiver, token, code, decline_code):
    customer = api.customers.create().id
    method = api.payment_methods.attach(token, params={"customer": customer}).id
    with refused(402, "card_error", code) as caught:
        charge_on_file(api, customer, method)
    error = caught.value.error
    assert error.decline_code == decline_code
    assert (error.payment_intent["status"], error.payment_intent["latest_charge"]) == (
        "requires_payment_method",
        error.charge,
    )
    receiver.event("payment_intent.payment_failed", error.payment_intent["id"])
    assert api.payment_methods.retrieve(method).customer == customer, "it stays on file"


def test_a_card_that_authenticated_when_it_was_set_up_need_not_again(api, browser):
    customer = api.customers.create().id
    number = "4000002500003155"
    method = saved_by_checkout(api, browser, customer, lambda b, s: authenticate(b, s, number))
    assert charge_on_file(api, customer, method).status == "succeeded"
    unprepared = api.payment_methods.attach("pm_card_authenticationRequiredOnSetup", params={"customer": customer})
    with refused(402, "card_error", "authentication_required"):
        charge_on_file(api, customer, unprepared.id)


def authenticate(browser, session, number):
    pay_by_card(browser, session, number)
    answer = browser.post(f"{session.url}/authenticate", data={"outcome": "complete"}, allow_redirects=False)
    assert answer.status_code == 303


def test_a_card_on_file_expires(browser):
    simulator = Simulator()
    try:
        api = simulator.client.v1
        customer = api.customers.create().id
        method = saved_by_checkout(api, browser, customer, pay_by_card)
        now = datetime.datetime.fromtimestamp(simulator.control("GET", "clock")["now"], datetime.UTC)
        expiry = {"card": {"exp_month": now.month, "exp_year": now.year}}
        changed = api.payment_methods.update(method, params=expiry)
        assert (changed.card.exp_month, changed.card.exp_year) == (now.month, now.year)
        assert charge_on_file(api, customer, method).status == "succeeded"
        simulator.advance(days=32)
        with refused(402, "card_error", "expired_card"):
            charge_on_file(api, customer, method)
        api.payment_methods.update(method, params={"card": {"exp_year": now.year + 3}})
        assert charge_on_file(api, customer, method).status == "succeeded"
    finally:
        simulator.stop()


def test_a_card_on_file_is_authorised_before_it_is_captured(api):
    customer = api.customers.create().id
    method = api.payment_methods.attach("pm_card_visa", params={"customer": customer}).id
    held = charge_on_file(api, customer, method, capture_method="manual")
    assert (held.status, held.amount_capturable) == ("requires_capture", 4200)
    card = api.charges.retrieve(held.latest_charge).payment_method_details.card
    assert card.capture_before - held.created == pytest.approx((4 * 24 + 18) * 3600, abs=5)
    taken = api.payment_intents.capture(held.id, params={"amount_to_capture": 4000})
    assert (taken.status, taken.amount_received) == ("succeeded", 4000)
    transaction = api.balance_transactions.list(params={"source": held.latest_charge}).data[0]
    assert (transaction.amount, transaction.fee) == (4000, 146)
    assert api.refunds.create(params={"payment_intent": held.id}).amount == 4000
    assert api.charges.retrieve(held.latest_charge).refunded is True


@pytest.mark.parametrize(("token", "mandate"), [("pm_card_visa", {}), ("pm_usBankAccount_success", MANDATE_DATA)])
def test_a_setup_intent_is_made_confirmed_and_keeps_its_method(api, receiver, token, mandate):
    customer = api.customers.create().id
    params = {"customer": customer, "allowed_payment_method_types": BOTH, "metadata": {"patient": "7"}}
    made = api.setup_intents.create(params=params)
    assert (made.status, made.usage) == ("requires_payment_method", "off_session")
    receiver.event("setup_intent.created", made.id)
    done = api.setup_intents.confirm(made.id, params={"payment_method": token, **mandate})
    assert (done.status, done.metadata["patient"]) == ("succeeded", "7")
    assert (done.mandate is not None) == bool(mandate)
    receiver.event("setup_intent.succeeded", made.id)
    assert api.payment_methods.retrieve(done.payment_method).customer == customer
    for filters in ({"customer": customer}, {"payment_method": done.payment_method}):
        assert [row.id for row in api.setup_intents.list(params=filters).data] == [made.id]
    assert charge_on_file(api, customer, done.payment_method).status in ("succeeded", "processing")
    for again in (api.setup_intents.confirm, api.setup_intents.cancel):
        with refused(400, INVALID, "setup_intent_unexpected_state", message="a status of succeeded"):
            again(made.id)


def test_an_account_is_set_up_with_a_mandate_only(api):
    params = {"allowed_payment_method_types": ["us_bank_account"], "payment_method": "pm_usBankAccount_success"}
    made = api.setup_intents.create(params=params)
    assert made.status == "requires_confirmation"
    with refused(400, INVALID, "setup_intent_mandate_invalid"):
        api.setup_intents.confirm(made.id)
    assert api.setup_intents.retrieve(made.id).status == "requires_confirmation"


def test_a_setup_declines_and_is_tried_again(api, receiver):
    params = {"allowed_payment_method_types": ["card"], "payment_method": "pm_card_chargeDeclined", "confirm": True}
    with refused(402, "card_error", "card_declined") as caught:
        api.setup_intents.create(params=params)
    setup = caught.value.error.setup_intent
    assert (setup["status"], setup["last_setup_error"]["decline_code"]) == ("requires_payment_method", "generic_decline")
    receiver.event("setup_intent.setup_failed", setup["id"])
    assert api.setup_intents.confirm(setup["id"], params={"payment_method": "pm_card_visa"}).status == "succeeded"


# https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents
def test_the_types_of_a_setup_are_read_but_not_sent(api):
    customer = api.customers.create().id
    with refused(400, INVALID, "payment_method_types_no_longer_supported", "payment_method_types"):
        api.setup_intents.create(params={"customer": customer, "payment_method_types": ["card"]})
    assert api.setup_intents.list(params={"customer": customer}).data == []
    made = api.setup_intents.create(params={"customer": customer, "allowed_payment_method_types": ["card"]})
    assert made.payment_method_types == ["card"]


def test_a_setup_intent_is_canceled(api, receiver):
    made = api.setup_intents.create(params={"allowed_payment_method_types": ["card"]})
    gone = api.setup_intents.cancel(made.id, params={"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason) == ("canceled", "abandoned")
    receiver.event("setup_intent.canceled", made.id)
    with refused(400, INVALID, "setup_intent_unexpected_state"):
        api.setup_intents.confirm(made.id, params={"payment_method": "pm_card_visa"})


def test_checkouts_own_setup_intent_is_not_touched(api):
    session = api.checkout.sessions.create(
        params={"mode": "setup", "success_url": "https://practice.test", "allowed_payment_method_types": ["card"]}
    )
    for touch in (api.setup_intents.cancel, api.setup_intents.confirm):
        with refused(400, INVALID, message="SetupIntents created by Checkout"):
            touch(session.setup_intent)


def test_only_what_is_attached_can_be_changed(api):
    method = api.setup_intents.create(
        params={"allowed_payment_method_types": ["card"], "payment_method": "pm_card_visa", "confirm": True}
    ).payment_method
    with refused(400, INVALID, message="must save this PaymentMethod to a customer"):
        api.payment_methods.update(method, params={"card": {"exp_year": 2040}})
    customer = api.customers.create().id
    method = api.payment_methods.attach("pm_card_visa", params={"customer": customer}).id
    with refused(402, "card_error", "invalid_expiry_month", "card[exp_month]"):
        api.payment_methods.update(method, params={"card": {"exp_month": 13}})
