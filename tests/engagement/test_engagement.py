"""The engagement's folder: what its head may say, where it is found, and how an older one is brought up to date."""

from __future__ import annotations

import stat

import pytest
from small import tree, write

from fde.engagement.engagement import check_new, create, find, migrate, read
from fde.errors import BadHead, NewerFormat, NoEngagement, NotEmpty

HEAD = "---\nfde: 1\nname: acme\n---\n"
FIELDS = {"name": "acme", "client": "", "timezone": "Europe/Berlin"}


def acme(tmp_path, head=HEAD):
    write(tmp_path, "acme/engagement.md", head)
    return tmp_path / "acme"


def test_a_short_head_is_enough_and_the_rest_has_its_defaults(tmp_path):
    found = read(acme(tmp_path))
    assert (found.name, found.client, found.currency, found.timezone) == ("acme", "acme", "EUR", "UTC")
    assert found.working_hours == "Mon-Fri 09:00-17:00"
    assert (found.rate_per_hour, found.model, found.models, found.holidays) == (None, None, (), ())


def test_a_field_that_is_left_empty_has_its_default_too(tmp_path):
    empty = "".join(f"{name}:\n" for name in ("client", "currency", "timezone", "working_hours", "holidays", "rate_per_hour"))
    found = read(acme(tmp_path, f"---\nfde: 1\nname: acme\n{empty}---\n"))
    assert str(found.zone) == "UTC"
    assert (found.client, found.currency, found.working_hours) == ("acme", "EUR", "Mon-Fri 09:00-17:00")


def test_everything_in_a_head_arrives(tmp_path):
    head = (
        "---\nfde: 1\nname: acme\nclient: 'Acme: Plumbing # 1'\ncurrency: CHF\nrate_per_hour: 95.50\n"
        "timezone: Europe/Zurich\nworking_hours: Mon-Thu 08:00-17:00, Fri 22:00-02:00\nholidays: [2026-01-01, '']\n"
        "people: [owner, head of sales]\nsystems: [ERP]\nmodels: [anthropic]\nmodel: none\n---\nNotes: here.\n"
    )
    found = read(acme(tmp_path, head))
    assert found.client == "Acme: Plumbing # 1"
    assert str(found.rate_per_hour) == "95.50"
    assert (found.holidays, found.people) == (("2026-01-01",), ("owner", "head of sales"))
    assert (found.model, found.notes) == ("none", "Notes: here.\n")
    assert found.context()["holidays"] == "2026-01-01"


BROKEN = {
    "no head": ("just text\n", 1),
    "not closed": ("---\nfde: 1\n", 1),
    "no name": ("---\nfde: 1\n---\nname: in the notes\n", 1),
    "a name that climbs": ("---\nfde: 1\nname: ../x\n---\n", 3),
    "a device as name": ("---\nname: con\nfde: 1\n---\n", 2),
    "unknown key": ("---\nfde: 1\nname: a\nclint: x\n---\n", 4),
    "key twice": ("---\nfde: 1\nname: a\nname: b\n---\n", 4),
    "currency": ("---\nfde: 1\nname: a\ncurrency: euro\n---\n", 4),
    "rate": ("---\nfde: 1\nname: a\nrate_per_hour: about 95\n---\n", 4),
    "rate with an exponent": ("---\nfde: 1\nname: a\nrate_per_hour: 1e999999\n---\n", 4),
    "rate with underscores": ("---\nfde: 1\nname: a\nrate_per_hour: 1_0\n---\n", 4),
    "negative rate": ("---\nfde: 1\nname: a\nrate_per_hour: -5\n---\n", 4),
    "zone": ("---\nfde: 1\nname: a\n\ntimezone: Mars/Phobos\n---\n", 5),
    "zone that climbs": ("---\nfde: 1\nname: a\ntimezone: ../../etc/passwd\n---\n", 4),
    "a zone's folder": ("---\nfde: 1\nname: a\ntimezone: Europe\n---\n", 4),
    "a zone with no name for it": (f"---\nfde: 1\nname: a\ntimezone: {'x' * 300}\n---\n", 4),
    "hours": ("---\nfde: 1\nname: a\nworking_hours: nine to five\n---\n", 4),
    "an hour that there is not": ("---\nfde: 1\nname: a\nworking_hours: Mon-Fri 09:00-25:00\n---\n", 4),
    "no time at all": ("---\nfde: 1\nname: a\nworking_hours: Mon-Fri 09:00-09:00\n---\n", 4),
    "holiday": ("---\nfde: 1\nname: a\nholidays: [2026-02-30]\n---\n", 4),
    "holiday in other digits": ("---\nfde: 1\nname: a\nholidays: [２０２６-01-01]\n---\n", 4),
    "one value for a list": ("---\nfde: 1\nname: a\nholidays: 2026-01-01\n---\n", 4),
    "a list for one value": ("---\nfde: 1\nname: [a]\n---\n", 3),
    "a map in a list": ("---\nfde: 1\nname: a\npeople: [{a: b}]\n---\n", 4),
    "quoted key": ('---\nfde: 1\nname: a\n"currency" : euro\n---\n', 4),
    "a format that is no number": ("---\nname: a\nfde: one\n---\n", 3),
    "a format of 5,000 digits": (f"---\nname: a\nfde: {'9' * 5000}\n---\n", 3),
    "a format as list": ("---\nname: a\nfde: [1]\n---\n", 3),
}


@pytest.mark.parametrize(("text", "line"), BROKEN.values(), ids=BROKEN)
def test_a_broken_head_is_refused_with_its_line(tmp_path, text, line):
    root = acme(tmp_path, text)
    with pytest.raises(BadHead) as refused:
        read(root)
    assert refused.value.where == f"engagement.md:{line}"
    assert tree(root) == {"engagement.md": text.encode()}


