package dev.millrace.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {

  private static final String HEADER =
      "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }\n";
  private static final byte[] ONE_AND_TWO = {1, 0, 2, 0};

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void array_ofEachVersion_isRead(int version) throws IOException {
    assertThat(read(Samples.npy(version, HEADER, ONE_AND_TWO)))
        .isEqualTo(Samples.tensor(List.of(2), 1, 2));
  }

  @Test
  void array_thatRunsDownItsColumns_isPutInRows() throws IOException {
    String header = "{'shape': (2, 3), 'fortran_order': True, 'descr': '|u1'}";

    assertThat(read(Samples.npy(1, header, new byte[] {1, 2, 3, 4, 5, 6})))
        .isEqualTo(Samples.tensor(List.of(2, 3), 1, 3, 5, 2, 4, 6));
    assertThat(read(Samples.npy(1, header.replace("2, 3", "0, 3"))))
        .isEqualTo(Samples.tensor(List.of(0, 3)));
    assertThat(read(Samples.npy(1, header.replace("2, 3", ""), (byte) 7)))
        .isEqualTo(Samples.tensor(List.of(), 7));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          <i2     | <c8           | has the unsupported type c8
          <i2     | "|O"          | has no 'descr' of plain numbers
          <i2     | <f16          | has the unsupported type f16
          <i2     | <U3           | has no 'descr' of plain numbers
          (2,)    | (3,)          | does not hold the 6 bytes it claims
          (2,)    | (1,)          | does not hold the 2 bytes it claims
          (2,)    | (-2,)         | has no 'shape' of plain numbers
          (2,)    | (2 1,)        | has no 'shape' of plain numbers
          (2,)    | 2             | has no 'shape' of plain numbers
          (2,)    | (9999999999,) | has no 'shape' of plain numbers
          (2,)    | (999999999,)  | more than 500000000 values
          (2,)    | (400000000,)  | claims 800000000 bytes, but holds fewer
          False   | 0             | has no 'fortran_order' of plain numbers
          'descr' | 'dtype'       | has no 'descr' of plain numbers
          """)
  void header_thatBreaksARule_isRefused(String text, String broken, String problem)
      throws IOException {
    byte[] array = Samples.npy(1, HEADER.replace(text, broken), ONE_AND_TWO);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(array))
        .withMessageContaining(problem);
  }

  @Test
  void shape_ofTooManyDimensions_isRefused() throws IOException {
    byte[] most = Samples.npy(1, HEADER.replace("2,", "1, ".repeat(63) + "2"), ONE_AND_TWO);
    byte[] more = Samples.npy(1, HEADER.replace("2,", "1, ".repeat(20_000) + "2"), ONE_AND_TWO);

    assertThat(read(most).shape()).hasSize(64);
    assertThatIllegalArgumentException().isThrownBy(() -> read(more));
  }

  @Test
  void beginning_thatIsNotNumPys_isRefused() throws IOException {
    byte[] array = Samples.npy(1, HEADER, ONE_AND_TWO);
    for (int length = 0; length < array.length; length++) {
      byte[] cut = Arrays.copyOf(array, length);
      assertThatIllegalArgumentException().isThrownBy(() -> read(cut));
    }
    for (int version : new int[] {0, 4, 255}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> read(Samples.npy(version, HEADER, ONE_AND_TWO)))
          .withMessage("is not in NumPy's format, version 1 to 3");
    }
    byte[] endless = Samples.npy(2, HEADER, ONE_AND_TWO);
    endless[11] = 127;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(endless))
        .withMessage("has a header of more than 65535 bytes");
  }

  @Test
  void header_written_isAsNumPyWritesIt() {
    assertThat(Npy.header(List.of(64, 3, 7, 7)))
        .isEqualTo(
            numpyHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (64, 3, 7, 7), }"));
    assertThat(Npy.header(List.of(5)))
        .isEqualTo(numpyHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }"));
    assertThat(Npy.header(List.of()))
        .isEqualTo(numpyHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (), }"));
  }

  @Test
  void zip_ofOtherThings_isRefused() throws IOException {
    Path file = zip("archive/data.pkl");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npz.read(file))
        .withMessage("its entry 'archive/data.pkl' is not an array");
  }

  @Test
  void entry_ofOtherBytesThanItsChecksum_isRefused() throws IOException {
    Path file = folder.resolve("weights.npz");
    WeightsFile.write(file, Samples.weights());
    byte[] bytes = Files.readAllBytes(file);
    int value = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(" \n") + 2;
    bytes[value] ^= 1;
    Files.write(file, bytes);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npz.read(file))
        .withMessage("its entry 'layer1.0.conv1.weight.npy' has the wrong checksum");
  }

  @Test
  void array_thatClaimsMoreThanItsFileCanHold_isRefusedBeforeMemoryIsTaken() throws IOException {
    String header = HEADER.replace("(2,)", "(499999999,)").replace("<i2", "<f4");
    Path file = zip("a.npy", Samples.npy(1, header, ONE_AND_TWO));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npz.read(file))
        .withMessage("its entry 'a.npy' claims 1999999996 bytes, but holds fewer");
  }

  private WeightTensor read(byte[] array) throws IOException {
    return Npy.read(new ByteArrayInputStream(array), array.length);
  }

  private Path zip(String name, byte... content) throws IOException {
    Path file = folder.resolve("weights.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content);
    }
    return file;
  }

  private static byte[] numpyHeader(String dictionary) {
    String padded = dictionary + " ".repeat(117 - dictionary.length()) + "\n";
    return ("\u0093NUMPY\1\0" + (char) 118 + "\0" + padded).getBytes(StandardCharsets.ISO_8859_1);
  }
}
