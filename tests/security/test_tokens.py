"""Tokens that are none, many times; and where a token must not be."""

from rota.domain.account import FREE_OF_ADDRESS
from rota.domain.permission import Role


def knock(site, times: int) -> list[int]:
    """Show wrong tokens. Returns how each was answered."""
    text = site.token(Role.VIEWER)[:-4] + "0000"
    with site.client(None, {"Authorization": f"Bearer {text}"}) as stranger:
        return [stranger.get("/api/v1/me").status_code for _ in range(times)]


def test_throttling_tokens_that_are_none_make_their_address_wait(site):
    assert knock(site, FREE_OF_ADDRESS + 3) == [401] * FREE_OF_ADDRESS + [429] * 3
    refused = [one for one in site.rota.auditing.search(size=100) if one.action == "token.refused"]
    assert len(refused) == FREE_OF_ADDRESS
    assert {one.address for one in refused} == {"testclient"}
    site.world.clock.advance(1.1)
    assert knock(site, 3) == [401, 429, 429]


def test_throttling_never_keeps_out_who_shows_a_good_token(site):
    knock(site, FREE_OF_ADDRESS + 3)
    with site.client(Role.VIEWER) as owner:
        assert owner.get("/api/v1/me").status_code == 200


def test_a_token_in_an_address_is_not_looked_at(site):
    text = site.token(Role.ADMIN)
    with site.client(None) as stranger:
        for name in ("token", "access_token", "api_key", "authorization"):
            assert stranger.get("/api/v1/jobs/", params={name: text}).status_code == 401
        stranger.cookies.set("rota", text)
        assert stranger.get("/api/v1/jobs/").status_code == 401
