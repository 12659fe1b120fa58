#include "helper/identity.h"
#include "common/log.h"
#include "common/text.h"

#include <pwd.h>
#include <unistd.h>

/* (uid_t)-1 means "leave as it is" to setresuid(). */
static const unsigned long id_max = 0xfffffffe;
static const struct identity nobody = {65534, 65534};

static int parse_sudo(const char *name, const char *text, unsigned long *id)
{
    if (!text) {
        log_error("main", "%s is not set though its twin is: start the helper with sudo, or give --user", name);
        return -1;
    }
    if (text_parse_number(text, 0, id_max, id) < 0) {
        log_error("main", "bad %s \"%s\": it must be a decimal number: start the helper with sudo, or give --user",
                  name, text);
        return -1;
    }
    return 0;
}

static int from_user(struct identity *identity, const char *user)
{
    const struct passwd *entry = getpwnam(user);

    if (!entry) {
        log_error("main", "unknown --user \"%s\": give the name of a user of this system", user);
        return -1;
    }
    if (getuid() != 0 && entry->pw_uid != getuid()) {
        log_error("main", "only root can become the --user \"%s\": leave it out, and the helper stays you", user);
        return -1;
    }
    *identity = (struct identity){entry->pw_uid, entry->pw_gid};
    return 0;
}

static void for_root(struct identity *identity, bool by_socket)
{
    const struct passwd *entry = getpwnam("nobody");

    if (by_socket)
        *identity = (struct identity){0, 0};
    else
        *identity = entry && entry->pw_uid ? (struct identity){entry->pw_uid, entry->pw_gid} : nobody;
}

int identity_choose(struct identity *identity, const char *user, const struct caller *caller, bool by_socket)
{
    unsigned long uid, gid;

    if (user)
        return from_user(identity, user);
    if (getuid() != 0) {
        *identity = (struct identity){getuid(), getgid()};
        return 0;
    }
    if (!caller->sudo_uid && !caller->sudo_gid) {
        for_root(identity, by_socket);
        return 0;
    }
    if (parse_sudo("SUDO_UID", caller->sudo_uid, &uid) < 0 || parse_sudo("SUDO_GID", caller->sudo_gid, &gid) < 0)
        return -1;
    if (uid == 0)
        for_root(identity, by_socket);
    else
        *identity = (struct identity){(uid_t)uid, (gid_t)gid};
    return 0;
}

bool identity_is_root(const struct caller *caller)
{
    unsigned long uid;

    if (getuid() != 0)
        return false;
    if (!caller->sudo_uid && !caller->sudo_gid)
        return true;
    return caller->sudo_uid && text_parse_number(caller->sudo_uid, 0, id_max, &uid) == 0 && uid == 0;
}
