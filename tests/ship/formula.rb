# Enough of Homebrew to load a formula, to check it against the rules that `brew audit --strict` has
# for what is in the text, and to run its install and test blocks for real.
#
#   ruby formula.rb check FORMULA
#   ruby formula.rb run FORMULA TARBALL PREFIX    build, install and test it
require "digest"
require "fileutils"
require "open3"
require "pathname"
require "tmpdir"

# What the formula says of itself, in the order in which it does.
class Formula
  class << self
    attr_reader :facts, :order, :dependencies, :test_block

    def inherited(formula)
      super
      formula.instance_eval do
        @facts = {}
        @order = []
        @dependencies = Hash.new { |hash, key| hash[key] = [] }
        @group = :all
      end
    end

    %i[desc homepage url sha256 license].each do |name|
      define_method(name) do |value|
        @order << name
        @facts[name] = value
      end
    end

    def head(value, branch:)
      @order << :head
      @facts[:head] = [value, branch]
    end

    def livecheck
      @order << :livecheck
      raise "livecheck needs a block" unless block_given?
    end

    def depends_on(what)
      @order << :depends_on if @group == :all
      name, tag = what.is_a?(Hash) ? what.first : [what, nil]
      @dependencies[@group] << [tag.to_s, name]
    end

    def uses_from_macos(name)
      @order << :uses_from_macos
      raise "#{name} does not come with macOS" unless %w[bison curl flex libpcap ruby zlib].include?(name)
    end

    def on_linux
      @order << :on_linux
      @group = :linux
      yield
      @group = :all
    end

    def test(&block)
      @order << :test
      @test_block = block
    end

    def method_added(name)
      super
      @order << name if %i[install caveats].include?(name)
    end
  end

  attr_reader :prefix, :testpath

  def initialize(prefix, testpath)
    @prefix = Pathname(prefix)
    @testpath = Pathname(testpath)
  end

  def version = self.class.facts[:url][/-(\d+\.\d+\.\d+)\.tar\.gz\z/, 1]
  def bin = prefix/"bin"
  def man1 = prefix/"share/man/man1"
  def opt_bin = Pathname("/opt/homebrew/opt/vmnet-helper/bin")

  def system(*command)
    Kernel.system(*command.map(&:to_s)) || raise("failed: #{command.join(" ")}")
  end

  def shell_output(command, expected = 0)
    output, status = Open3.capture2(command)
    raise "#{command}: exit status #{status.exitstatus}, not #{expected}" unless status.exitstatus == expected

    output
  end

  def assert_match(expected, actual)
    raise "no #{expected.inspect} in #{actual.inspect}" unless actual.match?(expected.is_a?(String) ? Regexp.escape(expected) : expected)
  end

  def assert_path_exists(path)
    raise "no #{path}" unless File.exist?(path)
  end
end

# This machine.
module OS
  def self.mac? = RUBY_PLATFORM.include?("darwin")
end

ORDER = %i[desc homepage url sha256 license head livecheck depends_on uses_from_macos on_linux install caveats test].freeze

def must(truth, what)
  raise what unless truth
end

def check_description(text)
  must text.length <= 80, "desc is too long"
  must text.match?(/\A[A-Z]/), "desc begins with a capital letter"
  must !text.match?(/\A(A|An|The) /), "desc begins with an article"
  must !text.end_with?("."), "desc ends with a full stop"
  must !text.match?(/command line/i), "it is command-line"
  must !text.match?(/vmnet-helper/i), "desc has the formula's name"
end

def check(formula, source)
  facts = formula.facts
  check_description(facts[:desc])
  must formula.order.chunk_while { |a, b| a == b }.map(&:first) == ORDER, "the order is #{formula.order.inspect}"
  must facts[:homepage].start_with?("https://"), "homepage is not https"
  must facts[:url].match?(%r{\Ahttps://.*/v(\d+\.\d+\.\d+)/vmnet-helper-\1\.tar\.gz\z}), "url is not of a tagged release"
  must facts[:sha256].match?(/\A[0-9a-f]{64}\z/), "sha256 is not one"
  must facts[:license] == "Apache-2.0", "license differs from LICENSE"
  formula.dependencies.each_value do |list|
    groups = list.chunk_while { |a, b| a[0] == b[0] }.to_a
    must groups.all? { |group| group.map(&:last) == group.map(&:last).sort }, "dependencies are not in order: #{list}"
    must list.index { |tag, _| tag.empty? }.to_i >= list.count { |tag, _| !tag.empty? }, "build dependencies come first"
  end
  caveats = formula.new("/prefix", "/test").caveats
  must !caveats.match?(/\e|setuid|chmod/), "caveats recommend setuid or have escapes"
  must source.lines.all? { |line| line.chomp.length <= 118 && line !~ /\s+\n\z/ }, "a line is too long, or has blanks at its end"
  must !source.include?("FileUtils."), "FileUtils. is not needed"
end

def run(formula, tarball, prefix)
  must Digest::SHA256.file(tarball).hexdigest == formula.facts[:sha256], "sha256 is not that of the tarball"
  Dir.mktmpdir("formula") do |work|
    system("tar", "-xzf", tarball, "-C", work, exception: true)
    testpath = File.join(work, "test")
    Dir.mkdir(testpath)
    instance = formula.new(prefix, testpath)
    Dir.chdir(Dir.glob("#{work}/vmnet-helper-*").first) { instance.install }
    Dir.chdir(testpath) { instance.instance_eval(&formula.test_block) }
  end
end

command, file, *rest = ARGV
load file
check(VmnetHelper, File.read(file))
run(VmnetHelper, *rest) if command == "run"
puts "#{command}: ok"
