"""https://docs.stripe.com/payouts, https://docs.stripe.com/api/payouts, https://docs.stripe.com/payouts/reconciliation"""

import pytest
import requests

from actions import bank_params, paid_intent, refused
from simulator import WEBHOOK_SECRET, Receiver, Simulator

INVALID = "invalid_request_error"
DAY = 86400


@pytest.fixture
def simulator():
    simulator = Simulator()
    yield simulator
    simulator.stop()


def everything(fetch, **params):
    """All pages of a list."""
    return list(fetch(params={"limit": 3, **params}).auto_paging_iter())


def tie_out(api, payout):
    """The movements that a payout took along, which are its amount."""
    rows = everything(api.balance_transactions.list, payout=payout.id)
    own = [row for row in rows if row.type == "payout"]
    assert [(row.id, row.net, row.source) for row in own] == [(payout.balance_transaction, -payout.amount, payout.id)]
    taken = [row for row in rows if row.type != "payout"]
    assert sum(row.net for row in taken) == payout.amount
    assert all(row.available_on <= payout.created for row in taken)
    return taken


def busy_days(simulator, api, days=12):
    """Payments, refunds, disputes and returns over some days."""
    for day in range(days):
        paid = paid_intent(api, 10000 + day)
        if day % 3 == 0:
            api.refunds.create(params={"payment_intent": paid.id, "amount": 2500})
        if day % 4 == 1:
            charge = paid_intent(api, 4000, capture_method="automatic").latest_charge
            dispute = simulator.control("POST", f"charges/{charge}/dispute", {"reason": "fraudulent"})["id"]
            simulator.control("POST", f"disputes/{dispute}/close", {"status": "won"})
        account = "pm_usBankAccount_dispute" if day % 5 == 2 else "pm_usBankAccount_success"
        api.payment_intents.create(params=bank_params(amount=7000 + day, payment_method=account))
        simulator.advance(days=1)


def test_the_available_balance_leaves_every_business_day_and_everything_ties_out(simulator):
    api = simulator.client.v1
    busy_days(simulator, api)
    simulator.advance(days=20)
    payouts = everything(api.payouts.list)
    assert len(payouts) > 5
    seen = set()
    for payout in payouts:
        assert payout.created % DAY == 0 and payout.status == "paid" and payout.automatic
        assert payout.arrival_date - payout.created in (DAY, 3 * DAY), "the next business day"
        taken = {row.id for row in tie_out(api, payout)}
        assert taken and not taken & seen, "each movement leaves once"
        seen |= taken
    movements = everything(api.balance_transactions.list)
    left = [row for row in movements if row.id not in seen and row.type != "payout"]
    balance = api.balance.retrieve()
    available, pending = balance.available[0].amount, balance.pending[0].amount
    assert sum(row.net for row in left) == available + pending
    assert sum(row.net for row in movements) == available + pending
    assert available <= 0, "what was available has left"
    types = {row.type for row in movements}
    assert types == {"charge", "payment", "refund", "adjustment", "payout"}


def test_card_money_is_paid_out_after_two_business_days(simulator):
    api = simulator.client.v1
    paid = paid_intent(api, 10000, capture_method="automatic")
    transaction = api.balance_transactions.list(params={"source": paid.latest_charge}).data[0]
    assert (transaction.status, transaction.available_on % DAY) == ("pending", 0)
    days = (transaction.available_on - paid.created) / DAY
    assert 1 < days <= 4
    simulator.advance(seconds=transaction.available_on - paid.created - 5)
    assert api.payouts.list().data == []
    simulator.advance(seconds=10)
    (payout,) = api.payouts.list().data
    assert (payout.amount, payout.status, payout.created) == (9680, "in_transit", transaction.available_on)
    assert api.balance_transactions.retrieve(transaction.id).status == "available"
    assert api.balance.retrieve().available[0].amount == 0


