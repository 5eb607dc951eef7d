//! Payments.

use paywell_app::{
    requests::{
        invoices::RequestByMessage,
        methods::{CapturePayment, ChargePayment},
        payments::{CreatePayment, MovePayment, RecordPayment, RefundPayment, SetAllocations},
    },
    views::{
        payments::PaymentView,
        refunds::{RefundPreview, RefundView},
    },
};
use paywell_domain::PaymentId;
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::{StaffApi, answered, commanding, reading},
    auth::{Authorised, Refund, TakePayments},
    described::{Idempotent, OnVersion, Refused},
    respond::json,
};

/// Makes a payment; with a tender, records money received at the desk and applies it; with a method on file, charges it:
/// the answer shows it paid, processing (a bank debit, or the outcome is not known yet) or failed, with the reason.
#[utoipa::path(post, path = "/v1/payments", tag = "payments", request_body = CreatePayment,
    params(Idempotent),
    responses((status = 201, body = PaymentView), Refused))]
pub async fn create(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<CreatePayment>()?;
    answered(state.app.create_payment(&commanding(&staff, &call, &fingerprint)?, new).await?)
}

/// Records money received at the desk for a pending payment.
#[utoipa::path(post, path = "/v1/payments/{id}/record", tag = "payments", request_body = RecordPayment,
    params(("id" = PaymentId, Path, description = "The payment."),
        Idempotent),
    responses((status = 200, body = PaymentView), Refused))]
pub async fn record(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (record, fingerprint) = call.json::<RecordPayment>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.record_payment(&cx, call.path("id")?, record).await?)
}

/// Moves a payment by hand: submit, cancel, reopen.
#[utoipa::path(post, path = "/v1/payments/{id}/status", tag = "payments", request_body = MovePayment,
    params(("id" = PaymentId, Path, description = "The payment."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = PaymentView), Refused))]
pub async fn change_status(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (wanted, fingerprint) = call.json::<MovePayment>()?;
    answered(state.app.move_payment(&commanding(&staff, &call, &fingerprint)?, id, version, wanted).await?)
}

/// Asks for a payment by message, with a link for it: by mail, where no channel is named. A draft is asked for with that.
#[utoipa::path(post, path = "/v1/payments/{id}/request", tag = "payments", request_body = Option<RequestByMessage>,
    params(("id" = PaymentId, Path, description = "The payment."),
        Idempotent),
    responses((status = 200, body = PaymentView), Refused))]
pub async fn request(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (request, fingerprint) = call.json_if_any::<RequestByMessage>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.request_payment(&cx, call.path("id")?, request).await?)
}

/// Charges a payment that was asked for to a method on file.
#[utoipa::path(post, path = "/v1/payments/{id}/charge", tag = "payments", request_body = ChargePayment,
    params(("id" = PaymentId, Path, description = "The payment."),
        Idempotent),
    responses((status = 200, body = PaymentView), Refused))]
pub async fn charge(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (charge, fingerprint) = call.json::<ChargePayment>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.charge_payment(&cx, call.path("id")?, charge.method_on_file).await?)
}

/// Takes what is held on a card for a payment, or a part of it; the rest is released.
#[utoipa::path(post, path = "/v1/payments/{id}/capture", tag = "payments", request_body = CapturePayment,
    params(("id" = PaymentId, Path, description = "The payment."),
        Idempotent),
    responses((status = 200, body = PaymentView), Refused))]
pub async fn capture(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (capture, fingerprint) = call.json::<CapturePayment>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.capture_payment(&cx, call.path("id")?, capture).await?)
}

/// Releases what is held on a card for a payment: nothing is charged.
#[utoipa::path(post, path = "/v1/payments/{id}/void", tag = "payments",
    params(("id" = PaymentId, Path, description = "The payment."),
        Idempotent),
    responses((status = 200, body = PaymentView), Refused))]
pub async fn void(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let cx = commanding(&staff, &call, &call.no_body()?)?;
    answered(state.app.void_payment(&cx, call.path("id")?).await?)
}

/// Decides anew which invoices a received payment pays; what is left over is the patient's credit.
#[utoipa::path(put, path = "/v1/payments/{id}/allocations", tag = "payments", request_body = SetAllocations,
    params(("id" = PaymentId, Path, description = "The payment."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = PaymentView), Refused))]
pub async fn allocate(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (new, fingerprint) = call.json::<SetAllocations>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.set_allocations(&cx, id, version, new).await?)
}

/// What a refund would do, in words and amounts; writes nothing.
#[utoipa::path(post, path = "/v1/payments/{id}/refunds/preview", tag = "payments", request_body = RefundPayment,
    params(("id" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, body = RefundPreview), Refused))]
pub async fn preview_refund(
    state: &StaffApi,
    staff: Authorised<Refund>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, _) = call.json::<RefundPayment>()?;
    json(StatusCode::OK, &state.app.preview_refund(&reading(&staff, &call)?, call.path("id")?, new).await?)
}

/// Refunds a payment, or a part of it: to where the money came from, or at the desk.
#[utoipa::path(post, path = "/v1/payments/{id}/refunds", tag = "payments", request_body = RefundPayment,
    params(("id" = PaymentId, Path, description = "The payment."),
        Idempotent),
    responses((status = 201, body = RefundView), Refused))]
pub async fn refund(state: &StaffApi, staff: Authorised<Refund>, call: Call) -> Result<Response, Problem> {
    let id = call.path("id")?;
    let (new, fingerprint) = call.json::<RefundPayment>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.refund_payment(&cx, id, new).await?)
}
