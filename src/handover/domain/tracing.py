"""The schema tracing/1: an inquirer seeks one or more persons."""

from typing import Final

from handover.domain.schema import Category, Field, MatterKind, Schema, Section
from handover.domain.shapes import Text

TRACING: Final = Schema(
    name="tracing/1",
    kind=MatterKind.TRACING,
    sections=(
        Section(
            name="limits",
            label="Limits",
            fields=(
                Field(
                    path="limits.needs",
                    label="What must be kept in mind",
                    category=Category.TRACING,
                    shape=Text(longest=1000, paragraphs=True),
                ),
            ),
        ),
    ),
)
