#include <microhttpd.h>
#include <string.h>

// MHD_start_daemon is variadic, which Swift cannot call. Port 0 takes any free port, on the loopback only.
#include <netinet/in.h>

static inline struct MHD_Daemon *gatehouse_mhd_start(
    unsigned short port, MHD_AccessHandlerCallback handler, void *context, MHD_RequestCompletedCallback completed,
    const char *key_pem, const char *certificate_pem) {
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION;
    static const char random[8] = {3, 1, 4, 1, 5, 9, 2, 6};
    if (key_pem)
        return MHD_start_daemon(flags | MHD_USE_TLS, port, NULL, NULL, handler, context,
            MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_NOTIFY_COMPLETED, completed, context,
            MHD_OPTION_HTTPS_MEM_KEY, key_pem, MHD_OPTION_HTTPS_MEM_CERT, certificate_pem, MHD_OPTION_END);
    return MHD_start_daemon(flags, port, NULL, NULL, handler, context,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_DIGEST_AUTH_RANDOM, sizeof random, random, MHD_OPTION_NONCE_NC_SIZE, 64, MHD_OPTION_END);
}

static inline unsigned short gatehouse_mhd_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

// The library's enumerations are closed and named so that Swift cuts them in odd places: plain functions instead.
static inline enum MHD_Result gatehouse_mhd_result(int is_good) { return is_good ? MHD_YES : MHD_NO; }
static inline struct MHD_Response *gatehouse_mhd_response(size_t size, void *body) {
    return MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_COPY);
}
static inline const char *gatehouse_mhd_header(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}
static inline int gatehouse_mhd_digest(
    struct MHD_Connection *connection, const char *realm, const char *user, const char *password, int is_sha256) {
    return MHD_digest_auth_check2(connection, realm, user, password, 300,
        is_sha256 ? MHD_DIGEST_ALG_SHA256 : MHD_DIGEST_ALG_MD5) == MHD_YES;
}
static inline enum MHD_Result gatehouse_mhd_digest_challenge(
    struct MHD_Connection *connection, const char *realm, struct MHD_Response *response, int is_sha256) {
    return MHD_queue_auth_fail_response2(connection, realm, "opaque", response, MHD_NO,
        is_sha256 ? MHD_DIGEST_ALG_SHA256 : MHD_DIGEST_ALG_MD5);
}

// A server that its owner turns (MHD_run_wait): the library makes no thread, and holds no more than it is allowed.
static inline struct MHD_Daemon *gatehouse_mhd_open(
    unsigned address, unsigned short port, unsigned connections, size_t memory, MHD_AccessHandlerCallback handler,
    MHD_RequestCompletedCallback completed, MHD_NotifyConnectionCallback notified, void *context) {
    struct sockaddr_in place;
    memset(&place, 0, sizeof place);
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(address);
    return MHD_start_daemon(MHD_USE_EPOLL, port, NULL, NULL, handler, context,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&place, MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory, MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, notified, context, MHD_OPTION_END);
}

static inline int gatehouse_mhd_is_closed(enum MHD_ConnectionNotificationCode code) {
    return code == MHD_CONNECTION_NOTIFY_CLOSED;
}

static inline int gatehouse_mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}
