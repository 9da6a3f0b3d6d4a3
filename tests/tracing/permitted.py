"""Records that may be traced, for tests: a child's, a request's, and the words behind their permissions."""

from collections.abc import Mapping

from federation import Federation
from handover.application.facts import Matter
from handover.application.traced import KeptPermission
from handover.application.tracing_permissions import Permit
from handover.domain.record import MatterKind, Value, schema
from handover.domain.traceable import TracingBasis
from handover.node import Node

DAY = 86400
STATEMENT = {
    "given_by": "child",
    "capacity": "able to understand",
    "relation": "self",
    "explained_by": "caseworker",
    "language": "ar",
    "interpreter": "present",
    "expressed": "spoken",
    "child_assent": "agrees",
    "text": "Look for my mother.",
}
CHILD: dict[str, Value] = {
    "identity.names": [
        {
            "script": "Latn",
            "order": "given_family",
            "full": "Yusuf Haddad",
            "given": "Yusuf",
            "family": "Haddad",
        }
    ],
    "identity.birth_date": {"date": "2012-03-09", "precision": "day"},
    "identity.sex": "male",
    "identity.nationalities": ["SY"],
    "identity.languages": ["ar"],
    "family.members": [
        {
            "relation": "mother",
            "names": [{"script": "Latn", "order": "single_name", "full": "Mariam", "given": "Mariam"}],
        }
    ],
    "status.separation": {"last_home": {"country": "SY", "locality": "Aleppo"}},
}
REQUEST: dict[str, Value] = {
    "inquirer.names": [
        {
            "script": "Arab",
            "order": "given_family",
            "full": "مريم حداد",
            "given": "مريم",
            "family": "حداد",
        }
    ],
    "inquirer.place": {"country": "DE", "locality": "Hamburg"},
    "sought.persons": [
        {
            "names": [
                {
                    "script": "Arab",
                    "order": "given_family",
                    "full": "يوسف حداد",
                    "given": "يوسف",
                    "family": "حداد",
                }
            ],
            "relation": "mother",
            "sex": "male",
            "birth_date": {"date": "2012", "precision": "year"},
            "nationalities": ["SY"],
            "languages": ["ar"],
            "last_place": {"country": "SY", "locality": "Aleppo"},
        }
    ],
    "last_news.place": {"country": "GR", "locality": "Lesvos"},
}
UNTOLD: Value = [{"relation": "uncle", "withhold": "Where the child is."}]


def matter(fed: Federation, at: Node, values: Mapping[str, Value], *, name: str = "first") -> Matter:
    """Give a matter with a record of these values."""
    actor = fed.officer(at, name)
    kind = MatterKind.TRACING if "sought.persons" in values else MatterKind.GUARDIANSHIP
    made = at.cases.begin(kind, reference="T-1", actor=actor)
    write(fed, at, made, values)
    return made


def write(fed: Federation, at: Node, of: Matter, values: Mapping[str, Value]) -> None:
    """Write the next version of a record."""
    name = schema(f"{of.kind.value}/1")
    at.cases.write(of.id, name, values, source="typed", actor=fed.officer(at, "first"))


def permit(fed: Federation, at: Node, of: Matter, *, days: int = 300) -> KeptPermission:
    """Give a consent to trace."""
    wanted = Permit(basis=TracingBasis.CONSENT, statement=STATEMENT, until=fed.clock.now + days * DAY)
    return at.tracing.permissions.record(of.id, wanted, actor=fed.officer(at, "first"))
