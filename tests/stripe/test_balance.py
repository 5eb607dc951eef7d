"""https://docs.stripe.com/api/balance_transactions, https://docs.stripe.com/api/balance, https://stripe.com/pricing"""

import pytest

from actions import bank_params, paid_intent, refused
from simulator import Simulator


@pytest.mark.parametrize(("amount", "fee"), [(50, 31), (100, 33), (12500, 393), (99_999_999, 2_900_030)])
def test_cards_cost_2_9_percent_and_30_cents(api, amount, fee):
    paid = paid_intent(api, amount, capture_method="automatic")
    charge = api.charges.retrieve(paid.latest_charge, params={"expand": ["balance_transaction"]})
    transaction = charge.balance_transaction
    assert (transaction.type, transaction.amount, transaction.fee) == ("charge", amount, fee)
    assert transaction.net == amount - fee
    assert [(detail.amount, detail.type) for detail in transaction.fee_details] == [(fee, "stripe_fee")]
    assert transaction.status == "pending"


@pytest.mark.parametrize(("amount", "fee"), [(12500, 100), (62500, 500), (1_000_000, 500)])
def test_bank_debits_cost_0_8_percent_and_at_most_5_dollars(simulator, api, amount, fee):
    made = api.payment_intents.create(params=bank_params(amount=amount))
    simulator.settle(made.id)
    listed = api.balance_transactions.list(params={"source": made.latest_charge})
    assert [(row.type, row.amount, row.fee) for row in listed.data] == [("payment", amount, fee)]


def test_the_balance_is_the_sum_of_its_transactions():
    simulator = Simulator()
    try:
        api = simulator.client.v1
        paid = paid_intent(api, 10000, capture_method="automatic")
        assert api.balance.retrieve().pending[0].amount == 10000 - 320
        api.refunds.create(params={"payment_intent": paid.id})
        assert api.balance.retrieve().available[0].amount == -10000
    finally:
        simulator.stop()


def test_by_default_the_balance_transaction_comes_after_the_charge(api, receiver):
    """https://docs.stripe.com/payments/payment-intents/asynchronous-capture"""
    paid = paid_intent(api)
    assert paid.capture_method == "automatic_async"
    assert receiver.event("charge.succeeded", paid.latest_charge).data.object["balance_transaction"] is None
    booked = receiver.event("charge.updated", paid.latest_charge).data.object["balance_transaction"]
    assert api.balance_transactions.retrieve(booked).source == paid.latest_charge


def test_unknown_ids_are_404(api):
    with refused(404, "invalid_request_error", "resource_missing", message="No such balance transaction: 'txn_x'"):
        api.balance_transactions.retrieve("txn_x")
    with refused(404, "invalid_request_error", "resource_missing", message="No such charge: 'ch_x'"):
        api.charges.retrieve("ch_x")


def test_charges_are_listed_by_payment_and_customer(api):
    customer = api.customers.create().id
    paid = paid_intent(api, customer=customer)
    for filters in ({"payment_intent": paid.id}, {"customer": customer}):
        assert [row.id for row in api.charges.list(params=filters).data] == [paid.latest_charge]
