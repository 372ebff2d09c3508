//! `issoctl doctor`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use isso_host::actions::Language;
use isso_host::doctor::{closest_id, find};

pub const EXAMPLES: &str = "\
Examples:
  issoctl doctor                                       run every check
  issoctl doctor --page https://blog.example.org/post/ look at this page, too
  issoctl doctor --only cors --only tls -v             run two checks, and show what was asked and answered
  issoctl doctor --fix site-reachable                  run the action that mends what this check has found

Exit codes: 0 no check failed, 1 a check failed, 2 wrong input.";

/// The options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Website to look at (default: those that `set-websites` lists)
    #[arg(long = "site", value_name = "URL")]
    pub sites: Vec<String>,
    /// Page with comments to look at (default: a page of each website that has comments)
    #[arg(long = "page", value_name = "URL")]
    pub pages: Vec<String>,
    /// Address at which browsers reach this server (default: `public-endpoint` in isso.cfg)
    #[arg(long, value_name = "URL")]
    pub address: Option<String>,
    /// List the checks, and run none
    #[arg(long, conflicts_with_all = ["fix", "only"])]
    pub list: bool,
    /// Check to run, such as `cors` (default: all)
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = id)]
    pub only: Vec<String>,
    /// Run the action that mends what this check finds
    ///
    /// Shows what the action changes, and asks before it runs. Not every finding has such an action.
    #[arg(long, value_name = "ID", value_parser = id, conflicts_with = "only")]
    pub fix: Option<String>,
    /// Run that action without asking
    #[arg(long, requires = "fix")]
    pub yes: bool,
    /// Show what was asked and answered
    #[arg(short, long)]
    pub verbose: bool,
    /// Certificate authority in a PEM file that visitors' browsers trust besides the usual ones
    #[arg(long = "ca", value_name = "FILE")]
    pub authorities: Vec<PathBuf>,
    /// Address to connect to for a name and port, as in curl
    #[arg(long, value_name = "HOST:PORT:ADDR", value_parser = resolve)]
    pub resolve: Vec<(String, SocketAddr)>,
    /// Print each finding as a line of JSON in this language, as soon as it is known; a host runs this
    #[arg(long, value_name = "LANGUAGE", value_parser = language, hide = true, conflicts_with_all = ["list", "fix"])]
    pub lines: Option<Language>,
    /// Examine the volume of StartOS in the data folder
    #[arg(long, hide = true, requires = "lines")]
    pub startos: bool,
}

fn id(text: &str) -> Result<String, String> {
    match (find(text), closest_id(text)) {
        (Some(check), _) => Ok(check.id.to_owned()),
        (None, Some(meant)) => Err(format!("did you mean `{meant}`? `issoctl doctor --list` names all")),
        (None, None) => Err("see which there are with `issoctl doctor --list`".to_owned()),
    }
}

/// Reads `HOST:PORT:ADDR` as `HOST:PORT` and an address. Both HOST and ADDR may be an IPv6 address in brackets.
fn resolve(text: &str) -> Result<(String, SocketAddr), String> {
    const FORM: &str = "write it like comments.example.org:443:192.0.2.7";
    let bracket = text.starts_with('[').then(|| text.find(']')).flatten();
    let name_end = bracket.map_or(0, |end| end + 1);
    let (host, rest) = text[name_end..].split_once(':').ok_or(FORM)?;
    let host = format!("{}{host}", &text[..name_end]).to_ascii_lowercase();
    let (port, address) = rest.split_once(':').ok_or(FORM)?;
    let port: u16 = port.parse().map_err(|_| format!("`{port}` is no port; {FORM}"))?;
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    let address: IpAddr = bare
        .parse()
        .map_err(|_| format!("`{address}` is no IP address; {FORM}"))?;
    match host.is_empty() {
        true => Err(FORM.to_owned()),
        false => Ok((format!("{host}:{port}"), SocketAddr::new(address, port))),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "clap asks for a result")]
fn language(tag: &str) -> Result<Language, String> {
    Ok(Language::of(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_to_connect_to_is_written_as_for_curl() {
        let check = |text: &str, name: &str, address: &str| {
            assert_eq!(resolve(text), Ok((name.to_owned(), address.parse().unwrap())), "{text}");
        };
        check(
            "Comments.example.org:443:127.0.0.1",
            "comments.example.org:443",
            "127.0.0.1:443",
        );
        check("blog.test:8443:[::1]", "blog.test:8443", "[::1]:8443");
        check("blog.test:8443:::1", "blog.test:8443", "[::1]:8443");
        check("[2001:db8::1]:80:192.0.2.7", "[2001:db8::1]:80", "192.0.2.7:80");
        for wrong in [
            "",
            "blog.test",
            "blog.test:443",
            ":443:127.0.0.1",
            "blog.test:x:127.0.0.1",
            "a:1:b",
        ] {
            assert!(resolve(wrong).is_err(), "{wrong}");
        }
    }
}
