"""Makes bodies of Exchange notifications, pushed, pulled or streamed, and of SOAP faults, and knows what they mean.

`make` builds one body from a seed and an index: a `Maker` invents a message as a tree of nodes beside
the rows that it must give, and a `Writer` spells the tree in a dialect of its own. About a quarter of the
bodies get one defect, of meaning (in the tree) or of form (in the spelling).
"""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from dialect import OTHER_EWS_URIS, URIS, VENDOR_URIS, XML, Node, Writer, mutate

Row = dict[str, Any]

XML_SPACE = " \t\r\n"
EWS = ["messages", "types", "errors", *OTHER_EWS_URIS]
SOAP = ["soap11", "soap12"]
WRONG = [*SOAP, *EWS, ""]  # where a known name is refused: vendors may have any names
KINDS = "Status Created Deleted Modified Moved Copied NewMail FreeBusyChanged".split()
EVENT_KEYS = {
    "Watermark": "watermark",
    "TimeStamp": "timestamp",
    "ItemId": "item_id",
    "FolderId": "folder_id",
    "ParentFolderId": "parent_folder_id",
    "OldItemId": "old_item_id",
    "OldFolderId": "old_folder_id",
    "OldParentFolderId": "old_parent_folder_id",
    "UnreadCount": "unread_count",
}
IDS = [name for name in EVENT_KEYS if name.endswith("Id")]
HEAD_OF_NOTIFICATION = ["SubscriptionId", "PreviousWatermark", "MoreEvents"]
OPERATIONS = ["SendNotification", "GetEventsResponse", "GetStreamingEventsResponse"]
UNKNOWN_OPERATIONS = ["FindItemResponse", "SendNotificationResponse", "sendNotification", "Header", "Subscribe"]
RESPONSES = [
    "SendNotificationResponseMessage", "GetEventsResponseMessage", "GetStreamingEventsResponseMessage",
    "GetStreamingEventsResponseMessageType",
]
RESPONSE_LEAVES = ["MessageText", "ResponseCode", "DescriptiveLinkKey", "ConnectionStatus"]
RESPONSE_PARENTS = ["MessageXml", "Notification", "Notifications", "ErrorSubscriptionIds"]
UNKNOWN_EVENTS = ["ChannelStatusEvent", "FreeBusyChangeEvent", "Événement", "createdEvent"]
STRANGE_NAMES = [
    *EVENT_KEYS, *RESPONSE_LEAVES, *RESPONSE_PARENTS, *RESPONSES, "Foo", "_x-1.y", "Été", "Envelope", "Header", "Body",
    *HEAD_OF_NOTIFICATION, "StatusEvent", "CreatedEvent", "Value", "ResponseMessages", "RequestServerVersion",
    "ServerVersionInfo", "SendNotification", "Fault", "faultcode", "detail", "Code", "Text", "Detail", "Message",
    "faultstring", "Subcode", "Reason",
]
ATTRIBUTE_NAMES = ["Id", "ChangeKey", "Version", "Name", "ResponseClass", "nil", "mustUnderstand"]
NOTHING: Row = dict.fromkeys(
    "fault_code fault_subcode fault_string response_class response_code message_text back_off_ms connection_status "
    "subscription_id previous_watermark more_events delivery event error".split()
) | {"error_subscription_ids": [], "message_xml": {}, "envelope": 1, "offset": 0, "partial": False}
VALUE_NAMES = ["SubscriptionId", "BackOffMilliseconds", "Policy", "subscriptionid", ""]
VERSION_NUMBERS = ["MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber"]

ODD_TEXTS = [
    "", " ", "\t", "\r\n", " both ends ", "<&>\"'", "]]>", "a]]>b]]", "]]]>", "&amp;", "&#65;", "--><!--",
    "알림을 읽지 못했습니다.", "📬 new\nmail 😀", "line\rline\r\nline\n\nline", "\u00a0\u0085\u2028\ufeff",
    "\U0010ffff\ufffd\ue000", "<![CDATA[x]]>", "<?pi?>", "é\u0301", "\x7f\x80", "C:\\path\\\"quoted\"",
]
BLANKS = ["", " ", "\n", "\r\n\t  "]
BAD_BOOLEANS = ["", "yes", "True", "TRUE", "2", "01", "tru e", "true\u00a0", "\u2003true", "true,"]
BAD_INTS = [
    "", " ", "+", "-", "+-1", "1.0", "1e3", "0x10", "1 2", "1,000", "2147483648", "-2147483649",
    "99999999999999999999", "٣", "1\u00a0", "\u22121", "--1", "1-",
]


