//! The cost of a quick check, in bytes that are read.

use std::path::Path;
use std::process::Command;

use isso_database::{Depth, check_database, check_thoroughly};

use crate::used;

/// The variable that names the database to the process that checks it. The kernel counts the bytes that a process has
/// read, so that process does nothing else.
const DATABASE: &str = "ISSO_TEST_DATABASE";

fn bytes_read_by_a_check(database: &Path) -> u64 {
    let test = std::env::current_exe().expect("the test is a file");
    let mut command = Command::new(test);
    command
        .args(["--exact", "cost::checker", "--ignored", "--nocapture"])
        .env(DATABASE, database);
    let said = command.output().expect("the test can be run");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let read = said.lines().find_map(|line| line.strip_prefix("read ")?.parse().ok());
    read.unwrap_or_else(|| panic!("{said}"))
}

#[test]
#[ignore = "a_quick_check_reads_as_much_of_a_large_database_as_of_a_small_one runs it"]
fn checker() {
    let read = || {
        let told = std::fs::read_to_string("/proc/self/io").expect("the kernel tells it");
        let read = told.lines().find_map(|line| line.strip_prefix("rchar: "));
        read.and_then(|it| it.parse::<u64>().ok()).expect("it is a number")
    };
    let database = std::env::var_os(DATABASE).expect("the other test names it");
    let before = read();
    check_database(Path::new(&database), Depth::Indexes).expect("it is whole");
    println!("\nread {}", read() - before);
}

#[test]
fn a_quick_check_reads_as_much_of_a_large_database_as_of_a_small_one() {
    let [(_small, small), (_large, large)] = [used(100), used(300_000)];
    for database in [&small, &large] {
        check_thoroughly(database).expect("nobody writes");
    }
    let length = std::fs::metadata(&large).expect("it is there").len();
    assert!(length > 32 << 20, "it is large: {length}");
    let [small, large] = [&small, &large].map(|it| bytes_read_by_a_check(it));
    // The way from a table's root to its first and last row is a page or two longer.
    assert!(
        large <= small + 8 * 4096,
        "{small} bytes of the small one, {large} of the large one"
    );
    assert!(large < 128 * 1024, "{large}");
}
