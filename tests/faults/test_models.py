"""What can go wrong while a model is asked: each fault by its number, through the door, over a real socket, with the vendors' SDKs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import version
from types import SimpleNamespace

import loopback
import pytest
import small
from loopback import Answer, error, ok
from small import NOW, SKILL, lines, record

from fde.settings import config_folder

AT = {"FDE_NOW": NOW, **loopback.KEYS}
PROVIDERS = list(loopback.SAYS)
WIRES = pytest.mark.parametrize("provider", PROVIDERS)
HTML = b"<html><body onload=alert(1)>Sign in to the proxy</body></html>"


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path)


@pytest.fixture(name="ask")
def _ask(fde, acme, monkeypatch):
    """Run the skill against a provider that gives *answers*; return how it ended, with the requests that came in."""
    monkeypatch.setattr("fde.models.retry.FIRST_WAIT", 0.0)

    def call(provider, *answers, args=(), env=None):
        with loopback.loopback(*answers) as server:
            loopback.configure(server)
            loopback.allow(acme, server)
            ended = fde("run", SKILL, "--json", "--model", loopback.model(provider, server), *args, cwd=acme, env={**AT, **(env or {})})
        return ended, server

    return call


def events(acme, name):
    return [event for event in lines(acme / ".fde/runs.ndjson") if event["event"] == name]


def failed(acme, ended, code, exit_code=4):
    """Say that the artefact was written from the facts alone, and says so itself; return the error."""
    assert ended.code == exit_code, ended.out
    data = ended.json["data"]
    assert data["status"] == f"failed: {code}"
    document = record(acme, data["artefact"])
    assert document["judged"]["status"] == f"failed: {code}"
    assert [finding["by"] for finding in document["findings"]] == ["code"]
    assert (document["actions"], document["questions"]) == ([], [])
    assert (acme / data["artefact"] / "artefact.md").read_text().startswith(f"> **Not judged (failed: {code}).**")
    assert events(acme, "finished")[-1]["status"] == f"failed: {code}"
    (told,) = ended.json["errors"]
    assert told["code"] == code
    return told


@WIRES
def test_a_reply_becomes_a_judged_artefact_in_one_command(ask, acme, fde, provider):
    ended, server = ask(provider, ok(provider, small.GOOD[:40], small.GOOD[40:]))
    assert ended.code == 0, ended.out
    document = record(acme, ended.json["data"]["artefact"])
    assert document["judged"]["status"] == "ok"
    assert document["judged"]["tokens"] == {"input": 370, "output": 7}
    assert document["judged"]["replayed"] is False
    (attempt,) = events(acme, "attempts")[0]["attempts"]
    assert (attempt["id"], attempt["status"], attempt["outcome"]) == ("req_ok", 200, "ok")
    assert events(acme, "attempts")[0]["usage"]["cache_read"] == 300
    assert events(acme, "answered")[0]["model"] in ("claude-opus-5-5-20261001", "gpt-6.1-terra-2026", "tiny")
    (sent,) = events(acme, "sending")
    assert sent["bytes"] == len(server.requests[0].body)
    assert json.loads((acme / ".fde/runs/r0001/request-1.json").read_text()) == json.loads(server.requests[0].body)
    assert fde("verify", cwd=acme).code == 0


@WIRES
def test_what_was_refused_goes_back_once_in_the_same_conversation(ask, acme, provider):
    ended, server = ask(provider, ok(provider, small.BAD), ok(provider, small.GOOD))
    assert ended.code == 0
    first, second = (json.loads(request.body) for request in server.requests)
    turns = "input" if provider == "openai" else "messages"
    assert second[turns][: len(first[turns])] == first[turns]
    assert [turn["role"] for turn in second[turns][len(first[turns]) :]] == ["assistant", "user"]
    assert "Typing takes 6 minutes" in json.dumps(second[turns][-1])
    assert record(acme, ended.json["data"]["artefact"])["judged"]["tokens"] == {"input": 740, "output": 14}


@pytest.mark.parametrize("provider", ["anthropic"])
def test_a_dry_run_shows_exactly_the_bytes_that_a_run_sends(ask, fde, acme, provider):
    with loopback.loopback(ok(provider, small.GOOD)) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        shown = fde("run", SKILL, "--json", "--dry-run", "--model", "anthropic/m-1", cwd=acme, env=AT).json["data"]
        assert server.requests == []
        fde("run", SKILL, "--model", "anthropic/m-1", cwd=acme, env=AT)
        assert shown["request"] == json.loads(server.requests[0].body)
        assert shown["bytes"] == len(server.requests[0].body)
        assert shown["url"] == f"http://{server.host}{server.requests[0].path}"


# 7: Ctrl-C, and a kill


def _hanging(acme, server, provider="anthropic"):
    command = [sys.executable, "-m", "fde", "run", SKILL, "--model", loopback.model(provider, server)]
    process = subprocess.Popen(command, cwd=acme, env={**os.environ, **AT}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert server.asked.wait(60)
    return process


def test_fault_7_an_interrupt_leaves_a_recorded_run_with_the_tokens_known_so_far(acme, fde):
    begun = loopback.said.messages("{\"schema\"", ": 1")
    head = begun[: begun.index(b"event: content_block_stop")]
    # More than any buffer between here and there holds: what stands before it has been read when all of it is sent.
    signs = [b": " + b"x" * 100_000 + b"\n\n"] * 150
    with loopback.loopback(Answer(pieces=[head, *signs], end="hang")) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        process = _hanging(acme, server)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert b"Interrupted" in err
    assert b"Traceback" not in err
    assert events(acme, "finished")[-1]["status"] == "failed: interrupted"
    (attempts,) = events(acme, "attempts")
    assert attempts["attempts"][0]["outcome"] == "interrupted"
    assert attempts["usage"] == {"input": 370, "output": 1, "cache_read": 300, "cache_write": 50}
    assert (acme / ".fde/runs/r0001/reply-1.partial.txt").read_text() == '{"schema": 1'
    assert not (acme / "artefacts/ledger.ndjson").exists()
    assert fde("status", cwd=acme).code == 0


def test_fault_8_a_killed_run_shows_as_one_that_never_ended(acme, fde):
    with loopback.loopback(Answer(headers={}, end="hang")) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        process = _hanging(acme, server)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode != 0
    assert [event["event"] for event in lines(acme / ".fde/runs.ndjson")] == ["started", "sending"]
    assert "never ended r0001" in fde("status", cwd=acme, env=AT).out


# 14: a person edits while the model answers


def test_fault_14_a_view_edited_while_the_model_answers_stays(ask, acme, fde):
    first = fde("run", SKILL, "--json", cwd=acme, env=AT).json["data"]["artefact"]
    view = acme / first / "artefact.md"

    def edit(_):
        view.write_text(view.read_text() + "\nMy own words.\n")
        return ok("anthropic", small.GOOD)

    ended, _ = ask("anthropic", edit)
    assert ended.code == 0
    assert ended.json["data"]["artefact"] != first
    assert view.read_text().endswith("My own words.\n")


# 42: cut


CUT = {"anthropic": {"stop": "max_tokens"}, "openai": {"status": "incomplete"}, "local": {"finish": "length"}}


@WIRES
def test_fault_42_a_cut_answer_is_not_used_even_if_it_is_whole_json(ask, acme, provider):
    ended, server = ask(provider, ok(provider, small.GOOD, **CUT[provider]))
    told = failed(acme, ended, "reply-cut")
    # It is paid for all the same.
    assert record(acme, ended.json["data"]["artefact"])["judged"]["tokens"] == {"input": 370, "output": 7}
    assert events(acme, "finished")[-1]["tokens"] == {"input": 370, "output": 7}
    assert told["message"] == "The answer was cut at 7 tokens."
    assert len(server.requests) == 1
    assert (acme / ".fde/runs/r0001/reply-1.partial.txt").read_text() == small.GOOD


# 43: something else than a judgement


REFUSED = {"anthropic": {"stop": "refusal"}, "openai": {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, "local": {"finish": "content_filter"}}


@WIRES
def test_fault_43_a_refusal_is_no_bad_json(ask, acme, provider):
    ended, _ = ask(provider, ok(provider, "I would rather not.", **REFUSED[provider]))
    failed(acme, ended, "reply-declined")


@WIRES
def test_fault_43_an_empty_answer_is_told_as_one(ask, acme, provider):
    ended, _ = ask(provider, ok(provider, ""))
    failed(acme, ended, "reply-empty")


@WIRES
@pytest.mark.parametrize("text", ['{"oops": 1}', "{}{}", "Sorry.", f"{small.GOOD} {small.BAD}"], ids=["other json", "two", "prose", "two judgements"])
def test_fault_43_what_is_no_judgement_goes_back_once_and_then_fails(ask, acme, provider, text):
    ended, server = ask(provider, ok(provider, text))
    failed(acme, ended, "no-usable-reply")
    assert len(server.requests) == 2
    assert (acme / ".fde/runs/r0001/reply-2.txt").read_text() == text


@pytest.mark.parametrize("dressed", [f"```json\n{small.GOOD}\n```", f"Here you are:\n\n{small.GOOD}\n\nAnything else?"], ids=["fenced", "with prose"])
def test_fault_43_one_judgement_is_taken_whatever_stands_around_it(ask, acme, dressed):
    ended, _ = ask("local", ok("local", dressed))
    assert ended.code == 0


OTHERS = {
    "a login page": Answer(headers={"Content-Type": "text/html"}, pieces=[HTML]),
    "another json": Answer(headers={"Content-Type": "application/json"}, pieces=[b'{"oops":1}']),
    "garbage in an event": Answer(pieces=[b"event: message_start\ndata: {oops\n\n"]),
    "no text": Answer(pieces=[b"event: message_start\ndata: \xff\xfe\x00\n\n"]),
    "a redirect": Answer(status=307, headers={"Location": "http://127.0.0.1:9/elsewhere"}),
    "a redirect to no address": Answer(status=307, headers={"Location": "https://[evil"}),
    "an event nested too deep": Answer(pieces=[b"event: message_start\ndata: " + b"[" * 100_000 + b"\n\n"]),
    "a packed answer": Answer(headers={**loopback.EVENTS, "Content-Encoding": "gzip"}, pieces=[b"\x1f\x8b"]),
}


@WIRES
@pytest.mark.parametrize("answer", OTHERS.values(), ids=OTHERS)
def test_fault_43_what_is_not_the_api_is_told_and_not_shown(ask, acme, provider, answer):
    ended, server = ask(provider, answer)
    failed(acme, ended, "not-the-api")
    assert "<html" not in ended.out
    assert "alert(1)" not in ended.out
    assert len(server.requests) == 1


STRAY = {
    "anthropic": (b'"output_tokens": 7', b'"claude-opus-5-5-20261001"'),
    "openai": (b'"output_tokens": 7', b'"gpt-6.1-terra-2026"'),
    "local": (b'"prompt_tokens": 370', b'"tiny"'),
}


@WIRES
def test_fault_43_a_stray_count_or_name_costs_no_reply_and_makes_no_artefact_that_later_commands_refuse(ask, acme, fde, provider):
    counted, named = STRAY[provider]
    content = loopback.SAYS[provider](small.GOOD)
    assert counted in content
    assert named in content
    content = content.replace(counted, counted.partition(b":")[0] + b": 370.5").replace(named, rb'"\ud800x"')
    ended, _ = ask(provider, Answer(pieces=[content]))
    assert ended.code == 0, ended.out
    judged = record(acme, ended.json["data"]["artefact"])["judged"]
    assert (judged["status"], judged["tokens"], judged["cost"]) == ("ok", None, None)
    assert events(acme, "answered") == []
    assert [fde(command, cwd=acme).code for command in ("verify", "status")] == [0, 0]


# 44: JSON that readers differ about


def _odd(old, new):
    assert old in small.GOOD
    return small.GOOD.replace(old, new, 1)


ODD = {
    "no number": _odd('"due": null', '"due": NaN'),
    "a key twice": _odd('"due": null', '"due": null, "due": null'),
    "a number of 5,000 digits": _odd('"due": null', f'"due": {"9" * 5_000}'),
    "depth": _odd('"due": null', f'"due": {"[" * 5_000}{"]" * 5_000}'),
    "half a character": _odd("The fax decides", r"The \ud83d fax decides"),
}


@WIRES
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_fault_44_json_that_readers_differ_about_is_refused_with_a_reason_and_kept(ask, acme, provider, text):
    ended, server = ask(provider, ok(provider, text))
    failed(acme, ended, "no-usable-reply")
    assert len(server.requests) == 2
    assert (acme / ".fde/runs/r0001/reply-1.txt").read_text() == text


def test_fault_44_a_character_that_no_page_can_hold_costs_the_finding_in_which_it_stands(ask, acme):
    ended, _ = ask("local", ok("local", _odd("The fax decides", r"The \u0000 fax decides")))
    assert (ended.code, ended.json["data"]["status"]) == (3, "rejected")
    assert "\0" not in (acme / ended.json["data"]["artefact"] / "artefact.md").read_text()


# 45: busy, broken


@WIRES
@pytest.mark.parametrize("status", [429, 529])
def test_fault_45_a_busy_provider_is_asked_twice_more(ask, acme, provider, status):
    ended, server = ask(provider, error(status, "Too many.", Retry_After="0"))
    told = failed(acme, ended, "provider-busy")
    assert told["hint"] == "The same command may work later."
    assert len(server.requests) == 3
    assert [(one["id"], one["status"]) for one in events(acme, "attempts")[0]["attempts"]] == [("req_bad", status)] * 3


@WIRES
def test_fault_45_after_a_busy_answer_the_next_one_counts(ask, acme, provider):
    ended, server = ask(provider, error(503, Retry_After="0"), ok(provider, small.GOOD))
    assert ended.code == 0
    assert len(server.requests) == 2


@WIRES
def test_fault_45_a_wait_of_an_hour_is_not_waited(ask, acme, provider):
    ended, server = ask(provider, error(429, Retry_After="3600"))
    assert failed(acme, ended, "provider-busy")["hint"] == "It asks to wait 3,600 seconds; the same command may work then."
    assert len(server.requests) == 1


@WIRES
def test_fault_45_a_bad_gateways_html_is_not_shown(ask, acme, provider):
    ended, _ = ask(provider, Answer(status=502, headers={"Content-Type": "text/html", "Retry-After": "0"}, pieces=[HTML]))
    assert failed(acme, ended, "provider-busy")["message"].endswith("HTTP 502, with a page of HTML.")
    assert "alert" not in ended.out


@WIRES
@pytest.mark.parametrize("end", ["reset", "close"])
def test_fault_45_a_stream_that_breaks_off_is_asked_for_again_and_nothing_of_it_is_used(ask, acme, provider, end):
    whole = loopback.SAYS[provider](small.GOOD[:60], small.GOOD[60:])
    torn = Answer(pieces=[whole[: len(whole) // 2]], end=end)
    ended, server = ask(provider, torn, ok(provider, small.GOOD))
    assert ended.code == 0, ended.out
    assert len(server.requests) == 2
    first, second = events(acme, "attempts")[0]["attempts"]
    assert (first["outcome"], first["usage"], second["outcome"], second["usage"]["output"]) == ("stream-ended", None, "ok", 7)
    # Nobody says what the first took, and what is not known is not small.
    assert record(acme, ended.json["data"]["artefact"])["judged"]["tokens"] is None


@WIRES
def test_fault_45_nothing_of_a_stream_that_never_ends_well_is_in_any_artefact(ask, acme, provider):
    whole = loopback.SAYS[provider](small.GOOD[:60], small.GOOD[60:])
    ended, server = ask(provider, Answer(pieces=[whole[: whole.index(b"Orders arrive")]], end="reset"))
    failed(acme, ended, "stream-ended")
    assert len(server.requests) == 3
    assert (acme / ".fde/runs/r0001/reply-1.partial.txt").read_text() == small.GOOD[:60]
    shown = b"".join(path.read_bytes() for path in (acme / "artefacts").rglob("*") if path.is_file())
    assert b"The fax decides" not in shown


@WIRES
@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_fault_45_a_refusal_is_told_in_the_providers_words_without_its_control_characters(ask, acme, provider, status):
    ended, server = ask(provider, error(status, "No\x1b]0;x\x07 such model."))
    told = failed(acme, ended, "provider-refused")
    assert told["message"].endswith(f"refused the request: HTTP {status}, No\ufffd]0;x\ufffd such model.")
    assert len(server.requests) == 1


# 46: hangs


HANGS = {
    "before the answer": Answer(headers={}, end="hang"),
    "in its middle": Answer(pieces=[b": begun\n\n"], end="hang"),
}


@WIRES
@pytest.mark.parametrize("answer", HANGS.values(), ids=HANGS)
def test_fault_46_the_run_has_one_deadline(ask, acme, provider, answer):
    ended, server = ask(provider, answer, args=("--deadline", "1"))
    assert failed(acme, ended, "deadline-over")["message"].endswith("had not answered in full after 1 seconds.")
    assert len(server.requests) == 1


def _signs_of_life():
    while True:
        yield b": still here\n\n"


@WIRES
def test_fault_46_signs_of_life_do_not_stop_the_clock(ask, acme, provider, monkeypatch):
    # Else the cap on an answer's size would end it first.
    monkeypatch.setattr("fde.models.wire.MOST_BYTES", 10**12)
    ended, _ = ask(provider, Answer(pieces=_signs_of_life()), args=("--deadline", "1"))
    failed(acme, ended, "deadline-over")


@WIRES
def test_fault_46_an_answer_without_an_end_is_cut_off(ask, acme, provider):
    ended, _ = ask(provider, Answer(pieces=_signs_of_life_in_bulk()))
    failed(acme, ended, "reply-too-long")


def _signs_of_life_in_bulk():
    while True:
        yield b": " + b"x" * 100_000 + b"\n\n"


# 47: keys


KEYS = {
    "none": (None, "no-key", "There is no key for anthropic@"),
    "with a line break": ("sk-ant-SECRET\n", "bad-key", "a line break"),
    "not ASCII": ("sk-ant-SECR\u00c9T", "bad-key", "not ASCII"),
    "another vendor's": ("sk-proj-SECRET", "bad-key", "a key of openai"),
}


@pytest.mark.parametrize(("key", "code", "told"), KEYS.values(), ids=KEYS)
def test_fault_47_a_key_that_cannot_be_one_is_told_before_anything_is_sent_and_never_shown(ask, acme, key, code, told):
    ended, server = ask("anthropic", ok("anthropic", small.GOOD), env={"ANTHROPIC_API_KEY": key})
    assert told in failed(acme, ended, code)["message"]
    assert "SECR" not in ended.out + ended.err
    assert server.requests == []


# 48: the environment


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_fault_48_no_variable_sends_the_evidence_elsewhere_or_adds_to_it(ask, acme, provider, tmp_path):
    with loopback.loopback(ok(provider, small.GOOD)) as elsewhere:
        theirs = {
            "ANTHROPIC_BASE_URL": f"http://{elsewhere.host}",
            "OPENAI_BASE_URL": f"http://{elsewhere.host}/v1",
            "ANTHROPIC_CUSTOM_HEADERS": "X-Canary: CANARY",
            "OPENAI_CUSTOM_HEADERS": "X-Canary: CANARY",
            "ANTHROPIC_AUTH_TOKEN": "CANARY",
            "OPENAI_ORG_ID": "CANARY",
            "OPENAI_PROJECT_ID": "CANARY",
        }
        ended, server = ask(provider, ok(provider, small.GOOD), env=theirs)
        assert ended.code == 0
        assert elsewhere.requests == []
    assert b"CANARY" not in server.sent
    assert os.environ.get("ANTHROPIC_BASE_URL") is None


ADDRESSES = {"ANTHROPIC_BASE_URL": "https://a.example", "OPENAI_BASE_URL": "https://b.example", "OTEL_EXPORTER_OTLP_ENDPOINT": "https://c.example"}


@pytest.mark.parametrize(("provider", "name"), [("anthropic", "ANTHROPIC_BASE_URL"), ("openai", "OPENAI_BASE_URL"), ("local", "OPENAI_BASE_URL")])
def test_fault_48_an_address_in_the_environment_that_is_not_followed_is_told_beside_the_answer(fde, acme, provider, name):
    with loopback.loopback(ok(provider, small.GOOD)) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        args = ("run", SKILL, "--model", loopback.model(provider, server))
        for more in (("--dry-run",), ()):
            ended = fde(*args, *more, cwd=acme, env={**AT, **ADDRESSES})
            assert (ended.code, ended.err) == (0, f"note: {name} is set, and it is not followed: where a model is reached your own config.toml says.\n")
        assert fde(*args, "--json", cwd=acme, env={**AT, **ADDRESSES}).json["data"]["ignored"] == [name]
    assert fde("run", SKILL, "--model", "replay/good.json", cwd=acme, env={**AT, **ADDRESSES}).err == ""


PROXIES = {
    "SOCKS without its package": "socks5://user:SECRET@127.0.0.1:9",
    "no address": "foo:SECRET",
    "another kind": "ftp://SECRET",
}


@pytest.fixture(name="remote")
def _remote(fde, acme, monkeypatch):
    """Run the skill against https:// at a port of this machine where nobody is; return what a dry run says of it, and how it ended."""
    monkeypatch.setattr("fde.models.retry.FIRST_WAIT", 0.0)
    nobody = SimpleNamespace(host="127.0.0.1:9")

    def call(**env):
        loopback.configure(nobody, "")
        path = config_folder() / "config.toml"
        path.write_text(path.read_text().replace("http://", "https://"))
        loopback.allow(acme, nobody)
        args = ("run", SKILL, "--json", "--model", "anthropic/m-1")
        return fde(*args, "--dry-run", cwd=acme, env={**AT, **env}).json["data"]["proxy"], fde(*args, cwd=acme, env={**AT, **env})

    return call


