"""Turns data into HTML: Jinja with everything escaped, GOV.UK's macros, and the filters that every page uses."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, Undefined
from jinja2.utils import missing
from markupsafe import Markup, escape

from handover.pages import labels, languages, said
from handover.web import problems

ISOLATE: Final = ("\u2068", "\u2069")  # for places where no <bdi> can stand


class Unnamed(Undefined):
    """What stands for what is not there: a name that nobody gave is a fault; a member of what was given may lack."""

    __slots__ = ()

    def __str__(self) -> str:
        return str(self._known())

    def __bool__(self) -> bool:
        return bool(self._known())

    def __iter__(self) -> Iterator[object]:
        return iter(self._known())

    def _known(self) -> str:
        if (
            self._undefined_obj is missing and self._undefined_name != "caller"
        ):  # the kit asks whether there is one
            self._fail_with_undefined_error()
        return ""


@cache
def environment(language: str) -> Environment:
    """Give what renders templates in *language*."""
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("handover.pages", "templates"),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        autoescape=True,
        undefined=Unnamed,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    catalogue = languages.catalogue(language)
    made.install_gettext_callables(catalogue.gettext, catalogue.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals["undefined"] = ""  # the kit names it for what is left out
    made.globals["comma"] = languages.comma(language)
    made.globals["colon"] = languages.colon(language)
    made.globals["semicolon"] = languages.semicolon(language)
    made.globals["language"] = language
    made.globals["direction"] = languages.direction(language)
    made.globals["label"] = lambda key: labels.label(key, language)
    made.globals["labels_of"] = lambda schema, path: labels.way(schema, path, language)
    made.filters["date"] = lambda at: languages.date(at, language)
    made.filters["time"] = lambda at: languages.time(at, language)
    made.filters["distance"] = lambda seconds: languages.distance(seconds, language)
    made.filters["iso"] = languages.iso
    made.filters["said"] = lambda found: said.said(found, language)
    made.filters["problem"] = lambda name: problem(name, language)
    made.filters["items_of"] = items_of
    made.filters["bdi"] = bdi
    made.filters["fixed"] = fixed
    made.filters["isolated"] = isolated
    return made


def render(template: str, language: str, data: Mapping[str, object]) -> str:
    """Give a page. What a template names and nobody gave is a fault, not an empty text."""
    return environment(language).get_template(template).render(data)


def bdi(value: object, lang: str | None = None) -> Markup:
    """Give a foreign text in its own direction."""
    attribute = Markup(' lang="{}"').format(lang) if lang else Markup()
    return Markup("<bdi{}>{}</bdi>").format(attribute, value)


def items_of(choices: Iterable[tuple[str, ...]]) -> list[dict[str, object]]:
    """Give the items of GOV.UK's macros for pairs of value and text, or triples with a hint."""
    return [
        {"value": value, "text": text, **({"hint": {"text": hint[0]}} if hint else {})}
        for value, text, *hint in choices
    ]


def fixed(value: object) -> Markup:
    """Give a reference, a digest or a number, which is never broken or turned round."""
    return Markup('<bdi dir="ltr" class="office-fixed">{}</bdi>').format(value)


def isolated(value: object) -> str:
    """Give a foreign text for a place that takes no markup: an attribute, a title."""
    return str(escape(value)).join(ISOLATE) if isinstance(value, Markup) else str(value).join(ISOLATE)


def problem(name: str, language: str) -> Markup:
    """Give what a refusal says by its name, which stands beside it for the operator; an unknown one stands alone."""
    kind = problems.catalogue().get(name)
    if kind is None:
        return fixed(name)
    return Markup("{} ({})").format(languages.catalogue(language).gettext(kind.title), fixed(name))


def named(name: str, node: str) -> Markup:
    """Give an authority by its name, with the node's name beside it; by that alone where it has no other."""
    return Markup("{} ({})").format(bdi(name), fixed(node)) if name and name != node else fixed(node)


def named_text(name: str, node: str) -> str:
    """Give the same for a place that takes no markup."""
    return f"{isolated(name)} ({isolated(node)})" if name and name != node else isolated(node)
