//! Visitors: many requests at once, on a thread of their own.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::http::{ask, get, post};
use super::tally::Tally;

/// How many pages the visitors comment on.
const PAGES: usize = 20;

/// What the visitors do.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// This many visitors, each of whom sends the next request as soon as the last is answered. They only read.
    Saturating(usize),
    /// This many requests a second, whether earlier ones are answered or not. They only read.
    Reading(u32),
    /// This many requests a second, every fifth of which posts a comment.
    Mixed(u32),
}

/// A running load; dropping it stops it.
#[derive(Debug)]
pub struct Load {
    tally: Arc<Mutex<Tally>>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Load {
    /// Starts sending. No two comments of this process have the same text.
    pub fn start(address: SocketAddr, shape: Shape) -> Self {
        static LOADS: AtomicUsize = AtomicUsize::new(0);
        let tally = Arc::new(Mutex::new(Tally::new()));
        let stop = watch::Sender::new(false);
        let client = Client {
            address,
            load: LOADS.fetch_add(1, Ordering::Relaxed),
            tally: tally.clone(),
            stopped: stop.subscribe(),
        };
        let thread = std::thread::spawn(move || super::http::block_on(client.run(shape)));
        Self {
            tally,
            stop,
            thread: Some(thread),
        }
    }

    /// The outcomes up to now.
    pub fn so_far(&self) -> Tally {
        self.tally.lock().expect("no thread panics with it").clone()
    }

    /// Waits until every request that was sent is answered or given up, and returns the outcomes.
    pub fn finish(mut self) -> Tally {
        let _ = self.stop.send(true);
        let thread = self.thread.take().expect("it is finished once");
        thread.join().expect("the load generator can send");
        self.so_far()
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

#[derive(Clone)]
struct Client {
    address: SocketAddr,
    load: usize,
    tally: Arc<Mutex<Tally>>,
    stopped: watch::Receiver<bool>,
}

impl Client {
    async fn run(self, shape: Shape) {
        match shape {
            Shape::Saturating(connections) => self.saturate(connections).await,
            Shape::Reading(rate) => self.steadily(rate, false).await,
            Shape::Mixed(rate) => self.steadily(rate, true).await,
        }
    }

    async fn saturate(self, connections: usize) {
        let mut visitors = JoinSet::new();
        for first in 0..connections {
            let client = self.clone();
            visitors.spawn(async move {
                let mut number = first;
                while !*client.stopped.borrow() {
                    client.send(number, false).await;
                    number += 1;
                }
            });
        }
        all(visitors).await;
    }

    async fn steadily(mut self, rate: u32, posting: bool) {
        let mut tick = interval(Duration::from_secs(1) / rate);
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut under_way = JoinSet::new();
        for number in 0.. {
            tokio::select! {
                _ = tick.tick() => {}
                _ = self.stopped.changed() => break,
            }
            let client = self.clone();
            let posts = posting && number % 5 == 0;
            under_way.spawn(async move { client.send(number, posts).await });
            while under_way.try_join_next().is_some_and(|done| done.is_ok()) {}
        }
        all(under_way).await;
    }

    async fn send(&self, number: usize, posts: bool) {
        let page = format!("/page-{}", number % PAGES);
        let posted = posts.then(|| format!("comment {number} of load {} under {page}", self.load));
        let request = match &posted {
            Some(text) => post(&page, text),
            None if number.is_multiple_of(2) => get("/info", "http://localhost"),
            None => get(&format!("/?uri={page}&limit=5"), "http://localhost"),
        };
        let started = Instant::now();
        let result = ask(self.address, &request).await;
        let mut tally = self.tally.lock().expect("no thread panics with it");
        tally.count(result, posted, started.elapsed());
    }
}

async fn all(mut tasks: JoinSet<()>) {
    while let Some(done) = tasks.join_next().await {
        done.expect("the load generator can send");
    }
}
