//! Edits of an `isso.cfg` by hand while Isso runs, and what a review finds in them.
//!
//! This file needs the standard library alone, so that other tests can include it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// One edit that goes wrong.
pub struct Case {
    pub name: &'static str,
    pub edit: Edit,
    /// What happens.
    pub then: Then,
}

/// What becomes of a file.
pub enum Edit {
    /// It says something else: what a good text becomes.
    Text(fn(&str) -> Vec<u8>),
    /// It is deleted.
    Delete,
    /// A folder takes its place.
    Folder,
    /// A pipe takes its place, which no process writes into.
    Pipe,
    /// A link takes its place, to a path beside it.
    Link(&'static str),
}

/// What happens after an edit.
pub enum Then {
    /// Isso goes on with what it has, and this is said.
    Refused {
        /// A part of the line that is blamed; of the last line with this part, if there are several. Empty stands for
        /// the first line, or for the file as a whole.
        at: &'static str,
        /// A part of the message.
        says: &'static str,
        /// Who would not have it.
        by: By,
    },
    /// What was there before is put back, and nothing else happens.
    PutBack,
}

/// Who refuses a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Isso does not start with it, or starts and answers every new comment with an error.
    Isso,
    /// Isso would run with it, and must not.
    Us,
}

impl Edit {
    /// Edits a file as a person might, in place. `good` is what it says before.
    pub fn make(&self, path: &Path, good: &str) -> io::Result<()> {
        if let Edit::Text(edit) = self {
            return save(path, &edit(good));
        }
        fs::remove_file(path)?;
        match self {
            Edit::Text(_) | Edit::Delete => Ok(()),
            Edit::Folder => fs::create_dir(path),
            Edit::Pipe => Command::new("mkfifo").arg(path).status().map(drop),
            Edit::Link(target) => symlink(target, path),
        }
    }
}

/// Undoes any edit: the file holds `good` again.
pub fn mend(path: &Path, good: &str) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => fs::remove_dir(path)?,
        Ok(there) if !there.is_file() => fs::remove_file(path)?,
        _ => {}
    }
    save(path, good.as_bytes())
}

/// Saves a file in place, as many editors do.
pub fn save(path: &Path, text: &[u8]) -> io::Result<()> {
    File::create(path)?.write_all(text)
}

impl Then {
    /// The number of the line that is blamed, in the text as it was edited.
    pub fn line(&self, edited: &[u8]) -> Option<usize> {
        let Then::Refused { at, .. } = self else {
            return None;
        };
        if at.is_empty() {
            return Some(1);
        }
        let lines: Vec<&[u8]> = edited.split(|&byte| byte == b'\n').collect();
        let is_there = |line: &&[u8]| line.windows(at.len()).any(|part| part == at.as_bytes());
        let index = lines.iter().rposition(is_there);
        Some(1 + index.unwrap_or_else(|| panic!("no line says {at:?}")))
    }
}

const fn refused(name: &'static str, edit: fn(&str) -> Vec<u8>, at: &'static str, says: &'static str) -> Case {
    Case {
        name,
        edit: Edit::Text(edit),
        then: Then::Refused { at, says, by: By::Isso },
    }
}

/// An edit with which Isso would run, and must not.
const fn must_not(name: &'static str, edit: fn(&str) -> Vec<u8>, at: &'static str, says: &'static str) -> Case {
    Case {
        name,
        edit: Edit::Text(edit),
        then: Then::Refused { at, says, by: By::Us },
    }
}

const fn no_file(name: &'static str, edit: Edit, says: &'static str) -> Case {
    Case {
        name,
        edit,
        then: Then::Refused {
            at: "",
            says,
            by: By::Isso,
        },
    }
}

const fn put_back(name: &'static str, edit: Edit) -> Case {
    Case {
        name,
        edit,
        then: Then::PutBack,
    }
}

