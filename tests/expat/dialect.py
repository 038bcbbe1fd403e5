"""Spells a tree of elements as XML in very many ways, well-formed or with one flaw of form.

Not written, because expat deviates there: names that are legal in the fifth edition of XML 1.0 only (names
are ASCII or Latin-1, and mutations do not put other characters into them), versions other than 1.0. Nor is
an Envelope after a root element: that is a stream, and not one body.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

EWS = "schemas.microsoft.com/exchange/services/2006/"
XML = "xml"
URIS = {
    "soap11": ["http://schemas.xmlsoap.org/soap/envelope/"],
    "soap12": ["http://www.w3.org/2003/05/soap-envelope"],
    "messages": [f"http://{EWS}messages", f"https://{EWS}messages"],
    "types": [f"http://{EWS}types", f"https://{EWS}types"],
    "errors": [f"http://{EWS}errors", f"https://{EWS}errors"],
}
OTHER_EWS_URIS = [
    f"http://{EWS}error",
    f"http://{EWS}types/",
    f"http://{EWS}types ",
    f"http://{EWS}Messages",
    f"https://{EWS}type",
    "http://schemas.microsoft.com/exchange/services/",
    "https://schemas.microsoft.com/exchange/services/2013/types",
    "http://schemas.microsoft.com/exchange/services",
    f"HTTP://{EWS}messages",
    f" http://{EWS}messages",
]
VENDOR_URIS = [
    "urn:x",
    "http://example.com/?a=1&b='2'",
    "http://www.w3.org/2001/XMLSchema-instance",
    "https://schemas.xmlsoap.org/soap/envelope/",
    "http://schemas.xmlsoap.org/soap/envelope",
    "http://www.example.schemas.microsoft.com/exchange/services",
]
USUAL_PREFIXES = {"soap11": "soap11", "soap12": "soap12", "messages": "m", "types": "t", "errors": "e"}
PREFIXES = ["", "m", "t", "m", "t", "s", "S", "soap11", "xmlx", "_", "a-1", "m.t", "é", "Å·1"]

DECLARATIONS = [
    '<?xml version="1.0" encoding="utf-8"?>',
    "<?xml version='1.0' encoding='UTF-8'?>",
    '<?xml version="1.0"?>',
    '<?xml\tversion = "1.0"\r\n encoding\n=\'Utf-8\' standalone="yes" ?>',
    "<?xml version='1.0' standalone=\"no\"?>\n",
]
BAD_DECLARATIONS = [
    "<?xml?>", "<?xml ?>", "<?xml encoding='utf-8'?>", "<?xml version=1.0?>", "<?xml version='2.0'?>",
    "<?XML version='1.0'?>", "<?xml version='1.0'encoding='utf-8'?>", " <?xml version='1.0'?>",
    "<?xml version='1.0' standalone='YES'?>", "<?xml version='1.0' standalone='no' encoding='utf-8'?>",
    "<?xml version='1.0' x='y'?>", "<?xml version='1.0\"?>", "<?xml version='1.0'>",
    "<?xml version='1.0'?><?xml version='1.0'?>", "<?xml version='1.0' version='1.0'?>", "\ufeff\ufeff",
]
OTHER_ENCODINGS = ["ISO-8859-1", "US-ASCII", "iso-8859-1"]
DOCTYPES = ["<!DOCTYPE x>", "<!DOCTYPE x SYSTEM 'y'>", "<!DOCTYPE x [<!ENTITY e 'v'>]>\n"]
BAD_HEADS = ["x", "&#32;", "\ufeff", "<![CDATA[]]>", "</x>", "<!-- a -- b -->", "<?xml-x", "\0"]
BAD_TAILS = ["x", "&#32;", "<x/>", "</x>", "<![CDATA[]]>", "<!DOCTYPE x>", "<?xml version='1.0'?>", "\udcff"]
BAD_CONTENTS = [
    "]]>", "&", "&nbsp;", "&#0;", "&#xB;", "&#xD800;", "&#xFFFF;", "&#x110000;", "&#;", "&#x;", "&#X41;", "&#60",
    "&lt", "& amp;", "&a:b;", "<", "< x/>", "<x", "<x>", "</x>", "<1/>", "<zz:x/>", "<zz:x></zz:x>", "<:x/>", "<x:/>",
    "<a:b:c/>", "<p:x xmlns:p='urn:p' xmlns:q='urn:p'></q:x>", "<x></x a=''>", "<x></X>", "<x/ >", "<x a/>",
    "\x00", "\x0b", "\x1f", "\ufffe", "\uffff", "\udcff", "\udcc0\udc80", "\udced\udca0\udc80", "\udce2\udc82",
    "\udcf4\udc90\udc80\udc80", "<!-- -- -->", "<!--->-- -->", "<!--a--->", "<!-- \x01 -->", "<!- x -->",
    "<![cdata[]]>", "<![CDATA[\x02]]>", "<?xml version='1.0'?>", "<?XmL?>", "<?a:b?>", "<??>", "<? x?>", "<!DOCTYPE x>",
]
BAD_ATTRIBUTES = [
    "zz:a='1'", "u='1' u='2'", "xmlns:u='urn:u' xmlns:v='urn:u' u:a='' v:a=''", "xmlns:u='urn:u' xmlns:u='urn:u'",
    "xmlns:u=''", "xmlns:xmlns='urn:u'", "xmlns:xml='urn:u'", "xmlns:u='http://www.w3.org/XML/1998/namespace'",
    "xmlns:u='http://www.w3.org/2000/xmlns/'", "u=1", "u", "u=", "u='<'", "u='&nbsp;'", "u='&#0;'", "u='&'",
    "u='1'v='2'", "xmlns='http://www.w3.org/2000/xmlns/'", "xmlns='http://www.w3.org/XML/1998/namespace'",
    "u='\x01'", "u='\ufffe'", "u='\udc80'", "u:v:w=''", ":u=''", "u:=''", "1='u'", "u='", "='u'", "xml:u='' xml:u=''",
]


class Raw(str):
    """Markup that is written as it stands."""


@dataclass
class Node:
    """An element to be written: `ns` is a key of URIS, XML, another URI, or empty for no namespace."""

    ns: str
    name: str
    attributes: list[tuple[str, str, str] | Raw] = field(default_factory=list)
    content: list[Node | str] = field(default_factory=list)
    is_leaf: bool = False  # its text counts: nothing is put between its pieces
    is_repeatable: bool = False  # keeps its place among the others of its kind
    written: dict[str, Any] = field(default_factory=dict)  # the writer puts the namespace and the spelling here

    def walk(self) -> Iterable[Node]:
        yield self
        for child in self.content:
            if isinstance(child, Node):
                yield from child.walk()


class Writer:
    """Writes a tree in a dialect of its own: tame and as servers do, if `wild` is zero."""

    def __init__(self, rng: Random, wild: float) -> None:
        self.rng = rng
        self.wild = wild
        self.is_shuffled = wild > 0 and rng.random() < 0.5
        self.has_usual_prefixes = wild == 0 or rng.random() < 0.4
        self.indent = rng.choice(["", "", "  ", "\t"])
        self.newlines = rng.choice([["\n"], ["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]])
        schemes = rng.choice([slice(0, 1), slice(0, 1), slice(1, 2), slice(0, 2)])
        self.uris = {ns: uris[schemes] or uris for ns, uris in URIS.items()}

    def maybe(self) -> bool:
        return self.rng.random() < self.wild

    def document(self, root: Node, declaration: str = "", head: str = "", tail: str | None = None) -> bytes:
        """The whole body; declaration and head are additions, the tail replaces what would follow."""
        mark = "\ufeff" if self.rng.random() < 0.1 else ""
        declaration = declaration or self.rng.choice(["", *DECLARATIONS])
        before, after = self.layout(0), self.layout(0) if tail is None else tail
        text = mark + declaration + before + head + self.element(root, {"": ""}, 0) + after
        return text.encode("utf-8", "surrogateescape")

    def malformed(self, root: Node) -> tuple[bytes, str]:
        """The whole body with one flaw of form, and the reason to refuse it."""
        node = self.rng.choice([*root.walk()])
        flaws = ["content"] * 4 + ["attribute"] * 3 + ["declaration", "head", "tail", "encoding", "doctype"]
        match self.rng.choice(flaws):
            case "content":
                node.content.insert(self.rng.randint(0, len(node.content)), Raw(self.rng.choice(BAD_CONTENTS)))
            case "attribute":
                node.attributes.append(Raw(self.rng.choice(BAD_ATTRIBUTES)))
            case "declaration":
                return self.document(root, self.rng.choice(BAD_DECLARATIONS)), "malformed"
            case "head":
                return self.document(root, DECLARATIONS[0], self.rng.choice(BAD_HEADS)), "malformed"
            case "tail":
                return self.document(root, tail=self.rng.choice(BAD_TAILS)), "malformed"
            case "encoding":
                encoding = self.rng.choice(OTHER_ENCODINGS)
                return self.document(root, f"<?xml version='1.0' encoding='{encoding}'?>"), "encoding"
            case "doctype":
                return self.document(root, head=self.rng.choice(DOCTYPES)), "doctype"
        return self.document(root), "malformed"

    def element(self, node: Node, outer: dict[str, str], depth: int) -> str:
        """An element in the scope `outer`, which maps prefixes to URIs."""
        scope = dict(outer)
        declared: dict[str, str] = {}
        used: set[str] = set()

        def declare(prefix: str, uri: str) -> None:
            scope[prefix] = declared[prefix] = uri

        def qualify(ns: str, name: str, is_attribute: bool) -> str:
            if ns == XML:
                return f"xml:{name}"
            uris = self.uris.get(ns, [ns])
            bound = [prefix for prefix, uri in scope.items() if uri in uris and (prefix or not is_attribute)]
            if bound and not self.maybe():
                prefix = self.rng.choice(bound)
            else:
                prefix = self.new_prefix(ns, {*used, *declared, *([""] if is_attribute else [])})
                declare(prefix, self.rng.choice(uris))
            used.add(prefix)
            return f"{prefix}:{name}" if prefix else name

        name = qualify(node.ns, node.name, False)
        node.written["namespace"] = scope[name.rpartition(":")[0]]
        if self.wild == 0 and node.ns in ("messages", "types") and declared:
            other = "types" if node.ns == "messages" else "messages"  # servers declare both at once
            declare(USUAL_PREFIXES[other], self.rng.choice(self.uris[other]))
        while len(declared) < 5 and self.maybe():
            prefix = self.new_prefix("urn:x", {*used, *declared})
            uri = self.rng.choice(self.uris.get(self.rng.choice([*URIS, ""]), OTHER_EWS_URIS + VENDOR_URIS))
            declare(prefix, uri if prefix or not self.maybe() else "")

        parts = []
        for attribute in node.attributes:
            if isinstance(attribute, Raw):
                parts.append(str(attribute))
            else:
                ns, local, value = attribute
                parts.append(self.attribute(qualify(ns, local, True) if ns else local, value))
        for prefix, uri in declared.items():
            parts.append(self.attribute(f"xmlns:{prefix}" if prefix else "xmlns", uri))
        if self.maybe():
            self.rng.shuffle(parts)
        tag = name + "".join(self.space() + part for part in parts)

        content = self.content(node, scope, depth)
        if not content and not self.maybe():
            written = f"<{tag}{self.space() if self.maybe() else ' ' * bool(parts)}/>"
        else:
            written = f"<{tag}{self.optional_space()}>{content}</{name}{self.optional_space()}>"
        node.written["raw"] = written
        return written

    def content(self, node: Node, scope: dict[str, str], depth: int) -> str:
        children = node.content
        if self.is_shuffled and not node.is_leaf:
            ordered = iter([child for child in children if not is_single(child)])
            shuffled = self.rng.sample(children, len(children))
            children = [child if is_single(child) else next(ordered) for child in shuffled]
        content = ""
        for child in children:
            content += "" if node.is_leaf else self.separator(depth + 1)
            match child:
                case Node():
                    content += self.element(child, scope, depth + 1)
                case Raw():
                    content += child
                case _:
                    content += self.text(child)
        if node.is_leaf:
            return content + (self.interruption() if self.maybe() else "")
        return content + (self.separator(depth) if content or self.maybe() else "")

    def new_prefix(self, ns: str, taken: set[str]) -> str:
        if not ns:
            return ""
        usual = USUAL_PREFIXES.get(ns, "")
        if self.has_usual_prefixes and usual and usual not in taken:
            return usual
        return self.rng.choice([prefix for prefix in PREFIXES if prefix not in taken])

    def attribute(self, name: str, value: str) -> str:
        quote = "'" if self.maybe() else '"'
        written = ""
        for character in value:
            if character in f"\t\r\n<&{quote}" or self.maybe():
                written += self.reference(character)
            elif character == " " and self.maybe():
                written += self.rng.choice(["\t", self.newline(written)])
            else:
                written += character
        return f"{name}{self.optional_space()}={self.optional_space()}{quote}{written}{quote}"

    def text(self, text: str) -> str:
        """Character data, in pieces of several kinds."""
        written = ""
        while text:
            length = self.rng.randint(1, len(text)) if self.maybe() else len(text)
            piece, text = text[:length], text[length:]
            is_section = self.maybe() and "\r" not in piece
            written += "<![CDATA[" if is_section else ""
            for character in piece.replace("]]>", "]]]]><![CDATA[>") if is_section else piece:
                must_escape = character in "\r<&" or (character == ">" and written.endswith("]]"))
                if not is_section and (must_escape or self.maybe()):
                    written += self.reference(character)
                else:
                    written += self.newline(written) if character == "\n" else character
            written += "]]>" if is_section else ""
            written += self.interruption() if self.maybe() else ""
        return written

    def reference(self, character: str) -> str:
        names = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "'": "&apos;"}
        if character in names and (self.wild == 0 or self.rng.random() < 0.5):
            return names[character]
        zeros = "0" * self.rng.choice([0, 0, 1, 6])
        code = ord(character)
        return f"&#{self.rng.choice([f'{zeros}{code}', f'x{zeros}{code:x}', f'x{zeros}{code:X}'])};"

    def newline(self, before: str) -> str:
        """A line end that does not merge with what was written before."""
        return self.rng.choice([end for end in self.newlines if end != "\n" or not before.endswith("\r")])

    def space(self) -> str:
        return "".join(self.rng.choices([" ", "\t", *self.newlines], k=2)) if self.maybe() else " "

    def optional_space(self) -> str:
        return self.space() if self.maybe() else ""

    def layout(self, depth: int) -> str:
        """White space, comments and processing instructions, allowed outside the root too."""
        white = self.newline("") + self.indent * depth if self.indent else ""
        return white + (self.misc() if self.maybe() else "")

    def separator(self, depth: int) -> str:
        """What stands between two elements, where text does not count."""
        strays = ["stray", "&#32;", "&lt;t:x/&gt;", "<![CDATA[<t:StatusEvent/>]]>", "]]"]
        return self.layout(depth) + (self.rng.choice(strays) if self.maybe() else "")

    def interruption(self) -> str:
        return "<![CDATA[]]>" if self.maybe() else self.misc()

    def misc(self) -> str:
        """A comment or processing instruction; instructions stay ASCII, lest a mutation lengthens a target."""
        comments = ["<!---->", "<!-- 알림 -->", "<!--<t:StatusEvent/>-->", "<!-- & ]]> ?> -x- -->", "<!--\n\t-->"]
        instructions = ["<?x?>", "<?xml-x version='1.0'?>", "<?t <t:SubscriptionId>?>", "<?_ ]]> & --> ?? ?>"]
        return self.rng.choice(comments + instructions)


def is_single(child: Node | str) -> bool:
    return isinstance(child, Node) and not child.is_repeatable


def mutate(rng: Random, body: bytes) -> bytes:
    """Changes a few bytes of ASCII, perhaps without harm; no new non-ASCII character can come of it."""
    data = bytearray(body)
    for _ in range(rng.choice([1, 1, 1, 2])):
        at = rng.choice([index for index, byte in enumerate(data) if byte < 0x80])
        new = rng.choice(b"<>&\"'/=:;![]-?# \t\r\nxX\x00\x01\x7f\x80\xff")
        match rng.randrange(5):
            case 0:
                data[at] = new
            case 1:
                data.insert(at, new)
            case 2:
                del data[at]
            case 3:
                data[at : at + 2] = data[at : at + 2][::-1]
            case _:
                piece = data[at : at + rng.randint(1, 40)]
                data[at:at] = piece if piece.isascii() else b""
    return bytes(data)
