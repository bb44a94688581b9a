package dev.millrace.onnx.quantize;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Quantises a prepared float32 model. Activations become unsigned 8-bit integers, and weights
 * become signed 8-bit integers with a scale for each output channel. Biases become 32-bit integers.
 *
 * <p>The quantiser tries each {@link CalibrationMethod}, and takes the method with the best {@link
 * Damage}, measured on the tuning images. If the loss is still too large, the quantiser leaves the
 * first and the last layer in float32. If this is not enough, 1, 2, 4, 8 … of the other layers also
 * stay in float32, the most damaging first. A layer's own damage is measured with a model in which
 * only this layer is quantised.
 *
 * <p>Runs on one thread per processor. Confined to one calling thread. The caller closes the
 * quantiser.
 */
public final class Quantizer implements AutoCloseable {

  /** Number of images that measure the damage of a single layer. */
  private static final int LAYER_IMAGES = 32;

  private final Network network;
  private final Settings settings;
  private final Consumer<String> progress;
  private final Workers workers = new Workers("quantize");
  private final Tuning tuning;
  private final Calibration calibration;
  private final List<String> layers;
  private final List<String> neverQuantised;
  private final Comparator<Candidate> bestFirst;
  private final Map<CalibrationMethod, List<String>> bySensitivity =
      new EnumMap<>(CalibrationMethod.class);

  /**
   * The caller's settings.
   *
   * @param reduceRange whether weights have 7 bits instead of 8, so that products cannot saturate
   *     on processors without VNNI
   * @param maxLoss the allowed loss of accuracy on the tuning images, in percentage points. If the
   *     classes of the images are unknown or independent, the allowed share of different answers,
   *     in percent. If the loss is larger, layers stay in float32
   */
  public record Settings(boolean reduceRange, double maxLoss) {

    /** The default of {@code maxLoss} for known classes, in percentage points. */
    public static final double MAX_LOSS = 0.5;

    /** The default of {@code maxLoss} for unknown or independent classes, in percent. */
    public static final double MAX_DIFFERENT = 2;

    int largestWeight() {
      return reduceRange ? ChannelWeights.REDUCED : ChannelWeights.FULL;
    }
  }

  /**
   * Folds the model's constants, and runs the model on the calibration images.
   *
   * @param prepared the bytes of a prepared model, which contains all of its weights; the array
   *     must not change
   * @param preprocessing the preprocessing that the model was prepared for
   * @param labels the names of the classes
   * @param images the calibration images, decoded for the preprocessing
   * @param settings the caller's settings
   * @param progress receives a line of text about each step
   * @throws ModelException if the model is already quantised, has nothing that can be quantised, or
   *     fails on the images
   */
  public Quantizer(
      byte[] prepared,
      Preprocessing preprocessing,
      Labels labels,
      CalibrationImages images,
      Settings settings,
      Consumer<String> progress) {
    this.settings = settings;
    this.progress = progress;
    this.bestFirst = Comparator.comparing(Candidate::damage, Damage.bestFirst(settings.maxLoss()));
    try {
      this.network = FloatModel.of(prepared);
      this.layers = Plan.weighted(network).stream().map(Network::key).toList();
      this.neverQuantised = Plan.neverQuantised(network).stream().map(Network::title).toList();
      this.tuning = new Tuning(prepared, images.forTuning(), preprocessing, labels, workers);
      progress.accept("measuring the activations of " + images.forRanges().size() + " images");
      this.calibration =
          Calibration.of(
              network,
              new Plan(network, Set.of()).activations(),
              images.forRanges(),
              preprocessing,
              workers);
    } catch (RuntimeException | Error e) {
      workers.close();
      throw e;
    }
  }

