package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.events.Prediction;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.service.broker.EmbeddedBroker;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests swaps of model versions while the stream runs. If a version cannot serve, the current
 * version keeps serving, and a report gives the reason.
 */
@Tag("broker")
@Timeout(120)
@ExtendWith(SharedBroker.class)
class SwapTest {

  private static final int PARTITIONS = 4;

  @TempDir Path folder;

  private String name;
  private ModelVersion first;

  @BeforeEach
  void publishFirst(TestInfo test) {
    // All tests that use the shared broker also share its control topic, so the model of each test
    // needs a unique name.
    name = test.getTestMethod().orElseThrow().getName();
    first = publish(10, 1);
  }

  private ModelVersion publish(int classes, long seed) {
    return Models.publishRandom(
        folder.resolve("models"), name, ResNet.of("resnet20").withClasses(classes), seed);
  }

  private Pipeline start(EmbeddedBroker broker) throws Exception {
    return Pipeline.start(broker, first, PARTITIONS, Map.of());
  }

  private static void send(Pipeline pipeline, int count) throws Exception {
    pipeline.send(
        IntStream.range(0, count)
            .mapToObj(i -> pipeline.image(Integer.toString(i), Images.noise("png", 32, 32, i)))
            .toList());
  }

  @Test
  void promotedVersion_answersFromThenOn_andEachPartitionChangesOnce(EmbeddedBroker broker)
      throws Exception {
    ModelVersion second = publish(10, 2);
    try (Pipeline pipeline = start(broker)) {
      // Until a version is promoted, the repository's newest version serves.
      assertThat(pipeline.service().serving()).contains(second);
      pipeline.promote(1, false);
      requireOutcome(pipeline, 1, Outcome.SWAPPED, 1);

      send(pipeline, 400);
      pipeline.promote(2, false);
      send(pipeline, 400);
      requireOutcome(pipeline, 2, Outcome.SWAPPED, 2);
      send(pipeline, 40);

      List<ConsumerRecord<String, Prediction>> predictions = pipeline.predictions(840);
      assertThat(predictions).hasSize(840);
      for (int partition = 0; partition < PARTITIONS; partition++) {
        int of = partition;
        assertThat(
                predictions.stream()
                    .filter(prediction -> prediction.partition() == of)
                    .map(prediction -> prediction.value().model().version()))
            .isSorted()
            .contains(1, 2);
      }
      assertThat(shaOf(predictions, 1)).containsOnly(first.sha256());
      assertThat(shaOf(predictions, 2)).containsOnly(second.sha256());
      assertThat(pipeline.registry.get("millrace.swap.count").tag("outcome", "swapped").counter())
          .satisfies(swaps -> assertThat(swaps.count()).isEqualTo(2));
    }
  }

  private static List<String> shaOf(
      List<ConsumerRecord<String, Prediction>> predictions, int version) {
    return predictions.stream()
        .map(prediction -> prediction.value().model())
        .filter(model -> model.version() == version)
        .map(Prediction.Model::sha256)
        .toList();
  }

  @Test
  void newInstance_servesWhatWasPromotedBeforeItCame(EmbeddedBroker broker) throws Exception {
    publish(10, 2);
    try (Pipeline pipeline = start(broker)) {
      pipeline.promote(1, false);
      requireOutcome(pipeline, 1, Outcome.SWAPPED, 1);
      pipeline.stop();
      pipeline.start();

      assertThat(pipeline.service().serving()).contains(first);
      send(pipeline, 8);
      assertThat(versions(pipeline, 8)).containsExactly(1);
    }
  }

