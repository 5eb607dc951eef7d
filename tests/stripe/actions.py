"""Steps that many tests take."""

import contextlib

import pytest
import stripe

CARD = {"method": "card", "email": "pat@example.com", "name": "Pat Doe", "expiry": "12 / 34", "cvc": "123"}
BANK = {"method": "us_bank_account", "email": "pat@example.com", "name": "Pat Doe", "routing_number": "110000000"}
ACCEPTANCE = {"type": "online", "online": {"ip_address": "127.0.0.1", "user_agent": "tests"}}
MANDATE_DATA = {"mandate_data": {"customer_acceptance": ACCEPTANCE}}


@contextlib.contextmanager
def refused(status, kind, code=None, param=None, message=None):
    """Asserts that the call is refused with this HTTP status, error type, code, and message."""
    with pytest.raises(stripe.StripeError) as caught:
        yield caught
    error = caught.value
    assert error.http_status == status, error
    assert error.error.type == kind, error
    assert error.error.code == code, error
    if param is not None:
        assert error.error.param == param, error
    if message is not None:
        assert message in error.error.message, error


def session_params(amount=12500, **more):
    """A payment session for `amount` cents."""
    line = {
        "price_data": {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Payment to Practice"}},
        "quantity": 1,
    }
    return {
        "mode": "payment",
        "success_url": "https://practice.test/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://practice.test/back",
        "line_items": [line],
        "allowed_payment_method_types": ["card", "us_bank_account"],
        **more,
    }


def open_session(api, amount=12500, **more):
    return api.checkout.sessions.create(params=session_params(amount, **more))


def post(browser, url, form):
    return browser.post(url, data=form, allow_redirects=False, timeout=10)


def pay_by_card(browser, session, number="4242424242424242"):
    return post(browser, session.url, {**CARD, "number": number})


def pay_by_bank(browser, session, account="000123456789"):
    return post(browser, session.url, {**BANK, "account_number": account})


def paid_intent(api, amount=12500, **more):
    """A PaymentIntent paid by card over the API."""
    params = {
        "amount": amount,
        "currency": "usd",
        "payment_method": "pm_card_visa",
        "allowed_payment_method_types": ["card"],
        "confirm": True,
        **more,
    }
    return api.payment_intents.create(params=params)


def bank_params(**more):
    """A bank debit over the API, confirmed."""
    return {
        "amount": 60000,
        "currency": "usd",
        "payment_method": "pm_usBankAccount_success",
        "allowed_payment_method_types": ["us_bank_account"],
        **MANDATE_DATA,
        "confirm": True,
        **more,
    }


def saved_by_checkout(api, browser, customer, pay):
    """The payment method of a customer, saved on the hosted page."""
    params = {
        "mode": "setup",
        "customer": customer,
        "success_url": "https://practice.test/saved",
        "allowed_payment_method_types": ["card", "us_bank_account"],
    }
    session = api.checkout.sessions.create(params=params)
    pay(browser, session)
    setup = api.setup_intents.retrieve(session.setup_intent)
    assert setup.status == "succeeded"
    return setup.payment_method
