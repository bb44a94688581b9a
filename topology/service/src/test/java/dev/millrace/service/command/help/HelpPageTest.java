package dev.millrace.service.command.help;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.CommandLineTool;
import dev.millrace.service.command.CommandTree;
import dev.millrace.service.command.output.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class HelpPageTest {

  static Stream<CommandSpec> commands() {
    return CommandTree.all(CommandTree.root());
  }

  @ParameterizedTest
  @CsvSource({"40, 55", "80, 80", "100, 100", "120, 120", "400, 120"})
  void help_isAsWideAsTheTerminal(int columns, int expected) {
    int widest = help(columns, "serve").lines().mapToInt(String::length).max().orElseThrow();

    assertThat(widest).isBetween(expected - 12, expected);
  }

  @Test
  void pipedHelp_isAtMost80Wide() {
    assertThat(CapturedRun.of("serve", "--help").out().lines())
        .allMatch(line -> line.length() <= Terminal.USUAL_COLUMNS);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void command_hasExamplesThatBeginWithItsName(CommandSpec command) {
    if (command.parent() == null) {
      return;
    }
    assertThat(command.usageMessage().footerHeading()).isEqualTo(Examples.HEADING);
    assertThat(command.usageMessage().footer())
        .isNotEmpty()
        .allMatch(line -> line.startsWith("  " + command.qualifiedName()))
        .allMatch(line -> line.length() < Terminal.USUAL_COLUMNS);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void examples_areUnderstood(CommandSpec command) {
    if (command.parent() == null) {
      return;
    }
    for (String example : command.usageMessage().footer()) {
      String[] args = example.strip().replaceAll("^millrace | >.*", "").split(" ");
      CommandLine.ParseResult parsed = CommandTree.root().parseArgs(args);
      assertThat(parsed.errors()).isEmpty();
    }
  }

  /** The list of commands shows the first line of each command's description. */
  @ParameterizedTest
  @MethodSource("commands")
  void command_hasOneLineInTheList(CommandSpec command) {
    if (command.parent() == null || command.usageMessage().hidden()) {
      return;
    }
    String first = command.usageMessage().description()[0];
    String list =
        help(Terminal.USUAL_COLUMNS, command.parent().qualifiedName().split(" "))
            .replaceAll("(?s).*Commands:|Common:.*", "");

    assertThat(list.lines().map(String::strip))
        .anyMatch(line -> line.matches(command.name() + " +" + Pattern.quote(first)));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void sentences_endWithAFullStop(CommandSpec command) {
    assertThat(command.usageMessage().description()).allMatch(line -> line.endsWith("."));
    assertThat(command.options())
        .allSatisfy(
            option ->
                assertThat(option.description())
                    .as(option.longestName())
                    .isNotEmpty()
                    .allMatch(line -> line.endsWith(".")));
  }

  /** picocli formats each text, so a bare percent sign fails. */
  @ParameterizedTest
  @MethodSource("commands")
  void texts_haveNoPercentSign(CommandSpec command) {
    assertThat(command.usageMessage().description()).noneMatch(line -> line.contains("%"));
    assertThat(command.options())
        .allSatisfy(
            option ->
                assertThat(option.description())
                    .as(option.longestName())
                    .noneMatch(line -> line.contains("%")));
  }

  @Test
  void options_areInGroups() {
    List<String> headings =
        CapturedRun.of("serve", "--help").outLines().stream()
            .filter(line -> line.matches("[A-Z][A-Za-z0-9 ]*:"))
            .toList();

    assertThat(headings)
        .containsExactly(
            "Model:",
            "Topics:",
            "Images that are stored elsewhere:",
            "S3:",
            "Decoding and batching:",
            "Predictions:",
            "Kafka:",
            "HTTP:",
            "Advanced:",
            "Common:",
            "Examples:");
  }

  @Test
  void requiredOption_saysSo() {
    assertThat(HelpPageTest.commands().flatMap(command -> command.options().stream()))
        .filteredOn(option -> option.required())
        .isNotEmpty()
        .allMatch(option -> option.description()[0].endsWith("(required)."));
  }

  @Test
  void shortOption_isSeparatedFromItsValueByASpace() {
    assertThat(CapturedRun.of("tail", "--help").out()).contains("-X KEY=VALUE");

    CommandLine root = CommandTree.root();
    HelpPage.layOut(root, Terminal.USUAL_COLUMNS);
    assertThat(root.getSubcommands().get("tail").getUsageMessage(CommandLine.Help.Ansi.ON))
        .contains("\u001b[")
        .satisfies(
            help -> assertThat(help.replaceAll("\u001b\\[[\\d;]*m", "")).contains("-X KEY=VALUE"));
  }

  @Test
  void enum_isInLowerCase() {
    assertThat(CapturedRun.of("train", "--help").out())
        .contains("step, cosine,", "imagenet, cifar");
  }

  @Test
  void commonOptions_haveTheUsualPhrases() {
    assertThat(CapturedRun.of("--help").out())
        .contains("Show this help message and exit.", "Print version information and exit.");
  }

  @Test
  void helpCommand_showsTheHelpOfACommand() {
    assertThat(CapturedRun.of("help", "serve").succeeded().out())
        .isEqualTo(CapturedRun.of("serve", "--help").succeeded().out());
    assertThat(CapturedRun.of("help", "models", "import").succeeded().out())
        .isEqualTo(CapturedRun.of("models", "import", "--help").succeeded().out());
    assertThat(CapturedRun.of("help").succeeded().out())
        .isEqualTo(CapturedRun.of("--help").succeeded().out());
  }

  private static String help(int columns, String... command) {
    StringWriter out = new StringWriter();
    Stream<String> words = Stream.of(command).filter(word -> !word.equals("millrace"));
    new CommandLineTool(
            new PrintWriter(out), new PrintWriter(out), new Terminal(true, true, columns, false))
        .run(Stream.concat(words, Stream.of("--help")).toArray(String[]::new));
    return out.toString();
  }
}
