"""What the toolkit promises above all: no invented figure and no false quotation gets through, and nothing true is refused.

Seeded mutators turn the true statements and quotes of the example into lies, all of which must be caught, and into the same
truths in other typography, none of which may be.
"""

from __future__ import annotations

import copy
import json
import random
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from itertools import pairwise

import pytest

from fde.assets import assets
from fde.portable.check import check
from fde.portable.evidence import words
from fde.portable.facts import PLACEHOLDER, by_id, is_known, show
from fde.portable.fold import fold
from fde.portable.sources import text_source

EXAMPLE = assets("examples") / "software-team"
SKILL = assets("skills") / "amdahl-ceiling"
SEED, ROUNDS = 20261121, 4
KEYS = {"finding": ("findings", "statement"), "action": ("actions", "what"), "question": ("questions", "question")}


@pytest.fixture(name="example", scope="module")
def _example():
    """The example's facts, its text sources, and its true items, one judgement each."""
    script = SKILL / "scripts" / "amdahl.py"
    command = [sys.executable, "-I", str(script), "facts", "--evidence", str(EXAMPLE / "evidence")]
    done = subprocess.run([*command, "--now", "2026-03-02T08:00:00+01:00", "--tz", "Europe/Berlin"], capture_output=True, check=True)
    facts = json.loads(done.stdout)["facts"]
    sources = words(EXAMPLE / "evidence", ["interviews/**"])
    return facts, sources, [*recorded(), *spoken(sources), *stated(facts)]


def judgement(kind, item):
    whole = {"schema": "fde.judgement/1", "findings": [], "actions": [], "questions": []}
    whole[KEYS[kind][0]] = [copy.deepcopy(item)]
    return kind, whole


def recorded():
    """Every item of the recorded reply."""
    replay = json.loads((EXAMPLE / "replay" / "amdahl-ceiling.json").read_text())
    reply = json.loads(replay["replies"][0])
    return [judgement(kind, item) for kind, (key, _) in KEYS.items() for item in reply[key]]


def finding(statement, *, facts=(), quotes=()):
    fields = {"title": "What is known", "statement": statement, "basis": "reported", "severity": "low"}
    return judgement("finding", {**fields, "facts": list(facts), "quotes": [dict(quote) for quote in quotes]})


def spoken(sources):
    """A finding for each sentence of the notes, and one that repeats the words where they may be repeated."""
    for source in sources:
        for sentence in sentences(source):
            quote = {"source": source.id, "text": sentence}
            yield finding("People of the team say so.", quotes=[quote])
            if source.kind != "typed note":
                yield finding(f'It stands there: "{sentence}"', quotes=[quote])


def sentences(source):
    body = re.sub(r"^- ", "\n", re.sub(r"\A---.*?---", "", source.text, flags=re.DOTALL), flags=re.MULTILINE)
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", body) if not part.strip().startswith("#")]
    return [text for part in paragraphs for text in re.split(r"(?<=[.])\s+", part) if len(text) > 30]


def stated(facts):
    """A finding for each fact that is known."""
    for fact in facts:
        if is_known(fact):
            yield finding(f"This is measured as {{f:{fact['id']}}} in the client's records.", facts=[fact["id"]])


def prose(kind, whole):
    key, name = KEYS[kind]
    return whole[key][0], name


# Lies. Each takes (kind, judgement, material, rng) and returns the changed judgement, or None where it cannot apply.


def quoted(whole):
    return [quote for key in ("findings", "actions") for item in whole[key] for quote in item["quotes"]]


def a_word_altered(kind, whole, material, rng):
    if not (quotes := quoted(whole)):
        return None
    quote = rng.choice(quotes)
    tokens = quote["text"].split(" ")
    place = rng.choice([i for i, token in enumerate(tokens) if token.strip(".,")])
    others = [token for source in material.sources for token in re.findall(r"[a-z]{3,}", source.text) if token != tokens[place].strip(".,")]
    tokens[place] = rng.choice(others)
    quote["text"] = " ".join(tokens)
    return whole


