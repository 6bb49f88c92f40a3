"""How the lines look that make up nearly all of a session log, as patterns over their bytes.

Everything rests on one property of JSON as programs write it: in a string every quote has a backslash before it. So `,"uuid":"`
is a key and no text, and `{"` is the start of an object or, rarely, the end of a text.
"""

from __future__ import annotations

import re

from conversation import INTERRUPT, NOT_PROMPTS, REFUSAL

# Repeats of groups are bounded, as each costs memory until the end is found and a line may be hostile; and none is possessive, as
# Python before 3.11.5 gets those wrong.
TEXT = rb'"[^"]*+"'
LONG = rb'"(?:[^"\\]++|\\.){0,9999}"'
# Keys with simple values: over these the depth stays what it is.
SIMPLE = rb"(?:" + TEXT + rb"|null|true|false|-?\d[\d.eE+-]*+|\[\]|\{\})"
PAIRS = rb'(?:,"\w++":' + SIMPLE + rb"){0,99}"
TIME = rb'[^"]{16}:[0-5][0-9]\.[0-9]{3}Z'  # in UTC and to the millisecond, as nearly all are
ID = rb'[^"]*+'  # of an id or a name, in which no program escapes anything
STAMPED = rb'"uuid":"(' + ID + rb')","timestamp":"(' + TIME + rb')"'
# The same with a length that is known, so that one can look back over it.
UUID = rb'[^"]{36}'
STAMPS = rb'"uuid":"(' + UUID + rb')","timestamp":"(' + TIME + rb')"'

OBJECT = re.compile(rb'\{"')
NO_OBJECT = rb'[^{]*+(?:\{(?!")[^{]*+){0,999}'
# A record's start where none is expected: two records on one line, or a torn one and the next.
ANOTHER = rb'"(?:parentUuid":|type":(?<![:,\[]\{"type":)|(?<=\}\{"))'
GLUED = re.compile(rb"\{" + ANOTHER)
NOT_GLUED = rb"[^{]*+(?:\{(?!" + ANOTHER + rb")[^{]*+){0,999}"
# The same, or another block of a message, which begins with its type as the first one does, with its id or with that of its call.
BLOCK = (
    rb'"(?:parentUuid":|type":(?:(?<![:,\[]\{"type":)|(?<=\},\{"type":))|id":(?<=[}"],\{"id":)|tool_use_id":(?<=[}"],\{"tool_use_id":)'
    rb'|(?<=\}\{"))'
)
NO_BLOCK = rb"[^{]*+(?:\{(?!" + BLOCK + rb")[^{]*+){0,999}"

# Answers that the agent made up itself are rare, and parsed whole: their model begins with "<", however that is written.
MODEL = rb'"model":"(?![<\\])' + ID + rb'"'
MESSAGE = (
    MODEL + rb',"id":"(?P<id>' + ID + rb')","type":"message","role":"assistant","content":\[\{"type":"'
    rb'(?:(?P<text>text)","text":"|thinking","thinking":"|tool_use","id":"(?P<call>' + ID + rb')","name":"(?P<tool>' + ID + rb')","input":\{)'
)
# Any letter of it may be written as its number.
REFUSED = b"".join(rb"(?:%s|\\u%s)" % (re.escape(letter).encode(), f"{ord(letter):04x}".encode()) for letter in REFUSAL)
RESULT = (
    rb'"role":"user","content":\[\{"t(?:ool_use_id":"(?P<first>' + ID + rb')","type":"tool_result"|ype":"tool_result"(?:,"tool_use_id":"(?P<of>' + ID + rb')")?)'
    rb',"content":'
    rb'(?:"|\[\{"type":"text","text":")(?P<refused>' + REFUSED + rb")?"
)
# A sub-agent's record that the parent's log repeats: the same, one level down.
MIRRORED = (
    rb'"message":\{"type":"(?:user","message":\{' + RESULT + rb'(?P<result>)'
    rb'|assistant","timestamp":"(?P<time>' + TIME + rb')","message":\{' + MESSAGE + rb"(?P<message>))"
).replace(b"(?P<", b"(?P<inner_")
# How a line begins, up to its second object and a little further. The last group that matches tells what takes the rest.
FRONT = re.compile(
    rb'\{"parentUuid":(?:null|"[^"]{36}"),"isSidechain":(?:false[^{]*+|true(?P<side>[^{]*+))\{(?:'
    rb'(?<=,"message":\{)(?:' + MESSAGE + rb'(?P<message>)'
    rb'|(?<=,"type":"user","message":\{)(?:' + RESULT + rb'(?P<result>)|"role":"user","content":(?:\[\{"type":"text","text":)?"(?P<prompt>)))'
    rb'|(?<=,"type":"progress","data":\{)(?:"type":"(?:'
    # Lines of progress in the layout of most versions are known to their ends.
    rb'bash_progress"' + NO_OBJECT + rb'\Z(?<="parentToolUseID":"(?P<runs>\w{30})","uuid":"(?P<run_id>' + UUID + rb')","timestamp":"(?P<command>' + TIME + rb')"\})'
    rb'|hook_progress"' + NO_OBJECT + rb'\Z(?<=,"timestamp":"(?P<hook_time>' + TIME + rb')","uuid":"(?P<hook>' + UUID + rb')"\}))'
    rb'|' + MIRRORED + rb"|(?P<progress>))"
    rb'|(?<=,"type":"system","subtype":"stop_hook_summary","hookCount":\d,"hookInfos":\[\{)(?P<summary>))'
)
# A command tells each second that it goes on: such lines one after the other, what each of them says, and how each begins.
RUN = re.compile(
    rb'(?:\{"parentUuid":"[^"]{36}","isSidechain":false[^{]*+\{(?<=,"type":"progress","data":\{)"type":"bash_progress"' + NO_OBJECT
    + rb'(?<="parentToolUseID":"\w{30}","uuid":"' + UUID + rb'","timestamp":"' + TIME + rb'"\}\n)){1,999}'
)
RUNS = re.compile(rb'"parentToolUseID":"(\w{30})",' + STAMPS + rb"\}\n")
BEGINS = b'\n{"parentUuid":"'
KIND = FRONT.groupindex
SIDE, COMMAND = KIND["side"], KIND["command"]
PART = tuple(KIND[name] for name in ("id", "text", "call", "tool"))
ANSWER = tuple(KIND[name] for name in ("side", "first", "of", "refused"))
RUN_PARTS = tuple(KIND[name] for name in ("runs", "run_id", "command"))
SUMMARY = re.compile(NOT_GLUED + rb'\Z(?<=,"timestamp":"(' + TIME + rb')","uuid":"(' + UUID + rb')","toolUseID":"[^"]{36}"\})')
DURATION = re.compile(
    rb'\{"parentUuid":(?:null|"[^"]{36}"),"isSidechain":false[^{]*?,"type":"system","subtype":"turn_duration","durationMs":(\d{1,15}),'
    rb'"timestamp":"(' + TIME + rb')","uuid":"(' + UUID + rb')"' + PAIRS + rb"\}"
)

