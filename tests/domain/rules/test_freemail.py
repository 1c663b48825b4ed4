import pytest

from claimstream.domain.rules.freemail import FREEMAIL_DOMAINS, domain_of, telling_domain


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        pytest.param("Forderung@Stadtwerke-Aue.example", "stadtwerke-aue.example", id="lower-cased"),
        pytest.param("odd@name@host.example", "host.example", id="after the last at sign"),
        pytest.param("no address", None, id="no at sign"),
        pytest.param("nobody@", None, id="nothing behind it"),
        pytest.param(None, None, id="none"),
    ],
)
def test_the_domain_is_what_stands_behind_the_last_at_sign(address: str | None, domain: str | None) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize("domain", ["gmx.de", "web.de", "t-online.de", "gmail.com", "outlook.de"])
def test_a_freemail_domain_tells_nothing(domain: str) -> None:
    assert telling_domain(f"somebody@{domain}", FREEMAIL_DOMAINS) is None


def test_the_list_of_freemail_domains_is_the_callers() -> None:
    assert telling_domain("a@gmx.de", frozenset()) == "gmx.de"
    assert telling_domain("a@firma.example", frozenset({"firma.example"})) is None
