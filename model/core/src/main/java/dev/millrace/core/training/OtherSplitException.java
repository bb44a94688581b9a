package dev.millrace.core.training;

import dev.millrace.core.model.Setting;

/**
 * Thrown if the images in the run's folder were divided into training images and held-out images
 * with another value of an option. With the new value, images that the run's versions were trained
 * on would be held out. Use the old value, or another folder.
 */
public final class OtherSplitException extends TrainingException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param file the file with the images' parts
   * @param before the option and the value with which the images were divided
   * @param now the option and the value in the new configuration
   */
  public OtherSplitException(String file, String before, String now) {
    super(
        file
            + " divides the images with "
            + before
            + ", not with "
            + now
            + "; use the same setting, or another run folder",
        Setting.RUN);
  }
}
