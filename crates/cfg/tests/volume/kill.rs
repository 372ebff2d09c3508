//! A writer that is killed at any moment leaves the old file or the new one.

use std::env;
use std::process::{Child, Command, Stdio};

use isso_cfg::{Contents, Document, VolumeError};
use serde_json::json;

use super::*;

const ROUNDS: usize = 40;

/// How the child process learns what to do.
const ROOT: &str = "ISSO_CFG_TEST_ROOT";
const NAME: &str = "ISSO_CFG_TEST_NAME";
const TIMES: &str = "ISSO_CFG_TEST_TIMES";

#[test]
fn a_killed_writer_leaves_the_old_file_or_the_new_one() {
    let (_folder, volume) = volume_with(FINE);
    for round in 0..ROUNDS {
        let before = seen(&volume);
        let mut child = writer(&volume, "kill", usize::MAX);
        // Once it writes, it is killed after so many reads, so at another point of its work in each round.
        let mut reads = 0;
        while reads < round % 20 {
            reads += usize::from(seen(&volume) > before);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(seen(&volume) >= before);
    }
    assert!(seen(&volume) > ROUNDS, "there was something to interrupt");
    volume.prepare().unwrap();
    assert_eq!(names(volume.root().join("config")), ["isso.cfg"]);
    assert_eq!(names(volume.root().join("start9")), ["store.json"]);
}

/// Reads both files, which must be whole, and returns the count in `isso.cfg`.
fn seen(volume: &Volume) -> usize {
    let Contents { cfg, store } = volume.read().unwrap();
    let count = count(&cfg, "kill");
    let filling = cfg.get("mine", "filling").unwrap_or_default();
    assert_eq!(filling, self::filling(count), "the file has the filling of its count");
    assert!(store.smtp()["value"].is_object());
    count
}

/// A text of a count that takes a while to write, and shows whether it is whole.
fn filling(count: usize) -> String {
    vec![count.to_string(); 20_000 * usize::from(count > 0)].join(",")
}

/// Counts one up in a key of `[mine]`.
pub fn increment(volume: &Volume, name: &str) {
    let edit = |Contents { cfg, store }: &mut Contents| {
        let next = count(cfg, name) + 1;
        cfg.set("mine", name, &next.to_string()).unwrap();
        if name == "kill" {
            cfg.set("mine", "filling", &filling(next)).unwrap();
            store.set_smtp(json!({"selection": "system", "value": {"customFrom": format!("{next}@example.org")}}));
        }
        Ok::<_, VolumeError>(())
    };
    volume.update(edit).unwrap();
}

/// What has been counted in a key of `[mine]`.
pub fn count(cfg: &Document, name: &str) -> usize {
    cfg.get("mine", name).map_or(0, |count| count.parse().unwrap())
}

/// Starts a process that counts up a number of times: this same program, with the test below.
pub fn writer(volume: &Volume, name: &str, times: usize) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--ignored"])
        .env(ROOT, volume.root())
        .env(NAME, name)
        .env(TIMES, times.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "it is the process that other tests start"]
fn child() {
    let (Ok(root), Ok(name), Ok(times)) = (env::var(ROOT), env::var(NAME), env::var(TIMES)) else {
        return;
    };
    let volume = Volume::new(root, DBPATH);
    (0..times.parse().unwrap()).for_each(|_: usize| increment(&volume, &name));
}
