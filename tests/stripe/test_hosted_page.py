"""The hosted page. https://docs.stripe.com/payments/checkout, https://docs.stripe.com/testing"""

import pytest

from actions import BANK, CARD, open_session, pay_by_bank, pay_by_card, post


def test_a_card_pays_and_the_browser_goes_to_the_success_url(api, browser, receiver):
    session = open_session(api, metadata={"attempt": "7"}, payment_intent_data={"metadata": {"attempt": "7"}})
    answer = pay_by_card(browser, session)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"https://practice.test/done?session={session.id}"
    paid = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.email == "pat@example.com"
    assert paid.payment_intent.status == "succeeded"
    assert paid.payment_intent.metadata["attempt"] == "7"
    assert paid.payment_intent.latest_charge.amount_captured == 12500
    completed = receiver.event("checkout.session.completed", session.id)
    assert completed.data.object["payment_status"] == "paid"
    receiver.event("payment_intent.created", paid.payment_intent.id)
    receiver.event("payment_intent.succeeded", paid.payment_intent.id)
    receiver.event("charge.succeeded", paid.payment_intent.latest_charge.id)


@pytest.mark.parametrize(
    ("number", "decline_code", "says"),
    [
        ("4000000000000002", "generic_decline", "Your card was declined."),
        ("4000 0000 0000 9995", "insufficient_funds", "Your card has insufficient funds."),
        ("4000000000000069", "expired_card", "Your card has expired."),
        ("4539578763621486", "test_mode_live_card", "non test card"),
    ],
)
def test_a_decline_keeps_the_session_open_and_says_why(api, browser, receiver, number, decline_code, says):
    session = open_session(api)
    answer = pay_by_card(browser, session, number)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/c/pay/{session.id}")
    assert says in browser.get(session.url).text
    after = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent.latest_charge"]})
    assert (after.status, after.payment_status) == ("open", "unpaid")
    assert after.payment_intent.status == "requires_payment_method"
    assert after.payment_intent.last_payment_error.decline_code == decline_code
    assert after.payment_intent.latest_charge.status == "failed"
    receiver.event("payment_intent.payment_failed", after.payment_intent.id)
    receiver.event("charge.failed", after.payment_intent.latest_charge.id)
    assert pay_by_card(browser, session).headers["location"].startswith("https://practice.test/done")
    again = api.checkout.sessions.retrieve(session.id)
    assert again.payment_intent == after.payment_intent.id, "one PaymentIntent for all attempts of a session"


@pytest.mark.parametrize("number", ["4000002500003155", "4000002760003184"])
@pytest.mark.parametrize("outcome", ["complete", "fail"])
def test_three_d_secure(api, browser, number, outcome):
    session = open_session(api)
    challenge = f"/c/pay/{session.id}/authenticate"
    assert pay_by_card(browser, session, number).headers["location"] == challenge
    waiting = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert waiting.payment_intent.status == "requires_action"
    page = session.url + "/authenticate"
    assert "Complete authentication" in browser.get(page).text
    answer = post(browser, page, {"outcome": outcome})
    after = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    if outcome == "complete":
        assert answer.headers["location"].startswith("https://practice.test/done")
        assert after.payment_intent.status == "succeeded"
    else:
        assert "unable to authenticate" in browser.get(session.url).text
        assert after.status == "open"
        assert after.payment_intent.last_payment_error.code == "payment_intent_authentication_failure"


def test_a_bank_debit_completes_unpaid_and_settles_later(simulator, api, browser, receiver):
    session = open_session(api)
    assert pay_by_bank(browser, session).headers["location"].startswith("https://practice.test/done")
    waiting = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent.latest_charge"]})
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert waiting.payment_intent.status == "processing"
    assert waiting.payment_intent.latest_charge.status == "pending"
    assert receiver.event("checkout.session.completed", session.id).data.object["payment_status"] == "unpaid"
    receiver.event("payment_intent.processing", waiting.payment_intent.id)
    receiver.event("charge.pending", waiting.payment_intent.latest_charge.id)
    simulator.settle(waiting.payment_intent.id)
    after = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert (after.payment_status, after.payment_intent.status) == ("paid", "succeeded")
    receiver.event("checkout.session.async_payment_succeeded", session.id)
    receiver.event("payment_intent.succeeded", waiting.payment_intent.id)


