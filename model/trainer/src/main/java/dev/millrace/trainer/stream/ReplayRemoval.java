package dev.millrace.trainer.stream;

import dev.millrace.core.training.ForgottenImage;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.Selector;
import dev.millrace.trainer.run.RunLock;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Removes images from the replay of a training that is not running. */
public final class ReplayRemoval {

  private ReplayRemoval() {}

  /**
   * Removes an image and its label from a replay.
   *
   * @param run the run's folder
   * @param replay the folder with the labelled images
   * @param key the image's key
   * @param before receives the result before anything is removed; if it throws an exception,
   *     nothing is removed
   * @return the removed image, or empty if the replay does not hold the image, and remembers no
   *     round that used an image with this key
   * @throws TrainingException if there is no replay in the folder, or a training uses the run's
   *     folder
   */
  @SuppressWarnings("try") // the variable is never read, because the lock only has to be held
  public static Optional<ForgottenImage> of(
      Path run, Path replay, String key, Consumer<ForgottenImage> before) {
    ReplayFolder.requireReplay(replay);
    try (RunLock held = RunLock.of(run)) {
      Replay images = Replay.existing(replay);
      // After the removal, nothing could say which versions depend on the image.
      Optional<ForgottenImage> found = find(run, images, key);
      found.ifPresent(before);
      images.forget(key);
      images.save();
      return found;
    }
  }

  private static Optional<ForgottenImage> find(Path run, Replay images, String key) {
    Optional<String> content = images.contentOf(key);
    Set<String> contents = new HashSet<>(images.usedContents(key));
    content.ifPresent(contents::add);
    return contents.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ForgottenImage(
                key,
                content.isPresent(),
                Selector.trainedAfter(run, contents),
                images.keysOf(contents).stream().filter(other -> !other.equals(key)).toList()));
  }
}
