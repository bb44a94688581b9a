package dev.millrace.service.command.lifecycle;

import dev.millrace.control.ConcurrentChangeException;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.Setting;
import dev.millrace.core.repository.SignatureChangeException;
import dev.millrace.core.repository.UnpublishedModelException;
import dev.millrace.core.runtime.NativeLibraryException;
import dev.millrace.core.training.CollapsedException;
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
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The error message and the exit code for an exception.
 *
 * @param line one line that says what went wrong and what to do
 * @param exitCode 1, or 2 if an argument or a setting is wrong
 */
public record Failure(String line, int exitCode) {

  /**
   * Searches the exception and its causes for the first exception that this class has a message
   * for.
   *
   * @param thrown the exception
   * @return the message and the exit code; a general message if this class knows none of the
   *     exceptions
   */
  public static Failure of(Throwable thrown) {
    List<Throwable> causes = causes(thrown).dropWhile(Failure::isWrapper).toList();
    return causes.stream()
        .flatMap(cause -> understood(cause).stream())
        .findFirst()
        .or(() -> ofFullDisk(thrown))
        .orElseGet(() -> notUnderstood(causes));
  }

  /**
   * Finds a cause that says that a native library cannot be loaded.
   *
   * @param thrown the exception
   * @return the message and the exit code, or empty if no cause is about a native library
   */
  public static Optional<Failure> ofNativeLibrary(Throwable thrown) {
    return causes(thrown)
        .filter(e -> e instanceof NativeLibraryException || NativeLibraries.isToBlame(e))
        .findFirst()
        .flatMap(Failure::understood);
  }

  private static Optional<Failure> ofFullDisk(Throwable thrown) {
    return causes(thrown).anyMatch(Failure::isFullDisk)
        ? failed(messages(causes(thrown).toList()) + "; make room on that disk, and try again")
        : Optional.empty();
  }

  private static Stream<Throwable> causes(Throwable thrown) {
    return Stream.iterate(thrown, cause -> cause != null, Throwable::getCause).limit(16);
  }

  /**
   * Tests for a full disk. Java has no specific exception for a full disk, so this method looks for
   * the messages of Linux, macOS and Windows.
   */
  private static boolean isFullDisk(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof IOException
        && (message.contains("No space left on device")
            || message.contains("Disk quota exceeded")
            || message.contains("not enough space on the disk"));
  }

  /** Tests for an exception that only wraps its cause and has no information of its own. */
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
              + ", and "
              + removeState(diverged.folder()));
    }
    if (e instanceof CollapsedException collapsed) {
      return failed(
          e.getMessage()
              + ". Take a lower --learning-rate or a larger --batch-size, and "
              + removeState(collapsed.folder()));
    }
    if (e instanceof OtherOptionsException other) {
      return failed(
          e.getMessage()
              + (other.isOfClasses()
                  ? "; to finish the run, write its classes, which run.json lists, to a file, one per"
                      + " line and in this order, and name the file with --classes; or name another"
                      + " folder with --run, or "
                  : "; finish the run with its original options, name another folder with --run, or ")
              + removeState(other.folder()));
    }
    if (e instanceof TrainingException training) {
      return failed(e.getMessage() + options(training.settings()));
    }
    if (e instanceof CommandException
        || e instanceof StartRefusedException
        || e instanceof MissingRightException
        || e instanceof BrokerException
        || e instanceof BenchmarkException
        || e instanceof NativeLibraryException
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
          "the broker refused the login ("
              + e.getMessage()
              + "); check security.protocol and the sasl.* and ssl.* keys");
    }
    if (isStoreOfKeys(e)) {
      return failed(withCause(e) + "; correct the ssl.truststore.* or ssl.keystore.* keys");
    }
    if (e instanceof AuthorizationException) {
      return failed(
          "not allowed: " + e.getMessage() + "; ask for " + MissingRight.of(e) + " on the broker");
    }
    if (e instanceof UnknownTopicOrPartitionException) {
      return failed("there is no such topic (" + e.getMessage() + "); create it first");
    }
    if (e instanceof TimeoutException) {
      return failed(
          "the broker did not answer in time ("
              + e.getMessage()
              + "); check that the broker runs, and check --bootstrap-servers");
    }
    if (e instanceof OutOfMemoryError) {
      return failed(
          "out of memory ("
              + e.getMessage()
              + "); give Java more memory, for example with MILLRACE_OPTS=-Xmx4g, or use smaller"
              + " input");
    }
    if (NativeLibraries.isToBlame(e)) {
      return failed(NativeLibraries.explain(e));
    }
    if (e instanceof NoSuchFileException) {
      return failed("there is no file or folder " + e.getMessage());
    }
    if (e instanceof AccessDeniedException) {
      return failed("no permission for " + e.getMessage());
    }
    return Optional.empty();
  }

  /**
   * {@return the advice to begin a run anew} The run's folder must stay, because without {@code
   * split.json}, images that versions were trained on could be held out.
   */
  private static String removeState(String folder) {
    return "remove run.json and state-*.safetensors in "
        + folder
        + "; keep its other files, such as split.json, which stores which images are held out";
  }

  /**
   * {@return the end of the error message: the command or option that solves the problem, or an
   * empty text} This class adds this advice, because the code that throws the exception does not
   * know the command line.
   */
  private static String advice(Throwable modelException) {
    for (Throwable e = modelException; e != null; e = e.getCause()) {
      if (e instanceof UnpublishedModelException) {
        return "; publish the model with 'millrace models import'";
      }
      if (e instanceof SignatureChangeException) {
        return "; promote it with --allow-signature-change if they do";
      }
      if (e instanceof ModelException model && !model.settings().isEmpty()) {
        return options(model.settings());
      }
    }
    return "";
  }

  /** {@return the options of the settings that a message asks to change, in brackets} */
  private static String options(List<Setting> settings) {
    return settings.isEmpty()
        ? ""
        : settings.stream().map(Failure::option).collect(Collectors.joining(", ", " (", ")"));
  }

  private static String option(Setting setting) {
    return "--" + setting.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Tests for a key store or trust store that cannot be loaded. Kafka has no specific exception for
   * this failure, so this method compares the message.
   */
  private static boolean isStoreOfKeys(Throwable e) {
    return e instanceof KafkaException
        && e.getMessage() != null
        && e.getMessage().startsWith("Failed to load SSL keystore");
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
      return new Failure(messages(causes), ExitCode.FAILED);
    }
    return new Failure(
        "unexpected "
            + oneLine(causes.get(0).toString())
            + "; run the command again with --verbose for the stack trace, and report the error",
        ExitCode.FAILED);
  }

  /**
   * Joins the messages of the causes without repetitions. The message of a wrapping exception is
   * often the text of its cause.
   */
  private static String messages(List<Throwable> causes) {
    return causes.stream()
        .filter(e -> e.getCause() == null || !e.getCause().toString().equals(e.getMessage()))
        .map(e -> e.getMessage() == null ? e.toString() : oneLine(e.getMessage()))
        .distinct()
        .collect(Collectors.joining(": "));
  }

  private static Optional<Failure> failed(String message) {
    return Optional.of(new Failure(oneLine(message), ExitCode.FAILED));
  }

  /**
   * {@return a text without its line breaks}
   *
   * @param text the text, or null
   */
  public static String oneLine(String text) {
    return text == null
        ? "no reason was given"
        : text.lines()
            .map(String::strip)
            .filter(l -> !l.isEmpty())
            .collect(Collectors.joining(" "));
  }
}
