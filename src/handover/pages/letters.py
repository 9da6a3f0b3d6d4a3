"""The words of a notice by mail: that something waits, a reference, and where to sign in. Nothing of a case."""

from handover.pages import languages


def wording(address: str, language: str, reference: str) -> tuple[str, str]:
    """Give subject and text."""
    translate = languages.catalogue(languages.chosen([language])).gettext
    lines = (
        translate("Something waits for you. Sign in to see what it is:"),
        f"{address}/office/notices",
        translate("Reference: %(reference)s") % {"reference": reference},
        translate(
            "This mail was made by a machine. It never says whom something is about. Do not answer it."
        ),
    )
    return translate("Something waits for you in Handover"), "\n\n".join(lines) + "\n"
