//! The envelope around the children of a Notification: other ways to write it, and every byte of it changed.
//! Predictions change no result.

use ews_notifications::{Config, ErrorKind, Kernel, Parser};

/// As Exchange writes.
const EXCHANGE: &str = r#"<?xml version="1.0" encoding="utf-8"?><soap11:Envelope xmlns:soap11="http://schemas.xmlsoap.org/soap/envelope/"><soap11:Header><t:RequestServerVersion xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" Version="Exchange2010" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" /></soap11:Header><soap11:Body><m:SendNotification xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:ResponseMessages><m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Notification><t:SubscriptionId>FgBt</t:SubscriptionId><t:PreviousWatermark>AQ==</t:PreviousWatermark><t:MoreEvents>false</t:MoreEvents><t:StatusEvent><t:Watermark>Ag==</t:Watermark></t:StatusEvent><t:MovedEvent><t:Watermark>Aw==</t:Watermark><t:TimeStamp>2026-03-02T10:00:00Z</t:TimeStamp><t:ItemId Id="AAMk" ChangeKey="DwAA" /><t:ParentFolderId Id="AQMk" ChangeKey="AQAA" /><t:OldItemId Id="AAMk" ChangeKey="DwAA" /><t:OldParentFolderId Id="AQMk" ChangeKey="AQAA" /></t:MovedEvent><t:ModifiedEvent><t:Watermark>BA==</t:Watermark><t:TimeStamp>2026-03-02T10:00:00Z</t:TimeStamp><t:FolderId Id="AQMk" ChangeKey="AQAA"/><t:ParentFolderId Id="AQMk" ChangeKey="AQAA"/><t:UnreadCount>12</t:UnreadCount></t:ModifiedEvent></m:Notification></m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></soap11:Body></soap11:Envelope>"#;

/// SOAP 1.2, a default namespace, single quotes, all declared above, indented, no header.
const DEFAULT: &str = "<?xml version='1.0'?>\n<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope' xmlns:msgs='https://schemas.microsoft.com/exchange/services/2006/messages' xmlns:ty='http://schemas.microsoft.com/exchange/services/2006/types'>\n\t<Body>\n\t\t<msgs:SendNotification>\n\t\t\t<msgs:ResponseMessages>\n\t\t\t\t<msgs:SendNotificationResponseMessage>\n<msgs:ResponseCode>NoError</msgs:ResponseCode>\n<ty:Notification>\n<ty:SubscriptionId>FgBt</ty:SubscriptionId>\n</ty:Notification>\n</msgs:SendNotificationResponseMessage>\n</msgs:ResponseMessages>\n</msgs:SendNotification>\n</Body>\n</Envelope>\n";

/// Each part has another default namespace, and end tags are written out.
const SHADOWED: &str = r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><RequestServerVersion xmlns="http://schemas.microsoft.com/exchange/services/2006/types" Version="Exchange2013_SP1"></RequestServerVersion></e:Header><e:Body><SendNotification xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><ResponseMessages><SendNotificationResponseMessage ResponseClass='Warning'><ResponseCode>NoError</ResponseCode><Notification xmlns="http://schemas.microsoft.com/exchange/services/2006/types"><SubscriptionId>FgBt</SubscriptionId></Notification></SendNotificationResponseMessage></ResponseMessages></SendNotification></e:Body></e:Envelope>"#;

const BODIES: [&str; 3] = [EXCHANGE, DEFAULT, SHADOWED];

const KERNELS: [Option<Kernel>; 2] = [None, Some(Kernel::Scalar)];

/// Parses the body with and without predictions. Gives the result, and whether the head was predicted. Only the warm
/// parsers learn.
fn read_by(warm: &mut [Parser], body: &[u8]) -> (Option<ErrorKind>, bool) {
    let mut config = Config::default();
    config.head_bytes = 0;
    config.predict = false;
    let mut plain = Parser::with_config(config);
    let _ = plain.parse(body);
    let stats = plain.stats();
    let expected = plain.parse(body);
    let mut is_predicted = false;
    for kernel in KERNELS {
        config.predict = true;
        config.kernel = kernel;
        let mut parser = Parser::with_config(config);
        assert_eq!(parser.parse(body), expected, "{}", body.escape_ascii());
        let found = parser.stats();
        assert_eq!(
            (found.elements_skipped, found.attributes_skipped),
            (stats.elements_skipped, stats.attributes_skipped),
            "{}",
            body.escape_ascii()
        );
        is_predicted = found.heads_predicted == 1;
    }
    for parser in warm {
        assert_eq!(parser.parse(body), expected, "{}", body.escape_ascii());
    }
    (expected.err().map(|error| error.kind()), is_predicted)
}

