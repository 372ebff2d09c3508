//! The pages that show comments.

use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use isso_database::{Access, open};
use rusqlite::OptionalExtension;
use url::Url;

use super::Looks;
use super::error::web_url;
use super::exchange::{Answer, NoAnswer};
use super::journey::Journey;
use super::websites::Website;

/// A page to look at.
#[derive(Debug, Clone)]
pub struct Page {
    /// The origin of the website that it was looked for on, or its own if the options name it.
    pub site: String,
    /// Its address, before any redirect.
    pub url: Url,
    /// Whether the options or a comment name it. If not, it is the first page of a website, which need not show
    /// comments.
    pub has_comments: bool,
    /// The answers on the way to it.
    pub journey: Journey,
}

impl Page {
    /// The page's headers and HTML, or why there is none. Its status may be one of failure.
    pub fn answer(&self) -> Result<&Answer, &NoAnswer> {
        self.journey.answer()
    }

    /// Its address, after all redirects.
    pub fn end(&self) -> &Url {
        self.journey.end()
    }
}

pub(super) async fn look(looks: &Looks) -> Vec<Page> {
    let named = &looks.options.pages;
    if named.is_empty() {
        let websites = looks.websites();
        let found = join_all(websites.iter().map(|website| of_website(looks, website))).await;
        return found.into_iter().flatten().collect();
    }
    let urls = named.iter().filter_map(|page| web_url(page));
    join_all(urls.map(async |url| Page {
        site: url.origin().ascii_serialization(),
        has_comments: true,
        journey: looks.follow(url.clone()).await,
        url,
    }))
    .await
}

/// The page of the newest comment, if this website has it, or the website's first page.
async fn of_website(looks: &Looks, website: &Website) -> Option<Page> {
    let site = website.origin.as_ref()?.to_string();
    let first = Url::parse(&site).ok()?;
    // A thread with an address of its own in `data-isso-id` need not be the path of a page.
    let thread = looks.newest_thread().await.filter(|thread| thread.starts_with('/'));
    if let Some(url) = thread
        .and_then(|thread| first.join(thread).ok())
        .filter(|url| url.origin() == first.origin())
    {
        let journey = looks.follow(url.clone()).await;
        if journey.answer().is_ok_and(Answer::is_success) {
            return Some(Page {
                site,
                url,
                has_comments: true,
                journey,
            });
        }
    }
    Some(Page {
        site,
        has_comments: false,
        journey: looks.follow(first.clone()).await,
        url: first,
    })
}

pub(super) async fn newest_thread(database: &Path, limit: Duration) -> Option<String> {
    let database = database.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let connection = open(&database, Access::Read).ok()?;
        let newest =
            "SELECT uri FROM threads WHERE id = (SELECT tid FROM comments WHERE mode = 1 ORDER BY id DESC LIMIT 1)";
        connection.query_row(newest, [], |row| row.get(0)).optional().ok()?
    });
    tokio::time::timeout(limit, read).await.ok()?.ok()?
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[tokio::test]
    async fn the_thread_of_the_newest_public_comment_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("comments.db");
        let newest = async || newest_thread(&database, Duration::from_secs(20)).await;
        assert_eq!(newest().await, None, "there is no database");
        let connection = Connection::open(&database).unwrap();
        let rows = "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri TEXT);
            CREATE TABLE comments (id INTEGER PRIMARY KEY, tid INTEGER, mode INTEGER);
            INSERT INTO threads VALUES (1, '/old'), (2, '/new'), (3, '/pending');";
        connection.execute_batch(rows).unwrap();
        assert_eq!(newest().await, None, "there is no comment");
        let comments = "INSERT INTO comments VALUES (1, 2, 1), (2, 1, 1), (3, 3, 2);";
        connection.execute_batch(comments).unwrap();
        assert_eq!(newest().await.as_deref(), Some("/old"));
    }
}
