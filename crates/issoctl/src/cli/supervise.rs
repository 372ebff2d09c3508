//! `issoctl supervise`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::listen::Listen;

/// What `--help` shows below the options.
pub(super) const EXAMPLES: &str = "\
Examples:
  issoctl supervise -- /isso/bin/gunicorn -b 0.0.0.0:8080 -w 4 --preload isso.run
  issoctl --data /run/issoctl supervise --config /config/isso.cfg --listen 0.0.0.0:8080 \\
    -- gunicorn -w 4 --preload isso.run
  issoctl --data /run/issoctl status";

/// The options of `supervise`.
#[derive(Debug, Args)]
pub struct SuperviseArgs {
    /// Isso's settings file; its folder may be read-only
    #[arg(long, env = "ISSO_SETTINGS", value_name = "FILE", required_unless_present = "volume")]
    pub config: Option<PathBuf>,
    /// Writable folder with config/isso.cfg and db/comments.db, instead of --config; the entrypoint may see both files
    /// elsewhere
    #[arg(long, value_name = "DIR")]
    pub volume: Option<PathBuf>,
    /// Address and port for Isso (default: those of `-b` in the command line)
    ///
    /// Written as for `up`.
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<Listen>,
    /// gunicorn and its arguments
    #[arg(last = true, required = true, value_name = "ENTRYPOINT")]
    pub entrypoint: Vec<OsString>,
}
