"""`fde doctor`: by what a model would be reached, and that no secret is ever told."""

from __future__ import annotations

import pytest
from loopback import error, loopback, ok

from fde.settings import config_folder

GOOD = '{"larger": "whale", "sure": true}'


@pytest.fixture(name="data")
def _data(fde, tmp_path):
    def call(code=0, cwd=tmp_path, **environment):
        ended = fde("doctor", "--json", cwd=cwd, env=environment)
        assert ended.code == code, ended.out
        shown = fde("doctor", cwd=cwd, env=environment)
        assert "canary" not in ended.out + shown.out + shown.err
        return ended.json["data"] | {"text": shown.out}

    return call


def configure(text):
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / "config.toml").write_text(text)


def key_file(content, mode):
    path = config_folder() / "keys" / "openai"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    path.chmod(mode)
    return str(path)


def test_of_a_key_it_tells_whether_it_is_there_and_from_where(data):
    path = key_file("sk-proj-canary", 0o600)
    found = data(ANTHROPIC_API_KEY="sk-ant-canary")
    assert found["keys"] == {
        "anthropic": {"state": "present", "origin": "ANTHROPIC_API_KEY", "fault": ""},
        "openai": {"state": "present", "origin": path, "fault": ""},
    }
    assert "key anthropic       present  (ANTHROPIC_API_KEY)" in found["text"].splitlines()


def test_a_key_that_cannot_be_used_is_told_with_its_remedy(data):
    path = key_file("sk-proj-canary", 0o644)
    found = data(ANTHROPIC_API_KEY="sk-ant-canary\n")
    assert [found["keys"][name]["state"] for name in ("anthropic", "openai")] == ["unusable", "unusable"]
    assert "The key for anthropic is not used: character 14 is a line break. Give the key alone, on one line." in found["warnings"]
    assert f"The key for openai is not used: others may read or write the file (mode 0644). chmod 600 {path}" in found["warnings"]


def test_without_keys_they_are_absent_and_nothing_is_wrong(data):
    found = data()
    assert [key["state"] for key in found["keys"].values()] == ["absent", "absent"]
    assert "key openai          absent" in found["text"].splitlines()


def test_each_address_in_force_has_its_origin(data):
    configure('[anthropic]\nbase_url = "https://proxy.example.com/a"\n[local."http://127.0.0.1:8080/v1"]\nstructured = "prompt"\n')
    found = data()
    assert [(one["entry"], one["origin"], one["structured"]) for one in found["endpoints"]] == [
        ("anthropic@proxy.example.com", "user configuration", None),
        ("openai@api.openai.com", "default", None),
        ("local@127.0.0.1:8080", "user configuration", "prompt"),
    ]
    assert "address openai      https://api.openai.com/v1  (default)" in found["text"].splitlines()
    assert found["keys"]["local"]["state"] == "absent"


def test_fault_48_what_the_environment_says_of_addresses_is_told_by_host_and_not_followed(data):
    found = data(
        ANTHROPIC_BASE_URL="https://user:canary@elsewhere.example.com/canary?canary", OPENAI_CUSTOM_HEADERS="X: canary", HTTPS_PROXY="http://u:canary@proxy:3128"
    )  # fmt: skip
    assert found["ignored"] == {"ANTHROPIC_BASE_URL": "elsewhere.example.com", "OPENAI_CUSTOM_HEADERS": None}
    assert {one["proxy"] for one in found["endpoints"]} == {"proxy:3128"}
    assert {one["origin"] for one in found["endpoints"]} == {"default"}
    lines = found["text"].splitlines()
    assert "address openai      https://api.openai.com/v1  (default, through the proxy proxy:3128)" in lines
    assert "ANTHROPIC_BASE_URL  ignored: elsewhere.example.com" in lines
    assert "OPENAI_CUSTOM_HEADERS ignored" in lines
    assert [line.split()[1] for line in lines if line.startswith("warning") and "is not followed" in line] == list(found["ignored"])


def test_a_store_without_certificates_is_told(data, tmp_path):
    found = data(SSL_CERT_FILE=str(tmp_path / "none.pem"))
    (warning,) = found["warnings"]
    assert warning == "no https:// address can be checked (SSL_CERT_FILE): No such file or directory; install ca-certificates, or set SSL_CERT_FILE"


def test_a_section_of_the_configuration_that_nobody_reads_is_told(data):
    configure('model = "none"\n[antropic]\nbase_url = "https://canary.example.com"\n[models."anthropic/x"]\neffort = "low"\n[roles]\n')
    (warning,) = [line for line in data()["warnings"] if "config.toml" in line]
    assert warning.startswith("config.toml says 'antropic', which is not known; known are model, ")