@pytest.mark.parametrize("proxy", PROXIES.values(), ids=PROXIES)
def test_fault_48_a_proxy_that_cannot_be_used_is_told_without_its_password(remote, acme, proxy):
    _, ended = remote(ALL_PROXY=proxy)
    assert "the proxy that the environment names" in failed(acme, ended, "not-reachable")["message"]
    assert "SECRET" not in ended.out + ended.err


@pytest.mark.parametrize(("no_proxy", "is_used"), [("elsewhere.example", True), ("127.0.0.0/8", False)])
def test_fault_48_the_proxy_that_is_named_is_the_one_that_is_used(remote, acme, no_proxy, is_used):
    with loopback.loopback(error(500)) as server:
        shown, ended = remote(HTTPS_PROXY=f"http://{server.host}", NO_PROXY=no_proxy)
    told = failed(acme, ended, "not-reachable")["message"]
    # It was asked to connect, and knows no such method; past it, nobody is there.
    assert ("CONNECT" in told, "refused" in told) == (is_used, not is_used), told
    assert shown == events(acme, "sending")[-1]["proxy"] == (server.host if is_used else None)


def test_fault_48_a_proxy_is_shown_by_its_host_and_never_by_its_password(fde, acme):
    env = {**AT, "HTTPS_PROXY": "http://user:SECRET@proxy.example:3128"}
    shown = fde("run", SKILL, "--dry-run", "--json", "--model", "strong", cwd=acme, env=env)
    assert shown.json["data"]["proxy"] == "proxy.example:3128"
    assert "SECRET" not in shown.out
    assert fde("run", SKILL, "--dry-run", "--json", "--model", "strong", cwd=acme, env=AT).json["data"]["proxy"] is None


