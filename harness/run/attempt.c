/*
 * attempt.c - one call of one operation: lend the buffer, call, come back in every case.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "run/bench.h"

static struct guard *choose_guard(struct trial *trial, enum lend lend)
{
	struct bench *bench = trial->bench;

	if (lend == LEND_SAME)
		return &bench->guards[0];
	/* The buffer before stays checked while the new one is in use: swap the two. */
	struct guard last = bench->guards[0];

	bench->guards[0] = bench->guards[1];
	bench->guards[1] = last;
	return &bench->guards[0];
}

static void call(struct trial *trial, const struct dt_operation *operation,
		 struct dt_buffer *buffer, struct attempt *attempt)
{
	struct port *port = trial->port;

	if (_setjmp(port->out)) {
		stacks_abandon(&port->raw->stacks);
		attempt->escaped = true;
		attempt->result = -EDEADLK;
		return;
	}
	port->calls = operation->flags & DT_RAW ? CALLS_RAW : CALLS_COOKED;
	if (operation->flags & DT_RAW)
		attempt->result = raw_call(port, operation, trial->session, buffer);
	else
		attempt->result = operation->run(trial->session, &port->io, buffer);
}

/*
 * Was a cancellation told to the target since event `since`, when the attempt began? A cooked call
 * is cancelled by the harness alone. A raw target may have cancelled its own operation, which is no
 * excuse; and a cancel of the harness can hit another operation than the one it was meant for.
 */
static bool was_told(const struct trial *trial, const struct dt_operation *operation,
		     uint32_t since)
{
	const struct history *history = trial->port->history;
	const struct outcome *outcome = trial->outcome;

	if (operation->flags & DT_RAW && trial->port->raw->told)
		return true;
	for (uint32_t i = since; i < history->count && !(operation->flags & DT_RAW); i++)
		if (history->events[i].kind == EVENT_COMPLETE &&
		    history->events[i].result == -ECANCELED)
			return true;
	for (uint32_t i = 0; i < trial->port->next; i++) {
		const struct landing_record *record = &outcome->records[i];

		if (!record->submitted || record->attempt != trial->port->attempt)
			continue;
		if (record->landing == LANDING_LANDED || record->mechanism == MECH_STOP ||
		    record->mechanism == MECH_DROP)
			return true;
	}
	return false;
}

FLATTEN void attempt_run(struct trial *trial, const struct dt_operation *operation, enum lend lend,
		 size_t size, const unsigned char *message, struct attempt *ret_attempt)
{
	struct guard *guard = choose_guard(trial, lend);
	struct port *port = trial->port;
	struct dt_buffer buffer = { .size = size };
	struct event *event;
	uint32_t since;

	*ret_attempt = (struct attempt){ .guard = guard, .size = size };
	if (lend == LEND_SAME) {
		guard_relend(guard);
		buffer.data = guard->data;
		buffer.size = guard->size;
		buffer.used = guard->used;
		ret_attempt->size = guard->size;
	} else {
		buffer.data = guard_lend(guard, size, message);
	}
	port_begin(port);
	event = &port->history->events[port->history->count - 1];
	event->size = (uint32_t)buffer.size;
	event->offset = operation->direction == DT_WRITER ? trial->offered : trial->owed;
	since = port->history->count;
	call(trial, operation, &buffer, ret_attempt);
	ret_attempt->used = buffer.used;
	ret_attempt->told = ret_attempt->result == -ECANCELED && was_told(trial, operation, since);
	ret_attempt->broken = port->broken;
	trial->outcome->attempts++;
	event = history_append(port->history, EVENT_RETURN);
	event->attempt = port->attempt;
	event->result = (int32_t)ret_attempt->result;
	event->size = (uint32_t)buffer.used;
	event->offset = trial->owed;
	if (ret_attempt->escaped) {
		blame_escape(trial);
		return;
	}
	if (message && memcmp(buffer.data, message, size) && !trial->outcome->finding.damage)
		blame(trial, DAMAGE_MISREPORTED, trial->owed, trial->owed,
		      "%s #%u changed the caller's message", operation->name, port->attempt);
	attempt_check_buffers(trial);
}

