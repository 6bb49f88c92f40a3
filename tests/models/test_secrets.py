"""Secrets: each kind that is found, what looks like one and is none, and that a mask shows nothing of it.

No secret stands here in one piece, for whoever scans this repository would take it for a real one.
"""

from __future__ import annotations

import base64
import hashlib
import random
import uuid
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fde.assets import assets
from fde.models.secrets import find, masked, masks_of

RUN = "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5oQ7s"  # 40 characters
UPPER = "IQ7RTN4CX2ZP6WLM"
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
JWT = ".".join(["ey" + "JhbGciOiJIUzI1NiJ9", "ey" + "JzdWIiOiIxMjM0In0", RUN])
KEY = "\n".join(["-----BEGIN RSA " + "PRIVATE KEY-----", f"{RUN}{RUN[:24]}", f"{RUN}{RUN[:24]}", "c2hvcnQ=", "-----END RSA " + "PRIVATE KEY-----"])

# Kind, what stands before it, the secret.
FOUND = [
    ("private-key", "the key: ", KEY),
    ("anthropic-key", "key ", "sk-" + f"ant-api03-{RUN}-{RUN}"),
    ("openai-key", "key ", "sk-" + f"proj-{RUN}_{RUN}"),
    ("openai-key", "key ", "sk-" + RUN),
    ("aws-key-id", "id=", "AKIA" + UPPER),
    ("aws-key-id", "id ", "ASIA" + UPPER),
    ("aws-secret-key", "aws_secret_access_key = ", RUN),
    ("aws-secret-key", '"SecretAccessKey": "', RUN),
    ("github-token", "git push with ", "gh" + f"p_{RUN[:36]}"),
    ("github-token", "", "gh" + f"o_{RUN[:36]}"),
    ("github-token", "", "gh" + f"s_{RUN[:36]}"),
    ("github-token", "", "github_" + f"pat_{RUN[:22]}_{RUN}"),
    ("gitlab-token", "", "gl" + f"pat-{RUN[:20]}"),
    ("slack-token", "", "xo" + f"xb-123456789012-{RUN[:24]}"),
    ("webhook", "https://hooks.slack.com/services/", f"T{UPPER[:8]}/B{UPPER[:8]}/{RUN[:24]}"),
    ("webhook", "https://discord.com/api/webhooks/", f"123456789012/{RUN}"),
    ("google-key", "?key=", "AI" + f"za{RUN[:35]}"),
    ("stripe-key", "", "sk" + f"_live_{RUN[:24]}"),
    ("stripe-key", "", "rk" + f"_live_{RUN[:24]}"),
    ("sendgrid-key", "", "SG" + f".{RUN[:22]}.{RUN}"),
    ("npm-token", "//registry/:_authToken=", "np" + f"m_{RUN[:36]}"),
    ("pypi-token", "", "py" + f"pi-{RUN}{RUN}"),
    ("huggingface-token", "", "h" + f"f_{RUN[:34]}"),
    ("shopify-token", "", "shp" + f"at_{HEX}"),
    ("telegram-token", "bot ", f"123456789:AA{RUN[:33]}"),
    ("jwt", "session ", JWT),
    ("azure-key", "AccountName=x;AccountKey=", f"{RUN}{RUN}=="),
    ("azure-key", "SharedAccessKey=", f"{RUN}="),
    ("azure-signature", "https://x.example/y?sv=2024-01-01&sig=", f"{RUN}%2B%3D"),
    ("url-password", "postgres://app:", "Harbour-77"),
    ("url-password", "redis://:", "p@ss:w0rd"),
    ("authorization", "Authorization: Basic ", "dXNlcjpwYXNz"),
    ("authorization", '"authorization": "Bearer ', RUN),
    ("bearer-token", "curl -H 'X: bearer ", RUN),
    ("password", "password = ", "hunter2hunter"),
    ("password", "Passwort: ", "Sommer2024!"),
    ("password", "DB_PASSWORD=", "correct-h0rse"),
    ("password", "pw: ", "123456"),
    ("password", "Password: password: ", "Harbour-77"),
    ("password", "the password is ", "Harbour-77"),
    ("docker-token", "", "dck" + f"r_pat_{RUN[:27]}"),
    ("databricks-token", "host x, ", "da" + f"pi{HEX}"),
    ("vault-token", "VAULT=", "hv" + f"s.{RUN}"),
    ("digitalocean-token", "", "do" + f"p_v1_{HEX}{HEX}"),
    ("atlassian-token", "", "AT" + f"ATT3xFfGF0{RUN}=1A2B3C4D"),
    ("age-key", "# a key\n", "AGE-SECRET-" + f"KEY-1{UPPER * 4}"[:62]),
    ("url-password", "curl -s -u anna:", "Hx7Kq93Lmz"),
    ("url-password", "curl https://x.example --user 'anna:", "sommerregen"),
    ("password", "**Password:** ", "Hx7Kq93Lmz"),
    ("password", "**Password**: ", "Hx7Kq93Lmz"),
    ("password", "- __Passwort:__ `", "Hx7Kq93Lmz"),
    ("password", "*Kennwort* = ", "Sommer2024!"),
    ("password", "<password>", "Hx7Kq93Lmz"),
    ("password", '<w:Passwort type="text"> ', "Hx7Kq93Lmz"),
    ("password", "Password:\n", "Hx7Kq93Lmz"),
    ("password", "**Passwort:**\n\n    ", "Sommer2024!"),
    ("password", "> Password:\n> ", "Hx7Kq93Lmz"),
    ("password", "| Portal | user | password |\n| --- | --- | --- |\n| shop | anna | ", "Hx7Kq93Lmz"),
    ("password", "| Portal | Initial-Passwort | Wer |\n|---|---|---|\n| - | | |\n| shop | **", "Hx7Kq93Lmz"),
    ("password", "Door | PIN\n--- | ---\nback | ", "4712"),
    ("password", "portal\tuser\tpassword\nshop\tanna\t", "Hx7Kq93Lmz"),
    ("assigned-secret", "**API key:** ", HEX),
    ("assigned-secret", "api_key: ", HEX),
    ("assigned-secret", 'client_secret="', f"{RUN[:10]}"),
    ("assigned-secret", "accessToken => '", f"{HEX}"),
]
BEHIND = {"postgres://app:": "@db.example/x", "redis://:": "@db.example/x", "<password>": "</password>", '<w:Passwort type="text"> ': " </w:Passwort>"}


