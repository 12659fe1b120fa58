/* Firewalls as nft and iptables-save print them: which would eat what guests send? */
#include "unit/doctor_check.h"
#include "harness/doctor_firewall.h"

#define BRIDGE "vmn-sc0a8690018"
#define LIST(...) "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}}, " __VA_ARGS__ "]}"
#define EMPTY "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}}]}"
#define CHAIN(family, table, name, hook, policy) "{\"chain\": {\"family\": \"" family "\", \"table\": \"" table "\", \"name\": \"" \
    name "\", \"handle\": 1, \"type\": \"filter\", \"hook\": \"" hook "\", \"prio\": 0, \"policy\": \"" policy "\"}}"
#define PLAIN(family, table, name) "{\"chain\": {\"family\": \"" family "\", \"table\": \"" table "\", \"name\": \"" name "\"}}"
#define RULE(family, table, chain, ...) ", {\"rule\": {\"family\": \"" family "\", \"table\": \"" table "\", \"chain\": \"" chain \
    "\", \"handle\": 2, \"expr\": [" __VA_ARGS__ "]}}"
#define IIF(op, right) "{\"match\": {\"op\": \"" op "\", \"left\": {\"meta\": {\"key\": \"iifname\"}}, \"right\": " right "}}"
#define DPORT(right) "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"udp\", \"field\": \"dport\"}}, \"right\": " \
    right "}}"
#define STATE "{\"match\": {\"op\": \"in\", \"left\": {\"ct\": {\"key\": \"state\"}}, \"right\": [\"established\"]}}"
#define COUNTER "{\"counter\": {\"packets\": 0, \"bytes\": 0}}"
#define ACCEPT "{\"accept\": null}"
#define DROP "{\"drop\": null}"
#define REJECT "{\"reject\": {\"type\": \"icmpx\", \"expr\": \"admin-prohibited\"}}"
#define XT(type, name) "{\"xt\": {\"type\": \"" type "\", \"name\": \"" name "\"}}"

static struct firewall read_nft(const char *json)
{
    struct firewall firewall = {0};

    assert_int_equal(firewall_read_nft(&firewall, json, BRIDGE), 0);
    return firewall;
}

static void judged(const char *json, const char *result, const char *found, const char *remedy)
{
    struct report report = open_report();
    struct firewall firewall = read_nft(json);

    doctor_firewall(&report, &firewall, BRIDGE, "sudo ");
    expect(&report, result, found, remedy);
}

static void no_chain_is_fine(void **state)
{
    judged(EMPTY, "ok", "none", "");
    judged(LIST(CHAIN("inet", "filter", "input", "input", "accept")), "ok", "none", "");
    /* For IPv6 alone, or behind the routing: not what this is about. */
    judged(LIST(CHAIN("ip6", "filter", "input", "input", "drop")), "ok", "none", "");
    judged(LIST(CHAIN("inet", "filter", "output", "output", "drop")), "ok", "none", "");
}

static void what_is_no_ruleset_is_said(void **state)
{
    struct firewall firewall = {0};

    assert_int_equal(firewall_read_nft(&firewall, "", BRIDGE), -1);
    assert_int_equal(firewall_read_nft(&firewall, "{\"nftables\"", BRIDGE), -1);
    assert_int_equal(firewall_read_nft(&firewall, "[1]", BRIDGE), -1);
    assert_int_equal(firewall.count, 0);
}

static void a_dropping_policy_eats_dhcp(void **state)
{
    judged(LIST(CHAIN("inet", "filter", "input", "input", "drop")), "blocks", "chain input of table inet filter (nftables)",
           "sudo nft insert rule inet filter input 'iifname \"vmn-*\" accept'");
    judged(LIST(CHAIN("inet", "filter", "forward", "forward", "drop")), "note", "chain forward", "sudo nft insert rule inet "
           "filter forward 'oifname \"vmn-*\" ct state established,related accept'");
}

static void so_does_a_last_rule_that_drops_all(void **state)
{
    judged(LIST(CHAIN("inet", "f", "in", "input", "accept") RULE("inet", "f", "in", COUNTER ", " DROP)), "blocks", "chain in", "");
    judged(LIST(CHAIN("inet", "f", "in", "input", "accept") RULE("inet", "f", "in", REJECT)), "blocks", "chain in", "");
    judged(LIST(CHAIN("ip", "filter", "INPUT", "input", "accept")
                RULE("ip", "filter", "INPUT", COUNTER ", " XT("target", "REJECT"))), "blocks", "(iptables)",
           "sudo iptables -I INPUT -i vmn-+ -j ACCEPT");
}

static void a_rule_that_drops_some_does_not(void **state)
{
    judged(LIST(CHAIN("inet", "f", "in", "input", "accept") RULE("inet", "f", "in", STATE ", " DROP)), "ok", "none", "");
    judged(LIST(CHAIN("ip", "f", "in", "input", "accept") RULE("ip", "f", "in", XT("match", "limit") ", " DROP)), "ok", "none",
           "");
    judged(LIST(CHAIN("ip", "f", "in", "input", "accept") RULE("ip", "other", "in", DROP)), "ok", "none", "");
}