/// Edits of a file that has the sections and keys of the template and an admin password.
#[rustfmt::skip]
pub const CASES: &[Case] = &[
    // What Python's parser refuses.
    refused("a key twice", |t| set(t, "general", "max-age", "15m\nmax-age = 1h"), "max-age = 1h", "the key max-age appears again in [general]"),
    refused("a key twice, in capitals", |t| set(t, "admin", "password", "hunter2\nPassword = another"), "Password", "the key password appears again in [admin]"),
    refused("a section twice", |t| append(t, "\n[guard]\nratelimit = 5\n"), "[guard]", "the section [guard] appears again"),
    refused("a key above all sections", |t| format!("max-age = 99d\n{t}").into(), "max-age = 99d", "before the first section header"),
    refused("the first header gone", |t| replace(t, "[general]\n", ""), "dbpath =", "before the first section header"),
    refused("the first header unclosed", |t| replace(t, "[general]", "[general"), "[general", "before the first section header"),
    refused("another header unclosed", |t| replace(&text(set(t, "moderation", "enabled", "yes")), "[moderation]", "[moderation"), "enabled = yes", "the key enabled appears again in [admin]"),
    refused("nothing before the =", |t| after(t, "general", "= on"), "= on", "nothing stands before the ="),
    refused("the = forgotten, on two lines", |t| after(t, "general", "log-file\n    /tmp/log"), "    /tmp/log", "has no = and so no value"),
    refused("a merge left undone", |t| after(t, "general", "<<<<<<< HEAD\nname = a\n=======\nname = b\n>>>>>>> theirs"), "=======", "nothing stands before the ="),
    refused("YAML", |_| b"general:\n  host: https://a.example\nadmin:\n  password: hunter2\n".to_vec(), "general:", "before the first section header"),
    refused("JSON", |_| b"{\"general\": {\"host\": \"https://a.example\"}}\n".to_vec(), "{", "before the first section header"),
    refused("a byte order mark", |t| format!("\u{feff}{t}").into(), "", "byte order mark"),
    refused("Latin-1", |t| latin_1(&text(set(t, "smtp", "from", "Jürgen <j@example.org>"))), "from = J", "not UTF-8"),
    refused("UTF-16", |t| [0xfeff].into_iter().chain(t.encode_utf16()).flat_map(u16::to_le_bytes).collect(), "", "not UTF-8"),
    refused("binary garbage", |_| (0..=255).rev().cycle().take(4096).collect(), "", "not UTF-8"),
    refused("zeros, as after a power cut", |t| vec![0; t.len()], "", "before the first section header"),

    // What Isso does not start with.
    refused("no website", |t| edit(t, "general", "host", "host:\n"), "host:", "no website is named"),
    refused("the websites gone", |t| without(t, "general", "host"), "[general]", "no website is named"),
    refused("websites with commas", |t| set(t, "general", "host", "https://a.example, https://b.example"), "https://a.example,", "several websites stand on one line"),
    refused("a website with a comment", |t| set(t, "general", "host", "https://a.example # blog"), "# blog", "a comment behind an address is part of it"),
    refused("a website with a bad port", |t| set(t, "general", "host", "\n    https://a.example:8o80\n    localhost"), "8o80", "the port is not a number"),
    refused("a key that got indented", |t| set(t, "general", "host", "https://a.example\n    gravatar-url = x"), "gravatar-url", "the line is indented"),
    refused("a span of time in words", |t| set(t, "general", "max-age", "soon"), "max-age = soon", "max-age is not a span of time"),
    refused("a span of time with a space", |t| set(t, "general", "max-age", "15 m"), "max-age = 15 m", "max-age is not a span of time"),
    refused("a span of time in years", |t| set(t, "moderation", "purge-after", "1y"), "purge-after = 1y", "purge-after is not a span of time"),
    refused("a span of time without value", |t| replace(t, "max-age =", "max-age\n# was"), "max-age", "neither = nor value"),
    refused("a yes or no misspelt", |t| set(t, "moderation", "enabled", "ture"), "enabled = ture", "enabled is neither true nor false"),
    refused("a yes or no with a comment", |t| set(t, "general", "gravatar", "false # no pictures"), "# no pictures", "gravatar is neither true nor false"),
    refused("a yes or no left out", |t| set(t, "guard", "reply-to-self", ""), "reply-to-self =", "reply-to-self is neither true nor false"),
    refused("the mail port by its name", |t| mail(set(t, "smtp", "port", "submission")), "port = submission", "port is not a whole number"),
    refused("no time for the mail server", |t| mail(set(t, "smtp", "timeout", "0")), "timeout = 0", "Isso cannot wait for no time at all"),
    refused("two dots in the mail server", |t| mail(set(t, "smtp", "host", "smtp..example.org")), "smtp..", "empty or overlong part"),
    refused("a sender that is not ASCII", |t| set(t, "smtp", "from", "jürgen@example.org"), "rgen@", "a bare address must be ASCII"),
    refused("an unknown renderer", |t| append(t, "\n[markup]\nrenderer = commonmark\n"), "renderer", "there is no such renderer"),
    refused("an unknown plugin", |t| append(t, "\n[markup.mistune]\nplugins = url, tabel\n"), "tabel", "mistune has no such plugin"),
    refused("an unknown hash", |t| append(t, "\n[hash]\nalgorithm = bcrypt\n"), "bcrypt", "there is no such algorithm"),

    // What Isso starts with, to answer every comment with an error.
    refused("a limit in words", |t| set(t, "guard", "ratelimit", "abc"), "ratelimit = abc", "ratelimit is not a whole number"),
    refused("a limit with a comment", |t| set(t, "guard", "direct-reply", "3 ; each"), "; each", "direct-reply is not a whole number"),
    refused("the guard half on", |t| set(t, "guard", "enabled", "partly"), "enabled = partly", "enabled is neither true nor false"),
    refused("an unknown samesite", |t| after(t, "server", "samesite = maybe"), "samesite", "cookies know None, Lax and Strict"),
    refused("braces in the picture", |t| after(&text(set(t, "general", "gravatar", "on")), "general", "gravatar-url = https://p.example/{hash}"), "{hash}", "Isso has the hash alone to fill in"),

    // A password that is none.
    must_not("no password", |t| edit(t, "admin", "password", "password:\n"), "password:", "there is no admin password"),
    must_not("the public password", |t| set(t, "admin", "password", "please_choose_a_strong_password"), "please_choose", "in Isso's documentation"),
    must_not("the password gone", |t| without(t, "admin", "password"), "[admin]", "[admin] password is missing"),
    must_not("the password without a =", |t| edit(t, "admin", "password", "PASSWORD\n"), "PASSWORD", "there is no admin password"),
    must_not("the admin section gone", |t| without(&text(without(&text(replace(t, "[admin]", "")), "general", "enabled")), "general", "password"), "", "[admin] password is missing"),
    must_not("the admin section misspelt", |t| replace(t, "[admin]", "[Admin]"), "", "[admin] password is missing"),
    must_not("the admin section unclosed", |t| replace(t, "[admin]", "[admin"), "", "[admin] password is missing"),
    must_not("half of the file", |t| t[..t.find("max-age =").unwrap_or_default()].into(), "", "[admin] password is missing"),

    // What is put back.
    put_back("the database elsewhere", Edit::Text(|t| set(t, "general", "dbpath", "/tmp/comments.db"))),
    put_back("the database gone", Edit::Text(|t| without(t, "general", "dbpath"))),
    put_back("the database without value", Edit::Text(|t| replace(t, "dbpath =", "dbpath\n# was"))),
    put_back("the admin pages off", Edit::Text(|t| set(t, "admin", "enabled", "false"))),
    put_back("the admin pages misspelt", Edit::Text(|t| set(t, "admin", "enabled", "onn"))),
    put_back("both", Edit::Text(|t| set(&text(set(t, "admin", "enabled", "0")), "general", "dbpath", ""))),
    put_back("emptied", Edit::Text(|_| Vec::new())),
    put_back("only white space", Edit::Text(|_| b"\n \t\r\n\n".to_vec())),
    put_back("deleted", Edit::Delete),
    put_back("a link to nothing", Edit::Link("moved-away.cfg")),

    // What is no file.
    no_file("a folder in its place", Edit::Folder, "could not be read: it is not a file"),
    no_file("a pipe in its place", Edit::Pipe, "could not be read: it is not a file"),
    no_file("a link in a circle", Edit::Link("isso.cfg"), "could not be read"),
    no_file("a link to nowhere", Edit::Link("no-such-folder/isso.cfg"), "missing or empty, and it could not be put right here"),
];

