package dev.millrace.streams;

import dev.millrace.control.Champion;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.clients.OwedAnswers;
import dev.millrace.streams.control.Swappable;
import dev.millrace.streams.engine.SpareSlots;
import dev.millrace.streams.fetch.FetchPool;
import dev.millrace.streams.internals.CommitBarrier;
import dev.millrace.streams.internals.KafkaStreamsVersion;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classifies the images of a stream, in one {@code processValues} call. {@link ImageInference}
 * creates instances of this class.
 *
 * <p>Every record whose image can be classified gets one result, with the record's key, timestamp
 * and headers. If the result is the prediction itself, the prediction's headers replace the headers
 * of the image's event ({@link dev.millrace.events.PredictionHeaders}). The results of a partition
 * are forwarded in the order of their images. Batches form across all partitions and stream threads
 * that use the same {@code Inference}. A commit waits for the answers of all records whose offsets
 * it commits, so a crash loses no record (see {@link CommitBarrier}).
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
 * @param <V> the type of the input values
 * @param <R> the type of the output values
 */
public sealed class Inference<K, V, R>
    implements FixedKeyProcessorSupplier<K, V, R>, Swappable, AutoCloseable permits ImageInference {

  private static final Logger log = LoggerFactory.getLogger(Inference.class);

  private final InferenceConfig config;
  private final ValueMapping<K, V, R> mapping;
  private final KeptEngine kept;
  private final SharedEngine engine;
  private final PredictionFormat format;
  private final StoreBuilder<CommitBarrier> barrier;
  private final KafkaStreamsVersion kafka;
  private final AtomicBoolean proved;
  private final SwapListener listener;
  private final Promotions promotions;
  private final InferenceMetrics metrics;
  private final Tracing tracing;
  private final FetchPool fetches;

  /**
   * Creates an inference that follows no promotions.
   *
   * @param engine the engine, which this inference closes
   * @param barrier builds the store that makes commits wait for the images in flight
   */
  Inference(
      InferenceConfig config,
      ValueMapping<K, V, R> mapping,
      SharedEngine engine,
      StoreBuilder<CommitBarrier> barrier) {
    this.kafka = KafkaStreamsVersion.running();
    kafka.requireSupported();
    this.config = config;
    this.mapping = mapping;
    this.kept = new KeptEngine(engine, true);
    this.engine = engine;
    this.format = new PredictionFormat(config.top(), config.probabilities());
    this.proved = new AtomicBoolean(true);
    this.barrier = barrier;
    this.listener = (previous, serving) -> {};
    this.promotions = null;
    this.metrics =
        new InferenceMetrics(new CompositeMeterRegistry(), Tags.empty(), System::nanoTime);
    this.tracing = Tracing.OFF;
    this.fetches = null;
  }

  /**
   * Creates the inference that a builder describes.
   *
   * @param kafka the version of Kafka Streams that runs the inference
   */
  Inference(InferenceBuilder<K, V, R> builder, KafkaStreamsVersion kafka) {
    kafka.requireSupported();
    this.kafka = kafka;
    this.config = builder.config();
    this.mapping = builder.mapping();
    this.engine = builder.engine();
    this.kept = new KeptEngine(engine, builder.ownsEngine());
    this.format = new PredictionFormat(config.top(), config.probabilities());
    this.proved = new AtomicBoolean(kafka.isTested());
    this.barrier = CommitBarrier.builder(builder.barrierName(), proved);
    this.listener = builder.listener();
    this.promotions = builder.promotions();
    this.metrics = builder.metrics();
    this.tracing = builder.tracing();
    this.fetches = builder.fetches(metrics);
  }

  /**
   * Loads and warms up the model, unless it is loaded already, and keeps it loaded until {@link
   * #close}. Waits for the end of the warm-up without a time limit. Call this method before the
   * Kafka Streams client starts; otherwise the first images wait for the model.
   *
   * <p>If the inference follows promotions, this method first reads the control topic, and starts
   * the promoted version. If this version cannot serve, this method starts the previously promoted
   * version. If neither can serve, this method waits until one of them can, or until another
   * version is promoted. Meanwhile, {@link #health} says why it waits. If no version was ever
   * promoted, this method starts the configured version, or the newest.
   *
   * @return the version that serves
   * @throws dev.millrace.core.model.ModelException if the version cannot be served
   * @throws dev.millrace.core.runtime.NativeLibraryException if the native library that decodes
   *     images cannot be loaded on this machine
   * @throws InferenceStalledError if the calling thread is interrupted, if another task gives up
   *     the same start, or if {@link #close} is called meanwhile
   * @throws IllegalStateException if the inference was closed
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be read
   */
  public ModelVersion start() {
    kept.requireOpen();
    if (promotions == null) {
      return kept.load(engine::acquire);
    }
    ModelVersion first =
        promotions.start(this, champion -> kept.load(() -> engine.acquire(() -> first(champion))));
    return serving().orElse(first); // a later promotion may serve already
  }

  /**
   * Loads and warms up a promoted version as {@link #start()} does, for a caller that follows the
   * promotions itself with a {@link dev.millrace.streams.control.ChampionFollower}.
   *
   * @param champion the promoted version
   * @return the version that serves
   * @throws dev.millrace.core.model.ModelException if the version cannot be served, or if its
   *     checksum differs from the champion's
   * @throws InferenceStalledError as {@link #start()} does
   * @throws IllegalStateException if the inference was closed, or follows the promotions itself
   */
  public ModelVersion start(Champion champion) {
    kept.requireOpen();
    if (promotions != null) {
      throw new IllegalStateException("this inference follows the promotions itself");
    }
    return kept.load(() -> engine.acquire(() -> first(Optional.of(champion))));
  }

  /**
   * Returns the promoted version. If no version was promoted, returns the configured version, or
   * the newest version if none is configured.
   */
  private ModelVersion first(Optional<Champion> champion) {
    return champion.map(config::promoted).orElseGet(config::first);
  }

  /** {@return the version that serves, or that served last; empty if none was loaded yet} */
  @Override
  public Optional<ModelVersion> serving() {
    return engine.serving();
  }

  /**
   * Swaps to another version of the model while the stream runs. The calling thread verifies, loads
   * and warms up the candidate, while the current version keeps serving. After that, the candidate
   * answers every new batch. One version answers a whole batch. In each partition, all results of
   * the old version come before the results of the new version. The engine frees the old version
   * when the old version's last batch returns. If no engine runs, this method starts one first.
   *
   * @param champion the candidate
   * @return the candidate
   * @throws dev.millrace.core.model.ModelException if the candidate is refused; the current version
   *     then keeps serving
   * @throws IllegalStateException if the inference was closed, or is closed meanwhile
   */
  @Override
  public ModelVersion swap(Champion champion) {
    kept.requireOpen();
    SwapEvent event = new SwapEvent();
    event.begin();
    event.model = config.model();
    event.version = champion.version();
    event.previous = serving().map(ModelVersion::version).orElse(0);
    try {
      ModelVersion candidate = swapNow(champion);
      event.outcome = "swapped";
      return candidate;
    } catch (RuntimeException | Error e) {
      event.outcome = "rejected";
      event.reason = e.toString();
      throw e;
    } finally {
      event.commit();
    }
  }

  private ModelVersion swapNow(Champion champion) {
    ModelVersion candidate = config.promoted(champion);
    Optional<ModelVersion> previous = kept.swap(candidate, champion.allowSignatureChange());
    try {
      listener.onSwap(previous, candidate);
    } catch (RuntimeException e) {
      log.warn("the swap listener failed after the swap to {}", candidate, e);
    }
    return candidate;
  }

  /**
   * Returns the current health, for a readiness check. Does not wait.
   *
   * @return the health
   */
  public InferenceHealth health() {
    Optional<String> problem =
        (promotions == null ? Optional.<String>empty() : promotions.problem())
            .or(engine::problem)
            .or(this::fetchProblem)
            .or(this::unproved);
    Optional<String> lag = promotions == null ? Optional.empty() : promotions.lag();
    return new InferenceHealth(
        problem.isEmpty(),
        problem.or(() -> lag).orElse(null),
        config.model(),
        serving().map(ModelVersion::version).orElse(null));
  }

  /**
   * Returns the engine's slots that the stream does not need, for images that do not come from
   * records. Does not start an engine, and does not wait.
   *
   * @return the slots of the current engine; empty while no engine runs. Do not keep the slots,
   *     because another engine may replace this engine
   */
  public Optional<SpareSlots> spareSlots() {
    return engine.running().map(SpareSlots.class::cast);
  }

  /**
   * Returns which stores of images are unavailable at the moment, and why (see {@link
   * InferenceBuilder#fetcher}). {@link #health} contains the reason, too. Does not wait.
   *
   * @return the reason; empty if every store is available, or if this inference fetches no images
   */
  public Optional<String> fetchProblem() {
    return fetches == null ? Optional.empty() : fetches.problem();
  }

  private Optional<String> unproved() {
    return proved.get()
        ? Optional.empty()
        : Optional.of(
            "Kafka Streams "
                + kafka.text()
                + " was not tested with Millrace, and has not yet committed an image");
  }

  /**
   * Returns this inference's engine, for another inference with the same model and the same
   * settings of the engine.
   */
  SharedEngine engineFor(InferenceConfig other) {
    boolean same =
        other.repository().root().equals(config.repository().root())
            && other.model().equals(config.model())
            && Objects.equals(other.version(), config.version())
            && other.engine().equals(config.engine());
    if (!same) {
      throw new IllegalArgumentException(
          "the inferences of one engine must have the same repository, model, version and engine in"
              + " their InferenceConfig");
    }
    return engine;
  }

  @Override
  public FixedKeyProcessor<K, V, R> get() {
    return new InferenceProcessor<>(
        engine,
        mapping,
        fetches,
        format,
        metrics,
        tracing,
        config.maxInFlight(),
        barrier.name(),
        OwedAnswers::ofThisThread,
        System::nanoTime);
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(barrier);
  }

  /**
   * Stops following promotions, stops the engine and frees the model. Close the Kafka Streams
   * client first; otherwise its tasks fail. If a run hangs in native code, this method returns
   * after 10 s, and the memory of the run and the model stays allocated. If the engine belongs to
   * another inference (see {@link InferenceBuilder#engineOf}), the engine keeps running. A closed
   * inference cannot start again.
   */
  @Override
  public void close() {
    kept.refuse();
    try {
      if (promotions != null) {
        promotions.close();
      }
    } finally {
      if (fetches != null) {
        fetches.close();
      }
      kept.close();
    }
  }
}
