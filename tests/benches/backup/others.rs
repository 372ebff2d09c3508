//! Other programs with which a person may copy a database.

use std::path::Path;
use std::process::Command;

/// The name of each, and its command for a shell. `sync` is part of the command: a copy counts once it is on the disk.
pub const OTHERS: [(&str, &str); 5] = [
    ("cp", r#"cp "$1" "$2/copy.db" && sync "$2/copy.db""#),
    ("rsync", r#"rsync --whole-file "$1" "$2/copy.db" && sync "$2/copy.db""#),
    (
        "sqlite3 .backup",
        r#"sqlite3 -cmd '.timeout 30000' "$1" ".backup '$2/copy.db'" && sync "$2/copy.db""#,
    ),
    (
        "sqlite3 VACUUM INTO",
        r#"sqlite3 -cmd '.timeout 30000' "$1" "VACUUM INTO '$2/copy.db'" && sync "$2/copy.db""#,
    ),
    (
        "tar | zstd -3",
        r#"tar -c "$1" 2>/dev/null | zstd -3 -q > "$2/copy.tar.zst" && sync "$2/copy.tar.zst""#,
    ),
];

/// Runs one of these commands, with programs of Debian's packages if this machine lacks them. False if it failed.
pub fn run(script: &str, database: &Path, into: &Path) -> bool {
    let mut command = Command::new("bash");
    command.args(["-c", script, "bash"]).arg(database).arg(into);
    if let Some(debian) = std::env::var_os("ISSO_TEST_DEBIAN") {
        let debian = Path::new(&debian);
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{path}:{}", debian.join("usr/bin").display()));
        let library = format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH);
        command.env("LD_LIBRARY_PATH", debian.join(library));
    }
    command.status().is_ok_and(|status| status.success())
}
