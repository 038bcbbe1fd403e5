"""Reads the body of an Exchange notification, pushed, pulled or streamed, or of a SOAP fault with expat.

`extract` returns the rows that `ewsn inspect --format ndjson` has to print for a body, or raises
`Refused` with the reason as a short word. It is written from the description of the format alone and
shares no code with the library, so that a mistake would have to be made twice to stay hidden.

It builds a tree first: a body that is not well-formed is refused before its meaning is looked at.

What expat does differently from XML 1.0 (5th edition), and how that is dealt with:
- it takes any text as the version and knows encodings other than UTF-8: checked in the handler of the
  XML declaration;
- it has the name characters of the fourth edition: bodies must use only names legal in both;
- it reads UTF-16 and, on request, processes a DTD: refused here, as any DOCTYPE is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

Row = dict[str, Any]

SEPARATOR = "\x1f"  # no character of XML, so in no namespace URI
XML_SPACE = " \t\r\n"
NAMESPACES = {
    "http://schemas.xmlsoap.org/soap/envelope/": "soap11",
    "http://www.w3.org/2003/05/soap-envelope": "soap12",
    "http://schemas.microsoft.com/exchange/services/2006/messages": "messages",
    "https://schemas.microsoft.com/exchange/services/2006/messages": "messages",
    "http://schemas.microsoft.com/exchange/services/2006/types": "types",
    "https://schemas.microsoft.com/exchange/services/2006/types": "types",
    "http://schemas.microsoft.com/exchange/services/2006/errors": "errors",
    "https://schemas.microsoft.com/exchange/services/2006/errors": "errors",
}
OPERATIONS = [f"messages:{name}" for name in ("SendNotification", "GetEventsResponse", "GetStreamingEventsResponse")]
RESPONSES = [
    "messages:SendNotificationResponseMessage",
    "messages:GetEventsResponseMessage",
    "messages:GetStreamingEventsResponseMessage",
    "messages:GetStreamingEventsResponseMessageType",  # of an emulator
]
NOTIFICATION = ("messages:Notification", "types:Notification")
EVENTS = {
    f"types:{kind}Event"
    for kind in "Status Created Deleted Modified Moved Copied NewMail FreeBusyChanged".split()
}
IDS = {
    "item_id": "ItemId",
    "folder_id": "FolderId",
    "parent_folder_id": "ParentFolderId",
    "old_item_id": "OldItemId",
    "old_folder_id": "OldFolderId",
    "old_parent_folder_id": "OldParentFolderId",
}
EVENT_KEYS = ("kind", "watermark", "timestamp", *IDS, "unread_count")
VERSION_NUMBERS = ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber")


class Refused(Exception):
    """The body is refused; the only argument is the reason."""


@dataclass
class Element:
    """An element: its name as `namespace:local`, and its attributes that are in no namespace."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def local(self) -> str:
        return self.name.partition(":")[2]

    def all(self, *names: str) -> list[Element]:
        return [child for child in self.children if child.name in names]

    def one(self, *names: str) -> Element | None:
        """The child that may stand once, under any of its names."""
        found = self.all(*names)
        if len(found) > 1:
            raise Refused("repeated")
        return found[0] if found else None

    def leaf(self, *names: str) -> Element | None:
        """The child that may stand once and holds no elements."""
        return checked_leaf(self.one(*names))

    def leaf_text(self, *names: str) -> str | None:
        leaf = self.leaf(*names)
        return leaf.text if leaf else None

    def leaf_texts(self, *names: str) -> list[str]:
        """Of the children that may stand any number of times and hold no elements."""
        return [checked_leaf(leaf).text for leaf in self.all(*names)]


def extract(body: bytes, file: str) -> list[Row]:
    """The rows of a body, whose path is only copied into them."""
    header, operation = unwrap(parse(body))
    shared = {
        "file": file,
        "operation": operation.local,
        "server_version": server_version(header),
        "fault_code": None,
        "fault_string": None,
        "response_class": None,
        "response_code": None,
        "message_text": None,
        "connection_status": None,
        "error_subscription_ids": [],
        "subscription_id": None,
        "previous_watermark": None,
        "more_events": None,
        "event": None,
    }
    if operation.local == "Fault":
        return [shared | fault_row(operation)]
    messages = operation.one("messages:ResponseMessages")
    responses = messages.all(*RESPONSES) if messages else []
    return [shared | row for response in responses for row in response_rows(response)] or [shared]


def parse(body: bytes) -> Element:
    """The root element of a well-formed body without a DOCTYPE."""
    document = Element("document", {})
    open_elements = [document]

    def start(name: str, attributes: dict[str, str]) -> None:
        uri, found, local = name.rpartition(SEPARATOR)
        namespace = NAMESPACES.get(uri, "foreign") if found else "none"
        plain = {key: value for key, value in attributes.items() if SEPARATOR not in key}
        element = Element(f"{namespace}:{local}", plain)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_name: str) -> None:
        open_elements.pop()

    def text(data: str) -> None:
        open_elements[-1].text += data

    def declaration(version: str, encoding: str | None, _standalone: int) -> None:
        if not re.fullmatch(r"1\.[0-9]+", version):
            raise Refused("syntax")
        if encoding and encoding.lower() != "utf-8":
            raise Refused("encoding")

    def doctype(*_: object) -> None:
        raise Refused("doctype")

    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.XmlDeclHandler = declaration
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Refused("syntax") from error
    return document.children[0]


