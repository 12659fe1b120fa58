#include "harness/architecture.h"
#include "harness/command.h"
#include "harness/config.h"
#include "harness/image.h"
#include "harness/image_list.h"
#include "harness/image_prune.h"
#include "harness/image_source.h"
#include "harness/image_use.h"
#include "harness/message.h"
#include "harness/recipe.h"
#include "common/text.h"

#include <string.h>
#include <unistd.h>

enum { LIST_JSON };
enum { PULL_ARCH, PULL_SHA256, PULL_MIRROR, PULL_TIMEOUT, PULL_MAX_SIZE };
enum { BUILD_ARCH };
enum { DELETE_ARCH };
enum { PRUNE_ALL, PRUNE_DRY_RUN };

static const struct option_entry list_options[] = {
    [LIST_JSON] = {"json", 0, NULL, "print JSON"},
    {0},
};
static const struct option_entry pull_options[] = {
    [PULL_ARCH] = {"arch", 0, "NAME", "x86-64 or arm64 (default: this machine's)"},
    [PULL_SHA256] = {"sha256", 0, "HEX", "what the download must have"},
    [PULL_MIRROR] = {"mirror", 0, "URL", "download from there instead of the host in the image's URL"},
    [PULL_TIMEOUT] = {"timeout", 0, "SECONDS", "try again when nothing comes for so long (30)"},
    [PULL_MAX_SIZE] = {"max-size", 0, "MIB", "refuse a download that is larger (65536)"},
    {0},
};
static const struct option_entry build_options[] = {
    [BUILD_ARCH] = {"arch", 0, "NAME", "x86-64 or arm64 (default: this machine's)"},
    {0},
};
static const struct option_entry delete_options[] = {
    [DELETE_ARCH] = {"arch", 0, "NAME", "of an image of the catalogue: x86-64 or arm64 (default: this machine's)"},
    {0},
};
static const struct option_entry prune_options[] = {
    [PRUNE_ALL] = {"all", 0, NULL, "also complete images that no VM uses"},
    [PRUNE_DRY_RUN] = {"dry-run", 0, NULL, "only tell what would be removed"},
    {0},
};

static int list(const struct store *store, const struct command_line *options)
{
    return command_status(image_list(store, options->values[LIST_JSON] != NULL));
}

/* The name or URL, and the architecture. 0, or -1 after an error message. */
static int fill_request(struct image_request *request, const char *name, const char *arch)
{
    char reason[URL_REASON_SIZE];

    *request = (struct image_request){.name = name};
    if (url_is(name) && url_check(name, reason) < 0)
        return message_error("image %s", reason);
    if (!url_is(name) && name_check("image name", name) < 0)
        return -1;
    if (arch && !(request->arch = architecture_find(arch)))
        return message_error("option \"--arch\" must be x86-64 or arm64, not \"%s\"", arch);
    return 0;
}

static int build(const struct store *store, const struct command_line *options)
{
    struct recipe recipe;
    struct image image;
    struct image_request request;
    char dir[PATH_MAX];

    if (fill_request(&request, options->operands[0], options->values[BUILD_ARCH]) < 0)
        return EXIT_USAGE;
    if (recipe_find(&recipe, request.name, request.arch ? request.arch : architecture_host()) < 0)
        return EXIT_FAILED;
    if (!request.arch && image_is_built(store, recipe.name, dir))
        message_progress(store->started, "image %s is built already", recipe.name);
    int result = image_prepare(&image, store, &request);
    image_free(&image);
    return command_status(result);
}

static int fill_pull(struct image_request *request, const struct command_line *options)
{
    const char *sha256 = options->values[PULL_SHA256], *timeout = options->values[PULL_TIMEOUT];
    const char *max_size = options->values[PULL_MAX_SIZE];
    char digits[CHECKSUM_SIZE], reason[URL_REASON_SIZE];
    unsigned long mebibytes = 0;

    if (fill_request(request, options->operands[0], options->values[PULL_ARCH]) < 0)
        return -1;
    if (sha256 && (!checksum_parse(sha256, digits) || strcmp(checksum_kind(digits), "sha256") != 0))
        return message_error("option \"--sha256\" must be 64 hexadecimal digits, not \"%s\"", sha256);
    if (timeout && text_parse_number(timeout, 1, 3600, &request->stall) < 0)
        return message_error("option \"--timeout\" must be a number of seconds from 1 to 3600, not \"%s\"", timeout);
    if (max_size && text_parse_number(max_size, 1, 1 << 24, &mebibytes) < 0)
        return message_error("option \"--max-size\" must be a number from 1 to %d, not \"%s\"", 1 << 24, max_size);
    request->checksum = sha256;
    request->max_bytes = (unsigned long long)mebibytes << 20;
    request->mirror = options->values[PULL_MIRROR];
    if (request->mirror && url_check(request->mirror, reason) < 0)
        return message_error("option \"--mirror\": the URL %s", reason);
    return 0;
}

static int pull(const struct store *store, const struct command_line *options)
{
    struct image_request request;
    struct image image;
    char dir[PATH_MAX], key[URL_KEY_SIZE];

    if (fill_pull(&request, options) < 0)
        return EXIT_USAGE;
    if (!url_is(request.name) && recipe_exists(request.name)) {
        message_error("image \"%s\" is built here, not downloaded: image build %s", request.name, request.name);
        return EXIT_FAILED;
    }
    if (image_folder(store, &request, dir, key) < 0)
        return EXIT_FAILED;
    if (access(dir, F_OK) == 0)
        message_progress(store->started, "image %s is in the cache already", request.name);
    int result = image_prepare(&image, store, &request);
    image_free(&image);
    return command_status(result);
}

static int delete(const struct store *store, const struct command_line *options)
{
    struct image_request request;
    char dir[PATH_MAX], key[URL_KEY_SIZE], vm[NAME_SIZE];

    if (fill_request(&request, options->operands[0], options->values[DELETE_ARCH]) < 0)
        return EXIT_USAGE;
    if (image_folder(store, &request, dir, key) < 0)
        return EXIT_FAILED;
    int used = image_user(store, dir, vm);
    if (used > 0)
        message_error("image %s is used by VM \"%s\"; delete that first: vm delete %s", request.name, vm, vm);
    return used ? EXIT_FAILED : command_status(image_delete(store, &request));
}

static int prune(const struct store *store, const struct command_line *options)
{
    return command_status(image_prune(store, options->values[PRUNE_ALL] != NULL,
                                      options->values[PRUNE_DRY_RUN] != NULL));
}

const struct command image_commands[] = {
    {"list", "[--json]", "The images there are, and which are in the cache", list_options, 0, 0, NULL, false, list, NULL},
    {"pull", "NAME|URL [options]", "Download an image, unless it is in the cache", pull_options, 1, 1, NULL, false, pull,
     "http, https and file are fetched. http_proxy, https_proxy and no_proxy are heeded."},
    {"build", "NAME", "Build an image, unless it is built", build_options, 1, 1, "image name", false, build, NULL},
    {"delete", "NAME|URL", "Remove an image from the cache", delete_options, 1, 1, NULL, false, delete, NULL},
    {"prune", "[--all]", "Remove what is of no use: broken downloads, images of old recipes", prune_options, 0, 0, NULL,
     false, prune, NULL},
    {0},
};
