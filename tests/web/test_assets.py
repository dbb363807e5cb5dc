"""What a browser has to load: one style, one script, and how large they are."""

import gzip
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from rota.web.assets import Assets
from rota.web.site import PATH

BASE = Path(__file__).parents[2]
KB = 1024


def test_script_and_style_stay_within_their_budget():
    zipped = {name: len(asset.zipped) for name, asset in Assets().by_name.items()}
    assert zipped["rota.js"] <= 30 * KB
    assert zipped["rota.css"] <= 20 * KB


def test_a_page_loads_one_style_and_one_script_by_names_that_never_grow_stale(site, admin):
    page = admin.get("/").text
    loaded = re.findall(r'<(?:script src|link rel="stylesheet" href)="([^"]+)"', page)
    assert [re.sub(r"\?.*", "", one) for one in loaded] == [
        f"{PATH}/-/static/rota.css",
        f"{PATH}/-/static/rota.js",
    ]
    for one in loaded:
        answer = admin.client.get(one, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        plain = admin.client.get(one, headers={"Accept-Encoding": "identity"})
        assert plain.content == answer.content
    assert admin.get("/-/static/../view.py").status_code == 404


def test_a_wheel_carries_the_front_end_files(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=BASE, check=True, capture_output=True)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    for name in ("vendor/htmx.min.js", "vendor/hx-sse.min.js", "css/tokens.css", "js/live.js", "sprite.svg"):
        assert f"rota/web/static/{name}" in names
    assert "rota/web/templates/base.html" in names


def test_what_is_compressed_is_the_same_each_time():
    first, second = Assets(), Assets()
    for name, asset in first.by_name.items():
        assert asset.zipped == second.by_name[name].zipped
        assert gzip.decompress(asset.zipped) == asset.body
