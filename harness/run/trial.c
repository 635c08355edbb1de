/*
 * trial.c - see trial.h: sets the bench up for a plan, plays it, and takes everything down again.
 */
#include "run/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/bench.h"

enum { SESSION_ROOM = 4096, OPTIONS_MAX = 32, MALFORMED_BYTES = 10, BRIEF_STREAM = 1024 };

int bench_create(struct bench **ret_bench)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	int r;

	if (!bench)
		return -ENOMEM;
	bench->lowest_fd = -1;
	bench->history.capacity = HISTORY_MAX;
	bench->history.events = calloc(HISTORY_MAX, sizeof(struct event));
	bench->tail = malloc(TAIL_MAX);
	bench->session = malloc(SESSION_ROOM);
	bench->session_room = SESSION_ROOM;
	r = bench->history.events && bench->tail && bench->session ? 0 : -ENOMEM;
	if (r == 0)
		r = raw_create(&bench->port);
	if (r == 0)
		r = peer_init(&bench->peer);
	if (r == 0)
		r = ring_init(&bench->rings[RING_PLAIN], RING_PLAIN);
	bench->ring_made[RING_PLAIN] = r == 0;
	if (r < 0) {
		bench_destroy(bench);
		return r;
	}
	*ret_bench = bench;
	return 0;
}

void bench_destroy(struct bench *bench)
{
	if (!bench)
		return;
	for (int i = 0; i < RING_COUNT; i++)
		if (bench->ring_made[i])
			ring_finish(&bench->rings[i]);
	peer_finish(&bench->peer);
	raw_destroy(&bench->port);
	if (bench->stream_made)
		stream_finish(&bench->stream);
	for (int i = 0; i < GUARDS; i++)
		guard_finish(&bench->guards[i]);
	free(bench->history.events);
	free(bench->session);
	free(bench->tail);
	free(bench);
}

const struct history *bench_history(const struct bench *bench)
{
	return &bench->history;
}

void bench_shape(const struct bench *bench, struct shape *ret_shape)
{
	const struct port *port = &bench->port;

	*ret_shape = (struct shape){ .attempts = port->outcome->attempts,
				     .primitives_most = port->primitives_most,
				     .reads = port->reads,
				     .writes = port->writes,
				     .waitall = port->waitall,
				     .stops = !port->went_on,
				     .own_timeout = port->own_timeout };
}

static int get_ready(struct bench *bench, const struct plan *plan)
{
	size_t room = plan->call_max;
	int r;

	if (plan->unit != DT_BYTES)
		room = plan->unit_max;
	if (!bench->ring_made[plan->ring]) {
		r = ring_init(&bench->rings[plan->ring], plan->ring);
		if (r < 0)
			return r;
		bench->ring_made[plan->ring] = true;
		bench->lowest_fd = -1;
	}
	for (int i = 0; i < GUARDS; i++) {
		if (bench->guards[i].map && bench->guards[i].room >= room)
			continue;
		guard_finish(&bench->guards[i]);
		r = guard_init(&bench->guards[i], room);
		if (r < 0)
			return r;
	}
	if (bench->stream_made && stream_fits(&bench->stream, 0, plan))
		return 0;
	if (bench->stream_made)
		stream_finish(&bench->stream);
	r = stream_init(&bench->stream, 0, plan);
	bench->stream_made = r == 0;
	return r;
}

/* "key=value,key=value" -> one value for each declared option. `text` is cut up. */
static int read_options(const struct dt_target *target, char *text, const char **ret_values,
			char *reterr_message, size_t message_max)
{
	unsigned count = 0;

	for (; target->options && target->options[count].name; count++) {
		if (count == OPTIONS_MAX)
			return -E2BIG;
		ret_values[count] = target->options[count].initial;
	}
	for (char *pair = strtok(text, ","); pair; pair = strtok(NULL, ",")) {
		char *value = strchr(pair, '=');
		unsigned i = 0;

		if (value)
			*value++ = '\0';
		while (i < count && strcmp(target->options[i].name, pair))
			i++;
		if (!value || i == count) {
			snprintf(reterr_message, message_max,
				 "target %s has no option '%s'; `droptest list targets -v` names "
				 "those it has",
				 target->name, pair);
			return -EINVAL;
		}
		ret_values[i] = value;
	}
	return 0;
}