def words_swapped(kind, whole, material, rng):
    if not (quotes := quoted(whole)):
        return None
    quote = rng.choice(quotes)
    tokens = quote["text"].split(" ")
    places = [i for i, (one, two) in enumerate(pairwise(tokens)) if one != two]
    place = rng.choice(places)
    tokens[place], tokens[place + 1] = tokens[place + 1], tokens[place]
    quote["text"] = " ".join(tokens)
    return whole


def a_word_left_out(kind, whole, material, rng):
    if not (quotes := quoted(whole)):
        return None
    quote = rng.choice(quotes)
    tokens = quote["text"].split(" ")
    del tokens[rng.randrange(1, len(tokens) - 1)]
    quote["text"] = " ".join(tokens)
    return whole


def the_right_quote_in_the_wrong_file(kind, whole, material, rng):
    if not (quotes := quoted(whole)):
        return None
    quote = rng.choice(quotes)
    quote["source"] = rng.choice([source.id for source in material.sources if source.id != quote["source"]])
    return whole


def half_a_sentence_in_quotation_marks(kind, whole, material, rng):
    if not (quotes := quoted(whole)):
        return None
    quote = rng.choice(quotes)
    tokens = quote["text"].split(" ")
    cut = rng.randrange(3, max(4, len(tokens) - 1))
    half = " ".join(tokens[cut:] if rng.random() < 0.5 and len(" ".join(tokens[cut:])) > 12 else tokens[:cut])
    item, name = prose(kind, whole)
    quote["text"] = half
    item[name] = f'{PLAIN.sub("", item[name])} They say "{half}"'
    return whole


def half_a_sentence_as_a_quote(kind, whole, material, rng):
    if not (quotes := quoted(whole)):
        return None
    quote = rng.choice(quotes)
    tokens = quote["text"].split(" ")
    cut = rng.randrange(3, max(4, len(tokens) - 1))
    quote["text"] = " ".join(tokens[:cut])
    return whole if len(quote["text"]) > 12 else None


def a_typed_note_as_direct_speech(kind, whole, material, rng):
    notes = {source.id for source in material.sources if source.kind == "typed note"}
    quotes = [quote for quote in quoted(whole) if quote["source"] in notes]
    if not quotes:
        return None
    item, name = prose(kind, whole)
    marks = rng.choice(['"{}"', "“{}”", "„{}“", "«{}»", "‘{}’"])
    item[name] = f"{item[name]} The lead said: {marks.format(rng.choice(quotes)['text'])}"
    return whole


def typed(value, whole, kind, rng, extra="As it is, {} holds."):
    item, name = prose(kind, whole)
    item[name] = f"{item[name]} {extra.format(value)}"
    return whole


def a_figure_typed_instead_of_pointed_at(kind, whole, material, rng):
    item, name = prose(kind, whole)
    if not PLACEHOLDER.search(item[name]):
        return None
    item[name] = PLACEHOLDER.sub(lambda match: show(material.facts[match[1]]), item[name], count=1)
    return whole if any(character.isdigit() for character in item[name]) else None


def a_digit_altered(kind, whole, material, rng):
    item, name = prose(kind, whole)
    if not PLACEHOLDER.search(item[name]):
        return None

    def lie(match):
        shown = show(material.facts[match[1]])
        places = [i for i, character in enumerate(shown) if character.isdigit()]
        if not places:
            return match[0]
        place = rng.choice(places)
        return shown[:place] + str((int(shown[place]) + rng.randrange(1, 10)) % 10) + shown[place + 1 :]

    before = item[name]
    item[name] = PLACEHOLDER.sub(lie, item[name], count=1)
    return whole if item[name] != before else None


def a_number_rounded(kind, whole, material, rng):
    item, name = prose(kind, whole)
    known = [match[1] for match in PLACEHOLDER.finditer(item[name]) if isinstance(material.facts[match[1]]["value"], float)]
    if not known:
        return None
    fact = material.facts[rng.choice(known)]
    return typed(f"about {round(fact['value'], rng.choice([0, 1]))}", whole, kind, rng)


def a_number_invented(kind, whole, material, rng):
    shapes = ["{} %", "{}x", "{} hours", "EUR {}", "{}k", "#{}", "~{}", "{}/7", "{}.5", "0.{}", "1,{}00", "Q{}", "v{}"]
    return typed(rng.choice(shapes).format(rng.randrange(1, 999)), whole, kind, rng)


