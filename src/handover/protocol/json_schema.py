"""Words of JSON Schema (2020-12) that the schemas of parts and of bodies are made of."""

from collections.abc import Iterable
from typing import Final

from handover.protocol.schema import JsonSchema

NULL: Final[JsonSchema] = {"type": "null"}
DAY: Final[JsonSchema] = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def words(values: Iterable[str]) -> JsonSchema:
    """Give the schema of one of some words."""
    return {"enum": list(values)}


def list_of(items: JsonSchema, most: int) -> JsonSchema:
    """Give the schema of an array of at most *most* items."""
    return {"type": "array", "maxItems": most, "items": items}


def object_(properties: JsonSchema) -> JsonSchema:
    """Give the schema of an object with exactly these members."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(properties),
    }


def ref(name: str) -> JsonSchema:
    """Give a reference to a definition of the document."""
    return {"$ref": f"#/$defs/{name}"}


def or_null(rule: JsonSchema) -> JsonSchema:
    """Give the schema of what *rule* allows, or null."""
    return {"anyOf": [NULL, rule]}


def text(longest: int) -> JsonSchema:
    """Give the schema of a text of at most so many characters."""
    return {"type": "string", "maxLength": longest}


def filled(longest: int) -> JsonSchema:
    """Give the schema of a text that is more than white space."""
    return text(longest) | {"pattern": "\\S"}
