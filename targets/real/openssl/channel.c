/*
 * channel.c - see channel.h.
 */
#include "channel.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Refuses: cancelled is "would block", anything else is the end. */
static int refuse(BIO *bio, struct channel *channel, int error, int retry_flag)
{
	channel->error = error;
	if (error == -ECANCELED)
		BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
	return -1;
}

/* The size of the next record of the remote. */
static size_t draw(struct channel *channel)
{
	channel->state = channel->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return 1 + (size_t)((channel->state >> 33) % channel->record_max);
}

/* The remote seals what was gathered. */
static int seal(struct channel *channel)
{
	struct incoming *in = &channel->in;
	size_t before = BIO_ctrl_pending(channel->from_remote);

	if (in->gathered &&
	    SSL_write(channel->remote, in->plain, (int)in->gathered) != (int)in->gathered)
		return -EPROTO;
	in->last_sealed = BIO_ctrl_pending(channel->from_remote) - before;
	in->gathered = 0;
	in->record_size = draw(channel);
	return 0;
}

/* Record bytes that have not "arrived" yet. */
static size_t withheld(const struct incoming *in)
{
	if (in->ended || !in->record_size)
		return 0;
	return in->last_sealed - in->last_sealed * in->gathered / in->record_size;
}

/* One dt_read towards the record that is gathered. 0 or -errno. */
static int fetch(struct channel *channel, size_t size)
{
	struct incoming *in = &channel->in;
	ssize_t n;
	int r;

	if (!in->record_size)
		in->record_size = draw(channel);
	n = dt_read(channel->io, in->plain + in->gathered,
		    least(size, in->record_size - in->gathered));
	if (n < 0)
		return (int)n;
	in->gathered += (size_t)n;
	if (n == 0) {
		r = seal(channel);
		in->ended = true;
		return r < 0 || SSL_shutdown(channel->remote) < 0 ? -EPROTO : 0;
	}
	return in->gathered == in->record_size ? seal(channel) : 0;
}

static int bio_read(BIO *bio, char *data, int size)
{
	struct channel *channel = (struct channel *)BIO_get_data(bio);
	size_t there;

	BIO_clear_retry_flags(bio);
	for (;;) {
		int r;

		there = BIO_ctrl_pending(channel->from_remote) - withheld(&channel->in);
		if (there || channel->in.ended)
			break;
		if (!channel->io)
			return refuse(bio, channel, -ECANCELED, BIO_FLAGS_READ);
		r = fetch(channel, (size_t)size);
		if (r < 0)
			return refuse(bio, channel, r, BIO_FLAGS_READ);
	}
	if (!there)
		return 0;
	return BIO_read(channel->from_remote, data, (int)least((size_t)size, there));
}

/* Record bytes that may be accepted once so many plain bytes have moved. */
static size_t acceptable(const struct outgoing *out)
{
	if (out->moved == out->plain_size)
		return out->sealed_size;
	return out->sealed_size * out->moved / out->plain_size;
}

/* Takes the one record that begins at data; the remote opens it. 0 or -errno. */
static int take_record(struct channel *channel, const unsigned char *data, size_t size)
{
	struct outgoing *out = &channel->out;
	size_t record;
	int n;

	if (size < SSL3_RT_HEADER_LENGTH)
		return -EPROTO;
	record = SSL3_RT_HEADER_LENGTH + ((size_t)data[3] << 8 | data[4]);
	if (record > size || record > RECORD_MAX)
		return -EPROTO;
	if (BIO_write(channel->to_remote, data, (int)record) != (int)record)
		return -ENOMEM;
	n = SSL_read(channel->remote, out->plain, PLAIN_MAX);
	if (n <= 0 && SSL_get_error(channel->remote, n) != SSL_ERROR_WANT_READ &&
	    SSL_get_error(channel->remote, n) != SSL_ERROR_ZERO_RETURN)
		return -EPROTO;
	memcpy(out->sealed, data, record);
	out->sealed_size = record;
	out->plain_size = n > 0 ? (size_t)n : 0;
	out->accepted = out->moved = 0;
	return 0;
}

static int bio_write(BIO *bio, const char *data, int size)
{
	struct channel *channel = (struct channel *)BIO_get_data(bio);
	struct outgoing *out = &channel->out;
	size_t accepted;
	int r = 0;

	BIO_clear_retry_flags(bio);
	if (!channel->io)
		return BIO_write(channel->to_remote, data, size);
	if (!out->sealed_size)
		r = take_record(channel, (const unsigned char *)data, (size_t)size);
	else if ((size_t)size < out->sealed_size - out->accepted ||
		 memcmp(data, out->sealed + out->accepted, out->sealed_size - out->accepted))
		r = -EILSEQ; /* not the rest of the record that was begun */
	while (r >= 0 && acceptable(out) == out->accepted) {
		ssize_t n = dt_write(channel->io, out->plain + out->moved,
				     out->plain_size - out->moved);

		if (n <= 0)
			r = n < 0 ? (int)n : -EIO;
		else
			out->moved += (size_t)n;
	}
	if (r < 0)
		return refuse(bio, channel, r, BIO_FLAGS_WRITE);
	accepted = acceptable(out) - out->accepted;
	out->accepted += accepted;
	if (out->accepted == out->sealed_size)
		out->sealed_size = 0;
	return (int)accepted;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

BIO *channel_bio(struct channel *channel)
{
	static BIO_METHOD *method;
	BIO *bio;

	if (!method) {
		method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "droptest");
		if (!method || !BIO_meth_set_read(method, bio_read) ||
		    !BIO_meth_set_write(method, bio_write) ||
		    !BIO_meth_set_ctrl(method, bio_control))
			return NULL;
	}
	bio = BIO_new(method);
	if (bio) {
		BIO_set_data(bio, channel);
		BIO_set_init(bio, 1);
	}
	return bio;
}
