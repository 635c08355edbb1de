/*
 * scenario_mistakes.h - broken scenario files and every word that is said about them.
 *
 * One row for each mistake: its name, the text of the file "f", the whole output.
 */
#ifndef TESTS_SCENARIO_MISTAKES_H
#define TESTS_SCENARIO_MISTAKES_H

struct mistake {
	const char *name, *text, *said;
};

static const struct mistake mistakes[] = {
	{ "unknown key",
	  "scenario: a\n"
	  "summry: x\n"
	  "targets: {b: pass}\n",
	  "f:2:1: error: unknown key 'summry'; did you mean 'summary'?\n"
	  "summry: x\n"
	  "^~~~~~\n" },
	{ "key of an inner mapping",
	  "scenario: a\n"
	  "targets: {b: pass}\n"
	  "trials: 3\n"
	  "trails: 4\n",
	  "f:3:1: error: unknown key 'trials' here; it belongs under 'budget'\n"
	  "trials: 3\n"
	  "^~~~~~\n"
	  "f:4:1: error: unknown key 'trails'; did you mean 'trials' under "
	  "'budget'?\n"
	  "trails: 4\n"
	  "^~~~~~\n" },
	{ "unknown key without a likeness",
	  "scenario: a\n"
	  "targets: {b: pass}\n"
	  "budget: {speed: 4}\n",
	  "f:3:10: error: unknown key 'speed'; the keys here are trials, max-time\n"
	  "budget: {speed: 4}\n"
	  "         ^~~~~\n" },
	{ "duplicate key",
	  "scenario: a\n"
	  "wires: pipe\n"
	  "targets: {b: pass}\n"
	  "wires: tcp\n",
	  "f:4:1: error: duplicate key 'wires'; it stands on line 2 already\n"
	  "wires: tcp\n"
	  "^~~~~\n" },
	{ "missing keys",
	  "summary: nothing to run\n",
	  "f:1:1: error: missing key 'scenario': the scenario's name: a-z, 0-9 and "
	  "-\n"
	  "summary: nothing to run\n"
	  "^\n"
	  "f:1:1: error: missing key 'targets': what is run, and what is expected of "
	  "it\n"
	  "summary: nothing to run\n"
	  "^\n" },
	{ "no value",
	  "scenario:\n"
	  "targets: {b: pass}\n"
	  "wires: ~\n",
	  "f:1:1: error: 'scenario' has no value\n"
	  "scenario:\n"
	  "^~~~~~~~\n"
	  "f:3:1: error: 'wires' has no value\n"
	  "wires: ~\n"
	  "^~~~~\n" },
	{ "bad name",
	  "scenario: Read Exact\n"
	  "targets: {b: pass}\n",
	  "f:1:11: error: 'Read Exact' is not a name for 'scenario'; use a-z, 0-9 "
	  "and '-' only\n"
	  "scenario: Read Exact\n"
	  "          ^~~~~~~~~~\n" },
	{ "wrong types",
	  "scenario: [a]\n"
	  "summary: {a: b}\n"
	  "tags: {a: b}\n"
	  "wires: {a: b}\n"
	  "budget: 4\n"
	  "cancel: {depth: {a: b}}\n"
	  "targets: b\n",
	  "f:1:11: error: 'scenario' must be a name, not a list\n"
	  "scenario: [a]\n"
	  "          ^\n"
	  "f:2:10: error: 'summary' must be one line of text, not a mapping\n"
	  "summary: {a: b}\n"
	  "         ^\n"
	  "f:3:7: error: 'tags' must be a name or a list of names, not a mapping\n"
	  "tags: {a: b}\n"
	  "      ^\n"
	  "f:4:8: error: 'wires' must be a word or a list of words, not a mapping\n"
	  "wires: {a: b}\n"
	  "       ^\n"
	  "f:5:9: error: 'budget' must be a mapping, not a word\n"
	  "budget: 4\n"
	  "        ^\n"
	  "f:6:17: error: 'depth' must be one number or a range, as [1, 17], not a "
	  "mapping\n"
	  "cancel: {depth: {a: b}}\n"
	  "                ^\n"
	  "f:7:10: error: 'targets' must be a mapping of targets, or a list, not a "
	  "word\n"
	  "targets: b\n"
	  "         ^\n" },
	{ "size",
	  "scenario: a\n"
	  "stream: {size: 64 KB}\n"
	  "targets: {b: pass}\n",
	  "f:2:16: error: 'size' must be a size, as 4096 or 64 KiB, not '64 KB'\n"
	  "stream: {size: 64 KB}\n"
	  "               ^~~~~\n" },
	{ "absurd sizes",
	  "scenario: a\n"
	  "stream: 2 GiB\n"
	  "calls: 99999999999999999999999\n"
	  "deliveries: 0\n"
	  "targets: {b: pass}\n"
	  "budget: {trials: 1000000001}\n",
	  "f:2:9: error: 2 GiB is too large for 'stream'; at most 64 MiB\n"
	  "stream: 2 GiB\n"
	  "        ^~~~~\n"
	  "f:3:8: error: 99999999999999999999999 is too large for 'calls'; at most 1 "
	  "MiB\n"
	  "calls: 99999999999999999999999\n"
	  "       ^~~~~~~~~~~~~~~~~~~~~~~\n"
	  "f:4:13: error: 0 is too small for 'deliveries'; at least 1\n"
	  "deliveries: 0\n"
	  "            ^\n"
	  "f:6:18: error: 1000000001 is too large for 'trials'; at most 1000000000\n"
	  "budget: {trials: 1000000001}\n"
	  "                 ^~~~~~~~~~\n" },
	{ "ranges",
	  "scenario: a\n"
	  "deliveries: [17, 1]\n"
	  "calls: {size: [1, 2, 3]}\n"
	  "cancel: {depth: [0, 65]}\n"
	  "targets: {b: pass}\n",
	  "f:2:13: error: the range of 'deliveries' is upside down; write [1, 17]\n"
	  "deliveries: [17, 1]\n"
	  "            ^\n"
	  "f:3:15: error: 'size' must be one number or a range of two, as [1, 17]\n"
	  "calls: {size: [1, 2, 3]}\n"
	  "              ^\n"
	  "f:4:18: error: 0 is too small for 'depth'; at least 1\n"
	  "cancel: {depth: [0, 65]}\n"
	  "                 ^\n"
	  "f:4:21: error: 65 is too large for 'depth'; at most 64\n"
	  "cancel: {depth: [0, 65]}\n"
	  "                    ^~\n" },
	{ "times",
	  "scenario: a\n"
	  "targets: {b: pass}\n"
	  "budget: {max-time: 30}\n"
	  "trial-timeout: 2 hours\n",
	  "f:3:20: error: 'max-time' must be a time with ns, us, ms, s, min or h, as "
	  "30 s, not '30'\n"
	  "budget: {max-time: 30}\n"
	  "                   ^~\n"
	  "f:4:16: error: 'trial-timeout' must be a time with ns, us, ms, s, min or "
	  "h, as 30 s, not '2 hours'\n"
	  "trial-timeout: 2 hours\n"
	  "               ^~~~~~~\n" },
	{ "a limit that a busy machine would reach",
	  "scenario: a\n"
	  "targets: {b: pass}\n"
	  "trial-timeout: 999 ms\n",
	  "f:3:16: error: 999 ms is too small for 'trial-timeout'; at least 1 s\n"
	  "trial-timeout: 999 ms\n"
	  "               ^~~~~~\n" },
	{ "unknown word",
	  "scenario: a\n"
	  "wires: [pipe, unx]\n"
	  "rings: fast\n"
	  "targets: {b: pass}\n",
	  "f:2:15: error: unknown word 'unx' for 'wires'; did you mean 'unix'?\n"
	  "wires: [pipe, unx]\n"
	  "              ^~~\n"
	  "f:3:8: error: unknown word 'fast' for 'rings'; use plain, coop, defer, "
	  "sqpoll, all\n"
	  "rings: fast\n"
	  "       ^~~~\n" },
	{ "repeated word",
	  "scenario: a\n"
	  "cancel: {mechanisms: [async_cancel, async_cancel/ud]}\n"
	  "targets: {b: pass}\n",
	  "f:2:37: error: 'async_cancel/ud' is listed already\n"
	  "cancel: {mechanisms: [async_cancel, async_cancel/ud]}\n"
	  "                                    ^~~~~~~~~~~~~~~\n" },
	{ "empty list",
	  "scenario: a\n"
	  "wires: []\n"
	  "targets: {}\n",
	  "f:2:8: error: 'wires' is an empty list; leave the key out for the "
	  "default\n"
	  "wires: []\n"
	  "       ^\n"
	  "f:3:10: error: no targets; name at least one\n"
	  "targets: {}\n"
	  "         ^\n" },
	{ "unit",
	  "scenario: a\n"
	  "unit: {frames: {heder: u8}}\n"
	  "targets: {b: pass}\n",
	  "f:2:17: error: unknown key 'heder'; did you mean 'header'?\n"
	  "unit: {frames: {heder: u8}}\n"
	  "                ^~~~~\n" },
	{ "unit of nothing",
	  "scenario: a\n"
	  "unit: {bytes: {size: 4}}\n"
	  "targets: {b: pass}\n",
	  "f:2:8: error: the unit bytes has no settings\n"
	  "unit: {bytes: {size: 4}}\n"
	  "       ^~~~~\n" },
	{ "two units",
	  "scenario: a\n"
	  "unit: {frames: {}, lines: {}}\n"
	  "targets: {b: pass}\n",
	  "f:2:7: error: 'unit' must be bytes, lines, frames, {frames: {...}} or "
	  "{lines: {...}}, not a mapping\n"
	  "unit: {frames: {}, lines: {}}\n"
	  "      ^\n" },
	{ "header too small",
	  "scenario: a\n"
	  "unit: {frames: {header: u8, size: [1, 300]}}\n"
	  "targets: {b: pass}\n",
	  "f:2:16: error: a header u8 counts to 255, a frame has up to 300 bytes\n"
	  "unit: {frames: {header: u8, size: [1, 300]}}\n"
	  "               ^\n" },
	{ "stream too small",
	  "scenario: a\n"
	  "unit: lines\n"
	  "stream: 79\n"
	  "targets: {b: pass}\n",
	  "f:3:9: error: the stream is smaller than its largest unit; at least 80 "
	  "bytes\n"
	  "stream: 79\n"
	  "        ^~\n" },
	{ "malformed needs frames",
	  "scenario: a\n"
	  "conditions: malformed\n"
	  "targets: {b: pass}\n",
	  "f:2:13: error: 'malformed' is about frames; write unit: frames\n"
	  "conditions: malformed\n"
	  "            ^~~~~~~~~\n" },
	{ "any failure",
	  "scenario: a\n"
	  "targets:\n"
	  "  b: {violation: any}\n",
	  "f:3:18: error: an expectation that accepts any failure is forbidden; name "
	  "the class of damage: lost, duplicated, reordered, corrupted, stale, "
	  "truncated, false-eof, misreported, late-write, leak, hang, crash, "
	  "wrong-error\n"
	  "  b: {violation: any}\n"
	  "                 ^~~\n" },
	{ "any failure by a list",
	  "scenario: a\n"
	  "targets:\n"
	  "  b: {violation: lost, also: [hang, leak, stale, crash]}\n",
	  "f:3:24: error: 'also' names more than 3 classes; an expectation that "
	  "accepts any failure is forbidden\n"
	  "  b: {violation: lost, also: [hang, leak, stale, crash]}\n"
	  "                       ^~~~\n" },
	{ "expectations",
	  "scenario: a\n"
	  "targets:\n"
	  "  b: fail\n"
	  "  c: {met: [atomic, terminal]}\n"
	  "  d: {met: atomic, violation: lost}\n"
	  "  e: {options: {x: 1}}\n"
	  "  f: {violation: lost, retry: lost}\n"
	  "  g: {met: resumable, retry: lost}\n"
	  "  h: pas\n",
	  "f:3:6: error: unknown expectation 'fail'; write pass, {met: CONTRACT}, "
	  "{violation: DAMAGE} or {control: DAMAGE}\n"
	  "  b: fail\n"
	  "     ^~~~\n"
	  "f:4:12: error: 'terminal' is implied by a stronger contract; name the "
	  "strongest only\n"
	  "  c: {met: [atomic, terminal]}\n"
	  "           ^\n"
	  "f:5:6: error: more than one expectation; write one of expect: pass, met: "
	  "CONTRACT, violation: DAMAGE, control: DAMAGE\n"
	  "  d: {met: atomic, violation: lost}\n"
	  "     ^\n"
	  "f:6:6: error: no expectation; write one of expect: pass, met: CONTRACT, "
	  "violation: DAMAGE, control: DAMAGE\n"
	  "  e: {options: {x: 1}}\n"
	  "     ^\n"
	  "f:7:24: error: 'retry' goes with 'met' only\n"
	  "  f: {violation: lost, retry: lost}\n"
	  "                       ^~~~~\n"
	  "f:8:30: error: repeating the call does no damage when 'resumable' is met; "
	  "remove 'retry'\n"
	  "  g: {met: resumable, retry: lost}\n"
	  "                             ^~~~\n"
	  "f:9:6: error: unknown expectation 'pas'; did you mean 'pass'?\n"
	  "  h: pas\n"
	  "     ^~~\n" },
	{ "expected twice",
	  "scenario: a\n"
	  "targets:\n"
	  "  b: {violation: lost, also: lost}\n",
	  "f:3:24: error: 'lost' is expected already\n"
	  "  b: {violation: lost, also: lost}\n"
	  "                       ^~~~\n" },
	{ "target names",
	  "scenario: a\n"
	  "targets:\n"
	  "  a/b/c: pass\n"
	  "  a.: pass\n"
	  "  .a: pass\n",
	  "f:3:3: error: 'a/b/c' is not a target; write target, plug-in/target or "
	  "plug-in/target.operation\n"
	  "  a/b/c: pass\n"
	  "  ^~~~~\n"
	  "f:4:3: error: 'a.' is not a target; write target, plug-in/target or "
	  "plug-in/target.operation\n"
	  "  a.: pass\n"
	  "  ^~\n"
	  "f:5:3: error: '.a' is not a target; write target, plug-in/target or "
	  "plug-in/target.operation\n"
	  "  .a: pass\n"
	  "  ^~\n" },
	{ "target twice",
	  "scenario: a\n"
	  "targets:\n"
	  "  b: pass\n"
	  "  b: {met: atomic}\n",
	  "f:4:3: error: duplicate key 'b'; it stands on line 3 already. To run a "
	  "target twice write a list: - {target: NAME, ...}\n"
	  "  b: {met: atomic}\n"
	  "  ^\n" },
	{ "entry twice",
	  "scenario: a\n"
	  "targets:\n"
	  "  - {target: b, expect: pass}\n"
	  "  - {target: b.read, expect: pass}\n"
	  "  - {expect: pass}\n",
	  "f:4:5: error: 'b' is run by line 3 already; give it other options or "
	  "another operation\n"
	  "  - {target: b.read, expect: pass}\n"
	  "    ^\n"
	  "f:5:5: error: missing key 'target': plug-in/target, target, or either "
	  "with .operation\n"
	  "  - {expect: pass}\n"
	  "    ^\n" },
	{ "options",
	  "scenario: a\n"
	  "targets:\n"
	  "  b: {expect: pass, options: {'k y': 1, z: 'a,b'}}\n",
	  "f:3:31: error: 'k y' is not an option's name; use letters, digits, _ and "
	  "-\n"
	  "  b: {expect: pass, options: {'k y': 1, z: 'a,b'}}\n"
	  "                              ^~~~~\n"
	  "f:3:44: error: the value of option 'z' may not contain blanks, commas, "
	  "quotes, = or anything but ASCII\n"
	  "  b: {expect: pass, options: {'k y': 1, z: 'a,b'}}\n"
	  "                                           ^~~~~\n" },
	{ "option with an unreadable name",
	  "scenario: a\n"
	  "targets:\n"
	  "  b: {expect: pass, options: {\"a\\tb\": [1]}}\n",
	  "f:3:31: error: 'a b' is not an option's name; use letters, digits, _ and "
	  "-\n"
	  "  b: {expect: pass, options: {\"a\\tb\": [1]}}\n"
	  "                              ^~~~~~\n" },
	{ "anchor and alias",
	  "scenario: a\n"
	  "wires: &w [pipe]\n"
	  "rings: *w\n"
	  "targets: {b: pass}\n",
	  "f:2:8: error: anchors are not allowed; write the value out where it is "
	  "needed\n"
	  "wires: &w [pipe]\n"
	  "       ^~~~\n"
	  "f:3:8: error: aliases are not allowed; write the value out where it is "
	  "needed\n"
	  "rings: *w\n"
	  "       ^~\n" },
	{ "tag",
	  "scenario: !!str a\n"
	  "targets: {b: pass}\n",
	  "f:1:11: error: tags are not allowed; every key has its own type\n"
	  "scenario: !!str a\n"
	  "          ^~~~~~~\n" },
	{ "directive",
	  "%YAML 1.1\n"
	  "---\n"
	  "scenario: a\n"
	  "targets: {b: pass}\n",
	  "f:1:1: error: directives are not allowed; remove them\n"
	  "%YAML 1.1\n"
	  "^\n" },
	{ "second document",
	  "scenario: a\n"
	  "targets: {b: pass}\n"
	  "---\n"
	  "scenario: b\n",
	  "f:3:1: error: a second document; put each scenario into a file of its "
	  "own\n"
	  "---\n"
	  "^~~\n" },
	{ "not YAML",
	  "scenario: a\n"
	  "wires: [pipe, unx\n",
	  "f:2:15: error: unknown word 'unx' for 'wires'; did you mean 'unix'?\n"
	  "wires: [pipe, unx\n"
	  "              ^~~\n"
	  "f:2:18: error: not valid YAML: while parsing a flow sequence, did not "
	  "find expected ',' or ']'\n"
	  "wires: [pipe, unx\n"
	  "                 ^\n" },
	{ "empty",
	  "",
	  "f:1:1: error: the file is empty; a scenario has at least 'scenario' and "
	  "'targets'\n" },
	{ "only a comment",
	  "# nothing\n",
	  "f:1:1: error: the file is empty; a scenario has at least 'scenario' and "
	  "'targets'\n"
	  "# nothing\n"
	  "^\n" },
	{ "not a mapping",
	  "- scenario\n",
	  "f:1:1: error: a scenario is a mapping of keys, as scenario: NAME\n"
	  "- scenario\n"
	  "^\n" },
	{ "NUL by an escape",
	  "scenario: \"a\\0b\"\n"
	  "targets: {b: pass}\n",
	  "f:1:11: error: a NUL byte; a scenario is plain UTF-8 text\n"
	  "scenario: \"a\\0b\"\n"
	  "          ^~~~~~\n" },
	{ "escape sequence",
	  "scenario: \"a\\e[31m\"\n"
	  "targets: {b: pass}\n",
	  "f:1:11: error: 'a\\x1b[31m' is not a name for 'scenario'; use a-z, 0-9 "
	  "and '-' only\n"
	  "scenario: \"a\\e[31m\"\n"
	  "          ^~~~~~~~~\n" },
	{ "a key that is a list",
	  "? [a]\n"
	  ": b\n"
	  "scenario: a\n"
	  "targets: {b: pass}\n",
	  "f:1:3: error: a key must be a word\n"
	  "? [a]\n"
	  "  ^\n" },
	{ "wide characters",
	  "summary: x\n"
	  "scenario: 漢字 # 漢\n"
	  "targets: {b: pazz}\n",
	  "f:2:11: error: '漢字' is not a name for 'scenario'; use a-z, 0-9 and '-' "
	  "only\n"
	  "scenario: 漢字 # 漢\n"
	  "          ^~~~\n"
	  "f:3:14: error: unknown expectation 'pazz'; write pass, {met: CONTRACT}, "
	  "{violation: DAMAGE} or {control: DAMAGE}\n"
	  "targets: {b: pazz}\n"
	  "             ^~~~\n" },
	{ "long line",
	  "scenario: a # yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	  "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	  "yyyyyyyyyyyyyyyy\n"
	  "targets: {bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	  "bbbbbbbbbbbbbbb: pass, ccccccccccc: oops, "
	  "ddddddddddddddddddddddddddddddddddd: pass}\n",
	  "f:2:111: error: unknown expectation 'oops'; write pass, {met: CONTRACT}, "
	  "{violation: DAMAGE} or {control: DAMAGE}\n"
	  "...bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: pass, ccccccccccc: oops, "
	  "dddddddddddddddddddddddddddddddddd...\n"
	  "                                                               ^~~~\n" },
};

#endif
