/* The unit of systemd and the job of launchd. */
#include "unit/unit.h"
#include "harness/autostart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct autostart example(void)
{
    return (struct autostart){.name = "one", .program = "/b/vmnet-harness", .home = "/h", .images = "/h/images",
                              .data = "/d", .path = "/usr/bin:/bin", .uid = 1000, .gid = 1001};
}

static void a_unit_of_a_session(void **state)
{
    struct autostart autostart = example();
    char *text = autostart_systemd(&autostart);

    assert_string_equal(text,
        "# Written by: vmnet-harness vm autostart on one\n"
        "[Unit]\n"
        "Description=Virtual machine one\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        "RemainAfterExit=yes\n"
        "TimeoutStartSec=infinity\n"
        "TimeoutStopSec=90\n"
        "Environment=\"PATH=/usr/bin:/bin\"\n"
        "Environment=\"VMNET_HOME=/h\"\n"
        "Environment=\"VMNET_CACHE=/h/images\"\n"
        "Environment=\"VMNET_DATA=/d\"\n"
        "ExecStart=\"/b/vmnet-harness\" vm start one\n"
        "ExecStop=\"/b/vmnet-harness\" vm stop one\n"
        "\n"
        "[Install]\n"
        "WantedBy=default.target\n");
    free(text);
}

static void a_unit_of_the_machine_is_as_under_sudo(void **state)
{
    struct autostart autostart = example();

    autostart.is_system = autostart.is_other = true;
    char *text = autostart_systemd(&autostart);
    assert_non_null(strstr(text, "After=network-online.target\n"));
    assert_non_null(strstr(text, "Environment=SUDO_UID=1000 SUDO_GID=1001\n"));
    assert_non_null(strstr(text, "WantedBy=multi-user.target\n"));
    free(text);
}

static void what_systemd_expands_is_made_plain(void **state)
{
    struct autostart autostart = example();

    autostart.program = "/a b/100%/$x/\"q\"/\\";
    autostart.home = "/a b/100%/$x";
    char *text = autostart_systemd(&autostart);
    assert_non_null(strstr(text, "ExecStart=\"/a b/100%%/$$x/\\\"q\\\"/\\\\\" vm start one\n"));
    assert_non_null(strstr(text, "Environment=\"VMNET_HOME=/a b/100%%/$x\"\n"));
    free(text);
    autostart.home = "/a\nb";
    assert_null(autostart_systemd(&autostart));
    assert_null(autostart_launchd(&autostart));
}

static void a_job_stays_in_the_foreground(void **state)
{
    struct autostart autostart = example();

    autostart.home = "/a&b<c>";
    char *text = autostart_launchd(&autostart);
    assert_non_null(strstr(text, "<key>Label</key>\n    <string>vmnet-helper.vm.one</string>\n"));
    assert_non_null(strstr(text, "<string>/b/vmnet-harness</string>\n        <string>vm</string>\n        <string>start</string>\n"
                                 "        <string>one</string>\n        <string>--foreground</string>\n"));
    assert_non_null(strstr(text, "<key>VMNET_HOME</key>\n        <string>/a&amp;b&lt;c&gt;</string>\n"));
    assert_null(strstr(text, "SUDO_UID"));
    free(text);
}

/* Told by a reader of property lists that is not ours. */
static void a_job_is_a_property_list(void **state)
{
    struct autostart autostart = example();

    if (system("python3 -c 'import plistlib' 2>/dev/null") != 0)
        skip();
    autostart.home = "/a&b<c> \"'";
    autostart.is_system = autostart.is_other = true;
    char *text = autostart_launchd(&autostart);
    FILE *reader = popen("python3 -c 'import plistlib, sys\n"
                         "job = plistlib.loads(sys.stdin.buffer.read())\n"
                         "assert job[\"Label\"] == \"vmnet-helper.vm.one\", job\n"
                         "assert job[\"ProgramArguments\"][1:] == [\"vm\", \"start\", \"one\", \"--foreground\"]\n"
                         "assert job[\"EnvironmentVariables\"][\"VMNET_HOME\"] == \"/a&b<c> \" + chr(34) + chr(39)\n"
                         "assert job[\"EnvironmentVariables\"][\"SUDO_UID\"] == \"1000\"\n"
                         "assert job[\"RunAtLoad\"] is True and job[\"ExitTimeOut\"] == 60\n'", "w");
    assert_non_null(reader);
    fputs(text, reader);
    assert_int_equal(pclose(reader), 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_of_a_session),
        cmocka_unit_test(a_unit_of_the_machine_is_as_under_sudo),
        cmocka_unit_test(what_systemd_expands_is_made_plain),
        cmocka_unit_test(a_job_stays_in_the_foreground),
        cmocka_unit_test(a_job_is_a_property_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
