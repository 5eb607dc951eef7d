use serde_json::json;

use super::function::Function;
use super::{Reply, SIMPLE_EMAIL, Server, TEXT, record};

/// Submits a form as a browser does from this kind of site.
async fn submit(server: &Server, path: &str, form: &str, headers: &str) -> Reply {
    let head = format!("POST {path} HTTP/1.1\nHost: mailbox\n{headers}");
    let head =
        format!("{head}\nContent-Type: application/x-www-form-urlencoded\nContent-Length: {}", form.len());
    server.recorded(&format!("{head}\n\n{form}")).await
}

const OURS: &str = "Sec-Fetch-Site: same-origin";

#[tokio::test]
async fn a_messages_page_has_a_button_for_each_of_its_events() {
    let server = Server::start().await;
    let email = server.recorded(SIMPLE_EMAIL).await.message_id();
    let page = server.call("GET", &format!("/messages/{email}")).await;
    assert!(page.head.contains("form-action 'self'"), "{page:?}");
    assert!(page.body.contains(&format!("method=\"post\" action=\"/messages/{email}/events\"")), "{page:?}");
    for (name, label) in [
        ("delivery", "Delivery"),
        ("delay", "Delay"),
        ("soft_bounce", "Soft bounce"),
        ("bounce", "Bounce"),
        ("complaint", "Complaint"),
    ] {
        let button = format!("<button name=\"event\" value=\"{name}\">{label}</button>");
        assert!(page.body.contains(&button), "{button}");
    }
    assert!(!page.body.contains("Blocked") && !page.body.contains("/replies"), "{page:?}");

    let text = server.recorded(TEXT).await.message_id();
    let page = server.call("GET", &format!("/messages/{text}")).await.body;
    for name in ["delivered", "unreachable", "invalid", "blocked"] {
        assert!(page.contains(&format!("name=\"event\" value=\"{name}\"")), "{name}");
    }
    for word in ["STOP", "HELP", "START"] {
        assert!(page.contains(&format!("<button name=\"body\" value=\"{word}\">{word}</button>")), "{word}");
    }
    assert!(
        page.contains("<label class=\"wide\">Text<input name=\"body\"") && !page.contains("Soft bounce"),
        "{page}"
    );
}

#[tokio::test]
async fn a_button_publishes_its_event_and_leads_back_to_the_message() {
    let mut function = Function::start(&[]).await;
    let server = Server::start_with_events(&function.url).await;
    let id = server.recorded(SIMPLE_EMAIL).await.message_id();
    let path = format!("/messages/{id}/events");
    let answer = submit(&server, &path, "times=2&event=soft_bounce", OURS).await;
    assert_eq!(answer.status, 303);
    assert!(answer.head.contains(&format!("location: /messages/{id}#published")), "{answer:?}");
    for _ in 0..2 {
        assert_eq!(record(&function.invocation().await)["bounce"]["bounceType"], "Transient");
    }
    server.settled(1).await;
    let page = server.call("GET", &format!("/messages/{id}")).await.body;
    assert!(page.contains("Soft bounce") && page.contains("Delivered after 1 try"), "{page}");
    assert!(server.call("GET", "/").await.body.contains("<a href=\"/events\">1 event</a>"));
}

#[tokio::test]
async fn a_reply_is_written_as_the_patient() {
    let server = Server::start().await;
    let id = server.recorded(TEXT).await.message_id();
    let path = format!("/messages/{id}/replies");
    assert_eq!(submit(&server, &path, "times=1&body=Wrong+number%21", OURS).await.status, 303);
    assert_eq!(submit(&server, &path, "body=STOP", OURS).await.status, 303, "a ready reply");
    let events = server.events().await;
    let stop = record(&events[0]["payload"]);
    assert_eq!((&stop["originationNumber"], &stop["messageBody"]), (&json!("+15555550100"), &json!("STOP")));
    assert_eq!(stop["destinationNumber"], "+18005550199");
    assert_eq!(record(&events[1]["payload"])["messageBody"], "Wrong number!");
    let page = server.call("GET", &format!("/messages/{id}")).await.body;
    assert!(page.contains("Reply") && page.contains("“Wrong number!”"), "{page}");
}

#[tokio::test]
async fn the_events_page_shows_what_did_not_arrive() {
    let function = Function::start(&[500; 5]).await;
    let server = Server::start_with_events(&function.url).await;
    assert!(server.call("GET", "/events").await.body.contains("No events"));
    let id = server.recorded(TEXT).await.message_id();
    server.happen(&id, &json!({ "event": "blocked" })).await;
    server.settled(1).await;
    for path in ["/events", &format!("/messages/{id}")] {
        let page = server.call("GET", path).await.body;
        assert!(page.contains("Not delivered after 5 tries: 500 Internal Server Error"), "{page}");
        assert!(page.contains("1 event, 1 not delivered"), "{page}");
    }
    let page = server.call("GET", "/events").await.body;
    assert!(page.contains(&function.url) && page.contains(&format!("href=\"/messages/{id}\"")), "{page}");
    assert!(server.call("GET", "/").await.body.contains("1 event, 1 not delivered"));
}

#[tokio::test]
async fn other_sites_cannot_send_the_forms() {
    let server = Server::start().await;
    let id = server.recorded(TEXT).await.message_id();
    for headers in [
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site\nOrigin: http://mailbox",
        "Sec-Fetch-Site: none",
        "Origin: http://evil.example",
        "Origin: null",
        "Accept: text/html",
    ] {
        for (form, body) in [("events", "event=blocked"), ("replies", "body=STOP")] {
            let answer = submit(&server, &format!("/messages/{id}/{form}"), body, headers).await;
            assert_eq!(answer.status, 403, "{headers}");
        }
    }
    assert!(server.events().await.is_empty());
    let path = format!("/messages/{id}/events");
    assert_eq!(submit(&server, &path, "event=blocked", "Origin: http://mailbox").await.status, 303);
}

#[tokio::test]
async fn forms_that_make_no_sense_say_so() {
    let server = Server::start().await;
    let id = server.recorded(TEXT).await.message_id();
    let events = format!("/messages/{id}/events");
    for (path, form, status, why) in [
        (events.as_str(), "event=bounce", 422, "is none of delivered"),
        (&events, "event=blocked&times=11", 422, "times: 1 to 10."),
        (&events, "times=1", 422, "event"),
        (&format!("/messages/{id}/replies"), "body=", 422, "body: 1 to 1600"),
        ("/messages/none/events", "event=blocked", 404, "No such message"),
        ("/messages/none/replies", "body=STOP", 404, "No such message"),
    ] {
        let answer = submit(&server, path, form, OURS).await;
        assert_eq!(answer.status, status, "{form}");
        assert!(answer.body.contains(why), "{answer:?}");
    }
    assert!(server.events().await.is_empty());
}
