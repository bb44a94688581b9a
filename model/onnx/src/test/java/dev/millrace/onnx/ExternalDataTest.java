package dev.millrace.onnx;

import static dev.millrace.onnx.SmallModel.LABELS;
import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static dev.millrace.onnx.SmallModel.nchw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataLocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests models whose weights are in other files. */
class ExternalDataTest {

  private static final ByteBuffer PIXELS = SampleImages.noise(3, SmallModel.SIZE, SmallModel.SIZE);

  @TempDir Path folder;

  @Test
  void prepare_weightsInOneFile_arePutInside() throws IOException {
    Path home = Files.createDirectory(folder.resolve("model"));
    ByteString weight = raw(0);
    ByteString bias = raw(1);
    write(home.resolve("weights.bin"), ByteString.copyFromUtf8("gap.").concat(weight).concat(bias));
    ModelProto model =
        outside(
            outside(nchw().model(), 0, "weights.bin", "4", Integer.toString(weight.size())),
            1,
            "weights.bin",
            Integer.toString(4 + weight.size()),
            null);

    assertServed(home, model);
  }

  @Test
  void prepare_weightsInSeveralFilesAndFolders_arePutInside() throws IOException {
    Path home = Files.createDirectory(folder.resolve("model"));
    Files.createDirectory(home.resolve("parts"));
    write(home.resolve("fc.weight"), raw(0));
    write(home.resolve("parts/fc.bias"), raw(1));
    ModelProto model =
        outside(
            outside(nchw().model(), 0, "fc.weight", null, null), 1, "parts/fc.bias", null, null);

    assertServed(home, model);
  }

  private static void assertServed(Path home, ModelProto model) throws IOException {
    Path file = Files.write(home.resolve("model.onnx"), model.toByteArray());
    ExportedModel exported = ExportedModel.of(Files.readAllBytes(file), file);

    PreparedModel prepared = ModelPreparation.prepare(exported, PREPROCESSING, LABELS, null);

    assertThat(exported.hasExternalData()).isTrue();
    assertThat(Runs.once(prepared.bytes(), PREPROCESSING, LABELS, PIXELS))
        .containsExactly(SmallModel.probabilities(PIXELS, 3), within(1e-5f));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../outside.bin", "parts/../../outside.bin", "link.bin", "/etc/hosts", ""})
  void read_fileOutsideTheFolder_isRefused(String location) throws IOException {
    Path home = Files.createDirectory(folder.resolve("model"));
    write(folder.resolve("outside.bin"), raw(0));
    Files.createSymbolicLink(home.resolve("link.bin"), folder.resolve("outside.bin"));

    assertThat(refusal(home, outside(nchw().model(), 0, location, null, null)))
        .isEqualTo(
            "the model names weights in '"
                + location
                + "', which is not a file inside its own folder "
                + home
                + ": put all of the model's files into one folder, without links out of it");
  }

  @Test
  void read_fileThatIsMissingOrShort_isRefused() throws IOException {
    Path home = Files.createDirectory(folder.resolve("model"));
    write(home.resolve("short.bin"), raw(1));
    Files.createDirectory(home.resolve("folder"));

    assertThat(refusal(home, outside(nchw().model(), 0, "none.bin", null, null)))
        .isEqualTo(
            "weight 'fc.weight' is stored in another file, and "
                + home
                + " has no none.bin: put that file beside the model");
    assertThat(refusal(home, outside(nchw().model(), 0, "short.bin", "8", "60")))
        .isEqualTo(
            "weight 'fc.weight' needs bytes 8 to 68 of short.bin, which has 20: export or copy both"
                + " files again");
    assertThat(refusal(home, outside(nchw().model(), 0, "short.bin", "-1", "4")))
        .startsWith("weight 'fc.weight' needs bytes -1 to 3 of short.bin");
    assertThat(refusal(home, outside(nchw().model(), 0, "short.bin", "two", "4")))
        .startsWith("weight 'fc.weight' has the offset 'two', which is not a number: ");
    assertThat(refusal(home, outside(nchw().model(), 0, "folder", null, null)))
        .startsWith("cannot read the weights in folder (");
  }

  @Test
  void read_fileNamedTwice_isRefused() throws IOException {
    Path home = Files.createDirectory(folder.resolve("model"));
    write(home.resolve("fc.weight"), raw(0));
    ModelProto.Builder model = outside(nchw().model(), 0, "fc.weight", null, null).toBuilder();
    model
        .getGraphBuilder()
        .getInitializerBuilder(0)
        .addExternalData(entry("location", "../outside.bin"));

    assertThat(refusal(home, model.build()))
        .isEqualTo("weight 'fc.weight' has several values of location: export the model again");
  }

  @Test
  void read_moreThanProtobufCanWriteWithoutItsLargeWeights_isRefused() throws IOException {
    Path home = Files.createDirectory(folder.resolve("model"));
    write(home.resolve("fc.weight"), raw(0));
    byte[] model = outside(nchw().model(), 0, "fc.weight", null, null).toByteArray();
    ExternalData limited = new ExternalData(home, model.length, 1);

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ExportedModel.of(model, home, limited))
        .withMessage(
            "the model has %d bytes without its large weights, but an ONNX file must stay below"
                + " 2,147,483,647: export it with its weights in other files",
            model.length);
  }

  private static String refusal(Path home, ModelProto model) {
    Path file = home.resolve("model.onnx");
    ModelException[] refusal = new ModelException[1];
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ExportedModel.of(model.toByteArray(), file))
        .satisfies(e -> refusal[0] = e);
    return refusal[0].getMessage();
  }

  static ByteString raw(int weight) {
    return nchw().model().getGraph().getInitializer(weight).getRawData();
  }

  private static void write(Path file, ByteString bytes) throws IOException {
    Files.write(file, bytes.toByteArray());
  }

  /** Moves a weight of a model to another file; {@code offset} and {@code length} may be null. */
  static ModelProto outside(
      ModelProto model, int weight, String location, String offset, String length) {
    ModelProto.Builder changed = model.toBuilder();
    TensorProto.Builder tensor =
        changed
            .getGraphBuilder()
            .getInitializerBuilder(weight)
            .clearRawData()
            .clearExternalData()
            .setDataLocation(DataLocation.EXTERNAL)
            .addExternalData(entry("location", location));
    Map<String, String> numbers = new TreeMap<>();
    numbers.put("offset", offset);
    numbers.put("length", length);
    numbers.forEach(
        (key, value) -> {
          if (value != null) {
            tensor.addExternalData(entry(key, value));
          }
        });
    return changed.build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
