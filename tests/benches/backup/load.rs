//! Visitors at a steady rate, and how long each of them waited.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use isso_tests::torture::http::{ask, block_on, get, post};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// Requests a second, of which two of seven are comments.
const RATE: u32 = 70;

/// A request, and its answer if there was one.
#[derive(Debug, Clone, Copy)]
pub struct Shot {
    pub comments: bool,
    pub sent: Instant,
    pub took: Duration,
    /// The number of the comment that was acknowledged; 0 for a request that only reads.
    pub answered: Option<i64>,
}

/// 20 comments and 50 other requests a second. In a database as large as this, Isso needs a second to show a thread
/// with comments, for it has no index for that; so the requests that read ask for pages without comments.
pub struct Load {
    shots: Arc<Mutex<Vec<Shot>>>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Load {
    pub fn start(address: SocketAddr) -> Load {
        let shots = Arc::<Mutex<Vec<Shot>>>::default();
        let stop = Arc::<AtomicBool>::default();
        let (to, stopped) = (Arc::clone(&shots), Arc::clone(&stop));
        let thread = std::thread::spawn(move || block_on(send(address, to, stopped)));
        Load { shots, stop, thread }
    }

    /// The requests that were answered up to now.
    pub fn so_far(&self) -> Vec<Shot> {
        self.shots.lock().expect("no thread panics with it").clone()
    }

    /// Waits until all requests are answered.
    pub fn finish(self) -> Vec<Shot> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the load generator can send");
        Arc::into_inner(self.shots)
            .expect("no other thread has it any more")
            .into_inner()
            .expect("no thread panics with it")
    }
}

async fn send(address: SocketAddr, shots: Arc<Mutex<Vec<Shot>>>, stop: Arc<AtomicBool>) {
    let mut tick = interval(Duration::from_secs(1) / RATE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut under_way = JoinSet::new();
    for number in 0_usize.. {
        let sent = tick.tick().await.into_std();
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let shots = Arc::clone(&shots);
        under_way.spawn(async move {
            let comments = matches!(number % 7, 0 | 3);
            let request = if comments {
                let page = format!("/post/{}", number % 5000);
                post(&page, &format!("{number} {}", "a comment ".repeat(30)))
            } else {
                get(&format!("/?uri=/nothing/{number}"), "http://localhost")
            };
            let answer = ask(address, &request).await;
            let answered = answer.ok().and_then(|answer| {
                let id = || {
                    let body: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
                    body["id"].as_i64()
                };
                match (comments, answer.status) {
                    (true, 201 | 202) => id(),
                    (false, 200 | 404) => Some(0),
                    _ => None,
                }
            });
            let took = sent.elapsed();
            let shot = Shot {
                comments,
                sent,
                took,
                answered,
            };
            shots.lock().expect("no thread panics with it").push(shot);
        });
        while under_way.try_join_next().is_some() {}
    }
    while under_way.join_next().await.is_some() {}
}

/// The requests that were sent between two moments.
pub fn between(shots: &[Shot], from: Instant, to: Instant) -> Vec<Shot> {
    let is = |shot: &&Shot| (from..to).contains(&shot.sent);
    shots.iter().filter(is).copied().collect()
}

pub fn failed(shots: &[Shot]) -> usize {
    shots.iter().filter(|shot| shot.answered.is_none()).count()
}

/// How long the comments took, or the other requests; the quickest first.
pub fn of(shots: &[Shot], comments: bool) -> Vec<Duration> {
    let shots = shots.iter().filter(|shot| shot.comments == comments);
    let mut took: Vec<_> = shots.map(|shot| shot.took).collect();
    took.sort();
    took
}

/// The time within which this part of them was answered.
pub fn percentile(took: &[Duration], part: f64) -> Duration {
    let place = (took.len() as f64 * part) as usize;
    took[place.min(took.len() - 1)]
}

/// How long the slowest request took.
pub fn slowest(shots: &[Shot]) -> Duration {
    shots.iter().map(|shot| shot.took).max().unwrap_or_default()
}