def kinds(text):
    return [secret.kind for secret in find(text)]


@pytest.mark.parametrize(("kind", "before", "secret"), FOUND)
def test_each_kind_is_found_from_its_first_to_its_last_character(kind, before, secret):
    text = f"As agreed.\n{before}{secret}{BEHIND.get(before, '')}\nRegards"
    (found,) = find(text)
    assert (found.kind, text[found.start : found.end], found.line) == (kind, secret, 2 + before.count("\n"))


@pytest.mark.parametrize(("kind", "before", "secret"), FOUND)
def test_a_mask_shows_no_part_of_it_and_keeps_every_line_where_it_is(kind, before, secret):
    text = f"As agreed.\n{before}{secret}{BEHIND.get(before, '')}\nRegards"
    shown = masked(text, masks_of(text, {}))
    assert not any(part in shown for part in secret.split("\n"))
    assert f"[REDACTED:{kind}:1]" in shown
    assert (shown.count("\n"), shown.split("\n")[0], shown.split("\n")[-1]) == (text.count("\n"), "As agreed.", "Regards")


@pytest.mark.parametrize(
    "text",
    [
        "The password is forgotten every week; password: see the safe. Passwords are changed by hand.",
        "The password is 12-character minimum and Base64-encoded. Password reset on 2026-01-05.",
        "Each token costs money: tokens: 123456, max_tokens=4096, output_tokens: 8192, tokenizer: cl100k_base2",
        "password = os.environ['DB_PASSWORD1']; token = make_token(2); api_key=settings.KEYS.second2; secret: ${SECRET2}",
        "password: ********  api_key: <your-key-1>  token: YOUR_TOKEN_1  secret=xxxxxxxx  api-key: {{ key1 }}",
        "PWD=/home/user1/project2 OLDPWD=/srv/www1/x",
        "Risk-management, task-proj-abcdefghijklmnopqrstu and disk-ant-eater are words.",
        "See https://example.com:8080/@user, mail a@b.example, git@github.com:acme/shop.git, ssh://git@host:22/x",
        "postgres://user:password@host and https://user:$PASS@host and https://${USER}:${TOKEN}@host",
        "bearer responsibilities of the bearer and an Authorization: Bearer <token>",
        "A file begins with -----BEGIN " + "PRIVATE KEY----- and ends with -----END " + "PRIVATE KEY-----, they say.",
        "-----BEGIN CERTIFICATE-----\n" + RUN + "\n-----END CERTIFICATE-----",
        "**Password:** see the safe. **Passwort**: ******** and *Password:* <your password>, Password: **forgotten**",
        "Password:\n\nSee the safe.\n\nPasswort:\nhttps://vault.example/a?b=1\nPassword:\nanna@acme.example\nPassword:\n2026-01-05\nPassword:\n********",
        "Password:\nThe one of 2024! is the old one.\n",
        "| Portal | user | password |\n| --- | --- | --- |\n| shop | anna | in the safe |\n| till | bert | ******** |\n| bank | - | - |\n| mail | | <pw1> |",
        "| password | meaning |\n\n| order | A2026-17b |",
        "| What | Minutes |\n| --- | --- |\n| Password reset | 12 |\n| Order-A17b | 4711 |\n| PIN | 30 |\n| EC-Karte2 | 3 |",
        "| Pinned | Spin | Opinion |\n| a1b2c3 | 47112 | d4e5f6 |",
        "<password></password> <password>********</password> <password>${PASS1}</password> <passwordPolicy>min8chars</passwordPolicy>",
        "docker run -u 1000:1000 x; curl -u $USER:$PASS1 https://x.example; curl -u user:password x; curl -U a https://x.example:8080",
        "hvs.short dapi1234 dop_v1_ AGE-SECRET-KEY- ATATT ATTEMPT dckr_pat_ are how they begin; shvs." + "a" * 30,
        "The secret: nobody reads the third page. Our secret ingredient is 2 spoons. Key: 4711-23",
        "{f:human.hours} {f:token.cost|range} permission-wait set:sessions active.ceiling token.share = 4.67 x",
        "order A-2026-00017, invoice INV20260117-000042, EAN 4006381333931, IBAN DE89370400440532013000, +49 170 1234567",
    ],
)
def test_what_only_looks_like_a_secret_is_none(text):
    assert kinds(text) == []


