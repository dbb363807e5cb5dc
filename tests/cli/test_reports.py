"""The noun `reports`."""

from rota.services.surveying import Surveying


def test_reports_are_listed_and_shown(shell, site):
    assert shell("rota reports list").err == "There are no reports yet.\n"
    made = Surveying(site.db, site.clock, {}).keep_report(
        kind="daily", begins="2026-03-01T00:00:00+00:00", ends="2026-03-02T00:00:00+00:00", title="Daily report",
        html="<p>well</p>", text="well\n",
    )  # fmt: skip
    assert "Daily report" in shell("rota reports list").out
    assert shell(f"rota reports show {made}").out.startswith("well")
    assert shell(f"rota reports show {made} --html").out.startswith("<p>well</p>")
    assert shell("rota reports show 99").code == 6
