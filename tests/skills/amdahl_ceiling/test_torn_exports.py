"""A torn or damaged export is read as far as it goes or refused with a reason, and never ends in anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

SAMPLES = Path(__file__).with_name("samples")
NAMES = [
    "github-actions/actions-timeline_workflow_job.json",
    "gitlab/raw_gitlab_api_pipeline_details.csv",
    "gitlab/raw_gitlab_api_merge_request_notes.csv",
    "other-ci/raw_circleci_api_jobs.csv",
    "other-ci/raw_jenkins_api_builds.csv",
    "pull-requests/ants_pull_request_reviews.csv",
    "git/log.csv",
    "junit/pytest-junit.fail.xml",
]
read_any, BadInput = skill.formats.read_any, skill.badinput.BadInput
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(path):
    """What was read, or None where it was refused with its three parts."""
    try:
        return read_any(path, path.name)
    except BadInput as error:
        assert error.expected
        assert error.found
        return None


@pytest.mark.parametrize("name", NAMES)
@quick
@given(share=st.floats(0, 1))
def test_a_torn_export_gives_no_more_than_the_whole_one(tmp_path, name, share):
    whole = (SAMPLES / name).read_bytes()
    path = tmp_path / Path(name).name
    path.write_bytes(whole[: int(share * len(whole))])
    found, all_of_it = outcome(path), read_any(SAMPLES / name, path.name)
    assert found is None or found.records + len(found.skipped) <= all_of_it.records + len(all_of_it.skipped)


@pytest.mark.parametrize("name", NAMES)
@quick
@given(share=st.floats(0, 0.999), byte=st.integers(0, 255))
def test_a_changed_byte_is_read_over_or_refused_with_a_reason(tmp_path, name, share, byte):
    body = bytearray((SAMPLES / name).read_bytes())
    body[int(share * len(body))] = byte
    path = tmp_path / Path(name).name
    path.write_bytes(body)
    found = outcome(path)
    assert found is None or found.format
