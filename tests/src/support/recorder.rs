//! Sees every call to the table at the wire: counts calls and round trips, adds up what the engine says they cost,
//! and loses replies on demand.

use std::{
    collections::BTreeMap,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt;
use rust_decimal::Decimal;
use serde_json::Value;

use super::role::Role;

/// What a piece of work asked of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls by operation.
    pub by_operation: BTreeMap<String, u32>,
    /// Sequential round trips: calls that were under way together count once.
    pub round_trips: u32,
    /// Read units.
    pub rcu: Decimal,
    /// Read units, by operation.
    pub rcu_by_operation: BTreeMap<String, Decimal>,
    /// Write units, of the table and its indexes.
    pub wcu: Decimal,
    /// Write units of the indexes alone.
    pub index_wcu: Decimal,
}

impl Calls {
    /// How often an operation was called.
    pub fn of(&self, operation: &str) -> u32 {
        self.by_operation.get(operation).copied().unwrap_or_default()
    }

    /// The read units of an operation.
    pub fn rcu_of(&self, operation: &str) -> Decimal {
        self.rcu_by_operation.get(operation).copied().unwrap_or_default()
    }

    /// All calls.
    pub fn total(&self) -> u32 {
        self.by_operation.values().sum()
    }

    /// The calls, without the block of numbers that is taken now and then.
    pub fn without_numbers(&self) -> BTreeMap<&str, u32> {
        let known = self.by_operation.iter().filter(|(name, _)| *name != "UpdateItem");
        known.map(|(name, count)| (name.as_str(), *count)).collect()
    }

    /// Adds what another piece of work asked, after this one.
    pub fn extend(&mut self, later: &Self) {
        for (operation, count) in &later.by_operation {
            *self.by_operation.entry(operation.clone()).or_default() += count;
        }
        for (operation, units) in &later.rcu_by_operation {
            *self.rcu_by_operation.entry(operation.clone()).or_default() += *units;
        }
        self.round_trips += later.round_trips;
        self.rcu += later.rcu;
        self.wcu += later.wcu;
        self.index_wcu += later.index_wcu;
    }

    fn add(&mut self, operation: &str, consumed: &Value) {
        *self.by_operation.entry(operation.to_owned()).or_default() += 1;
        let tables: &[Value] = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
        for table in tables {
            let total = units(&table["CapacityUnits"]);
            if matches!(operation, "BatchGetItem" | "GetItem" | "Query" | "Scan") {
                self.rcu += total;
                *self.rcu_by_operation.entry(operation.to_owned()).or_default() += total;
            } else {
                self.wcu += total;
                let indexes = table["GlobalSecondaryIndexes"].as_object();
                self.index_wcu += indexes
                    .into_iter()
                    .flatten()
                    .map(|(_, index)| units(&index["CapacityUnits"]))
                    .sum::<Decimal>();
            }
        }
    }
}

fn units(value: &Value) -> Decimal {
    value.as_number().map_or(Decimal::ZERO, |number| number.to_string().parse().unwrap())
}

/// The recorder of one world's calls.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    calls: Calls,
    /// How long the calls took in all, by operation.
    took: BTreeMap<String, Duration>,
    under_way: u32,
    /// Operations whose replies are to be lost, after the engine did what was asked.
    lose: Vec<String>,
    /// What happens right before the next call of an operation.
    meanwhile: Vec<(String, Meanwhile)>,
}

type Meanwhile = Pin<Box<dyn Future<Output = ()> + Send>>;

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

impl Recorder {
    /// A function's HTTP client, with the recorder in front of it, and its role.
    pub(super) fn before(&self, client: SharedHttpClient, role: Option<Role>) -> SharedHttpClient {
        let (recorder, role) = (self.clone(), role.map(Arc::new));
        http_client_fn(move |settings, components| {
            let next = client.http_connector(settings, components);
            SharedHttpConnector::new(Recording { recorder: recorder.clone(), role: role.clone(), next })
        })
    }

