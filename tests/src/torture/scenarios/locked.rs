//! Visitors while no admin password is set.

use std::io::Read;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::{Idle, idle};
use crate::torture::http::{ask_now, get};
use crate::torture::{Deployment, Keeper, processes};

/// The answers to these visitors, and what they cost.
#[derive(Debug)]
pub struct Locked {
    /// Answers other than 503, and requests without an answer.
    pub wrong: Vec<String>,
    /// The supervisor's memory in KiB after all of them.
    pub resident: u64,
    /// What the supervisor costs before the first request.
    pub idle: Idle,
}

/// Leaves a locked deployment alone for a time. Then some visitors ask, and others connect and send nothing until the
/// supervisor closes the connection.
pub fn locked(keeper: Keeper, over: Duration, visitors: usize, silent: usize) -> Locked {
    let deployment = Deployment::start_locked(keeper).expect("issoctl was built");
    let idle = idle(&deployment, over);
    let mut wrong = Vec::new();
    for _ in 0..visitors {
        match ask_now(deployment.address, &get("/js/embed.min.js", "http://r0.example")) {
            Ok(answer) if answer.status == 503 => {}
            other => wrong.push(format!("{other:?}")),
        }
    }
    let silent: Vec<_> = (0..silent)
        .map(|_| TcpStream::connect(deployment.address).map(say_nothing))
        .collect();
    for visitor in silent {
        let ended = visitor.map(|visitor| visitor.join().expect("a visitor does not panic"));
        if !matches!(ended, Ok(Ok(0))) {
            wrong.push(format!("said nothing: {ended:?}"));
        }
    }
    let supervisors = deployment.supervisors();
    let resident = supervisors.iter().map(|process| processes::resident(process.pid));
    Locked {
        wrong,
        resident: resident.sum(),
        idle,
    }
}

fn say_nothing(mut stream: TcpStream) -> thread::JoinHandle<std::io::Result<usize>> {
    thread::spawn(move || stream.read(&mut [0; 1]))
}
