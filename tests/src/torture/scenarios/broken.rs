//! Every way in which a person breaks `isso.cfg` by hand.

use self::review_cases::{CASES, Case, Edit, Then, mend};
use crate::PATIENCE;
use crate::torture::{Deployment, Load, Shape, Tally, wait};

#[expect(dead_code, reason = "the tests of cfg look at which part refuses an edit")]
#[path = "../../../../crates/cfg/tests/volume/review_cases.rs"]
pub(super) mod review_cases;

/// The outcome of all these edits.
#[derive(Debug)]
pub struct Broken {
    /// The requests.
    pub tally: Tally,
    /// Each edit, and what the status said.
    pub said: Vec<(&'static str, String)>,
    /// Edits during which the status did not say that Isso serves.
    pub down: Vec<&'static str>,
}

/// Breaks the file of a deployment that was started with the template, in every way or in each
/// `every`th one, and mends it.
///
/// # Panics
/// When the status does not say what is wrong, or does not come back to plain serving.
pub fn break_settings(deployment: &Deployment, every: usize, shape: Shape) -> Broken {
    let good = deployment.text();
    let load = Load::start(deployment.address, shape);
    let (mut said, mut down) = (Vec::new(), Vec::new());
    for case in CASES.iter().step_by(every) {
        let cfg = deployment.cfg();
        case.edit.make(&cfg, &good).expect("the file can be edited");
        said.push((case.name, outcome(deployment, case, &good)));
        if deployment.status().is_none_or(|status| status["serving"] != true) {
            down.push(case.name);
        }
        mend(&cfg, &good).expect("the file can be mended");
        wait(&format!("{}, mended: plain serving", case.name), PATIENCE, || {
            deployment.well()
        });
    }
    deployment.wait_until_clean();
    Broken {
        tally: load.finish(),
        said,
        down,
    }
}

/// Waits for the outcome that the case names, and returns what the status said.
fn outcome(deployment: &Deployment, case: &Case, good: &str) -> String {
    let edited = match case.edit {
        Edit::Text(edit) => edit(good),
        _ => Vec::new(),
    };
    let Then::Refused { says, .. } = &case.then else {
        wait(&format!("{}: put back", case.name), PATIENCE, || {
            let text = std::fs::read_to_string(deployment.cfg()).unwrap_or_default();
            if text.as_bytes() != edited && is_put_back(&text, deployment) {
                deployment.well()
            } else {
                Err(text)
            }
        });
        return "(put back)".into();
    };
    let line = case.then.line(&edited).filter(|_| !edited.is_empty());
    let (text, _) = wait(&format!("{}: refused", case.name), PATIENCE, || {
        let status = deployment.status().ok_or("no status")?;
        let settings = &status["settings"];
        let problem = settings["problems"].as_array().into_iter().flatten().find(|problem| {
            problem["message"]
                .as_str()
                .is_some_and(|message| message.contains(says))
                && line.is_none_or(|line| problem["line"] == line)
        });
        let words = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let reason = words(&settings["reason"]);
        if settings["inForce"] != false || reason.is_empty() {
            return Err(status.to_string());
        }
        match problem {
            Some(problem) => Ok(format!(
                "line {}: {}; {}",
                problem["line"],
                words(&problem["message"]),
                words(&problem["fix"])
            )),
            None if reason.contains(says) => Ok(reason),
            None => Err(format!("not {says:?} about line {line:?}, but {settings}")),
        }
    });
    text
}

/// Whether the two enforced keys say what they must.
fn is_put_back(text: &str, deployment: &Deployment) -> bool {
    let database = format!("\ndbpath = {}\n", deployment.database().display());
    let admin = text.split("\n[").find(|section| section.starts_with("admin]"));
    text.contains(&database) && admin.is_some_and(|admin| admin.contains("\nenabled = true\n"))
}
