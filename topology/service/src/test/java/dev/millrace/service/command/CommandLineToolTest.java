package dev.millrace.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.lifecycle.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the help, the errors for wrong usage, and that a command that fails prints one line. */
class CommandLineToolTest {

  /** Time-outs of less than a second, so that a command soon reports that no broker answers. */
  private static final String[] IMPATIENT = {
    "-X", "request.timeout.ms=200", "-X", "default.api.timeout.ms=300"
  };

  @TempDir Path folder;

  static Stream<String> commands() {
    return CommandTree.all(CommandTree.root())
        .map(command -> command.qualifiedName().substring("millrace".length()).strip());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_isThereForEveryCommand(String command) {
    CapturedRun run = CapturedRun.of((command + " --help").strip().split(" "));

    assertThat(run.succeeded().out())
        .contains("Usage: " + ("millrace " + command).strip())
        .contains("--verbose")
        .contains("--config");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void version_isANameAndAVersionInEachLine() {
    assertThat(CapturedRun.of("--version").succeeded().outLines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("millrace "),
            commit -> assertThat(commit).matches("commit (unknown|[0-9a-f]{7,40}(-dirty)?)"),
            java -> assertThat(java).isEqualTo("java " + Runtime.version()),
            kafka -> assertThat(kafka).isEqualTo("kafka " + AppInfoParser.getVersion()),
            runtime -> assertThat(runtime).matches("onnxruntime \\d+\\.\\d+\\.\\d+"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "models"})
  void command_missing(String args) {
    assertThat(CapturedRun.of(args.isEmpty() ? new String[0] : args.split(" ")).usageLine())
        .contains("give a command: ")
        .doesNotContain("man-pages");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "frobnicate",
        "models frobnicate",
        "doctor surplus",
        "send --frobnicate 1 pom.xml",
        "send --rate fast pom.xml",
        "send --rate 0 pom.xml",
        "send",
        "send -X nonsense pom.xml",
        "send -X no.such.key=1 pom.xml",
        "send -X bootstrap.servers=a:1 pom.xml",
        "tail --count many",
        "tail --count 0",
        "tail --idle -1",
        "tail --config",
        "models show",
        "models show --repository . --model a/b",
        "models import x.onnx --model m",
        "serve --model m --guarantee sometimes",
        "serve --model m --device tpu",
        "serve --model m --input a --output a",
        "doctor --device tpu",
        "doctor -X no.such.key=1",
        "broker --port 70000",
        "broker -X no.such.key=1"
      })
  void usage_wrong(String args) {
    assertThat(CapturedRun.of(args.split(" ")).usageLine()).isNotBlank();
  }

  @Test
  void usage_tellsWhatIsUnknown() {
    assertThat(CapturedRun.of("frobnicate").usageLine())
        .startsWith("millrace: there is no command 'frobnicate'");
    assertThat(CapturedRun.of("send", "--ratio", "1").usageLine())
        .startsWith("millrace send: there is no option '--ratio'");
    assertThat(CapturedRun.of("doctor", "now").usageLine())
        .startsWith("millrace doctor: 'now' is one argument too many");
  }

  static Stream<List<String>> commandsThatNeedABroker() {
    return Stream.of(
        List.of("send", "--topic", "images"),
        List.of("tail", "--count", "1"),
        List.of("serve", "--model", "m", "--broker-timeout", "0.5"));
  }

  @ParameterizedTest
  @MethodSource("commandsThatNeedABroker")
  void broker_unreachable(List<String> command) throws IOException {
    String address = closedPort();

    CapturedRun run = CapturedRun.of(arguments(command, address));

    assertThat(run.failureLine())
        .containsPattern(
            "no answer from a broker at " + address + " within \\d+\\.\\d s: the broker is")
        .contains("down or busy", "start a broker with 'millrace broker', give --bootstrap-servers")
        .contains("security.protocol");
  }

  @Test
  void broker_ofAnUnknownName() {
    assertThat(
            CapturedRun.of("tail", "--bootstrap-servers", "no-such-host.invalid:9092").errLines())
        .singleElement()
        .asString()
        .contains("no-such-host.invalid:9092", "--bootstrap-servers");
  }

  @Test
  void verbose_addsTheStackTrace() {
    Path missing = folder.resolve("missing");
    String[] args = {"models", "list", "--repository", missing.toString()};

    assertThat(CapturedRun.of(args).failureLine()).contains(missing.toString());

    CapturedRun verbose = CapturedRun.of(plus(args, "--verbose"));
    assertThat(verbose.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(verbose.err()).contains("ModelException").contains("\tat dev.millrace.");
  }

  @Test
  void verbose_mayBeInTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("millrace.properties"), "verbose=true\n");

    CapturedRun run =
        CapturedRun.of(
            "models",
            "list",
            "--repository",
            folder.resolve("missing").toString(),
            "--config",
            file.toString());

    assertThat(run.err()).contains("\tat dev.millrace.");
  }

  private String[] arguments(List<String> command, String address) throws IOException {
    String[] args = plus(command.toArray(String[]::new), "--bootstrap-servers", address);
    String[] patient = plus(args, IMPATIENT);
    return command.get(0).equals("send") ? plus(patient, image().toString()) : patient;
  }

  private Path image() throws IOException {
    return Files.write(folder.resolve("a.jpg"), new byte[] {1});
  }

  private static String closedPort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String[] plus(String[] args, String... more) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"loud", "dev.millrace=", "=info", "info=dev.millrace", "info;debug", ""})
  void wrongLogLevel_isRefused(String level) {
    CapturedRun run = CapturedRun.of("models", "list", "--log-level", level);
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .contains("'" + level + "' is neither a level (off, error,")
        .hasLineCount(1);
  }

  @Test
  void wrongLogFormat_isRefused() {
    CapturedRun run = CapturedRun.of("models", "list", "--log-format", "xml");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("[text, json]").contains("'xml'").hasLineCount(1);
  }
}
