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
import dev.millrace.streams.internals.KafkaStreamsVersion;
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
 * <p>Every record whose image can be classified gets one prediction, with the record's key,
 * timestamp and headers. The predictions of a partition are forwarded in the order of their images.
 * Batches form across all partitions and stream threads that use the same {@code ImageInference}. A
 * commit waits for the answers of all records whose offsets it commits, so a crash loses no record
 * (see {@link CommitBarrier}).
 *
 * <p>If an image cannot be classified, this node throws {@link
 * dev.millrace.core.image.BadImageException} with that image's record as the context. Kafka
 * Streams' {@code processing.exception.handler} then decides what to do (KIP-1033). {@link
 * DeadLetterBadImages} sends the record to the dead-letter topic. Any other failure fails the task,
 * and Kafka Streams processes the task's uncommitted records again.
 *
 * <p>One instance serves one {@code processValues} call. {@link #start} loads the model and keeps
 * it until {@link #close}. Without {@code start}, the first task loads the model, and the engine
 * frees the model 30 s after the last task has ended. Thread-safe.
 *
 * @param <K> the type of the keys: String, UTF-8 bytes, or a type whose {@code toString} identifies
 *     the image. The key becomes the prediction's id
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
   * Creates the processor with the caller's own engine.
   *
   * @param start starts an engine, as in {@link SharedEngine}; the engine's clock must be {@link
   *     System#nanoTime}
   * @param barrier builds the store that makes commits wait for the images in flight
   */
  ImageInference(
      InferenceConfig config,
      Function<Optional<ModelVersion>, InferenceEngine> start,
      StoreBuilder<CommitBarrier> barrier) {
    KafkaStreamsVersion.running().requireSupported();
    this.config = config;
    this.engine = new SharedEngine(start);
    this.format = new PredictionFormat(config.top(), config.probabilities());
    this.maxInFlight = config.maxInFlight();
    this.barrier = barrier;
  }

  /**
   * Creates a processor that runs models with ONNX Runtime, decodes images with OpenCV, and
   * publishes its metrics in Micrometer's global registry. Loads nothing yet.
   *
   * @param config the model and how to serve it
   * @param <K> the type of the keys
   * @return the processor; the caller closes it after the Kafka Streams client
   */
  public static <K> ImageInference<K> with(InferenceConfig config) {
    return with(config, Metrics.globalRegistry);
  }

  /**
   * Creates a processor that runs models with ONNX Runtime, decodes images with OpenCV, and
   * publishes its metrics in a registry. Loads nothing yet.
   *
   * @param config the model and how to serve it
   * @param registry receives the metrics; the caller keeps and closes it
   * @param <K> the type of the keys
   * @return the processor; the caller closes it after the Kafka Streams client
   */
  public static <K> ImageInference<K> with(InferenceConfig config, MeterRegistry registry) {
    return with(
        config,
        new OnnxModelRuntime(),
        () -> new OpenCvImageDecoder(config.engine().limits()),
        registry);
  }

  /**
   * Creates a processor with the caller's own runtime and decoders, for example in a test without
   * native libraries. Loads nothing yet.
   *
   * @param config the model and how to serve it
   * @param runtime loads models on the thread that starts the engine or swaps the version, and runs
   *     them on threads of the engine
   * @param decoders creates a decoder; called on each decode thread, and again after a decoder has
   *     failed
   * @param registry receives the metrics; the caller keeps and closes it
   * @param <K> the type of the keys
   * @return the processor; the caller closes it after the Kafka Streams client
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
   * Loads and warms up the model, unless it is loaded already, and keeps it loaded until {@link
   * #close}. Waits for the end of the warm-up without a time limit. Call this method before the
   * Kafka Streams client starts; otherwise the first images wait for the model.
   *
   * @return the version that serves
   * @throws dev.millrace.core.model.ModelException if the version cannot be served
   * @throws InferenceStalledError if the calling thread is interrupted, if a task that waits for
   *     the same start gives the start up, or if {@link #close} is called meanwhile
   */
  public synchronized ModelVersion start() {
    InferenceEngine running = engine.acquire();
    if (started) {
      engine.release(running);
    }
    started = true;
    return running.serving();
  }

  /** {@return the version that serves, or that served last; empty if none was loaded yet} */
  public Optional<ModelVersion> serving() {
    return engine.serving();
  }

  /**
   * Swaps to another version of the model while the stream runs. The calling thread verifies, loads
   * and warms up the candidate, while the current version keeps serving. After that, the candidate
   * answers every batch that opens. One version answers a whole batch, and a partition's
   * predictions change from the old version to the new one once. The engine frees the old version
   * when the old version's last batch returns. If no engine runs, this method starts one first.
   *
   * @param version the candidate's number
   * @param allowSignatureChange whether the candidate may take another image size or have other
   *     classes than the current version
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

  /**
   * Stops the engine and frees the model. Close the Kafka Streams client first; otherwise its tasks
   * fail. If a run hangs in native code, this method returns after 10 s, and the memory of the run
   * and the model stays allocated.
   */
  @Override
  public void close() {
    engine.close();
  }
}
