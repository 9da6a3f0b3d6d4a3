"""What each setting means, in one place: for the handover.toml that `init` writes and for the operator's guide."""

import json
from typing import Final

MEANING: Final[dict[str, str]] = {
    "node": "The node's name: country code, slash, slug. It never changes.",
    "names": "Display names by language tag; at least one.",
    "places": "The places served; at least one.",
    "mandates": "What the node may be sent: child-protection, family-tracing, audit.",
    "languages": "Languages in which the liaison office can be reached.",
    "hours": "When the liaison office can be reached.",
    "address": "Where peers find the node: the bare origin of an HTTPS server, https://HOST[:PORT].",
    "listen": "Where the process listens: HOST:PORT. The reverse proxy passes requests on to it.",
    "database": "URL of the database; empty: SQLite in the data folder. PostgreSQL: postgresql+psycopg://...",
    "protocols": "Protocol versions that the node speaks.",
    "proxy_tells": "Whether the reverse proxy says in X-Forwarded-For, as its last address, whose request it is.",
    "proxies": "The proxy's addresses or networks, as this process sees them: what comes from there is nobody's own.",
    "pinned_certificates": "Certificates (PEM) of this node's server whose keys peers accept outside the web PKI.",
    "private_peers": "Allow peers at private and loopback addresses, without TLS on loopback. For trials only.",
    "account_burst": "What one officer may ask at once; a page or a list is 1, a change 4, a paper or bundle 40.",
    "account_rate": "What one officer may ask more each second.",
    "peer_burst": "New envelopes that one peer may send at once; 32 KiB for each, on the average.",
    "peer_rate": "New envelopes more that one peer may send each second.",
    "registry_fresh": "Seconds: how old the registry may be when an offer or a deed rests on it.",
    "registry_sources": "Where the registry is fetched from, in order: folders, nodes, https://HOST. Peers follow.",
    "worker": "Whether `serve` also delivers messages; false where `handover worker` runs apart.",
    "poll": "Seconds between two looks at what is due.",
    "passphrase": "The passphrase itself. Only through the environment, never in the file.",
    "passphrase_file": "A file that holds the passphrase of the node's keys; an absolute path outside the data folder.",
    "step_up": "Confirming offers, acceptances, deeds and exports anew: `required`, or `offered` to who wants it.",
    "session_idle": "Seconds after which an officer who does nothing is signed out.",
    "session_life": "Seconds after which an officer has to sign in again in any case.",
    "keys_renewed_within": "Seconds after an erasure until the worker renews the node's keys; at most 604800 (a week).",
    "exit_address": "Where the quick-exit link of every page leads: a harmless site.",
    "backup_folder": "Where the operator's page puts backups: an absolute path, on another disk or machine.",
    "oidc": "The authority's identity provider: a table of its own, see *Your own identity provider*.",
    "mail": "The mail server for notices to officers: a table of its own, see *Notices by e-mail*.",
    "retention": "Retention rules that differ from their defaults: tables of their own, see *What is erased when*.",
    "tracing_holders": "The five nodes that hold the keys of tracing, in the federation's order; empty: no tracing.",
    "tracing_questions": "Questions of one node for which this key-holder evaluates keys in an epoch.",
    "tracing_records": "Records of one node for whose index this key-holder evaluates keys in an epoch.",
    "witnesses": "How many nodes of other countries are asked to cosign this node's log; 0 for none.",
    "tracing_heard": "Questions of tracing that one node may ask this one in a day.",
    "tracing_release": "Who releases a strong candidate of tracing: `officer`, or `strong` for no officer.",
    "data": "The data folder; given by --data or HANDOVER_DATA.",
}
"""By the names of `config.Settings`, in the same order; a test compares them."""

_TEMPLATE: Final = """\
# The settings of {node}. What each means stands in the operator's guide. Read once, at the start.

node = {node_text}
passphrase_file = {passphrase_file}

# Who this authority is: proposed to the registry's operators by `handover enrol`.
places = []      # ["Athens", "Piraeus"]
mandates = ["child-protection"]
languages = []   # ["el", "en"]
hours = ""       # "Mon-Fri 08:00-20:00 Europe/Athens"

# Where peers find the node, and where the process listens behind the reverse proxy.
address = ""     # "https://handover.example.org"
listen = "127.0.0.1:8700"

[names]
# en = "Athens Office for the Protection of Minors"
"""


def text(value: str) -> str:
    """Give *value* as TOML writes a string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def fresh(node: str, passphrase_file: str) -> str:
    """Give the settings file of a new node, with what is still to be filled in."""
    return _TEMPLATE.format(node=node, node_text=text(node), passphrase_file=text(passphrase_file))


def completed(given: str, present: dict[str, object], *, node: str, passphrase_file: str) -> str:
    """Give *given* with the node's name and passphrase file before it, where it does not say them itself."""
    wanted = {"node": node, "passphrase_file": passphrase_file}
    lines = [f"{name} = {text(value)}\n" for name, value in wanted.items() if name not in present]
    return "".join(lines) + given
