//! Isso's database: whether it is there, whether it is Isso's, whether it is whole.
//!
//! Isso creates a database that is missing, and answers `/info` with 200 when it is corrupt. Either
//! would hide the loss of every comment behind a healthy server. Two checks find that out:
//!
//! - The **quick check** ([`check_database`]) comes before Isso starts and before StartOS copies the
//!   database. It takes the same time for every size: it rolls back the journal of a crash, compares the
//!   length of the file with the one in its header, reads the schema and a few rows, and reads what the
//!   thorough check has remembered.
//! - The **thorough check** ([`check_thoroughly`]) reads every page, beside an Isso that serves. It holds
//!   no lock, so no writer waits for it; if the file was written to meanwhile, it gives no verdict. The
//!   [`Verdict`], and the state of the file that it is about, is kept beside the database in
//!   `comments.db.checked`.
//!
//! A database that was found damaged counts as damaged until a thorough check finds it whole. The quick
//! check makes the thorough one itself if such a database has changed since, so a start after a repair or a
//! replacement need not wait. Only then does a start take longer for a larger database.
//!
//! Whether Isso could also **save** a comment is a question of its own ([`check_writing`]): pages go on showing
//! comments from a database that cannot be written, so an Isso that has comments is started on it. To answer, it makes
//! a few system calls, and opens and writes nothing.
//!
//! That a database was there is remembered by a marker beside it, `comments.db.exists`, written
//! once Isso has used it ([`remember`]). A person who deletes the marker says that Isso is to start with an
//! empty database.
//!
//! A database that comes from elsewhere is opened with [`open`] or [`open_immutable`] alone, whose connection carries
//! nothing out that stands in it; [`schema_problem`] says whether its schema is the one that Isso's statements need.
//!
//! What is unusual in rows that SQLite finds nothing wrong with, such as replies that are never shown, `findings.rs`
//! reads: [`count_comments`], [`same_pages`].
//!
//! Isso alone writes to the database, with one exception: [`renew_session_key`] gives it another session key, which
//! ends every login. Not promised: that damage is seen before a thorough check was made.
//!
//! # Processes
//!
//! Closing any descriptor of a file drops the locks that the process holds on it through SQLite
//! (<https://www.sqlite.org/howtocorrupt.html>, "Posix advisory locks canceled"). So [`check_thoroughly`]
//! is for a process that does not use the same database on another thread; only [`renew_session_key`] waits while it
//! has a descriptor open.

mod error;
mod findings;
mod fit;
mod guard;
mod marker;
mod quick;
mod schema;
mod session_key;
mod thorough;
mod users;
mod verdict;
mod writing;

pub use error::DatabaseError;
pub use findings::{CommentCounts, CommentProblem, Problems, ReadError, count_comments, open_within, same_pages};
pub use guard::{Access, open};
pub use marker::remember;
pub use quick::check_database;
pub use schema::{SchemaProblem, has_super_journal, schema_problem};
pub use session_key::{KeyState, Renewal, RenewalError, renew_session_key};
pub use thorough::{CheckError, Depth, check_thoroughly, find_damage, open_immutable};
pub use users::{User, lockers, users};
pub use verdict::{Damage, FileState, Verdict, last_verdict};
pub use writing::{ROOM_FOR_A_COMMENT, Unwritable, Written, check_writing};
