"""The control API's faults: what a client meets when the network or Stripe fails."""

import time
import uuid

import pytest
import requests
import stripe

from actions import open_session, paid_intent, refused


def test_a_reply_dropped_after_acting(simulator, api):
    paid = paid_intent(api)
    key = str(uuid.uuid4())
    simulator.fault("/v1/refunds", "drop", acts=True)
    params, options = {"payment_intent": paid.id, "amount": 100}, {"idempotency_key": key}
    with pytest.raises(stripe.APIConnectionError):
        api.refunds.create(params=params, options=options)
    assert api.charges.retrieve(paid.latest_charge).amount_refunded == 100
    assert api.refunds.create(params=params, options=options).amount == 100
    assert api.charges.retrieve(paid.latest_charge).amount_refunded == 100


def test_a_request_dropped_before_acting(simulator, api):
    paid = paid_intent(api)
    simulator.fault("/v1/refunds", "drop")
    with pytest.raises(stripe.APIConnectionError):
        api.refunds.create(params={"payment_intent": paid.id})
    assert api.refunds.list(params={"payment_intent": paid.id}).data == []


def test_a_connection_reset_after_acting(simulator, api):
    paid = paid_intent(api)
    simulator.fault("/v1/refunds", "reset", acts=True)
    headers = {"authorization": "Bearer sk_test_simulator"}
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        requests.post(f"{simulator.url}/v1/refunds", data={"payment_intent": paid.id}, headers=headers, timeout=10)
    assert len(api.refunds.list(params={"payment_intent": paid.id}).data) == 1


def test_a_time_out_after_acting(simulator, api):
    paid = paid_intent(api)
    simulator.fault("/v1/refunds", "delay", acts=True, milliseconds=2000)
    key = str(uuid.uuid4())
    headers = {"authorization": "Bearer sk_test_simulator", "idempotency-key": key}
    with pytest.raises(requests.Timeout):
        requests.post(
            f"{simulator.url}/v1/refunds", data={"payment_intent": paid.id}, headers=headers, timeout=0.3
        )
    assert len(api.refunds.list(params={"payment_intent": paid.id}).data) == 1, "the effect came before the reply"
    again = api.refunds.create(params={"payment_intent": paid.id}, options={"idempotency_key": key})
    assert again.last_response.headers["idempotent-replayed"] == "true"


def test_a_500_after_acting(simulator, api):
    paid = paid_intent(api)
    simulator.fault("/v1/refunds", "error", acts=True)
    with refused(500, "api_error"):
        api.refunds.create(params={"payment_intent": paid.id})
    assert len(api.refunds.list(params={"payment_intent": paid.id}).data) == 1


def test_a_client_that_gives_up_does_not_stop_what_it_started(simulator, api):
    paid = paid_intent(api)
    simulator.fault("/v1/refunds", "delay", milliseconds=300)
    key = str(uuid.uuid4())
    headers = {"authorization": "Bearer sk_test_simulator", "idempotency-key": key}
    with pytest.raises(requests.Timeout):
        requests.post(
            f"{simulator.url}/v1/refunds", data={"payment_intent": paid.id}, headers=headers, timeout=0.1
        )
    again = retried(api, paid.id, key)
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert len(api.refunds.list(params={"payment_intent": paid.id}).data) == 1


def retried(api, intent, key):
    """Asks again until the key is no longer in use."""
    for _ in range(200):
        try:
            return api.refunds.create(params={"payment_intent": intent}, options={"idempotency_key": key})
        except stripe.StripeError as error:
            assert error.error.code == "idempotency_key_in_use"
            time.sleep(0.02)
    raise AssertionError("the key stayed in use")


def test_a_fault_hits_its_path_and_method_as_often_as_ordered(simulator, api):
    session = open_session(api)
    simulator.fault("/v1/checkout/sessions/*", "error", method="GET", times=2)
    for _ in range(2):
        with refused(500, "api_error"):
            api.checkout.sessions.retrieve(session.id)
    assert api.checkout.sessions.retrieve(session.id).status == "open"


def test_a_fault_with_an_unknown_kind_is_refused(simulator):
    answer = requests.post(f"{simulator.url}/_simulator/faults", json={"path": "/", "kind": "x"}, timeout=10)
    assert answer.status_code == 422
