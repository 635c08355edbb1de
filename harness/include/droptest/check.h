/*
 * droptest/check.h - check a target from a test of your own: CUnit, cmocka, Criterion, or none.
 *
 * The target (see droptest/target.h) is linked into the test program; no plug-in is needed:
 *
 *	struct dt_check_result result;
 *
 *	dt_check(&my_target, "read_all", NULL, &result);
 *	puts(result.message);
 *	CU_ASSERT_EQUAL(result.verdict, DT_PASS);
 *	dt_check_result_finish(&result);
 *
 * Link with libdroptest: `cc $(pkg-config --cflags --libs droptest)`.
 *
 * What a call does. It forks a process, which forks workers. In them the operation is called again
 * and again over real io_uring, its reads and writes are cancelled, the caller that the contract
 * allows is played, and every byte of the stream is compared. First comes a control run without
 * any cancellation, then random trials for each wire and ring, all drawn from one seed. A target
 * that crashes, hangs, exits, or scribbles over its memory is a verdict; the test program goes on.
 * By default this takes a few seconds; it ends early at the first violation.
 *
 * What it leaves behind: nothing. No child (those that a target forked are killed, too), no
 * descriptor, no file, no changed signal handler, mask, or limit; nothing is printed. The program
 * sees one SIGCHLD; a handler that reaps every child does no harm.
 *
 * Threads: calls may be made from any thread, also at the same time. As always after fork(2), only
 * the calling thread exists in the workers. A target that needs another thread of the program, or
 * a lock that another thread happens to hold, waits there forever: that is a `hang`. Locks of the C
 * library are taken care of (glibc's own handlers of fork).
 *
 * What a worker has: a copy of the program's memory as it was at the call; what the target changes
 * there stays in the worker. The program's descriptors and streams lead to /dev/null; standard
 * output and error lead into result->output. Handlers of atexit do not run, so coverage tools that
 * write at exit do not see lines that ran in workers only.
 *
 * Sources of the facts about cancellation: io_uring_prep_cancel(3), io_uring_enter(2), and
 * docs/design.md of droptest. Valid C11 and C++17. Structures are only ever appended to: the
 * inline functions tell the library how large the caller's are.
 */
#ifndef DROPTEST_CHECK_H
#define DROPTEST_CHECK_H

#include <droptest/target.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What came of a check. Only DT_PASS is zero, and only DT_PASS is good.
 *  pass          the contract held, and at every possible point enough cancellations landed
 *  inconclusive  nothing wrong was seen, but too little was tried to say so: fewer than 16
 *                cancellations landed at some point (too few trials, too little time), or a hang
 *                did not come again
 *  violation     the target broke its contract, lost or repeated bytes, crashed, hung ...
 *  error         droptest itself failed (no memory, no processes); nothing is known of the target
 *  skip          nothing could run here: no io_uring, or no such wire or ring for this operation
 *  usage         the call is wrong: an operation, word, option or plan that does not exist, or a
 *                table that is not sound
 */
enum dt_verdict {
	DT_PASS = 0,
	DT_INCONCLUSIVE = 1,
	DT_VIOLATION = 2,
	DT_ERROR = 3,
	DT_SKIP = 4,
	DT_USAGE = 5,
};

/*
 * How to check. All zeroes, or no options at all, is a good choice. Every string is borrowed for
 * the time of the call. Words are those of `droptest run` and of scenario files; several are
 * separated by commas: "unix,tcp".
 */
struct dt_check_options {
	/* Wires: pipe, unix, tcp. NULL: all of them. */
	const char *wires;
	/* Ring modes: plain, coop, defer, sqpoll; "all". NULL: "plain,defer". */
	const char *rings;
	/*
	 * The contracts that must be met, exactly: weaker and stronger ones are both a violation.
	 * "terminal", "resumable,partial", "none". NULL: the contract that the operation declares
	 * must hold, and may be exceeded.
	 */
	const char *met;
	/* For options that the target declares: "queue=512,mode=fast". NULL: initial values. */
	const char *target_options;
	/*
	 * More lines of a scenario file, in place of defaults (docs/scenarios.md has them all):
	 * "calls: [16 KiB, 64 KiB]\nunit: {frames: {header: u16be, size: [1, 300]}}". NULL: none.
	 * Writers want calls as large as theirs: small ones rarely wait. Defaults: a stream of
	 * 1 KiB (4 KiB of frames), calls of 1 to 64 bytes, deliveries of 1 to 17, every scripted
	 * point and mechanism, 1 to 4 cancellations in a trial.
	 */
	const char *keys;
	/*
	 * A plan ("dt1 ...", from result->plan): it is run instead of anything else, and the other
	 * options have no effect. A pass needs a preserved stream and all its cancellations landed.
	 * NULL: none. The environment variable DROPTEST_REPLAY does the same, without building
	 * anew, for the checks of the plan's target and operation.
	 */
	const char *plan;
	/* The seed of everything that is drawn. Equal seeds draw equal trials. 0: 1. */
	uint64_t seed;
	/* Trials of each case (operation x wire x ring). 0: 400. At most 1,000,000,000. */
	uint64_t trials;
	/*
	 * Time for the whole call, in ns. 0: 60 s. What is not run by then is not counted: too few
	 * landings are inconclusive. A trial that hangs, and re-runs of failures, may exceed it
	 * by some seconds.
	 */
	uint64_t max_time_ns;
	/* Worker processes, at most 256. The result does not depend on their number. 0: 1. */
	unsigned jobs;
};

