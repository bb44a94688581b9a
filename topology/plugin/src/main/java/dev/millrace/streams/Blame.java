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
  /** The record: it fails again when it is processed again. */
  RECORD,
  /** The device: it runs no image any more, not even the warm-up image. */
  DEVICE,
  /** Brokers, stores or the model repository: processing goes on once they are back. */
  WORLD,
  /** Unknown. Mostly a device that gives no answer in time. */
  UNKNOWN;

  private static final int MOST_CAUSES = 16;

  /**
   * Tells the cause of a failure by the types of the failure and of its causes.
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
    // Kafka Streams wraps other failures in it. Without a cause, the failure is its own.
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
