/*
 * fixture_subjects.c - see fixture_subjects.h. Cooked ones count in buffer->used. Raw ones keep in
 * the session what the kernel may still touch, so that they bear being stopped and dropped.
 */
#include "fixture_subjects.h"

#include <CUnit/CUnit.h>

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { ROOM = 1 << 19 };

/* A read takes two deliveries; a write fits into an empty wire, a MSG_WAITALL one into none. */
enum { FED = 8, DRAINED = 65536, WRITTEN = 1500, WRITTEN_ALL = 12000, WRITTEN_ALL_TCP = 80000 };
enum { CALLS = 4, READY_MS = 1000 };

struct sight sights[PLAN_CANCELLATIONS_MAX];
uint64_t subjects_received;
bool subjects_received_right, subjects_look = true;

static unsigned char room[ROOM]; /* what operations in flight may touch */
static uint64_t put_before;	 /* bytes on the way out before this session */

struct mini {
	bool operation, cancel, timeout; /* in flight */
	bool cancelled;			 /* by the target itself */
	int result;
	size_t filled, taken; /* reads: of the room */
	uint64_t sent;	      /* writes: of the message */
};

static struct port *port_of(struct dt_io *io)
{
	return container_of(io, struct port, io);
}

static uint64_t waiting_in(int fd)
{
	int n = 0;

	CU_ASSERT_FATAL(ioctl(fd, FIONREAD, &n) == 0);
	return (uint64_t)n;
}

static uint64_t acked_by(int fd)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);

	CU_ASSERT_FATAL(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
	return info.tcpi_bytes_acked;
}

/* All that was ever put on the way out. TCP is asked at the sender, where it is one number: what
 * the receiver's kernel has acknowledged and what it has not. */
static uint64_t put_so_far(const struct peer *peer)
{
	uint64_t acked;
	int unacked = 0;

	if (peer->kind != WIRE_TCP)
		return peer->drained + peer->ballast_drained + waiting_in(peer->out->peer_fd);
	do {
		acked = acked_by(peer->out->target_fd);
		CU_ASSERT_FATAL(ioctl(peer->out->target_fd, SIOCOUTQ, &unacked) == 0);
	} while (acked != acked_by(peer->out->target_fd));
	return acked + (uint64_t)unacked;
}

/* After an act of the peer's the wire becomes ready: TCP tells it in its own time. */
static void look(struct port *port, enum point point, struct sight *sight)
{
	bool acted = point == POINT_LATE || point == POINT_READY;
	const struct peer *peer = port->peer;
	bool writes = peer->direction == DT_WRITER;
	struct pollfd ask = { .fd = (writes ? peer->out : peer->in)->target_fd,
			      .events = writes ? POLLOUT : POLLIN };

	sight->taken = true;
	if (writes)
		sight->on_way = put_so_far(peer) - put_before - peer->ballast_total;
	else
		sight->left = waiting_in(peer->in->target_fd);
	sight->fed = peer->fed;
	sight->consumed = peer->consumed;
	sight->sent = peer->sent;
	sight->ready = poll(&ask, 1, acted ? READY_MS : 0) == 1;
}

/* To be called after each call of the harness. */
static void observe(struct dt_io *io)
{
	struct port *port = port_of(io);

	for (uint32_t i = 0; i < port->plan->cancellation_count && subjects_look; i++)
		if (port->outcome->records[i].submitted && !sights[i].taken)
			look(port, port->plan->cancellations[i].point, &sights[i]);
}

/* The peer's bytes, compared here too and then passed on. */
static void receive(void *context, const unsigned char *bytes, size_t size)
{
	const struct trial *trial = context;

	if (subjects_received + size > trial->stream->size ||
	    memcmp(bytes, trial->stream->bytes + subjects_received, size))
		subjects_received_right = false;
	subjects_received += size;
	writer_sink(context, bytes, size);
}

static int create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct peer *peer = port_of(io)->peer;

	(void)session;
	(void)setup;
	memset(sights, 0, sizeof(sights));
	subjects_received = 0;
	subjects_received_right = true;
	if (peer->direction == DT_WRITER && subjects_look) {
		put_before = put_so_far(peer);
		peer->sink = receive;
	}
	return 0;
}

static ssize_t cooked(struct dt_io *io, struct dt_buffer *buffer,
		      ssize_t (*move)(struct dt_io *io, unsigned char *data, size_t size))
{
	while (buffer->used < buffer->size) {
		ssize_t n = move(io, buffer->data + buffer->used, buffer->size - buffer->used);

		observe(io);
		if (n <= 0)
			return n;
		buffer->used += (size_t)n;
	}
	return (ssize_t)buffer->used;
}

static ssize_t move_read(struct dt_io *io, unsigned char *data, size_t size)
{
	return dt_read(io, data, size);
}

static ssize_t move_readv(struct dt_io *io, unsigned char *data, size_t size)
{
	struct iovec parts[] = { { data, size / 3 }, { data + size / 3, size - size / 3 } };

	return dt_readv(io, parts, 2);
}

static ssize_t move_recv(struct dt_io *io, unsigned char *data, size_t size)
{
	return dt_recv(io, data, size, MSG_WAITALL);
}