def test_a_value_is_shown_short_however_long_it_is(tmp_path):
    with pytest.raises(BadHead) as refused:
        read(acme(tmp_path, f"---\nfde: 1\nname: a\ncurrency: {'x' * 9000}\n---\n"))
    assert len(refused.value.message) < 300


def test_a_newer_format_is_refused_with_both_numbers(tmp_path):
    with pytest.raises(NewerFormat, match="format 7, and this fde knows formats up to 1") as refused:
        read(acme(tmp_path, "---\nfde: 7\nname: acme\nunheard: of\n---\n"))
    assert refused.value.where == "engagement.md:2"


def test_it_is_found_from_a_folder_below_and_the_nearest_of_two_counts(tmp_path):
    root = acme(tmp_path)
    write(root, "evidence/visits/engagement.md", "---\nfde: 1\nname: visits\n---\n")
    (root / "evidence/visits/june").mkdir()
    assert find(root / "evidence").name == "acme"
    assert find(root / "evidence/visits/june").name == "visits"
    with pytest.raises(NoEngagement):
        find(tmp_path)


def test_a_folder_named_like_the_head_is_no_engagement(tmp_path):
    (tmp_path / "engagement.md").mkdir()
    with pytest.raises(NoEngagement):
        find(tmp_path)


OLD = "\ufeff---\r\nname: acme\r\ntz: Europe/Berlin\r\nhours: Mon-Fri 08:00-16:00\r\nrate: 70\r\n---\r\nNotes.\r\n".encode()


def test_an_older_format_is_read_as_it_would_be_migrated_and_nothing_is_written(tmp_path):
    write(tmp_path, "acme/engagement.md", OLD)
    found = read(tmp_path / "acme")
    assert (found.timezone, found.working_hours, str(found.rate_per_hour)) == ("Europe/Berlin", "Mon-Fri 08:00-16:00", "70")
    assert found.migrated_from == 0
    assert tree(tmp_path / "acme") == {"engagement.md": OLD}


def test_a_migration_keeps_the_old_file_byte_for_byte_and_is_done_once(tmp_path):
    root = write(tmp_path, "acme/engagement.md", OLD).parent
    before = read(root)
    migrate(before)
    after = read(root)
    assert (root / "engagement.md.format-0.bak").read_bytes() == OLD
    assert (after.migrated_from, after.timezone, after.notes) == (None, before.timezone, before.notes)
    written = tree(root)
    migrate(before)
    migrate(after)
    assert tree(root) == written


def test_a_second_migration_overwrites_no_backup_of_the_first(tmp_path):
    root = write(tmp_path, "acme/engagement.md", OLD).parent
    migrate(read(root))
    other = OLD.replace(b"70", b"80")
    write(root, "engagement.md", other)
    migrate(read(root))
    assert (root / "engagement.md.format-0.bak").read_bytes() == OLD
    assert (root / "engagement.md.format-0-2.bak").read_bytes() == other


@pytest.mark.parametrize(
    ("head", "line"),
    [("name: acme\ntz: Mars\n", 3), ("name: acme\ncolour: red\n", 3), ("tz: UTC\n", 1), ("name: a\ntz: UTC\ntimezone: UTC\n", 3)],
)
def test_an_older_head_that_cannot_be_migrated_is_refused_with_its_own_line_and_stays(tmp_path, head, line):
    root = acme(tmp_path, f"---\n{head}---\n")
    with pytest.raises(BadHead) as refused:
        find(root)
    assert refused.value.where == f"engagement.md:{line}"
    assert list(tree(root)) == ["engagement.md"]


def test_a_new_engagement_holds_what_the_design_says_and_can_be_read(tmp_path):
    made = create(tmp_path / "acme", FIELDS, "\nNotes.\n")
    assert (made.name, made.timezone, made.notes) == ("acme", "Europe/Berlin", "\nNotes.\n")
    assert set(tree(made.root)) >= {"evidence", "private", "answers", "decisions", "artefacts", ".fde", "actions.md"}
    assert stat.S_IMODE(made.state.stat().st_mode) == 0o700
    assert ".fde/" in (made.root / ".gitignore").read_text()
    assert "* text=auto eol=lf\nevidence/** -text\n" in (made.root / ".gitattributes").read_text()


def test_one_that_was_cut_off_is_completed_and_a_complete_one_is_not_touched(tmp_path):
    create(tmp_path / "acme", FIELDS, "")
    whole = tree(tmp_path / "acme")
    for name in ("engagement.md", "actions.md", "evidence/.gitkeep"):
        (tmp_path / "acme" / name).unlink()
    create(tmp_path / "acme", FIELDS, "")
    assert tree(tmp_path / "acme") == whole
    with pytest.raises(NotEmpty):
        create(tmp_path / "acme", {**FIELDS, "client": "Other"}, "")
    assert tree(tmp_path / "acme") == whole


@pytest.mark.parametrize("name", ["notes.txt", "evidence/a.md", "actions.md", "deep/er/x"])
def test_a_folder_that_holds_anything_else_is_refused_and_left_alone(tmp_path, name):
    write(tmp_path, f"acme/{name}", "mine")
    before = tree(tmp_path)
    with pytest.raises(NotEmpty):
        create(tmp_path / "acme", FIELDS, "")
    assert tree(tmp_path) == before


def test_what_would_be_refused_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(BadHead) as refused:
        create(tmp_path / "acme", {**FIELDS, "timezone": "Mars"}, "")
    assert refused.value.where == "engagement.md:5"
    assert tree(tmp_path) == {}
    assert check_new(tmp_path / "acme", FIELDS, "").startswith("---\nfde: 1\nname: acme\n")
    assert tree(tmp_path) == {}
