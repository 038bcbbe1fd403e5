//! Elements in other namespaces than usual: no event is dropped in silence, and no known name is misread.

use ews_notifications::{Error, ErrorKind, EventKind, Message, Parser};

use crate::support::bodies::{ERRORS, MESSAGES, SOAP_1_1, SOAP_1_2, TYPES};
use crate::support::differential::{EVENT, ParserPair, SUBSCRIPTION, push_body};

const VENDOR: &str = "urn:vendor";
/// A namespace of EWS that this crate does not know.
const LATER: &str = "http://schemas.microsoft.com/exchange/services/2030/types";

/// Checks that all paths agree on a body, and gives the message to `with`.
fn parse<T>(body: &str, with: impl FnOnce(Result<Message<'_>, Error>) -> T) -> T {
    for mut parsers in [ParserPair::new(), ParserPair::warm()] {
        parsers.read(body);
    }
    with(Parser::new().parse(body.as_bytes()))
}

/// The kind of the error, and the name at its offset.
fn error(body: &str) -> Option<(ErrorKind, &str)> {
    parse(body, |message| {
        let error = message.err()?;
        let name = &body[error.offset()..];
        let end = name.find([' ', '>', '/']).unwrap();
        Some((error.kind(), &name[..end]))
    })
}

fn wrong(name: &str) -> Option<(ErrorKind, &str)> {
    Some((ErrorKind::WrongNamespace, name))
}

#[test]
fn a_known_event_in_another_namespace_is_an_event_of_an_unknown_kind() {
    for namespace in [MESSAGES, ERRORS, SOAP_1_1, LATER, VENDOR, ""] {
        let odd = format!(
            "<CreatedEvent xmlns='{namespace}'><t:Watermark>W</t:Watermark></CreatedEvent>"
        );
        let body = push_body(&format!("{EVENT}{odd}{EVENT}"));
        parse(&body, |message| {
            let message = message.unwrap();
            let notification = message.notifications().next().unwrap();
            let kinds: Vec<_> = notification.events.iter().map(|event| event.kind).collect();
            assert_eq!(
                kinds,
                [EventKind::NewMail, EventKind::Other, EventKind::NewMail]
            );
            let event = notification.events[1];
            assert_eq!(event.watermark.unwrap().as_str(), "W");
            let other = event.other.unwrap();
            assert_eq!(
                (other.name, other.namespace, other.raw),
                ("CreatedEvent", namespace, odd.as_str())
            );
        });
    }
}

#[test]
fn an_event_of_an_unknown_kind_has_the_children_of_known_events() {
    let event = "<t:SharedEvent><t:Watermark> W </t:Watermark><t:Extra><t:ItemId Id='no'/></t:Extra>\
        <t:TimeStamp>2026-03-02T08:15:30Z</t:TimeStamp><t:ItemId Id='I' ChangeKey='K'/>\
        <t:ParentFolderId Id='P'/><t:OldParentFolderId Id='O'/><t:UnreadCount>3</t:UnreadCount></t:SharedEvent>";
    let body = push_body(event);
    let mut parser = Parser::new();
    let message = parser.parse(body.as_bytes()).unwrap();
    let event = message.notifications().next().unwrap().events[0];
    assert_eq!(event.watermark.unwrap().as_str(), "W");
    assert_eq!(event.timestamp.unwrap().as_str(), "2026-03-02T08:15:30Z");
    let item = event.item_id.unwrap();
    assert_eq!((item.id, item.change_key), ("I", Some("K")));
    assert_eq!(event.parent_folder_id.unwrap().id, "P");
    let old = event.old_ids.unwrap();
    assert_eq!(old.old_parent_folder_id.unwrap().id, "O");
    assert_eq!(event.unread_count, Some(3));
    // Its bytes have everything, so nothing was skipped.
    assert_eq!(parser.stats().elements_skipped, 0);
}

/// Its schema is not known, so a child that no known event could have is no reason to refuse the message.
#[test]
fn an_odd_child_of_an_event_of_an_unknown_kind_is_only_in_its_bytes() {
    for child in [
        "<t:Watermark>a<b/></t:Watermark>",
        "<t:ItemId/>",
        "<t:ItemId Id=' '><t:ItemId Id='deep'/></t:ItemId>",
        "<t:UnreadCount>many</t:UnreadCount>",
        "<v:Watermark xmlns:v='urn:vendor'>no</v:Watermark>",
        "text<![CDATA[text]]>",
    ] {
        let event = format!("<t:SharedEvent>{child}</t:SharedEvent>");
        let body = push_body(&format!("{EVENT}{event}{EVENT}"));
        parse(&body, |message| {
            let message = message.unwrap();
            let events = message.notifications().next().unwrap().events;
            let odd = events[1];
            assert_eq!((events.len(), odd.other.unwrap().raw), (3, event.as_str()));
            assert_eq!(
                (odd.watermark, odd.item_id, odd.unread_count),
                (None, None, None)
            );
        });
    }
    // The first one counts, as in a known event, where a second one is an error.
    let twice = "<t:Watermark>1</t:Watermark><t:Watermark>2</t:Watermark>";
    let body = push_body(&format!("<t:SharedEvent>{twice}</t:SharedEvent>"));
    parse(&body, |message| {
        let event = message.unwrap().notifications().next().unwrap().events[0];
        assert_eq!(event.watermark.unwrap().as_str(), "1");
    });
    let malformed = push_body("<t:SharedEvent><t:Watermark>&x;</t:Watermark></t:SharedEvent>");
    assert_eq!(error(&malformed).unwrap().0, ErrorKind::UndefinedEntity);
}

#[test]
fn a_leaf_of_a_notification_in_another_known_namespace_or_in_none_is_refused() {
    for leaf in ["SubscriptionId", "PreviousWatermark", "MoreEvents"] {
        for namespace in [MESSAGES, ERRORS, LATER, SOAP_1_2, ""] {
            let body = push_body(&format!("{EVENT}<{leaf} xmlns='{namespace}'>1</{leaf}>"));
            assert_eq!(error(&body), wrong(leaf), "{body}");
        }
        // A vendor has leaves of its own. The element may be an event.
        let body = push_body(&format!("<{leaf} xmlns='{VENDOR}'>1</{leaf}>"));
        parse(&body, |message| {
            let event = message.unwrap().notifications().next().unwrap().events[0];
            assert_eq!(event.other.unwrap().name, leaf);
        });
    }
}

/// An envelope with a response whose elements have prefixes of their own, one letter each.
const ABOVE_EVENTS: &str = "<s:Envelope xmlns:s='SOAP' xmlns:h='SOAP' xmlns:v='TYPES' xmlns:i='TYPES' xmlns:b='SOAP' \
    xmlns:o='MESSAGES' xmlns:l='MESSAGES' xmlns:r='MESSAGES' xmlns:x='MESSAGES' xmlns:e='MESSAGES' xmlns:c='MESSAGES' \
    xmlns:m='MESSAGES' xmlns:y='TYPES' xmlns:k='MESSAGES' xmlns:z='MESSAGES' xmlns:n='MESSAGES' xmlns:t='TYPES'>\
    <h:Header><v:RequestServerVersion Version='V'/><i:ServerVersionInfo Version='V'/></h:Header>\
    <b:Body><o:GetStreamingEventsResponse><l:ResponseMessages>\
    <r:GetStreamingEventsResponseMessage ResponseClass='Success'><x:MessageText/><e:ResponseCode>NoError</e:ResponseCode>\
    <k:DescriptiveLinkKey>0</k:DescriptiveLinkKey><m:MessageXml><y:Value Name='a'>b</y:Value></m:MessageXml>\
    <z:Notifications><n:Notification><t:SubscriptionId>S</t:SubscriptionId></n:Notification></z:Notifications>\
    <c:ConnectionStatus>OK</c:ConnectionStatus>\
    </r:GetStreamingEventsResponseMessage></l:ResponseMessages></o:GetStreamingEventsResponse></b:Body></s:Envelope>";

#[test]
fn a_known_name_above_events_in_another_known_namespace_or_in_none_is_refused() {
    let usual = |text: &str| {
        text.replace("SOAP", SOAP_1_1)
            .replace("MESSAGES", MESSAGES)
            .replace("TYPES", TYPES)
    };
    assert_eq!(error(&usual(ABOVE_EVENTS)), None);
    for (prefix, name) in [
        ("s:", "Envelope"),
        ("h:", "Header"),
        ("v:", "RequestServerVersion"),
        ("i:", "ServerVersionInfo"),
        ("b:", "Body"),
        ("o:", "GetStreamingEventsResponse"),
        ("l:", "ResponseMessages"),
        ("r:", "GetStreamingEventsResponseMessage"),
        ("x:", "MessageText"),
        ("e:", "ResponseCode"),
        ("k:", "DescriptiveLinkKey"),
        ("m:", "MessageXml"),
        ("y:", "Value"),
        ("z:", "Notifications"),
        ("n:", "Notification"),
        ("c:", "ConnectionStatus"),
    ] {
        let qualified = format!("{prefix}{name}");
        let (_, declaration) = ABOVE_EVENTS
            .split_once(&format!("xmlns:{}='", prefix.trim_end_matches(':')))
            .unwrap();
        let (right, _) = declaration.split_once('\'').unwrap();
        let is_allowed = |namespace: &str| match (name, right) {
            ("Envelope", _) => namespace == SOAP_1_1 || namespace == SOAP_1_2,
            ("GetStreamingEventsResponse", _) => namespace == MESSAGES,
            // Servers use both.
            ("Notification", _) => [MESSAGES, TYPES, VENDOR].contains(&namespace),
            (_, "SOAP") => [SOAP_1_1, VENDOR].contains(&namespace),
            (_, "MESSAGES") => [MESSAGES, VENDOR].contains(&namespace),
            _ => [TYPES, VENDOR].contains(&namespace),
        };
        for namespace in [MESSAGES, TYPES, ERRORS, LATER, SOAP_1_1, SOAP_1_2, VENDOR] {
            let usual_declaration = format!("xmlns:{prefix}='{right}'").replace(":=", "=");
            let here = usual_declaration.replace(right, namespace);
            let body = usual(&ABOVE_EVENTS.replacen(&usual_declaration, &here, 1));
            let found = error(&body);
            match is_allowed(namespace) {
                true => assert_ne!(found, wrong(&qualified), "{namespace}"),
                false => assert_eq!(found, wrong(&qualified), "{namespace}"),
            }
        }
        let unprefixed = ABOVE_EVENTS
            .replace(&format!("<{qualified}"), &format!("<{name}"))
            .replace(&format!("</{qualified}"), &format!("</{name}"));
        assert_eq!(error(&usual(&unprefixed)), wrong(name));
    }
}

#[test]
fn elements_of_vendors_above_events_are_skipped_and_counted() {
    let vendor = "<v:Notification xmlns:v='urn:vendor'><t:SubscriptionId>x</t:SubscriptionId></v:Notification>";
    let body =
        push_body(EVENT).replacen("<m:Notification>", &format!("{vendor}<m:Notification>"), 1);
    let mut parser = Parser::new();
    let message = parser.parse(body.as_bytes()).unwrap();
    assert_eq!(message.notifications().count(), 1);
    assert_eq!(parser.stats().elements_skipped, 1);
}

#[test]
fn leaves_of_events_in_other_namespaces_are_skipped_and_counted() {
    for namespace in [MESSAGES, LATER, VENDOR, ""] {
        let odd = format!("<ItemId xmlns='{namespace}' Id='no'/>");
        let event = EVENT.replace("</t:NewMailEvent>", &format!("{odd}</t:NewMailEvent>"));
        let body = push_body(&event);
        let mut parsers = ParserPair::warm();
        let outcome = parsers.read(&body);
        assert_eq!((outcome.error, outcome.skipped), (None, [1, 0, 0]));
    }
}

/// A fault may come from a proxy, whose detail has elements of its own.
#[test]
fn elements_without_namespace_in_the_detail_of_a_fault_are_skipped() {
    let fault = |detail: &str| {
        format!(
            "<s:Envelope xmlns:s='{SOAP_1_1}'><s:Body><s:Fault><faultcode>s:Server</faultcode><detail>{detail}</detail>\
             </s:Fault></s:Body></s:Envelope>"
        )
    };
    let body = fault("<Message>down</Message><ResponseCode/>");
    parse(&body, |message| {
        let fault = message.unwrap().fault.unwrap();
        assert_eq!((fault.code, fault.message_text), (Some("s:Server"), None));
    });
    let body = fault(&format!(
        "<t:ResponseCode xmlns:t='{TYPES}'>E</t:ResponseCode>"
    ));
    assert_eq!(error(&body), wrong("t:ResponseCode"));
}

#[test]
fn unknown_blocks_of_the_header_that_must_be_understood_are_listed() {
    let with_header = |soap: &str, header: &str| {
        format!(
            "<s:Envelope xmlns:s='{soap}'><s:Header>{header}</s:Header>\
             <s:Body><m:SendNotification xmlns:m='{MESSAGES}'/></s:Body></s:Envelope>"
        )
    };
    let listed = |body: &str| {
        parse(body, |message| {
            let message = message.unwrap();
            let blocks = message.must_understand.iter();
            let blocks = blocks.map(|block| format!("{{{}}}{}", block.namespace, block.name));
            blocks.collect::<Vec<_>>()
        })
    };
    for soap in [SOAP_1_1, SOAP_1_2] {
        for value in ["1", "true", " 1 "] {
            let block = format!(
                "<v:A xmlns:v='{VENDOR}' s:mustUnderstand='{value}'/><v:B xmlns:v='{VENDOR}'/>"
            );
            assert_eq!(listed(&with_header(soap, &block)), ["{urn:vendor}A"]);
        }
        for attribute in [
            "s:mustUnderstand='0'",
            "s:mustUnderstand='maybe'",
            "mustUnderstand='1'",
        ] {
            let block = format!("<v:A xmlns:v='{VENDOR}' {attribute}/>");
            assert_eq!(listed(&with_header(soap, &block)), [""; 0]);
        }
        let known =
            format!("<t:RequestServerVersion xmlns:t='{TYPES}' Version='V' s:mustUnderstand='1'/>");
        assert_eq!(listed(&with_header(soap, &known)), [""; 0]);
    }
    // The next message with the same head has the same blocks.
    let block = format!("<v:A xmlns:v='{VENDOR}' s:mustUnderstand='1'/></s:Header>");
    let body =
        push_body(SUBSCRIPTION).replacen("</soap11:Header>", &block.replace("s:", "soap11:"), 1);
    assert!(body.contains("mustUnderstand"), "{body}");
}

/// A typing error in a namespace of EWS makes no vendor of it.
#[test]
fn a_namespace_that_is_nearly_one_of_ews_is_one() {
    for namespace in [
        "http://schemas.microsoft.com/exchange/service/2006/messages",
        "http://schemas.microsoft.com/Exchange/Services/2006/Messages",
        " https://schemas.microsoft.com/exchange/services/2006/messages/",
        "schemas.microsoft.com/exchange",
        LATER,
    ] {
        let one = format!("<v:Notification xmlns:v='{namespace}'>");
        let body = push_body(EVENT)
            .replacen("<m:Notification>", &one, 1)
            .replacen("</m:Notification>", "</v:Notification>", 1);
        assert_eq!(error(&body), wrong("v:Notification"), "{namespace}");
    }
    for namespace in [
        "urn:schemas.example/exchange",
        "http://www.example.schemas.microsoft.com/exchange",
    ] {
        let one = format!("<v:Notification xmlns:v='{namespace}'/><m:Notification>");
        let body = push_body(EVENT).replacen("<m:Notification>", &one, 1);
        assert_eq!(error(&body), None, "{namespace}");
    }
}

/// Each of many elements may be in one long namespace. A copy of the message would have its name for each.
#[test]
fn the_namespace_of_an_unknown_element_that_is_kept_is_limited_like_a_name() {
    use ews_notifications::Limits;

    for (length, expected) in [
        (Limits::NAME_BYTES, None),
        (Limits::NAME_BYTES + 1, Some(ErrorKind::NameLimit)),
    ] {
        let namespace = "u".repeat(length);
        let body = push_body(&format!("{EVENT}<v:E xmlns:v='{namespace}'/>"));
        let found = error(&body);
        assert_eq!(found.map(|(kind, _)| kind), expected);
        assert!(found.is_none_or(|(_, name)| name == "v:E"));
        let block =
            format!("<v:B xmlns:v='{namespace}' soap11:mustUnderstand='1'/></soap11:Header>");
        let body = push_body(EVENT).replacen("</soap11:Header>", &block, 1);
        assert_eq!(error(&body).map(|(kind, _)| kind), expected);
        // A block that is not listed may be in any namespace.
        let skipped = format!("<v:B xmlns:v='{namespace}'/></soap11:Header>");
        assert_eq!(
            error(&push_body(EVENT).replacen("</soap11:Header>", &skipped, 1)),
            None
        );
    }
}

#[test]
fn header_blocks_are_limited_like_events() {
    use ews_notifications::{Config, Limits};

    let block = format!("<v:A xmlns:v='{VENDOR}' s:mustUnderstand='1'/>");
    let body = |count| {
        format!(
            "<s:Envelope xmlns:s='{SOAP_1_1}'><s:Header>{}</s:Header><s:Body><m:SendNotification xmlns:m='{MESSAGES}'/>\
             </s:Body></s:Envelope>",
            block.repeat(count)
        )
    };
    let mut parser = Parser::with_config(Config::new().limits(Limits::new().events(3)));
    let message = parser
        .parse(body(3).as_bytes())
        .map(|message| message.must_understand.len());
    assert_eq!(message, Ok(3));
    let error = parser.parse(body(4).as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EventLimit);
}
