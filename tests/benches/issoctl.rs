//! `make bench`: what issoctl costs, beside what a person would otherwise run, in one run.

use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use isso_cfg::{Document, keys};
use isso_tests::{BENCH, Only, Site, free_address, issoctl, runtime};
use nix::sys::signal::{Signal, kill};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

fn main() {
    let only = Only::of(&BENCH);
    println!("{:<52} {:>10}  {:>10}", "", "measured", "goal");
    if only.wants("start") {
        start();
    }
    if only.wants("idle") {
        idle();
    }
    if only.wants("action") {
        action();
    }
    if only.wants("cfg") {
        cfg();
    }
}

fn row(name: &str, measured: &str, goal: &str) {
    println!("{name:<52} {measured:>10}  {goal:>10}");
}

fn start() {
    let site = Site::new();
    site.set_password();
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    // The first start of each warms the caches; after it the two take turns.
    for round in 0..11 {
        let address = free_address();
        let took = [
            first_200(address, site.command(&["up", "--listen", &address.to_string()])),
            first_200(address, gunicorn(&site, address)),
        ];
        if round > 0 {
            ours.push(took[0]);
            bare.push(took[1]);
        }
    }
    let (ours, bare) = (median(ours), median(bare));
    row("first 200, bare gunicorn", &format!("{:.0} ms", ms(bare)), "");
    row("first 200, issoctl up", &format!("{:.0} ms", ms(ours)), "");
    row(
        "  ratio",
        &format!("{:.2}", ours.as_secs_f64() / bare.as_secs_f64()),
        "<= 1.10",
    );
}

/// What a person would type without issoctl: the same gunicorn with the same settings.
fn gunicorn(site: &Site, address: SocketAddr) -> Command {
    let mut command = Command::new(runtime().join("bin/gunicorn"));
    command
        .args(["-b", &address.to_string(), "-w", "4", "--preload"])
        .args(["--worker-tmp-dir", "/dev/shm", "--no-control-socket", "isso.run"])
        .env_clear()
        .env("ISSO_SETTINGS", site.cfg_path());
    command
}

fn first_200(address: SocketAddr, mut command: Command) -> Duration {
    use std::io::{Read, Write};
    let started = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let request = format!("GET /info HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let took = loop {
        assert!(started.elapsed() < Duration::from_secs(30), "no 200 within 30 s");
        if let Ok(mut stream) = TcpStream::connect(address) {
            let mut answer = String::new();
            let read = stream
                .write_all(request.as_bytes())
                .and_then(|()| stream.read_to_string(&mut answer));
            if read.is_ok() && answer.starts_with("HTTP/1.1 200") {
                break started.elapsed();
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    end(&mut child);
    took
}

fn idle() {
    let site = Site::new();
    let up = site.serving();
    let resident = status_kib(up.pid(), "VmRSS:");
    row(
        "memory of issoctl up (RSS)",
        &format!("{:.1} MiB", resident as f64 / 1024.0),
        "<= 10 MiB",
    );
    let over = Duration::from_secs(30);
    // The start is over after a moment.
    std::thread::sleep(Duration::from_secs(2));
    let before = cpu(up.pid());
    std::thread::sleep(over);
    let busy = cpu(up.pid()) - before;
    let percent = 100.0 * busy.as_secs_f64() / over.as_secs_f64();
    row(
        "idle CPU of issoctl up over 30 s",
        &format!("{percent:.3} %"),
        "<= 0.05 %",
    );
}

fn action() {
    let site = Site::new();
    site.set_password();
    let run = |round: usize| {
        let website = format!("websites=https://blog{round}.example");
        let started = Instant::now();
        site.ok(&["action", "run", "set-websites", &website]);
        started.elapsed()
    };
    let took = median((0..51).map(run).collect());
    row(
        "action run set-websites, the whole process",
        &format!("{:.1} ms", ms(took)),
        "<= 10 ms",
    );
    let version = || {
        let started = Instant::now();
        Command::new(issoctl()).arg("--version").output().expect("issoctl runs");
        started.elapsed()
    };
    let floor = median((0..51).map(|_| version()).collect());
    row("  of it, starting any process", &format!("{:.1} ms", ms(floor)), "");
}

fn cfg() {
    for hosts in [5_000, 10_000, 20_000] {
        let took = median((0..21).map(|_| parse_and_edit(hosts)).collect());
        let goal = if hosts == 10_000 { "<= 20 ms" } else { "" };
        row(
            &format!("parse and edit isso.cfg with {hosts} hosts"),
            &format!("{:.1} ms", ms(took)),
            goal,
        );
    }
    let text = cfg_with(10_000);
    let python = "import configparser, sys, time; t = sys.stdin.read(); s = time.perf_counter(); \
                  configparser.ConfigParser(allow_no_value=True, interpolation=None).read_string(t); \
                  print((time.perf_counter() - s) * 1000)";
    let took = piped(Command::new("python3").args(["-c", python]), &text);
    let took: f64 = took.trim().parse().expect("Python prints a number");
    row(
        "  Python's configparser, parsing 10000 hosts alone",
        &format!("{took:.1} ms"),
        "",
    );
}

fn parse_and_edit(hosts: usize) -> Duration {
    let text = cfg_with(hosts);
    let websites: Vec<String> = (0..hosts).map(|n| format!("https://new{n}.example")).collect();
    let started = Instant::now();
    let mut document = Document::parse(text).expect("the file is well-formed");
    document
        .write_lines(&keys::HOST, &websites)
        .expect("hosts can be written");
    let took = started.elapsed();
    assert_eq!(document.read_lines(&keys::HOST), websites);
    took
}

fn cfg_with(hosts: usize) -> String {
    let lines: String = (0..hosts).map(|n| format!("    https://blog{n}.example\n")).collect();
    format!("[general]\nhost =\n{lines}max-age = 15m\n\n[admin]\nenabled = true\n")
}

fn piped(command: &mut Command, input: &str) -> String {
    use std::io::Write;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    child
        .stdin
        .take()
        .expect("stdin is a pipe")
        .write_all(input.as_bytes())
        .expect("it reads");
    String::from_utf8(child.wait_with_output().expect("it ends").stdout).expect("it prints text")
}

fn end(child: &mut Child) {
    let pid = Pid::from_raw(child.id().try_into().expect("process ids are small"));
    kill(pid, Signal::SIGTERM).expect("it is there");
    child.wait().expect("it is our child");
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() / 2]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn status_kib(pid: Pid, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .expect("Linux tells it");
    line.trim().trim_end_matches(" kB").parse().expect("a number of KiB")
}

/// Time on a CPU, of all threads, ended ones too, and finer than the 10 ms ticks of `/proc`.
fn cpu(pid: Pid) -> Duration {
    let clock = clock_getcpuclockid(pid).expect("it runs");
    clock_gettime(clock).expect("the clock of a process can be read").into()
}
