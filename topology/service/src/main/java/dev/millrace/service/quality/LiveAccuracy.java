package dev.millrace.service.quality;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.events.Prediction;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Compares predictions with the labels of their images, by version. The label may arrive before or
 * after the prediction. The meters of a version appear with its first labelled image. The meters
 * are removed an hour after the version's last labelled image, or earlier if {@value
 * #MOST_VERSIONS} other versions have had labelled images since then. Thread-safe.
 */
final class LiveAccuracy {

  /** Largest number of predictions that wait for their labels. */
  static final int MOST_WAITING = 10_000;

  /** Number of a version's last labelled images from which its accuracy is computed. */
  static final int IMAGES = 1_000;

  /** Largest number of versions with meters. */
  static final int MOST_VERSIONS = 2;

  private static final long KEPT_NANOS = Duration.ofHours(1).toNanos();

  private record Version(String model, int number) {}

  private record Answer(Version version, String label) {}

  private final MeterRegistry registry;
  private final KnownLabels labels;
  private final LongSupplier nanoTime;
  private final Map<String, Answer> waiting =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
          return size() > MOST_WAITING;
        }
      };

  /** The versions in the order of their last labelled images. */
  private final Map<Version, Score> scores = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param registry receives the meters; the caller keeps and closes it
   * @param labels the labels that are known
   * @param nanoTime the clock, in ns
   */
  LiveAccuracy(MeterRegistry registry, KnownLabels labels, LongSupplier nanoTime) {
    this.registry = registry;
    this.labels = labels;
    this.nanoTime = nanoTime;
  }

  /**
   * Compares a prediction with the label of its image. If the label is not known yet, keeps the
   * prediction until the label arrives.
   */
  synchronized void predicted(Prediction prediction) {
    Version version = new Version(prediction.model().name(), prediction.model().version());
    waiting.put(prediction.id(), new Answer(version, prediction.label()));
    labelled(prediction.id());
  }

  /**
   * Compares the prediction that waits for an image's label, if both the prediction and the label
   * are known.
   */
  synchronized void labelled(String id) {
    Answer answer = waiting.get(id);
    if (answer != null) {
      labels
          .find(id)
          .ifPresent(
              truth -> {
                waiting.remove(id);
                score(answer.version()).add(truth.equals(answer.label()), nanoTime.getAsLong());
              });
    }
  }

  private Score score(Version version) {
    Score score = scores.computeIfAbsent(version, absent -> new Score(registry, absent));
    if (scores.size() > MOST_VERSIONS) {
      Iterator<Score> eldest = scores.values().iterator();
      eldest.next().close();
      eldest.remove();
    }
    return score;
  }

  /** Removes the meters of versions without a labelled image within an hour. */
  synchronized void expire() {
    long now = nanoTime.getAsLong();
    scores
        .values()
        .removeIf(
            score -> {
              boolean old = now - score.last > KEPT_NANOS;
              if (old) {
                score.close();
              }
              return old;
            });
  }

  /**
   * The labelled images of a version. The lock of the {@link LiveAccuracy} object guards this
   * object.
   */
  private static final class Score {
    private final MeterRegistry registry;
    private final Counter right;
    private final Counter wrong;
    private final List<Meter> gauges;
    private final boolean[] results = new boolean[IMAGES];
    private int added;
    private int rightImages;
    private volatile int images;

    /** Unknown until the first image is added. */
    private volatile Proportion share = new Proportion(Double.NaN, Double.NaN, Double.NaN);

    private long last;

    Score(MeterRegistry registry, Version version) {
      this.registry = registry;
      Tags tags = Tags.of("model", version.model(), "version", Integer.toString(version.number()));
      right = counter(tags.and("result", "right"));
      wrong = counter(tags.and("result", "wrong"));
      gauges =
          List.of(
              gauge(
                  "accuracy",
                  () -> share.value(),
                  "Share of the last 1,000 images with a known label that this version classified"
                      + " correctly",
                  tags),
              gauge(
                  "accuracy.low",
                  () -> share.low(),
                  "Lower end of the 95 % interval of millrace_inference_live_accuracy",
                  tags),
              gauge(
                  "accuracy.high",
                  () -> share.high(),
                  "Upper end of the 95 % interval of millrace_inference_live_accuracy",
                  tags),
              gauge(
                  "images",
                  () -> images,
                  "Number of images from which millrace_inference_live_accuracy is computed",
                  tags));
    }

    private Meter gauge(String name, Supplier<Number> value, String description, Tags tags) {
      return Gauge.builder("millrace.inference.live." + name, value)
          .description(description)
          .tags(tags)
          .strongReference(true)
          .register(registry);
    }

    private Counter counter(Tags tags) {
      return Counter.builder("millrace.inference.labelled")
          .description("Classified images whose label is known")
          .tags(tags)
          .register(registry);
    }

    void add(boolean isRight, long now) {
      (isRight ? right : wrong).increment();
      int place = added % IMAGES;
      rightImages += (isRight ? 1 : 0) - (added >= IMAGES && results[place] ? 1 : 0);
      results[place] = isRight;
      added = added == 2 * IMAGES - 1 ? IMAGES : added + 1;
      images = Math.min(added, IMAGES);
      share = Proportion.of(rightImages, images);
      last = now;
    }

    void close() {
      registry.remove(right);
      registry.remove(wrong);
      gauges.forEach(registry::remove);
    }
  }
}
