//! Several writers at once lose nothing.

use std::thread;

use super::*;
use crate::kill::{count, increment, writer};

const THREADS: usize = 4;
const PROCESSES: usize = 3;
const ROUNDS: usize = 25;

#[test]
fn every_change_of_every_writer_is_there_in_the_end() {
    let (_folder, volume) = volume_with(FINE);
    thread::scope(|scope| {
        for n in 0..THREADS {
            let volume = &volume;
            scope
                .spawn(move || (0..ROUNDS).for_each(|_| increment(volume, &format!("thread-{n}"))));
        }
        let children: Vec<_> = (0..PROCESSES)
            .map(|n| writer(&volume, &format!("process-{n}"), ROUNDS))
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
    });
    let cfg = volume.read().unwrap().cfg;
    for name in (0..THREADS)
        .map(|n| format!("thread-{n}"))
        .chain((0..PROCESSES).map(|n| format!("process-{n}")))
    {
        assert_eq!(count(&cfg, &name), ROUNDS, "{name}");
    }
}