/*
 * What came out. Written whole by every call, whatever the verdict. Strings are never NULL ("" when
 * there is nothing to say), belong to the result, and are valid until dt_check_result_finish.
 */
struct dt_check_result {
	enum dt_verdict verdict;

	/*
	 * For the log of a test: a line "my_target.read_all: violation: lost: bytes 2074..2075 (2)
	 * were consumed by read_all #56, which then reported -ECANCELED", then, indented, the
	 * guilty cancellation, contracts, counts, and how to run the failing trial again.
	 */
	const char *message;
	/* The middle of it alone: what is wrong, or why there is no verdict, as one sentence. */
	const char *sentence;
	/*
	 * The class of damage: "lost", "duplicated", "reordered", "corrupted", "stale",
	 * "truncated", "false-eof", "misreported", "late-write", "leak", "hang", "crash",
	 * "wrong-error". "" when there is none, or when only `met` is not as expected.
	 */
	const char *damage;
	/* "partial:5 by async_cancel/ud in attempt 56, at byte 2074 of the stream", or "". */
	const char *guilty;

	/*
	 * The operation that this is about, its declared contract, and those it met: the strongest
	 * ones, measured ("resumable+partial"; "none"; "unknown" when too little landed).
	 */
	const char *operation;
	const char *declared;
	const char *met;

	/*
	 * The plan of the failing trial, one line, or "". For options.plan, DROPTEST_REPLAY, and
	 * `droptest replay --target FILE.so` where the target is a plug-in as well.
	 */
	const char *plan;
	/* A shell command that runs that plan with this program, or "". */
	const char *replay;
	/* The record of the failing trial, as of `droptest replay --trace`, or "". */
	const char *trace;
	/* What the target printed, the first 2 KiB of it; without NULs. */
	const char *output;

	uint64_t seed;
	/* Cases that were run, and those that could not be (why: in the message). */
	uint64_t cases, cases_skipped;
	uint64_t trials;
	/* Cancellations: asked = landed + too_late + never_reached. Only landed ones count. */
	uint64_t asked, landed, too_late, never_reached;
	/* How often the failing plan was run again, and showed the same damage. */
	unsigned replays, reproduced;
	double seconds;

	/* The memory of the strings. */
	void *owned;
};

/* What the inline functions call. The sizes are those of the caller's structures. */
DT_EXPORT enum dt_verdict dt_check_sized(const struct dt_target *target, const char *operation,
					 const struct dt_check_options *options,
					 size_t options_size, struct dt_check_result *result,
					 size_t result_size);

/*
 * Checks one operation of a target.
 *
 * `target` stays the caller's; its table, and what that points to, is read in a child only, so that
 * a wild pointer is a verdict (DT_USAGE) as well. It needs no array and no entry behind it.
 * `operation` is a name in its table; NULL: every operation, and the result tells of the worst.
 * `options` may be NULL. `result` may be NULL when the verdict is all that matters; otherwise it
 * need not be initialised, and must be released with dt_check_result_finish.
 *
 * Returns result->verdict. There are no other errors: errno is not used.
 */
static inline enum dt_verdict dt_check(const struct dt_target *target, const char *operation,
				       const struct dt_check_options *options,
				       struct dt_check_result *result)
{
	return dt_check_sized(target, operation, options, sizeof(*options), result,
			      sizeof(*result));
}

/* Frees the strings, which are "" afterwards; numbers stay. Takes NULL; twice does no harm. */
DT_EXPORT void dt_check_result_finish(struct dt_check_result *result);

/* "pass", "inconclusive" ...; "?" for another value. Static storage. */
DT_EXPORT const char *dt_verdict_name(enum dt_verdict verdict);

#ifdef __cplusplus
}
#endif

#endif
