/*
 * last_words.c - async-signal-safe: copies flat memory into flat memory, then lets death have it.
 *
 * A sanitizer (in droptest, or preloaded for a target that was built with one) ends the process by
 * itself: when it finds an error there is no signal, and after a signal it reports and exits. Its
 * death callback is our last chance, and what is told is the signal and not how it then exits.
 */
#include "run/last_words.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"

static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGTERM };

/* A process is one worker: a signal handler has nothing but globals. */
static struct slate *slate_of_worker;
static const struct history *history_of_worker;
static struct sigaction before[ARRAY_SIZE(fatal)];

void last_words_say(void)
{
	const struct history *history = history_of_worker;
	struct slate *slate = slate_of_worker;
	uint32_t count, skipped;

	if (!slate || slate->last_count)
		return;
	count = MIN(history->count, (uint32_t)KEPT_EVENTS_MAX);
	skipped = history->count - count;
	memcpy(slate->last_events, history->events + skipped, count * sizeof(struct event));
	slate->last_count = count;
}

static void on_sanitizer(void)
{
	last_words_say();
	if (slate_of_worker && !slate_of_worker->last_signal)
		slate_of_worker->farewell = FAREWELL_SANITIZED;
}

/* One object of the process; one that was loaded with a target is not in the default scope. */
static int hear_object(struct dl_phdr_info *info, size_t size, void *context)
{
	void *handle = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
	void (*hear)(void (*callback)(void)) = NULL;

	(void)size, (void)context;
	if (!handle)
		return 0;
	*(void **)&hear = dlsym(handle, "__sanitizer_set_death_callback");
	if (hear)
		hear(on_sanitizer);
	dlclose(handle);
	return 0;
}

/* Looked up, since a sanitizer may be in the process without our having been built with it: it was
 * preloaded, or it came with a target, as UndefinedBehaviorSanitizer does. */
static void hear_sanitizers(void)
{
	dl_iterate_phdr(hear_object, NULL);
}

/* Afterwards the signal has its old effect: for a fault by running into it again. */
static void on_fatal(int signal)
{
	last_words_say();
	if (!slate_of_worker->last_signal)
		slate_of_worker->last_signal = signal;
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		if (fatal[i] == signal)
			sigaction(signal, &before[i], NULL);
	raise(signal);
}

/*
 * The target called exit(). What comes behind this among the exit handlers belongs to the program
 * that forked us, and may well remove its files: they must not run here.
 */
static void on_exit_called(int status, void *context)
{
	(void)context;
	last_words_say();
	fflush(NULL);
	_exit(status);
}

int last_words_prepare(struct slate *slate, const struct history *history)
{
	struct sigaction action = { .sa_handler = on_fatal, .sa_flags = SA_ONSTACK };
	/* Its own stack: the target may have used up the one it was given. */
	static unsigned char stack[64 << 10];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };

	slate_of_worker = slate;
	history_of_worker = history;
	hear_sanitizers();
	sigemptyset(&action.sa_mask);
	if (sigaltstack(&alternate, NULL) || on_exit(on_exit_called, NULL))
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		if (sigaction(fatal[i], &action, &before[i]))
			return -errno;
	return 0;
}

void last_words_read(struct slate *slate, const struct plan *plan, struct outcome *outcome,
		     struct history *ret_history)
{
	uint32_t count = MIN(slate->last_count, (uint32_t)KEPT_EVENTS_MAX);

	*ret_history = (struct history){ .events = slate->last_events, .count = count,
					 .capacity = KEPT_EVENTS_MAX };
	for (uint32_t i = 0; i < count; i++) {
		const struct event *event = &slate->last_events[i];
		struct landing_record *record;

		if (event->kind != EVENT_LANDING || event->detail >= plan->cancellation_count ||
		    event->result < 0 || event->result >= LANDING_COUNT)
			continue;
		record = &outcome->records[event->detail];
		outcome->landed += event->result == LANDING_LANDED &&
				   record->landing != LANDING_LANDED;
		record->landing = (enum landing)event->result;
		record->attempt = event->attempt;
		record->primitive = event->primitive;
		record->offset = event->offset;
		if (event->result == LANDING_LANDED)
			outcome->finding.guilty = event->detail;
		outcome->finding.attempt = event->attempt;
	}
	slate->last_count = 0;
}
