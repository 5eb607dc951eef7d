//! The routes by which staff write.

pub mod appointments;
pub mod invoices;
pub mod methods;
pub mod patients;
pub mod payments;
pub mod plans;
pub mod practice;
pub mod rule_sets;
pub mod sets;

use paywell_http::{Method, Route, api::StaffApi};

/// The routes.
pub fn routes() -> Vec<Route<StaffApi>> {
    vec![
        Route::staff(Method::POST, "/v1/patients", patients::create),
        Route::staff(Method::PATCH, "/v1/patients/{id}", patients::edit),
        Route::staff(Method::PUT, "/v1/patients/{id}/messages", patients::choose_messages),
        Route::staff(Method::POST, "/v1/patients/{id}/contacts/stop-texts", patients::stop_texts),
        Route::staff(Method::POST, "/v1/patients/{id}/contacts/lift", patients::lift_suppression),
        Route::staff(Method::POST, "/v1/patients/{id}/contacts/replies/{number}/read", patients::read_reply),
        Route::staff(Method::POST, "/v1/patients/{id}/payment-methods/setup", methods::set_up),
        Route::staff(
            Method::POST,
            "/v1/patients/{id}/payment-methods/{method}/default",
            methods::make_default,
        ),
        Route::staff(Method::DELETE, "/v1/patients/{id}/payment-methods/{method}", methods::remove),
        Route::staff(Method::POST, "/v1/patients/{id}/autopay", methods::start_autopay),
        Route::staff(Method::DELETE, "/v1/patients/{id}/autopay", methods::stop_autopay),
        Route::staff(Method::POST, "/v1/treatments", patients::create_treatment),
        Route::staff(Method::POST, "/v1/appointments", appointments::create),
        Route::staff(Method::PATCH, "/v1/appointments/{id}", appointments::edit),
        Route::staff(Method::POST, "/v1/invoices", invoices::create),
        Route::staff(Method::PATCH, "/v1/invoices/{id}", invoices::edit),
        Route::staff(Method::DELETE, "/v1/invoices/{id}", invoices::delete),
        Route::staff(Method::POST, "/v1/invoices/{id}/send", invoices::send),
        Route::staff(Method::POST, "/v1/invoices/{id}/remind", invoices::remind),
        Route::staff(Method::POST, "/v1/invoices/{id}/adjustments", invoices::adjust),
        Route::staff(
            Method::POST,
            "/v1/invoices/{id}/adjustments/{number}/reverse",
            invoices::reverse_adjustment,
        ),
        Route::staff(Method::POST, "/v1/invoices/{id}/write-off", invoices::write_off),
        Route::staff(Method::POST, "/v1/invoices/{id}/collections", invoices::send_to_collections),
        Route::staff(Method::POST, "/v1/invoices/{id}/collections/reverse", invoices::reverse_collections),
        Route::staff(Method::POST, "/v1/invoices/{id}/apply", invoices::apply),
        Route::staff(Method::POST, "/v1/payments", payments::create),
        Route::staff(Method::POST, "/v1/payments/{id}/request", payments::request),
        Route::staff(Method::POST, "/v1/payments/{id}/charge", payments::charge),
        Route::staff(Method::POST, "/v1/payments/{id}/capture", payments::capture),
        Route::staff(Method::POST, "/v1/payments/{id}/void", payments::void),
        Route::staff(Method::POST, "/v1/payments/{id}/record", payments::record),
        Route::staff(Method::POST, "/v1/payments/{id}/status", payments::change_status),
        Route::staff(Method::PUT, "/v1/payments/{id}/allocations", payments::allocate),
        Route::staff(Method::POST, "/v1/payments/{id}/refunds/preview", payments::preview_refund),
        Route::staff(Method::POST, "/v1/payments/{id}/refunds", payments::refund),
        Route::staff(Method::POST, "/v1/payment-plans", plans::create),
        Route::staff(Method::PATCH, "/v1/payment-plans/{id}", plans::edit),
        Route::staff(Method::POST, "/v1/payment-plans/{id}/cancel", plans::cancel),
        Route::staff(Method::PATCH, "/v1/practice", practice::edit),
        Route::staff(Method::POST, "/v1/invoice-sets/actions", sets::act_on_many),
        Route::staff(Method::POST, "/v1/invoice-sets/{id}/actions", sets::act),
        Route::staff(Method::POST, "/v1/invoice-sets/{id}/tasks/{number}/done", sets::finish_task),
        Route::staff(Method::POST, "/v1/rule-sets", rule_sets::create),
        Route::staff(Method::PUT, "/v1/rule-sets/{id}", rule_sets::revise),
        Route::staff(Method::POST, "/v1/rule-sets/{id}/archive", rule_sets::archive),
        Route::staff(Method::POST, "/v1/rule-sets/{id}/restore", rule_sets::restore),
    ]
}

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(paywell_domain::PlanId, paywell_domain::SetId)),
    paths(
        patients::create,
        patients::edit,
        patients::choose_messages,
        patients::stop_texts,
        patients::lift_suppression,
        patients::read_reply,
        patients::create_treatment,
        methods::set_up,
        methods::make_default,
        methods::remove,
        methods::start_autopay,
        methods::stop_autopay,
        appointments::create,
        appointments::edit,
        invoices::create,
        invoices::edit,
        invoices::delete,
        invoices::send,
        invoices::remind,
        invoices::adjust,
        invoices::reverse_adjustment,
        invoices::write_off,
        invoices::send_to_collections,
        invoices::reverse_collections,
        invoices::apply,
        payments::create,
        payments::request,
        payments::charge,
        payments::capture,
        payments::void,
        payments::record,
        payments::change_status,
        payments::allocate,
        payments::preview_refund,
        payments::refund,
        plans::create,
        plans::edit,
        plans::cancel,
        practice::edit,
        rule_sets::create,
        rule_sets::revise,
        rule_sets::archive,
        rule_sets::restore,
        sets::act_on_many,
        sets::act,
        sets::finish_task
    )
)]
pub struct Description;
