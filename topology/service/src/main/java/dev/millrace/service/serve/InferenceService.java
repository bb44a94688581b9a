package dev.millrace.service.serve;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.OnnxRuntimeInfo;
import dev.millrace.service.health.HealthWatch;
import dev.millrace.service.health.Problem;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.PromptClients;
import dev.millrace.streams.control.ChampionFollower;
import dev.millrace.streams.sending.LimitsReader;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Classifies the images of one topic into another, from {@link #start} to {@link #close}.
 * Thread-safe.
 */
public final class InferenceService implements AutoCloseable {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  /** A stream thread that hangs does not end. */
  private static final Duration CLOSE_TIMEOUT_OF_FAILED = Duration.ofSeconds(5);

  private final ImageInference<byte[]> inference;
  private final Optional<ChampionFollower> follower;
  private final RestartPolicy restarts;
  private final KafkaStreams streams;
  private final KafkaStreamsMetrics streamsMetrics;
  private final HealthWatch health;
  private final CompletableFuture<Void> running = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private InferenceService(
      ServiceConfig config,
      ImageInference<byte[]> inference,
      Optional<ChampionFollower> follower,
      MeterRegistry registry) {
    this.inference = inference;
    this.follower = follower;
    LimitsReader limits = LimitsReader.of(Utils.propsToMap(config.streams()));
    this.restarts = new RestartPolicy(config.threads(), limits::forget, System::nanoTime);
    PromptClients clients = new PromptClients(config.skipped());
    this.streams =
        new KafkaStreams(
            ServiceTopology.of(config.topics(), inference, limits), config.streams(), clients);
    this.streamsMetrics = new KafkaStreamsMetrics(streams);
    streams.setUncaughtExceptionHandler(clients.leavingGroup(restarts));
    streams.setStateListener((to, from) -> onState(to));
    streamsMetrics.bindTo(registry);
    this.health = watch(config, registry);
    if (config.isStreamsProtocol()) {
      shortenSession(config);
    }
    follower.ifPresent(orders -> orders.follow(inference));
    streams.start();
  }

  /**
   * Begins to load the native libraries on a thread of its own, for a caller that has to wait for
   * something else before {@link #start}. What fails here fails there again.
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
   * Loads and warms up the model, then joins the group. The topics must exist. Unless it is pinned,
   * the version is the one that the control topic names by then, if it names any, and each that it
   * names later.
   *
   * @param registry receives the meters of the engine and of Kafka Streams; stays the caller's
   * @throws dev.millrace.core.model.ModelException if the model cannot be served
   * @throws org.apache.kafka.common.KafkaException if the configuration is wrong
   */
  public static InferenceService start(ServiceConfig config, MeterRegistry registry) {
    return start(config, inference -> ImageInference.with(inference, registry), registry);
  }

  /**
   * The same with inference of the caller's.
   *
   * @param factory makes it; the service closes it
   */
  public static InferenceService start(
      ServiceConfig config,
      Function<InferenceConfig, ImageInference<byte[]>> factory,
      MeterRegistry registry) {
    Optional<ChampionFollower> follower =
        config.pinned() ? Optional.empty() : Optional.of(follower(config, registry));
    ImageInference<byte[]> inference =
        factory.apply(
            follower
                .flatMap(ChampionFollower::champion)
                .map(champion -> config.inference().withVersion(champion.version()))
                .orElse(config.inference()));
    try {
      var unused = inference.start();
      return new InferenceService(config, inference, follower, registry);
    } catch (RuntimeException | Error e) {
      follower.ifPresent(ChampionFollower::close);
      inference.close();
      throw e;
    }
  }

  private static ChampionFollower follower(ServiceConfig config, MeterRegistry registry) {
    StreamsConfig kafka = new StreamsConfig(config.streams());
    String instance =
        kafka.getString(StreamsConfig.APPLICATION_ID_CONFIG)
            + "@"
            + hostName()
            + "-"
            + ProcessHandle.current().pid();
    return ChampionFollower.open(
        kafka.getGlobalConsumerConfigs(instance + "-control"),
        kafka.getProducerConfigs(instance + "-status"),
        instance,
        config.inference().model(),
        registry);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown-host";
    }
  }

  private static void shortenSession(ServiceConfig config) {
    StreamsConfig kafka = new StreamsConfig(config.streams());
    try (Admin admin = Admin.create(kafka.getAdminConfigs("millrace-session"))) {
      new StreamsSession(admin, kafka.getString(StreamsConfig.APPLICATION_ID_CONFIG))
          .shortenTo(ServiceConfig.SESSION_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the caller's next wait ends with it
    }
  }

  private HealthWatch watch(ServiceConfig config, MeterRegistry registry) {
    StreamsConfig kafka = new StreamsConfig(config.streams());
    ConsumerConfig consumer = new ConsumerConfig(consumer(kafka));
    return HealthWatch.start(
        streams,
        config.threads(),
        restarts::last,
        kafka.getAdminConfigs("millrace-health"),
        config.onBadImage() == OnBadImage.FAIL
            ? Set.of(config.topics().output())
            : Set.of(config.topics().output(), config.topics().deadLetters()),
        Duration.ofMillis(consumer.getInt(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG)),
        reason -> fail(new IllegalStateException(reason)),
        registry);
  }

  private static Map<String, Object> consumer(StreamsConfig kafka) {
    Map<String, Object> consumer =
        kafka.getMainConsumerConfigs(
            kafka.getString(StreamsConfig.APPLICATION_ID_CONFIG), "millrace-health", 0);
    consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return consumer;
  }

  private void onState(KafkaStreams.State state) {
    if (state == KafkaStreams.State.RUNNING) {
      running.complete(null);
    } else if (state == KafkaStreams.State.ERROR) {
      fail(new IllegalStateException(fatalMessage(), restarts.fatal()));
    } else if (state == KafkaStreams.State.NOT_RUNNING) {
      ended.complete(null);
    }
  }

  private void fail(IllegalStateException failure) {
    running.completeExceptionally(failure);
    ended.completeExceptionally(failure);
  }

  private String fatalMessage() {
    Throwable cause = restarts.fatal();
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return "the stream failed: " + (cause == null ? "see the log" : cause.getMessage());
  }

  /** The version that serves. */
  public ModelVersion serving() {
    return inference.serving().orElseThrow();
  }

  /**
   * Completes once it has joined its group, also with no partition of its own; exceptionally if it
   * failed before.
   */
  public CompletableFuture<Void> running() {
    return running.copy();
  }

  /** Completes when it has ended, exceptionally if it ended by itself. */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  /** Why it is not ready, as far as that has lasted longer than 10 s; empty if it is. */
  public List<Problem> problems() {
    if (ended.isDone()) {
      return List.of(Problem.of(Problem.Kind.ENDED, 0, "the stream has ended"));
    }
    return health.problems();
  }

  /** True unless it has failed for good; then it ends by itself. */
  public boolean isLive() {
    return !ended.isCompletedExceptionally();
  }

  /** Answers what is in flight, commits, leaves the group and frees the model. */
  @Override
  public void close() {
    health.close();
    streams.close(
        CloseOptions.timeout(isLive() ? CLOSE_TIMEOUT : CLOSE_TIMEOUT_OF_FAILED)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    streamsMetrics.close();
    follower.ifPresent(ChampionFollower::close);
    inference.close();
  }
}
