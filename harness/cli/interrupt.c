/*
 * interrupt.c - the handlers; they may do little more than count.
 */
#include "cli/interrupt.h"

#include <errno.h>
#include <unistd.h>

static volatile sig_atomic_t interrupts;
static bool silent;

static const char answer[] = "\ndroptest: finishing the trial, then the summary; once more stops "
			     "at once\n";

static void on_interrupt(int signal)
{
	int error = errno;

	(void)signal;
	if (interrupts < 2)
		interrupts = interrupts + 1;
	if (interrupts == 1 && !silent && write(STDERR_FILENO, answer, sizeof(answer) - 1) < 0)
		silent = true;
	errno = error;
}

static void set(void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

const volatile sig_atomic_t *interrupts_catch(bool quiet)
{
	silent = quiet;
	interrupts = 0;
	set(on_interrupt);
	return &interrupts;
}

void interrupts_release(void)
{
	set(SIG_DFL);
}
