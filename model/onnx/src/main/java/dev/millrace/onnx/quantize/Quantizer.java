package dev.millrace.onnx.quantize;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.threads.Workers;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Quantises a prepared float32 model. Activations become unsigned 8-bit integers, and weights
 * become signed 8-bit integers with a scale for each output channel. Biases become 32-bit integers.
 *
 * <p>The quantiser tries each {@link CalibrationMethod}, and takes the method with the best {@link
 * Damage}, measured on the tuning images. If the loss is too large, the quantiser leaves the first
 * and the last layer in float32. If this is not enough, 1, 2, 4, 8 … of the other layers also stay
 * in float32, the most damaging first, up to half of all layers. A layer's own damage is measured
 * with a model in which only this layer is quantised.
 *
 * <p>The tuning images are few. If the caller's images show a loss that is too large, the quantiser
 * makes a {@linkplain #moreAccurate more accurate} and slower model.
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
  private final Map<CalibrationMethod, Sensitivity> sensitivities =
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
   * @return the best of the models that the quantiser tried. A model whose loss on the tuning
   *     images is allowed is better than the others. The caller compares the model with the float32
   *     model on other images
   * @throws ModelException if ONNX Runtime cannot run the quantised model
   */
  public QuantizedModel quantize() {
    Candidate best =
        Arrays.stream(CalibrationMethod.values())
            .map(method -> candidate(method, List.of()))
            .min(bestFirst)
            .orElseThrow();
    return (isGood(best) ? best : withFloatLayers(best)).model();
  }

  /**
   * Leaves the layers in float32 that do far more damage than the others. Each of them costs speed.
   *
   * @param model a model that this quantiser made
   * @return the model with these layers in float32; empty if the given model has layers in float32
   *     that could be quantised, no layer does far more damage than the others, or the divergence
   *     does not fall by at least a fifth
   */
  public Optional<QuantizedModel> moreAccurate(QuantizedModel model) {
    if (model.layers() < layers.size() || Sensitivity.mostOutliers(layers.size()) == 0) {
      return Optional.empty();
    }
    CalibrationMethod method = CalibrationMethod.of(model.method());
    List<String> outliers = sensitivity(method).outliers();
    if (outliers.isEmpty()) {
      return Optional.empty();
    }
    Candidate candidate = candidate(method, outliers);
    return Optional.of(candidate)
        .filter(better -> better.damage.isMuchLessThan(tuning.of(model.bytes())))
        .map(Candidate::model);
  }

  private Candidate withFloatLayers(Candidate quantised) {
    Candidate best = quantised;
    int most = layers.size() / 2;
    List<String> order = floatOrder(quantised.method, most);
    for (int more = 0, size = 0; size < most && !isGood(best); more = Math.max(1, 2 * more)) {
      size = Math.min(2 + more, most);
      best = better(candidate(quantised.method, order.subList(0, size)), best);
    }
    return best;
  }

  /**
   * {@return the layers in the order in which they are left in float32} The first and the last
   * layer come first, unless only one layer may stay in float32.
   */
  private List<String> floatOrder(CalibrationMethod method, int most) {
    Set<String> order = new LinkedHashSet<>();
    if (most > 1) {
      order.add(layers.get(0));
      order.add(layers.get(layers.size() - 1));
    }
    order.addAll(sensitivity(method).order());
    return List.copyOf(order);
  }

  private Candidate better(Candidate candidate, Candidate best) {
    return bestFirst.compare(candidate, best) < 0 ? candidate : best;
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
    return sensitivity(CalibrationMethod.of(model.method())).order().stream()
        .map(this::title)
        .filter(title -> !model.floatLayers().contains(title))
        .limit(most)
        .toList();
  }

  private Sensitivity sensitivity(CalibrationMethod method) {
    return sensitivities.computeIfAbsent(method, this::measureSensitivity);
  }

  private Sensitivity measureSensitivity(CalibrationMethod method) {
    progress.accept(method + ", measuring the damage of each of " + layers.size() + " layers");
    Map<String, Double> damage = new HashMap<>();
    for (String layer : layers) {
      List<String> others = layers.stream().filter(other -> !other.equals(layer)).toList();
      damage.put(layer, tuning.of(model(method, others).bytes(), LAYER_IMAGES).divergence());
    }
    return new Sensitivity(damage);
  }

  private Candidate candidate(CalibrationMethod method, List<String> kept) {
    QuantizedModel model = model(method, kept);
    Damage damage = tuning.of(model.bytes());
    progress.accept(
        String.format(
            Locale.ROOT,
            "%s, %d of %d layers in int8: %s, divergence %.4f",
            method,
            model.layers(),
            layers.size(),
            tuning.lost(damage),
            damage.divergence()));
    return new Candidate(method, model, damage);
  }

  private QuantizedModel model(CalibrationMethod method, List<String> kept) {
    QdqGraph graph =
        new QdqGraph(
            network,
            new Plan(network, Set.copyOf(kept)),
            calibration.scales(method),
            settings.largestWeight());
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
