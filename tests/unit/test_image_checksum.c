/* The checksum of a file, in the lists that publishers write. */
#include "unit/unit.h"
#include "harness/checksum.h"

#include <string.h>

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C128 A64 B64

static void one_file_of_a_list(void **state)
{
    static const char *const lists[] = {
        B64 "  other.img\n" A64 "  disk.img\n",
        B64 " *other.img\n" A64 " *disk.img\r\n",
        A64 "  ./disk.img",
        "# a comment\nSHA256 (other.img) = " B64 "\nSHA256 (disk.img) = " A64 "\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSHA256 (disk.img) = " A64 "\n-----BEGIN PGP SIGNATURE-----\n",
        A64 "\n",
        A64,
    };
    char found[CHECKSUM_SIZE];

    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        assert_true(checksum_find(lists[i], "disk.img", found));
        assert_string_equal(found, A64);
    }
}

static void capitals_are_the_same_digits(void **state)
{
    char found[CHECKSUM_SIZE];

    assert_true(checksum_find("AAAAAAAA" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "  disk.img\n", "disk.img", found));
    assert_string_equal(found, A64);
}

static void sha512_is_known_by_its_length_and_wins(void **state)
{
    char found[CHECKSUM_SIZE];

    assert_true(checksum_find(C128 "  disk.img\n", "disk.img", found));
    assert_string_equal(checksum_kind(found), "sha512");
    assert_true(checksum_find(A64 "  disk.img\n" C128 "  disk.img\n", "disk.img", found));
    assert_string_equal(found, C128);
    assert_true(checksum_find(C128 "  disk.img\n" A64 "  disk.img\n", "disk.img", found));
    assert_string_equal(found, C128);
}

static void what_is_no_checksum_of_the_file(void **state)
{
    static const char *const lists[] = {
        "", "\n", "disk.img\n",
        A64 "  disk.img.sig\n",
        A64 "  mydisk.img\n",
        A64 "  dir/disk.img\n",
        A64 "a  disk.img\n",
        A64 " disk.img\n",
        "SHA256 (disk.img) = aaaa\n",
        "SHA256 (disk.img = " A64 "\n",
        "MD5 (disk.img) = " A64 "\n",
        A64 "  disk.img\n" B64 "  disk.img\n",
        A64 "\n" B64 "\n",
    };
    char found[CHECKSUM_SIZE];

    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        assert_false(checksum_find(lists[i], "disk.img", found));
}

static void texts_that_are_checksums(void **state)
{
    char out[CHECKSUM_SIZE];

    assert_true(checksum_parse(A64, out));
    assert_true(checksum_parse(C128, out));
    assert_false(checksum_parse("", out));
    assert_false(checksum_parse("abc", out));
    assert_false(checksum_parse(A64 "\n", out));
    assert_false(checksum_parse("sha256:" A64, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_file_of_a_list),
        cmocka_unit_test(capitals_are_the_same_digits),
        cmocka_unit_test(sha512_is_known_by_its_length_and_wins),
        cmocka_unit_test(what_is_no_checksum_of_the_file),
        cmocka_unit_test(texts_that_are_checksums),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
