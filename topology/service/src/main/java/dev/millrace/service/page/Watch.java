package dev.millrace.service.page;

import dev.millrace.control.ControlTopic;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.promotion.KafkaConfigs;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.topics.TopicTail;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/**
 * Fills the panels while the page is open in a browser. One thread reads the service twice a
 * second. Another thread asks the brokers and the repository once a second, so that slow answers do
 * not delay the first thread. Thread-safe.
 */
final class Watch implements AutoCloseable {

  /** The client id of the page's clients. */
  static final String CLIENT = "millrace-page";

  private static final long TICK_MS = 500;
  private static final long ASK_MS = 1_000;
  private static final int ROUNDS_BETWEEN_LOOKS = 5;
  private static final int STATUS_RECORDS = 1_000;
  private static final long CLOSE_SECONDS = 6;

  private final InferenceService service;
  private final ServiceConfig config;
  private final PageConfig page;
  private final Panels panels;
  private final RecentPredictions recent;
  private final Thumbnails thumbnails;
  private final Throughput throughput = new Throughput();
  private final BatchSizes batches;
  private final ModelPanel model;
  private final TrainerPanel trainer;
  private final DeadLetterPanel deadLetters = new DeadLetterPanel();
  private final Admin admin;
  private final Lag lag;
  private final TopicTail topics;
  private final Map<String, String> troubles = new TreeMap<>();
  private final ScheduledThreadPoolExecutor threads =
      new ScheduledThreadPoolExecutor(
          2,
          task -> {
            Thread thread = new Thread(task, CLIENT);
            thread.setDaemon(true);
            return thread;
          });
  private int rounds;

  private Watch(
      InferenceService service,
      ServiceConfig config,
      MeterRegistry registry,
      KafkaConfigs kafka,
      PageConfig page,
      Panels panels) {
    this.service = service;
    this.config = config;
    this.page = page;
    this.panels = panels;
    this.recent = new RecentPredictions(System::nanoTime, System::currentTimeMillis);
    this.thumbnails =
        page.thumbnails()
            ? new Thumbnails(
                () -> new KafkaConsumer<>(TopicTail.config(kafka.consumer(), CLIENT)),
                config.formats().images().deserializer(),
                config.inference().engine().limits())
            : null;
    this.batches = new BatchSizes(registry);
    this.model = new ModelPanel(config.inference().repository(), config.inference().model());
    this.trainer = new TrainerPanel(config.inference().model());
    this.admin = Admin.create(admin(kafka));
    this.lag = new Lag(admin, config.group());
    this.topics = new TopicTail(kafka.consumer(), CLIENT, wanted());
  }

  /**
   * Opens a watch.
   *
   * @param service the service; the caller closes it after the watch
   * @param registry holds the engine's metrics
   * @param kafka configurations of clients
   * @param panels receives the content that the watch collects
   * @return the watch, which the caller closes
   */
  static Watch open(
      InferenceService service,
      ServiceConfig config,
      MeterRegistry registry,
      KafkaConfigs kafka,
      PageConfig page,
      Panels panels) {
    Watch watch = new Watch(service, config, registry, kafka, page, panels);
    watch.start();
    return watch;
  }

  private static Map<String, Object> admin(KafkaConfigs kafka) {
    Map<String, Object> admin = new HashMap<>(kafka.admin());
    admin.put(AdminClientConfig.CLIENT_ID_CONFIG, CLIENT);
    return admin;
  }

  private Map<String, TopicTail.Wanted> wanted() {
    Map<String, TopicTail.Wanted> wanted = new LinkedHashMap<>();
    wanted.put(ControlTopic.NAME, new TopicTail.Wanted(Integer.MAX_VALUE, model::control));
    wanted.put(
        ControlTopic.STATUS,
        new TopicTail.Wanted(
            STATUS_RECORDS,
            record -> {
              model.status(record);
              trainer.status(record);
            }));
    if (config.onBadImage() != OnBadImage.FAIL) {
      wanted.put(
          config.topics().deadLetters(),
          new TopicTail.Wanted(DeadLetterPanel.MOST, deadLetters::add));
    }
    return wanted;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the tasks end with the executor
  private void start() {
    service.listen(recent);
    threads.scheduleWithFixedDelay(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
    threads.scheduleWithFixedDelay(this::ask, 0, ASK_MS, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    attempt(
        "the service",
        () -> {
          long now = System.nanoTime();
          long seen = recent.seen();
          throughput.observe(seen, now);
          panels.put(
              "stream",
              new StreamPanel(
                  service.isLive(),
                  service.serving().map(ModelVersion::version).orElse(null),
                  service.problems(),
                  troubles(),
                  seen,
                  throughput.perSecond(seen, now),
                  throughput.history(),
                  recent.latency(),
                  batches.read(now)));
          panels.put("predictions", CardsPanel.of(recent.cards(), page.truth()));
        });
  }

  private void ask() {
    boolean looks = rounds++ % ROUNDS_BETWEEN_LOOKS == 0;
    attempt("the repository", () -> look(looks, model::look));
    attempt(
        "the topics",
        () -> {
          look(looks, topics::look);
          topics.poll();
          requireRight(ControlTopic.STATUS);
        });
    attempt("the lag", () -> panels.put("partitions", LagPanel.of(lag.read(), service.problems())));
    attempt(
        "the history",
        () -> {
          panels.put("model", model.view(service.serving()));
          panels.put("trainer", trainer.view());
          panels.put("deadLetters", deadLetters.view(config.topics().deadLetters(), noLetters()));
        });
  }

  private void requireRight(String topic) {
    if (topics.isDenied(topic)) {
      throw new TopicAuthorizationException(
          "the service's user has no right to read " + topic + " (Read)");
    }
  }

  private static void look(boolean looks, Runnable look) {
    if (looks) {
      look.run();
    }
  }

  private String noLetters() {
    if (config.onBadImage() == OnBadImage.FAIL) {
      return "the service ends at the first image that gets no prediction (--on-bad-image)";
    }
    return topics.isDenied(config.topics().deadLetters())
        ? "the service's user has no right to read the topic (Read)"
        : null;
  }

  /** Runs a step, and shows its failure on the page until the step succeeds again. */
  private void attempt(String what, Step step) {
    String trouble = null;
    try {
      step.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) { // a failure of one step must not end the others
      trouble = "cannot read " + what + ": " + (e.getMessage() == null ? e : e.getMessage());
    }
    synchronized (troubles) {
      if (trouble == null) {
        troubles.remove(what);
      } else {
        troubles.put(what, trouble);
      }
    }
  }

  private List<String> troubles() {
    synchronized (troubles) {
      return List.copyOf(troubles.values());
    }
  }

  /** A step that the watch repeats. */
  private interface Step {
    void run() throws Exception;
  }

  /**
   * Returns the thumbnail of a prediction that the page shows.
   *
   * @param number the card's number
   * @return the thumbnail; empty if the page does not show this card, or if it shows no thumbnails
   */
  Optional<Thumbnail> thumbnail(long number) {
    return thumbnails == null
        ? Optional.empty()
        : recent.card(number).map(card -> thumbnails.make(card.prediction().source()));
  }

  @Override
  public void close() {
    service.unlisten(recent);
    threads.shutdownNow();
    try {
      boolean unused = threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    topics.close();
    if (thumbnails != null) {
      thumbnails.close();
    }
    admin.close(Duration.ZERO);
  }
}