def test_hashes_ids_and_images_are_no_secrets():
    rng = random.Random(7)
    digests = [make(rng.randbytes(20)).hexdigest() for make in (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512) for _ in range(50)]
    ids = [str(uuid.UUID(bytes=rng.randbytes(16), version=4)) for _ in range(50)]
    image = base64.b64encode(rng.randbytes(500_000)).decode()
    text = "\n".join([*digests, *(f"sha256:{each}" for each in digests), *(f"commit {each}" for each in digests), *ids])
    assert kinds(f"{text}\n![](data:image/png;base64,{image})") == []


@pytest.mark.parametrize("folder", ["examples", "skills", "prompts"])
def test_nothing_that_we_ship_is_taken_for_a_secret(folder):
    files = [path for path in assets(folder).rglob("*") if path.suffix in (".md", ".csv", ".j2", ".json", ".jsonl", ".txt", ".py")]
    assert files
    assert [(path.name, found) for path in files if (found := kinds(path.read_text(errors="replace")))] == []


@pytest.mark.parametrize("gap", ["\u00ad", "\u200b", "\u2060", "\ufeff", "\u200d\u200b"])
def test_what_nobody_sees_hides_no_secret_and_goes_with_it(gap):
    text = f"{gap}Ünd{gap} key sk-{gap}ant-api03-{RUN[:20]}{gap}{RUN[20:]}{gap} ends"
    (found,) = find(text)
    assert text[: found.start] == f"{gap}Ünd{gap} key "
    assert text[found.end :] == f"{gap} ends"


def test_full_width_letters_hide_no_secret():
    wide = "".join(chr(ord(c) + 0xFEE0) for c in "sk-" + f"ant-api03-{RUN}")
    assert kinds(f"key {wide} ends") == ["anthropic-key"]
    assert masked(wide, masks_of(wide, {})) == "[REDACTED:anthropic-key:1]"


def test_nothing_of_the_word_that_a_token_stands_in_is_left_behind_it():
    text = "gh" + f"p_{RUN[:36]}_{RUN}-x."
    assert masked(text, masks_of(text, {})) == "[REDACTED:github-token:1]."


WHOLE = "sk-" + f"ant-api03-{RUN}{RUN}"
WRAPS = {
    "at the margin": "\n",
    "with the line ends of Windows": "\r\n",
    "in a quoted mail": "\n> ",
    "as mails do it": "=\n",
    "indented": " \n    ",
}


