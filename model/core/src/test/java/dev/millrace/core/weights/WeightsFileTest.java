package dev.millrace.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import dev.millrace.testing.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsFileTest {

  private static final int MUTATIONS = 1_000;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"weights.safetensors", "weights.npz"})
  void weights_writtenAndRead_areTheSame(String name) throws IOException {
    Path file = folder.resolve(name);

    WeightsFile.write(file, Samples.weights());
    Weights read = WeightsFile.read(file);

    assertThat(read).isEqualTo(Samples.weights());
    assertThat(read.names()).containsExactlyElementsOf(Samples.weights().names());
    assertThat(Float.floatToRawIntBits(read.get("layer1.0.conv1.weight").values().get(3)))
        .isEqualTo(0x80000000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"weights.safetensors", "weights.npz"})
  void weights_writtenOverAFile_replaceItAndLeaveNothingElse(String name) throws IOException {
    Path file = folder.resolve(name);
    WeightsFile.write(file, new Weights(Map.of("fc.bias", Samples.tensor(List.of(1), 1))));
    Weights old = WeightsFile.read(file);
    WeightsFile.write(file, Samples.weights());
    byte[] first = Files.readAllBytes(file);

    WeightsFile.write(file, WeightsFile.read(file));

    assertThat(file).hasBinaryContent(first);
    assertThat(old.get("fc.bias").values().get(0)).isEqualTo(1);
    assertThat(folder.toFile().list()).containsExactly(name);
  }

  @Test
  void metadata_writtenAndRead_isTheSame_andChangesNoTensor() {
    Path file = folder.resolve("weights.safetensors");
    Map<String, String> metadata = Map.of("format", "pt", "a \"b\"", "{\"c\":\"d\\n\"}");

    WeightsFile.write(file, Samples.weights(), metadata);

    assertThat(WeightsFile.metadata(file)).isEqualTo(metadata);
    assertThat(WeightsFile.read(file)).isEqualTo(Samples.weights());
  }

  @ParameterizedTest
  @ValueSource(strings = {"weights.safetensors", "weights.npz"})
  void metadata_ofAFileWithoutAny_isEmpty(String name) {
    Path file = folder.resolve(name);
    WeightsFile.write(file, Samples.weights());

    assertThat(WeightsFile.metadata(file)).isEmpty();
  }

  @Test
  void metadata_inAnotherFormatThanSafetensors_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> WeightsFile.write(folder.resolve("a.npz"), Samples.weights(), Map.of("a", "b")))
        .withMessageContaining("does not end in .safetensors");
  }

  @Test
  void metadata_ofADamagedFile_isAnErrorThatNamesTheFile() throws IOException {
    Path file = Files.write(folder.resolve("damaged.safetensors"), new byte[20]);

    assertThatThrownBy(() -> WeightsFile.metadata(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("damaged.safetensors holds no readable weights");
  }

  @Test
  void safetensors_fromPython_areRead() throws IOException {
    assertFromPython(WeightsFile.read(Samples.resource("from-python.safetensors", folder)), 7);
  }

  @Test
  void npz_fromNumPy_isRead() throws IOException {
    Weights weights = WeightsFile.read(Samples.resource("from-numpy.npz", folder));

    assertFromPython(weights, 9);
    assertThat(weights.get("big")).isEqualTo(weights.get("layer1.0.conv1.weight"));
    float[] columns = new float[24];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = i;
    }
    assertThat(weights.get("columns")).isEqualTo(Samples.tensor(List.of(2, 3, 4), columns));
  }

  private static void assertFromPython(Weights weights, int tensors) {
    WeightTensor grid = Samples.tensor(List.of(2, 3), -2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f);
    assertThat(weights.names()).hasSize(tensors);
    assertThat(weights.get("layer1.0.conv1.weight")).isEqualTo(grid);
    assertThat(weights.get("half")).isEqualTo(grid);
    assertThat(weights.get("double")).isEqualTo(grid);
    assertThat(weights.get("count")).isEqualTo(Samples.tensor(List.of(3), -3, 7, 0x1p40f));
    assertThat(weights.get("scalar")).isEqualTo(Samples.tensor(List.of(), 1.5f));
    assertThat(weights.get("empty")).isEqualTo(Samples.tensor(List.of(0, 3)));
    assertThat(weights.get("bytes")).isEqualTo(Samples.tensor(List.of(2), 0, 255));
    assertThat(weights.contains("bn1.num_batches_tracked")).isFalse();
  }

  @Test
  void resNet20_asTrained_hasPyTorchsNames() {
    Weights weights = WeightsFile.read(SharedData.file("golden/cifar10_resnet20_state.npz"));

    assertThat(weights.names()).hasSize(97).startsWith("conv1.weight", "bn1.weight", "bn1.bias");
    assertThat(weights.get("layer1.0.conv1.weight").shape()).containsExactly(16, 16, 3, 3);
    assertThat(weights.get("layer3.2.bn2.running_var").shape()).containsExactly(64);
    assertThat(weights.get("linear.weight").shape()).containsExactly(10, 64);
    int statistics =
        weights.names().stream()
            .filter(name -> name.contains(".running_"))
            .mapToInt(name -> weights.get(name).size())
            .sum();
    assertThat(statistics).isEqualTo(2 * 688);
    assertThat(weights.size() - statistics).isEqualTo(269_722);
  }

  @Test
  void file_thatCannotBeRead_isNamed() throws IOException {
    assertUnreadable(folder.resolve("absent.npz"), "name a .safetensors or .npz file");
    assertUnreadable(folder, "check that it is readable");
    assertUnreadable(Files.createFile(folder.resolve("empty")), "its 0 bytes hold no header");
    assertUnreadable(
        Files.write(folder.resolve("none"), Samples.safetensors("{}")), "weights: there are none");
    assertUnreadable(Files.writeString(folder.resolve("zip"), "PK\3\4"), "save them again with");
  }

  @Test
  void name_ofAnotherEnding_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightsFile.write(folder.resolve("a.pt"), Samples.weights()))
        .withMessageContaining("a.pt' ends in neither .safetensors nor .npz");
  }

  @Test
  void folder_thatIsNotThere_isNamed() {
    Path file = folder.resolve("absent/weights.npz");

    assertThatThrownBy(() -> WeightsFile.write(file, Samples.weights()))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(file.toString(), "check that its folder exists");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"weights.safetensors", "weights.npz", "from-python.safetensors", "from-numpy.npz"})
  void file_brokenAtRandom_isReadOrRefused(String name) throws IOException {
    Path file = folder.resolve(name);
    if (name.startsWith("from")) {
      Samples.resource(name, folder);
    } else {
      WeightsFile.write(file, Samples.weights());
    }
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      Path broken = Files.write(folder.resolve("broken"), mutated(whole, random));
      try {
        WeightsFile.read(broken).tensors().values().forEach(WeightTensor::littleEndianBytes);
      } catch (ModelException e) {
        assertThat(e).hasMessageContaining(broken.toString());
        refused++;
      }
      Files.delete(broken); // A mapped file must not be overwritten in place.
    }
    assertThat(refused).isBetween(MUTATIONS / 4, MUTATIONS);
  }

  /** Changes one to four bytes. Also truncates or lengthens one file in four, on average. */
  private static byte[] mutated(byte[] whole, Random random) {
    byte[] bytes =
        random.nextInt(4) > 0
            ? whole.clone()
            : Arrays.copyOf(whole, random.nextInt(whole.length + 8));
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static void assertUnreadable(Path file, String problem) {
    assertThatThrownBy(() -> WeightsFile.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(file.toString(), problem)
        .message()
        .hasLineCount(1);
  }
}
