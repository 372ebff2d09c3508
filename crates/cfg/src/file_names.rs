//! Names of files that are kept: with the time at which they were made, and with a number where a name is taken.

use std::iter;

use time::{OffsetDateTime, UtcOffset};

/// Writes a time as it appears in names of files: in UTC, to the second, without characters that some systems refuse
/// in a name, as in `20261126T090000Z`.
pub fn timestamp(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC);
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Gives the names to try until one is free: `stem` and `ending`, then with a number from 2 on between them. There is
/// no end to them.
pub fn numbered_names(stem: String, ending: &str) -> impl Iterator<Item = String> {
    let first = format!("{stem}{ending}");
    iter::once(first).chain((2_u64..).map(move |number| format!("{stem}-{number}{ending}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_in_utc_and_sorts_by_time() {
        let time = OffsetDateTime::from_unix_timestamp(1_000_000_000).unwrap();
        assert_eq!(timestamp(time), "20010909T014640Z");
        let there = time.to_offset(UtcOffset::from_hms(5, 30, 0).unwrap());
        assert_eq!(timestamp(there), "20010909T014640Z");
    }

    #[test]
    fn names_are_numbered_from_the_second_on() {
        let names: Vec<String> = numbered_names("isso".to_owned(), ".backup").take(3).collect();
        assert_eq!(names, ["isso.backup", "isso-2.backup", "isso-3.backup"]);
    }
}
