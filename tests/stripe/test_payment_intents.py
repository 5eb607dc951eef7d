"""https://docs.stripe.com/api/payment_intents, https://docs.stripe.com/payments/paymentintents/lifecycle"""

import pytest

from actions import bank_params, open_session, paid_intent, pay_by_card, refused
from simulator import Simulator

INVALID = "invalid_request_error"
UNEXPECTED = "payment_intent_unexpected_state"


def test_create_then_confirm(api, receiver):
    params = {"amount": 2000, "currency": "usd", "allowed_payment_method_types": ["card"], "metadata": {"attempt": "1"}}
    made = api.payment_intents.create(params=params)
    assert (made.status, made.client_secret.split("_secret_")[0]) == ("requires_payment_method", made.id)
    receiver.event("payment_intent.created", made.id)
    paid = api.payment_intents.confirm(made.id, params={"payment_method": "pm_card_visa"})
    assert (paid.status, paid.amount_received) == ("succeeded", 2000)
    charge = api.charges.retrieve(paid.latest_charge)
    assert (charge.paid, charge.captured, charge.metadata["attempt"]) == (True, True, "1")
    receiver.event("payment_intent.succeeded", made.id)


@pytest.mark.parametrize(
    ("amount", "code"),
    [(49, "amount_too_small"), (100_000_000, "amount_too_large"), (0, "parameter_invalid_integer")],
)
def test_amounts_have_bounds(api, amount, code):
    with refused(400, INVALID, code, "amount"):
        api.payment_intents.create(params={"amount": amount, "currency": "usd"})


@pytest.mark.parametrize("amount", [50, 99_999_999])
def test_amounts_at_the_bounds_are_taken(api, amount):
    assert api.payment_intents.create(params={"amount": amount, "currency": "usd"}).amount == amount


def test_an_unknown_currency_is_refused(api):
    with refused(400, INVALID, None, "currency", "Invalid currency: zzz"):
        api.payment_intents.create(params={"amount": 100, "currency": "zzz"})


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
def test_a_decline_is_402_with_the_payment_intent_inside(api, receiver, method, code, decline_code):
    with refused(402, "card_error", code) as caught:
        paid_intent(api, payment_method=method)
    error = caught.value.error
    assert error.decline_code == decline_code
    assert error.payment_intent["status"] == "requires_payment_method"
    assert error.payment_intent["last_payment_error"]["charge"] == error.charge
    charge = api.charges.retrieve(error.charge)
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, code)
    receiver.event("charge.failed", charge.id)
    receiver.event("payment_intent.payment_failed", error.payment_intent["id"])


def test_a_card_that_must_authenticate_declines_off_session(api):
    customer = api.customers.create().id
    method = api.payment_methods.attach("pm_card_authenticationRequired", params={"customer": customer}).id
    with refused(402, "card_error", "authentication_required") as caught:
        paid_intent(api, customer=customer, payment_method=method, off_session=True)
    assert caught.value.error.decline_code == "authentication_required"


def test_on_session_it_asks_for_action(api, receiver):
    made = paid_intent(api, payment_method="pm_card_authenticationRequired")
    assert (made.status, made.next_action.type) == ("requires_action", "use_stripe_sdk")
    receiver.event("payment_intent.requires_action", made.id)


