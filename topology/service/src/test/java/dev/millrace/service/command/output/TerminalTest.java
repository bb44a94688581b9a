package dev.millrace.service.command.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTest {

  private final Properties properties = new Properties();

  @Test
  void terminal_isWhatTheLauncherSays() {
    properties.put("millrace.output.terminal", "true");
    properties.put("millrace.columns", "132");

    Terminal terminal = Terminal.of(properties, Map.of("TERM", "xterm"));

    assertThat(terminal).isEqualTo(new Terminal(true, false, 132, true));
    assertThat(terminal.outputColumns()).isEqualTo(132);
    assertThat(terminal.outputStyle().colored()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "7", "wide", "123456"})
  void unknownWidth_is80(String columns) {
    properties.put("millrace.columns", columns);

    assertThat(Terminal.of(properties, Map.of()).columns()).isEqualTo(80);
  }

  @Test
  void pipedOutput_hasNoColourAndIs80Wide() {
    properties.put("millrace.terminal", "true");
    properties.put("millrace.columns", "132");

    Terminal terminal = Terminal.of(properties, Map.of("TERM", "xterm"));

    assertThat(terminal.outputColumns()).isEqualTo(80);
    assertThat(terminal.outputStyle()).isEqualTo(Style.PLAIN);
  }

  @ParameterizedTest
  @CsvSource({"NO_COLOR, 1", "TERM, dumb"})
  void environment_turnsColoursOff(String name, String value) {
    properties.put("millrace.output.terminal", "true");

    assertThat(Terminal.of(properties, Map.of(name, value)).outputStyle()).isEqualTo(Style.PLAIN);
  }

  @Test
  void style_addsNothingWithoutColours() {
    assertThat(Style.PLAIN.good("a") + Style.PLAIN.warning("b") + Style.PLAIN.faint("c"))
        .isEqualTo("abc");
    assertThat(new Style(true).good("a")).isEqualTo("\u001b[32ma\u001b[0m");
  }
}
