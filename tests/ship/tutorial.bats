# docs/tutorial.md as it stands: its blocks are run in their order, in one shell.

bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/namespace
load ../lib/vm

# The blocks whose line above says that they are tested.
tested_blocks() {
    awk '/^<!-- tested -->$/ { wanted = 1; next }
         /^```sh$/ { inside = wanted; wanted = 0; next }
         /^```$/ { inside = 0 }
         inside' "$root/docs/tutorial.md"
}

@test "each block of commands is tested, or says why not" {
    run awk '/^```sh$/ && before !~ /^<!-- (tested|not run here: .+) -->$/ { print FILENAME ":" FNR ": " before } { before = $0 }' "$root/docs/tutorial.md"
    assert_output ""
    tested_blocks >"$BATS_TEST_TMPDIR/blocks"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/blocks")" -gt 15 ]
}

# Of a line of the harness: what is the same each time.
what_is_said() {
    sed -E 's/^ *\[ *[0-9.]+\] //; s/[0-9]+(\.[0-9]+){3}/ADDRESS/g; s#/[^ ;]*#PATH#g; s/\b(demo|one|lab|vt[0-9]+-[0-9]+)\b/NAME/g'
}

# readme_is_real OUTPUT: what README shows of its first command is what it prints: but for the making of the
# image, which other tests may have made already, and for what is emulated here.
readme_is_real() {
    what_is_said <<<"$1" >"$dir/said"
    sed -nE 's/^    ((\[|Virtual machine|Log in).*)/\1/p' "$root/README.md" | grep -vE 'building image|image tiny(:| is)|emulated' |
        what_is_said >"$dir/readme"
    [ "$(wc -l <"$dir/readme")" -ge 6 ]
    local line
    while read -r line; do
        grep -qxF -e "$line" "$dir/said" || fail "README shows \"$line\", which is not printed"
    done <"$dir/readme"
}

@test "the commands of the tutorial work" {
    vm_setup
    # Its namespace is called lab, which this machine may have; and where other tests run at the same
    # time a guest may need longer than a reader's.
    namespace_remove
    mkdir "$dir/bin"
    ln -s "$bin/vmnet-helper" "$bin/vmnet-client" "$dir/bin/"
    cat >"$dir/bin/vmnet-harness" <<HARNESS
#!/bin/sh
if [ "\$1 \$2" = "vm start" ]; then
    shift 2
    exec "$bin/vmnet-harness" vm start --timeout 300 "\$@"
fi
exec "$bin/vmnet-harness" "\$@"
HARNESS
    chmod +x "$dir/bin/vmnet-harness"
    { echo "set -eux"; tested_blocks | sed "s/=lab\$/=$ns/"; } >"$dir/commands"
    grep -qx "export VMNET_NETNS=$ns" "$dir/commands"
    run env PATH="$dir/bin:$PATH" timeout -k 5 900 bash "$dir/commands" </dev/null 3>&-
    assert_success
    assert_line Linux
    readme_is_real "$output"
    assert_line --partial "2 packets transmitted, 2 packets received"
    assert_line --regexp "^the card has the address [0-9a-f:]{17}$"
    [ ! -e "/run/netns/$ns" ]
}

teardown() {
    [ -z "${dir:-}" ] || vm_teardown
}

@test "the picture of the architecture is right as XML, and says in words what it shows" {
    run python3 - "$root/docs/architecture.svg" <<'PYTHON'
import sys, xml.etree.ElementTree as tree
svg = tree.parse(sys.argv[1]).getroot()
space = "{http://www.w3.org/2000/svg}"
assert svg.tag == space + "svg" and svg.get("viewBox"), svg.tag
assert svg.find(space + "title").text and len(svg.find(space + "desc").text) > 100
# It brings all it needs: no script, nothing from elsewhere.
for element in svg.iter():
    assert not element.tag.endswith(("script", "image", "foreignObject")), element.tag
    assert not any("href" in name or value.startswith("http") for name, value in element.attrib.items())
PYTHON
    assert_success
}
