package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.control.StatusTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.control.TrainingProgress;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.events.LabelDeserializer;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.http.HttpEndpoint;
import dev.millrace.service.page.LivePage;
import dev.millrace.service.page.PageConfig;
import dev.millrace.service.page.PageTokens;
import dev.millrace.service.promotion.ChampionTopic;
import dev.millrace.service.promotion.KafkaConfigs;
import dev.millrace.service.quality.LabelReader;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.fetch.FetchedImage;
import dev.millrace.streams.fetch.ImageFetcher;
import dev.millrace.tests.browser.Chromium;
import dev.millrace.tests.browser.Tab;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Opens the live page of a running service in Chromium, and checks what the page shows. */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class LivePageTest {

  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final String LABELS = "labels-on-page";
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  @TempDir Path folder;
  @TempDir Path profile;

  @BeforeAll
  static void requireChromium() {
    assumeTrue(Chromium.program().isPresent(), "there is no Chromium in /usr/bin");
  }

  /** A service with its live page. */
  private record Site(Pipeline pipeline, LabelReader labels, LivePage page, HttpEndpoint endpoint)
      implements AutoCloseable {

    static Site start(EmbeddedBroker broker, ModelVersion model, PageConfig config)
        throws Exception {
      return of(Pipeline.start(broker, model, 2, Map.of()), config);
    }

    static Site of(Pipeline pipeline, PageConfig config) throws Exception {
      LabelReader labels =
          LabelReader.open(
              Map.of("bootstrap.servers", pipeline.bootstrapServers()),
              LABELS,
              new LabelDeserializer(),
              pipeline.registry);
      pipeline.service().listen(labels);
      LivePage page =
          LivePage.open(
              pipeline.service(),
              pipeline.config(),
              pipeline.registry,
              KafkaConfigs.of(pipeline.bootstrapServers()),
              config.withTruth(id -> config.truth().apply(id).or(() -> labels.label(id))),
              version -> {});
      HttpEndpoint endpoint =
          HttpEndpoint.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              pipeline.service(),
              pipeline.registry);
      endpoint.serve(LivePage.PATH, page.handler());
      return new Site(pipeline, labels, page, endpoint);
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + endpoint.address().getPort() + "/page/");
    }

    /** Sends good images with ids that begin with the prefix, and with the current time. */
    void send(String prefix, int count) throws Exception {
      List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        records.add(record(prefix + i + ".png", Images.solid("png", 40, 40, 0x3366cc + 997 * i)));
      }
      pipeline.send(records);
    }

    ProducerRecord<String, byte[]> record(String key, byte[] value) {
      return new ProducerRecord<>(
          pipeline.topics.input(), null, System.currentTimeMillis(), key, value);
    }

    @Override
    public void close() {
      page.close();
      endpoint.close();
      labels.close();
      pipeline.close();
    }
  }

  private PageConfig withToken() throws Exception {
    Path file = Files.writeString(folder.resolve("tokens"), "ann " + TOKEN + "\n");
    return new PageConfig(true, PageTokens.read(file), Set.of(), id -> Optional.empty());
  }

  private static void requireCalm(Tab tab, URI address) {
    assertThat(tab.errors()).isEmpty();
    String own = address.resolve("/").toString();
    assertThat(tab.requests())
        .isNotEmpty()
        .allMatch(url -> url.startsWith(own) || url.startsWith("blob:" + own));
  }

  @Test
  void page_showsTheStreamLive(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "shown-on-page");
    PageConfig config =
        PageConfig.DEFAULT.withTruth(
            id -> id.startsWith("known") ? Optional.of("no such label") : Optional.empty());
    try (Site site = Site.start(broker, model, config);
        Chromium chromium = Chromium.start(profile)) {
      Models.publishRandom(folder, model.name());
      assertThat(site.page().isWatched()).isFalse();

      Tab tab = chromium.open(site.address());
      tab.awaitTrue("document.getElementById('state').textContent === 'Ready'");
      assertThat(site.page().isWatched()).isTrue();
      assertThat(tab.text("#model")).isEqualTo(model.name());
      assertThat(tab.text("#topics"))
          .isEqualTo(site.pipeline().topics.input() + " → " + site.pipeline().topics.output());
      tab.awaitTrue("document.querySelectorAll('#versions tbody tr').length === 2");
      assertThat(tab.text("#serving")).isEqualTo("Version 1 serves.");
      assertThat(tab.text("#why")).contains("--page-token-file");
      assertThat(tab.evaluate("document.querySelectorAll('main button:not([hidden])').length"))
          .hasToString("1"); // of the form for the token, which is hidden as a whole
      assertThat(tab.text("#no-predictions")).isEqualTo("No prediction yet.");

      reportOfTrainer(site.pipeline(), model.name());
      tab.awaitTrue("document.querySelectorAll('#trainer li').length === 2");
      assertThat(tab.text("#trainer"))
          .contains(
              "71.5 % (66.9 to 75.7) of 400 – version 2 is better",
              "64.0 % (59.2 to 68.6) of 400 – version 1");
      assertThat(
              tab.evaluate(
                      "document.getElementById('checkpoints-chart').getAttribute('aria-label')")
                  .asText())
          .startsWith("Accuracy of 2 checkpoints")
          .contains("last 71.5 % (66.9 to 75.7) of 400");
      assertThat(tab.text("#checkpoints-caption"))
          .contains("highest 71.5 % (66.9 to 75.7) of 400.");
      tab.awaitTrue("document.querySelectorAll('#checkpoints-chart polyline').length === 2");
      assertThat(tab.text("#history")).contains("trainer: version 2 is better");
      epochsOfTrainer(site.pipeline(), model.name(), tab);

      site.send("known", 4);
      site.pipeline().send(List.of(site.record("bad.png", new byte[] {1, 2})));
      tab.awaitTrue("document.querySelectorAll('#predictions .card.miss').length === 4");
      assertThat(tab.text("#hits")).isEqualTo("0 of 4 with a known label are right.");
      tab.awaitTrue("document.querySelectorAll('#predictions img').length === 4");
      tab.awaitTrue(
          "[...document.querySelectorAll('#predictions img')].every(i => i.naturalWidth === 96)");
      tab.awaitTrue("document.querySelector('#dead-letters li')");
      assertThat(tab.text("#dead-letters")).contains("bad.png", "is not a JPEG");

      site.send("image", 996);
      tab.awaitTrue("document.getElementById('seen').textContent === '1,000'");
      tab.awaitTrue("document.querySelectorAll('#predictions .card').length === 24");
      tab.awaitTrue("document.getElementById('lag').textContent === '0'");
      assertThat(tab.text("#p50")).matches("[\\d.]+ (ms|s)");
      assertThat(tab.text("#p95")).matches("[\\d.]+ (ms|s)");
      assertThat(tab.text("#p99")).matches("[\\d.]+ (ms|s)");
      assertThat(tab.text("#per-second")).matches("[\\d.,]+");
      tab.awaitTrue("document.querySelector('#rate-chart polyline')");
      assertThat(tab.text("#batch-mean")).matches("[\\d.]+");
      tab.awaitTrue("document.querySelector('#batch-chart rect')");
      tab.awaitTrue("document.querySelectorAll('#partitions tbody tr').length === 2");
      assertThat(tab.text("#partitions")).contains("up to date");

      for (String scheme : List.of("light", "dark")) {
        tab.look(1280, 900, scheme);
        tab.screenshot(SCREENSHOTS.resolve("desktop-" + scheme + ".png"));
        tab.look(820, 1180, scheme);
        tab.screenshot(SCREENSHOTS.resolve("tablet-" + scheme + ".png"));
        tab.look(390, 844, scheme);
        tab.screenshot(SCREENSHOTS.resolve("phone-" + scheme + ".png"));
        assertThat(
                tab.evaluate(
                    "document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
            .as("no sideways scrolling")
            .hasToString("true");
      }
      assertThat(tab.evaluate("document.getElementById('problems').hidden")).hasToString("true");
      site.pipeline().stop();
      tab.awaitTrue("document.getElementById('state').textContent === 'Not ready'");
      assertThat(tab.text("#problems")).isEqualTo("the stream has ended");
      requireCalm(tab, site.address());
    }
  }

  /** The store of an image fails for a while, so the image's partition stalls. */
  @Test
  void stalledPartition_andImageStoredElsewhere_areShown(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "stalled-on-page", 0.715);
    AtomicReference<byte[]> stored = new AtomicReference<>();
    ImageFetcher store =
        reference -> {
          if (stored.get() == null) {
            throw new IOException("the store is away");
          }
          return new FetchedImage(stored.get());
        };
    Pipeline pipeline =
        Pipeline.start(
            broker,
            model,
            inference -> ImageInference.<byte[]>builder(inference).fetcher(store, 1).build());
    try (Site site = Site.of(pipeline, PageConfig.DEFAULT);
        Chromium chromium = Chromium.start(profile)) {
      Tab tab = chromium.open(site.address());
      tab.awaitTrue("document.querySelector('#versions tbody td')");
      assertThat(tab.text("#versions tbody td")).isEqualTo("71.5 %, number of images unknown");

      site.send("before", 1); // a partition without a committed offset has no lag
      tab.awaitTrue("document.querySelectorAll('#predictions .card').length === 1");
      tab.awaitTrue("document.querySelector('#partitions tbody tr')");
      ProducerRecord<String, byte[]> elsewhere = site.record("elsewhere", new byte[0]);
      elsewhere.headers().add("ce_dataref", "s3://photos/1.png".getBytes(StandardCharsets.UTF_8));
      pipeline.send(List.of(elsewhere));
      tab.awaitTrue(
          "/stalled for [0-9]+ s/.test(document.getElementById('partitions').textContent)");
      tab.awaitTrue("document.querySelector('#partitions td.bad') !== null");
      assertThat(tab.text("#problems")).contains("the store is away");
      tab.screenshot(SCREENSHOTS.resolve("stalled.png"));

      stored.set(Images.noise("png", 40, 40, 1));
      tab.awaitTrue("document.querySelector('#predictions .missing') !== null");
      assertThat(tab.text("#predictions .missing")).isEqualTo("stored elsewhere");
      tab.awaitTrue("document.querySelector('#partitions td.bad') === null");
      requireCalm(tab, site.address());
    }
  }

  /**
   * Reports two epochs, as a trainer does, and requires that the page draws each epoch immediately.
   */
  private static void epochsOfTrainer(Pipeline pipeline, String model, Tab tab) throws Exception {
    assertThat(tab.evaluate("document.getElementById('training').hidden")).hasToString("true");
    assertThat(tab.evaluate("document.getElementById('loss').hidden")).hasToString("true");
    try (StatusTopic status =
        new StatusTopic(Map.of("bootstrap.servers", pipeline.bootstrapServers()))) {
      for (int epoch = 1; epoch <= 2; epoch++) {
        status.publish(
            new TrainingProgress(
                model,
                "run",
                3,
                epoch,
                10,
                1.0 / epoch,
                new TrainingProgress.HeldOut(
                    1.5 / epoch, 0.4 * epoch, 1000, 1.4 / epoch, 1.6 / epoch),
                812),
            e -> {
              throw new AssertionError(e);
            });
        tab.awaitTrue("document.getElementById('training-bar').value === " + epoch);
      }
    }
    assertThat(tab.text("#training-text"))
        .contains(
            "round 3, epoch 2 of 10: loss 0.500; held out: loss 0.750 (0.700 to 0.800), accuracy 80.0 % (")
        .contains("; 812 images/s");
    assertThat(tab.evaluate("document.getElementById('training-bar').max")).hasToString("10");
    assertThat(tab.text("#loss-caption"))
        .isEqualTo("Loss of 2 epochs: last 0.500, lowest 0.500. Dashed: on held-out images.");
    assertThat(tab.text("#accuracy-caption"))
        .isEqualTo(
            "Held-out accuracy of 2 epochs: last 80.0 % (77.4 to 82.4) of 1,000,"
                + " highest 80.0 % (77.4 to 82.4) of 1,000.");
    assertThat(
            tab.evaluate("document.getElementById('loss-chart').getAttribute('aria-label')")
                .asText())
        .startsWith("Loss of 2 epochs");
    for (String curve :
        List.of("#loss-chart .series", "#loss-chart .other", "#accuracy-chart .series")) {
      String points = "document.querySelector('" + curve + "').getAttribute('points')";
      assertThat(tab.evaluate(points + ".split(' ').length")).as(curve).hasToString("2");
    }
  }

  /** Reports two verdicts, as a trainer does. */
  private static void reportOfTrainer(Pipeline pipeline, String model) {
    try (StatusTopic status =
        new StatusTopic(Map.of("bootstrap.servers", pipeline.bootstrapServers()))) {
      for (int version = 1; version <= 2; version++) {
        status.publish(
            new SwapReport(
                "trainer",
                model,
                version,
                version == 1 ? SwapReport.Outcome.REFUSED : SwapReport.Outcome.BLESSED,
                null,
                version,
                1,
                Map.of(
                    "gate_accuracy",
                    version == 1 ? 0.64 : 0.715,
                    "gate_champion_accuracy",
                    0.65,
                    "gate_images",
                    400.0,
                    "gate_blessed",
                    version - 1.0)));
      }
    }
  }

  @Test
  void promotionAndRollback_swapTheVersionLive(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "promoted-on-page");
    try (Site site = Site.start(broker, model, withToken());
        Chromium chromium = Chromium.start(profile)) {
      Models.publishRandom(folder, model.name());
      site.pipeline().promote(1, false);
      createLabels(site.pipeline());
      Tab tab = chromium.open(site.address());
      openWithToken(tab);
      tab.awaitTrue("document.getElementById('promote-2')");
      assertThat(tab.evaluate("document.getElementById('promote-1')").isNull()).isTrue();

      tab.click("#promote-2");
      tab.awaitTrue("document.getElementById('confirm').open");
      tab.screenshot(SCREENSHOTS.resolve("confirm.png"));
      tab.press("Escape", 27);
      tab.awaitTrue("!document.getElementById('confirm').open");
      tab.click("#promote-2");
      tab.click("#confirm-yes");
      tab.awaitTrue("document.getElementById('action').textContent === 'version 2 is promoted'");
      tab.awaitTrue("document.getElementById('serving').textContent === 'Version 2 serves.'");
      tab.awaitTrue(
          "document.getElementById('history').textContent.includes('version 2 was promoted; before"
              + " it was version 1')");
      site.send("image", 3);
      tab.awaitTrue(
          "[...document.querySelectorAll('.card')].filter(c => c.innerText.includes('v2')).length"
              + " === 3");
      String label = tab.text(".card .label");
      site.pipeline()
          .send(
              List.of(
                  new ProducerRecord<>(
                      LABELS, "image0.png", label.getBytes(StandardCharsets.UTF_8)),
                  new ProducerRecord<>(LABELS, "image1.png", new byte[] {'x'})));
      tab.awaitTrue("document.querySelectorAll('.card.miss').length === 1");
      assertThat(tab.text(".card.miss")).contains("✗ miss: x", "image1.png");
      tab.awaitTrue("document.querySelectorAll('.card.hit, .card.miss').length === 2");
      assertThat(site.pipeline().registry.scrape())
          .contains(
              "millrace_inference_live_accuracy{model=\"promoted-on-page\",version=\"2\"} 0.5");
      tab.look(1280, 900, "light");
      tab.screenshot(SCREENSHOTS.resolve("promoted.png"));

      tab.awaitTrue("document.getElementById('rollback').textContent === 'Roll back to version 1'");
      tab.evaluate("document.getElementById('rollback').focus()");
      tab.press("Enter", 13);
      tab.awaitTrue("document.getElementById('confirm').open");
      tab.evaluate("document.getElementById('confirm-yes').focus()");
      tab.press("Enter", 13);
      tab.awaitTrue("document.getElementById('serving').textContent === 'Version 1 serves.'");
      tab.awaitTrue("document.getElementById('rollback').hidden");

      publishOther(model);
      tab.awaitTrue("document.getElementById('promote-3')");
      tab.click("#promote-3");
      tab.click("#confirm-yes");
      tab.awaitTrue("document.getElementById('action').textContent.includes('7 classes')");
      assertThat(tab.text("#serving")).isEqualTo("Version 1 serves.");
      requireCalm(tab, site.address());
    }
  }

  private static void createLabels(Pipeline pipeline) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", pipeline.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(LABELS, 1, (short) 1))).all().get();
    }
  }

  /** Publishes a version whose signature differs. */
  private void publishOther(ModelVersion model) {
    Models.publishRandom(folder, model.name(), ResNet.of("resnet20").withClasses(7), 1);
  }

  private static void openWithToken(Tab tab) throws Exception {
    tab.awaitTrue("document.getElementById('login').hidden === false");
    tab.evaluate("document.getElementById('token').focus()");
    tab.type(TOKEN);
    tab.press("Enter", 13);
    tab.awaitTrue("document.getElementById('state').textContent === 'Ready'");
  }

  @Test
  void pageOfAnotherSite_canNeitherReadNorPromote(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "attacked-on-page");
    HttpServer attacker =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    attacker.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          byte[] body = "<!DOCTYPE html><title>x</title>".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    attacker.start();
    try (Site site = Site.start(broker, model, withToken());
        Chromium chromium = Chromium.start(profile)) {
      Models.publishRandom(folder, model.name());
      Models.publishRandom(folder, model.name());
      site.pipeline().promote(1, false);
      Tab tab = chromium.open(URI.create("http://127.0.0.1:" + attacker.getAddress().getPort()));
      tab.awaitTrue("document.title === 'x'");

      String post =
          "fetch('" + site.address() + "promotion', {method: 'POST', body: '{\"version\": 2}', ";
      // The requests must fail even with the right token, although a page of another site would not
      // have this token.
      for (String rest :
          List.of(
              "headers: {'Content-Type': 'application/json', 'Authorization': 'Bearer "
                  + TOKEN
                  + "'}",
              "mode: 'no-cors', headers: {'Content-Type': 'text/plain'}",
              "mode: 'no-cors', credentials: 'include'")) {
        assertThat(tab.evaluate(post + rest + "}).then(r => r.type, e => 'failed')").asText())
            .isIn("failed", "opaque");
      }
      assertThat(
              tab.evaluate(
                      "fetch('" + site.address() + "events').then(r => r.text(), e => 'failed')")
                  .asText())
          .isEqualTo("failed");
      HttpResponse<String> refused =
          order(site, 2, "http://127.0.0.1:" + attacker.getAddress().getPort());
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("Origin");
      assertThat(refused.headers().firstValue("Content-Security-Policy").orElse(""))
          .contains("default-src 'none'", "frame-ancestors 'none'");
      assertThat(site.page().isWatched()).isFalse();

      // A request of the live page itself is accepted. Because the other requests were refused, its
      // promotion is the first one after the promotion of version 1.
      HttpResponse<String> accepted =
          order(site, 3, "http://127.0.0.1:" + site.endpoint().address().getPort());
      assertThat(accepted.statusCode()).isEqualTo(202);
      ChampionTopic champions =
          new ChampionTopic(KafkaConfigs.of(site.pipeline().bootstrapServers()));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> champions.find(model.name()).orElseThrow().version() == 3);
      assertThat(champions.find(model.name()).orElseThrow().previous()).isEqualTo(1);
    } finally {
      attacker.stop(0);
    }
  }

  private static HttpResponse<String> order(Site site, int version, String origin)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(site.address().resolve("promotion"))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + TOKEN)
            .header("Origin", origin)
            .POST(HttpRequest.BodyPublishers.ofString("{\"version\": " + version + "}"))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void withoutViewers_nothingIsOpen(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "unwatched-page");
    try (Site site = Site.start(broker, model, PageConfig.DEFAULT)) {
      try (Chromium chromium = Chromium.start(profile)) {
        Tab tab = chromium.open(site.address());
        tab.awaitTrue("document.getElementById('state').textContent === 'Ready'");
        assertThat(pageThreads()).isNotEmpty();
      }
      await().atMost(Duration.ofSeconds(60)).until(() -> !site.page().isWatched());
      await().atMost(Duration.ofSeconds(60)).until(() -> pageThreads().isEmpty());
    }
  }

  private static List<String> pageThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains("millrace-page"))
        .toList();
  }
}
