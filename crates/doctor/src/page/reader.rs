//! Turns bytes into [`Html`].

use html5gum::{DefaultEmitter, StartTag, State, Token, Tokenizer};
use url::Url;

use super::script::Script;
use super::{Hidden, Html, THREAD};

/// The elements that may stand in `<head>`. Any other ends it:
/// <https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inhead>.
const IN_HEAD: &[&str] = &[
    "html", "head", "base", "basefont", "bgsound", "link", "meta", "noframes", "noscript", "script", "style",
    "template", "title",
];

pub(super) fn read(url: &Url, html: &[u8]) -> Html {
    let mut reader = Reader::new(url);
    let mut tokens = Tokenizer::new_with_emitter(html, DefaultEmitter::new_with_span());
    while let Some(Ok(token)) = tokens.next() {
        let token: Token<()> = token;
        if let Some(state) = reader.take(token) {
            tokens.set_state(state);
        }
    }
    reader.html
}

struct Reader {
    html: Html,
    has_base: bool,
    /// Without a doctype, browsers compare ids without regard to case.
    has_doctype: bool,
    is_in_head: bool,
    /// How many templates are open, and how many `<svg>` and `<math>`.
    templates: usize,
    foreign: usize,
    /// The element whose text is being read, if no tags count in it.
    raw: Option<String>,
}

impl Reader {
    fn new(url: &Url) -> Self {
        Self {
            html: Html {
                base: url.clone(),
                threads: Vec::new(),
                near_threads: Vec::new(),
                hidden: None,
                scripts: Vec::new(),
                misplaced: Vec::new(),
                policies: Vec::new(),
            },
            has_base: false,
            has_doctype: false,
            is_in_head: true,
            templates: 0,
            foreign: 0,
            raw: None,
        }
    }

    /// Takes a token, and says how the text behind it is to be read.
    fn take(&mut self, token: Token<()>) -> Option<State> {
        match token {
            Token::StartTag(tag) => return self.start(&tag),
            Token::EndTag(tag) => self.end(&text(&tag.name)),
            Token::String(string) => self.text(&text(&string.value)),
            Token::Comment(comment) => self.hide(&text(&comment.value), Hidden::Comment),
            Token::Doctype(doctype) => self.has_doctype |= !doctype.force_quirks,
            Token::Error(_) => {}
        }
        None
    }

    fn start(&mut self, tag: &StartTag<()>) -> Option<State> {
        let name = text(&tag.name);
        self.is_in_head &= IN_HEAD.contains(&name.as_str());
        let attributes = tag
            .attributes
            .iter()
            .map(|(name, value)| (text(name), text(&value.value)));
        let script = Script {
            attributes: attributes.collect(),
            text: String::new(),
            policies_before: self.html.policies.len(),
        };
        // A template is an element of the page, and what stands in it is none.
        if self.templates == 0 {
            self.element(&name, &script);
        } else if script.attribute("id") == Some(THREAD) {
            self.html.hidden = Some(Hidden::Template);
        }
        match name.as_str() {
            "template" => self.templates += 1,
            "svg" | "math" if !tag.self_closing => self.foreign += 1,
            _ => {}
        }
        // In SVG, `<title/>` has ended already; in HTML, the slash counts for nothing.
        if self.foreign > 0 && tag.self_closing {
            return None;
        }
        let state = match name.as_str() {
            "script" => State::ScriptData,
            "textarea" | "title" => State::RcData,
            "style" | "iframe" | "xmp" | "noembed" | "noframes" | "noscript" => State::RawText,
            "plaintext" => State::PlainText,
            _ => return None,
        };
        if name == "script" && self.templates == 0 {
            self.html.scripts.push(script);
        }
        self.raw = Some(name);
        Some(state)
    }

    fn element(&mut self, name: &str, element: &Script) {
        let id = element.attribute("id").unwrap_or_default();
        let class = element.attribute("class").unwrap_or_default();
        let is_thread = id == THREAD || (!self.has_doctype && id.eq_ignore_ascii_case(THREAD));
        if is_thread {
            self.html.threads.push(name.to_owned());
        } else if id.replace('_', "-").eq_ignore_ascii_case(THREAD) {
            self.html.near_threads.push(format!("<{name} id=\"{id}\">"));
        } else if class.split_ascii_whitespace().any(|class| class == THREAD) {
            self.html.near_threads.push(format!("<{name} class=\"{class}\">"));
        }
        match name {
            "base" if !self.has_base => {
                if let Some(base) = element
                    .attribute("href")
                    .and_then(|href| self.html.base.join(href.trim()).ok())
                {
                    self.html.base = base;
                    self.has_base = true;
                }
            }
            "meta" if self.is_in_head => {
                let is_policy = element.attribute("http-equiv").map(str::trim).unwrap_or_default();
                let is_policy = is_policy.eq_ignore_ascii_case("content-security-policy");
                if let Some(policy) = element.attribute("content").filter(|_| is_policy) {
                    self.html.policies.push(policy.to_owned());
                }
            }
            "script" => {}
            _ => {
                let of_isso = |attribute: &&String| *attribute == "data-isso" || attribute.starts_with("data-isso-");
                let has_id = is_thread || name == "a";
                let misplaced = element.attributes.keys().filter(of_isso);
                let misplaced = misplaced.filter(|attribute| !(has_id && *attribute == "data-isso-id"));
                self.html
                    .misplaced
                    .extend(misplaced.map(|attribute| (name.to_owned(), attribute.clone())));
            }
        }
    }

    fn end(&mut self, name: &str) {
        self.raw = None;
        match name {
            // What stands between `</head>` and `<body>` still goes into the head.
            "body" | "html" | "br" => self.is_in_head = false,
            "template" => self.templates = self.templates.saturating_sub(1),
            "svg" | "math" => self.foreign = self.foreign.saturating_sub(1),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match self.raw.as_deref() {
            Some("script") if self.templates == 0 => {
                let Some(script) = self.html.scripts.last_mut() else {
                    return;
                };
                script.text.push_str(text);
                if script.src().is_some() && script.text.contains(THREAD) {
                    self.html.hidden = Some(Hidden::Script);
                }
            }
            Some("script" | "style") => {}
            Some("noscript") => self.hide(text, Hidden::Noscript),
            Some(_) => self.hide(text, Hidden::Text),
            None => self.is_in_head &= text.trim().is_empty(),
        }
    }

    fn hide(&mut self, text: &str, place: Hidden) {
        if text.contains(THREAD) {
            self.html.hidden = Some(place);
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