  @Test
  void versionThatServesAlready_isLeftAsItIs(EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = start(broker)) {
      pipeline.promote(1, false);
      requireOutcome(pipeline, 1, Outcome.UNCHANGED, 1);
    }
  }

  @Test
  void corruptVersion_isRejected(EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = start(broker)) {
      ModelVersion second = publish(10, 2);
      byte[] bytes = Files.readAllBytes(second.modelFile());
      bytes[bytes.length / 2] ^= 1;
      Files.write(second.modelFile(), bytes);

      requireRejected(pipeline, 2, "is corrupt");
    }
  }

  @Test
  void cutOffVersion_isRejected(EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = start(broker)) {
      ModelVersion second = publish(10, 2);
      Files.write(second.modelFile(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);

      requireRejected(pipeline, 2, "is corrupt");
    }
  }

  @Test
  void versionWithOtherClasses_isRejected_unlessThatIsAllowed(EmbeddedBroker broker)
      throws Exception {
    try (Pipeline pipeline = start(broker)) {
      publish(7, 2);
      requireRejected(pipeline, 2, "has 7 classes");

      pipeline.promote(2, true);
      assertThat(last(pipeline, 2)).extracting(SwapReport::outcome).isEqualTo(Outcome.SWAPPED);
      send(pipeline, 4);
      assertThat(pipeline.predictions(8).stream().map(ConsumerRecord::value))
          .filteredOn(prediction -> prediction.model().version() == 2)
          .hasSize(4)
          .allSatisfy(prediction -> assertThat(prediction.probabilities().size()).isEqualTo(7));
    }
  }

  /**
   * A fault in a model file. The file is faulty before it is published, so its published checksum
   * is right and does not reveal the fault.
   */
  enum Fault {
    NO_ONNX("not an ONNX model"),
    UNKNOWN_OPERATOR("Softmix"),
    EXTERNAL_DATA_MISSING("weights.bin"),
    NOT_A_NUMBER("sum to NaN"),
    // The file is too large to be read into the heap. The resulting error must not end the thread
    // that swaps versions.
    TOO_LARGE("a file of 2 GiB or more cannot be read at once");

    private final String reason;

    Fault(String reason) {
      this.reason = reason;
    }

    byte[] of(byte[] sound) throws InvalidProtocolBufferException {
      ModelProto.Builder model = ModelProto.parseFrom(sound).toBuilder();
      switch (this) {
        case NO_ONNX -> {
          return new byte[] {1, 2, 3};
        }
        case UNKNOWN_OPERATOR ->
            model.getGraphBuilder().getNodeBuilderList().stream()
                .filter(node -> node.getOpType().equals("Softmax"))
                .forEach(node -> node.setOpType("Softmix"));
        case EXTERNAL_DATA_MISSING ->
            bias(model)
                .clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                    StringStringEntryProto.newBuilder().setKey("location").setValue("weights.bin"));
        case NOT_A_NUMBER -> {
          byte[] nan = new byte[bias(model).getRawData().size()];
          Arrays.fill(nan, (byte) 0xff);
          bias(model).setRawData(ByteString.copyFrom(nan));
        }
        case TOO_LARGE -> {
          // The test extends the file after publishing it.
        }
      }
      return model.build().toByteArray();
    }

    private static TensorProto.Builder bias(ModelProto.Builder model) {
      return model.getGraphBuilder().getInitializerBuilderList().stream()
          .filter(tensor -> tensor.getName().equals("fc.bias"))
          .findFirst()
          .orElseThrow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void candidateThatCannotServe_isRejected(Fault fault, EmbeddedBroker broker) throws Exception {
    name += "-" + fault;
    first = publish(10, 1);
    try (Pipeline pipeline = start(broker)) {
      ModelVersion faulty =
          new ModelRepository(folder.resolve("models"))
              .publish(
                  name,
                  fault.of(Files.readAllBytes(first.modelFile())),
                  first.manifest().preprocessing(),
                  first.labels(),
                  first.manifest().source());
      if (fault == Fault.TOO_LARGE) {
        try (RandomAccessFile file = new RandomAccessFile(faulty.modelFile().toFile(), "rw")) {
          file.setLength(3L << 30);
        }
      }
      requireRejected(pipeline, 2, fault.reason);
    }
  }

  @Test
  void versionOfAnotherImageSize_isRejected_unlessThatIsAllowed(EmbeddedBroker broker)
      throws Exception {
    try (Pipeline pipeline = start(broker)) {
      Models.publishRandom(folder.resolve("models"), name, ResNet.of("resnet20").withSize(48), 2);
      requireRejected(pipeline, 2, "takes images of 48x48 pixels");

      pipeline.promote(2, true);
      assertThat(last(pipeline, 2)).extracting(SwapReport::outcome).isEqualTo(Outcome.SWAPPED);
      send(pipeline, 4);
      assertThat(pipeline.predictions(8).stream().map(p -> p.value().model().version()))
          .contains(1, 2);
    }
  }

  @Test
  void versionThatIsGone_isRejected(EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = start(broker)) {
      requireRejected(pipeline, 2, "has no version 2");
    }
  }

  @Test
  void repositoryThatIsGone_isAReasonToReject_andServesAgainOnceItIsBack(EmbeddedBroker broker)
      throws Exception {
    try (Pipeline pipeline = start(broker)) {
      publish(10, 2);
      Path away = folder.resolve("away");
      Files.move(folder.resolve("models"), away);
      requireRejected(pipeline, 2, "models");

      Files.move(away, folder.resolve("models"));
      assertThat(last(pipeline, 2)).extracting(SwapReport::outcome).isEqualTo(Outcome.SWAPPED);
    }
  }

  /**
   * Promotes a version. Requires that the service rejects this version for {@code reason}, and that
   * version 1 keeps answering.
   */
  private void requireRejected(Pipeline pipeline, int version, String reason) throws Exception {
    pipeline.promote(version, false);
    SwapReport report = requireOutcome(pipeline, version, Outcome.REJECTED, 1);
    assertThat(report.reason()).contains(reason);
    send(pipeline, 4);
    assertThat(versions(pipeline, 4)).containsExactly(1);
  }

  private SwapReport requireOutcome(Pipeline pipeline, int version, Outcome outcome, int serving)
      throws Exception {
    SwapReport report = last(pipeline, version);
    assertThat(report)
        .returns(name, SwapReport::model)
        .returns(outcome, SwapReport::outcome)
        .returns(serving, SwapReport::serving);
    assertThat(report.instance()).startsWith("test-");
    assertThat(pipeline.service().serving().orElseThrow().version()).isEqualTo(serving);
    return report;
  }

  private int seen;

  /**
   * Waits for the next report and returns it. Fails if the report is not about the version {@code
   * version}.
   */
  private SwapReport last(Pipeline pipeline, int version) throws Exception {
    List<SwapReport> reports = pipeline.reports(++seen);
    assertThat(reports).hasSize(seen);
    assertThat(reports.get(seen - 1).version()).isEqualTo(version);
    return reports.get(seen - 1);
  }

  private static List<Integer> versions(Pipeline pipeline, int count) {
    return pipeline.predictions(count).stream()
        .map(prediction -> prediction.value().model().version())
        .collect(Collectors.toSet())
        .stream()
        .toList();
  }
}
