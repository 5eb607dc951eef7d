use std::path::PathBuf;

/// How the stack is set up. As a library: `Options { port: 0, ..Options::default() }`.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The first of seven ports; 0 takes any that are free
    #[arg(long, value_name = "N", default_value_t = 7700)]
    pub port: u16,
    /// Empties all data first
    #[arg(long)]
    pub fresh: bool,
    /// Runs the official DynamoDB Local (needs Java) instead of the embedded database
    #[arg(long)]
    pub dynamodb_local: bool,
    /// Instances of each function; one works one request at a time
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub concurrency: u8,
    /// Shows the functions' logs here instead of in their file
    #[arg(long)]
    pub logs: bool,
    /// Installs what is missing of the system's packages (apt-get, as root)
    #[arg(long)]
    pub install: bool,
    /// Starts with practices that have nothing in them
    #[arg(long)]
    pub no_demo: bool,
    /// Loads the CSV files of a Synthea run, as a practice of their own
    #[arg(long, value_name = "DIR")]
    pub synthea: Option<PathBuf>,
    /// How much of what Synthea's patients paid is left out, such as 30%
    #[arg(long, value_name = "PERCENT", requires = "synthea", value_parser = percent)]
    pub withhold: Option<u8>,
    /// Leaves other payments out
    #[arg(long, value_name = "N", requires = "withhold", default_value_t = 1)]
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 7700,
            fresh: false,
            dynamodb_local: false,
            concurrency: 1,
            logs: false,
            install: false,
            no_demo: false,
            synthea: None,
            withhold: None,
            seed: 1,
        }
    }
}

fn percent(text: &str) -> Result<u8, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    number.parse().ok().filter(|percent| *percent <= 100).ok_or_else(|| "not from 0% to 100%".to_owned())
}
