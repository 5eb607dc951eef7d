//! One execution environment of a function: the binary that ships, behind a Runtime API of its own
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>) and at its end of the wire.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use paywell_tests::support::Answer;
use serde_json::Value;
use tokio::{
    process::{Child, Command},
    sync::Mutex,
};

use crate::{
    Clock, Io, Plan, Target, Wire,
    binaries::target,
    runtime_api::{Reported, RuntimeApi},
    wire::Caller,
};

/// Lambda ends an instance that takes longer than the 30 seconds for which API Gateway waits.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// How an invocation ended, as its caller sees it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The function's answer; to an event of HTTP, API Gateway's response object.
    Answer(Value),
    /// The function reported an error; API Gateway would say 500.
    FunctionError(Value),
    /// The process was killed or ended: the client learns nothing.
    Died,
}

/// An invocation that has ended.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "an outcome tells whether anything happened"]
pub struct Invocation {
    /// How.
    pub outcome: Outcome,
    /// What the function asked, in order.
    pub ios: Vec<Io>,
}

/// One instance of a function. It starts when it is first invoked, and again after it has died.
pub struct Instance {
    program: PathBuf,
    environment: Vec<(&'static str, String)>,
    faked: bool,
    address: String,
    caller: Arc<Caller>,
    api: Arc<RuntimeApi>,
    process: Arc<AtomicU32>,
    child: Mutex<Option<Child>>,
}

impl Outcome {
    /// The HTTP answer.
    ///
    /// # Panics
    /// There is none.
    pub fn http(&self) -> Answer {
        match self {
            Self::Answer(response) => crate::runtime_api::http(response),
            other => panic!("no answer: {other:?}"),
        }
    }
}

impl Instance {
    pub(crate) async fn new(
        folder: &Path,
        (function, number): (&str, usize),
        wire: &Arc<Wire>,
        mut environment: Vec<(&'static str, String)>,
        clock: Option<&Clock>,
    ) -> Self {
        let name = format!("{function}-{number}");
        let process = Arc::new(AtomicU32::new(0));
        let killed = process.clone();
        let caller = Arc::new(Caller::new(&name, wire.clone(), Box::new(move || end(&killed))));
        let api = Arc::new(RuntimeApi::default());
        let (asks, hears) = (caller.clone(), api.clone());
        let address = crate::http::serve(move |request| {
            let (asks, hears) = (asks.clone(), hears.clone());
            async move {
                match RuntimeApi::is_for(&request) {
                    true => hears.answer(request).await,
                    false => asks.exchange(request).await,
                }
            }
        });
        let address = address.await;
        environment.extend(clock.iter().flat_map(|clock| clock.environment()));
        let child = Mutex::default();
        let (program, faked) = (folder.join(function), clock.is_some());
        Self { program, environment, faked, address, caller, api, process, child }
    }

    /// Its name: the function's, and which of its instances it is.
    pub fn name(&self) -> &str {
        &self.caller.name
    }

    /// Gives it an event, and waits for what becomes of it. Under way already, it takes the event afterwards.
    pub async fn invoke(&self, event: &Value, plan: &Plan) -> Invocation {
        let mut child = self.child.lock().await;
        self.start(&mut child).await;
        self.caller.begin(plan.clone());
        let reported = self.api.give(event, TIME_LIMIT);
        let process = child.as_mut().unwrap();
        let outcome = tokio::select! {
            biased;
            reported = reported => match reported {
                Reported::Response(answer) => Outcome::Answer(answer),
                Reported::Error(error) => Outcome::FunctionError(error),
            },
            _ = process.wait() => Outcome::Died,
            () = tokio::time::sleep(TIME_LIMIT) => {
                end(&self.process);
                Outcome::Died
            }
        };
        if outcome == Outcome::Died {
            self.bury(&mut child).await;
        }
        Invocation { outcome, ios: self.caller.ios() }
    }

    /// Starts it, unless it runs: the init phase, without an invocation.
    ///
    /// # Panics
    /// It does not get to asking for its first event.
    pub async fn warm(&self) {
        let mut child = self.child.lock().await;
        self.start(&mut child).await;
    }

    /// Kills it (`kill -9`) while it has nothing to do. The next invocation starts it again.
    pub async fn kill(&self) {
        let mut child = self.child.lock().await;
        end(&self.process);
        self.bury(&mut child).await;
    }

    async fn start(&self, child: &mut Option<Child>) {
        if child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none()) {
            return;
        }
        self.bury(child).await;
        self.caller.begin(Plan::none());
        self.api.forget();
        let mut started = self.command().spawn().unwrap();
        self.process.store(started.id().unwrap(), Ordering::SeqCst);
        tokio::select! {
            () = self.api.ready() => {}
            status = started.wait() => panic!("{} ended in its init phase: {status:?}; see its log", self.name()),
        }
        *child = Some(started);
    }

    fn command(&self) -> Command {
        let mut command = command(&self.program, self.name(), &self.address);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let at = |target: Target| format!("http://{}{}", self.address, target.prefix());
        command.env("AWS_ENDPOINT_URL_DYNAMODB", at(Target::DynamoDb));
        command
            .env("AWS_ENDPOINT_URL_SESV2", at(Target::Ses))
            .env("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2", at(Target::Ses))
            .env("STRIPE_BASE_URL", at(Target::Stripe));
        command
    }

    /// Waits until a process that was killed is gone.
    async fn bury(&self, child: &mut Option<Child>) {
        let Some(mut ended) = child.take() else { return };
        ended.wait().await.unwrap();
        let process = self.process.swap(0, Ordering::SeqCst);
        if self.faked {
            Clock::remove_left_by(process);
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        end(&self.process);
        if self.faked {
            Clock::remove_left_by(self.process.load(Ordering::SeqCst));
        }
    }
}

/// What starts a function behind a Runtime API at that address, with nothing else in its environment; its log is of that
/// name.
pub(crate) fn command(program: &Path, name: &str, runtime_api: &str) -> Command {
    let folder = target().join("faults/logs");
    std::fs::create_dir_all(&folder).unwrap();
    let log = File::options().create(true).append(true).open(folder.join(format!("{name}.log"))).unwrap();
    let mut command = Command::new(program);
    command.env_clear().kill_on_drop(true).stdin(Stdio::null());
    command.stdout(log.try_clone().unwrap()).stderr(log);
    command.env("AWS_LAMBDA_RUNTIME_API", runtime_api);
    command.env("AWS_LAMBDA_FUNCTION_NAME", program.file_name().unwrap());
    command.env("AWS_LAMBDA_FUNCTION_VERSION", "1").env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256");
    command
}

/// Kills the process of that number; none at 0.
fn end(process: &AtomicU32) {
    let id = i32::try_from(process.load(Ordering::SeqCst)).unwrap();
    if id != 0 {
        // It may have ended by itself; until it is waited for, its number is nobody else's.
        let _ = kill(Pid::from_raw(id), Signal::SIGKILL);
    }
}