static int open_session(struct trial *trial, char *reterr_message, size_t message_max)
{
	struct bench *bench = trial->bench;
	const struct dt_target *target = trial->target;
	const char *values[OPTIONS_MAX + 1] = { NULL };
	char options[PLAN_OPTIONS_MAX];
	struct dt_setup setup = { .size = sizeof(setup),
				  .unit = trial->plan->unit,
				  .header = trial->plan->header,
				  .unit_max = trial->stream->unit_max,
				  .options = target->options,
				  .values = values };
	int r;

	memcpy(options, trial->plan->options, sizeof(options));
	r = read_options(target, options, values, reterr_message, message_max);
	if (r < 0)
		return r;
	if (target->session_size > bench->session_room) {
		void *room = realloc(bench->session, target->session_size);

		if (!room)
			return -ENOMEM;
		bench->session = room;
		bench->session_room = target->session_size;
	}
	trial->session = bench->session;
	memset(trial->session, 0, target->session_size);
	r = target->create ? target->create(trial->session, &setup, &trial->port->io) : 0;
	if (r < 0)
		snprintf(reterr_message, message_max, "create() of target %s failed: %s",
			 target->name, strerror(-r));
	return r;
}

uint64_t trial_cut(const struct trial *trial)
{
	const struct stream *stream = trial->stream;
	const struct unit_place *last;
	uint64_t size;

	if (stream->unit == DT_BYTES)
		return stream->size - 1;
	last = &stream->units[stream->unit_count - 1];
	size = last->header_size + last->payload_size;
	return last->offset + MAX(size / 2, 1U);
}

/* Breaks the header of a frame half-way; what stood there is kept to be put back. */
static void malform(struct trial *trial, unsigned char *ret_saved)
{
	struct stream *stream = &trial->bench->stream;
	uint64_t at = stream->units[stream->unit_count / 2].offset;
	size_t size = MIN((uint64_t)MALFORMED_BYTES, stream->size - at);

	memcpy(ret_saved, stream->bytes + at, size);
	memset(stream->bytes + at, 0xff, size);
	trial->end = at;
}

static void restore(struct trial *trial, const unsigned char *saved)
{
	struct stream *stream = &trial->bench->stream;
	uint64_t at = stream->units[stream->unit_count / 2].offset;

	memcpy(stream->bytes + at, saved, MIN((uint64_t)MALFORMED_BYTES, stream->size - at));
}

static void set_condition(struct trial *trial)
{
	struct peer *peer = trial->peer;
	bool writes = trial->operation->direction != DT_READER;
	uint64_t soon = rng_derive(trial->plan->seed, 'c') % 4;

	trial->end = writes ? 0 : trial->stream->size;
	switch (trial->plan->condition) {
	case CONDITION_EOF_MID_UNIT:
		if (!writes)
			trial->end = peer->feed_limit = trial_cut(trial);
		break;
	case CONDITION_EPIPE:
		trial->port->hang_up_at = soon;
		break;
	case CONDITION_RESET:
		peer->reset_at_end = true;
		if (writes)
			trial->port->hang_up_at = soon;
		break;
	case CONDITION_WRITE_ZERO:
		trial->port->zero_at = soon;
		break;
	default:
		break;
	}
}

/* Another operation that goes the same way, for the caller that calls one first: of the same level,
 * because a raw one may have left entries in the queue, and one that the wire bears. */
static const struct dt_operation *find_other(const struct trial *trial)
{
	const struct dt_operation *operation = trial->target->operations;

	for (; operation->name; operation = operation_next(operation))
		if (operation != trial->operation &&
		    operation->direction == trial->operation->direction &&
		    operation->unit == trial->operation->unit &&
		    !((operation->flags ^ trial->operation->flags) & DT_RAW) &&
		    !(operation->flags & DT_SOCKET && trial->plan->wire == WIRE_PIPE))
			return operation;
	return NULL;
}

static void play(struct trial *trial)
{
	switch (trial->operation->direction) {
	case DT_READER:
		reader_play(trial);
		break;
	case DT_WRITER:
		writer_play(trial);
		break;
	default:
		relay_play(trial);
		break;
	}
}

/* The session is closed, then what it left behind is looked for. */
static void close_session(struct trial *trial)
{
	struct outcome *outcome = trial->outcome;
	unsigned left = raw_left_in_flight(trial->port->raw);

	port_end(trial->port);
	if (!outcome->spent) {
		if (trial->target->destroy)
			trial->target->destroy(trial->session);
		attempt_check_descriptors(trial);
		if (left)
			blame(trial, DAMAGE_LEAK, trial->owed, trial->owed,
			      "the session ended with %u operations of its own in flight", left);
	}
	blame_tail(trial, true);
	if (raw_clean(trial->port) < 0)
		outcome->spent = true;
	if (trial->port->raw->bad_user_data)
		blame(trial, DAMAGE_MISREPORTED, trial->owed, trial->owed,
		      "%s set user_data of 2^48 or more, which is not its own",
		      trial->operation->name);
	if (trial->port->strays) { /* what else may have been taken for something else? */
		outcome->verdict = VERDICT_ERROR;
		snprintf(outcome->finding.sentence, SENTENCE_MAX,
			 "the harness lost sight of %llu of its own operations",
			 (unsigned long long)trial->port->strays);
	}
	if (trial->diverged || outcome->finding.damage || outcome->verdict != VERDICT_PASS)
		trial->peer->dirty = true;
	outcome->primitives = trial->port->primitives_total;
	outcome->primitives_most = trial->port->primitives_most;
}