def test_automatic_payment_methods_need_a_return_url(api):
    params = {"amount": 100, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    with refused(400, INVALID, message="you must provide a `return_url`"):
        api.payment_intents.create(params=params)
    never = {"enabled": True, "allow_redirects": "never"}
    assert api.payment_intents.create(params={**params, "automatic_payment_methods": never}).status == "succeeded"
    with_url = {**params, "return_url": "https://practice.test"}
    assert api.payment_intents.create(params=with_url).status == "succeeded"


def test_a_confirmed_payment_cannot_be_confirmed_again(api):
    paid = paid_intent(api)
    with refused(400, INVALID, UNEXPECTED, message="already succeeded") as caught:
        api.payment_intents.confirm(paid.id)
    assert caught.value.error.payment_intent["status"] == "succeeded"


def test_nothing_is_confirmed_without_a_payment_method(api):
    params = {"amount": 100, "currency": "usd", "allowed_payment_method_types": ["card"]}
    made = api.payment_intents.create(params=params)
    with refused(400, INVALID, UNEXPECTED, message="missing a payment method"):
        api.payment_intents.confirm(made.id)


def test_a_payment_method_of_another_type_is_refused(api):
    with refused(400, INVALID, "payment_intent_incompatible_payment_method", "payment_method"):
        paid_intent(api, payment_method="pm_usBankAccount_success")


# https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents
def test_payment_method_types_are_read_but_not_sent(api):
    customer = api.customers.create().id
    params = {"amount": 100, "currency": "usd", "customer": customer, "payment_method": "pm_card_visa"}
    former = {"payment_method_types": ["card"]}
    code = "payment_method_types_no_longer_supported"
    for more in (former, {**former, "allowed_payment_method_types": ["card"]}):
        with refused(400, INVALID, code, "payment_method_types"):
            api.payment_intents.create(params={**params, **more})
    assert api.payment_intents.list(params={"customer": customer}).data == []
    made = api.payment_intents.create(params={**params, "allowed_payment_method_types": ["card"]})
    assert made.payment_method_types == ["card"]
    with refused(400, INVALID, code, "payment_method_types"):
        api.payment_intents.confirm(made.id, params=former)
    assert api.payment_intents.retrieve(made.id).status == "requires_confirmation"


def test_a_type_that_is_not_simulated_is_refused(api):
    with refused(400, INVALID, None, "allowed_payment_method_types", "card and us_bank_account"):
        paid_intent(api, allowed_payment_method_types=["card", "pigeon"])


def test_off_session_is_only_for_confirming(api):
    with refused(400, INVALID, None, "off_session"):
        api.payment_intents.create(params={"amount": 100, "currency": "usd", "off_session": True})


def test_authorise_and_capture_a_part(api, receiver):
    held = paid_intent(api, amount=5000, capture_method="manual")
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 5000, 0)
    receiver.event("payment_intent.amount_capturable_updated", held.id)
    charge = api.charges.retrieve(held.latest_charge)
    assert (charge.captured, charge.balance_transaction) == (False, None)
    with refused(400, INVALID, None, "payment_intent", "does not have a successful charge to refund"):
        api.refunds.create(params={"payment_intent": held.id})
    with refused(400, INVALID, "amount_too_large", "amount_to_capture"):
        api.payment_intents.capture(held.id, params={"amount_to_capture": 5001})
    taken = api.payment_intents.capture(held.id, params={"amount_to_capture": 3000})
    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 3000, 0)
    receiver.event("charge.captured", charge.id)
    with refused(400, INVALID, UNEXPECTED, message="could not be captured because it has a status of succeeded"):
        api.payment_intents.capture(held.id)
    with refused(400, INVALID, None, "amount", "($30.01) is greater than unrefunded amount on charge ($30.00)"):
        api.refunds.create(params={"payment_intent": held.id, "amount": 3001})


def test_an_authorisation_is_released(api, receiver):
    held = paid_intent(api, capture_method="manual")
    released = api.payment_intents.cancel(held.id, params={"cancellation_reason": "requested_by_customer"})
    assert (released.status, released.cancellation_reason) == ("canceled", "requested_by_customer")
    receiver.event("payment_intent.canceled", held.id)
    receiver.event("charge.refunded", held.latest_charge)
    assert api.charges.retrieve(held.latest_charge).refunded is True


@pytest.mark.parametrize("method", ["cancel", "confirm"])
def test_a_canceled_payment_stays_canceled(api, method):
    made = api.payment_intents.create(params={"amount": 100, "currency": "usd", "payment_method": "pm_card_visa"})
    assert made.status == "requires_confirmation"
    api.payment_intents.cancel(made.id)
    with refused(400, INVALID, UNEXPECTED, message="a status of canceled"):
        getattr(api.payment_intents, method)(made.id)


def test_a_paid_payment_cannot_be_canceled(api):
    with refused(400, INVALID, UNEXPECTED, message="a status of succeeded"):
        api.payment_intents.cancel(paid_intent(api).id)


def test_checkouts_own_payment_intent_is_not_touched(api, browser):
    session = open_session(api)
    pay_by_card(browser, session, "4000000000000002")
    intent = api.checkout.sessions.retrieve(session.id).payment_intent
    for touch in (api.payment_intents.cancel, api.payment_intents.confirm):
        with refused(400, INVALID, message="PaymentIntents created by Checkout"):
            touch(intent)


def test_a_bank_debit_needs_a_mandate(api):
    params = bank_params()
    del params["mandate_data"]
    with refused(400, INVALID, "payment_intent_mandate_invalid"):
        api.payment_intents.create(params=params)


def test_a_bank_debit_settles(simulator, api, receiver):
    made = api.payment_intents.create(params=bank_params())
    assert (made.status, made.latest_charge[:3]) == ("processing", "py_")
    mandate = api.charges.retrieve(made.latest_charge).payment_method_details.us_bank_account.mandate
    assert api.mandates.retrieve(mandate).type == "single_use"
    with refused(400, INVALID, UNEXPECTED, message="a status of processing"):
        api.payment_intents.cancel(made.id)
    with refused(400, INVALID, None, "payment_intent", "does not have a successful charge to refund"):
        api.refunds.create(params={"payment_intent": made.id})
    simulator.settle(made.id)
    charge = api.charges.retrieve(made.latest_charge, params={"expand": ["balance_transaction"]})
    assert (charge.status, charge.balance_transaction.fee, charge.balance_transaction.net) == ("succeeded", 480, 59520)
    receiver.event("charge.succeeded", charge.id)


