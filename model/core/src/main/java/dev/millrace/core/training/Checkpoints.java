package dev.millrace.core.training;

import dev.millrace.core.model.ModelManifest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where and when a training publishes checkpoints.
 *
 * @param repository the model repository's folder
 * @param model the model's name in the repository
 * @param run the run's folder, which holds the learning curve and the state from which the run
 *     resumes
 * @param every interval between checkpoints, at least 1 s. Another checkpoint follows the last
 *     epoch. If empty, a checkpoint follows every epoch
 * @param gate the rule for promotion; empty for no promotion
 */
public record Checkpoints(
    Path repository, String model, Path run, Optional<Duration> every, Optional<Gate> gate) {

  /**
   * Validates the values.
   *
   * @param repository the model repository's folder
   * @param model the model's name in the repository
   * @param run the run's folder
   * @param every interval between checkpoints
   * @param gate the rule for promotion
   * @throws IllegalArgumentException if the name or the interval is invalid
   */
  public Checkpoints {
    ModelManifest.requireName(model);
    every.ifPresent(
        interval -> {
          if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                "export-every: " + interval + " must be at least 1 second");
          }
        });
  }
}
