package dev.millrace.core.training;

import dev.millrace.core.model.ModelManifest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where checkpoints go, and when.
 *
 * @param repository the model repository's folder
 * @param model the model's name there
 * @param run the folder of the run itself: its state, from which it goes on after a kill, and its
 *     curve
 * @param every how often one is exported, between steps; empty for after every epoch
 * @param gate who may be promoted; empty if nobody is
 */
public record Checkpoints(
    Path repository, String model, Path run, Optional<Duration> every, Optional<Gate> gate) {

  public Checkpoints {
    ModelManifest.requireName(model);
    every.ifPresent(
        interval -> {
          if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("export-every: " + interval + " is under a second");
          }
        });
  }
}
