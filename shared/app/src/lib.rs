//! The use cases of Paywell: one function each, what HTTP, schedules and imports share.
//!
//! A command is load → decide → commit ([`command`]); a processor command commits before the processor is asked, and
//! again with what it answered.

pub mod allocations;
pub mod appointments;
pub mod backfill;
pub mod clock;
pub mod command;
pub mod config;
pub mod copays;
pub mod documents;
pub mod error;
pub mod exports;
mod foresight;
pub mod ids;
pub mod invoices;
pub mod links;
pub mod mail;
pub mod message_events;
mod messages;
pub mod metrics;
mod money;
mod numbers;
pub mod on_file;
pub mod outreach;
pub mod pace;
pub mod patients;
pub mod pay;
pub mod payments;
mod planned;
pub mod plans;
pub mod portal;
pub mod practice;
pub mod processor;
pub mod proof;
mod receipts;
pub mod reconcile;
pub mod refunds;
pub mod requests;
pub mod rule_sets;
pub mod search;
pub mod sets;
pub mod settle;
pub mod standings;
mod texts;
pub mod tracker;
pub mod views;

use paywell_gateways::{email::Email, objects::Objects, sms::Sms, stripe::Stripe};
use paywell_store::Store;
use secrecy::SecretString;

pub use command::{Context, Work};
pub use error::AppError;

/// What a function is given once, when it starts. A function that holds no secret cannot use it.
pub struct App {
    /// The table.
    pub store: Store,
    /// Under which links' tokens are derived; none where a function makes no links.
    pub link_key: Option<SecretString>,
    /// The processor; none where a function takes no money.
    pub stripe: Option<Stripe>,
    /// The mail provider; none where a function sends nothing.
    pub email: Option<Email>,
    /// The provider of text messages; none where a function sends none.
    pub sms: Option<Sms>,
    /// Where the heads of histories are kept; none where a function neither keeps nor verifies them.
    pub anchors: Option<Objects>,
    /// Where exports are kept; none where a function makes none. Not with the anchors: what is locked cannot be deleted.
    pub exports: Option<Objects>,
    /// Where patients reach the pay page, without a slash at the end.
    pub public_url: String,
    numbers: numbers::Numbers,
    settings: tracker::Settings,
}

impl App {
    /// The use cases over a table, with no secret and no provider yet.
    pub fn new(store: Store, public_url: String) -> Self {
        let numbers = numbers::Numbers::default();
        let settings = tracker::Settings::default();
        Self {
            store,
            link_key: None,
            stripe: None,
            email: None,
            sms: None,
            anchors: None,
            exports: None,
            public_url,
            numbers,
            settings,
        }
    }

    pub(crate) fn link_key(&self) -> Result<&SecretString, AppError> {
        self.link_key.as_ref().ok_or_else(|| AppError::internal("this function has no link key"))
    }

    pub(crate) fn stripe(&self) -> Result<&Stripe, AppError> {
        self.stripe.as_ref().ok_or_else(|| AppError::internal("this function has no processor"))
    }

    pub(crate) fn anchors(&self) -> Result<&Objects, AppError> {
        self.anchors.as_ref().ok_or_else(|| AppError::internal("this function has no storage of anchors"))
    }

    pub(crate) fn email(&self) -> Result<&Email, AppError> {
        self.email.as_ref().ok_or_else(|| AppError::internal("this function sends no mail"))
    }

    pub(crate) fn sms(&self) -> Result<&Sms, AppError> {
        self.sms.as_ref().ok_or_else(|| AppError::internal("this function sends no texts"))
    }
}
