//! The issuer of staff tokens, and a ready token for each user.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use chrono::TimeDelta;
use issuer::{Config, Issuer, User};

use crate::clock;

/// A working day.
const LIFETIME: TimeDelta = TimeDelta::hours(12);

/// The ready tokens outlive every move of the clock that makes sense: two years.
const READY_LIFETIME: TimeDelta = TimeDelta::days(730);

/// A token by practice and role.
pub(crate) type Tokens = BTreeMap<String, BTreeMap<String, String>>;

/// Making the key and signing are slow in a debug build, so this belongs on a thread that may block.
pub(crate) fn open(base_url: String, key_file: PathBuf, users: Vec<User>) -> Result<(Issuer, Tokens)> {
    let issuer = Issuer::new(Config { base_url, key_file, users: users.clone(), token_lifetime: LIFETIME })?;
    let mut tokens = Tokens::new();
    for user in users {
        let token =
            issuer.token(&user.id, clock::now(), READY_LIFETIME).context("a token cannot be signed")?;
        tokens.entry(user.practice).or_default().insert(user.role, token);
    }
    Ok((issuer, tokens))
}