/// Gives a key of a section another value, which may go over several indented lines.
fn set(text: &str, section: &str, key: &str, value: &str) -> Vec<u8> {
    edit(text, section, key, &format!("{key} = {value}\n"))
}

/// Takes a key out of a section.
fn without(text: &str, section: &str, key: &str) -> Vec<u8> {
    edit(text, section, key, "")
}

/// Puts other lines in the place of a key and its value.
fn edit(text: &str, section: &str, key: &str, instead: &str) -> Vec<u8> {
    let mut edited = String::new();
    let (mut here, mut inside, mut done) = ("", false, false);
    for line in text.split_inclusive('\n') {
        inside &= line.starts_with([' ', '\t']);
        if line.starts_with('[') {
            here = line.trim();
        }
        let name = line.split('=').next().unwrap_or_default().trim_end();
        if here == format!("[{section}]") && name == key {
            edited.push_str(instead);
            (inside, done) = (true, true);
        } else if !inside {
            edited.push_str(line);
        }
    }
    assert!(done, "[{section}] {key} is not there");
    edited.into()
}

/// Puts a line right below a header.
fn after(text: &str, section: &str, line: &str) -> Vec<u8> {
    let header = format!("\n[{section}]\n");
    replace(text, &header, &format!("{header}{line}\n"))
}

/// Puts something at the end.
fn append(text: &str, more: &str) -> Vec<u8> {
    format!("{text}{more}").into()
}

/// Replaces something where it stands first.
fn replace(text: &str, old: &str, new: &str) -> Vec<u8> {
    assert!(text.contains(old), "{old:?} is not there");
    text.replacen(old, new, 1).into()
}

/// Has new comments reported by mail, to a server that is not there.
fn mail(bytes: Vec<u8>) -> Vec<u8> {
    set(&text(bytes), "general", "notify", "smtp")
}

fn latin_1(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("the edits before were made of text")
}
