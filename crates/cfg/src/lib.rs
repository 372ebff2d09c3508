//! The volume of an Isso server: `isso.cfg`, `store.json`, and the lock around them.
//!
//! A person and issoctl write the same `isso.cfg`. The person may write it in any way that Isso reads. issoctl changes
//! what it is asked to change and nothing else. Isso must be able to start with the file at any time. Only this crate
//! interprets and edits the file. It starts no process, prints nothing and opens no connection.
//!
//! # How it works
//!
//! - [`Document`] is the text of an `isso.cfg`, read as Python's `configparser` reads it for Isso and kept byte for
//!   byte. Setting a value changes that value.
//! - [`keys`] is the table of every key that Isso 0.14 knows. With a [`Key`] a document is read and written in types,
//!   with Isso's defaults for what is absent; a write of the present meaning changes nothing.
//! - An [`Environment`] says which variables Isso has. With it, a document is read as Isso sees it, with each `$NAME`
//!   replaced.
//! - [`Origin`], [`PublicAddress`], [`Timedelta`] and [`Secret`] are values checked once, on entry.
//! - [`diagnose()`] finds what Isso would refuse or misread, with line, column and what to do.
//! - [`Volume`] is the files. [`Volume::prepare`] makes them fit for Isso before it starts, [`Volume::update`] changes
//!   them, and [`Volume::review`] compares an edited `isso.cfg` with the settings of a running Isso.
//!
//! Keys come in three sorts ([`keys::Owner`]). *Enforced* ones, `[general] dbpath` and `[admin] enabled`, are put right
//! at every write and whenever the volume is prepared or reviewed. Those *of an action* are written by that action. All
//! others are *the person's*: they are written only to replace a value with which Isso would not start.
//!
//! The password of a file that has the admin panel off may be a sample. When the panel is turned on, such a password is
//! taken out, unless Isso has run with it before.
//!
//! Values are replaced, and files repaired, only while Isso is down: when a volume is prepared, or settings are taken
//! over from another place ([`mend`]). While Isso runs, a bad edit is [refused](Found::Refused) with its lines and
//! otherwise left alone. A file that is deleted or emptied can be made again: by a review from the settings in force,
//! and by a preparation from those that were [remembered](Volume::remember).
//!
//! # What is promised
//!
//! - A reader finds the old file or the new one, also after a crash: a file is written beside the old one, flushed, and
//!   renamed over it, with mode 0600.
//! - Every change is made under one lock, on what the file says then: no writer, in this process or another, loses the
//!   change of another writer. An editor does not take the lock, so it may overwrite a change that is made meanwhile.
//! - With a [limit](Volume::with_lock_timeout), no operation waits longer than that for a process that holds the lock.
//! - Nothing that a person typed is lost: a file that had to be repaired stays beside the new one, and a review changes
//!   nothing in a file but the enforced keys.
//! - An `isso.cfg` of any bytes is read, or refused with lines and reasons; no bytes cause a panic. A file of more than
//!   1 MiB is an error.
//! - No password is in an error, a diagnostic, a note, or the output of `Debug`.
//!
//! The two files are each replaced whole, but not both at one instant.
//!
//! # Example
//!
//! ```
//! use isso_cfg::{Origin, Timedelta, Volume, keys};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let volume = Volume::new(folder.path(), "/db/comments.db");
//! let prepared = volume.prepare()?;
//! assert!(!prepared.usable_password, "a fresh volume has no password yet");
//!
//! let site = Origin::parse("HTTPS://Blog.Example.org/")?;
//! let hour = Timedelta::parse("60 minutes")?;
//! let updated = volume.update(|contents| -> Result<(), Box<dyn std::error::Error>> {
//!     contents.cfg.write_lines(&keys::HOST, &[site.as_str(), "localhost"])?;
//!     contents.cfg.write_timedelta(&keys::MAX_AGE, hour)?;
//!     Ok(())
//! })?;
//! assert!(updated.cfg_changed);
//!
//! let cfg = volume.read()?.cfg;
//! assert_eq!(cfg.read_lines(&keys::HOST), ["https://blog.example.org", "localhost"]);
//! assert_eq!(cfg.get("general", "max-age"), Some("1h"));
//! # Ok(())
//! # }
//! ```

mod atomic;
mod diagnose;
mod diagnostic;
mod digits;
mod document;
mod environment;
mod equivalence;
mod expand;
mod file_names;
mod format;
pub mod keys;
mod lock;
mod markup_items;
mod number;
mod origin;
mod password;
mod public_address;
mod python;
mod repair;
mod secret;
mod store;
mod timedelta;
mod typed;
mod unindented;
mod volume;
mod website;

pub use atomic::{folder_of, resolve, sync_folder};
pub use diagnose::{MOST_WEBSITES, PluginHtml, diagnose, html_of_plugin};
pub use diagnostic::{Code, Diagnostic, Severity};
pub use document::{Document, EditError, Span, ValueFault};
pub use environment::Environment;
pub use file_names::{numbered_names, timestamp};
pub use keys::Key;
pub use lock::Lock;
pub use origin::{Origin, OriginError};
pub use public_address::{PublicAddress, PublicAddressError};
pub use secret::{Secret, SecretError};
pub use store::{Store, StoreError};
pub use timedelta::{Timedelta, TimedeltaError};
pub use volume::{
    Change, Contents, Found, MASK, Mended, Note, PrepareGuard, PreparedVolume, Review, RunMark, SETTINGS_MAX, Updated,
    Volume, VolumeError, mend, read_file,
};
pub use website::isso_origin;