def a_number_word(kind, whole, material, rng):
    choices = ["two", "Three", "twenty-five", "a dozen", "half of it", "two-thirds", "double", "Twice", "a third", "ninety per cent", "tenfold"]
    # What stands on a quoted line may be repeated, so it would be no lie.
    sources = {quote["source"] for quote in quoted(whole)}
    cited = " ".join(source.text for source in material.sources if source.id in sources).lower()
    return typed(rng.choice([choice for choice in choices if choice.split()[-1].lower() not in cited]), whole, kind, rng)


def a_superscript_as_a_digit(kind, whole, material, rng):
    return typed(rng.choice(["10²", "x³", "½", "⅔", "①", "Ⅳ", "٣", "三", "\uff11\uff12"]), whole, kind, rng)


def an_unknown_fact(kind, whole, material, rng):
    ids = list(material.facts)
    name = rng.choice(ids)
    wrong = rng.choice([f"{name}.x", name[:-1], name.replace(".", "-"), name.swapcase(), f"{name} "])
    return typed(f"{{f:{wrong}}}", whole, kind, rng) if wrong not in ids else None


def a_unit_glued_to_a_fact(kind, whole, material, rng):
    name = rng.choice([name for name, fact in material.facts.items() if is_known(fact)])
    unit = rng.choice([" days", "k", " %", " million", " percent", "0", " hours", "-fold"])
    return typed(f"{{f:{name}}}{unit}", whole, kind, rng)


def words_that_are_missing(kind, whole, material, rng):
    return typed(rng.choice(["TBD", "TODO", "n/a", "???", "[insert reason]", "to be determined", "XXX"]), whole, kind, rng)


def a_quotation_from_nowhere(kind, whole, material, rng):
    words = rng.choice(["we lose a week on every change", "nobody reads the reviews", "the agents are always right"])
    return typed(rng.choice(['"{}"', "“{}”", "»{}«", "‘{}’"]).format(words), whole, kind, rng, extra="They say {} here.")


def no_support(kind, whole, material, rng):
    if kind != "finding":
        return None
    item, _ = prose(kind, whole)
    item.update(statement="Everybody in the team knows it.", facts=[], quotes=[])
    return whole


PLAIN = re.compile(r'"[^"]*"')
LIES = [
    a_word_altered, words_swapped, a_word_left_out, the_right_quote_in_the_wrong_file, half_a_sentence_in_quotation_marks,
    half_a_sentence_as_a_quote, a_typed_note_as_direct_speech, a_figure_typed_instead_of_pointed_at, a_digit_altered, a_number_rounded,
    a_number_invented, a_number_word, a_superscript_as_a_digit, an_unknown_fact, a_unit_glued_to_a_fact, words_that_are_missing,
    a_quotation_from_nowhere, no_support,
]  # fmt: skip


class Material:
    def __init__(self, facts, sources):
        self.facts, self.sources = by_id(facts), sources


def is_true_all_the_same(whole, material):
    """Say whether a mutation of the quotes happened to give other words that do stand in their source."""
    texts = {source.id: fold(source.text) for source in material.sources}
    return all(fold(quote["text"]) in texts[quote["source"]] for quote in quoted(whole))


def is_caught(mutator, whole, material):
    verdict = check(whole, material.facts.values(), material.sources)
    if verdict.problems:
        return True
    # Half a sentence may be pointed at, because it is never shown without its other half.
    shown = [quote for item in (*verdict.findings, *verdict.actions) for quote in item["quotes"]]
    return mutator is half_a_sentence_as_a_quote and all(fold(quote["sentence"]) != fold(quote["text"]) for quote in shown if quote["text"] in {
        given["text"] for given in quoted(whole)
    } and not fold(quote["text"]).endswith((".", "!", "?")))  # fmt: skip


def mutations(mutators, truths, material):
    rng = random.Random(SEED)
    seen = set()
    for mutator in mutators:
        for kind, truth in truths:
            for _ in range(ROUNDS):
                changed = mutator(kind, copy.deepcopy(truth), material, rng)
                key = json.dumps(changed, sort_keys=True)
                if changed is not None and changed != truth and key not in seen:
                    seen.add(key)
                    yield mutator, changed


