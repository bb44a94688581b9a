package dev.millrace.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.service.health.Problem;
import dev.millrace.service.http.infer.InferRequest;
import dev.millrace.service.http.infer.PhotoVersions;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.EngineStalledException;
import dev.millrace.streams.engine.SpareSlots;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class InferHandlerTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String INFER = "/v2/models/photos/infer";
  private static final byte BAD = 9;

  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Photos photos = new Photos();
  private HttpServer server;

  /**
   * A model for which the first byte of the image is the probability of the first class, in
   * percent.
   */
  private static final class Photos implements ServedModel, SpareSlots {

    private volatile int serving = 3;
    private volatile int answering = 3;
    private volatile boolean full;
    private volatile boolean fullAtSubmit;
    private volatile RuntimeException failure;
    private volatile boolean stopped;
    private volatile boolean slow;

    @Override
    public String name() {
      return "photos";
    }

    @Override
    public Optional<ModelVersion> serving() {
      return serving == 0 ? Optional.empty() : Optional.of(PhotoVersions.version(serving));
    }

    Optional<SpareSlots> slots() {
      return serving == 0 ? Optional.empty() : Optional.of(this);
    }

    @Override
    public List<Problem> problems() {
      return List.of();
    }

    @Override
    public boolean isLive() {
      return true;
    }

    @Override
    public int maxBatchSize() {
      return 4;
    }

    @Override
    public boolean hasSpareSlot() {
      return !full;
    }

    @Override
    public Optional<List<CompletableFuture<Classification>>> submitIfSpare(List<byte[]> encoded) {
      if (stopped) {
        throw new EngineStalledException("the inference engine has stopped: it hangs", null);
      }
      if (fullAtSubmit) {
        return Optional.empty();
      }
      List<CompletableFuture<Classification>> answers = new ArrayList<>();
      encoded.forEach(image -> answers.add(slow ? new CompletableFuture<>() : answer(image)));
      return Optional.of(answers);
    }

    private CompletableFuture<Classification> answer(byte[] image) {
      if (failure != null) {
        return CompletableFuture.failedFuture(failure);
      }
      if (image[0] == BAD) {
        return CompletableFuture.failedFuture(
            new BadImageException(BadImageException.Reason.UNDECODABLE, "the JPEG ends early"));
      }
      float first = image[0] / 100f;
      return CompletableFuture.completedFuture(
          new Classification(PhotoVersions.version(answering), new float[] {first, 1 - first, 0}));
    }
  }

  @BeforeEach
  void listen() throws IOException {
    listen(true);
  }

  private void listen(boolean infers) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    InferenceProtocol protocol = new InferenceProtocol(photos, "1", infers);
    Requests pages = new Requests(path -> protocol.get(path.subList(1, path.size())));
    server.createContext("/", new InferHandler(photos, protocol, photos::slots, infers, pages));
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path));
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> post(String path, byte[] body, String... headers) throws Exception {
    HttpRequest.Builder request = request(path).POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  /** Sends one image as the whole body. */
  private HttpResponse<byte[]> postImage(String path) throws Exception {
    return post(path, new byte[] {25}, InferRequest.JSON_LENGTH, "0");
  }

  private static byte[] json(String shape, String data, String more) {
    return ("{'inputs':[{'name':'image','datatype':'BYTES','shape':"
            + shape
            + ",'parameters':{'content_type':'base64'},'data':"
            + data
            + "}]"
            + more
            + "}")
        .replace('\'', '"')
        .getBytes(UTF_8);
  }

  private static void assertError(HttpResponse<byte[]> answer, int status, String saying)
      throws IOException {
    JsonNode body = JSON.readTree(answer.body());
    assertThat(answer.statusCode()).as(body.toString()).isEqualTo(status);
    assertThat(body.get("error").textValue()).contains(saying);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
  }

  @Test
  void images_areClassified() throws Exception {
    HttpResponse<byte[]> answer = post(INFER, json("[2]", "['GQ==','MgA=']", ",'id':'x'"));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(new String(answer.body(), UTF_8))
        .isEqualTo(
            "{\"model_name\":\"photos\",\"model_version\":\"3\",\"id\":\"x\",\"outputs\":["
                + "{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[2,3],"
                + "\"data\":[0.25,0.75,0.0,0.5,0.5,0.0]}]}");
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(answer.headers().firstValue(InferRequest.JSON_LENGTH)).isEmpty();
  }

  @Test
  void binaryAnswer_hasTheLengthOfItsJson() throws Exception {
    HttpResponse<byte[]> answer = postImage("/v2/models/photos/versions/3/infer");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/octet-stream");
    int json =
        Integer.parseInt(answer.headers().firstValue(InferRequest.JSON_LENGTH).orElseThrow());
    assertThat(answer.body()).hasSize(json + 12);
    assertThat(JSON.readTree(answer.body(), 0, json).at("/outputs/0/shape").toString())
        .isEqualTo("[1,3]");
  }

  @Test
  void badImage_isNamedByItsIndex_andNoneIsAnswered() throws Exception {
    assertError(
        post(INFER, json("[3]", "['GQ==','CQ==','CQ==']", "")),
        400,
        "image 1 cannot be classified: the JPEG ends early");
  }

  @ParameterizedTest
  @CsvSource({
    "/v2/models/cats/infer,              model 'cats' is not served here; 'photos' is",
    "/v2/models/photos/versions/2/infer, version '2' of model 'photos' does not serve; version 3 does",
    "/v2/models/photos/versions/x/infer, version 'x' of model 'photos' does not serve; version 3 does"
  })
  void whatDoesNotServe_isNotFound(String path, String error) throws Exception {
    assertError(postImage(path), 404, error);
  }

  @Test
  void versionThatIsSwappedMeanwhile_isNotFound() throws Exception {
    photos.answering = 4;
    assertError(postImage("/v2/models/photos/versions/3/infer"), 404, "version 4 does");
    assertThat(postImage(INFER).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {INFER, "/v2/models/photos/versions/1/infer"})
  void modelThatDoesNotServeYet_isUnavailable(String path) throws Exception {
    photos.serving = 0;
    HttpResponse<byte[]> answer = postImage(path);
    assertError(answer, 503, "no version of model 'photos' serves now");
    assertThat(answer.headers().firstValue("Retry-After")).contains("1");
  }

  @Test
  void images_thatFindNoSlots_areRefusedForNow() throws Exception {
    photos.full = true;
    HttpResponse<byte[]> early = post(INFER, new byte[1 << 20]); // the body is not even read
    assertError(early, 429, "the stream leaves no room");
    assertThat(early.headers().firstValue("Retry-After")).contains("1");

    photos.full = false;
    photos.fullAtSubmit = true;
    assertError(postImage(INFER), 429, "the stream leaves no room");
  }

  @Test
  void engineThatFails_isNotTheImagesFault() throws Exception {
    photos.failure = new InferenceException("cpu is broken", null);
    assertError(postImage(INFER), 500, "the model failed: cpu is broken");
    photos.failure = new EngineStalledException("the inference engine has stopped: bye", null);
    assertError(postImage(INFER), 503, "no version serves now");
    photos.stopped = true;
    assertError(postImage(INFER), 503, "it hangs");
  }

  @Test
  void slowModel_isGivenUp() throws Exception {
    photos.slow = true;
    assertError(postImage(INFER), 504, "no answer within 5 s");
  }

  @Test
  void wrongBody_isABadRequest() throws Exception {
    assertError(post(INFER, "{".getBytes(UTF_8)), 400, "not JSON");
    assertError(post(INFER, new byte[0]), 400, "the body must be a JSON object");
    assertError(post(INFER, new byte[1], InferRequest.JSON_LENGTH, "7"), 400, "it is '7'");
    assertError(
        post(INFER, json("[5]", "['GQ==','GQ==','GQ==','GQ==','GQ==']", "")),
        400,
        "more than 4 images");
  }

  @Test
  void compressedBody_isRefused() throws Exception {
    HttpResponse<byte[]> answer = post(INFER, new byte[100], "Content-Encoding", "gzip");
    assertError(answer, 415, "the body is compressed (gzip); send it without Content-Encoding");
    assertThat(answer.headers().firstValue("Accept-Encoding")).contains("identity");
    byte[] plain = json("[1]", "['GQ==']", "");
    assertThat(post(INFER, plain, "Content-Encoding", "identity").statusCode()).isEqualTo(200);
  }

  @Test
  void bodyOfUnknownLength_isRefused() throws Exception {
    HttpRequest.Builder chunked =
        request(INFER).POST(BodyPublishers.ofInputStream(() -> InputStream.nullInputStream()));
    assertError(send(chunked), 411, "no Content-Length");
  }

  @Test
  void largeBody_isRefusedBeforeItIsSent() throws Exception {
    try (Socket socket = sendHead(99_999_999_999L)) {
      assertThat(firstLine(socket)).contains(" 413 ");
    }
  }

  /**
   * The client sends a byte from time to time, so that the server does not close the connection as
   * idle.
   */
  @Test
  void slowBody_isGivenUp() throws Exception {
    try (Socket socket = sendHead(1_000_000)) {
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> firstLine(socket), threads);
      while (!answer.isDone()) {
        socket.getOutputStream().write(' ');
        Thread.sleep(50); // the pace of the slow client
      }
      assertThat(answer.get()).contains(" 408 ");
    }
  }

  /** Sends the head of a request, and leaves the body to the caller. */
  private Socket sendHead(long length) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort());
    socket.setSoTimeout(20_000);
    String head = "POST " + INFER + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + length;
    socket.getOutputStream().write((head + "\r\n\r\n").getBytes(UTF_8));
    return socket;
  }

  private static String firstLine(Socket socket) {
    try {
      StringBuilder line = new StringBuilder();
      for (int c = socket.getInputStream().read(); c != '\n' && c >= 0; ) {
        line.append((char) c);
        c = socket.getInputStream().read();
      }
      return line.toString();
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void webPage_isNotAnswered() throws Exception {
    byte[] body = json("[1]", "['GQ==']", "");
    assertError(post(INFER, body, "Origin", "http://127.0.0.1:1"), 403, "web pages");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "OPTIONS"})
  void otherMethods_areRefused(String method) throws Exception {
    HttpResponse<byte[]> answer = send(request(INFER).method(method, BodyPublishers.noBody()));
    assertError(answer, 405, "POST");
    assertThat(answer.headers().firstValue("Allow")).contains("POST");
  }

  @Test
  void otherPaths_areAnsweredAsBefore() throws Exception {
    assertThat(send(request("/v2/models/photos")).statusCode()).isEqualTo(200);
    assertThat(send(request("/v2/models/photos/infer/x")).statusCode()).isEqualTo(404);
    assertThat(send(request(INFER).method("HEAD", BodyPublishers.noBody())).statusCode())
        .isEqualTo(405);
    assertThat(post("/v2/models/photos", new byte[0]).statusCode()).isEqualTo(405);
  }

  @Test
  void metadata_describesWhatInferTakes() throws Exception {
    assertThat(new String(send(request("/v2/models/photos")).body(), UTF_8))
        .isEqualTo(
            "{\"name\":\"photos\",\"versions\":[\"3\"],\"platform\":\"onnxruntime_onnx\","
                + "\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[-1]}],"
                + "\"outputs\":[{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[-1,3]}]}");
    assertThat(new String(send(request("/v2")).body(), UTF_8))
        .contains("\"extensions\":[\"binary_tensor_data\",\"classification\"]");
  }

  @Test
  void withoutInfer_noImageIsClassified() throws Exception {
    server.stop(0);
    listen(false);
    assertError(postImage(INFER), 404, "start serve with --infer");
    assertThat(new String(send(request("/v2/models/photos")).body(), UTF_8))
        .contains("\"name\":\"pixels\",\"datatype\":\"UINT8\",\"shape\":[-1,1,1,3]");
  }
}
