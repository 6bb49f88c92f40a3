"""`fde page`: where the page is, one written anew, and a warning where its words were taken back."""

from __future__ import annotations

import os
import stat

import pytest
import small

SAID = "Each order waits and then takes 6.00\u00a0min."
CLEAR = "---\nclearance: {}\n---\n"
TOLD = "not on the client's page  j1, The fax decides the week: it quotes interviews/owner.md, which is internal"


@pytest.fixture(name="acme")
def _acme(tmp_path, fde):
    """An engagement with one judged artefact whose finding quotes the owner, whose words may be quoted."""
    root = small.engagement(tmp_path)
    clear(root, "quote")
    done = fde("run", small.SKILL, "--model", "replay/good.json", cwd=root, env={"FDE_NOW": small.NOW})
    assert (done.code, done.err) == (0, "")
    return root


def clear(root, level):
    small.write(root, "evidence/interviews/owner.md", CLEAR.format(level) + small.OWNER)


def official(root):
    return root / "artefacts" / small.SKILL / "2026-03-02-01" / "page.html"


def test_the_page_is_written_with_the_artefact_and_told_by_its_path(acme, fde):
    done = fde("page", cwd=acme)
    assert (done.code, done.out, done.err) == (0, f"{official(acme)}\n", "")
    html = official(acme).read_text()
    assert "Acme Plumbing" in html
    assert SAID in html
    assert small.QUOTE in html


def test_what_is_written_is_the_same_page_while_nothing_has_changed(acme, fde, tmp_path):
    done = fde("page", small.SKILL, "--out", tmp_path / "owner.html", cwd=acme)
    assert (done.code, done.out) == (0, f"wrote  {tmp_path / 'owner.html'}\n")
    assert (tmp_path / "owner.html").read_bytes() == official(acme).read_bytes()


def test_words_that_were_taken_back_are_told_and_stand_in_no_page_made_from_then_on(acme, fde, tmp_path):
    clear(acme, "internal")
    done = fde("page", cwd=acme)
    assert (done.code, done.out) == (3, f"{official(acme)}\n")
    assert "may no longer be shown: interviews/owner.md" in done.err
    anew = fde("page", "--out", tmp_path / "owner.html", "--json", cwd=acme)
    assert (anew.code, anew.json["data"]["no_longer_cleared"]) == (0, ["interviews/owner.md"])
    html = (tmp_path / "owner.html").read_text()
    assert SAID not in html
    assert small.QUOTE not in html
    assert "owner.md" not in html


def test_words_that_are_gone_count_as_taken_back(acme, fde):
    (acme / "evidence/interviews/owner.md").unlink()
    assert fde("page", cwd=acme).code == 3


def test_words_that_were_cleared_since_stand_in_the_page_made_anew(tmp_path, fde):
    root = small.engagement(tmp_path)
    fde("run", small.SKILL, "--model", "replay/good.json", cwd=root, env={"FDE_NOW": small.NOW})
    assert SAID not in official(root).read_text()
    assert "more is cleared" not in fde("page", cwd=root).err
    clear(root, "paraphrase")
    assert "more is cleared now than this page shows: `fde page --out FILE`" in fde("page", cwd=root).err
    assert fde("page", "--out", tmp_path / "owner.html", cwd=root).code == 0
    html = (tmp_path / "owner.html").read_text()
    assert SAID in html
    assert small.QUOTE not in html


def test_ours_has_everything_and_a_name_that_says_so_and_only_we_can_read_it(acme, fde, tmp_path):
    clear(acme, "internal")
    done = fde("page", "--audience", "internal", "--dir", acme, cwd=tmp_path)
    path = tmp_path / f"{small.SKILL}-internal.html"
    assert (done.code, done.out, done.err) == (0, f"wrote  {path}\n", f"{TOLD}\n")
    assert "Internal: not for the client." in path.read_text()
    assert small.QUOTE in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 or os.name == "nt"


def test_a_dry_run_writes_nothing(acme, fde, tmp_path):
    before = small.tree(tmp_path)
    done = fde("page", "--out", tmp_path / "owner.html", "--dry-run", cwd=acme)
    assert (done.code, done.out) == (0, f"would write  {tmp_path / 'owner.html'}\n")
    assert small.tree(tmp_path) == before


@pytest.mark.parametrize("name", ["artefacts/order-count/2026-03-02-01/page.html", "evidence/page.html", ".fde/page.html", "page.txt"])
def test_nothing_is_written_where_it_could_do_harm(acme, fde, name):
    before = small.tree(acme)
    done = fde("page", "--out", name, cwd=acme)
    assert done.code == 2
    assert "A page is not written to" in done.err
    assert small.tree(acme) == before


def test_a_link_into_the_artefacts_is_such_a_place_too(acme, fde, tmp_path):
    (tmp_path / "shelf").symlink_to(acme / "artefacts")
    assert fde("page", "--out", tmp_path / "shelf" / "page.html", cwd=acme).code == 2


def test_without_an_artefact_it_says_so(tmp_path, fde):
    done = fde("page", small.SKILL, cwd=small.engagement(tmp_path))
    assert done.code == 3
    assert f"There is no artefact of {small.SKILL} yet." in done.err


