//! Prints findings for a person: those of each check together and in the order of the checks, as soon as all before
//! them are known.

use std::collections::HashMap;
use std::io::{IsTerminal, stdout};
use std::time::Duration;

use indexmap::IndexMap;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use isso_host::actions::Language;
use isso_host::doctor::{Check, Finding, Options, Report, Status, asked};

use crate::locate::DataFolder;
use crate::output::{BAD, BOLD, DIM, GOOD, Output, WARN};

/// How many of the checks that still run are named.
const MOST_NAMED: usize = 4;

/// The findings that were printed, and those that wait for others.
pub struct Shown<'a> {
    /// The checks whose findings were not printed yet.
    waiting: Vec<&'static Check>,
    /// What some of them have found.
    found: HashMap<String, Vec<Finding>>,
    bar: ProgressBar,
    printer: Printer<'a>,
}

impl<'a> Shown<'a> {
    /// Begins with nothing found. On a terminal, a line below the findings names the checks that still run.
    pub fn begin(options: &Options, verbose: bool, data: &'a DataFolder, output: Output) -> Shown<'a> {
        let waiting: Vec<_> = asked(&options.only).collect();
        let bar = ProgressBar::new(waiting.len() as u64);
        // Where the findings go into a file or a pipe, nobody looks at them as they come.
        if !stdout().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        bar.set_style(ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg}").expect("the template is valid"));
        bar.enable_steady_tick(Duration::from_millis(100));
        let shown = Shown {
            printer: Printer {
                width: width(waiting.iter().copied()),
                verbose,
                language: options.language,
                data,
                output,
            },
            waiting,
            found: HashMap::new(),
            bar,
        };
        shown.name_running();
        shown
    }

    /// Takes what a check has found, and prints what can be printed now.
    pub fn add(&mut self, findings: &[Finding]) {
        let Some(first) = findings.first() else {
            return;
        };
        self.found.insert(first.id.clone(), findings.to_owned());
        self.bar.inc(1);
        while let Some(next) = self.waiting.first()
            && let Some(findings) = self.found.remove(next.id)
        {
            self.waiting.remove(0);
            self.bar
                .suspend(|| findings.iter().for_each(|finding| self.printer.print(finding)));
        }
        self.name_running();
    }

    /// Prints how many checks went how, and the commands that mend what they found.
    pub fn end(self, report: &Report) {
        self.bar.finish_and_clear();
        // A check that says nothing keeps those behind it waiting.
        let rest = self.waiting.iter().filter_map(|check| self.found.get(check.id));
        rest.flatten().for_each(|finding| self.printer.print(finding));
        self.printer.summary(report);
    }

    fn name_running(&self) {
        let running = self.waiting.iter().filter(|check| !self.found.contains_key(check.id));
        let names: Vec<_> = running.map(|check| check.id).take(MOST_NAMED).collect();
        self.bar.set_message(names.join(", "));
    }
}

/// The width of the longest id.
pub fn width<'c>(checks: impl IntoIterator<Item = &'c Check>) -> usize {
    checks.into_iter().map(|check| check.id.len()).max().unwrap_or_default()
}

/// Prints each finding as JSON on one line.
pub fn print_lines(findings: &[Finding], output: Output) {
    for finding in findings {
        output.line(&serde_json::to_string(finding).expect("our own types have string keys"));
    }
}

/// Prints findings as lines of text.
pub struct Printer<'a> {
    /// The width of the column of ids.
    pub width: usize,
    /// Whether to print the evidence, too.
    pub verbose: bool,
    /// The language of the summary.
    pub language: Language,
    /// The data folder, which commands in a fix have to name.
    pub data: &'a DataFolder,
    /// How to print.
    pub output: Output,
}

impl Printer<'_> {
    /// Prints a finding: how the check went, what it saw, and on a line of its own what to do. Checks that were skipped
    /// are left to the summary, which names them together.
    pub fn print(&self, finding: &Finding) {
        if finding.status == Status::Skip && !self.verbose {
            return;
        }
        let Finding {
            id,
            subject,
            status,
            cause,
            fix,
            evidence,
            ..
        } = finding;
        let width = self.width;
        let subject = subject.as_deref().filter(|subject| !cause.contains(*subject));
        let subject = subject.map_or_else(String::new, |subject| format!("{DIM}{subject}{DIM:#}  "));
        let line = match status {
            Status::Pass => format!("{GOOD}✓{GOOD:#} {id:<width$}  {subject}{cause}"),
            Status::Warn => format!("{WARN}!{WARN:#} {BOLD}{id:<width$}{BOLD:#}  {subject}{cause}"),
            Status::Fail => format!("{BAD}✗{BAD:#} {BOLD}{id:<width$}{BOLD:#}  {subject}{cause}"),
            Status::Unknown => format!("? {id:<width$}  {subject}{cause}"),
            Status::Skip => format!("{DIM}- {id:<width$}  {DIM:#}{subject}{DIM}{cause}{DIM:#}"),
        };
        self.output.line(&line);
        if let Some(fix) = fix {
            let fix = self.data.with_folder(fix);
            self.output.line(&format!("  {:width$}  {BOLD}→{BOLD:#} {fix}", ""));
        }
        for evidence in evidence.iter().filter(|_| self.verbose) {
            self.output.line(&format!("      {DIM}{}{DIM:#}", evidence.asked));
            for line in &evidence.answered {
                self.output.line(&format!("        {DIM}{line}{DIM:#}"));
            }
        }
    }

    /// Prints how many findings there are of each status, with the ids of those that want attention.
    fn summary(&self, report: &Report) {
        let parts = Status::ALL.into_iter().filter_map(|status| {
            let found = report.checks.iter().filter(|it| it.status == status);
            let mut ids: Vec<_> = found.map(|it| it.id.as_str()).collect();
            let (label, count) = (status.label(self.language), ids.len());
            ids.dedup();
            Some(match status {
                _ if count == 0 => return None,
                Status::Fail => format!("{BAD}{label}: {count}{BAD:#} ({})", ids.join(", ")),
                Status::Warn => format!("{WARN}{label}: {count}{WARN:#} ({})", ids.join(", ")),
                Status::Pass => format!("{GOOD}{label}: {count}{GOOD:#}"),
                Status::Unknown | Status::Skip => format!("{label}: {count}"),
            })
        });
        let parts: Vec<_> = parts.collect();
        self.output.line("");
        self.output.line(&parts.join(" · "));
        if !self.verbose {
            self.skipped(report);
        }
        let mendable = report.checks.iter().filter(|it| it.mend.is_some());
        let mut ids: Vec<_> = mendable.map(|it| &it.id).collect();
        ids.dedup();
        for id in ids {
            let command = self.data.with_folder(&format!("issoctl doctor --fix {id}"));
            self.output.line(&format!("{BOLD}→{BOLD:#} {command}"));
        }
    }

    /// Prints why checks were skipped, with the ids of those that were skipped for the same reason.
    fn skipped(&self, report: &Report) {
        let mut reasons: IndexMap<(&str, Option<&str>), Vec<&str>> = IndexMap::new();
        for finding in report.checks.iter().filter(|it| it.status == Status::Skip) {
            let reason = (finding.cause.as_str(), finding.fix.as_deref());
            reasons.entry(reason).or_default().push(&finding.id);
        }
        for ((cause, fix), mut ids) in reasons {
            ids.dedup();
            self.output.line(&format!("{DIM}- {cause} ({}){DIM:#}", ids.join(", ")));
            if let Some(fix) = fix {
                self.output
                    .line(&format!("  {BOLD}→{BOLD:#} {}", self.data.with_folder(fix)));
            }
        }
    }
}
