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

/** What a failure of a stream thread comes of. */
public enum Blame {
  /** The record: processing it again fails again. */
  RECORD,
  /** The device: it runs no image any more, also not the one that a model is warmed up with. */
  DEVICE,
  /** Brokers, stores, the model repository: processing goes on once they are back. */
  WORLD,
  /** Nobody knows; a device that gives no answer in time, above all. */
  UNKNOWN;

  private static final int MOST_CAUSES = 16;

  /** Looks at the failure and its causes. */
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
    // Kafka Streams wraps everything in it; alone, it is its own failure.
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
