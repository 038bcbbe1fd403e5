"""Reads the body of an Exchange notification, pushed, pulled or streamed, or of a SOAP fault with expat.

`extract` returns the rows that `ewsn inspect --format ndjson` has to print for a body, or raises
`Refused` with the reason: the code of the error that `ewsn` has to print, or `malformed` for all errors of
that class. It is written from the description of the format alone and shares no code with the library, so
that a mistake would have to be made twice to stay hidden.

It builds a tree first: a body that is not well-formed is refused before its meaning is looked at.

What expat does differently from XML 1.0 (5th edition), and how that is dealt with:
- it takes any text as the version and knows encodings other than UTF-8: checked in the handler of the
  XML declaration;
- it has the name characters of the fourth edition: bodies must use only names legal in both;
- it reads UTF-16 and, on request, processes a DTD: refused here, as any DOCTYPE is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

Row = dict[str, Any]

KEYS = [
    "operation", "server_version", "fault_code", "fault_subcode", "fault_string", "response_class", "response_code",
    "message_text", "message_xml", "back_off_ms", "connection_status", "error_subscription_ids", "subscription_id",
    "previous_watermark", "more_events", "delivery", "event", "error",
]
EMPTY: Row = dict.fromkeys(KEYS) | {  # a row, but for its file; each body is one envelope
    "envelope": 1, "offset": 0, "partial": False, "message_xml": {}, "error_subscription_ids": []
}

SEPARATOR = "\x1f"  # no character of XML, so in no namespace URI
XML_SPACE = " \t\r\n"
START_TAG = re.compile(rb"<(?:[^'\">]|'[^']*'|\"[^\"]*\")*>")
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
EWS_URI = re.compile(r".{0,16}schemas\.microsoft\.com/exchange", re.DOTALL | re.IGNORECASE)  # how all of EWS begin
SOAP = {"soap11", "soap12"}
EWS = {"messages", "types", "errors", "ews"}
# The namespaces of Microsoft and SOAP in which an element with a known name is refused. Those of vendors are skipped.
WRONG = SOAP | EWS | {"none"}
OPERATION_NAMES = ["SendNotification", "GetEventsResponse", "GetStreamingEventsResponse"]
OPERATIONS = [f"messages:{name}" for name in OPERATION_NAMES]
RESPONSES = [
    "messages:SendNotificationResponseMessage",
    "messages:GetEventsResponseMessage",
    "messages:GetStreamingEventsResponseMessage",
    "messages:GetStreamingEventsResponseMessageType",  # of an emulator
]
NOTIFICATION = ("messages:Notification", "types:Notification")
HEAD_OF_NOTIFICATION = ("SubscriptionId", "PreviousWatermark", "MoreEvents")
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
VERSION_NUMBERS = ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber")


class Refused(Exception):
    """The body is refused; the only argument is the reason."""


@dataclass
class Element:
    """An element: its name as `namespace:local`, and its attributes that are in no namespace."""

    name: str
    uri: str
    attributes: dict[str, str]
    begin: int  # where its start tag begins in the body
    raw: bytes = b""  # from its start tag to its end tag
    children: list[Element] = field(default_factory=list)
    text: str = ""
    wrong: set[str] = field(default_factory=lambda: WRONG)  # where a child with a known name must not be

    @property
    def namespace(self) -> str:
        return self.name.partition(":")[0]

    @property
    def local(self) -> str:
        return self.name.partition(":")[2]

    def all(self, *names: str) -> list[Element]:
        """The children with these names, which are all that have their local names."""
        found = [child for child in self.children if child.name in names]
        known = {name.partition(":")[2] for name in names}
        for child in self.children:
            if child.local in known and child.name not in names and child.namespace in self.wrong:
                raise Refused("wrong_namespace")
        return found

    def one(self, *names: str) -> Element | None:
        """The child that may stand once, under any of its names."""
        found = self.all(*names)
        if len(found) > 1:
            raise Refused("repeated_element")
        return found[0] if found else None

    def leaf(self, *names: str) -> Element | None:
        """The child that may stand once and holds no elements."""
        return checked_leaf(self.one(*names))

    def leaf_text(self, *names: str) -> str | None:
        leaf = self.leaf(*names)
        return leaf.text if leaf else None

    def leaf_token(self, *names: str) -> str | None:
        return token(self.leaf_text(*names))

    def leaf_texts(self, *names: str) -> list[str]:
        """Of the children that may stand any number of times and hold no elements."""
        return [checked_leaf(leaf).text for leaf in self.all(*names)]

    def token_of(self, attribute: str) -> str | None:
        return token(self.attributes.get(attribute))


def extract(body: bytes, file: str) -> list[Row]:
    """The rows of a body, whose path is only copied into them."""
    header, operation = unwrap(parse(body))
    shared = EMPTY | {"file": file, "operation": operation.local, "server_version": server_version(header)}
    if operation.local == "Fault":
        return [shared | fault_row(operation)]
    messages = operation.one("messages:ResponseMessages")
    responses = messages.all(*RESPONSES) if messages else []
    return [shared | row for response in responses for row in response_rows(response)] or [shared]


def parse(body: bytes) -> Element:
    """The root element of a well-formed body without a DOCTYPE."""
    document = Element("document:", "", {}, 0)
    open_elements = [document]

    def start(name: str, attributes: dict[str, str]) -> None:
        uri, _, local = name.rpartition(SEPARATOR)
        plain = {key: value for key, value in attributes.items() if SEPARATOR not in key}
        element = Element(f"{namespace(uri)}:{local}", uri, plain, parser.CurrentByteIndex)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_name: str) -> None:
        element = open_elements.pop()
        is_empty_tag = START_TAG.match(body, element.begin)[0].endswith(b"/>")
        end = parser.CurrentByteIndex if is_empty_tag else body.index(b">", parser.CurrentByteIndex) + 1
        element.raw = body[element.begin : end]

    def text(data: str) -> None:
        open_elements[-1].text += data

    def declaration(version: str, encoding: str | None, _standalone: int) -> None:
        if not re.fullmatch(r"1\.[0-9]+", version):
            raise Refused("malformed")
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
        raise Refused("malformed") from error
    return document.children[0]


def namespace(uri: str) -> str:
    """A short name for a namespace."""
    if uri in NAMESPACES:
        return NAMESPACES[uri]
    if not uri:
        return "none"
    return "ews" if EWS_URI.match(uri) else "vendor"


def unwrap(root: Element) -> tuple[Element | None, Element]:
    """The SOAP header, if any, and the operation."""
    if root.name in OPERATIONS:
        return None, root
    soap = root.namespace
    if root.local != "Envelope" or soap not in SOAP:
        raise Refused("wrong_namespace" if root.local in ["Envelope", *OPERATION_NAMES] else "unexpected_operation")
    header, body = root.one(f"{soap}:Header"), root.one(f"{soap}:Body")
    if body is None:
        raise Refused("missing_body")
    if not body.children:
        raise Refused("missing_operation")
    for child in body.children:
        if child.name not in [*OPERATIONS, "soap11:Fault", "soap12:Fault"]:
            raise Refused("wrong_namespace" if child.local in ["Fault", *OPERATION_NAMES] else "unexpected_operation")
    if len(body.children) > 1:
        raise Refused("repeated_element")
    return header, body.children[0]


def server_version(header: Element | None) -> str | None:
    if header is None:
        return None
    request = header.leaf("types:RequestServerVersion")
    server = header.leaf("types:ServerVersionInfo")
    if server:
        for name in VERSION_NUMBERS:
            number(server.attributes.get(name))
    versions = [element.token_of("Version") for element in (request, server) if element]
    return next((version for version in versions if version is not None), None)


def fault_row(fault: Element) -> Row:
    subcode = None
    if fault.name == "soap11:Fault":
        code = fault.leaf_token("none:faultcode", "soap11:faultcode")
        string = fault.leaf_text("none:faultstring", "soap11:faultstring")
        detail = fault.one("none:detail", "soap11:detail")
    else:
        holder, reason, detail = (fault.one(f"soap12:{name}") for name in ("Code", "Reason", "Detail"))
        code = holder.leaf_token("soap12:Value") if holder else None
        holder = holder.one("soap12:Subcode") if holder else None
        subcode = holder.leaf_token("soap12:Value") if holder else None
        texts = reason.leaf_texts("soap12:Text") if reason else []
        string = texts[0] if texts else None
    row: Row = {"fault_code": code, "fault_subcode": subcode, "fault_string": string}
    if detail:
        detail.wrong = WRONG - {"none"}
        row["response_code"] = detail.leaf_token("errors:ResponseCode")
        row["message_text"] = detail.leaf_text("errors:Message")
        row |= values(detail.one("types:MessageXml"))
    return row


def response_rows(response: Element) -> list[Row]:
    number(response.leaf_text("messages:DescriptiveLinkKey"))
    ids = response.one("messages:ErrorSubscriptionIds")
    failed = ids.leaf_texts("messages:SubscriptionId", "types:SubscriptionId") if ids else []
    row = values(response.one("messages:MessageXml")) | {
        "response_class": response.token_of("ResponseClass"),
        "response_code": response.leaf_token("messages:ResponseCode"),
        "message_text": response.leaf_text("messages:MessageText"),
        "connection_status": response.leaf_token("messages:ConnectionStatus"),
        "error_subscription_ids": [token(text) for text in failed if token(text)],
    }
    row["subscription_id"] = token(row["message_xml"].get("SubscriptionId")) or None
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


def values(details: Element | None) -> Row:
    """What MessageXml has: the first value of each name."""
    found: dict[str, str] = {}
    for value in details.all("types:Value") if details else []:
        found.setdefault(value.token_of("Name") or "", checked_leaf(value).text)
    back_off = token(found.get("BackOffMilliseconds")) or ""
    is_number = re.fullmatch(r"\+?[0-9]+", back_off) and int(back_off) < 2**64
    return {"message_xml": found, "back_off_ms": int(back_off) if is_number else None}


def notification_rows(notification: Element) -> list[Row]:
    row: Row = {"subscription_id": notification.leaf_token("types:SubscriptionId")}
    row["previous_watermark"] = notification.leaf_token("types:PreviousWatermark") or None
    row["more_events"] = boolean(notification.leaf_text("types:MoreEvents"))
    if not row["subscription_id"]:
        raise Refused("missing_subscription_id")
    head = [f"types:{name}" for name in HEAD_OF_NOTIFICATION]
    events = [event_fields(child) for child in notification.children if child.name not in head]
    return [row | {"event": event} for event in events or [None]]


def event_fields(event: Element) -> Row:
    event.wrong = set()
    is_known = event.name in EVENTS
    other = {"name": event.local, "namespace": event.uri, "raw": event.raw.decode()}
    fields: Row = {"kind": event.local, "other": None} if is_known else {"kind": "Other", "other": other}

    def read(name: str, convert: Callable[[Element], Any]) -> Any:
        found = event.all(f"types:{name}")
        if is_known and len(found) > 1:
            raise Refused("repeated_element")
        try:
            return convert(checked_leaf(found[0])) if found else None
        except Refused:
            if is_known:
                raise
            return None

    fields["watermark"] = read("Watermark", lambda leaf: token(leaf.text)) or None
    fields["timestamp"] = read("TimeStamp", lambda leaf: token(leaf.text))
    fields["unread_count"] = read("UnreadCount", lambda leaf: number(leaf.text))
    return fields | {key: read(name, identifier) for key, name in IDS.items()}


def identifier(element: Element) -> Row:
    if not element.token_of("Id"):
        raise Refused("missing_id")
    return {"id": element.token_of("Id"), "change_key": element.token_of("ChangeKey")}


def checked_leaf(element: Element | None) -> Element | None:
    if element and element.children:
        raise Refused("element_in_leaf")
    return element


def token(text: str | None) -> str | None:
    return None if text is None else text.strip(XML_SPACE)


def boolean(text: str | None) -> bool | None:
    if text is None:
        return None
    words = {"true": True, "1": True, "false": False, "0": False}
    if token(text) not in words:
        raise Refused("invalid_boolean")
    return words[token(text)]


def number(text: str | None) -> int | None:
    if text is None:
        return None
    digits = token(text)
    if not re.fullmatch(r"[+-]?[0-9]+", digits) or not -(2**31) <= int(digits) < 2**31:
        raise Refused("invalid_int")
    return int(digits)
