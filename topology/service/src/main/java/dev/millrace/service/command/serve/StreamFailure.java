package dev.millrace.service.command.serve;

import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.Failure;
import dev.millrace.service.serve.MissingRightException;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.StartRefusedException;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/** Replaces the exception that ended a stream with an exception whose message says what to do. */
final class StreamFailure {

  private StreamFailure() {}

  /**
   * {@return the exception to throw instead of {@code ended}}
   *
   * @param ended the exception that completed {@code InferenceService.ended()}
   * @param config the configuration of the service, which contains the name of the group
   */
  static RuntimeException explained(CompletionException ended, ServiceConfig config) {
    for (Throwable cause = ended.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof TransactionalIdAuthorizationException refusal) {
        return new MissingRightException(
            "Write on the transactional ids that begin with " + config.group() + "-", refusal);
      }
      if (cause instanceof GroupAuthorizationException refusal) {
        return new MissingRightException("Read on group " + config.group(), refusal);
      }
      if (cause instanceof StartRefusedException || cause instanceof AuthorizationException) {
        return (RuntimeException) cause;
      }
    }
    Throwable failure = ended.getCause();
    String line =
        Failure.ofNativeLibrary(ended)
            .map(library -> "the stream failed: " + library.line())
            .orElse(failure.getMessage() + "; --verbose tells more");
    return new CommandException(line, failure);
  }
}
