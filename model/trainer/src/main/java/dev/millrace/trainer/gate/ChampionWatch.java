package dev.millrace.trainer.gate;

import dev.millrace.control.Champion;
import dev.millrace.control.KafkaAccess;
import dev.millrace.core.evaluation.FisherExact;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.trainer.data.DecodedImages;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.data.Pixels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.KafkaException;

/**
 * Measures the champion on the newest held-out images once a round. Tells the listener whether the
 * champion has become worse since its promotion, for example because the images have changed.
 * Confined to one thread.
 */
public final class ChampionWatch {

  /**
   * The significance level of one round. With this level, the probability of a false alarm in 20
   * rounds is at most {@link Gate#SIGNIFICANCE}.
   */
  private static final double LEVEL = Gate.SIGNIFICANCE / Spending.ROUNDS;

  private final ChampionAlias alias;
  private final ModelRuntime runtime;
  private final ModelRepository repository;
  private final String model;
  private final Decoder decoder;
  private final int newest;

  /** Why the champion could not be measured the last time; null if the cause was another one. */
  private String failure;

  /** Opens the decoded images of a measurement. */
  interface Decoder {
    Pixels open(Preprocessing preprocessing);
  }

  ChampionWatch(
      ChampionAlias alias,
      ModelRuntime runtime,
      ModelRepository repository,
      String model,
      Decoder decoder,
      int newest) {
    this.alias = alias;
    this.runtime = runtime;
    this.repository = repository;
    this.model = model;
    this.decoder = decoder;
    this.newest = newest;
  }

  /**
   * {@return the watch of a training, or empty if the training has no gate}
   *
   * @param config the training's configuration
   */
  public static Optional<ChampionWatch> of(TrainingConfig config) {
    Checkpoints checkpoints = config.checkpoints();
    return checkpoints
        .gate()
        .map(
            gate ->
                new ChampionWatch(
                    new KafkaChampionAlias(KafkaAccess.keysOf(gate.broker()), checkpoints.model()),
                    new OnnxModelRuntime(),
                    checkpoints.repository(),
                    checkpoints.model(),
                    preprocessing -> new Pixels(preprocessing, 0),
                    gate.newest()));
  }

  /**
   * Measures the champion. Does nothing if no version serves, or if there is no held-out image of
   * the champion's classes. Images that cannot be read are left out. If there are such images, or
   * the champion cannot be measured, the listener receives a warning. If Kafka or the repository
   * fails in the same way again, the warning is not repeated.
   *
   * @param images the round's images
   * @param keys the keys of all labelled images, the oldest label first
   * @param listener receives the result
   * @return false if Kafka or the repository has failed, so that another try may succeed
   */
  public boolean measure(LabelledImages images, List<String> keys, TrainingListener listener) {
    try {
      Optional<Champion> champion = alias.read();
      if (champion.isPresent()) {
        measure(repository.version(model, champion.get().version()), images, keys, listener)
            .ifPresent(listener::championMeasured);
      }
    } catch (KafkaException | ModelException e) {
      String message = e.toString();
      if (!message.equals(failure)) {
        warn(listener, e);
      }
      failure = message;
      return false;
    } catch (InferenceException | TrainingException e) {
      warn(listener, e);
    }
    failure = null;
    return true;
  }

  private static void warn(TrainingListener listener, Exception e) {
    listener.warned("the champion cannot be measured: " + e.getMessage());
  }

  private Optional<ChampionMeasure> measure(
      ModelVersion champion, LabelledImages images, List<String> keys, TrainingListener listener) {
    List<LabelledImage> some = newest(champion.labels().names(), images, keys);
    if (some.isEmpty()) {
      return Optional.empty();
    }
    try (Pixels pixels = decoder.open(champion.manifest().preprocessing());
        ModelSession session = runtime.open(champion, Device.CPU)) {
      DecodedImages decoded = DecodedImages.of(some, pixels, () -> false).orElseThrow();
      decoded
          .complaint()
          .ifPresent(
              complaint ->
                  listener.warned("the champion is measured without images: " + complaint));
      if (decoded.images().isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          compared(
              champion, Answers.of(session, new EvaluationSet(decoded.images(), pixels.bytes()))));
    }
  }

  /**
   * Returns the newest different held-out images of the champion's classes, with the champion's
   * indices.
   */
  private List<LabelledImage> newest(
      List<String> classes, LabelledImages images, List<String> keys) {
    Map<String, LabelledImage> heldOut = new HashMap<>();
    for (LabelledImage image : images.images()) {
      int label = classes.indexOf(images.labels().get(image.label()));
      if (image.part() != Part.TRAINING && label >= 0) {
        heldOut.put(
            image.key(),
            new LabelledImage(image.key(), label, image.content(), image.part(), image.source()));
      }
    }
    List<String> newestFirst = new ArrayList<>(keys);
    Collections.reverse(newestFirst);
    Set<List<Object>> seen = new HashSet<>();
    return newestFirst.stream()
        .filter(heldOut::containsKey)
        .map(heldOut::get)
        .filter(image -> seen.add(List.of(image.label(), image.content())))
        .limit(newest)
        .toList();
  }

  private static ChampionMeasure compared(ModelVersion champion, Answers answers) {
    Map<String, Double> metrics = champion.manifest().metrics();
    Double before = metrics.get("gate_accuracy");
    Double images = metrics.get("gate_images");
    double p = 1;
    if (before != null && images != null) {
      p =
          FisherExact.lower(
              answers.rightOnes(),
              answers.size(),
              (int) Math.round(before * images),
              images.intValue());
    }
    return new ChampionMeasure(
        champion.version(),
        answers.size(),
        answers.accuracy(),
        images == null ? null : images.intValue(),
        images == null ? null : before,
        p,
        p < LEVEL);
  }
}
