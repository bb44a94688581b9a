package dev.millrace.service.command.lifecycle;

import dev.millrace.control.ConcurrentChangeException;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.SignatureChangeException;
import dev.millrace.core.repository.UnpublishedModelException;
import dev.millrace.core.training.DivergedException;
import dev.millrace.core.training.OtherOptionsException;
import dev.millrace.core.training.TrainingException;
import dev.millrace.service.bench.BenchmarkException;
import dev.millrace.service.broker.BrokerException;
import dev.millrace.service.serve.MissingRightException;
import dev.millrace.service.serve.StartRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What an exception means to the person at the terminal.
 *
 * @param line one line that says what to do
 * @param exitCode 1, or 2 if what was asked for is wrong
 */
public record Failure(String line, int exitCode) {

  /** Looks through the causes for the first one that is understood. */
  public static Failure of(Throwable thrown) {
    List<Throwable> causes =
        Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
            .limit(16)
            .dropWhile(Failure::isWrapper)
            .toList();
    return causes.stream()
        .flatMap(cause -> understood(cause).stream())
        .findFirst()
        .orElseGet(() -> notUnderstood(causes));
  }

  /** What only carries another exception says nothing itself. */
  private static boolean isWrapper(Throwable e) {
    return e.getCause() != null
        && (e instanceof UncheckedIOException
            || e instanceof ExecutionException
            || e instanceof CompletionException
            || e instanceof InvocationTargetException
            || e instanceof UndeclaredThrowableException);
  }

  private static Optional<Failure> understood(Throwable e) {
    if (e instanceof ModelException) {
      return failed(e.getMessage() + advice(e));
    }
    if (e instanceof DivergedException diverged) {
      return failed(
          e.getMessage()
              + ". Take a lower --learning-rate than "
              + diverged.learningRate()
              + ", and remove "
              + diverged.folder());
    }
    if (e instanceof OtherOptionsException) {
      return failed(
          e.getMessage()
              + "; finish it as it was begun, name another folder with --run, or remove this one");
    }
    if (e instanceof CommandException
        || e instanceof StartRefusedException
        || e instanceof MissingRightException
        || e instanceof TrainingException
        || e instanceof BrokerException
        || e instanceof BenchmarkException
        || e instanceof ConcurrentChangeException) {
      return failed(e.getMessage());
    }
    if (e instanceof ConfigException || e instanceof IllegalArgumentException) {
      return Optional.of(new Failure(oneLine(e.getMessage()), ExitCode.USAGE));
    }
    if (e instanceof SslAuthenticationException) {
      return failed(
          "no secure connection to the broker ("
              + withCause(e)
              + "); check security.protocol and the ssl.* keys, ssl.truststore.* above all");
    }
    if (e instanceof AuthenticationException) {
      return failed(
          "the broker refused to let us in ("
              + e.getMessage()
              + "); check security.protocol and the sasl.* and ssl.* keys");
    }
    if (isStoreOfKeys(e)) {
      return failed(withCause(e) + "; correct the ssl.truststore.* or ssl.keystore.* keys");
    }
    if (e instanceof AuthorizationException) {
      return failed("not allowed: " + e.getMessage() + "; ask for " + right(e) + " on the broker");
    }
    if (e instanceof UnknownTopicOrPartitionException) {
      return failed("there is no such topic (" + e.getMessage() + "); make it first");
    }
    if (e instanceof TimeoutException) {
      return failed(
          "the broker did not answer in time ("
              + e.getMessage()
              + "); check that it runs and --bootstrap-servers");
    }
    if (e instanceof OutOfMemoryError) {
      return failed(
          "out of memory ("
              + e.getMessage()
              + "); give Java more, for example with MILLRACE_OPTS=-Xmx4g, or something smaller to"
              + " work on");
    }
    if (isNativeLibrary(e)) {
      return failed(
          "a native library does not load ("
              + e.getMessage()
              + "); if "
              + System.getProperty("java.io.tmpdir")
              + " is mounted noexec, name another folder with MILLRACE_OPTS=-Djava.io.tmpdir=DIR");
    }
    if (e instanceof NoSuchFileException) {
      return failed("there is no file or folder " + e.getMessage());
    }
    if (e instanceof AccessDeniedException) {
      return failed("no permission for " + e.getMessage());
    }
    return Optional.empty();
  }

  /** What to ask for. Kafka names what is refused, and not the operation. */
  private static String right(Throwable refused) {
    if (refused instanceof TopicAuthorizationException topics) {
      return "the rights Describe, and Read to consume or Write to produce, on topic "
          + String.join(", ", new TreeSet<>(topics.unauthorizedTopics()));
    }
    if (refused instanceof GroupAuthorizationException group) {
      return "the right Read on "
          + (group.groupId() == null ? "the group" : "group " + group.groupId());
    }
    if (refused instanceof TransactionalIdAuthorizationException) {
      return "the rights Describe and Write on the transactional id";
    }
    if (refused instanceof ClusterAuthorizationException) {
      return "the right Create, to make topics, or IdempotentWrite, to produce, on the cluster";
    }
    return "the rights";
  }

  /** The command or option that mends it, which the models' own code does not know. */
  private static String advice(Throwable modelException) {
    for (Throwable e = modelException; e != null; e = e.getCause()) {
      if (e instanceof UnpublishedModelException) {
        return "; publish the model with 'millrace models import'";
      }
      if (e instanceof SignatureChangeException) {
        return "; promote it with --allow-signature-change if they do";
      }
    }
    return "";
  }

  /** Kafka has no exception of its own for a key or trust store that it cannot load. */
  private static boolean isStoreOfKeys(Throwable e) {
    return e instanceof KafkaException
        && e.getMessage() != null
        && e.getMessage().startsWith("Failed to load SSL keystore");
  }

  /** Kafka's compression and the image library unpack theirs into the temporary folder. */
  private static boolean isNativeLibrary(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof UnsatisfiedLinkError
        || (e instanceof NoClassDefFoundError
            && (message.contains("zstd") || message.contains("snappy") || message.contains("lz4")))
        || message.contains("FAILED_TO_LOAD_NATIVE_LIBRARY");
  }

  private static String withCause(Throwable e) {
    if (e.getCause() instanceof NoSuchFileException) {
      return e.getMessage() + ": there is no such file";
    }
    return e.getCause() == null
        ? e.getMessage()
        : e.getMessage() + ": " + e.getCause().getMessage();
  }

  private static Failure notUnderstood(List<Throwable> causes) {
    if (causes.get(0) instanceof KafkaException || causes.get(0) instanceof IOException) {
      return new Failure(
          causes.stream()
              .map(
                  cause ->
                      cause.getMessage() == null ? cause.toString() : oneLine(cause.getMessage()))
              .distinct()
              .collect(Collectors.joining(": ")),
          ExitCode.FAILED);
    }
    return new Failure(
        "unexpected "
            + oneLine(causes.get(0).toString())
            + "; run it again with --verbose for where it happened, and report it",
        ExitCode.FAILED);
  }

  private static Optional<Failure> failed(String message) {
    return Optional.of(new Failure(oneLine(message), ExitCode.FAILED));
  }

  /** A text without its line breaks. */
  public static String oneLine(String text) {
    return text == null
        ? "no reason was given"
        : text.lines()
            .map(String::strip)
            .filter(l -> !l.isEmpty())
            .collect(Collectors.joining(" "));
  }
}
