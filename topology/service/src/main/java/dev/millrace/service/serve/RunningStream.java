package dev.millrace.service.serve;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.service.health.HealthWatch;
import dev.millrace.service.health.Problem;
import dev.millrace.service.health.ThreadFailure;
import dev.millrace.streams.Inference;
import dev.millrace.streams.PromptClients;
import dev.millrace.streams.sending.LimitsReader;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The Kafka Streams client of a service, with its metrics and its health, from start to close.
 * Thread-safe.
 */
final class RunningStream implements AutoCloseable {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  /**
   * The time-out for closing the client after a failure. This time-out is short, because a thread
   * that hangs will not end even with more time.
   */
  private static final Duration CLOSE_TIMEOUT_OF_FAILED = Duration.ofSeconds(5);

  private final CompletableFuture<Void> running;
  private final CompletableFuture<Void> ended;
  private final RestartPolicy restarts;
  private final PromptClients clients;
  private final KafkaStreams streams;
  private final KafkaStreamsMetrics metrics;
  private final HealthWatch health;
  private final GroupWatch group;

  /**
   * Creates the client, and joins the group.
   *
   * @param inference classifies the images; the caller closes it
   * @param tap receives each prediction that is forwarded
   * @param registry receives the metrics; the caller closes it
   * @param running is completed once the client has joined the group
   * @param ended is completed when the client has ended. It is completed exceptionally if the
   *     client ended by itself. The exception is a {@link StartRefusedException} if the group
   *     belongs to another service
   */
  RunningStream(
      ServiceConfig config,
      Inference<byte[], ImageEvent, Prediction> inference,
      PredictionTap tap,
      MeterRegistry registry,
      CompletableFuture<Void> running,
      CompletableFuture<Void> ended) {
    this.running = running;
    this.ended = ended;
    StreamsConfig kafka = new StreamsConfig(config.streams());
    LimitsReader limits = LimitsReader.of(Utils.propsToMap(config.streams()));
    this.restarts = new RestartPolicy(config.threads(), limits::forget, System::nanoTime);
    this.clients = new PromptClients(config.skipped());
    this.streams =
        new KafkaStreams(
            ServiceTopology.of(config.topics(), config.formats(), inference, limits, tap),
            config.streams(largestBatch(config, limits)),
            clients);
    this.metrics = new KafkaStreamsMetrics(streams);
    streams.setUncaughtExceptionHandler(clients.leavingGroup(restarts));
    streams.setStateListener((to, from) -> onState(to));
    metrics.bindTo(registry);
    this.health = watch(config, kafka, inference::fetchProblem, registry);
    if (config.isStreamsProtocol()) {
      shortenSession(kafka);
    }
    this.group =
        new GroupWatch(
            () -> streams.state() == KafkaStreams.State.RUNNING,
            () -> check(config, kafka),
            this::fail);
    streams.start();
    group.start();
  }

  private static long largestBatch(ServiceConfig config, LimitsReader limits) {
    return config.outputs().stream()
        .mapToLong(topic -> limits.of(topic).maxBytes())
        .min()
        .orElseThrow();
  }

  private static boolean check(ServiceConfig config, StreamsConfig kafka) {
    try (Admin admin = Admin.create(kafka.getAdminConfigs("millrace-group"))) {
      return new GroupCheck(admin, line -> {}).requireOwnMembers(config.group(), config.topics());
    }
  }

  private static void shortenSession(StreamsConfig kafka) {
    try (Admin admin = Admin.create(kafka.getAdminConfigs("millrace-session"))) {
      new StreamsSession(admin, kafka.getString(StreamsConfig.APPLICATION_ID_CONFIG))
          .shortenTo(ServiceConfig.SESSION_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the caller's next wait throws InterruptedException
    }
  }

  private HealthWatch watch(
      ServiceConfig config,
      StreamsConfig kafka,
      Supplier<Optional<String>> fetchProblem,
      MeterRegistry registry) {
    ConsumerConfig consumer = new ConsumerConfig(consumer(kafka));
    return HealthWatch.start(
        streams,
        config.threads(),
        restarts::last,
        fetchProblem,
        kafka.getAdminConfigs("millrace-health"),
        config.outputs(),
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
      if (restarts.isRefusedByGroup()) {
        group.look(); // checks whether the group belongs to another service
      }
      String reason = restarts.last().map(ThreadFailure::reason).orElse("see the log");
      fail(new IllegalStateException("the stream failed: " + reason, restarts.fatal()));
    } else if (state == KafkaStreams.State.NOT_RUNNING) {
      ended.complete(null);
    }
  }

  private void fail(RuntimeException failure) {
    running.completeExceptionally(failure);
    ended.completeExceptionally(failure);
  }

  /** Returns the problems that have lasted longer than 10 s. */
  List<Problem> problems() {
    return health.problems();
  }

  /** Answers the images in flight, commits, and leaves the group. */
  @Override
  public void close() {
    group.close();
    health.close();
    if (!close(ended.isCompletedExceptionally() ? CLOSE_TIMEOUT_OF_FAILED : CLOSE_TIMEOUT)) {
      clients.endPolls();
      boolean unused = close(CLOSE_TIMEOUT_OF_FAILED);
    }
    metrics.close();
  }

  private boolean close(Duration timeout) {
    return streams.close(
        CloseOptions.timeout(timeout)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
  }
}
