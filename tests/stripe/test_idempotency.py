"""https://docs.stripe.com/api/idempotent_requests, https://docs.stripe.com/error-low-level#idempotency"""

import threading
import uuid

import pytest
import stripe

from actions import paid_intent, refused
from simulator import Simulator, wait_for

INVALID = "invalid_request_error"


@pytest.fixture
def key():
    return str(uuid.uuid4())


def create(api, key, **params):
    params = {"amount": 2000, "currency": "usd", **params}
    return api.payment_intents.create(params=params, options={"idempotency_key": key})


def test_the_same_request_gets_the_same_answer(api, key):
    first, second = create(api, key), create(api, key)
    assert second.id == first.id
    assert second.last_response.body == first.last_response.body
    assert "idempotent-replayed" not in first.last_response.headers
    assert second.last_response.headers["idempotent-replayed"] == "true"
    assert second.last_response.headers["idempotency-key"] == key
    assert second.last_response.headers["original-request"] == first.last_response.request_id
    assert second.last_response.request_id != first.last_response.request_id


def test_other_parameters_are_refused(api, key):
    create(api, key)
    message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
    with refused(400, "idempotency_error", None, message=message) as caught:
        create(api, key, amount=2001)
    assert isinstance(caught.value, stripe.IdempotencyError)


def test_another_endpoint_is_refused(api, key):
    create(api, key)
    message = "the same endpoint they were first used for ('/v1/customers' vs '/v1/payment_intents')"
    with refused(400, "idempotency_error", None, message=message):
        api.customers.create(options={"idempotency_key": key})


def test_a_key_in_use_is_409(simulator, api, key):
    simulator.fault("/v1/payment_intents", "delay", milliseconds=400)
    answers = []
    first = threading.Thread(target=lambda: answers.append(create(api, key)))
    first.start()
    wait_for(lambda: not simulator.control("GET", "faults"), "the first request being under way")
    with refused(409, "idempotency_error", "idempotency_key_in_use"):
        create(api, key)
    with refused(400, "idempotency_error", None):
        create(api, key, amount=2001)
    first.join()
    assert create(api, key).id == answers[0].id


def test_a_500_is_kept_and_replayed(simulator, api, key):
    simulator.fault("/v1/payment_intents", "error")
    for _ in range(2):
        with refused(500, "api_error") as caught:
            create(api, key)
    assert caught.value.headers["idempotent-replayed"] == "true"
    assert create(api, str(uuid.uuid4())).status == "requires_payment_method"


def test_a_decline_is_kept_and_replayed(api, key):
    for _ in range(2):
        with refused(402, "card_error", "card_declined") as caught:
            create(
                api, key, payment_method="pm_card_chargeDeclined", allowed_payment_method_types=["card"], confirm=True
            )
    assert caught.value.headers["idempotent-replayed"] == "true"
    intent = caught.value.error.payment_intent["id"]
    assert len(api.charges.list(params={"payment_intent": intent}).data) == 1


def test_what_fails_validation_is_not_kept(api, key):
    with refused(400, INVALID, "parameter_unknown"):
        create(api, key, colour="red")
    with refused(400, INVALID, "parameter_invalid_integer"):
        create(api, key, amount="x")
    assert create(api, key).amount == 2000


def test_a_rate_limit_is_not_kept(simulator, api, key):
    simulator.fault("/v1/payment_intents", "error", status=429)
    with refused(429, INVALID, "rate_limit") as caught:
        create(api, key)
    assert isinstance(caught.value, stripe.RateLimitError)
    assert create(api, key).amount == 2000


def test_keys_are_at_most_255_characters_long(api):
    with refused(400, INVALID, message="at most 255"):
        create(api, "k" * 256)
    assert create(api, "k" * 219 + str(uuid.uuid4())).amount == 2000


def test_a_refund_asked_for_twice_happens_once(api, key):
    paid = paid_intent(api)
    params = {"payment_intent": paid.id, "amount": 100}
    refunds = [api.refunds.create(params=params, options={"idempotency_key": key}).id for _ in range(3)]
    assert len(set(refunds)) == 1
    assert api.charges.retrieve(paid.latest_charge).amount_refunded == 100


def test_a_get_ignores_the_key(api, key):
    made = create(api, key)
    found = api.payment_intents.retrieve(made.id, options={"idempotency_key": key})
    assert found.id == made.id
    assert "idempotent-replayed" not in found.last_response.headers


def test_a_key_is_forgotten_after_24_hours():
    simulator = Simulator()
    try:
        api = simulator.client.v1
        first = create(api, "k")
        simulator.advance(hours=23, minutes=59)
        assert create(api, "k").id == first.id
        simulator.advance(minutes=1)
        assert create(api, "k").id != first.id
    finally:
        simulator.stop()