fn read(body: &[u8]) -> (Option<ErrorKind>, bool) {
    read_by(&mut [], body)
}

/// Parsers that have learned this body. One of them has learned only the head.
fn warm(usual: &str) -> [Parser; 2] {
    [Config::HEAD_BYTES, 0].map(|head_bytes| {
        let mut config = Config::default();
        config.head_bytes = head_bytes;
        let mut parser = Parser::with_config(config);
        for _ in 0..8 {
            assert!(parser.parse(usual.as_bytes()).is_ok());
        }
        parser
    })
}

#[test]
fn usual_heads_are_predicted() {
    for body in BODIES {
        assert_eq!(read(body.as_bytes()), (None, true), "{body}");
    }
    for code in ["ErrorServerBusy", ""] {
        let body = EXCHANGE.replace("NoError", code);
        assert_eq!(read(body.as_bytes()), (None, true), "{body}");
    }
}

#[test]
fn predictions_hide_no_changed_byte() {
    let others = b"<>/\"'=: \n&;!?x-A0]\0\x80\xC3\xFF";
    let mut accepted = 0;
    let mut predicted = 0;
    for usual in BODIES {
        let mut warm = warm(usual);
        let body = usual.as_bytes();
        for at in 0..body.len() {
            let mut changed = body.to_vec();
            let mut check = |body: &[u8]| {
                let (error, is_predicted) = read_by(&mut warm, body);
                accepted += usize::from(error.is_none());
                predicted += usize::from(is_predicted);
            };
            for other in others {
                changed[at] = *other;
                check(&changed);
            }
            changed.remove(at);
            check(&changed);
            changed.insert(at, body[at]);
            for other in others.iter().chain([&body[at]]) {
                changed.insert(at, *other);
                check(&changed);
                changed.remove(at);
            }
            check(&body[..at]);
        }
    }
    // Most changes of one byte make an error. Changes of values and white space do not.
    assert!(
        accepted > 1_000 && predicted > 10_000,
        "{accepted} {predicted}"
    );
}

