package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.testing.FakeHub;
import dev.millrace.testing.HostileServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.io.CloseMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubTest {

  @TempDir private Path temp;
  private FakeHub server;
  private Hub hub;

  @BeforeEach
  void open() throws IOException {
    server = new FakeHub();
    hub = new Hub(new HubAccess(server.endpoint(), "hf_secret", false));
  }

  @AfterEach
  void close() {
    hub.close();
    server.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Hub.Downloaded download(String uri) throws IOException {
    return hub.download(HubRef.parse(uri), temp);
  }

  private List<String> downloaded() throws IOException {
    try (Stream<Path> files = Files.walk(temp)) {
      return files
          .filter(Files::isRegularFile)
          .map(f -> temp.relativize(f).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void model_comesWithItsWeightsAndItsDescription_andNothingElse() throws IOException {
    server
        .file("onnx/model.onnx", bytes("graph"))
        .file("onnx/model.onnx_data", bytes("weights"))
        .file("onnx/model_fp16.onnx", bytes("half"))
        .file("onnx/model_fp16.onnx_data", bytes("half weights"))
        .file("config.json", bytes("{}"))
        .file("preprocessor_config.json", bytes("{\"a\": 1}"))
        .file("other/config.json", bytes("{}"))
        .file("pytorch_model.bin", bytes("torch"));

    Hub.Downloaded model = download("hf://org/net@v1");

    assertThat(model.origin()).hasToString("hf://org/net@" + FakeHub.COMMIT + "/onnx/model.onnx");
    assertThat(model.file()).hasContent("graph").isEqualTo(temp.resolve("onnx/model.onnx"));
    assertThat(downloaded())
        .containsExactly(
            "config.json", "onnx/model.onnx", "onnx/model.onnx_data", "preprocessor_config.json");
    assertThat(temp.resolve("onnx/model.onnx_data")).hasContent("weights");
    assertThat(server.requests())
        .first()
        .isEqualTo("hub /api/models/org/net/revision/v1?blobs=true Bearer hf_secret");
  }

  @Test
  void token_goesToTheHubAlone() throws IOException {
    server.file("model.onnx", bytes("graph"));

    download("hf://org/net");

    assertThat(server.requests())
        .containsExactly(
            "hub /api/models/org/net/revision/main?blobs=true Bearer hf_secret",
            "hub /org/net/resolve/" + FakeHub.COMMIT + "/model.onnx Bearer hf_secret",
            "store /model.onnx?signature=1 null");
  }

  @Test
  void chosenFile_isTheOnlyOne_orInTheUsualPlace_orAskedFor() throws IOException {
    assertThatThrownBy(() -> download("hf://org/net")).hasMessageContaining("has no ONNX file");
    server.file("deep/only.onnx", bytes("only"));
    assertThat(download("hf://org/net").file()).hasContent("only");
    server.file("other.onnx", bytes("other"));
    assertThatThrownBy(() -> download("hf://org/net"))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "hf://org/net@main has several ONNX files: add the path of one;"
                + " there are deep/only.onnx, other.onnx");
    assertThat(download("hf://org/net/other.onnx").file()).hasContent("other");
    server.file("model.onnx", bytes("usual"));
    assertThat(download("hf://org/net").file()).hasContent("usual");
    assertThatThrownBy(() -> download("hf://org/net/missing.onnx"))
        .hasMessageStartingWith("hf://org/net@main/missing.onnx does not exist; there are deep/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"other of same len", "longer than it should be", "short", ""})
  void damagedFile_isRefused_andNotKept(String sent) throws IOException {
    server.file("model.onnx", bytes("graph and weights"));
    server.damage("model.onnx", bytes(sent));

    assertThatThrownBy(() -> download("hf://org/net"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("try again");
    assertThat(downloaded()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "404, RevisionNotFound, org/net has no revision main",
    "404, RepoNotFound, does not exist (status 404)",
    "403, GatedRepo, is gated or private: accept its terms on ",
    "401, GatedRepo, set HF_TOKEN to a token that may read it",
    "401, RepoNotFound, cannot be read with the token in HF_TOKEN",
    "418, '', cannot be read (status 418)"
  })
  void refusal_saysWhatToDo(int status, String code, String message) {
    server.fail(status, code);

    assertThatThrownBy(() -> download("hf://org/net"))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("hf://org/net@main ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("hf_secret");
  }

  @ParameterizedTest
  @CsvSource({"429", "500", "503"})
  void failureOfTheHub_isNoRefusal(int status) {
    server.fail(status, "");

    assertThatThrownBy(() -> download("hf://org/net"))
        .isInstanceOf(RemoteAwayException.class)
        .hasMessage("the hub answers with status " + status);
  }

  @Test
  void hubThatIsAway_orMayNotBeAsked_isNoRefusal() {
    server.close();
    assertThatThrownBy(() -> download("hf://org/net"))
        .isInstanceOf(RemoteAwayException.class)
        .hasMessageContaining("refuses connections");
    try (Hub offline = new Hub(new HubAccess(server.endpoint(), null, true))) {
      assertThatThrownBy(() -> offline.resolve(HubRef.parse("hf://org/net")))
          .isInstanceOf(RemoteAwayException.class)
          .hasMessage("HF_HUB_OFFLINE is set");
    }
  }

  @ParameterizedTest
  @CsvSource({"file:///etc", "ftp://a.example", "http://user@a.example", "http://a b"})
  void redirectToWhatIsNoWebServer_isRefused(String target) {
    server.file("model.onnx", bytes("graph"));
    server.redirect(target);

    assertThatThrownBy(() -> download("hf://org/net"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("is redirected to an ");
  }

  @Test
  void circleOfRedirects_ends() {
    server.file("model.onnx", bytes("graph"));
    server.redirect(server.endpoint() + "/org/net/resolve/" + FakeHub.COMMIT + "/model.onnx?");

    assertThatThrownBy(() -> download("hf://org/net"))
        .isInstanceOf(ModelException.class)
        .hasMessageEndingWith("is redirected more than 5 times");
    assertThat(server.requests()).hasSizeLessThan(10);
  }

  @Test
  void pathOutOfTheFolder_isNotDownloaded() {
    server.file("../model.onnx", bytes("graph"));

    assertThatThrownBy(() -> download("hf://org/net")).hasMessageContaining("has no ONNX file");
    assertThat(temp.resolveSibling("model.onnx")).doesNotExist();
  }

  @Test
  void answerThatIsMalformed_isNoRefusal() throws IOException {
    server.file("model.onnx", bytes("graph"));
    try (HostileServer files = new HostileServer()) {
      files.on("/model.onnx?signature=1", "HTTP/1.1 000 x\r\nContent-Length: 1", "x");
      server.redirect(files.uri(""));

      assertThatThrownBy(() -> download("hf://org/net"))
          .isInstanceOf(RemoteAwayException.class)
          .hasMessageEndingWith("the transfer failed (IllegalArgumentException)");
    }
  }

  @Test
  void failureOfTheFileServer_isNotToldAsTheHubs() throws IOException {
    server.file("model.onnx", bytes("graph"));
    try (HostileServer files = new HostileServer()) {
      files.status("/model.onnx?signature=1", 403);
      server.redirect(files.uri(""));

      assertThatThrownBy(() -> download("hf://org/net"))
          .isInstanceOf(RemoteAwayException.class)
          .hasMessage("the hub's file server 127.0.0.1 answers with status 403");
    }
  }

  /** After an error in a request, the HTTP client closes its connections for good. */
  @Test
  void brokenClient_isReplaced() throws IOException {
    AtomicInteger opened = new AtomicInteger();
    String target = "/api/models/org/net/revision/main";
    HubRef ref = HubRef.parse("hf://org/net");
    try (HubClient client =
        new HubClient(
            new HubAccess(server.endpoint(), null, false),
            resolver -> {
              CloseableHttpClient next = WebClients.open(FetchLimits.DEFAULT, resolver);
              if (opened.incrementAndGet() == 1) {
                next.close(CloseMode.IMMEDIATE);
              }
              return next;
            })) {
      assertThatThrownBy(() -> client.get(target, ref, InputStream::readAllBytes))
          .isInstanceOf(RemoteAwayException.class)
          .hasRootCauseMessage("Connection pool shut down");

      assertThat(client.get(target, ref, InputStream::readAllBytes))
          .asString()
          .contains(FakeHub.COMMIT);
    }
  }
}
