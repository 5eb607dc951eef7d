use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};

use super::*;

/// Every message of a language with the variables in it.
type Catalogue = BTreeMap<String, BTreeSet<String>>;

fn catalogue(language: Language) -> Catalogue {
    let resource = parser::parse(source(language)).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
    let mut all = Catalogue::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry {
            let mut variables = BTreeSet::new();
            in_pattern(&message.value.expect(message.id.name), &mut variables);
            let twice = all.insert(message.id.name.to_owned(), variables);
            assert!(twice.is_none(), "{} twice in {language:?}", message.id.name);
        }
    }
    all
}

fn in_pattern(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                in_inline(inline, variables);
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                in_inline(selector, variables);
                variants.iter().for_each(|variant| in_pattern(&variant.value, variables));
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => drop(variables.insert(id.name.to_owned())),
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        other => panic!("the catalogues do without {other:?}"),
    }
}

#[test]
fn every_language_has_every_message_with_the_same_variables() {
    let english = catalogue(Language::En);
    assert!(english.len() > 30);
    for language in Language::ALL {
        assert_eq!(catalogue(language), english, "{language:?}");
    }
}

/// What is asked for, as the sources have it.
fn asked() -> Catalogue {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut asked = Catalogue::new();
    for folder in ["shared/words/src", "shared/pages/src", "shared/app/src", "functions"] {
        sources(&workspace.join(folder), &mut |path, text| {
            for call in text.split("say!(").skip(1) {
                let (message, variables) = call_of(call, path);
                let known = asked.entry(message.clone()).or_insert_with(|| variables.clone());
                assert_eq!(*known, variables, "{message} in {}", path.display());
            }
        });
    }
    asked
}

fn sources(folder: &Path, see: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, see);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            see(&path, &code.join("\n"));
        }
    }
}

/// The message and the variables of a `say!`, from after its opening parenthesis on.
fn call_of(call: &str, path: &Path) -> (String, BTreeSet<String>) {
    let message = call.split('"').nth(1).unwrap_or_else(|| panic!("{}", path.display())).to_owned();
    let rest = call.splitn(3, '"').nth(2).unwrap();
    let (mut depth, mut variables, mut word) = (1_u32, BTreeSet::new(), String::new());
    for (place, c) in rest.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '=' if depth == 1 && !rest[place + 1..].starts_with('=') => {
                variables.insert(word.trim().to_owned());
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if c == ',' {
            word.clear();
        } else {
            word.push(c);
        }
    }
    (message, variables)
}

#[test]
fn the_messages_that_there_are_are_asked_for() {
    let (asked, there) = (asked(), catalogue(Language::En));
    for (message, variables) in &asked {
        assert_eq!(there.get(message), Some(variables), "{message}");
    }
    let idle: Vec<_> = there.keys().filter(|message| !asked.contains_key(*message)).collect();
    assert!(idle.is_empty(), "nobody says {idle:?}");
}

#[test]
fn amounts_and_days_are_written_as_people_write_them() {
    for (language, day) in [(Language::En, "January 5, 2026"), (Language::Es, "5 de enero de 2026")] {
        let words = Words::of(language);
        for (cents, shown) in [
            (5, "$0.05"),
            (99_900, "$999.00"),
            (100_000, "$1,000.00"),
            (123_456_789, "$1,234,567.89"),
            (100_005, "$1,000.05"),
            (-1_200, "−$12.00"),
        ] {
            assert_eq!(words.money(Currency::Usd, Cents::new(cents)), shown);
        }
        assert_eq!(words.date("2026-01-05".parse().unwrap()), day);
    }
}
