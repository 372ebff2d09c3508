//! Databases that cannot be written, which SQLite itself tries to write each time.

use std::env;
use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use isso_database::{Depth, ROOM_FOR_A_COMMENT, check_database, check_writing};
use isso_tests::not_tested;
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::geteuid;
use rusqlite::Connection;

use crate::disks::{self, in_namespaces};
use crate::{execute, used};

const NOBODY: u32 = 65534;
const ROLE: &str = "ISSO_DATABASE_TEST_ROLE";
const FOLDER: &str = "ISSO_DATABASE_TEST_FOLDER";
const INSERT: &str = "INSERT INTO comments (tid, created, text, voters) VALUES (1, 1, 'x', x'00')";

/// Its name, and what is done.
type Role = (&'static str, fn(&Path));

/// What another process does with a folder: as another user, or with disks of its own.
const ROLES: [Role; 6] = [
    ("ask", ask),
    ("read_only", disks::read_only),
    ("full", disks::full),
    ("full_at_first", disks::full_at_first),
    ("no_inodes", disks::no_inodes),
    ("limited", limited),
];

#[test]
#[ignore = "it is the process that other tests start"]
fn child() {
    let (Ok(role), Some(folder)) = (env::var(ROLE), env::var_os(FOLDER)) else {
        return;
    };
    let found = ROLES.iter().find(|(name, _)| *name == role);
    found.expect("a role has a name").1(Path::new(&folder));
}

pub fn command(role: &str, folder: &Path) -> Command {
    let mut command = Command::new(env::current_exe().expect("it runs"));
    command
        .args(["--exact", "writing::child", "--ignored", "--nocapture"])
        .env(ROLE, role)
        .env(FOLDER, folder)
        .stdin(Stdio::null())
        .current_dir("/");
    command
}

/// What is said, and whether SQLite can write. One must match the other.
pub fn asked(database: &Path) -> String {
    let said = check_writing(database, ROOM_FOR_A_COMMENT);
    let written = Connection::open(database).and_then(|it| it.execute(INSERT, []));
    assert_eq!(said.is_ok(), written.is_ok(), "{said:?}, and {written:?}");
    said.map_or_else(|error| error.to_string(), |()| "nothing is amiss".into())
}

fn ask(folder: &Path) {
    let database = folder.join("comments.db");
    println!("{}", asked(&database));
    let taken = check_database(&database, Depth::Pages);
    println!(
        "{}",
        taken.map_or_else(|error| error.to_string(), |()| "it is taken".into())
    );
}

pub fn run(mut command: Command) -> String {
    let done = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
    said
}

/// Changes a folder with a database, both of which belong to the user called nobody.
fn check_as_nobody(accident: impl FnOnce(&Path, &Path), parts: &[&str]) {
    let (folder, database) = used(3);
    for path in [folder.path(), &database] {
        chown(path, Some(NOBODY), Some(NOBODY)).expect("we are root");
    }
    accident(folder.path(), &database);
    let mut asking = command("ask", folder.path());
    asking.uid(NOBODY).gid(NOBODY);
    let said = run(asking);
    for part in parts {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
}

fn make_roots(path: &Path, mode: u32) {
    chown(path, Some(0), Some(0)).expect("we are root");
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn a_file_of_another_user_is_told_with_the_owner_and_the_cure() {
    if !geteuid().is_root() {
        return not_tested("only root can give files to another user");
    }
    let taken = "it is taken";
    check_as_nobody(|_, _| {}, &["nothing is amiss", taken]);
    check_as_nobody(
        |_, database| make_roots(database, 0o644),
        &[
            "comments.db belongs to root, and Isso runs as nobody, who may not write to it; run as root: chown nobody /",
            taken,
        ],
    );
    check_as_nobody(
        |folder, _| make_roots(folder, 0o755),
        &["the folder /", "belongs to root", taken],
    );
    // Nothing is wrong where everybody may write, nor with a file of another owner's that the group may write to.
    check_as_nobody(|folder, _| make_roots(folder, 0o1777), &["nothing is amiss"]);
    check_as_nobody(|_, database| make_roots(database, 0o666), &["nothing is amiss"]);
    check_as_nobody(
        |_, database| {
            fs::set_permissions(database, Permissions::from_mode(0o400)).expect("it is ours");
        },
        &["does not let its owner write to it; run: chmod u+rw /", taken],
    );
    check_as_nobody(
        |folder, database| {
            let real = folder.join("elsewhere.db");
            fs::rename(database, &real).expect("it is there");
            std::os::unix::fs::symlink(&real, database).expect("there is room");
            make_roots(&real, 0o644);
        },
        &["elsewhere.db belongs to root", taken],
    );
}

#[test]
fn a_journal_that_cannot_be_removed_is_told() {
    if !geteuid().is_root() {
        return not_tested("only root can give files to another user");
    }
    check_as_nobody(
        |folder, _| {
            make_roots(folder, 0o1777);
            let journal = folder.join("comments.db-journal");
            put(&journal, &[0; 4096]);
            make_roots(&journal, 0o666);
        },
        &[
            "-journal belongs to root, and Isso runs as nobody, who may not remove it",
            "chown nobody /",
        ],
    );
}

#[test]
fn files_that_sqlite_left_beside_the_database_count_too() {
    if !geteuid().is_root() {
        return not_tested("only root can give files to another user");
    }
    // A program of root's that was killed in the middle of a transaction.
    check_as_nobody(
        |folder, database| {
            let journal = folder.join("comments.db-journal");
            let writer = Connection::open(database).expect("it is there");
            writer
                .execute_batch("PRAGMA cache_spill = 1; PRAGMA cache_size = 1; BEGIN")
                .and_then(|()| writer.execute("UPDATE comments SET text = hex(randomblob(9000))", []))
                .expect("there is room");
            let copy = fs::read(&journal).expect("the pages did not fit into the cache");
            drop(writer);
            put(&journal, &copy);
            make_roots(&journal, 0o644);
        },
        &[
            "comments.db-journal belongs to root",
            "cannot be used, since nothing can be written to it",
        ],
    );
    for ending in ["-wal", "-shm"] {
        let mut open = None;
        check_as_nobody(
            |_, database| {
                execute(database, "PRAGMA journal_mode = WAL");
                let user = Connection::open(database).expect("it is there");
                user.execute(INSERT, []).expect("there is room");
                open = Some(user);
                for suffix in ["-wal", "-shm"] {
                    let file = format!("{}{suffix}", database.display());
                    match suffix == ending {
                        true => make_roots(Path::new(&file), 0o644),
                        false => chown(&file, Some(NOBODY), None).expect("we are root"),
                    }
                }
            },
            &[&format!("comments.db{ending} belongs to root")],
        );
    }
}

fn put(path: &Path, bytes: &[u8]) {
    let mut file = File::create(path).expect("there is room");
    file.write_all(bytes).expect("there is room");
}

#[test]
fn an_immutable_database_is_told() {
    let (folder, database) = used(1);
    let chattr = |flag: &str| Command::new("chattr").arg(flag).arg(&database).output();
    if !chattr("+i").is_ok_and(|done| done.status.success()) {
        return not_tested("only root can make a file immutable, and not on every disk");
    }
    let said = check_writing(&database, ROOM_FOR_A_COMMENT);
    let written = Connection::open(&database).and_then(|it| it.execute(INSERT, []));
    chattr("-i").expect("it could before");
    assert!(written.is_err());
    let said = said.expect_err("not even root may write to it").to_string();
    assert!(said.contains("is immutable") && said.contains("chattr -i /"), "{said}");
    drop(folder);
}

#[test]
fn an_owner_who_has_no_number_in_the_container_is_told_from_one_who_has() {
    if !geteuid().is_root() {
        return not_tested("only root can give files to another user");
    }
    let (folder, database) = used(1);
    chown(&database, Some(1234), Some(1234)).expect("we are root");
    fs::set_permissions(&database, Permissions::from_mode(0o644)).expect("it is ours");
    let Some(said) = in_namespaces("ask", folder.path()) else {
        return;
    };
    let expected = "belongs to a user who has no number in this container, and Isso may not write to it; \
                    run as root outside of the container: chown 0 on what is /";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_limit_of_a_files_size_is_told() {
    let (folder, _) = used(1);
    run(command("limited", folder.path()));
}

fn limited(folder: &Path) {
    let database = folder.join("comments.db");
    let length = fs::metadata(&database).expect("it is there").len();
    // As Python does, so that an error comes instead of the signal.
    #[expect(unsafe_code, reason = "ignoring a signal runs no code of ours")]
    // SAFETY: the default or no action runs no handler.
    unsafe {
        use nix::sys::signal::{SigHandler, Signal, signal};
        signal(Signal::SIGXFSZ, SigHandler::SigIgn).expect("it can be ignored");
    }
    setrlimit(Resource::RLIMIT_FSIZE, length, length).expect("it may be lowered");
    let said = check_writing(&database, ROOM_FOR_A_COMMENT).expect_err("it cannot grow");
    assert!(said.to_string().contains("ulimit -f unlimited"), "{said}");
    let grown =
        Connection::open(&database).and_then(|it| it.execute("UPDATE comments SET text = hex(randomblob(9000))", []));
    assert!(grown.is_err());
}
