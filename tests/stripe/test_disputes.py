"""https://docs.stripe.com/disputes, https://docs.stripe.com/api/disputes"""

import pytest
import requests

from actions import bank_params, paid_intent, refused
from simulator import Simulator, wait_for

INVALID = "invalid_request_error"


def disputed(simulator, api):
    """A card payment and the dispute about it."""
    paid = paid_intent(api, capture_method="automatic")
    path = f"charges/{paid.latest_charge}/dispute"
    return paid, simulator.control("POST", path, {"reason": "fraudulent"})["id"]


def dispute_events(receiver, dispute, count):
    """The types of a dispute's events in the order they happened, with its status then; waits for `count` of them.

    Events arrive in any order, so that none of them tells that the others are there.
    """

    def look():
        found = [e for e in receiver.events() if e.data.object["id"] == dispute]
        return found if len(found) >= count else None

    found = wait_for(look, f"{count} events of {dispute}")
    return [(e.type.removeprefix("charge.dispute."), e.data.object["status"]) for e in sorted(found, key=lambda e: e.id)]


def test_a_dispute_takes_the_amount_and_a_fee(simulator, api, receiver):
    paid, id = disputed(simulator, api)
    dispute = api.disputes.retrieve(id, params={"expand": ["charge", "payment_intent"]})
    assert (dispute.amount, dispute.reason, dispute.status) == (12500, "fraudulent", "needs_response")
    assert (dispute.charge.id, dispute.charge.disputed) == (paid.latest_charge, True)
    assert (dispute.payment_intent.id, dispute.payment_intent.status) == (paid.id, "succeeded")
    assert dispute.payment_method_details.card.brand == "visa"
    assert dispute.evidence_details.due_by > dispute.created
    (withdrawn,) = dispute.balance_transactions
    assert (withdrawn.type, withdrawn.reporting_category) == ("adjustment", "dispute")
    assert (withdrawn.amount, withdrawn.fee, withdrawn.net) == (-12500, 1500, -14000)
    assert withdrawn.description == f"Chargeback withdrawal for {paid.latest_charge}"
    assert api.balance_transactions.list(params={"source": id}).data[0].id == withdrawn.id
    happened = [("created", "needs_response"), ("funds_withdrawn", "needs_response")]
    assert dispute_events(receiver, id, 2) == happened


def test_a_won_dispute_gives_the_amount_back(simulator, api, receiver):
    paid, id = disputed(simulator, api)
    with refused(400, INVALID, "charge_disputed", message="has been charged back; cannot issue a refund."):
        api.refunds.create(params={"payment_intent": paid.id})
    assert simulator.control("POST", f"disputes/{id}/close", {"status": "won"})["status"] == "won"
    returned = api.balance_transactions.list(params={"source": id, "type": "adjustment"}).data[0]
    assert (returned.amount, returned.fee, returned.reporting_category) == (12500, 0, "dispute_reversal")
    assert dispute_events(receiver, id, 4)[2:] == [("funds_reinstated", "won"), ("closed", "won")]
    assert api.charges.retrieve(paid.latest_charge).disputed is True
    assert api.refunds.create(params={"payment_intent": paid.id}).amount == 12500


def test_a_lost_dispute_stays_lost(simulator, api, receiver):
    paid, id = disputed(simulator, api)
    simulator.control("POST", f"disputes/{id}/close", {"status": "lost"})
    assert dispute_events(receiver, id, 3)[2:] == [("closed", "lost")]
    with refused(400, INVALID, "charge_disputed"):
        api.refunds.create(params={"charge": paid.latest_charge, "amount": 1})
    again = requests.post(f"{simulator.url}/_simulator/disputes/{id}/close", json={"status": "won"}, timeout=10)
    assert again.status_code == 409
    with refused(400, INVALID, message="already closed"):
        api.disputes.update(id, params={"evidence": {"uncategorized_text": "late"}})


def test_a_part_of_a_charge_is_disputed(simulator, api):
    paid = paid_intent(api, 10000)
    path = f"charges/{paid.latest_charge}/dispute"
    dispute = simulator.control("POST", path, {"reason": "duplicate", "amount": 2500})
    assert (dispute["amount"], dispute["balance_transactions"][0]["net"]) == (2500, -4000)
    url = f"{simulator.url}/_simulator/{path}"
    assert requests.post(url, json={"reason": "duplicate"}, timeout=10).status_code == 409, "one dispute a charge"


@pytest.mark.parametrize("amount", [0, 10001])
def test_no_more_is_disputed_than_was_captured(simulator, api, amount):
    paid = paid_intent(api, 10000)
    url = f"{simulator.url}/_simulator/charges/{paid.latest_charge}/dispute"
    answer = requests.post(url, json={"reason": "fraudulent", "amount": amount}, timeout=10)
    assert (answer.status_code, "problem" in answer.json()) == (409, True)
    assert requests.post(url, json={"reason": "spite"}, timeout=10).status_code == 409


def test_an_authorisation_cannot_be_disputed(simulator, api):
    held = paid_intent(api, capture_method="manual")
    url = f"{simulator.url}/_simulator/charges/{held.latest_charge}/dispute"
    assert requests.post(url, json={"reason": "fraudulent"}, timeout=10).status_code == 409