def test_payouts_are_found_by_status_creation_and_arrival(simulator):
    api = simulator.client.v1
    paid_intent(api, 10000)
    simulator.advance(days=6)
    paid_intent(api, 20000)
    simulator.advance(days=30)
    second, first = api.payouts.list().data
    assert first.created < second.created
    assert [row.id for row in api.payouts.list(params={"created": {"lt": second.created}}).data] == [first.id]
    assert [row.id for row in api.payouts.list(params={"created": {"gt": first.created}}).data] == [second.id]
    assert [row.id for row in api.payouts.list(params={"arrival_date": {"lte": first.arrival_date}}).data] == [first.id]
    assert [row.id for row in api.payouts.list(params={"arrival_date": second.arrival_date}).data] == [second.id]
    assert len(api.payouts.list(params={"status": "paid"}).data) == 2
    assert api.payouts.list(params={"status": "failed"}).data == []
    with refused(400, INVALID, None, "status"):
        api.payouts.list(params={"status": "lost"})


@pytest.mark.parametrize("after_days", [4, 20])
def test_a_payout_that_fails_returns_to_the_balance_and_leaves_again(after_days):
    receiver = Receiver()
    simulator = Simulator("--webhook-url", receiver.url, "--webhook-secret", WEBHOOK_SECRET)
    try:
        api = simulator.client.v1
        paid_intent(api, 10000)
        simulator.advance(days=after_days)
        (payout,) = api.payouts.list().data
        was_paid = payout.status == "paid"
        simulator.control("POST", f"payouts/{payout.id}/fail", {"failure_code": "no_account"})
        failed = api.payouts.retrieve(payout.id, params={"expand": ["failure_balance_transaction"]})
        assert (failed.status, failed.failure_code) == ("failed", "no_account")
        returned = failed.failure_balance_transaction
        assert (returned.type, returned.reporting_category) == ("payout_failure", "payout_reversal")
        assert (returned.net, api.balance.retrieve().available[0].amount) == (9680, 9680)
        tie_out(api, failed)
        url = f"{simulator.url}/_simulator/payouts/{payout.id}/fail"
        assert requests.post(url, json={}, timeout=10).status_code == 409
        simulator.advance(days=4)
        second = api.payouts.list().data[0]
        assert (second.amount, [row.id for row in tie_out(api, second)]) == (9680, [returned.id])
        for kind in ("payout.created", "payout.reconciliation_completed", "payout.updated", "payout.failed"):
            receiver.event(kind, payout.id)
        if was_paid:
            receiver.event("payout.paid", payout.id)
    finally:
        simulator.stop()
        receiver.server.shutdown()


def test_a_negative_balance_waits(simulator):
    api = simulator.client.v1
    paid = paid_intent(api, 10000)
    simulator.advance(days=6)
    assert len(api.payouts.list().data) == 1
    api.refunds.create(params={"payment_intent": paid.id})
    simulator.advance(days=6)
    assert len(api.payouts.list().data) == 1
    assert api.balance.retrieve().available[0].amount == -10000
    paid_intent(api, 30000)
    simulator.advance(days=6)
    latest = api.payouts.list().data[0]
    assert latest.amount == 30000 - 900 - 10000
    assert {row.type for row in tie_out(api, latest)} == {"charge", "refund"}


def test_money_that_bypasses_pending_leaves_the_next_business_day(simulator):
    """https://docs.stripe.com/testing#available-balance"""
    api = simulator.client.v1
    paid_intent(api, 10000, payment_method="pm_card_bypassPending", capture_method="automatic")
    assert api.balance.retrieve().available[0].amount == 9680
    simulator.advance(days=3)
    assert api.payouts.list().data[0].amount == 9680


def test_unknown_payouts(simulator):
    api = simulator.client.v1
    with refused(404, INVALID, "resource_missing", "payout", "No such payout: 'po_nothing'"):
        api.payouts.retrieve("po_nothing")
    with refused(400, INVALID, "resource_missing", "payout"):
        api.balance_transactions.list(params={"payout": "po_nothing"})
