/* Names that become paths, and the script that gnuplot runs. */
#include "bench/chart.h"
#include "bench/name.h"
#include "bench/results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void test_names_of_published_results_are_safe(void **state)
{
    assert_true(name_is_safe("vmnet-helper vs socket_vmnet"));
    assert_true(name_is_safe("krunkit:offload"));
    assert_true(name_is_safe("gr\xc3\xb6\xc3\x9f""er"));
    assert_true(name_is_safe("a..b"));
}

static void test_names_that_lead_out_are_refused(void **state)
{
    char longer[200];

    assert_false(name_is_safe(""));
    assert_false(name_is_safe("."));
    assert_false(name_is_safe(".."));
    assert_false(name_is_safe("../x"));
    assert_false(name_is_safe("/etc"));
    assert_false(name_is_safe("a/b"));
    assert_false(name_is_safe("a\nb"));
    assert_false(name_is_safe("\xff"));
    memset(longer, 'a', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    assert_false(name_is_safe(longer));
}

static void test_result_paths(void **state)
{
    struct result_key key = {.network = "vmnet-helper", .mode = "shared", .driver = "krunkit:offload", .vms = 2,
                             .test = "vm-to-vm"};
    char path[200];

    assert_true(results_file("out/bench", &key, 1, path, sizeof(path)));
    assert_string_equal(path, "out/bench/vmnet-helper/shared-krunkit:offload-2/vm-to-vm.json");
    assert_true(results_file("out/bench", &key, 3, path, sizeof(path)));
    assert_string_equal(path, "out/bench/vmnet-helper/shared-krunkit:offload-2/vm-to-vm.3.json");
    strcpy(key.driver, "../x");
    assert_false(results_file("out/bench", &key, 1, path, sizeof(path)));
}

/* The script with this title and test name. */
static char *script_of(const char *title, const char *row)
{
    struct chart *chart = calloc(1, sizeof(*chart));
    char *text = NULL;
    size_t size = 0;

    strcpy(chart->title, title);
    strcpy(chart->rows[0], row);
    chart->row_count = 1;
    strcpy(chart->series[0].label, title);
    chart->series[0].bars[0] = (struct chart_bar){.count = 1, .median = 1};
    chart->series_count = 1;
    FILE *out = open_memstream(&text, &size);
    chart_write_script(chart, "svg", title, title, out);
    fclose(out);
    free(chart);
    return text;
}

static void test_text_never_reaches_gnuplot_as_it_is(void **state)
{
    char *script = script_of("`id` $(id) ' \" \\ \n", "50%d");

    assert_null(strchr(script, '`'));
    assert_null(strstr(script, "$(i"));
    assert_non_null(strstr(script, "\"\\140id\\140 \\044\\050id\\051 \\047 \\042 \\134 \\012\""));
    /* A tick's label is a format. */
    assert_non_null(strstr(script, "\\065\\060\\045\\045d"));
    free(script);
}

static void test_values(void **state)
{
    char text[32];

    assert_string_equal(chart_value(0, text), "0");
    assert_string_equal(chart_value(9.75, text), "9.8");
    assert_string_equal(chart_value(0.678, text), "0.68");
    assert_string_equal(chart_value(12345.6, text), "12346");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_published_results_are_safe),
        cmocka_unit_test(test_names_that_lead_out_are_refused),
        cmocka_unit_test(test_result_paths),
        cmocka_unit_test(test_text_never_reaches_gnuplot_as_it_is),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
