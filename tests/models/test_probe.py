"""How a local endpoint can be held to a schema: found out by its answers, not by what it accepts."""

from __future__ import annotations

import json

import pytest
from loopback import Answer, error, loopback, ok

from fde.errors import BadEndpoint, NotReachable, NotTheApi, UsageError
from fde.models.endpoints import at
from fde.models.probe import first_model, probe, probed
from fde.models.watch import Watch
from fde.settings import Level

GOOD = '{"larger": "whale", "sure": true}'
SENTENCE = "A whale is larger than a mouse."


def watch():
    return Watch(seconds=30, sleep=lambda _: None)


def asked(request):
    """Return the kind of format that a request asks for, None for none."""
    return json.loads(request.body).get("response_format", {}).get("type")


def held(*modes):
    """Return a server that keeps the schema in *modes*, and elsewhere answers as it is asked in words."""

    def answer(request):
        wants_json = "one JSON object" in json.loads(request.body)["messages"][0]["content"]
        return ok("local", GOOD if wants_json or asked(request) in modes else SENTENCE)

    return answer


def result(server):
    found = probe(at("local", f"http://{server.host}/v1", Level.FLAG), "tiny", "none", watch)
    return {one.mode: one.fault for one in found}


def test_each_mode_is_asked_once_strongest_first_and_nothing_of_this_machine_is_sent(tmp_path):
    with loopback(held("json_schema")) as server:
        assert result(server) == {"json_schema": "", "json_object": "", "prompt": ""}
        assert [asked(request) for request in server.requests] == ["json_schema", "json_object", None]
        assert str(tmp_path).encode() not in server.sent
        assert all(len(request.body) < 700 for request in server.requests)


def test_a_server_that_passes_the_schema_by_is_seen_by_its_answer():
    with loopback(held()) as server:
        found = result(server)
    assert found["json_schema"].startswith("it answered with no JSON")
    assert (found["json_object"], found["prompt"]) == ("", "")


def test_json_that_is_not_as_the_schema_wants_it_is_not_enough():
    with loopback(ok("local", '{"larger": "cat"}')) as server:
        assert result(server)["json_schema"].startswith("it passed the schema by: the answer: the field 'sure' is missing")


def test_a_mode_that_the_server_refuses_is_a_fault_of_that_mode_alone():
    def answer(request):
        return error(400, "json_schema is not supported") if asked(request) == "json_schema" else ok("local", GOOD)

    with loopback(answer) as server:
        found = result(server)
    assert "HTTP 400, json_schema is not supported" in found["json_schema"]
    assert (found["json_object"], found["prompt"]) == ("", "")


def test_a_server_that_fails_at_one_mode_is_asked_again_and_then_passed_over():
    with loopback(lambda request: error(500) if asked(request) == "json_schema" else ok("local", GOOD)) as server:
        assert "HTTP 500" in result(server)["json_schema"]
        assert len(server.requests) == 5


def test_where_nobody_answers_the_probe_ends_at_once():
    with loopback(ok("local", GOOD)) as server:
        host = server.host
    with pytest.raises(NotReachable):
        probe(at("local", f"http://{host}/v1", Level.FLAG), "tiny", "none", watch)


def test_the_first_model_that_the_server_names_is_asked():
    listed = json.dumps({"object": "list", "data": [{"id": "qwen", "object": "model"}, {"id": "other", "object": "model"}]})
    where = {"Content-Type": "application/json"}
    with loopback(Answer(headers=where, pieces=[listed.encode()]), Answer(headers=where, pieces=[b'{"data": []}'])) as server:
        endpoint = at("local", f"http://{server.host}/v1", Level.FLAG)
        assert first_model(endpoint, "none", watch()) == "qwen"
        assert server.requests[0].path == "/v1/models"
        with pytest.raises(UsageError, match="names no model"):
            first_model(endpoint, "none", watch())


@pytest.mark.parametrize("listed", ['{"data": [{"id": 5}]}', '{"data": [{"id": "\\ud800"}]}', '{"data": null}', "[1]", "[" * 100_000, "<html>"], ids=lambda text: text[:20])
def test_a_list_of_models_that_cannot_be_one_ends_in_words(listed):
    with loopback(Answer(headers={"Content-Type": "application/json"}, pieces=[listed.encode()])) as server:
        endpoint = at("local", f"http://{server.host}/v1", Level.FLAG)
        with pytest.raises((UsageError, NotTheApi)):
            first_model(endpoint, "none", watch())


def test_a_probe_takes_the_way_that_a_run_takes(monkeypatch):
    with loopback(error(500)) as server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{server.host}")
        # It was asked to connect, and knows no such method.
        with pytest.raises(NotReachable, match="CONNECT"):
            first_model(at("local", "https://127.0.0.1:9/v1", Level.USER), "none", watch())


def test_a_probe_goes_to_this_machine_or_to_what_the_user_has_named(tmp_path):
    assert probed("http://localhost:1/v1", tmp_path).is_loopback
    with pytest.raises(BadEndpoint, match="a probe goes to this machine") as refused:
        probed("https://gpu.example.com/v1/", tmp_path)
    assert refused.value.hint == 'Name it in config.toml first: [local."https://gpu.example.com/v1"]'
    (tmp_path / "config.toml").write_text('[local."https://gpu.example.com/v1"]\n')
    assert probed("https://gpu.example.com/v1/", tmp_path).host == "gpu.example.com"
