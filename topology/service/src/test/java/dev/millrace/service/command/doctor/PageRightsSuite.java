package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the live page with exactly the rights that {@code doctor --acls} lists, and without these
 * rights.
 */
@Tag("nightly")
@Tag("acls")
@Timeout(180)
class PageRightsSuite {

  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final Pattern PORT = Pattern.compile("http 127\\.0\\.0\\.1:(\\d+)");
  private static final List<String> PAGE =
      List.of(
          "serve --http, for the page, in addition",
          "serve --page-token-file, to promote on the page, in addition",
          "serve --labels-topic labels, in addition");

  @TempDir static Path folder;

  private static GuardedBroker broker;
  private static Path tokens;

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    tokens = Files.writeString(folder.resolve("tokens"), TOKEN);
    broker = GuardedBroker.start(folder);
    List<Right> all = new ArrayList<>();
    for (String name :
        List.of(
            "models promote, models rollback, train --promote-if-better",
            "the first models promote, in addition",
            "send",
            "send --labels-topic labels, in addition")) {
      all.addAll(rights("any").get(name));
    }
    broker.allow(all);
    broker.run("models promote --version 1", broker.ofModel()).succeeded();
    broker.run("send --labels-topic labels", broker.images()).succeeded();
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  private static Map<String, List<Right>> rights(String group) {
    return new RequiredRights(GuardedBroker.TOPICS, group, GuardedBroker.MODEL).byCommand();
  }

  private GuardedBroker.Serving serve(String group) {
    GuardedBroker.Serving serving =
        broker.serve(
            "--application-id "
                + group
                + " --http 0 --labels-topic labels --page-token-file "
                + tokens);
    assertThat(serving.isReady()).as(serving.err().toString()).isTrue();
    return serving;
  }

  private static URI page(GuardedBroker.Serving serving) {
    Matcher port = PORT.matcher(serving.out().toString());
    assertThat(port.find()).as(serving.out().toString()).isTrue();
    return URI.create("http://127.0.0.1:" + port.group(1) + "/page/");
  }

  /** Reads the page's events until the service ends the stream, after 8 s. */
  private String events(URI page) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(page.resolve("events"))
            .header("Authorization", "Bearer " + TOKEN)
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private int promote(URI page) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(page.resolve("promotion"))
            .header("Authorization", "Bearer " + TOKEN)
            .header("Content-Type", "application/json")
            .header("Origin", "http://" + page.getAuthority())
            .POST(HttpRequest.BodyPublishers.ofString("{\"version\":1}"))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void page_needsWhatIsListed() throws Exception {
    Map<String, List<Right>> listed = rights("page");
    List<Right> all = new ArrayList<>(listed.get("serve"));
    PAGE.forEach(name -> all.addAll(listed.get(name)));
    broker.allow(all);
    GuardedBroker.Serving serving = serve("page");
    URI page = page(serving);

    String shown = events(page);
    assertThat(shown)
        .contains("\"promoted\":1", "\"reason\":\"bad\"", "\"total\":", "\"troubles\":[]")
        .doesNotContain("cannot read", "no right");
    assertThat(promote(page)).isEqualTo(202);
    await().atMost(Duration.ofSeconds(60)).until(() -> events(page).contains("\"state\":\"done\""));

    broker.allow(List.of());
    serving.failure();
  }

  @Test
  void withoutThem_thePageSaysWhatItCannotShow() throws Exception {
    broker.allow(rights("bare").get("serve"));
    GuardedBroker.Serving serving = serve("bare");
    URI page = page(serving);

    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              String shown = events(page);
              return shown.contains("no right to read millrace.models.status")
                  && shown.contains("no right to read the topic (Read)");
            });
    assertThat(promote(page)).isEqualTo(202);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> events(page).contains("\"state\":\"failed\""));

    broker.allow(List.of());
    serving.failure();
  }
}