def test_what_the_engagement_allows_and_whether_it_is_confirmed_here(fde, data, tmp_path):
    assert data()["allowed"] is None
    acme = tmp_path / "acme"
    fde("init", acme)
    found = data(cwd=acme)
    assert (found["allowed"]["entries"], "allowed             nothing may be sent" in found["text"].splitlines()) == ([], True)
    (acme / "engagement.md").write_text("---\nfde: 1\nname: acme\nmodels: [anthropic@api.anthropic.com]\n---\n")
    found = data(cwd=acme)
    assert (found["allowed"]["confirmed"], "`fde allow` confirms it" in found["warnings"][-1]) == (False, True)
    fde("allow", cwd=acme)
    found = data(cwd=acme)
    assert (found["allowed"]["confirmed"], found["warnings"]) == (True, [])
    assert "allowed             anthropic@api.anthropic.com  (confirmed)" in found["text"].splitlines()


@pytest.mark.parametrize("text", ['[openai]\nbase_url = 1\n', "model = \n"], ids=["a wrong value", "no TOML"])
def test_what_cannot_be_read_is_told_once_and_the_rest_all_the_same(fde, tmp_path, text):
    configure(text)
    ended = fde("doctor", "--json", cwd=tmp_path)
    assert (ended.code, [one["code"] for one in ended.json["errors"]]) == (3, ["broken-settings"])
    assert ended.json["data"]["certificates"]["origin"] in ("the system", "SSL_CERT_FILE")


def test_a_broken_engagement_is_told_and_the_rest_all_the_same(fde, tmp_path):
    (tmp_path / "engagement.md").write_text("---\nfde: 1\nname: acme\nmodels: [anthropic]\n---\n")
    ended = fde("doctor", "--json", cwd=tmp_path)
    assert (ended.code, [one["code"] for one in ended.json["errors"]]) == (3, ["bad-head"])
    assert ended.json["data"]["allowed"] is None


@pytest.mark.parametrize(
    ("refuses", "mode"), [((), "json_schema"), (("json_schema",), "json_object"), (("json_schema", "json_object"), "prompt")]
)
def test_a_probe_prints_the_lines_for_the_configuration_and_with_them_the_endpoint_is_in_force(fde, data, refuses, mode):
    def answer(request):
        return error(400) if any(f'"{name}"'.encode() in request.body for name in refuses) else ok("local", GOOD)

    with loopback(answer) as server:
        url = f"http://{server.host}/v1"
        found = fde("doctor", "--probe", f"{url}/", "--model", "tiny", "--json")
        shown = fde("doctor", "--probe", url, "--model", "tiny").out
    assert (found.code, found.json["data"]["structured"]) == (0, mode)
    section = f'[local."{url}"]\nstructured = "{mode}"'
    assert (found.json["data"]["config"], shown.endswith(f"For {config_folder() / 'config.toml'}:\n\n{section}\n")) == (section, True)
    configure(section)
    assert data()["endpoints"][-1]["structured"] == mode


def test_a_probe_that_finds_no_way_ends_with_1_and_prints_no_lines(fde):
    with loopback(ok("local", "A whale.")) as server:
        ended = fde("doctor", "--probe", f"http://{server.host}/v1", "--model", "tiny")
    assert (ended.code, "[local" in ended.out) == (1, False)
    assert [line.split()[0] for line in ended.out.splitlines()] == ["json_schema", "json_object", "prompt"]


def test_a_probe_follows_no_variable_and_sends_no_vendors_key(fde):
    keys = {"OPENAI_API_KEY": "sk-proj-canary", "OPENAI_CUSTOM_HEADERS": "X: canary", "OPENAI_ORG_ID": "canary", "HTTP_PROXY": "http://canary:1"}
    with loopback(ok("local", GOOD)) as server:
        assert fde("doctor", "--probe", f"http://{server.host}/v1", "--model", "tiny", env=keys).code == 0
        assert b"canary" not in server.sent


def test_a_dry_run_asks_nobody(fde):
    with loopback(ok("local", GOOD)) as server:
        ended = fde("doctor", "--probe", f"http://{server.host}/v1", "--dry-run")
        assert (ended.code, ended.out, server.requests) == (0, f"would ask http://{server.host}/v1 three small questions\n", [])


@pytest.mark.parametrize("args", [["--model", "x"], ["--probe", "http://127.0.0.1:1", "--repair"]])
def test_options_that_do_not_go_together(fde, args):
    assert fde("doctor", *args).code == 2


def test_a_user_without_any_home_still_gets_an_answer(fde, tmp_path):
    ended = fde("doctor", "--json", cwd=tmp_path, env={"FDE_HOME": "relative"})
    assert (ended.json["data"]["folders"]["configuration"].startswith("unknown"), "keys" in ended.json["data"]) == (True, False)