@pytest.mark.parametrize(
    ("token", "reason"),
    [("pm_card_createDispute", "fraudulent"), ("pm_card_createDisputeProductNotReceived", "product_not_received")],
)
def test_the_test_cards_dispute_by_themselves(api, token, reason):
    """https://docs.stripe.com/testing#disputes"""
    paid = paid_intent(api, payment_method=token)
    assert paid.status == "succeeded"
    listed = wait_for(lambda: api.disputes.list(params={"payment_intent": paid.id}).data, "the dispute")
    assert [(row.reason, row.amount, row.status) for row in listed] == [(reason, 12500, "needs_response")]
    assert [row.id for row in api.disputes.list(params={"charge": paid.latest_charge}).data] == [listed[0].id]


@pytest.mark.parametrize(("text", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_evidence_decides_in_test_mode(simulator, api, receiver, text, status):
    """https://docs.stripe.com/testing#evidence"""
    _, id = disputed(simulator, api)
    draft = api.disputes.update(id, params={"evidence": {"customer_name": "Pat Doe"}, "submit": False})
    assert (draft.status, draft.evidence.customer_name) == ("needs_response", "Pat Doe")
    assert (draft.evidence_details.has_evidence, draft.evidence_details.submission_count) == (True, 0)
    assert api.disputes.update(id, params={"evidence": {"uncategorized_text": text}}).status == status
    returned = ["funds_reinstated"] if status == "won" else []
    happened = ["created", "funds_withdrawn", "updated", "updated", *returned, "closed"]
    assert [kind for kind, _ in dispute_events(receiver, id, len(happened))] == happened


def test_a_loss_is_accepted(simulator, api):
    _, id = disputed(simulator, api)
    assert api.disputes.close(id).status == "lost"
    with refused(400, INVALID, message="already closed"):
        api.disputes.close(id)


def test_an_unknown_dispute_is_404(api):
    with refused(404, INVALID, "resource_missing", "dispute", "No such dispute: 'du_nothing'"):
        api.disputes.retrieve("du_nothing")


@pytest.mark.parametrize(
    ("reason", "fee"),
    [
        ("debit_not_authorized", 1500),
        ("insufficient_funds", 400),
        ("incorrect_account_details", 400),
        ("bank_cannot_process", 400),
    ],
)
def test_a_bank_debit_that_comes_back_is_a_dispute_that_is_lost_at_once(simulator, api, receiver, reason, fee):
    """https://docs.stripe.com/payments/ach-direct-debit#transaction-failures"""
    customer = api.customers.create().id
    paid = api.payment_intents.create(params=bank_params(customer=customer, setup_future_usage="off_session"))
    simulator.settle(paid.id)
    id = simulator.control("POST", f"charges/{paid.latest_charge}/dispute", {"reason": reason})["id"]
    happened = [("created", "lost"), ("funds_withdrawn", "lost"), ("closed", "lost")]
    assert dispute_events(receiver, id, 3) == happened
    dispute = api.disputes.retrieve(id)
    assert (dispute.reason, dispute.status, dispute.evidence_details.due_by) == (reason, "lost", None)
    (withdrawn,) = dispute.balance_transactions
    assert (withdrawn.amount, withdrawn.fee) == (-60000, fee)
    after = api.payment_intents.retrieve(paid.id, params={"expand": ["latest_charge"]})
    assert (after.status, after.latest_charge.status, after.latest_charge.disputed) == ("succeeded", "succeeded", True)
    with refused(400, INVALID, "charge_disputed"):
        api.refunds.create(params={"payment_intent": paid.id})
    mandate = after.latest_charge.payment_method_details.us_bank_account.mandate
    assert receiver.event("mandate.updated", mandate).data.object["status"] == "inactive"
    again = {
        "amount": 100,
        "currency": "usd",
        "customer": customer,
        "payment_method": paid.payment_method,
        "allowed_payment_method_types": ["us_bank_account"],
    }
    second = api.payment_intents.create(params=again)
    if reason == "incorrect_account_details":
        with refused(402, "card_error", "bank_account_unusable"):
            api.payment_intents.confirm(second.id, params={"off_session": True})
        return
    with refused(400, INVALID, "payment_intent_mandate_invalid") as caught:
        api.payment_intents.confirm(second.id, params={"off_session": True})
    assert caught.value.error.payment_intent["status"] == "requires_confirmation"


def test_a_bank_debit_takes_days_and_comes_back_days_later():
    simulator = Simulator()
    try:
        api = simulator.client.v1
        made = api.payment_intents.create(params=bank_params(payment_method="pm_usBankAccount_dispute"))
        statuses = []
        for _ in range(14):
            intent = api.payment_intents.retrieve(made.id, params={"expand": ["latest_charge"]})
            statuses.append((intent.status, intent.latest_charge.disputed))
            simulator.advance(days=1)
        seen = [status for i, status in enumerate(statuses) if i == 0 or status != statuses[i - 1]]
        assert seen == [("processing", False), ("succeeded", False), ("succeeded", True)]
        dispute = api.disputes.list(params={"payment_intent": made.id}).data[0]
        succeeded = api.events.list(params={"type": "payment_intent.succeeded"}).data[0]
        assert made.created + 3 * 86400 < succeeded.created < dispute.created < made.created + 13 * 86400
        assert succeeded.created % 86400 == 0, "it happened at its second, not when somebody looked"
    finally:
        simulator.stop()
