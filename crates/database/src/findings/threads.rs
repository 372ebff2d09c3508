//! Pages that have several threads, because a thread is known by the exact text of its address.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rusqlite::{Connection, Result};

use super::{ReadError, open_within, read_error};

/// No blog has as many pages. More are not looked at.
const MOST: u32 = 200_000;

/// What links add to an address for statistics, without another page behind it.
const TRACKING: [&str; 8] = [
    "fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "ref",
];

/// The threads whose addresses differ only in spelling, in groups: in a slash at the end or the beginning, in
/// `index.html`, in percent signs, in a host before the path, or in what links add for statistics. Other queries tell
/// pages apart. It takes no longer than the limit.
pub fn same_pages(database: &Path, limit: Duration) -> std::result::Result<Vec<Vec<String>>, ReadError> {
    let connection = open_within(database, limit)?;
    let threads = uris(&connection).map_err(|error| read_error(database, limit, error))?;
    let mut pages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for uri in threads {
        pages.entry(page(&uri)).or_default().push(uri);
    }
    Ok(pages.into_values().filter(|threads| threads.len() > 1).collect())
}

fn uris(connection: &Connection) -> Result<Vec<String>> {
    let mut threads = connection.prepare("SELECT uri FROM threads WHERE typeof(uri) = 'text' LIMIT ?")?;
    threads.query_map([MOST], |row| row.get(0))?.collect()
}

/// The address in the spelling that all threads of its page share.
fn page(uri: &str) -> String {
    let uri = uri.split('#').next().unwrap_or_default();
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let path = match path.split_once("://") {
        Some(("http" | "https", rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        _ => path,
    };
    // What is no UTF-8 then stays as it is.
    let path = percent_decode_str(path).decode_utf8().unwrap_or(path.into());
    let path = ["index.html", "index.htm", "index.php"]
        .iter()
        .find_map(|index| {
            path.strip_suffix(index)
                .filter(|rest| rest.is_empty() || rest.ends_with('/'))
        })
        .unwrap_or(&*path);
    let mut page = path.trim_matches('/').to_owned();
    let is_tracking = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        name.is_empty() || name.starts_with("utm_") || TRACKING.contains(&name)
    };
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !is_tracking(pair)).collect();
    pairs.sort_unstable();
    if !pairs.is_empty() {
        page.push('?');
        page.push_str(&pairs.join("&"));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn spellings_of_one_page_are_alike() {
        for same in [
            "/a/é/",
            "/a/é",
            "a/é",
            "/a/%C3%A9",
            "/a/%c3%a9/index.html",
            "/a/é?utm_source=x&fbclid=1",
            "https://blog.example/a/é/#top",
        ] {
            assert_eq!(page(same), "a/é", "{same}");
        }
        for (one, other) in [
            ("/?p=12", "/?p=13"),
            ("/a", "/A"),
            ("/a", "/b/a"),
            ("/a", "/myindex.html"),
            ("/100%", "/100"),
            ("/%ff", "/"),
            ("/a?x=1", "/a"),
        ] {
            assert_ne!(page(one), page(other), "{one} and {other}");
        }
        assert_eq!(page("/?b=1&a=2"), page("?a=2&b=1"));
    }
}
