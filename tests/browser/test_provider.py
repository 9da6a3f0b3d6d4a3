"""Signing in at the authority's own identity provider, as a person clicks it: a real node, provider and browser."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import provider
from processes.nodes import stage


@pytest.mark.parametrize(
    ("who", "page"), [("nikos", "/office/work"), ("inspector", "/office/audit"), ("cook", "")]
)
def test_an_officer_signs_in_elsewhere_and_works_here(
    tmp_path: Path, browser: Browser, who: str, page: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the client")
    with provider.running() as issuer:
        more = f'''[oidc]
issuer = "{issuer}"
client_id = "handover"
client_secret_file = "{secret}"
[oidc.groups]
''' + "\n".join(f"{name} = {json.dumps(roles)}" for name, roles in provider.GROUPS.items())
        with stage(tmp_path / "nodes", "gr/athens", wired=False, more=more) as made:
            office = made["gr/athens"]
            office.start()
            context = browser.new_context(locale="en")
            shown = context.new_page()
            shown.goto(f"http://localhost:{office.port}/office/sign-in")
            shown.click('form[action="/office/sign-in/provider"] button')
            shown.fill('[name="sub"]', who)
            shown.click("button")
            shown.wait_for_url(f"http://localhost:{office.port}/office/**")
            if page:
                assert shown.url.endswith(page)
                assert shown.locator("nav a[href='/office/account']").count() == 1
            else:
                assert "no role in this node" in shown.locator("main").inner_text()
            context.close()
