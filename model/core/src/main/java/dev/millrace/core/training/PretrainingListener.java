package dev.millrace.core.training;

import dev.millrace.core.evaluation.Proportion;
import java.nio.file.Path;

/** Receives the events of a pre-training, on the pre-training's thread. */
public interface PretrainingListener {

  /**
   * A pre-training begins or resumes.
   *
   * @param run the run's name
   * @param images number of images that the steps learn from
   * @param judged number of images that the nearest neighbours classify to evaluate the encoder; 0
   *     if the images have no classes
   * @param done number of steps that were done before an interruption
   * @param steps total number of steps
   */
  void began(String run, int images, int judged, long done, long steps);

  /**
   * The encoder was evaluated before the first step, while all its weights were random. This method
   * is not called if the images have no classes, or if the pre-training resumes.
   *
   * @param neighbours share of the judged images that the nearest neighbours classify correctly
   * @param judged number of images that the nearest neighbours classify
   */
  void untrained(Proportion neighbours, int judged);

  /**
   * A step is done.
   *
   * @param step the step's number, from 1
   * @param images number of images in the step's batch
   * @param loss the loss of the batch
   */
  void stepped(long step, int images, double loss);

  /**
   * An epoch is done.
   *
   * @param report the epoch's results
   */
  void epochEnded(PretrainingReport report);

  /**
   * The encoder's file was written or replaced.
   *
   * @param file the file
   * @param epochs number of epochs that trained the encoder
   */
  void written(Path file, int epochs);

  /**
   * The pre-training skipped something, for example an image.
   *
   * @param what the description, in one line
   */
  void warned(String what);
}
