"""The parts of the documents that are made from the commands and the settings."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import typer.core
import typer.main

from handover.cli import app, template
from handover.cli.exits import Exit
from handover.config import Settings

EXITS: Final = {
    Exit.DONE: "done; for `verify`: valid; for `doctor`: nothing that has to be done",
    Exit.REFUSED: "refused by a rule, or invalid; nothing was changed. For `doctor`: something is broken",
    Exit.INCOMPLETE: "incomplete: nothing is wrong, but something that belongs to it is missing, or will break",
    Exit.NOT_SET_UP: "not set up: no node in the folder, a setting is unusable, or a part is not installed",
    Exit.UNREACHABLE: "something outside does not answer now; the same call can succeed later",
    Exit.USAGE: "called wrongly: no such command, option or value",
    Exit.BROKEN: "a mistake in Handover itself; the line on standard error says where",
    Exit.INTERRUPTED: "interrupted from the keyboard",
}


def commands() -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """Give every command with its whole name, in the order of the help."""

    def walk(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, typer.core.TyperCommand]]:
        if isinstance(command, typer.core.TyperGroup):
            for name, each in command.commands.items():
                yield from walk(each, (*path, name))
        elif isinstance(command, typer.core.TyperCommand):
            yield " ".join(path), command

    return walk(typer.main.get_command(app), ())


def command_reference() -> str:
    """Give each command with what it does, its arguments and its options."""
    return "\n".join("".join(_command(name, command)) for name, command in commands())


def exit_table() -> str:
    """Give the exit statuses."""
    rows = [f"| {status.value} | {EXITS[status]} |\n" for status in Exit]
    return "| status | means |\n| --- | --- |\n" + "".join(rows)


def settings_table() -> str:
    """Give the settings with their kinds, defaults and meaning."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = (
            "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
        )
        rows.append(f"| `{name}` | {_kind(field.annotation)} | {default} | {template.MEANING[name]} |\n")
    return "| setting | kind | default | means |\n| --- | --- | --- | --- |\n" + "".join(rows)


def _command(name: str, command: typer.core.TyperCommand) -> Iterator[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    usage = " ".join([f"handover {name}", *(_argument(each) for each in arguments)])
    summary = (command.help or "").split("\n\n")[0].replace("\n", " ")
    yield f"### `{usage}`\n\n{summary}\n"
    shown = [each for each in command.params if getattr(each, "help", None) and each.name != "help"]
    if shown:
        yield "\n| option | means |\n| --- | --- |\n"
    for each in shown:
        yield f"| `{_spelling(each)}` | {_meaning(each)} |\n"


def _argument(param: Any) -> str:
    name = param.metavar or param.name.upper()
    return str(name) if param.required else f"[{name}]"


def _spelling(param: Any) -> str:
    if param.param_type_name == "argument":
        return _argument(param)
    names: str = ", ".join(param.opts)
    if param.is_flag:
        return names
    value = str(param.metavar or (param.name or "").upper())
    return f"{names} {value}".replace("|", "\\|")


def _meaning(param: Any) -> str:
    text = str(param.help)
    required = " Required." if param.required and param.param_type_name == "option" else ""
    default = param.default
    known = isinstance(default, str | int) and not isinstance(default, bool) and not callable(default)
    return f"{text}{required}{f' Default: {default}.' if known else ''}"


def _kind(annotation: object) -> str:
    name = getattr(annotation, "__name__", None) if not getattr(annotation, "__args__", None) else None
    kinds = {"str": "text", "bool": "true or false", "int": "number", "float": "number", "Path": "path"}
    if name:
        return kinds.get(str(name), str(name))
    text = str(annotation)
    if "Settings" in text:
        return "list of tables" if "list" in text else "table"
    if text.startswith("list"):
        return "list of texts"
    if text.startswith("dict"):
        return "table of texts"
    return "path" if "Path" in text else "text"


def _default(value: object) -> str:
    match value:
        case None | "" | [] | {}:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case list():
            return ", ".join(f"`{each}`" for each in value)
        case _:
            return f"`{value}`"


COMMAND_PARTS: Final[dict[str, Callable[[], str]]] = {
    "commands": command_reference,
    "exit-statuses": exit_table,
    "settings": settings_table,
}
