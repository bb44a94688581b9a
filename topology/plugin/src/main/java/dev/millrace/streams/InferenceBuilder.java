package dev.millrace.streams;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.events.Prediction;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.InferenceEngine;
import dev.millrace.streams.fetch.FetchPool;
import dev.millrace.streams.fetch.ImageFetcher;
import dev.millrace.streams.internals.KafkaStreamsVersion;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import io.opentelemetry.api.OpenTelemetry;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.streams.kstream.ValueJoiner;

/**
 * Collects the settings of an {@link Inference}. {@link ImageInference} creates builders. Not
 * thread-safe.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the input values
 * @param <R> the type of the output values
 */
public final class InferenceBuilder<K, V, R> {

  private static final AtomicLong UNNAMED = new AtomicLong();

  private final InferenceConfig config;
  private ValueMapping<K, V, R> mapping;
  private String name;
  private MeterRegistry registry = Metrics.globalRegistry;
  private ModelRuntime runtime;
  private Supplier<ImageDecoder> decoders;
  private Map<?, ?> kafka;
  private SwapListener listener = (previous, serving) -> {};
  private Tracing tracing = Tracing.OFF;
  private Inference<?, ?, ?> owner;
  private ImageFetcher fetcher;
  private int concurrency;

  InferenceBuilder(InferenceConfig config, ValueMapping<K, V, R> mapping) {
    this.config = Objects.requireNonNull(config, "config");
    this.mapping = mapping;
  }

  /**
   * Sets how the output value of a record is made. By default, the output value is the prediction.
   * The joiner is called in the same way as {@link ResultJoiner#join}.
   *
   * @param joiner makes the output value from the input value and the prediction
   * @param <T> the type of the output values
   * @return this builder
   */
  public <T> InferenceBuilder<K, V, T> result(
      ValueJoiner<? super V, ? super Prediction, ? extends T> joiner) {
    Objects.requireNonNull(joiner, "joiner");
    return result((key, value, headers, prediction) -> joiner.apply(value, prediction));
  }

  /**
   * Sets how the output value of a record is made. The joiner also receives the record's key and
   * headers.
   *
   * @param joiner makes the output value
   * @param <T> the type of the output values
   * @return this builder
   */
  @SuppressWarnings("unchecked") // the builder makes no other use of R
  public <T> InferenceBuilder<K, V, T> result(
      ResultJoiner<? super K, ? super V, ? extends T> joiner) {
    InferenceBuilder<K, V, T> changed = (InferenceBuilder<K, V, T>) this;
    changed.mapping = mapping.withResult(Objects.requireNonNull(joiner, "joiner"));
    return changed;
  }

  /**
   * Names the inference. The name becomes the tag {@code inference} of its meters, so that two
   * inferences of one model have meters of their own in one registry. In older Prometheus
   * registries, all meters with one name must have the same tag keys. So name either all inferences
   * of a registry or none. The name is also a part of the state store's name. Without names, all
   * inferences of a model share their meters.
   *
   * @param name made of letters, digits, '.', '-' and '_', unique in its topology
   * @return this builder
   * @throws IllegalArgumentException if the name has other characters or is too long
   */
  public InferenceBuilder<K, V, R> name(String name) {
    if (!ModelManifest.isName(name)) {
      throw new IllegalArgumentException(
          "name: '"
              + name
              + "' is not made of letters, digits, '.', '-' and '_' (200 at most, a letter or digit"
              + " first)");
    }
    this.name = name;
    return this;
  }

  /**
   * Sets the registry of the meters. The default is Micrometer's global registry.
   *
   * @param registry receives the metrics; the caller keeps and closes it
   * @return this builder
   */
  public InferenceBuilder<K, V, R> registry(MeterRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
    return this;
  }

  /**
   * Traces the images. Each image gets a span of its own, whose parent is the span that the
   * record's headers name (by default {@code traceparent}). The headers of the result, and of a
   * dead letter, name the image's span. Each batch gets a span with links to the spans of its
   * images. By default, nothing is traced.
   *
   * <p>OpenTelemetry's Java agent already creates spans for records. Under the agent, call this
   * method only if you want additional spans below the agent's spans.
   *
   * @param openTelemetry provides the tracer and the propagators; the caller keeps and closes it
   * @return this builder
   */
  public InferenceBuilder<K, V, R> openTelemetry(OpenTelemetry openTelemetry) {
    this.tracing = Tracing.of(Objects.requireNonNull(openTelemetry, "openTelemetry"));
    return this;
  }

  /**
   * Sets how models are run and images are decoded, for example in a test without native libraries.
   * By default, ONNX Runtime runs the models and OpenCV decodes the images.
   *
   * @param runtime loads models on the thread that starts the engine or swaps the version, and runs
   *     them on threads of the engine
   * @param decoders creates a decoder; called when the engine starts, on each decode thread, and
   *     again after a decoder has failed. If the first call fails, the start fails
   * @return this builder
   */
  public InferenceBuilder<K, V, R> runtime(ModelRuntime runtime, Supplier<ImageDecoder> decoders) {
    this.runtime = Objects.requireNonNull(runtime, "runtime");
    this.decoders = Objects.requireNonNull(decoders, "decoders");
    return this;
  }

