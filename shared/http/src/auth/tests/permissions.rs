use lambda_http::Body;

use super::*;
use crate::auth::{Authorised, ManagePractice, Permission, ReadTracker, Refund, Role};
use crate::{Call, Method, Response, Route, Router, StatusCode, respond};

struct State(Verifier);

impl AsRef<Verifier> for State {
    fn as_ref(&self) -> &Verifier {
        &self.0
    }
}

async fn refund(_: &State, staff: Authorised<Refund>, _: Call) -> Result<Response, Problem> {
    respond::json(StatusCode::CREATED, &staff.practice)
}

#[tokio::test]
async fn a_staff_handler_is_reached_by_the_roles_that_may() {
    let issuer = Issuer::start().await;
    let state: &'static State = Box::leak(Box::new(State(issuer.verifier())));
    let router = Router::new(vec![Route::staff(Method::POST, "/refunds", refund)]).unwrap();
    for role in Role::ALL {
        let mut claims = issuer.claims();
        claims["role"] = json!(role);
        let mut request = lambda_http::Request::new(Body::Empty);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = "/refunds".parse().unwrap();
        *request.headers_mut() = bearing(&issuer.token(&claims));
        let response = router.handle(state, request, noon()).await.unwrap();
        let expected = if role.may(Permission::Refund) { 201 } else { 403 };
        assert_eq!(response.status(), expected, "{role:?}");
    }
}

fn staff(role: Role) -> Staff {
    Staff { practice: "prac_oak1".to_owned(), user_id: "u".to_owned(), name: "Ada".to_owned(), role }
}

#[test]
fn the_table_is_what_was_agreed() {
    use Permission::*;
    let table = [
        (Role::Viewer, vec![ReadTracker]),
        (Role::FrontDesk, vec![ReadTracker, WriteInvoices, TakePayments, IssueLinks, ManagePatients]),
        (
            Role::Biller,
            vec![
                ReadTracker,
                WriteInvoices,
                TakePayments,
                IssueLinks,
                ManagePatients,
                Refund,
                WriteOff,
                ManageOutreach,
                ExportLists,
            ],
        ),
        (Role::Owner, Permission::ALL.to_vec()),
    ];
    for (role, permissions) in table {
        let may: Vec<_> = Permission::ALL.into_iter().filter(|permission| role.may(*permission)).collect();
        assert_eq!(may, permissions, "{role:?}");
    }
}

#[test]
fn names_are_those_on_the_wire() {
    for role in Role::ALL {
        assert_eq!(json!(role), json!(role.name()));
    }
}

#[test]
fn who_may_not_is_told_who_may() {
    assert!(Authorised::<ReadTracker>::check(staff(Role::Viewer)).is_ok());
    assert!(Authorised::<Refund>::check(staff(Role::Biller)).is_ok());
    assert!(Authorised::<ManagePractice>::check(staff(Role::Biller)).is_err());
    let problem = Authorised::<Refund>::check(staff(Role::FrontDesk)).unwrap_err();
    assert_eq!(problem.status(), 403);
    assert_eq!(problem.document().kind, "/problems/forbidden");
    assert_eq!(problem.document().extra["allowed"], json!(["biller", "owner"]));
}