static ssize_t move_recv_some(struct dt_io *io, unsigned char *data, size_t size)
{
	return dt_recv(io, data, size, 0);
}

static ssize_t move_send_some(struct dt_io *io, unsigned char *data, size_t size)
{
	return dt_send(io, data, size, 0);
}

static ssize_t move_write(struct dt_io *io, unsigned char *data, size_t size)
{
	return dt_write(io, data, size);
}

static ssize_t move_writev(struct dt_io *io, unsigned char *data, size_t size)
{
	struct iovec parts[] = { { data, size / 3 }, { data + size / 3, size - size / 3 } };

	return dt_writev(io, parts, 2);
}

static ssize_t move_send(struct dt_io *io, unsigned char *data, size_t size)
{
	return dt_send(io, data, size, MSG_WAITALL);
}

#define COOKED(operation)                                                                          \
	static ssize_t run_##operation(void *session, struct dt_io *io, struct dt_buffer *buffer)  \
	{                                                                                          \
		(void)session;                                                                     \
		return cooked(io, buffer, move_##operation);                                       \
	}

COOKED(read)
COOKED(readv)
COOKED(recv)
COOKED(recv_some)
COOKED(write)
COOKED(writev)
COOKED(send)
COOKED(send_some)

static const struct subject *subject_of(struct dt_io *io)
{
	const char *name = port_of(io)->plan->operation;

	for (unsigned i = 0; i < SUBJECTS; i++)
		if (!strcmp(subjects[i].name, name))
			return &subjects[i];
	return NULL;
}

/* Queues an operation on the room, with an own timeout where the subject has one. */
static void start(struct mini *mini, struct dt_io *io, size_t size)
{
	static struct __kernel_timespec hour = { .tv_sec = 3600 };
	const struct subject *subject = subject_of(io);
	struct io_uring_sqe *sqe = dt_sqe(io);
	int fd = dt_fd(io, subject->writes ? DT_OUT : DT_IN);

	if (subject->writes && subject->waitall)
		io_uring_prep_send(sqe, fd, room, size, MSG_WAITALL);
	else if (subject->writes)
		io_uring_prep_write(sqe, fd, room, (unsigned)size, 0);
	else if (subject->waitall)
		io_uring_prep_recv(sqe, fd, room, size, MSG_WAITALL);
	else
		io_uring_prep_read(sqe, fd, room, (unsigned)size, 0);
	io_uring_sqe_set_data64(sqe, UD_OPERATION);
	mini->operation = true;
	mini->cancelled = false;
	if (!subject->own_timeout)
		return;
	sqe->flags |= IOSQE_IO_LINK;
	sqe = dt_sqe(io);
	io_uring_prep_link_timeout(sqe, &hour, 0);
	io_uring_sqe_set_data64(sqe, UD_TIMEOUT);
	mini->timeout = true;
}

static void queue_cancel(struct mini *mini, struct dt_io *io)
{
	struct io_uring_sqe *sqe = dt_sqe(io);

	io_uring_prep_cancel64(sqe, UD_OPERATION, 0);
	io_uring_sqe_set_data64(sqe, UD_CANCEL);
	mini->cancel = mini->cancelled = true;
}

static void note(struct mini *mini, const struct dt_completion *completion)
{
	if (completion->user_data == UD_OPERATION) {
		mini->operation = false;
		mini->result = completion->result;
	} else if (completion->user_data == UD_CANCEL) {
		mini->cancel = false;
	} else {
		mini->timeout = false;
	}
}

/* Waits until nothing is in flight. 0, 1 when it was stopped, -ECANCELED when it was dropped. */
static int land(struct mini *mini, struct dt_io *io)
{
	struct dt_completion completion;
	int stopped = 0;

	while (mini->operation || mini->cancel || mini->timeout) {
		int r = dt_wait(io, &completion);

		observe(io);
		if (r == 0) {
			note(mini, &completion);
		} else if (r != -ECANCELED || port_of(io)->raw->dropped) {
			return r;
		} else {
			stopped = 1;
			if (mini->operation && !mini->cancel)
				queue_cancel(mini, io);
		}
	}
	return stopped;
}

/* Bytes moved, 0 at the end of stream, or -errno. */
static ssize_t transfer(struct mini *mini, struct dt_io *io, const unsigned char *bytes,
			size_t size)
{
	int stopped = 0, r;

	do {
		if (!mini->operation && !mini->cancel && !mini->timeout) {
			if (bytes)
				memcpy(room, bytes, size);
			start(mini, io, size);
		}
		r = land(mini, io);
		if (r < 0)
			return r;
		stopped |= r;
	} while (mini->result == -ECANCELED && mini->cancelled && !stopped);
	if (mini->result > 0 && !bytes) {
		mini->taken = 0;
		mini->filled = (size_t)mini->result;
	}
	return stopped && mini->result <= 0 ? -ECANCELED : mini->result;
}

static ssize_t run_raw_reader(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct mini *mini = session;

	while (buffer->used < buffer->size) {
		size_t size = MIN(buffer->size - buffer->used, mini->filled - mini->taken);

		if (!size) {
			ssize_t n = transfer(mini, io, NULL, buffer->size - buffer->used);

			if (n <= 0)
				return n;
			continue;
		}
		memcpy(buffer->data + buffer->used, room + mini->taken, size);
		mini->taken += size;
		buffer->used += size;
	}
	return (ssize_t)buffer->used;
}

static ssize_t run_raw_writer(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct mini *mini = session;

	while (mini->sent < buffer->size) {
		ssize_t n = transfer(mini, io, buffer->data + mini->sent,
				     buffer->size - mini->sent);

		if (n <= 0)
			return n;
		mini->sent += (uint64_t)n;
	}
	mini->sent = 0;
	return (ssize_t)buffer->size;
}

const struct subject subjects[SUBJECTS] = {
	{ .name = "read" },
	{ .name = "readv", .twin = true },
	{ .name = "recv", .waitall = true },
	{ .name = "recv_some", .socket = true, .twin = true },
	{ .name = "write", .writes = true },
	{ .name = "writev", .writes = true, .twin = true },
	{ .name = "send", .waitall = true, .writes = true },
	{ .name = "send_some", .socket = true, .writes = true, .twin = true },
	{ .name = "raw_read", .raw = true },
	{ .name = "raw_recv", .raw = true, .waitall = true, .own_timeout = true },
	{ .name = "raw_recv_plain", .raw = true, .waitall = true, .twin = true },
	{ .name = "raw_write", .raw = true, .writes = true, .own_timeout = true },
	{ .name = "raw_send", .raw = true, .waitall = true, .writes = true },
};

#define OPERATION(name_, direction_, progress_, flags_, run_)                                      \
	{                                                                                          \
		.size = sizeof(struct dt_operation), .name = name_, .direction = direction_,       \
		.unit = DT_BYTES, .contract = DT_RESUMABLE, .progress = progress_,                 \
		.flags = DT_EXACT | (flags_), .run = run_                                          \
	}

static const struct dt_operation operations[] = {
	OPERATION("read", DT_READER, DT_BY_USED, 0, run_read),
	OPERATION("readv", DT_READER, DT_BY_USED, 0, run_readv),
	OPERATION("recv", DT_READER, DT_BY_USED, DT_SOCKET | DT_WAITALL, run_recv),
	OPERATION("recv_some", DT_READER, DT_BY_USED, DT_SOCKET, run_recv_some),
	OPERATION("send_some", DT_WRITER, DT_BY_USED, DT_SOCKET, run_send_some),
	OPERATION("write", DT_WRITER, DT_BY_USED, 0, run_write),
	OPERATION("writev", DT_WRITER, DT_BY_USED, 0, run_writev),
	OPERATION("send", DT_WRITER, DT_BY_USED, DT_SOCKET | DT_WAITALL, run_send),
	OPERATION("raw_read", DT_READER, DT_BY_USED, DT_RAW, run_raw_reader),
	OPERATION("raw_recv", DT_READER, DT_BY_USED, DT_RAW | DT_SOCKET | DT_WAITALL,
		  run_raw_reader),
	OPERATION("raw_recv_plain", DT_READER, DT_BY_USED, DT_RAW | DT_SOCKET | DT_WAITALL,
		  run_raw_reader),
	OPERATION("raw_write", DT_WRITER, DT_BY_RESULT, DT_RAW, run_raw_writer),
	OPERATION("raw_send", DT_WRITER, DT_BY_RESULT, DT_RAW | DT_SOCKET | DT_WAITALL,
		  run_raw_writer),
	{ 0 },
};

static const struct dt_target target = {
	.size = sizeof(struct dt_target),
	.name = "subject",
	.summary = "looks at its wire",
	.operations = operations,
	.session_size = sizeof(struct mini),
	.create = create,
};

static char entry_name[] = "tests/subject";
const struct entry subjects_entry = { .name = entry_name, .target = &target };

void subject_plan(const struct subject *subject, enum wire_kind wire, enum ring_mode ring,
		  struct plan *ret_plan)
{
	plan_init(ret_plan);
	snprintf(ret_plan->target, sizeof(ret_plan->target), "%s", entry_name);
	snprintf(ret_plan->operation, sizeof(ret_plan->operation), "%s", subject->name);
	ret_plan->wire = wire;
	ret_plan->ring = ring;
	ret_plan->deliver_min = ret_plan->deliver_max = subject->writes ? DRAINED : FED;
	ret_plan->call_min = ret_plan->call_max = subject->writes ? WRITTEN : 2 * FED;
	if (subject->writes && subject->waitall)
		ret_plan->call_min = ret_plan->call_max =
			wire == WIRE_TCP ? WRITTEN_ALL_TCP : WRITTEN_ALL;
	ret_plan->stream_size = CALLS * ret_plan->call_max;
}

struct pair_place subject_place(const struct subject *subject, enum wire_kind wire,
				enum ring_mode ring)
{
	return (struct pair_place){ .wire = wire,
				    .ring = ring,
				    .raw = subject->raw,
				    .waitall = subject->waitall,
				    .several = true,
				    .writes = subject->writes,
				    .own_timeout = subject->own_timeout };
}
