"""What a client's table may hold in a cell: formulas, a field too long for a reader, a zero byte."""

from __future__ import annotations

import shutil

import pytest

from fde.assets import assets

CELLS = {"a formula": '"=HYPERLINK(""http://example.org/?q=1"")"', "200 kB": "x" * 200_000, "a zero byte": "a\0b"}


@pytest.fixture(name="wholesaler")
def _wholesaler(tmp_path):
    return shutil.copytree(assets("examples") / "wholesaler", tmp_path / "wholesaler")


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_fault_55_a_cell_of_a_list_of_cases_is_data_and_leads_nowhere(fde, wholesaler, cell):
    table = wholesaler / "evidence" / "cases" / "orders-2026.csv"
    head, first, *rest = table.read_text("utf-8").split("\n")
    table.write_text("\n".join([head, ";".join([cell, *first.split(";")[1:]]), *rest]), "utf-8")
    ended = fde("run", "amdahl-ceiling", "--json", cwd=wholesaler)
    assert ended.code in (0, 3), ended.err
    if ended.code == 3:
        assert "orders-2026.csv" in ended.json["errors"][0]["message"]
        return
    folder = wholesaler / ended.json["data"]["artefact"]
    shown = "".join(path.read_text("utf-8") for path in folder.iterdir())
    assert "HYPERLINK" not in shown
    assert "\0" not in shown


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_fault_55_a_cell_of_a_table_of_pull_requests_is_read_or_refused_in_a_sentence(fde, tmp_path, cell):
    team = shutil.copytree(assets("examples") / "software-team", tmp_path / "team")
    table = team / "evidence" / "pull-requests" / "merged.csv"
    head, first, *rest = table.read_text("utf-8").split("\n")
    table.write_text("\n".join([head, ",".join([cell, *first.split(",")[1:]]), *rest]), "utf-8")
    ended = fde("run", "amdahl-ceiling", cwd=team)
    assert ended.code in (0, 3)
    assert "Traceback" not in ended.err
    if ended.code == 3:
        assert "merged.csv" in ended.err
