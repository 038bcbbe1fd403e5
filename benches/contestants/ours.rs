//! This crate: parses each message as its users do, and looks at every text of it; or reads its tokens.

use ews_notifications::xml::{Buffers, Name, Token, Tokenizer};
use ews_notifications::{
    Config, Event, FolderId, ItemId, Kernel, Limits, Message, MessageXmlValue, Parser,
    ServerVersionInfo,
};

use crate::corpus::{Corpus, HUGE};

/// Learns heads, as by default.
pub(crate) fn warm(corpus: &Corpus) -> impl FnMut(&[u8]) -> u64 + use<> {
    whole(Parser::with_config(config(corpus)))
}

/// Learns no heads. Its memory is warm.
pub(crate) fn cold(corpus: &Corpus) -> impl FnMut(&[u8]) -> u64 + use<> {
    let mut config = config(corpus);
    config.head_bytes = 0;
    whole(Parser::with_config(config))
}

/// Uses the scalar kernel, as on a machine without vector kernel.
pub(crate) fn scalar(corpus: &Corpus) -> impl FnMut(&[u8]) -> u64 + use<> {
    let mut config = config(corpus);
    config.kernel = Some(Kernel::Scalar);
    whole(Parser::with_config(config))
}

fn whole(mut parser: Parser) -> impl FnMut(&[u8]) -> u64 {
    move |body| {
        let mut sum = Sum(0);
        sum.message(parser.parse(body).as_ref().expect("the body is a message"));
        sum.0
    }
}

fn config(corpus: &Corpus) -> Config {
    let mut config = Config::default();
    if corpus.name == HUGE {
        config.limits = Limits::unlimited();
    }
    config
}

/// The sum of all numbers, and of the length and last byte of each text.
struct Sum(u64);

impl Sum {
    fn message(&mut self, message: &Message<'_>) {
        self.optional(message.request_server_version);
        self.server_version_info(message.server_version_info);
        for response in message.responses {
            self.optional(response.class.map(|class| class.as_str()));
            self.optional(response.message_text);
            self.optional(response.code.map(|code| code.as_str()));
            self.number(response.descriptive_link_key);
            self.optional(response.connection_status.map(|status| status.as_str()));
            for value in response.message_xml {
                self.message_xml_value(value);
            }
            for notification in response.notifications {
                self.text(notification.subscription_id.as_str());
                let previous = notification.previous_watermark;
                self.optional(previous.map(|watermark| watermark.as_str()));
                self.number(notification.more_events.map(i32::from));
                for event in notification.events {
                    self.event(event);
                }
            }
        }
    }

    fn event(&mut self, event: &Event<'_>) {
        self.0 += event.kind.name().len() as u64;
        self.optional(event.watermark.map(|watermark| watermark.as_str()));
        self.optional(event.timestamp.map(|timestamp| timestamp.as_str()));
        self.item_id(event.item_id);
        self.folder_id(event.folder_id);
        self.folder_id(event.parent_folder_id);
        if let Some(old) = event.old_ids {
            self.item_id(old.old_item_id);
            self.folder_id(old.old_folder_id);
            self.folder_id(old.old_parent_folder_id);
        }
        self.number(event.unread_count);
    }

    fn item_id(&mut self, id: Option<ItemId<'_>>) {
        if let Some(id) = id {
            self.text(id.id);
            self.optional(id.change_key);
        }
    }

    fn folder_id(&mut self, id: Option<FolderId<'_>>) {
        if let Some(id) = id {
            self.text(id.id);
            self.optional(id.change_key);
        }
    }

    fn message_xml_value(&mut self, value: &MessageXmlValue<'_>) {
        self.optional(value.name);
        self.text(value.value);
    }

    fn server_version_info(&mut self, info: Option<ServerVersionInfo<'_>>) {
        if let Some(info) = info {
            self.number(info.major_version);
            self.number(info.minor_version);
            self.number(info.major_build_number);
            self.number(info.minor_build_number);
            self.optional(info.version);
        }
    }

    fn optional(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn text(&mut self, text: &str) {
        self.0 += text.len() as u64 + u64::from(text.as_bytes().last().copied().unwrap_or(0));
    }

    fn number(&mut self, number: Option<i32>) {
        self.0 = self.0.wrapping_add_signed(number.unwrap_or(0).into());
    }
}

/// The expected sum of [`warm`], [`cold`] and [`scalar`], from the tree of another parser.
pub(crate) fn expected(body: &[u8]) -> u64 {
    let body = str::from_utf8(body).expect("the body is UTF-8");
    let tree = roxmltree::Document::parse(body).expect("the body is well-formed");
    let mut sum = Sum(0);
    for node in tree.descendants().filter(roxmltree::Node::is_element) {
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            match name.starts_with("Major") || name.starts_with("Minor") {
                true => sum.number(value.parse().ok()),
                false => sum.text(value),
            }
        }
        let name = node.tag_name().name();
        let is_leaf = !node.children().any(|child| child.is_element());
        match (name, node.text().filter(|_| is_leaf)) {
            ("MoreEvents", Some(text)) => sum.number(Some(i32::from(text == "true"))),
            ("UnreadCount" | "DescriptiveLinkKey", Some(text)) => sum.number(text.parse().ok()),
            (_, text) => sum.optional(text),
        }
        if name.ends_with("Event") {
            sum.0 += name.len() as u64;
        }
    }
    sum.0
}

/// The tokenizer, with buffers that are used again. Counts resolved names, and values and texts as written.
pub(crate) fn tokens() -> impl FnMut(&[u8]) -> u64 {
    let mut buffers = Buffers::default();
    let config = Config::default();
    move |body| {
        let mut tokens =
            Tokenizer::new(body, &mut buffers, &config).expect("the body is not too long");
        let mut sum = 0;
        while let Some(token) = tokens.next().expect("the body is well-formed") {
            sum += match token {
                Token::StartTag(name) => {
                    let lengths = tokens.attributes().map(|attribute| {
                        expanded(&tokens, attribute.name()) + attribute.value().raw().len()
                    });
                    expanded(&tokens, name) + lengths.sum::<usize>()
                }
                Token::Text(text) | Token::CData(text) => text.raw().len(),
                _ => 0,
            };
        }
        sum as u64
    }
}

#[inline(always)]
fn expanded(tokens: &Tokenizer<'_, '_>, name: Name<'_>) -> usize {
    let namespace = tokens.namespace_name(name.namespace());
    namespace.map_or(0, str::len) + name.local().len()
}