bool attempt_finish(struct trial *trial)
{
	struct port *port = trial->port;
	struct event *event;
	int r;

	if (!trial->target->finish || trial->outcome->spent)
		return true;
	port->quiet = true;
	port->calls = CALLS_ANY;
	port->raw->stopped = port->raw->dropped = false; /* of the last attempt */
	port_begin(port);
	if (_setjmp(port->out)) {
		stacks_abandon(&port->raw->stacks);
		blame_escape(trial);
		return false;
	}
	r = trial->target->finish(trial->session, &port->io);
	event = history_append(port->history, EVENT_FINISH);
	event->attempt = port->attempt;
	event->result = r;
	return true;
}

void attempt_return_buffer(struct trial *trial, struct attempt *attempt, bool keep)
{
	(void)trial;
	guard_return(attempt->guard, keep);
	attempt->guard->used = attempt->used;
}

void attempt_check_buffers(struct trial *trial)
{
	const struct late_write *late = &trial->port->raw->late;
	const struct guard *guards = trial->bench->guards;
	long at;

	if (late->seen)
		blame(trial, DAMAGE_LATE_WRITE, late->offset, late->offset + late->size,
		      "an operation of %s #%u wrote %u bytes into %s after that attempt was over",
		      trial->operation->name, late->attempt, late->size,
		      late->on_stack ? "its stack" : "the caller's buffer");
	for (int i = 0; i < GUARDS; i++)
		if (!guard_intact(&guards[i], &at))
			blame(trial, DAMAGE_LATE_WRITE, trial->owed, trial->owed,
			      at < 0 ? "byte %ld in front of the caller's buffer was written"
				     : "byte %ld of a buffer was written after it was given back",
			      at);
}

int attempt_lowest_fd(const struct bench *bench)
{
	int fd = fcntl(bench->rings[RING_PLAIN].gate_fd, F_DUPFD, 0);

	if (fd >= 0)
		close(fd);
	return fd;
}

bool attempt_check_descriptors(struct trial *trial)
{
	int lowest = attempt_lowest_fd(trial->bench);

	if (lowest == trial->lowest_fd)
		return false;
	blame(trial, DAMAGE_LEAK, trial->owed, trial->owed,
	      lowest > trial->lowest_fd
		      ? "the session left descriptor %d open"
		      : "the session closed descriptor %d, which is not its own",
	      lowest > trial->lowest_fd ? trial->lowest_fd : lowest);
	trial->outcome->spent = true;
	trial->bench->lowest_fd = -1;
	return true;
}

bool attempt_misreports(struct trial *trial, const struct attempt *attempt)
{
	const struct dt_operation *operation = trial->operation;
	uint32_t number = trial->port->attempt;

	if (attempt->result > 0 && (size_t)attempt->result > attempt->size &&
	    operation->direction != DT_RELAY && operation->direction != DT_DUPLEX)
		blame(trial, DAMAGE_MISREPORTED, trial->owed, trial->owed,
		      "%s #%u returned %zd for a buffer of %zu bytes", operation->name, number,
		      attempt->result, attempt->size);
	else if (attempt->used > attempt->size)
		blame(trial, DAMAGE_MISREPORTED, trial->owed, trial->owed,
		      "%s #%u says that %zu of %zu bytes are used", operation->name, number,
		      attempt->used, attempt->size);
	else if (attempt->result == -ECANCELED && !attempt->told)
		blame(trial, DAMAGE_MISREPORTED, trial->owed, trial->owed,
		      "%s #%u returned -ECANCELED, but nothing was cancelled in it",
		      operation->name, number);
	else
		return false;
	return true;
}
