"""Reports over the API."""

from rota.services.surveying import Surveying


def test_reports_are_listed_and_read(site):
    surveying = Surveying(site.world.db, site.world.clock, {})
    given = {"kind": "daily", "begins": "2026-03-01T00:00:00+00:00", "ends": "2026-03-02T00:00:00+00:00"}
    number = surveying.keep_report(**given, title="Daily report", html="<p>well</p>", text="well")
    with site.client() as client:
        (listed,) = client.get("/api/v1/reports").json()
        assert (listed["id"], listed["title"], listed["begins_at"]) == (
            number,
            "Daily report",
            "2026-03-01T00:00:00Z",
        )
        assert "html" not in listed
        assert client.get(f"/api/v1/reports/{number}").json()["html"] == "<p>well</p>"
        assert client.get("/api/v1/reports/99").status_code == 404
