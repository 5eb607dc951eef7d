//! The wire between functions and everything they ask: sees each call, and does to it what the plan says.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, header::HOST};

use crate::{
    Fault, Io, Plan, Target,
    engine::{Engine, there},
    http::{Client, Reply, client, send, serve},
};

/// Where the wire leads. Dropping it does not end the servers at its end.
pub struct Wire {
    engine: Mutex<Arc<Engine>>,
    stripe: String,
    ses: String,
    client: Client,
}

/// One end of the wire: whoever asks, with what it has asked in its present invocation.
pub(crate) struct Caller {
    pub(crate) name: String,
    wire: Arc<Wire>,
    invocation: Mutex<Current>,
    /// Kills whoever asks.
    kill: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Current {
    plan: Plan,
    ios: Vec<Io>,
}

impl Wire {
    /// A wire to an engine of its own, and to a processor and a mail provider at these base URLs.
    pub async fn new(stripe: &str, ses: &str) -> Arc<Self> {
        let address = |url: &str| url.trim_start_matches("http://").to_owned();
        Arc::new(Self {
            engine: Mutex::new(Arc::new(Engine::start(false).await)),
            stripe: address(stripe),
            ses: address(ses),
            client: client(),
        })
    }

    /// Puts an empty engine in the place of the one there was.
    pub async fn empty_engine(&self) {
        *self.engine.lock().unwrap() = Arc::new(Engine::start(false).await);
    }

    /// Puts an empty engine in the place of the one there was, whose indexes show a write only when told.
    pub async fn empty_engine_with_lagging_indexes(&self) {
        *self.engine.lock().unwrap() = Arc::new(Engine::start(true).await);
    }

    /// How many writes the indexes do not show yet.
    pub fn lag(&self) -> usize {
        self.engine().pending()
    }

    /// How many reads of indexes showed something old, since the engine was put in place.
    pub fn stale_reads(&self) -> u64 {
        self.engine().stale_reads()
    }

    /// Lets the indexes show so many writes more, in the order in which they took effect.
    pub async fn release(&self, writes: usize) {
        self.engine().release(writes).await;
    }

    /// Lets the indexes show every write so far.
    pub async fn release_all(&self) {
        self.engine().release(usize::MAX).await;
    }

    /// A base URL of DynamoDB at the same engine, on which nothing goes wrong: for tests that look or prepare.
    pub async fn quiet_end(self: &Arc<Self>) -> String {
        let caller = Arc::new(Caller::new("test", self.clone(), Box::new(|| {})));
        let address = serve(move |request| {
            let caller = caller.clone();
            async move {
                let reply = caller.exchange(request).await;
                caller.begin(Plan::none());
                reply
            }
        });
        format!("http://{}{}", address.await, Target::DynamoDb.prefix())
    }

    fn engine(&self) -> Arc<Engine> {
        self.engine.lock().unwrap().clone()
    }

    async fn forward(&self, target: Target, path: &str, mut request: Request<Bytes>) -> Response<Bytes> {
        // The client sets the host of the server that it asks.
        request.headers_mut().remove(HOST);
        let address = match target {
            Target::DynamoDb => return self.engine().answer(request).await,
            Target::Stripe => &self.stripe,
            Target::Ses => &self.ses,
        };
        *request.uri_mut() = there(address, path);
        send(&self.client, request).await
    }
}

impl Caller {
    pub(crate) fn new(name: &str, wire: Arc<Wire>, kill: Box<dyn Fn() + Send + Sync>) -> Self {
        Self { name: name.to_owned(), wire, invocation: Mutex::default(), kill }
    }

    /// Another invocation begins, under a plan.
    pub(crate) fn begin(&self, plan: Plan) {
        *self.invocation.lock().unwrap() = Current { plan, ios: Vec::new() };
    }

    /// What was asked since the invocation began.
    pub(crate) fn ios(&self) -> Vec<Io> {
        self.invocation.lock().unwrap().ios.clone()
    }

    /// Carries one call. It goes on even if whoever asked goes away.
    pub(crate) async fn exchange(self: &Arc<Self>, request: Request<Bytes>) -> Reply {
        let caller = self.clone();
        tokio::spawn(async move { caller.carry(request).await }).await.unwrap()
    }

    async fn carry(&self, request: Request<Bytes>) -> Reply {
        let uri = request.uri().clone();
        let whole = uri.path_and_query().map_or("/", |path| path.as_str());
        let Some((target, path)) = Target::of(whole) else {
            panic!("{} asks for {whole}, where nothing is", self.name)
        };
        let operation = target.operation(&request, path);
        let (number, fault, meeting) = self.note(target, operation);
        let stay = match &meeting {
            Some(meeting) => Some(meeting.barrier.pass().await),
            None => None,
        };
        let mut answer = None;
        if fault.is_none_or(Fault::acts) {
            let response = self.wire.forward(target, path, request.clone()).await;
            self.answered(number, response.status().as_u16());
            answer = Some(response);
        }
        drop(stay);
        match (fault, answer) {
            (None, Some(response)) => Reply::Answer(response),
            (None, None) | (Some(Fault::Drop(_)), _) => Reply::Close,
            (Some(Fault::Reset(_)), _) => Reply::Reset,
            (Some(Fault::Stall(_)), _) => Reply::Stall,
            (Some(Fault::Kill(_)), _) => {
                (self.kill)();
                Reply::Close
            }
            (Some(fault), _) => Reply::Answer(fault.response(target, &request)),
        }
    }

    fn note(&self, target: Target, operation: String) -> (u32, Option<Fault>, Option<crate::plan::Meeting>) {
        let mut current = self.invocation.lock().unwrap();
        let number = u32::try_from(current.ios.len()).unwrap() + 1;
        let before = current.ios.iter().filter(|io| io.operation == operation).count();
        let nth = u32::try_from(before).unwrap() + 1;
        let planned = current.plan.fault_of_nth(&operation, nth);
        let fault = planned.or_else(|| current.plan.fault(number, target, &operation));
        let meets = |meeting: &&crate::plan::Meeting| meeting.operation == operation && meeting.nth == nth;
        let meeting = current.plan.meeting.as_ref().filter(meets).cloned();
        let instance = self.name.clone();
        current.ios.push(Io { instance, number, target, operation, fault, status: None });
        (number, fault, meeting)
    }

    fn answered(&self, number: u32, status: u16) {
        let mut current = self.invocation.lock().unwrap();
        if let Some(io) = current.ios.iter_mut().find(|io| io.number == number) {
            io.status = Some(status);
        }
    }
}
