"""https://docs.stripe.com/api/checkout/sessions"""

import time

import pytest

from actions import open_session, pay_by_card, refused, session_params

INVALID = "invalid_request_error"


def test_a_session_is_made_open_with_a_page(api):
    session = open_session(api, client_reference_id="pay_1", metadata={"attempt": "1"})
    assert session.id.startswith("cs_test_")
    assert (session.status, session.payment_status, session.mode) == ("open", "unpaid", "payment")
    assert (session.amount_total, session.currency, session.payment_intent) == (12500, "usd", None)
    assert session.url.endswith(f"/c/pay/{session.id}")
    assert session.expires_at - session.created == 24 * 3600
    lines = api.checkout.sessions.line_items.list(session.id).data
    assert [(line.description, line.amount_total) for line in lines] == [("Payment to Practice", 12500)]


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (30 * 60 - 60, "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."),
        (24 * 3600 + 1, "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."),
    ],
)
def test_sessions_live_30_minutes_to_24_hours(api, seconds, message):
    with refused(400, INVALID, None, "expires_at", message):
        open_session(api, expires_at=int(time.time()) + seconds)


@pytest.mark.parametrize("seconds", [31 * 60, 24 * 3600 - 60])
def test_lives_within_the_bounds_are_taken(api, seconds):
    at = int(time.time()) + seconds
    assert open_session(api, expires_at=at).expires_at == at


def test_an_open_session_is_expired_once(api, receiver):
    session = open_session(api)
    expired = api.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    receiver.event("checkout.session.expired", session.id)
    message = 'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of'
    with refused(400, INVALID, None, message=f"{message} `expired`."):
        api.checkout.sessions.expire(session.id)


def test_a_completed_session_cannot_be_expired(api, browser):
    session = open_session(api)
    pay_by_card(browser, session)
    with refused(400, INVALID, None, message="This Checkout Session has a status of `complete`."):
        api.checkout.sessions.expire(session.id)


def test_expiring_cancels_what_the_session_had_begun(api, browser, receiver):
    session = open_session(api)
    pay_by_card(browser, session, "4000000000000002")
    intent = api.checkout.sessions.retrieve(session.id).payment_intent
    api.checkout.sessions.expire(session.id)
    assert api.payment_intents.retrieve(intent).status == "canceled"
    receiver.event("payment_intent.canceled", intent)


def test_a_session_expires_by_itself(simulator, api, receiver):
    session = open_session(api)
    simulator.control("POST", f"checkout_sessions/{session.id}/expire")
    receiver.event("checkout.session.expired", session.id)
    assert api.checkout.sessions.retrieve(session.id).status == "expired"


def test_an_unknown_session_is_404(api):
    with refused(404, INVALID, "resource_missing", "session", "No such checkout.session: 'cs_test_x'"):
        api.checkout.sessions.retrieve("cs_test_x")


@pytest.mark.parametrize(
    ("amount", "code", "message"),
    [
        (49, "amount_too_small", "total amount due must add up to at least $0.50 usd"),
        (100_000_000, "amount_too_large", "no more than $999,999.99"),
    ],
)
def test_totals_have_bounds(api, amount, code, message):
    with refused(400, INVALID, code, message=message):
        open_session(api, amount)


@pytest.mark.parametrize("missing", ["mode", "success_url", "line_items"])
def test_required_parameters(api, missing):
    params = session_params()
    del params[missing]
    with refused(400, INVALID, "parameter_missing", missing):
        api.checkout.sessions.create(params=params)


def test_each_line_needs_a_price_and_a_quantity(api):
    params = session_params()
    del params["line_items"][0]["quantity"]
    with refused(400, INVALID, "parameter_missing", "line_items[0][quantity]"):
        api.checkout.sessions.create(params=params)
    params["line_items"] = [{"quantity": 1}]
    with refused(400, INVALID, "parameter_missing", "line_items[0][price_data]"):
        api.checkout.sessions.create(params=params)


# https://docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions
@pytest.mark.parametrize("mode", ["payment", "setup"])
def test_payment_method_types_are_read_but_not_sent(api, mode):
    setup = {"mode": "setup", "success_url": "https://practice.test", "allowed_payment_method_types": ["card"]}
    params = setup if mode == "setup" else session_params(allowed_payment_method_types=["card"])
    with refused(400, INVALID, "parameter_unknown", "payment_method_types"):
        api.checkout.sessions.create(params={**params, "payment_method_types": ["card"]})
    assert api.checkout.sessions.create(params=params).payment_method_types == ["card"]


def test_urls_need_a_scheme(api):
    with refused(400, INVALID, "url_invalid", "success_url"):
        open_session(api, success_url="practice.test/done")


def test_a_customer_or_an_email_address(api):
    customer = api.customers.create(params={"email": "pat@example.com"}).id
    with refused(400, INVALID, None, message="You may only specify one of these parameters"):
        open_session(api, customer=customer, customer_email="pat@example.com")
    assert open_session(api, customer=customer).customer_details.email == "pat@example.com"


def test_setup_mode_takes_no_lines(api):
    with refused(400, INVALID, None, "line_items", "You can not pass `line_items` in `setup` mode."):
        open_session(api, mode="setup")
    params = {"mode": "setup", "success_url": "https://practice.test"}
    with refused(400, INVALID, "parameter_missing", "currency"):
        api.checkout.sessions.create(params=params)


def test_sessions_are_listed_by_customer_intent_and_status(api, browser):
    customer = api.customers.create().id
    first, second = (open_session(api, customer=customer) for _ in range(2))
    pay_by_card(browser, first)
    intent = api.checkout.sessions.retrieve(first.id).payment_intent

    def ids(**filters):
        return [row.id for row in api.checkout.sessions.list(params=filters).data]

    assert ids(customer=customer) == [second.id, first.id]
    assert ids(payment_intent=intent) == [first.id]
    assert ids(customer=customer, status="open") == [second.id]


def test_a_hold_completes_the_session_unpaid(api, browser):
    session = open_session(api, payment_intent_data={"capture_method": "manual"}, allowed_payment_method_types=["card"])
    pay_by_card(browser, session)
    held = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert (held.status, held.payment_status) == ("complete", "unpaid")
    assert held.payment_intent.status == "requires_capture"
    assert api.payment_intents.cancel(held.payment_intent.id).status == "canceled"
