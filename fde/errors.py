"""Every exit code and every error that a user can meet, in one list to read.

An error's class docstring is its message, with one `{}` slot per argument; its remedy is `hint`, its exit code is on the class.
A *finding* (of `verify`, of `lint`) is never an error: it is a value in a list.
"""

from __future__ import annotations

import re
from enum import IntEnum
from inspect import cleandoc


class Exit(IntEnum):
    """How a command ends. `docs/exit-codes.md` says the same in words."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    INPUT = 3
    NOT_NOW = 4
    BUG = 70
    INTERRUPTED = 130
    READER_GONE = 141


class FdeError(Exception):
    """{}"""

    exit: Exit = Exit.INPUT
    hint: str = ""

    def __init__(self, *slots: object, where: str = "", hint: str | None = None) -> None:
        """Fill the message's slots; *where* is the place (file, or file:line), *hint* replaces the class's remedy."""
        # For engineers: the message is built at once, so that the slots need not outlive what they describe.
        self.message = cleandoc(type(self).__doc__ or "{}").replace("\n", " ").format(*slots)
        self.where = where
        if hint is not None:
            self.hint = hint
        super().__init__(self.message)

    @property
    def code(self) -> str:
        """The error's stable name in JSON: its class name in kebab case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()


class UsageError(FdeError):
    """{}"""

    exit = Exit.USAGE


class NoHome(FdeError):
    """There is no folder for your configuration: {}."""

    hint = "Set FDE_HOME to the absolute path of a folder of yours."


class BrokenSettings(FdeError):
    """Your configuration cannot be read: {}."""

    hint = "Correct the file, or move it away."


class BrokenSkill(FdeError):
    """This skill cannot be used: {}."""

    hint = "`fde skills list` names every skill that was found, and what is wrong with the others."


class NoSuchSkill(FdeError):
    """There is no skill named {}."""

    hint = "`fde skills list` names the skills there are."


class NotTrusted(FdeError):
    """The skill {} is not ours and {}, so nothing of it was run."""


class NoScript(FdeError):
    """The skill {} has no script: it is instructions only, and there is nothing to run."""


class ScriptFailed(FdeError):
    """The script of {} failed: {}"""

    hint = "This is a fault of the skill, not of the evidence: tell its author what the script said."


class ScriptRefused(FdeError):
    """{} cannot measure what it was given: {}"""

    hint = "Correct what the script names and run it again."


class ScriptUsage(FdeError):
    """The script of {} does not take these arguments: {}"""

    exit = Exit.USAGE
    hint = "`fde tool SKILL --help` shows what it takes."


class TemplateFault(FdeError):
    """This template cannot be used: {}."""


class TemplateInputs(FdeError):
    """The values given are not the inputs that this template declares: {}."""


class NotPlain(FdeError):
    """{} is a {}, and a template is given only text, whole numbers, decimals, true and false, none, lists and maps."""


class SystemRefused(FdeError):
    """{}."""


class NotReachable(FdeError):
    """No connection: {}."""

    exit = Exit.NOT_NOW
    hint = "The same command may work later."


class Interrupted(FdeError):
    """Interrupted."""

    exit = Exit.INTERRUPTED


class Bug(FdeError):
    """This is a bug of ours, not a mistake of yours: {}. Its record is {}."""

    exit = Exit.BUG


class NoSuchSchema(UsageError):
    """There is no schema {}."""


class BadName(FdeError):
    """The {} {} is not a name: expected a to z, 0 to 9 and single hyphens, at most 64 characters, no device of Windows."""

    hint = "Give it a name like order-entry."


class BadHead(FdeError):
    """The head cannot be read: {}."""

    hint = "A head is YAML between two lines of three hyphens; text that holds a colon or a # goes in quotes."


class CannotRead(FdeError):
    """It cannot be read: {}."""


class CannotWrite(FdeError):
    """It cannot be written: {}."""

    hint = "Nothing is half written. Make room or give the permission, then run the same command again."


class AlreadyThere(FdeError):
    """The name is taken by {}, and nothing that is written is overwritten."""


class NotInside(FdeError):
    """The path {} is refused: {}."""

    hint = "Paths are relative, with forward slashes, and stay inside the folder."


class NotRegular(FdeError):
    """Expected a file, found {}."""


class NotText(FdeError):
    """It is not text in UTF-8: the byte at offset {} is {}."""

    hint = "Save it as UTF-8. Of a document (.docx, .pdf, a mail ...) `fde add` takes the original."