QUOTE_LIES = (a_word_altered, words_swapped, a_word_left_out, the_right_quote_in_the_wrong_file)


def test_the_true_items_of_the_example_pass(example):
    facts, sources, truths = example
    refused = [verdict.problems for _, truth in truths if (verdict := check(truth, facts, sources)).problems]
    assert refused == []


def test_every_lie_about_the_example_is_caught(example, capsys):
    facts, sources, truths = example
    material = Material(facts, sources)
    counts, missed = Counter(), []
    for mutator, lie in mutations(LIES, truths, material):
        if mutator in QUOTE_LIES and is_true_all_the_same(lie, material):
            continue
        counts[mutator.__name__] += 1
        if not is_caught(mutator, lie, material):
            missed.append((mutator.__name__, lie))
    with capsys.disabled():
        print(f"\nlies: {counts.total()} made, {counts.total() - len(missed)} caught {dict(counts)}")
    assert missed == []
    assert min(counts.values()) >= 5
    assert len(counts) == len(LIES)
    assert counts.total() >= 300


# Truths in other clothes. Each takes a text and returns the same words otherwise written.

TRUTHS = {
    "white space": lambda text, rng: re.sub(" ", lambda _: rng.choice([" ", "  ", "\n", "\t", "\u00a0"]), text),
    "CRLF": lambda text, rng: text.replace(" ", "\r\n", rng.randrange(1, 4)),
    "typographic quotes": lambda text, rng: text.replace("'", rng.choice("’‘ʼ")).replace('"', rng.choice("“”«»„")),
    "ligatures": lambda text, rng: text.replace("ffi", "ﬃ").replace("fi", "ﬁ").replace("fl", "ﬂ").replace("ff", "ﬀ").replace("st", "ﬆ"),
    "soft hyphens": lambda text, rng: re.sub(r"(?<=\w{2})(?=\w{2})", lambda _: rng.choice(["", "\u00ad"]), text),
    "NFD": lambda text, rng: unicodedata.normalize("NFD", text),
    "dashes": lambda text, rng: text.replace("-", rng.choice("‐‑–—")),
}


def test_no_truth_is_refused_for_its_typography(example, capsys):
    facts, sources, truths = example
    rng = random.Random(SEED)
    counts, refused = Counter(), []
    for name, change in TRUTHS.items():
        for _, truth in truths:
            if not quoted(truth):
                continue
            for round_number in range(ROUNDS):
                # In even rounds the reply is written otherwise than the source, in odd ones the source.
                told, read = copy.deepcopy(truth), sources
                if round_number % 2 == 0:
                    for quote in quoted(told):
                        quote["text"] = change(quote["text"], rng)
                else:
                    read = tuple(rewritten(source, change, rng) for source in sources)
                counts[name] += 1
                if problems := check(told, facts, read).problems:
                    refused.append((name, problems))
    with capsys.disabled():
        print(f"\ntruths: {counts.total()} made, {len(refused)} refused {dict(counts)}")
    assert refused == []
    assert counts.total() >= 300


def rewritten(source, change, rng):
    """Write a source's lines otherwise, without moving a line."""
    lines = [line if line.startswith("---") or ": " in line[:12] else " ".join(change(line, rng).split()) for line in source.text.split("\n")]
    text = "\n".join(lines)
    return text_source(source.id, text.encode(), text)


def test_accents_may_be_composed_or_not(example):
    facts, _, _ = example
    text = "Invented for this example.\n\nDer Prüfer in Zürich wartet häufig auf die Übergabe.\n"
    source = text_source("notes/a.md", text.encode(), text)
    whole = finding("So is the note.", quotes=[{"source": "notes/a.md", "text": unicodedata.normalize("NFD", "Der Prüfer in Zürich wartet häufig")}])
    assert check(whole[1], facts, [source]).problems == ()


def test_a_superscript_in_a_source_is_not_taken_for_a_digit(example):
    facts, _, _ = example
    text = "The plant has 10² valves in the second hall.\n"
    source = text_source("notes/a.md", text.encode(), text)
    lie = finding("So is the note.", quotes=[{"source": "notes/a.md", "text": "The plant has 102 valves"}])
    assert check(lie[1], facts, [source]).problems != ()
