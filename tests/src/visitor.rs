//! The people on a website: visitors who comment, and the admin.

use regex_lite::Regex;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

/// A browser on a page of a website.
pub struct Visitor {
    http: Client,
    isso: String,
    origin: String,
}

impl Visitor {
    /// A visitor of the website `origin`.
    pub fn new(isso: impl Into<String>, origin: &str) -> Self {
        Self {
            http: client(),
            isso: isso.into(),
            origin: origin.to_owned(),
        }
    }

    /// Posts a comment under the page `/post` and returns the answer.
    pub async fn post(&self, text: &str) -> Response {
        self.post_as(text, &json!({}), None).await
    }

    /// Posts a comment with further fields, as the proxies send it that give this `X-Forwarded-For`.
    pub async fn post_as(&self, text: &str, fields: &Value, forwarded_for: Option<&str>) -> Response {
        let request = self.comment(text, fields);
        let request = match forwarded_for {
            Some(addresses) => request.header("X-Forwarded-For", addresses),
            None => request,
        };
        request.send().await.expect("Isso answers")
    }

    /// Posts a comment as a program does that claims to have reached Isso under this host name.
    pub async fn post_to_host(&self, host: &str, text: &str) -> Response {
        let request = self.comment(text, &json!({})).header("Host", host);
        request.send().await.expect("Isso answers")
    }

    fn comment(&self, text: &str, fields: &Value) -> RequestBuilder {
        let mut comment = json!({ "text": text, "title": "A post", "author": "Visitor" });
        for (name, value) in fields.as_object().into_iter().flatten() {
            comment[name] = value.clone();
        }
        self.http
            .post(format!("{}/new?uri=/post", self.isso))
            .header("Origin", &self.origin)
            .json(&comment)
    }

    /// Edits a comment that this visitor has posted, and returns the answer.
    pub async fn edit(&self, id: u64, text: &str) -> Response {
        self.http
            .put(format!("{}/id/{id}", self.isso))
            .header("Origin", &self.origin)
            .json(&json!({ "text": text }))
            .send()
            .await
            .expect("Isso answers")
    }

    /// The texts of the comments that every visitor sees under `/post`.
    pub async fn comments(&self) -> Vec<String> {
        let thread: Value = self
            .get("/?uri=/post&plain=1")
            .await
            .json()
            .await
            .expect("Isso answers JSON");
        let replies = thread["replies"].as_array().cloned().unwrap_or_default();
        replies
            .iter()
            .map(|comment| comment["text"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// What `GET /info` says.
    pub async fn info(&self) -> Value {
        self.get("/info").await.json().await.expect("Isso answers JSON")
    }

    /// The origin that Isso lets read its answers.
    pub async fn allowed_origin(&self) -> String {
        let answer = self.get("/info").await;
        let header = answer.headers().get("Access-Control-Allow-Origin");
        header
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    }

    /// Fetches something as a script of the page would.
    pub async fn get(&self, path: &str) -> Response {
        let request = self
            .http
            .get(format!("{}{path}", self.isso))
            .header("Origin", &self.origin);
        request.send().await.expect("Isso answers")
    }
}

/// A person at the admin panel.
pub struct Admin {
    http: Client,
    isso: String,
}

impl Admin {
    /// Logs in at `/login/`; `None` when the password is not taken.
    pub async fn log_in(isso: impl Into<String>, password: &str) -> Option<Self> {
        let (http, isso) = (client(), isso.into());
        let form = [("password", password)];
        let answer = http
            .post(format!("{isso}/login/"))
            .form(&form)
            .send()
            .await
            .expect("Isso answers");
        let taken = answer.status() == StatusCode::FOUND;
        taken.then_some(Self { http, isso })
    }

    /// Whether the panel is shown, and not the form that asks for the password.
    pub async fn is_logged_in(&self) -> bool {
        let panel = self.http.get(format!("{}/admin/", self.isso)).send().await;
        let page = panel.expect("Isso answers").text().await.expect("the panel is text");
        !page.contains("type=\"password\"")
    }

    /// Approves every comment in the moderation queue and returns how many there were.
    pub async fn approve_all(&self) -> usize {
        let queue = self
            .http
            .get(format!("{}/admin/?mode=2", self.isso))
            .send()
            .await
            .expect("Isso answers");
        let page = queue.text().await.expect("the panel is text");
        let button = Regex::new(r"validate_com\((\d+), '([^']+)'").expect("the pattern is valid");
        let mut approved = 0;
        for found in button.captures_iter(&page) {
            let url = format!("{}/id/{}/activate/{}", self.isso, &found[1], &found[2]);
            let answer = self.http.post(url).send().await.expect("Isso answers");
            assert_eq!(answer.status(), StatusCode::OK);
            approved += 1;
        }
        approved
    }
}

fn client() -> Client {
    let http = isso_daemon::plain_http().cookie_store(true);
    http.redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("the client needs nothing")
}