def unwrap(root: Element) -> tuple[Element | None, Element]:
    """The SOAP header, if any, and the operation."""
    if root.name in OPERATIONS:
        return None, root
    soap = root.name.partition(":")[0]
    if root.local != "Envelope":
        raise Refused("operation")
    if soap not in ("soap11", "soap12"):
        raise Refused("envelope")
    header, body = root.one(f"{soap}:Header"), root.one(f"{soap}:Body")
    if body is None:
        raise Refused("body")
    if not body.children:
        raise Refused("empty")
    operation = body.children[0]
    if len(body.children) > 1 or operation.name not in [*OPERATIONS, f"{soap}:Fault"]:
        raise Refused("operation")
    return header, operation


def server_version(header: Element | None) -> str | None:
    if header is None:
        return None
    request = header.leaf("types:RequestServerVersion")
    server = header.leaf("types:ServerVersionInfo")
    if server:
        for name in VERSION_NUMBERS:
            number(server.attributes.get(name))
    versions = [element.attributes.get("Version") for element in (request, server) if element]
    return next((version for version in versions if version is not None), None)


def fault_row(fault: Element) -> Row:
    if fault.name == "soap11:Fault":
        code = fault.leaf_text("none:faultcode", "soap11:faultcode")
        string = fault.leaf_text("none:faultstring", "soap11:faultstring")
        detail = fault.one("none:detail", "soap11:detail")
    else:
        holder, reason, detail = (fault.one(f"soap12:{name}") for name in ("Code", "Reason", "Detail"))
        code = holder.leaf_text("soap12:Value") if holder else None
        texts = reason.leaf_texts("soap12:Text") if reason else []
        string = texts[0] if texts else None
    row = {"fault_code": code, "fault_string": string, "response_code": None, "message_text": None}
    if detail:
        row["response_code"] = detail.leaf_text("errors:ResponseCode")
        row["message_text"] = detail.leaf_text("errors:Message")
        subscription(detail.one("types:MessageXml"))
    return row


def response_rows(response: Element) -> list[Row]:
    number(response.leaf_text("messages:DescriptiveLinkKey"))
    ids = response.one("messages:ErrorSubscriptionIds")
    row = {
        "response_class": response.attributes.get("ResponseClass"),
        "response_code": response.leaf_text("messages:ResponseCode"),
        "message_text": response.leaf_text("messages:MessageText"),
        "connection_status": response.leaf_text("messages:ConnectionStatus"),
        "error_subscription_ids": ids.leaf_texts("messages:SubscriptionId", "types:SubscriptionId") if ids else [],
        "subscription_id": subscription(response.one("messages:MessageXml")),
    }
    response.one(*NOTIFICATION)
    response.one("messages:Notifications")
    notifications: list[Element] = []
    for child in response.children:
        if child.name in NOTIFICATION:
            notifications.append(child)
        elif child.name == "messages:Notifications":
            notifications += child.all(*NOTIFICATION)
    rows = [row | of_event for notification in notifications for of_event in notification_rows(notification)]
    return rows or [row]


def subscription(details: Element | None) -> str | None:
    """The subscription that the details of an error name."""
    values = [checked_leaf(value) for value in details.all("types:Value")] if details else []
    named = [value.text for value in values if value.attributes.get("Name") == "SubscriptionId"]
    return named[0] if named else None


def notification_rows(notification: Element) -> list[Row]:
    row: Row = {"subscription_id": notification.leaf_text("types:SubscriptionId")}
    if row["subscription_id"] is None:
        raise Refused("subscription")
    row["previous_watermark"] = notification.leaf_text("types:PreviousWatermark")
    row["more_events"] = boolean(notification.leaf_text("types:MoreEvents"))
    fields = {"types:SubscriptionId", "types:PreviousWatermark", "types:MoreEvents"}
    events = [
        event_fields(child)
        for child in notification.children
        if child.name.startswith("types:") and child.name not in fields
    ]
    return [row | {"event": event} for event in events or [None]]


def event_fields(event: Element) -> Row:
    fields: Row = dict.fromkeys(EVENT_KEYS)
    fields["kind"] = event.local
    if event.name in EVENTS:
        fields["watermark"] = event.leaf_text("types:Watermark")
        fields["timestamp"] = event.leaf_text("types:TimeStamp")
        fields["unread_count"] = number(event.leaf_text("types:UnreadCount"))
        for key, name in IDS.items():
            fields[key] = identifier(event.leaf(f"types:{name}"))
    return fields


def identifier(element: Element | None) -> Row | None:
    if element is None:
        return None
    if "Id" not in element.attributes:
        raise Refused("id")
    return {"id": element.attributes["Id"], "change_key": element.attributes.get("ChangeKey")}


def checked_leaf(element: Element | None) -> Element | None:
    if element and element.children:
        raise Refused("nested")
    return element


def boolean(text: str | None) -> bool | None:
    if text is None:
        return None
    values = {"true": True, "1": True, "false": False, "0": False}
    if text.strip(XML_SPACE) not in values:
        raise Refused("boolean")
    return values[text.strip(XML_SPACE)]


def number(text: str | None) -> int | None:
    if text is None:
        return None
    digits = text.strip(XML_SPACE)
    if not re.fullmatch(r"[+-]?[0-9]+", digits) or not -(2**31) <= int(digits) < 2**31:
        raise Refused("int")
    return int(digits)
