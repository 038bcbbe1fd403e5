//! XML of other kinds than notifications, for the tokenizer. Their bytes never change either.
//!
//! Each has the shape of real documents of its kind, and invented content. The doc comments say what each imitates:
//! `benches/report.py` puts them into `benches/README.md`.

use core::fmt::Write as _;

use super::Corpus;
use super::random::Random;

/// All of them. The seed of each is its name.
pub(crate) fn all() -> Vec<Corpus> {
    vec![
        ews_push_50(),
        ews_heartbeat(),
        corpus("schema", 1, schema),
        corpus("svg", 8, svg),
        corpus("svg-large", 1, svg_large),
        corpus("records", 1, records),
        corpus("feed", 1, feed),
        corpus("cjk", 1, cjk),
        corpus("wsdl", 1, wsdl),
        corpus("long-values", 1, long_values),
        minified(),
        pretty(),
    ]
}

fn corpus(
    name: &'static str,
    documents: usize,
    document: impl Fn(&mut Random) -> String,
) -> Corpus {
    let mut random = Random::of(name);
    let bodies = (0..documents).map(|_| document(&mut random).into_bytes());
    Corpus {
        name,
        bodies: bodies.collect(),
    }
}

/// Pushes of 50 events: the corpus `push-50`.
fn ews_push_50() -> Corpus {
    Corpus {
        name: "ews-push-50",
        ..super::push_50()
    }
}

/// Pushes with a StatusEvent: the corpus `heartbeat`.
fn ews_heartbeat() -> Corpus {
    Corpus {
        name: "ews-heartbeat",
        ..super::heartbeat()
    }
}

