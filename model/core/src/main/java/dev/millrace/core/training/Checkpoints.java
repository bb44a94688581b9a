package dev.millrace.core.training;

import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where and when a training publishes checkpoints. At its end, a training publishes its best
 * epochs, the best one last. The best epochs are the epochs with the highest accuracy on held-out
 * images. A training with a gate publishes its last epoch instead, because the gate itself compares
 * versions on the held-out images.
 *
 * @param repository the model repository; its owner closes it after the training
 * @param model the model's name in the repository
 * @param run the run's folder, which holds the learning curve and the state from which the run
 *     resumes
 * @param every time between two checkpoints during the training, at least 1 s; if empty,
 *     checkpoints are published only at the end
 * @param keep number of epochs to publish at the end, at least 1
 * @param gate the rule that decides whether a checkpoint is promoted; if empty, no checkpoint is
 *     promoted
 * @param precision the number format in which checkpoints compute. For {@link Precision#INT8}, the
 *     gate judges the quantised versions
 */
public record Checkpoints(
    ModelRepository repository,
    String model,
    Path run,
    Optional<Duration> every,
    int keep,
    Optional<Gate> gate,
    Precision precision) {

  /** The default of {@link #keep}. */
  public static final int KEEP = 1;

  /**
   * Validates the values.
   *
   * @param repository the model repository
   * @param model the model's name in the repository
   * @param run the run's folder
   * @param every time between two further checkpoints during the training
   * @param keep number of epochs to publish at the end
   * @param gate the rule that decides whether a checkpoint is promoted
   * @param precision the numbers that checkpoints compute with
   * @throws IllegalArgumentException if the model's name, the time between two checkpoints or the
   *     number of epochs is invalid
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
    Range.requirePositive("keep", keep);
  }

  /**
   * Creates a configuration that publishes {@link #KEEP} epochs at the end, in float32.
   *
   * @param repository the model repository
   * @param model the model's name in the repository
   * @param run the run's folder
   * @param every time between two further checkpoints during the training
   * @param gate the rule that decides whether a checkpoint is promoted
   * @throws IllegalArgumentException if the model's name or the time between two checkpoints is
   *     invalid
   */
  public Checkpoints(
      ModelRepository repository,
      String model,
      Path run,
      Optional<Duration> every,
      Optional<Gate> gate) {
    this(repository, model, run, every, KEEP, gate, Precision.FLOAT32);
  }

  /**
   * {@return a copy of this configuration with the folder of another run}
   *
   * @param other the folder
   */
  public Checkpoints withRun(Path other) {
    return new Checkpoints(repository, model, other, every, keep, gate, precision);
  }
}
