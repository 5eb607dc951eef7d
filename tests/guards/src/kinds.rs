//! How each kind of guard is found in the source, and what takes it away.

use std::ops::Range;

use crate::{
    guard::{Edits, Guard, KEPT},
    source::Source,
};

/// Of an arm without a condition: the compiler must be asked whether there is a program without it.
const NEVER: &str = "false";

/// Every guard of a file.
pub(crate) fn all(source: &Source) -> Vec<Guard> {
    let path = source.path.as_str();
    let domain = path.starts_with("shared/domain/");
    let mut guards = Vec::new();
    if path.starts_with("shared/store/") {
        conditions(source, &mut guards);
    }
    if path.ends_with("/status.rs") {
        transitions(source, &mut guards);
    }
    if path.ends_with("store/src/keys.rs") {
        for bound in ["{practice}", "{scope}"] {
            prefixes(source, bound, &mut guards);
        }
    }
    if path.ends_with("cursor.rs") || path.ends_with("domain/src/link.rs") || path.ends_with("fingerprint.rs")
    {
        statements(source, "bound", |call| call.contains(".update("), &mut guards);
        bytes(source, &mut guards);
    }
    if path.ends_with("auth/verifier.rs") {
        statements(source, "token", |call| call.starts_with("validation.set_"), &mut guards);
    }
    if path.ends_with("auth/permission.rs") {
        roles(source, &mut guards);
    }
    permissions(source, &mut guards);
    refusals(source, &mut guards);
    statements(source, "required", is_requirement, &mut guards);
    if domain {
        sets(source, &mut guards);
        arms(source, &mut guards);
    }
    if domain || path.starts_with("shared/app/") || path.starts_with("functions/") {
        filters(source, &mut guards);
    }
    guards
}

/// A condition of a write: still asked, and true of every item.
fn conditions(source: &Source, guards: &mut Vec<Guard>) {
    for call in [".condition_expression(", "conditions.push("] {
        for at in source.places(call) {
            let argument = at + call.len()..source.close(at + call.len() - 1);
            let always = "(attribute_exists(pk) OR attribute_not_exists(pk))";
            let said = source.text(argument.clone());
            let with = if call.starts_with('.') {
                format!(
                    "if {KEPT} {{ {said}.to_string() }} else {{ format!(\"({{}}) OR {always}\", {said}) }}"
                )
            } else {
                format!("if {KEPT} {{ {said} }} else {{ concat!(\"(\", {said}, \" OR {always})\") }}")
            };
            guards.push(Guard::new("condition", source, argument.clone(), vec![(argument, with)]));
        }
    }
}

/// Each pair of a state machine, widened to every state and to every move.
fn transitions(source: &Source, guards: &mut Vec<Guard>) {
    for function in ["fn after(", "fn can_become("] {
        for start in source.places(function) {
            let Some(open) = source.code(start..source.code.len()).find('{') else { continue };
            let body = start + open..source.close(start + open);
            for at in body.clone().filter(|at| source.byte(*at) == b'(') {
                let end = source.close(at);
                let after = source.code(end + 1..body.end).trim_start();
                let before = source.code(body.start..at).trim_end();
                let is_pair = after.starts_with(['|', '=']) || before.ends_with('|');
                let Some(comma) = source.code(at..end).find(',').filter(|_| is_pair) else { continue };
                for side in [at + 1..at + comma, at + comma + 2..end] {
                    let edit = vec![(side.clone(), "_".to_owned())];
                    let mut guard = Guard::new("transition", source, at..end + 1, edit);
                    guard.name = format!("{}, whatever {}", guard.name, source.code(side));
                    guards.push(guard);
                }
            }
        }
    }
}

/// What keeps a key within a practice or an actor, replaced by the same text for all.
fn prefixes(source: &Source, bound: &str, guards: &mut Vec<Guard>) {
    for (at, _) in source.text(0..source.code.len()).match_indices(bound) {
        let range = at..at + bound.len();
        let from = source.text(0..at).rfind('"').unwrap_or(at);
        let to = at + source.text(at..source.text.len()).find('"').unwrap_or(0);
        let mut guard = Guard::new("prefix", source, from..to + 1, vec![(range, "any".to_owned())]);
        guard.name = format!("{}, without {bound}", guard.name);
        guards.push(guard);
    }
}