#define CLOSED CHAIN("inet", "f", "in", "input", "drop")
#define WITH(...) LIST(CLOSED RULE("inet", "f", "in", __VA_ARGS__))

static void a_rule_for_the_bridge_opens_the_chain(void **state)
{
    judged(WITH(IIF("==", "\"vmn-*\"") ", " ACCEPT), "ok", "none", "");
    judged(WITH(IIF("==", "\"" BRIDGE "\"") ", " ACCEPT), "ok", "none", "");
    judged(WITH(IIF("==", "{\"set\": [\"lo\", \"vmn-s*\"]}") ", " ACCEPT), "ok", "none", "");
    judged(WITH(IIF("==", "\"vmn-*\"") ", {\"jump\": {\"target\": \"guests\"}}"), "ok", "none", "");
    judged(WITH(IIF("!=", "\"eth0\"") ", " ACCEPT), "ok", "none", "");
    judged(WITH(COUNTER ", " ACCEPT), "ok", "none", "");
}

static void a_rule_for_others_does_not(void **state)
{
    judged(WITH(IIF("==", "\"lo\"") ", " ACCEPT), "blocks", "chain in", "");
    judged(WITH(IIF("==", "\"vmn-h*\"") ", " ACCEPT), "blocks", "chain in", "");
    judged(WITH(IIF("!=", "\"vmn-*\"") ", " ACCEPT), "blocks", "chain in", "");
    judged(WITH(IIF("==", "\"lo\"") ", " DPORT("67") ", " ACCEPT), "blocks", "chain in", "");
    judged(WITH(IIF("==", "\"vmn-*\"") ", " DROP), "blocks", "chain in", "");
    judged(WITH(STATE ", " ACCEPT), "blocks", "chain in", "");
    judged(WITH(IIF("!=", "\"eth0\"") ", " STATE ", " ACCEPT), "blocks", "chain in", "");
}

static void dhcp_from_everywhere_is_enough_for_input(void **state)
{
    judged(WITH(DPORT("67") ", " ACCEPT), "ok", "none", "");
    judged(WITH(DPORT("{\"set\": [53, 67]}") ", " ACCEPT), "ok", "none", "");
    judged(WITH(DPORT("{\"range\": [60, 70]}") ", " ACCEPT), "ok", "none", "");
    judged(WITH(DPORT("{\"set\": [{\"range\": [66, 68]}]}") ", " ACCEPT), "ok", "none", "");
    judged(WITH(DPORT("53") ", " ACCEPT), "blocks", "chain in", "");
    judged(LIST(CHAIN("inet", "f", "fwd", "forward", "drop") RULE("inet", "f", "fwd", DPORT("67") ", " ACCEPT)), "note",
           "chain fwd", "");
}

static void our_own_tables_do_not_count(void **state)
{
    judged(LIST(CHAIN("inet", BRIDGE, "forward", "forward", "drop")), "ok", "none", "");
}

static void docker_is_mended_in_its_own_chain(void **state)
{
    judged(LIST(CHAIN("ip", "filter", "FORWARD", "forward", "drop") ", " PLAIN("ip", "filter", "DOCKER-USER")), "note",
           "(docker)", "sudo iptables -I DOCKER-USER -i vmn-+ -j ACCEPT && sudo iptables -I DOCKER-USER -o vmn-+");
    /* docker's way of `iptables -I DOCKER-USER -i vmn-+ -j ACCEPT` */
    judged(LIST(CHAIN("ip", "filter", "FORWARD", "forward", "drop") ", " PLAIN("ip", "filter", "DOCKER-USER")
                RULE("ip", "filter", "DOCKER-USER", IIF("==", "\"vmn-*\"") ", " ACCEPT)), "ok", "none", "");
}

static void ufw_is_mended_by_its_program(void **state)
{
    judged(LIST(CHAIN("ip", "filter", "INPUT", "input", "drop") ", " PLAIN("ip", "filter", "ufw-before-input")), "blocks",
           "(ufw)", "sudo ufw allow in on " BRIDGE);
    judged(LIST(CHAIN("ip", "filter", "FORWARD", "forward", "drop") ", " PLAIN("ip", "filter", "ufw-before-forward")), "note",
           "(ufw)", "sudo ufw route allow in on " BRIDGE);
    judged(LIST(CHAIN("ip", "filter", "INPUT", "input", "drop") ", " PLAIN("ip", "filter", "ufw-user-input")
                RULE("ip", "filter", "ufw-user-input", IIF("==", "\"" BRIDGE "\"") ", " COUNTER ", " ACCEPT)), "ok", "none", "");
}

#define FIREWALLD CHAIN("inet", "firewalld", "filter_INPUT", "input", "accept") \
    RULE("inet", "firewalld", "filter_INPUT", STATE ", " ACCEPT) \
    RULE("inet", "firewalld", "filter_INPUT", IIF("==", "\"lo\"") ", " ACCEPT) \
    RULE("inet", "firewalld", "filter_INPUT", "{\"jump\": {\"target\": \"filter_INPUT_ZONES\"}}") \
    RULE("inet", "firewalld", "filter_INPUT", REJECT)

