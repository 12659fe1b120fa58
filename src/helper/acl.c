#include "helper/acl.h"
#include "common/log.h"
#include "common/text.h"
#include "helper/identity.h"
#include "helper/options.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- The text ---- */

struct word {
    const char *text;
    size_t size;
};

static bool word_is(const struct word *word, const char *text)
{
    return word->size == strlen(text) && memcmp(word->text, text, word->size) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line, which ends at end or '#'; false if there is none. */
static bool next_word(const char **at, const char *end, struct word *word)
{
    while (*at < end && is_blank(**at))
        ++*at;
    word->text = *at;
    while (*at < end && !is_blank(**at) && **at != '#')
        ++*at;
    word->size = (size_t)(*at - word->text);
    return word->size > 0;
}

struct decision {
    bool allow, deny;
};

static bool read_line(const char *at, const char *end, const char *name, struct decision *decision)
{
    struct word verb, subject, more;

    if (memchr(at, '\0', (size_t)(end - at)))
        return false;
    if (!next_word(&at, end, &verb))
        return true;
    bool allows = word_is(&verb, "allow");
    if ((!allows && !word_is(&verb, "deny")) || !next_word(&at, end, &subject) || next_word(&at, end, &more))
        return false;
    if (word_is(&subject, name) || word_is(&subject, "all"))
        *(allows ? &decision->allow : &decision->deny) = true;
    return true;
}

unsigned acl_decide(const char *text, size_t size, const char *name, bool *allowed)
{
    const char *end = text + size;
    struct decision decision = {false, false};

    for (unsigned number = 1; text < end; number++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline ? newline : end;
        if (!read_line(text, line_end, name, &decision))
            return number;
        text = line_end + 1;
    }
    /* Whatever their order. */
    if (decision.deny || decision.allow)
        *allowed = !decision.deny;
    return 0;
}

/* ---- The file ---- */

static int refuse(const char *what)
{
    log_error("main", ACL_FOLDER "/" ACL_FILE ": %s: nobody but root may use the helper until that is put right", what);
    return -1;
}

/* Only root can have written what is believed. */
static int check_owner(int fd, mode_t type, const char *what)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return refuse(strerror(errno));
    if ((status.st_mode & S_IFMT) != type || status.st_uid != 0 || (status.st_mode & 022))
        return refuse(what);
    return 0;
}

static int read_all(int fd, char *text, size_t *size)
{
    ssize_t count;

    *size = 0;
    while ((count = read(fd, text + *size, ACL_SIZE_MAX - *size)) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return refuse(strerror(errno));
        *size += (size_t)count;
        if (*size == ACL_SIZE_MAX)
            return refuse("it is too large");
    }
    return 0;
}

/* Returns 0 with the text, which is empty if there is no file, or -1 (logged). */
static int read_file(char *text, size_t *size)
{
    *size = 0;
    int folder = open(ACL_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return errno == ENOENT ? 0 : refuse(strerror(errno));
    int result = check_owner(folder, S_IFDIR, "its folder must be root's, and writable by root alone");
    int fd = result < 0 ? -1 : openat(folder, ACL_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (result == 0 && fd < 0 && errno != ENOENT)
        result = refuse(errno == ELOOP ? "it must not be a link" : strerror(errno));
    if (fd >= 0) {
        result = check_owner(fd, S_IFREG, "it must be a file of root's, and writable by root alone");
        if (result == 0)
            result = read_all(fd, text, size);
        close(fd);
    }
    close(folder);
    return result;
}

static int deny(const char *name, bool bridged)
{
    log_error("main", "you may not use %s \"%s\": root can allow it by the line \"allow %s\" in %s/%s",
              bridged ? "interface" : "mode", name, name, ACL_FOLDER, ACL_FILE);
    return -1;
}

int acl_check(const struct interface_config *config, const struct caller *caller)
{
    char text[ACL_SIZE_MAX], reason[64];
    size_t size;
    bool bridged = config->mode == MODE_BRIDGED;
    bool allowed = !bridged || !interface_restricts_bridges();
    const char *name = bridged ? config->shared_interface : options_mode_name(config->mode);

    if (identity_is_root(caller))
        return 0;
    if (read_file(text, &size) < 0)
        return -1;
    unsigned line = acl_decide(text, size, name, &allowed);
    if (line) {
        text_format(reason, sizeof(reason), "line %u is neither \"allow NAME\" nor \"deny NAME\"", line);
        return refuse(reason);
    }
    return allowed ? 0 : deny(name, bridged);
}
