package dev.millrace.core.training;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains a network. {@link java.util.ServiceLoader} finds the implementation, so that the class
 * path of the Kafka Streams topology does not contain the training library.
 */
public interface Trainer {

  /**
   * Trains until the last step, or until {@code stop} returns true. A training from topics has no
   * last step.
   *
   * <p>A run on a folder of images may be interrupted or killed. The next call with the same
   * options then resumes the run from the run's folder. On one thread, the result equals the result
   * of an uninterrupted run. In a training from topics, an interrupted round starts from its
   * beginning.
   *
   * <p>The calling thread does all the work and calls the listener. A process runs one training at
   * a time.
   *
   * @param config the training's configuration
   * @param listener receives the training's events
   * @param stop called between steps, and before each image is read or decoded. If it returns true,
   *     the state is saved and the call returns
   * @return true if the last step is done; false if {@code stop} ended the training before
   * @throws TrainingException if the training cannot begin or continue
   */
  boolean train(TrainingConfig config, TrainingListener listener, BooleanSupplier stop);

  /**
   * Removes an image and its label from the replay of a training from topics. The result covers all
   * images with this key that a round was trained on, also if the image was replaced or evicted
   * since. The training must not run at the same time.
   *
   * @param run the run's folder
   * @param replay the folder with the labelled images
   * @param key the image's key
   * @param before receives the result before anything is removed; if it throws an exception,
   *     nothing is removed
   * @return the removed image, or empty if the replay does not hold the image, and remembers no
   *     round that used an image with this key
   * @throws TrainingException if there is no replay, or a training uses the run's folder
   */
  Optional<ForgottenImage> forget(
      Path run, Path replay, String key, Consumer<ForgottenImage> before);
}