def test_an_artefact_from_before_there_were_pages_has_none_and_one_can_be_made(acme, fde, tmp_path):
    official(acme).unlink()
    done = fde("page", cwd=acme)
    assert done.code == 3
    assert "has no page" in done.err
    assert fde("page", "--out", tmp_path / "owner.html", cwd=acme).code == 0


def test_of_several_subjects_the_one_is_named_and_the_client_is_meant_without(acme, fde):
    for subject in ("shop", "van"):
        fde("run", small.SKILL, "--model", "none", "--subject", subject, cwd=acme, env={"FDE_NOW": small.NOW})
    assert fde("page", small.SKILL, cwd=acme).out == f"{official(acme)}\n"
    assert fde("page", small.SKILL, "--subject", "van", cwd=acme).out.endswith("-van/page.html\n")
    several = fde("page", cwd=acme)
    assert several.code == 2
    assert f"{small.SKILL}, {small.SKILL} --subject shop, {small.SKILL} --subject van" in several.err


def test_an_edited_page_is_told_by_status_and_by_verify_and_a_vanished_one_too(acme, fde):
    assert fde("verify", cwd=acme).code == 0
    page = official(acme)
    page.write_text(page.read_text().replace("6.00", "3.00"))
    assert "edited by hand: page.html" in fde("status", cwd=acme).out
    checked = fde("verify", cwd=acme)
    assert (checked.code, "page.html: edited" in checked.out) == (1, True)
    page.unlink()
    assert "page.html: the file is gone" in fde("verify", cwd=acme).out


def test_a_checkout_with_other_line_ends_is_no_edit(acme, fde):
    page = official(acme)
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    assert fde("verify", cwd=acme).code == 0


def test_words_of_a_note_that_no_item_quotes_are_not_repeated_on_the_page(tmp_path, fde):
    root = small.engagement(tmp_path)
    copied = {"question": "Why do orders arrive by fax on Monday mornings of all days?", "whom": "the owner", "why": "It decides."}
    reply = small.judgement(small.finding("Typing", "It takes {f:entry.mean}."), questions=(copied, small.QUESTION))
    small.write(root, "replay/copied.json", small.replay(reply))
    done = fde("run", small.SKILL, "--model", "replay/copied.json", cwd=root, env={"FDE_NOW": small.NOW})
    assert done.code == 0, done.err
    html = official(root).read_text()
    assert "How many orders are wrong?" in html
    assert "fax on Monday" not in html


def test_what_lies_in_private_reaches_no_page(acme, fde, tmp_path):
    small.write(acme, "private/owner.md", "Kanarienvogel sings at night.")
    for audience in ("client", "internal"):
        assert fde("page", "--audience", audience, "--out", tmp_path / "p.html", cwd=acme).code == 0
        assert "Kanarienvogel" not in (tmp_path / "p.html").read_text()


def test_run_and_accept_and_page_say_what_is_kept_off_the_clients_page_and_why(tmp_path, fde):
    root = small.engagement(tmp_path)
    at = {"FDE_NOW": small.NOW}
    command = ("run", small.SKILL, "--model", "replay/good.json")
    first = fde(*command, cwd=root, env=at)
    assert first.out.endswith(f"{TOLD}\n")
    again = fde(*command, "--json", cwd=root, env=at).json["data"]
    told = {"id": "j1", "what": "The fax decides the week", "is_whole": True, "reason": TOLD.partition(": ")[2]}
    assert (again["unchanged"], again["withheld"]) == (True, [told])
    shown = fde("page", cwd=root)
    assert (shown.out, shown.err) == (f"{official(root)}\n", f"{TOLD}\n")
    assert fde("page", "--json", cwd=root).json["data"]["withheld"] == [told]
    assert "fax decides" not in official(root).read_text()
    fde("prompt", small.SKILL, cwd=root, env=at)
    accepted = fde("accept", small.write(tmp_path, "reply.md", small.GOOD), "--json", cwd=root, env=at)
    assert accepted.json["data"]["withheld"] == [told]


def test_the_page_in_the_folder_is_told_by_what_held_then_and_a_new_one_by_what_holds_now(acme, fde, tmp_path):
    clear(acme, "internal")
    assert fde("page", "--json", cwd=acme).json["data"]["withheld"] == []
    assert fde("page", "--out", tmp_path / "owner.html", cwd=acme).err == f"{TOLD}\n"


def test_a_title_that_repeats_retold_words_is_left_out_and_told_and_its_finding_stays(tmp_path, fde):
    root = small.engagement(tmp_path)
    clear(root, "paraphrase")
    reply = small.judgement(small.finding("Orders arrive by fax on Monday mornings", "It takes {f:entry.mean}.", quotes=small.quoting()))
    small.write(root, "replay/title.json", small.replay(reply))
    done = fde("run", small.SKILL, "--model", "replay/title.json", cwd=root, env={"FDE_NOW": small.NOW})
    assert "not whole on the client's page  j1, Orders arrive by fax on Monday mornings: its title repeats words of" in done.out
    html = official(root).read_text()
    assert "It takes 6.00\u00a0min." in html
    assert "fax on Monday" not in html
