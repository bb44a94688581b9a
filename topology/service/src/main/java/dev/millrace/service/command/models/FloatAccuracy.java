package dev.millrace.service.command.models;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.service.command.evaluate.FiguresText;
import java.util.Locale;

/**
 * The accuracy of the float32 version on the images that judge both versions. If the images have
 * wrong classes, for example because the file of {@code --classes} has another order than the
 * model's outputs, both versions are wrong about nearly all images, and no loss can show.
 *
 * @param share the share of images that the float32 version classifies correctly
 * @param images number of images
 * @param classes number of the model's classes
 */
record FloatAccuracy(Proportion share, int images, int classes) {

  private static final double LOW = 0.5;

  /** {@return whether the version may be no better than guessing, with 95 % confidence} */
  boolean isGuessing() {
    return share.low() <= 1.0 / classes;
  }

  /** {@return whether the version is wrong about most images} */
  boolean isLow() {
    return share.value() < LOW;
  }

  /** {@return the accuracy and its likely reason, as the end of a sentence} */
  String text() {
    return String.format(
        Locale.ROOT,
        "classifies only %s of %d images correctly, %s; check the names of the folders, and the names"
            + " and their order in --classes",
        FiguresText.share(share),
        images,
        isGuessing()
            ? "no more than guessing among "
                + classes
                + " classes, so a loss of accuracy cannot show"
            : "so a loss of accuracy may not show");
  }
}
