"""The data survives a restart; a reset forgets it."""

from actions import bank_params, open_session, paid_intent, pay_by_card, refused
from simulator import Simulator, wait_for


def test_data_survives_a_restart(tmp_path, browser):
    snapshot = str(tmp_path / "stripe.json")
    first = Simulator("--snapshot", snapshot, "--public-url", "http://stripe.localhost")
    session = open_session(first.client.v1)
    assert session.url.startswith("http://stripe.localhost/c/pay/")
    paid = paid_intent(first.client.v1, description="kept")
    kept = first.client.v1.customers.create(options={"idempotency_key": "kept"})
    first.stop()
    second = Simulator("--snapshot", snapshot)
    try:
        api = second.client.v1
        assert api.payment_intents.retrieve(paid.id).description == "kept"
        assert api.customers.create(options={"idempotency_key": "kept"}).id == kept.id
        session.url = f"{second.url}/c/pay/{session.id}"
        assert pay_by_card(browser, session).status_code == 303
        assert api.checkout.sessions.retrieve(session.id).payment_status == "paid"
        second.control("POST", "reset")
        with refused(404, "invalid_request_error", "resource_missing"):
            api.payment_intents.retrieve(paid.id)
    finally:
        second.stop()


def test_debits_settle_when_their_time_has_come():
    simulator = Simulator("--ach-seconds", "1", "--refund-seconds", "1")
    try:
        api = simulator.client.v1
        made = api.payment_intents.create(params=bank_params())
        wait_for(lambda: api.payment_intents.retrieve(made.id).status == "succeeded", "the debit settling by itself")
        refund = api.refunds.create(params={"payment_intent": made.id})
        wait_for(lambda: api.refunds.retrieve(refund.id).status == "succeeded", "the refund arriving by itself")
    finally:
        simulator.stop()