    /// What a piece of work asks of the table.
    pub async fn of<T>(&self, work: impl Future<Output = T>) -> (T, Calls) {
        {
            let mut state = self.0.lock().unwrap();
            (state.calls, state.took) = Default::default();
        }
        let given = work.await;
        (given, self.0.lock().unwrap().calls.clone())
    }

    /// How long a call of an operation took on average, in the last piece of work.
    pub fn mean_of(&self, operation: &str) -> Duration {
        let state = self.0.lock().unwrap();
        state.took.get(operation).copied().unwrap_or_default() / state.calls.of(operation).max(1)
    }

    /// The next call of an operation takes effect, and its reply is lost.
    pub fn lose_reply(&self, operation: &str) {
        self.0.lock().unwrap().lose.push(operation.to_owned());
    }

    /// Something happens between what was read and the next call of an operation.
    pub fn meanwhile(&self, operation: &str, happens: impl Future<Output = ()> + Send + 'static) {
        self.0.lock().unwrap().meanwhile.push((operation.to_owned(), Box::pin(happens)));
    }

    fn happening(&self, operation: &str) -> Option<Meanwhile> {
        let mut state = self.0.lock().unwrap();
        let place = state.meanwhile.iter().position(|(name, _)| name == operation)?;
        Some(state.meanwhile.remove(place).1)
    }

    fn begin(&self) {
        let mut state = self.0.lock().unwrap();
        if state.under_way == 0 {
            state.calls.round_trips += 1;
        }
        state.under_way += 1;
    }

    /// Notes a call that has ended, and says whether its reply is to be lost.
    fn end(&self, operation: &str, took: Duration, answer: Option<&[u8]>) -> bool {
        let mut state = self.0.lock().unwrap();
        state.under_way -= 1;
        *state.took.entry(operation.to_owned()).or_default() += took;
        let answer = answer.and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok()).unwrap_or_default();
        state.calls.add(operation, &answer["ConsumedCapacity"]);
        let lost = state.lose.iter().position(|name| name == operation);
        lost.map(|place| state.lose.remove(place)).is_some()
    }
}

#[derive(Debug)]
struct Recording {
    recorder: Recorder,
    role: Option<Arc<Role>>,
    next: SharedHttpConnector,
}

impl HttpConnector for Recording {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let asked = ask_for_units(&mut request);
        if let Some((role, asked)) = self.role.as_ref().zip(asked) {
            role.require(&operation, &asked);
        }
        let (recorder, next) = (self.recorder.clone(), self.next.clone());
        HttpConnectorFuture::new(async move {
            if let Some(happens) = recorder.happening(&operation) {
                happens.await;
            }
            recorder.begin();
            let begun = Instant::now();
            let answer = match next.call(request).await {
                Ok(response) => whole(response).await,
                Err(error) => Err(error),
            };
            let lost = recorder.end(
                &operation,
                begun.elapsed(),
                answer.as_ref().ok().and_then(|r| r.body().bytes()),
            );
            if lost { Err(ConnectorError::io("the reply is lost".into())) } else { answer }
        })
    }
}

/// Signatures are not checked by the engines, so the signed body may be changed. Gives what is asked.
fn ask_for_units(request: &mut HttpRequest) -> Option<Value> {
    let mut body: Value = serde_json::from_slice(request.body().bytes()?).ok()?;
    body["ReturnConsumedCapacity"] = "INDEXES".into();
    let text = body.to_string();
    request.headers_mut().insert("content-length", text.len().to_string());
    *request.body_mut() = SdkBody::from(text);
    Some(body)
}

async fn whole(response: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let collected = response.into_body().collect().await.map_err(ConnectorError::io)?;
    let bytes: Bytes = collected.to_bytes();
    let mut answer = HttpResponse::new(status, SdkBody::from(bytes));
    *answer.headers_mut() = headers;
    Ok(answer)
}