/// What is signed together with a cursor or a token.
fn bytes(source: &Source, guards: &mut Vec<Guard>) {
    for at in source.places(".as_bytes()") {
        let name = source.code(0..at).rfind(|c: char| !c.is_alphanumeric() && c != '_');
        let said = name.map_or(0, |before| before + 1)..at + ".as_bytes()".len();
        if source.code(said.end..said.end + 1) == "," || source.code(said.end..said.end + 1) == "]" {
            guards.push(Guard::new("bound", source, said.clone(), vec![(said, "&b\"any\"[..]".to_owned())]));
        }
    }
}

/// Statements that are nothing but a check.
fn statements(source: &Source, kind: &'static str, is: fn(&str) -> bool, guards: &mut Vec<Guard>) {
    for end in source.places(";") {
        let mut range = source.header(end);
        range.end += 1;
        let code = source.code(range.clone());
        let first = code.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        if matches!(first, "let" | "use" | "return" | "pub" | "fn" | "impl" | "for" | "if") || !is(code) {
            continue;
        }
        let edits = around(&range, &format!("if {KEPT} {{ "), " }");
        guards.push(Guard::new(kind, source, range, edits));
    }
}

fn is_requirement(statement: &str) -> bool {
    let Some((path, _)) = statement.split_once('(') else { return false };
    let name = path.rsplit([':', '.']).next().unwrap_or_default();
    !path.contains(['=', ' ', '{', '!']) && (name.starts_with("require") || name.starts_with("check"))
}

/// A permission in a handler's signature, weakened to the one that every member of staff has.
fn permissions(source: &Source, guards: &mut Vec<Guard>) {
    const CALL: &str = "Authorised<";
    for at in source.places(CALL) {
        let start = at + CALL.len();
        let range = start..start + source.code(start..source.code.len()).find('>').unwrap_or(0);
        let said = source.code(range.clone());
        if said.len() > 1 && said != "ReadTracker" {
            let with = "paywell_http::auth::ReadTracker".to_owned();
            guards.push(Guard::new("permission", source, at..range.end + 1, vec![(range, with)]));
        }
    }
}

/// A row of the permission table, with a role more.
fn roles(source: &Source, guards: &mut Vec<Guard>) {
    for at in source.places("=> &[") {
        let list = at + 5..source.close(at + 4);
        for role in ["Viewer", "FrontDesk", "Biller"] {
            if source.code(list.clone()).contains(role) {
                continue;
            }
            let edit = vec![(list.start..list.start, format!("{role}, "))];
            let row = source.header(at).start..list.end + 1;
            let mut guard = Guard::new("role", source, row, edit);
            guard.name = format!("{}, and {role}", guard.name);
            guards.push(guard);
        }
    }
}

/// Refusals: the condition under which one is given, never met.
fn refusals(source: &Source, guards: &mut Vec<Guard>) {
    let mut seen: Vec<usize> = Vec::new();
    // A closure that makes refusals, by its name.
    let made = source.places("| Err(").into_iter().filter_map(|at| {
        let statement =
            source.code(0..at).rfind("let ").filter(|from| !source.code(*from..at).contains(';'))?;
        let name = source.code(statement + 4..at).split(' ').next()?;
        Some((source.function(at), format!("{name}(")))
    });
    let mut places: Vec<(usize, usize)> = source.places("Err(").into_iter().map(|at| (at, at + 3)).collect();
    for (function, call) in made {
        let calls = source.places(&call).into_iter().filter(|at| source.function(*at) == function);
        places.extend(calls.map(|at| (at, at + call.len() - 1)));
    }
    for (at, open) in places {
        let start = source.code(0..at).strip_suffix("return ").map_or(at, str::len);
        let close = source.close(open);
        let after = source.code(close + 1..source.code.len()).trim_start();
        let is_word =
            matches!(source.byte(at.saturating_sub(1)), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'.' | b':');
        if is_word || after.starts_with("=>") || after.starts_with('=') || after.starts_with('|') {
            continue;
        }
        let before = source.code(0..start).trim_end();
        let header = if before.ends_with("=>") {
            source.header(before.len() - 2)
        } else {
            let Some(open) = source.open_before(start).filter(|open| source.byte(*open) == b'{') else {
                continue;
            };
            source.header(open)
        };
        // What only passes on an error that something else gave is no guard.
        let passes_on = source.code(header.clone()).starts_with("Err(");
        if !seen.contains(&header.start)
            && !passes_on
            && let Some((said, edits)) = never(source, header.clone(), before)
        {
            seen.push(header.start);
            guards.push(Guard::new("refusal", source, said, edits));
        }
    }
}

