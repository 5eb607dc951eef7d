"""https://docs.stripe.com/api/refunds, https://docs.stripe.com/refunds"""

import pytest

from actions import bank_params, paid_intent, refused

INVALID = "invalid_request_error"


def test_a_full_refund(api, receiver):
    paid = paid_intent(api)
    refund = api.refunds.create(
        params={"payment_intent": paid.id, "reason": "requested_by_customer", "metadata": {"refund": "7"}}
    )
    assert (refund.amount, refund.status, refund.charge) == (12500, "succeeded", paid.latest_charge)
    assert api.refunds.retrieve(refund.id).metadata["refund"] == "7"
    charge = api.charges.retrieve(paid.latest_charge)
    assert (charge.refunded, charge.amount_refunded) == (True, 12500)
    receiver.event("refund.created", refund.id)
    receiver.event("charge.refunded", charge.id)
    transaction = api.balance_transactions.retrieve(refund.balance_transaction)
    assert (transaction.type, transaction.amount, transaction.fee, transaction.net) == ("refund", -12500, 0, -12500)


def test_parts_add_up_and_no_more(api):
    paid = paid_intent(api)
    first = api.refunds.create(params={"charge": paid.latest_charge, "amount": 5000})
    second = api.refunds.create(params={"payment_intent": paid.id, "amount": 7000})
    assert api.charges.retrieve(paid.latest_charge).refunded is False
    over = "Refund amount ($5.01) is greater than unrefunded amount on charge ($5.00)"
    # Stripe gives this one no code.
    with refused(400, INVALID, None, "amount", over):
        api.refunds.create(params={"payment_intent": paid.id, "amount": 501})
    third = api.refunds.create(params={"payment_intent": paid.id})
    assert third.amount == 500
    with refused(400, INVALID, "charge_already_refunded", message="has already been refunded."):
        api.refunds.create(params={"payment_intent": paid.id})
    made = [third.id, second.id, first.id]
    assert [row.id for row in api.refunds.list(params={"payment_intent": paid.id}).data] == made
    assert [row.id for row in api.refunds.list(params={"charge": paid.latest_charge}).data] == made


@pytest.mark.parametrize("amount", [0, -5])
def test_amounts_are_positive(api, amount):
    with refused(400, INVALID, "parameter_invalid_integer", "amount", "Invalid positive integer"):
        api.refunds.create(params={"payment_intent": paid_intent(api).id, "amount": amount})


def test_something_must_be_named(api):
    with refused(400, INVALID, "parameter_missing", message="payment_intent or charge"):
        api.refunds.create(params={"amount": 100})


@pytest.mark.parametrize(("param", "id"), [("payment_intent", "pi_nothing"), ("charge", "ch_nothing")])
def test_an_unknown_payment_is_404(api, param, id):
    with refused(404, INVALID, "resource_missing", param):
        api.refunds.create(params={param: id})


def test_an_unpaid_payment_has_nothing_to_refund(api):
    made = api.payment_intents.create(params={"amount": 100, "currency": "usd"})
    with refused(400, INVALID, None, "payment_intent", "does not have a successful charge to refund."):
        api.refunds.create(params={"payment_intent": made.id})


def test_a_reason_is_one_of_three(api):
    with refused(400, INVALID, None, "reason", "must be one of duplicate, fraudulent, or requested_by_customer"):
        api.refunds.create(params={"payment_intent": "pi_x", "reason": "other"})


def test_a_refund_can_pend_and_succeed(simulator, api, receiver):
    paid = paid_intent(api, payment_method="pm_card_pendingRefund")
    refund = api.refunds.create(params={"payment_intent": paid.id})
    assert refund.status == "pending"
    simulator.control("POST", f"refunds/{refund.id}/settle", {"status": "succeeded"})
    assert api.refunds.retrieve(refund.id).status == "succeeded"
    receiver.event("refund.updated", refund.id)
    receiver.event("charge.refund.updated", refund.id)


def test_a_refund_can_succeed_and_fail_later_and_gives_its_amount_back(simulator, api, receiver):
    paid = paid_intent(api, payment_method="pm_card_refundFail")
    refund = api.refunds.create(params={"payment_intent": paid.id})
    assert refund.status == "succeeded"
    simulator.control("POST", f"refunds/{refund.id}/settle", {"status": "failed"})
    failed = api.refunds.retrieve(refund.id, params={"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert failed.failure_balance_transaction.net == 12500
    assert api.charges.retrieve(paid.latest_charge).amount_refunded == 0
    receiver.event("refund.failed", refund.id)
    assert api.refunds.create(params={"payment_intent": paid.id}).amount == 12500


def test_a_refund_can_pend_and_fail(simulator, api, receiver):
    """https://docs.stripe.com/refunds#failed-refunds"""
    made = api.payment_intents.create(params=bank_params())
    simulator.settle(made.id)
    refund = api.refunds.create(params={"payment_intent": made.id})
    with refused(400, INVALID, "charge_already_refunded"):
        api.refunds.create(params={"payment_intent": made.id})
    simulator.control("POST", f"refunds/{refund.id}/settle", {"status": "failed"})
    failed = receiver.event("refund.failed", refund.id).data.object
    assert failed["failure_balance_transaction"] == api.refunds.retrieve(refund.id).failure_balance_transaction
    out, back = (
        api.balance_transactions.retrieve(id)
        for id in (refund.balance_transaction, failed["failure_balance_transaction"])
    )
    assert (out.type, back.type, back.source) == ("payment_refund", "refund_failure", refund.id)
    assert out.net + back.net == 0
    receiver.event("charge.refund.updated", refund.id)
    simulator.control("POST", f"refunds/{refund.id}/settle", {"status": "failed"})
    assert api.charges.retrieve(made.latest_charge).amount_refunded == 0, "it is given back once"


def test_a_bank_debits_refund_takes_days(simulator, api):
    paid = api.payment_intents.create(params=bank_params())
    simulator.settle(paid.id)
    refund = api.refunds.create(params={"payment_intent": paid.id, "amount": 100})
    assert (refund.status, refund.id[:4]) == ("pending", "pyr_")
    assert api.charges.retrieve(paid.latest_charge).amount_refunded == 100


def test_an_unknown_refund_is_404(api):
    with refused(404, INVALID, "resource_missing", message="No such refund: 're_nothing'"):
        api.refunds.retrieve("re_nothing")