static void firewalld_is_mended_by_its_program(void **state)
{
    judged(LIST(FIREWALLD), "blocks", "(firewalld)",
           "sudo firewall-cmd --permanent --zone=trusted --add-interface=" BRIDGE " && sudo firewall-cmd --reload");
    judged(LIST(FIREWALLD RULE("inet", "firewalld", "filter_INPUT_ZONES", IIF("==", "\"" BRIDGE "\"")
                ", {\"goto\": {\"target\": \"filter_IN_trusted\"}}")), "ok", "none", "");
}

static void each_chain_is_a_finding(void **state)
{
    struct report report = open_report();
    struct firewall firewall = read_nft(LIST(CLOSED ", " CHAIN("inet", "f", "fwd", "forward", "drop")));

    doctor_firewall(&report, &firewall, BRIDGE, "");
    assert_int_equal(cJSON_GetArraySize(report.array), 2);
    assert_true(report.blocked);
    cJSON_Delete(report.array);
}

static void judged_legacy(const char *text, const char *result, const char *found, const char *remedy)
{
    struct report report = open_report();
    struct firewall firewall = {0};

    firewall_read_iptables(&firewall, text, BRIDGE);
    doctor_firewall(&report, &firewall, BRIDGE, "sudo ");
    expect(&report, result, found, remedy);
}

static void the_old_iptables_is_read_too(void **state)
{
#define SAVE(input, forward, rules) "# Generated by iptables-save v1.8.9\n*filter\n:INPUT " input " [0:0]\n:FORWARD " forward \
    " [12:720]\n:OUTPUT ACCEPT [0:0]\n" rules "COMMIT\n"
    judged_legacy(SAVE("ACCEPT", "ACCEPT", ""), "ok", "none", "");
    judged_legacy("*nat\n:INPUT DROP [0:0]\nCOMMIT\n", "ok", "none", "");
    judged_legacy(SAVE("DROP", "ACCEPT", ""), "blocks", "(iptables-legacy)", "sudo iptables-legacy -I INPUT -i vmn-+ -j ACCEPT");
    judged_legacy(SAVE("ACCEPT", "DROP", ""), "note", "chain FORWARD", "iptables-legacy -I FORWARD");
    judged_legacy(SAVE("ACCEPT", "DROP", "-A FORWARD -i vmn-+ -j ACCEPT\n"), "ok", "none", "");
    judged_legacy(SAVE("ACCEPT", "DROP", "-A FORWARD -i docker0 -j ACCEPT\n"), "note", "chain FORWARD", "");
    judged_legacy(SAVE("DROP", "ACCEPT", "-A INPUT -p udp -m udp --dport 67 -j ACCEPT\n"), "ok", "none", "");
    judged_legacy(SAVE("ACCEPT", "ACCEPT", "-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"), "blocks", "chain INPUT", "");
    judged_legacy(SAVE("ACCEPT", "ACCEPT", "-A INPUT -s 10.0.0.0/8 -j DROP\n"), "ok", "none", "");
}

static void bridges_and_netfilter(const char *json, int value, const char *result, const char *found)
{
    struct report report = open_report();
    struct firewall firewall = read_nft(json);

    doctor_bridge_netfilter(&report, &firewall, value, "sudo ");
    expect(&report, result, found, *result == 'o' ? "" : "sudo sysctl -w net.bridge.bridge-nf-call-iptables=0");
}

static void bridge_netfilter_matters_where_forwarding_is_dropped(void **state)
{
    const char *drops = LIST(CHAIN("ip", "filter", "FORWARD", "forward", "drop"));

    bridges_and_netfilter(drops, 1, "note", "is 1");
    bridges_and_netfilter(drops, 0, "ok", "off");
    bridges_and_netfilter(drops, -1, "ok", "off");
    bridges_and_netfilter(EMPTY, 1, "ok", "no firewall");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_chain_is_fine),
        cmocka_unit_test(what_is_no_ruleset_is_said),
        cmocka_unit_test(a_dropping_policy_eats_dhcp),
        cmocka_unit_test(so_does_a_last_rule_that_drops_all),
        cmocka_unit_test(a_rule_that_drops_some_does_not),
        cmocka_unit_test(a_rule_for_the_bridge_opens_the_chain),
        cmocka_unit_test(a_rule_for_others_does_not),
        cmocka_unit_test(dhcp_from_everywhere_is_enough_for_input),
        cmocka_unit_test(our_own_tables_do_not_count),
        cmocka_unit_test(docker_is_mended_in_its_own_chain),
        cmocka_unit_test(ufw_is_mended_by_its_program),
        cmocka_unit_test(firewalld_is_mended_by_its_program),
        cmocka_unit_test(each_chain_is_a_finding),
        cmocka_unit_test(the_old_iptables_is_read_too),
        cmocka_unit_test(bridge_netfilter_matters_where_forwarding_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