#[test]
fn defects_of_a_head_are_found() {
    let types = "http://schemas.microsoft.com/exchange/services/2006/types";
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let again = format!(r#" xmlns:t="{types}" xmlns:m="#);
    for (usually, here, error) in [
        // The same declaration, attribute or element twice.
        (" xmlns:m=", again.as_str(), ErrorKind::DuplicateAttribute),
        (
            r#" ResponseClass="Success""#,
            r#" ResponseClass="Success" ResponseClass="Success""#,
            ErrorKind::DuplicateAttribute,
        ),
        (
            "<soap11:Body>",
            "<soap11:Header/><soap11:Body>",
            ErrorKind::RepeatedElement,
        ),
        (
            "</m:Notification>",
            "</m:Notification><m:ResponseCode/>",
            ErrorKind::RepeatedElement,
        ),
        (
            "</m:Notification>",
            "</m:Notification><m:Notification/>",
            ErrorKind::RepeatedElement,
        ),
        (
            "</m:ResponseMessages>",
            "</m:ResponseMessages><m:ResponseMessages/>",
            ErrorKind::RepeatedElement,
        ),
        (
            "</soap11:Body>",
            "</soap11:Body><soap11:Header/>",
            ErrorKind::RepeatedElement,
        ),
        (
            "</soap11:Body>",
            "</soap11:Body><soap11:Body/>",
            ErrorKind::RepeatedElement,
        ),
        // Prefixes that may not be declared or used, or are out of scope.
        ("xmlns:t=", "xmlns:xml=", ErrorKind::ReservedPrefix),
        ("xmlns:t=", "xmlns:xmlns=", ErrorKind::ReservedPrefix),
        ("<soap11:Body", "<xml:Body", ErrorKind::EndTagMismatch),
        ("<m:ResponseM", "<n:ResponseM", ErrorKind::UnboundPrefix),
        (
            "<soap11:Body><m:",
            "<soap11:Body><t:",
            ErrorKind::WrongNamespace,
        ),
        // Names in another namespace than usual.
        (types, soap, ErrorKind::WrongNamespace),
        (soap, types, ErrorKind::WrongNamespace),
        (
            "Envelope xmlns:soap11",
            "Envelope xmlns",
            ErrorKind::UnboundPrefix,
        ),
        // End tags of other elements.
        (
            "</soap11:Header>",
            "</soap11:Body>",
            ErrorKind::EndTagMismatch,
        ),
        (
            "</m:ResponseCode>",
            "</t:ResponseCode>",
            ErrorKind::EndTagMismatch,
        ),
        (
            "</soap11:Envelope>",
            "</soap11:Envelope><x/>",
            ErrorKind::SecondRoot,
        ),
        ("</soap11:Envelope>", "", ErrorKind::UnclosedElement),
        // Quotes, references and characters.
        (r#""Success""#, r#""Success'"#, ErrorKind::AttributeLessThan),
        (">NoError<", ">No&Error<", ErrorKind::Reference),
        (">NoError<", ">No]]>Error<", ErrorKind::CDataEnd),
        (r#""Exchange2010""#, "\"\u{1}\"", ErrorKind::IllegalChar),
        (
            r#"Version=""#,
            r#" Version ="<"#,
            ErrorKind::AttributeLessThan,
        ),
        (r#" Version="#, "Version=", ErrorKind::AttributeSpace),
    ] {
        let count = if usually == types { 9 } else { 1 };
        let body = EXCHANGE.replacen(usually, here, count);
        assert_ne!(body, EXCHANGE, "{usually}");
        assert_eq!(read(body.as_bytes()).0, Some(error), "{usually} -> {here}");
    }
}

#[test]
fn a_missing_repeated_or_renamed_end_tag_is_refused() {
    let (rest, tail) = EXCHANGE.split_at(EXCHANGE.find("</m:Notification>").unwrap());
    let (inner, _) = tail.split_at(tail.find("</soap11:Body>").unwrap());
    let mut tails = vec![tail.replace("soap11:", "soap12:"), [inner, tail].concat()];
    for tag in tail.split_inclusive('>') {
        tails.push(tail[tail.find(tag).unwrap() + tag.len()..].to_owned());
        tails.push(tail.replace(tag, ""));
        tails.push(tail.replace(tag, &tag.repeat(2)));
        tails.push(tail.replace(tag, &tag.replace(':', "x:")));
    }
    let mut warm = warm(EXCHANGE);
    for tail in tails {
        let body = [rest, &tail].concat();
        let expected = match tail.ends_with("Envelope>") {
            true => ErrorKind::EndTagMismatch,
            false => ErrorKind::UnclosedElement,
        };
        let (error, _) = read_by(&mut warm, body.as_bytes());
        assert_eq!(error, Some(expected), "{body}");
    }
}

#[test]
fn names_resolve_by_namespace() {
    let messages = "http://schemas.microsoft.com/exchange/services/2006/messages";
    let types = "http://schemas.microsoft.com/exchange/services/2006/types";
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let other = |namespace: &str, element: &str| {
        let start = format!("<soap11:{element}>");
        let end = format!("</soap11:{element}>");
        let body = EXCHANGE.replace(&start, &format!("<h:{element} xmlns:h='{namespace}'>"));
        body.replace(&end, &format!("</h:{element}>"))
    };
    let rebound = |element: &str, namespace: &str| {
        let here = format!("<soap11:{element} xmlns:soap11='{namespace}'>");
        EXCHANGE.replace(&format!("<soap11:{element}>"), &here)
    };
    let wrong_version = EXCHANGE.replacen(
        &format!("xmlns:t=\"{types}\" /"),
        &format!("xmlns:t=\"{messages}\" /"),
        1,
    );
    let declared = |prefix: &str| {
        let here = format!(" xmlns:{prefix}='{types}' xmlns:m=");
        EXCHANGE.replacen(" xmlns:m=", &here, 1)
    };
    let code = format!("<m:ResponseCode xmlns:n='{messages}'>");
    let out_of_scope = EXCHANGE
        .replace("<m:ResponseCode>", &code)
        .replace("m:Notification>", "n:Notification>");
    let shadowed = EXCHANGE.replace(
        "<m:Notification>",
        &format!("<m:Notification xmlns:t='{soap}'>"),
    );
    let unshadowed = EXCHANGE.replace(
        "<m:Notification>",
        &format!("<m:Notification xmlns:t='{soap}' xmlns:u='{types}'>"),
    );
    for (body, error, is_predicted) in [
        (
            other(messages, "Header"),
            Some(ErrorKind::WrongNamespace),
            false,
        ),
        (
            rebound("Header", types),
            Some(ErrorKind::WrongNamespace),
            false,
        ),
        (other("urn:x", "Header"), None, false),
        (rebound("Header", soap), None, true),
        (
            rebound("Body", types),
            Some(ErrorKind::WrongNamespace),
            false,
        ),
        (rebound("Body", soap), None, true),
        (other(soap, "Header"), None, false),
        (other(types, "Body"), Some(ErrorKind::WrongNamespace), false),
        (other("urn:x", "Body"), Some(ErrorKind::MissingBody), false),
        (other(soap, "Body"), None, false),
        (wrong_version, Some(ErrorKind::WrongNamespace), false),
        (
            EXCHANGE.replace("m:Notification>", "soap11:Notification>"),
            Some(ErrorKind::WrongNamespace),
            false,
        ),
        (declared("u"), None, true),
        (declared("xml"), Some(ErrorKind::ReservedPrefix), false),
        (declared("xmlns"), Some(ErrorKind::ReservedPrefix), false),
        (out_of_scope, Some(ErrorKind::UnboundPrefix), false),
        (shadowed, Some(ErrorKind::WrongNamespace), true),
        (unshadowed, Some(ErrorKind::WrongNamespace), true),
    ] {
        assert_eq!(read(body.as_bytes()), (error, is_predicted), "{body}");
    }
}

/// All between SendNotification and the children of its Notification is compared in one piece once its prefix recurs.
/// Any part of it may differ.
#[test]
fn an_unusual_head_reads_the_same() {
    let types = "http://schemas.microsoft.com/exchange/services/2006/types";
    for (usual, here) in [
        (r#"ResponseClass="Success""#, r#"ResponseClass="Warning""#),
        (r#"ResponseClass="Success""#, "ResponseClass='Success'"),
        (r#"ResponseClass="Success""#, r#"ResponseClass="success""#),
        (r#" ResponseClass="Success""#, ""),
        ("NoError", "NoErrors"),
        ("NoError", "NoErro"),
        ("NoError", "ErrorServerBusy"),
        ("NoError", ""),
        ("NoError", "N&#111;Error"),
        ("<m:ResponseMessages>", "<m:ResponseMessages >"),
        ("<m:Notification>", "<m:Notification >"),
        (
            "<m:Notification>",
            &format!("<m:Notification xmlns:t='{types}'>"),
        ),
        ("</m:Notification>", "</m:Notification >"),
        ("</m:ResponseMessages>", "</m:ResponseMessages><!-- -->"),
        ("</m:ResponseMessages>", "</m:ResponseMessages>\n"),
        ("</m:SendNotification>", "\t</m:SendNotification>"),
        ("</soap11:Body>", " </soap11:Body>\n"),
        ("m:Notification>", "t:Notification>"),
        (
            "<m:ResponseCode>NoError</m:ResponseCode>",
            "<m:MessageText>NoError</m:MessageText>",
        ),
    ] {
        let body = EXCHANGE.replace(usual, here);
        assert_ne!(body, EXCHANGE, "{usual}");
        let mut warm = warm(EXCHANGE);
        for body in [&body, EXCHANGE, &body, &body] {
            assert_eq!(read_by(&mut warm, body.as_bytes()).0, None, "{body}");
        }
    }
}

/// The template of one prefix does not match another prefix. The ResponseCode of a prefix of another length is
/// elsewhere.
#[test]
fn the_template_follows_the_prefix_that_recurs() {
    let mut warm = warm(EXCHANGE);
    for prefix in ["m", "n", "mm", "messages", "m", "mmmmmm", "mmmmmmm"] {
        let body = EXCHANGE
            .replace("xmlns:m=", &format!("xmlns:{prefix}="))
            .replace("<m:", &format!("<{prefix}:"))
            .replace("</m:", &format!("</{prefix}:"));
        for _ in 0..6 {
            let (error, is_predicted) = read_by(&mut warm, body.as_bytes());
            assert_eq!((error, is_predicted), (None, true), "{body}");
        }
    }
}

/// The messages namespace is the one that SendNotification declares. The prefix that recurred may be bound to any
/// namespace, anywhere.
#[test]
fn a_template_does_not_match_another_prefix() {
    let messages = "http://schemas.microsoft.com/exchange/services/2006/messages";
    let types = "http://schemas.microsoft.com/exchange/services/2006/types";
    let (head, rest) = EXCHANGE.split_once("<soap11:Body>").unwrap();
    let rest = rest.replacen("<m:Send", "<x:Send", 1);
    let rest = rest.replacen("xmlns:m=", "xmlns:x=", 1);
    let mut outcomes = Vec::new();
    for namespace in [types, "urn:x", messages] {
        let mut warm = warm(EXCHANGE);
        let body = format!("{head}<soap11:Body xmlns:m='{namespace}'>{rest}");
        let closed = body.replace("</m:SendNotification>", "</x:SendNotification>");
        for body in [closed, body] {
            outcomes.push(read_by(&mut warm, body.as_bytes()).0);
        }
    }
    // Below SendNotification, elements in the namespace of a vendor are skipped.
    let [wrong, mismatch] = [ErrorKind::WrongNamespace, ErrorKind::EndTagMismatch].map(Some);
    assert_eq!(outcomes, [wrong, wrong, None, mismatch, None, mismatch]);
}

/// As many declarations in scope as are predicted, one less and one more: at the limit and on both sides of it.
#[test]
fn declarations_are_counted_whether_predicted_or_not() {
    let mut predicted = [0; 2];
    for more in 0..8 {
        let declarations: String = (0..more)
            .map(|at| format!(" xmlns:p{at}='http://schemas.xmlsoap.org/soap/envelope/'"))
            .collect();
        for element in ["<soap11:Envelope", "<m:SendNotification", "<m:Notification"] {
            let body = EXCHANGE.replacen(element, &format!("{element}{declarations}"), 1);
            for limit in 1..=12 {
                let mut plain = Config::default();
                (plain.limits.bindings, plain.predict, plain.head_bytes) = (limit, false, 0);
                let mut config = plain;
                config.predict = true;
                let (mut parser, mut plain) =
                    (Parser::with_config(config), Parser::with_config(plain));
                for _ in 0..6 {
                    assert_eq!(
                        parser.parse(body.as_bytes()),
                        plain.parse(body.as_bytes()),
                        "{limit} {body}"
                    );
                }
                predicted[usize::from(parser.stats().heads_predicted > 0)] += 1;
            }
        }
    }
    assert!(predicted.iter().all(|count| *count > 50), "{predicted:?}");
}

#[test]
fn a_cut_header_is_refused_and_an_empty_one_is_not() {
    let end = "</soap11:Header>";
    let header = EXCHANGE.find("<soap11:Header>").unwrap()..EXCHANGE.find(end).unwrap() + end.len();
    for (here, error) in [
        ("<soap11:Header xmlns=\"", ErrorKind::AttributeLessThan),
        ("<soap11:Header ", ErrorKind::StartTag),
        ("<soap11:Header>", ErrorKind::EndTagMismatch),
        ("<soap11:Header/", ErrorKind::StartTag),
        ("<", ErrorKind::Name),
    ] {
        let mut body = EXCHANGE.to_owned();
        body.replace_range(header.clone(), here);
        assert_eq!(read(body.as_bytes()), (Some(error), false), "{here}");
    }
    for here in ["<soap11:Header/>", "<soap11:Header></soap11:Header>", ""] {
        let mut body = EXCHANGE.to_owned();
        body.replace_range(header.clone(), here);
        assert_eq!(read(body.as_bytes()).0, None, "{here}");
    }
}

#[test]
fn limits_hold_for_predicted_heads() {
    for body in BODIES {
        for limit in 0..40 {
            let set: [fn(&mut Config, usize); 5] = [
                |config, limit| config.limits.depth = limit,
                |config, limit| config.limits.attributes = limit,
                |config, limit| config.limits.bindings = limit,
                |config, limit| config.limits.name_bytes = limit,
                |config, limit| config.limits.events = limit,
            ];
            for set in set {
                let mut config = Config::default();
                set(&mut config, limit);
                let mut parser = Parser::with_config(config);
                config.predict = false;
                let mut plain = Parser::with_config(config);
                let body = body.as_bytes();
                assert_eq!(parser.parse(body), plain.parse(body), "{config:?}");
            }
        }
    }
}
