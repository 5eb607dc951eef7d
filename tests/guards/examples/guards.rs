//! `cargo guards`: takes the product's guards away, one at a time, and writes down which test went red.

use std::{env, io, process::ExitCode, time::Instant};

use guards::{
    Guard, all,
    red::{Copy, Outcome, Reach},
    table,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> io::Result<bool> {
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let only = arguments.iter().skip_while(|argument| *argument != "--only").nth(1);
    let guards = all()?;
    let mut rows = table::read();
    let chosen: Vec<&Guard> = guards
        .iter()
        .filter(|guard| {
            let red = rows.get(&table::name(guard));
            let row = format!("| {} | {}", table::name(guard), red.map_or("", String::as_str));
            only.is_none_or(|text| row.contains(text.as_str())) && (!flag("--new") || red.is_none())
        })
        .collect();
    if flag("--list") {
        list(&chosen);
        return Ok(true);
    }
    let (mut missed, mut done) = (0_usize, 0_usize);
    let reach = match (flag("--units"), flag("--integration")) {
        (true, _) => Reach::Units,
        (_, true) => Reach::Integration,
        _ => Reach::All,
    };
    let mut result = |guard: &Guard, outcome: &Outcome, started: Instant| {
        let cell = table::cell(outcome);
        done = done.saturating_add(1);
        println!("[{done}/{}] {} → {cell} ({} s)", chosen.len(), guard.id(), started.elapsed().as_secs());
        // That some tests stay green decides nothing yet.
        if reach != Reach::All && *outcome == Outcome::Missed {
            return Ok(());
        }
        missed = missed.saturating_add(usize::from(*outcome == Outcome::Missed));
        rows.insert(table::name(guard), cell);
        table::write(&guards, &rows)
    };
    let numbered: Vec<(usize, &Guard)> = chosen.iter().copied().enumerate().collect();
    let (mut switched, mut single): (Vec<_>, Vec<_>) =
        numbered.into_iter().partition(|(_, guard)| guard.can_be_switched());
    let copy = Copy::fresh(&switched)?;
    if !switched.is_empty() {
        println!("compiling {} guards that can be taken away when the tests run", switched.len());
        let left = copy.switch(&switched, reach)?;
        println!("{} files only compile with one taken away at a time: {left:?}", left.len());
        single.extend(switched.extract_if(.., |(_, guard)| left.contains(&guard.path)));
    }
    let mut sound: Vec<&str> = Vec::new();
    for (number, guard) in switched {
        // The tests of the whole are the same for every crate.
        let krate = match reach {
            Reach::Integration => "integration",
            Reach::Units | Reach::All => guard.path.split("/src").next().unwrap_or_default(),
        };
        if !sound.contains(&krate) {
            let whole = copy.switched_off("", &guard.path, reach)?;
            if whole != Outcome::Missed {
                return Err(io::Error::other(format!("with every guard in place: {whole:?}")));
            }
            println!("{krate}: green with every guard in place");
            sound.push(krate);
        }
        let started = Instant::now();
        result(guard, &copy.switched_off(&number.to_string(), &guard.path, reach)?, started)?;
    }
    let copy = Copy::fresh(&[])?;
    for (_, guard) in single {
        let started = Instant::now();
        result(guard, &copy.without(guard, reach)?, started)?;
    }
    println!("{done} guards taken away, {missed} missed");
    table::write(&guards, &rows)?;
    Ok(missed == 0)
}

fn list(chosen: &[&Guard]) {
    for guard in chosen {
        println!("{}\n    → {}", guard.id(), guard.shown());
    }
    println!("{} guards", chosen.len());
}
