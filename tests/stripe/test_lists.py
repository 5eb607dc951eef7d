"""What somebody asks who reconciles. https://docs.stripe.com/api/pagination"""

import pytest

from actions import bank_params, open_session, paid_intent, pay_by_card, refused
from simulator import Simulator

INVALID = "invalid_request_error"


@pytest.fixture(scope="module")
def week(request):
    """A simulator with something of each kind on each of seven days, and the time each day began."""
    simulator = Simulator()
    request.addfinalizer(simulator.stop)
    api = simulator.client.v1
    customer = api.customers.create().id
    api.payment_methods.attach("pm_card_visa", params={"customer": customer})
    days = []
    for _ in range(7):
        days.append(simulator.advance(days=1))
        for params in ({"customer": customer}, {}):
            paid = paid_intent(api, **params)
            api.refunds.create(params={"payment_intent": paid.id, "amount": 100})
        simulator.control("POST", f"charges/{paid.latest_charge}/dispute", {"reason": "fraudulent"})
        api.setup_intents.create(params={"customer": customer, "allowed_payment_method_types": ["card"]})
        open_session(api, customer=customer)
    # The last captures are booked, so that nothing happens while lists are read.
    simulator.advance(seconds=5)
    return simulator, customer, days


KINDS = [
    "balance_transactions",
    "charges",
    "checkout.sessions",
    "disputes",
    "events",
    "payment_intents",
    "refunds",
    "setup_intents",
]


def service(api, kind):
    for part in kind.split("."):
        api = getattr(api, part)
    return api


@pytest.mark.parametrize("kind", KINDS)
def test_pages_join_to_the_whole_in_both_directions(week, kind):
    simulator, _, _ = week
    rows = service(simulator.client.v1, kind)
    whole = [row.id for row in rows.list(params={"limit": 100}).auto_paging_iter()]
    assert len(whole) == len(set(whole)) >= 7
    created = [row.created for row in rows.list(params={"limit": 100}).auto_paging_iter()]
    assert created == sorted(created, reverse=True)
    forward = []
    page = rows.list(params={"limit": 3})
    while True:
        forward += [row.id for row in page.data]
        if not page.has_more:
            break
        page = rows.list(params={"limit": 3, "starting_after": forward[-1]})
    assert forward == whole
    before = rows.list(params={"limit": 3, "ending_before": whole[5]})
    assert ([row.id for row in before.data], before.has_more) == (whole[2:5], True)
    first = rows.list(params={"limit": 3, "ending_before": whole[3]})
    assert ([row.id for row in first.data], first.has_more) == (whole[:3], False)
    with refused(400, INVALID, "resource_missing", "starting_after"):
        rows.list(params={"starting_after": "xx_nothing"})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("bounds", "holds"),
    [
        (lambda a, b: {"gte": a, "lt": b}, lambda at, a, b: a <= at < b),
        (lambda a, b: {"gt": a, "lte": b}, lambda at, a, b: a < at <= b),
        (lambda a, b: {"gte": b}, lambda at, a, b: at >= b),
        (lambda a, b: {"lt": a}, lambda at, a, b: at < a),
        (lambda a, b: {"gte": b, "lt": a}, lambda at, a, b: False),
        (lambda a, b: a, lambda at, a, b: at == a),
    ],
)
def test_a_time_of_creation_narrows(week, kind, bounds, holds):
    simulator, _, days = week
    rows = service(simulator.client.v1, kind)
    whole = list(rows.list(params={"limit": 100}).auto_paging_iter())
    asked = {"limit": 100, "created": bounds(days[2], days[5])}
    found = [row.id for row in rows.list(params=asked).auto_paging_iter()]
    assert found == [row.id for row in whole if holds(row.created, days[2], days[5])]


@pytest.mark.parametrize("kind", ["charges", "checkout.sessions", "payment_intents", "setup_intents"])
def test_a_customer_narrows_together_with_a_time(week, kind):
    simulator, customer, days = week
    rows = service(simulator.client.v1, kind)
    whole = list(rows.list(params={"limit": 100}).auto_paging_iter())
    of_customer = [row.id for row in whole if row.customer == customer]
    assert len(of_customer) == 7
    assert [row.id for row in rows.list(params={"customer": customer, "limit": 100}).data] == of_customer
    later = rows.list(params={"customer": customer, "created": {"gte": days[4]}, "limit": 2})
    assert ([row.id for row in later.data], later.has_more) == (of_customer[:2], True)
    rest = rows.list(
        params={"customer": customer, "created": {"gte": days[4]}, "starting_after": of_customer[1]}
    )
    assert ([row.id for row in rest.data], rest.has_more) == (of_customer[2:3], False)


def test_refunds_and_movements_of_one_payment(week):
    simulator, _, _ = week
    api = simulator.client.v1
    charge = api.charges.list(params={"limit": 1}).data[0]
    refunds = api.refunds.list(params={"charge": charge.id}).data
    assert [row.id for row in api.refunds.list(params={"payment_intent": charge.payment_intent}).data] == [
        row.id for row in refunds
    ]
    assert len(refunds) == 1
    (movement,) = api.balance_transactions.list(params={"source": refunds[0].id}).data
    assert (movement.type, movement.id) == ("refund", refunds[0].balance_transaction)
    assert {row.type for row in api.balance_transactions.list(params={"type": "refund"}).data} == {"refund"}
    assert api.charges.list(params={"payment_intent": charge.payment_intent}).data[0].id == charge.id


def test_sessions_are_found_by_what_became_of_them(api, browser):
    customer = api.customers.create().id
    paid, left, gone = (open_session(api, customer=customer) for _ in range(3))
    pay_by_card(browser, paid)
    api.checkout.sessions.expire(gone.id)
    for status, session in (("complete", paid), ("open", left), ("expired", gone)):
        found = api.checkout.sessions.list(params={"customer": customer, "status": status}).data
        assert [row.id for row in found] == [session.id]
    intent = api.checkout.sessions.retrieve(paid.id).payment_intent
    assert [row.id for row in api.checkout.sessions.list(params={"payment_intent": intent}).data] == [paid.id]


def test_events_are_found_by_type_and_shown_for_30_days():
    """https://docs.stripe.com/api/events/list"""
    simulator = Simulator()
    try:
        api = simulator.client.v1
        first = api.customers.create()
        event = api.events.list(params={"type": "customer.created"}).data[0]
        simulator.advance(days=29)
        api.payment_intents.create(params=bank_params())
        assert [row.id for row in api.events.list(params={"type": "customer.*"}).data] == [event.id]
        assert api.events.list(params={"type": "payment_intent.processing"}).data[0].data.object.status == "processing"
        simulator.advance(days=2)
        assert api.events.list(params={"type": "customer.*"}).data == []
        with refused(404, INVALID, "resource_missing"):
            api.events.retrieve(event.id)
        assert api.customers.retrieve(first.id).id == first.id
    finally:
        simulator.stop()
