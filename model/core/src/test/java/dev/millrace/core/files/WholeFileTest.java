package dev.millrace.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {

  @TempDir private Path folder;

  /** Creates a large sparse file, which takes no room on the disk. */
  private Path sparse(String name) throws IOException {
    Path file = folder.resolve(name);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(2_200_000_000L);
    }
    return file;
  }

  @Test
  void fileOfTwoGibibytes_isRefusedWithItsNameAndSize_andNotForLackOfMemory() throws IOException {
    Path file = sparse("model.onnx");

    assertThatThrownBy(() -> WholeFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessage(
            file + " has 2200000000 bytes, and a file of 2 GiB or more cannot be read at once");
  }

  @Test
  void labelsFileOfTwoGibibytes_isRefused() throws IOException {
    Path file = sparse("labels.txt");

    assertThatThrownBy(() -> Labels.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("2 GiB or more");
  }

  @Test
  void anyOtherFile_isRead() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "é");

    assertThat(WholeFile.read(file)).isEqualTo("é".getBytes(StandardCharsets.UTF_8));
    assertThat(WholeFile.text(file)).isEqualTo("é");
  }
}