/// What makes the way to a refusal that stands behind `header` closed.
fn never(source: &Source, header: Range<usize>, before: &str) -> Option<(Range<usize>, Edits)> {
    let code = source.code(header.clone()).trim_end();
    let end = header.start + code.len();
    if code == "else" {
        let open = source.open_before(source.code(0..header.start).rfind('}')?)?;
        let positive = source.header(open);
        let condition = condition(source, positive)?;
        let edits = around(&condition, &format!("!{KEPT} || ("), ")");
        return (!source.code(condition.clone()).contains("let ")).then_some((condition, edits));
    }
    if let Some(condition) = condition(source, header.start..end) {
        let edits = if source.code(condition.clone()).contains("let ") {
            around(&condition, "", &format!(" && {KEPT}"))
        } else {
            around(&condition, "(", &format!(") && {KEPT}"))
        };
        return Some((condition, edits));
    }
    let arm =
        code.strip_suffix("=>").map(str::trim_end).or_else(|| before.ends_with("=>").then_some(code))?;
    let end = header.start + arm.len();
    let edits = match arm.find(" if ") {
        Some(at) => around(&(header.start + at + 4..end), "(", &format!(") && {KEPT}")),
        None => around(&(header.start..end), "", &format!(" if {NEVER}")),
    };
    Some((header.start..end, edits))
}

fn around(range: &Range<usize>, before: &str, after: &str) -> Edits {
    vec![(range.start..range.start, before.to_owned()), (range.end..range.end, after.to_owned())]
}

/// The condition of an `if`.
fn condition(source: &Source, header: Range<usize>) -> Option<Range<usize>> {
    let code = source.code(header.clone());
    let skip = ["if ", "else if "].into_iter().find(|word| code.starts_with(word))?.len();
    Some(header.start + skip..header.start + code.trim_end().len())
}

/// What states something is of, true of all.
fn sets(source: &Source, guards: &mut Vec<Guard>) {
    for at in source.places("matches!(") {
        let end = source.close(at + 8) + 1;
        let edits = around(&(at..end), &format!("(!{KEPT} || "), ")");
        guards.push(Guard::new("states", source, at..end, edits));
    }
}

/// What an arm asks besides its pattern, true of all; a refusal's arm is a refusal.
fn arms(source: &Source, guards: &mut Vec<Guard>) {
    for at in source.places("=>") {
        let header = source.header(at);
        let code = source.code(header.clone()).trim_end();
        let Some(asked) = code.find(" if ") else { continue };
        let refuses = source.code(at + 2..source.code.len()).trim_start();
        if refuses.starts_with("Err(") || refuses.starts_with("return Err(") {
            continue;
        }
        let condition = header.start + asked + 4..header.start + code.len();
        let edits = around(&condition, &format!("!{KEPT} || ("), ")");
        guards.push(Guard::new("arm", source, header, edits));
    }
}

/// What something is chosen by, true of all.
fn filters(source: &Source, guards: &mut Vec<Guard>) {
    for at in source.places(".filter(|") {
        let open = at + ".filter(".len();
        let end = source.close(open - 1);
        let Some(bar) = source.code(open + 1..end).find('|') else { continue };
        let body = open + bar + 2..end;
        let edits = around(&body, &format!(" !{KEPT} || ("), ")");
        guards.push(Guard::new("filter", source, at + 1..end + 1, edits));
    }
}
