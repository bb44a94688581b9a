package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.streams.engine.EngineStalledException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BlameTest {

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new IllegalStateException("odd"), Blame.RECORD),
        Arguments.of(
            new StreamsException("in a task", new ClassCastException("odd")), Blame.RECORD),
        Arguments.of(new SerializationException("odd"), Blame.RECORD),
        Arguments.of(new StreamsException(new RecordTooLargeException("odd")), Blame.RECORD),
        Arguments.of(new StreamsException("by itself"), Blame.WORLD),
        Arguments.of(
            new StreamsException("sending", new NotEnoughReplicasException("few")), Blame.WORLD),
        Arguments.of(
            new org.apache.kafka.common.errors.TimeoutException("no metadata"), Blame.WORLD),
        Arguments.of(new RuntimeException(new SQLException("gone")), Blame.WORLD),
        Arguments.of(new RuntimeException(new IOException("gone")), Blame.WORLD),
        Arguments.of(new UncheckedIOException(new IOException("gone")), Blame.WORLD),
        Arguments.of(new ModelException("gone"), Blame.WORLD),
        Arguments.of(
            new InferenceStalledError("broken", new InferenceException("broken", null)),
            Blame.DEVICE),
        Arguments.of(
            new StreamsException("x", new InferenceStalledError("slow", new TimeoutException())),
            Blame.UNKNOWN),
        Arguments.of(
            new InferenceStalledError("x", new EngineStalledException("slow")), Blame.UNKNOWN),
        Arguments.of(
            new InferenceException(
                "the engine has stopped", new InferenceStalledError("x", new TimeoutException())),
            Blame.UNKNOWN),
        Arguments.of(new InterruptedException(), Blame.UNKNOWN),
        Arguments.of(new AssertionError("a bug"), Blame.UNKNOWN));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void failure_isBlamedOn(Throwable failure, Blame expected) {
    assertThat(Blame.of(failure)).isEqualTo(expected);
  }
}