static int start(struct trial *trial, const struct entry *entry, char *reterr_message,
		 size_t message_max)
{
	struct bench *bench = trial->bench;
	const struct plan *plan = trial->plan;
	const char *problem = plan_problem(plan);
	int r = problem ? -EINVAL : get_ready(bench, plan);

	trial->target = entry->target;
	trial->operation = target_operation(entry->target, plan->operation);
	if (!trial->operation) {
		snprintf(reterr_message, message_max, "target %s has no operation '%s'",
			 entry->name, plan->operation);
		return -ENOENT;
	}
	if (trial->operation->unit != plan->unit) {
		snprintf(reterr_message, message_max, "%s works on %s, the plan's unit is %s",
			 entry->name, word_name(WORDS_UNIT, trial->operation->unit),
			 word_name(WORDS_UNIT, plan->unit));
		return -EINVAL;
	}
	if (plan->wire == WIRE_PIPE && trial->operation->direction == DT_DUPLEX) {
		snprintf(reterr_message, message_max,
			 "%s goes both ways on one socket: there is no such pipe",
			 plan->operation);
		return -EINVAL;
	}
	if (r == 0)
		r = peer_reset(&bench->peer, plan, trial->operation->direction, &bench->stream,
			       &bench->history);
	if (r < 0)
		snprintf(reterr_message, message_max, "cannot set up %s on a %s ring: %s",
			 word_name(WORDS_WIRE, plan->wire), word_name(WORDS_RING, plan->ring),
			 problem ? problem : strerror(-r));
	return r;
}

int trial_run(struct bench *bench, const struct entry *entry, const struct plan *plan,
	      struct outcome *ret_outcome, char *reterr_message, size_t message_max)
{
	struct trial trial = { .bench = bench,
			       .plan = plan,
			       .outcome = ret_outcome,
			       .taken_at = UINT64_MAX };
	unsigned char saved[MALFORMED_BYTES];
	bool malformed = plan->condition == CONDITION_MALFORMED && plan->unit == DT_FRAMES;
	int r;

	memset(ret_outcome, 0, offsetof(struct outcome, records));
	ret_outcome->finding.guilty = -1;
	ret_outcome->spent = false;
	ret_outcome->attempts = ret_outcome->primitives = ret_outcome->primitives_most = 0;
	ret_outcome->bytes = 0;
	trial.port = &bench->port;
	trial.peer = &bench->peer;
	trial.stream = &bench->stream;
	history_clear(&bench->history);
	r = start(&trial, entry, reterr_message, message_max);
	if (r < 0)
		return r;
	port_reset(trial.port, &bench->rings[plan->ring], trial.peer, plan, ret_outcome,
		   &bench->history);
	trial.port->cut_first = bench->cut_first;
	raw_reset(trial.port->raw);
	raw_buffers(trial.port->raw, bench->guards, GUARDS);
	bench->guards[0].size = bench->guards[1].size = 0;
	rng_init(&trial.calls, rng_derive(plan->seed, 'k'));
	trial.other = find_other(&trial);
	trial.peer->sink = writer_sink;
	trial.peer->context = &trial;
	set_condition(&trial);
	/* What the last trial left free is so still, unless we opened something since. */
	if (bench->lowest_fd < 0 || bench->opened != bench->peer.opened)
		bench->lowest_fd = attempt_lowest_fd(bench);
	bench->opened = bench->peer.opened;
	trial.lowest_fd = bench->lowest_fd;
	r = open_session(&trial, reterr_message, message_max);
	if (r < 0)
		return r;
	if (malformed)
		malform(&trial, saved);
	play(&trial);
	close_session(&trial);
	if (malformed)
		restore(&trial, saved);
	trial.peer->sink = NULL;
	return 0;
}

int trial_goes_on(struct bench *bench, const struct entry *entry, const struct plan *plan)
{
	const struct dt_operation *operation = target_operation(entry->target, plan->operation);
	static struct outcome outcome;
	struct plan brief = *plan;
	char message[1];

	if (operation->flags & DT_RAW)
		return !!(operation->flags & DT_EXACT);
	/* An operation that does not go on moves a byte in each attempt: of a large stream that
	 * would take seconds on an SQPOLL ring. A few units show it. */
	brief.stream_size = MIN(plan->stream_size, (uint64_t)BRIEF_STREAM);
	bench->cut_first = true;
	if (trial_run(bench, entry, &brief, &outcome, message, sizeof(message)) < 0)
		bench->port.went_on = false;
	bench->cut_first = false;
	return outcome.spent ? -EDEADLK : bench->port.went_on;
}
