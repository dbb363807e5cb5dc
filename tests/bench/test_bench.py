"""The harness: rounds, words, tables, the plot, and a smoke run from the command line to the page."""

import json
from xml.etree import ElementTree

import pytest

from bench import __main__ as program
from bench import comparing, page, results, tables
from bench.environments import CONSTRAINTS, SETS
from bench.figure import Figure, GaveUp, Ratio, Report, raced
from bench.plot import plot
from scripts.house import addresses


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Results and recorded ratios in a folder of the test."""
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(results, "RECORDED", tmp_path / "recorded.json")
    return tmp_path


def test_contenders_take_turns_and_one_that_gives_up_is_left_out_from_then_on():
    order: list[str] = []

    def going(who):
        order.append(who)
        return float(len(order))

    def failing():
        order.append("b")
        raise GaveUp("no database")

    found = raced("work", "/s", {"a": lambda: going("a"), "b": failing, "c": lambda: going("c")}, 2, 60)
    assert order == ["a", "b", "c", "a", "c"]
    assert [(one.who, one.values, one.note) for one in found] == [
        ("a", (1.0, 4.0), ""),
        ("b", (), "no database"),
        ("c", (3.0, 5.0), ""),
    ]


def test_no_round_begins_when_the_time_is_over_but_the_first_does():
    (found,) = raced("work", "/s", {"a": lambda: 1.0}, 5, -1)
    assert found.values == (1.0,)


def test_a_ratio_is_above_one_where_rota_is_better_whether_more_or_less_is_good():
    report = Report([Figure("rota", "rate", "/s", (300.0,)), Figure("other", "rate", "/s", (100.0,)),
                     Figure("rota", "wait", "s", (1.0,)), Figure("other", "wait", "s", (5.0,))])  # fmt: skip
    report.more("rate", "rota", "other", 2)
    report.less("wait", "rota", "other")
    report.within("wait", "rota", 0.5)
    assert [(one.value, one.wanted) for one in report.ratios] == [(3.0, 2), (5.0, None), (0.5, 1.0)]


def test_what_was_given_up_makes_no_ratio():
    report = Report([Figure("rota", "rate", "/s", (300.0,)), Figure("other", "rate", "/s", (), "given up")])
    report.more("rate", "rota", "other")
    assert report.ratios == []


def test_compare_says_what_got_worse_by_more_than_a_quarter():
    recorded = {"a: rota beside x": 4.0, "b: rota beside x": 4.0, "c: rota beside x": 2.0}
    found = [Ratio("a: rota beside x", 2.0), Ratio("b: rota beside x", 3.1), Ratio("new", 0.1)]
    told = comparing.changes("herd", recorded, found)
    assert told == [
        "herd: a: rota beside x got worse by 50%: 2, recorded was 4",
        "herd: c: rota beside x was recorded as 2 and was not measured this time",
    ]
    verdict = comparing.verdict(told, len(recorded))
    assert verdict.startswith("2 of 3 ratios, worse by more than a quarter or missing:\nherd: a")


def test_compare_says_so_when_nothing_got_worse_and_when_nothing_is_recorded():
    assert comparing.verdict([], 5) == "none of 5 ratios is worse by more than a quarter than recorded"
    assert comparing.verdict([], 0).startswith("nothing was compared: no ratio")


def test_a_smoke_run_keeps_its_results_compares_and_becomes_a_page(kept, capsys, monkeypatch):
    assert program.main(["next_fire", "--quick", "--record"]) == 0
    assert json.loads((kept / "results" / "next_fire.json").read_text())["machine"]["python"]
    recorded = json.loads((kept / "recorded.json").read_text())
    much_better = {what: value * 1000 for what, value in recorded["next_fire"].items()}
    (kept / "recorded.json").write_text(json.dumps({"next_fire": much_better}))
    capsys.readouterr()
    assert program.main(["next_fire", "--quick", "--compare"]) == 1
    assert "next_fire: a step: rota beside cronsim, median got worse by" in capsys.readouterr().out

    (kept / "why").mkdir()
    for name in ("performance", "figures"):
        (kept / "why" / f"{name}.md").write_text(f"# Performance\n\n{page.MARK}\n\nof last year\n")
    monkeypatch.setattr(page, "DOCS", kept)
    monkeypatch.setattr(page, "PLOT", kept / "no plot")
    assert program.main(["next_fire", "--write"]) == 0
    ratios, figures = ((kept / "why" / f"{name}.md").read_text() for name in ("performance", "figures"))
    assert ratios.startswith(f"# Performance\n\n{page.MARK}\n")
    assert "of last year" not in ratios
    assert "| a step: rota beside cronsim, median |" in ratios
    assert "## One next fire" in figures


def test_a_comparison_that_is_not_known_is_refused_with_those_that_are(capsys):
    assert program.main(["midnight"]) == 2
    assert "no comparison named midnight; there are: next_fire, throughput" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "told"), [(0.01234, "0.0123"), (3.14159, "3.14"), (123.4, "123"), (24681, "24,700")]
)
def test_a_figure_has_the_digits_that_count(value, told):
    assert tables.number(value) == told


def test_the_plot_is_a_picture_with_a_line_for_each_name():
    picture = ElementTree.fromstring(
        plot({"tick <1>": [(10, 1), (1000, 2)], "list": [(10, 5), (1000, 5)]}, "jobs", "ms")
    )
    assert len(picture.findall("{http://www.w3.org/2000/svg}polyline")) == 2
    assert "tick <1>" in [text.text for text in picture.findall("{http://www.w3.org/2000/svg}text")]


def test_every_package_of_a_peer_has_a_version_and_no_address():
    pinned = {line.partition("==")[0].lower() for line in CONSTRAINTS.read_text().splitlines()}
    wanted = {package.partition("[")[0] for packages in SETS.values() for package in packages}
    assert wanted <= pinned
    assert not list(addresses(CONSTRAINTS))
