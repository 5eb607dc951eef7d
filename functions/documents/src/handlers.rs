//! The documents, for whoever may see them.

use paywell_domain::{InvoiceId, PaymentId, link::Token, number::Series};
use paywell_http::{
    Call, Problem, Response,
    api::reading,
    auth::{Authorised, ReadTracker},
    described::Refused,
    respond::{pdf, redirect},
};
use utoipa::ToSchema;

use crate::{Documents, invoice as invoice_pdf, receipt as receipt_pdf};

/// The bytes of a PDF.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "only described")]
pub(crate) struct Pdf(Vec<u8>);

/// An invoice to print, as a PDF.
#[utoipa::path(get, path = "/v1/invoices/{id}/pdf", tag = "documents",
    params(("id" = InvoiceId, Path, description = "The invoice.")),
    responses((status = 200, content_type = "application/pdf", body = inline(Pdf),
        description = "The invoice: lines, discounts, totals, adjustments, payments and refunds, balance, how to pay."),
        Refused))]
pub(crate) async fn invoice(
    state: &Documents,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    let printed = state.api.app.invoice_document(&reading(&staff, &call)?, call.path("id")?).await?;
    let bytes = invoice_pdf(&state.fonts, &printed).map_err(Problem::internal)?;
    pdf(bytes, &format!("{}.pdf", Series::Invoice.show(printed.invoice.number)))
}

/// The receipt of a payment that was received, as a PDF.
#[utoipa::path(get, path = "/v1/payments/{id}/receipt.pdf", tag = "documents",
    params(("id" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, content_type = "application/pdf", body = inline(Pdf),
        description = "The receipt: when, how much, how, reference, what it pays, credit, refunds."),
        Refused))]
pub(crate) async fn receipt(
    state: &Documents,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    let printed = state.api.app.receipt_document(&reading(&staff, &call)?, call.path("id")?).await?;
    let bytes = receipt_pdf(&state.fonts, &printed).map_err(Problem::internal)?;
    pdf(bytes, &format!("{}.pdf", Series::Payment.show(printed.payment.number)))
}

/// The receipt for whoever paid. Where there is none, the receipt page says why, for known and unknown tokens alike.
pub(crate) async fn receipt_of_token(state: &Documents, call: Call) -> Result<Response, Problem> {
    let token = call.path::<String>("token").map(|text| Token::from_url(&text))?;
    let Some(printed) = state.api.app.receipt_document_of(&token, call.now).await? else {
        // What was asked for may be anything; as a path it is only what a token can be.
        let token = token.as_str();
        let shaped =
            !token.is_empty() && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        return redirect(&format!("/pay/receipts/{}", if shaped { token } else { "unknown" }));
    };
    let bytes = receipt_pdf(&state.fonts, &printed).map_err(Problem::internal)?;
    let mut response = pdf(bytes, &format!("{}.pdf", Series::Payment.show(printed.payment.number)))?;
    let robots = lambda_http::http::HeaderValue::from_static("noindex, nofollow");
    response.headers_mut().insert("x-robots-tag", robots);
    Ok(response)
}
