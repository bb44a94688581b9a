package dev.millrace.service.command.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.blobs.HubAccess;
import dev.millrace.blobs.HubRef;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.RemoteModelRepository;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.service.command.DividedInput;
import dev.millrace.testing.FakeHub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubVersionsTest {

  private static final ResNet NETWORK = ResNet.of("resnet20");
  private static final String OTHER_COMMIT = "f".repeat(40);

  @TempDir private Path cache;
  private final List<String> warnings = new ArrayList<>();
  private FakeHub hub;

  @BeforeEach
  void open() throws IOException {
    hub = new FakeHub();
    hub.file("onnx/model.onnx", ResNetOnnx.write(NETWORK, HeInitialization.of(NETWORK, 1)));
    hub.file("config.json", bytes("{\"id2label\": {" + names() + "}}"));
    hub.file(
        "preprocessor_config.json",
        bytes(
            "{\"image_processor_type\": \"ViTImageProcessor\", \"do_resize\": true, \"size\":"
                + " {\"height\": 32, \"width\": 32}, \"resample\": 2, \"do_normalize\": true,"
                + " \"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.25, 0.25, 0.25]}"));
  }

  @AfterEach
  void close() {
    hub.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String names() {
    return IntStream.range(0, NETWORK.classes())
        .mapToObj(i -> "\"" + i + "\": \"name " + i + "\"")
        .collect(Collectors.joining(","));
  }

  private RemoteModelRepository repository() {
    return new RemoteModelRepository(
        new HubVersions(
            HubRef.parse("hf://org/net@v1"),
            new HubAccess(hub.endpoint(), null, false),
            cache.resolve("prepared"),
            warnings::add),
        cache.resolve("versions"),
        warnings::add);
  }

  @Test
  void model_isVersionOne_withWhatTheHubSaysAboutIt() throws IOException {
    try (RemoteModelRepository repository = repository()) {
      assertThat(repository.models()).containsExactly("net");
      assertThat(repository.versions("net")).containsExactly(1);
      ModelVersion version = repository.newest("net");
      assertThat(version.readVerified()).isNotEmpty();
      ModelManifest manifest = version.manifest();
      assertThat(manifest.labels()).hasSize(10).startsWith("name 0");
      assertThat(manifest.preprocessing().mean()).containsExactly(0.5f, 0.5f, 0.5f);
      assertThat(manifest.source().file())
          .isEqualTo("hf://org/net@" + FakeHub.COMMIT + "/onnx/model.onnx");
    }
    try (Stream<Path> left = Files.list(cache.resolve("prepared"))) {
      assertThat(left.map(file -> file.getFileName().toString())).containsExactly(FakeHub.COMMIT);
    }
  }

  @Test
  void secondStart_downloadsNothing_andWorksWithoutTheHub() {
    ModelManifest first;
    try (RemoteModelRepository repository = repository()) {
      first = repository.newest("net").manifest();
    }
    int before = hub.requests().size();
    try (RemoteModelRepository repository = repository()) {
      assertThat(repository.newest("net").manifest()).isEqualTo(first);
    }
    assertThat(hub.requests().subList(before, hub.requests().size()))
        .allMatch(request -> request.startsWith("hub /api/models/"));
    hub.fail(503, "");
    try (RemoteModelRepository repository = repository()) {
      assertThat(repository.newest("net").manifest()).isEqualTo(first);
    }
    assertThat(warnings).singleElement().asString().contains("503");
  }

  @Test
  void revisionThatMoves_isPreparedAnew() {
    try (RemoteModelRepository repository = repository()) {
      String before = repository.newest("net").sha256();
      hub.file("onnx/model.onnx", ResNetOnnx.write(NETWORK, HeInitialization.of(NETWORK, 2)));
      hub.move(OTHER_COMMIT);

      ModelVersion moved = repository.newest("net");

      assertThat(moved.sha256()).isNotEqualTo(before);
      assertThat(moved.manifest().source().file()).contains(OTHER_COMMIT);
    }
  }

  /** Keras' models often begin with a division by 255. */
  @Test
  void modelThatNormalisesItself_isSaid_unlessTheHubSaysSoToo() throws IOException {
    byte[] plain = ResNetOnnx.write(NETWORK, HeInitialization.of(NETWORK, 1));
    hub.file("onnx/model.onnx", DividedInput.of(ModelProto.parseFrom(plain), 255).toByteArray());
    try (RemoteModelRepository repository = repository()) {
      assertThat(repository.newest("net").manifest().labels()).hasSize(10);
    }
    assertThat(warnings)
        .containsExactly(
            "preprocessing may be applied twice: the model hf://org/net@"
                + FakeHub.COMMIT
                + "/onnx/model.onnx begins with Div by 255.0, which normalises pixels of 0 to 255,"
                + " and the mean [0.5, 0.5, 0.5] and the std [0.25, 0.25, 0.25] are applied before"
                + " it; if this is wrong, use 'millrace models import hf://org/net@"
                + FakeHub.COMMIT
                + "/onnx/model.onnx --scale 1' and a repository of your own");

    warnings.clear();
    hub.file(
        "preprocessor_config.json",
        bytes(
            "{\"image_processor_type\": \"ViTImageProcessor\", \"do_resize\": true, \"size\":"
                + " {\"height\": 32, \"width\": 32}, \"resample\": 2, \"do_rescale\": false,"
                + " \"do_normalize\": false}"));
    hub.move(OTHER_COMMIT);
    try (RemoteModelRepository repository = repository()) {
      assertThat(repository.newest("net").manifest().preprocessing().mean()).containsOnly(0f);
    }
    assertThat(warnings).isEmpty();
  }

  /** A process that is killed while it prepares the model leaves the cache in this state. */
  @Test
  void preparationThatWasBrokenOff_isDoneAgain() throws IOException {
    Files.createDirectories(cache.resolve("prepared").resolve(FakeHub.COMMIT).resolve("net"));
    try (RemoteModelRepository repository = repository()) {
      assertThat(repository.newest("net").manifest().labels()).hasSize(10);
    }
  }

  @Test
  void revisionThatMovesWhileAVersionIsRead_doesNotMixTheTwo() throws IOException {
    HubRef ref = HubRef.parse("hf://org/net");
    HubAccess access = new HubAccess(hub.endpoint(), null, false);
    try (HubVersions versions = new HubVersions(ref, access, cache, warnings::add)) {
      String manifest = new String(versions.manifest("net", 1), StandardCharsets.UTF_8);
      String sha256 = manifest.replaceAll("(?s).*?\"sha256\"\\s*:\\s*\"(\\w+)\".*", "$1");
      hub.file("onnx/model.onnx", ResNetOnnx.write(NETWORK, HeInitialization.of(NETWORK, 2)));
      hub.move(OTHER_COMMIT);
      ByteArrayOutputStream out = new ByteArrayOutputStream();

      versions.read("net", 1, ModelVersion.MODEL_FILE, sha256, out);

      assertThat(Sha256.of(out.toByteArray())).isEqualTo(sha256);
    }
  }

  @Test
  void modelWithoutNames_isSaid_withTheWayOut() {
    hub.file("config.json", bytes("{}"));
    try (RemoteModelRepository repository = repository()) {
      assertThatThrownBy(() -> repository.newest("net"))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("'millrace models import hf://org/net@" + FakeHub.COMMIT)
          .hasMessageContaining("--labels FILE");
    }
  }

  @Test
  void otherName_andPublishing_areRefused() {
    try (RemoteModelRepository repository = repository()) {
      assertThatThrownBy(() -> repository.newest("other")).isInstanceOf(ModelException.class);
      assertThatThrownBy(repository::requireWritable)
          .hasMessage(
              "the repository hf://org/net@v1 can only be read: publish to a folder or to s3://…");
      assertThatThrownBy(() -> repository.remove("net", 1)).hasMessageContaining("can only be");
    }
  }
}