/// An XML Schema: indented, lines end in CR and LF, one or two short attributes in most tags, little text.
fn schema(random: &mut Random) -> String {
    let mut xml = Writer::new(Some("\r\n"), "  ");
    let root = r#"xs:schema id="types" elementFormDefault="qualified" xmlns:t="urn:example:types" targetNamespace="urn:example:types" xmlns:xs="http://www.w3.org/2001/XMLSchema""#;
    xml.element(root, |xml| {
        while xml.text.len() < 300_000 {
            let name = camel_case(random, 3);
            if random.once_in(4) {
                xml.line(&format!("<!-- {} -->", sentence(random, 5)));
            }
            if random.once_in(3) {
                xml.element(&format!(r#"xs:simpleType name="{name}Type""#), |xml| {
                    if random.once_in(4) {
                        documentation(xml, random);
                    }
                    xml.element(r#"xs:restriction base="xs:string""#, |xml| {
                        for _ in 0..2 + random.below(10) {
                            let value = camel_case(random, 2);
                            xml.line(&format!(r#"<xs:enumeration value="{value}"/>"#));
                        }
                    });
                });
            } else {
                xml.element(&format!(r#"xs:complexType name="{name}Type""#), |xml| {
                    if random.once_in(4) {
                        documentation(xml, random);
                    }
                    xml.element("xs:complexContent", |xml| {
                        let base = camel_case(random, 3);
                        xml.element(&format!(r#"xs:extension base="t:{base}Type""#), |xml| {
                            xml.element("xs:sequence", |xml| {
                                for _ in 0..1 + random.below(12) {
                                    schema_element(xml, random);
                                }
                            });
                            if random.once_in(4) {
                                let name = camel_case(random, 1);
                                xml.line(&format!(
                                    r#"<xs:attribute name="{name}" type="xs:string" use="required"/>"#
                                ));
                            }
                        });
                    });
                });
                xml.line(&format!(r#"<xs:element name="{name}" type="t:{name}Type"/>"#));
            }
        }
    });
    xml.text
}

fn documentation(xml: &mut Writer, random: &mut Random) {
    xml.element("xs:annotation", |xml| {
        xml.leaf("xs:documentation", &sentence(random, 9));
    });
}

fn schema_element(xml: &mut Writer, random: &mut Random) {
    let name = camel_case(random, 2);
    let ty = match random.below(3) {
        0 => "xs:string".to_owned(),
        1 => random
            .pick(&["xs:boolean", "xs:int", "xs:dateTime"])
            .to_owned(),
        _ => format!("t:{}Type", camel_case(random, 3)),
    };
    let occurs = random.pick(&[
        "",
        r#" minOccurs="0""#,
        r#" minOccurs="0" maxOccurs="1""#,
        r#" minOccurs="0" maxOccurs="unbounded""#,
    ]);
    xml.line(&format!(
        r#"<xs:element name="{name}" type="{ty}"{occurs}/>"#
    ));
}

/// A small drawing: one element a line, three to five attributes each, most of them short numbers.
fn svg(random: &mut Random) -> String {
    drawing(random, 9_000)
}

/// A large drawing of the same kind.
fn svg_large(random: &mut Random) -> String {
    drawing(random, 400_000)
}

fn drawing(random: &mut Random, length: usize) -> String {
    let mut xml = Writer::new(Some("\n"), "");
    let root = r##"svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 868" width="760" height="868" font-family="sans-serif" font-size="11" fill="#7d8590""##;
    xml.element(root, |xml| {
        xml.leaf("title", &sentence(random, 5));
        while xml.text.len() < length {
            let [x, y, w, h] = [760, 868, 400, 20].map(|bound| random.below(bound));
            let tenth = random.below(10);
            let colour = random.text(b"0123456789abcdef", 6);
            match random.below(8) {
                0..3 => xml.line(&format!(
                    r##"<rect x="{x}" y="{y}" width="{w}.{tenth}" height="{h}" fill="#{colour}"/>"##
                )),
                3..6 => {
                    let anchor = random.pick(&["start", "middle", "end"]);
                    let label = camel_case(random, 2);
                    xml.line(&format!(
                        r#"<text x="{x}.{tenth}" y="{y}" text-anchor="{anchor}">{label}</text>"#
                    ));
                }
                6 => xml.line(&format!(
                    r##"<line x1="{x}" y1="{y}" x2="{w}" y2="{h}" stroke="#{colour}"/>"##
                )),
                _ => xml.line(&format!(r#"<circle cx="{x}" cy="{y}" r="{h}.{tenth}"/>"#)),
            }
        }
    });
    xml.text
}

/// A list of codes: one element a line, with five to seven short attributes and no content. A name in eight
/// is not ASCII.
fn records(random: &mut Random) -> String {
    let mut xml = Writer::new(Some("\n"), "\t");
    xml.element("entries", |xml| {
        while xml.text.len() < 500_000 {
            let letters = b"abcdefghijklmnopqrstuvwxyz";
            let [id, code] = [3, 2].map(|length| random.text(letters, length));
            let status = random.pick(&["Active", "Active", "Active", "Retired"]);
            let scope = random.pick(&["Individual", "Individual", "Collective"]);
            let kind = random.pick(&["Living", "Living", "Living", "Extinct", "Ancient"]);
            let mut name = camel_case(random, 2);
            if random.once_in(8) {
                name.push(random.pick(&['é', 'ö', 'ñ', 'ŋ']));
            }
            let mut optional = String::new();
            if random.once_in(2) {
                let _ = write!(optional, r#" part1_code="{code}""#);
            }
            if random.once_in(2) {
                let _ = write!(optional, r#" inverted_name="{name}""#);
            }
            xml.line(&format!(
                r#"<entry id="{id}"{optional} status="{status}" scope="{scope}" type="{kind}" name="{name}" />"#
            ));
        }
    });
    xml.text
}

/// A feed of articles: text with references, addresses with `&amp;`, and the content in CDATA or as escaped HTML.
fn feed(random: &mut Random) -> String {
    let mut xml = Writer::new(Some("\n"), "  ");
    let root = r#"rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/""#;
    xml.element(root, |xml| {
        xml.element("channel", |xml| {
            xml.leaf("title", &sentence(random, 3));
            while xml.text.len() < 200_000 {
                xml.element("item", |xml| {
                    let title = sentence(random, 6).replacen(' ', "&#8217;s ", 1);
                    xml.leaf("title", &title.replacen(' ', " &amp; ", 1));
                    let page = random.below(10_000);
                    xml.leaf(
                        "link",
                        &format!("https://news.example.org/?p={page}&amp;from=feed&amp;lang=en"),
                    );
                    xml.leaf(
                        "dc:creator",
                        &format!("<![CDATA[{}]]>", camel_case(random, 1)),
                    );
                    let day = 1 + random.below(28);
                    xml.leaf(
                        "pubDate",
                        &format!("{day:02} Mar 2026 08:{:02}:00 +0000", random.below(60)),
                    );
                    xml.leaf(
                        r#"guid isPermaLink="false""#,
                        &format!("https://news.example.org/?p={page}"),
                    );
                    let paragraphs = (0..1 + random.below(4)).map(|_| {
                        let emphasis = word(random);
                        format!(
                            "<p>{}<em>{emphasis}</em>, {}</p>\n",
                            sentence(random, 20),
                            sentence(random, 12)
                        )
                    });
                    let html: String = paragraphs.collect();
                    if random.once_in(2) {
                        xml.leaf("content:encoded", &format!("<![CDATA[{html}]]>"));
                    } else {
                        let escaped = html.replace('<', "&lt;").replace('>', "&gt;");
                        xml.leaf("description", &escaped);
                    }
                });
            }
        });
    });
    xml.text
}

/// A manual in Japanese: three bytes a character in text and in some values, some words in Latin letters, and one name in
/// eight that is not ASCII.
fn cjk(random: &mut Random) -> String {
    let mut xml = Writer::new(Some("\n"), "  ");
    xml.element(r#"book xml:lang="ja" 版="一""#, |xml| {
        while xml.text.len() < 200_000 {
            xml.element("chapter", |xml| {
                xml.leaf("title", &japanese(random, 4, 12));
                for _ in 0..2 + random.below(4) {
                    section(xml, random);
                }
            });
        }
    });
    xml.text
}

fn section(xml: &mut Writer, random: &mut Random) {
    let name = word(random);
    let title = japanese(random, 4, 12);
    xml.element(&format!(r#"section id="{name}" title="{title}""#), |xml| {
        xml.element("itemizedlist", |xml| {
            for place in 0..2 + random.below(8) {
                let text = japanese(random, 8, 40);
                let latin = sentence(random, 10);
                match random.below(8) {
                    0 => xml.leaf("注記", &text),
                    1 => xml.leaf(&format!(r#"term ref="{text}""#), &latin),
                    2 => {
                        let file = format!("{name}-{place}.png");
                        xml.line(&format!(r#"<image href="{file}" width="640"/>"#));
                    }
                    3..6 => xml.element("listitem", |xml| {
                        xml.leaf("para", &format!("{latin}: {text}"));
                    }),
                    _ => xml.leaf("para", &format!("{text} <b>{latin}</b>。")),
                }
            }
        });
    });
}

/// Kana with some kanji and punctuation.
fn japanese(random: &mut Random, least: usize, most: usize) -> String {
    let length = least + random.below(most - least + 1);
    let mut text = String::new();
    for _ in 0..length {
        let character = match random.below(20) {
            0 => random.pick(&['、', '。', '「', '」']).into(),
            1..8 => 0x4E00 + random.below(0x1800) as u32,
            8..11 => 0x30A1 + random.below(80) as u32,
            _ => 0x3042 + random.below(80) as u32,
        };
        text.extend(char::from_u32(character));
    }
    text
}

/// A service description: a prefix in every name, twelve of them, and namespace declarations in many tags.
fn wsdl(random: &mut Random) -> String {
    const PREFIXES: [&str; 11] = [
        "soap", "soap12", "soapenc", "wsu", "wsa", "wsp", "wsap", "wsaw", "wsam", "msc", "tns",
    ];
    let mut xml = Writer::new(Some("\n"), "  ");
    let mut root =
        r#"wsdl:definitions name="Store" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/""#.to_owned();
    for prefix in PREFIXES {
        let _ = write!(
            root,
            r#" xmlns:{prefix}="http://schemas.example.org/2004/08/{prefix}""#
        );
    }
    xml.element(&root, |xml| {
        while xml.text.len() < 200_000 {
            let name = camel_case(random, 3);
            let action = format!("http://store.example.org/IStore/{name}");
            xml.element(&format!(r#"wsp:Policy wsu:Id="{name}_policy""#), |xml| {
                xml.element("wsp:ExactlyOne", |xml| {
                    xml.line(r#"<wsap:UsingAddressing wsp:Optional="true"/>"#);
                    let url = format!("http://schemas.example.org/{}", word(random));
                    xml.line(&format!(r#"<b:Encoding xmlns:b="{url}" b:kind="binary"/>"#));
                });
            });
            for direction in ["Input", "Output"] {
                let number = 1 + random.below(9);
                let ty = camel_case(random, 2);
                xml.element(&format!(r#"wsdl:message name="{name}_{direction}""#), |xml| {
                    xml.line(&format!(r#"<wsdl:part name="parameters" xmlns:q{number}="urn:example:types:{ty}" type="q{number}:{ty}"/>"#));
                });
            }
            xml.element(&format!(r#"wsdl:operation name="{name}""#), |xml| {
                xml.line(&format!(r#"<soap:operation soapAction="{action}" style="document"/>"#));
                for (direction, message) in [("input", "Input"), ("output", "Output")] {
                    xml.element(&format!(r#"wsdl:{direction} wsaw:Action="{action}" wsam:Action="{action}" message="tns:{name}_{message}""#), |xml| {
                        xml.line(r#"<soap12:body use="literal"/>"#);
                    });
                }
            });
        }
    });
    xml.text
}

/// Signatures and some images: Base64 in attributes, and in text in lines of 76 characters. Most have 40 to 320 bytes.
fn long_values(random: &mut Random) -> String {
    let mut xml = Writer::new(Some("\n"), "  ");
    let root = r#"archive xmlns="urn:example:archive" xmlns:xlink="http://www.w3.org/1999/xlink""#;
    xml.element(root, |xml| {
        while xml.text.len() < 500_000 {
            let name = word(random);
            if random.once_in(200) {
                let length = 4_000 + random.below(8_000);
                let image = random.base64(length);
                xml.line(&format!(
                    r#"<image id="{name}" xlink:href="data:image/png;base64,{image}"/>"#
                ));
            }
            let [digest, length] = [40 + random.below(160), 80 + random.below(240)];
            let digest = random.base64(digest);
            let mut lines = String::from("\n");
            for _ in 0..length / 76 {
                lines.extend([&random.base64(76), "\n"]);
            }
            lines.extend([&random.base64(length % 76), "=\n"]);
            xml.element(
                &format!(r#"entry name="{name}" digest="{digest}=""#),
                |xml| {
                    xml.leaf("signature", &lines);
                },
            );
        }
    });
    xml.text
}

/// A list of components in one line, as a program writes it for another.
fn minified() -> Corpus {
    corpus("minified", 1, |_| components(Writer::new(None, "")))
}

/// The same document, indented.
fn pretty() -> Corpus {
    corpus("pretty", 1, |_| components(Writer::new(Some("\n"), "  ")))
}

fn components(mut xml: Writer) -> String {
    let random = &mut Random::of("components");
    let root = r#"bom xmlns="http://components.example.org/schema/1.4" serialNumber="urn:uuid:3e671687" version="1""#;
    xml.element(root, |xml| {
        xml.element("components", |xml| {
            for number in 0..400 {
                let name = word(random);
                let version = [3, 20, 20]
                    .map(|bound| random.below(bound).to_string())
                    .join(".");
                let purl = format!("pkg:cargo/{name}@{version}");
                xml.element(
                    &format!(r#"component type="library" bom-ref="{purl}""#),
                    |xml| {
                        xml.leaf("name", &name);
                        xml.leaf("version", &version);
                        xml.leaf("description", &sentence(random, 10));
                        xml.leaf("scope", "required");
                        xml.element("hashes", |xml| {
                            for (algorithm, digits) in [("SHA-1", 40), ("SHA-256", 64)] {
                                let digest = random.text(b"0123456789abcdef", digits);
                                xml.leaf(&format!(r#"hash alg="{algorithm}""#), &digest);
                            }
                        });
                        xml.element("licenses", |xml| {
                            xml.leaf("expression", "MIT OR Apache-2.0")
                        });
                        xml.leaf("purl", &purl);
                        xml.element("externalReferences", |xml| {
                            xml.element(r#"reference type="vcs""#, |xml| {
                                xml.leaf(
                                    "url",
                                    &format!("https://code.example.org/{name}/{number}"),
                                );
                            });
                        });
                    },
                );
            }
        });
    });
    xml.text
}

/// A document so far.
struct Writer {
    text: String,
    /// What ends a line. None for a document in one line.
    line_end: Option<&'static str>,
    indent: &'static str,
    depth: usize,
}

impl Writer {
    fn new(line_end: Option<&'static str>, indent: &'static str) -> Self {
        let mut writer = Self {
            text: r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned(),
            line_end,
            indent,
            depth: 0,
        };
        writer.text.extend(line_end);
        writer
    }

    /// A tag, or an element with its content.
    fn line(&mut self, markup: &str) {
        if self.line_end.is_some() {
            self.text
                .extend(core::iter::repeat_n(self.indent, self.depth));
        }
        self.text.push_str(markup);
        self.text.extend(self.line_end);
    }

    /// An element. `tag` is its name with its attributes.
    fn element(&mut self, tag: &str, content: impl FnOnce(&mut Self)) {
        self.line(&format!("<{tag}>"));
        self.depth += 1;
        content(self);
        self.depth -= 1;
        self.line(&format!("</{}>", name(tag)));
    }

    fn leaf(&mut self, tag: &str, text: &str) {
        self.line(&format!("<{tag}>{text}</{}>", name(tag)));
    }
}

fn name(tag: &str) -> &str {
    tag.split(' ').next().unwrap_or(tag)
}

/// An invented word of one to four syllables.
fn word(random: &mut Random) -> String {
    const SYLLABLES: [&str; 24] = [
        "an", "ba", "bel", "cor", "da", "den", "el", "fi", "gor", "hal", "in", "ka", "lo", "men",
        "na", "or", "pe", "ra", "sil", "ta", "tor", "u", "ven", "zo",
    ];
    (0..1 + random.below(4))
        .map(|_| random.pick(&SYLLABLES))
        .collect()
}

/// One to `most` words with capitals, written as one.
fn camel_case(random: &mut Random, most: usize) -> String {
    let mut name = String::new();
    for _ in 0..1 + random.below(most) {
        let word = word(random);
        let (first, rest) = word.split_at(1);
        name.extend([&first.to_ascii_uppercase(), rest]);
    }
    name
}

/// About that many words.
fn sentence(random: &mut Random, words: usize) -> String {
    let words: Vec<_> = (0..words / 2 + 1 + random.below(words))
        .map(|_| word(random))
        .collect();
    words.join(" ")
}
