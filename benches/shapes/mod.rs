//! Bodies that are expensive for a parser that is not linear: each is a repeated unit.

use core::fmt::Write as _;

const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";

/// A name, and a function from the number of units to the body.
pub(crate) type Shape = (&'static str, fn(usize) -> String);

pub(crate) const ALL: [Shape; 34] = [
    ("events", |n| {
        notification(&event("<t:Watermark>AQ==</t:Watermark>").repeat(n))
    }),
    ("empty-events", |n| {
        notification(&"<t:MovedEvent/>".repeat(n))
    }),
    ("other-events", |n| notification(&"<t:a/>".repeat(n))),
    ("events-with-declarations", |n| {
        notification(&format!("<t:MovedEvent xmlns:u='{TYPES}'/>").repeat(n))
    }),
    ("unknown-children", |n| {
        notification(&event(&"<t:b/>".repeat(n)))
    }),
    ("notifications", |n| {
        let one = "<m:Notification><t:SubscriptionId/></m:Notification>";
        operation(
            &format!(
                "<m:SendNotificationResponseMessage>{one}</m:SendNotificationResponseMessage>"
            )
            .repeat(n),
        )
    }),
    ("responses", |n| {
        operation(&"<m:SendNotificationResponseMessage/>".repeat(n))
    }),
    ("values", |n| {
        let values = "<t:Value Name='a'>b</t:Value>".repeat(n);
        operation(&format!(
            "<m:SendNotificationResponseMessage><m:MessageXml>{values}</m:MessageXml></m:SendNotificationResponseMessage>"
        ))
    }),
    ("attributes", |n| {
        notification(&format!("<t:a{}/>", each(n, |at| format!(" a{at}=''"))))
    }),
    ("alike-attributes", |n| {
        let long = "a".repeat(50);
        notification(&format!(
            "<t:a{}/>",
            each(n, |at| format!(" {long}{at}=''"))
        ))
    }),
    ("bindings", |n| {
        notification(&format!(
            "<t:a{}/>",
            each(n, |at| format!(" xmlns:a{at}='u{at}'"))
        ))
    }),
    ("bindings-of-one-name", |n| {
        notification(&format!(
            "<t:a{}/>",
            each(n, |at| format!(" xmlns:a{at}='u'"))
        ))
    }),
    ("bindings-and-attributes", |n| {
        let bindings = each(n, |at| format!(" xmlns:a{at}='u{at}'"));
        notification(&format!(
            "<t:a{bindings}{}/>",
            each(n, |at| format!(" a{at}:a=''"))
        ))
    }),
    ("depth", |n| {
        notification(&("<t:a>".repeat(n) + &"</t:a>".repeat(n)))
    }),
    ("depth-and-prefixes", |n| notification(&nested(n, ""))),
    ("depth-prefixes-and-children", |n| {
        notification(&nested(n, &"<t:a/>".repeat(n)))
    }),
    ("depth-of-rebindings", |n| {
        let starts = each(n, |at| format!("<t:a xmlns:t='u{at}'>"));
        notification(&(starts + &"</t:a>".repeat(n)))
    }),
    ("long-names", |n| {
        let name = "n".repeat(n);
        notification(&format!("<t:{name}></t:{name}>"))
    }),
    ("references", |n| {
        notification(&event(&watermark(&"&#x1F642;".repeat(n))))
    }),
    ("entities", |n| {
        notification(&event(&watermark(&"&amp;".repeat(n))))
    }),
    ("references-in-a-value", |n| {
        notification(&format!("<t:a a='{}'/>", "&lt;".repeat(n)))
    }),
    ("lines-in-a-value", |n| {
        notification(&format!("<t:a a='{}'/>", "\n".repeat(n)))
    }),
    ("line-ends", |n| {
        notification(&event(&watermark(&"\r\n".repeat(n))))
    }),
    ("many-bytes-a-character", |n| {
        notification(&event(&watermark(&"한".repeat(n))))
    }),
    ("brackets", |n| {
        notification(&event(&watermark(&"]]".repeat(n))))
    }),
    ("sections", |n| {
        notification(&event(&watermark(&"<![CDATA[a]]>b".repeat(n))))
    }),
    ("open-sections", |n| notification(&"<![CDATA[".repeat(n))),
    ("an-open-section", |n| {
        notification(&format!("<![CDATA[{}", "]]".repeat(n)))
    }),
    ("comments", |n| notification(&"<!-- - -->".repeat(n))),
    ("an-open-comment", |n| {
        notification(&format!("<!--{}", "- ".repeat(n)))
    }),
    ("an-open-instruction", |n| {
        notification(&format!("<?a {}", "?".repeat(n)))
    }),
    ("an-open-value", |n| {
        notification(&format!("<t:a a='{}", "b".repeat(n)))
    }),
    ("white-space-in-tags", |n| {
        notification(&format!("<t:a{}/>", " ".repeat(n)))
    }),
    ("white-space-between-tags", |n| {
        notification(&" <t:a/>\r\n".repeat(n))
    }),
];

fn operation(inner: &str) -> String {
    format!(
        "<m:SendNotification xmlns:m='{MESSAGES}' xmlns:t='{TYPES}'>\
         <m:ResponseMessages>{inner}</m:ResponseMessages></m:SendNotification>"
    )
}

fn notification(inner: &str) -> String {
    operation(&format!(
        "<m:SendNotificationResponseMessage ResponseClass='Success'><m:ResponseCode>NoError</m:ResponseCode>\
         <m:Notification><t:SubscriptionId>a</t:SubscriptionId>{inner}</m:Notification>\
         </m:SendNotificationResponseMessage>"
    ))
}

fn event(inner: &str) -> String {
    format!("<t:NewMailEvent>{inner}</t:NewMailEvent>")
}

fn watermark(text: &str) -> String {
    format!("<t:Watermark>{text}</t:Watermark>")
}

/// Nested elements, each with a prefix of its own. `inner` is the content of the innermost.
fn nested(depth: usize, inner: &str) -> String {
    let starts = each(depth, |at| format!("<a{at}:a xmlns:a{at}='u'>"));
    let mut all = starts + inner;
    for at in (0..depth).rev() {
        let _ = write!(all, "</a{at}:a>");
    }
    all
}

fn each(n: usize, unit: impl Fn(usize) -> String) -> String {
    (0..n).map(unit).collect()
}
