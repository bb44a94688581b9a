package dev.millrace.service.command.evaluate;

import dev.millrace.core.evaluation.Evaluation;
import dev.millrace.core.model.Labels;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Probabilities;
import dev.millrace.service.command.inference.Answer;
import dev.millrace.service.command.inference.CpuModel;
import dev.millrace.service.command.inference.ImageClassifier;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.output.Progress;
import dev.millrace.service.command.output.Terminal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A version that has classified labelled images.
 *
 * @param version the version
 * @param evaluation the measures
 * @param correct whether each image was classified correctly; refused images are missing
 * @param refused number of images that could not be classified
 * @param seconds wall time of the classification, in seconds, without loading the model
 */
public record Measured(
    ModelVersion version,
    Evaluation evaluation,
    Map<Path, Boolean> correct,
    int refused,
    double seconds) {

  /**
   * Classifies images.
   *
   * @param version the version
   * @param images the images
   * @param spec the command that measures; its standard error receives a line about each refused
   *     image and a progress bar
   * @return the measures, of at least one image
   * @throws dev.millrace.core.model.ModelException if the version cannot be served
   * @throws CommandException if the version has independent classes, or every image is refused
   */
  public static Measured of(ModelVersion version, LabelledFiles images, CommandSpec spec) {
    return of(version, images, spec, (truth, probabilities) -> {});
  }

  /**
   * Classifies images, and passes each answer to a receiver.
   *
   * @param version the version
   * @param images the images
   * @param spec the command that measures; its standard error receives a line about each refused
   *     image and a progress bar
   * @param answers receives the index of the class and the probabilities of each image that is not
   *     refused, in the order of the images; the receiver may keep the array
   * @return the measures, of at least one image
   * @throws dev.millrace.core.model.ModelException if the version cannot be served
   * @throws CommandException if the version has independent classes, or every image is refused
   */
  public static Measured of(
      ModelVersion version,
      LabelledFiles images,
      CommandSpec spec,
      BiConsumer<Integer, float[]> answers) {
    requireExclusive(version);
    PrintWriter err = spec.commandLine().getErr();
    try (CpuModel model = CpuModel.of(version);
        ImageClassifier classifier = new ImageClassifier(model);
        Progress progress =
            Progress.of(
                err,
                Terminal.ofThisProcess(),
                version.toString(),
                images.files().size(),
                "images")) {
      Collector collector =
          new Collector(
              model.labels(),
              images.classesIn(model.labels()),
              progress,
              answers,
              line -> {
                err.println(spec.qualifiedName() + ": " + line);
                err.flush();
              });
      long start = System.nanoTime();
      classifier.classify(images.files(), collector::add);
      double seconds = (System.nanoTime() - start) / 1e9;
      if (collector.correct.isEmpty()) {
        throw new CommandException("none of the " + images.files().size() + " images can be read");
      }
      return new Measured(
          version, collector.evaluation, collector.correct, collector.refused, seconds);
    }
  }

  private static void requireExclusive(ModelVersion version) {
    if (version.manifest().independent()) {
      throw new CommandException(
          version
              + " has independent classes, of which several may be right for an image; the measures"
              + " are for exclusive classes. To see its answers, run 'millrace classify'");
    }
  }

  /** {@return the number of images per second, of all threads together} */
  public double imagesPerSecond() {
    return evaluation.n() / seconds;
  }

  /** Receives the answers in the order of the images. */
  private static final class Collector {

    private final List<Integer> truths;
    private final Progress progress;
    private final BiConsumer<Integer, float[]> answers;
    private final Consumer<String> complaints;
    private final Evaluation evaluation;
    private final Map<Path, Boolean> correct = new LinkedHashMap<>();
    private int next;
    private int refused;

    Collector(
        Labels labels,
        List<Integer> truths,
        Progress progress,
        BiConsumer<Integer, float[]> answers,
        Consumer<String> complaints) {
      this.truths = truths;
      this.progress = progress;
      this.answers = answers;
      this.complaints = complaints;
      this.evaluation = new Evaluation(labels.size());
    }

    void add(Answer answer) {
      progress.step();
      int truth = truths.get(next++);
      if (answer.problem() != null) {
        refused++;
        progress.print(() -> complaints.accept(answer.file() + ": " + answer.problem()));
        return;
      }
      float[] probabilities = values(answer.probabilities());
      correct.put(answer.file(), evaluation.add(truth, probabilities));
      answers.accept(truth, probabilities);
    }

    private static float[] values(Probabilities probabilities) {
      float[] values = new float[probabilities.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = probabilities.get(i);
      }
      return values;
    }
  }
}