# 49: prices


def test_fault_49_an_unknown_price_is_unknown_and_the_run_goes_on(ask, acme):
    ended, _ = ask("anthropic", ok("anthropic", small.GOOD))
    assert ended.code == 0
    assert record(acme, ended.json["data"]["artefact"])["judged"]["cost"] is None


def test_fault_49_a_known_price_is_in_the_artefact_and_the_ledger(fde, acme):
    with loopback.loopback(ok("anthropic", small.GOOD)) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        ended = fde("run", SKILL, "--json", "--model", "anthropic/claude-opus-5-5", cwd=acme, env=AT)
    # 20 x 4 + 300 x 0.20 + 50 x 5 + 7 x 20 US dollars for a million
    cost = {"value": "0.00053", "unit": "USD"}
    assert record(acme, ended.json["data"]["artefact"])["judged"]["cost"] == cost
    assert events(acme, "finished")[-1]["cost"] == cost
    assert events(acme, "answered")[-1]["prices"] == version("genai-prices")


# 50: the budget


def test_fault_50_what_could_pass_the_budget_is_not_sent(ask, acme):
    ended, server = ask("anthropic", ok("anthropic", small.GOOD), args=("--max-tokens", "1000"))
    failed(acme, ended, "over-budget")
    assert server.requests == []


