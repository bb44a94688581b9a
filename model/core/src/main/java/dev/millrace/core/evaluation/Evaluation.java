package dev.millrace.core.evaluation;

import java.util.stream.IntStream;

/** Measures a classifier on images whose classes are known. Not thread-safe. */
public final class Evaluation {

  private static final int TOP = 5;

  private final ConfusionMatrix confusion;
  private final CalibrationError calibration = new CalibrationError();
  private final LogLoss loss = new LogLoss();
  private int n;
  private int first;
  private int amongTop;

  /**
   * Creates an evaluation without images.
   *
   * @param classes number of classes, at least 1
   */
  public Evaluation(int classes) {
    this.confusion = new ConfusionMatrix(classes);
  }

  /**
   * Adds the model's answer to an image. Among equal probabilities, the lower index comes first.
   *
   * @param truth index of the image's class
   * @param probabilities {@code float[classes]}, from 0 to 1
   * @return whether the most probable class is the image's class
   * @throws IllegalArgumentException if the number of probabilities is not the number of classes
   */
  public boolean add(int truth, float[] probabilities) {
    if (probabilities.length != confusion.classes()) {
      throw new IllegalArgumentException(
          probabilities.length + " probabilities for " + confusion.classes() + " classes");
    }
    int answer = mostProbable(probabilities);
    int before = 0; // number of classes that come before the image's
    for (int index = 0; index < probabilities.length; index++) {
      if (probabilities[index] > probabilities[truth]
          || (probabilities[index] == probabilities[truth] && index < truth)) {
        before++;
      }
    }
    boolean isCorrect = answer == truth;
    n++;
    first += isCorrect ? 1 : 0;
    amongTop += before < TOP ? 1 : 0;
    confusion.add(truth, answer);
    calibration.add(probabilities[answer], isCorrect);
    loss.add(probabilities[truth]);
    return isCorrect;
  }

  /**
   * {@return the index of the most probable class; among equal probabilities, the lowest index}
   *
   * @param probabilities the probabilities of one image; at least one
   */
  public static int mostProbable(float[] probabilities) {
    int answer = 0;
    for (int index = 1; index < probabilities.length; index++) {
      answer = probabilities[index] > probabilities[answer] ? index : answer;
    }
    return answer;
  }

  /** {@return the number of images} */
  public int n() {
    return n;
  }

  /**
   * {@return the share of images whose class is the most probable one}
   *
   * @throws IllegalArgumentException without images
   */
  public Proportion top1() {
    return Proportion.of(first, n);
  }

  /**
   * {@return the share of images whose class is among the five most probable ones}
   *
   * @throws IllegalArgumentException without images
   */
  public Proportion top5() {
    return Proportion.of(amongTop, n);
  }

  /**
   * {@return the expected calibration error, from 0 to 1, over 15 bins of equal width} See C. Guo
   * et al., "On calibration of modern neural networks" (2017).
   */
  public double calibrationError() {
    return calibration.value();
  }

  /**
   * {@return all measures, each with its interval}
   *
   * @throws IllegalArgumentException without images
   */
  public Figures figures() {
    return new Figures(
        n,
        top1(),
        top5(),
        confusion.balanced(),
        loss.estimate(),
        calibration.estimate(),
        IntStream.range(0, confusion.classes())
            .mapToObj(
                index ->
                    new Figures.OfClass(
                        confusion.images(index), confusion.recallOf(index).orElse(null)))
            .toList(),
        confusion.cells());
  }

  /**
   * {@return the number of images by true class and answered class} If images are added later, the
   * returned matrix changes, too.
   */
  public ConfusionMatrix confusion() {
    return confusion;
  }
}
