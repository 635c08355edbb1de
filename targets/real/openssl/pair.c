/*
 * pair.c - see pair.h.
 */
#include "pair.h"

#include <errno.h>
#include <string.h>

static const unsigned char key[] = "droptest: a fixture, no secret.."; /* 32 bytes and the NUL */
static const unsigned char identity[] = "droptest";
static const unsigned char suite[2] = { 0x13, 0x01 }; /* TLS_AES_128_GCM_SHA256 */

static SSL_SESSION *session_of_key(SSL *ssl)
{
	const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, suite);
	SSL_SESSION *session = SSL_SESSION_new();

	if (!session || !cipher || !SSL_SESSION_set1_master_key(session, key, sizeof(key) - 1) ||
	    !SSL_SESSION_set_cipher(session, cipher) ||
	    !SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION)) {
		SSL_SESSION_free(session);
		return NULL;
	}
	return session;
}

static int use_key(SSL *ssl, const EVP_MD *digest, const unsigned char **ret_id, size_t *ret_size,
		   SSL_SESSION **ret_session)
{
	(void)digest;
	*ret_id = identity;
	*ret_size = sizeof(identity);
	*ret_session = session_of_key(ssl);
	return *ret_session != NULL;
}

static int find_key(SSL *ssl, const unsigned char *id, size_t size, SSL_SESSION **ret_session)
{
	*ret_session = NULL;
	if (size == sizeof(identity) && !memcmp(id, identity, size))
		*ret_session = session_of_key(ssl);
	return 1;
}

/* No group in common: the handshake then falls back to the pre-shared key alone. */
static SSL_CTX *context_new(const SSL_METHOD *method, const char *group)
{
	SSL_CTX *context = SSL_CTX_new(method);

	if (!context)
		return NULL;
	SSL_CTX_set_options(context, SSL_OP_ALLOW_NO_DHE_KEX | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_num_tickets(context, 0);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_psk_use_session_callback(context, use_key);
	SSL_CTX_set_psk_find_session_callback(context, find_key);
	if (!SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) ||
	    !SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") ||
	    !SSL_CTX_set1_groups_list(context, group)) {
		SSL_CTX_free(context);
		return NULL;
	}
	return context;
}

/* One for each side, made once in a process. */
static SSL *endpoint_new(int remote)
{
	static SSL_CTX *contexts[2];

	if (!contexts[remote])
		contexts[remote] = remote ? context_new(TLS_server_method(), "X25519")
					  : context_new(TLS_client_method(), "P-256");
	return contexts[remote] ? SSL_new(contexts[remote]) : NULL;
}

int pair_create(BIO *bio, BIO *to_remote, BIO *from_remote, SSL **ret_tested, SSL **ret_remote)
{
	SSL *tested = endpoint_new(0), *remote = endpoint_new(1);

	if (!tested || !remote || !bio || !to_remote || !from_remote) {
		SSL_free(tested);
		SSL_free(remote);
		BIO_free(bio);
		BIO_free(to_remote);
		BIO_free(from_remote);
		return -ENOMEM;
	}
	SSL_set_bio(tested, bio, bio);
	SSL_set_bio(remote, to_remote, from_remote);
	SSL_set_connect_state(tested);
	SSL_set_accept_state(remote);
	*ret_tested = tested;
	*ret_remote = remote;
	return 0;
}

/* One side's part, until it is through or waits for the other. 1: through. */
static int step(SSL *ssl)
{
	int r = SSL_do_handshake(ssl);

	if (r == 1)
		return 1;
	return SSL_get_error(ssl, r) == SSL_ERROR_WANT_READ ? 0 : -EPROTO;
}

int pair_shake(SSL *tested, SSL *remote)
{
	enum { FLIGHTS_MAX = 8 };

	for (int i = 0; i < FLIGHTS_MAX; i++) {
		int ours = step(tested);
		int theirs = ours < 0 ? ours : step(remote);

		if (theirs < 0)
			return theirs;
		if (ours == 1 && theirs == 1)
			return 0;
	}
	return -EPROTO;
}
