use serde_json::json;

use super::{SIMPLE_EMAIL, Server, TEXT, body_of};

#[tokio::test]
async fn the_list_shows_what_was_sent() {
    let server = Server::start().await;
    assert!(server.call("GET", "/").await.body.contains("No messages"));
    server.recorded(SIMPLE_EMAIL).await;
    let id = server.recorded(TEXT).await.message_id();
    let page = server.call("GET", "/").await;
    assert!(page.head.contains("content-security-policy: default-src 'none'"), "{page:?}");
    assert!(page.body.contains(&format!("href=\"/messages/{id}\"")));
    for shown in
        ["2 messages", "Ann Lee &lt;ann@example.org&gt;", "$120.00 – pay", "paywell-outreach", "+15555550100"]
    {
        assert!(page.body.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn the_list_is_filtered_by_a_part_of_a_recipient() {
    let server = Server::start().await;
    server.recorded(SIMPLE_EMAIL).await;
    server.recorded(TEXT).await;
    let page = server.call("GET", "/?to=lee").await.body;
    assert!(page.contains("1 message to “lee”") && page.contains("value=\"lee\""), "{page}");
    assert!(page.contains("Ann Lee") && !page.contains("+15555550100"), "{page}");
    assert!(server.call("GET", "/?to=%22%3Cscript%3E").await.body.contains("&quot;&lt;script&gt;"));
}

#[tokio::test]
async fn a_message_shows_its_parts() {
    let server = Server::start().await;
    let id = server.recorded(SIMPLE_EMAIL).await.message_id();
    let page = server.call("GET", &format!("/messages/{id}")).await.body;
    assert!(page.contains("<a href=\"https://pay.example.org/p/abc?a=1&amp;b=2\""), "{page}");
    assert!(page.contains(&format!("src=\"/messages/{id}/html\"")), "{page}");
    for shown in [
        "desk@north.example.org",
        "archive@north.example.org",
        "INV-001.pdf",
        "prac_north",
        "List-Unsubscribe",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    let text = server.recorded(TEXT).await.message_id();
    let page = server.call("GET", &format!("/messages/{text}")).await.body;
    assert!(page.contains("TRANSACTIONAL") && !page.contains("iframe"), "{page}");
}

#[tokio::test]
async fn a_part_in_html_is_shut_in() {
    let server = Server::start().await;
    let mut body = body_of(SIMPLE_EMAIL);
    body["Content"]["Simple"]["Body"]["Html"]["Data"] = json!("<script>alert(1)</script>");
    let id = server.with_body(SIMPLE_EMAIL, &body).await.message_id();
    let part = server.call("GET", &format!("/messages/{id}/html")).await;
    assert_eq!(part.body, "<base target=\"_top\"><script>alert(1)</script>");
    let policy = part.head.lines().find(|line| line.starts_with("content-security-policy")).unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("script"), "{policy}");
    assert!(policy.ends_with("sandbox allow-top-navigation-by-user-activation"), "{policy}");
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let server = Server::start().await;
    let text = server.recorded(TEXT).await.message_id();
    for path in ["/messages/none", "/messages/none/html", &format!("/messages/{text}/html")] {
        let page = server.call("GET", path).await;
        assert_eq!(page.status, 404);
        assert!(page.body.contains("No such message"), "{path}");
    }
    assert!(server.call("GET", "/style.css").await.head.contains("text/css"));
}
