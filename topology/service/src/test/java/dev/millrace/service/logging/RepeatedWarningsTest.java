package dev.millrace.service.logging;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;

class RepeatedWarningsTest {

  private final RepeatedWarnings filter = new RepeatedWarnings();

  private Filter.Result said(Level level, String text) {
    return filter.filter(
        Log4jLogEvent.newBuilder()
            .setLoggerName("org.apache.kafka.clients.NetworkClient")
            .setLevel(level)
            .setMessage(new SimpleMessage(text))
            .build());
  }

  @Test
  void lineThatRepeatsItself_isHeldBack() {
    assertThat(said(Level.WARN, "node 1 is away")).isEqualTo(Filter.Result.NEUTRAL);
    assertThat(said(Level.WARN, "node 2 is away")).isEqualTo(Filter.Result.DENY);
    assertThat(said(Level.WARN, "the disk is full")).isEqualTo(Filter.Result.NEUTRAL);
  }
}
