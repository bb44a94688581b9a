package dev.millrace.streams;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.InferenceEngine;
import dev.millrace.streams.internals.CommitBarrier;
import dev.millrace.triton.TritonLayout;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Classifies the images of a stream, in one call:
 *
 * <pre>{@code
 * try (var inference = ImageInference.<String>with(InferenceConfig.of(Path.of("models"), "resnet20"))) {
 *   builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
 *       .processValues(inference)
 *       .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
 *   // build and run KafkaStreams, close it before this block ends
 * }
 * }</pre>
 *
 * <p>Every record gets one prediction, in the order of its partition, with its key, timestamp and
 * headers. Batches form across all partitions and stream threads that use the same {@code
 * ImageInference}, and a commit waits for the records it would cover, so none is lost (see {@link
 * CommitBarrier}). An image that cannot be classified makes this node throw {@link
 * dev.millrace.core.image.BadImageException} with that image's record as the context, so Kafka
 * Streams' own {@code processing.exception.handler} decides (KIP-1033): {@link DeadLetterBadImages}
 * sends it to the dead-letter topic. Any other failure fails the task, and its records are
 * processed again.
 *
 * <p>One instance serves one {@code processValues} call. The model is loaded by {@link #start},
 * else when the first task begins, and freed by {@link #close}, else 30 s after the last task
 * ended.
 *
 * @param <K> the key's type: a String, UTF-8 bytes or a type whose {@code toString} names the
 *     image, because it becomes the prediction's id
 */
public final class ImageInference<K>
    implements FixedKeyProcessorSupplier<K, ImageEvent, Prediction>, AutoCloseable {

  private final InferenceConfig config;
  private final SharedEngine engine;
  private final PredictionFormat format;
  private final int maxInFlight;
  private final StoreBuilder<CommitBarrier> barrier;
  private boolean started;

  ImageInference(InferenceConfig config, Function<Optional<ModelVersion>, InferenceEngine> start) {
    this(config, start, CommitBarrier.builder("millrace-" + config.model() + "-barrier"));
  }

  /**
   * Inference with an engine of the caller's.
   *
   * @param start as {@link SharedEngine}'s; its engines go by {@link System#nanoTime}
   * @param barrier builds the store that holds commits back
   */
  ImageInference(
      InferenceConfig config,
      Function<Optional<ModelVersion>, InferenceEngine> start,
      StoreBuilder<CommitBarrier> barrier) {
    this.config = config;
    this.engine = new SharedEngine(start);
    this.format = new PredictionFormat(config.top(), config.probabilities());
    this.maxInFlight = config.maxInFlight();
    this.barrier = barrier;
  }

  /** Inference whose metrics go to Micrometer's global registry. */
  public static <K> ImageInference<K> with(InferenceConfig config) {
    return with(config, Metrics.globalRegistry);
  }

  /** Inference whose metrics go to {@code registry}. The caller keeps and closes the registry. */
  public static <K> ImageInference<K> with(InferenceConfig config, MeterRegistry registry) {
    return with(
        config,
        new OnnxModelRuntime(),
        () -> new OpenCvImageDecoder(config.engine().limits()),
        registry);
  }

  /**
   * Inference with another runtime and another decoder than ONNX Runtime and OpenCV.
   *
   * @param runtime loads and runs the models, on threads of the engine
   * @param decoders makes one decoder for each decode thread, on that thread
   * @param registry receives the metrics; stays the caller's
   */
  public static <K> ImageInference<K> with(
      InferenceConfig config,
      ModelRuntime runtime,
      Supplier<ImageDecoder> decoders,
      MeterRegistry registry) {
    EngineMetrics metrics = new EngineMetrics(registry);
    return new ImageInference<>(
        config,
        version ->
            InferenceEngine.start(
                config.engine(),
                runtime,
                version.orElseGet(() -> first(config)),
                decoders,
                metrics,
                System::nanoTime));
  }

  private static ModelVersion first(InferenceConfig config) {
    ModelRepository repository = new ModelRepository(config.repository(), new TritonLayout());
    return config.version() == null
        ? repository.newest(config.model())
        : repository.version(config.model(), config.version());
  }

  /**
   * Loads and warms up the model now, and keeps it until {@link #close}.
   *
   * @return the version that serves
   * @throws dev.millrace.core.model.ModelException if it cannot be served
   */
  public synchronized ModelVersion start() {
    InferenceEngine running = engine.acquire();
    if (started) {
      engine.release(running);
    }
    started = true;
    return running.serving();
  }

  /** The version that serves; empty before one was loaded. */
  public Optional<ModelVersion> serving() {
    return engine.serving();
  }

  /**
   * Swaps the version while the stream runs. The calling thread verifies, loads and warms up the
   * candidate beside the serving version; then the candidate answers every batch that opens. One
   * version answers a whole batch, and a partition's predictions change from the old version to the
   * new one once. The engine frees the old version when its last batch has run.
   *
   * @param version another version of the same model
   * @param allowSignatureChange whether its input or its classes may differ from those of the
   *     version that serves
   * @return the candidate
   * @throws dev.millrace.core.model.ModelException if the candidate is refused; the current version
   *     then keeps serving
   */
  public synchronized ModelVersion swap(int version, boolean allowSignatureChange) {
    ModelVersion candidate =
        new ModelRepository(config.repository(), new TritonLayout())
            .version(config.model(), version);
    if (!allowSignatureChange) {
      serving().ifPresent(candidate::requireSignatureOf);
    }
    engine.swap(candidate);
    return candidate;
  }

  @Override
  public FixedKeyProcessor<K, ImageEvent, Prediction> get() {
    return new InferenceProcessor<>(
        engine, format, maxInFlight, barrier.name(), OwedAnswers::ofThisThread, System::nanoTime);
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(barrier);
  }

  /** Frees the model. Close the Kafka Streams client first. */
  @Override
  public void close() {
    engine.close();
  }
}
