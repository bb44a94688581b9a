package dev.millrace.trainer.stream;

import dev.millrace.core.training.TrainingException;
import java.io.IOException;

/**
 * Thrown if the file of an image in the replay cannot be read. The file may be readable later, for
 * example when a disk on the network answers again, so a training from topics tries again.
 */
final class UnreadableReplayException extends TrainingException {

  private static final long serialVersionUID = 1;

  /**
   * @param message what happened, and what to do
   */
  UnreadableReplayException(String message, IOException cause) {
    super(message, cause);
  }
}
