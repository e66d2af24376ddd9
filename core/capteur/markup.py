"""XML from strangers: entity declarations, external DTDs and deep or endless trees are refused before they cost memory."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from capteur.errors import SourceChanged

DEEPEST: Final = 200
MOST_ELEMENTS: Final = 1_000_000


class _Refused(Exception):  # noqa: N818  never leaves this module
    pass


class _Reader:
    """Feeds expat's events to a TreeBuilder. (The accelerated XMLParser of etree does not let handlers be set.)"""

    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self.names: dict[str, str] = {}
        self.depth = self.count = 0
        parser = self.parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.builder.data
        parser.EntityDeclHandler = self.entity
        parser.ExternalEntityRefHandler = self.external
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def name(self, name: str) -> str:
        found = self.names.get(name)
        if found is None:
            found = self.names[name] = "{" + name if "}" in name else name
        return found

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST:
            raise _Refused(f"elements nested deeper than {DEEPEST}")
        if self.count > MOST_ELEMENTS:
            raise _Refused(f"more than {MOST_ELEMENTS} elements")
        self.builder.start(self.name(tag), {self.name(k): v for k, v in attributes.items()} if attributes else {})

    def end(self, tag: str) -> None:
        self.depth -= 1
        self.builder.end(self.name(tag))

    def entity(self, *_: object) -> None:
        raise _Refused("an entity declaration, as in an entity bomb")

    def external(self, *_: object) -> int:
        raise _Refused("an external entity")


def parse_xml(data: bytes, *, source: str = "the answer") -> Element:
    """The root element of an XML document; names as `{namespace}tag`, like xml.etree.

    Args:
        data: the whole document; white space before `<?xml` is forgiven, as some feeds start with a newline.
        source: names the document in the error.

    Raises:
        SourceChanged: not well-formed (an HTML page), or a declared entity, an external one, nesting or size of an attack.
    """
    reader = _Reader()
    problem = ""
    try:
        reader.parser.Parse(data.lstrip(), True)
    except expat.ExpatError as error:
        problem = f"{source} is not well-formed XML: {expat.ErrorString(error.code)} in line {error.lineno}"
    except _Refused as refused:
        problem = f"{source} was refused: it has {refused}"
    except (LookupError, ValueError):
        problem = f"{source} is XML in an encoding that cannot be read"
    if problem:  # raised here, so that no half-parsed document hangs on the error's context
        raise SourceChanged(problem)
    root: Element = reader.builder.close()
    return root
