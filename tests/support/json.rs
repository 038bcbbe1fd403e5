//! Messages as JSON: the form in which fixtures, the generator and the reference implementation state a message.

use ews_notifications::Message;
use serde_json::Value;

/// The message as its `Serialize` writes it, without null keys. So a new field changes no expected message that lacks it.
pub(crate) fn of_message(message: &Message<'_>) -> Value {
    without_nulls(serde_json::to_value(message).unwrap())
}

/// The value without the keys that are null, at any depth.
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let entries = object.into_iter().filter(|(_, value)| !value.is_null());
            let entries = entries.map(|(key, value)| (key, without_nulls(value)));
            Value::Object(entries.collect())
        }
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        value => value,
    }
}