  /**
   * Follows promotions as {@code millrace serve} does. The inference serves the version that {@code
   * millrace models promote} has named on the control topic, and swaps to each version that is
   * promoted later. It reports the outcomes to the topic {@code millrace.models.status}. Call
   * {@link Inference#start} before the Kafka Streams client starts; otherwise the first task fails.
   *
   * @param kafka configuration of the Kafka Streams client, for example a {@code Properties}. This
   *     method uses the keys for the brokers, TLS and SASL, and the {@code application.id} for the
   *     name of this instance in the reports
   * @return this builder
   */
  public InferenceBuilder<K, V, R> followPromotions(Map<?, ?> kafka) {
    this.kafka = Objects.requireNonNull(kafka, "kafka");
    return this;
  }

  /**
   * Sets a listener for the swaps of this inference. The listener is called after each {@link
   * Inference#swap} and after each promotion that the inference follows. The listener is not called
   * if the swap was carried out by another inference that shares the engine. The listener should
   * return soon, because the next promotion has to wait for it.
   *
   * @param listener the listener
   * @return this builder
   */
  public InferenceBuilder<K, V, R> onSwap(SwapListener listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Fetches the images of records that only refer to an image ({@link
   * dev.millrace.events.ImageEvent.Referenced}). By default, such records are refused.
   *
   * <p>If the fetcher throws an {@link java.io.IOException}, the task gives up its work since the
   * last commit. The task processes these records again when the store of the image is available
   * again. Meanwhile, images from other stores are fetched. No record is lost and, under
   * exactly-once, none is answered twice. {@link Inference#health} says why the stream waits.
   *
   * @param fetcher fetches one image; called on threads of the inference, which closes them
   * @param concurrency the largest number of fetches at the same time, at least 1
   * @return this builder
   */
  public InferenceBuilder<K, V, R> fetcher(ImageFetcher fetcher, int concurrency) {
    this.fetcher = Objects.requireNonNull(fetcher, "fetcher");
    this.concurrency = concurrency;
    return this;
  }

  /**
   * Runs the images on the engine of another inference. Batches then hold images of both
   * inferences. Both serve the same version, so a swap of either inference swaps both. The other
   * inference owns the engine, so its registry and its runtime apply. Close the other inference
   * last. If the other inference follows promotions, start it first.
   *
   * @param other an inference of the same model, with the same settings of the engine
   * @return this builder
   */
  public InferenceBuilder<K, V, R> engineOf(Inference<?, ?, ?> other) {
    this.owner = Objects.requireNonNull(other, "other");
    return this;
  }

  /**
   * Creates the inference. This method loads no model and opens no connection.
   *
   * @return the inference; the caller closes it after the Kafka Streams client
   * @throws IllegalArgumentException if {@link #engineOf} was called with an inference that has
   *     other settings, or together with {@link #followPromotions}, or if the concurrency of {@link
   *     #fetcher} is below 1
   * @throws UnsupportedOperationException if the version of Kafka Streams is too old
   */
  public Inference<K, V, R> build() {
    return new Inference<>(this, KafkaStreamsVersion.running());
  }

  InferenceConfig config() {
    return config;
  }

  ValueMapping<K, V, R> mapping() {
    return mapping;
  }

  SwapListener listener() {
    return listener;
  }

  /** Returns the pool that fetches images; null if no fetcher is set. */
  FetchPool fetches(InferenceMetrics metrics) {
    return fetcher == null
        ? null
        : new FetchPool(metrics.measured(fetcher), concurrency, System::nanoTime);
  }

  Tracing tracing() {
    return tracing;
  }

  InferenceMetrics metrics() {
    return new InferenceMetrics(registry, tags().and("model", config.model()), System::nanoTime);
  }

  boolean ownsEngine() {
    return owner == null;
  }

  /**
   * Returns the name of the barrier. If the inference has no name, the barrier's name ends with a
   * number that is unique in this process. This number may differ after a restart, because the
   * store has no content to restore.
   */
  String barrierName() {
    return name == null
        ? "millrace-" + config.model() + "-barrier-" + UNNAMED.incrementAndGet()
        : "millrace-" + name + "-barrier";
  }

  /** Returns the engine to run on: a new engine, or the engine of the other inference. */
  SharedEngine engine() {
    if (owner != null) {
      return owner.engineFor(config);
    }
    ModelRuntime models = runtime == null ? new OnnxModelRuntime() : runtime;
    Supplier<ImageDecoder> images =
        decoders == null ? () -> new OpenCvImageDecoder(config.engine().limits()) : decoders;
    EngineMetrics metrics = new EngineMetrics(registry, tags());
    return new SharedEngine(
        version ->
            InferenceEngine.start(
                config.engine(),
                models,
                version.orElseGet(this::first),
                images,
                metrics,
                System::nanoTime));
  }

  private Tags tags() {
    return name == null ? Tags.empty() : Tags.of("inference", name);
  }

  private ModelVersion first() {
    if (kafka != null) {
      throw new IllegalStateException(
          "an inference that follows promotions was not started; call start() before the Kafka"
              + " Streams client starts");
    }
    return config.first();
  }

  /**
   * Returns the object that follows the promotions; null if this inference does not follow them.
   */
  Promotions promotions() {
    if (kafka == null) {
      return null;
    }
    if (owner != null) {
      throw new IllegalArgumentException(
          "followPromotions: the inference that owns the engine must follow the promotions, not the"
              + " one that shares it");
    }
    return new Promotions(kafka, config.model(), registry, tags());
  }
}
