package dev.millrace.service.command.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ModelCheck;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import dev.millrace.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DemoModelOptionsTest {

  @TempDir private Path folder;

  @Test
  void modelFile_withWeightsInAnotherFile_isPublishedWithThem() throws IOException {
    ResNet network = ResNet.of("resnet20").withClasses(2);
    ModelProto.Builder model =
        ModelProto.parseFrom(ResNetOnnx.write(network, HeInitialization.of(network, 1)))
            .toBuilder();
    TensorProto.Builder weight = model.getGraphBuilder().getInitializerBuilder(0);
    Path data = Files.write(folder.resolve("model.data"), weight.getRawData().toByteArray());
    weight
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue("model.data"));
    Path file = Files.write(folder.resolve("model.onnx"), model.build().toByteArray());
    Path labels = Files.writeString(folder.resolve("labels.txt"), "a\nb\n");
    DemoModelOptions options =
        CommandLine.populateCommand(
            new DemoModelOptions(), "--model-file", file.toString(), "--labels", labels.toString());

    ModelVersion version = options.publish(new ModelRepository(folder.resolve("models")), "m");
    Files.delete(data);

    assertThat(ModelCheck.of(version).classes()).isEqualTo(2);
  }
}
