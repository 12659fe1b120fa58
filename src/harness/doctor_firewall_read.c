#include "harness/doctor_firewall.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

    return text ? text : "";
}

/* "vmn-s*" in nft, "vmn-s+" in iptables. */
static bool names_bridge(const char *pattern, const char *bridge)
{
    size_t length = strlen(pattern);

    if (length && strchr("*+", pattern[length - 1]))
        return length > 1 && strncmp(pattern, bridge, length - 1) == 0;
    return strcmp(pattern, bridge) == 0;
}

/* A value, {"set": [...]} or {"range": [first, last]}. */
static bool holds(const cJSON *value, const char *bridge, int port)
{
    const cJSON *set = cJSON_GetObjectItemCaseSensitive(value, "set");
    const cJSON *range = cJSON_GetObjectItemCaseSensitive(value, "range");
    const cJSON *item;

    cJSON_ArrayForEach(item, set) {
        if (holds(item, bridge, port))
            return true;
    }
    if (range)
        return !bridge && cJSON_GetNumberValue(cJSON_GetArrayItem(range, 0)) <= port &&
               cJSON_GetNumberValue(cJSON_GetArrayItem(range, 1)) >= port;
    if (bridge)
        return cJSON_IsString(value) && names_bridge(value->valuestring, bridge);
    return cJSON_IsNumber(value) && (int)value->valuedouble == port;
}

/* What a rule says: of whom, and what becomes of it. */
struct rule {
    int conditions;
    bool other_interface; /* it is about another than our bridge */
    bool bridge;          /* it names our bridge */
    bool all_but_others;  /* `iifname != "eth0"` */
    bool dhcp, accepts, goes_on, drops;
};

static void read_match(struct rule *rule, const cJSON *match, const char *bridge)
{
    const cJSON *left = cJSON_GetObjectItemCaseSensitive(match, "left");
    const cJSON *right = cJSON_GetObjectItemCaseSensitive(match, "right");
    const char *meta = text_of(cJSON_GetObjectItemCaseSensitive(left, "meta"), "key");
    const char *field = text_of(cJSON_GetObjectItemCaseSensitive(left, "payload"), "field");
    bool equal = strcmp(text_of(match, "op"), "!=") != 0;

    rule->conditions++;
    if (strcmp(meta, "iifname") == 0 || strcmp(meta, "iif") == 0) {
        bool ours = holds(right, bridge, 0) == equal;
        rule->bridge |= ours && equal;
        rule->all_but_others |= ours && !equal;
        rule->other_interface |= !ours;
    } else if (strcmp(field, "dport") == 0) {
        rule->dhcp |= equal && holds(right, NULL, 67);
    }
}

static void read_rule(struct rule *rule, const cJSON *json, const char *bridge)
{
    const cJSON *expression;

    *rule = (struct rule){0};
    cJSON_ArrayForEach(expression, cJSON_GetObjectItemCaseSensitive(json, "expr")) {
        const cJSON *part = expression->child;
        const char *kind = part && part->string ? part->string : "";
        if (strcmp(kind, "match") == 0)
            read_match(rule, part, bridge);
        else if (strcmp(kind, "accept") == 0)
            rule->accepts = true;
        else if (strcmp(kind, "jump") == 0 || strcmp(kind, "goto") == 0)
            rule->goes_on = true;
        else if (strcmp(kind, "drop") == 0 || strcmp(kind, "reject") == 0 || strcmp(text_of(part, "name"), "REJECT") == 0)
            rule->drops = true; /* iptables' REJECT is {"xt": {"type": "target", "name": "REJECT"}} */
        else if (strcmp(kind, "counter") != 0 && strcmp(kind, "log") != 0)
            rule->conditions++;
    }
}

static bool opens(const struct rule *rule, enum firewall_hook hook)
{
    if (rule->other_interface)
        return false;
    if (rule->bridge)
        return rule->accepts || rule->goes_on;
    if (rule->all_but_others && rule->conditions == 1)
        return rule->accepts;
    return rule->accepts && ((hook == HOOK_INPUT && rule->dhcp) || rule->conditions == 0);
}

/* Rules of chains that are jumped to count for the chains of their table that have a hook. */
static void apply_rule(struct firewall_chain *chain, const cJSON *json, const char *bridge)
{
    struct rule rule;

    if (strcmp(text_of(json, "family"), chain->family) != 0 || strcmp(text_of(json, "table"), chain->table) != 0)
        return;
    bool own = strcmp(text_of(json, "chain"), chain->name) == 0;
    read_rule(&rule, json, bridge);
    if (own && rule.drops && rule.conditions == 0)
        chain->closed = true;
    if (opens(&rule, chain->hook) && (own || rule.bridge || rule.dhcp))
        chain->lets_through = true;
}

/* The programs that make chains leave their names in the table. */
static enum firewall_owner find_owner(const cJSON *list, const struct firewall_chain *chain)
{
    enum firewall_owner owner = OWNER_NFT;
    const cJSON *item;

