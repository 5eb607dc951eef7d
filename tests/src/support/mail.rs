//! What the practice's mail provider took.

use http::Request;
use mailbox::{Config, Mailbox};
use serde_json::{Value, json};

use super::loopback;

/// A mailbox of one test.
pub struct Mail {
    /// Where the provider's client finds it.
    pub url: String,
}

impl Mail {
    /// An empty one.
    pub fn start() -> Self {
        let mailbox = Mailbox::new(Config::default()).unwrap();
        let url = loopback::serve(|listener| async move {
            mailbox::serve(mailbox, listener, std::future::pending()).await.unwrap();
        });
        Self { url }
    }

    /// What was sent to an address, the first first.
    pub async fn to(&self, address: &str) -> Vec<Value> {
        let mut messages = self.all().await;
        messages.retain(|message| message["to"] == json!([address]));
        messages
    }

    /// Everything that was sent, the first first.
    pub async fn all(&self) -> Vec<Value> {
        let request = Request::get(format!("{}/api/messages", self.url)).body(String::new()).unwrap();
        let mut messages: Vec<Value> = serde_json::from_slice(loopback::send(request).await.body()).unwrap();
        messages.reverse();
        messages
    }

    /// Everything that was sent since this was asked last, the first first: the mailbox is empty then.
    pub async fn take(&self) -> Vec<Value> {
        let messages = self.all().await;
        if !messages.is_empty() {
            let request = Request::delete(format!("{}/api/messages", self.url)).body(String::new()).unwrap();
            assert!(loopback::send(request).await.status().is_success());
        }
        messages
    }

    /// The next sends go wrong: `throttle`, `error`, or `accept_then_drop`.
    pub async fn fault(&self, fault: &str, count: u32) {
        self.plan(&json!({ "next": fault, "count": count })).await;
    }

    /// The next texts alone go wrong.
    pub async fn fault_of_texts(&self, fault: &str, count: u32) {
        self.plan(&json!({ "next": fault, "count": count, "kind": "sms" })).await;
    }

    async fn plan(&self, plan: &Value) {
        let request = Request::post(format!("{}/api/faults", self.url));
        let request = request.header("content-type", "application/json");
        assert!(loopback::send(request.body(plan.to_string()).unwrap()).await.status().is_success());
    }

    /// The pay page's path in a message.
    pub fn pay_path(message: &Value) -> String {
        let text = message["text"].as_str().unwrap();
        let at = text.find("/pay/").expect("a message with a link");
        text[at..].split_whitespace().next().unwrap().to_owned()
    }
}
