"""The page as Chromium prints it: page one is one sheet of A4, however long the texts and whatever the typeface."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from page.records import CLIENT, action, chart, finding, question, record, table

from fde.page.page import Audience, render

CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
NEEDED = pytest.mark.skipif(not CHROMIUM or not shutil.which("pdftotext"), reason="chromium and pdftotext are not installed")
LEAD = "For those who want to look closer"
LAST = "stands in full on the pages that follow"
PROSE = "Every order that waits for a price is carried from one desk to the next until somebody sets it. "
LOUD = "EVERY ORDER WAITS FOR A PRICE UNTIL SOMEBODY IN THE OFFICE SETS IT. "
UNBROKEN = "Auftragsbearbeitungsverzögerungsursachenermittlung" * 9
WIDE = "每份订单都在等待报价因为只有老板一个人知道价格" * 12
ORDINARY, BROADEST = "", "html, h1, .answer, .cost p { font-family: 'DejaVu Sans', Verdana, sans-serif !important }"


def crowded(text):
    """Return an artefact in which every place of page one is full to its rule."""
    rows = [[f"{text[:60]} {place}", place] for place in range(9)]
    return record(
        answer=[text * 5] * 3,
        cost=[text * 5] * 3,
        findings=[finding(text, text * 5)] * 4,
        actions=[action(text * 5, owner=text * 3, due="2026-09-30", proposed={"value": "123456789012", "unit": "hours a week"})] * 5,
        questions=[question(text * 5, whom=text * 3)] * 5,
        subject="a-repository-with-a-long-name-of-its-own",
        charts=[chart("time", text, series=[{"label": "time", "points": rows}])],
    )


def pages(html, tmp_path):
    """Return the text of each printed page."""
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(html, encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={tmp_path / 'profile'}"]
    subprocess.run([CHROMIUM, *flags, f"--print-to-pdf={pdf}", page.as_uri()], check=True, capture_output=True, timeout=120)
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, timeout=60).stdout.decode()
    sizes = subprocess.run(["pdfinfo", str(pdf)], check=True, capture_output=True, timeout=60).stdout.decode()
    assert re.search(r"Page size: +59[45][.\d]* x 84[12]", sizes)
    return [" ".join(part.split()) for part in text.split("\f")]


def letters(html, tmp_path):
    """Return how high the client's name is printed, in points."""
    pages(html, tmp_path)
    places = subprocess.run(["pdftotext", "-bbox", str(tmp_path / "page.pdf"), "-"], check=True, capture_output=True, timeout=60).stdout.decode()
    top, bottom = re.search(rf'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">{CLIENT.split()[0]}<', places).groups()
    return float(bottom) - float(top)


@NEEDED
@pytest.mark.slow
@pytest.mark.parametrize("font", [ORDINARY, BROADEST], ids=["ordinary", "broadest"])
@pytest.mark.parametrize("text", [PROSE, LOUD, UNBROKEN, WIDE], ids=["prose", "capitals", "one word", "wide"])
def test_page_one_is_one_sheet_when_every_place_is_full(text, font, tmp_path):
    html = render(crowded(text), client=CLIENT).replace("</style>", f"{font}</style>")
    first, second, *_ = pages(html, tmp_path)
    assert first.startswith(CLIENT)
    assert LAST in first
    assert second.startswith(LEAD)


@NEEDED
@pytest.mark.parametrize("audience", list(Audience))
def test_page_one_is_one_sheet_when_almost_nothing_is_there(audience, tmp_path):
    first, second, *_ = pages(render(record(status="none"), client=CLIENT, audience=audience), tmp_path)
    assert CLIENT in first
    assert "What to do first is still to be agreed." in first
    assert second.startswith(LEAD)


@NEEDED
def test_a_table_with_many_long_headings_does_not_make_the_whole_page_smaller(tmp_path):
    heads = [f"On the calendar, in the middle (median) {letter}" for letter in "abcdefgh"]
    wide = table("wide", "Stretches", ["From", *heads], [["the request", *[8] * len(heads)]])
    plain = letters(render(record(), client=CLIENT), tmp_path)
    assert letters(render(record(tables=[wide]), client=CLIENT), tmp_path) == pytest.approx(plain, abs=0.05)
