//! Customers. Source: <https://docs.stripe.com/api/customers>.

use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
use crate::metadata::Metadata;
use crate::params::Reader;
use crate::payment_methods::PaymentMethod;
use crate::state::{Cx, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A postal address, every part optional.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Address {
    pub(crate) city: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) line1: Option<String>,
    pub(crate) line2: Option<String>,
    pub(crate) postal_code: Option<String>,
    pub(crate) state: Option<String>,
}

impl Address {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self {
            city: reader.clearable("city").flatten(),
            country: reader.clearable("country").flatten(),
            line1: reader.clearable("line1").flatten(),
            line2: reader.clearable("line2").flatten(),
            postal_code: reader.clearable("postal_code").flatten(),
            state: reader.clearable("state").flatten(),
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) address: Option<Address>,
    pub(crate) description: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) default_payment_method: Option<String>,
    pub(crate) deleted: bool,
}

impl Customer {
    pub(crate) fn json(&self) -> Value {
        if self.deleted {
            return json!({ "id": self.id, "object": "customer", "deleted": true });
        }
        json!({
            "id": self.id,
            "object": "customer",
            "address": self.address,
            "balance": 0,
            "created": self.created,
            "currency": null,
            "default_source": null,
            "delinquent": false,
            "description": self.description,
            "discount": null,
            "email": self.email,
            "invoice_prefix": self.id.chars().rev().take(8).collect::<String>().to_uppercase(),
            "invoice_settings": {
                "custom_fields": null,
                "default_payment_method": self.default_payment_method,
                "footer": null,
                "rendering_options": null,
            },
            "livemode": false,
            "metadata": self.metadata,
            "name": self.name,
            "next_invoice_sequence": 1,
            "phone": self.phone,
            "preferred_locales": [],
            "shipping": null,
            "tax_exempt": "none",
            "test_clock": null,
        })
    }
}

/// The parameters that create and update share.
struct Change {
    address: Option<Address>,
    description: Option<Option<String>>,
    email: Option<Option<String>>,
    name: Option<Option<String>>,
    phone: Option<Option<String>>,
    default_payment_method: Option<Option<String>>,
    metadata: crate::metadata::MetadataChange,
}

impl Change {
    fn read(reader: &mut Reader) -> Self {
        let change = Self {
            address: reader.hash("address", Address::read),
            description: reader.clearable("description"),
            email: reader.clearable("email"),
            name: reader.clearable("name"),
            phone: reader.clearable("phone"),
            default_payment_method: reader
                .hash("invoice_settings", |settings| settings.clearable("default_payment_method"))
                .flatten(),
            metadata: reader.metadata(),
        };
        // https://docs.stripe.com/error-codes#email-invalid
        if let Some(Some(email)) = &change.email
            && !valid_email(email)
        {
            let message = format!("Invalid email address: {email}");
            reader.fail(StripeError::invalid(message).code("email_invalid").param("email"));
        }
        change
    }

    fn apply(self, state: &State, customer: &mut Customer) -> Result<()> {
        if let Some(Some(id)) = &self.default_payment_method {
            let method = state.payment_methods.get(id);
            if method.is_none_or(|method| method.customer.as_ref() != Some(&customer.id)) {
                let param = "invoice_settings[default_payment_method]";
                return Err(StripeError::missing("PaymentMethod", id, param).status(400));
            }
        }
        customer.metadata = self.metadata.apply(&customer.metadata)?;
        customer.address = self.address.or_else(|| customer.address.take());
        let fields = [
            (self.description, &mut customer.description),
            (self.email, &mut customer.email),
            (self.name, &mut customer.name),
            (self.phone, &mut customer.phone),
            (self.default_payment_method, &mut customer.default_payment_method),
        ];
        for (change, field) in fields {
            if let Some(value) = change {
                *field = value;
            }
        }
        Ok(())
    }
}

/// Whether `email` has the shape of an address.
pub(crate) fn valid_email(email: &str) -> bool {
    email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !email.contains(' ')
    })
}

/// `POST /v1/customers`
pub(crate) fn create(state: &mut State, cx: &Cx, mut reader: Reader) -> Result<Value> {
    let change = Change::read(&mut reader);
    reader.finish()?;
    let mut customer = Customer { created: cx.now, ..Customer::default() };
    change.apply(state, &mut customer)?;
    customer.id = state.id("cus_");
    let json = customer.json();
    store(state, cx, customer);
    Ok(json)
}

/// Stores a new customer and says so.
pub(crate) fn store(state: &mut State, cx: &Cx, customer: Customer) -> String {
    let (id, json) = (customer.id.clone(), customer.json());
    state.put(customer);
    state.emit(cx, "customer.created", json);
    id
}

/// `POST /v1/customers/{id}`
pub(crate) fn update(state: &mut State, cx: &Cx, mut reader: Reader, id: &str) -> Result<Value> {
    let change = Change::read(&mut reader);
    reader.finish()?;
    let mut customer = find(state, id)?.clone();
    change.apply(state, &mut customer)?;
    let json = customer.json();
    state.customers.insert(id.to_owned(), customer);
    state.emit(cx, "customer.updated", json.clone());
    Ok(json)
}

/// `GET /v1/customers/{id}`. A deleted customer is still found, as `{"deleted": true}`.
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    let customer = state.customers.get(id).ok_or_else(|| StripeError::missing("customer", id, "id"))?;
    Ok(customer.json())
}

/// `GET /v1/customers`
pub(crate) fn list(state: &State, mut reader: Reader) -> Result<Value> {
    let (page, created) = (Page::read(&mut reader), Created::read(&mut reader));
    let email = reader.string("email");
    reader.finish()?;
    let wanted = |customer: &Customer| {
        !customer.deleted && email.as_ref().is_none_or(|email| customer.email.as_ref() == Some(email))
    };
    Listing { page, created, owner: None }.of(state, "/v1/customers", wanted, Customer::json)
}

/// `DELETE /v1/customers/{id}`. Source: <https://docs.stripe.com/api/customers/delete>
pub(crate) fn delete(state: &mut State, cx: &Cx, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    let before = find(state, id)?.json();
    let methods = state.lists.under::<PaymentMethod>(state, id);
    let attached = methods.into_iter().filter(|method| method.customer.as_deref() == Some(id));
    for method in attached.map(|method| method.id.clone()).collect::<Vec<_>>() {
        if let Some(method) = state.payment_methods.get_mut(&method) {
            method.detach();
        }
    }
    let created = find(state, id)?.created;
    let gone = Customer { id: id.to_owned(), created, deleted: true, ..Customer::default() };
    let json = gone.json();
    state.customers.insert(id.to_owned(), gone);
    state.emit(cx, "customer.deleted", before);
    Ok(json)
}

/// A customer that is not deleted, by the id of a path.
pub(crate) fn find<'a>(state: &'a State, id: &str) -> Result<&'a Customer> {
    state
        .customers
        .get(id)
        .filter(|customer| !customer.deleted)
        .ok_or_else(|| StripeError::missing("customer", id, "id"))
}

/// Refuses a parameter that names no customer: 400, where a path would be 404.
pub(crate) fn check_reference(state: &State, id: Option<&String>) -> Result<()> {
    match id {
        None => Ok(()),
        Some(id) => find(state, id).map(|_| ()).map_err(|error| error.status(400).param("customer")),
    }
}
