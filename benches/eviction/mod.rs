//! Evicts code and data of a contestant from the caches and its branches from the predictors.

use core::hint::black_box;
use std::collections::BTreeMap;

use serde_json::Value;
use xml::reader::EventReader;

/// Four times the second-level cache of the machine on which the published times were measured.
const DATA: usize = 4 << 20;
const LINE: usize = 64;

/// Other code and other data. No contestant uses this code.
pub(crate) struct Eviction {
    json: String,
    xml: String,
    data: Vec<u8>,
}

impl Eviction {
    pub(crate) fn new() -> Self {
        let numbers = 0..100_u32;
        let entries = numbers.map(|number| {
            let key = number.wrapping_mul(0x9E37_79B9);
            (format!("{key:x}"), (key / 7, format!("{key}\n{number}")))
        });
        let entries: BTreeMap<_, _> = entries.collect();
        let elements = entries.iter().map(|(key, (number, text))| {
            format!("<e{key} n='{number}'><!-- {number} -->{text}&#65;<![CDATA[<]]></e{key}>")
        });
        Self {
            json: serde_json::to_string(&entries).expect("the keys are text"),
            xml: format!("<all>{}</all>", elements.collect::<String>()),
            data: vec![1; DATA],
        }
    }

    /// Parses and writes JSON, parses XML, sorts, and formats numbers. Then touches every line of the data.
    pub(crate) fn evict(&mut self) {
        let value: Value = serde_json::from_str(&self.json).expect("it is JSON");
        let text = serde_json::to_string_pretty(&value).expect("the keys are text");
        let mut words: Vec<_> = text.split_whitespace().collect();
        words.sort_unstable_by_key(|word| (word.len(), *word));
        let events = EventReader::from_str(&self.xml).into_iter();
        let events = events.map(|event| event.expect("it is XML"));
        black_box((
            words,
            events
                .filter(|event| format!("{event:?}").len() > 40)
                .count(),
        ));
        for byte in self.data.iter_mut().step_by(LINE) {
            *byte = byte.wrapping_mul(3);
        }
        black_box(&self.data);
    }
}
