/*
 * openssl.c - SSL_read and SSL_write of the installed OpenSSL as a target.
 *
 * Something nobody here wrote, with retry rules in its manual: after SSL_ERROR_WANT_READ or
 * SSL_ERROR_WANT_WRITE the call must be repeated with the same arguments (SSL_read(3), SSL_write(3)
 * under WARNINGS), in our words: resumable. SSL_set_mode(3) loosens it: a moved buffer with the
 * same contents, and success after one record. The option `mode` chooses; `buffer=moved` hands the
 * library the same bytes at another address in every attempt, which only mode=moving allows.
 */
#include <stdlib.h>

#include <openssl/err.h>

#include "channel.h"
#include "pair.h"

enum mode { MODE_PLAIN, MODE_MOVING, MODE_PARTIAL };
enum { FRAGMENT_MIN = 512, ERROR_NONE = 0 };

struct session {
	struct channel channel;
	SSL *tested;
	enum mode mode;
	bool moved;	     /* hand over a copy at another address each time */
	unsigned char *copy; /* copy_max bytes, and one more to move by */
	size_t copy_max;
	unsigned attempts;
};

static const char *const modes[] = { "plain", "moving", "partial" };

/* A whole number within limits, or 0. */
static size_t number(const char *text, size_t low, size_t high)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	return *end || value < low || value > high ? 0 : (size_t)value;
}

static int configure(struct session *session, const struct dt_setup *setup)
{
	const char *mode = dt_setup_option(setup, "mode");
	const char *buffer = dt_setup_option(setup, "buffer");
	size_t fragment = number(dt_setup_option(setup, "fragment"), FRAGMENT_MIN, PLAIN_MAX);
	unsigned chosen = 0;

	while (chosen <= MODE_PARTIAL && strcmp(mode, modes[chosen]))
		chosen++;
	session->mode = (enum mode)chosen;
	session->moved = !strcmp(buffer, "moved");
	session->channel.record_max = number(dt_setup_option(setup, "record"), 1, PLAIN_MAX);
	if (chosen > MODE_PARTIAL || !fragment || !session->channel.record_max ||
	    (!session->moved && strcmp(buffer, "same")))
		return -EINVAL;
	if (session->mode == MODE_MOVING)
		SSL_set_mode(session->tested, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (session->mode == MODE_PARTIAL)
		SSL_set_mode(session->tested, SSL_MODE_ENABLE_PARTIAL_WRITE);
	SSL_set_max_send_fragment(session->tested, (long)fragment);
	return 0;
}

static int create(void *memory, const struct dt_setup *setup, struct dt_io *io)
{
	struct session *session = (struct session *)memory;
	struct channel *channel = &session->channel;
	int r;

	(void)io;
	channel->to_remote = BIO_new(BIO_s_mem());
	channel->from_remote = BIO_new(BIO_s_mem());
	r = pair_create(channel_bio(channel), channel->to_remote, channel->from_remote,
			&session->tested, &channel->remote);
	if (r == 0)
		r = configure(session, setup);
	return r == 0 ? pair_shake(session->tested, channel->remote) : r;
}

static void destroy(void *memory)
{
	struct session *session = (struct session *)memory;

	SSL_free(session->tested);
	SSL_free(session->channel.remote);
	free(session->copy);
	ERR_clear_error();
}

static void begin(struct session *session, struct dt_io *io)
{
	session->channel.io = io;
	session->channel.error = ERROR_NONE;
	session->attempts++;
	ERR_clear_error();
}

/* What the library's refusal is to the harness. */
static ssize_t refusal(const struct session *session, int result)
{
	int error = SSL_get_error(session->tested, result);
	int reason = ERR_GET_REASON(ERR_peek_error());

	if (error == SSL_ERROR_ZERO_RETURN)
		return 0;
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return session->channel.error == -ECANCELED ? -ECANCELED : -EPROTO;
	if (error == SSL_ERROR_SSL &&
	    (reason == SSL_R_BAD_WRITE_RETRY || reason == SSL_R_BAD_LENGTH))
		return -EBADMSG; /* not the call that the library waits for */
	return session->channel.error ? session->channel.error : -EPROTO;
}

static ssize_t run_read(void *memory, struct dt_io *io, struct dt_buffer *buffer)
{
	struct session *session = (struct session *)memory;
	int n;

	begin(session, io);
	n = SSL_read(session->tested, buffer->data, (int)buffer->size);
	return n > 0 ? n : refusal(session, n);
}

/* The message at an address that the last attempt did not use: one byte further or back. A larger
 * copy is made while the old one still holds its place, so that the two always differ. */
static unsigned char *elsewhere(struct session *session, const struct dt_buffer *buffer)
{
	unsigned char *larger;

	if (buffer->size > session->copy_max) {
		larger = (unsigned char *)malloc(buffer->size + 1);
		if (!larger)
			return NULL;
		free(session->copy);
		session->copy = larger;
		session->copy_max = buffer->size;
	}
	return (unsigned char *)memcpy(session->copy + session->attempts % 2, buffer->data,
				       buffer->size);
}

static ssize_t run_write(void *memory, struct dt_io *io, struct dt_buffer *buffer)
{
	struct session *session = (struct session *)memory;
	const unsigned char *data = buffer->data;
	int n;

	begin(session, io);
	if (session->moved)
		data = elsewhere(session, buffer);
	if (!data)
		return -ENOMEM;
	n = SSL_write(session->tested, data, (int)buffer->size);
	if (n > 0 && (size_t)n < buffer->size && session->mode != MODE_PARTIAL)
		return -EPROTO; /* only partial mode may report success for less */
	return n > 0 ? n : refusal(session, n);
}

static const struct dt_operation operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "SSL_read; after WANT_READ the call is repeated",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .run = run_read },
	{ .size = sizeof(struct dt_operation),
	  .name = "write",
	  .summary = "SSL_write; after WANT_WRITE the call is repeated with the same arguments",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .run = run_write },
	{ 0 },
};

static const struct dt_option options[] = {
	{ "mode", "plain", "plain, moving (ACCEPT_MOVING_WRITE_BUFFER), partial (PARTIAL_WRITE)" },
	{ "buffer", "same", "same, moved: SSL_write gets its bytes at another address each time" },
	{ "fragment", "512", "plain bytes in one record of SSL_write, 512 to 16384" },
	{ "record", "300", "most plain bytes in one record that SSL_read gets, 1 to 16384" },
	{ 0 },
};

DT_EXPORT const struct dt_target dt_targets_v1[] = {
	{ .size = sizeof(struct dt_target),
	  .name = "openssl",
	  .summary = "SSL_read and SSL_write of the installed OpenSSL, over a BIO",
	  .operations = operations,
	  .options = options,
	  .session_size = sizeof(struct session),
	  .create = create,
	  .destroy = destroy },
	{ 0 },
};