    if (strcmp(chain->table, "firewalld") == 0)
        return OWNER_FIREWALLD;
    if (strcmp(chain->table, "filter") == 0 && (strcmp(chain->name, "INPUT") == 0 || strcmp(chain->name, "FORWARD") == 0))
        owner = OWNER_IPTABLES;
    cJSON_ArrayForEach(item, list) {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(item, "chain");
        if (strcmp(text_of(other, "family"), chain->family) != 0 || strcmp(text_of(other, "table"), chain->table) != 0)
            continue;
        if (strncmp(text_of(other, "name"), "ufw-", 4) == 0)
            return OWNER_UFW;
        if (strcmp(text_of(other, "name"), "DOCKER-USER") == 0 && chain->hook == HOOK_FORWARD)
            owner = OWNER_DOCKER;
    }
    return owner;
}

static bool read_chain(struct firewall_chain *chain, const cJSON *json)
{
    const char *hook = text_of(json, "hook"), *family = text_of(json, "family");

    *chain = (struct firewall_chain){.hook = strcmp(hook, "forward") == 0 ? HOOK_FORWARD : HOOK_INPUT};
    if (strcmp(hook, "forward") != 0 && strcmp(hook, "input") != 0)
        return false;
    if ((strcmp(family, "ip") != 0 && strcmp(family, "inet") != 0) || strcmp(text_of(json, "type"), "filter") != 0 ||
        strncmp(text_of(json, "table"), "vmn-", 4) == 0)
        return false;
    chain->closed = strcmp(text_of(json, "policy"), "drop") == 0;
    return text_copy(chain->family, sizeof(chain->family), family) &&
           text_copy(chain->table, sizeof(chain->table), text_of(json, "table")) &&
           text_copy(chain->name, sizeof(chain->name), text_of(json, "name"));
}

int firewall_read_nft(struct firewall *firewall, const char *json, const char *bridge)
{
    cJSON *root = cJSON_Parse(json);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "nftables"), *item, *rule;

    cJSON_ArrayForEach(item, list) {
        struct firewall_chain chain;
        if (!read_chain(&chain, cJSON_GetObjectItemCaseSensitive(item, "chain")) ||
            firewall->count == (int)(sizeof(firewall->chains) / sizeof(*firewall->chains)))
            continue;
        chain.owner = find_owner(list, &chain);
        cJSON_ArrayForEach(rule, list) {
            apply_rule(&chain, cJSON_GetObjectItemCaseSensitive(rule, "rule"), bridge);
        }
        firewall->chains[firewall->count++] = chain;
    }
    int result = list ? 0 : -1;
    cJSON_Delete(root);
    return result;
}

/* ":FORWARD DROP [0:0]" */
static void read_policy(struct firewall *firewall, const char *line)
{
    char name[32], policy[16];

    if (sscanf(line, ":%31s %15s", name, policy) != 2 || (strcmp(name, "INPUT") != 0 && strcmp(name, "FORWARD") != 0) ||
        firewall->count == (int)(sizeof(firewall->chains) / sizeof(*firewall->chains)))
        return;
    struct firewall_chain *chain = &firewall->chains[firewall->count++];
    *chain = (struct firewall_chain){.owner = OWNER_LEGACY, .family = "ip", .table = "filter"};
    text_copy(chain->name, sizeof(chain->name), name);
    chain->hook = strcmp(name, "FORWARD") == 0 ? HOOK_FORWARD : HOOK_INPUT;
    chain->closed = strcmp(policy, "DROP") == 0;
}

/* "-A FORWARD -i vmn-+ -j ACCEPT": words in pairs, more or less. */
static void read_line(struct firewall_chain *chain, char *line, const char *bridge)
{
    const char *in = NULL, *jump = "", *port = "", *word, *before = "";
    bool conditional = false, own = false;

    for (char *rest = line; (word = strsep(&rest, " ")); before = word) {
        if (strcmp(before, "-A") == 0)
            own = strcmp(word, chain->name) == 0;
        else if (strcmp(before, "-i") == 0)
            in = word;
        else if (strcmp(before, "--dport") == 0)
            port = word;
        else if (strcmp(before, "-j") == 0 || strcmp(before, "-g") == 0)
            jump = word;
        /* What comes after the target are the target's own. */
        if (!*jump && word[0] == '-' && strcmp(word, "-A") != 0 && strcmp(word, "-j") != 0 && strcmp(word, "-g") != 0)
            conditional = true;
    }
    bool accepts = strcmp(jump, "ACCEPT") == 0, drops = strcmp(jump, "DROP") == 0 || strcmp(jump, "REJECT") == 0;
    if (own && drops && !conditional)
        chain->closed = true;
    if (in && names_bridge(in, bridge) && !drops)
        chain->lets_through = true;
    if (own && !in && accepts && (!conditional || (chain->hook == HOOK_INPUT && strcmp(port, "67") == 0)))
        chain->lets_through = true;
}

void firewall_read_iptables(struct firewall *firewall, const char *text, const char *bridge)
{
    int first = firewall->count;
    bool filter = false;
    char line[1024];

    for (const char *next; *text; text = next) {
        size_t length = strcspn(text, "\n");
        next = text + length + (text[length] == '\n');
        if (!text_format(line, sizeof(line), "%.*s", (int)length, text))
            continue;
        if (line[0] == '*')
            filter = strcmp(line, "*filter") == 0;
        else if (filter && line[0] == ':')
            read_policy(firewall, line);
        else if (filter && line[0] == '-')
            for (int i = first; i < firewall->count; i++) {
                char words[1024];
                text_copy(words, sizeof(words), line);
                read_line(&firewall->chains[i], words, bridge);
            }
    }
}
