"""Where skills are looked for, in which order, and what a broken one may not do to the others."""

from __future__ import annotations

import pytest
from skillset.folders import make_skill

import fde.skillset.find
from fde.engagement.engagement import HEAD_FILE
from fde.errors import BrokenSkill, NoSuchSkill
from fde.settings import config_folder
from fde.skillset.find import ENGAGEMENT, engagement_of, find, skills
from fde.skillset.skill import Origin


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """A folder in the place of the skills that come with fde."""
    monkeypatch.setattr(fde.skillset.find, "assets", lambda kind: tmp_path / "built-in" / kind)
    (tmp_path / "built-in" / "skills").mkdir(parents=True)
    return tmp_path / "built-in" / "skills"


@pytest.fixture
def yours():
    return config_folder() / "skills"


@pytest.fixture
def engagement(tmp_path):
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "engagement.md").write_text("---\nbroken")
    return folder


def test_skills_are_ours_then_the_users_then_the_engagements(ours, yours, engagement):
    make_skill(engagement / "skills", "a")
    make_skill(yours, "b")
    make_skill(ours, "c")
    found = [(skill.name, skill.origin) for skill in skills(engagement).skills]
    assert found == [("c", Origin.BUILT_IN), ("b", Origin.USER), ("a", Origin.ENGAGEMENT)]


def test_outside_an_engagement_there_are_only_ours_and_the_users(ours, yours):
    make_skill(yours, "b")
    assert [skill.name for skill in skills(None).skills] == ["b"]


def test_a_broken_skill_is_named_and_hides_no_other(ours, yours):
    make_skill(yours, "a", head="name: b\ndescription: x\n")
    (yours / "c").mkdir()
    make_skill(yours, "d")
    listing = skills(None)
    assert [skill.name for skill in listing.skills] == ["d"]
    assert [(broken.name, broken.origin) for broken in listing.broken] == [("a", Origin.USER), ("c", Origin.USER)]


def test_a_file_beside_the_skills_is_no_broken_skill(ours, yours):
    make_skill(yours)
    (yours / "README.md").touch()
    (yours / ".git").mkdir()
    assert skills(None).broken == ()


def test_a_built_in_name_cannot_be_shadowed(ours, yours, engagement):
    make_skill(ours)
    make_skill(yours)
    make_skill(engagement / "skills")
    listing = skills(engagement)
    assert [skill.folder for skill in listing.skills] == [ours / "order-count"]
    assert [broken.origin for broken in listing.broken] == [Origin.USER, Origin.ENGAGEMENT]
    assert all("taken by the built-in skill order-count" in broken.error.message for broken in listing.broken)
    assert find("order-count", engagement).origin is Origin.BUILT_IN


def test_a_built_in_name_cannot_be_shadowed_while_the_built_in_is_damaged(ours, yours):
    make_skill(ours, head="name: x\ndescription: y\n")
    make_skill(yours)
    assert skills(None).skills == ()
    with pytest.raises(BrokenSkill, match="expected the folder's name"):
        find("order-count", None)


def test_an_engagement_cannot_take_the_name_of_a_skill_of_the_users(ours, yours, engagement):
    make_skill(yours)
    make_skill(engagement / "skills")
    assert find("order-count", engagement).origin is Origin.USER
    assert "taken by the user skill" in skills(engagement).broken[0].error.message


def test_a_broken_skill_that_is_asked_for_says_why(ours, yours):
    make_skill(yours, head="name: order-count\n")
    with pytest.raises(BrokenSkill, match="'description' is missing"):
        find("order-count", None)


def test_a_misspelt_name_gets_the_nearest(ours):
    make_skill(ours)
    with pytest.raises(NoSuchSkill) as refused:
        find("ordercount", None)
    assert refused.value.hint == "Did you mean order-count?"


def test_a_name_like_no_other_gets_them_all(ours):
    make_skill(ours, "a")
    make_skill(ours, "b")
    with pytest.raises(NoSuchSkill) as refused:
        find("zzz", None)
    assert refused.value.hint == "There are a, b."


def test_without_a_home_ours_are_found_and_the_lack_is_named(ours, monkeypatch):
    make_skill(ours)
    monkeypatch.setenv("FDE_HOME", "not/absolute")
    listing = skills(None)
    assert [skill.name for skill in listing.skills] == ["order-count"]
    assert "FDE_HOME" in listing.broken[0].error.message


def test_an_engagement_is_found_from_below_though_its_head_is_broken(engagement, tmp_path):
    (engagement / "evidence" / "deep").mkdir(parents=True)
    assert engagement_of(engagement / "evidence" / "deep") == engagement
    assert engagement_of(tmp_path) is None


def test_an_engagement_is_known_by_the_file_that_its_own_room_names():
    assert ENGAGEMENT == HEAD_FILE


def test_a_link_that_leads_nowhere_is_named_and_not_passed_over(ours, yours):
    yours.mkdir(parents=True)
    (yours / "gone").symlink_to("/nowhere/at/all")
    assert [(broken.name, "is a link" in broken.error.message) for broken in skills(None).broken] == [("gone", True)]
