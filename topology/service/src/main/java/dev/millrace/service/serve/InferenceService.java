package dev.millrace.service.serve;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.onnx.OnnxRuntimeInfo;
import dev.millrace.service.health.Problem;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceBuilder;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.control.ChampionFollower;
import dev.millrace.streams.engine.SpareSlots;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.opentelemetry.api.OpenTelemetry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Classifies the images of the input topics, and writes predictions to the output topic, from
 * {@link #start()} to {@link #close}. Thread-safe.
 *
 * <p>If the version that the control topic names cannot serve, the service uses the previously
 * promoted version. If the previous version cannot serve either, the service waits until one of the
 * two versions can serve, and only then joins its group. Meanwhile, {@link #problems} says why the
 * service waits.
 */
public final class InferenceService implements AutoCloseable {

  private final ServiceConfig config;
  private final Function<InferenceConfig, ? extends Inference<byte[], ImageEvent, Prediction>>
      factory;
  private final MeterRegistry registry;
  private final Runnable closeImages;
  private final PredictionTap tap = new PredictionTap();
  private final CompletableFuture<Void> running = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile ChampionFollower follower;
  private volatile Inference<byte[], ImageEvent, Prediction> inference;
  private volatile RunningStream stream;
  private boolean closed;

  private InferenceService(
      ServiceConfig config,
      Function<InferenceConfig, ? extends Inference<byte[], ImageEvent, Prediction>> factory,
      MeterRegistry registry,
      Runnable closeImages) {
    this.config = config;
    this.factory = factory;
    this.registry = registry;
    this.closeImages = closeImages;
  }

  /**
   * Starts to load the native libraries on a thread of its own, so that {@link #start} takes less
   * time. Ignores failures, because {@link #start} fails in the same way and reports them.
   */
  public static void loadLibraries() {
    Thread loader =
        new Thread(
            () -> {
              OpenCvImageDecoder.warmUp();
              var unused = OnnxRuntimeInfo.read();
            },
            "millrace-libraries");
    loader.setDaemon(true);
    loader.setUncaughtExceptionHandler((thread, failure) -> {});
    loader.start();
  }

  /**
   * {@return a service that does nothing before {@link #start()}}
   *
   * @param config the service's settings
   * @param registry receives the metrics of the engine and of Kafka Streams; the caller closes it
   * @throws org.apache.kafka.common.config.ConfigException if the configuration is wrong
   * @throws IllegalArgumentException if images may be fetched from S3, and the region is not known
   */
  public static InferenceService of(ServiceConfig config, MeterRegistry registry) {
    return of(config, registry, Optional.empty());
  }

  /**
   * {@return a service that does nothing before {@link #start()}, and traces its images}
   *
   * @param config the service's settings
   * @param registry receives the metrics of the engine and of Kafka Streams; the caller closes it
   * @param openTelemetry traces the images; empty if they are not traced. The caller closes it
   * @throws org.apache.kafka.common.config.ConfigException if the configuration is wrong
   * @throws IllegalArgumentException if images may be fetched from S3, and the region is not known
   */
  public static InferenceService of(
      ServiceConfig config, MeterRegistry registry, Optional<OpenTelemetry> openTelemetry) {
    StoredImages images = StoredImages.open(config.fetch());
    return new InferenceService(
        config,
        inference -> {
          InferenceBuilder<byte[], ImageEvent, Prediction> builder =
              ImageInference.<byte[]>builder(inference)
                  .registry(registry)
                  .fetcher(images, config.fetch().limits().concurrency());
          openTelemetry.ifPresent(builder::openTelemetry);
          return builder.build();
        },
        registry,
        images::close);
  }

  /**
   * Creates and starts a service.
   *
   * @param config the service's settings
   * @param registry receives the metrics; the caller closes it
   * @return the started service; see {@link #start()}
   */
  public static InferenceService start(ServiceConfig config, MeterRegistry registry) {
    return started(of(config, registry));
  }

  /**
   * Creates and starts a service. The caller's factory creates the processor that classifies
   * images, and decides whether the processor fetches images.
   *
   * @param config the service's settings
   * @param factory creates the processor that classifies images; the service closes the processor
   * @param registry receives the metrics; the caller closes it
   * @return the started service; see {@link #start()}
   */
  public static InferenceService start(
      ServiceConfig config,
      Function<InferenceConfig, ? extends Inference<byte[], ImageEvent, Prediction>> factory,
      MeterRegistry registry) {
    return started(new InferenceService(config, factory, registry, () -> {}));
  }

  private static InferenceService started(InferenceService service) {
    try {
      service.start();
      return service;
    } catch (RuntimeException | Error e) {
      service.close();
      throw e;
    }
  }

  /**
   * Loads and warms up the model, then joins the group. The topics must exist. Must be called only
   * once.
   *
   * <p>Unless it is pinned, the service follows the control topic. It starts with the version that
   * the topic names, if there is one, and swaps to each version that the topic names later. If the
   * named version cannot serve, the service starts with the previously promoted version. If the
   * previous version cannot serve either, this method returns. The service then joins the group as
   * soon as one of the two versions can serve.
   *
   * @throws dev.millrace.core.runtime.NativeLibraryException if the native library that decodes
   *     images cannot be loaded on this machine
   * @throws dev.millrace.core.model.ModelException if no version was promoted, and the model cannot
   *     be served
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be read
   */
  public void start() {
    OpenCvImageDecoder.warmUp(); // if the library cannot be loaded, the start must fail
    if (!config.pinned()) {
      follower =
          ChampionFollower.open(
              config.streams(), config.inference().model(), registry, Tags.empty());
    }
    if (follower != null && follower.champion().isPresent()) {
      follower.start(
          champion ->
              load(
                  config.inference().withVersion(champion.version()),
                  inference -> inference.start(champion)),
          this::joinOrEnd);
    } else {
      Inference<byte[], ImageEvent, Prediction> loaded = load(config.inference(), Inference::start);
      if (follower != null) {
        follower.follow(loaded);
      }
      join(loaded);
    }
  }

  private Inference<byte[], ImageEvent, Prediction> load(
      InferenceConfig model,
      Function<Inference<byte[], ImageEvent, Prediction>, ModelVersion> start) {
    Inference<byte[], ImageEvent, Prediction> loaded = factory.apply(model);
    try {
      var unused = start.apply(loaded);
      return loaded;
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }

  /**
   * Joins the group. If the service cannot join, ends the service with the exception. This method
   * does not throw the exception, because the thread that follows the control topic would ignore
   * it.
   */
  private void joinOrEnd(Inference<byte[], ImageEvent, Prediction> loaded) {
    try {
      join(loaded);
    } catch (RuntimeException e) {
      end(e);
    }
  }

  private synchronized void join(Inference<byte[], ImageEvent, Prediction> loaded) {
    if (closed) {
      loaded.close();
      return;
    }
    inference = loaded;
    stream = new RunningStream(config, loaded, tap, registry, running, ended);
  }

  private void end(RuntimeException failure) {
    running.completeExceptionally(failure);
    ended.completeExceptionally(failure);
  }

  /** {@return the model's name} */
  public String model() {
    return config.inference().model();
  }

  /** {@return the serving version; empty while no version serves} */
  public Optional<ModelVersion> serving() {
    Inference<byte[], ImageEvent, Prediction> loaded = inference;
    return loaded == null ? Optional.empty() : loaded.serving();
  }

  /**
   * Passes predictions to a listener from now on, until {@link #unlisten}.
   *
   * @param listener sees each prediction that the service forwards
   */
  public void listen(PredictionListener listener) {
    tap.add(listener);
  }

  /**
   * Passes no further predictions to a listener.
   *
   * @param listener the listener
   */
  public void unlisten(PredictionListener listener) {
    tap.remove(listener);
  }

  /**
   * {@return the engine's slots that the stream does not need, for images that do not come from
   * records; empty while no engine runs} See {@link Inference#spareSlots()}.
   */
  public Optional<SpareSlots> spareSlots() {
    Inference<byte[], ImageEvent, Prediction> loaded = inference;
    return loaded == null ? Optional.empty() : loaded.spareSlots();
  }

  /**
   * {@return a future that completes when the service has joined its group, even without a
   * partition} If the service fails before, the future completes exceptionally.
   */
  public CompletableFuture<Void> running() {
    return running.copy();
  }

  /**
   * {@return a future that completes when the service has ended} If the service has ended because
   * of a failure, the future completes exceptionally.
   */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  /**
   * {@return the reasons why the service is not ready; empty if it is ready} See {@link
   * Problem.Kind}.
   */
  public List<Problem> problems() {
    if (ended.isDone()) {
      return List.of(Problem.of(Problem.Kind.ENDED, 0, "the stream has ended"));
    }
    RunningStream joined = stream;
    if (joined != null) {
      return joined.problems();
    }
    ChampionFollower orders = follower;
    Optional<String> problem = orders == null ? Optional.empty() : orders.problem();
    return List.of(Problem.of(Problem.Kind.STARTING, 0, problem.orElse("the service is starting")));
  }

  /** {@return false if the service cannot recover and is about to end, otherwise true} */
  public boolean isLive() {
    return !ended.isCompletedExceptionally();
  }

  /** Answers the images in flight, commits, leaves the group and frees the model. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    if (stream != null) {
      stream.close();
    }
    if (follower != null) {
      follower.close();
    }
    if (inference != null) {
      inference.close();
    }
    closeImages.run();
  }
}