class NotJson(FdeError):
    """It is not JSON as we read it: {}."""


class TooLarge(FdeError):
    """It has {:,} bytes or more; {} is {:,} bytes."""


class LedgerBroken(FdeError):
    """A line of the ledger is broken: {}."""

    hint = "Look at the line, then mend or remove it; nothing is read past it until then."


class Locked(FdeError):
    """Another fde works on this engagement: {}."""

    exit = Exit.NOT_NOW
    hint = "Try again when it is done, or let this one wait with --wait."


class NoEngagement(FdeError):
    """There is no engagement here: no engagement.md in {} or above it."""

    hint = "Start one with `fde init DIR`, go into one, or name it with --dir."


class LinkedFolder(FdeError):
    """{} is a link, and what lies behind it may be another client's."""

    hint = "Nothing was read or written. Put a folder of its own in the place of the link."


class NotEmpty(FdeError):
    """{} is there already and not empty."""

    hint = "Name a folder that does not exist yet."


class NewerFormat(FdeError):
    """{} has format {}, and this fde knows formats up to {}."""

    hint = "It was made by a newer fde: upgrade this one."


class UnfitArtefact(FdeError):
    """What was put together is no artefact, and nothing was made official: {}."""

    hint = "What was measured and answered is kept in the run's folder below .fde/runs/. This is a fault of fde: please report it."


class BrokenArtefact(FdeError):
    """An artefact is not as it was written: {}."""

    hint = "`fde verify` names every place; the folder's history (git) has it as it was."


class NoRun(FdeError):
    """There is no run {} on this machine."""

    hint = "`fde status` names the runs that wait for a reply."


class NoOpenQuestion(FdeError):
    """No question waits for a reply."""

    hint = "Print one with `fde prompt SKILL`."


class SeveralQuestions(UsageError):
    """Several questions wait for a reply: {}."""

    hint = "Say which with --run."


class SourceChanged(FdeError):
    """The reply quotes {}, which is no longer as it was when the question was asked."""

    hint = "Ask again with `fde prompt SKILL`: the reply may rest on words that are gone."


class NoUsableReply(FdeError):
    """The reply cannot be used: {}."""

    exit = Exit.NOT_NOW


class ReplayEnded(FdeError):
    """The recorded reply {} has no further reply."""

    exit = Exit.NOT_NOW


class UnknownModel(UsageError):
    """The model {} is not known here: expected anthropic/MODEL, openai/MODEL, local/MODEL@URL, replay/FILE or none."""

    hint = "With any other model, use `fde prompt SKILL`, paste it into a chat, and `fde accept` its reply."


class BadEndpoint(FdeError):
    """The address {} is not used: {}."""

    hint = "An address comes from your own config.toml or from --model, never from an engagement; `fde doctor` shows those in force."


class NoKey(FdeError):
    """There is no key for {}, so nothing was sent."""

    exit = Exit.NOT_NOW


class BadKey(FdeError):
    """The key for {} is not used: {}."""

    exit = Exit.NOT_NOW


class NotAllowed(FdeError):
    """This engagement does not allow {}, so nothing was sent."""

    exit = Exit.NOT_NOW


class HeadUnchanged(FdeError):
    """The list `{}` is written in a form that is not changed here, so nothing was."""


class NotConfirmed(FdeError):
    """What this engagement allows is not confirmed on this machine, so nothing was sent: {}."""

    exit = Exit.NOT_NOW
    hint = "Look at the list in engagement.md; `fde allow` confirms it, once for each change."


class SecretsFound(FdeError):
    """There are secrets in what would be sent, so nothing was: {}."""

    hint = "Take them out of the evidence, or mask them with --redact."


class NoRoom(FdeError):
    """The question does not fit a window of {}: {}."""

    exit = Exit.NOT_NOW


class NotSentBack(FdeError):
    """What the check refused did not go back to the model: {}."""

    hint = "What stood is in the artefact, and it names what was refused. Ask less at once, or a model with a larger window."


class OverBudget(FdeError):
    """The budget is reached, so nothing more was sent: {}."""

    exit = Exit.NOT_NOW


class ProviderRefused(FdeError):
    """{} refused the request: {}."""

    exit = Exit.NOT_NOW


class ProviderBusy(FdeError):
    """{} has no capacity now: {}."""

    exit = Exit.NOT_NOW
    hint = "The same command may work later."


