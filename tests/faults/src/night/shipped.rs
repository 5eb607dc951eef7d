//! A night of the program that ships, in a process of its own: how much of the processor it takes, and how long it lasts.
//! Table and mail provider are in this process, over loopback without TLS.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use chrono::{TimeDelta, Timelike};
use chrono_tz::{America::New_York, Europe::Moscow, Pacific::Guadalcanal, Tz};
use http::Response;
use paywell_tests::support::{World, engine};
use serde_json::{Value, json};
use tokio::process::Child;

use crate::{
    binaries,
    http::{Reply, serve},
    instance,
    runtime_api::{Reported, RuntimeApi},
    site::environment,
};

/// How long the mail provider takes.
pub(crate) const MAIL: Duration = Duration::from_millis(50);

/// Lambda's: longer than any night here.
const TIME_LIMIT: Duration = Duration::from_secs(840);

/// What a night of so many sets took.
pub(crate) struct Shipped {
    /// The function's processor time, from being given its event to its answer.
    pub(crate) processor: Duration,
    /// What of it the system took for it.
    pub(crate) system: Duration,
    pub(crate) wall: Duration,
}

/// A night of so many due sets at so many mails a second.
pub(crate) async fn night(sets: u32, mails_per_second: u32) -> Shipped {
    let program = binaries::shipped("outreach");
    let now = paywell_app::clock::now();
    // Due since yesterday or the day before, whatever hour it is here.
    let world = World::at(now - TimeDelta::days(3), "http://127.0.0.1:9").await;
    super::owing(&world, sets, Some(zone_at_work(now.hour()))).await;
    let taken = Arc::new(AtomicU32::new(0));
    let mail = provider(taken.clone()).await;
    let api = Arc::new(RuntimeApi::default());
    let hears = api.clone();
    let address = serve(move |request| {
        let hears = hears.clone();
        async move { hears.answer(request).await }
    });
    let mut command = instance::command(&program, "night", &address.await);
    command.envs(environment(&world.table, ""));
    command.env("MAILS_PER_SECOND", mails_per_second.to_string());
    command.env("AWS_ENDPOINT_URL_DYNAMODB", &engine().url).env("AWS_ENDPOINT_URL_SESV2", &mail);
    let mut child = command.spawn().unwrap();
    while_alive(&mut child, api.ready()).await;
    let process = child.id().unwrap();
    let (before, begun) = (processor_time(process), Instant::now());
    let reported = while_alive(&mut child, api.give(&json!({}), TIME_LIMIT)).await;
    let (wall, after) = (begun.elapsed(), processor_time(process));
    let (processor, system) = (after.0 - before.0, after.1 - before.1);
    let Reported::Response(run) = reported else { panic!("{reported:?}; see its log") };
    assert_eq!((&run["sent"], &run["due"]), (&json!(sets), &json!(sets)), "{run}");
    assert_eq!(taken.load(Ordering::SeqCst), sets, "each set got one mail");
    Shipped { processor, system, wall }
}

async fn while_alive<T>(child: &mut Child, work: impl Future<Output = T>) -> T {
    tokio::select! {
        done = work => done,
        status = child.wait() => panic!("outreach ended: {status:?}; see its log"),
    }
}

/// Takes every mail, many at once, and answers after [`MAIL`].
async fn provider(taken: Arc<AtomicU32>) -> String {
    let address = serve(move |request| {
        let taken = taken.clone();
        async move {
            let mail: Value = serde_json::from_slice(request.body()).unwrap();
            assert!(mail["Content"]["Simple"]["Subject"]["Data"].is_string(), "a mail: {mail}");
            let number = taken.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(MAIL).await;
            let answer = json!({ "MessageId": format!("0100018b-night-{number}") });
            Reply::Answer(Response::new(Bytes::from(answer.to_string())))
        }
    });
    format!("http://{}", address.await)
}

/// A zone in which it is between nine and six at that hour (UTC): messages keep the recipient's hours.
fn zone_at_work(hour: u32) -> Tz {
    match hour {
        6..14 => Moscow,
        14..22 => New_York,
        _ => Guadalcanal,
    }
}

/// The processor time of a process so far, of all its threads, and what of it the system took for them
/// (<https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>): in hundredths of a second, as Linux always tells it.
pub(crate) fn processor_time(process: u32) -> (Duration, Duration) {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name before it can hold anything.
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let time = |field: usize| Duration::from_millis(10 * fields[field].parse::<u64>().unwrap());
    (time(11) + time(12), time(12))
}
