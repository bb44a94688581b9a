package dev.millrace.streams;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.streams.engine.EngineStalledException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.StreamsException;

/** The cause of a stream thread's failure. */
public enum Blame {
  /** The record, which would fail again on each retry. */
  RECORD,
  /** The device. It fails on every image, even on the black image of the warm-up. */
  DEVICE,
  /** A broker, a store or the model repository. Processing continues once it is available again. */
  WORLD,
  /** The cause is unknown. Usually, a device has not answered in time. */
  UNKNOWN;

  private static final int MOST_CAUSES = 16;

  /**
   * Determines the cause of a failure from the types of the failure and of its causes.
   *
   * @param failure the failure
   * @return the cause
   */
  public static Blame of(Throwable failure) {
    if (any(failure, EngineStalledException.class)
        || any(failure, TimeoutException.class)
        || any(failure, InterruptedException.class)) {
      return UNKNOWN;
    }
    if (any(failure, InferenceException.class)) {
      return DEVICE;
    }
    if (causes(failure).anyMatch(Blame::isOfTheWorld)) {
      return WORLD;
    }
    return causes(failure).allMatch(cause -> cause instanceof Exception) ? RECORD : UNKNOWN;
  }

  private static boolean isOfTheWorld(Throwable cause) {
    if (cause instanceof SerializationException || cause instanceof RecordTooLargeException) {
      return false;
    }
    // Kafka Streams wraps other failures in a StreamsException. A StreamsException without a cause
    // is a failure of Kafka Streams itself.
    if (cause instanceof StreamsException && cause.getCause() != null) {
      return false;
    }
    return cause instanceof KafkaException
        || cause instanceof ModelException
        || cause instanceof IOException
        || cause instanceof UncheckedIOException
        || cause instanceof SQLException;
  }

  private static boolean any(Throwable failure, Class<? extends Throwable> type) {
    return causes(failure).anyMatch(type::isInstance);
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause).limit(MOST_CAUSES);
  }
}
