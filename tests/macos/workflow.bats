# What runs on Macs, as far as it can be told here: the workflow as a file, and its scripts with doubles of the
# commands that only a Mac has.

load ../lib/common
load ../lib/namespace
load ../lib/double

workflow=$root/.github/workflows/macos.yml

setup_file() { double_build; }

setup() {
    unset VMNET_DATA
    tools_dir=$BATS_TEST_TMPDIR/bin
    mkdir "$tools_dir"
    log=$BATS_TEST_TMPDIR/log
    export log
    stand_in sw_vers 'echo 15.4'
    stand_in sudo 'while case $1 in -*) true ;; *) false ;; esac; do shift; done; exec "$@"'
}

teardown() {
    [ -z "${ns:-}" ] || namespace_remove
    [ -z "${folder:-}" ] || rm -rf "$folder"
}

# stand_in NAME SCRIPT: a command of a Mac's
stand_in() {
    printf '#!/bin/sh\n%s\n' "$2" >"$tools_dir/$1"
    chmod +x "$tools_dir/$1"
}

# What Ruby's parser finds in the workflow: query 'EXPRESSION of doc'
query() {
    command -v ruby >/dev/null || skip "needs ruby"
    ruby -ryaml -e 'doc = YAML.load_file(ARGV[0]); steps = doc["jobs"].values.flat_map { |job| job["steps"] }
        puts(eval(ARGV[1]))' "$workflow" "$1"
}

@test "the workflow is YAML with these jobs, on these Macs" {
    run query 'doc["jobs"].map { |name, job| "#{name}: #{(job.dig("strategy", "matrix", "os") || [job["runs-on"]]).join(" ")}" }'
    assert_output "helper: macos-15 macos-26 macos-26-intel
formula: macos-15 macos-26 macos-26-intel
caller: macos-15 macos-26 macos-26-intel
guests: macos-26-intel"
}

# A key that GitHub does not know is an error there, and nothing here would see it.
@test "each job and each step has only keys that a workflow may have" {
    run query '(doc["jobs"].values.flat_map(&:keys) - %w[strategy name runs-on timeout-minutes env steps needs if permissions container]).uniq'
    assert_output ""
    run query '(steps.flat_map(&:keys) - %w[uses run with if name env]).uniq'
    assert_output ""
    run query 'steps.reject { |step| step.key?("run") ^ step.key?("uses") }.length'
    assert_output 0
    run query 'doc["jobs"].values.count { |job| !job["timeout-minutes"] || !job["runs-on"] }'
    assert_output 0
    run query 'doc["permissions"].inspect'
    assert_output --regexp '^\{"contents" ?=> ?"read"\}$'
}

@test "each expression names what is there" {
    run query 'matrix = doc["jobs"].transform_values { |job| (job.dig("strategy", "matrix") || {}).keys }
        doc["jobs"].flat_map { |name, job| job.to_s.scan(/\$\{\{ *(.*?) *\}\}/).flatten.reject { |used|
            used =~ /\Amatrix\.(\w+)\z/ && matrix[name].include?($1) } }'
    assert_output ""
}

@test "each step is one script of the repository, and nothing else" {
    run query 'steps.map { |step| step["run"] }.compact.uniq'
    assert_output 'tests/macos/runner/build.sh
tests/macos/runner/modes.sh
tests/macos/runner/check.sh
tests/macos/runner/brew.sh
tests/macos/runner/caller.sh "$CALLER"
tests/macos/runner/guests.sh'
    for script in $(grep -o 'tests/macos/runner/[a-z]*\.sh' "$workflow" | sort -u); do
        [ -x "$root/$script" ] || fail "$script is no executable file"
        shellcheck "$root/$script"
    done
}

@test "each action is pinned by its commit" {
    run query 'steps.map { |step| step["uses"] }.compact.reject { |uses| uses =~ /\A[\w-]+\/[\w-]+@[0-9a-f]{40}\z/ }'
    assert_output ""
    # The version beside it, for people.
    run grep -cE 'uses: [^@]+@[0-9a-f]{40} # v[0-9.]+$' "$workflow"
    assert_output "$(grep -c 'uses:' "$workflow")"
}

