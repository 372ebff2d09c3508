//! The tables that Isso makes, and what it does with each column.

/// A table that Isso makes.
pub(super) struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    /// How many of them the oldest Isso made.
    pub oldest: usize,
    /// Whether Isso counts the columns, so that no other may follow.
    pub is_counted: bool,
    /// The column that may bear an index that refuses a row.
    pub unique: Option<&'static str>,
}

pub(super) struct Column {
    pub name: &'static str,
    pub holds: Holds,
    /// What Isso does with it when it makes a row.
    pub written: Written,
}

/// What Isso puts into a column, and expects to get back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Key,
    Number,
    Text,
    Bytes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Always.
    Value,
    /// A value or NULL.
    Maybe,
    /// Nothing: the default has to be 0.
    Zero,
}

const fn column(name: &'static str, holds: Holds, written: Written) -> Column {
    Column { name, holds, written }
}

use Holds::{Bytes, Key, Number, Text};
use Written::{Maybe, Value, Zero};

pub(super) const TABLES: [Table; 3] = [
    Table {
        name: "comments",
        columns: &[
            column("tid", Number, Value),
            column("id", Key, Value),
            column("parent", Number, Maybe),
            column("created", Number, Value),
            column("modified", Number, Maybe),
            column("mode", Number, Value),
            column("remote_addr", Text, Value),
            column("text", Text, Value),
            column("author", Text, Maybe),
            column("email", Text, Maybe),
            column("website", Text, Maybe),
            column("likes", Number, Zero),
            column("dislikes", Number, Zero),
            column("voters", Bytes, Value),
            column("notification", Number, Maybe),
        ],
        oldest: 14,
        is_counted: false,
        unique: None,
    },
    Table {
        name: "threads",
        columns: &[
            column("id", Key, Value),
            column("uri", Text, Value),
            column("title", Text, Maybe),
        ],
        oldest: 3,
        is_counted: true,
        unique: Some("uri"),
    },
    Table {
        name: "preferences",
        columns: &[column("key", Text, Value), column("value", Text, Value)],
        oldest: 2,
        is_counted: false,
        unique: Some("key"),
    },
];
