//! `host-form`: whether the list of websites is written as browsers write origins.

use isso_actions::Language;
use isso_cfg::{Document, Origin, isso_origin, keys};

use crate::checks::Check;
use crate::checks::websites::{mend, suggested};
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "host-form",
    run: |looks| {
        Box::pin(async {
            let contents = &looks.patient.contents;
            let findings = judge(&contents.cfg, looks.language());
            let with_mend = |finding: Finding| match finding.subject.as_deref().and_then(suggested) {
                Some(better) if finding.fix.is_some() => {
                    let entry = finding.subject.clone().unwrap_or_default();
                    mend(finding, contents, Some(&entry), better.as_str())
                }
                _ => finding,
            };
            findings.into_iter().map(with_mend).collect()
        })
    },
};

/// Findings about what is wrong, or one that all is well.
fn judge(cfg: &Document, language: Language) -> Vec<Finding> {
    let entries = cfg.read_lines(&keys::HOST);
    let is_placeholder = |entry: &String| entry == "localhost";
    if entries.iter().all(is_placeholder) {
        return vec![CHECK.warn(tr!(language, "host-form.none"), tr!(language, "host-form.none-fix"))];
    }
    let sites: Vec<&String> = entries.iter().filter(|entry| !is_placeholder(entry)).collect();
    let matched: Vec<String> = sites.iter().filter_map(|entry| browsers_send(entry)).collect();
    let wrong: Vec<Finding> = sites
        .iter()
        .filter_map(|entry| judge_entry(entry, &matched, language))
        .collect();
    match wrong.is_empty() {
        true => vec![CHECK.pass(tr!(language, "host-form.well"))],
        false => wrong,
    }
}

/// The origin that Isso makes of an entry, if a browser can send it.
fn browsers_send(entry: &str) -> Option<String> {
    isso_origin(entry).filter(|seen| Origin::parse(seen).is_ok_and(|origin| origin.as_str() == seen))
}

fn judge_entry(entry: &str, matched: &[String], language: Language) -> Option<Finding> {
    let finding = match browsers_send(entry) {
        None => {
            let cause = tr!(language, "host-form.never", entry = entry);
            let meant = suggested(entry).map(|origin| origin.to_string());
            let fix = match &meant {
                Some(better) => tr!(language, "host-form.write-fix", better = better, entry = entry),
                None => tr!(language, "host-form.remove-fix", entry = entry),
            };
            // A website that is listed in the right spelling, too, lacks nothing.
            match meant.map_or(!matched.is_empty(), |meant| matched.contains(&meant)) {
                true => CHECK.warn(cause, fix),
                false => CHECK.fail(cause, fix),
            }
        }
        Some(seen) => {
            let (_, rest) = match entry.split_once("://") {
                Some(parts) => parts,
                None => {
                    let cause = tr!(language, "host-form.no-scheme", entry = entry, seen = seen);
                    let better = format!("https://{entry}");
                    let fix = tr!(language, "host-form.write-fix", better = better, entry = entry);
                    return Some(CHECK.warn(cause, fix).subject(entry));
                }
            };
            let has_path = rest.trim_end_matches('/').contains(['/', '?', '#']);
            if !has_path {
                return None;
            }
            let cause = tr!(language, "host-form.path", entry = entry, seen = seen);
            CHECK.warn(
                cause,
                tr!(language, "host-form.write-fix", better = seen, entry = entry),
            )
        }
    };
    Some(finding.subject(entry))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status::{self, Fail, Pass, Warn};

    fn check(hosts: &str, expected: &[(Status, &str)]) {
        let text = format!("[general]\nhost =\n  {}\n", hosts.replace(' ', "\n  "));
        let findings = judge(&Document::parse(text).unwrap(), Language::English);
        let statuses: Vec<Status> = findings.iter().map(|finding| finding.status).collect();
        assert_eq!(
            statuses,
            expected.iter().map(|(status, _)| *status).collect::<Vec<_>>(),
            "{findings:?}"
        );
        for (finding, (_, words)) in findings.iter().zip(expected) {
            let said = format!("{} {}", finding.cause, finding.fix.clone().unwrap_or_default());
            assert!(said.contains(words), "{words}: {finding:?}");
        }
    }

    #[test]
    fn entries_that_no_browser_sends_are_found() {
        check("localhost", &[(Warn, "No website")]);
        check("https://a.test localhost", &[(Pass, "")]);
        check("https://a.test/ http://b.test:8080", &[(Pass, "")]);
        check("https://a.test/blog", &[(Warn, "write https://a.test ")]);
        check("a.test", &[(Warn, "http://a.test")]);
        check("https://A.test", &[(Fail, "https://a.test")]);
        check("https://A.test https://a.test", &[(Warn, "https://a.test")]);
        check("https://*.a.test", &[(Fail, "Remove")]);
        check("https://*.a.test https://b.test", &[(Warn, "Remove")]);
        check("https://bücher.test", &[(Fail, "https://xn--bcher-kva.test")]);
        check(
            "https://a.test,https://b.test",
            &[(Fail, "https://a.test,https://b.test")],
        );
    }
}
