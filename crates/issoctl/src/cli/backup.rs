//! `issoctl backup`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use isso_host::backup::Retention;

/// What `--help` shows below the options.
pub(super) const EXAMPLES: &str = "\
Examples:
  issoctl backup create --to /mnt/usb
  issoctl backup create --keep daily=7,weekly=4,monthly=6
  issoctl backup list
  issoctl backup verify isso-20260131T030000Z.isso-backup.tar.zst
  issoctl backup restore isso-20260131T030000Z.isso-backup.tar.zst
  issoctl backup restore old-volume/             a plain copy of a data folder or StartOS volume
  issoctl backup restore comments.db --dry-run   what would be done with a database alone
  issoctl backup restore old/ --database old/blog.db --settings old/user.cfg

A backup without a folder in its name is looked for here, then in `backups` in the data folder. It
is a tar archive: `tar --zstd -xf` unpacks it anywhere. It holds passwords, so keep it safe.";

/// The `backup` commands.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Make a backup; Isso goes on serving meanwhile
    Create(CreateArgs),
    /// List the backups in a folder, the newest first
    List {
        /// The folder (by default `backups` in the data folder)
        #[arg(long = "in", value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Show what a backup says of itself, or what is found in a folder
    Show {
        /// The backup, or a folder or file as `restore` takes it
        backup: PathBuf,
        /// Which files to take.
        #[command(flatten)]
        choice: ChoiceArgs,
    },
    /// Read a whole backup and tell whether it can be put back
    ///
    /// Exits with 1 when it is damaged. Unpacks the database into the data folder for a while.
    Verify {
        /// The backup, or a folder or file as `restore` takes it
        backup: PathBuf,
        /// Which files to take.
        #[command(flatten)]
        choice: ChoiceArgs,
    },
    /// Put a backup back, or take in the comments and settings of another Isso
    ///
    /// Everything is unpacked and checked first, and it is shown what comes from where, what stays
    /// and what is repaired. Then Isso is stopped for about a second, in which visitors wait. What
    /// was there is kept in `backups/before-restore-…`; what the source does not have stays.
    Restore(RestoreArgs),
    /// Delete a backup
    Delete {
        /// The backup, or a folder `before-restore-…`
        backup: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// The options of `backup create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The folder that receives it (by default `backups` in the data folder)
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// Which of the backups there to keep; all others are deleted
    ///
    /// The last one of each of so many days, weeks and months, as in daily=7,weekly=4,monthly=6.
    /// The newest one is always kept.
    #[arg(long, value_name = "RULES")]
    pub keep: Option<Retention>,
}

/// The options of `backup restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup; or a folder with files of an Isso, such as the copy of a data folder or of a
    /// StartOS volume; or a database or isso.cfg alone
    ///
    /// In a folder, the settings are found under any usual name, and the database by the name that
    /// they give to it.
    pub backup: PathBuf,
    /// Which files to take.
    #[command(flatten)]
    pub choice: ChoiceArgs,
    /// Put the files into this empty folder instead, and leave Isso alone
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    /// Only show what would be done
    #[arg(long, conflicts_with = "into")]
    pub dry_run: bool,
    /// Replace the database even if another program uses it or Litestream copies it
    #[arg(long)]
    pub force: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// Which files of a folder to take.
#[derive(Debug, Args)]
pub struct ChoiceArgs {
    /// The file that is Isso's database, where it is not found or there are several
    #[arg(long, value_name = "FILE")]
    pub database: Option<PathBuf>,
    /// The file with Isso's settings, where it is not found or there are several
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}
