package dev.millrace.core.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The measures of a classifier on labelled images, each with its 95 % confidence interval.
 * Manifests contain them as JSON.
 *
 * @param n number of images
 * @param top1 share of the images whose class is the most probable one
 * @param top5 share of the images whose class is among the five most probable ones
 * @param balanced the mean of the recalls of all classes that have images
 * @param logLoss mean of {@code -ln(probability of the right class)}, in nats
 * @param ece expected calibration error, from 0 to 1, over 15 bins of equal width
 * @param perClass the measures of each class, in index order; may be empty
 * @param confusion the cells of the confusion matrix that are not 0; may be empty
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Figures(
    int n,
    Proportion top1,
    Proportion top5,
    Estimate balanced,
    Estimate logLoss,
    Estimate ece,
    List<OfClass> perClass,
    List<Cell> confusion) {

  /**
   * The measures of a class.
   *
   * @param n number of the class's images
   * @param recall share of the class's images that received the right answer; null without images
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record OfClass(int n, Proportion recall) {}

  /**
   * A cell of the confusion matrix.
   *
   * @param truth index of the images' class
   * @param answer index of the class that the model answered
   * @param images number of images, above 0
   */
  public record Cell(int truth, int answer, int images) {}

  /**
   * Copies the lists. A list that is null becomes an empty list.
   *
   * @param n number of images
   * @param top1 share of the images whose class is the most probable one
   * @param top5 share of the images whose class is among the five most probable ones
   * @param balanced the mean of the recalls of all classes that have images
   * @param logLoss mean of {@code -ln(probability of the right class)}, in nats
   * @param ece expected calibration error
   * @param perClass the measures of each class, in index order
   * @param confusion the cells of the confusion matrix that are not 0
   */
  public Figures {
    perClass = perClass == null ? List.of() : List.copyOf(perClass);
    confusion = confusion == null ? List.of() : List.copyOf(confusion);
  }

  /** {@return the measures of all images together, without the measures of each class} */
  public Figures overall() {
    return new Figures(n, top1, top5, balanced, logLoss, ece, List.of(), List.of());
  }

  /**
   * {@return the confusion matrix}
   *
   * @throws IllegalStateException if these are the measures of all images together
   */
  public ConfusionMatrix matrix() {
    if (perClass.isEmpty()) {
      throw new IllegalStateException("the measures of the classes were left out");
    }
    ConfusionMatrix matrix = new ConfusionMatrix(perClass.size());
    confusion.forEach(cell -> matrix.add(cell.truth(), cell.answer(), cell.images()));
    return matrix;
  }
}