# What stands behind the parts of a line that are looked for above; each `USUALLY_` is the layout of most versions.
USUAL_STOP = rb'"(?<=["}]\}\],"stop_reason":null,"stop_sequence":null,"usage":\{")'
USUALLY_SPOKEN = re.compile(rb"\{(?:" + BLOCK + rb"|" + USUAL_STOP + NO_BLOCK + rb'\Z(?<=,"type":"assistant",' + STAMPS + rb"\}))")
STOPPED = re.compile(rb'["}]\}\],"stop_reason":(?:null|' + TEXT + rb")" + PAIRS + rb',"usage":')
BLOCKS = re.compile(rb"\{" + BLOCK)
SPOKEN = re.compile(rb'"type":"assistant",' + STAMPED + PAIRS + rb"\}")

# The next object, not the end of a text nor the next of several texts; and if it is what the tool says of itself, what stands before it.
USUALLY_BEFORE = re.compile(rb'\{"(?!\}|(?<="\},\{")type":"text","text":")(?:(?<=\}\]\},' + STAMPS + rb',"toolUseResult":\{"))?')
BEFORE = len('}]},"uuid":"') + 36 + len('","timestamp":"') + 24 + len('","toolUseResult":')
SOURCE = b',"sourceToolAssistantUUID":'
SOURCED = len(SOURCE) + len('""}') + 36
PARENT = len('{"parentUuid":')
BEFORE_RESULT = re.compile(rb"\}\]\}," + STAMPED + rb',"toolUseResult":\[?')
ANSWERED = re.compile(rb"\}\]\}," + STAMPED + rb'(?:,"toolUseResult":' + LONG + rb")?" + PAIRS + rb"\}")
IN_LIST = b'[{"type":"text","text":"'
LAST_ID = re.compile(rb'"tool_use_id":"(' + ID + rb')"')
PLAIN = re.compile(rb'[^"\\]*+')
MARKS = tuple(mark.encode() for mark in (INTERRUPT, *NOT_PROMPTS))
ASKED = re.compile(
    rb'((?:"is(?:Meta|VisibleInTranscriptOnly|CompactSummary)":true,){0,3})' + STAMPED + rb'(?:,"thinkingMetadata":\{"\w++":' + SIMPLE + PAIRS
    + rb'\})?(?:,"(?!is|source)\w++":' + SIMPLE + rb"){0,99}\}"
)
WORDS = 40  # bytes of a prompt that tell whether it is one

REPORTED = re.compile(
    rb'\},(?:"toolUseID":' + TEXT + rb',"parentToolUseID":"(' + ID + rb')"|"parentToolUseID":"(' + ID + rb')","toolUseID":' + TEXT + rb"),(?:"
    + STAMPED + rb'|"timestamp":"(' + TIME + rb')","uuid":"(' + ID + rb')")' + PAIRS + rb"\}"
)
BASH, HOOK = b'"type":"bash_progress"', b'"type":"hook_progress"'
ELAPSED = re.compile(rb'"elapsedTimeSeconds":(\d{1,15}(?:\.\d{1,15})?)[,}]')

# What stands behind a sub-agent's message: the end of its own record, and that of the one around it.
USUALLY_MIRRORED = re.compile(rb"\{(?:" + BLOCK + rb"|" + USUAL_STOP + rb'(?:[^}]*+\}){1,99}?,"requestId":' + TEXT + rb',"uuid":"(' + ID + rb')"\},)')
MIRRORED_RESULT = re.compile(rb"\}\]\}," + STAMPED + rb"[,}]")
GIVEN = b'"type":"agent_progress","prompt":"'
MIRROR_ENDS = re.compile(
    rb'","agentId":"(' + ID + rb')"\},"toolUseID":' + TEXT + rb',"parentToolUseID":' + TEXT + rb"," + STAMPED + PAIRS + rb"\}"
)

AGENT = re.compile(rb',"agentId":"(' + ID + rb')"')
AGENT_LATER = b',"agentId":'
# What says of a text in a user's line that it is no prompt; it stands behind the text, or in front of it.
NO_PROMPT = re.compile(rb'"(?:isMeta|isCompactSummary|sourceToolUseID)"')
TIMELESS = b'{"type":"file-history-snapshot",'
