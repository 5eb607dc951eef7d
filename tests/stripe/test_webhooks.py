"""https://docs.stripe.com/webhooks, https://docs.stripe.com/api/webhook_endpoints"""

import json

import pytest
import stripe

from actions import paid_intent, refused
from simulator import WEBHOOK_SECRET, Receiver, wait_for

INVALID = "invalid_request_error"


def test_a_webhook_is_signed_with_the_endpoints_secret(api, receiver):
    made = api.customers.create()
    receiver.event("customer.created", made.id)
    headers, body = next(
        (headers, body) for headers, body, _ in receiver.received if made.id.encode() in body
    )
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["content-type"] == "application/json; charset=utf-8"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["stripe-signature"], "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", headers["stripe-signature"], WEBHOOK_SECRET)
    event = json.loads(body)
    assert event["object"] == "event" and event["livemode"] is False
    assert event["request"]["id"] == made.last_response.request_id


def test_an_event_carries_the_idempotency_key_of_its_request(api, receiver):
    made = api.customers.create(options={"idempotency_key": "of-this-customer"})
    assert receiver.event("customer.created", made.id).request.idempotency_key == "of-this-customer"


def test_a_refused_webhook_is_retried(simulator, api):
    receiver = Receiver()
    receiver.answers.extend([500, 302])
    endpoint = api.webhook_endpoints.create(
        params={"url": receiver.url, "enabled_events": ["customer.created"]}
    )
    try:
        api.customers.create()
        wait_for(lambda: len(receiver.received) == 3, "the third attempt")
        assert [status for _, _, status in receiver.received] == [500, 302, 200]
        tried = wait_for(lambda: delivered(simulator, endpoint.id), "the record of the delivery")
        assert [attempt["status"] for attempt in tried["attempts"]] == [500, 302, 200]
    finally:
        api.webhook_endpoints.delete(endpoint.id)
        receiver.server.shutdown()


def delivered(simulator, endpoint):
    rows = simulator.control("GET", "deliveries")
    return next((row for row in rows if row["endpoint"] == endpoint and row["delivered"]), None)


def test_pending_webhooks_count_what_is_not_delivered(api):
    nowhere = api.webhook_endpoints.create(
        params={"url": "http://127.0.0.1:9/nowhere", "enabled_events": ["customer.created"]}
    )
    try:
        made = api.customers.create()
        event = api.events.list(params={"type": "customer.created", "limit": 1}).data[0]
        assert event.data.object["id"] == made.id
        wait_for(lambda: api.events.retrieve(event.id).pending_webhooks == 1, "one endpoint being unreachable")
        assert api.events.list(params={"limit": 1, "type": "customer.created"}).data[0].pending_webhooks == 1
    finally:
        api.webhook_endpoints.delete(nowhere.id)


def test_an_endpoint_gets_the_events_it_listens_for(api):
    receiver = Receiver()
    endpoint = api.webhook_endpoints.create(
        params={"url": receiver.url, "enabled_events": ["refund.created", "charge.*"], "metadata": {"of": "tests"}}
    )
    try:
        assert endpoint.secret.startswith("whsec_")
        assert "secret" not in api.webhook_endpoints.retrieve(endpoint.id).to_dict()
        assert endpoint.id in [row.id for row in api.webhook_endpoints.list().data]
        paid = paid_intent(api)
        api.refunds.create(params={"payment_intent": paid.id})
        wanted = {"charge.succeeded", "refund.created", "charge.refunded"}
        wait_for(lambda: {json.loads(body)["type"] for _, body, _ in receiver.received} == wanted, "these three")
        headers, body, _ = receiver.received[0]
        signature = {name.lower(): value for name, value in headers.items()}["stripe-signature"]
        stripe.Webhook.construct_event(body, signature, endpoint.secret)
    finally:
        assert api.webhook_endpoints.delete(endpoint.id).deleted is True
        receiver.server.shutdown()


def test_endpoints_need_a_url_and_events(api):
    with refused(400, INVALID, "parameter_missing", "url"):
        api.webhook_endpoints.create(params={"enabled_events": ["*"]})
    with refused(400, INVALID, "url_invalid", "url"):
        api.webhook_endpoints.create(params={"url": "practice.test", "enabled_events": ["*"]})
    with refused(404, INVALID, "resource_missing"):
        api.webhook_endpoints.retrieve("we_nothing")


def test_an_event_is_delivered_again_on_demand(simulator, api, receiver):
    made = api.customers.create()
    event = receiver.event("customer.created", made.id)
    simulator.control("POST", f"events/{event.id}/resend")
    wait_for(lambda: [e.id for e in receiver.events()].count(event.id) == 2, "the duplicate")


def test_events_are_kept_as_they_were(api, receiver):
    made = api.customers.create(params={"name": "Before"})
    api.customers.update(made.id, params={"name": "After"})
    event = receiver.event("customer.created", made.id)
    assert api.events.retrieve(event.id).data.object["name"] == "Before"
    with refused(404, INVALID, "resource_missing", message="No such event: 'evt_nothing'"):
        api.events.retrieve("evt_nothing")
