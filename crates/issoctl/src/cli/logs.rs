//! `issoctl logs`.

use clap::Args;

/// The options of `logs`.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// Number of last lines to show
    #[arg(short = 'n', long, value_name = "N", default_value_t = 100, value_parser = number)]
    pub lines: usize,
    /// Keep printing new lines as they come
    #[arg(short, long)]
    pub follow: bool,
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "write a whole number, such as 100".to_owned())
}
