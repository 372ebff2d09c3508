//! `database`: whether the database is Isso's, and whole as far as is known.
//!
//! Only a thorough check reads every page, and a running `issoctl up` makes it by itself. Its verdict is read here.

use std::path::Path;

use isso_actions::Language;
use isso_database::{Depth, FileState, ReadError, check_database, last_verdict, open_within, schema_problem};
use rusqlite::ErrorCode;

use crate::checks::Check;
use crate::looks::Looks;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "database",
    run: |looks| Box::pin(async { vec![look(looks).await] }),
};

async fn look(looks: &Looks) -> Finding {
    let (database, limit) = (looks.patient.database.clone(), looks.options.limit);
    let looked = tokio::task::spawn_blocking(move || State::of(&database, limit));
    let state = match tokio::time::timeout(limit, looked).await {
        Ok(Ok(state)) => state,
        _ => State::Slow,
    };
    judge(&state, looks.language())
}

/// What is known of a database.
#[derive(Debug)]
enum State {
    /// Isso has not made it yet.
    New,
    /// It was there before, and is gone.
    Gone(String),
    /// SQLite found this damage.
    Damaged(String),
    /// Isso cannot use its tables.
    NotIssos(String),
    /// It cannot be read now.
    Unread(String),
    Slow,
    Well,
}

impl State {
    fn of(database: &Path, limit: std::time::Duration) -> Self {
        if !database.exists() {
            // Without a file, this opens nothing.
            return match check_database(database, Depth::Pages) {
                Ok(()) => Self::New,
                Err(error) => Self::Gone(error.to_string()),
            };
        }
        let verdict = last_verdict(database).filter(|last| FileState::of(database).is_ok_and(|now| now == last.state));
        if let Some(damage) = verdict.and_then(|verdict| verdict.damage) {
            return Self::Damaged(damage.found);
        }
        let problem = open_within(database, limit).and_then(|connection| {
            schema_problem(&connection).map_err(|error| ReadError::Sqlite(database.to_owned(), error))
        });
        match problem {
            Ok(None) => Self::Well,
            Ok(Some(problem)) => Self::NotIssos(problem.to_string()),
            Err(ReadError::TooSlow(..)) => Self::Slow,
            Err(ReadError::Sqlite(_, error)) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
                _ => Self::Unread(error.to_string()),
            },
        }
    }
}

fn judge(state: &State, language: Language) -> Finding {
    let fix = || tr!(language, "database.restore-fix");
    match state {
        State::New => CHECK.skip(tr!(language, "database.new")),
        State::Well => CHECK.pass(tr!(language, "database.well")),
        State::Gone(reason) => CHECK.fail(tr!(language, "database.gone", reason = reason), fix()),
        State::Damaged(damage) => CHECK.fail(tr!(language, "database.damaged", damage = damage), fix()),
        State::NotIssos(reason) => CHECK.fail(tr!(language, "database.not-issos", reason = reason), fix()),
        State::Unread(reason) => CHECK.unknown(tr!(language, "database.unread", reason = reason)),
        State::Slow => CHECK.unknown(tr!(language, "database.slow")),
    }
}
