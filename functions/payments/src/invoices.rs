//! Invoices.

use paywell_app::{
    requests::invoices::{
        AdjustInvoice, ApplyPayment, CreateInvoice, EditInvoice, RequestByMessage, SendInvoice,
        WriteOffInvoice,
    },
    views::invoices::InvoiceView,
};
use paywell_domain::InvoiceId;
use paywell_http::{
    Call, Problem, Response,
    api::{StaffApi, answered, commanding},
    auth::{Authorised, TakePayments, WriteInvoices, WriteOff},
    described::{Idempotent, OnVersion, Refused},
};

/// Writes a draft invoice.
#[utoipa::path(post, path = "/v1/invoices", tag = "invoices", request_body = CreateInvoice,
    params(Idempotent),
    responses((status = 201, body = InvoiceView), Refused))]
pub async fn create(
    state: &StaffApi,
    staff: Authorised<WriteInvoices>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<CreateInvoice>()?;
    answered(state.app.create_invoice(&commanding(&staff, &call, &fingerprint)?, new).await?)
}

/// Edits a draft; of a sent invoice changes date, term, location, or deletes lines.
#[utoipa::path(patch, path = "/v1/invoices/{id}", tag = "invoices", request_body = EditInvoice,
    params(("id" = InvoiceId, Path, description = "The invoice."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = InvoiceView), Refused))]
pub async fn edit(
    state: &StaffApi,
    staff: Authorised<WriteInvoices>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (edit, fingerprint) = call.json::<EditInvoice>()?;
    answered(state.app.edit_invoice(&commanding(&staff, &call, &fingerprint)?, id, version, edit).await?)
}

/// Deletes a draft, or voids a sent invoice; refused once money is applied.
#[utoipa::path(delete, path = "/v1/invoices/{id}", tag = "invoices",
    params(("id" = InvoiceId, Path, description = "The invoice."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = InvoiceView), Refused))]
pub async fn delete(
    state: &StaffApi,
    staff: Authorised<WriteInvoices>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let cx = commanding(&staff, &call, &call.no_body()?)?;
    answered(state.app.delete_invoice(&cx, id, version).await?)
}

/// Sends an invoice by email, by text, to the portal, or by several; the first time it becomes owed.
#[utoipa::path(post, path = "/v1/invoices/{id}/send", tag = "invoices", request_body = SendInvoice,
    params(("id" = InvoiceId, Path, description = "The invoice."),
        Idempotent),
    responses((status = 200, body = InvoiceView), Refused))]
pub async fn send(
    state: &StaffApi,
    staff: Authorised<WriteInvoices>,
    call: Call,
) -> Result<Response, Problem> {
    let (send, fingerprint) = call.json::<SendInvoice>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.send_invoice(&cx, call.path("id")?, send).await?)
}

/// Reminds of an open invoice now, with a fresh link: by mail, where no channel is named.
#[utoipa::path(post, path = "/v1/invoices/{id}/remind", tag = "invoices", request_body = Option<RequestByMessage>,
    params(("id" = InvoiceId, Path, description = "The invoice."),
        Idempotent),
    responses((status = 200, body = InvoiceView), Refused))]
pub async fn remind(
    state: &StaffApi,
    staff: Authorised<WriteInvoices>,
    call: Call,
) -> Result<Response, Problem> {
    let (request, fingerprint) = call.json_if_any::<RequestByMessage>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.remind(&cx, call.path("id")?, request).await?)
}

/// Corrects what is owed, up or down.
#[utoipa::path(post, path = "/v1/invoices/{id}/adjustments", tag = "invoices", request_body = AdjustInvoice,
    params(("id" = InvoiceId, Path, description = "The invoice."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = InvoiceView), Refused))]
pub async fn adjust(
    state: &StaffApi,
    staff: Authorised<WriteInvoices>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (new, fingerprint) = call.json::<AdjustInvoice>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.adjust_invoice(&cx, id, version, new).await?)
}

/// Takes an adjustment or a write-off back.
#[utoipa::path(post, path = "/v1/invoices/{id}/adjustments/{number}/reverse", tag = "invoices",
    params(("id" = InvoiceId, Path, description = "The invoice."),
        ("number" = u16, Path, description = "The adjustment's number on the invoice."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = InvoiceView), Refused))]
pub async fn reverse_adjustment(
    state: &StaffApi,
    staff: Authorised<WriteOff>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, number, version) = (call.path("id")?, call.path("number")?, call.if_match()?);
    let cx = commanding(&staff, &call, &call.no_body()?)?;
    answered(state.app.reverse_adjustment(&cx, id, number, version).await?)
}

/// Gives up the balance, or a part of it.
#[utoipa::path(post, path = "/v1/invoices/{id}/write-off", tag = "invoices", request_body = WriteOffInvoice,
    params(("id" = InvoiceId, Path, description = "The invoice."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = InvoiceView), Refused))]
pub async fn write_off(
    state: &StaffApi,
    staff: Authorised<WriteOff>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (new, fingerprint) = call.json::<WriteOffInvoice>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.write_off_invoice(&cx, id, version, new).await?)
}

/// Places the balance with an agency; it stays owed and shown.
#[utoipa::path(post, path = "/v1/invoices/{id}/collections", tag = "invoices",
    params(("id" = InvoiceId, Path, description = "The invoice."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = InvoiceView), Refused))]
pub async fn send_to_collections(
    state: &StaffApi,
    staff: Authorised<WriteOff>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let cx = commanding(&staff, &call, &call.no_body()?)?;
    answered(state.app.send_to_collections(&cx, id, version).await?)
}

/// Takes the balance back from the agency.
#[utoipa::path(post, path = "/v1/invoices/{id}/collections/reverse", tag = "invoices",
    params(("id" = InvoiceId, Path, description = "The invoice."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = InvoiceView), Refused))]
pub async fn reverse_collections(
    state: &StaffApi,
    staff: Authorised<WriteOff>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let cx = commanding(&staff, &call, &call.no_body()?)?;
    answered(state.app.reverse_collections(&cx, id, version).await?)
}

/// Applies a payment's credit.
#[utoipa::path(post, path = "/v1/invoices/{id}/apply", tag = "invoices", request_body = ApplyPayment,
    params(("id" = InvoiceId, Path, description = "The invoice."),
        Idempotent),
    responses((status = 200, body = InvoiceView), Refused))]
pub async fn apply(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let id = call.path("id")?;
    let (new, fingerprint) = call.json::<ApplyPayment>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.apply_payment(&cx, id, new).await?)
}