@test "the entitlement is a property list with the one key" {
    run python3 -c '
import plistlib, sys
print(plistlib.load(open(sys.argv[1], "rb")))' "$root/packaging/entitlements.plist"
    assert_success
    assert_output "{'com.apple.security.virtualization': True}"
}

# A copy of the tree, for scripts that write into it.
copy_tree() {
    tree=$BATS_TEST_TMPDIR/tree
    mkdir -p "$tree/tests/macos/runner"
    cp "$root"/tests/macos/runner/*.sh "$tree/tests/macos/runner/"
    cp -R "$root/packaging" "$root/benchmarks" "$root/scripts" "$root/Formula" "$root/VERSION" "$tree/"
}

@test "build.sh: installs, builds, signs, and asks each program who it is" {
    copy_tree
    mkdir -p "$tree/build"
    ln -s "$build/bin" "$tree/build/bin"
    for command in brew make otool; do
        stand_in $command 'echo "$(basename "$0") $*" >>"$log"'
    done
    stand_in codesign 'echo "<key>com.apple.security.virtualization</key>"'
    run env PATH="$tools_dir:$PATH" "$tree/tests/macos/runner/build.sh"
    # A list of interfaces is what a helper for Linux has as well.
    assert_success
    run cat "$log"
    assert_line --regexp '^brew install .*cjson libyaml'
    assert_line "make sign"
    assert_equal "$(grep -c '^otool -L build/bin/vmnet-' "$log")" 4
}

@test "build.sh: a helper without the entitlement is a failure" {
    copy_tree
    for command in brew make otool; do
        stand_in $command :
    done
    stand_in codesign 'echo nothing'
    run env PATH="$tools_dir:$PATH" "$tree/tests/macos/runner/build.sh"
    assert_failure
}

# With a helper that does nothing, and a python3 that only tells.
@test "modes.sh: tries them all, and fails when one does" {
    stand_in python3 'shift
case $* in *bridged*) exit 1 ;; esac
echo "$*"'
    stand_in helper 'echo en0'
    run env PATH="$tools_dir:$PATH" HELPER="$tools_dir/helper" LOG="$BATS_TEST_TMPDIR/log" "$root/tests/macos/runner/modes.sh"
    assert_failure 1
    assert_line --regexp '^FAILED: .*bridged --shared-interface en0$'
    assert_equal "$(grep -c FAILED <<<"$output")" 1
    run wc -l <"$BATS_TEST_TMPDIR/log"
    assert_output 6
}

@test "check.sh: installs what tests need, and runs units and command line" {
    stand_in brew 'echo "brew $*" >>"$log"; echo /opt/homebrew'
    stand_in make 'echo "make $* $BATS_LIB_PATH $CPATH" >>"$log"'
    run env PATH="$tools_dir:$PATH" "$root/tests/macos/runner/check.sh"
    assert_success
    run cat "$log"
    assert_line --regexp '^brew install .*bats-core.*cmocka'
    assert_line "make check-unit check-cli /opt/homebrew/lib /opt/homebrew/include"
}

# With the tarball and formula of this commit; the tap is a folder.
@test "brew.sh: style and audit of the release's formula, then install and test from this commit's tarball" {
    git -C "$root" rev-parse --git-dir >/dev/null 2>&1 || skip "needs a git clone"
    version=$(cat "$root/VERSION")
    export place=$BATS_TEST_TMPDIR/tap
    mkdir -p "$place/Formula" "$place/prefix/bin"
    printf '#!/bin/sh\necho "version: v%s"\n' "$version" >"$place/prefix/bin/vmnet-helper"
    chmod +x "$place/prefix/bin/vmnet-helper"
    stand_in brew 'echo "brew $*" >>"$log"
case $1 in
--repository) echo "$place" ;;
--prefix) echo "$place/prefix" ;;
audit) cp "$place/Formula/vmnet-helper.rb" "$place/audited.rb" ;;
install) url=$(sed -n "s|^  url \"file://\(.*\)\"|\1|p" "$place/Formula/vmnet-helper.rb")
    sha=$(sed -n "s|^  sha256 \"\(.*\)\"|\1|p" "$place/Formula/vmnet-helper.rb")
    echo "$sha  $url" | sha256sum --check --quiet || exit 1 ;;
esac'
    run env PATH="$tools_dir:$PATH" "$root/tests/macos/runner/brew.sh"
    assert_success
    run grep -oE '^brew (tap-new|style|audit|install|test|uninstall)' "$log"
    assert_output "brew tap-new
brew style
brew audit
brew install
brew test
brew uninstall"
    grep -qF "/releases/download/v$version/vmnet-helper-$version.tar.gz" "$place/audited.rb"
}

# The helper for macOS, on the double: the sequences and the way to them are those of the runner.
@test "caller.sh: each caller's sequence" {
    [ -z "$missing" ] || skip "$missing"
    need_root
    need_tun
    namespace_make
    folder=$(mktemp -d /tmp/vd.XXXXXX)
    double_folder "$folder" FAKE_VMNET_TAP=mac0 FAKE_VMNET_SUBNET=192.168.105 FAKE_VMNET_LIST=en0
    mv "$folder/vmnet-helper" "$folder/start"
    printf '#!/bin/sh\nexec "%s/start" "$@"\n' "$folder" >"$folder/vmnet-helper"
    chmod +x "$folder/vmnet-helper"
    callers=$(query 'doc["jobs"]["caller"]["strategy"]["matrix"]["caller"]')
    [ "$(wc -w <<<"$callers")" -eq 8 ]
    for caller in $callers; do
        run ip netns exec "$ns" env PATH="$tools_dir:$PATH" HELPER="$folder/vmnet-helper" \
            timeout -k 5 200 "$root/tests/macos/runner/caller.sh" "$caller" 3>&-
        assert_success
        assert_line --regexp "^== $caller: "
    done
}

@test "caller.sh: a caller that nobody knows" {
    run env PATH="$tools_dir:$PATH" "$root/tests/macos/runner/caller.sh" nobody
    assert_failure 2
    assert_output --partial "usage"
}

@test "report.sh: one file with all steps, and a failure that does not end it" {
    copy_tree
    for script in build modes caller; do
        printf '#!/bin/sh\necho "%s $*"\n[ "$*" != lima ]\n' $script >"$tree/tests/macos/runner/$script.sh"
    done
    printf '#!/bin/sh\necho "bench $*"\n' >"$tree/bench"
    chmod +x "$tree/bench"
    stand_in vfkit :
    run env PATH="$tools_dir:$PATH" "$tree/tests/macos/runner/report.sh" "$BATS_TEST_TMPDIR/report"
    assert_failure 1
    assert_line "FAILED: tests/macos/runner/caller.sh lima"
    assert_equal "$(grep -c FAILED <<<"$output")" 1
    run grep -E '^(build|modes|caller|bench|FAILED)' "$BATS_TEST_TMPDIR/report"
    assert_line --index 0 "build "
    assert_line "caller readme"
    assert_line "bench run benchmarks/quick.yaml"
    assert_line --partial "FAILED"
    # Those of the workflow, all of them.
    for caller in $(query 'doc["jobs"]["caller"]["strategy"]["matrix"]["caller"]'); do
        assert_line "caller $caller"
    done
}

@test "guests.sh: a guest under each driver, and the quick benchmark, whose results are kept" {
    copy_tree
    for command in brew; do
        stand_in $command :
    done
    # shellcheck disable=SC2016 # the scripts expand
    printf '#!/bin/sh\necho "$(basename "$0") $*" >>"$log"\n' | tee "$tree/harness" >"$tree/bench"
    chmod +x "$tree/harness" "$tree/bench"
    run env PATH="$tools_dir:$PATH" "$tree/tests/macos/runner/guests.sh"
    assert_success
    run grep -v doctor "$log"
    assert_output "harness vm start ci-vfkit --driver vfkit --timeout 600
harness vm exec ci-vfkit -- uname -a
harness vm delete ci-vfkit
harness vm start ci-qemu --driver qemu --timeout 600
harness vm exec ci-qemu -- uname -a
harness vm delete ci-qemu
bench create
bench run out/quick.yaml"
    run "$build/bin/vmnet-bench" run --check "$tree/out/quick.yaml"
    assert_success
    assert_output --partial host-to-vm
    grep -qx 'output: out/quick' "$tree/out/quick.yaml"
}