class NotTheApi(FdeError):
    """{} did not answer as a model's API does: {}."""

    exit = Exit.NOT_NOW
    hint = "Something between here and there may have answered instead: a proxy, a login page. `fde doctor` shows the addresses in force."


class DeadlineOver(FdeError):
    """{} had not answered in full after {:g} seconds."""

    exit = Exit.NOT_NOW
    hint = "Give it longer with --deadline, or try again."


class ReplyCut(FdeError):
    """The answer was cut at {:,} tokens."""

    exit = Exit.NOT_NOW
    hint = "Allow a longer answer in config.toml (max_output), or ask less at once."


class ReplyEmpty(FdeError):
    """The answer of {} is empty."""

    exit = Exit.NOT_NOW


class ReplyDeclined(FdeError):
    """{} declined to answer{}."""

    exit = Exit.NOT_NOW


class ReplyTooLong(FdeError):
    """The answer of {} does not end: more than {:,} bytes have come."""

    exit = Exit.NOT_NOW


class StreamEnded(FdeError):
    """The connection to {} broke off before the answer was whole."""

    exit = Exit.NOT_NOW
    hint = "The same command may work later."


class RejectedJudgement(FdeError):
    """No finding of the reply survived the check."""

    hint = "The artefact was written from the facts alone; it names what was refused and why."


class TakenName(FdeError):
    """{} is there already, with another content."""

    hint = "Nothing is overwritten in evidence/. Give the file another name, or take the old one away first."


class DemoThere(FdeError):
    """{} is there already, and it was not made by `fde demo`."""

    hint = "Give another folder: `fde demo DIR`."


class BadReplay(FdeError):
    """The recorded reply cannot be played back: {}."""


class BrokenDecision(FdeError):
    """The decision cannot be understood: expected {}, found {}."""

    hint = "Mend the line in any editor; its head has question, decider, opened, needed_by, decided and chosen."


class SeveralDecide(FdeError):
    """A decision has one decider: {}."""

    hint = "What a group has to decide waits for its next meeting. Name the one role that can say yes tomorrow."


class SameQuestion(FdeError):
    """This is open already: {}"""

    hint = "Close it with `fde decision --close`, or add what is new to its file."


class NoSuchDecision(FdeError):
    """No one decision is meant: {}."""

    hint = "`fde status` names the open decisions with their files."


class BrokenCorrection(FdeError):
    """A correction cannot be understood: expected {}, found {}."""

    hint = "A correction is a line like `- orders: Tuesday is missing from the list.`, with the name of a figure or finding of that artefact."


class NoQuestions(FdeError):
    """The skill {} asks a person nothing: it has no questions."""

    hint = "`fde run SKILL` measures without any."


class NoAnswers(FdeError):
    """There are no answers yet."""

    hint = "`fde answer SKILL` asks for them in a terminal; with --form it writes a file to fill in."


class BadAnswers(FdeError):
    """The answers cannot be used: {}"""

    hint = "Correct the file in any editor; `fde answer SKILL --check` names each place."


class WrongAnswer(UsageError):
    """{}: {}."""


class OtherPerson(UsageError):
    """These are answers by the {}, and --who says {}."""

    hint = "Answers by somebody else go into a file of their own: give a --subject. If the role is wrong, correct it in the file."


class BadClearance(FdeError):
    """Who may see these words is not clear: {}."""

    hint = "Nothing is sent or shown until it is. Allowed are internal, paraphrase and quote, and private for what no model may read."


class EmptyNote(FdeError):
    """There are no words to note."""

    hint = "Type or pipe them in: `fde note --who owner < notes.txt`."


class NoArtefact(FdeError):
    """There is no artefact{} yet."""

    hint = "`fde run SKILL` writes one; `fde status` names those there are."


class SeveralArtefacts(UsageError):
    """Several artefacts have a page: {}."""

    hint = "Say which: `fde page SKILL --subject NAME`."


class NoPage(FdeError):
    """{} has no page."""

    hint = "`fde page --out FILE` makes one from its record."


class PageOutdated(FdeError):
    """This page shows what rests on words that may no longer be shown: {}."""

    hint = "Do not send it. `fde page --out FILE` writes it anew, under what is cleared now."


class NotForPages(UsageError):
    """A page is not written to {}: {}."""

    hint = "Give a name like for-the-owner.html, anywhere else."


class NoText(FdeError):
    """{}"""


class NoExtra(NoText):
    """what reads {} is not installed ({})"""

    hint = "pip install 'fde-toolkit[documents]'"


class NotConverted(NoText):
    """no text was made of it yet"""