@dataclass
class Case:
    """A body, and what it must give: its rows, the reason of a refusal, or None if nobody meant it."""

    body: bytes
    expected: list[Row] | str | None


def make(seed: int, index: int, file: str) -> Case:
    """The body with this index; equal arguments give an equal body."""
    rng = Random(f"{seed}/{index}")
    wild = rng.choice([0.0, 0.0, 0.01, 0.05, 0.2])
    maker, writer = Maker(rng, rng.choice([wild, wild, 0.03])), Writer(rng, wild)
    root, rows = maker.message(file)
    match rng.choices(["valid", "mutated", "truncated", "meaning", "form"], [75, 4, 3, 10, 8])[0]:
        case "valid":
            return Case(writer.document(root), rows)
        case "mutated":
            return Case(mutate(rng, writer.document(root)), None)
        case "truncated":
            body = writer.document(root, tail="")
            return Case(body[: rng.randrange(len(body))], "malformed")
        case "meaning":
            reason = rng.choice([*sorted(maker.flaws), *["wrong_namespace"] * 4])  # it has the most places
            rng.choice(maker.flaws[reason])()
            return Case(writer.document(root), reason)
        case _:
            return Case(*writer.malformed(root))


class Maker:
    """Invents a message, its rows, and the places where a flaw of meaning can be put into it."""

    def __init__(self, rng: Random, wild: float) -> None:
        self.rng = rng
        self.wild = wild
        self.padding = rng.choice([wild] * 9 + [0.5])  # a program that indents puts white space around all texts
        self.flaws: dict[str, list[Callable[[], object]]] = defaultdict(list)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def message(self, file: str) -> tuple[Node, list[Row]]:
        """The root of the message and its rows."""
        name = self.rng.choices([*OPERATIONS, "Fault"], [5, 2, 4, 2])[0]
        soap = self.rng.choice(["soap11", "soap11", "soap11", "soap12", ""] if name in OPERATIONS else SOAP)
        operation, rows = self.operation(name) if name in OPERATIONS else self.fault(soap)

        unknown = self.rng.choice(UNKNOWN_OPERATIONS)
        self.flaw("unexpected_operation", lambda: vars(operation).update(name=unknown))
        right = SOAP if name == "Fault" else [operation.ns]  # a fault may be of the other version of SOAP
        wrong = self.wrong_ns(ns for ns in [*WRONG, *VENDOR_URIS] if ns not in right)
        self.flaw("wrong_namespace", lambda: vars(operation).update(ns=wrong))
        root, version = self.envelope(soap, operation) if soap else (operation, None)
        shared = NOTHING | {"file": file, "operation": name, "server_version": version}
        return root, [shared | row for row in rows or [{}]]

    def operation(self, name: str) -> tuple[Node, list[Row]]:
        operation = Node("messages", name)
        rows: list[Row] = []
        if self.chance(0.98):
            messages = self.add(operation, "messages", "ResponseMessages")
            for _ in range(self.rng.choice([0, 1, 1, 1, 1, 2, 3])):
                rows += self.response(messages, name)
            self.add_strangers(messages, *(f"messages:{response}" for response in RESPONSES))
        self.add_strangers(operation, "messages:ResponseMessages")
        return operation, rows

    def fault(self, soap: str) -> tuple[Node, list[Row]]:
        """Of SOAP 1.1 with children in no namespace, or by mistake in its own; of SOAP 1.2 one level deeper."""
        fault, row = Node(soap, "Fault"), {}
        code = self.token("a:ErrorServerBusy", "soap:Client")
        strings = [self.text("The server cannot service this request right now.") for _ in range(3)]
        if soap == "soap11":
            ns, detail = self.rng.choice(["", "", "", soap]), "detail"
            row["fault_code"] = trimmed(self.optional(0.9, fault, ns, "faultcode", code))
            row["fault_string"] = self.optional(0.9, fault, ns, "faultstring", strings[0])
        else:
            ns, detail = soap, "Detail"
            if self.chance(0.9):
                holder = self.add(fault, soap, "Code")
                row["fault_code"] = trimmed(self.optional(0.9, holder, soap, "Value", code))
                if self.chance(0.7):
                    subcode = self.add(holder, soap, "Subcode")
                    value = self.optional(0.9, subcode, soap, "Value", self.token("a:ErrorInvalidSubscription"))
                    row["fault_subcode"] = trimmed(value)
                    subcode.content += [Node(soap, "Subcode", is_repeatable=True) for _ in range(self.chance(0.1))]
                    self.add_strangers(subcode, f"{soap}:Value")
                self.add_strangers(holder, f"{soap}:Value", f"{soap}:Subcode")
            if self.chance(0.9):
                reason = self.add(fault, soap, "Reason")
                for string in strings[: self.rng.randrange(4)]:
                    self.add(reason, soap, "Text", string, is_repeatable=True)
                    row["fault_string"] = strings[0]
                self.add_strangers(reason, f"{soap}:Text")
        if self.chance(0.8):
            row |= self.detail(self.add(fault, ns, detail))
        if soap == "soap11":
            names = [f"{ns}:{name}" for ns in ("", soap) for name in ("faultcode", "faultstring", "detail")]
        else:
            names = [f"{soap}:{name}" for name in ("Code", "Reason", "Detail")]
        self.add_strangers(fault, *names)
        return fault, [row]

    def detail(self, detail: Node) -> Row:
        code, text = self.token("ErrorServerBusy"), self.text("Try again later.")
        row = {
            "response_code": trimmed(self.optional(0.9, detail, "errors", "ResponseCode", code)),
            "message_text": self.optional(0.9, detail, "errors", "Message", text),
        }
        if self.chance(0.3):
            detail.content.append(Node("errors", "Line", [], ["2"], is_repeatable=True))
        if self.chance(0.5):
            row |= self.details(detail, "types")
        wrong = [ns for ns in WRONG if ns]  # anybody's details may be in no namespace
        if self.chance(0.1):
            name = self.rng.choice(["ResponseCode", "Message", "MessageXml"])
            detail.content.append(Node("", name, [], [self.text("of a proxy")], is_repeatable=True))
        self.add_strangers(detail, "errors:ResponseCode", "errors:Message", "types:MessageXml", wrong=wrong)
        return row

    def envelope(self, soap: str, operation: Node) -> tuple[Node, str | None]:
        """The envelope around the operation, and the version in its header."""
        envelope, version = Node(soap, "Envelope"), None
        if self.chance(0.8):
            header = self.add(envelope, soap, "Header")
            version = self.header(header)
            self.add_strangers(header, "types:RequestServerVersion", "types:ServerVersionInfo")
        body = self.add(envelope, soap, "Body")
        body.content.append(operation)
        self.add_strangers(envelope, f"{soap}:Header", f"{soap}:Body")

        operations = [f"messages:{name}" for name in OPERATIONS] + [f"{soap}:Fault" for soap in SOAP]
        wrong = self.wrong_child(operations, [*WRONG, *VENDOR_URIS])
        self.flaw("wrong_namespace", lambda: body.content.append(wrong))
        unknown = self.rng.choice(UNKNOWN_OPERATIONS)
        self.flaw("unexpected_operation", lambda: body.content.append(Node(self.strange_ns(), unknown)))
        self.flaw("repeated_element", lambda: body.content.append(deepcopy(operation)))
        self.flaw("missing_operation", body.content.clear)
        self.flaw("missing_body", lambda: envelope.content.remove(body))
        self.flaw("missing_body", lambda: setattr(body, "ns", self.rng.choice(VENDOR_URIS)))
        wrong_ns = self.wrong_ns(ns for ns in [*WRONG, *VENDOR_URIS] if ns not in SOAP)
        self.flaw("wrong_namespace", lambda: setattr(envelope, "ns", wrong_ns))
        return envelope, version

    def header(self, header: Node) -> str | None:
        versions: list[str | None] = [None, None]
        if self.chance(0.8):
            attributes = []
            if self.chance(0.95):
                versions[0] = self.token("Exchange2013", "Exchange2010_SP2", "V2017_07_11")
                attributes = [("", "Version", versions[0])]
            self.add(header, "types", "RequestServerVersion", self.ignored_text(), attributes)
        if self.chance(0.3):
            names = [name for name in VERSION_NUMBERS if self.chance(0.7)]
            attributes = [("", name, self.number()[0]) for name in names]
            if self.chance(0.7):
                versions[1] = self.token("V2018_01_08", "Exchange2016")
                attributes.append(("", "Version", versions[1]))
            info = self.add(header, "types", "ServerVersionInfo", self.ignored_text(), attributes)
            for index, name in enumerate(names):
                wrong = ("", name, self.rng.choice(BAD_INTS))
                self.flaw("invalid_int", lambda at=index, new=wrong: info.attributes.__setitem__(at, new))
        return next((trimmed(version) for version in versions if version is not None), None)

    def response(self, messages: Node, operation: str) -> list[Row]:
        known = self.rng.choice(["Success", "Success", "Error", "Warning"])
        unknown = self.rng.choice([None, "", "success", "Success ", "Fatal"])
        response_class = self.padded(known) if self.chance(0.95) else unknown
        attributes = [] if response_class is None else [("", "ResponseClass", response_class)]
        name = f"{operation.removesuffix('Response')}ResponseMessage"
        name = name if self.chance(0.95) else self.rng.choice(RESPONSES)
        response = self.add(messages, "messages", name, None, attributes, is_repeatable=True)
        failed = known == "Error"
        row: Row = {"response_class": trimmed(response_class)}
        text = self.text("읽지 못했습니다.", "The subscription's events can't be read.")
        code = self.token("ErrorReadEventsFailed" if failed else "NoError")
        row["message_text"] = self.optional(0.9 if failed else 0.05, response, "messages", "MessageText", text)
        row["response_code"] = trimmed(self.optional(0.97, response, "messages", "ResponseCode", code))
        if self.chance(0.5 if failed else 0.05):
            self.add_number(response, "messages", "DescriptiveLinkKey")
        if self.chance(0.9 if failed else 0.05):
            row |= self.details(response, "messages")
            row["subscription_id"] = trimmed(row["message_xml"].get("SubscriptionId")) or None
        rows: list[Row] = []
        if operation == "GetStreamingEventsResponse" or self.chance(0.05):
            rows = self.streamed(response, row, failed)
        elif self.chance(0.1 if failed else 0.97):
            rows = self.notification(response)
        known_names = [f"messages:{name}" for name in RESPONSE_LEAVES + RESPONSE_PARENTS]
        self.add_strangers(response, *known_names, "types:Notification")
        return [row | of_event for of_event in rows or [{}]]

    def streamed(self, response: Node, row: Row, failed: bool) -> list[Row]:
        """What a response to a streaming request has, in place of the one Notification of others."""
        rows: list[Row] = []
        if self.chance(0.1 if failed else 0.6):
            notifications = self.add(response, "messages", "Notifications")
            for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3])):
                same = rows[-1]["subscription_id"] if rows and self.chance(0.3) else None
                rows += self.notification(notifications, same, is_repeatable=True)
            self.add_strangers(notifications, "messages:Notification", "types:Notification")
        if self.chance(0.7 if failed else 0.05):
            ids = self.add(response, "messages", "ErrorSubscriptionIds")
            texts = [self.token(self.opaque(100)) for _ in range(self.rng.choice([0, 1, 1, 2, 3]))]
            for text in texts:
                ns = self.rng.choice(["messages", "messages", "types"])
                self.add(ids, ns, "SubscriptionId", text, is_repeatable=True)
            row["error_subscription_ids"] = [trimmed(text) for text in texts if trimmed(text)]
            self.add_strangers(ids, "messages:SubscriptionId", "types:SubscriptionId")
        status = self.token("OK", "OK", "Closed")
        status = self.optional(0.1 if rows else 0.9, response, "messages", "ConnectionStatus", status)
        row["connection_status"] = trimmed(status)
        return rows

    def details(self, parent: Node, ns: str) -> Row:
        """MessageXml, and its values by name."""
        details = self.add(parent, ns, "MessageXml")
        found: dict[str, str] = {}
        row: Row = {"message_xml": found, "back_off_ms": None}
        for _ in range(self.rng.choice([0, 1, 1, 2, 4])):
            name = self.rng.choices(VALUE_NAMES, [3, 3, 1, 1, 1])[0]
            value, number = self.text(self.opaque(100)), None
            if name == "BackOffMilliseconds" and self.chance(0.8):
                number = self.rng.choice([0, 1, 297749, 2**32, 2**64 - 1])
                value = self.padded(str(number))
            elif name == "BackOffMilliseconds":
                value = self.rng.choice([*BLANKS, "-1", "1.5", "soon", str(2**64), "1 000"])
            attributes = [("", "Name", self.padded(name))] if name or self.chance(0.5) else []
            self.add(details, "types", "Value", value, attributes, is_repeatable=True)
            if name == "BackOffMilliseconds" and name not in found:
                row["back_off_ms"] = number
            found.setdefault(name, value)
        self.add_strangers(details, "types:Value")
        return row

    def notification(self, parent: Node, same: str | None = None, *, is_repeatable: bool = False) -> list[Row]:
        """A Notification, perhaps of the same subscription as the last."""
        ns, other_ns = self.rng.choice([("messages", "types")] * 4 + [("types", "messages")])
        notification = self.add(parent, ns, "Notification", is_repeatable=is_repeatable)
        if not is_repeatable:
            self.flaw("repeated_element", lambda: parent.content.append(replace(notification, ns=other_ns)))

        subscription_id = self.padded(same) if same else self.id(100, 84, 120)
        row: Row = {"subscription_id": trimmed(subscription_id)}
        subscription = self.add(notification, "types", "SubscriptionId", subscription_id)
        blank, foreign_ns = self.rng.choice(BLANKS), self.rng.choice(VENDOR_URIS)
        self.flaw("missing_subscription_id", lambda: notification.content.remove(subscription))
        self.flaw("missing_subscription_id", lambda: vars(subscription).update(content=[blank]))
        self.flaw("missing_subscription_id", lambda: setattr(subscription, "ns", foreign_ns))
        watermark = self.optional(0.8, notification, "types", "PreviousWatermark", self.token(self.opaque(40)))
        row["previous_watermark"] = trimmed(watermark) or None
        if self.chance(0.8):
            word = self.rng.choice(["false", "false", "true", "0", "1"])
            more = self.add(notification, "types", "MoreEvents", self.padded(word))
            row["more_events"] = word in ("true", "1")
            wrong = self.rng.choice(BAD_BOOLEANS)
            self.flaw("invalid_boolean", lambda: vars(more).update(content=[wrong]))
        wrong_child = self.wrong_child([f"types:{name}" for name in HEAD_OF_NOTIFICATION], WRONG)
        self.flaw("wrong_namespace", lambda: notification.content.append(wrong_child))
        count = self.rng.choice([0, 1, 1, 1, 2, 3, 5, 5, self.rng.randrange(30)])
        is_unknown = [self.chance(0.05 + self.wild) for _ in range(count)]
        makers = [self.unknown_event if unknown else self.event for unknown in is_unknown]
        return [row | {"event": make_event(notification)} for make_event in makers] or [row]

    def event(self, notification: Node) -> Row:
        kind = self.rng.choice(KINDS)
        event = self.add(notification, "types", f"{kind}Event", is_repeatable=True)
        fields: Row = {"kind": f"{kind}Event", "other": None} | dict.fromkeys(EVENT_KEYS.values())
        for name in self.event_leaves(kind):
            fields[EVENT_KEYS[name]] = self.child_of_event(event, name)
        self.add_strangers(event, *(f"types:{name}" for name in EVENT_KEYS), wrong=[])
        return fields

    def unknown_event(self, notification: Node) -> Row:
        """Any other element, with children of events in their proper form or in another."""
        ns = self.rng.choice(["types", "types", "messages", self.strange_ns()])
        names = [UNKNOWN_EVENTS, STRANGE_NAMES, HEAD_OF_NOTIFICATION, [f"{kind}Event" for kind in KINDS]]
        name = self.rng.choice(self.rng.choice(names))
        if ns in WRONG and name in HEAD_OF_NOTIFICATION or ns == "types" and name.removesuffix("Event") in KINDS:
            name = f"Un{name}"
        event = Node(ns, name, self.strange_attributes(), is_repeatable=True, written={"name": name})
        notification.content.append(event)
        fields: Row = {"kind": "Other", "other": event.written} | dict.fromkeys(EVENT_KEYS.values())
        self.add_strangers(event, *(f"types:{name}" for name in EVENT_KEYS), wrong=[])
        for name in self.event_leaves(self.rng.choice(KINDS)):
            fields[EVENT_KEYS[name]] = self.child_of_unknown_event(event, name)
            if self.chance(0.1):
                self.child_of_unknown_event(event, name)  # only the first counts
        self.add_strangers(event, *(f"types:{name}" for name in EVENT_KEYS), wrong=[])
        return fields

    def child_of_unknown_event(self, event: Node, name: str) -> object:
        """Its value, which is None with a flaw: a flaw that would be an error in a known event."""
        flaws, self.flaws = self.flaws, defaultdict(list)
        value = self.child_of_event(event, name)
        event.content[-1].is_repeatable = True
        if self.chance(0.2):
            reason = self.rng.choice(sorted(self.flaws))
            self.rng.choice(self.flaws[reason])()
            value = value if reason == "repeated_element" else None
        self.flaws = flaws
        return value

    def child_of_event(self, event: Node, name: str) -> object:
        """Appends a child of an event; its value."""
        if name in IDS:
            return self.add_id(event, name)
        if name == "UnreadCount":
            return self.add_number(event, "types", name)
        text = self.token(self.opaque(40) if name == "Watermark" else "2024-02-29T12:34:56Z")
        self.add(event, "types", name, text)
        return (trimmed(text) or None) if name == "Watermark" else trimmed(text)

    def event_leaves(self, kind: str) -> list[str]:
        """The children of an event: most often those that a server writes."""
        if self.chance(0.2):
            return [name for name in EVENT_KEYS if self.chance(0.5)]
        leaves = ["Watermark"] if self.chance(0.8) else []
        if kind != "Status":
            target = self.rng.choice(["ItemId", "FolderId"])
            leaves += ["TimeStamp", target, "ParentFolderId"]
            leaves += [f"Old{target}", "OldParentFolderId"] if kind in ("Moved", "Copied") else []
            leaves += ["UnreadCount"] if kind == "Modified" and self.chance(0.5) else []
        return leaves

    def add(
        self,
        parent: Node,
        ns: str,
        name: str,
        text: str | None = None,
        attributes: Iterable[tuple[str, str, str]] = (),
        *,
        is_repeatable: bool = False,
    ) -> Node:
        """Appends an element that the reader knows; a leaf if it is given a text."""
        node = Node(ns, name, [*attributes], [text] if text else [], text is not None, is_repeatable)
        node.attributes += self.strange_attributes()
        parent.content.append(node)
        if not is_repeatable:
            self.flaw("repeated_element", lambda: parent.content.append(deepcopy(node)))
        if node.is_leaf:
            self.flaw("element_in_leaf", lambda: node.content.append(self.stranger()))
        return node

    def optional(self, probability: float, parent: Node, ns: str, name: str, text: str) -> str | None:
        if not self.chance(probability):
            return None
        self.add(parent, ns, name, text)
        return text

    def add_number(self, parent: Node, ns: str, name: str) -> int:
        text, value = self.number()
        node = self.add(parent, ns, name, text)
        wrong = self.rng.choice(BAD_INTS)
        self.flaw("invalid_int", lambda: vars(node).update(content=[wrong]))
        return value

    def add_id(self, event: Node, name: str) -> Row:
        id_, change_key = self.id(152, 116, 120), None
        attributes = [("", "Id", id_)]
        if self.chance(0.9):
            change_key = self.token("AQAAAA==", "DwAAAA==")
            attributes.append(("", "ChangeKey", change_key))
        node = self.add(event, "types", name, self.ignored_text(), attributes)
        wrong = [("", "ID", id_), ("urn:x:y", "Id", id_), ("", "id", id_), ("", "Id", self.rng.choice(BLANKS))]
        self.flaw("missing_id", lambda: node.attributes.__setitem__(0, self.rng.choice(wrong)))
        self.flaw("missing_id", lambda: node.attributes.pop(0))
        return {"id": trimmed(id_), "change_key": trimmed(change_key)}

    def add_strangers(self, parent: Node, *known: str, wrong: list[str] = WRONG) -> None:
        """Appends elements that the reader must skip; the known ones are all that it reads there.

        Those with a known name in one of the wrong namespaces are a flaw.
        """
        names = sorted({name.partition(":")[2] for name in known})
        while self.chance(self.wild):
            node = self.stranger()
            node.name = self.rng.choice([node.name, node.name, *names])
            if qualified(node) not in known and (node.name not in names or node.ns not in wrong):
                parent.content.append(node)
        if wrong:
            child = self.wrong_child(known, wrong)
            self.flaw("wrong_namespace", lambda: parent.content.append(child))

    def wrong_child(self, known: Iterable[str], wrong: list[str]) -> Node:
        """An element with a known name in a wrong namespace."""
        name = self.rng.choice([*known]).partition(":")[2]
        return Node(self.wrong_ns(ns for ns in wrong if f"{ns}:{name}" not in known), name, is_repeatable=True)

    def wrong_ns(self, wrong: Iterable[str]) -> str:
        """One of these namespaces. Those of SOAP, of EWS, of vendors, and none are equally likely."""
        kinds: dict[str, list[str]] = defaultdict(list)
        for ns in wrong:
            kinds["soap" if ns in SOAP else "ews" if ns in EWS else "vendor" if ns else ""].append(ns)
        return self.rng.choice(kinds[self.rng.choice(sorted(kinds))])

    def stranger(self, depth: int = 0) -> Node:
        """An element with content, of any name."""
        node = Node(self.strange_ns(), self.rng.choice(STRANGE_NAMES), is_repeatable=True)
        while depth < 4 and self.chance(0.4):
            node.content.append(self.stranger(depth + 1) if self.chance(0.6) else self.text("stray"))
        return node

    def strange_attributes(self) -> list[tuple[str, str, str]]:
        """Attributes that the reader must skip, with different names."""
        names = [name for name in ATTRIBUTE_NAMES if self.chance(self.wild / 4)]
        attributes = [(self.strange_ns() or XML, name, self.text("1")) for name in names]
        return attributes + ([("", "strange", self.text("1"))] if self.chance(self.wild) else [])

    def strange_ns(self) -> str:
        return self.rng.choice([*URIS, "", self.rng.choice(OTHER_EWS_URIS), self.rng.choice(VENDOR_URIS)])

    def flaw(self, reason: str, apply: Callable[[], object]) -> None:
        self.flaws[reason].append(apply)

    def opaque(self, *lengths: int) -> str:
        characters = string.ascii_letters + string.digits + "+/"
        return "".join(self.rng.choices(characters, k=self.rng.choice(lengths)))

    def text(self, *usual: str) -> str:
        return self.rng.choice(ODD_TEXTS if self.chance(self.wild) else usual)

    def token(self, *usual: str) -> str:
        """A text whose white space at the ends does not count."""
        return self.padded(self.text(*usual))

    def id(self, *lengths: int) -> str:
        """A token that is not blank."""
        token = self.token(self.opaque(*lengths))
        return token if trimmed(token) else self.padded("a")

    def ignored_text(self) -> str:
        return self.text("")

    def padded(self, word: str) -> str:
        """A value with white space around it, sometimes."""
        if not self.chance(self.padding):
            return word
        return "".join(self.rng.choices(" \t\r\n", k=2)) + word + self.rng.choice(["", "\n", " \r\n\t"])

    def number(self) -> tuple[str, int]:
        """An int as text and as value."""
        value = self.rng.choice([0, 1, 3, 15, 847, 2**31 - 1, -(2**31), self.rng.randrange(10**6)])
        if not self.chance(self.wild):
            return self.padded(str(value)), value
        sign = "-" if value < 0 else self.rng.choice(["", "+", "-" if value == 0 else ""])
        return self.padded(sign + "0" * self.rng.choice([0, 1, 30]) + str(abs(value))), value


def trimmed(text: str | None) -> str | None:
    return None if text is None else text.strip(XML_SPACE)


def qualified(node: Node) -> str:
    return f"{node.ns}:{node.name}"
