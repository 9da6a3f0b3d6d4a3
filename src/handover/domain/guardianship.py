"""The schema guardianship/1: what one authority tells the next about a child."""

from typing import Final

from handover.domain.schema import Category, Field, MatterKind, Schema, Section
from handover.domain.shapes import Text

GUARDIANSHIP: Final = Schema(
    name="guardianship/1",
    kind=MatterKind.GUARDIANSHIP,
    sections=(
        Section(
            name="education",
            label="Education",
            fields=(
                Field(
                    path="education.needs",
                    label="What the child needs at school",
                    category=Category.EDUCATION,
                    shape=Text(longest=1000, paragraphs=True),
                ),
            ),
        ),
    ),
)
