"""https://docs.stripe.com/api/customers, https://docs.stripe.com/api/payment_methods"""

import pytest

from actions import open_session, paid_intent, pay_by_card, refused

INVALID = "invalid_request_error"


def test_a_customer_is_made_changed_found_and_deleted(api, receiver):
    made = api.customers.create(params={"email": "pat@example.com", "metadata": {"patient": "7", "practice": "1"}})
    assert made.id.startswith("cus_")
    receiver.event("customer.created", made.id)
    changed = api.customers.update(made.id, params={"name": "Pat", "metadata": {"patient": ""}})
    assert (changed.name, changed.email) == ("Pat", "pat@example.com")
    assert changed.metadata.to_dict() == {"practice": "1"}
    receiver.event("customer.updated", made.id)
    assert api.customers.update(made.id, params={"metadata": ""}).metadata.to_dict() == {}
    found = api.customers.list(params={"email": "pat@example.com", "limit": 1}).data
    assert [row.id for row in found] == [made.id]
    assert api.customers.delete(made.id).deleted is True
    receiver.event("customer.deleted", made.id)
    assert api.customers.retrieve(made.id).deleted is True
    with refused(404, INVALID, "resource_missing", "id", f"No such customer: '{made.id}'"):
        api.customers.update(made.id, params={"name": "Pat"})


def test_an_email_address_has_to_look_like_one(api):
    with refused(400, INVALID, "email_invalid", "email", "Invalid email address: pat"):
        api.customers.create(params={"email": "pat"})


def test_a_parameter_that_names_no_customer_is_400(api):
    with refused(400, INVALID, "resource_missing", "customer", "No such customer: 'cus_nobody'"):
        api.payment_intents.create(params={"amount": 100, "currency": "usd", "customer": "cus_nobody"})


def test_a_card_is_attached_listed_made_default_and_detached(api, receiver):
    customer = api.customers.create().id
    method = api.payment_methods.attach("pm_card_visa", params={"customer": customer})
    assert (method.customer, method.card.last4) == (customer, "4242")
    receiver.event("payment_method.attached", method.id)
    for listed in (
        api.payment_methods.list(params={"customer": customer, "type": "card"}),
        api.customers.payment_methods.list(customer),
    ):
        assert [row.id for row in listed.data] == [method.id]
    default = {"invoice_settings": {"default_payment_method": method.id}}
    assert api.customers.update(customer, params=default).invoice_settings.default_payment_method == method.id
    assert api.payment_methods.detach(method.id).customer is None
    receiver.event("payment_method.detached", method.id)
    assert api.payment_methods.retrieve(method.id).customer is None
    with refused(400, INVALID, message="was detached from a Customer"):
        api.payment_methods.attach(method.id, params={"customer": customer})


def test_a_card_that_declines_cannot_be_attached(api):
    customer = api.customers.create().id
    with refused(402, "card_error", "card_declined") as caught:
        api.payment_methods.attach("pm_card_chargeDeclined", params={"customer": customer})
    assert caught.value.error.decline_code == "generic_decline"


def test_a_card_can_be_attached_and_decline_later(api):
    customer = api.customers.create().id
    method = api.payment_methods.attach("pm_card_chargeCustomerFail", params={"customer": customer})
    with refused(402, "card_error", "card_declined"):
        paid_intent(api, customer=customer, payment_method=method.id, off_session=True)


def test_an_unknown_payment_method_is_404_in_the_path_and_400_as_a_parameter(api):
    with refused(404, INVALID, "resource_missing", "payment_method", "No such PaymentMethod: 'pm_nothing'"):
        api.payment_methods.retrieve("pm_nothing")
    with refused(400, INVALID, "resource_missing", "payment_method"):
        paid_intent(api, payment_method="pm_nothing")


def test_a_card_used_without_a_customer_cannot_be_used_again(api):
    method = paid_intent(api).payment_method
    with refused(400, INVALID, message="may not be used again"):
        paid_intent(api, payment_method=method)


def test_a_customers_card_needs_its_customer(api):
    customer = api.customers.create().id
    method = api.payment_methods.attach("pm_card_visa", params={"customer": customer}).id
    with refused(400, INVALID, None, "payment_method", "you must provide the customer"):
        paid_intent(api, payment_method=method)
    with refused(400, INVALID, None, "payment_method"):
        paid_intent(api, payment_method=method, customer=api.customers.create().id)


@pytest.mark.parametrize("creation", ["always", "if_required"])
def test_checkout_makes_a_customer_if_asked(api, browser, creation):
    session = open_session(api, customer_creation=creation)
    pay_by_card(browser, session)
    customer = api.checkout.sessions.retrieve(session.id).customer
    assert (customer is not None) == (creation == "always")
    if customer:
        assert api.customers.retrieve(customer).email == "pat@example.com"