  /**
   * Quantises the model.
   *
   * @return the model with the least divergence of the models whose loss on the tuning images is
   *     allowed, or of all models if no loss is allowed. The caller compares the model with the
   *     float32 model on other images
   * @throws ModelException if ONNX Runtime cannot run the quantised model
   */
  public QuantizedModel quantize() {
    Candidate best =
        Arrays.stream(CalibrationMethod.values())
            .map(method -> candidate(method, Set.of()))
            .min(bestFirst)
            .orElseThrow();
    if (!isGood(best)) {
      best = withFloatLayers(best);
    }
    return best.model();
  }

  private Candidate withFloatLayers(Candidate quantised) {
    Candidate best = quantised;
    Set<String> kept = new LinkedHashSet<>();
    kept.add(layers.get(0));
    kept.add(layers.get(layers.size() - 1));
    for (int size = kept.size(), more = 0; size + more <= layers.size() / 2; ) {
      for (int i = 0; kept.size() < size + more; i++) {
        kept.add(bySensitivity(quantised.method).get(i));
      }
      more = Math.max(1, 2 * more);
      Candidate candidate = candidate(quantised.method, new LinkedHashSet<>(kept));
      best = bestFirst.compare(candidate, best) < 0 ? candidate : best;
      if (isGood(best)) {
        break;
      }
    }
    return best;
  }

  /**
   * {@return the operators and names of the quantised layers that do the most damage, the most
   * damaging first} Each layer's damage is measured with a model in which only this layer is
   * quantised, with the ranges of the given model. If the layers have not been measured with these
   * ranges yet, this method measures all of them, which takes some time.
   *
   * @param model a model that this quantiser made
   * @param most the largest number of layers
   */
  public List<String> mostDamaging(QuantizedModel model, int most) {
    return bySensitivity(CalibrationMethod.of(model.method())).stream()
        .map(this::title)
        .filter(title -> !model.floatLayers().contains(title))
        .limit(most)
        .toList();
  }

  /** {@return the layers, the most damaging first} */
  private List<String> bySensitivity(CalibrationMethod method) {
    return bySensitivity.computeIfAbsent(method, this::measureSensitivity);
  }

  private List<String> measureSensitivity(CalibrationMethod method) {
    progress.accept(method + ", measuring the damage of each of " + layers.size() + " layers");
    Map<String, Double> damage = new LinkedHashMap<>();
    for (String layer : layers) {
      Set<String> others = new LinkedHashSet<>(layers);
      others.remove(layer);
      damage.put(layer, tuning.of(model(method, others).bytes(), LAYER_IMAGES).divergence());
    }
    return layers.stream().sorted(Comparator.comparingDouble(layer -> -damage.get(layer))).toList();
  }

  private Candidate candidate(CalibrationMethod method, Set<String> kept) {
    QuantizedModel model = model(method, kept);
    Damage damage = tuning.of(model.bytes());
    progress.accept(
        String.format(
            Locale.ROOT,
            "%s, %d of %d layers in int8: %+d of %d tuning images right, divergence %.4f",
            method,
            model.layers(),
            layers.size(),
            -damage.lost(),
            damage.images(),
            damage.divergence()));
    return new Candidate(method, model, damage);
  }

  private QuantizedModel model(CalibrationMethod method, Set<String> kept) {
    QdqGraph graph =
        new QdqGraph(
            network, new Plan(network, kept), calibration.scales(method), settings.largestWeight());
    byte[] bytes = graph.build().toByteArray();
    return new QuantizedModel(
        bytes,
        method.toString(),
        layers.size() - kept.size(),
        Stream.concat(kept.stream().map(this::title), neverQuantised.stream()).toList(),
        graph.canSaturate());
  }

  private String title(String layer) {
    return Network.title(network.producer(layer));
  }

  /** Ends the quantiser's threads. */
  @Override
  public void close() {
    workers.close();
  }

  private boolean isGood(Candidate candidate) {
    return candidate.damage.isWithin(settings.maxLoss());
  }

  /** A quantised model, with its damage on the tuning images. */
  private record Candidate(CalibrationMethod method, QuantizedModel model, Damage damage) {}
}
