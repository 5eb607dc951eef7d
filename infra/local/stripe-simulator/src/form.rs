//! Stripe's form encoding: `a[b][0][c]=d`. Source: <https://docs.stripe.com/api#making-requests>

use std::collections::BTreeMap;

/// A parsed parameter: a value, or a hash or list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Param {
    Text(String),
    Map(BTreeMap<String, Param>),
}

/// Parses a query string or a form body; `None` if it is neither.
pub(crate) fn parse(encoded: &str) -> Option<BTreeMap<String, Param>> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(encoded).ok()?;
    let mut fields = BTreeMap::new();
    for (name, value) in pairs {
        insert(&mut fields, &segments(&name), value);
    }
    Some(fields)
}

fn segments(name: &str) -> Vec<String> {
    let (head, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut parts = vec![head.to_owned()];
    parts.extend(rest.split('[').skip(1).map(|part| part.trim_end_matches(']').to_owned()));
    parts
}

fn insert(fields: &mut BTreeMap<String, Param>, path: &[String], value: String) {
    let Some((first, rest)) = path.split_first() else { return };
    // `a[]=x`: the next free index.
    let key = if first.is_empty() { fields.len().to_string() } else { first.clone() };
    if rest.is_empty() {
        fields.insert(key, Param::Text(value));
        return;
    }
    let entry = fields.entry(key).or_insert_with(|| Param::Map(BTreeMap::new()));
    if let Param::Text(_) = entry {
        *entry = Param::Map(BTreeMap::new());
    }
    if let Param::Map(inner) = entry {
        insert(inner, rest, value);
    }
}
