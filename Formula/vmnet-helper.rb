# In the source tree the addresses and the sum are placeholders: scripts/release-formula.sh writes
# those of a release into a copy for the tap.
class VmnetHelper < Formula
  desc "Connect unprivileged virtual machines to the network of the host"
  homepage "https://example.org/vmnet-helper"
  url "https://example.org/vmnet-helper/releases/download/v1.0.0/vmnet-helper-1.0.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "Apache-2.0"
  head "https://example.org/vmnet-helper.git", branch: "main"

  livecheck do
    url :stable
    strategy :github_latest
  end

  depends_on "pkgconf" => :build
  depends_on "cjson"
  depends_on "libyaml"

  uses_from_macos "curl"

  on_linux do
    depends_on "libcap-ng"
    depends_on "libnl"
    depends_on "libseccomp"
    depends_on "nettle"
    depends_on "nftables"
  end

  def install
    system "make", "install", "PREFIX=#{prefix}"
    return unless OS.mac?

    # Last, because whatever changes the file makes its signature void.
    system "codesign", "--force", "--sign", "-", "--entitlements", "packaging/entitlements.plist", bin/"vmnet-helper"
  end

  def caveats
    <<~EOS
      On macOS 26 and later vmnet-helper needs no root.

      On Linux and on earlier macOS it is started as root, and then has to be in a folder that
      only root can write, which Homebrew's are not: do not run #{opt_bin}/vmnet-helper
      with sudo. The install.sh of the same release puts a copy at /opt/vmnet-helper/bin, where
      other programs look for it.

      vmnet-harness starts qemu; vmnet-bench uses iperf3 and gnuplot:
        brew install qemu iperf3 gnuplot
    EOS
  end

  test do
    assert_match "version: v#{version}", shell_output("#{bin}/vmnet-helper --version")
    # Frames through the program and back, without root.
    assert_match "joined: ok", shell_output("#{bin}/vmnet-helper --selftest")
    assert_match "--fd", shell_output("#{bin}/vmnet-helper 2>&1", 2)
    # The tools find what is installed with them.
    assert_match "host-to-vm", shell_output("#{bin}/vmnet-bench run --check quick")
    assert_match "tiny", shell_output("VMNET_HOME=#{testpath}/home #{bin}/vmnet-harness image list")
    assert_path_exists man1/"vmnet-run.1"
    if OS.mac?
      assert_match "com.apple.security.virtualization",
                   shell_output("codesign --display --entitlements - #{bin}/vmnet-helper 2>&1")
    end
  end
end
