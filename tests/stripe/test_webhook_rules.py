"""The control API's rules for webhooks: what an endpoint meets that Stripe does not promise to spare it.

https://docs.stripe.com/webhooks#event-delivery-behaviors
"""

import json

import pytest
import stripe

from simulator import WEBHOOK_SECRET, Receiver, Simulator, wait_for


@pytest.fixture
def endpoint():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture
def simulator(endpoint):
    simulator = Simulator("--webhook-url", endpoint.url, "--webhook-secret", WEBHOOK_SECRET)
    yield simulator
    simulator.stop()


def customers(simulator, count):
    """The events of new customers, by their names in order."""
    for number in range(count):
        simulator.client.v1.customers.create(params={"name": str(number)})


def names(endpoint):
    return [json.loads(body)["data"]["object"]["name"] for _, body, _ in endpoint.received]


def all_sent(simulator):
    """Whether nothing is left to deliver."""
    return all(row["next_at"] is None for row in simulator.control("GET", "deliveries"))


def test_held_events_are_listed_and_released_in_any_order_any_number_of_times(simulator, endpoint):
    simulator.control("POST", "webhooks", {"hold": True})
    customers(simulator, 3)
    held = simulator.control("GET", "webhooks")["held"]
    assert [row["type"] for row in held] == ["customer.created"] * 3
    for row in held:
        event = stripe.Webhook.construct_event(row["body"], row["signature"], WEBHOOK_SECRET)
        assert (event.id, row["url"]) == (row["event"], endpoint.url)
    first, second, third = (row["event"] for row in held)
    answers = simulator.control("POST", "webhooks/release", {"events": [third, first, third]})
    assert [(row["event"], row["status"]) for row in answers] == [(third, 200), (first, 200), (third, 200)]
    assert names(endpoint) == ["2", "0", "2"]
    assert [row["event"] for row in simulator.control("GET", "webhooks")["held"]] == [second]
    assert [row["event"] for row in simulator.control("POST", "webhooks/release", {})] == [second]
    assert names(endpoint) == ["2", "0", "2", "1"]
    assert [event.id for event in endpoint.events()] == [third, first, third, second]


def test_what_is_held_goes_out_when_holding_ends(simulator, endpoint):
    simulator.control("POST", "webhooks", {"hold": True})
    customers(simulator, 2)
    simulator.control("POST", "webhooks", {})
    wait_for(lambda: sorted(names(endpoint)) == ["0", "1"], "both events")


def test_a_held_event_that_is_refused_is_held_again(simulator, endpoint):
    simulator.control("POST", "webhooks", {"hold": True})
    customers(simulator, 1)
    endpoint.answers.append(500)
    assert [row["status"] for row in simulator.control("POST", "webhooks/release", {})] == [500]
    assert len(simulator.control("GET", "webhooks")["held"]) == 1
    assert [row["status"] for row in simulator.control("POST", "webhooks/release", {})] == [200]
    assert simulator.control("GET", "webhooks")["held"] == []


def test_events_are_duplicated(simulator, endpoint):
    simulator.control("POST", "webhooks", {"duplicate": 2})
    customers(simulator, 2)
    wait_for(lambda: all_sent(simulator), "all deliveries")
    assert sorted(names(endpoint)) == ["0"] * 3 + ["1"] * 3
    assert len({event.id for event in endpoint.events()}) == 2


def test_every_third_event_is_lost(simulator, endpoint):
    simulator.control("POST", "webhooks", {"lose_every": 3})
    customers(simulator, 7)
    wait_for(lambda: all_sent(simulator), "all deliveries")
    assert sorted(names(endpoint)) == ["0", "1", "3", "4", "6"]
    assert len(simulator.client.v1.events.list().data) == 7, "the API still has them"


def test_events_overtake_each_other_as_a_seed_says(simulator, endpoint):
    simulator.control("POST", "webhooks", {"shuffle_seed": 7, "hold": True})
    customers(simulator, 8)
    simulator.control("POST", "webhooks/release", {})
    assert sorted(names(endpoint)) == [str(number) for number in range(8)] != names(endpoint)


def test_shuffled_events_wait_by_the_simulators_clock(simulator, endpoint):
    simulator.control("POST", "webhooks", {"shuffle_seed": 7})
    customers(simulator, 8)
    simulator.advance(seconds=2)
    wait_for(lambda: all_sent(simulator), "all deliveries")
    assert sorted(names(endpoint)) == [str(number) for number in range(8)]


def test_a_rule_that_does_not_exist_is_refused(simulator):
    with pytest.raises(AssertionError, match="422"):
        simulator.control("POST", "webhooks", {"lose": 1})


def test_signatures_go_by_the_simulators_clock(simulator, endpoint):
    """https://docs.stripe.com/webhooks#replay-attacks"""
    simulator.advance(days=1)
    customers(simulator, 1)
    wait_for(lambda: endpoint.received, "the event")
    headers, body, _ = endpoint.received[0]
    signature = {name.lower(): value for name, value in headers.items()}["stripe-signature"]
    signed_at = int(signature.split(",")[0].removeprefix("t="))
    assert abs(signed_at - simulator.control("GET", "clock")["now"]) < 60
    assert json.loads(body)["created"] == pytest.approx(signed_at, abs=5)
