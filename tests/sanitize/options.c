/* Linked into every program of a build for a sanitizer: its options. Not by the environment, for sudo and the
 * programs themselves empty that; so no report is lost of a program that runs as root, as nobody, or in the
 * background. REPORTS is where they go: a folder that everybody may write to. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__tsan_default_options(void);

#define COMMON "log_path=" REPORTS "/report:exitcode=99"

const char *__asan_default_options(void)
{
    return COMMON ":detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1";
}

const char *__ubsan_default_options(void)
{
    return COMMON ":print_stacktrace=1";
}

const char *__tsan_default_options(void)
{
    return COMMON ":second_deadlock_stack=1";
}