@pytest.mark.parametrize("behind", ["", " is the key.", ".", '"\n', "\nRegards"])
@pytest.mark.parametrize("gap", WRAPS.values(), ids=WRAPS)
@pytest.mark.parametrize("place", [60, -12, -6])
def test_what_a_margin_cut_off_a_token_goes_with_it(gap, behind, place):
    rest = WHOLE[place:]
    if len(rest) < 12 and behind == " is the key.":  # it may be a word of the text
        return
    text = f"Key {WHOLE[:place]}{gap}{rest}{behind}"
    shown = masked(text, masks_of(text, {}))
    assert not any(part in shown for part in (WHOLE[:place][-12:], rest))
    assert shown.count("\n") == text.count("\n")
    assert shown.endswith(behind)


@pytest.mark.parametrize("line", ["Regards", "2026-03-02 is the day.", "order-17 came", "Order2 came", "4711", "| a1 | b2 |", ""])
def test_a_line_of_words_below_a_token_is_none_of_it(line):
    (found,) = find(f"{WHOLE}\n{line}\n")
    assert found.end == len(WHOLE)


def test_a_token_begins_nowhere_in_a_word():
    assert kinds("x" + "gh" + f"p_{RUN}") == []


def test_a_private_key_that_is_cut_off_is_found_as_far_as_it_goes():
    text = f"{KEY[:150]}\n\nThat was all."
    (found,) = find(text)
    assert text[found.end :] == "\n\nThat was all."


def test_a_private_key_in_a_string_of_json_is_found_whole():
    (found,) = find('{"key": "' + KEY.replace("\n", "\\n") + '"}')
    assert found.kind == "private-key"


def test_where_two_patterns_meet_it_is_one_secret_of_the_more_special_kind():
    token = "gh" + f"p_{RUN[:36]}"
    text = f"password = x-{token}!"
    (found,) = find(text)
    assert (found.kind, text[found.start : found.end]) == ("github-token", f"x-{token}!")


def test_lines_are_counted_from_one():
    text = "\n\npassword: Harbour-77\nok\npassword: Harbour-78 password: Harbour-79\n"
    assert [secret.line for secret in find(text)] == [3, 5, 5]


def test_the_same_secret_has_the_same_mask_in_every_text_and_another_one_another():
    masks = masks_of("password: Harbour-77", {})
    more = masks_of("token = abc123def456 and password: Harbour-77", masks)
    assert more == {"Harbour-77": "[REDACTED:password:1]", "abc123def456": "[REDACTED:assigned-secret:2]"}
    assert masked("password: Harbour\u00ad-77", more) == "password: [REDACTED:password:1]"


def test_a_secret_that_one_text_gives_away_is_masked_where_it_stands_bare():
    masks = masks_of("password: Harbour-77", {})
    assert masked('He types "Harbour-77", they say; Harbour-77.', masks) == 'He types "[REDACTED:password:1]", they say; [REDACTED:password:1].'


def test_it_is_masked_on_both_sides_of_where_its_own_text_gives_it_away():
    text = "Harbour-77 again? The password: Harbour-77. Yes, Harbour-77."
    mask = "[REDACTED:password:1]"
    assert masked(text, masks_of(text, {})) == f"{mask} again? The password: {mask}. Yes, {mask}."


def test_a_short_password_is_not_masked_wherever_its_letters_stand():
    masks = masks_of("password: abc123", {})
    assert masked("Room abc123 is open.", masks) == "Room abc123 is open."


@given(st.lists(st.sampled_from([*(f"{before}{secret}{BEHIND.get(before, '')}" for kind, before, secret in FOUND), " ", "\n", "\u200b", "Ä", "password: ", "@"])))
@example(["\u200b", "pw: 123456", "\u200b", "\n"])
def test_however_they_stand_together_secrets_never_overlap_and_none_is_left(pieces):
    text = " ".join(pieces)
    found = find(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert [secret.line for secret in found] == [text.count("\n", 0, secret.start) + 1 for secret in found]
    shown = masked(text, masks_of(text, {}))
    assert not any(RUN[:20] in line for line in shown.split("\n"))
    assert shown.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "piece",
    ["sk-", "-----BEGIN " + "PRIVATE KEY-----", "-----BEGIN A ", "eyJ", "eyJaaaaaaaaa.", "-eyJ", "SG.", "://a:", "://", "token:", "password: ", "bearer ", "curl -u ", "curl ", "password:\n", "<password>", "| password |\n", "|", "| pin |", "hvs.", "ATATT", "\t", "1", "-", ".", " ", "\u200b"],
)
def test_a_hostile_text_is_read_to_its_end(piece):
    """A pattern that took the square of the length would not come to an end here."""
    text = piece * (200_000 // len(piece)) + "\n" + "gh" + f"p_{RUN[:36]}"
    assert kinds(text)[-1] == "github-token"