def test_a_bank_debit_that_fails_later(simulator, api, browser, receiver):
    session = open_session(api)
    pay_by_bank(browser, session, "000111111116")
    intent = api.checkout.sessions.retrieve(session.id).payment_intent
    simulator.settle(intent)
    after = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent.latest_charge"]})
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    assert after.payment_intent.status == "requires_payment_method"
    assert after.payment_intent.latest_charge.failure_code == "no_account"
    receiver.event("checkout.session.async_payment_failed", session.id)
    receiver.event("payment_intent.payment_failed", intent)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({**CARD, "number": "4242424242424241"}, "Your card number is invalid."),
        ({**CARD, "number": "4242424242424242", "expiry": "01/20"}, "expiration date is in the past"),
        ({**CARD, "number": "4242424242424242", "expiry": "13/34"}, "expiration date is incomplete"),
        ({**CARD, "number": "4242424242424242", "cvc": "1"}, "security code is incomplete"),
        ({**CARD, "number": "4242424242424242", "email": "pat"}, "Enter an email address"),
        ({**BANK, "account_number": "123"}, "not a test account number"),
        ({**BANK, "account_number": "000123456789", "routing_number": "1"}, "not a test routing number"),
    ],
)
def test_what_was_typed_wrong_is_marked_and_nothing_is_attempted(api, browser, form, says):
    session = open_session(api)
    answer = post(browser, session.url, form)
    assert answer.status_code == 422
    assert says in answer.text.replace("&#39;", "'")
    assert 'aria-invalid="true"' in answer.text
    assert api.checkout.sessions.retrieve(session.id).payment_intent is None


def test_a_completed_session_says_so_and_takes_no_second_payment(api, browser):
    session = open_session(api)
    pay_by_card(browser, session)
    assert "checkout is complete" in browser.get(session.url).text
    answer = pay_by_card(browser, session)
    assert answer.headers["location"] == f"/c/pay/{session.id}"
    intent = api.checkout.sessions.retrieve(session.id).payment_intent
    assert len(api.charges.list(params={"payment_intent": intent}).data) == 1


def test_an_expired_session_says_so_and_cannot_be_paid(api, browser):
    session = open_session(api)
    api.checkout.sessions.expire(session.id)
    page = browser.get(session.url).text
    assert "has expired" in page and "https://practice.test/back" in page
    pay_by_card(browser, session)
    after = api.checkout.sessions.retrieve(session.id)
    assert (after.status, after.payment_intent) == ("expired", None)


def test_the_page_says_what_it_is_and_needs_no_script(api, browser):
    session = open_session(api)
    page = browser.get(session.url)
    assert "Stripe simulator" in page.text and "$125.00" in page.text
    assert "<script" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert 'href="https://practice.test/back"' in page.text
    assert "US bank account" in page.text
    card_only = browser.get(open_session(api, allowed_payment_method_types=["card"]).url).text
    assert "US bank account" not in card_only


def test_an_unknown_session_is_not_found(simulator, browser):
    assert browser.get(f"{simulator.url}/c/pay/cs_test_nothing").status_code == 404


def test_setup_mode_saves_the_card_for_off_session_payments(api, browser, receiver):
    customer = api.customers.create()
    params = {
        "mode": "setup",
        "customer": customer.id,
        "success_url": "https://practice.test/saved",
        "allowed_payment_method_types": ["card"],
    }
    session = api.checkout.sessions.create(params=params)
    assert (session.payment_status, session.amount_total) == ("no_payment_required", None)
    form = {**CARD, "number": "4000002500003155"}
    assert post(browser, session.url, form).headers["location"].endswith("/authenticate")
    post(browser, session.url + "/authenticate", {"outcome": "complete"})
    setup = api.setup_intents.retrieve(session.setup_intent)
    assert setup.status == "succeeded"
    receiver.event("setup_intent.succeeded", setup.id)
    receiver.event("payment_method.attached", setup.payment_method)
    saved = api.payment_methods.list(params={"customer": customer.id, "type": "card"}).data
    assert [method.id for method in saved] == [setup.payment_method]
    intent = api.payment_intents.create(
        params={
            "amount": 5000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": setup.payment_method,
            "allowed_payment_method_types": ["card"],
            "off_session": True,
            "confirm": True,
        }
    )
    assert intent.status == "succeeded"


def test_setup_mode_for_a_bank_account_gives_a_reusable_mandate(api, browser):
    customer = api.customers.create()
    params = {
        "mode": "setup",
        "customer": customer.id,
        "success_url": "https://practice.test/saved",
        "allowed_payment_method_types": ["us_bank_account"],
    }
    session = api.checkout.sessions.create(params=params)
    pay_by_bank(browser, session)
    setup = api.setup_intents.retrieve(session.setup_intent, params={"expand": ["mandate"]})
    assert (setup.mandate.status, setup.mandate.type) == ("active", "multi_use")
    intent = api.payment_intents.create(
        params={
            "amount": 5000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": setup.payment_method,
            "allowed_payment_method_types": ["us_bank_account"],
            "off_session": True,
            "confirm": True,
        }
    )
    assert intent.status == "processing"
