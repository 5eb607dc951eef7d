//! `cargo measure exports`: how long files of a whole list take, and what memory.

use std::{collections::BTreeMap, fs, path::Path};

use chrono::{DateTime, Duration, Utc};
use exports::{Exports, Limits};
use paywell_app::{Context, clock};
use paywell_domain::{
    Actor, Export,
    export::{ExportFormat, ExportList, NewExport},
};
use paywell_store::{By, Key};
use paywell_tests::support::{Clinic, World, object_storage};
use serde_json::json;

use crate::{Outcome, tracker};

/// How many rows where nothing is said.
const ROWS: u64 = 100_000;

pub(crate) async fn exports() -> Outcome<()> {
    let rows = std::env::args().nth(2).and_then(|given| given.parse().ok()).unwrap_or(ROWS);
    let keep = std::env::args().any(|given| given == "--keep");
    let world = World::at(clock::now(), "http://127.0.0.1:9").await;
    let clinic = Clinic::open_in(&world, "prac_riverside").await;
    tracker::write(&world, &clinic.practice, &tracker::invoices(rows)).await?;
    println!("{rows} invoices; {} of memory with the engine", memory());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/measure");
    fs::create_dir_all(&folder)?;
    let mut lines = String::new();
    for (format, extension) in [(ExportFormat::Csv, "csv"), (ExportFormat::Xlsx, "xlsx")] {
        for sort in ["created", "-due", "name"] {
            let (export, taken) = made(&clinic, format, sort).await?;
            let file = export.file.ok_or("no file")?;
            let name = format!("{extension}, {sort}");
            let [walk, assemble] = taken.map(|time| time.num_milliseconds());
            println!(
                "{name:<14} {:>8} rows  walk {walk:>7} ms  assemble {assemble:>7} ms  {:>10} bytes  {} at most",
                export.rows,
                file.bytes,
                memory()
            );
            for (what, value) in [("walk", walk), ("assemble", assemble)] {
                let figure = json!({ "name": format!("export.{extension}.{sort}.{what}"), "value": value, "unit": "ms", "n": 1 });
                lines.push_str(&format!("{figure}\n"));
            }
            if keep {
                let suffix = format!("/{}/{:08}.file", export.id, file.object);
                let objects = object_storage().storage.objects();
                let bytes = objects.iter().find(|(key, _)| key.ends_with(&suffix)).ok_or("no object")?.1;
                fs::write(
                    folder.join(format!("export-{}.{extension}", sort.trim_start_matches('-'))),
                    bytes,
                )?;
            }
        }
    }
    Ok(fs::write(folder.join("exports.jsonl"), lines)?)
}

/// Makes an export of all invoices; gives it, how long the walk took, and how long the file.
async fn made(clinic: &Clinic, format: ExportFormat, sort: &str) -> Outcome<(Export, [Duration; 2])> {
    let exports = Exports { clock: clock::now, ..clinic.world.exports(Limits::default()) };
    let new = NewExport {
        list: ExportList::Invoices,
        format,
        filters: BTreeMap::new(),
        sort: Some(sort.to_owned()),
    };
    // Whoever asked was cut off two minutes ago.
    let (actor, now) = (Actor::Staff { user: "user_ada".to_owned() }, clock::now() - Duration::minutes(2));
    let cx = Context { by: By { actor, now, ..clinic.by() }, command: None };
    let (_, asked) = exports.api.app.ask_export(&cx, new).await?;
    let id = asked.ok_or("not asked")?.state.id;
    let began = clock::now();
    let run = exports.run("req-measure", began + Duration::minutes(14)).await?;
    assert_eq!((run.ready, run.errors), (1, 0), "{run:?}");
    let loaded = clinic.world.store.load([Key::export(&clinic.practice, id)]).await?;
    let export = loaded.get::<Export>(&clinic.practice, id)?.ok_or("no export")?.state;
    let history = clinic.world.store.history::<Export>(&clinic.practice, id).await?.ok_or("no history")?;
    let walked: Vec<DateTime<Utc>> = history.events.iter().rev().skip(1).map(|event| event.at).collect();
    let walked = *walked.first().ok_or("no walk")?;
    let ended = export.ended_at.ok_or("not ended")?;
    Ok((export, [walked - began, ended - walked]))
}

/// The most memory that this process has had.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
}
