"""Authentication, form encoding, parameters, pagination, expansion: what every endpoint shares.

https://docs.stripe.com/api/authentication, https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes
"""

import time

import pytest
import requests
import stripe

from actions import open_session, paid_intent, refused, session_params
from simulator import SECRET_KEY

INVALID = "invalid_request_error"


def test_a_wrong_key_is_401(simulator):
    with refused(401, INVALID, message="Invalid API Key provided: sk_test_****rong"):
        simulator.client_with("sk_test_wrong").v1.balance.retrieve()


def test_no_key_is_401(simulator):
    answer = requests.get(f"{simulator.url}/v1/balance", timeout=10)
    assert answer.status_code == 401
    assert "You did not provide an API key" in answer.json()["error"]["message"]
    assert answer.headers["www-authenticate"] == 'Bearer realm="Stripe"'


def test_basic_authentication_is_taken_too(simulator):
    assert requests.get(f"{simulator.url}/v1/balance", auth=(SECRET_KEY, ""), timeout=10).status_code == 200


def test_an_unknown_path_is_404(simulator):
    with refused(404, INVALID, message="Unrecognized request URL (GET: /v1/sandwiches)"):
        simulator.client.raw_request("get", "/v1/sandwiches")


def test_every_answer_has_a_request_id(api):
    first, second = api.customers.create(), api.customers.create()
    assert first.last_response.request_id.startswith("req_")
    assert first.last_response.request_id != second.last_response.request_id


def test_an_error_points_at_its_documentation(api):
    with refused(404, INVALID, "resource_missing", "id") as caught:
        api.customers.retrieve("cus_nobody")
    assert caught.value.error.doc_url == "https://stripe.com/docs/error-codes/resource-missing"
    assert caught.value.request_id.startswith("req_")


def test_a_json_body_is_refused(simulator):
    headers = {"authorization": f"Bearer {SECRET_KEY}"}
    answer = requests.post(f"{simulator.url}/v1/customers", json={"name": "x"}, headers=headers, timeout=10)
    assert answer.status_code == 400
    assert "application/x-www-form-urlencoded" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"nickname": "x"}, "nickname"),
        ({"address": {"planet": "x"}}, "address[planet]"),
    ],
)
def test_unknown_parameters_are_refused(api, params, param):
    with refused(400, INVALID, "parameter_unknown", param, f"Received unknown parameter: {param}"):
        api.customers.create(params=params)


def test_unknown_parameters_of_a_list_member_are_named_in_full(api):
    params = session_params()
    params["line_items"][0]["colour"] = "red"
    with refused(400, INVALID, "parameter_unknown", "line_items[0][colour]"):
        api.checkout.sessions.create(params=params)


def test_unknown_parameters_of_a_get_are_refused(api):
    with refused(400, INVALID, "parameter_unknown", "colour"):
        api.payment_intents.list(params={"colour": "red"})


def test_missing_parameters_are_named(api):
    with refused(400, INVALID, "parameter_missing", "amount", "Missing required param: amount."):
        api.payment_intents.create(params={"currency": "usd"})


def test_empty_values_are_refused_where_nothing_can_be_unset(api):
    with refused(400, INVALID, "parameter_invalid_empty", "currency", "You passed an empty string for 'currency'"):
        api.payment_intents.create(params={"amount": 100, "currency": ""})


def test_integers_must_be_whole(api):
    with refused(400, INVALID, "parameter_invalid_integer", "amount", "Invalid integer: 10.50"):
        api.payment_intents.create(params={"amount": "10.50", "currency": "usd"})


def test_booleans_must_be_true_or_false(api):
    with refused(400, INVALID, None, "confirm", "Invalid boolean: yes"):
        api.payment_intents.create(params={"amount": 100, "currency": "usd", "confirm": "yes"})


def test_words_must_be_known(api):
    message = "Invalid capture_method: must be one of automatic, automatic_async, or manual"
    with refused(400, INVALID, None, "capture_method", message):
        api.payment_intents.create(params={"amount": 100, "currency": "usd", "capture_method": "later"})


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"k" * 41: "x"}, "Metadata keys can have up to 40 characters"),
        ({"k": "x" * 501}, "Metadata values can have up to 500 characters"),
        ({f"k{n}": "x" for n in range(51)}, "up to 50 metadata keys"),
    ],
)
def test_metadata_has_limits(api, metadata, message):
    with refused(400, INVALID, None, message=message):
        api.customers.create(params={"metadata": metadata})


def test_metadata_at_its_limits_is_kept(api):
    metadata = {f"{n:02}".ljust(40, "k"): "x" * 500 for n in range(50)}
    assert api.customers.create(params={"metadata": metadata}).metadata.to_dict() == metadata


def test_lists_are_paged_newest_first(api):
    customer = api.customers.create().id
    made = [api.payment_intents.create(params=intent(customer)).id for _ in range(3)]
    newest = api.payment_intents.list(params={"customer": customer, "limit": 2})
    assert [row.id for row in newest.data] == [made[2], made[1]]
    assert newest.has_more is True
    rest = api.payment_intents.list(params={"customer": customer, "starting_after": made[1]})
    assert ([row.id for row in rest.data], rest.has_more) == ([made[0]], False)
    before = api.payment_intents.list(params={"customer": customer, "ending_before": made[0], "limit": 1})
    assert ([row.id for row in before.data], before.has_more) == ([made[1]], True)
    every = api.payment_intents.list(params={"customer": customer, "limit": 1}).auto_paging_iter()
    assert [row.id for row in every] == made[::-1]


def intent(customer):
    return {"amount": 100, "currency": "usd", "customer": customer}


@pytest.mark.parametrize("limit", [0, 101])
def test_pages_have_1_to_100_rows(api, limit):
    with refused(400, INVALID, "parameter_invalid_integer", "limit"):
        api.customers.list(params={"limit": limit})


def test_lists_filter_by_the_time_of_creation(api):
    customer = api.customers.create().id
    made = api.payment_intents.create(params=intent(customer))
    around = {"customer": customer, "created": {"gte": made.created - 5, "lte": int(time.time()) + 5}}
    assert [row.id for row in api.payment_intents.list(params=around).data] == [made.id]
    after = {"customer": customer, "created": {"gt": made.created + 3600}}
    assert api.payment_intents.list(params=after).data == []


def test_ids_expand_to_objects(api):
    made = paid_intent(api, capture_method="automatic", expand=["latest_charge.balance_transaction", "payment_method"])
    assert made.latest_charge.balance_transaction.source == made.latest_charge.id
    assert made.payment_method.card.last4 == "4242"
    listed = api.payment_intents.list(params={"limit": 1, "expand": ["data.latest_charge"]})
    assert listed.data[0].latest_charge.id == made.latest_charge.id


def test_line_items_are_shown_only_when_expanded(api):
    session = open_session(api)
    assert "line_items" not in session.to_dict()
    expanded = api.checkout.sessions.retrieve(session.id, params={"expand": ["line_items"]})
    assert expanded.line_items.data[0].amount_total == 12500


def test_what_cannot_be_expanded_is_refused_before_anything_happens(api):
    before = api.customers.list(params={"limit": 1}).data
    with refused(400, INVALID, None, "expand", "This property cannot be expanded (email)."):
        api.customers.create(params={"expand": ["email"]})
    assert api.customers.list(params={"limit": 1}).data[:1] == before[:1]


def test_the_sdk_speaks_the_version_that_events_are_rendered_in(api):
    made = api.customers.create()
    event = api.events.list(params={"type": "customer.created", "limit": 1}).data[0]
    assert event.data.object["id"] == made.id
    assert event.api_version == stripe.api_version