def test_fault_50_a_budget_of_money_is_not_ignored_where_no_price_is_known(ask, acme):
    ended, server = ask("anthropic", ok("anthropic", small.GOOD), args=("--max-cost", "5"))
    assert "no price is known" in failed(acme, ended, "over-budget")["message"]
    assert server.requests == []


def test_fault_50_a_budget_reached_midway_keeps_what_is_finished_and_tells(fde, acme):
    args = ("run", SKILL, "--json", "--model", "anthropic/m-1")
    with loopback.loopback(ok("anthropic", small.BAD)) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        tokens = fde(*args, "--dry-run", cwd=acme, env=AT).json["data"]["tokens"]
        limit = tokens["input"] + tokens["output"] + 50
        ended = fde(*args, "--max-tokens", limit, cwd=acme, env=AT)
    assert ended.code == 4
    assert len(server.requests) == 1
    data = ended.json["data"]
    assert data["status"] == "ok"
    document = record(acme, data["artefact"])
    assert [item["what"] for item in document["dropped"]] == ["Typing takes 6 minutes"]
    assert ended.json["errors"][0]["code"] == "over-budget"


def test_fault_50_a_server_that_does_not_say_what_a_reply_took_is_counted_at_its_most(fde, acme):
    silent = Answer(pieces=[loopback.said.chat(small.BAD, usage=False)])
    with loopback.loopback(silent) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        args = ("run", SKILL, "--json", "--model", loopback.model("local", server))
        tokens = fde(*args, "--dry-run", cwd=acme, env=AT).json["data"]["tokens"]
        # One request fits, and of a second one the question alone would fit too.
        limit = 2 * tokens["input"] + tokens["output"] + 1500
        ended = fde(*args, "--max-tokens", limit, cwd=acme, env=AT)
    assert ended.json["errors"][0]["code"] == "over-budget"
    assert len(server.requests) == 1


