use super::{RAW_EMAIL, SIMPLE_EMAIL, Server, TEXT};

#[tokio::test]
async fn messages_come_newest_first_by_kind_and_recipient() {
    let server = Server::start().await;
    let simple = server.recorded(SIMPLE_EMAIL).await.message_id();
    let raw = server.recorded(RAW_EMAIL).await.message_id();
    let text = server.recorded(TEXT).await.message_id();
    let cases = [
        ("", vec![&text, &raw, &simple]),
        ("?kind=email", vec![&raw, &simple]),
        ("?kind=sms", vec![&text]),
        ("?to=ANN@example.org", vec![&simple]),
        ("?to=carer@example.org", vec![&simple]),
        ("?to=archive@north.example.org", vec![&simple]),
        ("?to=ann@example.org&kind=sms", vec![]),
        ("?to=nn@example.org", vec![]),
        ("?to=%2B15555550100", vec![&text]),
        ("?to=+15555550100", vec![&text]),
    ];
    for (query, expected) in cases {
        let messages = server.messages(query).await;
        let ids: Vec<&str> = messages.iter().map(|message| message["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{query}");
    }
}

#[tokio::test]
async fn deleted_messages_are_gone() {
    let server = Server::start().await;
    let id = server.recorded(TEXT).await.message_id();
    assert_eq!(server.call("DELETE", "/api/messages").await.status, 204);
    assert!(server.messages("").await.is_empty());
    assert_eq!(server.call("GET", &format!("/api/messages/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_mistyped_filter_is_refused_instead_of_ignored() {
    let server = Server::start().await;
    assert_eq!(server.call("GET", "/api/messages?kind=letter").await.status, 400);
    assert_eq!(server.call("GET", "/api/messages?too=x").await.status, 400);
}
