//! What README.md and docs/ tell the reader to do is done here, word by word.
//!
//! Blocks of `sh` are run as they stand, one document after the other in one data folder with a running Isso; a block
//! that cannot be run here says `skip` behind its language. Blocks of `console` hold commands behind `$` and what these
//! print, which is compared.

mod rules;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use isso_tests::{Site, issoctl, runtime};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use regex_lite::Regex;
use tempfile::TempDir;

/// The backup that the documents speak of.
const BACKUP: &str = "isso-20260131T030000Z.isso-backup.tar.zst";
/// What differs from run to run, and what stands in its place.
const VARIES: [(&str, &str); 5] = [
    (r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:8080"),
    (r"generation \d+", "generation 2"),
    (r"\d{8}T\d{6}Z", "20260131T030000Z"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "2026-01-31 03:00:00"),
    (r"[\d.]+ KiB", "2.75 KiB"),
];

/// A block between fences.
struct Block {
    /// What stands behind the first fence.
    language: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// README.md and the files of docs/, README.md first.
fn documents() -> Vec<(PathBuf, String)> {
    let docs = fs::read_dir(root().join("docs")).expect("docs/ is there");
    let mut docs: Vec<_> = docs.map(|entry| entry.expect("docs/ can be read").path()).collect();
    docs.sort();
    docs.insert(0, root().join("README.md"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a document is text");
        (path, text)
    };
    docs.into_iter().map(read).collect()
}

fn blocks(text: &str) -> Vec<Block> {
    let (mut all, mut open) = (Vec::new(), None);
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                let (language, text) = (language.into_string(), String::new());
                open = Some(Block { language, text });
            }
            Event::Text(text) => open.iter_mut().for_each(|block| block.text += &text),
            Event::End(TagEnd::CodeBlock) => all.extend(open.take()),
            _ => {}
        }
    }
    all
}

/// The commands of a `console` block, and what the document says that they print.
fn session(text: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), all.last_mut()) {
            (Some(command), _) => all.push((command.to_owned(), String::new())),
            (None, Some((_, printed))) => *printed += &format!("{line}\n"),
            (None, None) => panic!("a console block begins with a command, not with {line:?}"),
        }
    }
    all
}

/// Where the reader works: a folder with `data` and the files that the documents name.
struct Workplace<'a> {
    site: &'a Site,
    folder: TempDir,
}

impl Workplace<'_> {
    fn new<'a>(site: &'a Site, mail: &str) -> Workplace<'a> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::os::unix::fs::symlink(site.data(), folder.path().join("data")).expect("the folder is ours");
        let place = Workplace { site, folder };
        place.run(&format!("cat > mail.json <<'END'\n{mail}\nEND"));
        place.run(&format!(
            "issoctl backup create; mv data/backups/isso-* {BACKUP}
             mkdir old-isso; cp data/config/isso.cfg old-isso/blog.cfg
             cp data/db/comments.db old-isso/blog.db; cp data/db/comments.db ."
        ));
        place
    }

    /// Runs lines of a shell, which all have to succeed, and returns what they print.
    fn run(&self, script: &str) -> String {
        let ours = format!(
            "exec 2>&1; issoctl() {{ '{}' --data '{}' \"$@\"; }}",
            issoctl().display(),
            self.site.data().display()
        );
        let mut shell = Command::new("bash");
        shell.args(["-euc", &format!("{ours}\n{script}")]);
        shell.current_dir(self.folder.path());
        shell.env("ISSOCTL_RUNTIME", runtime()).env("LC_ALL", "C.UTF-8");
        let output = shell.output().expect("bash runs");
        let printed = String::from_utf8(output.stdout).expect("issoctl prints UTF-8");
        assert!(output.status.success(), "{script}\n{printed}");
        printed
    }

    /// What a command printed, as the documents would print it.
    fn as_documented(&self, printed: &str) -> String {
        let data = self.site.data().to_str().expect("the path is text");
        let mut text = printed.replace(data, "/home/you/.local/share/issoctl");
        text = text.replace(
            &format!("{} --data /home/you/.local/share/issoctl", issoctl().display()),
            "issoctl",
        );
        for (varies, stands) in VARIES {
            let varies = Regex::new(varies).expect("the pattern is right");
            text = varies.replace_all(&text, stands).into_owned();
        }
        text
    }
}

#[test]
fn commands_of_the_documents_do_what_these_say() {
    let documents = documents();
    let all: Vec<_> = documents.iter().map(|(path, text)| (path, blocks(text))).collect();
    let json = all
        .iter()
        .flat_map(|(_, blocks)| blocks)
        .find(|block| block.language == "json");
    let site = Site::new();
    let _up = site.serving();
    let place = Workplace::new(&site, &json.expect("a form stands in docs/").text);
    let (mut run, mut compared) = (0, 0);
    for (path, blocks) in &all {
        for block in blocks.iter().filter(|block| block.language == "sh") {
            eprintln!("{}:\n{}", path.display(), block.text);
            // The rules of another block may have deleted it.
            place.run(&format!("cp {BACKUP} data/backups/"));
            place.run(&block.text);
            run += 1;
        }
        for block in blocks.iter().filter(|block| block.language == "console") {
            for (command, expected) in session(&block.text) {
                // A gunicorn of the settings before may still be finishing, which the status says.
                site.wait_for_status(|status| {
                    let supervisor = &status["supervisor"];
                    supervisor["phase"] == "serving" && supervisor["finishing"].is_null()
                });
                let printed = place.as_documented(&place.run(&command));
                assert_eq!(printed.trim_end(), expected.trim_end(), "{}: {command}", path.display());
                compared += 1;
            }
        }
    }
    assert!(run >= 8 && compared >= 4, "{run} blocks, {compared} commands");
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    let mut followed = 0;
    for (path, text) in documents() {
        for event in Parser::new(&text) {
            let Event::Start(Tag::Link { dest_url, .. }) = event else {
                continue;
            };
            if dest_url.contains("://") {
                continue;
            }
            let (file, heading) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
            let target = match file {
                "" => path.clone(),
                file => path.parent().unwrap().join(file),
            };
            assert!(target.exists(), "{}: {dest_url}", path.display());
            if !heading.is_empty() {
                let there = fs::read_to_string(&target).unwrap();
                let wanted = |line: &str| line.starts_with('#') && anchor(line) == heading;
                assert!(there.lines().any(wanted), "{}: {dest_url}", path.display());
            }
            followed += 1;
        }
    }
    assert!(followed >= 15, "{followed} links");
}

/// The name that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
    text.chars().filter(kept).collect::<String>().replace(' ', "-")
}