# record and replay


def test_what_was_recorded_plays_back_the_same_judgement_and_says_what_it_is(ask, fde, acme):
    ended, _ = ask("anthropic", ok("anthropic", small.BAD), ok("anthropic", small.GOOD), args=("--record", "mine.json"))
    assert ended.code == 0
    live = record(acme, ended.json["data"]["artefact"])
    again = fde("run", SKILL, "--json", "--model", "replay/mine.json", cwd=acme, env=AT)
    assert again.code == 0
    replayed = record(acme, again.json["data"]["artefact"])
    assert (replayed["findings"], replayed["actions"]) == (live["findings"], live["actions"])
    assert replayed["judged"]["replayed"] is True
    assert replayed["judged"]["origin"] == "anthropic/m-1, asked on 2026-03-02 in run r0001, unedited"


@pytest.mark.parametrize(("name", "told"), [("good.json", "already"), ("../x.json", "refused"), ("/tmp/x.json", "refused")])
def test_a_recording_overwrites_nothing_and_stays_in_its_folder_and_nobody_is_asked(ask, acme, name, told):
    ended, server = ask("anthropic", ok("anthropic", small.GOOD), args=("--record", name))
    assert ended.code == 3
    assert told in ended.out
    assert server.requests == []


def test_fault_50_an_answer_that_broke_off_may_be_billed_and_counts_in_the_budget(fde, acme):
    whole = loopback.said.messages(small.BAD)
    torn = Answer(pieces=[whole[: len(whole) // 2]], end="close")
    args = ("run", SKILL, "--json", "--model", "anthropic/m-1")
    with loopback.loopback(torn, ok("anthropic", small.BAD), ok("anthropic", small.GOOD)) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        tokens = fde(*args, "--dry-run", cwd=acme, env=AT).json["data"]["tokens"]
        # Room for the reply and its repair, but not for the torn one as well.
        limit = 2 * (tokens["input"] + tokens["output"])
        ended = fde(*args, "--max-tokens", limit, cwd=acme, env=AT)
    assert len(server.requests) == 2
    assert ended.json["errors"][0]["code"] == "over-budget"


def test_fault_50_what_a_reply_took_counts_also_if_its_repair_fails(ask, acme):
    ended, _ = ask("openai", ok("openai", small.BAD), ok("openai", small.GOOD, status="incomplete"))
    assert ended.json["errors"][0]["code"] == "reply-cut"
    judged = record(acme, ended.json["data"]["artefact"])["judged"]
    assert (judged["status"], judged["tokens"]) == ("ok", {"input": 740, "output": 14})


def test_fault_50_the_budget_is_asked_before_a_request_is_repeated(fde, acme):
    whole = loopback.said.messages(small.BAD)
    args = ("run", SKILL, "--json", "--model", "anthropic/m-1")
    with loopback.loopback(Answer(pieces=[whole[: len(whole) // 2]], end="close")) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        tokens = fde(*args, "--dry-run", cwd=acme, env=AT).json["data"]["tokens"]
        ended = fde(*args, "--max-tokens", tokens["input"] + tokens["output"], cwd=acme, env=AT)
    told = failed(acme, ended, "stream-ended")
    assert len(server.requests) == 1
    assert told["hint"].startswith("It was not asked again. The budget is reached, so nothing more was sent: with the next request it could be")


def test_fault_50_what_a_dry_run_says_of_the_whole_is_enough_however_often_an_answer_breaks_off(fde, acme, monkeypatch):
    monkeypatch.setattr("fde.models.retry.FIRST_WAIT", 0.0)
    whole = loopback.said.messages(small.BAD)
    torn = Answer(pieces=[whole[: len(whole) // 2]], end="close")
    args = ("run", SKILL, "--json", "--model", "anthropic/claude-opus-5-5")
    with loopback.loopback(torn, torn, ok("anthropic", small.BAD), torn, torn, ok("anthropic", small.GOOD)) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        data = fde(*args, "--dry-run", cwd=acme, env=AT).json["data"]
        limits = ("--max-tokens", sum(data["most_tokens"].values()), "--max-cost", data["most_cost"]["value"])
        ended = fde(*args, *limits, cwd=acme, env=AT)
    assert (ended.code, len(server.requests)) == (0, 6)
    assert float(data["cost"]["value"]) < float(data["most_cost"]["value"])
    assert data["most_tokens"]["output"] == 6 * data["tokens"]["output"]


# What goes back


def _long(characters):
    """Return a reply with findings that are refused, of at least so many characters."""
    wrong = {**small.TYPED, "statement": "It takes 6 minutes to type an order, and words " * 5}
    return small.judgement(small.STANDS, *[wrong] * (characters // len(str(wrong)) + 1))


def test_a_reply_goes_back_only_if_the_window_has_room_for_it(ask, acme):
    small.write(acme, "evidence/letters/long.md", "Orders come late and nobody knows why it is so. " * 190)
    ended, server = ask("local", ok("local", _long(5_000)))
    assert len(server.requests) == 1
    (told,) = ended.json["errors"]
    assert told["code"] == "not-sent-back"
    assert told["message"].endswith("and the model's window takes 6,144.")
    assert ended.json["data"]["status"] == "ok"
    assert "Typing takes 6 minutes" in [item["what"] for item in record(acme, ended.json["data"]["artefact"])["dropped"]]
    assert events(acme, "repair")[-1]["status"] == "failed: not-sent-back"


@WIRES
def test_a_reply_longer_than_could_have_been_asked_for_does_not_go_back(ask, acme, provider):
    ended, server = ask(provider, ok(provider, "x" * 1_000_000))
    told = failed(acme, ended, "no-usable-reply")
    assert len(server.requests) == 1
    assert told["hint"].endswith("did not go back to the model: the reply is longer than could have been asked for.")


# How it is asked


@pytest.mark.parametrize("how", [("--effort", "high"), ("max_output", "8000")], ids=" ".join)
def test_a_question_asked_in_another_way_is_another_question(fde, acme, how):
    args = ("run", SKILL, "--json", "--model", "anthropic/m-1")
    with loopback.loopback(ok("anthropic", small.GOOD)) as server:
        loopback.configure(server)
        loopback.allow(acme, server)
        ran = [fde(*args, "--effort", "low", cwd=acme, env=AT).json["data"]["unchanged"] for _ in range(2)]
        if how[0] == "max_output":
            loopback.configure(server, '[models."anthropic/m-1"]\nmax_output = 8000\neffort = "low"')
        ran.append(fde(*args, *(how if how[0] == "--effort" else ()), cwd=acme, env=AT).json["data"]["unchanged"])
    assert ran == [False, True, False]
    assert len(server.requests) == 2


def test_an_engagement_may_name_a_role_that_the_users_configuration_gives_an_address(fde, acme):
    with loopback.loopback(ok("local", small.GOOD)) as server:
        loopback.configure(server, f'[roles]\nstrong = "{loopback.model("local", server)}"')
        loopback.allow(acme, server)
        head = acme / "engagement.md"
        given = head.read_text()
        head.write_text(given.replace("client:", "model: strong\nclient:", 1))
        ended = fde("run", SKILL, "--json", cwd=acme, env=AT)
        assert (ended.code, ended.json["data"]["status"]) == (0, "ok")
        # An address of its own it still may not name.
        head.write_text(given.replace("client:", f"model: {loopback.model('local', server)}\nclient:", 1))
        assert fde("run", SKILL, "--json", cwd=acme, env=AT).json["errors"][0]["code"] == "bad-endpoint"
