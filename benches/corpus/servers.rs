//! The servers of a fleet, and any other software.

use super::bodies::{
    Dialect, Empty, Namespace, Notification, SOAP_1_1, SOAP_1_2, STREAM, XML_DECLARATION,
};
use super::random::Random;

/// Four servers of one fleet. Their messages differ from the first byte or from the header on; those of
/// one server are equal to the byte up to the SubscriptionId.
pub(crate) fn servers() -> [Dialect; 4] {
    let exchange_2010 = Dialect::exchange_2010();
    [
        Dialect {
            version: "Exchange2007_SP1",
            ..exchange_2010.clone()
        },
        Dialect {
            xml_declaration: "",
            version: "Exchange2010_SP2",
            empty: Empty::Tight,
            ..exchange_2010.clone()
        },
        Dialect {
            version: "Exchange2013",
            prefixes: ["s", "m", "t"].map(str::to_owned),
            header_has_messages: false,
            types_first: false,
            ..exchange_2010.clone()
        },
        exchange_2010,
    ]
}

/// Four servers of one fleet that stream. The frames of one are equal to the byte up to the Notifications.
pub(super) fn streaming_servers() -> [Dialect; 4] {
    [
        ([15, 1, 544, 27], "V2016_07_13"),
        ([15, 1, 1591, 10], "V2017_07_11"),
        ([15, 2, 1118, 7], "V2017_07_11"),
        ([15, 20, 3611, 27], "V2018_01_08"),
    ]
    .map(|(build, version)| Dialect {
        xml_declaration: "",
        version,
        build,
        ..Dialect::exchange_2010()
    })
}

/// 64 builds of a server. Their pushes differ before the SubscriptionId.
pub(super) fn builds() -> Vec<Dialect> {
    let versions = [
        "Exchange2007",
        "Exchange2007_SP1",
        "Exchange2010",
        "Exchange2010_SP1",
        "Exchange2010_SP2",
        "Exchange2013",
        "Exchange2013_SP1",
        "Exchange2016",
    ];
    let exchange_2010 = Dialect::exchange_2010();
    let builds = (0..64).map(|build| Dialect {
        version: versions[build % 8],
        xml_declaration: [XML_DECLARATION, ""][build / 8 % 2],
        empty: [Empty::Spaced, Empty::Tight][build / 16 % 2],
        header_has_messages: build / 32 == 0,
        ..exchange_2010.clone()
    });
    builds.collect()
}

/// 64 builds of a server that streams. Their numbers differ.
pub(super) fn streaming_builds() -> Vec<Dialect> {
    let [server, ..] = streaming_servers();
    let builds = (0..64).map(|build| Dialect {
        build: [15, 20, 3_600 + 7 * build, 11 + build % 23],
        ..server.clone()
    });
    builds.collect()
}

/// The events of these subscriptions, in one frame of a stream.
pub(super) fn frame(server: &Dialect, notifications: &[Notification]) -> Vec<u8> {
    let mut writer = server.begin(&STREAM, "Success");
    writer.leaf(Namespace::Messages, "ResponseCode", &[], "NoError");
    writer.start(Namespace::Messages, "Notifications", &[]);
    for notification in notifications {
        writer.notification(notification);
    }
    writer.finish()
}

/// A frame without events. Those of one server are equal.
pub(super) fn heartbeat(server: &Dialect) -> Vec<u8> {
    let mut writer = server.begin(&STREAM, "Success");
    writer.leaf(Namespace::Messages, "ResponseCode", &[], "NoError");
    writer.leaf(Namespace::Messages, "ConnectionStatus", &[], "OK");
    writer.finish()
}

/// One of the many other ways, in one line.
pub(super) fn any_dialect(random: &mut Random) -> Dialect {
    let mut prefixes = [(); 3].map(|()| {
        let length = 1 + random.below(8);
        random.text(b"abcdefghijklmnopqrstuvwyz", length) // no x, so no xml
    });
    let default_namespace = random.below(5);
    if let Some(prefix) = prefixes.get_mut(default_namespace) {
        prefix.clear();
    }
    if prefixes[0] == prefixes[1] || prefixes[0] == prefixes[2] || prefixes[1] == prefixes[2] {
        return any_dialect(random);
    }
    let xml_declarations = [
        "",
        XML_DECLARATION,
        "<?xml version='1.0' encoding='UTF-8'?>",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    ];
    let versions = ["Exchange2007_SP1", "Exchange2010_SP2", "Exchange2013_SP1"];
    let empties = [
        [Empty::Spaced; 3],
        [Empty::Tight, Empty::Tight, Empty::EndTag],
    ];
    Dialect {
        xml_declaration: random.pick(&xml_declarations),
        version: random.pick(&versions),
        soap_namespace: random.pick(&[SOAP_1_1, SOAP_1_2]),
        prefixes,
        is_on_envelope: [random.once_in(2), random.once_in(2)],
        header_has_messages: random.once_in(3),
        types_first: random.once_in(2),
        quote: random.pick(&['"', '\'']),
        empty: random.pick(&empties.concat()),
        indent: "",
        ..Dialect::exchange_2010()
    }
}
