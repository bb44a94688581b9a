package dev.millrace.core.training;

import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where and when a training publishes checkpoints.
 *
 * @param repository the model repository; its owner closes it after the training
 * @param model the model's name in the repository
 * @param run the run's folder, which holds the learning curve and the state from which the run
 *     resumes
 * @param every time between two checkpoints, at least 1 s. The last epoch is always followed by a
 *     checkpoint. If empty, every epoch is followed by a checkpoint
 * @param gate the rule that decides whether a checkpoint is promoted; if empty, no checkpoint is
 *     promoted
 */
public record Checkpoints(
    ModelRepository repository,
    String model,
    Path run,
    Optional<Duration> every,
    Optional<Gate> gate) {

  /**
   * Validates the values.
   *
   * @param repository the model repository
   * @param model the model's name in the repository
   * @param run the run's folder
   * @param every time between two checkpoints
   * @param gate the rule that decides whether a checkpoint is promoted
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
