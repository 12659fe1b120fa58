/* The documents of the seed, as cloud-init and the tiny guest read them. */
#include "unit/unit.h"
#include "harness/cidata.h"

#include <stdlib.h>
#include <string.h>

static struct cidata example(void)
{
    return (struct cidata){
        .name = "my_vm", .user = "debian", .user_public = "ssh-ed25519 AAAAuser vmnet-helper",
        .host_private = "-----BEGIN OPENSSH PRIVATE KEY-----\nline\n-----END OPENSSH PRIVATE KEY-----\n",
        .host_public = "ssh-ed25519 AAAAhost my_vm", .mac = "0a:d6:36:c1:ea:f3", .has_route = true,
        .ip = 0xc0a86932, .gateway = 0xc0a86901, .mask = 0xffffff00,
    };
}

static void user_data_has_name_user_and_keys(void **state)
{
    struct cidata cidata = example();
    char *text = cidata_user_data(&cidata);

    assert_string_equal(text,
        "#cloud-config\n"
        "hostname: my-vm\n"
        "preserve_hostname: false\n"
        "ssh_pwauth: false\n"
        "user:\n"
        "  name: debian\n"
        "  lock_passwd: true\n"
        "  shell: /bin/bash\n"
        "  sudo: \"ALL=(ALL) NOPASSWD:ALL\"\n"
        "ssh_authorized_keys:\n"
        "  - ssh-ed25519 AAAAuser vmnet-helper\n"
        "ssh_keys:\n"
        "  ed25519_private: |\n"
        "    -----BEGIN OPENSSH PRIVATE KEY-----\n"
        "    line\n"
        "    -----END OPENSSH PRIVATE KEY-----\n"
        "  ed25519_public: ssh-ed25519 AAAAhost my_vm\n");
    free(text);
}

static void packages_are_the_distributions(void **state)
{
    struct cidata cidata = example();

    cidata.packages = "iperf3 g++";
    char *text = cidata_user_data(&cidata);
    assert_non_null(strstr(text, "\npackages:\n  - \"iperf3\"\n  - \"g++\"\n"));
    free(text);
    cidata.packages = "";
    text = cidata_user_data(&cidata);
    assert_null(strstr(text, "packages"));
    free(text);
}

static void there_is_no_password_anywhere(void **state)
{
    struct cidata cidata = example();

    for (int i = 0; i < 2; i++) {
        cidata.user = i ? "root" : "debian";
        char *text = cidata_user_data(&cidata);
        assert_null(strstr(text, "password"));
        assert_null(strstr(text, "ssh_pwauth: true"));
        free(text);
    }
}

static void root_is_let_in_where_it_is_the_user(void **state)
{
    struct cidata cidata = example();

    cidata.user = "root";
    char *text = cidata_user_data(&cidata);
    assert_non_null(strstr(text, "\ndisable_root: false\n"));
    assert_null(strstr(text, "\nuser:"));
    free(text);
}

static void a_guest_asks_for_its_address(void **state)
{
    struct cidata cidata = example();
    char *text = cidata_network_config(&cidata);

    assert_string_equal(text,
        "version: 2\n"
        "ethernets:\n"
        "  eth0:\n"
        "    match:\n"
        "      macaddress: \"0a:d6:36:c1:ea:f3\"\n"
        "    dhcp4: true\n"
        "    dhcp-identifier: mac\n");
    free(text);
}

static void a_fixed_address_comes_with_its_way_out(void **state)
{
    struct cidata cidata = example();

    cidata.is_static = true;
    char *text = cidata_network_config(&cidata);
    assert_string_equal(text,
        "version: 2\n"
        "ethernets:\n"
        "  eth0:\n"
        "    match:\n"
        "      macaddress: \"0a:d6:36:c1:ea:f3\"\n"
        "    dhcp4: false\n"
        "    addresses:\n"
        "      - 192.168.105.50/24\n"
        "    routes:\n"
        "      - to: 0.0.0.0/0\n"
        "        via: 192.168.105.1\n"
        "    nameservers:\n"
        "      addresses:\n"
        "        - 192.168.105.1\n");
    free(text);
}

static void a_host_network_has_no_way_out(void **state)
{
    struct cidata cidata = example();

    cidata.is_static = true;
    cidata.has_route = false;
    char *text = cidata_network_config(&cidata);
    assert_null(strstr(text, "routes"));
    free(text);
}

static void name_servers_that_are_asked_for_replace_the_networks(void **state)
{
    static const uint32_t dns[] = {0x09090909, 0x01010101};
    struct cidata cidata = example();
    static const char expected[] = "    nameservers:\n      addresses:\n        - 9.9.9.9\n        - 1.1.1.1\n";

    cidata.dns = dns;
    cidata.dns_count = 2;
    for (int i = 0; i < 2; i++) {
        cidata.is_static = i;
        char *text = cidata_network_config(&cidata);
        assert_string_equal(strstr(text, "    nameservers"), expected);
        assert_true(cidata.is_static || strstr(text, "    dhcp4-overrides:\n      use-dns: false\n"));
        free(text);
    }
}

static void more_keys_are_let_in(void **state)
{
    struct cidata cidata = example();

    cidata.more_keys = "ssh-rsa BBBB\nssh-rsa CCCC\n";
    char *text = cidata_user_data(&cidata);
    assert_non_null(strstr(text, "  - ssh-ed25519 AAAAuser vmnet-helper\n  - ssh-rsa BBBB\n  - ssh-rsa CCCC\nssh_keys:"));
    free(text);
}

static void the_instance_changes_when_the_seed_does(void **state)
{
    struct cidata cidata = example();
    char *first = cidata_meta_data(&cidata, "a", "b"), *same = cidata_meta_data(&cidata, "a", "b");
    char *other = cidata_meta_data(&cidata, "a", "c");

    assert_memory_equal(first, "instance-id: my-vm-", 19);
    assert_non_null(strstr(first, "\nlocal-hostname: my-vm\n"));
    assert_string_equal(first, same);
    assert_string_not_equal(first, other);
    free(first);
    free(same);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(user_data_has_name_user_and_keys),
        cmocka_unit_test(packages_are_the_distributions),
        cmocka_unit_test(there_is_no_password_anywhere),
        cmocka_unit_test(root_is_let_in_where_it_is_the_user),
        cmocka_unit_test(a_guest_asks_for_its_address),
        cmocka_unit_test(a_fixed_address_comes_with_its_way_out),
        cmocka_unit_test(a_host_network_has_no_way_out),
        cmocka_unit_test(name_servers_that_are_asked_for_replace_the_networks),
        cmocka_unit_test(more_keys_are_let_in),
        cmocka_unit_test(the_instance_changes_when_the_seed_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
