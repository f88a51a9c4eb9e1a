// Debian builds SQLite with it; the header shows it only to who asks.
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>