@pytest.mark.parametrize(
    ("method", "failure_code"),
    [
        ("pm_usBankAccount_accountClosed", "account_closed"),
        ("pm_usBankAccount_insufficientFunds", "insufficient_funds"),
        ("pm_usBankAccount_debitNotAuthorized", "debit_not_authorized"),
    ],
)
def test_a_bank_debit_fails(simulator, api, method, failure_code):
    made = api.payment_intents.create(params=bank_params(payment_method=method))
    simulator.settle(made.id)
    after = api.payment_intents.retrieve(made.id, params={"expand": ["latest_charge"]})
    assert (after.status, after.latest_charge.failure_code) == ("requires_payment_method", failure_code)
    assert after.last_payment_error.code == failure_code


def test_a_bank_debit_that_fails_is_taken_back_from_the_pending_balance():
    """https://docs.stripe.com/payments/ach-direct-debit/migrating-from-charges"""
    simulator = Simulator()
    try:
        api = simulator.client.v1
        made = api.payment_intents.create(params=bank_params(payment_method="pm_usBankAccount_insufficientFunds"))
        assert api.charges.retrieve(made.latest_charge).balance_transaction is None, "not submitted yet"
        simulator.advance(seconds=2)
        charge = api.charges.retrieve(made.latest_charge, params={"expand": ["balance_transaction"]})
        booked = charge.balance_transaction
        assert (charge.status, booked.type, booked.status, booked.net) == ("pending", "payment", "pending", 59520)
        assert api.balance.retrieve().pending[0].amount == 59520
        simulator.advance(days=7)
        charge = api.charges.retrieve(made.latest_charge, params={"expand": ["failure_balance_transaction"]})
        back = charge.failure_balance_transaction
        assert (charge.status, back.type, back.reporting_category) == ("failed", "payment_failure_refund", "charge_failure")
        assert (back.net, back.available_on) == (-59520, booked.available_on)
        balance = api.balance.retrieve()
        assert (balance.pending[0].amount, balance.available[0].amount) == (0, 0)
        assert api.payouts.list().data == []
    finally:
        simulator.stop()


@pytest.mark.parametrize(
    ("method", "network_code", "reason"),
    [
        ("pm_usBankAccount_accountClosed", "R02", "bank_account_closed"),
        ("pm_usBankAccount_noAccount", "R03", "bank_account_invalid_details"),
        ("pm_usBankAccount_debitNotAuthorized", "R29", "debit_not_authorized"),
    ],
)
def test_an_account_is_blocked_after_a_return(simulator, api, receiver, method, network_code, reason):
    """https://docs.stripe.com/payments/ach-direct-debit/blocked-bank-accounts"""
    customer = api.customers.create().id
    params = bank_params(payment_method=method, customer=customer, setup_future_usage="off_session")
    made = api.payment_intents.create(params=params)
    account = api.payment_intents.retrieve(made.id).payment_method
    simulator.settle(made.id)
    blocked = api.payment_methods.retrieve(account).us_bank_account.status_details.blocked
    assert (blocked.network_code, blocked.reason) == (network_code, reason)
    receiver.event("payment_method.automatically_updated", account)
    mandate = api.charges.retrieve(made.latest_charge).payment_method_details.us_bank_account.mandate
    assert api.mandates.retrieve(mandate).status == "inactive"
    with refused(402, "card_error", "bank_account_unusable") as caught:
        api.payment_intents.create(params={**params, "payment_method": account})
    charge = api.charges.retrieve(caught.value.error.charge)
    assert (charge.status, charge.failure_code, charge.id[:3]) == ("failed", "bank_account_unusable", "py_")


def test_a_lack_of_funds_blocks_nothing(simulator, api):
    customer = api.customers.create().id
    params = bank_params(
        payment_method="pm_usBankAccount_insufficientFunds", customer=customer, setup_future_usage="off_session"
    )
    made = api.payment_intents.create(params=params)
    simulator.settle(made.id)
    params = {**params, "payment_method": made.payment_method, "off_session": True}
    del params["mandate_data"], params["setup_future_usage"]
    assert api.payment_intents.create(params=params).status == "processing", "tried again by the same mandate"


def test_a_test_can_end_a_debit_against_its_account(simulator, api):
    first, second = (api.payment_intents.create(params=bank_params()) for _ in range(2))
    simulator.settle(first.id, "fail")
    assert api.payment_intents.retrieve(first.id).status == "requires_payment_method"
    simulator.settle(second.latest_charge, "succeed")
    assert api.payment_intents.retrieve(second.id).status == "succeeded"


def test_an_unknown_payment_intent_is_404(api):
    with refused(404, INVALID, "resource_missing", "intent", "No such payment_intent: 'pi_nothing'"):
        api.payment_intents.retrieve("pi_nothing")
