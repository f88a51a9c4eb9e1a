#include <curl/curl.h>

// curl_easy_setopt is variadic, which Swift cannot call: one function for each kind of argument.
typedef size_t (*gatehouse_curl_callback)(char *data, size_t size, size_t count, void *context);

static inline CURLcode gatehouse_curl_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode gatehouse_curl_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode gatehouse_curl_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode gatehouse_curl_function(CURL *handle, CURLoption option, gatehouse_curl_callback value) {
    return curl_easy_setopt(handle, option, value);
}
static inline long gatehouse_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
static inline long gatehouse_curl_auth_offered(CURL *handle) {
    long mask = 0;
    curl_easy_getinfo(handle, CURLINFO_HTTPAUTH_AVAIL, &mask);
    return mask;
}
// CURLAUTH_* are unsigned long macros with a cast.
static inline long gatehouse_curl_auth(int digest, int basic) {
    return (digest ? (long)CURLAUTH_DIGEST : 0L) | (basic ? (long)CURLAUTH_BASIC : 0L);
}
