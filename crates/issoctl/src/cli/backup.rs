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
  issoctl backup restore comments.db --dry-run   show what a restore of a database alone would do
  issoctl backup restore old/ --database old/blog.db --settings old/user.cfg

A backup that is named without a folder is searched for here, then in `backups` in the data folder.
A backup is a tar archive: `tar --zstd -xf` unpacks it anywhere. It contains passwords, so keep it safe.";

/// The `backup` commands.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Create a backup while Isso serves
    Create(CreateArgs),
    /// List the backups in a folder, newest first
    List {
        /// Folder to list (default: `backups` in the data folder)
        #[arg(long = "in", value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Show what a backup contains, or what a restore would take from a folder
    Show {
        /// Backup, or a folder or file that `restore` accepts
        backup: PathBuf,
        /// Which files to take.
        #[command(flatten)]
        choice: ChoiceArgs,
    },
    /// Read a whole backup and report whether it can be restored
    ///
    /// Exits with 1 when it is damaged. Unpacks the database into the data folder temporarily.
    Verify {
        /// Backup, or a folder or file that `restore` accepts
        backup: PathBuf,
        /// Which files to take.
        #[command(flatten)]
        choice: ChoiceArgs,
    },
    /// Restore a backup, or import the comments and settings of another Isso
    ///
    /// Unpacks and checks everything first, and shows where each file comes from, what stays and what is repaired. Then
    /// stops Isso for about a second, in which visitors wait. Keeps the present files in `backups/before-restore-…`.
    /// Files that the source does not have stay in place.
    Restore(RestoreArgs),
    /// Delete a backup
    Delete {
        /// Backup, or a folder `before-restore-…`
        backup: PathBuf,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
}

/// The options of `backup create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Folder for the backup (default: `backups` in the data folder)
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// Backups to keep in that folder; all others are deleted
    ///
    /// With daily=7,weekly=4,monthly=6, keeps the last backup of each of 7 days, 4 weeks and 6 months. Always keeps the
    /// newest backup.
    #[arg(long, value_name = "RULES")]
    pub keep: Option<Retention>,
}

/// The options of `backup restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// Backup; or a folder with files of an Isso, such as a copy of a data folder or of a StartOS volume; or a database
    /// or isso.cfg alone
    ///
    /// In a folder, the settings may have any usual name. They name the database.
    pub backup: PathBuf,
    /// Which files to take.
    #[command(flatten)]
    pub choice: ChoiceArgs,
    /// Empty folder to put the files into; Isso keeps its present files
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    /// Show what a restore would do, and change nothing
    #[arg(long, conflicts_with = "into")]
    pub dry_run: bool,
    /// Replace the database even if another program uses it or Litestream copies it
    #[arg(long)]
    pub force: bool,
    /// Do not ask for confirmation
    #[arg(long)]
    pub yes: bool,
}

/// Which files of a folder to take.
#[derive(Debug, Args)]
pub struct ChoiceArgs {
    /// Isso's database, if it is not found or there are several
    #[arg(long, value_name = "FILE")]
    pub database: Option<PathBuf>,
    /// Isso's settings, if they are not found or there are several
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}
