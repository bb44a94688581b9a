package dev.millrace.trainer.stream;

import dev.millrace.core.training.ForgottenImage;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.Selector;
import dev.millrace.trainer.run.RunLock;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Removes images from the replay of a training that is not running. */
public final class ReplayRemoval {

  private ReplayRemoval() {}

  /**
   * Removes an image and its label from a replay.
   *
   * @param run the run's folder
   * @param replay the folder with the labelled images
   * @param key the image's key
   * @return the removed image, or empty if the replay does not hold the image, and remembers no
   *     round that used an image with this key
   * @throws TrainingException if there is no replay in the folder, or a training uses the run's
   *     folder
   */
  @SuppressWarnings("try") // the variable is never read, because the lock only has to be held
  public static Optional<ForgottenImage> of(Path run, Path replay, String key) {
    ReplayFolder.requireReplay(replay);
    try (RunLock held = RunLock.of(run)) {
      Replay images = Replay.existing(replay);
      Set<String> contents = new HashSet<>(images.usedContents(key));
      Optional<String> content = images.forget(key);
      content.ifPresent(contents::add);
      images.save();
      return contents.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new ForgottenImage(
                  key,
                  content.isPresent(),
                  Selector.trainedAfter(run, contents),
                  images.keysOf(contents)));
    }
  }
}
