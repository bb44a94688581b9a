package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.blobs.RemoteRepositories;
import dev.millrace.blobs.S3Access;
import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.RemoteModelRepository;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.command.CommandLineTool;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.testing.S3Server;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Tests services and commands with a model repository in S3. */
@Tag("broker")
@Timeout(120)
@ExtendWith(SharedBroker.class)
class StoredModelsTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final String BUCKET = "models";
  private static final String PLACE = "s3://" + BUCKET + "/x";

  @TempDir Path folder;
  private S3Server s3;

  @BeforeEach
  void start() throws Exception {
    s3 = new S3Server(BUCKET);
  }

  @AfterEach
  void stop() throws Exception {
    s3.close();
  }

  private RemoteModelRepository machine(String name, List<String> warnings) {
    return RemoteRepositories.open(
        PLACE, folder.resolve(name), new S3Access(s3.endpoint(), null, true), warnings::add);
  }

  /** Publishes the next version of a model in S3, and returns it. */
  private ModelVersion publish(String model, int seed) throws Exception {
    Path local = folder.resolve("local");
    ModelVersion version = Models.publishRandom(local, model, ResNet.of("resnet20"), seed);
    try (RemoteModelRepository publisher = machine("publisher", new ArrayList<>())) {
      return publisher.publish(
          model,
          version.readVerified(),
          version.manifest().preprocessing(),
          version.labels(),
          version.manifest().source());
    }
  }

  @Test
  void storeThatIsAway_rejectsAPromotion_untilItIsBack(EmbeddedBroker broker) throws Exception {
    String model = "remote-away";
    ModelVersion first = publish(model, 1);
    List<String> warnings = new CopyOnWriteArrayList<>();
    try (RemoteModelRepository server = machine("server", warnings);
        Pipeline pipeline =
            Pipeline.start(broker, InferenceConfig.builder(server, model).build(), 1, Map.of())) {
      assertThat(pipeline.service().serving())
          .map(ModelVersion::manifest)
          .contains(first.manifest());
      ModelVersion second = publish(model, 2);
      s3.stop();
      pipeline.promote(new Champion(2, 1, false, second.sha256()));
      assertThat(pipeline.reports(1))
          .singleElement()
          .returns(SwapReport.Outcome.REJECTED, SwapReport::outcome)
          .returns(1, SwapReport::serving)
          .satisfies(
              report ->
                  assertThat(report.reason())
                      .contains(
                          "remote-away version 2 is not in the cache", "it refuses connections"));
      assertThat(pipeline.service().problems()).isEmpty();
      pipeline.send(List.of(pipeline.image("one", Images.noise("png", 32, 32, 1))));
      assertThat(pipeline.predictions(1).get(0).value().model().version()).isEqualTo(1);

      s3.startAgain();
      assertThat(pipeline.reports(2).get(1))
          .returns(SwapReport.Outcome.SWAPPED, SwapReport::outcome)
          .returns(2, SwapReport::serving);
      assertThat(pipeline.service().serving()).map(ModelVersion::version).contains(2);
      assertThat(warnings).isEmpty();

      pipeline.stop();
      s3.stop();
      pipeline.start();
      assertThat(pipeline.service().serving()).map(ModelVersion::version).contains(2);
      assertThat(pipeline.service().problems()).isEmpty();
      assertThat(warnings)
          .singleElement()
          .asString()
          .startsWith("s3://models/x does not work (")
          .endsWith("using the versions in " + folder.resolve("server"));
    }
  }

  /**
   * The promotion names a checksum that differs from the checksum of version 2 in this repository,
   * as if another repository had a different version 2.
   */
  @Test
  void versionWithAnotherChecksum_isRefused(EmbeddedBroker broker) throws Exception {
    String model = "remote-checksum";
    publish(model, 1);
    publish(model, 2);
    try (RemoteModelRepository server = machine("server", new ArrayList<>());
        Pipeline pipeline =
            Pipeline.start(
                broker, InferenceConfig.builder(server, model).version(1).build(), 1, Map.of())) {
      pipeline.promote(new Champion(2, 1, false, Sha256.of("another model")));
      assertThat(pipeline.reports(1))
          .singleElement()
          .returns(SwapReport.Outcome.REJECTED, SwapReport::outcome)
          .returns(1, SwapReport::serving)
          .satisfies(
              report ->
                  assertThat(report.reason())
                      .contains("remote-checksum version 2 in s3://models/x has sha256 "));
      pipeline.stop();
      pipeline.start(); // with the version before it
      assertThat(pipeline.service().serving()).map(ModelVersion::version).contains(1);
    }
  }

  @Test
  void publishedAndPromotedVersion_isServedByAMachineWithAnEmptyCache(EmbeddedBroker broker)
      throws Exception {
    String model = "remote-serve";
    ResNet network = ResNet.of("resnet20");
    Path onnx =
        Files.write(
            folder.resolve("network.onnx"),
            ResNetOnnx.write(network, HeInitialization.of(network, 1)));
    Path labels = Files.write(folder.resolve("labels.txt"), List.of("abcdefghij".split("")));
    for (int version = 1; version <= 2; version++) {
      run(
          options(folder.resolve("laptop")),
          "models",
          "import",
          onnx,
          "--model",
          model,
          "--labels",
          labels,
          "--size",
          32);
    }
    run(
        options(folder.resolve("laptop")),
        "models",
        "promote",
        "--model",
        model,
        "--version",
        1,
        "--bootstrap-servers",
        broker.bootstrapServers());
    List<Object> serve =
        new ArrayList<>(
            List.of(
                "serve",
                "--model",
                model,
                "--create-topics",
                1,
                "--input",
                "remote-in",
                "--output",
                "remote-out",
                "--bootstrap-servers",
                broker.bootstrapServers()));
    serve.addAll(options(folder.resolve("machine")));
    try (MillraceProcess process =
        MillraceProcess.start(folder, S3Server.credentials(), serve.toArray())) {
      assertThat(process.awaitLine("ready .*", PATIENCE))
          .startsWith("ready remote-serve version 1 ");
      process.terminate();
      process.await(PATIENCE);
    }
    try (var found = Files.walk(folder.resolve("machine"))) {
      assertThat(found.filter(file -> file.endsWith("model.onnx")))
          .singleElement()
          .satisfies(file -> assertThat(file.getParent()).hasFileName("1"));
    }
  }

  @Test
  void trainer_publishesToS3() throws Exception {
    for (DemoImage image : FashionMnist.read().subList(0, 200)) {
      Path file = folder.resolve("images").resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
    List<Object> train =
        new ArrayList<>(
            List.of(
                "train",
                "--data",
                folder.resolve("images"),
                "--stem",
                "cifar_halved",
                "--size",
                28,
                "--epochs",
                1,
                "--min-per-class",
                10,
                "--model",
                "trained",
                "--run",
                folder.resolve("run")));
    train.addAll(options(folder.resolve("trainer")));
    try (MillraceProcess process =
        MillraceProcess.start(folder, S3Server.credentials(), train.toArray())) {
      assertThat(process.await(Duration.ofMinutes(2))).as(process.errors()).isZero();
    }
    try (RemoteModelRepository other = machine("other", new ArrayList<>())) {
      ModelVersion trained = other.newest("trained");
      assertThat(trained.manifest().source().kind()).isEqualTo("training");
      assertThat(trained.readVerified()).isNotEmpty();
      assertThat(s3.client().listObjectsV2(request -> request.bucket(BUCKET)).contents())
          .extracting(S3Object::key)
          .containsExactlyInAnyOrder(
              "x/.millrace-probe",
              "x/trained/1/millrace.json",
              "x/trained/files/" + trained.sha256());
    }
  }

  /** Returns the options of a command on a machine with its own cache. */
  private List<Object> options(Path cache) {
    return List.of(
        "--repository",
        PLACE,
        "--repository-cache",
        cache,
        "--s3-endpoint",
        s3.endpoint(),
        "--s3-path-style");
  }

  private static void run(List<Object> options, Object... command) {
    List<String> words = new ArrayList<>();
    for (Object word : command) {
      words.add(word.toString());
    }
    options.forEach(option -> words.add(option.toString()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        new CommandLineTool(new PrintWriter(out, true), new PrintWriter(err, true))
            .run(words.toArray(String[]::new));
    assertThat(exitCode).as(words + "\n" + out + err).isZero();
  }
}
