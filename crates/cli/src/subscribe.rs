//! The answer to Subscribe, which is no notification: what to do with it.

use std::collections::HashMap;

use ews_notifications::xml::{Buffers, Token, Tokenizer};
use ews_notifications::{Config, ErrorKind};

use crate::text::printable;

/// What to do with the answer to Subscribe; `None` for another body.
pub(crate) fn hint(kind: ErrorKind, body: &[u8]) -> Option<String> {
    if kind != ErrorKind::UnexpectedOperation {
        return None;
    }
    let texts = texts(body)?;
    let text = |name| texts.get(name).map(String::as_str);
    let Some(id) = text("SubscriptionId") else {
        let code = text("ResponseCode")?;
        let message = text("MessageText").unwrap_or_default();
        return Some(printable(&format!(
            "this is the answer to Subscribe, an error: {code} {message}"
        )));
    };
    let (purpose, command, values) = match text("Watermark") {
        None => ("", "get-streaming-events", vec![id]),
        Some(watermark) => (" for a pull", "get-events", vec![id, watermark]),
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "+/=-_".contains(c);
    // A command that is copied must not have other characters.
    if !values.iter().all(|value| value.chars().all(is_plain)) {
        return None;
    }
    Some(format!(
        "this is the answer to Subscribe: the id is `{id}`; next{purpose}: `ewsn request {command} '{}'`",
        values.join("' '")
    ))
}

/// The last text of each element by the local name, if the body is a SubscribeResponse.
fn texts(body: &[u8]) -> Option<HashMap<String, String>> {
    let mut buffers = Buffers::default();
    let config = Config::new();
    let mut tokens = Tokenizer::new(body, &mut buffers, &config).ok()?;
    let (mut texts, mut element) = (HashMap::new(), "");
    let mut is_answer = false;
    while let Some(token) = tokens.next().ok()? {
        match token {
            Token::StartTag(name) => {
                element = name.local();
                is_answer |= element == "SubscribeResponse";
            }
            Token::EndTag(_) => element = "",
            Token::Text(text) if !element.is_empty() => {
                texts.insert(element.to_owned(), text.to_string());
            }
            _ => {}
        }
    }
    is_answer.then_some(texts)
}
